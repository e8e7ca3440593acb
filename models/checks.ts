import type { ProverifCheck } from './proverif.ts';
import type { SpinCheck } from './spin.ts';

/** One order is enough, without restore, foreign books and draws: a shorter trace says more. */
const ALONE = ['-DRESTORES=0', '-DFOREIGNS=0', '-DDRAWS=0'];
const RESTORED = ['-DRESTORES=1', '-DFOREIGNS=0', '-DDRAWS=0'];
const FOREIGN = ['-DRESTORES=0', '-DFOREIGNS=1', '-DDRAWS=0'];

const NOT_LEFT = 'the purse is not what it was left as';
const BACK_AND_APPLIED = 'an order was given back and is applied';
const BEYOND = 'more is spent and held than was ever loaded';
const GONE = 'value is gone';

/** A rule left out, the sentence that the checker must find against it, and the flags that keep its trace short. */
type Wrong = readonly [name: string, sentence: string, flags: readonly string[]];

const WRONG_VALUE: readonly Wrong[] = [
  ['NO_TC_CHECK', NOT_LEFT, ALONE],
  ['NO_RECEIPTS', 'an order is never settled', ALONE],
  ['ROW_NOT_DURABLE', BACK_AND_APPLIED, ALONE],
  ['TWO_OUTSTANDING', 'the orders on their way are not the one outstanding transaction', ALONE],
  ['TXID_NOT_COMPARED', 'an order is confirmed and was never applied', FOREIGN],
  ['REFUND_BY_TIME_OUT', BACK_AND_APPLIED, ALONE],
  ['VOID_TAKES_NEXT_TC', BACK_AND_APPLIED, ALONE],
  ['NO_QUERY', BACK_AND_APPLIED, RESTORED],
  ['REFUND_BEFORE_QUERY', BACK_AND_APPLIED, RESTORED],
  ['NO_RECONCILING', BACK_AND_APPLIED, RESTORED],
  ['SESSIONS_SIDE_BY_SIDE', BACK_AND_APPLIED, RESTORED],
  ['ANSWER_FIRST', 'an order is confirmed and was never applied', ALONE],
  ['SLOT_IN_PLACE', 'value was applied twice', ALONE],
  ['NO_CHECK_SUM', NOT_LEFT, ALONE],
  ['RECEIPT_AFTER_SLOT', NOT_LEFT, ALONE],
  ['CHIP_FIRST', NOT_LEFT, ALONE],
];

const REACHED: readonly Wrong[] = [
  ['STORED_AFTER_CUT', 'reached: stored before the power went, confirmed after it came back', ALONE],
  ['VOID_IN_TIME', 'reached: an order on its way is given back', ALONE],
  ['VOID_TOO_LATE', 'reached: an order that was to be taken back is in the meter, and stays', ALONE],
  ['RESTORED', 'reached: a restored host learns what is stored and what was voided', RESTORED],
  ['FOREIGN', 'reached: an own order makes way for a foreign one', FOREIGN],
];

/** Long ways through everything, drawn by a seed: not the shortest, so that much happens on them that need not. */
const WANDERING = [1, 2, 3, 4, 5, 6, 7, 8];
const WANDER: Omit<SpinCheck, 'variant' | 'seed'> = {
  model: 'exactly-once',
  flags: ['-DREACH_EVERYTHING', '-DDRAWS=0', '-DSTEPS_ONLY'],
  expected: 'reached',
  sentence: 'reached: two orders, foreign books and a restore, and all is settled',
};

const WRONG_CARD: readonly Wrong[] = [
  ['CREDIT_FIRST', BEYOND, []],
  ['NOTHING_PENDING', GONE, []],
  ['PENDING_WRITTEN_LATER', GONE, []],
  ['CLEARED_WHEN_PULLED', GONE, []],
  ['ACKNOWLEDGED_FIRST', GONE, []],
  ['OTHER_METER', BEYOND, []],
  ['NO_LAST', BEYOND, []],
  ['NO_NONCE', BEYOND, ['-DEVICTED']],
  ['NO_LTC_CHECK', 'a load came twice, or was confirmed and never came', []],
  ['REFUND_BY_TIME_OUT', 'a load was given back and is on the card', []],
];

/** What a shortest trace shows without the promise to settle; that promise is all that `NO_RECEIPTS` breaks. */
const stepsOnly = (name: string): readonly string[] => (name === 'NO_RECEIPTS' ? [] : ['-DSTEPS_ONLY']);

const holds = (model: SpinCheck['model'], variant: string, flags: readonly string[], full?: true): SpinCheck => ({
  model,
  variant,
  flags,
  expected: 'holds',
  ...(full ? { full } : {}),
});

const found = (
  model: SpinCheck['model'],
  expected: 'refuted' | 'reached',
  [name, sentence, flags]: Wrong,
): SpinCheck => {
  const variant = `${expected === 'refuted' ? 'WRONG' : 'REACH'}_${name}`;
  return { model, variant, flags: [`-D${variant}`, ...flags, ...stepsOnly(name)], expected, sentence };
};

export const SPIN_CHECKS: readonly SpinCheck[] = [
  holds('exactly-once', 'one host', []),
  holds('exactly-once', 'one host, suite 3des-xo', ['-DNO_STATUS']),
  holds('exactly-once', 'two hosts, a restore', ['-DW=2', ...RESTORED]),
  holds('exactly-once', 'two hosts, foreign books', ['-DW=2', ...FOREIGN]),
  holds('exactly-once', 'two hosts', ['-DW=2'], true),
  holds('exactly-once', 'two hosts, suite 3des-xo', ['-DW=2', '-DNO_STATUS'], true),
  ...WRONG_VALUE.map((wrong) => found('exactly-once', 'refuted', wrong)),
  ...REACHED.map((witness) => found('exactly-once', 'reached', witness)),
  ...WANDERING.map((seed): SpinCheck => ({ ...WANDER, variant: `WANDER_${seed}`, seed })),
  holds('card', 'card', []),
  holds('card', 'rows dropped', ['-DEVICTED']),
  holds('card', 'no nonce, rows kept', ['-DWRONG_NO_NONCE']),
  ...WRONG_CARD.map((wrong) => found('card', 'refuted', wrong)),
];

/** In the order of the queries in each file. */
export const PROVERIF_CHECKS: readonly ProverifCheck[] = [
  { model: 'aes', expected: ['true', 'true', 'true', 'true', 'true'] },
  { model: 'xo', expected: ['true', 'true', 'true', 'true', 'true'] },
  { model: 'seed', expected: ['true', 'false', 'false', 'false'] },
];
