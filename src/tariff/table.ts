import {
  MINUTES_PER_DAY,
  type MilliTokensPerKwh,
  type Percent,
  SUPPLIES_MAX,
  type SupplyIndex,
  U32_MAX,
  type UnixSeconds,
} from '../units/index.ts';
import { CIVIL_DAY_MAX, type CivilDay, dateExists } from './civil.ts';

/**
 * The mode table (part 11): what a kilowatt-hour costs at every minute, for one supply of one meter.
 *
 * A day profile says which step holds at which minute; a week names a day profile for Monday to Sunday
 * and for holidays; a season names the week that holds from its first date until the next season's.
 * The table is in normal form, so that two tables that charge alike by the same calendar are equal byte for byte
 * (`tableFault` lists the rules). It is never changed after it was built.
 */
export interface ModeTable {
  /** A meter keeps one active and one next table for each of its supplies. */
  readonly supply: SupplyIndex;
  /** Only rises: a meter refuses a table whose version is not above that of the table it has. */
  readonly version: number;
  readonly validFrom: UnixSeconds;
  readonly unitCharge: MilliTokensPerKwh;
  /** What multiplies the price in each band of phase angle (part 9, inductive load). */
  readonly surcharges: readonly [Percent, Percent, Percent, Percent];
  /** Degrees of lag, 1 to 90, at which bands 1, 2 and 3 begin. */
  readonly surchargeLimits: readonly [number, number, number];
  /** The percents that the table applies, the cheapest first. */
  readonly steps: readonly Percent[];
  readonly seasons: readonly Season[];
  /** Eight indices into `days` each: Monday to Sunday, then holidays. */
  readonly weeks: readonly (readonly number[])[];
  readonly days: readonly (readonly Switch[])[];
  /** Civil time; the first entry holds since ever, the last one for ever after. */
  readonly offsets: readonly OffsetChange[];
  readonly holidays: readonly CivilDay[];
}

/** Holds from its date until the next season begins; the last one runs over the end of the year. */
export interface Season {
  readonly month: number;
  /** 29 February is allowed: in other years such a season begins on 1 March. */
  readonly day: number;
  readonly week: number;
}

/** From this minute of the local day (0 to 1439) on, this step holds. */
export interface Switch {
  readonly minute: number;
  readonly step: number;
}

/** From this instant on, local time is UTC plus so many minutes. */
export interface OffsetChange {
  readonly from: UnixSeconds;
  readonly minutes: number;
}

/** Which of the four bands of phase angle a minute's load was in; two bits beside the profile. */
export type PhaseBand = 0 | 1 | 2 | 3;

/** A terminal holds no longer table: the seed's own, with ten years of offsets, is half of it. */
export const TABLE_BYTES_MAX = 800;
export const PERCENT_MAX = 1000;
export const STEPS_MAX = 16;
export const SEASONS_MAX = 32;
export const DAY_PROFILES_MAX = 64;
export const SWITCHES_PER_DAY_MAX = 48;
export const OFFSETS_MAX = 128;
export const HOLIDAYS_MAX = 255;
/** Seven weekdays and holidays. */
export const DAY_TYPES = 8;
export const HOLIDAY_TYPE = 7;
export const OFFSET_QUARTERS_MAX = 64;

/** The band of a lagging angle; an angle that leads, and no load at all, counts as 0 degrees. */
export function phaseBand(table: ModeTable, degreesOfLag: number): PhaseBand {
  const [first, second, third] = table.surchargeLimits;
  if (degreesOfLag < first) return 0;
  if (degreesOfLag < second) return 1;
  return degreesOfLag < third ? 2 : 3;
}

/** A rule of the normal form that does not hold, by the field where it was seen. */
export interface TableFault {
  readonly reason: 'value-wrong' | 'not-canonical';
  readonly field: keyof ModeTable;
}

/** The first rule that the table breaks, or `undefined`: every table that is in use has passed here. */
export function tableFault(table: ModeTable): TableFault | undefined {
  return headFault(table) ?? calendarFault(table) ?? offsetsFault(table.offsets) ?? holidaysFault(table.holidays);
}

const wrong = (field: keyof ModeTable): TableFault => ({ reason: 'value-wrong', field });
const unordered = (field: keyof ModeTable): TableFault => ({ reason: 'not-canonical', field });

