import { txidTextOf } from '../exchange/index.ts';
import { type Milliseconds, type Svpmsn, tokens } from '../units/index.ts';
import { cardMove } from './card-books.ts';
import { purseIdOf } from './card-ids.ts';
import { type CardView, cardBy } from './card-lookup.ts';
import { ownTaken, pursesOf } from './card-meters.ts';
import { claimFound, isForgotten } from './card-receipts.ts';
import { wakeCard } from './card-slots.ts';
import { exposureOf } from './card-tickets.ts';
import { fail, isFailure } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { cardReceiptIsDue } from './receipting.ts';
import type { CardOrder, CardPurse, HostFailure, OfflineMeter } from './types.ts';
import { cardPurchaseHappened } from './webhooks.ts';

/** What of the value of a card that is not active any more may be given to the one in its place. */
export interface Recovery {
  /** Id of the region of the old card. */
  readonly purse: string;
  /** Tokens that were given to the new card before. */
  readonly recovered: bigint;
  /** No meter can take it from the old card any more. */
  readonly now: bigint;
  /** Meters may still take it under tickets that nobody can call back. */
  readonly later: bigint;
  /** When the last of those tickets expires; nothing where nothing is left to wait for. */
  readonly laterFrom: Milliseconds | undefined;
}

/** The new card takes the place of one that is lost or blocked: what waits for the old one waits for it. */
export async function replaceCard(
  tx: StoreTransaction,
  { csn, by }: { readonly csn: string; readonly by: string },
  now: Milliseconds,
): Promise<CardView | HostFailure> {
  const [old, next] = [await cardBy(tx, csn), await cardBy(tx, by)];
  if (isFailure(old)) return old;
  if (isFailure(next)) return next;
  if (old.card.state === 'active') return fail('card-active', `Card ${csn} is in use: block it first.`, { about: csn });
  if (old.card.replacedBy === by) return old;
  if (old.card.replacedBy !== undefined) {
    return fail('card-ended', `Card ${csn} was replaced by ${old.card.replacedBy} already.`, { about: csn });
  }
  if (next.card.state !== 'active' || next.card.subscriber !== old.card.subscriber) {
    return fail(
      'card-wrong',
      `Card ${by} is ${next.card.state} and ${next.card.subscriber}'s: it cannot take its place.`,
    );
  }
  for (const purse of old.purses) {
    const heir = next.purses.find(
      ({ id, provider }) => id === purseIdOf(by, purse.region) && provider === purse.provider,
    );
    if (heir === undefined) {
      return fail('card-wrong', `Card ${by} has no region ${purse.region} of ${purse.provider}, as card ${csn} has.`);
    }
    for (const order of await tx.cardOrders.where('openOf', purse.id)) {
      if (order.state !== 'waiting') continue;
      // What was to be taken off the old card is given back from the books.
      if (order.op !== 'credit') await tx.cardOrders.put([lostOrder(order, now)]);
      // After a restore what waits may be on the old card.
      else if (!purse.queryWanted) await tx.cardOrders.put([{ ...order, purse: heir.id, openOf: heir.id }]);
    }
  }
  await wakeCard(tx, by, now);
  const card = { ...old.card, state: 'replaced', replacedBy: by } as const;
  await tx.cards.put([card]);
  return { ...old, card };
}

/** What may be given back of each region of a card that is not active, and when. */
export async function recoveriesOf(tx: StoreReads, csn: string, now: Milliseconds): Promise<Recovery[] | HostFailure> {
  const found = await cardBy(tx, csn);
  if (isFailure(found)) return found;
  if (found.card.state === 'active')
    return fail('card-active', `Card ${csn} is in use: its value is on it.`, { about: csn });
  const recoveries: Recovery[] = [];
  for (const purse of found.purses) recoveries.push((await reckon(tx, purse, found.card.subscriber, now)).recovery);
  return recoveries;
}

/**
 * Gives what can be given to the card in the place of the old one, as orders that wait for it: what the books say was
 * on the old card, less what its meters have told to have taken since, less what they may still take. It may be asked
 * for again, when tickets have expired and meters have told more. An order of which nobody can know whether it was on
 * the old card stays on its way: for a person.
 */
export async function recoverCard(
  tx: StoreTransaction,
  csn: string,
  now: Milliseconds,
): Promise<{ readonly orders: readonly CardOrder[]; readonly recoveries: readonly Recovery[] } | HostFailure> {
  const found = await cardBy(tx, csn);
  if (isFailure(found)) return found;
  const { subscriber } = found.card;
  let replacedBy = found.card.replacedBy;
  if (replacedBy === undefined)
    return fail('card-active', `No card has taken the place of ${csn}: replace it first.`, { about: csn });
  let [heir] = await tx.cards.of([replacedBy]);
  // A card in whose place another one is by now was in use when it took the place of this one: none comes twice.
  while (heir?.replacedBy !== undefined) {
    replacedBy = heir.replacedBy;
    [heir] = await tx.cards.of([replacedBy]);
  }
  if (heir?.state !== 'active')
    return fail('card-ended', `Card ${replacedBy} is not in use either: replace it first.`, { about: replacedBy });
  const orders: CardOrder[] = [];
  for (const purse of found.purses) orders.push(...(await recoverRegion(tx, purse, { subscriber, replacedBy }, now)));
  if (orders.length > 0) await wakeCard(tx, replacedBy, now);
  const recoveries = await recoveriesOf(tx, csn, now);
  return isFailure(recoveries) ? recoveries : { orders, recoveries };
}

