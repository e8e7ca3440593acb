import { type Milliseconds, type Svpmsn, svpmsn, svpmsnText, tokens } from '../units/index.ts';
import { claimOf } from './claim.ts';
import { allEnergy, move, sold } from './ledger.ts';
import { newOrder } from './new-order.ts';
import type { StoreTransaction } from './ports.ts';
import { Lane, type Meter, type Order } from './types.ts';
import { wake } from './work.ts';

/** Ids of orders that close the purse of a meter which another takes the place of. Nobody outside names an order so. */
export const REPLACEMENT_PREFIX = 'replacement:';
const MOVED_PREFIX = 'moved:';
/** Of an order whose value came out of another purse. */
export const MOVED_SOURCE = 'replacement';

/** `replacement:00000A>00000B`, and a number where it was tried before. */
export const replacementId = (old: Svpmsn, by: Svpmsn, attempt: number): string =>
  `${REPLACEMENT_PREFIX}${svpmsnText(old)}>${svpmsnText(by)}${attempt === 1 ? '' : `#${attempt}`}`;

export const isReserved = (orderId: string): boolean =>
  orderId.startsWith(REPLACEMENT_PREFIX) || orderId.startsWith(MOVED_PREFIX);

/**
 * What left a purse that was closed for a replacement goes to the meter after it, in the transaction that books the
 * closing: so it is ordered once, whatever is said twice or comes late. Its id is that of the closing, so that it cannot
 * be ordered a second time.
 */
export async function moveOn(tx: StoreTransaction, closing: Order, amount: bigint, now: Milliseconds): Promise<void> {
  const [, number] = /^replacement:[0-9A-Fa-f]{6}>([0-9A-Fa-f]{6})/.exec(closing.id) ?? [];
  if (number === undefined) return;
  const [meter] = await tx.metersOf([svpmsn(Number.parseInt(number, 16))]);
  if (meter === undefined) throw new Error(`the meter that ${closing.id} names is in the books`);
  await moveDues(tx, { from: closing, to: meter }, now);
  if (amount === 0n) return;
  const order = newOrder(
    `${MOVED_PREFIX}${closing.id}`,
    meter,
    { op: 'credit', amount: tokens(Number(amount)), source: MOVED_SOURCE },
    now,
  );
  const price = { account: 'value-moved', parts: allEnergy(amount) } as const;
  // After a restore the new meter may have told of it already.
  const [there] = (await tx.anyFound()) ? await tx.ordersOfTxid([order.txid]) : [];
  const claim = there === undefined ? undefined : claimOf(there, order, price, now);
  if (there !== undefined && claim !== undefined) {
    await tx.claimOrder(there.id, claim.order);
    await tx.post(claim.postings);
    return;
  }
  await tx.addOrders([order]);
  await tx.post([sold(price.account, price.parts, { at: now, svpmsn: meter.svpmsn, order: order.id })]);
  await wake(tx, [meter], Lane.value, now);
}

/** What a household owes follows it: nobody buys at the old meter any more. */
async function moveDues(
  tx: StoreTransaction,
  { from, to }: { readonly from: Pick<Order, 'id' | 'svpmsn'>; readonly to: Pick<Meter, 'svpmsn'> },
  now: Milliseconds,
): Promise<void> {
  const [owed, known] = await tx.dues.of([String(from.svpmsn), String(to.svpmsn)]);
  if (owed === undefined) return;
  const { arrears, fixedCharge, chargedMonth } = owed;
  // Where nothing was bought at the new one yet, its fixed charges go on from the month that the old one was counted to.
  const before = known ?? { id: String(to.svpmsn), arrears: 0n, fixedCharge: 0n, chargedMonth };
  await tx.dues.put([
    { ...owed, arrears: 0n, fixedCharge: 0n },
    { ...before, arrears: before.arrears + arrears, fixedCharge: before.fixedCharge + fixedCharge },
  ]);
  if (arrears === 0n) return;
  const occasion = { at: now, order: from.id };
  await tx.post([
    move('debt', -arrears, { ...occasion, svpmsn: from.svpmsn }),
    move('debt', arrears, { ...occasion, svpmsn: to.svpmsn }),
  ]);
}
