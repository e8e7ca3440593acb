import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { milliseconds, svpmsn, voucherDigits } from '../units/index.ts';
import { type HostFailure, type MemoryStore, StoreError, voucherWay } from './index.ts';
import { made } from './rig.testing.ts';
import { HASHES, VoucherTill } from './vouchers.testing.ts';

const SPRING = { batch: 'spring', first: 1, last: 1 };
const reasonOf = (answer: object): string => (answer as HostFailure).reason;
const numberOf = (printed: readonly { readonly number: string }[], place = 0): string => printed[place]?.number ?? '';

test('a voucher that was sold pays once: its value is in the meter, and what it was owed for is gone', async () => {
  const own = await VoucherTill.open();
  const { till } = own;
  const printed = await own.sold(2, 1_000);
  assert.deepEqual([await till.account('voucher'), await till.account('cash')], [-2_000n, 2_000n]);
  const payment = made(await own.redeem(numberOf(printed)));
  assert.deepEqual(
    [payment.state, payment.method, payment.shown, payment.paid],
    ['approved', 'voucher', 'spring.00001', 1_000],
  );
  assert.match(payment.approval ?? '', /^\d{6}$/);
  await till.end();
  assert.equal((await till.payment(payment.id)).state, 'captured');
  const { trade } = made(await till.rig.host.trade(`payment:${payment.id}`));
  assert.equal(till.rig.meters.get(svpmsn(0))?.credited, Number(trade.energy));
  assert.equal(await till.account('voucher'), -1_000n, 'the other one is good still');
  assert.ok(made(await own.vouchers.voucher('spring.00001')).redeemedAt);
  assert.equal(made(await own.redeem(numberOf(printed))).id, payment.id, 'said again there, it is the same payment');
  assert.equal(reasonOf(await own.redeem(numberOf(printed), 1)), 'voucher-refused', 'and nobody else’s');
  assert.deepEqual(await own.findings(), []);
});

test('two who say one number at once, at two meters, get one value', async () => {
  const own = await VoucherTill.open();
  const number = numberOf(await own.sold(1, 700));
  await Promise.all([own.redeem(number, 0), own.redeem(number, 1), own.redeem(number, 0)]);
  await own.till.end();
  const { issued, stored, balanced } = await own.till.rig.host.books();
  assert.ok(stored > 0n && stored <= 700n);
  assert.deepEqual([issued, balanced, await own.till.account('voucher')], [stored, true, 0n]);
  assert.deepEqual(await own.findings(), []);
});

test('only what is sold, not blocked and not too old pays', async () => {
  const own = await VoucherTill.open();
  const number = numberOf(await own.printed(1, 500, 'spring', 7_200_000));
  const refused = async (why: RegExp) => {
    const answer = (await own.redeem(number)) as HostFailure;
    assert.equal(answer.reason, 'voucher-refused');
    assert.match(answer.sentence, why);
  };
  await refused(/not sold yet/);
  const early = await own.vouchers.blockVouchers(own.act(), { ...SPRING, blocked: true });
  assert.equal(reasonOf(early), 'voucher-settled', 'and blocked it would be sold by whoever gives it free');
  made(await own.vouchers.sellVouchers(own.act(), { ...SPRING, method: 'cash' }));
  made(await own.vouchers.blockVouchers(own.act(), { ...SPRING, blocked: true }));
  await refused(/is blocked/);
  made(await own.vouchers.blockVouchers(own.act(), { ...SPRING, blocked: false }));
  own.till.rig.clock.ms += 7_200_000;
  await refused(/has expired/);
  own.till.rig.clock.ms -= 1;
  assert.equal(made(await own.redeem(number)).state, 'approved', 'until its last instant it does');
});

