import { assert, type Milliseconds, tokens, UNIX_MS_MAX } from '../units/index.ts';
import { tradeUnknown } from './failures.ts';
import { paymentOfOrder } from './payment-order.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import type { ReceiptLine, WholeReceipt } from './receipt-document.ts';
import { issueReceipts } from './receipt-envelope.ts';
import { termsOf } from './terms.ts';
import type { HostFailure, IssuedReceipt, Order, Payment, Terms, Trade } from './types.ts';

/** One signature serves so many. */
const GROUP_MAX = 1_000;
/** A trade has two receipts at most: of the sale, and of what became of it. */
const [SOLD, ENDED] = ['1', '2'];

/** A trade came to a new state: a receipt says so soon. Orders that were no sale for money have none. */
export async function receiptIsDue(tx: StoreTransaction, { id }: Order): Promise<void> {
  if ((await tx.trades.of([id]))[0] !== undefined) await tx.receiptsDue.put([{ id }]);
}

/**
 * Issues what is due, in one group. Numbers follow from the order and its state, and the first receipt of a number
 * stands: two hosts that are at the same trade issue one.
 */
export async function issueDue({ store, clock, randomness, receipts }: HostPorts, zone: string): Promise<void> {
  if (receipts === undefined) return;
  const due = await store.read((tx) => tx.receiptsDue.page({ limit: GROUP_MAX }));
  if (due.length === 0) return;
  const ids = due.map(({ id }) => id);
  const issuedAt = clock.now();
  // Behind the calendar's end no receipt can say when it was issued: it stays due.
  if (issuedAt > UNIX_MS_MAX) return;
  const documents = await store.read((tx) => documentsOf(tx, ids, { utility: receipts.utility, zone, issuedAt }));
  const signed = await issueReceipts(documents, receipts.signer, randomness);
  await store.transaction(async (tx) => {
    const numbers = documents.map(({ head }) => head.number);
    const there = await tx.receipts.of(numbers);
    const issued = documents.map(
      ({ head, order }, i): IssuedReceipt => ({
        id: head.number,
        order: order.id,
        issuedAt,
        text: signed[i]?.text ?? '',
      }),
    );
    await tx.receipts.put(issued.filter((_, i) => there[i] === undefined));
    // Whatever came to its end meanwhile stays due.
    const now = await tx.ordersOf(ids);
    await tx.receiptsDue.delete(ids.filter((_, i) => stateOf(now[i]) === documents[i]?.head.state));
  });
}

export async function receiptsOf(tx: StoreReads, orderId: string): Promise<IssuedReceipt[] | HostFailure> {
  const [trade] = await tx.trades.of([orderId]);
  if (trade !== undefined) return tx.receipts.where('order', orderId);
  return tradeUnknown(orderId);
}

interface Issuer {
  readonly utility: WholeReceipt['head']['utility'];
  readonly zone: string;
  readonly issuedAt: Milliseconds;
}

async function documentsOf(tx: StoreReads, ids: readonly string[], issuer: Issuer): Promise<WholeReceipt[]> {
  const orders = await tx.ordersOf(ids);
  const trades = await tx.trades.of(ids);
  const payments = await tx.payments.of(ids.map((id) => paymentOfOrder(id) ?? ''));
  const terms = await termsOf(tx);
  const sold = await tx.receipts.of(orders.map((order) => `${order?.sequence}-${SOLD}`));
  return ids.map((_, i) => {
    const [order, trade] = [orders[i], trades[i]];
    assert(order !== undefined && trade !== undefined, 'a receipt is due for a trade');
    const number = `${order.sequence}-${stateOf(order) === 'sold' ? SOLD : ENDED}`;
    const corrects = sold[i] === undefined || sold[i].id === number ? undefined : sold[i].id;
    return documentOf({ order, trade, payment: payments[i], number, corrects }, terms, issuer);
  });
}

function documentOf(
  of: {
    readonly order: Order;
    readonly trade: Trade;
    readonly payment: Payment | undefined;
    readonly number: string;
    readonly corrects: string | undefined;
  },
  { currency }: Terms,
  issuer: Issuer,
): WholeReceipt {
  const { order, trade, payment, number, corrects } = of;
  const state = stateOf(order);
  const paid = Number(trade.paid);
  return {
    head: { number, ...issuer, currency: currency.code, exponent: currency.exponent, total: paid, state, corrects },
    order: {
      id: order.id,
      meter: order.svpmsn,
      tokens: tokens(Number(trade.energy)),
      lines: linesOf(trade),
      orderedAt: order.orderedAt,
      settledAt: state === 'sold' ? undefined : order.settledAt,
      counter: state === 'sold' ? undefined : order.counter,
    },
    payment: {
      method: trade.method,
      shown: payment?.shown,
      approval: payment?.approval,
      paid,
      paidAt: trade.at,
    },
  };
}

const stateOf = (order: Order | undefined): WholeReceipt['head']['state'] =>
  order?.state === 'stored' || order?.state === 'refunded' ? order.state : 'sold';

function linesOf({ energy, fixedCharge, tax, arrears, fee }: Trade): ReceiptLine[] {
  // What a database had forgotten can leave arrears below nothing: that much less was paid for the energy.
  const credit = arrears < 0n ? arrears : 0n;
  const lines = [
    { kind: 'energy', amount: Number(energy + credit), label: credit < 0n ? 'less what was paid before' : undefined },
    { kind: 'fixed-charge', amount: Number(fixedCharge), label: undefined },
    { kind: 'tax', amount: Number(tax), label: undefined },
    { kind: 'arrears', amount: Number(arrears - credit), label: undefined },
    { kind: 'fee', amount: Number(fee), label: undefined },
  ] as const satisfies ReceiptLine[];
  return lines.filter(({ kind, amount }) => kind === 'energy' || amount > 0);
}
