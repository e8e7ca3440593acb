import { Command } from '../exchange/index.ts';
import {
  compileTariff,
  decodeModeTable,
  encodeModeTable,
  offsetTable,
  type TariffDefinition,
} from '../tariff/index.ts';
import { type Milliseconds, SUPPLIES_MAX, type SupplyIndex, U32_MAX, unixSeconds } from '../units/index.ts';
import { versionAfter, yearOf } from './calendar.ts';
import { queueCommand } from './command-queue.ts';
import { fail, findMeter, isFailure, tariffUnknown, textFault } from './failures.ts';
import type { StoreReads, StoreTransaction, TariffQuery } from './ports.ts';
import type { HostFailure, Meter, NumberedTariff, TariffVersion } from './types.ts';

/** A meter keeps its last offset for ever: tables are published anew long before these years are over. */
const OFFSET_YEARS = 20;
/** Unix seconds of 32 bits end in the year after. */
const LAST_OFFSET_YEAR = 2106;

/** Gives the tariff a new version, and queues its table for every meter of that tariff. FIG. 2 */
export async function publishTariff(
  tx: StoreTransaction,
  tariff: { readonly name: string; readonly definition: TariffDefinition; readonly validFrom: Milliseconds },
  zone: string,
  now: Milliseconds,
): Promise<NumberedTariff | HostFailure> {
  const fault = textFault('name-wrong', "A tariff's name", tariff.name);
  if (fault !== undefined) return fault;
  const version: TariffVersion = { ...tariff, version: await nextVersion(tx, now), publishedAt: now };
  const issue = compiled(version, zone, now);
  if (isFailure(issue)) return issue;
  await tx.addTariff(version);
  for (const meter of await tx.meters({ tariff: tariff.name })) await queueTables(tx, meter, issue, now);
  return { ...version, edition: await tx.tariffEdition(version) };
}

/** Moves a meter to a tariff. Its tables get versions of their own, above every other: a meter takes no older one. */
export async function assignTariff(
  tx: StoreTransaction,
  request: { readonly meter: number; readonly name: string },
  zone: string,
  now: Milliseconds,
): Promise<NumberedTariff | HostFailure> {
  const found = await findMeter(tx, request.meter);
  if (isFailure(found)) return found;
  const meter = { ...found.meter, tariff: request.name };
  let assigned: TariffVersion | undefined;
  for (const version of await versionsOf(tx, request.name, now)) {
    assigned = { ...version, version: await nextVersion(tx, now), publishedAt: now };
    const issue = compiled(assigned, zone, now);
    if (isFailure(issue)) return issue;
    await tx.addTariff(assigned);
    await queueTables(tx, meter, issue, now);
  }
  if (assigned === undefined) return tariffUnknown(request.name);
  await tx.putMeter(meter);
  return { ...assigned, edition: await tx.tariffEdition(assigned) };
}

/** The latest of each name, by name. */
export async function latestTariffs(tx: StoreReads): Promise<NumberedTariff[]> {
  const latest = await tx.tariffs();
  return Promise.all(latest.map(async (version) => ({ ...version, edition: await tx.tariffEdition(version) })));
}

/** Versions of one name, the newest first: each is one less than the one before it. */
export async function tariffVersions(tx: StoreReads, query: TariffQuery): Promise<NumberedTariff[]> {
  const found = await tx.tariffVersions(query);
  const [newest] = found;
  const edition = newest === undefined ? 0 : await tx.tariffEdition(newest);
  return found.map((version, i) => ({ ...version, edition: edition - i }));
}

/** The tables for a meter that has none yet. */
export async function firstTables(
  tx: StoreTransaction,
  meter: Meter,
  name: string,
  zone: string,
  now: Milliseconds,
): Promise<HostFailure | undefined> {
  for (const version of await versionsOf(tx, name, now)) {
    const issue = compiled(version, zone, now);
    if (isFailure(issue)) return issue;
    await queueTables(tx, meter, issue, now);
  }
  return undefined;
}

/** What a meter is to hold of a tariff now: the version in force, and the one that waits for its instant. */
async function versionsOf(tx: StoreReads, name: string, now: Milliseconds): Promise<TariffVersion[]> {
  const latest = await tx.tariff(name);
  const inForce = await tx.tariff(name, now);
  if (latest === undefined) return [];
  return inForce === undefined || inForce.version === latest.version ? [latest] : [inForce, latest];
}

const nextVersion = async (tx: StoreReads, now: Milliseconds): Promise<number> =>
  versionAfter(await tx.lastTariffVersion(), now);

/** A version with the bytes of its table for each supply that a meter can have. */
interface Issue {
  readonly version: TariffVersion;
  readonly tables: readonly Uint8Array[];
}

function compiled(version: TariffVersion, zone: string, now: Milliseconds): Issue | HostFailure {
  const from = Math.floor(version.validFrom / 1000);
  if (!Number.isSafeInteger(from) || from < 0 || from > U32_MAX) {
    return fail(
      'tariff-wrong',
      `A tariff holds from an instant of the years 1970 to 2106, not from ${version.validFrom} ms.`,
    );
  }
  const validFrom = unixSeconds(from);
  const year = yearOf(now);
  const offsets = offsetTable(zone, year, Math.min(OFFSET_YEARS, LAST_OFFSET_YEAR - year + 1));
  if ('reason' in offsets) return fail('tariff-wrong', offsets.sentence);
  const tables: Uint8Array[] = [];
  for (let supply = 1; supply <= SUPPLIES_MAX; supply++) {
    const issue = { supply: supply as SupplyIndex, version: version.version, validFrom, offsets };
    const table = compileTariff(version.definition, issue);
    if ('reason' in table) return fail('tariff-wrong', table.sentence);
    tables.push(encodeModeTable(table));
  }
  return { version, tables };
}

/**
 * A table that waits for its instant stands in a slot beside the one in force: a meter holds both, and one that was
 * dark gets both. A new one in force takes the place of what waited before, in the queue as in the meter.
 */
async function queueTables(
  tx: StoreTransaction,
  meter: Meter,
  { version: { version, validFrom }, tables }: Issue,
  now: Milliseconds,
): Promise<void> {
  for (let supply = 1; supply <= meter.supplies; supply++) {
    const slot = `mode-table-${supply}` as const;
    const next = `${slot}-next` as const;
    const waited = await tx.command(meter.svpmsn, next);
    if (waited?.state === 'waiting') {
      // Its instant may have come before the meter was reached.
      if (validFrom > now && isInForce(waited.body, now)) await queueCommand(tx, meter, { ...waited, slot }, now);
      await tx.putCommand({ ...waited, state: 'refused', settledAt: now });
    }
    const body = tables[supply - 1] as Uint8Array;
    const command = { slot: validFrom > now ? next : slot, h: Command.modeTable, body, version };
    await queueCommand(tx, meter, command, now);
  }
}

function isInForce(body: Uint8Array, now: Milliseconds): boolean {
  const table = decodeModeTable(body);
  return !('reason' in table) && table.validFrom * 1000 <= now;
}