test('its number stands nowhere: not in the books, not in what is answered, and it is told once', async () => {
  const own = await VoucherTill.open();
  const printed = await own.printed(20);
  assert.equal(new Set(printed.map(({ number }) => number)).size, 20);
  for (const { number } of printed) assert.equal(voucherDigits(number.slice(0, -1)), number);
  assert.equal(reasonOf(await own.vouchers.printBatch(own.act(), 'spring')), 'voucher-settled');
  made(await own.vouchers.sellVouchers(own.act(), { ...SPRING, method: 'cash' }));
  const payment = made(await own.redeem(numberOf(printed)));
  await own.till.end();
  const books = await own.till.rig.store.read(async (tx) => [
    await tx.vouchers.page({ limit: 99 }),
    await tx.payments.page({ limit: 99 }),
    await tx.audit.page({ limit: 99 }),
    await tx.approvals.page({ limit: 99 }),
    await tx.attempts.page({ limit: 99 }),
    await tx.postings({ limit: 99 }),
  ]);
  const text = JSON.stringify([books, payment], (_, value) => (typeof value === 'bigint' ? String(value) : value));
  assert.ok(text.includes('spring.00001'));
  for (const { number } of printed) assert.ok(!text.includes(number) && !text.includes(number.slice(0, 12)));
});

test('numbers that nobody has lock the meter, and whoever says them, and one that is right opens neither', async () => {
  const own = await VoucherTill.open();
  const number = numberOf(await own.sold(1));
  const wrong = voucherDigits(number.startsWith('9') ? '123456789012345' : '999999999999999');
  const look = (said: string, meter: number, caller: string) => own.vouchers.lookAt({ meter, number: said, caller });
  for (let i = 0; i < 3; i++) assert.equal(reasonOf(await look(wrong, 0, 'kim')), 'voucher-refused');
  assert.equal(made(await look(number, 0, 'kim')).value, 1_000, 'three may be slips');
  for (let i = 0; i < 2; i++) await look(wrong, 0, 'kim');
  assert.equal(reasonOf(await look(number, 0, 'lee')), 'voucher-refused', 'the meter is locked for everybody');
  assert.equal(reasonOf(await look(number, 1, 'kim')), 'voucher-refused', 'and whoever tried, at every meter');
  assert.equal(made(await look(number, 1, 'lee')).value, 1_000, 'and nobody else');
  own.till.rig.clock.ms += 15_000;
  assert.equal(made(await look(number, 0, 'kim')).value, 1_000);
  await look(wrong, 0, 'kim');
  own.till.rig.clock.ms += 15_000;
  assert.equal(reasonOf(await look(number, 0, 'kim')), 'voucher-refused', 'the next one locks for twice as long');
  own.till.rig.clock.ms += 15_000;
  made(await own.redeem(number, 0, 'kim'));
  assert.deepEqual(
    await own.till.rig.store.read((tx) => tx.attempts.page({ limit: 9 })),
    [],
    'paid with, it is forgotten',
  );
  assert.equal(reasonOf(await look(wrong, 7, 'lee')), 'meter-unknown');
  assert.deepEqual(await own.till.rig.store.read((tx) => tx.attempts.page({ limit: 9 })), [], 'and nobody fills rows');
});

test('what is made takes two people, and what is wrong is refused before anybody agrees', async () => {
  const own = await VoucherTill.open();
  const { host } = own.till.rig;
  const batch = {
    type: 'voucher-batch',
    batch: 'spring',
    count: 2,
    value: 500,
    expiresAt: milliseconds(2e12),
  } as const;
  const ask = (proposal: typeof batch | object) =>
    host.by(own.act('lee')).propose({ proposal: { ...batch, ...proposal }, why: 'a feast' });
  for (const wrong of [
    { batch: 'A b' },
    { batch: 'x'.repeat(25) },
    { count: 0 },
    { count: 5_001 },
    { expiresAt: milliseconds(1) },
  ]) {
    assert.equal(reasonOf(await ask(wrong)), 'voucher-wrong', JSON.stringify(wrong));
  }
  assert.equal(reasonOf(await ask({ value: 0 })), 'amount-wrong');
  const asked = made(await ask({}));
  const own1 = await host.by(own.act('lee')).decide({ approval: asked.id, verdict: 'approve' });
  assert.equal(reasonOf(own1), 'approval-own');
  assert.equal(reasonOf(await own.vouchers.printBatch(own.act(), 'spring')), 'voucher-unknown');
  made(await host.by(own.act('kim')).decide({ approval: asked.id, verdict: 'approve' }));
  assert.equal(reasonOf(await ask({})), 'voucher-known');
  assert.equal(reasonOf(await own.vouchers.sellVouchers(own.act(), { ...SPRING, method: 'cash' })), 'voucher-settled');
  assert.equal(made(await own.vouchers.printBatch(own.act(), 'spring')).vouchers.length, 2);
});

