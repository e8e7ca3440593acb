import { fromHex, toHex } from '../bytes/index.ts';
import { Suite } from '../crypto/index.ts';
import {
  asVoid,
  judgeReceipt,
  nextOutstanding,
  type Outstanding,
  type PurseAccount,
  type ReceiptJudgement,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../exchange/index.ts';
import { MeterFlag } from '../records/index.ts';
import { assert, assertNever, type Milliseconds, svpmsnText, type Tokens, tokens } from '../units/index.ts';
import { lineRow } from './card-meters.ts';
import { forgottenClosing } from './forgotten-closings.ts';
import { goneByNow, latestTenancy } from './leaving.ts';
import { allEnergy, dividing, move, paidOut, refunded, repriced, spending } from './ledger.ts';
import { valueStored } from './message-causes.ts';
import { carriedBy, MOVED_SOURCE, moveOn, REPAYMENT_SOURCE } from './moved-value.ts';
import { oweAgain } from './owing.ts';
import type { StoreTransaction } from './ports.ts';
import { receiptIsDue } from './receipting.ts';
import { divide } from './revenue.ts';
import { withFound } from './terms.ts';
import { floatGivenBack } from './tills.ts';
import {
  type Dues,
  FOUND_PREFIX,
  type FreezeReason,
  Lane,
  MANUAL_SOURCE,
  type Meter,
  type Order,
  type OutstandingRow,
  type Posting,
  type Purse,
  type RefundReason,
} from './types.ts';
import { keptForVoucher } from './voucher-names.ts';
import { orderEnded } from './webhooks.ts';
import { wake } from './work.ts';

const OPS = { credit: ValueOp.credit, void: ValueOp.void, close: ValueOp.close } as const;
const OP_NAMES = { [ValueOp.credit]: 'credit', [ValueOp.void]: 'void', [ValueOp.close]: 'close' } as const;

/** The row as the exchange knows it. */
export const asOutstanding = (row: OutstandingRow): Outstanding => ({ counter: row.counter, ...asOrdered(row) });

/** What an order asks of the purse, with or without a TC. */
const asOrdered = ({ txid, amount, op }: Pick<OutstandingRow, 'txid' | 'amount' | 'op'>) => ({
  txid: fromHex(txid),
  amount,
  op: OPS[op],
});

const asRow = (of: Pick<OutstandingRow, 'svpmsn' | 'order'>, { counter, txid, amount, op }: Outstanding) => ({
  svpmsn: of.svpmsn,
  order: of.order,
  counter,
  txid: toHex(txid),
  amount,
  op: OP_NAMES[op],
});

/** The row by which an order becomes the meter's next transaction (X1). */
export const nextRow = (purse: Purse, outstanding: OutstandingRow | undefined, order: Order): OutstandingRow =>
  asRow({ svpmsn: purse.svpmsn, order: order.id }, nextOutstanding(accountOf(purse, outstanding), asOrdered(order)));

/** The row of an order that is to be taken back: a void of the same TC (X8). */
export const voidRow = (row: OutstandingRow): OutstandingRow => asRow(row, asVoid(asOutstanding(row)));

export const accountOf = (purse: Purse, outstanding: OutstandingRow | undefined): PurseAccount => ({
  lastCounter: purse.lastCounter,
  outstanding: outstanding === undefined ? undefined : asOutstanding(outstanding),
});

/** What a receipt meant; two books that hold one TXID are found only here. */
type Booking =
  | Exclude<ReceiptJudgement, { readonly type: 'freeze' }>
  | { readonly type: 'freeze'; readonly doubt: FreezeReason };

/**
 * Books an authentic receipt (suites 1 to 3): the order's new state, the ledger and the meter's last TC in one
 * transaction. Returns what it meant. It only ever adds knowledge (X11).
 * @param meterLast the last TC that the meter named in M2, if its suite names one
 */
export async function bookReceipt(
  tx: StoreTransaction,
  purse: Purse,
  { receipt, meterLast }: { readonly receipt: ValueReceipt; readonly meterLast: number | undefined },
  now: Milliseconds,
): Promise<Booking> {
  const outstanding = await tx.outstanding(purse.svpmsn);
  const judgement = judgeReceipt(accountOf(purse, outstanding), receipt);
  switch (judgement.type) {
    case 'nothing-new':
      break;
    case 'freeze':
      await freeze(tx, purse, judgement.doubt, now);
      return judgement;
    case 'stored':
    case 'not-stored':
    case 'closed': {
      assert(outstanding !== undefined, 'only what is outstanding is settled');
      // More than the meter says it was ever credited: then this receipt is not about a credit at all.
      if (judgement.type === 'stored' && purse.credited + BigInt(judgement.amount) > BigInt(receipt.creditedTotal)) {
        await freeze(tx, purse, 'amount-differs', now);
        return { type: 'freeze', doubt: 'amount-differs' };
      }
      await tx.deleteOutstanding(purse.svpmsn);
      await settle(tx, purse, outstanding, judgement, now);
      break;
    }
    case 'adopt': {
      const doubt = await adopt(tx, purse, outstanding, { receipt, judgement }, now);
      if (doubt === undefined) break;
      await freeze(tx, purse, doubt, now);
      return { type: 'freeze', doubt };
    }
    default:
      assertNever(judgement);
  }
  if (meterLast !== undefined) await reportFromReceipt(tx, purse, { receipt, meterLast }, now);
  return judgement;
}

/**
 * Suite `3des`: an authentic M4 is only a balance. What that loses: it names no transaction, so that a lost M4
 * makes the host credit again, and a forged one cannot be told from a late one. For the laboratory.
 */
export async function bookSeedAnswer(tx: StoreTransaction, purse: Purse, now: Milliseconds): Promise<void> {
  const outstanding = await tx.outstanding(purse.svpmsn);
  if (outstanding === undefined) return;
  await tx.deleteOutstanding(purse.svpmsn);
  await settle(tx, purse, outstanding, { type: 'stored', amount: outstanding.amount }, now);
}

/**
 * The meter said under its key that it has no transaction that is not booked (X9). So what has no TC is not in it,
 * and what was to be taken back is refunded.
 */
export async function bookInStep(tx: StoreTransaction, { svpmsn }: Purse, now: Milliseconds): Promise<void> {
  const [purse] = await tx.pursesOf([svpmsn]);
  assert(purse !== undefined, 'a meter has a purse');
  await tx.putPurse({ ...purse, queryWanted: false });
  for (let order = await tx.nextWithdrawn(svpmsn); order !== undefined; order = await tx.nextWithdrawn(svpmsn)) {
    await refundUnsent(tx, order, now);
  }
}

/** Gives back an order that never had a TC, and never will. */
export async function refundUnsent(tx: StoreTransaction, order: Order, now: Milliseconds): Promise<Order> {
  assert(order.counter === undefined, 'what has a TC is refunded by its receipt alone');
  const refunded: Order = { ...order, state: 'refunded', why: 'voided', settledAt: now };
  await tx.putOrder(refunded);
  await ended(tx, order, 'refunded', now);
  await tx.post(await refundOf(tx, order, now));
  return refunded;
}

/** Whoever bought and whoever listens is told of the end. */
async function ended(tx: StoreTransaction, order: Order, state: 'stored' | 'refunded', now: Milliseconds) {
  await receiptIsDue(tx, order);
  await orderEnded(tx, order, state, now);
  if (state === 'stored' && order.op === 'credit') await valueStored(tx, order, now);
}

/**
 * All that was paid is to be given back, to an agent it is given; and what it had settled is due again. What nobody
 * paid for is nobody's.
 */
async function refundOf(tx: StoreTransaction, order: Order, now: Milliseconds): Promise<Posting[]> {
  const { id, svpmsn, amount, source } = order;
  const [trade] = await tx.trades.of([id]);
  if (trade !== undefined) await dueAgain(tx, order, trade, now);
  const occasion = { at: now, svpmsn, order: id };
  const refund = refunded(trade ?? allEnergy(BigInt(amount)), occasion);
  if (source === MANUAL_SOURCE) return [refund, paidOut('goodwill', BigInt(amount), occasion)];
  if (source === REPAYMENT_SOURCE) {
    return [refund, paidOut('arrears', BigInt(amount), occasion), ...(await notRepaid(tx, order, now))];
  }
  const tenancy = carriedBy(id);
  if (tenancy !== undefined) return [refund, ...(await notCarried(tx, { ...order, tenancy }, now))];
  return trade === undefined ? [refund] : [refund, ...(await floatGivenBack(tx, trade, now))];
}

/**
 * Emergency credit that the meter was not repaid is on nobody's arrears until it is tried anew; of a household that is
 * gone, because its meter was dead, it is a debt that can be repaid in no meter.
 */
async function notRepaid(
  tx: StoreTransaction,
  { id, svpmsn, amount }: Order,
  now: Milliseconds,
): Promise<readonly Posting[]> {
  const tenancy = await latestTenancy(tx, svpmsn);
  if (tenancy?.state !== 'leaving') return [move('debt', BigInt(amount), { at: now, svpmsn, order: id })];
  const [dues] = await tx.dues.of([String(svpmsn)]);
  if (dues !== undefined) await tx.dues.put([{ ...dues, arrears: dues.arrears - BigInt(amount) }]);
  await tx.tenancies.put([{ ...tenancy, owed: (tenancy.owed ?? 0n) - BigInt(amount) }]);
  return [];
}

/** What a household carried on never came to its next meter, which they left at once, or which had no room: it is paid out to them. */
async function notCarried(
  tx: StoreTransaction,
  { id, svpmsn, amount, tenancy: of }: Order & { readonly tenancy: string },
  now: Milliseconds,
): Promise<readonly Posting[]> {
  const [tenancy] = await tx.tenancies.of([of]);
  if (tenancy?.carried === undefined) return [];
  const value = BigInt(amount);
  await tx.tenancies.put([
    { ...tenancy, carried: tokens(tenancy.carried - amount), refund: (tenancy.refund ?? 0n) + value },
  ]);
  return [paidOut('value-moved', value, { at: now, svpmsn, order: id })];
}

/** What an order had settled is owed by whoever it was for, wherever they owe by now. */
async function dueAgain(
  tx: StoreTransaction,
  { id, svpmsn, orderedAt }: Order,
  { arrears, fixedCharge }: Pick<Dues, 'arrears' | 'fixedCharge'>,
  now: Milliseconds,
): Promise<void> {
  const [dues] = await tx.dues.of([String(svpmsn)]);
  if (dues === undefined) return;
  await oweAgain(tx, { svpmsn, at: orderedAt, order: id, arrears, fixedCharge, first: () => dues }, now);
}

/**
 * Something says that the books may not know what is in the meter: it is asked for its receipts, under the value key,
 * before anything else is sent, refunded or posted from a poll (X9). Suite `3des` has none to ask for.
 */
export async function wantQuery(tx: StoreTransaction, meter: Meter, now: Milliseconds): Promise<void> {
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  if (purse === undefined || meter.suite === Suite.tripleDes) return;
  // Of a purse that is closed nobody asks any more, but while its household is not gone yet.
  if (purse.state === 'closed' && (await latestTenancy(tx, meter.svpmsn))?.state !== 'leaving') return;
  await tx.putPurse({ ...purse, queryWanted: true });
  await wake(tx, [meter], Lane.value, now);
}

export async function freeze(
  tx: StoreTransaction,
  { svpmsn }: Purse,
  reason: FreezeReason,
  now: Milliseconds,
): Promise<void> {
  const [purse] = await tx.pursesOf([svpmsn]);
  if (purse !== undefined) await tx.putPurse({ ...purse, freeze: reason, frozenAt: now });
}

type Settlement = Exclude<ReceiptJudgement, { type: 'nothing-new' | 'freeze' | 'adopt' }>;

/** The end of an order at the TC that follows the last one booked. */
async function settle(
  tx: StoreTransaction,
  purse: Purse,
  of: { readonly order: string; readonly counter: number },
  settlement: Settlement,
  now: Milliseconds,
): Promise<void> {
  const [order] = await tx.ordersOf([of.order]);
  assert(order !== undefined, 'an outstanding order is in the books');
  const { svpmsn } = purse;
  const occasion = { at: now, svpmsn, order: order.id };
  const settled = { counter: of.counter, settledAt: now };
  const next: Purse = { ...purse, lastCounter: of.counter, bookedAt: now };
  switch (settlement.type) {
    case 'stored': {
      const amount = BigInt(settlement.amount);
      await tx.putOrder({ ...order, ...settled, state: 'stored' });
      await ended(tx, order, 'stored', now);
      await tx.putPurse({ ...next, credited: purse.credited + amount });
      await tx.post([move('stored', amount, occasion)]);
      return;
    }
    case 'not-stored':
      await tx.putOrder({ ...order, ...settled, state: 'refunded', why: settlement.why });
      await ended(tx, order, 'refunded', now);
      // A closing that the meter declined takes nothing back from anybody.
      await tx.putPurse(order.op === 'close' ? { ...next, state: 'open' } : next);
      if (order.op === 'credit') await tx.post(await refundOf(tx, order, now));
      return;
    case 'closed': {
      const amount = BigInt(settlement.amount);
      await tx.putOrder({ ...order, ...settled, state: 'closed', amount: settlement.amount });
      await tx.putPurse({ ...next, state: 'closed', closed: purse.closed + amount });
      if (amount > 0n) await tx.post([move('closed', amount, occasion)]);
      await moveOn(tx, order, amount, now);
      return;
    }
    default:
      assertNever(settlement);
  }
}

/** An authentic receipt of a TXID that was not expected at its TC. */
interface Adoption {
  readonly receipt: ValueReceipt;
  readonly judgement: ReceiptJudgement & { readonly type: 'adopt' };
}

/** By these books: it waits, or waits to be taken back. */
const isUnsent = ({ state, counter }: Order): boolean =>
  state === 'waiting' || (state === 'voiding' && counter === undefined);

/**
 * X7: the meter holds another TXID at the next TC. After a restore it may be an order that these books still have
 * unsent: then it is that order's receipt. Otherwise it is value that nobody here sold, flagged as found; of a voucher
 * that paid at another meter as well, because these books did not know of this one, too: whoever lives here did nothing.
 */
async function adopt(
  tx: StoreTransaction,
  purse: Purse,
  outstanding: OutstandingRow | undefined,
  seen: Adoption,
  now: Milliseconds,
): Promise<FreezeReason | undefined> {
  const { receipt, judgement } = seen;
  const { svpmsn } = purse;
  const { counter } = receipt;
  const txid = toHex(receipt.txid);
  const id = `${FOUND_PREFIX}${svpmsnText(svpmsn)}:${counter}`;
  const [named] = await tx.ordersOfTxid([txid]);
  const known = named?.svpmsn === svpmsn ? named : undefined;
  const ofVoucher =
    named === known || named === undefined
      ? undefined
      : await keptForVoucher(tx, named, { id, isCredited: judgement.applied });
  if (named !== undefined && ofVoucher === undefined && (known === undefined || !isUnsent(known))) return 'txid-twice';
  if (named === undefined && judgement.applied) {
    const closing = await forgottenClosing(tx, purse, txid, now);
    if (closing === 'unasked') {
      await goneByNow(tx, svpmsn, now);
      return 'closing-forgotten';
    }
    if (closing !== undefined) {
      if (outstanding !== undefined) await moveUp(tx, outstanding, counter + 1);
      const [closed] = await tx.pursesOf([svpmsn]);
      await settle(tx, closed ?? purse, { order: closing.id, counter }, settlementOf(closing, seen), now);
      return undefined;
    }
  }
  const credits = judgement.applied && known?.op !== 'close';
  if (credits && purse.credited + BigInt(judgement.amount) > BigInt(receipt.creditedTotal)) {
    // No credit at all: it left the purse, by an order that books which were put back may have forgotten.
    const isClosing = named === undefined && purse.credited <= BigInt(receipt.creditedTotal);
    return isClosing && (await tx.fact('restored-at')) !== undefined ? 'closing-forgotten' : 'amount-differs';
  }
  if (known !== undefined && credits && known.amount !== judgement.amount) {
    if (!(await isRepriced(tx, known, judgement.amount, now))) return 'amount-differs';
  }
  // The TC is the other's: the own order leaves it first, because no two may have one.
  if (outstanding !== undefined) await moveUp(tx, outstanding, counter + 1);
  if (known !== undefined) {
    await settle(tx, purse, { order: known.id, counter }, settlementOf(known, seen), now);
    return undefined;
  }
  const amount = BigInt(judgement.amount);
  const why = judgement.applied ? undefined : reasonOf(receipt);
  const kept = ofVoucher ?? { source: 'found', txid };
  await tx.addOrders([foundOrder(id, { svpmsn, counter, ...kept, amount: judgement.amount, why }, now)]);
  await tx.putPurse({ ...purse, lastCounter: counter, bookedAt: now, credited: purse.credited + amount });
  if (amount > 0n) await tx.post([move('found', amount, { at: now, svpmsn, order: id })]);
  return undefined;
}

/**
 * The sale was made again from what a restored database knew, and what was due then differed: the meter holds what it
 * was. Only a sale for money can have been of another amount under the same id, or value that was moved by what the books
 * knew of a dead meter.
 */
async function isRepriced(tx: StoreTransaction, order: Order, amount: Tokens, now: Milliseconds): Promise<boolean> {
  const { id, svpmsn, source } = order;
  const [trade] = await tx.trades.of([id]);
  const [dues] = await tx.dues.of([String(svpmsn)]);
  const before = trade ?? (source === MOVED_SOURCE ? allEnergy(BigInt(order.amount)) : undefined);
  if (before === undefined || dues === undefined) return false;
  const parts = withFound(before, amount);
  if (trade !== undefined) await tx.trades.put([{ ...trade, ...parts }]);
  await tx.dues.put([{ ...dues, arrears: dues.arrears + before.arrears - parts.arrears }]);
  await tx.putOrder({ ...order, amount });
  await tx.post([repriced(before, parts, { at: now, svpmsn, order: id })]);
  const [tenancy] = await tx.tenancies.of([carriedBy(id) ?? '']);
  if (tenancy?.carried !== undefined) {
    await tx.tenancies.put([{ ...tenancy, carried: amount, settled: (tenancy.settled ?? 0n) + parts.arrears }]);
  }
  return true;
}

function settlementOf(order: Order, { receipt, judgement }: Adoption): Settlement {
  if (!judgement.applied) return { type: 'not-stored', why: reasonOf(receipt) };
  return { type: order.op === 'close' ? 'closed' : 'stored', amount: judgement.amount };
}

/** Of a receipt of what was never applied. */
const reasonOf = ({ result }: ValueReceipt): RefundReason => (result === ValueResult.full ? 'full' : 'voided');

/** The own order takes the next TC. */
async function moveUp(tx: StoreTransaction, outstanding: OutstandingRow, counter: number): Promise<void> {
  await tx.putOutstanding({ ...outstanding, counter });
  const [order] = await tx.ordersOf([outstanding.order]);
  assert(order !== undefined, 'an outstanding order is in the books');
  await tx.putOrder({ ...order, counter });
}

function foundOrder(
  id: string,
  seen: {
    readonly svpmsn: Order['svpmsn'];
    readonly counter: number;
    readonly source: string;
    readonly txid: string;
    readonly amount: Tokens;
    readonly why: RefundReason | undefined;
  },
  now: Milliseconds,
): Order {
  return { id, op: 'credit', state: 'found', orderedAt: now, settledAt: now, ...seen };
}

/** Tokens of one purse at one moment, as the meter said under its key. */
interface PurseReport {
  readonly at: Milliseconds;
  readonly credited: bigint;
  readonly balance: bigint;
  /** Suite `3des` does not tell it. */
  readonly owed: bigint | undefined;
}

/**
 * Posts the energy that a report proves was spent since the last posting: spent = credited + owed - balance - closed,
 * where what was taken from cards is credited too.
 * Spent never falls, so a report from before is passed over, and the same report twice posts once. Returns whether
 * the report can be true of this purse: not where it proves less spent than was posted. Where nobody tells what is
 * owed, spent less owed is posted: it does fall, when tokens are lent and not yet used.
 */
export async function postSpending(
  tx: StoreTransaction,
  purse: Purse,
  report: PurseReport,
  now: Milliseconds,
): Promise<boolean> {
  const owed = report.owed ?? 0n;
  const spent = report.credited + owed - report.balance - purse.closed;
  if (report.at < purse.reportedAt) return true;
  const heard = { ...purse, reportedAt: report.at };
  if (report.owed !== undefined && spent < purse.spent) {
    await tx.putPurse(heard);
    return false;
  }
  const change = { spent: spent - purse.spent, owed: owed - purse.owed };
  const after = { ...heard, spent, owed };
  await tx.putPurse(after);
  if (change.spent === 0n && change.owed === 0n) return true;
  const occasion = { at: now, svpmsn: purse.svpmsn };
  const divided = dividing({ before: divide(purse), after: divide(after) }, occasion);
  await tx.post([spending(change, occasion), ...divided]);
  return true;
}

/**
 * A receipt tells what was spent where it says that nothing is owed; else the next poll does. While the meter has
 * transactions that are not booked, one of them may have closed the purse, and its balance proves nothing. No more does
 * that of a meter which takes from cards: it may be older than what is known to have come from them.
 */
async function reportFromReceipt(
  tx: StoreTransaction,
  { svpmsn }: Purse,
  { receipt, meterLast }: { readonly receipt: ValueReceipt; readonly meterLast: number },
  now: Milliseconds,
): Promise<void> {
  if (receipt.flags === undefined || (receipt.flags & MeterFlag.emergencyCredit) !== 0) return;
  const [purse] = await tx.pursesOf([svpmsn]);
  assert(purse !== undefined, 'a meter has a purse');
  if (purse.lastCounter < meterLast || purse.lastCounter < receipt.counter) return;
  if ((await lineRow(tx, svpmsn)) !== undefined) return;
  const { creditedTotal, balance } = receipt;
  await postSpending(tx, purse, { at: now, credited: BigInt(creditedTotal), balance: BigInt(balance), owed: 0n }, now);
}
