import { txidTextOf } from '../exchange/index.ts';
import { assert, assertNever, type Milliseconds, tokens } from '../units/index.ts';
import { cardPaidOut, cardSold } from './card-books.ts';
import { chargeAt } from './card-charges.ts';
import { purseIdOf } from './card-ids.ts';
import { openRegion } from './card-lookup.ts';
import { claimFound, isForgotten, refundUnsentOfCard } from './card-receipts.ts';
import { wakeCard } from './card-slots.ts';
import { amountFault, fail, isFailure, textFault } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { cardReceiptIsDue } from './receipting.ts';
import { splitPayment, termsOf } from './terms.ts';
import { cashGiven, Tills } from './tills.ts';
import {
  type CardOrder,
  FOUND_PREFIX,
  type HostFailure,
  MANUAL_SOURCE,
  type PaymentMethod,
  type TradeParts,
} from './types.ts';
import { cardPurchaseHappened } from './webhooks.ts';

/** Which region of which card. */
export interface CardTarget {
  readonly csn: string;
  readonly region: number;
  /** The payment's own; the same id twice is the same order. */
  readonly orderId: string;
}

/** Whole tokens, at no other price than themselves; given away, where the source is `manual`. */
export interface CardSale extends CardTarget {
  readonly amount: number;
  readonly source: string;
}

/** Money for a provider's value, of which fee and tax are taken as for a meter. A card has no dues. */
export interface CardPurchase extends CardTarget {
  /** Minor units of the currency, 1 to u32. */
  readonly paid: number;
  readonly method: PaymentMethod;
  /** Whoever takes the money; nobody where a program does. */
  readonly by?: string;
  /** Where an agent sells: out of its float. */
  readonly vend?: { readonly agent: string; readonly reference: string };
}

/** The value waits until the card is somewhere where it can be reached. */
export async function sellToCard(
  tx: StoreTransaction,
  { amount, source, ...target }: CardSale,
  now: Milliseconds,
): Promise<CardOrder | HostFailure> {
  const fault = amountFault(amount) ?? textFault('name-wrong', "A payment's source", source);
  if (fault !== undefined) return fault;
  const wish = { ...NO_MONEY, op: 'credit', amount: tokens(amount), source } as const;
  return order(tx, target, wish, now, async (made) => {
    const value = BigInt(amount);
    const parts = { paid: value, value, fee: 0n, tax: 0n };
    const account = source === MANUAL_SOURCE ? 'goodwill' : 'cash';
    await tx.post([cardSold(account, parts, { at: now, provider: made.provider, of: made.id })]);
  });
}

export async function buyForCard(
  tx: StoreTransaction,
  { csn, region, ...sale }: CardPurchase,
  now: Milliseconds,
): Promise<CardOrder | HostFailure> {
  const { orderId, paid, method } = sale;
  const split = await splitForCard(tx, sale);
  if (isFailure(split)) return split;
  const { energy: value, fee, tax } = split;
  const money = { method, paid: BigInt(paid), fee, tax };
  const wish = { ...NO_MONEY, ...money, op: 'credit', amount: tokens(Number(value)), source: method } as const;
  const tills = await Tills.of(tx, [sale]);
  const book = async (made: CardOrder) => {
    const parts = { paid: BigInt(paid), value, fee, tax };
    await tx.post([cardSold(tills.accountOf(sale), parts, { at: now, provider: made.provider, of: made.id })]);
    tills.sold(sale, { svpmsn: undefined, purse: made.purse }, now);
    await tills.put(tx);
    await cardReceiptIsDue(tx, made);
    await cardPurchaseHappened(tx, 'purchase.sold', made, now);
  };
  return order(tx, { csn, region, orderId }, wish, now, book, () => tills.fault(sale));
}

/** What money for a card is made of. */
export async function splitForCard(
  tx: StoreReads,
  { paid, method }: Pick<CardPurchase, 'paid' | 'method'>,
): Promise<TradeParts | HostFailure> {
  return amountFault(paid) ?? splitPayment(paid, method, { terms: await termsOf(tx), dues: NO_DUES });
}

/** Takes all that is left in a region out of the card; the order's amount is what the receipt names. */
export const emptyCard = (
  tx: StoreTransaction,
  target: CardTarget,
  now: Milliseconds,
): Promise<CardOrder | HostFailure> =>
  order(tx, target, { ...NO_MONEY, op: 'close', amount: tokens(0), source: 'closing' }, now, async () => {});

/**
 * Ends what a card handed over and no meter acknowledged: the debit that the card told of last. For a meter that is
 * gone; one that has credited it already is not asked, so a person looks first.
 */
export async function releasePending(
  tx: StoreTransaction,
  target: CardTarget,
  now: Milliseconds,
): Promise<CardOrder | HostFailure> {
  const [purse] = await tx.cardPurses.of([purseIdOf(target.csn, target.region)]);
  const [before] = await tx.cardOrders.of([target.orderId]);
  // Books that were put back do not know what the card has told since; it may be this very release that they forgot.
  if (purse?.pending === 0n && !purse.queryWanted && before === undefined) {
    return fail('card-wrong', `As far as card ${target.csn} told, nothing of region ${target.region} is pending.`);
  }
  const debitCounter = before?.debitCounter ?? purse?.debitCounter;
  const wish = { ...NO_MONEY, op: 'release', amount: tokens(0), source: 'release', debitCounter } as const;
  return order(tx, target, wish, now, async () => {});
}

type Wish = Pick<CardOrder, 'op' | 'amount' | 'source' | 'method' | 'paid' | 'fee' | 'tax' | 'debitCounter'>;
const NO_MONEY = { method: undefined, paid: 0n, fee: 0n, tax: 0n, debitCounter: undefined };
const NO_DUES = { id: '', arrears: 0n, fixedCharge: 0n, chargedMonth: 0 };