async function recoverRegion(
  tx: StoreTransaction,
  before: CardPurse,
  { subscriber, replacedBy }: { readonly subscriber: string; readonly replacedBy: string },
  now: Milliseconds,
): Promise<CardOrder[]> {
  let purse = before;
  const { untold, isOver, doubtful } = await reckon(tx, purse, subscriber, now);
  const occasion = { at: now, provider: purse.provider, of: purse.id };
  const orders: CardOrder[] = [];
  const heir = purseIdOf(replacedBy, purse.region);
  if (isOver && doubtful !== undefined) {
    const amount = BigInt(doubtful.amount);
    if (doubtful.op !== 'credit') {
      await tx.cardOrders.put([lostOrder(doubtful, now)]);
      purse = { ...purse, outstanding: undefined };
    } else if (await isOnNoOther(tx, purse, { subscriber, untold: untold.least })) {
      // Meters have taken more than was on the card without it.
      await tx.cardOrders.put([{ ...lostOrder(doubtful, now), state: 'stored' }]);
      await tx.post(cardMove('card-stored', amount, { ...occasion, of: doubtful.id }));
      await cardReceiptIsDue(tx, doubtful);
      await cardPurchaseHappened(tx, 'purchase.stored', doubtful, now);
      purse = {
        ...purse,
        credited: purse.credited + amount,
        lastCounter: purse.lastCounter + 1,
        outstanding: undefined,
      };
    } else if (untold.most <= onCardOf(purse)) {
      await tx.cardOrders.put([lostOrder(doubtful, now)]);
      purse = { ...purse, outstanding: undefined };
      const order = await give(
        tx,
        recoveryOrder(`${RECOVERY}${doubtful.id}`, { ...purse, id: heir }, amount, now),
        now,
      );
      if (order !== undefined) orders.push(order);
    }
  }
  const taken = least(untold.least, onCardOf(purse));
  await handedToMeters(tx, purse, subscriber, taken);
  await tx.post(cardMove('card-handed', taken, occasion));
  purse = { ...purse, handed: purse.handed + taken };
  await tx.cardPurses.put([purse]);
  const { recovery } = await reckon(tx, purse, subscriber, now);
  if (recovery.now > 0n) {
    const recovered = purse.recovered + recovery.now;
    const asked = recoveryOrder(`${RECOVERY}${purse.id}:${recovered}`, { ...purse, id: heir }, recovery.now, now);
    const order = await give(tx, asked, now);
    if (order !== undefined) {
      orders.push(order);
      await tx.cardPurses.put([{ ...purse, recovered }]);
      await tx.post(cardMove('card-recovered', recovery.now, occasion));
    }
  }
  return orders;
}

/** What meters took is known to have come from a card: it had handed it over before they told. */
async function handedToMeters(
  tx: StoreTransaction,
  { provider }: CardPurse,
  subscriber: string,
  taken: bigint,
): Promise<void> {
  if (taken === 0n) return;
  for (const meter of await tx.offlineMeters.where('subscriber', subscriber)) {
    if (meter.provider !== provider) continue;
    await tx.offlineMeters.put([{ ...meter, handedThen: meter.handedThen + taken }]);
  }
}

/**
 * Gives an order to the new card. Where the books were put back it may have been loaded before, and told of as found:
 * then it is what was found, and is not sent again. Nothing where something else stands under its name: for a person.
 */
async function give(tx: StoreTransaction, order: CardOrder, now: Milliseconds): Promise<CardOrder | undefined> {
  const [there] = await tx.cardOrders.where('txid', order.txid);
  if (there === undefined) {
    await tx.cardOrders.put([order]);
    return order;
  }
  return there.amount === order.amount && isForgotten(order, there) ? claimFound(tx, order, there, now) : undefined;
}

const RECOVERY = 'recovery:';

const lostOrder = (order: CardOrder, now: Milliseconds): CardOrder => ({
  ...order,
  ...{ state: 'lost', openOf: undefined, settledAt: now },
});

function recoveryOrder(
  id: string,
  { id: purse, provider }: Pick<CardPurse, 'id' | 'provider'>,
  amount: bigint,
  now: Milliseconds,
): CardOrder {
  return {
    ...{ id, purse, openOf: purse, provider, op: 'credit', amount: tokens(Number(amount)), source: 'recovery' },
    ...{ debitCounter: undefined, txid: txidTextOf(id), state: 'waiting', why: undefined, counter: undefined },
    ...{ method: undefined, paid: 0n, fee: 0n, tax: 0n, orderedAt: now, settledAt: undefined, paidOutAt: undefined },
    unitCharge: undefined,
  };
}

