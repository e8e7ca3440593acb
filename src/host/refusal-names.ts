import { type HostOutcome, Refusal } from '../exchange/index.ts';

/** How they are told, beside the reasons for which this host refuses. */
export const REFUSALS: Readonly<Record<Refusal, string>> = {
  [Refusal.busy]: 'meter-busy',
  [Refusal.keyUnknown]: 'key-unknown',
  [Refusal.suiteNotServed]: 'suite-not-served',
  [Refusal.commandOutsidePurpose]: 'command-outside-purpose',
  [Refusal.sessionUnknown]: 'session-unknown',
  [Refusal.tagWrong]: 'tag-wrong',
  [Refusal.bodyWrong]: 'body-wrong',
  [Refusal.partMissing]: 'part-missing',
  [Refusal.slowedDown]: 'slowed-down',
  [Refusal.randomWeak]: 'random-weak',
  [Refusal.cardAbsent]: 'card-absent',
  [Refusal.cardWorks]: 'card-works',
  [Refusal.cardRefused]: 'card-refused',
};

export const refusalIn = (outcome: HostOutcome): string | undefined =>
  outcome.type === 'refused'
    ? REFUSALS[outcome.refusal]
    : outcome.type === 'part-again'
      ? REFUSALS[Refusal.partMissing]
      : undefined;