function within(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function headFault(table: ModeTable): TableFault | undefined {
  if (!within(table.supply, 1, SUPPLIES_MAX)) return wrong('supply');
  if (!within(table.version, 0, U32_MAX)) return wrong('version');
  if (!within(table.validFrom, 0, U32_MAX)) return wrong('validFrom');
  if (!within(table.unitCharge, 0, U32_MAX)) return wrong('unitCharge');
  if (!table.surcharges.every((surcharge) => within(surcharge, 0, PERCENT_MAX))) return wrong('surcharges');
  if (!table.surchargeLimits.every((limit) => within(limit, 1, 90))) return wrong('surchargeLimits');
  if (!ascends(table.surchargeLimits)) return wrong('surchargeLimits');
  if (!within(table.steps.length, 1, STEPS_MAX)) return wrong('steps');
  if (!table.steps.every((step) => within(step, 0, PERCENT_MAX))) return wrong('steps');
  return ascends(table.steps) ? undefined : unordered('steps');
}

/** Equal neighbours are merged, and each list is in the order of its first use, without an unused or double entry. */
function calendarFault({ seasons, weeks, days, steps }: ModeTable): TableFault | undefined {
  if (!within(seasons.length, 1, SEASONS_MAX)) return wrong('seasons');
  // 2000 is a leap year: 29 February is a date.
  if (!seasons.every((season) => dateExists(2000, season.month, season.day))) return wrong('seasons');
  if (!ascends(seasons.map((season) => season.month * 32 + season.day))) return unordered('seasons');
  const only = seasons.length === 1;
  if (only && (seasons[0]?.month !== 1 || seasons[0].day !== 1)) return unordered('seasons');
  if (!only && seasons.some((season, i) => season.week === seasons.at(i - 1)?.week)) return unordered('seasons');
  if (weeks.some((week) => week.length !== DAY_TYPES)) return wrong('weeks');
  const weekOrder = seasons.map((season) => season.week);
  const dayOrder = weeks.flat();
  if (!weekOrder.every((week) => within(week, 0, weeks.length - 1))) return wrong('seasons');
  if (!inOrderOfUse(weekOrder, weeks)) return unordered('weeks');
  if (!within(days.length, 1, DAY_PROFILES_MAX)) return wrong('days');
  if (!dayOrder.every((day) => within(day, 0, days.length - 1))) return wrong('weeks');
  for (const switches of days) {
    if (!within(switches.length, 1, SWITCHES_PER_DAY_MAX)) return wrong('days');
    if (!switches.every(({ minute }) => within(minute, 0, MINUTES_PER_DAY - 1))) return wrong('days');
    if (!switches.every(({ step }) => within(step, 0, steps.length - 1))) return wrong('days');
    if (switches[0]?.minute !== 0 || !ascends(switches.map(({ minute }) => minute))) return unordered('days');
    if (switches.some(({ step }, i) => i > 0 && step === switches[i - 1]?.step)) return unordered('days');
  }
  if (!inOrderOfUse(dayOrder, days)) return unordered('days');
  const used = new Set(days.flat().map(({ step }) => step));
  return used.size === steps.length ? undefined : unordered('steps');
}

function inOrderOfUse(uses: readonly number[], list: readonly unknown[]): boolean {
  const order = [...new Set(uses)];
  if (order.length !== list.length || order.some((use, i) => use !== i)) return false;
  return new Set(list.map((entry) => JSON.stringify(entry))).size === list.length;
}

function offsetsFault(offsets: readonly OffsetChange[]): TableFault | undefined {
  if (!within(offsets.length, 1, OFFSETS_MAX)) return wrong('offsets');
  for (const { from, minutes } of offsets) {
    // Whole minutes, so that a minute of the profile never lies on both sides of a tariff edge.
    if (!within(from, 0, U32_MAX) || from % 60 !== 0) return wrong('offsets');
    if (!within(minutes / 15, -OFFSET_QUARTERS_MAX, OFFSET_QUARTERS_MAX)) return wrong('offsets');
  }
  if (offsets[0]?.from !== 0 || !ascends(offsets.map(({ from }) => from))) return unordered('offsets');
  const merged = offsets.every(({ minutes }, i) => i === 0 || minutes !== offsets[i - 1]?.minutes);
  return merged ? undefined : unordered('offsets');
}

function holidaysFault(holidays: readonly CivilDay[]): TableFault | undefined {
  if (holidays.length > HOLIDAYS_MAX) return wrong('holidays');
  if (!holidays.every((day) => within(day, 0, CIVIL_DAY_MAX))) return wrong('holidays');
  return ascends(holidays) ? undefined : unordered('holidays');
}

function ascends(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > (values[i - 1] as number));
}
