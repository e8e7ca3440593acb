import { txidTextOf } from '../exchange/index.ts';
import { type Milliseconds, type Svpmsn, svpmsn, svpmsnText, tokens } from '../units/index.ts';
import { claimOf } from './claim.ts';
import { allEnergy, move, sold } from './ledger.ts';
import { newOrder } from './new-order.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { settleDues, withFound } from './terms.ts';
import { type Account, Lane, type Meter, type Order, type TradeParts } from './types.ts';
import { wake } from './work.ts';

/** Ids of orders that close the purse of a meter which another takes the place of. Nobody outside names an order so. */
export const REPLACEMENT_PREFIX = 'replacement:';
/** The same of meters from which a household moves out, and of orders that repay what it owes on emergency credit. */
export const MOVE_OUT_PREFIX = 'move-out:';
export const REPAYMENT_PREFIX = 'move-out-owed:';
const MOVED_PREFIX = 'moved:';
/** Of an order whose value came out of another purse. */
export const MOVED_SOURCE = 'replacement';
/** Of an order that repays emergency credit of a household that leaves: it is on their arrears instead. */
export const REPAYMENT_SOURCE = 'move-out';

/** `replacement:00000A>00000B`, and a number where it was tried before. */
export const replacementId = (old: Svpmsn, by: Svpmsn, attempt: number): string =>
  `${REPLACEMENT_PREFIX}${svpmsnText(old)}>${svpmsnText(by)}${attempt === 1 ? '' : `#${attempt}`}`;

export const isReserved = (orderId: string): boolean =>
  [REPLACEMENT_PREFIX, MOVE_OUT_PREFIX, REPAYMENT_PREFIX, MOVED_PREFIX].some((prefix) => orderId.startsWith(prefix));

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
  await moveDues(tx, { from: duesOf(closing), to: duesOf(meter), order: closing.id }, now);
  if (amount > 0n) await sellMoved(tx, meter, { closing: closing.id, amount }, now);
}

/**
 * What left a purse by an order that closed it is sold to another meter: under one id, so once. After a restore that meter
 * may hold it already, and as much as it was then: what the amounts differ by is put on the arrears, to either side.
 * @returns what went there, and what was paid of arrears, negative where they owe more
 */
export async function sellMoved(
  tx: StoreTransaction,
  meter: Meter,
  { closing, amount }: { readonly closing: string; readonly amount: bigint },
  now: Milliseconds,
): Promise<Pick<TradeParts, 'energy' | 'arrears'>> {
  const id = `${MOVED_PREFIX}${closing}`;
  const [there] = (await tx.anyFound()) ? await tx.ordersOfTxid([txidTextOf(id)]) : [];
  const parts =
    there?.state === 'found' && there.amount > 0 ? withFound(allEnergy(amount), there.amount) : allEnergy(amount);
  await sellUnpaid(tx, meter, { id, parts, source: MOVED_SOURCE, account: 'value-moved' }, now);
  if (parts.arrears === 0n) return parts;
  const known = await tx.dues.of([String(meter.svpmsn)]);
  await tx.dues.put(known.flatMap((dues) => (dues === undefined ? [] : [settleDues(dues, parts, 1n)])));
  return parts;
}

/** The tenancy of the household that carried on what an order of that id brings; nothing of a replacement. */
export const carriedBy = (orderId: string): string | undefined =>
  orderId.startsWith(`${MOVED_PREFIX}${MOVE_OUT_PREFIX}`)
    ? orderId.slice(CARRIED_PREFIX_LENGTH).split('#')[0]
    : undefined;
const CARRIED_PREFIX_LENGTH = MOVED_PREFIX.length + MOVE_OUT_PREFIX.length;

/** An order of the books' own: no money comes in for it, and another account bears it. */
export async function sellUnpaid(
  tx: StoreTransaction,
  meter: Meter,
  own: { readonly id: string; readonly parts: TradeParts; readonly source: string; readonly account: Account },
  now: Milliseconds,
): Promise<void> {
  const { id, parts, source, account } = own;
  const order = newOrder(id, meter, { op: 'credit', amount: tokens(Number(parts.energy)), source }, now);
  const price = { account, parts };
  // After a restore the meter may have told of it already.
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

/** Whose dues: those of a meter, or of a household that left its meter and has no other. */
export interface DuesOf {
  readonly id: string;
  readonly svpmsn?: Svpmsn;
}

export const duesOf = ({ svpmsn }: { readonly svpmsn: Svpmsn }): DuesOf => ({ id: String(svpmsn), svpmsn });
export const duesOfPerson = (subscriber: string): DuesOf => ({ id: `subscriber:${subscriber}` });

/** Meters of a household that take value: what it owes is recovered there, from what it pays. */
export async function openMetersOf(tx: StoreReads, subscriber: string): Promise<Meter[]> {
  const meters = await tx.meters({ subscriber });
  const purses = await tx.pursesOf(meters.map(({ svpmsn }) => svpmsn));
  return meters.filter((_, i) => purses[i]?.state === 'open');
}

/** Where a household owes whose meter takes no value any more: at another of theirs that does, or nowhere yet. */
export async function owesAt(tx: StoreReads, subscriber: string): Promise<DuesOf> {
  const [meter] = await openMetersOf(tx, subscriber);
  return meter === undefined ? duesOfPerson(subscriber) : duesOf(meter);
}

/** What a person owes who has no meter is owed at the one that they get, if they owe anything. */
export const bringDues = (
  tx: StoreTransaction,
  meter: Pick<Meter, 'svpmsn' | 'subscriber'>,
  now: Milliseconds,
): Promise<void> => {
  const order = `move-in:${svpmsnText(meter.svpmsn)}`;
  return moveDues(tx, { from: duesOfPerson(meter.subscriber), to: duesOf(meter), order }, now);
};

/** What a household owes follows it: nobody buys at the old meter any more. */
export async function moveDues(
  tx: StoreTransaction,
  { from, to, order }: { readonly from: DuesOf; readonly to: DuesOf; readonly order: string },
  now: Milliseconds,
): Promise<void> {
  const [owed, known] = await tx.dues.of([from.id, to.id]);
  if (owed === undefined) return;
  const { arrears, fixedCharge, chargedMonth } = owed;
  // Where nothing was bought at the new one yet, its fixed charges go on from the month that the old one was counted to.
  const before = known ?? { id: to.id, arrears: 0n, fixedCharge: 0n, chargedMonth };
  await tx.dues.put([
    { ...owed, arrears: 0n, fixedCharge: 0n },
    { ...before, arrears: before.arrears + arrears, fixedCharge: before.fixedCharge + fixedCharge },
  ]);
  if (arrears === 0n) return;
  const at = ({ svpmsn }: DuesOf) => ({ at: now, order, ...(svpmsn !== undefined && { svpmsn }) });
  await tx.post([move('debt', -arrears, at(from)), move('debt', arrears, at(to))]);
}
