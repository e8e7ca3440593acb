import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HostFailure, MemoryStore, type PaymentMethod, type Terms } from './index.ts';
import { made, Rig } from './rig.testing.ts';
import { duesUntil, FIRST_TERMS, settleDues, splitPayment } from './terms.ts';

const TERMS: Terms = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  taxBasisPoints: 1_900,
  fixedChargePerMonth: 500,
  recoveryPercentMax: 50,
  fees: { card: { fixed: 10, basisPoints: 100 } },
};
const NO_DUES = { id: '0', arrears: 0n, fixedCharge: 0n, chargedMonth: 0 };

test('a payment is split by the terms, and each part can be followed with pencil and paper', () => {
  const dues = { ...NO_DUES, arrears: 2_000n, fixedCharge: 500n };
  assert.deepEqual(splitPayment(10_000, 'card', { terms: TERMS, dues }), {
    paid: 10_000n,
    // Half of the payment may recover what is due: 500 with its tax of 95, and all of the arrears.
    arrears: 2_000n,
    fixedCharge: 500n,
    // 8,000 contain 19 % of tax: 6,722 without it.
    tax: 1_278n,
    fee: 110n,
    energy: 6_112n,
  });
  assert.deepEqual(splitPayment(10_000, 'cash', { terms: FIRST_TERMS, dues: NO_DUES }), {
    ...{ paid: 10_000n, energy: 10_000n, arrears: 0n, fixedCharge: 0n, tax: 0n, fee: 0n },
  });
});

test('recovery takes no more than its share, the fixed charge first, and the rest stays due', () => {
  const dues = { ...NO_DUES, arrears: 2_000n, fixedCharge: 500n };
  const parts = made(splitPayment(1_000, 'cash', { terms: { ...TERMS, recoveryPercentMax: 60 }, dues }));
  assert.deepEqual([parts.fixedCharge, parts.arrears], [500n, 5n]);
  assert.deepEqual(settleDues(dues, parts, 1n), { ...dues, arrears: 1_995n, fixedCharge: 0n });
  const none = made(splitPayment(1_000, 'cash', { terms: { ...TERMS, recoveryPercentMax: 0 }, dues }));
  assert.deepEqual([none.fixedCharge, none.arrears], [0n, 0n]);
});

test('the parts of a payment sum to it, none is negative, tax is never below its share, and recovery keeps its cap', () => {
  const terms = fc.record({
    currency: fc.constant(TERMS.currency),
    taxBasisPoints: fc.nat(10_000),
    fixedChargePerMonth: fc.nat(5_000),
    recoveryPercentMax: fc.nat(100),
    fees: fc.record({ card: fc.record({ fixed: fc.nat(100), basisPoints: fc.nat(2_000) }) }),
  });
  const owed = fc.record({ arrears: fc.bigInt(0n, 9_000n), fixedCharge: fc.bigInt(0n, 9_000n) });
  const method = fc.constantFrom<PaymentMethod>('cash', 'card');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), method, terms, owed, (paid, method, terms, owed) => {
      const dues = { ...NO_DUES, ...owed };
      const parts = splitPayment(paid, method, { terms, dues });
      if ('reason' in parts) {
        assert.match(parts.sentence, /^Of \d+ nothing is left for energy .*pay more than \d+\.$/);
        return;
      }
      const { energy, fixedCharge, arrears, fee, tax } = parts;
      assert.equal(energy + fixedCharge + arrears + fee + tax, BigInt(paid));
      assert.ok(energy >= 1n && [fixedCharge, arrears, fee, tax].every((part) => part >= 0n));
      const net = energy + fixedCharge + fee;
      assert.ok(tax * 10_000n >= net * BigInt(terms.taxBasisPoints));
      assert.ok((tax - 1n) * 10_000n < (net + 1n) * BigInt(terms.taxBasisPoints) || tax === 0n);
      assert.ok((fixedCharge + arrears) * 100n <= BigInt(paid) * BigInt(terms.recoveryPercentMax));
      const left = settleDues(dues, parts, 1n);
      assert.ok(left.arrears >= 0n && left.fixedCharge >= 0n);
      assert.deepEqual(settleDues(left, parts, -1n), dues);
    }),
  );
});

test('a fixed charge is due for each month that has begun, once', () => {
  const begun = { ...NO_DUES, chargedMonth: 24_311 };
  assert.equal(duesUntil(begun, 24_314, TERMS).fixedCharge, 1_500n);
  assert.deepEqual(duesUntil(duesUntil(begun, 24_314, TERMS), 24_314, TERMS), {
    ...begun,
    fixedCharge: 1_500n,
    chargedMonth: 24_314,
  });
  assert.deepEqual(duesUntil(begun, 24_310, TERMS), begun);
});

async function tillWith(terms: Terms): Promise<Rig> {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(0);
  await rig.enrol(1);
  made(await rig.host.publishTerms(terms));
  return rig;
}

