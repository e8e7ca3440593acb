import { dayOfWeek } from '../../tariff/index.ts';
import { quantile } from './back-test.ts';
import { YEAR_DAYS_MIN } from './day-ahead.ts';
import { yearAngle } from './day-features.ts';
import { type DemandHistory, scaleOf, withoutGaps } from './demand.ts';
import { predicted, RidgeSums } from './ridge.ts';

/** Days that are forecast as days: a year, and the rest of its last month. */
export const YEAR_AHEAD_DAYS = 396;
/** Blocks of so many days stand for months. */
const BLOCK_DAYS = 28;
const RECENT_DAYS = 28;
const HARMONICS = 2;
/** A trend can be told from the course of a year after two of them. */
const TREND_DAYS_MIN = 730;
/** By so many days what the last weeks were above or below their time of the year has gone to its third. */
const RECENT_FADES_DAYS = 45;
const PENALTY = 1;
/** A block that was tested less says too little. */
const TESTS_MIN = 8;
const ORIGIN_EVERY_DAYS = 7;
const TAIL = 0.1;

/** The mean power of each day to come. */
export interface YearAhead {
  readonly days: Float64Array;
  /** By the length of the history: whether the course of a year is known. */
  readonly hasYear: boolean;
}

/** By calendar, by the course of the year where one is known, and by what the last four weeks were beside it. */
export function yearAhead(history: DemandHistory, count: number): YearAhead {
  return daysAhead(history, dailyMeans(history), count);
}

function daysAhead(history: DemandHistory, means: Float64Array, count: number): YearAhead {
  const known = means.length;
  const hasYear = known >= YEAR_DAYS_MIN;
  const scale = scaleOf([means]);
  const featuresOf = (place: number) => features(history, place, { hasYear, hasTrend: known >= TREND_DAYS_MIN });
  // Without a year to compare with, what was long ago says little of what comes.
  const first = hasYear ? 0 : Math.max(0, known - 3 * RECENT_DAYS);
  const sums = new RidgeSums(featuresOf(0).length);
  for (let place = first; place < known; place++) sums.add(featuresOf(place), scale.to(means[place] as number));
  const fit = sums.solve(PENALTY);
  let recent = 0;
  const from = Math.max(first, known - RECENT_DAYS);
  for (let place = from; place < known; place++) {
    recent += (scale.to(means[place] as number) - predicted(fit, featuresOf(place))) / (known - from);
  }
  const days = Float64Array.from({ length: count }, (_, ahead) => {
    const left = hasYear ? recent * Math.exp(-ahead / RECENT_FADES_DAYS) : recent;
    const expected = scale.from(predicted(fit, featuresOf(known + ahead)) + left);
    const before = known + ahead - 364 < known ? means[known + ahead - 364] : undefined;
    return before === undefined ? expected : (expected + before) / 2;
  });
  return { days, hasYear };
}

function features(
  { firstDay, holidays }: DemandHistory,
  place: number,
  { hasYear, hasTrend }: { readonly hasYear: boolean; readonly hasTrend: boolean },
): Float64Array {
  const day = firstDay + place;
  const weekday = dayOfWeek(day);
  const isHoliday = holidays.has(day);
  const angle = yearAngle(day);
  const waves = Array.from({ length: HARMONICS }, (_, i) => [Math.sin((i + 1) * angle), Math.cos((i + 1) * angle)]);
  return Float64Array.from([
    ...[1, 2, 3, 4, 5, 6].map((other) => Number(weekday === other)),
    Number(isHoliday),
    Number(holidays.has(day - 1) || holidays.has(day + 1)),
    ...(hasYear ? waves.flat() : []),
    ...(hasTrend ? [place / 365] : []),
  ]);
}

/** Mean power of each day; steps that are not known are as they were a week before. */
export function dailyMeans({ days }: Pick<DemandHistory, 'days'>): Float64Array {
  return Float64Array.from(
    withoutGaps(days).map((day) => day.reduce((sum, value) => sum + value, 0) / Math.max(1, day.length)),
  );
}

