import { type DayProfile, EventKind } from '../records/index.ts';
import { civilDayAt, compileTariff, dateText, offsetTable, startsOfDays } from '../tariff/index.ts';
import { MINUTES_PER_DAY, type Milliseconds, type SupplyIndex, unixSeconds } from '../units/index.ts';
import { yearOf } from './calendar.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { type Statement, statementOf } from './statement.ts';
import type { HeldTable, SupplyRecord } from './statement-minutes.ts';
import { termsOf } from './terms.ts';
import type { HostFailure, Meter, MeterEvent, Posting, TariffVersion, Trade } from './types.ts';

export interface StatementQuery {
  readonly meter: number;
  /** Dates of local time, `2026-03-01`, both included. */
  readonly from: string;
  readonly to: string;
}

const STATEMENT_DAYS_MAX = 400;
/** What was spent before a statement and told in it is looked for so far back. */
const TOLD_DAYS_MAX = 40;
const PAGE = 500;
/** Hosts that share a store have clocks of their own: their postings may stand in the other order by so much. */
const CLOCKS_APART_MS = 3_600_000;

/** Reads what a store holds of a meter and a period, and explains it. */
export async function readStatement(
  tx: StoreReads,
  query: StatementQuery,
  zone: string,
  now: Milliseconds,
): Promise<Statement | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const starts = startsOf(query, zone, now);
  if ('reason' in starts) return starts;
  const { meter } = found;
  const { svpmsn } = meter;
  const [begin, end] = [starts[0], starts.at(-1)] as [Milliseconds, Milliseconds];
  const subscriber = await tx.subscriber(meter.subscriber);
  const { own, earlier } = await postingsOf(tx, meter, { begin, end });
  const toldBefore = Math.max(
    earlier.find(({ kind }) => kind === 'spent')?.at ?? meter.enrolledAt,
    begin - TOLD_DAYS_MAX * MS_PER_DAY,
  ) as Milliseconds;
  const supplies = await suppliesOf(tx, meter, { from: Math.min(toldBefore, begin) as Milliseconds, end, zone });
  if ('reason' in supplies) return supplies;
  const orders = [...new Set(own.flatMap(({ order }) => order ?? []))];
  const { currency } = await termsOf(tx);
  return statementOf({
    svpmsn,
    subscriber: { id: meter.subscriber, name: subscriber?.name ?? '' },
    ...{ zone, currency, starts, asOf: now, enrolledAt: meter.enrolledAt, toldBefore, supplies },
    dates: starts.slice(0, -1).map((at) => dateText(civilDayAt(zone, at))),
    before: await tx.ledgerOf(svpmsn, begin),
    postings: own,
    trades: new Map(
      (await tx.trades.of(orders)).flatMap((trade): [string, Trade][] => (trade ? [[trade.id, trade]] : [])),
    ),
    receipts: await receiptsOf(tx, orders),
  });
}

function startsOf({ from, to }: StatementQuery, zone: string, now: Milliseconds): Milliseconds[] | HostFailure {
  const starts = startsOfDays(zone, from, to);
  if (starts === undefined) {
    return fail('range-wrong', `A statement is of dates such as 2026-03-01, not of "${from}" to "${to}".`);
  }
  const days = starts.length - 1;
  if (days < 1 || days > STATEMENT_DAYS_MAX) {
    return fail('range-wrong', `A statement has 1 to ${STATEMENT_DAYS_MAX} days, not ${days}: check the dates.`);
  }
  if ((starts[days - 1] as number) > now) {
    return fail('range-wrong', `${to} has not begun: a statement ends today or before.`);
  }
  return starts;
}

type NumberedPosting = Posting & { readonly sequence: number };

/** Those of the period, the oldest first, and those before it, the newest first, as far as the last spending. */
export async function postingsOf(
  tx: StoreReads,
  { svpmsn }: Meter,
  { begin, end }: { readonly begin: Milliseconds; readonly end: Milliseconds },
): Promise<{ readonly own: NumberedPosting[]; readonly earlier: NumberedPosting[] }> {
  const own: NumberedPosting[] = [];
  const earlier: NumberedPosting[] = [];
  for (let before: number | undefined; ; ) {
    const page = await tx.postings({ svpmsn, limit: PAGE, ...(before !== undefined && { before }) });
    own.unshift(...page.filter(({ at }) => at >= begin && at < end).reverse());
    earlier.push(...page.filter(({ at }) => at < begin));
    const last = page.at(-1);
    const isSeen = earlier.some(({ kind }) => kind === 'spent') && (last?.at ?? 0) < begin - CLOCKS_APART_MS;
    if (last === undefined || page.length < PAGE || isSeen) return { own, earlier };
    before = last.sequence;
  }
}

