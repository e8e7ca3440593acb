import { MINUTES_PER_DAY, type Percent, type UnixSeconds } from '../units/index.ts';
import { type CivilDay, dayOfWeek, packedDate } from './civil.ts';
import { HOLIDAY_TYPE, type ModeTable, type Switch } from './table.ts';

export interface Rate {
  readonly percent: Percent;
  /** Into the table's `steps`, the cheapest being 0. */
  readonly stepIndex: number;
  /**
   * The percent holds until here; a meter looks again only then. It is the very next change of percent if that
   * comes within `RATE_HORIZON_SECONDS`; a table that does not change for so long is looked at again without need.
   * Always on a whole minute. Beyond the u32 of `UnixSeconds` at the end of time (2106).
   */
  readonly until: UnixSeconds;
}

export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 1 Monday to 7 Sunday, as in ISO 8601. */
  readonly weekday: number;
  /** 0 to 1439. */
  readonly minuteOfDay: number;
  readonly second: number;
  readonly civilDay: CivilDay;
  /** Of local time from UTC. */
  readonly offsetMinutes: number;
  readonly holiday: boolean;
}

/** How far `rateAt` looks for the next change: a week has one, unless the table has a single step for days on end. */
export const RATE_HORIZON_SECONDS = 8 * 86_400;

/** What holds at an instant (FIG. 5, parts 11 and the real-time clock). */
export function rateAt(table: ModeTable, at: UnixSeconds): Rate {
  let piece = pieceAt(table, at);
  const { step } = piece;
  const horizon = at + RATE_HORIZON_SECONDS;
  while (piece.until < horizon) {
    const next = pieceAt(table, piece.until);
    if (next.step !== step) break;
    piece = next;
  }
  return { percent: table.steps[step] as Percent, stepIndex: step, until: piece.until as UnixSeconds };
}

/**
 * Whether the percent changes after the earlier and not after the later of two instants, in whichever order they come.
 * A clock that monitoring slews from one to the other must not cross such an edge.
 */
export function crossesEdge(table: ModeTable, from: UnixSeconds, to: UnixSeconds): boolean {
  const end = Math.max(from, to);
  let rate = rateAt(table, Math.min(from, to) as UnixSeconds);
  while (rate.until <= end) {
    const next = rateAt(table, rate.until);
    if (next.stepIndex !== rate.stepIndex) return true;
    rate = next;
  }
  return false;
}

/** An instant as the clocks of the table's place show it. */
export function localTime(table: ModeTable, at: UnixSeconds): LocalTime {
  const offset = offsetSeconds(table, at);
  const local = at + offset;
  const day = Math.floor(local / SECONDS_PER_DAY);
  const secondOfDay = local - day * SECONDS_PER_DAY;
  const packed = packedDate(day);
  return {
    year: packed >> 9,
    month: (packed >> 5) & 15,
    day: packed & 31,
    weekday: dayOfWeek(day) + 1,
    minuteOfDay: (secondOfDay / 60) | 0,
    second: secondOfDay % 60,
    civilDay: day,
    offsetMinutes: offset / 60,
    holiday: listed(table.holidays, day),
  };
}

/** The local date as a number of days, for daily totals. It steps back only where a zone sets clocks back over midnight. */
export function civilDay(table: ModeTable, at: UnixSeconds): CivilDay {
  return Math.floor((at + offsetSeconds(table, at)) / SECONDS_PER_DAY);
}

/** The first instant of a local date (or of the next one that exists, where a zone leaves a date out). */
export function dayStart(table: ModeTable, day: CivilDay): UnixSeconds {
  const { offsets } = table;
  for (let i = 0; ; i++) {
    const { from, minutes } = offsets[i] as (typeof offsets)[number];
    // Where clocks go forward at midnight, the day begins with the change itself.
    const start = Math.max(from, day * SECONDS_PER_DAY - minutes * 60);
    const next = offsets[i + 1];
    if (next === undefined || start < next.from) return start as UnixSeconds;
  }
}

/** A stretch within one day profile and one offset from UTC, in which one step holds. */
interface Piece {
  readonly step: number;
  readonly until: number;
}

function pieceAt(table: ModeTable, at: number): Piece {
  const { offsets } = table;
  let index = offsets.length - 1;
  while (index > 0 && at < (offsets[index] as { from: number }).from) index--;
  const offset = (offsets[index] as { minutes: number }).minutes * 60;
  const local = at + offset;
  const day = Math.floor(local / SECONDS_PER_DAY);
  const midnight = day * SECONDS_PER_DAY;
  const minute = ((local - midnight) / 60) | 0;
  const switches = dayProfile(table, day);
  let current = switches.length - 1;
  while (current > 0 && minute < (switches[current] as Switch).minute) current--;
  const endMinute = switches[current + 1]?.minute ?? MINUTES_PER_DAY;
  const end = midnight + endMinute * 60 - offset;
  const changed = offsets[index + 1]?.from;
  return {
    step: (switches[current] as Switch).step,
    until: changed !== undefined && changed < end ? changed : end,
  };
}

function dayProfile(table: ModeTable, day: CivilDay): readonly Switch[] {
  const { seasons } = table;
  const monthDay = packedDate(day) & 511;
  let index = seasons.length - 1;
  while (index >= 0 && monthDay < startOf(seasons[index] as { month: number; day: number })) index--;
  // Before the year's first season, the last one still holds.
  const season = seasons[index < 0 ? seasons.length - 1 : index] as (typeof seasons)[number];
  const week = table.weeks[season.week] as readonly number[];
  const type = listed(table.holidays, day) ? HOLIDAY_TYPE : dayOfWeek(day);
  return table.days[week[type] as number] as readonly Switch[];
}

const startOf = ({ month, day }: { month: number; day: number }): number => month * 32 + day;

function offsetSeconds({ offsets }: ModeTable, at: number): number {
  let index = offsets.length - 1;
  while (index > 0 && at < (offsets[index] as { from: number }).from) index--;
  return (offsets[index] as { minutes: number }).minutes * 60;
}

function listed(ascending: readonly number[], day: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < day) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === day;
}

const SECONDS_PER_DAY = 86_400;