async function order(
  tx: StoreTransaction,
  { csn, region, orderId: id }: CardTarget,
  wish: Wish,
  now: Milliseconds,
  book: (order: CardOrder) => Promise<void>,
  refused: () => HostFailure | undefined = () => undefined,
): Promise<CardOrder | HostFailure> {
  const fault = textFault('order-id-wrong', 'An order id', id);
  if (fault !== undefined) return fault;
  if (id.startsWith(FOUND_PREFIX)) {
    return fail('order-id-wrong', `An order id may not begin with "${FOUND_PREFIX}": the books use that themselves.`);
  }
  const [before] = await tx.cardOrders.of([id]);
  if (before !== undefined) return isSame(before, purseIdOf(csn, region), wish) ? before : differs(id);
  // One payment is for a meter, or for a card.
  if ((await tx.ordersOf([id]))[0] !== undefined) return differs(id);
  const found = await openRegion(tx, { csn, region });
  if (isFailure(found)) return found;
  const { purse } = found;
  const txid = txidTextOf(id);
  const charge = wish.op === 'credit' ? await chargeAt(tx, purse.provider, now) : undefined;
  const made: CardOrder = {
    ...{ id, purse: purse.id, openOf: purse.id, provider: purse.provider, ...wish, txid, state: 'waiting' },
    ...{ why: undefined, counter: undefined, orderedAt: now, settledAt: undefined, paidOutAt: undefined },
    unitCharge: charge?.unitCharge,
  };
  const [taken] = await tx.cardOrders.where('txid', txid);
  if (taken !== undefined && !isForgotten(made, taken)) {
    return fail(
      'order-settled',
      `Order "${id}" is on card ${csn} already: a database that was restored had forgotten it, and the books hold it as "${taken.id}". Send nothing again.`,
    );
  }
  const held = refused();
  if (held !== undefined) return held;
  await book(made);
  if (taken !== undefined) return claimFound(tx, made, taken, now);
  await tx.cardOrders.put([made]);
  await wakeCard(tx, csn, now);
  return made;
}

const isSame = (a: CardOrder, purse: string, b: Wish): boolean =>
  a.purse === purse &&
  a.op === b.op &&
  a.source === b.source &&
  a.method === b.method &&
  a.paid === b.paid &&
  (a.op !== 'credit' || b.method !== undefined || a.amount === b.amount);

/**
 * What waits is cancelled; what is on its way becomes a void of its LTC, and the card decides; what is settled stays.
 * While the card has not told its receipts, or is frozen, what waits may be on it: then it waits to be taken back.
 */
export async function voidCardOrder(
  tx: StoreTransaction,
  id: string,
  now: Milliseconds,
): Promise<CardOrder | HostFailure> {
  const found = await cardOrderBy(tx, id);
  if (isFailure(found)) return found;
  if (found.op !== 'credit') {
    return fail('command-not-served', `Order "${id}" takes value off a card, and that is not undone by a void.`);
  }
  switch (found.state) {
    case 'voiding':
    case 'refunded':
      return found;
    case 'outstanding':
    case 'waiting': {
      const [purse] = await tx.cardPurses.of([found.purse]);
      assert(purse !== undefined, 'an order is for a region that there is');
      const isUnsure = purse.queryWanted || purse.freeze !== undefined;
      if (found.state === 'waiting' && !isUnsure) return refundUnsentOfCard(tx, found, now);
      const voiding: CardOrder = { ...found, state: 'voiding' };
      await tx.cardOrders.put([voiding]);
      await wakeCard(tx, purse.card, now);
      return voiding;
    }
    case 'stored':
    case 'closed':
    case 'found':
    case 'lost':
      return fail(
        'order-settled',
        `Order "${id}" is ${found.state} and cannot be taken back: empty the card instead.`,
        { about: id },
      );
    default:
      return assertNever(found.state);
  }
}

/** Gives back what was refunded, or what was taken off the card. */
export async function payOutCard(
  tx: StoreTransaction,
  {
    orderId,
    method,
    by,
  }: { readonly orderId: string; readonly method?: PaymentMethod; readonly by: string | undefined },
  now: Milliseconds,
): Promise<CardOrder | HostFailure> {
  const found = await cardOrderBy(tx, orderId);
  if (isFailure(found)) return found;
  if (found.paidOutAt !== undefined) return found;
  const amount = payableOf(found);
  if (amount === undefined) {
    return fail('order-settled', `Of order "${orderId}" nothing is to be paid out: it is ${found.state}.`, {
      about: orderId,
    });
  }
  const way = method ?? found.method ?? 'cash';
  const paid: CardOrder = { ...found, paidOutAt: now };
  await tx.cardOrders.put([paid]);
  if (way === 'cash' && by !== undefined) await cashGiven(tx, by, amount);
  if (amount > 0n) await tx.post([cardPaidOut(way, amount, { at: now, provider: found.provider, of: orderId })]);
  return paid;
}

/** Nothing where nothing is owed for it. */
function payableOf({ state, op, source, method, paid, amount }: CardOrder): bigint | undefined {
  if (state === 'closed') return BigInt(amount);
  if (state !== 'refunded' || op !== 'credit' || source === MANUAL_SOURCE) return undefined;
  return method === undefined ? BigInt(amount) : paid;
}

export async function cardOrderBy(tx: StoreReads, id: string): Promise<CardOrder | HostFailure> {
  const [found] = await tx.cardOrders.of([id]);
  return found ?? fail('order-unknown', `There is no order "${id}" for a card: check the id.`, { about: id });
}

const differs = (id: string): HostFailure =>
  fail('order-differs', `Order "${id}" was given before with other contents: use a new id for a new order.`);