test('an agent buys vouchers out of its float, less its commission, and what is made void comes back', async () => {
  const own = await VoucherTill.open();
  const { till } = own;
  const office = till.rig.host.by(own.act());
  made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints: 333 }));
  const paidIn = { agent: 'kiosk', direction: 'pay-in', amount: 1_934, method: 'cash', reference: 'slip' } as const;
  made(await office.moveFloat(paidIn));
  await own.printed(4, 1_000);
  const sell = (first: number, last: number) =>
    own.vouchers.sellVouchers(own.act(), { batch: 'spring', first, last, agent: 'kiosk' });
  assert.equal(reasonOf(await sell(1, 3)), 'float-short');
  made(await sell(1, 2));
  assert.equal(reasonOf(await sell(2, 3)), 'voucher-settled', 'one that is sold hinders all of them');
  for (const [first, last] of [
    [3, 5],
    [0, 3],
    [4, 3],
  ] as const) {
    assert.equal(reasonOf(await sell(first, last)), 'voucher-wrong');
  }
  const balance = async () => made(await till.rig.host.agent('kiosk')).balance;
  assert.deepEqual([await balance(), await till.account('commissions')], [0n, 66n], 'all that it had');
  made(await own.agreed({ type: 'voucher-void', ...SPRING }));
  assert.deepEqual([await balance(), await till.account('commissions')], [967n, 33n]);
  assert.deepEqual([await till.account('voucher'), await till.account('float:kiosk')], [-1_000n, -967n]);
  made(await office.changeAgent({ id: 'kiosk', closed: true }));
  assert.equal(reasonOf(await sell(3, 3)), 'agent-closed');
  made(await own.agreed({ type: 'voucher-void', batch: 'spring', first: 3, last: 4 }));
  assert.equal(await till.account('voucher'), -1_000n, 'what was never sold moves nothing');
  assert.equal(reasonOf(await own.agreedToAsk({ type: 'voucher-void', ...SPRING })), 'voucher-settled');
  assert.deepEqual(await own.findings(), []);
});

test('vouchers that are sold for cash count at the till of whoever sells them, and so does what goes back for them', async () => {
  const own = await VoucherTill.open();
  const { host } = own.till.rig;
  for (const by of ['lee', 'kim']) made(await host.by(own.act(by)).openShift({ id: `${by}-1`, opening: 5_000 }));
  await own.sold(2, 1_000);
  made(await own.agreed({ type: 'voucher-void', ...SPRING }));
  const tills = [made(await host.openShiftOf('lee')), made(await host.openShiftOf('kim'))];
  assert.deepEqual(
    tills.map(({ taken, paidOut }) => [taken, paidOut]),
    [
      [2_000n, 1_000n],
      [0n, 0n],
    ],
  );
});

test('a list of vouchers is that of its batch, and ends with it', async () => {
  const own = await VoucherTill.open();
  await own.printed(3, 500, 'autumn');
  await own.printed(2, 500, 'spring');
  const serials = async (batch: string) => made(await own.vouchers.vouchers({ batch, limit: 9 })).map(({ id }) => id);
  assert.deepEqual(await serials('autumn'), ['autumn.00001', 'autumn.00002', 'autumn.00003']);
  assert.deepEqual(await serials('spring'), ['spring.00001', 'spring.00002']);
});

