import { ENERGY_MAX, MINUTES_PER_DAY } from '../records/index.ts';
import type { CountedDay } from './energy-balance.ts';

/** What is held for the minutes that a meter does not know, in milliwatt-hours. */
export interface EstimatedMinutes {
  readonly energy: number;
  /** What it can have been at most: three deviations above. */
  readonly most: number;
  readonly variance: number;
  /** `energy` by hour of the UTC day. */
  readonly hours: readonly number[];
}

const MINUTES_PER_HOUR = 60;
const HOURS = 24;
const MWH_PER_DECI_WATT_HOUR = 100;
const MOST_DEVIATIONS = 3;
/** A bound for a house of which nothing at all is known: 2 kW, give or take as much. */
const UNTOLD_MINUTE = (2_000 * 10) / MINUTES_PER_HOUR;

/**
 * Puts the mean of its hour in the place of a minute that is not known: of the same supply in the same hour of this and
 * other days; where that hour has no minute, of all hours. Minutes of one gap are held to be wrong together, so that a
 * gap's deviation grows with its length; different gaps are held to be wrong each for itself.
 */
export function estimateMinutes({ energies, others }: CountedDay, uses: Uint8Array): EstimatedMinutes {
  const spread = spreadsOf([energies, ...others.filter(({ length }) => length === MINUTES_PER_DAY)]);
  const hours = new Array<number>(HOURS).fill(0);
  let [energy, variance, most, deviation] = [0, 0, 0, 0];
  const close = () => {
    variance += deviation ** 2;
    most += MOST_DEVIATIONS * deviation;
    deviation = 0;
  };
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
    if ((energies[minute] as number) <= ENERGY_MAX) {
      close();
      continue;
    }
    if (uses[minute] === 0) continue;
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    const held = spread(hour);
    energy += held.mean;
    hours[hour] = (hours[hour] as number) + held.mean;
    deviation += held.deviation;
  }
  close();
  return { energy, variance, most: energy + most, hours };
}

/** 0.1 Wh of the minutes in the same hour of these days on the average; where an hour has none, of all hours. */
export function meansByHour(days: readonly Uint16Array[]): (minute: number) => number | undefined {
  const known = new Map<number, Spread | undefined>();
  const mean = (hour: number, end: number): Spread | undefined => {
    const place = end - hour === 1 ? hour : HOURS;
    if (!known.has(place)) known.set(place, spreadOf(days, hour * MINUTES_PER_HOUR, end * MINUTES_PER_HOUR));
    return known.get(place);
  };
  return (minute) => {
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    const found = mean(hour, hour + 1) ?? mean(0, HOURS);
    return found && found.mean / MWH_PER_DECI_WATT_HOUR;
  };
}

interface Spread {
  /** Milliwatt-hours a minute. */
  readonly mean: number;
  readonly deviation: number;
}

function spreadsOf(days: readonly Uint16Array[]): (hour: number) => Spread {
  const known = new Map<number, Spread | undefined>();
  let whole: Spread | undefined;
  return (hour) => {
    if (!known.has(hour)) known.set(hour, spreadOf(days, hour * MINUTES_PER_HOUR, (hour + 1) * MINUTES_PER_HOUR));
    const own = known.get(hour);
    if (own !== undefined) return own;
    whole ??= spreadOf(days, 0, MINUTES_PER_DAY) ?? inMilliwattHours(UNTOLD_MINUTE, UNTOLD_MINUTE);
    return whole;
  };
}

function spreadOf(days: readonly Uint16Array[], from: number, end: number): Spread | undefined {
  let [count, sum, squares] = [0, 0, 0];
  for (const energies of days) {
    for (let minute = from; minute < end; minute++) {
      const energy = energies[minute] as number;
      if (energy > ENERGY_MAX) continue;
      count += 1;
      sum += energy;
      squares += energy ** 2;
    }
  }
  if (count === 0) return undefined;
  const mean = sum / count;
  return inMilliwattHours(mean, Math.sqrt(Math.max(0, squares / count - mean ** 2)));
}

const inMilliwattHours = (mean: number, deviation: number): Spread => ({
  mean: mean * MWH_PER_DECI_WATT_HOUR,
  deviation: deviation * MWH_PER_DECI_WATT_HOUR,
});
