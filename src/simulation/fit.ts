import { MINUTES_PER_DAY } from '../units/index.ts';
import { createHousehold, type HouseholdParameters } from './household.ts';
import type { SeededRandom } from './random.ts';

/** However little a household uses, this share of it at most is never switched off. */
const ALWAYS_ON_SHARE_MAX = 0.6;
const TRIES_MAX = 8;
const CLOSE_ENOUGH = 0.002;
const WATTS_PER_MILLIWATT_HOUR_A_MINUTE = 0.06;
/** 2018-01-01, a Monday; from there 52 whole weeks, so that every weekday and season counts as it should. */
const A_YEAR: readonly number[] = Array.from({ length: 364 }, (_, index) => 17_532 + index);

/**
 * The parameters with which `createHousehold(result, random)`, with this same randomness, takes `meanWatts` in
 * the mean of the days, within 1 %. Only `use` is found, by running the model, and `alwaysOn` where
 * so little is wanted that standby and compressors would be more than 60 % of it. `variety` becomes 0: of a
 * house of which nothing but the mean is known, the best guess is the average one.
 *
 * @param days local days since 1970-01-01 over which the mean was measured; a whole year unless told
 * @throws RangeError unless meanWatts is above 0 and there is a day
 */
export function fitToMean(
  parameters: HouseholdParameters,
  meanWatts: number,
  random: SeededRandom,
  days: readonly number[] = A_YEAR,
): HouseholdParameters {
  if (!(meanWatts > 0) || days.length === 0) {
    throw new RangeError(`a fit needs a mean above 0 W over at least one day, not ${meanWatts} W over ${days.length}`);
  }
  const idleAsGiven = meanOf({ ...parameters, variety: 0, use: 0 }, random, days);
  const alwaysOn = parameters.alwaysOn * Math.min(1, (ALWAYS_ON_SHARE_MAX * meanWatts) / idleAsGiven);
  const fitted = { ...parameters, variety: 0, alwaysOn };
  const idle = meanOf({ ...fitted, use: 0 }, random, days);
  let use = 1;
  let best = { use, off: Number.POSITIVE_INFINITY };
  for (let tries = 0; tries < TRIES_MAX && best.off > CLOSE_ENOUGH * meanWatts; tries += 1) {
    const mean = meanOf({ ...fitted, use }, random, days);
    if (mean <= idle) throw new RangeError('a household in which nothing is switched on has one mean only');
    const off = Math.abs(mean - meanWatts);
    if (off < best.off) best = { use, off };
    // What is switched on grows with `use` almost in proportion.
    use *= (meanWatts - idle) / (mean - idle);
  }
  return { ...fitted, use: best.use };
}

function meanOf(parameters: HouseholdParameters, random: SeededRandom, days: readonly number[]): number {
  const household = createHousehold(parameters, random);
  const minutes = new Uint32Array(MINUTES_PER_DAY);
  let milliwattHours = 0;
  for (const day of days) {
    household.fillDay(day, minutes);
    for (const energy of minutes) milliwattHours += energy;
  }
  return (milliwattHours / (days.length * MINUTES_PER_DAY)) * WATTS_PER_MILLIWATT_HOUR_A_MINUTE;
}
