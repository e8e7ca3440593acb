import { Suite } from '../crypto/index.ts';
import { txidTextOf } from '../exchange/index.ts';
import { assert, assertNever, type Milliseconds, svpmsnText, type Tokens, tokens } from '../units/index.ts';
import { type Claim, claimOf, type Price } from './claim.ts';
import { amountFault, fail, findMeter, isFailure, meterUnknown, parseMeterNumber, textFault } from './failures.ts';
import { askedAgain } from './forgotten-closings.ts';
import { goneBuyer } from './leaving.ts';
import { allEnergy, sold } from './ledger.ts';
import { isReserved, REPAYMENT_SOURCE } from './moved-value.ts';
import { newOrder } from './new-order.ts';
import type { MeterToSell, StoreReads, StoreTransaction } from './ports.ts';
import { refundUnsent, voidRow } from './receipts.ts';
import type { Sale } from './services.ts';
import {
  FOUND_PREFIX,
  type HostFailure,
  Lane,
  MANUAL_SOURCE,
  type NumberedOrder,
  type Order,
  type Posting,
  type Tenancy,
} from './types.ts';
import { wake, workDone } from './work.ts';

/** What is sold: whole tokens, at no other price than themselves; given away, where it is manual. */
export const sellAll = (
  tx: StoreTransaction,
  sales: readonly Sale[],
  now: Milliseconds,
): Promise<(NumberedOrder | HostFailure)[]> =>
  sellPriced(
    tx,
    sales.map(({ orderId, ...sale }) => ({ ...sale, orderId: String(orderId) })),
    {
      fault: ({ amount }) => amountFault(amount),
      price: ({ amount, source }) => ({
        account: source === MANUAL_SOURCE ? 'goodwill' : 'cash',
        parts: allEnergy(BigInt(amount)),
      }),
      isSame: (order, { amount }) => order.amount === amount,
    },
    now,
  );

/** What somebody wants to buy, by whatever it is counted in. */
interface Wish {
  readonly meter: number;
  readonly orderId: string;
  readonly source: string;
}

/** How wishes become sales. */
export interface Pricing<W extends Wish> {
  /** Called first, with the ids of the orders that are there already. */
  prepare?(known: readonly string[]): Promise<void>;
  fault(wish: W): HostFailure | undefined;
  /**
   * Called once for each wish that nothing else refuses, in their order.
   * @param found tokens that its meter was found to have taken of this sale, before the books knew of it; 0 for none
   * @param gone the household for which it did, where they have left since
   */
  price(wish: W, meter: MeterToSell, found: Tokens | undefined, gone: Tenancy | undefined): Price | HostFailure;
  /** Whether an order that is there was made of this wish; meter and source are the same. */
  isSame(order: Order, wish: W): boolean;
}

/**
 * Sells, as one group: for each sale its order, which waits in the meter's queue, and its posting. A sale that is
 * refused leaves nothing and hinders no other; one that was made before is answered with its order.
 */
