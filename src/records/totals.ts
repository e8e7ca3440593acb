import { Reader, Writer } from '../bytes/index.ts';
import { SUPPLIES_MAX, type SupplyIndex, U32_MAX } from '../units/index.ts';
import { failure, type RecordFailure } from './failure.ts';

export const DAILY_TOTALS = 30;
export const MONTHLY_TOTALS = 13;
export const YEARLY_TOTALS = 2;
/** A daily or monthly total that was not recorded. */
export const TOTAL_MISSING = U32_MAX;

/**
 * The totals of one supply.
 *
 * Days, months and years are those of the local calendar, as people read them; a day may have 23 or 25 hours.
 * `registerImport` and `registerExport` never fall and never reset: the difference of two readings is the sum of the
 * minutes between, which holds profile and totals together whatever the calendar does.
 *
 * Bytes, 213 in all: supply u8 | day u16, the running local day as days since 1970-01-01 | month u16, the running
 * month as months since January 1970 | registerImport u64 and registerExport u64, 0.1 Wh | today u32, Wh of the running
 * day so far | days 30 x u32, Wh of the complete days, the last one first | months 13 x u32, Wh, the running one first |
 * years 2 x u64, Wh, the running one first. 0xFFFFFFFF in a u32 total: not recorded.
 */
export interface Totals {
  readonly supply: SupplyIndex;
  readonly day: number;
  readonly month: number;
  readonly registerImport: number;
  readonly registerExport: number;
  readonly today: number;
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
}
export const TOTALS_BYTES = 1 + 2 + 2 + 8 + 8 + 4 + 4 * DAILY_TOTALS + 4 * MONTHLY_TOTALS + 8 * YEARLY_TOTALS;

/** The totals of a meter on its first day. */
export function emptyTotals(supply: SupplyIndex, running: { day: number; month: number }): Totals {
  return {
    supply,
    day: running.day,
    month: running.month,
    registerImport: 0,
    registerExport: 0,
    today: 0,
    days: new Array(DAILY_TOTALS).fill(TOTAL_MISSING),
    months: [0, ...new Array(MONTHLY_TOTALS - 1).fill(TOTAL_MISSING)],
    years: new Array(YEARLY_TOTALS).fill(0),
  };
}

export function encodeTotals(totals: Totals): Uint8Array {
  const writer = new Writer(TOTALS_BYTES).u8(totals.supply).u16(totals.day).u16(totals.month);
  writer.u64(totals.registerImport).u64(totals.registerExport).u32(totals.today);
  for (let i = 0; i < DAILY_TOTALS; i++) writer.u32(totals.days[i] ?? TOTAL_MISSING);
  for (let i = 0; i < MONTHLY_TOTALS; i++) writer.u32(totals.months[i] ?? TOTAL_MISSING);
  for (let i = 0; i < YEARLY_TOTALS; i++) writer.u64(totals.years[i] ?? 0);
  return writer.done();
}

export function decodeTotals(bytes: Uint8Array): Totals | RecordFailure {
  if (bytes.length !== TOTALS_BYTES) return failure('length-wrong');
  const reader = new Reader(bytes);
  const supply = reader.u8();
  const totals = {
    supply: supply as SupplyIndex,
    day: reader.u16(),
    month: reader.u16(),
    registerImport: reader.u64(),
    registerExport: reader.u64(),
    today: reader.u32(),
    days: Array.from({ length: DAILY_TOTALS }, () => reader.u32()),
    months: Array.from({ length: MONTHLY_TOTALS }, () => reader.u32()),
    years: Array.from({ length: YEARLY_TOTALS }, () => reader.u64()),
  };
  if (!reader.ended() || !isSupply(supply)) return failure('field-out-of-range');
  return totals;
}

export const isSupply = (value: number): value is SupplyIndex =>
  Number.isInteger(value) && value >= 1 && value <= SUPPLIES_MAX;
