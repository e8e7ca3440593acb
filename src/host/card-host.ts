import type { Milliseconds } from '../units/index.ts';
import { cardsHold, NO_CARD_TOTALS } from './card-books.ts';
import { publishCharge } from './card-charges.ts';
import type { CardDesk } from './card-desk.ts';
import type { CardErrands } from './card-errands.ts';
import { cardKeyMissing, offlineKeyMissing } from './card-keys.ts';
import { type CardView, cardBy, offlineMeterBy, providerBy } from './card-lookup.ts';
import { cardMonths } from './card-months.ts';
import type { CardCarrier } from './card-pipe.ts';
import { recoverCard, recoveriesOf, replaceCard } from './card-recovery.ts';
import {
  buyForCard,
  cardOrderBy,
  emptyCard,
  payOutCard,
  releasePending,
  sellToCard,
  voidCardOrder,
} from './card-sale.ts';
import type { CardBooks, CardOffice, CardQuery, CardServices, RegionView } from './card-services.ts';
import { exposureOf, exposureOfProvider } from './card-tickets.ts';
import {
  addProvider,
  blockCard,
  changeProvider,
  enrolOffline,
  issueCard,
  type NewCard,
  unfreezeCard,
} from './cards.ts';
import { isFailure, orStoreFailure } from './failures.ts';
import type { LedgerReader } from './ledger.ts';
import { giveOffline } from './offline-handover.ts';
import type { HostPorts, Shelf, ShelfReads, StoreReads, StoreTransaction } from './ports.ts';
import { pageOfValues } from './shelf-pages.ts';
import type { CardOrder, CardProvider, CardPurse, CardTicket, HostFailure, IssuedCard } from './types.ts';
import type { Act } from './witness.ts';

type Request = <T extends object>(
  work: (tx: StoreTransaction, now: Milliseconds) => Promise<T>,
  act?: Act,
) => Promise<T | HostFailure>;

/** The part of the host that has to do with cards. */
export interface CardHost {
  readonly services: CardServices;
  office(act: Act): CardOffice;
}

interface CardHostParts {
  /** The one at which cards in meters are loaded too: of two exchanges with a region it lets the later one go on. */
  readonly desk: CardDesk;
  /** For the desks of other hosts. */
  readonly pipe: CardCarrier;
  /** To cards in the meters of other hosts. */
  readonly errands: Pick<CardErrands, 'serveThroughPipes'>;
  readonly request: Request;
  readonly ledger: LedgerReader;
  /** IANA name of the time zone whose months are settled. */
  readonly zone: string;
}

