import type { Milliseconds } from '../../units/index.ts';

/** Tokens, or minor units of money. */
type Sum = number | bigint;

/**
 * What the sentence of a refusal names: pages in another language than its say it in their own words. What a refusal is
 * about without naming it is absent.
 */
export interface Particulars {
  /** The number, id or name of what it is about. */
  readonly about?: string;
  /** The member or parameter that is wrong, as a path: `/means/0/port`. */
  readonly field?: string;
  /** Members that are missing, and one that is not known, as paths. */
  readonly missing?: readonly string[];
  readonly unknown?: string;
  /** The month, `2026-03`. */
  readonly month?: string;
  readonly paid?: Sum;
  readonly due?: Sum;
  /** What a float has. */
  readonly float?: Sum;
  /** The least and the most money that would be taken. */
  readonly leastSum?: Sum;
  readonly mostSum?: Sum;
  /** The least and the greatest number that would be taken. */
  readonly least?: number;
  readonly most?: number;
  readonly charactersMin?: number;
  readonly charactersMax?: number;
  /** Characters that differ from each other. */
  readonly differentMin?: number;
  readonly daysMax?: number;
  /** It is taken from then on. */
  readonly from?: Milliseconds;
  /** It is taken after so long. */
  readonly waitMs?: number;
}
