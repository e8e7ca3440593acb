import {
  AttentionReason,
  EventKind,
  INTERPHONE_KEYS_MAX,
  type InterphoneAnswer,
  type InterphoneSaid,
  type Prompt,
} from '../records/index.ts';
import { recordEvent } from './event-log.ts';
import type { Interphone, Meter } from './state.ts';

/** Nobody has answered, or spoken, for so long: the call is over. */
const UNANSWERED_MS_MAX = 5 * 60_000;
const SILENT_MS_MAX = 20 * 60_000;
/** The voice takes no longer for a sentence, and for each letter of what is told in it. */
const SENTENCE_MS = 2_500;
const LETTER_MS = 100;
const KEY_NUMBERS = 256;
const FIRST_SPEECH = 1;

export const silentInterphone = (): Interphone => ({
  ...{ state: 'idle', since: 0, speech: 0, prompts: [], mustBeHeard: false, endsAt: undefined, keys: '', first: 0 },
});

/** Whether somebody calls by the interphone (part 20), and what its voice says, until it says something else. */
export interface InterphoneView {
  readonly state: Interphone['state'];
  readonly prompts: readonly Prompt[];
}

/** What the interphone does at the moment; a call that nobody answers, or goes on with, ends by itself. */
export function interphoneOf(meter: Meter): InterphoneView {
  forgetOld(meter);
  const { state, prompts } = meter.interphone;
  return { state, prompts };
}

/** Whether keys are those of the telephone. */
export function isInCall(meter: Meter): boolean {
  forgetOld(meter);
  return meter.interphone.state !== 'idle';
}

/** Calls the utility, or hangs up. */
export function callKey(meter: Meter): void {
  if (isInCall(meter)) {
    Object.assign(meter.interphone, silentInterphone());
    return;
  }
  meter.display.digits = '';
  Object.assign(meter.interphone, silentInterphone(), { state: 'calling', since: meter.now });
  meter.attention |= AttentionReason.valueRequested;
  recordEvent(meter, EventKind.interphoneCalled, {});
}

/** It ends what is being said, unless that must be heard: then it counts for nothing, as before the first word. */
export function keyInCall({ interphone, now }: Meter, key: string): void {
  const isPlaying = interphone.endsAt !== undefined && now < interphone.endsAt;
  if (interphone.state !== 'live' || interphone.speech === 0) return;
  if (isPlaying && interphone.mustBeHeard) return;
  if (isPlaying) interphone.endsAt = undefined;
  if (interphone.keys.length < INTERPHONE_KEYS_MAX) interphone.keys += key;
}

/** What the host says takes the place of what is being said; keys that were pressed before it had to be heard are gone. */
export function hearHost(meter: Meter, { speech, mustBeHeard, taken, prompts }: InterphoneSaid): void {
  if (!isInCall(meter)) return;
  const { interphone, now } = meter;
  // What is still on its way to whoever called before is not for whoever calls now.
  if (interphone.state === 'calling' && (speech !== FIRST_SPEECH || prompts.length === 0)) return;
  if (speech === 0) {
    Object.assign(interphone, silentInterphone());
    return;
  }
  interphone.state = 'live';
  interphone.since = now;
  const keysTaken = (taken - interphone.first + KEY_NUMBERS) % KEY_NUMBERS;
  if (keysTaken <= interphone.keys.length) dropKeys(interphone, keysTaken);
  if (speech === interphone.speech || prompts.length === 0) return;
  if (mustBeHeard) dropKeys(interphone, interphone.keys.length);
  Object.assign(interphone, { speech, prompts, mustBeHeard, endsAt: now + playingMs(prompts) });
}

/** What it says of itself, behind the head. */
export function toldByInterphone(meter: Meter): Omit<InterphoneAnswer, 'head'> {
  const isCalling = isInCall(meter);
  const { speech, endsAt, first, keys } = meter.interphone;
  return { isCalling, speech, isHeard: endsAt !== undefined && meter.now >= endsAt, first, keys };
}

function dropKeys(interphone: Interphone, count: number): void {
  interphone.keys = interphone.keys.slice(count);
  interphone.first = (interphone.first + count) % KEY_NUMBERS;
}

const playingMs = (prompts: readonly Prompt[]): number =>
  prompts.reduce((sum, { values }) => sum + SENTENCE_MS + LETTER_MS * values.join('').length, 0);

function forgetOld({ interphone, now }: Meter): void {
  const { state, since } = interphone;
  const max = state === 'calling' ? UNANSWERED_MS_MAX : SILENT_MS_MAX;
  if (state !== 'idle' && now - since > max) Object.assign(interphone, silentInterphone());
}
