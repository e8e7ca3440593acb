import type { Milliseconds } from '../units/index.ts';
import type { AwaitingPerson, Call } from './call-state.ts';
import { sentence } from './sentences.ts';
import { listen, say } from './speech.ts';
import type { CallOutput, PersonNews } from './types.ts';

/** Whoever waits longer is called back. */
export const PERSON_WAIT_MS_MAX = 120_000;
/** How often somebody who waits is told that they still do. */
const TOLD_EVERY_MS = 20_000;

/** What a call does next. */
type Next = 'waits' | 'call-back' | 'ended' | 'goes-on';

/** The caller chose to speak with somebody; whether anybody is there is the next thing that is heard. */
export function seekPerson(call: Call, now: Milliseconds, out: CallOutput[]): void {
  call.state = { name: 'awaiting-person', since: now, isTold: false };
  listen(call, 'no');
  out.push({ type: 'seek-person' });
}

/** When somebody who waits is told so again, or waits no more. */
export const queueWakeAt = ({ since }: AwaitingPerson, now: Milliseconds): number =>
  Math.max(now, Math.min(now + TOLD_EVERY_MS, since + PERSON_WAIT_MS_MAX));

/** What became of whoever was sought. What was said in between is nowhere: a call has its steps alone. */
export function personNews(call: Call, news: PersonNews, out: CallOutput[]): Next {
  const { state } = call;
  if (state.name === 'with-person' && news.type === 'person-left') {
    out.push({ type: 'note', name: 'person-left' });
    say(call, [sentence(call, 'talkEnded')], { listening: 'no', mustBeHeard: false }, out);
    return 'ended';
  }
  if (state.name !== 'awaiting-person') return 'goes-on';
  switch (news.type) {
    case 'person-there':
      out.push({ type: 'note', name: 'person-awaited' });
      call.state = { ...state, isTold: true };
      return 'waits';
    case 'nobody-there':
      if (state.isTold) {
        out.push({ type: 'note', name: 'nobody-came' });
        say(call, [sentence(call, 'nobodyFree')], { listening: 'no', mustBeHeard: false }, out);
      }
      return 'call-back';
    case 'person-came':
      out.push({ type: 'note', name: 'person-came', subject: news.by });
      call.state = { name: 'with-person' };
      call.wrong = 0;
      listen(call, 'no');
      out.push({ type: 'talk' });
      return 'goes-on';
    default:
      return 'goes-on';
  }
}
