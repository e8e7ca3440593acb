import { CHECK_MINUTE_MISSING, type TransformerMinutes } from '../analysis/index.ts';
import { toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { compileTariff, daysOfMonth, type ModeTable, offsetTable, type TariffDefinition } from '../tariff/index.ts';
import { type Milliseconds, unixSeconds } from '../units/index.ts';
import { yearOf } from './calendar.ts';
import { fail } from './failures.ts';
import type { Store, StoreReads } from './ports.ts';
import type { HostFailure, SettledMinutes } from './types.ts';

/** A calendar month of the utility's zone. */
export interface Period {
  /** `2026-03` */
  readonly month: string;
  /** Year × 12, and 0 for January. */
  readonly count: number;
  /** When each of its days begins, and when the next month does. */
  readonly days: readonly Milliseconds[];
  readonly from: Milliseconds;
  readonly to: Milliseconds;
  /** Unix minute. */
  readonly firstMinute: number;
  readonly minutes: number;
}

const FIRST_YEAR = 1970;
const LAST_YEAR = 2105;

export function parsePeriod(text: string, zone: string): Period | HostFailure {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) {
    return fail(
      'period-wrong',
      `A period is a month from ${FIRST_YEAR}-01 to ${LAST_YEAR}-12, such as 2026-03, not "${text}".`,
    );
  }
  return periodOf(Number(year) * 12 + Number(month) - 1, zone);
}

export function periodOf(count: number, zone: string): Period {
  const days = daysOfMonth(zone, count);
  const [from, to] = [days[0], days.at(-1)] as [Milliseconds, Milliseconds];
  const firstMinute = from / MS_PER_MINUTE;
  const month = `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
  return { month, count, days, from, to, firstMinute, minutes: to / MS_PER_MINUTE - firstMinute };
}

/** Local units that have meters, or whose check meter was ever heard, by number. */
export async function transformersOf(tx: StoreReads): Promise<number[]> {
  const heard = (await tx.lines()).filter(({ checkedAt }) => checkedAt !== undefined);
  return [...new Set([...heard, ...(await tx.meters())].map(({ localUnit }) => localUnit))].sort((a, b) => a - b);
}

/** The minutes of a transformer: those that this month was judged by before, or else what its check meter told. */
export async function minutesOf(
  store: Store,
  period: Period,
  localUnit: number,
  version = 1,
): Promise<TransformerMinutes> {
  return store.read(async (tx) => {
    const [settled] = await tx.settledMinutes.of([settledId(period.month, localUnit, version)]);
    if (settled !== undefined) return { localUnit, energies: energiesOf(settled.energies) };
    const { firstMinute, minutes } = period;
    const energies = new Uint32Array(minutes).fill(CHECK_MINUTE_MISSING);
    for (const { minute, energy } of await tx.checkMinutes({
      ...{ localUnit, from: firstMinute, to: firstMinute + minutes - 1 },
    })) {
      energies[minute - firstMinute] = Math.min(energy, CHECK_MINUTE_MISSING);
    }
    return { localUnit, energies };
  });
}

/**
 * The minutes of a transformer as they are known by now: what its check meter told, also after the month was judged,
 * and what it was judged by before where the check meter's own are gone.
 * @param judged versions of the claim that the month was judged by
 */
export async function minutesNow(
  store: Store,
  period: Period,
  { localUnit, judged }: { readonly localUnit: number; readonly judged: number },
): Promise<TransformerMinutes> {
  return store.read(async (tx) => {
    const { firstMinute, minutes, month } = period;
    const ids = Array.from({ length: judged }, (_, i) => settledId(month, localUnit, judged - i));
    const settled = (await tx.settledMinutes.of(ids)).find((row) => row !== undefined);
    const energies =
      settled === undefined ? new Uint32Array(minutes).fill(CHECK_MINUTE_MISSING) : energiesOf(settled.energies);
    for (const { minute, energy } of await tx.checkMinutes({
      ...{ localUnit, from: firstMinute, to: firstMinute + minutes - 1 },
    })) {
      energies[minute - firstMinute] = Math.min(energy, CHECK_MINUTE_MISSING);
    }
    return { localUnit, energies };
  });
}

/** @param version of the claim: 1 is the first for its month, and what the month was closed by */
export const settledMinutes = (
  month: string,
  { localUnit, energies }: TransformerMinutes,
  version = 1,
): SettledMinutes => ({ id: settledId(month, localUnit, version), energies: energyBytes(energies) });

export const settledId = (month: string, localUnit: number, version = 1): string =>
  version === 1 ? `${month} ${localUnit}` : `${month} ${localUnit} ${version}`;

/** u32, big-endian. */
export function energyBytes(energies: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * energies.length);
  const view = new DataView(bytes.buffer);
  energies.forEach((energy, i) => {
    view.setUint32(4 * i, energy);
  });
  return bytes;
}

export function energiesOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i));
}

/** SHA-256 of the minutes as `energyBytes` writes them, 64 hex digits. */
export const minutesDigest = (energies: Uint32Array): string => toHex(sha256(energyBytes(energies)));

/** The mode table by which a period is priced. */
export function bulkTable(definition: TariffDefinition, zone: string, { from }: Period): ModeTable | HostFailure {
  const offsets = offsetTable(zone, yearOf(from), 2);
  if ('reason' in offsets) return fail('tariff-wrong', offsets.sentence);
  const table = compileTariff(definition, { supply: 1, version: 1, validFrom: unixSeconds(0), offsets });
  return 'reason' in table ? fail('tariff-wrong', table.sentence) : table;
}

const MS_PER_MINUTE = 60_000;
