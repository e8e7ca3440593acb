import { type FeatureDays, temperatureKnots } from './day-features.ts';
import { fitRegression, regressedDay } from './day-regression.ts';
import { type DemandHistory, type DemandScale, dayKind, scaleOf, withoutGaps } from './demand.ts';
import type { RidgeFit } from './ridge.ts';
import { fitSmoothing, SeasonalSmoothing, type SmoothingParameters } from './smoothing.ts';

/** Below this a history is too short for anything but the naive forecast. */
export const FITTED_DAYS_MIN = 28;
/** Below this the regression has too little to learn from. */
const REGRESSED_DAYS_MIN = 42;
/** The course of a year is learned from so many days on. */
export const YEAR_DAYS_MIN = 330;
/** The share of the regression is chosen on the last part of the days, at most so many. */
const [WEIGHED_PART, WEIGHED_DAYS_MAX] = [4, 28];
/** Beyond the least and the most that ever was, by so much of what lies between them, nothing is expected. */
const BEYOND = 0.2;
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** What was fitted. */
export interface DayAheadFit {
  readonly smoothing: SmoothingParameters;
  /** How much of a forecast is the regression's, 0 to 1; the rest is the smoothing's. */
  readonly regressionShare: number;
}

/**
 * Forecasts the days that come next from a history: a mean of exponential smoothing and of a regression, in the share
 * that was best on the last part of the history. What it was fitted on stays so while it rolls on over further days.
 */
export class DayAhead {
  readonly fit: DayAheadFit;
  readonly #history: DemandHistory;
  readonly #scale: DemandScale;
  readonly #smoothing: SeasonalSmoothing;
  readonly #regression: readonly RidgeFit[];
  readonly #knots: readonly number[];
  readonly #bounds: Bounds;
  /** Scaled, without gaps. */
  readonly #demand: Float64Array[];
  readonly #temperatures: Float64Array[] | undefined;

  /** Fits on the whole history, of `FITTED_DAYS_MIN` days or more: whoever wants to test on later days leaves them out. */
  constructor(history: DemandHistory) {
    const { days, temperatures } = history;
    this.#history = history;
    this.#scale = scaleOf(days);
    const scaled = this.#scaled(days);
    this.#demand = withoutGaps(scaled);
    this.#bounds = boundsOf(scaled);
    this.#temperatures = temperatures && withoutGaps(temperatures);
    this.#knots = temperatures === undefined ? [] : temperatureKnots(this.#temperatures ?? []);
    const kinds = days.map((_, i) => this.#kindOf(i));
    const smoothed = { days: scaled, kinds, stepsPerDay: history.stepsPerDay };
    const smoothing = fitSmoothing(smoothed);
    const regressionShare = this.#regressionShare(scaled, smoothing);
    this.fit = { smoothing, regressionShare };
    this.#smoothing = new SeasonalSmoothing(smoothed, smoothing);
    this.#regression = regressionShare === 0 ? [] : fitRegression(this.#features(scaled.length), scaled);
  }

  /**
   * The days after the last that is known, one after the other.
   * @param temperatures °C of each step of these days, where the history has temperatures
   */
  forecast(count: number, temperatures: readonly Float64Array[] = []): Float64Array[] {
    const known = this.#demand.length;
    const smoothed = this.#smoothing.forecast(Array.from({ length: count }, (_, i) => this.#kindOf(known + i)));
    const share = this.fit.regressionShare;
    const of = this.#features(known);
    const demand = [...of.demand];
    const all = of.temperatures && [...of.temperatures, ...temperatures];
    return smoothed.map((day) => {
      const regressed = share > 0 ? regressedDay(this.#regression, { ...of, demand, temperatures: all }) : day;
      const forecast = bounded(mixed(day, regressed, share), this.#bounds);
      demand.push(forecast);
      return forecast.map((value) => this.#scale.from(value));
    });
  }

  /** Rolls on over a day that is known now; nothing is fitted anew. */
  observe(values: Float64Array, temperatures?: Float64Array): void {
    const [scaled] = this.#scaled([values]) as [Float64Array];
    this.#smoothing.observe(scaled, this.#kindOf(this.#demand.length));
    const whole = withoutGaps([...this.#demand.slice(-7), scaled]).at(-1) as Float64Array;
    this.#demand.push(whole);
    if (this.#temperatures === undefined || temperatures === undefined) return;
    this.#temperatures.push(withoutGaps([...this.#temperatures.slice(-7), temperatures]).at(-1) as Float64Array);
  }

  #kindOf(place: number): number {
    return dayKind(this.#history.firstDay + place, this.#history.holidays);
  }

  #scaled(days: readonly Float64Array[]): Float64Array[] {
    return days.map((day) => day.map((value) => this.#scale.to(value)));
  }

  /** As it stands after so many days. */
  #features(days: number): FeatureDays {
    const { firstDay, stepsPerDay, holidays } = this.#history;
    const demand = this.#demand.slice(0, days);
    const hasYear = this.#history.days.length >= YEAR_DAYS_MIN;
    return {
      ...{ firstDay, stepsPerDay, holidays, demand, temperatures: this.#temperatures, knots: this.#knots, hasYear },
    };
  }

  /** By forecasts of each of the last days, with a regression that was fitted on those before them. */
  #regressionShare(scaled: readonly Float64Array[], parameters: SmoothingParameters): number {
    const days = scaled.length;
    const first = days - Math.min(WEIGHED_DAYS_MAX, Math.floor(days / WEIGHED_PART));
    if (first < REGRESSED_DAYS_MIN) return 0;
    const fits = fitRegression(this.#features(first), scaled.slice(0, first));
    const kinds = scaled.map((_, i) => this.#kindOf(i));
    const { stepsPerDay } = this.#history;
    const smoothing = new SeasonalSmoothing({ days: scaled.slice(0, first), kinds, stepsPerDay }, parameters);
    const errors = SHARES.map(() => 0);
    for (let day = first; day < days; day++) {
      const [smoothed] = smoothing.forecast([kinds[day] as number]) as [Float64Array];
      const regressed = regressedDay(fits, this.#features(day));
      const values = scaled[day] as Float64Array;
      smoothing.observe(values, kinds[day] as number);
      for (const [i, share] of SHARES.entries()) {
        const forecast = bounded(mixed(smoothed, regressed, share), this.#bounds);
        errors[i] = (errors[i] as number) + absoluteErrors(forecast, values);
      }
    }
    return SHARES[errors.indexOf(Math.min(...errors))] as number;
  }
}

const mixed = (smoothed: Float64Array, regressed: Float64Array, share: number): Float64Array =>
  smoothed.map((value, step) => (1 - share) * value + share * (regressed[step] as number));

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Far from all that it was fitted on, a regression that goes on from its own forecasts runs away. */
const bounded = (day: Float64Array, { low, high }: Bounds): Float64Array =>
  day.map((value) => Math.min(high, Math.max(low, value)));

function boundsOf(days: readonly Float64Array[]): Bounds {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const day of days) {
    for (const value of day) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return { low: least - BEYOND * (most - least), high: most + BEYOND * (most - least) };
}

function absoluteErrors(forecast: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (const [step, value] of values.entries()) {
    if (!Number.isNaN(value)) sum += Math.abs(value - (forecast[step] as number));
  }
  return sum;
}