export function createCardHost(
  { store, keys, clock }: Pick<HostPorts, 'store' | 'keys' | 'clock'>,
  { desk, pipe, errands, request, ledger, zone }: CardHostParts,
): CardHost {
  const read = <T extends object>(work: (tx: StoreReads) => Promise<T>): Promise<T | HostFailure> =>
    orStoreFailure(store.read(work));

  async function missingOf(card: NewCard): Promise<HostFailure | undefined> {
    const providers = await store.read((tx) => tx.cardProviders.of(card.regions.map(({ provider }) => provider)));
    return cardKeyMissing(keys, card, providers);
  }

  const office = (act: Act): CardOffice => ({
    addCardProvider: (provider) => request((tx, now) => addProvider(tx, provider, now), act),
    changeCardProvider: (change) => request((tx) => changeProvider(tx, change), act),
    publishCharge: (charge) => request((tx, now) => publishCharge(tx, charge, now), act),
    issueCard: async (card) => (await missingOf(card)) ?? request((tx, now) => issueCard(tx, card, now), act),
    blockCard: (block) => request((tx, now) => blockCard(tx, block, now), act),
    replaceCard: (swap) => request((tx, now) => replaceCard(tx, swap, now), act),
    recoverCard: (csn) => request((tx, now) => recoverCard(tx, csn, now), act),
    unfreezeCard: (of) => request((tx, now) => unfreezeCard(tx, of, now), act),
    enrolOffline: async (meter) =>
      (await offlineKeyMissing(keys, meter)) ?? request((tx, now) => enrolOffline(tx, meter, now), act),
    giveOffline: (handover) => request((tx) => giveOffline(tx, handover), act),
    buyForCard: (purchase) => request((tx, now) => buyForCard(tx, { ...purchase, by: act.by }, now), act),
    voidCardOrder: (id) => request((tx, now) => voidCardOrder(tx, id, now), act),
    emptyCard: (target) => request((tx, now) => emptyCard(tx, target, now), act),
    releasePending: (target) => request((tx, now) => releasePending(tx, target, now), act),
    payOutCard: (pay) => request((tx, now) => payOutCard(tx, { ...pay, by: act.by }, now), act),
    beginCard: (at) => desk.begin(at, act),
  });

  const services: CardServices = {
    sellToCard: (sale) => request((tx, now) => sellToCard(tx, sale, now)),
    receiveCard: (exchange, frame, csn) => desk.receive(exchange, frame, csn),
    passToCard: (meter, frame) => pipe.passToCard(meter, frame),
    cardsInMeters: (query) => store.read((tx) => tx.cardSlots.page(query)),
    serveThroughPipes: () => errands.serveThroughPipes(),
    cardProviders: () => store.read((tx) => allOf(tx.cardProviders)),
    cardCharges: ({ provider, ...page }) =>
      read(async (tx) => {
        const found = await providerBy(tx, provider);
        if (isFailure(found)) return found;
        return tx.cardCharges.inOrder('provider', provider, 'validFrom', { falling: true, ...page });
      }),
    cardProvider: (id) => read((tx) => providerBy(tx, id)),
    cards: (query) => store.read((tx) => cardsOf(tx, query)),
    card: (csn) => read((tx) => cardBy(tx, csn)),
    cardRegions: (csn) => read((tx) => regionsOf(tx, csn, clock.now())),
    cardOrders: (query) => read((tx) => ordersOfCard(tx, query)),
    cardOrder: (id) => read((tx) => cardOrderBy(tx, id)),
    unsettledCardOrders: () => store.read((tx) => tx.cardOrders.count('openOf')),
    cardTickets: (query) => read((tx) => ticketsOf(tx, query)),
    cardRecoveries: (csn) => read((tx) => recoveriesOf(tx, csn, clock.now())),
    offlineMeters: ({ subscriber, ...page }) =>
      store.read((tx) =>
        subscriber === undefined ? tx.offlineMeters.page(page) : tx.offlineMeters.where('subscriber', subscriber, page),
      ),
    offlineMeter: (id) => read((tx) => offlineMeterBy(tx, id)),
    offlineMeterTickets: (query) => read((tx) => ticketsFor(tx, query)),
    cardTotals: () => store.read((tx) => ledger.cards(tx)),
    cardBooks: (query = {}) => store.read((tx) => readCardBooks(tx, query, ledger, clock.now())),
    cardMonths: ({ month, ...query }) =>
      read(async (tx) => cardMonths(tx, { month, zone, providers: await providersOf(tx, query) }, clock.now())),
  };
  return { services, office };
}

/** After a restore: nobody knows what was loaded since the copy was made; the cards do. */
export async function wantCardQueries(tx: StoreTransaction): Promise<void> {
  await changeAll(tx.cardPurses, (purse) => ({ ...purse, queryWanted: true }));
  // Cards may have been blocked since: a ticket of an epoch that was forgotten would be refused by its meter.
  await changeAll(tx.offlineMeters, (meter) => ({
    ...{ ...meter, epoch: meter.epoch + EPOCHS_FORGOTTEN_MAX, awaited: meter.awaited || meter.line },
  }));
}
const EPOCHS_FORGOTTEN_MAX = 1_000;

const PAGE = 500;

async function changeAll<R extends { readonly id: string }, F extends keyof R>(
  shelf: Shelf<R, F>,
  change: (row: R) => R,
): Promise<void> {
  await eachPage(shelf, (rows) => shelf.put(rows.map(change)));
}

async function allOf<R extends { readonly id: string }, F extends keyof R>(shelf: ShelfReads<R, F>): Promise<R[]> {
  const all: R[] = [];
  await eachPage(shelf, async (rows) => {
    all.push(...rows);
  });
  return all;
}

