import type { LossAlarmJson } from '../../../api/index.ts';
import { fill, type SuspectWords } from '../../../words/index.ts';

export type Evidence = NonNullable<LossAlarmJson['suspects']>['meters'][number]['evidence'][number];

/** How amounts are written in the language of the page. */
export interface Written {
  readonly amount: (milliwattHours?: string) => string;
  readonly count: (value: number) => string;
}

/** Why a meter is suspected, in a sentence. */
export function evidenceText(words: SuspectWords, evidence: Evidence, { amount, count }: Written): string {
  const { pattern, event, found, droppedPercent = 0, neighboursPercent = 0 } = evidence;
  if (pattern !== undefined) {
    const { missingMilliwattHours, deviationMilliwattHours } = evidence;
    return fill(words.patterns[pattern], amount(missingMilliwattHours), amount(deviationMilliwattHours));
  }
  if (event !== undefined) return words.events[event];
  if (found !== undefined) return words.visits[found];
  return fill(words.dropped, count(droppedPercent), `${neighboursPercent > 0 ? '+' : ''}${count(neighboursPercent)}`);
}
