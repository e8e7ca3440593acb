import { EventKind, type EventRecord, MeterFlag } from '../records/index.ts';
import type { Milliseconds, Randomness, Svpmsn } from '../units/index.ts';
import { nextLoad } from './card-loads.ts';
import { slotIdOf, slotOf, tailIn, tailOf } from './card-lookup.ts';
import type { StoreTransaction } from './ports.ts';
import { Lane, type Meter } from './types.ts';
import { backOff, wake } from './work.ts';

/**
 * Cards that were put in and pulled, as a meter's events tell, in its own order. They come under a key that the local
 * unit holds: whoever has that can have a meter asked for a card that is not there, and no more.
 */
export async function takeCardEvents(
  tx: StoreTransaction,
  meter: Meter,
  events: readonly EventRecord[],
  now: Milliseconds,
): Promise<void> {
  const last = events.findLast(({ kind }) => kind === EventKind.cardInserted || kind === EventKind.cardRemoved);
  if (last === undefined) return;
  const { svpmsn } = meter;
  const tail = tailIn(last);
  if (last.kind === EventKind.cardRemoved || tail === undefined) return tx.cardSlots.delete([slotIdOf(svpmsn)]);
  await tx.cardSlots.put([{ id: slotIdOf(svpmsn), svpmsn, tail, insertedAt: now, dueAt: now, attempts: 0 }]);
  if ((await nextLoad(tx, svpmsn, now)) !== undefined) await wake(tx, [meter], Lane.value, now);
}

/** What a meter's flags say, which it told at that instant: a card that was pulled in the dark left no event. */
export async function takeCardFlag(
  tx: StoreTransaction,
  meter: Meter,
  { flags, at }: { readonly flags: number; readonly at: Milliseconds },
  now: Milliseconds,
): Promise<void> {
  const slot = await slotOf(tx, meter.svpmsn);
  if (slot === undefined || at <= slot.insertedAt) return;
  if ((flags & MeterFlag.cardInserted) === 0) return tx.cardSlots.delete([slot.id]);
  // What made it rest need not be so any more, and may have been said by anybody.
  if (slot.dueAt === undefined) await tx.cardSlots.put([{ ...slot, dueAt: now }]);
  // Or something waits for it now that did not when it was put in.
  if ((await nextLoad(tx, meter.svpmsn, now)) !== undefined) await wake(tx, [meter], Lane.value, now);
}

/** There is something new for a card: wherever it is, it is spoken to at once. */
export async function wakeCard(tx: StoreTransaction, card: string, now: Milliseconds): Promise<void> {
  for (const slot of await tx.cardSlots.where('tail', tailOf(card))) {
    const [meter] = await tx.metersOf([slot.svpmsn]);
    if (meter === undefined) continue;
    await tx.cardSlots.put([{ ...slot, dueAt: now, attempts: 0 }]);
    await wake(tx, [meter], Lane.value, now);
  }
}

/** Then it is left alone until the meter tells of a card again: some ten minutes, and each region more than once. */
const TRIES_MAX = 12;

/** The exchange with the card did not come to its end, though its meter answered: again after a while that doubles. */
export async function cardFailed(
  tx: StoreTransaction,
  id: Svpmsn,
  now: Milliseconds,
  randomness: Randomness,
): Promise<void> {
  const slot = await slotOf(tx, id);
  if (slot?.dueAt === undefined) return;
  const attempts = slot.attempts + 1;
  const dueAt = attempts % TRIES_MAX === 0 ? undefined : ((now + backOff(slot.attempts, randomness)) as Milliseconds);
  await tx.cardSlots.put([{ ...slot, dueAt, attempts }]);
}

/** An exchange with the card came to its end: what is next for it is due. */
export async function cardServed(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const slot = await slotOf(tx, id);
  if (slot !== undefined) await tx.cardSlots.put([{ ...slot, dueAt: now, attempts: 0 }]);
}

/** The slot is empty, says the meter or somebody in its name: it is left alone until the meter tells of a card again. */
export async function cardRests(tx: StoreTransaction, id: Svpmsn): Promise<void> {
  const slot = await slotOf(tx, id);
  if (slot !== undefined) await tx.cardSlots.put([{ ...slot, dueAt: undefined }]);
}
