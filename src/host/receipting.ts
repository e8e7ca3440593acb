import { type Milliseconds, UNIX_MS_MAX } from '../units/index.ts';
import { tradeUnknown } from './failures.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import type { WholeReceipt } from './receipt-document.ts';
import { issueReceipts } from './receipt-envelope.ts';
import { receiptedSales, statesOfSales } from './receipt-sales.ts';
import { termsOf } from './terms.ts';
import type { CardOrder, HostFailure, IssuedReceipt, Order } from './types.ts';

/** One signature serves so many. */
const GROUP_MAX = 1_000;
/** A trade has two receipts at most: of the sale, and of what became of it. */
const [SOLD, ENDED] = ['1', '2'];

/** A trade came to a new state: a receipt says so soon. Orders that were no sale for money have none. */
export async function receiptIsDue(tx: StoreTransaction, { id }: Order): Promise<void> {
  if ((await tx.trades.of([id]))[0] !== undefined) await tx.receiptsDue.put([{ id }]);
}

/** The same of an order for a card. */
export async function cardReceiptIsDue(tx: StoreTransaction, { id, method }: CardOrder): Promise<void> {
  if (method !== undefined) await tx.receiptsDue.put([{ id }]);
}

/**
 * Issues what is due, in one group. Numbers follow from the order and its state, and the first receipt of a number
 * stands: two hosts that are at the same trade issue one.
 */
export async function issueDue(
  { store, clock, randomness, receipts }: Pick<HostPorts, 'store' | 'clock' | 'randomness' | 'receipts'>,
  zone: string,
): Promise<void> {
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
    const now = await statesOfSales(tx, ids);
    await tx.receiptsDue.delete(ids.filter((_, i) => now[i] === documents[i]?.head.state));
  });
}

/** Of a sale for money, to a meter or to a card. */
export async function receiptsOf(tx: StoreReads, orderId: string): Promise<IssuedReceipt[] | HostFailure> {
  const [trade] = await tx.trades.of([orderId]);
  const [cardOrder] = trade === undefined ? await tx.cardOrders.of([orderId]) : [];
  if (trade !== undefined || cardOrder?.method !== undefined) return tx.receipts.where('order', orderId);
  return tradeUnknown(orderId);
}

interface Issuer {
  readonly utility: WholeReceipt['head']['utility'];
  readonly zone: string;
  readonly issuedAt: Milliseconds;
}

async function documentsOf(tx: StoreReads, ids: readonly string[], issuer: Issuer): Promise<WholeReceipt[]> {
  const sales = await receiptedSales(tx, ids);
  const { currency } = await termsOf(tx);
  const before = await tx.receipts.of(sales.map(({ number }) => `${number}-${SOLD}`));
  return sales.map(({ number: base, state, total, order, payment }, i) => {
    const number = `${base}-${state === 'sold' ? SOLD : ENDED}`;
    const corrects = before[i] === undefined || before[i].id === number ? undefined : before[i].id;
    const { code, exponent } = currency;
    return { head: { number, ...issuer, currency: code, exponent, total, state, corrects }, order, payment };
  });
}
