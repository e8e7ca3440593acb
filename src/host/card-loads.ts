import type { Csn, Milliseconds, Region, Svpmsn } from '../units/index.ts';
import { cardsByTail, wantedRegions } from './card-desk.ts';
import type { StoreReads } from './ports.ts';
import type { CardSlot } from './types.ts';

/** The slot of a meter, as its row in the store is named. */
export const slotIdOf = (id: Svpmsn): string => String(id);

export const slotOf = async (tx: StoreReads, id: Svpmsn): Promise<CardSlot | undefined> =>
  (await tx.cardSlots.of([slotIdOf(id)]))[0];

/** Something to do for a region of the card that is in a meter. */
export interface CardLoad {
  readonly csn: Csn;
  readonly region: Region;
  readonly dueAt: Milliseconds;
}

/** The next load through a meter: nothing where no card is in it, where it rests, and where nothing waits for it. */
export async function nextLoad(tx: StoreReads, id: Svpmsn, now: Milliseconds): Promise<CardLoad | undefined> {
  const slot = await slotOf(tx, id);
  if (slot?.dueAt === undefined) return undefined;
  const { dueAt, attempts } = slot;
  const loads: CardLoad[] = [];
  for (const csn of await cardsByTail(tx, slot.tail)) {
    for (const region of await wantedRegions(tx, csn, now)) loads.push({ csn, region, dueAt });
  }
  // After a try in vain another has its turn: a region that does not go keeps none that would from going.
  return loads[attempts % loads.length];
}
