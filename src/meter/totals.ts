import {
  DAILY_TOTALS,
  decodeTotals,
  emptyTotals,
  encodeTotals,
  isRecordFailure,
  MONTHLY_TOTALS,
  TOTAL_MISSING,
  TOTALS_BYTES,
  type Totals,
  YEARLY_TOTALS,
} from '../records/index.ts';
import { civilDate, civilDay, dayStart } from '../tariff/index.ts';
import { unixSeconds } from '../units/index.ts';
import { readBlob, writeBlob } from './blob.ts';
import type { Layout } from './layout.ts';
import { getU32, type Nvm, putU32 } from './nvm.ts';
import type { Meter, Supply } from './state.ts';

const DECI_WATT_HOURS_PER_WATT_HOUR = 10;

/** The local day ends: its total joins the thirty, and month and year go on, or begin. */
export function endDay(meter: Pick<Meter, 'nvm' | 'layout'>, supply: Supply, next: number): void {
  const now = totalsNow(supply);
  const day = localDay(supply, next);
  const { year, month } = civilDate(day);
  const runningMonth = (year - 1970) * 12 + month - 1;
  // A day that was jumped over was not recorded; the clock going back ends no day twice.
  const passed = Math.max(0, day - now.day);
  const newMonths = Math.max(0, runningMonth - now.month);
  const newYears = Math.max(0, year - 1970 - Math.floor(now.month / 12));
  const skipped = passed === 0 ? [] : new Array(Math.min(passed - 1, DAILY_TOTALS)).fill(TOTAL_MISSING);
  const ended = passed === 0 ? [] : [now.today];
  supply.totals = {
    supply: supply.index,
    day: Math.max(day, now.day),
    month: Math.max(runningMonth, now.month),
    registerImport: now.registerImport,
    registerExport: now.registerExport,
    today: passed === 0 ? now.today : 0,
    days: [...skipped, ...ended, ...now.days].slice(0, DAILY_TOTALS),
    months: [...begun(newMonths, TOTAL_MISSING), ...now.months].slice(0, MONTHLY_TOTALS),
    years: [...begun(newYears, 0), ...now.years].slice(0, YEARLY_TOTALS),
  };
  supply.sinceDayStart = 0;
  supply.dayEnds = dayEnd(supply, day);
  keepTotals(meter, supply, next);
}

/** A new running total of 0, and before it those that were jumped over. */
const begun = (count: number, jumped: number): number[] =>
  count === 0 ? [] : [0, ...new Array(Math.min(count - 1, DAILY_TOTALS)).fill(jumped)];

/** The totals of this minute: those of the day's start, and what came since. */
export function totalsNow(supply: Supply): Totals {
  const { totals, sinceDayStart } = supply;
  const registerImport = totals.registerImport + sinceDayStart;
  // Whole watt-hours by difference of the register: what a day loses by rounding, the next day has.
  const wattHours = whole(registerImport) - whole(totals.registerImport);
  return {
    ...totals,
    registerImport,
    today: totals.today + wattHours,
    months: [(totals.months[0] ?? 0) + wattHours, ...totals.months.slice(1)],
    years: [(totals.years[0] ?? 0) + wattHours, ...totals.years.slice(1)],
  };
}

const whole = (deciWattHours: number): number => Math.floor(deciWattHours / DECI_WATT_HOURS_PER_WATT_HOUR);

/** The totals of a meter that begins its life in this minute. */
export function firstTotals(meter: Pick<Meter, 'nvm' | 'layout'>, supply: Supply, minute: number): void {
  const day = localDay(supply, minute);
  const { year, month } = civilDate(day);
  supply.totals = emptyTotals(supply.index, { day, month: (year - 1970) * 12 + month - 1 });
  supply.dayEnds = dayEnd(supply, day);
  keepTotals(meter, supply, minute);
}

export interface KeptTotals {
  readonly totals: Totals;
  /** The unix minute from which on the profile has to be added. */
  readonly minute: number;
  readonly slot: 0 | 1;
}

export function readTotals(nvm: Nvm, layout: Layout, supply: number): KeptTotals | undefined {
  let newest: KeptTotals | undefined;
  for (const slot of [0, 1] as const) {
    const at = layout.supplies[supply - 1]?.totals[slot];
    const bytes = at === undefined ? undefined : readBlob(nvm, at, 4 + TOTALS_BYTES);
    if (bytes === undefined || bytes.length < 4) continue;
    const totals = decodeTotals(bytes.subarray(4));
    const minute = getU32(bytes, 0);
    if (isRecordFailure(totals) || (newest !== undefined && newest.minute > minute)) continue;
    newest = { totals, minute, slot };
  }
  return newest;
}

function keepTotals(meter: Pick<Meter, 'nvm' | 'layout'>, supply: Supply, minute: number): void {
  const slot = supply.totalsSlot === 0 ? 1 : 0;
  const bytes = new Uint8Array(4 + TOTALS_BYTES);
  putU32(bytes, 0, minute);
  bytes.set(encodeTotals(supply.totals), 4);
  writeBlob(meter.nvm, (meter.layout.supplies[supply.index - 1] as Layout['supplies'][number]).totals[slot], bytes);
  supply.totalsSlot = slot;
}

function localDay(supply: Supply, minute: number): number {
  const table = supply.tables[supply.active];
  return table === undefined ? Math.floor(minute / 1440) : civilDay(table, unixSeconds(minute * 60));
}

export function dayEnd(supply: Supply, day: number): number {
  const table = supply.tables[supply.active];
  return table === undefined ? (day + 1) * 1440 : Math.ceil(dayStart(table, day + 1) / 60);
}