export async function sellPriced<W extends Wish>(
  tx: StoreTransaction,
  wishes: readonly W[],
  pricing: Pricing<W>,
  now: Milliseconds,
): Promise<(NumberedOrder | HostFailure)[]> {
  const known = await tx.ordersOf(wishes.map(({ orderId }) => orderId));
  await pricing.prepare?.(known.flatMap((order) => (order === undefined ? [] : [order.id])));
  const numbers = wishes.map(({ meter }) => parseMeterNumber(meter));
  const ids = [...new Set(numbers.filter((id) => typeof id === 'number'))];
  const meters = new Map((await tx.metersToSell(ids)).map((meter) => [meter?.svpmsn, meter]));
  const found = await foundOf(
    tx,
    wishes.map(({ orderId }) => orderId),
  );
  const gone = new Map<string, Tenancy>();
  for (const there of found) {
    const buyer = there && (await goneBuyer(tx, there));
    if (buyer !== undefined) gone.set(there?.id ?? '', buyer);
  }
  const orders = new Map<string, Order>();
  const claims = new Map<string, Claim>();
  const postings: Posting[] = [];
  const woken = new Map<number, MeterToSell>();
  const isSame = (order: Order, wish: W) =>
    order.op === 'credit' && order.svpmsn === wish.meter && order.source === wish.source && pricing.isSame(order, wish);
  const answers = wishes.map((wish, i): { readonly refused: HostFailure } | { readonly id: string } => {
    const { orderId: id, source } = wish;
    const before = known[i] ?? orders.get(id) ?? claims.get(id)?.order;
    if (before !== undefined) return isSame(before, wish) ? { id: before.id } : { refused: differs(id) };
    const number = numbers[i] as (typeof numbers)[number];
    const fault = orderIdFault(id) ?? textFault('name-wrong', "A payment's source", source) ?? pricing.fault(wish);
    if (fault !== undefined) return { refused: fault };
    if (typeof number !== 'number') return { refused: number };
    const there = found[i];
    const meter = meters.get(number);
    if (meter === undefined) return { refused: meterUnknown(number) };
    if (there !== undefined && (there.state !== 'found' || there.svpmsn !== number)) {
      return { refused: foundAlready(id, there) };
    }
    const held = there === undefined ? purseFault(meter) : undefined;
    if (held !== undefined) return { refused: held };
    const buyer = there && gone.get(there.id);
    const price = pricing.price(wish, meter, there?.amount, buyer);
    if ('reason' in price) return { refused: price };
    if (there !== undefined) {
      const orderedAt = buyer === undefined ? now : there.orderedAt;
      const claim = claimOf(there, { id, source, orderedAt }, price, now);
      if (claim === undefined) return { refused: foundAlready(id, there) };
      claims.set(id, claim);
      postings.push(...claim.postings);
      return { id };
    }
    const amount = tokens(Number(price.parts.energy));
    orders.set(id, newOrder(id, meter, { op: 'credit', source, amount }, now));
    postings.push(sold(price.account, price.parts, { at: now, svpmsn: number, order: id }));
    woken.set(number, meter);
    return { id };
  });
  for (const { found, order } of claims.values()) await tx.claimOrder(found, order);
  const added = orders.size === 0 ? [] : await tx.addOrders([...orders.values()]);
  if (postings.length > 0) await tx.post(postings);
  if (woken.size > 0) await wake(tx, [...woken.values()], Lane.value, now);
  const claimed = claims.size === 0 ? [] : await tx.ordersOf([...claims.keys()]);
  const stored = new Map<string, NumberedOrder>();
  for (const group of [known, added, claimed]) for (const order of group) if (order) stored.set(order.id, order);
  return answers.map((answer) => ('id' in answer ? (stored.get(answer.id) as NumberedOrder) : answer.refused));
}

/**
 * X8: what waits is cancelled; what is on its way becomes a void of its TC; what is settled stays. X9: while the
 * meter has not told its receipts, what waits here may be in it, and while it is frozen nobody can ask it (X10): then
 * the order waits to be taken back, and nothing is refunded before the receipts have decided.
 */
export async function voidOrder(
  tx: StoreTransaction,
  orderId: string,
  now: Milliseconds,
): Promise<NumberedOrder | HostFailure> {
  const [order] = await tx.ordersOf([orderId]);
  if (order === undefined) return orderUnknown(orderId);
  if (order.op === 'close') {
    return fail('command-not-served', `Order "${orderId}" closes a purse, and that is not undone by a void.`);
  }
  if (order.source === REPAYMENT_SOURCE) {
    const sentence = `Order "${orderId}" repays the emergency credit of a household that moves out: it is not taken back.`;
    return fail('command-not-served', sentence);
  }
  switch (order.state) {
    case 'voiding':
    case 'refunded':
      return order;
    case 'waiting': {
      const [purse] = await tx.pursesOf([order.svpmsn]);
      assert(purse !== undefined, 'a meter has a purse');
      if (purse.queryWanted || purse.freeze !== undefined) {
        const withdrawn: Order = { ...order, state: 'voiding' };
        await tx.putOrder(withdrawn);
        return { ...order, ...withdrawn };
      }
      const refunded = await refundUnsent(tx, order, now);
      const [work] = await tx.workOf([order.svpmsn]);
      if (work !== undefined && !work.leased) await workDone(tx, order.svpmsn, now);
      return { ...order, ...refunded };
    }
    case 'outstanding': {
      const [meter] = await tx.metersOf([order.svpmsn]);
      if (meter?.suite === Suite.tripleDes)
        return fail('command-not-served', 'Suite 3des has no void: wait for the answer.');
      const outstanding = await tx.outstanding(order.svpmsn);
      if (outstanding?.order !== orderId)
        throw new Error(`order ${orderId} is outstanding, and its meter says it is not`);
      await tx.putOutstanding(voidRow(outstanding));
      const voiding: Order = { ...order, state: 'voiding' };
      await tx.putOrder(voiding);
      return { ...order, ...voiding };
    }
    case 'stored':
    case 'closed':
    case 'found':
      return fail(
        'order-settled',
        `Order "${orderId}" is ${order.state} in meter ${svpmsnText(order.svpmsn)} and cannot be taken back; close the purse instead.`,
        { about: orderId },
      );
    default:
      return assertNever(order.state);
  }
}

