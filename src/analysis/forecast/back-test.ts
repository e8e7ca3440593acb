import { DayAhead, FITTED_DAYS_MIN } from './day-ahead.ts';
import { type DemandHistory, type DemandScale, knownDays, naiveDay, scaleOf } from './demand.ts';

/** How forecasts of the last days would have been, made each evening by what was fitted on the days before them all. */
export interface BackTest {
  /** How many evenings. */
  readonly days: number;
  /** Sum of the errors of the day after, in percent of what was used, and that of the naive forecast. */
  readonly errorPercent: number;
  readonly naivePercent: number;
  readonly bands: ErrorBands;
}

/** Days of hours that are forecast. */
export const LEADS = 7;
/** So much of what comes lies within a band. */
export const BAND_PERCENT = 80;
/** So many days are tested, of a short history those that are left beside what there is to fit on. */
const [TESTED_DAYS_MAX, LEFT_DAYS_MIN] = [28, 21];
/** Errors of so many steps before and after are as likely. */
const NEAR_STEPS = 2;

/** @param history of `FITTED_DAYS_MIN` days or more */
export function backTest(history: DemandHistory): BackTest {
  const { days, temperatures } = history;
  const first = Math.max(LEFT_DAYS_MIN, days.length - TESTED_DAYS_MAX);
  const past = temperatures && { temperatures: temperatures.slice(0, first) };
  const model = new DayAhead({ ...history, ...past, days: days.slice(0, first) });
  const scale = scaleOf(days.slice(0, first));
  const bands = new ErrorBands(scale, history.stepsPerDay);
  const sums = { used: 0, error: 0, naive: 0 };
  for (let day = first; day < days.length; day++) {
    const ahead = Math.min(LEADS, days.length - day);
    const forecasts = model.forecast(ahead, temperatures?.slice(day, day + ahead));
    forecasts.forEach((forecast, lead) => {
      bands.add(lead, forecast, days[day + lead] as Float64Array);
    });
    const [next] = forecasts as [Float64Array];
    const naive = naiveDay({ ...history, days: days.slice(0, day) }, day);
    (days[day] as Float64Array).forEach((value, step) => {
      const errors = [value - (next[step] as number), value - (naive[step] as number)].map(Math.abs);
      if (errors.some(Number.isNaN)) return;
      sums.used += value;
      sums.error += errors[0] as number;
      sums.naive += errors[1] as number;
    });
    model.observe(days[day] as Float64Array, temperatures?.[day]);
  }
  const percent = (sum: number) => (sums.used > 0 ? (100 * sum) / sums.used : 0);
  const errors = { errorPercent: percent(sums.error), naivePercent: percent(sums.naive) };
  return { days: days.length - first, ...errors, bands };
}

/** Errors of forecasts by how many days ahead they were and by step, and the bands that follow. */
export class ErrorBands {
  readonly #scale: DemandScale;
  readonly #steps: number;
  /** By lead, then by step; scaled. */
  readonly #errors: number[][][];

  constructor(scale: DemandScale, stepsPerDay: number) {
    this.#scale = scale;
    this.#steps = stepsPerDay;
    this.#errors = Array.from({ length: LEADS }, () => Array.from({ length: stepsPerDay }, () => []));
  }

  /** @param lead 0 for the next day */
  add(lead: number, forecast: Float64Array, values: Float64Array): void {
    const { to } = this.#scale;
    forecast.forEach((expected, step) => {
      const error = to(values[step] as number) - to(expected);
      if (Number.isFinite(error)) this.#errors[lead]?.[step]?.push(error);
    });
  }

  /** Between which `BAND_PERCENT` of what comes lie, by errors of the same lead and hour. */
  of(lead: number, forecast: Float64Array): { readonly low: Float64Array; readonly high: Float64Array } {
    const { to, from } = this.#scale;
    const share = (100 + BAND_PERCENT) / 200;
    const [low, high] = [forecast.slice(), forecast.slice()];
    forecast.forEach((value, step) => {
      const errors = this.#near(lead, step);
      const below = errors.map((error) => -error);
      // What is expected lies in its band, also where errors were all to one side.
      low[step] = from(to(value) - Math.max(0, quantile(below, share)));
      high[step] = from(to(value) + Math.max(0, quantile(errors, share)));
    });
    return { low, high };
  }

  /** Of a lead that was never tested, those of the longest before it. */
  #near(lead: number, step: number): number[] {
    for (let tested = lead; tested >= 0; tested--) {
      const steps = this.#errors[tested]?.slice(
        Math.max(0, step - NEAR_STEPS),
        Math.min(this.#steps, step + NEAR_STEPS + 1),
      );
      const errors = steps?.flat() ?? [];
      if (errors.length > 0) return errors;
    }
    return [];
  }
}

/**
 * What the next of some errors will not be above in so many cases, if it is one like them: one more than them all is
 * counted, so that few errors make a wide band. The largest, where they are too few to say; 0 of none.
 */
export function quantile(errors: readonly number[], share: number): number {
  const sorted = [...errors].sort((a, b) => a - b);
  const rank = Math.ceil((sorted.length + 1) * share);
  return sorted[Math.min(sorted.length, rank) - 1] ?? 0;
}

/** Whether a history is enough to fit, and to test what was fitted. */
export const isLongEnough = ({ days }: Pick<DemandHistory, 'days'>): boolean => knownDays(days) >= FITTED_DAYS_MIN;