test('months before a charge was published are free, and later ones are charged by the terms of their time', async () => {
  const rig = await tillWith({ ...TERMS, taxBasisPoints: 0, fixedChargePerMonth: 0 });
  const month = 31 * 86_400_000;
  const fixedDue = async () => made(await rig.host.quote({ meter: 0, paid: 9_000, method: 'cash' })).dues.fixedCharge;
  rig.clock.ms += 3 * month;
  made(await rig.host.publishTerms({ ...TERMS, taxBasisPoints: 0, fixedChargePerMonth: 100 }));
  assert.equal(await fixedDue(), 0n);
  rig.clock.ms += 2 * month;
  assert.equal(await fixedDue(), 200n);
  made(await rig.host.publishTerms({ ...TERMS, taxBasisPoints: 0, fixedChargePerMonth: 1_000 }));
  assert.equal(await fixedDue(), 200n);
  rig.clock.ms += month;
  assert.equal(await fixedDue(), 1_200n);
});

test('purchases of one group pay the dues of one meter once', async () => {
  const rig = await tillWith(TERMS);
  made(await rig.host.bookDebt({ meter: 0, amount: 700, reference: 'from before' }));
  const purchase = (orderId: string, paid: number, meter = 0) => ({ orderId, paid, meter, method: 'cash' as const });
  const group = [
    purchase('a', 1_000),
    purchase('b', 1_000),
    purchase('c', 1, 1),
    purchase('a', 1_000),
    purchase('a', 999),
  ];
  const answers = await rig.host.purchaseAll(group);
  const [a, b, c, again, other] = answers;
  assert.deepEqual(again, a);
  const arrears = [a, b].map((answer) => made(answer as object & { trade: { arrears: bigint } }).trade.arrears);
  assert.deepEqual(arrears, [500n, 200n]);
  assert.equal((other as HostFailure).reason, 'order-differs');
  assert.equal((c as HostFailure).reason, 'amount-wrong');
  await rig.settle();
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.issued], [true, books.stored]);
});

test('a purchase that a restored database forgot takes the place of what was found, and its rest goes to the arrears', async () => {
  const store = new MemoryStore();
  const rig = new Rig(store);
  await rig.enrol(0);
  made(await rig.host.publishTerms({ ...TERMS, fixedChargePerMonth: 0 }));
  const copy = await store.copy();
  made(await rig.host.bookDebt({ meter: 0, amount: 300, reference: 'from before' }));
  const purchase = { meter: 0, paid: 1_000, method: 'cash', orderId: 'a' } as const;
  const { trade } = made(await rig.host.purchase(purchase));
  await rig.settle();
  rig.store = copy;
  rig.host = rig.newHost(copy);
  await rig.startRestored();
  await rig.settle();
  const again = made(await rig.host.purchase(purchase));
  assert.deepEqual([again.order.state, again.trade.energy, again.trade.paid], ['stored', trade.energy, 1_000n]);
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.found, books.stored], [true, 0n, trade.energy]);
  assert.deepEqual(made(await rig.host.purchase(purchase)), again);
});

test('terms that make no sense are refused in one sentence, and the currency stays once something was sold', async () => {
  const rig = await tillWith(TERMS);
  for (const [wrong, words] of [
    [{ taxBasisPoints: 10_001 }, /^Tax is 0 to 10000/],
    [{ recoveryPercentMax: 101 }, /^Recovery takes 0 to 100 percent/],
    [{ fixedChargePerMonth: -1 }, /^A charge or a fee is/],
    [{ fees: { card: { fixed: 0, basisPoints: 1.5 } } }, /^A fee's share is/],
    [{ currency: { code: 'eur', number: 978, exponent: 2 } }, /^A currency has three capital letters/],
  ] as const) {
    assert.match(((await rig.host.publishTerms({ ...TERMS, ...wrong })) as HostFailure).sentence, words);
  }
  const won = { ...TERMS, currency: { code: 'KRW', number: 410, exponent: 0 } };
  made(await rig.host.publishTerms(won));
  made(await rig.host.purchase({ meter: 0, paid: 5_000, method: 'cash', orderId: 'a' }));
  assert.match(((await rig.host.publishTerms(TERMS)) as HostFailure).sentence, /^The books are in KRW/);
});

test('a purchase made again before its meter was asked is what the meter holds, not what it would cost now', async () => {
  const store = new MemoryStore();
  const rig = new Rig(store);
  await rig.enrol(0);
  made(await rig.host.publishTerms({ ...TERMS, fixedChargePerMonth: 0 }));
  const copy = await store.copy();
  made(await rig.host.bookDebt({ meter: 0, amount: 300, reference: 'from before' }));
  const purchase = { meter: 0, paid: 1_000, method: 'cash', orderId: 'a' } as const;
  const { trade } = made(await rig.host.purchase(purchase));
  await rig.settle();
  rig.store = copy;
  rig.host = rig.newHost(copy);
  await rig.startRestored();
  // Nothing has come back from the meter yet, and the debt is forgotten.
  assert.ok(made(await rig.host.purchase(purchase)).trade.energy > trade.energy);
  await rig.settle();
  const again = made(await rig.host.purchase(purchase));
  assert.deepEqual(
    [again.order.state, again.order.amount, again.trade.energy],
    ['stored', Number(trade.energy), trade.energy],
  );
  const { dues } = made(await rig.host.quote({ meter: 0, paid: 1_000, method: 'cash' }));
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.found, dues.arrears], [true, 0n, -again.trade.arrears]);
});
