import type { CardTotals } from './card-books.ts';
import type { NewCharge } from './card-charges.ts';
import type { CardBegun, CardStep } from './card-desk.ts';
import type { CardErrands } from './card-errands.ts';
import type { CardAt, CardView } from './card-lookup.ts';
import type { CardMonth } from './card-months.ts';
import type { CardCarrier } from './card-pipe.ts';
import type { Recovery } from './card-recovery.ts';
import type { CardPurchase, CardSale, CardTarget } from './card-sale.ts';
import type { NewCard, NewOfflineMeter, NewProvider } from './cards.ts';
import type { OfflineHandover } from './offline-handover.ts';
import type { OrderedQuery } from './shelf-port.ts';
import type { CardSlot } from './types/card-slots.ts';
import type {
  CardCharge,
  CardOrder,
  CardProvider,
  CardPurse,
  CardTicket,
  HostFailure,
  IssuedCard,
  OfflineMeter,
  PaymentMethod,
} from './types.ts';

export type { CardTotals } from './card-books.ts';
export type { NewCharge } from './card-charges.ts';
export type { CardBegun, CardCarrying, CardStep } from './card-desk.ts';
export type { CardAt, CardView } from './card-lookup.ts';
export type { CardBooksThen, CardMonth } from './card-months.ts';
export type { CardCarrier, CardPassed } from './card-pipe.ts';
export type { Recovery } from './card-recovery.ts';
export type { CardPurchase, CardSale, CardTarget } from './card-sale.ts';
export type { NewCard, NewOfflineMeter, NewProvider, NewRegion } from './cards.ts';

/** A region with what its tickets let meters take. */
export interface RegionView {
  readonly purse: CardPurse;
  /** Of each meter the newest that is still good, as far as is known. */
  readonly tickets: readonly CardTicket[];
  /** The most that meters may take under them, whoever holds the card: tokens. */
  readonly exposure: bigint;
}

/** The value of one provider on cards and in meters without a line. */
export interface CardBooks extends CardTotals {
  /** What was sold, loaded, handed over and spent comes out even. */
  readonly balanced: boolean;
  /** Paid to the provider of what is due to it, and what is still due. */
  readonly paid: bigint;
  readonly due: bigint;
  /** The most that meters may take under tickets that nobody can call back: tokens. */
  readonly exposure: bigint;
  readonly tickets: number;
  readonly regions: number;
  readonly frozen: number;
}

export interface CardQuery {
  readonly subscriber?: string;
  readonly state?: IssuedCard['state'];
  readonly after?: string;
  readonly limit: number;
}

/** Of one card; what follows a row of it only, if that is named. */
export interface CardPageQuery extends Omit<OrderedQuery, 'falling'> {
  readonly csn: string;
}

