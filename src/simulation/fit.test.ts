import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { MINUTES_PER_DAY } from '../units/index.ts';
import { fitToMean } from './fit.ts';
import { createHousehold, FAMILY_HOME } from './household.ts';
import { parseLoadCsv } from './load-csv.ts';
import { MISSING } from './loads.ts';
import { seededRandom } from './random.ts';

const WATTS_PER_MILLIWATT_HOUR_A_MINUTE = 0.06;
const DATA = join(import.meta.dirname, '../../../shared/data');
const SEEDS = [1, 2, 3, 'one more'];

// The catalogue and the rhythms of FAMILY_HOME were set with the first three homes in sight, one set for all; the
// fourth, in another country and heated by electricity, was compared only afterwards. What is fitted to each home
// is its mean and nothing else. Each seed must meet each limit by itself.
const HOUSES = [
  { file: 'house_ukdale_2_1min', clippedAtWatts: Number.POSITIVE_INFINITY },
  // The meter of this home stops at 6,000 W; the model is cut in the same way before it is compared.
  { file: 'house_refit_2_1min', clippedAtWatts: 6000 },
  { file: 'house_ideal_65_1min', clippedAtWatts: Number.POSITIVE_INFINITY },
  { file: 'house_uci_sceaux_1min_35d', clippedAtWatts: Number.POSITIVE_INFINITY },
];

for (const { file, clippedAtWatts } of HOUSES) {
  const path = join(DATA, `${file}.csv.gz`);
  test(`fitted to its mean, the model resembles ${file}`, {
    skip: existsSync(path) ? false : `needs ${file}.csv.gz in ../shared/data`,
  }, (t) => {
    const house = measured(path);
    const real = describe(house.watts, house.startMinute);
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      const parameters = fitToMean(FAMILY_HOME, real.mean, random, house.days);
      assert.deepEqual({ ...parameters, use: 1, variety: 1 }, FAMILY_HOME, 'only the use was fitted');
      const model = describe(modelled(parameters, random, house, clippedAtWatts), house.startMinute);
      const share = model.shareAbove2kW / real.shareAbove2kW;
      const correlation = pearson(model.hourly, real.hourly);
      const distance = kolmogorov(model.steps, real.steps);
      t.diagnostic(
        `seed ${seed}: mean ${model.mean.toFixed(0)} of ${real.mean.toFixed(0)} W, share above 2 kW ${(100 * model.shareAbove2kW).toFixed(2)} of ${(100 * real.shareAbove2kW).toFixed(2)} %, correlation ${correlation.toFixed(3)}, distance ${distance.toFixed(3)}`,
      );
      assert.ok(Math.abs(model.mean / real.mean - 1) < 0.03, `mean ${model.mean} W`);
      assert.ok(Math.abs(share - 1) <= 0.2, `share above 2 kW is ${share} of the real one`);
      assert.ok(correlation >= 0.8, `correlation of the hourly shape ${correlation}`);
      assert.ok(distance <= 0.15, `Kolmogorov distance of the one-minute differences ${distance}`);
    }
  });
}

test('a fit meets its mean within 1 %, from a hut to a farm', () => {
  for (const watts of [20, 100, 300, 1000, 3000]) {
    const random = seededRandom(`fit ${watts}`);
    const household = createHousehold(fitToMean(FAMILY_HOME, watts, random), random);
    const minutes = new Uint32Array(MINUTES_PER_DAY);
    let energy = 0;
    for (let day = 17_532; day < 17_532 + 364; day += 1) {
      household.fillDay(day, minutes);
      energy += minutes.reduce((sum, value) => sum + value, 0);
    }
    const mean = (energy * WATTS_PER_MILLIWATT_HOUR_A_MINUTE) / (364 * MINUTES_PER_DAY);
    assert.ok(Math.abs(mean / watts - 1) < 0.01, `${mean} W for ${watts} W`);
  }
});

test('what cannot be fitted is said', () => {
  const random = seededRandom(1);
  for (const mean of [0, -1, Number.NaN]) assert.throws(() => fitToMean(FAMILY_HOME, mean, random), RangeError);
  assert.throws(() => fitToMean(FAMILY_HOME, 300, random, []), RangeError);
  assert.throws(() => fitToMean({ ...FAMILY_HOME, appliances: [] }, 300, random, [0]), RangeError);
});

