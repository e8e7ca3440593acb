import { type CivilDay, dayOfWeek } from '../../tariff/index.ts';

/** What was used, by civil day. */
export interface DemandHistory {
  /** The day of the first values. */
  readonly firstDay: CivilDay;
  /** Of equal length, by the clock on the wall: 24 hours, or 48 half hours. */
  readonly stepsPerDay: number;
  /** Mean power of each step, in any unit; `NaN` where it is not known. Forecasts are in the same unit. */
  readonly days: readonly Float64Array[];
  /** °C of each step of the same days. */
  readonly temperatures?: readonly Float64Array[];
  /** Known ahead: those of days to come as well. */
  readonly holidays: ReadonlySet<CivilDay>;
}

export const DAYS_PER_WEEK = 7;

/** 0 Monday to 6 Sunday; a holiday is like a Sunday. */
export const dayKind = (day: CivilDay, holidays: ReadonlySet<CivilDay>): number =>
  holidays.has(day) ? DAYS_PER_WEEK - 1 : dayOfWeek(day);

/** In which numbers errors are alike, whether demand is large or small. */
export interface DemandScale {
  to(value: number): number;
  from(scaled: number): number;
}

/** Below this share of the mean a logarithm says more about next to nothing than about demand. */
const LOG_SHARE_MIN = 0.05;
/** So rarely demand may be below it, as when a line is dead for an hour: then it counts as that share. */
const RARELY = 0.01;

/** Logarithms, where demand hardly ever comes near zero; shares of the mean where it does. */
export function scaleOf(days: readonly Float64Array[]): DemandScale {
  const known = days.flatMap((day) => [...day]).filter((value) => !Number.isNaN(value));
  const sum = known.reduce((all, value) => all + value, 0);
  const mean = sum > 0 ? sum / known.length : 1;
  const least = LOG_SHARE_MIN * mean;
  const low = known.filter((value) => value < least).length;
  if (low <= RARELY * known.length) return { to: (value) => Math.log(Math.max(least, value)), from: Math.exp };
  return { to: (value) => value / mean, from: (scaled) => Math.max(0, scaled * mean) };
}

/**
 * The same steps without gaps: what is not known is as it was a week before or after, else on the day before or after,
 * else zero.
 */
export function withoutGaps(days: readonly Float64Array[]): Float64Array[] {
  const whole = days.map((day) => day.slice());
  for (const [i, day] of whole.entries()) {
    day.forEach((value, step) => {
      if (!Number.isNaN(value)) return;
      const places = [i - DAYS_PER_WEEK, i + DAYS_PER_WEEK, i - 1, i + 1];
      const likely = places
        .map((place) => whole[place]?.[step])
        .find((other) => other !== undefined && !Number.isNaN(other));
      day[step] = likely ?? 0;
    });
  }
  return whole;
}

/** Days of which at least half is known. */
export const knownDays = (days: readonly Float64Array[]): number =>
  days.filter((day) => day.filter((value) => !Number.isNaN(value)).length * 2 >= day.length).length;

/**
 * The naive forecast: as it was a week before, else on the day before; `NaN` where neither is known.
 * @param day its place in the history, which may be beyond its end
 */
export function naiveDay(
  { days, stepsPerDay }: Pick<DemandHistory, 'days' | 'stepsPerDay'>,
  day: number,
): Float64Array {
  const weeks = Math.max(1, Math.ceil((day - days.length + 1) / DAYS_PER_WEEK));
  const before = days[day - weeks * DAYS_PER_WEEK];
  const last = days[Math.min(day, days.length) - 1];
  return Float64Array.from({ length: stepsPerDay }, (_, step) => {
    const value = before?.[step];
    return value === undefined || Number.isNaN(value) ? (last?.[step] ?? Number.NaN) : value;
  });
}
