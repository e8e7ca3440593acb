/**
 * The Gregorian calendar in whole numbers, valid for every day that a meter can meet (1970 to 2149 and beyond).
 *
 * A civil day is the number of days from 1970-01-01 to a local date; it knows no zone.
 */
export type CivilDay = number;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** 2149-06-06: the last civil day that fits into 16 bits. */
export const CIVIL_DAY_MAX: CivilDay = 0xffff;

/** Year, month from 1 and day of the month of a civil day. */
export function civilDate(civilDay: CivilDay): CivilDate {
  const packed = packedDate(civilDay);
  return { year: packed >> 9, month: (packed >> 5) & 15, day: packed & 31 };
}

/** The civil day of a date that exists (`dateExists`). */
export function civilDayOf(year: number, month: number, day: number): CivilDay {
  // The year is taken to begin on 1 March, so that a leap day is the last day of its year.
  const marchYear = month < 3 ? year - 1 : year;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + (MONTH_STARTS[(month + 9) % 12] as number) + day - 1 - DAYS_TO_1970;
}

export function dateExists(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || !Number.isInteger(month) || !Number.isInteger(day)) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 0 Monday to 6 Sunday. */
export function dayOfWeek(civilDay: CivilDay): number {
  // 1970-01-01 was a Thursday.
  const day = (civilDay + 3) % 7;
  return day < 0 ? day + 7 : day;
}

/** `2025-12-24`, the way dates are written everywhere. */
export function dateText(civilDay: CivilDay): string {
  const { year, month, day } = civilDate(civilDay);
  return `${String(year).padStart(4, '0')}-${monthDayText(month * 32 + day)}`;
}

/** `12-24` of month × 32 + day. */
export function monthDayText(monthDay: number): string {
  return `${String(monthDay >> 5).padStart(2, '0')}-${String(monthDay & 31).padStart(2, '0')}`;
}

/**
 * Year × 512 + month × 32 + day, in one small integer: dates compare like numbers and cost no allocation.
 * The low 9 bits are the month and day.
 */
export function packedDate(civilDay: CivilDay): number {
  const fromMarch = civilDay + DAYS_TO_1970;
  const era = Math.floor(fromMarch / DAYS_OF_400_YEARS);
  let rest = fromMarch - era * DAYS_OF_400_YEARS;
  // The last century of an era, and the last year of four, are a day longer: hence the caps at 3.
  const century = Math.min((rest / DAYS_OF_100_YEARS) | 0, 3);
  rest -= century * DAYS_OF_100_YEARS;
  const four = (rest / DAYS_OF_4_YEARS) | 0;
  rest -= four * DAYS_OF_4_YEARS;
  const one = Math.min((rest / 365) | 0, 3);
  const monthDay = MONTH_DAYS[rest - one * 365] as number;
  const marchYear = era * 400 + century * 100 + four * 4 + one;
  return (monthDay < 3 * 32 ? marchYear + 1 : marchYear) * 512 + monthDay;
}

const DAYS_OF_400_YEARS = 146_097;
const DAYS_OF_100_YEARS = 36_524;
const DAYS_OF_4_YEARS = 1_461;
/** From 1 March of year 0 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;
/** Days from 1 March to the first of March, April, … February. */
const MONTH_STARTS = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337] as const;
/** Month × 32 + day of each day from 1 March to 29 February. */
const MONTH_DAYS = Int16Array.from({ length: 366 }, (_, day) => {
  const index = MONTH_STARTS.findLastIndex((start) => start <= day);
  return (((index + 2) % 12) + 1) * 32 + (day - (MONTH_STARTS[index] as number) + 1);
});
