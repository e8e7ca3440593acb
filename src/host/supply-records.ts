import { type DayProfile, EventKind } from '../records/index.ts';
import { compileTariff, offsetTable } from '../tariff/index.ts';
import { MINUTES_PER_DAY, type Milliseconds, type SupplyIndex, unixSeconds } from '../units/index.ts';
import { yearOf } from './calendar.ts';
import { fail, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { HeldTable, SupplyRecord } from './statement-minutes.ts';
import type { HostFailure, Meter, MeterEvent, NumberedEvent, NumberedTariff } from './types.ts';

/** Hosts that share a store have clocks of their own: their postings may stand in the other order by so much. */
export const CLOCKS_APART_MS = 3_600_000;
const PAGE = 500;

export interface Span {
  readonly from: Milliseconds;
  readonly end: Milliseconds;
  readonly zone: string;
}

/**
 * What is known of the supplies of a meter in some span: its tables, and the profiles of its days.
 * @param events of the meter, where they were read already
 */
export async function supplyRecords(
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
export async function eventsOf(tx: StoreReads, { svpmsn }: Meter): Promise<NumberedEvent[]> {
  const events: NumberedEvent[] = [];
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
    const table = tableOf({ ...each, edition: await tx.tariffEdition(each) }, held, { from, end, zone });
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
  { version, edition, definition, validFrom, name }: Omit<NumberedTariff, 'publishedAt'>,
  { supply, taken, told }: { readonly supply: SupplyIndex; readonly taken: number; readonly told: boolean },
  { from, end, zone }: Span,
): HeldTable | HostFailure {
  const year = yearOf(from);
  const offsets = offsetTable(zone, year, yearOf(end) - year + 1);
  if ('reason' in offsets) return fail('tariff-wrong', offsets.sentence);
  const valid = unixSeconds(Math.floor(validFrom / 1000));
  const table = compileTariff(definition, { supply, version, validFrom: valid, offsets });
  if ('reason' in table) return fail('tariff-wrong', table.sentence);
  return { tariff: name, edition, told, table, from: wholeMinute(Math.max(taken, valid)) };
}

/** A meter looks its rate up as a minute begins. */
const wholeMinute = (seconds: number): number => 60 * Math.ceil(seconds / 60);

const MS_PER_DAY = MINUTES_PER_DAY * 60_000;