async function receiptsOf(tx: StoreReads, orders: readonly string[]): Promise<Map<string, string>> {
  const numbers = new Map<string, string>();
  for (const order of orders) {
    const newest = (await tx.receipts.where('order', order)).at(-1);
    if (newest !== undefined) numbers.set(order, newest.id);
  }
  return numbers;
}

interface Span {
  readonly from: Milliseconds;
  readonly end: Milliseconds;
  readonly zone: string;
}

/** @param events of the meter, where they were read already */
export async function suppliesOf(
  tx: StoreReads,
  meter: Meter,
  span: Span,
  events?: readonly MeterEvent[],
): Promise<SupplyRecord[] | HostFailure> {
  const changes = (events ?? (await eventsOf(tx, meter))).filter(({ kind }) => kind === EventKind.tableChanged);
  const supplies: SupplyRecord[] = [];
  for (let supply = 1; supply <= meter.supplies; supply++) {
    const own = changes.filter((change) => change.supply === supply);
    const tables = await tablesOf(tx, meter, { changes: own, supply: supply as SupplyIndex }, span);
    if ('reason' in tables) return tables;
    const days = await tx.profiles({
      ...{ svpmsn: meter.svpmsn, supply: supply as SupplyIndex },
      // The report that was booked first may have been made some minutes before.
      fromDay: Math.floor((span.from - CLOCKS_APART_MS) / MS_PER_DAY),
      toDay: Math.floor(span.end / MS_PER_DAY),
    });
    supplies.push({ tables, profiles: new Map(days.map((day): [number, DayProfile] => [day.day, day])) });
  }
  return supplies;
}

/** All that a meter ever told, the newest first. */
export async function eventsOf(
  tx: StoreReads,
  { svpmsn }: Meter,
): Promise<(MeterEvent & { readonly number: number })[]> {
  const events: (MeterEvent & { readonly number: number })[] = [];
  for (let before: number | undefined; ; ) {
    const page = await tx.events({ svpmsn, limit: PAGE, ...(before !== undefined && { before }) });
    events.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return events;
    before = last.number;
  }
}

/**
 * The tables that a supply held, each from the minute after the meter took it and from its own instant on. Of a meter
 * that never told of one, the table that its tariff has in force.
 */
async function tablesOf(
  tx: StoreReads,
  meter: Meter,
  { changes, supply }: { readonly changes: readonly MeterEvent[]; readonly supply: SupplyIndex },
  { from, end, zone }: Span,
): Promise<HeldTable[] | HostFailure> {
  const taken = new Map(changes.map(({ value, time }) => [value, time]));
  const assumed = taken.size > 0 || meter.tariff === undefined ? undefined : await tx.tariff(meter.tariff, from);
  const versions = assumed === undefined ? await tx.tariffsOf([...taken.keys()]) : [assumed];
  const tables: HeldTable[] = [];
  for (const each of versions) {
    if (each === undefined) continue;
    const held = { supply, taken: taken.get(each.version) ?? 0, told: assumed === undefined };
    const table = tableOf(each, held, { from, end, zone });
    if (isFailure(table)) return table;
    tables.push(table);
  }
  return tables.sort((a, b) => a.table.version - b.table.version);
}

/**
 * A version of a tariff as a supply holds it.
 * @param taken unix seconds of when the meter took it
 */
export function tableOf(
  { version, definition, validFrom, name }: TariffVersion,
  { supply, taken, told }: { readonly supply: SupplyIndex; readonly taken: number; readonly told: boolean },
  { from, end, zone }: Span,
): HeldTable | HostFailure {
  const year = yearOf(from);
  const offsets = offsetTable(zone, year, yearOf(end) - year + 1);
  if ('reason' in offsets) return fail('tariff-wrong', offsets.sentence);
  const valid = unixSeconds(Math.floor(validFrom / 1000));
  const table = compileTariff(definition, { supply, version, validFrom: valid, offsets });
  if ('reason' in table) return fail('tariff-wrong', table.sentence);
  return { tariff: name, told, table, from: wholeMinute(Math.max(taken, valid)) };
}

/** A meter looks its rate up as a minute begins. */
const wholeMinute = (seconds: number): number => 60 * Math.ceil(seconds / 60);

const MS_PER_DAY = MINUTES_PER_DAY * 60_000;
