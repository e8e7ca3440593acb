/** A year at one place, by month from January: what the season does to lamps and heating. */
export interface Climate {
  /** Minute of the day, in the clock time that people live by (daylight saving included). */
  readonly sunrise: readonly number[];
  readonly sunset: readonly number[];
  /** Mean temperature outside, °C. */
  readonly celsius: readonly number[];
}

/** The middle of each month at 52° north near the sea (central England), rounded. */
export const TEMPERATE_CLIMATE: Climate = {
  sunrise: [485, 440, 380, 370, 315, 285, 300, 345, 395, 445, 440, 480],
  sunset: [980, 1035, 1085, 1195, 1245, 1280, 1275, 1230, 1160, 1090, 975, 950],
  celsius: [4.5, 4.7, 6.6, 8.9, 12.0, 14.9, 17.1, 16.9, 14.4, 10.9, 7.3, 4.9],
};

/** Below this mean temperature a house is heated (the base of British degree days). */
const HEATING_BASE_CELSIUS = 15.5;
const MILLISECONDS_PER_DAY = 86_400_000;

/** 0 for January to 11, of a local day counted from 1970-01-01. */
export const monthOf = (day: number): number => new Date(day * MILLISECONDS_PER_DAY).getUTCMonth();

/** Saturday or Sunday; day 0 was a Thursday. */
export function isWeekend(day: number): boolean {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
}

/** Is it dark outside at this minute of the day (minutes past midnight count on: 1,500 is 1 o'clock)? */
export function isDark(climate: Climate, month: number, minute: number): boolean {
  const ofDay = minute % 1440;
  return ofDay < (climate.sunrise[month] as number) || ofDay >= (climate.sunset[month] as number);
}

/** How much a house is heated in this month, 1 in the mean of the year; 0 everywhere where it is never cold. */
export function heatingDemand(climate: Climate, month: number): number {
  let year = 0;
  for (const celsius of climate.celsius) year += Math.max(0, HEATING_BASE_CELSIUS - celsius);
  if (year === 0) return 0;
  return (12 * Math.max(0, HEATING_BASE_CELSIUS - (climate.celsius[month] as number))) / year;
}
