import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { svpmsn } from '../units/index.ts';
import type { HostFailure, Instrument, MemoryStore } from './index.ts';
import { Till, type Way } from './payments.testing.ts';
import { made } from './rig.testing.ts';

test('money that is approved becomes value, and is captured when the value is in the meter', async () => {
  const till = await Till.open();
  const payment = made(await till.pay('p', 1_000));
  assert.deepEqual([payment.state, payment.shown, till.bank.held()], ['approved', '**** 1234', 1]);
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken()], ['captured', 1_000]);
  const { trade } = made(await till.rig.host.purchase({ meter: 0, paid: 1_000, method: 'card', orderId: 'payment:p' }));
  assert.equal(till.rig.meters.get(svpmsn(0))?.credited, Number(trade.energy));
  assert.deepEqual(await till.rig.host.order('payment:q'), {
    reason: 'order-unknown',
    sentence: 'There is no order "payment:q": check the id.',
    particulars: { about: 'payment:q' },
  });
});

test('a double click pays once, and the same id with other contents is refused', async () => {
  const till = await Till.open();
  const [first, second] = await Promise.all([till.pay('p', 500), till.pay('p', 500)]);
  assert.deepEqual([made(first).id, made(second).id, till.bank.accounts.size], ['p', 'p', 1]);
  await till.end();
  assert.equal(made(await till.pay('p', 500)).state, 'captured');
  assert.equal(((await till.pay('p', 501)) as HostFailure).reason, 'payment-differs');
  assert.equal(till.bank.taken(), 500);
});

test('money for a meter that takes no value is not asked for', async () => {
  const till = await Till.open();
  made(await till.rig.host.closePurse({ meter: 0, orderId: 'moving out' }));
  assert.equal(((await till.pay('p', 500)) as HostFailure).reason, 'meter-frozen');
  assert.equal(((await till.pay('p', 500, 9)) as HostFailure).reason, 'meter-unknown');
  assert.equal(((await till.pay('p', 0)) as HostFailure).reason, 'amount-wrong');
  assert.equal(till.bank.accounts.size, 0);
});

test('what nobody answered is given back, and an approval that comes later changes nothing', async () => {
  const till = await Till.open();
  till.bank.ways = ['hangs'];
  void till.pay('p', 500);
  await new Promise(setImmediate);
  till.rig.host = till.rig.newHost();
  await till.end();
  assert.equal((await till.payment('p')).state, 'reversed');
  const outcome = { outcome: 'approved', approval: 'AN0', shown: 'late' } as const;
  const late = made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome }));
  await till.end();
  assert.deepEqual([late.state, till.bank.held(), till.bank.taken()], ['reversed', 0, 0]);
  assert.equal((await till.rig.host.books()).issued, 0n);
});

test('an answer that comes as a notice sells once, however often it comes, and one for another port is refused', async () => {
  const till = await Till.open();
  till.bank.ways = ['pends'];
  assert.equal(made(await till.pay('p', 500)).state, 'pending');
  const outcome = { outcome: 'approved', approval: 'AN0', shown: 'wallet' } as const;
  const foreign = await till.rig.host.paymentNotice({ port: 'other', id: 'p', outcome });
  assert.equal((foreign as HostFailure).reason, 'payment-unknown');
  for (let i = 0; i < 3; i++) made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome }));
  await till.end();
  const books = await till.rig.host.books();
  assert.deepEqual([(await till.payment('p')).state, books.issued], ['captured', books.stored]);
  assert.equal((await till.rig.host.orders({ limit: 9 })).length, 1);
});

test('an approval number that was used before sells nothing, and its money goes back', async () => {
  const till = await Till.open();
  till.bank.ways = ['good', 'pends'];
  made(await till.pay('p', 500));
  made(await till.pay('q', 700));
  const outcome = { outcome: 'approved', approval: 'AN0', shown: 'wallet' } as const;
  const second = made(await till.rig.host.paymentNotice({ port: 'bank', id: 'q', outcome }));
  assert.deepEqual([second.state, second.why], ['reversing', 'Approval number AN0 was used before.']);
  await till.end();
  assert.deepEqual([(await till.payment('q')).state, till.bank.taken()], ['reversed', 500]);
});

test('a payment whose order is taken back is given back whole, and its dues are due again', async () => {
  const till = await Till.open();
  made(await till.rig.host.bookDebt({ meter: 0, amount: 300, reference: 'from before' }));
  made(await till.pay('p', 1_000));
  assert.ok((await till.account('tax')) < 0n);
  assert.equal(
    ((await till.rig.host.quote({ meter: 0, paid: 1_000, method: 'card' })) as { arrears: bigint }).arrears,
    0n,
  );
  // It is on its way, and the meter has not got it yet: the void reaches it first.
  made(await till.rig.host.voidOrder('payment:p'));
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken(), till.bank.held()], ['reversed', 0, 0]);
  for (const account of ['card', 'tax', 'fees', 'fixed-charges', 'prepaid', 'refunds-payable']) {
    assert.equal(await till.account(account), 0n, account);
  }
  assert.equal(await till.account('arrears'), 300n);
  assert.equal(made(await till.rig.host.quote({ meter: 0, paid: 1_000, method: 'card' })).dues.arrears, 300n);
});

