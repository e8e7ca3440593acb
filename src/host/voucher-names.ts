import { txidTextOf } from '../exchange/index.ts';
import { orderOfPayment, paymentOfOrder } from './payment-order.ts';
import type { StoreReads } from './ports.ts';
import type { NumberedOrder, Order, Payment } from './types.ts';

/** How often a voucher may have been good again and paid elsewhere within what a restore made the books forget. */
const NAMES_AHEAD = 4;
const NAME_FORM = /^voucher:(.+):([1-9]\d*)$/;
const A_PAGE = 1_000;

/** The source of value that was found in a meter and is known to be that of a voucher. */
const FOUND_OF_VOUCHER = 'voucher ';

/**
 * The payments that a voucher becomes, one after the other, are named after it and not after whoever asks: so a voucher
 * whose value is in a meter already is found there by books that a restore made forget it.
 */
export const paymentOfVoucher = (voucher: string, count: number): string => `voucher:${voucher}:${count}`;

/** A payment that a voucher became, by its name. */
export interface VoucherPayment {
  readonly voucher: string;
  readonly count: number;
}

export function voucherOfPayment(payment: string | undefined): VoucherPayment | undefined {
  const [, voucher, count] = NAME_FORM.exec(payment ?? '') ?? [];
  return voucher === undefined ? undefined : { voucher, count: Number(count) };
}

const txidOfPayment = (payment: string): string => txidTextOf(orderOfPayment(payment));

/** Under which TXIDs the value of a voucher may be in a meter, beside that of the payment that it is in. */
export function otherTxids({ voucher, count }: VoucherPayment): string[] {
  const others = Array.from({ length: count + NAMES_AHEAD - 1 }, (_, i) => i + 1).filter((other) => other !== count);
  return others.map((other) => txidOfPayment(paymentOfVoucher(voucher, other)));
}

/** The payment that a voucher would become now. */
export interface NextPayment {
  readonly payment: string;
  /** What a meter was found to hold for it. */
  readonly found: NumberedOrder | undefined;
}

export const isOver = ({ state }: Payment): boolean => state === 'reversed' || state === 'declined';

/** The first of its payments that has not ended for nothing; the one that a meter has the value of, where one has. */
export async function nextPayment(tx: StoreReads, voucher: string): Promise<NextPayment> {
  for (let count = 1; ; count++) {
    const payment = paymentOfVoucher(voucher, count);
    const [there] = await tx.payments.of([payment]);
    if (there !== undefined && isOver(there)) continue;
    const ahead = await foundFor(tx, { voucher, count });
    if (ahead !== undefined) return ahead;
    const [order] = there === undefined && (await tx.anyFound()) ? await tx.ordersOfTxid([txidOfPayment(payment)]) : [];
    // Its meter said that it never took it, and gave its name away with that.
    if (order?.state !== 'found') return { payment, found: undefined };
  }
}

/** What meters were found to hold of a voucher, under this name or one of those that follow it. */
async function foundFor(tx: StoreReads, { voucher, count }: VoucherPayment): Promise<NextPayment | undefined> {
  if (!(await tx.anyFound())) return undefined;
  const names = Array.from({ length: NAMES_AHEAD }, (_, i) => paymentOfVoucher(voucher, count + i));
  const orders = await tx.ordersOfTxid(names.map(txidOfPayment));
  for (const [i, payment] of names.entries()) {
    const found = orders[i];
    if (found?.state === 'found' && found.amount > 0) return { payment, found };
  }
  return undefined;
}

/** Whether the voucher that paid for an order was found to have paid elsewhere, in hours that the books forgot. */
export async function isPaidElsewhere(tx: StoreReads, { id, source }: Order): Promise<boolean> {
  const named = source === 'voucher' ? voucherOfPayment(paymentOfOrder(id)) : undefined;
  return named !== undefined && (await foundFor(tx, named)) !== undefined;
}

/**
 * A meter holds what these books, since they were put back, sold to another one for the same voucher: how they keep that.
 * Value stands under the next name of the voucher, so that it pays nowhere else, and there if it never arrived at the
 * other one. What the meter never took is nobody's.
 * @returns nothing where no voucher explains it
 */
export async function keptForVoucher(
  tx: StoreReads,
  known: Order,
  { id, isCredited }: { readonly id: string; readonly isCredited: boolean },
): Promise<Pick<Order, 'source' | 'txid'> | undefined> {
  if ((await tx.fact('restored-at')) === undefined) return undefined;
  const named = await voucherOf(tx, known);
  if (named === undefined) return undefined;
  if (!isCredited) return { source: 'found', txid: txidTextOf(id) };
  for (let count = named.count + 1; ; count++) {
    const payment = paymentOfVoucher(named.voucher, count);
    const txid = txidOfPayment(payment);
    const [[paid], [order]] = [await tx.payments.of([payment]), await tx.ordersOfTxid([txid])];
    if (paid === undefined && order === undefined) return { source: `${FOUND_OF_VOUCHER}${named.voucher}`, txid };
  }
}

/** The voucher whose payment an order is. */
async function voucherOf(tx: StoreReads, { id, state, txid }: Order): Promise<VoucherPayment | undefined> {
  if (state !== 'found') {
    const paid = paymentOfOrder(id);
    const [payment] = paid === undefined ? [] : await tx.payments.of([paid]);
    return payment?.method === 'voucher' ? voucherOfPayment(paid) : undefined;
  }
  // Books that were put back twice know it from the receipts of two meters alone.
  for (let after = ''; ; ) {
    const page = await tx.vouchers.page({ after, limit: A_PAGE });
    for (const { id: voucher } of page) {
      for (let count = 1; count <= NAMES_AHEAD; count++) {
        if (txidOfPayment(paymentOfVoucher(voucher, count)) === txid) return { voucher, count };
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < A_PAGE) return undefined;
    after = last.id;
  }
}

/** A voucher that paid in two meters, since books that were put back did not know of the first: a loss of the utility. */
export interface PaidTwice {
  readonly voucher: string;
  /** That the books sold it to. */
  readonly sold: NumberedOrder;
  /** What another meter told of. */
  readonly found: NumberedOrder;
}

export async function vouchersPaidTwice(tx: StoreReads): Promise<readonly PaidTwice[]> {
  const twice: PaidTwice[] = [];
  for (const found of await tx.foundOf(FOUND_OF_VOUCHER)) {
    const voucher = found.source.slice(FOUND_OF_VOUCHER.length);
    const [row] = await tx.vouchers.of([voucher]);
    const [sold] = row?.payment === undefined ? [] : await tx.ordersOf([orderOfPayment(row.payment)]);
    if (sold?.state === 'stored') twice.push({ voucher, sold, found });
  }
  return twice;
}
