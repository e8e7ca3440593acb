import assert from 'node:assert/strict';
import { test } from 'node:test';
import { txidTextOf } from '../../src/exchange/index.ts';
import {
  type Order,
  type Payment,
  type Store,
  type StoreTransaction,
  type Trade,
  type Voucher,
  VoucherCheck,
} from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { VoucherTill } from '../../src/host/vouchers.testing.ts';
import { audited } from '../../src/storage/book-audit.testing.ts';
import { milliseconds, svpmsn, tokens } from '../../src/units/index.ts';
import { books, SEALED_PLACES } from './sealed-places.testing.ts';

/** One voucher of each kind: paid with, on its way, given back, blocked, good, void, and never sold. */
async function live(store: Store): Promise<void> {
  const own = await VoucherTill.open({ ports: { store } });
  const numbers = (await own.printed(7, 300)).map(({ number }) => number);
  made(await own.vouchers.sellVouchers(own.act(), { batch: 'spring', first: 1, last: 6, method: 'cash' }));
  // What no voucher paid is nothing to this audit.
  made(await own.till.pay('by card', 500));
  const redeem = async (place: number) => made(await own.redeem(numbers[place - 1] ?? ''));
  await redeem(1);
  await own.till.end();
  const back = await redeem(3);
  made(await own.till.rig.host.voidOrder(`payment:${back.id}`));
  await own.till.end();
  await redeem(2);
  made(await own.vouchers.blockVouchers(own.act(), { batch: 'spring', first: 4, last: 4, blocked: true }));
  made(await own.agreed({ type: 'voucher-void', batch: 'spring', first: 6, last: 6 }));
}

const voucherOf = async (tx: StoreTransaction, place: number): Promise<Voucher> => {
  const [voucher] = await tx.vouchers.of([`spring.0000${place}`]);
  assert.ok(voucher);
  return voucher;
};
const change = (place: number, how: Partial<Voucher>) => async (tx: StoreTransaction) =>
  tx.vouchers.put([{ ...(await voucherOf(tx, place)), ...how }]);

const FIRST = 'voucher:spring.00001:1';
const changePayment = (how: Partial<Payment>) => async (tx: StoreTransaction) => {
  const [payment] = await tx.payments.of([FIRST]);
  assert.ok(payment);
  await tx.payments.put([{ ...payment, ...how }]);
};
const changeTrade = (how: Partial<Trade>) => async (tx: StoreTransaction) => {
  const [trade] = await tx.trades.of([`payment:${FIRST}`]);
  assert.ok(trade);
  await tx.trades.put([{ ...trade, ...how }]);
};

/** What a host that is wrong could write, under its own seals, and what is found of it. */
const WRONG: readonly (readonly [(tx: StoreTransaction) => Promise<void>, RegExp])[] = [
  [change(5, { value: 400 }), /^vouchers: good for 1000 where the ledger says 900$/],
  [change(7, { state: 'sold' }), /^vouchers: good for 1200 where the ledger says 900$/],
  [change(1, { payment: undefined }), /^vouchers spring\.00001: it is redeemed, and no payment is named/],
  [
    change(1, { value: 299 }),
    /^vouchers spring\.00001: it is worth 299, and payment voucher:spring\.00001:1 took 300 as voucher/,
  ],
  [
    change(2, { payment: undefined }),
    /^trades payment:voucher:spring\.00002:1: a voucher paid for it, and none is in its payment$/,
  ],
  [
    async (tx) => change(2, { redeemedAt: (await voucherOf(tx, 1)).redeemedAt })(tx),
    /^vouchers spring\.00002: it is redeemed, and payment voucher:spring\.00002:1 is approved$/,
  ],
  [change(2, { state: 'void' }), /^vouchers spring\.00002: it is void, and payment voucher:spring\.00002:1 took it/],
  [
    changePayment({ method: 'card' }),
    /^vouchers spring\.00001: it is worth 300, and payment voucher:spring\.00001:1 took 300 as card$/,
  ],
  [
    changeTrade({ paidOutAt: milliseconds(1) }),
    /^vouchers spring\.00001: it is redeemed, and the value that it paid for is in no meter$/,
  ],
  [change(5, { payment: 'another' }), /^vouchers spring\.00005: payment another, which it is in, is not there$/],
];

for (const { name, skip, open } of SEALED_PLACES) {
  test(`vouchers that are what they were audit clean, and each that is not is named (${name})`, { skip }, async () => {
    const { store, source } = await open();
    await live(store);
    await store.signHead({ now: 1 as never });
    const found = async () => {
      const check = new VoucherCheck();
      const { sums, findings } = await audited(await source(), books, { vouchers: check });
      const all = [...findings, ...check.findings(sums)];
      return all.map(({ table, row, what }) => `${table}${row === undefined ? '' : ` ${row}`}: ${what}`);
    };
    assert.deepEqual(await found(), []);
    const before = await store.read(async (tx) => ({
      vouchers: await tx.vouchers.page({ limit: 9 }),
      payments: await tx.payments.of([FIRST]),
      trades: await tx.trades.of([`payment:${FIRST}`]),
    }));
    const putBack = async (tx: StoreTransaction) => {
      await tx.vouchers.put(before.vouchers);
      await tx.payments.put(before.payments.flatMap((payment) => payment ?? []));
      await tx.trades.put(before.trades.flatMap((trade) => trade ?? []));
    };
    for (const [wrong, expected] of WRONG) {
      await store.transaction(wrong);
      const all = await found();
      assert.ok(
        all.some((each) => expected.test(each)),
        `${expected}: ${all.join('\n')}`,
      );
      await store.transaction(putBack);
      assert.deepEqual(await found(), [], 'and put right, none is');
    }
    const there: Order = {
      ...{ id: 'found:000001:9', svpmsn: svpmsn(1), op: 'credit', amount: tokens(7), counter: 9, why: undefined },
      ...{ source: 'found', txid: txidTextOf('payment:voucher:spring.00001:2'), state: 'found' },
      ...{ orderedAt: milliseconds(1), settledAt: milliseconds(1) },
    };
    await store.transaction((tx) => tx.addOrders([there]));
    const twice = 'vouchers spring.00001: meter 000000 has its value, and so has found:000001:9, 7 tokens';
    assert.ok((await found()).includes(twice), 'what another meter holds of it is named');
    await store.close();
  });
}