test('money that is taken back after the value was stored is owed again', async () => {
  const till = await Till.open();
  made(await till.pay('p', 1_000));
  await till.end();
  const outcome = { outcome: 'returned', sentence: 'The account was closed.' } as const;
  for (let i = 0; i < 2; i++) made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome }));
  assert.deepEqual([(await till.payment('p')).state, await till.account('arrears')], ['returned', 1_000n]);
  const quote = made(await till.rig.host.quote({ meter: 0, paid: 1_000, method: 'card' }));
  assert.deepEqual([quote.dues.arrears, quote.arrears], [1_000n, 400n]);
});

test('after a restore a payment that was forgotten is asked for again as itself, and a new one has a number of its own', async () => {
  const till = await Till.open();
  const copy = await (till.rig.store as MemoryStore).copy();
  const before = made(await till.pay('p', 1_000));
  await till.end();
  till.rig.store = copy;
  till.rig.host = till.rig.newHost(copy);
  await till.rig.startRestored();
  await till.end();
  const other = made(await till.pay('q', 700));
  assert.notEqual(other.trace, before.trace);
  made(await till.pay('p', 1_000));
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, (await till.payment('q')).state], ['captured', 'captured']);
  assert.deepEqual([till.bank.taken(), (await till.rig.host.books()).found], [1_700, 0n]);
});

test('a payment that was forgotten, and whose value is in its meter, is taken up again though the purse is closed since', async () => {
  const till = await Till.open();
  const copy = await (till.rig.store as MemoryStore).copy();
  made(await till.pay('p', 1_000));
  await till.end();
  till.rig.store = copy;
  till.rig.host = till.rig.newHost(copy);
  await till.rig.startRestored();
  await till.end();
  made(await till.rig.host.closePurse({ meter: 0, orderId: 'gone' }));
  await till.end();
  const refused = await till.pay('q', 700);
  assert.ok('reason' in refused && refused.reason === 'meter-frozen', 'nothing can be had for another one');
  made(await till.pay('p', 1_000));
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken(), till.bank.held()], ['captured', 1_000, 0]);
  const { found, balanced } = await till.rig.host.books();
  assert.deepEqual([found, balanced], [0n, true]);
});

for (const told of ['cancelled', 'returned', 'declined'] as const) {
  test(`a payment that a restored database has open and that is in its meter is not given back when it is ${told}`, async () => {
    const till = await Till.open();
    till.bank.ways = ['pends'];
    made(await till.pay('p', 1_000));
    const copy = await (till.rig.store as MemoryStore).copy();
    const outcome = { outcome: 'approved', approval: 'AN0', shown: 'wallet' } as const;
    made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome }));
    await till.end();
    assert.equal(till.bank.taken(), 1_000);
    till.rig.store = copy;
    till.rig.host = till.rig.newHost(copy);
    await till.rig.startRestored();
    const tell = async () => {
      if (told === 'cancelled') return made(await till.rig.host.cancelPayment('p'));
      const no =
        told === 'returned'
          ? ({ outcome: 'returned', sentence: 'The account was closed.' } as const)
          : ({ outcome: 'declined', reason: 'refused', sentence: 'It was held for too long.' } as const);
      return made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome: no }));
    };
    // Before its meter has told its receipts nothing is decided, and then they decide.
    assert.equal((await tell()).state, 'reversing');
    await till.end();
    const waiting = await till.payment('p');
    assert.deepEqual([waiting.state, waiting.why], ['pending', 'Its value is in the meter already.']);
    if (told === 'cancelled') made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome }));
    else assert.equal((await tell()).state, 'returned');
    await till.end();
    const owed = told === 'cancelled' ? 0n : 1_000n;
    assert.equal((await till.payment('p')).state, told === 'cancelled' ? 'captured' : 'returned');
    assert.deepEqual([await till.account('card'), await till.account('arrears')], [1_000n - owed, owed]);
    assert.equal((await till.rig.host.books()).found, 0n);
  });
}

