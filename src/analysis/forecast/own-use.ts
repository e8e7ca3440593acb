import { MINUTES_PER_DAY } from '../../units/index.ts';
import { quantile } from './back-test.ts';
import { DAYS_PER_WEEK } from './demand.ts';

/** What a household used on one day that is known well enough. */
export interface DayUse {
  /** 0 Monday to 6 Sunday. */
  readonly weekday: number;
  /** Of 1,440 minutes, in any unit. */
  readonly units: bigint;
}

/** What a household is expected to use. */
export interface OwnPattern {
  /** Of a day of each weekday; rounded up, so that no balance is said to last too long. */
  readonly units: readonly bigint[];
  /** Whether weekdays were told apart, or all days are like the mean of the last. */
  readonly byWeekday: boolean;
}

/** Shares of what was expected between which 8 of 10 spans of so many days lay; 1 is between them. */
export interface OwnBand {
  readonly low: number;
  readonly high: number;
}

const LAST_DAYS = 7;
const DAYS_MIN = 2;
/** Each weekday must be known so often to be told from others. */
const OF_WEEKDAY_MIN = 2;
/** Spans are tested of at most so many days, from so many days of history on, and so many of them make a band. */
const [SPAN_DAYS_MAX, TESTED_FROM, TESTS_MIN] = [7, 14, 8];
const TAIL = 0.1;
const MINUTES_PER_WEEK = BigInt(DAYS_PER_WEEK * MINUTES_PER_DAY);
const PER_DAY = BigInt(MINUTES_PER_DAY);

/**
 * Each weekday as it was on the average, all of them as much higher or lower as the last seven days were; or, where not
 * every weekday is known twice, the mean of the last seven days.
 * @param days the oldest first
 * @returns nothing where fewer than two days are known
 */
export function ownPattern(days: readonly DayUse[]): OwnPattern | undefined {
  if (days.length < DAYS_MIN) return undefined;
  const last = days.slice(-LAST_DAYS);
  const lastUnits = sum(last);
  const weekdays = Array.from({ length: DAYS_PER_WEEK }, (_, weekday) => days.filter((day) => day.weekday === weekday));
  if (weekdays.some((of) => of.length < OF_WEEKDAY_MIN)) {
    const mean = ceil(lastUnits, BigInt(last.length));
    return { units: weekdays.map(() => mean), byWeekday: false };
  }
  const means = weekdays.map((of) => ceil(sum(of), BigInt(of.length)));
  const usual = last.reduce((all, { weekday }) => all + (means[weekday] as bigint), 0n);
  if (usual === 0n) return { units: means, byWeekday: true };
  return { units: means.map((mean) => ceil(mean * lastUnits, usual)), byWeekday: true };
}

export interface FirstDay {
  readonly weekday: number;
  /** Until it ends. */
  readonly minutesLeft: number;
}

/**
 * For how many minutes so many units are enough, rounded down; nothing where nothing is used.
 * @param first the day on which it begins
 */
export function minutesEnough(units: bigint, { units: perDay }: OwnPattern, first: FirstDay): bigint | undefined {
  const perWeek = perDay.reduce((all, day) => all + day, 0n);
  if (perWeek === 0n) return undefined;
  // In units × minutes of a day, in which a minute costs what its day does.
  let left = units * PER_DAY;
  const weeks = left / (perWeek * PER_DAY);
  left -= weeks * perWeek * PER_DAY;
  let minutes = weeks * MINUTES_PER_WEEK;
  let span = BigInt(first.minutesLeft);
  for (let day = first.weekday; ; day = (day + 1) % DAYS_PER_WEEK) {
    const cost = perDay[day] as bigint;
    if (cost * span > left) return minutes + left / cost;
    left -= cost * span;
    minutes += span;
    span = PER_DAY;
  }
}

/**
 * How far use over so many days was from what the pattern of the days before had said, over the days that are known;
 * nothing where too few spans can be tested.
 */
export function ownBand(days: readonly DayUse[], spanDays: number): OwnBand | undefined {
  const span = Math.max(1, Math.min(SPAN_DAYS_MAX, Math.round(spanDays)));
  const ratios: number[] = [];
  for (let origin = TESTED_FROM; origin + span <= days.length; origin++) {
    const pattern = ownPattern(days.slice(0, origin));
    const next = days.slice(origin, origin + span);
    const expected = next.reduce((all, { weekday }) => all + (pattern?.units[weekday] ?? 0n), 0n);
    if (expected > 0n) ratios.push(Number(sum(next)) / Number(expected));
  }
  if (ratios.length < TESTS_MIN) return undefined;
  const below = ratios.map((ratio) => -ratio);
  return { low: Math.min(1, -quantile(below, 1 - TAIL)), high: Math.max(1, quantile(ratios, 1 - TAIL)) };
}

const sum = (days: readonly DayUse[]): bigint => days.reduce((all, { units }) => all + units, 0n);
const ceil = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;