/** The purse takes no more from now on; what was sold before still goes first. */
export async function closePurse(
  tx: StoreTransaction,
  request: { readonly meter: number; readonly orderId: string },
  now: Milliseconds,
): Promise<NumberedOrder | HostFailure> {
  const { orderId } = request;
  const fault = orderIdFault(orderId);
  if (fault !== undefined) return fault;
  const found = await findMeter(tx, request.meter);
  if (isFailure(found)) return found;
  const { meter } = found;
  const purse = askedAgain(found.purse);
  const [before] = await tx.ordersOf([orderId]);
  if (before !== undefined) return before.op === 'close' && before.svpmsn === meter.svpmsn ? before : differs(orderId);
  const [there] = await foundOf(tx, [orderId]);
  if (there !== undefined) return foundAlready(orderId, there);
  const held = purseFault(purse);
  if (held !== undefined) return held;
  if (meter.suite === Suite.tripleDes)
    return fail('command-not-served', 'Suite 3des has no command that closes a purse.');
  const closing = newOrder(orderId, meter, { op: 'close', amount: tokens(0), source: 'closing' }, now);
  const [order] = await tx.addOrders([closing]);
  await tx.putPurse({ ...purse, state: 'closing' });
  await wake(tx, [meter], Lane.value, now);
  return order as NumberedOrder;
}

/** After a restore an order may come again that its meter has told of already, and the books wrote as found. */
export async function foundOf(tx: StoreReads, orderIds: readonly string[]): Promise<(Order | undefined)[]> {
  return (await tx.anyFound()) ? tx.ordersOfTxid(orderIds.map((orderId) => txidTextOf(orderId))) : [];
}

export const foundAlready = (orderId: string, found: Order): HostFailure =>
  fail(
    'order-settled',
    `Order "${orderId}" is in meter ${svpmsnText(found.svpmsn)} already: a database that was restored had forgotten it, and the books hold it as "${found.id}". Send nothing again.`,
  );

function orderIdFault(id: string): HostFailure | undefined {
  const fault = textFault('order-id-wrong', 'An order id', id);
  if (fault !== undefined || !(id.startsWith(FOUND_PREFIX) || isReserved(id))) return fault;
  const prefix = id.slice(0, id.indexOf(':') + 1);
  return fail('order-id-wrong', `An order id may not begin with "${prefix}": the books use that themselves.`);
}

export const orderUnknown = (orderId: string): HostFailure =>
  fail('order-unknown', `There is no order "${orderId}": check the id.`, { about: orderId });

/** Why a purse takes no value, if it takes none. */
export function purseFault({
  svpmsn,
  freeze,
  state,
}: Pick<MeterToSell, 'svpmsn' | 'freeze' | 'state'>): HostFailure | undefined {
  if (freeze === undefined && state === 'open') return undefined;
  const about = svpmsnText(svpmsn);
  if (freeze !== undefined) {
    return fail('meter-frozen', `Meter ${about} takes no value (${freeze}): look into it, then release the meter.`, {
      about,
    });
  }
  return fail('purse-closed', `Meter ${about} takes no value any more: its purse is ${state}.`, { about });
}

const differs = (orderId: string): HostFailure =>
  fail('order-differs', `Order "${orderId}" was given before with other contents: use a new id for a new order.`);
