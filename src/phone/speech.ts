import type { Call } from './call-state.ts';
import type { CallOutput, Listening, Sentence } from './types.ts';

interface How {
  readonly listening: Listening;
  readonly mustBeHeard: boolean;
}

/** Says something. What one step says is one speech, and is heard again as one. */
export function say(call: Call, sentences: readonly Sentence[], how: How, out: CallOutput[]): void {
  const before = out.findIndex(({ type }) => type === 'say');
  const [said] = before < 0 ? [] : out.splice(before, 1);
  const whole = said?.type === 'say' ? [...said.sentences, ...sentences] : sentences;
  call.said = { sentences: whole, ...how };
  call.heard = false;
  out.push({ type: 'say', sentences: whole, ...how });
}

/** Says once more what was said last. What was heard whole before stays heard. */
export function repeat(call: Call, out: CallOutput[]): void {
  const { heard, said } = call;
  say(call, said.sentences, { ...said, mustBeHeard: said.mustBeHeard && !heard }, out);
  call.heard = heard;
}

/** What the caller may do from now on, while nothing new is said. */
export function listen(call: Call, listening: Listening): void {
  call.said = { ...call.said, listening, mustBeHeard: false };
}

/** The last words, and the end. */
export function close(
  call: Call,
  sentences: readonly Sentence[],
  to: Extract<CallOutput, { type: 'close' }>['to'],
  out: CallOutput[],
): void {
  say(call, sentences, { listening: 'no', mustBeHeard: false }, out);
  call.state = { name: 'ended' };
  if (to === 'nobody') out.push({ type: 'note', name: 'ended' });
  out.push({ type: 'close', to });
}
