import type { Csn, Milliseconds, Svpmsn } from '../units/index.ts';
import { cardsByTail, wantedRegions } from './card-desk.ts';
import type { StoreReads } from './ports.ts';
import type { CardPurse, CardSlot } from './types.ts';

/** The slot of a meter, as its row in the store is named. */
export const slotIdOf = (id: Svpmsn): string => String(id);

export const slotOf = async (tx: StoreReads, id: Svpmsn): Promise<CardSlot | undefined> =>
  (await tx.cardSlots.of([slotIdOf(id)]))[0];

/** Something to do for a region of the card that is in a meter. */
export interface CardLoad {
  readonly csn: Csn;
  readonly purse: CardPurse;
  readonly dueAt: Milliseconds;
}

/** The next load through a meter: nothing where no card is in it, where it rests, and where nothing waits for it. */
export async function nextLoad(tx: StoreReads, id: Svpmsn, now: Milliseconds): Promise<CardLoad | undefined> {
  const slot = await slotOf(tx, id);
  if (slot?.dueAt === undefined) return undefined;
  const { dueAt, attempts } = slot;
  const loads: CardLoad[] = [];
  const unheard: CardLoad[] = [];
  for (const csn of await cardsByTail(tx, slot.tail)) {
    const wanted = await wantedRegions(tx, { csn, route: id }, now);
    for (const purse of await tx.cardPurses.where('card', csn)) {
      if (wanted.includes(purse.region)) loads.push({ csn, purse, dueAt });
      else if (await isUnheard(tx, purse, slot)) unheard.push({ csn, purse, dueAt });
    }
  }
  loads.push(...unheard);
  // After a try in vain another has its turn: a region that does not go keeps none that would from going.
  return loads[attempts % loads.length];
}

/** A region that may have been spent from since, where nobody can be asked: the card tells of it, once when it is put in. */
async function isUnheard(
  tx: StoreReads,
  { id, freeze, toldAt }: CardPurse,
  { insertedAt }: CardSlot,
): Promise<boolean> {
  if (freeze !== undefined || (toldAt ?? 0) >= insertedAt) return false;
  return (await tx.cardTickets.where('purse', id)).length > 0;
}

/** Whether an exchange has moved the books: one that has not is not begun again at once. */
export const hasMoved = (before: CardPurse, after: CardPurse): boolean =>
  before.lastCounter !== after.lastCounter ||
  before.ticketVersion !== after.ticketVersion ||
  before.queryWanted !== after.queryWanted;