interface House {
  readonly startMinute: number;
  /** NaN where the record is missing or not to be believed. */
  readonly watts: Float64Array;
  readonly days: readonly number[];
}

const FROZEN_MINUTES = 60;
const MINUTES_OF_A_GOOD_DAY = 1400;

/** Reads and cleans a home: zeros and flat runs of an hour are a meter that was not there, and thin days go. */
function measured(path: string): House {
  const series = parseLoadCsv(gunzipSync(readFileSync(path)).toString(), path);
  if ('reason' in series) assert.fail(series.sentence);
  const watts = Float64Array.from(series.milliwatts, (value) =>
    value === MISSING || value === 0 ? Number.NaN : value / 1000,
  );
  for (let from = 0, to = 0; from < watts.length; from = to) {
    to = from + 1;
    while (to < watts.length && watts[to] === watts[from]) to += 1;
    if (to - from >= FROZEN_MINUTES) watts.fill(Number.NaN, from, to);
  }
  const days: number[] = [];
  const firstDay = Math.floor(series.startMinute / MINUTES_PER_DAY);
  const lastDay = Math.floor((series.startMinute + watts.length - 1) / MINUTES_PER_DAY);
  for (let day = firstDay; day <= lastDay; day += 1) {
    const from = Math.max(0, day * MINUTES_PER_DAY - series.startMinute);
    const to = (day + 1) * MINUTES_PER_DAY - series.startMinute;
    const good = watts.subarray(from, to).filter((value) => !Number.isNaN(value)).length;
    if (good >= MINUTES_OF_A_GOOD_DAY) days.push(day);
    else watts.fill(Number.NaN, from, to);
  }
  return { startMinute: series.startMinute, watts, days };
}

/** The model over the very minutes that were measured. */
function modelled(
  parameters: typeof FAMILY_HOME,
  random: ReturnType<typeof seededRandom>,
  house: House,
  clippedAtWatts: number,
): Float64Array {
  const household = createHousehold(parameters, random);
  const minutes = new Uint32Array(MINUTES_PER_DAY);
  const watts = new Float64Array(house.watts.length).fill(Number.NaN);
  for (const day of house.days) {
    household.fillDay(day, minutes);
    for (let minute = 0; minute < MINUTES_PER_DAY; minute += 1) {
      const at = day * MINUTES_PER_DAY + minute - house.startMinute;
      const modelledWatts = (minutes[minute] as number) * WATTS_PER_MILLIWATT_HOUR_A_MINUTE;
      if (!Number.isNaN(house.watts[at])) watts[at] = Math.min(clippedAtWatts, modelledWatts);
    }
  }
  return watts;
}

function describe(watts: Float64Array, startMinute: number) {
  const sums = new Float64Array(24);
  const counts = new Float64Array(24);
  const steps: number[] = [];
  let above = 0;
  watts.forEach((value, at) => {
    if (Number.isNaN(value)) return;
    const hour = Math.floor((startMinute + at) / 60) % 24;
    sums[hour] = (sums[hour] as number) + value;
    counts[hour] = (counts[hour] as number) + 1;
    if (value > 2000) above += 1;
    const step = value - (watts[at - 1] ?? Number.NaN);
    if (!Number.isNaN(step)) steps.push(step);
  });
  const count = counts.reduce((a, b) => a + b);
  return {
    mean: sums.reduce((a, b) => a + b) / count,
    shareAbove2kW: above / count,
    hourly: sums.map((sum, hour) => sum / (counts[hour] as number)),
    steps: Float64Array.from(steps).sort(),
  };
}

function pearson(a: Float64Array, b: Float64Array): number {
  const mean = (of: Float64Array) => of.reduce((x, y) => x + y) / of.length;
  const da = a.map((x) => x - mean(a));
  const db = b.map((x) => x - mean(b));
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(da, db) / Math.sqrt(dot(da, da) * dot(db, db));
}

/** The largest distance between two cumulative distributions, from sorted samples. */
function kolmogorov(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i += 1;
    while (j < b.length && (b[j] as number) <= value) j += 1;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}