test('asked again a voucher gives the same answer to its payment, and none to another, to another amount or after its end', async () => {
  const own = await VoucherTill.open();
  const { store, clock } = own.till.rig;
  const number = numberOf(await own.sold(1, 1_000));
  const paid = made(await own.redeem(number));
  const { port } = voucherWay({ store, clock, numbers: HASHES });
  const asked = (id: string, amount = 1_000) =>
    port.authorise({ id, trace: paid.trace, at: paid.at, amount, currency: 978 }, { type: 'voucher', number });
  const put = (how: object) =>
    store.transaction((tx) => tx.payments.put([{ ...paid, approvalKey: undefined, ...how }]));
  const free = () =>
    store.transaction(async (tx) => {
      const [voucher] = await tx.vouchers.of(['spring.00001']);
      assert.ok(voucher);
      await tx.vouchers.put([{ ...voucher, payment: undefined }]);
    });
  const declined = async (id: string, reason: string, amount?: number) => {
    const answer = await asked(id, amount);
    assert.deepEqual([answer.outcome, 'reason' in answer && answer.reason], ['declined', reason], id);
  };
  const { approval, shown } = paid;
  await put({ state: 'pending' });
  assert.deepEqual(await asked(paid.id), { outcome: 'approved', approval, shown });
  await put({ id: 'other', state: 'asked' });
  await declined('other', 'instrument');
  await free();
  await put({ id: 'ended', state: 'reversed' });
  await declined('ended', 'refused');
  await declined('nobody asked', 'refused');
  await put({ id: 'for a card', state: 'asked', purse: '7' });
  await declined('for a card', 'not-served');
  await declined('other', 'limit', 999);
  const { id, trace, at, approval: approved = '' } = paid;
  const request = { id, trace, at, amount: 1_000, currency: 978 };
  assert.equal((await port.capture(request, approved)).outcome, 'refused', 'it has no voucher any more');
  assert.equal((await asked(id)).outcome, 'approved');
  assert.equal((await port.capture(request, approved)).outcome, 'done');
  const redeemed = made(await own.vouchers.voucher('spring.00001')).redeemedAt;
  clock.ms += 1_000;
  assert.equal((await port.capture(request, approved)).outcome, 'done');
  assert.equal(made(await own.vouchers.voucher('spring.00001')).redeemedAt, redeemed, 'since the first time');
  assert.equal((await port.reverse(request, approved)).outcome, 'refused', 'its value is in a meter');
  await free();
  await declined('other', 'instrument');
  const away = async () => {
    throw new StoreError({ reason: 'store-failed', sentence: 'away' });
  };
  const { port: lost } = voucherWay({ store: { ...store, read: away, transaction: away }, clock, numbers: HASHES });
  assert.deepEqual(await lost.capture(request, approved), { outcome: 'unknown', sentence: 'away' });
});

test('what was paid for a voucher that expired is kept when it is made void', async () => {
  const own = await VoucherTill.open();
  await own.sold(2, 1_000, 'spring', 3_600_000);
  await own.printed(1, 1_000, 'summer', 3_600_000);
  own.till.rig.clock.ms += 3_600_000;
  const late = await own.vouchers.sellVouchers(own.act(), { ...SPRING, batch: 'summer', method: 'cash' });
  assert.equal(reasonOf(late), 'voucher-settled', 'one that expired is not sold any more');
  made(await own.agreed({ type: 'voucher-void', batch: 'spring', first: 1, last: 2 }));
  const accounts = ['voucher', 'vouchers-lapsed', 'cash'].map((name) => own.till.account(name));
  assert.deepEqual(await Promise.all(accounts), [0n, -2_000n, 2_000n]);
  assert.deepEqual(await own.findings(), []);
});

test('one whose sale is taken back before its value is stored pays again, elsewhere as well', async () => {
  const own = await VoucherTill.open();
  const number = numberOf(await own.sold(1));
  const first = made(await own.redeem(number));
  assert.equal(reasonOf(await own.vouchers.blockVouchers(own.act(), { ...SPRING, blocked: true })), 'voucher-settled');
  made(await own.till.rig.host.voidOrder(`payment:${first.id}`));
  await own.till.end();
  assert.deepEqual(
    [(await own.till.payment(first.id)).state, await own.till.account('voucher')],
    ['reversed', -1_000n],
  );
  const second = made(await own.redeem(number, 1));
  assert.notEqual(second.id, first.id);
  await own.till.end();
  assert.equal((await own.till.payment(second.id)).state, 'captured');
  assert.deepEqual([await own.till.account('voucher'), await own.till.account('refunds-payable')], [0n, 0n]);
  assert.deepEqual(await own.findings(), []);
});