/** On the card by the books: loaded, and neither taken off it, nor gone to meters, nor given to another. */
export const onCardOf = ({ credited, closed, released, handed, recovered }: CardPurse): bigint =>
  credited - closed - released - handed - recovered;

interface Reckoned {
  readonly recovery: Recovery;
  readonly untold: Untold;
  /** No meter takes anything from the card any more. */
  readonly isOver: boolean;
  /** It may have been carried out: its receipt was lost with the card. */
  readonly doubtful: CardOrder | undefined;
}

async function reckon(tx: StoreReads, purse: CardPurse, subscriber: string, now: Milliseconds): Promise<Reckoned> {
  const { tickets, exposure } = await exposureOf(tx, purse, now);
  const untold = await untoldOf(tx, purse, subscriber);
  const [doubtful] = purse.outstanding === undefined ? [] : await tx.cardOrders.of([purse.outstanding]);
  const mayBe = doubtful?.op === 'credit' ? BigInt(doubtful.amount) : 0n;
  const onCard = onCardOf(purse);
  const left = most(0n, onCard + mayBe - untold.least);
  // What may not be on the card keeps nothing that is on it from its meters.
  const payable = most(0n, onCard - untold.most - exposure);
  const laterFrom = Math.max(0, ...tickets.map(({ expiry }) => expiry * 1000));
  const later = left - payable;
  const recovery: Recovery = {
    ...{ purse: purse.id, recovered: purse.recovered, now: payable, later },
    laterFrom: later > 0n && tickets.length > 0 ? (laterFrom as Milliseconds) : undefined,
  };
  return { recovery, untold, isOver: tickets.length === 0, doubtful };
}

/** What the meters of a subscriber took from its cards at one provider, and no card told: at least, and at most. */
interface Untold {
  readonly least: bigint;
  readonly most: bigint;
}

/**
 * Between all cards and all meters of a subscriber at one provider, and whatever of others came between them. What a
 * card has handed over since a meter told what it took need not be in that, and what it has pending or released may be.
 */
async function untoldOf(tx: StoreReads, { id, provider }: CardPurse, subscriber: string): Promise<Untold> {
  const purses = await pursesOf(tx, { subscriber, provider });
  const meters = await metersWithTickets(tx, purses, subscriber);
  const took = meters.reduce((sum, meter) => sum + ownTaken(meter), 0n);
  const gave = purses.reduce((sum, each) => sum + gaveAtMost(each, each.id === id) - each.toOthers, 0n);
  const gaveThen = meters.map(({ handedThen }) => handedThen).reduce(least, took);
  return { least: most(0n, took - gave), most: most(0n, took - gaveThen) };
}

/** A debit that was released may have been credited before; what a card that is lost had pending, meters alone tell. */
const gaveAtMost = ({ debited, handed, released }: CardPurse, isLost: boolean): bigint =>
  isLost ? handed + released : most(debited, handed);

/**
 * Those of a subscriber in which a card of its own was ever to be spent. One that came to it and has told nothing since
 * has told nothing of its cards.
 */
async function metersWithTickets(
  tx: StoreReads,
  purses: readonly CardPurse[],
  subscriber: string,
): Promise<OfflineMeter[]> {
  const named = new Set<Svpmsn>();
  for (const { id } of purses) for (const { meter } of await tx.cardTickets.where('purse', id)) named.add(meter);
  const meters = await tx.offlineMeters.where('subscriber', subscriber);
  return meters.filter(
    ({ svpmsn, provider, line, awaited }) =>
      provider === purses[0]?.provider && named.has(svpmsn) && (line || !awaited),
  );
}

/**
 * Whether the other cards of a household cannot have given what meters took beyond what is known of this one: not by
 * what is on them or on its way to them, nor by what was forgotten of one that has told no receipts since a restore. The
 * only one in use brings what meters tell together with what it gave them itself, unless it lacks a receipt.
 */
async function isOnNoOther(
  tx: StoreReads,
  purse: CardPurse,
  { subscriber, untold }: { readonly subscriber: string; readonly untold: bigint },
): Promise<boolean> {
  if (purse.queryWanted) return false;
  let elsewhere = 0n;
  const cards = await tx.cards.where('subscriber', subscriber);
  const isOnlyOne = cards.filter(({ state }) => state === 'active').length === 1;
  for (const { id, state } of cards) {
    for (const each of await tx.cardPurses.where('card', id)) {
      if (each.provider !== purse.provider || each.id === purse.id) continue;
      if (each.queryWanted) return false;
      if (state === 'active' && isOnlyOne && each.outstanding === undefined) continue;
      const [sent] = each.outstanding === undefined ? [] : await tx.cardOrders.of([each.outstanding]);
      elsewhere += onCardOf(each) + (sent?.op === 'credit' ? BigInt(sent.amount) : 0n);
    }
  }
  return untold > onCardOf(purse) + elsewhere;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
