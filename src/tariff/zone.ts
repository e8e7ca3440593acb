import { Temporal } from 'temporal-polyfill';
import { type Milliseconds, U32_MAX, type UnixSeconds } from '../units/index.ts';
import { type CivilDay, civilDayOf } from './civil.ts';
import type { TariffFailure } from './definition.ts';
import { OFFSET_QUARTERS_MAX, OFFSETS_MAX, type OffsetChange } from './table.ts';

/**
 * The offset table of an IANA zone for `years` years from the first of January of `fromYear`, for a mode table.
 * Meters know no zones: this runs at the host, and tables are sent anew before the years are over, because the last
 * offset holds for ever after.
 */
export function offsetTable(zone: string, fromYear: number, years: number): readonly OffsetChange[] | TariffFailure {
  if (
    !Number.isInteger(fromYear) ||
    !Number.isInteger(years) ||
    fromYear < 1970 ||
    years < 1 ||
    fromYear + years - 1 > LAST_YEAR
  ) {
    return {
      reason: 'zone-wrong',
      sentence: `Offsets are built for whole years from 1970 to ${LAST_YEAR}, not for ${years} years from ${fromYear}.`,
    };
  }
  const start = startOfYear(zone, fromYear);
  if (start === undefined) {
    return {
      reason: 'zone-wrong',
      sentence: `"${zone}" is not a time zone; give an IANA name such as Europe/Berlin.`,
    };
  }
  const end = Math.min(start.add({ years }).epochMilliseconds, U32_MAX * 1000);
  const offsets: OffsetChange[] = [{ from: 0 as UnixSeconds, minutes: offsetMinutes(start) }];
  for (
    let change = start.getTimeZoneTransition('next');
    change !== null && change.epochMilliseconds < end;
    change = change.getTimeZoneTransition('next')
  ) {
    offsets.push({ from: (change.epochMilliseconds / 1000) as UnixSeconds, minutes: offsetMinutes(change) });
  }
  if (offsets.length > OFFSETS_MAX) {
    return {
      reason: 'too-large',
      sentence: `"${zone}" changes ${offsets.length - 1} times in ${years} years and a table holds ${OFFSETS_MAX - 1} changes; ask for fewer years.`,
    };
  }
  const odd = offsets.find(
    ({ from, minutes }) => minutes % 15 !== 0 || Math.abs(minutes) > 15 * OFFSET_QUARTERS_MAX || from % 60 !== 0,
  );
  if (odd !== undefined) {
    return {
      reason: 'zone-wrong',
      sentence: `"${zone}" has an offset of ${odd.minutes} minutes from ${odd.from} s on, which a meter cannot hold; it takes quarter hours, changed on whole minutes.`,
    };
  }
  return offsets;
}

/** The hour that clocks show in a zone, 0 to 23. */
export function hourAt(zone: string, at: Milliseconds): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour;
}

/** The calendar month of an instant in a zone, counted: year × 12, and 0 for January. */
export function monthAt(zone: string, at: Milliseconds): number {
  const { year, month } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return year * 12 + month - 1;
}

/**
 * When each day of a calendar month begins in a zone, and when the next month does: one instant more than it has days.
 * @param month as `monthAt` counts
 */
export function daysOfMonth(zone: string, month: number): Milliseconds[] {
  const first = Temporal.PlainDate.from({ year: Math.floor(month / 12), month: (month % 12) + 1, day: 1 });
  return Array.from(
    { length: first.daysInMonth + 1 },
    (_, days) => first.add({ days }).toZonedDateTime(zone).epochMilliseconds as Milliseconds,
  );
}

/**
 * When each civil day of a range begins in a zone, and when the day after the last does.
 * @param first `2026-03-01`, and `last` alike, not before it
 * @returns nothing where a text is no date of the years 1970 to 2105
 */
export function startsOfDays(zone: string, first: string, last: string): Milliseconds[] | undefined {
  const [from, to] = [first, last].map(plainDate);
  if (from === undefined || to === undefined) return undefined;
  const count = Math.max(0, from.until(to, { largestUnit: 'days' }).days + 1);
  return Array.from(
    { length: count + 1 },
    (_, days) => from.add({ days }).toZonedDateTime(zone).epochMilliseconds as Milliseconds,
  );
}

function plainDate(text: string): Temporal.PlainDate | undefined {
  if (!/^(19[7-9]\d|20\d\d|210[0-5])-\d\d-\d\d$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return undefined;
  }
}

/** The civil day of an instant in a zone. */
export function civilDayAt(zone: string, at: Milliseconds): CivilDay {
  const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return civilDayOf(year, month, day);
}

/** In it the seconds of a u32 come to their end. */
const LAST_YEAR = 2106;

function startOfYear(zone: string, year: number): Temporal.ZonedDateTime | undefined {
  try {
    return Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(zone);
  } catch (error) {
    // The only way to ask whether a zone exists.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const offsetMinutes = (at: Temporal.ZonedDateTime): number => at.offsetNanoseconds / 60_000_000_000;
