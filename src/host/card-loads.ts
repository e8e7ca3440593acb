import type { Csn, Milliseconds, Region, Svpmsn } from '../units/index.ts';
import { type CardAt, cardsByTail, openRegion, slotOf } from './card-lookup.ts';
import { lacksTicket } from './card-tickets.ts';
import { isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { CardOrder, CardPurse, CardSlot } from './types.ts';

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

/** The regions of a card for which there is something to do where it is; none for a card that is not active. */
export async function wantedRegions(
  tx: StoreReads,
  { csn, route }: Omit<CardAt, 'region'>,
  now: Milliseconds,
): Promise<Region[]> {
  const regions: Region[] = [];
  for (const { region } of await tx.cardPurses.where('card', csn)) {
    if (await isWanted(tx, { csn, region, route }, now)) regions.push(region);
  }
  return regions;
}

/** Whether there is something to do for a region of a card where it is. */
export async function isWanted(tx: StoreReads, at: CardAt, now: Milliseconds): Promise<boolean> {
  const found = await openRegion(tx, at);
  if (isFailure(found)) return false;
  const { purse } = found;
  if (purse.queryWanted || purse.outstanding !== undefined) return true;
  if ((await firstWaiting(tx, purse.id)) !== undefined) return true;
  return lacksTicket(tx, { ...found, route: at.route, version: purse.ticketVersion, loads: false }, now);
}

/** The oldest of a region that waits. */
export async function firstWaiting(tx: StoreReads, purse: string): Promise<CardOrder | undefined> {
  const open = await tx.cardOrders.where('openOf', purse);
  return open
    .filter(({ state }) => state === 'waiting')
    .reduce<CardOrder | undefined>(
      (first, each) => (first && first.orderedAt <= each.orderedAt ? first : each),
      undefined,
    );
}
