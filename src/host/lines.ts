import type { AddressMap, AddressMapAnswer, CheckMeterMinute, LineHealth } from '../backhaul/index.ts';
import { type Milliseconds, U32_MAX } from '../units/index.ts';
import { versionAfter } from './calendar.ts';
import { fail } from './failures.ts';
import { CHECK_MINUTES_KEPT, type StoreReads, type StoreTransaction } from './ports.ts';
import type { CheckQuery, LineView } from './services.ts';
import type { CheckMinute, HostFailure, LineKnowledge, LineSuspicion } from './types.ts';

/** Suspicions of one line that are kept; those that were named the longest ago go first. */
const SUSPICIONS_KEPT = 512;
/** A minute may end this much after our own clock says so. */
const MINUTE_AHEAD_MS = 120_000;
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;

/** What the line carried, and what looks wrong on it. */
export async function takeHealth(
  tx: StoreTransaction,
  localUnit: number,
  { type: _, suspicions, ...health }: LineHealth,
  now: Milliseconds,
): Promise<void> {
  // It may have waited in the area unit for a host that was away; a clock of theirs that is ahead is not believed.
  const healthAt = Math.min(health.toMs, now) as Milliseconds;
  const known = await lineOf(tx, localUnit);
  if (healthAt < (known.healthAt ?? 0)) return;
  await tx.putLine({ ...known, healthAt, health });
  if (suspicions.length === 0) return;
  await tx.putSuspicions(suspicions.map((suspicion) => ({ ...suspicion, localUnit, namedAt: healthAt })));
  const kept = await tx.suspicions(localUnit);
  if (kept.length <= SUSPICIONS_KEPT) return;
  const oldest = kept.sort((a, b) => a.namedAt - b.namedAt).slice(0, kept.length - SUSPICIONS_KEPT);
  await tx.deleteSuspicions(oldest);
}

/** Keeps a minute of the check meter. Whether it can be: a minute that has not been yet would stand in the way of true ones. */
export async function takeCheckMinute(
  tx: StoreTransaction,
  localUnit: number,
  { minute, energy }: CheckMeterMinute,
  now: Milliseconds,
): Promise<boolean> {
  const endsAt = (minute + 1) * MS_PER_MINUTE;
  if (endsAt > now + MINUTE_AHEAD_MS) return false;
  await tx.putCheckMinute({ localUnit, minute, energy });
  const known = await lineOf(tx, localUnit);
  const checkedAt = Math.min(endsAt, now) as Milliseconds;
  if (checkedAt > (known.checkedAt ?? 0)) await tx.putLine({ ...known, checkedAt });
  return true;
}

export async function addressMap(tx: StoreReads, localUnit: number): Promise<AddressMap> {
  const meters = await tx.meters({ localUnit });
  const entries = meters.map(({ svpmsn, modemAddress }) => ({ svpmsn, modemAddress }));
  return { type: 'address-map', version: (await tx.fact('address-map-version')) ?? 0, entries };
}

/** A map changed: it is told from the one before. */
export async function raiseMapVersion(tx: StoreTransaction, now: Milliseconds): Promise<void> {
  const version = versionAfter((await tx.fact('address-map-version')) ?? 0, now);
  await tx.setFact('address-map-version', Math.min(version, U32_MAX));
}

/**
 * Keeps whether the unit took its map, and why not. Returns the map that it is to be sent instead: one that has a
 * higher version, where the unit holds a newer one than a database that was restored remembers.
 */
export async function takeMapAnswer(
  tx: StoreTransaction,
  localUnit: number,
  { version, refusal, sentence }: AddressMapAnswer,
  now: Milliseconds,
): Promise<AddressMap | undefined> {
  const known = await lineOf(tx, localUnit);
  const refused = { mapRefusedAt: now, mapRefusal: sentence };
  const taken = { mapRefusedAt: undefined, mapRefusal: undefined };
  if (refusal !== undefined) await tx.putLine({ ...known, ...refused });
  else if (known.mapRefusal !== undefined) await tx.putLine({ ...known, ...taken });
  const current = (await tx.fact('address-map-version')) ?? 0;
  // A newer one is on its way to it already.
  if (refusal !== 'version-old' || version !== current) return undefined;
  // Twice as far ahead of the clock each time: a unit that holds a version of tomorrow is caught up in a few tries,
  // and one that never agrees ends the exchange, with its refusal to be seen.
  const seconds = Math.floor(now / 1000);
  const raised = Math.max(seconds, 2 * current - seconds + 1);
  if (raised - seconds > MS_PER_DAY / 1000) return undefined;
  await tx.setFact('address-map-version', raised);
  return addressMap(tx, localUnit);
}

/** @param only a local unit, where it is named */
export async function lineViews(tx: StoreReads, now: Milliseconds, only?: number): Promise<LineView[]> {
  const views: LineView[] = [];
  const named = only === undefined ? undefined : await tx.line(only);
  const lines = only === undefined ? await tx.lines() : named === undefined ? [] : [named];
  for (const line of lines) {
    const suspicions = await tx.suspicions(line.localUnit);
    views.push({
      line,
      age: { health: age(line.healthAt), check: age(line.checkedAt), mapRefusal: age(line.mapRefusedAt) },
      suspicions: suspicions.map((suspicion) => suspicionView(suspicion, line)),
    });
  }
  return views;

  function age(at: number | undefined): number | undefined {
    return at === undefined ? undefined : Math.max(0, now - at);
  }

  function suspicionView(suspicion: LineSuspicion, line: LineKnowledge): LineView['suspicions'][number] {
    const { sinceMs, namedAt } = suspicion;
    // 0: a silent meter that was not heard since its local unit began.
    const since = age(sinceMs === 0 ? undefined : sinceMs);
    return { suspicion, stands: namedAt === line.healthAt, age: { since, named: age(namedAt) as number } };
  }
}

/** Minutes of the check meter of one line: what theft is found by, against the profiles of its meters. */
export async function checkMinutes(
  tx: StoreReads,
  { localUnit, from, to }: CheckQuery,
): Promise<CheckMinute[] | HostFailure> {
  const first = Math.ceil(from / MS_PER_MINUTE);
  const last = Math.ceil(to / MS_PER_MINUTE) - 1;
  if (!(from >= 0 && last >= first && last - first < CHECK_MINUTES_KEPT)) {
    const days = CHECK_MINUTES_KEPT / 1440;
    return fail(
      'range-wrong',
      `A check meter is read over more than nothing and at most ${days} days: check the range.`,
      { daysMax: days },
    );
  }
  return tx.checkMinutes({ localUnit, from: first, to: last });
}

async function lineOf(tx: StoreReads, localUnit: number): Promise<LineKnowledge> {
  return (await tx.line(localUnit)) ?? { ...NOTHING_KNOWN, localUnit };
}

const NOTHING_KNOWN: Omit<LineKnowledge, 'localUnit'> = {
  healthAt: undefined,
  health: undefined,
  checkedAt: undefined,
  mapRefusedAt: undefined,
  mapRefusal: undefined,
};
