import type { FaultKind } from '../../src/simulation/index.ts';
import { CARD_DEFECTS } from './card-defects.ts';
import { MOVING_DEFECTS } from './moving-defects.ts';
import { PROMISE_DEFECTS } from './promise-defects.ts';
import { RULE_DEFECTS } from './rule-defects.ts';
import { VOUCHER_DEFECTS } from './voucher-defects.ts';

/** One rule broken in one place. */
export interface Defect {
  /** The rule or promise of docs/concepts.md that it breaks. */
  readonly rule: string;
  /** The promises as whose breach it may show; `stopped` for an assertion of the code itself. */
  readonly by: readonly string[];
  readonly what: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly right: string;
  readonly wrong: string;
  readonly suite?: 'aes128' | '3des-xo';
  /** Of the first life that is tried, where others show it late or not: one with a bank, one that loses much; 1 where absent. */
  readonly seed?: number;
  /** When a life ends and is healed, where fewer transfers than usual show it. */
  readonly transfers?: number;
  /** It takes whole days to show: so many, of so few meters and one host that they fit into a minute. */
  readonly days?: number;
  /** Faults that would leave no whole day to look at. */
  readonly without?: readonly FaultKind[];
  /** Where the books lie; in memory where absent. */
  readonly store?: 'sqlite';
  /** It is seen by living the same life twice. */
  readonly twice?: boolean;
}

export const DEFECTS: readonly Defect[] = [
  ...RULE_DEFECTS,
  ...PROMISE_DEFECTS,
  ...CARD_DEFECTS,
  ...MOVING_DEFECTS,
  ...VOUCHER_DEFECTS,
];
