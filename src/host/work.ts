import type { Milliseconds, Randomness, Svpmsn } from '../units/index.ts';
import { nextLoad } from './card-loads.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { Lane, type Work } from './types.ts';

/** A host that has begun an exchange has so long; then it counts as not answered. */
export const ANSWER_WITHIN_MS = 60_000;
const BACK_OFF_FIRST_MS = 2_000;
const BACK_OFF_MAX_MS = 120_000;
/** A meter whose keys are erased is asked so seldom: it will tell when it has some. */
const WITHOUT_KEYS_MS = 3_600_000;
/** More would only wait in the local unit's queue, and grow old there. */
export const IN_FLIGHT_PER_LOCAL_UNIT_MAX = 8;

/** Something new to do for a meter: it is due at once, unless a host is at it already. */
export async function wake(
  tx: StoreTransaction,
  meters: readonly { readonly svpmsn: Svpmsn; readonly localUnit: number }[],
  lane: Lane,
  now: Milliseconds,
): Promise<void> {
  const present = await tx.workOf(meters.map(({ svpmsn }) => svpmsn));
  const rows = new Map<Svpmsn, Work>();
  meters.forEach(({ svpmsn, localUnit }, i) => {
    const work = present[i];
    if (work === undefined) rows.set(svpmsn, { svpmsn, localUnit, lane, dueAt: now, attempts: 0, leased: false });
    else {
      const first = lane < work.lane ? lane : work.lane;
      const dueAt = work.leased || work.dueAt <= now ? work.dueAt : now;
      if (first !== work.lane || dueAt !== work.dueAt) rows.set(svpmsn, { ...work, lane: first, dueAt });
    }
  });
  if (rows.size > 0) await tx.putWork([...rows.values()]);
}

/** A local unit came: what was put off because nothing arrived there is due. */
export async function wakeLine(tx: StoreTransaction, localUnit: number, now: Milliseconds): Promise<void> {
  const meters = await tx.meters({ localUnit });
  const work = await tx.workOf(meters.map(({ svpmsn }) => svpmsn));
  const late = work.filter((row) => row !== undefined && !row.leased && row.dueAt > now) as Work[];
  if (late.length > 0) await tx.putWork(late.map((row) => ({ ...row, dueAt: now })));
}

/** What is next for a meter, and when; `undefined` when nothing is. */
async function nextOf(
  tx: StoreReads,
  id: Svpmsn,
  now: Milliseconds,
): Promise<Pick<Work, 'lane' | 'dueAt'> | undefined> {
  const [purse] = await tx.pursesOf([id]);
  if (purse !== undefined && purse.freeze === undefined) {
    if (purse.queryWanted || (await tx.outstanding(id)) !== undefined || (await tx.nextWaiting(id)) !== undefined) {
      return { lane: Lane.value, dueAt: now };
    }
  }
  const card = await nextLoad(tx, id, now);
  if (card !== undefined && card.dueAt <= now) return { lane: Lane.value, dueAt: now };
  if ((await tx.nextCommand(id)) !== undefined) return { lane: Lane.control, dueAt: now };
  return card && { lane: Lane.value, dueAt: card.dueAt };
}

/** An exchange came to its end: the meter is free, and what is next for it is due. */
export async function workDone(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const [work] = await tx.workOf([id]);
  if (work === undefined) return;
  const next = await nextOf(tx, id, now);
  if (next === undefined) await tx.deleteWork(id);
  else await tx.putWork([{ ...work, ...next, attempts: 0, leased: false }]);
}

/** No answer, or none that helps: again after a while that doubles, for ever. Nothing is refunded by time-out (X8). */
export async function workFailed(
  tx: StoreTransaction,
  id: Svpmsn,
  now: Milliseconds,
  randomness: Randomness,
): Promise<void> {
  const [work] = await tx.workOf([id]);
  if (work === undefined) return;
  const dueAt = (now + backOff(work.attempts, randomness)) as Milliseconds;
  await tx.putWork([{ ...work, dueAt, attempts: work.attempts + 1, leased: false }]);
}

/** The meter has no key by which it could be spoken to: what waits for it waits, and is tried seldom. */
export async function workWaits(
  tx: StoreTransaction,
  id: Svpmsn,
  now: Milliseconds,
  randomness: Randomness,
): Promise<void> {
  const [work] = await tx.workOf([id]);
  if (work === undefined) return;
  const dueAt = (now + spread(WITHOUT_KEYS_MS, randomness)) as Milliseconds;
  await tx.putWork([{ ...work, dueAt, attempts: work.attempts + 1, leased: false }]);
}

/** One of several keys that a meter may serve was not its key: the next is tried soon, and the delay does not grow. */
export async function workTriesOn(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const [work] = await tx.workOf([id]);
  if (work !== undefined)
    await tx.putWork([{ ...work, dueAt: (now + BACK_OFF_FIRST_MS) as Milliseconds, leased: false }]);
}

/** It answered, and has more to tell soon: what was lost before that counts no longer. */
export async function workGoesOn(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const [work] = await tx.workOf([id]);
  if (work !== undefined)
    await tx.putWork([{ ...work, dueAt: (now + BACK_OFF_FIRST_MS) as Milliseconds, attempts: 0, leased: false }]);
}

export const backOff = (attempts: number, randomness: Randomness): number =>
  spread(Math.min(BACK_OFF_FIRST_MS * 2 ** Math.min(attempts, 16), BACK_OFF_MAX_MS), randomness);

/** Three quarters to five quarters of a delay, so that a street that came back does not ask in one breath. */
function spread(delay: number, randomness: Randomness): number {
  const bytes = new Uint8Array(2);
  randomness.fill(bytes);
  const jitter = ((bytes[0] as number) << 8) | (bytes[1] as number);
  return Math.floor((delay * 3) / 4 + (delay * jitter) / 2 / 0x1_0000);
}
