import { fromHex, toHex } from '../bytes/index.ts';
import type { CardReceipt, CardStatus, RegionTotals } from '../card/index.ts';
import {
  judgeReceipt,
  type Outstanding,
  type PurseAccount,
  type PurseDoubt,
  type ReceiptJudgement,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { assert, assertNever, type Milliseconds, tokens } from '../units/index.ts';
import { cardMove, cardPaidOut, cardRefunded } from './card-books.ts';
import type { StoreTransaction } from './ports.ts';
import { cardReceiptIsDue } from './receipting.ts';
import { vendGivenBack } from './tills.ts';
import { type CardFreeze, type CardOrder, type CardPurse, FOUND_PREFIX, MANUAL_SOURCE } from './types.ts';
import { cardPurchaseHappened } from './webhooks.ts';

/** What the books know of a region of a card, for the rule of exactly once: LTC stands in the place of TC. */
export const accountOfCard = (purse: CardPurse, order: CardOrder | undefined): PurseAccount => ({
  lastCounter: purse.lastCounter,
  outstanding: order && outstandingOf(purse, order),
});

/** The order that is on its way, as the next transaction of its region. What is released leaves a card as by closing. */
export function outstandingOf(purse: CardPurse, order: CardOrder): Outstanding {
  const op = order.state === 'voiding' ? ValueOp.void : order.op === 'credit' ? ValueOp.credit : ValueOp.close;
  return { counter: purse.lastCounter + 1, txid: fromHex(order.txid), amount: order.amount, op };
}

const DOUBTS: Readonly<Record<PurseDoubt, CardFreeze>> = {
  'meter-behind-host': 'card-behind-host',
  'gap-longer-than-ring': 'gap-longer-than-ring',
  'amount-differs': 'amount-differs',
  // A card has no such answer: whoever gives it is none.
  'meter-frozen': 'amount-differs',
};
export const doubtOf = (doubt: PurseDoubt): CardFreeze => DOUBTS[doubt];

/**
 * Why what a card tells of itself cannot be true of the region that the books know, where both have booked the same
 * loads: what was ever loaded is the same, and its debits only ever grow, each by at least one token. A card that was
 * copied, or put back to what it was, tells less, or another sum under the same DTC.
 */
export function doubtOfTotals(purse: CardPurse, told: RegionTotals): CardFreeze | undefined {
  if (BigInt(told.creditedTotal) !== purse.credited) return 'amount-differs';
  const { debited, handed } = debitsOf(purse, told);
  const debits = told.debitCounter - purse.debitCounter;
  if (debits === 0 && debited !== purse.debited) return 'debits-differ';
  const isBehind = debits < 0 || debited < purse.debited + BigInt(debits) || handed < purse.handed;
  return isBehind ? 'debits-behind' : undefined;
}

/** The same before M3; a card that has a load which is not booked is looked at when it is. */
export const doubtOfStatus = (purse: CardPurse, status: CardStatus): CardFreeze | undefined =>
  status.lastCounter === purse.lastCounter ? doubtOfTotals(purse, status) : undefined;

function debitsOf({ credited, closed, released }: CardPurse, { balance, pending }: RegionTotals) {
  const debited = credited - closed - BigInt(balance);
  return { debited, handed: debited - BigInt(pending?.amount ?? 0) - released };
}

export type CardBooking =
  | Exclude<ReceiptJudgement, { readonly type: 'freeze' }>
  | { readonly type: 'freeze'; readonly doubt: CardFreeze };

/**
 * Books an authentic receipt of a card: the state of its order, the ledger, the last LTC and what the card tells of
 * itself, in one transaction. It only ever adds knowledge, however late or doubled.
 * @param cardLast the last LTC that the card named in M2
 * @param isLate the card was heard in another exchange since: that it tells less than is known is nothing against it
 */
export async function bookCardReceipt(
  tx: StoreTransaction,
  purse: CardPurse,
  { isLate, ...told }: Told & { readonly isLate: boolean },
  now: Milliseconds,
): Promise<CardBooking> {
  const { receipt } = told;
  const order = purse.outstanding === undefined ? undefined : (await tx.cardOrders.of([purse.outstanding]))[0];
  const judgement = judgeReceipt(accountOfCard(purse, order), receipt);
  if (isLate && judgement.type === 'freeze' && judgement.doubt === 'meter-behind-host') return { type: 'nothing-new' };
  const booked = await bookJudgement(tx, purse, order, { receipt, judgement }, now);
  if (booked.type === 'freeze') {
    await freezeCard(tx, purse, booked.doubt, now);
    return booked;
  }
  const doubt = await takeTotals(tx, purse.id, told, now);
  if (doubt === undefined || isLate) return booked;
  await freezeCard(tx, purse, doubt, now);
  return { type: 'freeze', doubt };
}

interface Told {
  readonly receipt: CardReceipt;
  readonly cardLast: number;
}

interface Seen {
  readonly receipt: CardReceipt;
  readonly judgement: ReceiptJudgement;
}

async function bookJudgement(
  tx: StoreTransaction,
  purse: CardPurse,
  order: CardOrder | undefined,
  { receipt, judgement }: Seen,
  now: Milliseconds,
): Promise<CardBooking> {
  switch (judgement.type) {
    case 'nothing-new':
      return judgement;
    case 'freeze':
      return { type: 'freeze', doubt: doubtOf(judgement.doubt) };
    case 'stored':
    case 'not-stored':
    case 'closed': {
      assert(order !== undefined, 'only what is outstanding is settled');
      if (judgement.type === 'stored' && exceeds(purse, receipt)) return { type: 'freeze', doubt: 'amount-differs' };
      await settle(tx, { ...purse, outstanding: undefined }, order, judgement, now);
      return judgement;
    }
    case 'adopt': {
      const doubt = await adopt(tx, purse, { receipt, judgement }, now);
      return doubt === undefined ? judgement : { type: 'freeze', doubt };
    }
    default:
      return assertNever(judgement);
  }
}

/** More than the card says it was ever loaded with: then this receipt is not about a load at all. */
const exceeds = (purse: CardPurse, { amount, creditedTotal }: CardReceipt): boolean =>
  purse.credited + BigInt(amount) > BigInt(creditedTotal);

type Settlement = Extract<ReceiptJudgement, { readonly type: 'stored' | 'not-stored' | 'closed' }>;

/** The end of an order at the LTC that follows the last one booked. */
async function settle(
  tx: StoreTransaction,
  purse: CardPurse,
  order: CardOrder,
  settlement: Settlement,
  now: Milliseconds,
): Promise<void> {
  const counter = purse.lastCounter + 1;
  const settled = { ...order, counter, openOf: undefined, settledAt: now };
  const occasion = { at: now, provider: purse.provider, of: order.id };
  const next: CardPurse = { ...purse, lastCounter: counter };
  switch (settlement.type) {
    case 'stored': {
      const amount = BigInt(settlement.amount);
      await tx.cardOrders.put([{ ...settled, state: 'stored' }]);
      await tx.cardPurses.put([{ ...next, credited: purse.credited + amount }]);
      await tx.post(cardMove('card-stored', amount, occasion));
      await cardReceiptIsDue(tx, order);
      await cardPurchaseHappened(tx, 'purchase.stored', order, now);
      return;
    }
    case 'not-stored':
      await tx.cardPurses.put([next]);
      await refund(tx, { ...settled, why: settlement.why }, now);
      return;
    case 'closed': {
      const amount = BigInt(settlement.amount);
      await tx.cardOrders.put([{ ...settled, state: 'closed', amount: settlement.amount }]);
      const gone =
        order.op === 'release'
          ? { released: purse.released + amount, ...(amount > 0n && { pending: 0n, pendingMeter: undefined }) }
          : { closed: purse.closed + amount };
      await tx.cardPurses.put([{ ...next, ...gone }]);
      await tx.post(cardMove('card-closed', amount, occasion));
      return;
    }
    default:
      assertNever(settlement);
  }
}

/** Gives back an order that never was on the card and never will be, to an agent at once; what nobody paid for is nobody's. */
async function refund(tx: StoreTransaction, order: CardOrder, now: Milliseconds): Promise<CardOrder> {
  const { id, provider, source, op, amount, method } = order;
  const occasion = { at: now, provider, of: id };
  const refunded: CardOrder = { ...order, state: 'refunded', openOf: undefined, settledAt: now };
  await tx.cardOrders.put([refunded]);
  if (op !== 'credit') return refunded;
  const value = BigInt(amount);
  const parts = { paid: method === undefined ? value : order.paid, value, fee: order.fee, tax: order.tax };
  await tx.post([cardRefunded(parts, occasion)]);
  await cardReceiptIsDue(tx, order);
  await cardPurchaseHappened(tx, 'purchase.refunded', order, now);
  if (source === MANUAL_SOURCE) await tx.post([cardPaidOut('goodwill', value, occasion)]);
  const back = method === undefined ? undefined : await vendGivenBack(tx, { id, paid: order.paid, method }, now);
  if (back === undefined) return refunded;
  const paidOut: CardOrder = { ...refunded, paidOutAt: now };
  await tx.cardOrders.put([paidOut]);
  await tx.post([cardPaidOut(back.float, order.paid, occasion), ...back.commission]);
  return paidOut;
}

/** Gives back what never had an LTC. */
export async function refundUnsentOfCard(
  tx: StoreTransaction,
  order: CardOrder,
  now: Milliseconds,
): Promise<CardOrder> {
  assert(order.counter === undefined, 'what has an LTC is refunded by its receipt alone');
  return refund(tx, { ...order, why: 'voided' }, now);
}

/**
 * The card holds another TXID at the next LTC. After a restore it may be an order that these books still have unsent:
 * then it is that order's receipt. Otherwise it is value that nobody here sold, or took off the card, flagged as found.
 * The own order takes the LTC after it.
 */
async function adopt(
  tx: StoreTransaction,
  purse: CardPurse,
  { receipt, judgement }: Seen & { readonly judgement: { readonly type: 'adopt' } },
  now: Milliseconds,
): Promise<CardFreeze | undefined> {
  const txid = toHex(receipt.txid);
  const { counter } = receipt;
  const { applied } = judgement as Extract<ReceiptJudgement, { readonly type: 'adopt' }>;
  const amount = applied ? receipt.amount : tokens(0);
  const [known] = await tx.cardOrders.where('txid', txid);
  const isUnsent = known?.counter === undefined && (known?.state === 'waiting' || known?.state === 'voiding');
  const isIts =
    known === undefined || (isUnsent && (known.purse === purse.id || (await waitedBefore(tx, known, purse))));
  if (!isIts) return 'txid-twice';
  const credits = applied && receipt.tookOff === undefined;
  if (known !== undefined && applied && credits !== (known.op === 'credit')) return 'amount-differs';
  if (credits && exceeds(purse, { ...receipt, amount })) return 'amount-differs';
  if (known !== undefined && credits && known.amount !== amount) return 'amount-differs';
  if (purse.outstanding !== undefined) {
    const [own] = await tx.cardOrders.of([purse.outstanding]);
    // The LTC is the other's: the own order leaves it first, because no two may have one.
    if (own !== undefined) await tx.cardOrders.put([{ ...own, counter: counter + 1 }]);
  }
  if (known !== undefined) {
    const why = receipt.result === ValueResult.full ? 'full' : 'voided';
    const outcome: Settlement = !applied
      ? { type: 'not-stored', why }
      : { type: known.op === 'credit' ? 'stored' : 'closed', amount };
    await settle(tx, purse, { ...known, purse: purse.id }, outcome, now);
    return undefined;
  }
  const id = `${FOUND_PREFIX}${purse.id}:${counter}`;
  const occasion = { at: now, provider: purse.provider, of: id };
  const found: CardOrder = {
    ...{ id, purse: purse.id, openOf: undefined, provider: purse.provider, op: 'credit', amount, txid, counter },
    ...{ debitCounter: undefined, source: 'found', state: 'found', method: undefined, paid: 0n, fee: 0n, tax: 0n },
    ...{ why: applied ? undefined : 'voided', orderedAt: now, settledAt: now, paidOutAt: undefined },
    unitCharge: undefined,
  };
  const value = BigInt(amount);
  const next: CardPurse = { ...purse, lastCounter: counter };
  if (receipt.tookOff === undefined) {
    await tx.cardOrders.put([found]);
    await tx.cardPurses.put([{ ...next, credited: purse.credited + value }]);
    await tx.post(cardMove('card-found', value, occasion));
  } else {
    const op = receipt.tookOff === 'closed' ? 'close' : 'release';
    await tx.cardOrders.put([{ ...found, op, state: 'closed' }]);
    await tx.cardPurses.put([{ ...next, [receipt.tookOff]: purse[receipt.tookOff] + value }]);
    await tx.post(cardMove('card-closed', value, occasion));
  }
  return undefined;
}

/** Whether it waited for a card that is in use no more, and for which a host that was forgotten sent it to this one. */
async function waitedBefore(tx: StoreTransaction, order: CardOrder, purse: CardPurse): Promise<boolean> {
  const [before] = await tx.cardPurses.of([order.purse]);
  const [old, own] = before === undefined ? [] : await tx.cards.of([before.card, purse.card]);
  return before?.provider === purse.provider && old?.state !== 'active' && old?.subscriber === own?.subscriber;
}

/** Whether what a card told of, and the books wrote as found, is an order that they had forgotten. */
export const isForgotten = ({ op, purse, amount }: CardOrder, found: CardOrder): boolean =>
  op === 'credit' &&
  found.state === 'found' &&
  found.purse === purse &&
  (found.amount === amount || found.amount === 0);

/**
 * An order takes the place of what was found, when it has been booked as sold: it is on the card already. One that the
 * card voided, or had no room for, never was, and is given back at once.
 */
export async function claimFound(
  tx: StoreTransaction,
  order: CardOrder,
  found: CardOrder,
  now: Milliseconds,
): Promise<CardOrder> {
  const settled: CardOrder = { ...order, openOf: undefined, counter: found.counter, settledAt: now };
  await tx.cardOrders.delete([found.id]);
  if (found.amount === 0) return refund(tx, { ...settled, why: found.why }, now);
  const stored: CardOrder = { ...settled, state: 'stored' };
  await tx.cardOrders.put([stored]);
  const { id, provider, amount } = order;
  await tx.post([
    ...cardMove('card-found', -BigInt(amount), { at: now, provider, of: found.id }),
    ...cardMove('card-stored', BigInt(amount), { at: now, provider, of: id }),
  ]);
  await cardPurchaseHappened(tx, 'purchase.stored', stored, now);
  return stored;
}

/**
 * What the card tells of itself, where the books have all its loads and no more: what it holds, and what went to meters.
 * What it tells beside a load that is not booked proves nothing yet.
 * @returns why it cannot be true, and is not taken in
 */
async function takeTotals(
  tx: StoreTransaction,
  id: string,
  { receipt, cardLast }: Told,
  now: Milliseconds,
): Promise<CardFreeze | undefined> {
  const [purse] = await tx.cardPurses.of([id]);
  assert(purse !== undefined, 'a card has the region that it told of');
  // It knew fewer loads than are booked now: a receipt that was long on its way. A card that was put back says so in M2.
  if (purse.lastCounter !== Math.max(cardLast, isOfLoad(receipt) ? receipt.counter : 0)) return undefined;
  const doubt = doubtOfTotals(purse, receipt);
  if (doubt !== undefined) return doubt;
  const { debited, handed } = debitsOf(purse, receipt);
  const { pending, balance, debitCounter, ticketVersion } = receipt;
  await tx.cardPurses.put([
    {
      ...purse,
      ...{ toldAt: now, balance: BigInt(balance), debited, handed, debitCounter, ticketVersion },
      ...{ pendingMeter: pending?.meter, pending: BigInt(pending?.amount ?? 0) },
    },
  ]);
  await tx.post(cardMove('card-handed', handed - purse.handed, { at: now, provider: purse.provider, of: id }));
  for (const ticket of await tx.cardTickets.where('purse', id)) {
    if (ticket.version !== ticketVersion || ticket.takenAt !== undefined) continue;
    await tx.cardTickets.put([{ ...ticket, takenAt: now }]);
  }
  return undefined;
}

const isOfLoad = ({ result }: CardReceipt): boolean => result !== ValueResult.gap;

/**
 * The card said under its key that it has no load that is not booked. So what has no LTC is not on it, and what was
 * to be taken back is refunded.
 */
export async function cardInStep(tx: StoreTransaction, id: string, now: Milliseconds): Promise<void> {
  const [purse] = await tx.cardPurses.of([id]);
  assert(purse !== undefined, 'a card has the region that it told of');
  await tx.cardPurses.put([{ ...purse, queryWanted: false }]);
  for (const order of await tx.cardOrders.where('openOf', id)) {
    if (order.state === 'voiding' && order.counter === undefined) await refundUnsentOfCard(tx, order, now);
  }
}

export async function freezeCard(
  tx: StoreTransaction,
  { id }: CardPurse,
  reason: CardFreeze,
  now: Milliseconds,
): Promise<void> {
  const [purse] = await tx.cardPurses.of([id]);
  if (purse !== undefined) await tx.cardPurses.put([{ ...purse, freeze: reason, frozenAt: now }]);
}
