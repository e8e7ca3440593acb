import { DAYS_PER_WEEK } from './demand.ts';
import { minimise } from './simplex.ts';

/** Each from 0 to 1. */
export interface SmoothingParameters {
  /** How much of an error moves the level, the pattern of the day and that of the week. */
  readonly level: number;
  readonly day: number;
  readonly week: number;
  /** How much of what the patterns do not explain is left after one step. */
  readonly carry: number;
  /** How much of that is remembered from the steps before, against the last error alone. */
  readonly memory: number;
}

/** Days in scaled numbers, `NaN` where not known, and what kind of day each is: 0 Monday to 6 Sunday. */
export interface SmoothedDays {
  readonly stepsPerDay: number;
  readonly days: readonly Float64Array[];
  readonly kinds: readonly number[];
}

/** So many days are taken for the first level and patterns. */
export const WARM_UP_DAYS = 14;
/** Parameters are fitted on so many days at most, the last: patterns follow the seasons. */
const FITTED_DAYS_MAX = 112;
const TRIES = 300;
/** Logits: a week's pattern that follows at a fourth of each error, and a rest that lasts for some hours. */
const START = [-5, -1, -1, 3, -1];

/**
 * Exponential smoothing with two seasons, a day and a week, and with what neither explains carried on: J. W. Taylor,
 * 2003 (doi:10.1057/palgrave.jors.2601589), here with a rest that remembers more than the last error.
 */
export class SeasonalSmoothing {
  readonly #parameters: SmoothingParameters;
  readonly #steps: number;
  #level = 0;
  #rest = 0;
  readonly #day: Float64Array;
  readonly #week: Float64Array;

  /** Takes the first two weeks as they are, and smooths over the others. */
  constructor({ days, kinds, stepsPerDay }: SmoothedDays, parameters: SmoothingParameters) {
    this.#parameters = parameters;
    this.#steps = stepsPerDay;
    this.#day = new Float64Array(stepsPerDay);
    this.#week = new Float64Array(DAYS_PER_WEEK * stepsPerDay);
    this.#begin(days.slice(0, WARM_UP_DAYS), kinds);
    days.forEach((day, i) => {
      this.observe(day, kinds[i] as number);
    });
  }

  #begin(days: readonly Float64Array[], kinds: readonly number[]): void {
    const each = (visit: (value: number, step: number, place: number) => void) => {
      for (const [i, day] of days.entries()) {
        day.forEach((value, step) => {
          if (!Number.isNaN(value)) visit(value, step, (kinds[i] as number) * this.#steps + step);
        });
      }
    };
    const all = [0, 0] as [number, number];
    each((value) => {
      all[0] += value;
      all[1] += 1;
    });
    this.#level = all[0] / Math.max(1, all[1]);
    const counts = { day: new Float64Array(this.#day.length), week: new Float64Array(this.#week.length) };
    each((value, step) => add(this.#day, counts.day, step, value - this.#level));
    divide(this.#day, counts.day);
    each((value, step, place) =>
      add(this.#week, counts.week, place, value - this.#level - (this.#day[step] as number)),
    );
    divide(this.#week, counts.week);
  }

  /** The days that follow, one after the other. */
  forecast(kinds: readonly number[]): Float64Array[] {
    let rest = this.#rest;
    return kinds.map((kind) => {
      const day = new Float64Array(this.#steps);
      for (let step = 0; step < this.#steps; step++) {
        rest *= this.#parameters.carry;
        day[step] = this.#pattern(step, kind) + rest;
      }
      return day;
    });
  }

  /** Smooths over one more day. */
  observe(values: Float64Array, kind: number): void {
    const { level, day, week, carry, memory } = this.#parameters;
    for (let step = 0; step < this.#steps; step++) {
      const value = values[step] as number;
      if (Number.isNaN(value)) {
        this.#rest *= carry;
        continue;
      }
      const error = value - this.#pattern(step, kind);
      const place = kind * this.#steps + step;
      this.#level += level * error;
      this.#day[step] = (this.#day[step] as number) + day * error;
      this.#week[place] = (this.#week[place] as number) + week * error;
      this.#rest = (1 - memory) * error + memory * carry * this.#rest;
    }
  }

  #pattern(step: number, kind: number): number {
    return this.#level + (this.#day[step] as number) + (this.#week[kind * this.#steps + step] as number);
  }
}

/** The parameters by which each day after the first two weeks would best have been forecast on the evening before. */
export function fitSmoothing({ days, kinds, stepsPerDay }: SmoothedDays): SmoothingParameters {
  const first = Math.max(0, days.length - FITTED_DAYS_MAX);
  const fitted = { days: days.slice(first), kinds: kinds.slice(first), stepsPerDay };
  const warm = { ...fitted, days: fitted.days.slice(0, WARM_UP_DAYS) };
  const cost = (logits: readonly number[]) => {
    const smoothing = new SeasonalSmoothing(warm, parametersOf(logits));
    let [sum, count] = [0, 0];
    for (let i = WARM_UP_DAYS; i < fitted.days.length; i++) {
      const [day, kind] = [fitted.days[i] as Float64Array, fitted.kinds[i] as number];
      const [forecast] = smoothing.forecast([kind]) as [Float64Array];
      for (let step = 0; step < stepsPerDay; step++) {
        const error = Math.abs((day[step] as number) - (forecast[step] as number));
        if (Number.isNaN(error)) continue;
        sum += error;
        count += 1;
      }
      smoothing.observe(day, kind);
    }
    return sum / Math.max(1, count);
  };
  return parametersOf(minimise(cost, START, { step: 1, tries: TRIES }));
}

function parametersOf(logits: readonly number[]): SmoothingParameters {
  const [level, day, week, carry, memory] = logits.map((logit) => 1 / (1 + Math.exp(-logit))) as [
    ...[number, number, number, number, number],
  ];
  return { level, day, week, carry, memory };
}

function add(sums: Float64Array, counts: Float64Array, place: number, value: number): void {
  sums[place] = (sums[place] as number) + value;
  counts[place] = (counts[place] as number) + 1;
}

function divide(sums: Float64Array, counts: Float64Array): void {
  sums.forEach((sum, i) => {
    sums[i] = sum / Math.max(1, counts[i] as number);
  });
}
