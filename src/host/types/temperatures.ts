import type { Milliseconds } from '../../units/index.ts';

/** How warm the air was, or is expected to be, on one day in UTC where the utility is. */
export interface DayTemperatures {
  /** Of the day: days stand in their order. */
  readonly id: string;
  /** Since 1970-01-01 UTC. */
  readonly day: number;
  readonly givenAt: Milliseconds;
  /** °C of each of 24 hours; `null` where nobody gave one. */
  readonly celsius: readonly (number | null)[];
}
