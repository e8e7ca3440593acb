import { txidTextOf } from '../exchange/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { placeOfPurse, purseIdOf } from './card-ids.ts';
import { openRegion } from './card-lookup.ts';
import { buyForCard, payOutCard, splitForCard } from './card-sale.ts';
import { fail, isFailure } from './failures.ts';
import { paidOut, returned } from './ledger.ts';
import { oweAgain, owePerson } from './owing.ts';
import { orderOfPayment } from './payment-order.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { firstDues } from './terms.ts';
import { cashGiven } from './tills.ts';
import { quote, type Traded, tradeAll } from './trading.ts';
import type { HostFailure, Order, Payment, SaleTarget, Trade } from './types.ts';

/** Where the value of a payment goes, as a payment has it: one of the two. */
export type PaidFor = Pick<Payment, 'svpmsn' | 'purse'>;

/** It may still come to nothing, it stays sold and the money is taken, or it was taken back. */
export type Standing = 'waits' | 'stands' | 'never-will';

/** Whether value can be had for it there, and why not. Nobody is asked for money for which nothing can be had. */
export async function paidFor(
  tx: StoreTransaction,
  sale: SaleTarget & Pick<Payment, 'id' | 'method'> & { readonly paid: number },
  zone: string,
  now: Milliseconds,
): Promise<PaidFor | HostFailure> {
  if (sale.card === undefined) {
    const quoted = await quote(tx, sale, zone, now);
    if (!isFailure(quoted)) return { svpmsn: quoted.svpmsn, purse: undefined };
    // What its meter was found to hold was sold for this payment, whatever that takes now: books that were put back forgot it.
    const found = await foundInMeter(tx, sale.id);
    return found?.svpmsn === sale.meter ? { svpmsn: found.svpmsn, purse: undefined } : quoted;
  }
  const split = await splitForCard(tx, sale);
  if (isFailure(split)) return split;
  const found = await openRegion(tx, sale.card);
  return isFailure(found) ? found : { svpmsn: undefined, purse: found.purse.id };
}

/** The same place, as whoever asks names it. */
export const isPaidFor = ({ svpmsn, purse }: PaidFor, target: SaleTarget): boolean =>
  target.card === undefined ? svpmsn === target.meter : purse === purseIdOf(target.card.csn, target.card.region);

/** Why it cannot be sold for, in one sentence; nothing where it was. */
export async function sellFor(
  tx: StoreTransaction,
  { id, paid, method, ...to }: Payment,
  zone: string,
  now: Milliseconds,
): Promise<string | undefined> {
  const sale = { paid, method, orderId: orderOfPayment(id) };
  const target = targetOf(to);
  if (target.card !== undefined) {
    const sold = await buyForCard(tx, { ...sale, ...target.card }, now);
    return isFailure(sold) ? sold.sentence : undefined;
  }
  const [traded] = await tradeAll(tx, [{ ...sale, meter: target.meter }], zone, now);
  return traded !== undefined && isFailure(traded) ? traded.sentence : undefined;
}

function targetOf({ svpmsn, purse }: PaidFor): SaleTarget {
  if (svpmsn !== undefined) return { meter: svpmsn };
  if (purse === undefined) throw new Error('a payment is for a meter or for a card');
  const { card, region } = placeOfPurse(purse);
  return { card: { csn: card, region } };
}

/**
 * How what was sold for a payment stands. A meter takes its value within minutes, and until it has, the money is held. A
 * card may come after months, and no bank holds money for so long: what was sold for it stands.
 */
export async function standingOf(tx: StoreReads, { id, purse }: Pick<Payment, 'id' | 'purse'>): Promise<Standing> {
  const orderId = orderOfPayment(id);
  const [order] = purse === undefined ? await tx.ordersOf([orderId]) : await tx.cardOrders.of([orderId]);
  // A database that was restored may have forgotten the order, and never the payment: both are written at once.
  if (order === undefined || order.state === 'refunded') return 'never-will';
  return purse !== undefined || order.state === 'stored' ? 'stands' : 'waits';
}