/** What is told of cards, of those for whom they carry value, and of the meters that it is carried to. */
export interface CardReads extends CardCarrier {
  /** The cards that are in meters, as far as those told, for the hosts whose frames are carried; by id. */
  cardsInMeters(query: { readonly after?: string; readonly limit: number }): Promise<CardSlot[]>;
  /** By id. */
  cardProviders(): Promise<CardProvider[]>;
  cardProvider(id: string): Promise<CardProvider | HostFailure>;
  /** What its value was worth, is, and will be, the newest first. */
  cardCharges(
    query: { readonly provider: string } & Omit<OrderedQuery, 'falling'>,
  ): Promise<CardCharge[] | HostFailure>;
  /** By number. */
  cards(query: CardQuery): Promise<CardView[]>;
  card(csn: string): Promise<CardView | HostFailure>;
  cardRegions(csn: string): Promise<RegionView[] | HostFailure>;
  /** Orders for all regions of a card, the newest first. */
  cardOrders(query: CardPageQuery): Promise<CardOrder[] | HostFailure>;
  cardOrder(id: string): Promise<CardOrder | HostFailure>;
  /** Those that wait, are on their way to a card, or are to be taken back. */
  unsettledCardOrders(): Promise<number>;
  /** That were ever issued for a card, the newest first. */
  cardTickets(query: CardPageQuery): Promise<CardTicket[] | HostFailure>;
  /** What may be given back of a card that is not active any more. */
  cardRecoveries(csn: string): Promise<Recovery[] | HostFailure>;
  /** By number; of one subscriber only, if named. */
  offlineMeters(query: {
    readonly subscriber?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<OfflineMeter[]>;
  offlineMeter(id: string): Promise<OfflineMeter | HostFailure>;
  /** That were ever issued for a meter that takes value from cards, by card and version. */
  offlineMeterTickets(query: {
    readonly meter: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<CardTicket[] | HostFailure>;
  /** The value of each provider whose value was ever on its way to a card: it costs what was posted since it was read last. */
  cardTotals(): Promise<CardTotals[]>;
  /** By provider, of those after one and at most so many, if named. It reads the regions and the newest tickets of each. */
  cardBooks(query?: { readonly after?: string; readonly limit?: number }): Promise<CardBooks[]>;
  /** A month that is over, `2026-03`, of the same providers: what is due to each. It reads the ledger whole. */
  cardMonths(query: {
    readonly month: string;
    readonly after?: string;
    readonly limit?: number;
  }): Promise<CardMonth[] | HostFailure>;
  /** A frame of a card that is in an exchange; with this card, if it is named. */
  receiveCard(exchange: string, frame: Uint8Array, csn?: string): Promise<CardStep | HostFailure>;
}

/**
 * What is done with cards in somebody's name. Taking a sale back, emptying, releasing and recovering take two people:
 * the API has them as proposals alone, and whoever calls them here answers for both.
 */
export interface CardOffice {
  addCardProvider(provider: NewProvider): Promise<CardProvider | HostFailure>;
  changeCardProvider(change: {
    readonly id: string;
    readonly ticketLimit?: number;
    readonly ticketDays?: number;
  }): Promise<CardProvider | HostFailure>;
  publishCharge(charge: NewCharge): Promise<CardCharge | HostFailure>;
  issueCard(card: NewCard): Promise<CardView | HostFailure>;
  blockCard(block: { readonly csn: string; readonly state: 'lost' | 'blocked' }): Promise<CardView | HostFailure>;
  replaceCard(swap: { readonly csn: string; readonly by: string }): Promise<CardView | HostFailure>;
  /** Gives what can be given of a card's value to the one in its place. */
  recoverCard(
    csn: string,
  ): Promise<{ readonly orders: readonly CardOrder[]; readonly recoveries: readonly Recovery[] } | HostFailure>;
  unfreezeCard(of: { readonly csn: string; readonly region: number }): Promise<CardPurse | HostFailure>;
  enrolOffline(meter: NewOfflineMeter): Promise<OfflineMeter | HostFailure>;
  /** A meter without a line is another household's, or nobody's, from now on. */
  giveOffline(handover: OfflineHandover): Promise<OfflineMeter | HostFailure>;
  buyForCard(purchase: CardPurchase): Promise<CardOrder | HostFailure>;
  voidCardOrder(id: string): Promise<CardOrder | HostFailure>;
  emptyCard(target: CardTarget): Promise<CardOrder | HostFailure>;
  releasePending(target: CardTarget): Promise<CardOrder | HostFailure>;
  payOutCard(pay: { readonly orderId: string; readonly method?: PaymentMethod }): Promise<CardOrder | HostFailure>;
  /** Begins an exchange with a card. */
  beginCard(at: CardAt): Promise<CardBegun | HostFailure>;
}

/** What the host itself does with cards, in nobody's name. */
export interface CardServices extends CardReads, Pick<CardErrands, 'serveThroughPipes'> {
  /** Sells at no other price than tokens. */
  sellToCard(sale: CardSale): Promise<CardOrder | HostFailure>;
}
