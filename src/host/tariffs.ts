import { Command } from '../exchange/index.ts';
import { compileTariff, encodeModeTable, offsetTable, type TariffDefinition } from '../tariff/index.ts';
import { type Milliseconds, SUPPLIES_MAX, type SupplyIndex, U32_MAX, unixSeconds } from '../units/index.ts';
import { versionAfter, yearOf } from './calendar.ts';
import { queueCommand } from './command-queue.ts';
import { fail, findMeter, isFailure, textFault } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { HostFailure, Meter, TariffVersion } from './types.ts';

/** A meter keeps its last offset for ever: tables are published anew long before these years are over. */
const OFFSET_YEARS = 20;

/** Gives the tariff a new version, and queues its table for every meter of that tariff. FIG. 2 */
export async function publishTariff(
  tx: StoreTransaction,
  tariff: { readonly name: string; readonly definition: TariffDefinition; readonly validFrom: Milliseconds },
  zone: string,
  now: Milliseconds,
): Promise<TariffVersion | HostFailure> {
  const fault = textFault('name-wrong', "A tariff's name", tariff.name);
  if (fault !== undefined) return fault;
  const version: TariffVersion = { ...tariff, version: await nextVersion(tx, now), publishedAt: now };
  const tables = compileAll(version, zone);
  if (isFailure(tables)) return tables;
  await tx.addTariff(version);
  for (const meter of await tx.meters({ tariff: tariff.name })) await queueTables(tx, meter, { version, tables }, now);
  return version;
}

/** Moves a meter to a tariff. Its table gets a version of its own, above every other: a meter takes no older one. */
export async function assignTariff(
  tx: StoreTransaction,
  request: { readonly meter: number; readonly name: string },
  zone: string,
  now: Milliseconds,
): Promise<TariffVersion | HostFailure> {
  const found = await findMeter(tx, request.meter);
  if (isFailure(found)) return found;
  const latest = await tx.tariff(request.name);
  if (latest === undefined) return tariffUnknown(request.name);
  const version: TariffVersion = { ...latest, version: await nextVersion(tx, now), publishedAt: now };
  const tables = compileAll(version, zone);
  if (isFailure(tables)) return tables;
  await tx.addTariff(version);
  const meter = { ...found.meter, tariff: request.name };
  await tx.putMeter(meter);
  await queueTables(tx, meter, { version, tables }, now);
  return version;
}

/** The latest table for a meter that has none yet. */
export async function firstTables(
  tx: StoreTransaction,
  meter: Meter,
  version: TariffVersion,
  zone: string,
  now: Milliseconds,
): Promise<HostFailure | undefined> {
  const tables = compileAll(version, zone);
  if (isFailure(tables)) return tables;
  await queueTables(tx, meter, { version, tables }, now);
  return undefined;
}

const nextVersion = async (tx: StoreReads, now: Milliseconds): Promise<number> =>
  versionAfter(await tx.lastTariffVersion(), now);

export const tariffUnknown = (name: string): HostFailure =>
  fail('tariff-unknown', `There is no tariff "${name}": publish it first.`);

/** The bytes of the table for each supply that a meter can have. */
function compileAll(version: TariffVersion, zone: string): Uint8Array[] | HostFailure {
  const from = Math.floor(version.validFrom / 1000);
  if (!Number.isSafeInteger(from) || from < 0 || from > U32_MAX) {
    return fail(
      'tariff-wrong',
      `A tariff holds from an instant of the years 1970 to 2105, not from ${version.validFrom} ms.`,
    );
  }
  const validFrom = unixSeconds(from);
  const offsets = offsetTable(zone, yearOf(version.publishedAt), OFFSET_YEARS);
  if ('reason' in offsets) return fail('tariff-wrong', offsets.sentence);
  const tables: Uint8Array[] = [];
  for (let supply = 1; supply <= SUPPLIES_MAX; supply++) {
    const issue = { supply: supply as SupplyIndex, version: version.version, validFrom, offsets };
    const table = compileTariff(version.definition, issue);
    if ('reason' in table) return fail('tariff-wrong', table.sentence);
    tables.push(encodeModeTable(table));
  }
  return tables;
}

async function queueTables(
  tx: StoreTransaction,
  meter: Meter,
  issue: { readonly version: TariffVersion; readonly tables: readonly Uint8Array[] },
  now: Milliseconds,
): Promise<void> {
  for (let supply = 1; supply <= meter.supplies; supply++) {
    const body = issue.tables[supply - 1] as Uint8Array;
    const { version } = issue.version;
    await queueCommand(tx, meter, { slot: `mode-table-${supply}`, h: Command.modeTable, body, version }, now);
  }
}
