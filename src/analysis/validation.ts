import { ENERGY_MAX, ENERGY_MISSING, MINUTES_PER_DAY } from '../records/index.ts';
import { meansByHour } from './estimated-minutes.ts';

/**
 * The most that one minute of a supply can be, in 0.1 Wh: converters that end at 200 A, at 264 V, pass 52.8 kW. More
 * was not measured.
 */
export const ENERGY_POSSIBLE_MAX = 8_800;

/** What is wrong with readings, and why. */
export const READING_REASONS = [
  /** Nothing was recorded: no supply, no clock, a damaged memory. */
  'missing',
  /** The energy stands in other minutes: the clock was moved. */
  'untimed',
  /** More than the converters of a meter can measure. */
  'impossible',
  /** The meter told another value for it before: the newer one is kept. */
  'differs',
  /** Another supply of the line told the very same day. */
  'doubled',
] as const;
export type ReadingReason = (typeof READING_REASONS)[number];

/** Minutes in a row of a UTC day that are not what a reading should be, for one reason. */
export interface ReadingFinding {
  readonly reason: ReadingReason;
  /** Minute of the day, and how many there are. */
  readonly from: number;
  readonly minutes: number;
  /**
   * 0.1 Wh that is held for them all together, where they have no value of their own and something is known to take it
   * from. It is used by balances and forecasts and stands beside what was measured, never in it: nobody is charged for it.
   */
  readonly estimated?: number;
}

/** A day of one supply as it was told, and what it is held against. */
export interface ReadingDay {
  /** 1,440 values of 0.1 Wh, with the marks of a profile. */
  readonly energies: Uint16Array;
  /** The same supply on other days, from which minutes without a value are estimated. */
  readonly others: readonly Uint16Array[];
  /** What was told of the same day before. */
  readonly before: Uint16Array | undefined;
}

/** Validates, and estimates what has no value: all that is wrong with a day, in the order of its minutes. */
export function validateDay({ energies, others, before }: ReadingDay): ReadingFinding[] {
  const findings: ReadingFinding[] = [];
  let mean: ((minute: number) => number | undefined) | undefined;
  const meanOf = (minute: number): number | undefined => {
    mean ??= meansByHour([energies, ...others].map(possibleEnergies));
    return mean(minute);
  };
  for (let from = 0; from < MINUTES_PER_DAY; ) {
    const reason = reasonOf(energies, before, from);
    let end = from + 1;
    while (end < MINUTES_PER_DAY && reasonOf(energies, before, end) === reason) end += 1;
    if (reason !== undefined) findings.push(findingOf(reason, { from, end }, meanOf));
    from = end;
  }
  return findings;
}

function reasonOf(energies: Uint16Array, before: Uint16Array | undefined, minute: number): ReadingReason | undefined {
  const energy = energies[minute] as number;
  if (energy > ENERGY_MAX) return energy === ENERGY_MISSING ? 'missing' : 'untimed';
  if (energy > ENERGY_POSSIBLE_MAX) return 'impossible';
  const told = before?.[minute] ?? ENERGY_MISSING;
  return told <= ENERGY_MAX && told !== energy ? 'differs' : undefined;
}

function findingOf(
  reason: ReadingReason,
  { from, end }: { readonly from: number; readonly end: number },
  meanOf: (minute: number) => number | undefined,
): ReadingFinding {
  const finding = { reason, from, minutes: end - from };
  if (reason === 'differs') return finding;
  let sum = 0;
  for (let minute = from; minute < end; minute++) {
    const mean = meanOf(minute);
    if (mean === undefined) return finding;
    sum += mean;
  }
  return { ...finding, estimated: Math.round(sum) };
}

/** The same day with what cannot be marked as missing, for whoever reckons with it. By hand: all days go through here. */
export function possibleEnergies(energies: Uint16Array): Uint16Array {
  let possible = energies;
  for (let minute = 0; minute < energies.length; minute++) {
    const energy = energies[minute] as number;
    if (energy <= ENERGY_POSSIBLE_MAX || energy > ENERGY_MAX) continue;
    if (possible === energies) possible = energies.slice();
    possible[minute] = ENERGY_MISSING;
  }
  return possible;
}
