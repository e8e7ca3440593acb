import { equalConstantTime } from '../bytes/index.ts';
import { EventKind, Result } from '../records/index.ts';
import {
  chargeRate,
  decodeModeTable,
  encodeModeTable,
  type ModeTable,
  rateAt,
  TABLE_BYTES_MAX,
} from '../tariff/index.ts';
import type { Percent } from '../units/index.ts';
import { readBlob, writeBlob } from './blob.ts';
import { recordEvent } from './event-log.ts';
import type { SupplyLayout } from './layout.ts';
import type { Nvm } from './nvm.ts';
import { sharing } from './sharing.ts';
import { keepState, type LastCharge, type Meter, NO_CHARGE, type Supply, secondOfMinute } from './state.ts';

/** Mode table 11: reads both tables of a supply back. */
export function readTables(nvm: Nvm, place: SupplyLayout): (ModeTable | undefined)[] {
  return place.tables.map((at) => {
    const bytes = readBlob(nvm, at, TABLE_BYTES_MAX);
    const table = bytes === undefined ? undefined : sharedTable(bytes);
    return table === undefined || 'reason' in table ? undefined : table;
  });
}

const sharedTable = sharing(decodeModeTable);

/**
 * FIG. 2, STEP 26: takes a new table into the place that is not in use. Versions only rise: the same table again is one
 * that is not newer, and another one under its version is refused.
 */
export function takeTable(meter: Meter, bytes: Uint8Array): Result {
  const table = bytes.length > TABLE_BYTES_MAX ? undefined : sharedTable(bytes);
  if (table === undefined || 'reason' in table) return Result.bodyNotUnderstood;
  const supply = meter.supplies[table.supply - 1];
  if (supply === undefined) return Result.noSuchSupply;
  const image = encodeModeTable(table);
  const namesake = supply.tables.find((held) => held?.version === table.version);
  if (namesake !== undefined && !equalConstantTime(encodeModeTable(namesake), image)) return Result.refusedByPolicy;
  if (highestVersion(supply) >= table.version) return Result.versionNotNewer;
  const free = supply.tables.indexOf(undefined);
  const place = free >= 0 ? free : 1 - supply.active;
  writeBlob(meter.nvm, supply.place.tables[place] as number, image);
  supply.tables[place] = table;
  supply.rateUntil = 0;
  recordEvent(meter, EventKind.tableChanged, { supply: supply.index, value: table.version });
  return Result.done;
}

/** Of the tables that a supply holds, whether they are in force or wait; 0 for none. */
export const highestVersion = ({ tables }: Supply): number => newestTable(tables)?.version ?? 0;

export const newestTable = (tables: readonly (ModeTable | undefined)[]): ModeTable | undefined =>
  tables.reduce(
    (newest, held) => (held !== undefined && held.version > (newest?.version ?? -1) ? held : newest),
    undefined,
  );

/** The table in force, and the one that waits: for its time, or for the next minute alone. */
export const tableVersions = (supply: Supply, minute: number): { readonly active: number; readonly next: number } => {
  const active = supply.inForce?.version ?? 0;
  const waiting = supply.tables.find(
    (table) => table !== undefined && (table.validFrom > minute * 60 || table.version > active),
  );
  return { active, next: waiting?.version ?? 0 };
};

/** Looks the rate up for the minute that begins, when the last look says that it may have changed. */
export function lookUpRate(meter: Meter, supply: Supply, minute: number): void {
  const seconds = secondOfMinute(minute);
  let until = Number.POSITIVE_INFINITY;
  let table: ModeTable | undefined;
  for (const place of [0, 1] as const) {
    const held = supply.tables[place];
    if (held === undefined) continue;
    if (held.validFrom > seconds) until = Math.min(until, Math.ceil(held.validFrom / 60));
    else if (table === undefined || held.version > table.version) {
      table = held;
      supply.active = place;
    }
  }
  // A clock that was put back before all of them undoes none: the one that was in force stays.
  const last = supply.tables.findIndex((held) => held?.version === lastCharge(meter, supply).version);
  if (table === undefined && last >= 0) {
    table = supply.tables[last];
    supply.active = last as 0 | 1;
  }
  supply.inForce = isOutlived(meter, supply, table) ? undefined : table;
  if (supply.inForce === undefined) {
    // Before the first table begins this is 0: nothing is charged, and the profile stays to be charged from.
    const { unitCharge, percent, surcharge } = lastCharge(meter, supply);
    supply.percent = percent;
    supply.rate = (unitCharge * percent * surcharge) as Supply['rate'];
    supply.rateUntil = until;
    return;
  }
  const rate = rateAt(supply.inForce, seconds);
  supply.percent = rate.percent;
  supply.rate = chargeRate(supply.inForce, rate.percent, supply.band);
  supply.rateUntil = Math.min(until, rate.until / 60);
  if (lastCharge(meter, supply).version === supply.inForce.version) return;
  meter.kept.lastCharges[supply.index - 1] = chargeOf(supply.inForce);
  keepState(meter);
}

const lastCharge = (meter: Meter, { index }: Supply): LastCharge => meter.kept.lastCharges[index - 1] ?? NO_CHARGE;

/** A table that another had followed does not come back when that one is lost: it may be years old, and cheap. */
function isOutlived(meter: Meter, supply: Supply, table: ModeTable | undefined): boolean {
  const { version } = lastCharge(meter, supply);
  return table !== undefined && table.version < version && !holds(supply, version);
}

const holds = ({ tables }: Supply, version: number): boolean => tables.some((held) => held?.version === version);

/** Whether the table that was last in force cannot be read any more; of a state that was lost, whether none can. */
export function isTableLost(meter: Meter, supply: Supply): boolean {
  const { version } = lastCharge(meter, supply);
  return version === 0 ? highestVersion(supply) === 0 : supply.inForce === undefined && !holds(supply, version);
}

/** A meter whose tables are lost charges the dearest step of the last one, and never nothing. */
export const chargeOf = ({ version, unitCharge, steps, surcharges }: ModeTable): LastCharge => ({
  version,
  unitCharge,
  percent: Math.max(...steps),
  surcharge: surcharges[0],
});

/** Whether anything says what energy costs. */
export const hasCharge = (meter: Meter, supply: Supply): boolean =>
  highestVersion(supply) > 0 || lastCharge(meter, supply).version > 0;

/** The rate with another phase-angle band, in the same step. */
export function applyBand(supply: Supply): void {
  if (supply.inForce !== undefined) {
    supply.rate = chargeRate(supply.inForce, supply.percent as Percent, supply.band);
  }
}
