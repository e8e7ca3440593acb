import type { EventRecord } from '../records/index.ts';
import type { Csn, Region, Svpmsn } from '../units/index.ts';
import { purseIdOf } from './card-ids.ts';
import { fail, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { CardProvider, CardPurse, CardSlot, HostFailure, IssuedCard, OfflineMeter } from './types.ts';

/** Where a card is that is in no meter, but in a reader at a counter. */
export const COUNTER_ROUTE = 0 as Svpmsn;

/** One region of a card, and where the card is: the number of the meter it is in, or 000000 at a counter. */
export interface CardAt {
  readonly csn: Csn;
  readonly region: Region;
  readonly route: Svpmsn;
}

/** A card with its regions. */
export interface CardView {
  readonly card: IssuedCard;
  readonly purses: readonly CardPurse[];
}

export async function cardBy(tx: StoreReads, csn: string): Promise<CardView | HostFailure> {
  const [card] = await tx.cards.of([csn]);
  if (card === undefined)
    return fail('card-unknown', `No card ${csn} was issued here: check its number.`, { about: csn });
  return { card, purses: await tx.cardPurses.where('card', csn) };
}

/** A region of a card, whether value may go there or not. */
export async function purseBy(
  tx: StoreReads,
  { csn, region }: { readonly csn: string; readonly region: number },
): Promise<CardPurse | HostFailure> {
  const [purse] = await tx.cardPurses.of([purseIdOf(csn, region)]);
  return purse ?? fail('card-region-unknown', `There is no card ${csn} with a region ${region}.`, { about: csn });
}

/** A card and one region of it, if value may go there. */
export async function openRegion(
  tx: StoreReads,
  { csn, region }: { readonly csn: string; readonly region: number },
): Promise<{ readonly card: IssuedCard; readonly purse: CardPurse; readonly provider: CardProvider } | HostFailure> {
  const [[card], [purse]] = [await tx.cards.of([csn]), await tx.cardPurses.of([purseIdOf(csn, region)])];
  if (card === undefined)
    return fail('card-unknown', `No card ${csn} was issued here: check its number.`, { about: csn });
  if (purse === undefined) return fail('card-region-unknown', `Card ${csn} has no region ${region}.`, { about: csn });
  if (card.state !== 'active')
    return fail('card-ended', `Card ${csn} is ${card.state}: nothing goes to it any more.`, { about: csn });
  if (purse.freeze !== undefined) {
    return fail('card-frozen', `Region ${region} of card ${csn} is frozen (${purse.freeze}): look into it first.`, {
      about: csn,
    });
  }
  const provider = await providerBy(tx, purse.provider);
  return isFailure(provider) ? provider : { card, purse, provider };
}

export async function providerBy(tx: StoreReads, id: string): Promise<CardProvider | HostFailure> {
  const [provider] = await tx.cardProviders.of([id]);
  return provider ?? fail('provider-unknown', `There is no provider "${id}": add it first.`, { about: id });
}

export async function offlineMeterBy(tx: StoreReads, id: string): Promise<OfflineMeter | HostFailure> {
  const [meter] = await tx.offlineMeters.of([id]);
  return (
    meter ?? fail('meter-unknown', `No meter ${id} without a line is enrolled here: check the number.`, { about: id })
  );
}

/** The active cards whose number ends in these six bytes, 12 hex digits. */
export async function cardsByTail(tx: StoreReads, tail: string): Promise<Csn[]> {
  const cards = await tx.cards.where('tail', tail);
  return cards.filter(({ state }) => state === 'active').map(({ id }) => id as Csn);
}

/** The last six bytes of a CSN, by which events name a card. */
export const tailOf = (card: string): string => card.slice(-12);

/** The last six bytes of the CSN that an event names; nothing where the card did not say its number. */
export function tailIn({ detail, value }: EventRecord): string | undefined {
  if (detail === 0 && value === 0) return undefined;
  return detail.toString(16).padStart(4, '0') + value.toString(16).padStart(8, '0');
}

/** The slot of a meter, as its row in the store is named. */
export const slotIdOf = (id: Svpmsn): string => String(id);

export const slotOf = async (tx: StoreReads, id: Svpmsn): Promise<CardSlot | undefined> =>
  (await tx.cardSlots.of([slotIdOf(id)]))[0];
