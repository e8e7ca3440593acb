import {
  DAILY_TOTALS,
  decodeTotals,
  ENERGY_MAX,
  emptyTotals,
  encodeTotals,
  isRecordFailure,
  MONTHLY_TOTALS,
  TOTAL_MISSING,
  type Totals,
  YEARLY_TOTALS,
} from '../records/index.ts';
import { civilDate, civilDay, dayStart } from '../tariff/index.ts';
import { readBlob, writeBlob } from './blob.ts';
import { PROFILE_RING_MINUTES, type SupplyLayout, TOTALS_BLOB_BYTES } from './layout.ts';
import { getU32, type Nvm, putU32 } from './nvm.ts';
import { energyAt } from './profile-ring.ts';
import { type Meter, type Supply, secondOfMinute } from './state.ts';

const DECI_WATT_HOURS_PER_WATT_HOUR = 10;

/** The local day ends: its total joins the thirty, and month and year go on, or begin. */
export function endDay(meter: Memory, supply: Supply, next: number): void {
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

/**
 * The clock went back to `minute`. What the profile has from there on is counted already; days and months that are
 * lived again run on with what they had, so that nothing is lost and each ends once more.
 */
export function reopenDay(meter: Memory, supply: Supply, minute: number): void {
  const now = totalsNow(supply);
  const day = localDay(supply, minute);
  const { year, month } = civilDate(day);
  const runningMonth = (year - 1970) * 12 + month - 1;
  const days = Math.max(0, now.day - day);
  const months = Math.max(0, now.month - runningMonth);
  const years = Math.max(0, Math.floor(now.month / 12) - (year - 1970));
  supply.totals = {
    ...now,
    day: Math.min(day, now.day),
    month: Math.min(runningMonth, now.month),
    today: now.today + recorded(now.days.slice(0, days)),
    days: now.days.slice(days),
    months: [recorded(now.months.slice(0, months + 1)), ...now.months.slice(months + 1)],
    years: [recorded(now.years.slice(0, years + 1)), ...now.years.slice(years + 1)],
  };
  supply.sinceDayStart = 0;
  supply.dayEnds = dayEnd(supply, supply.totals.day);
  keepTotals(meter, supply, minute);
}

const recorded = (totals: readonly number[]): number =>
  totals.reduce((sum, total) => (total === TOTAL_MISSING ? sum : sum + total), 0);

/** A new running total of 0, and before it those that were jumped over. */
const begun = (count: number, jumped: number): number[] =>
  count === 0 ? [] : [0, ...new Array(Math.min(count - 1, DAILY_TOTALS)).fill(jumped)];

/**
 * What flowed back is in no profile: its register is kept beside the days, every quarter of an hour in which it rose
 * and with the last of the power. A cut without a last gasp loses what came since.
 */
export function keepExport(meter: Memory, supply: Supply, next: number): void {
  if (supply.exportedSinceKept === 0) return;
  supply.totals = totalsNow(supply);
  supply.sinceDayStart = 0;
  keepTotals(meter, supply, next);
}

/** The totals of this minute: those of the day's start, and what came since. */
export function totalsNow(supply: Supply): Totals {
  const { totals, sinceDayStart, exportedSinceKept } = supply;
  const registerImport = totals.registerImport + sinceDayStart;
  // Whole watt-hours by difference of the register: what a day loses by rounding, the next day has.
  const wattHours = whole(registerImport) - whole(totals.registerImport);
  return {
    ...totals,
    registerImport,
    registerExport: totals.registerExport + exportedSinceKept,
    today: totals.today + wattHours,
    months: [(totals.months[0] ?? 0) + wattHours, ...totals.months.slice(1)],
    years: [(totals.years[0] ?? 0) + wattHours, ...totals.years.slice(1)],
  };
}

const whole = (deciWattHours: number): number => Math.floor(deciWattHours / DECI_WATT_HOURS_PER_WATT_HOUR);

/** The totals of a meter that begins its life in this minute. */
export function firstTotals(meter: Memory, supply: Supply, minute: number): void {
  const day = localDay(supply, minute);
  const { year, month } = civilDate(day);
  supply.totals = emptyTotals(supply.index, { day, month: (year - 1970) * 12 + month - 1 });
  supply.dayEnds = dayEnd(supply, day);
  keepTotals(meter, supply, minute);
}

/** What of the meter the totals are kept by. */
type Memory = Pick<Meter, 'nvm' | 'highestMinute'>;

export interface KeptTotals {
  readonly sequence: number;
  readonly totals: Totals;
  /** The unix minute from which on the profile has to be added, and how much of that is in the totals already. */
  readonly minute: number;
  readonly counted: number;
  readonly slot: 0 | 1;
}

export function readTotals(nvm: Nvm, place: SupplyLayout): KeptTotals | undefined {
  let newest: KeptTotals | undefined;
  for (const slot of [0, 1] as const) {
    const bytes = readBlob(nvm, place.totals[slot], TOTALS_BLOB_BYTES);
    if (bytes === undefined || bytes.length < TOTALS_BLOB_BYTES) continue;
    const sequence = getU32(bytes, 0);
    const totals = decodeTotals(bytes.subarray(12));
    if (isRecordFailure(totals) || (newest !== undefined && newest.sequence > sequence)) continue;
    newest = { sequence, totals, minute: getU32(bytes, 4), counted: getU32(bytes, 8), slot };
  }
  return newest;
}

function keepTotals(meter: Memory, supply: Supply, minute: number): void {
  const slot = supply.totalsSlot === 0 ? 1 : 0;
  supply.totalsSequence += 1;
  const bytes = new Uint8Array(TOTALS_BLOB_BYTES);
  putU32(bytes, 0, supply.totalsSequence);
  putU32(bytes, 4, minute);
  putU32(bytes, 8, energySince(meter, supply.place, minute));
  bytes.set(encodeTotals(supply.totals), 12);
  writeBlob(meter.nvm, supply.place.totals[slot], bytes);
  supply.exportedSinceKept = 0;
  supply.totalsSlot = slot;
}

/** What the profile has from a minute on, 0.1 Wh. */
export function energySince({ nvm, highestMinute }: Memory, place: SupplyLayout, minute: number): number {
  let sum = 0;
  for (let past = Math.max(minute, highestMinute - PROFILE_RING_MINUTES + 1); past <= highestMinute; past++) {
    const energy = energyAt(nvm, place, past);
    if (energy <= ENERGY_MAX) sum += energy;
  }
  return sum;
}

function localDay(supply: Supply, minute: number): number {
  const table = supply.tables[supply.active];
  return table === undefined ? Math.floor(minute / 1440) : civilDay(table, secondOfMinute(minute));
}

export function dayEnd(supply: Supply, day: number): number {
  const table = supply.tables[supply.active];
  return table === undefined ? (day + 1) * 1440 : Math.ceil(dayStart(table, day + 1) / 60);
}
