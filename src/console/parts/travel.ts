import type { TrafficJson } from '../../api/index.ts';

export const PASSES = ['first', 'second', 'third', 'fourth'] as const;
export type Pass = (typeof PASSES)[number];

/** How far the last exchange that brings value to a meter has come. */
export interface Travel {
  readonly passed: readonly Pass[];
  readonly amount: string | undefined;
  /** Undefined while it is under way. */
  readonly outcome: TrafficJson['outcome'];
}

export const NO_TRAVEL: Travel = { passed: [], amount: undefined, outcome: undefined };

const isPass = (pass: TrafficJson['pass']): pass is Pass => (PASSES as readonly string[]).includes(pass);

/** What is known after one more record of the traffic; the same value where it is of another meter or brings nothing. */
export function heard(travel: Travel, meter: string, record: TrafficJson): Travel {
  if (record.meter !== meter || record.command !== 'valueStore') return travel;
  const { pass, amount, outcome } = record;
  // A first pass begins an exchange anew, also where one before it came to nothing.
  const before = pass === 'first' ? NO_TRAVEL : travel;
  return {
    passed: isPass(pass) && !before.passed.includes(pass) ? [...before.passed, pass] : before.passed,
    amount: amount ?? before.amount,
    outcome: pass === 'end' ? outcome : undefined,
  };
}