/**
 * Where the value of a payment is that has no order, when a restored database may have forgotten one. Until its meter,
 * or its card, has told its receipts nobody knows (X9), and of one that is frozen a person decides (X10).
 */
export async function whereIsValue(
  tx: StoreReads,
  { id, svpmsn, purse: purseId }: Pick<Payment, 'id' | 'svpmsn' | 'purse'>,
): Promise<'there' | 'nowhere' | 'unknown'> {
  const order = orderOfPayment(id);
  if (purseId !== undefined) {
    const [found] = await tx.cardOrders.where('txid', txidTextOf(order));
    if (found?.state === 'found' && found.amount > 0) return 'there';
    if (found !== undefined) return 'nowhere';
  } else {
    if ((await foundInMeter(tx, id)) !== undefined) return 'there';
    if ((await tx.ordersOf([order]))[0] !== undefined) return 'nowhere';
  }
  const [purse] =
    purseId === undefined ? await tx.pursesOf(svpmsn === undefined ? [] : [svpmsn]) : await tx.cardPurses.of([purseId]);
  return purse?.queryWanted === true || purse?.freeze !== undefined ? 'unknown' : 'nowhere';
}

/** The order by which books that were put back hold what a meter was found to have for a payment. */
async function foundInMeter(tx: StoreReads, id: Payment['id']): Promise<Order | undefined> {
  const [found] = (await tx.anyFound()) ? await tx.ordersOfTxid([txidTextOf(orderOfPayment(id))]) : [];
  return found?.state === 'found' && found.amount > 0 ? found : undefined;
}

/** The value went where it was paid for: what was paid is owed again, and recovered from what is paid later. */
export async function oweFor(tx: StoreTransaction, payment: Payment, zone: string, now: Milliseconds): Promise<void> {
  const { id, svpmsn, purse, paid, method } = payment;
  const order = orderOfPayment(id);
  const arrears = BigInt(paid);
  const first = (meter: Parameters<typeof firstDues>[0]) => firstDues(meter, zone);
  if (svpmsn !== undefined) {
    await tx.post([returned(method, arrears, { at: now, svpmsn, order })]);
    return oweAgain(tx, { svpmsn, order, at: payment.at, arrears, fixedCharge: 0n, first }, now);
  }
  const [card] = purse === undefined ? [] : await tx.cards.of([placeOfPurse(purse).card]);
  if (card === undefined) throw new Error(`payment ${id} is for a meter or for a card`);
  const at = await owePerson(tx, { subscriber: card.subscriber, arrears, first });
  await tx.post([returned(method, arrears, { at: now, order, ...(at !== undefined && { svpmsn: at }) })]);
}

/** What was sold for a payment and never came where it was paid for is given back, once, if it was refunded. */
export async function giveBackFor(tx: StoreTransaction, payment: Payment, now: Milliseconds): Promise<void> {
  const orderId = orderOfPayment(payment.id);
  if (payment.purse === undefined) await payOut(tx, orderId, now);
  else await payOutCard(tx, { orderId, method: payment.method, by: undefined }, now);
}

/**
 * What was paid for an order that was refunded is given back, once.
 * @param by whoever gives it, out of their till
 */
export async function payOut(
  tx: StoreTransaction,
  orderId: string,
  now: Milliseconds,
  by?: string,
): Promise<Traded | HostFailure> {
  const [trade] = await tx.trades.of([orderId]);
  const [order] = await tx.ordersOf([orderId]);
  if (trade === undefined || order?.state !== 'refunded') {
    return fail('order-unknown', `Nothing is to be given back for order "${orderId}": it was not refunded.`);
  }
  if (trade.paidOutAt !== undefined) return { order, trade };
  const given: Trade = { ...trade, paidOutAt: now };
  await tx.trades.put([given]);
  if (by !== undefined && trade.method === 'cash') await cashGiven(tx, by, trade.paid);
  await tx.post([paidOut(trade.method, trade.paid, { at: now, svpmsn: trade.svpmsn, order: orderId })]);
  return { order, trade: given };
}