test('books that were put back to before a voucher was paid with find its value in the meter, and sell none for it again', async () => {
  const own = await VoucherTill.open();
  const { till } = own;
  const number = numberOf(await own.sold(1));
  const copy = await (till.rig.store as MemoryStore).copy();
  made(await own.redeem(number));
  await till.end();
  const credited = till.rig.meters.get(svpmsn(0))?.credited;
  till.rig.store = copy;
  till.rig.host = till.rig.newHost(copy);
  await till.rig.startRestored();
  await till.end();
  await own.redeem(number, 1);
  await till.end();
  assert.equal(till.rig.meters.get(svpmsn(1))?.credited, 0, 'elsewhere it pays nothing');
  const again = made(await own.redeem(number, 0));
  await till.end();
  assert.equal((await till.payment(again.id)).state, 'captured');
  assert.deepEqual([till.rig.meters.get(svpmsn(0))?.credited, (await till.rig.host.books()).found], [credited, 0n]);
  assert.deepEqual(await own.findings(), []);
});

test('whatever fails on the way, a voucher has its value in one meter, or is good for it still', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('redeem' as const), voucher: fc.nat(3), meter: fc.nat(1) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('cancel' as const),
        voucher: fc.nat(3),
        count: fc.integer({ min: 1, max: 2 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('void-sale' as const),
        voucher: fc.nat(3),
        count: fc.integer({ min: 1, max: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('void' as const), voucher: fc.nat(3) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('block' as const), voucher: fc.nat(3), blocked: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('settle' as const) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('crash' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1_000, max: 400_000 }) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const own = await VoucherTill.open();
      const { till } = own;
      const { rig } = till;
      const printed = await own.sold(4, 300);
      rig.faults = { oneIn: 6 };
      for (const step of steps) {
        const place = 'voucher' in step ? step.voucher + 1 : 0;
        const range = { batch: 'spring', first: place, last: place };
        const payment = `voucher:spring.0000${place}:${'count' in step ? step.count : 1}`;
        // Whoever redeems is not waited for: the host may be gone before the answer is there.
        if (step.type === 'redeem') void own.redeem(numberOf(printed, step.voucher), step.meter);
        if (step.type === 'cancel') await rig.host.cancelPayment(payment);
        if (step.type === 'void-sale') await rig.host.voidOrder(`payment:${payment}`);
        if (step.type === 'void') await own.agreedToAsk({ type: 'voucher-void', ...range });
        if (step.type === 'block') await own.vouchers.blockVouchers(own.act(), { ...range, blocked: step.blocked });
        if (step.type === 'settle') await Promise.all([rig.host.settlePayments(), rig.settle(2_000)]);
        if (step.type === 'crash') rig.host = rig.newHost();
        if (step.type === 'wait') rig.clock.ms += step.ms;
        await new Promise(setImmediate);
        assert.deepEqual(await own.findings(), [], 'at every instant');
      }
      rig.faults = undefined;
      await till.end();
      const books = await rig.host.books();
      assert.deepEqual([books.balanced, books.inFlight, await till.account('refunds-payable')], [true, 0n, 0n]);
      const vouchers = made(await own.vouchers.vouchers({ batch: 'spring', limit: 9 }));
      const redeemed = vouchers.filter(({ redeemedAt }) => redeemedAt !== undefined);
      for (const { payment, redeemedAt } of vouchers) {
        assert.equal(payment === undefined, redeemedAt === undefined, 'none is left between');
        if (payment !== undefined) assert.equal((await till.payment(payment)).state, 'captured');
      }
      assert.equal(
        (await rig.host.orders({ limit: 99 })).filter(({ state }) => state === 'stored').length,
        redeemed.length,
      );
      const good = vouchers.filter(({ state, redeemedAt }) => state !== 'void' && redeemedAt === undefined);
      assert.equal(await till.account('voucher'), BigInt(-300 * good.length));
      assert.deepEqual(await own.findings(), []);
    }),
    { numRuns: 60 },
  );
});