/**
 * The naive forecast of a day: as it was 52 weeks before, else in the last week.
 * @param means of each day that is known
 */
export function naiveMean(means: Float64Array, place: number): number {
  const before = means[place - 364];
  if (place - 364 < means.length && before !== undefined) return before;
  const ahead = place - means.length;
  return means[means.length - 7 + (ahead % 7)] ?? means.at(-1) ?? Number.NaN;
}

/** Ratios of what was to what was forecast, less 1, of days and of blocks of four weeks, by how many blocks ahead. */
export interface YearErrors {
  readonly days: readonly (readonly number[])[];
  readonly blocks: readonly (readonly number[])[];
  /** Mean of their absolute values in percent, of the next four weeks; nothing where they were not tested. */
  readonly blockPercent: number | undefined;
  readonly naiveBlockPercent: number | undefined;
}

/** Forecasts made each week of the last two thirds of a history, by what was known then. */
export function testYear(history: DemandHistory): YearErrors {
  const means = dailyMeans(history);
  const [days, blocks]: [number[][], number[][]] = [[], []];
  const naive: number[] = [];
  const first = Math.max(BLOCK_DAYS, Math.ceil(means.length / 3));
  for (let origin = means.length - BLOCK_DAYS; origin >= first; origin -= ORIGIN_EVERY_DAYS) {
    const past = means.subarray(0, origin);
    const count = Math.floor((means.length - origin) / BLOCK_DAYS) * BLOCK_DAYS;
    const forecast = daysAhead(history, past, count).days;
    for (let block = 0; block * BLOCK_DAYS < count; block++) {
      const [begin, end] = [block * BLOCK_DAYS, (block + 1) * BLOCK_DAYS];
      const was = sum(means.subarray(origin + begin, origin + end));
      const ratio = was / sum(forecast.subarray(begin, end)) - 1;
      if (!Number.isFinite(ratio)) continue;
      const errors = days[block] ?? [];
      days[block] = errors;
      blocks[block] = [...(blocks[block] ?? []), ratio];
      for (let ahead = begin; ahead < end; ahead++) {
        const error = (means[origin + ahead] as number) / (forecast[ahead] as number) - 1;
        if (Number.isFinite(error)) errors.push(error);
      }
      if (block > 0) continue;
      const before = sum(Float64Array.from({ length: BLOCK_DAYS }, (_, i) => naiveMean(past, origin + i)));
      naive.push(was / before - 1);
    }
  }
  const percent = (errors: readonly number[] = []) =>
    errors.length < TESTS_MIN
      ? undefined
      : (100 * errors.reduce((all, error) => all + Math.abs(error), 0)) / errors.length;
  return { days, blocks, blockPercent: percent(blocks[0]), naiveBlockPercent: percent(naive) };
}

/** Factors between which 80 % of what comes lie, and whether so far ahead was tested at all. */
export interface YearBand {
  readonly low: number;
  readonly high: number;
  readonly isTested: boolean;
}

/**
 * @param errors of days or of blocks; of those that were tested too little, the last that was, widened with the root of
 * the distance: an assumption
 * @param ahead days from now
 */
export function yearBand(errors: readonly (readonly number[])[], ahead: number, tail = TAIL): YearBand | undefined {
  const block = Math.floor(ahead / BLOCK_DAYS);
  const known = errors.slice(0, block + 1).filter((tests) => tests.length >= TESTS_MIN);
  if (known.length === 0) return undefined;
  const widened = Math.sqrt((block + 1) / known.length);
  // What lies further ahead is never said to be surer.
  const high = Math.max(0, ...known.map((tests) => quantile(tests, 1 - tail))) * widened;
  const low =
    Math.max(
      0,
      ...known.map((tests) =>
        quantile(
          tests.map((error) => -error),
          1 - tail,
        ),
      ),
    ) * widened;
  return { low: Math.max(0, 1 - low), high: 1 + high, isTested: known.length === block + 1 };
}

const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);
