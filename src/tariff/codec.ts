import { Reader, Writer } from '../bytes/index.ts';
import type { MilliTokensPerKwh, Percent, SupplyIndex, UnixSeconds } from '../units/index.ts';
import {
  DAY_PROFILES_MAX,
  DAY_TYPES,
  HOLIDAYS_MAX,
  type ModeTable,
  OFFSETS_MAX,
  SEASONS_MAX,
  STEPS_MAX,
  SWITCHES_PER_DAY_MAX,
  type Switch,
  tableFault,
} from './table.ts';

export interface DecodeFailure {
  /**
   * `length-wrong`: too short, or bytes left over. `format-unknown`: the first byte is not 1.
   * `value-wrong`: a value out of its range. `not-canonical`: a table that has another, the only allowed encoding.
   */
  readonly reason: 'length-wrong' | 'format-unknown' | 'value-wrong' | 'not-canonical';
  /** Where it was seen. */
  readonly field: keyof ModeTable | 'format' | 'length';
}

/** No encoding of the format is longer than this; what a terminal holds ends at `TABLE_BYTES_MAX`. */
export const MODE_TABLE_BYTES_MAX =
  25 +
  (1 + 2 * STEPS_MAX) +
  (1 + 3 * SEASONS_MAX) +
  (1 + DAY_TYPES * SEASONS_MAX) +
  (1 + DAY_PROFILES_MAX * (1 + 2 * SWITCHES_PER_DAY_MAX)) +
  (1 + 1 + 5 * (OFFSETS_MAX - 1)) +
  (1 + 2 * HOLIDAYS_MAX);

/**
 * The bytes of a mode table, big-endian. A table has exactly one encoding.
 *
 * | bytes | field | values |
 * |---|---|---|
 * | 1 | format | 1 |
 * | 1 | supply | 1 to 4 |
 * | 4 | version | u32, only rises |
 * | 4 | valid from | Unix seconds UTC |
 * | 4 × 2 | surcharge in percent of phase band 0, 1, 2, 3 | 0 to 1000 |
 * | 3 × 1 | degrees of lag at which band 1, 2, 3 begins | 1 to 90, ascending |
 * | 1 | number of steps s | 1 to 16 |
 * | s × 2 | percent of each step | 0 to 1000, ascending, each one used |
 * | 1 | number of seasons | 1 to 32 |
 * | each 3 | month, day, week index: from this date on that week holds, until the next season; the last season holds over the end of the year | dates ascending (02-29 allowed, it means 03-01 in other years); neighbours, also the last and the first, name different weeks; a single season stands at 01-01 |
 * | 1 | number of weeks | 1 to 32 |
 * | each 8 × 1 | day profile index for Monday, Tuesday, … Sunday, and for a holiday of whatever weekday | weeks differ, in the order in which the seasons first name them |
 * | 1 | number of day profiles | 1 to 64 |
 * | each 1 + 2k | number of switches k, then k times minute of the day × 16 + step index | k 1 to 48; minutes 0 to 1439 ascending from 0; neighbours name different steps; profiles differ, in the order in which the weeks first name them |
 * | 1 | number of offsets z | 1 to 128 |
 * | 1 | first offset of local time from UTC in quarter hours, signed; holds since ever | −64 to 64 |
 * | (z − 1) × 5 | Unix seconds UTC from which the next offset holds (4), and that offset (1, signed); the last one holds for ever after | multiples of 60, ascending, above 0; neighbours differ |
 * | 1 | number of holidays f | 0 to 255 |
 * | f × 2 | each holiday as days since 1970-01-01 of the local calendar | ascending |
 * | 4 | unit charge in milli-tokens per kWh | u32 |
 *
 * So the seed's `Mode | Unit` (FIG. 2) are these bytes: `Unit` the last four, `Mode` all before.
 * @throws Error when the table is not in normal form, which is a bug of whoever built it
 */
export function encodeModeTable(table: ModeTable): Uint8Array {
  const fault = tableFault(table);
  if (fault !== undefined) throw new Error(`a mode table must be in normal form: ${fault.field} ${fault.reason}`);
  const out = new Writer(512);
  out.u8(FORMAT).u8(table.supply).u32(table.version).u32(table.validFrom);
  for (const surcharge of table.surcharges) out.u16(surcharge);
  for (const limit of table.surchargeLimits) out.u8(limit);
  out.u8(table.steps.length);
  for (const step of table.steps) out.u16(step);
  out.u8(table.seasons.length);
  for (const { month, day, week } of table.seasons) out.u8(month).u8(day).u8(week);
  out.u8(table.weeks.length);
  for (const day of table.weeks.flat()) out.u8(day);
  out.u8(table.days.length);
  for (const switches of table.days) {
    out.u8(switches.length);
    for (const { minute, step } of switches) out.u16(minute * 16 + step);
  }
  out.u8(table.offsets.length);
  table.offsets.forEach(({ from, minutes }, i) => {
    if (i > 0) out.u32(from);
    out.i8(minutes / 15);
  });
  out.u8(table.holidays.length);
  for (const holiday of table.holidays) out.u16(holiday);
  return out.u32(table.unitCharge).done();
}

/** The table of any bytes, or why they are none. Never throws; every table that it returns encodes to the same bytes. */
export function decodeModeTable(bytes: Uint8Array): ModeTable | DecodeFailure {
  // Bounds the work on a long run of any bytes before the first count is believed.
  if (bytes.length > MODE_TABLE_BYTES_MAX) return { reason: 'length-wrong', field: 'length' };
  const input = new Reader(bytes);
  if (input.u8() !== FORMAT) return { reason: input.ok() ? 'format-unknown' : 'length-wrong', field: 'format' };
  const list = <T>(length: number, read: (index: number) => T): T[] => {
    const entries: T[] = [];
    for (let i = 0; i < length && input.ok(); i++) entries.push(read(i));
    return entries;
  };
  const supply = input.u8() as SupplyIndex;
  const version = input.u32();
  const validFrom = input.u32() as UnixSeconds;
  const percent = () => input.u16() as Percent;
  const degrees = () => input.u8();
  const surcharges = [percent(), percent(), percent(), percent()] as const;
  const surchargeLimits = [degrees(), degrees(), degrees()] as const;
  const steps = list(input.u8(), percent);
  const seasons = list(input.u8(), () => ({ month: input.u8(), day: input.u8(), week: input.u8() }));
  const weeks = list(input.u8(), () => list(DAY_TYPES, () => input.u8()));
  const days = list(input.u8(), () => list(input.u8(), () => switchOf(input.u16())));
  const offsets = list(input.u8(), (i) => ({
    from: (i === 0 ? 0 : input.u32()) as UnixSeconds,
    minutes: input.i8() * 15,
  }));
  const holidays = list(input.u8(), () => input.u16());
  const unitCharge = input.u32() as MilliTokensPerKwh;
  if (!input.ended()) return { reason: 'length-wrong', field: 'length' };
  const table: ModeTable = {
    supply,
    version,
    validFrom,
    unitCharge,
    surcharges,
    surchargeLimits,
    steps,
    seasons,
    weeks,
    days,
    offsets,
    holidays,
  };
  return tableFault(table) ?? table;
}

const FORMAT = 1;

const switchOf = (field: number): Switch => ({ minute: field >> 4, step: field & 15 });
