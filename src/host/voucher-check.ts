import { svpmsnText } from '../units/index.ts';
import { orderOfPayment, paymentOfOrder } from './payment-order.ts';
import type { BookFinding, LedgerSum, ShelfReads, StoreReads } from './ports.ts';
import type { Order, VoucherTrade, VoucherUsed } from './types.ts';
import { otherTxids, voucherOfPayment } from './voucher-names.ts';

/** What is wrong with vouchers by the rows of a store, a clause each: of few enough that they are held at once. */
export async function checkVouchers(tx: StoreReads): Promise<readonly string[]> {
  const check = new VoucherCheck();
  for (const order of await tx.foundOf('')) check.found(order);
  const said: string[] = [];
  const say = (table: string, row: string, what: string | undefined) => {
    if (what !== undefined) said.push(`${table} ${row}: ${what}`);
  };
  for await (const voucher of allOf(tx.vouchers)) {
    const id = voucher.payment ?? '';
    const orderId = orderOfPayment(id);
    const [[payment], [trade], [order]] = [
      await tx.payments.of([id]),
      await tx.trades.of([orderId]),
      await tx.ordersOf([orderId]),
    ];
    say('vouchers', voucher.id, check.voucherFault({ voucher, payment, trade, order }));
  }
  for await (const trade of allOf(tx.trades)) {
    if (trade.method !== 'voucher') continue;
    const [order] = await tx.ordersOf([trade.id]);
    const [voucher] = await tx.vouchers.where('payment', paymentOfOrder(trade.id) ?? '');
    say('trades', trade.id, check.tradeFault({ trade, order, voucher }));
  }
  const { sums } = await tx.ledgerSums(0);
  return [...said, ...check.findings(sums).map(({ table, what }) => `${table}: ${what}`)];
}

const A_PAGE = 1_000;

async function* allOf<R extends { readonly id: string }>(shelf: Pick<ShelfReads<R, never>, 'page'>) {
  for (let after: string | undefined; ; ) {
    const page = await shelf.page({ limit: A_PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < A_PAGE) return;
  }
}

/**
 * Vouchers against the payments that they are in and the sales that these became, one after the other: of many nothing is
 * kept but sums. What is redeemed paid for value that stands; what stands was paid by one voucher; and what all of them
 * are good for is what their account says.
 */
export class VoucherCheck {
  /** Sold, and not made void. */
  #sold = 0n;
  /** Sold for by vouchers, and not given back. */
  #redeemed = 0n;

  /** What meters hold that these books know no sale of, by TXID. */
  readonly #found = new Map<string, Order>();

  /** Value that was found in a meter: all of it is told before the first voucher. */
  readonly found = (order: Order): void => {
    if (order.amount > 0) this.#found.set(order.txid, order);
  };

  /** What is wrong with a voucher, in one clause. */
  readonly voucherFault = ({ voucher, payment, trade, order }: VoucherUsed): string | undefined => {
    const { state, value, redeemedAt } = voucher;
    if (state === 'sold' || state === 'blocked') this.#sold += BigInt(value);
    if (voucher.payment === undefined) {
      return redeemedAt === undefined ? undefined : 'it is redeemed, and no payment is named';
    }
    if (payment === undefined) return `payment ${voucher.payment}, which it is in, is not there`;
    if (payment.method !== 'voucher' || payment.paid !== value) {
      return `it is worth ${value}, and payment ${payment.id} took ${payment.paid} as ${payment.method}`;
    }
    if (state !== 'sold') return `it is ${state}, and payment ${payment.id} took it`;
    if (order?.state === 'stored') {
      const others = this.#elsewhere(payment.id).map(({ id, amount }) => `${id}, ${amount} tokens`);
      if (others.length > 0) return `meter ${svpmsnText(order.svpmsn)} has its value, and so has ${others.join('; ')}`;
    }
    if (redeemedAt === undefined) return undefined;
    if (payment.state !== 'capturing' && payment.state !== 'captured') {
      return `it is redeemed, and payment ${payment.id} is ${payment.state}`;
    }
    if (order?.state !== 'stored' || trade === undefined || trade.paidOutAt !== undefined) {
      return 'it is redeemed, and the value that it paid for is in no meter';
    }
    return undefined;
  };

  /** What other meters were found to hold of the same voucher. */
  #elsewhere(payment: string): Order[] {
    const named = this.#found.size === 0 ? undefined : voucherOfPayment(payment);
    return named === undefined ? [] : otherTxids(named).flatMap((txid) => this.#found.get(txid) ?? []);
  }

  /** What is wrong with a sale that a voucher paid. */
  readonly tradeFault = ({ trade, order, voucher }: VoucherTrade): string | undefined => {
    if (trade.paidOutAt === undefined) this.#redeemed += trade.paid;
    // Taken back, a voucher may have paid for something else before what was sold for it is given back in the books.
    if (trade.paidOutAt !== undefined || order?.state === 'refunded') return undefined;
    return voucher === undefined ? 'a voucher paid for it, and none is in its payment' : undefined;
  };

  /** Once all were seen: what vouchers are good for, against the lines of their account. */
  findings(sums: readonly LedgerSum[]): BookFinding[] {
    const posted = sums.reduce((sum, { account, amount }) => (account === 'voucher' ? sum - amount : sum), 0n);
    const good = this.#sold - this.#redeemed;
    if (good === posted) return [];
    return [{ table: 'vouchers', row: undefined, what: `good for ${good} where the ledger says ${posted}` }];
  }
}
