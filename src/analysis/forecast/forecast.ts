import { type BackTest, backTest, isLongEnough, LEADS } from './back-test.ts';
import { DayAhead } from './day-ahead.ts';
import { DAYS_PER_WEEK, type DemandHistory, dayKind, naiveDay } from './demand.ts';
import { dailyMeans, naiveMean, testYear, YEAR_AHEAD_DAYS, type YearErrors, yearAhead } from './year-ahead.ts';

/** Mean power of the steps of one day, in the unit of the history. */
export interface ForecastDay {
  /** `NaN` where even a naive forecast has nothing to go by. */
  readonly naive: Float64Array;
  /** Nothing where the history is too short. */
  readonly fitted:
    | { readonly expected: Float64Array; readonly low: Float64Array; readonly high: Float64Array }
    | undefined;
}

export interface DemandForecast {
  /** The next days, step by step. */
  readonly days: readonly ForecastDay[];
  /** Mean power of each day of a year and more; the naive one beside it. */
  readonly year: { readonly expected: Float64Array; readonly naive: Float64Array };
  /** Nothing where the history is too short: then all that is expected is the naive forecast. */
  readonly tested: { readonly days: BackTest; readonly year: YearErrors } | undefined;
  /** Whether the course of a year is known, or months are expected to be like the last weeks. */
  readonly hasYear: boolean;
  /** So many of the next days are forecast by their temperatures. */
  readonly temperatureDays: number;
}

/**
 * Forecasts the next seven days by step and a year by day. A history of fewer known days than `FITTED_DAYS_MIN` has
 * the naive forecast alone. Temperatures of the history count where those of days to come are given, for so many of them
 * as are, and where the back-test is better by them.
 * @param coming °C of each step of the next days, one after the other
 */
export function forecastDemand(given: DemandHistory, coming: readonly Float64Array[] = []): DemandForecast {
  const { temperatures, ...history } = given;
  const { days } = history;
  const means = dailyMeans(history);
  const naive = Float64Array.from({ length: YEAR_AHEAD_DAYS }, (_, i) => naiveMean(means, means.length + i));
  const naiveDays = Array.from({ length: LEADS }, (_, lead) => naiveDay(history, days.length + lead));
  if (!isLongEnough(history)) {
    const only = naiveDays.map((day) => ({ naive: day, fitted: undefined }));
    return { days: only, year: { expected: naive, naive }, tested: undefined, hasYear: false, temperatureDays: 0 };
  }
  const blind = { forecasts: new DayAhead(history).forecast(LEADS), test: backTest(history) };
  const seeing = temperatures && coming.length > 0 ? byTemperatures({ ...history, temperatures }, coming) : undefined;
  const isBetter = seeing !== undefined && seeing.test.errorPercent < blind.test.errorPercent;
  const temperatureDays = isBetter ? seeing.forecasts.length : 0;
  const of = (lead: number) => (isBetter && lead < temperatureDays ? seeing : blind);
  const tested = { days: of(0).test, year: testYear(history) };
  const forecasts = blind.forecasts.map((_, lead) => of(lead).forecasts[lead] as Float64Array);
  const year = yearAhead(history, YEAR_AHEAD_DAYS);
  const expected = year.days.slice();
  forecasts.forEach((day, lead) => {
    expected[lead] = day.reduce((sum, value) => sum + value, 0) / day.length;
  });
  return {
    days: forecasts.map((day, lead) => ({
      naive: naiveDays[lead] as Float64Array,
      fitted: { expected: day, ...of(lead).test.bands.of(lead, day) },
    })),
    ...{ year: { expected, naive }, tested, hasYear: year.hasYear, temperatureDays },
  };
}

interface Seeing {
  readonly forecasts: readonly Float64Array[];
  readonly test: BackTest;
}

function byTemperatures(history: DemandHistory, coming: readonly Float64Array[]): Seeing {
  const days = coming.slice(0, LEADS);
  return { forecasts: new DayAhead(history).forecast(days.length, days), test: backTest(history) };
}

const SHAPE_DAYS = 56;

/**
 * How a day of each kind is spread over its steps: shares of its mean power, 0 Monday to 6 Sunday, by the last eight
 * weeks. A kind that was not among them is like all days together.
 */
export function dayShapes({ days, firstDay, stepsPerDay, holidays }: DemandHistory): Float64Array[] {
  const sums = Array.from({ length: DAYS_PER_WEEK + 1 }, () => new Float64Array(stepsPerDay));
  const first = Math.max(0, days.length - SHAPE_DAYS);
  for (const [i, day] of days.slice(first).entries()) {
    if (day.some(Number.isNaN)) continue;
    for (const kind of [dayKind(firstDay + first + i, holidays), DAYS_PER_WEEK]) {
      const sum = sums[kind] as Float64Array;
      day.forEach((value, step) => {
        sum[step] = (sum[step] as number) + value;
      });
    }
  }
  const shape = (of: Float64Array): Float64Array | undefined => {
    const mean = of.reduce((all, value) => all + value, 0) / stepsPerDay;
    return mean > 0 ? of.map((value) => value / mean) : undefined;
  };
  const flat = new Float64Array(stepsPerDay).fill(1);
  const all = shape(sums[DAYS_PER_WEEK] as Float64Array) ?? flat;
  return sums.slice(0, DAYS_PER_WEEK).map((sum) => shape(sum) ?? all);
}
