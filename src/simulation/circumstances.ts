import type { SeededRandom } from './random.ts';

/** When and where a life is lived, and how well its meters keep time. */
export interface Circumstances {
  readonly startMs: number;
  /** IANA name. */
  readonly zone: string;
  readonly driftPpmMax: number;
}

/** An ordinary Monday, and nights in which calendars and counters turn over while the life is lived. */
const BEGINNINGS: readonly { readonly at: string; readonly zone: string }[] = [
  { at: '2026-03-02T00:00Z', zone: 'Asia/Seoul' },
  // Clocks go forward, and back.
  { at: '2026-03-29T00:40Z', zone: 'Europe/Berlin' },
  { at: '2026-10-25T00:40Z', zone: 'Europe/Berlin' },
  // Into a leap day, out of it, and into a year.
  { at: '2028-02-28T23:40Z', zone: 'UTC' },
  { at: '2028-02-29T22:40Z', zone: 'Europe/Berlin' },
  { at: '2029-12-31T14:40Z', zone: 'Asia/Seoul' },
  // The 2³¹st second of Unix time, and the 2³²nd, at which every meter's clock stands still.
  { at: '2038-01-19T03:00Z', zone: 'UTC' },
  { at: '2106-02-07T06:10Z', zone: 'UTC' },
];

/** Parts per million: a quartz, a bad one, and one that an hour leaves a third of a minute behind. */
const DRIFTS_PPM = [20, 20, 200, 5_000];

/** Half of all lives begin on the ordinary Monday. */
export function drawCircumstances(random: SeededRandom): Circumstances {
  const pick = <T>(of: readonly T[]): T => of[random.below(of.length)] as T;
  const beginning = random.chance(1 / 2) ? (BEGINNINGS[0] as (typeof BEGINNINGS)[number]) : pick(BEGINNINGS);
  return { startMs: Date.parse(beginning.at), zone: beginning.zone, driftPpmMax: pick(DRIFTS_PPM) };
}
