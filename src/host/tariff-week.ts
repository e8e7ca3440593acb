import {
  type CalendarDay,
  type CalendarSpan,
  civilDayAt,
  dateText,
  localTime,
  startsOfDays,
  tariffCalendar,
} from '../tariff/index.ts';
import {
  assert,
  MINUTES_PER_DAY,
  type Milliseconds,
  type SupplyIndex,
  type Svpmsn,
  unixSeconds,
} from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import { supplyOf } from './load.ts';
import type { StoreReads } from './ports.ts';
import type { HeldTable, SupplyRecord } from './statement-minutes.ts';
import { supplyRecords, tableOf } from './supply-records.ts';
import type { HostFailure, Meter } from './types.ts';

export interface TariffWeekQuery {
  readonly meter: number;
  readonly supply: number;
  /** Local date of the first of seven days; the running one where absent. */
  readonly from?: string | undefined;
}

/** What a kilowatt-hour costs in each minute of seven civil days. */
export interface TariffWeek {
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  readonly zone: string;
  /** In force as the first day begins, or now, if that is later. */
  readonly table: HeldTable | undefined;
  readonly days: readonly TariffDayView[];
  /** The next that comes into force, as far as the host knows. */
  readonly next: HeldTable | undefined;
}

export interface TariffDayView {
  readonly date: string;
  readonly start: Milliseconds;
  readonly holiday: boolean;
  readonly season: string | undefined;
  readonly spans: readonly (CalendarSpan & { readonly version: number })[];
}

const DAYS = 7;

export async function readTariffWeek(
  tx: StoreReads,
  query: TariffWeekQuery,
  zone: string,
  now: Milliseconds,
): Promise<TariffWeek | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const { meter } = found;
  const supply = supplyOf(meter, query.supply);
  if (typeof supply === 'object') return supply;
  const from = query.from ?? dateText(civilDayAt(zone, now));
  const [first] = startsOfDays(zone, from, from) ?? [];
  if (first === undefined) return fail('range-wrong', `A week begins on a date such as 2026-03-01, not on "${from}".`);
  const day = civilDayAt(zone, first);
  const starts = startsOfDays(zone, from, dateText(day + DAYS - 1));
  const end = starts?.at(-1);
  if (starts === undefined || end === undefined) {
    return fail('range-wrong', 'The calendar of meters ends before this week does: take an earlier one.');
  }
  const supplies = await supplyRecords(tx, meter, { from: first, end, zone });
  if (isFailure(supplies)) return supplies;
  const own = (supplies[supply - 1] as SupplyRecord).tables;
  const coming = await comingTable(tx, meter, supply, { own, from: first, end, zone, now });
  if (coming !== undefined && isFailure(coming)) return coming;
  const tables = coming === undefined ? own : [...own, coming];
  const calendars = await calendarsOf(tx, tables);
  const at = Math.floor(Math.max(first, Math.min(now, end)) / 1000);
  return {
    ...{ svpmsn: meter.svpmsn, supply, zone },
    table: heldAt(tables, at),
    days: starts.slice(0, -1).flatMap((start, i) => dayView(tables, calendars, { start, day: day + i })),
    next: tables.filter((each) => each.from > at).sort((a, b) => a.from - b.from)[0],
  };
}

/** A version of the meter's tariff that waits for its instant, whether it was taken already or not. */
async function comingTable(
  tx: StoreReads,
  { tariff }: Meter,
  supply: SupplyIndex,
  {
    own,
    from,
    end,
    zone,
    now,
  }: {
    readonly own: readonly HeldTable[];
    readonly from: Milliseconds;
    readonly end: Milliseconds;
    readonly zone: string;
    readonly now: Milliseconds;
  },
): Promise<HeldTable | HostFailure | undefined> {
  const latest = tariff === undefined ? undefined : await tx.tariff(tariff);
  if (latest === undefined || latest.validFrom <= now) return undefined;
  if (own.some(({ table }) => table.version === latest.version)) return undefined;
  return tableOf(
    { ...latest, edition: await tx.tariffEdition(latest) },
    { supply, taken: 0, told: false },
    { from, end, zone },
  );
}

/** The newest of those whose instant has come, as a meter has it. */
const heldAt = (tables: readonly HeldTable[], seconds: number): HeldTable | undefined =>
  tables.reduce<HeldTable | undefined>(
    (held, each) => (each.from <= seconds && each.table.version > (held?.table.version ?? -1) ? each : held),
    undefined,
  );

type Calendar = (day: number) => CalendarDay;

/** By version. */
export async function calendarsOf(
  tx: StoreReads,
  tables: readonly HeldTable[],
): Promise<ReadonlyMap<number, Calendar>> {
  const found = await tx.tariffsOf(tables.map(({ table }) => table.version));
  return new Map(
    found.flatMap((version): [number, Calendar][] => {
      if (version === undefined) return [];
      const calendar = tariffCalendar(version.definition);
      assert(typeof calendar === 'function', 'what was published is a tariff');
      return [[version.version, calendar]];
    }),
  );
}

/** A day of which some minutes have a table: each stretch between two changes of table by its own. */
function dayView(
  tables: readonly HeldTable[],
  calendars: ReadonlyMap<number, Calendar>,
  { start, day }: { readonly start: Milliseconds; readonly day: number },
): TariffDayView[] {
  const begin = start / 1000;
  const changes = tables.flatMap(({ from, table }) => {
    if (from <= begin) return [];
    const { civilDay, minuteOfDay } = localTime(table, unixSeconds(from));
    return civilDay === day ? [{ from, minute: minuteOfDay }] : [];
  });
  const pieces = [{ from: begin, minute: 0 }, ...changes.sort((a, b) => a.from - b.from)];
  let first: CalendarDay | undefined;
  const spans = pieces.flatMap(({ from, minute }, i) => {
    const held = heldAt(tables, from);
    const calendar = held === undefined ? undefined : calendars.get(held.table.version)?.(day);
    if (held === undefined || calendar === undefined) return [];
    first ??= calendar;
    const { version } = held.table;
    return clipped(calendar.spans, minute, pieces[i + 1]?.minute ?? MINUTES_PER_DAY).map((span) => ({
      ...span,
      version,
    }));
  });
  if (first === undefined) return [];
  return [{ date: dateText(day), start, holiday: first.holiday, season: first.season, spans: joined(spans) }];
}

const clipped = (spans: readonly CalendarSpan[], from: number, to: number): CalendarSpan[] =>
  spans
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from < span.to);

type Span = CalendarSpan & { readonly version: number };

/** A table that another one took the place of in the same minute leaves two stretches that are one. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    const isSame = last?.to === span.from && last.band === span.band && last.version === span.version;
    if (last !== undefined && isSame && last.percent === span.percent) all[all.length - 1] = { ...last, to: span.to };
    else all.push(span);
  }
  return all;
}