for (const stored of [true, false]) {
  test(`a payment at which its bank is stuck ends when the money is back: its value is ${stored ? 'owed' : 'given back'}`, async () => {
    const till = await Till.open();
    made(await till.pay('p', 1_000));
    if (!stored) made(await till.rig.host.voidOrder('payment:p'));
    const refuses = async () => ({ outcome: 'refused', sentence: 'It is gone.' }) as const;
    till.bank.capture = refuses;
    till.bank.reverse = refuses;
    await till.end();
    assert.equal((await till.payment('p')).state, 'stuck');
    const outcome = { outcome: 'returned', sentence: 'The money is back.' } as const;
    for (let i = 0; i < 2; i++) made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome }));
    assert.equal((await till.payment('p')).state, stored ? 'returned' : 'reversed');
    assert.equal(await till.account('card'), 0n);
    assert.equal(await till.account('arrears'), stored ? 1_000n : 0n);
    assert.equal(await till.account('refunds-payable'), 0n);
  });
}

const CHIP: Instrument = {
  ...{ type: 'card', pan: '4111111111111111', expiry: '2912' },
  chip: { data: Uint8Array.of(0x9f, 0x36, 0) },
};

test('whatever fails on the way, each payment has one outcome at the bank, in the books and in the meter', async () => {
  const way = fc.constantFrom<Way>('good', 'good', 'request-lost', 'answer-lost', 'hangs', 'declines', 'pends');
  const step = fc.oneof(
    fc.record({
      type: fc.constant('pay' as const),
      id: fc.nat(9),
      paid: fc.integer({ min: 1, max: 500 }),
      meter: fc.nat(1),
      /** By a chip, and what it says to its bank's approval. */
      chip: fc.constantFrom(undefined, 'silent', 'approved', 'declined'),
    }),
    fc.record({ type: fc.constant('notice' as const), id: fc.nat(9), approval: fc.nat(3) }),
    fc.record({ type: fc.constant('cancel' as const), id: fc.nat(9) }),
    fc.record({ type: fc.constant('void' as const), id: fc.nat(9) }),
    fc.record({ type: fc.constant('settle' as const) }),
    fc.record({ type: fc.constant('crash' as const) }),
  );
  const lives = fc.record({ ways: fc.array(way, { maxLength: 40 }), steps: fc.array(step, { maxLength: 30 }) });
  await fc.assert(
    fc.asyncProperty(lives, async ({ ways, steps }) => {
      const till = await Till.open({ meters: 2 });
      const { rig, bank } = till;
      bank.ways = [...ways];
      rig.faults = { oneIn: 6 };
      for (const step of steps) {
        const id = 'id' in step ? `p${step.id}` : '';
        if (step.type === 'pay') {
          const { paid, meter, chip } = step;
          const paying = till.pay(id, paid, meter, chip && CHIP);
          if (chip === 'approved' || chip === 'declined') {
            // A bank that hangs is not waited for.
            await Promise.race([paying, new Promise((resolve) => setTimeout(resolve, 20))]);
            await rig.host.chipSaid({ id, outcome: chip });
          }
        }
        if (step.type === 'notice') {
          const outcome = { outcome: 'approved', approval: `AN${step.approval}`, shown: 'x' } as const;
          await rig.host.paymentNotice({ port: 'bank', id, outcome });
        }
        if (step.type === 'cancel') await rig.host.cancelPayment(id);
        if (step.type === 'void') await rig.host.voidOrder(`payment:${id}`);
        if (step.type === 'settle') await Promise.all([rig.host.settlePayments(), rig.settle(2_000)]);
        if (step.type === 'crash') rig.host = rig.newHost();
        await new Promise(setImmediate);
      }
      rig.faults = undefined;
      bank.ways = [];
      for (let id = 0; id < 10; id++) {
        const payment = await rig.host.payment(`p${id}`);
        if (!('reason' in payment) && payment.state === 'pending') await rig.host.cancelPayment(`p${id}`);
      }
      await till.end();
      const books = await rig.host.books();
      assert.deepEqual([books.balanced, books.inFlight], [true, 0n]);
      let captured = 0;
      for (let id = 0; id < 10; id++) {
        const payment = await rig.host.payment(`p${id}`);
        if ('reason' in payment) continue;
        const order = await rig.host.order(`payment:p${id}`);
        const state = 'reason' in order ? 'none' : order.state;
        assert.ok(
          (payment.state === 'captured' && state === 'stored') ||
            ((payment.state === 'reversed' || payment.state === 'declined') && state !== 'stored'),
          `${payment.state} and ${state}`,
        );
        if (payment.state === 'captured') captured += payment.paid;
      }
      assert.deepEqual([bank.taken(), bank.held(), await till.account('card')], [captured, 0, BigInt(captured)]);
      assert.equal(await till.account('refunds-payable'), 0n);
      const credited = [...rig.meters.values()].reduce((sum, meter) => sum + meter.credited, 0);
      assert.equal(BigInt(credited), books.stored);
    }),
    { numRuns: 60 },
  );
});
