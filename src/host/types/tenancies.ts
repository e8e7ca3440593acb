import type { Milliseconds, Svpmsn, Tokens } from '../../units/index.ts';

/**
 * A household's time at a meter. That of a meter at which nobody ever moved is told by the meter's row alone; from the
 * first move on each has one. `leaving` until the meter has told what was left in its purse and what was owed, which is
 * then handled in one transaction; nobody lives there between `left` and the next.
 */
export interface Tenancy {
  /** Meter and place among its tenancies: `0a1b2c-00001`. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  readonly subscriber: string;
  readonly movedInAt: Milliseconds;
  readonly state: 'living' | 'leaving' | 'left';
  /** When it was said that they leave. */
  readonly askedAt: Milliseconds | undefined;
  /** Their meter from then on, to which value and dues go. */
  readonly next: Svpmsn | undefined;
  /** What had left the purse by closing before they left. */
  readonly closedBefore: bigint;
  /** Orders so far that close the purse, and that repay its emergency credit. */
  readonly closings: number;
  readonly repayments: number;
  readonly leftAt: Milliseconds | undefined;
  /** Of the last reading: told by the meter itself, or only the balance last proved, because it is dead. */
  readonly reading: 'proved' | 'last-proved' | undefined;
  /** When the meter had told it. */
  readonly readAt: Milliseconds | undefined;
  /** Tokens that were left in the purse, and emergency credit that was put on their arrears. */
  readonly balance: bigint | undefined;
  readonly owed: bigint | undefined;
  /** 0.1 Wh ever imported by all supplies, as last told, and when that was. */
  readonly register: number | undefined;
  readonly registerAt: Milliseconds | undefined;
  /**
   * What became of the balance: their dues were paid with it, it went to their next meter, the rest is paid out.
   * `settled` is negative where too much of their dues was paid.
   */
  readonly settled: bigint | undefined;
  readonly carried: Tokens | undefined;
  readonly refund: bigint | undefined;
  readonly paidOutAt: Milliseconds | undefined;
}

/** Of meters where nobody lives: a subscriber who is kept for them, and whom nobody adds. */
export const UNOCCUPIED = 'unoccupied';