async function eachPage<R extends { readonly id: string }, F extends keyof R>(
  shelf: ShelfReads<R, F>,
  work: (rows: readonly R[]) => Promise<void>,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const rows = await shelf.page({ ...(after !== undefined && { after }), limit: PAGE });
    if (rows.length > 0) await work(rows);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id;
  }
}

async function cardsOf(tx: StoreReads, query: CardQuery): Promise<CardView[]> {
  const views: CardView[] = [];
  for (const card of await cardPage(tx, query)) {
    views.push({ card, purses: await tx.cardPurses.where('card', card.id) });
  }
  return views;
}

async function cardPage(tx: StoreReads, { subscriber, state, ...page }: CardQuery): Promise<IssuedCard[]> {
  if (subscriber === undefined) return state === undefined ? tx.cards.page(page) : tx.cards.where('state', state, page);
  if (state === undefined) return tx.cards.where('subscriber', subscriber, page);
  // Of one subscriber they are few.
  const found = await tx.cards.where('subscriber', subscriber);
  return found.filter(({ id, state: its }) => its === state && id > (page.after ?? '')).slice(0, page.limit);
}

async function regionsOf(tx: StoreReads, csn: string, now: Milliseconds): Promise<RegionView[] | HostFailure> {
  const found = await cardBy(tx, csn);
  if (isFailure(found)) return found;
  const views: RegionView[] = [];
  for (const purse of found.purses) views.push({ purse, ...(await exposureOf(tx, purse, now)) });
  return views;
}

async function ordersOfCard(
  tx: StoreReads,
  { csn, ...page }: Parameters<CardServices['cardOrders']>[0],
): Promise<CardOrder[] | HostFailure> {
  const found = await cardBy(tx, csn);
  if (isFailure(found)) return found;
  return pageOfValues(tx.cardOrders, 'purse', idsOf(found.purses), 'orderedAt', { falling: true, ...page });
}

async function ticketsOf(
  tx: StoreReads,
  { csn, ...page }: Parameters<CardServices['cardTickets']>[0],
): Promise<CardTicket[] | HostFailure> {
  const found = await cardBy(tx, csn);
  if (isFailure(found)) return found;
  return pageOfValues(tx.cardTickets, 'purse', idsOf(found.purses), 'issuedAt', { falling: true, ...page });
}

const idsOf = (purses: readonly CardPurse[]): string[] => purses.map(({ id }) => id);

async function ticketsFor(
  tx: StoreReads,
  { meter: id, ...page }: Parameters<CardServices['offlineMeterTickets']>[0],
): Promise<CardTicket[] | HostFailure> {
  const meter = await offlineMeterBy(tx, id);
  return isFailure(meter) ? meter : tx.cardTickets.where('meter', meter.svpmsn, page);
}

interface ProviderQuery {
  readonly after?: string;
  readonly limit?: number;
}

const providersOf = (tx: StoreReads, { after, limit }: ProviderQuery): Promise<CardProvider[]> =>
  limit === undefined
    ? allOf(tx.cardProviders)
    : tx.cardProviders.page({ ...(after !== undefined && { after }), limit });

async function readCardBooks(
  tx: StoreReads,
  query: ProviderQuery,
  ledger: LedgerReader,
  now: Milliseconds,
): Promise<CardBooks[]> {
  const providers = await providersOf(tx, query);
  const totals = new Map((await ledger.cards(tx)).map((each) => [each.provider, each]));
  const books: CardBooks[] = [];
  for (const { id } of providers) {
    const purses = await tx.cardPurses.where('provider', id);
    const { paid, due } = await ledger.provider(tx, id);
    const total = totals.get(id) ?? { ...NO_CARD_TOTALS, provider: id };
    books.push({
      ...total,
      balanced: cardsHold(total),
      ...{ paid, due },
      ...(await exposureOfProvider(tx, id, now)),
      regions: purses.length,
      frozen: purses.filter(({ freeze }) => freeze !== undefined).length,
    });
  }
  return books;
}
