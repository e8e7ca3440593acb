import { EventKind, Result } from '../records/index.ts';
import { chargeRate, decodeModeTable, encodeModeTable, type ModeTable, rateAt } from '../tariff/index.ts';
import { type Percent, unixSeconds } from '../units/index.ts';
import { readBlob, writeBlob } from './blob.ts';
import { recordEvent } from './event-log.ts';
import { type SupplyLayout, TABLE_BYTES_MAX } from './layout.ts';
import type { Nvm } from './nvm.ts';
import type { Meter, Supply } from './state.ts';

/** Mode table 11: reads both tables of a supply back. */
export function readTables(nvm: Nvm, place: SupplyLayout): (ModeTable | undefined)[] {
  return place.tables.map((at) => {
    const bytes = readBlob(nvm, at, TABLE_BYTES_MAX);
    const table = bytes === undefined ? undefined : decodeModeTable(bytes);
    return table === undefined || 'reason' in table ? undefined : table;
  });
}

/** FIG. 2, STEP 26: takes a new table into the place that is not in use. Versions only rise. */
export function takeTable(meter: Meter, bytes: Uint8Array): Result {
  const table = bytes.length > TABLE_BYTES_MAX ? undefined : decodeModeTable(bytes);
  if (table === undefined || 'reason' in table) return Result.bodyNotUnderstood;
  const supply = meter.supplies[table.supply - 1];
  if (supply === undefined) return Result.noSuchSupply;
  if (supply.tables.some((held) => held !== undefined && held.version >= table.version)) return Result.versionNotNewer;
  const place = supply.active === 0 ? 1 : 0;
  writeBlob(meter.nvm, supply.place.tables[place], encodeModeTable(table));
  supply.tables[place] = table;
  supply.rateUntil = 0;
  recordEvent(meter, EventKind.tableChanged, { supply: supply.index, value: table.version });
  return Result.done;
}

export const tableVersions = (supply: Supply, minute: number): { readonly active: number; readonly next: number } => {
  const waiting = supply.tables.find((table) => table !== undefined && table.validFrom > minute * 60);
  return { active: supply.tables[supply.active]?.version ?? 0, next: waiting?.version ?? 0 };
};

/** Looks the rate up for the minute that begins, when the last look says that it may have changed. */
export function lookUpRate(supply: Supply, minute: number): void {
  const seconds = minute * 60;
  let until = Number.POSITIVE_INFINITY;
  let best = -1;
  for (const place of [0, 1] as const) {
    const table = supply.tables[place];
    if (table === undefined) continue;
    if (table.validFrom > seconds) until = Math.min(until, Math.ceil(table.validFrom / 60));
    else if (table.version > best) {
      best = table.version;
      supply.active = place;
    }
  }
  const table = supply.tables[supply.active];
  if (table === undefined || best < 0) {
    // No table holds yet: nothing is charged, and the minutes of the profile stay to be charged from.
    supply.percent = 0;
    supply.rate = 0 as Supply['rate'];
    supply.rateUntil = until;
    return;
  }
  const rate = rateAt(table, unixSeconds(seconds));
  supply.percent = rate.percent;
  supply.rate = chargeRate(table, rate.percent, supply.band);
  supply.rateUntil = Math.min(until, rate.until / 60);
}

/** The rate with another phase-angle band, in the same step. */
export function applyBand(supply: Supply): void {
  const table = supply.tables[supply.active];
  if (table !== undefined) supply.rate = chargeRate(table, supply.percent as Percent, supply.band);
}
