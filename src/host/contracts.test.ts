import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFailure, MemoryStore } from './index.ts';
import { Till } from './payments.testing.ts';
import { made } from './rig.testing.ts';

const AGREEMENT = {
  meter: 0,
  threshold: 100,
  paid: 1_000,
  port: 'bank',
  account: { type: 'mandate', reference: 'M-1' },
  perDayMax: 2_500,
  perMonthMax: 4_000,
} as const;
const DAY_MS = 86_400_000;

/** A till whose meter 0 was told to have so much. */
async function tillWith(balance: number): Promise<Till> {
  const till = await Till.open();
  made(await till.rig.host.purchase({ meter: 0, paid: 5_000, method: 'cash', orderId: 'first' }));
  await till.rig.settle();
  await spendTo(till, balance);
  made(await till.rig.host.agreeContract(AGREEMENT));
  return till;
}

/** The meter has so much left, and says so in the receipt of the next sale. */
async function spendTo(till: Till, balance: number): Promise<void> {
  const [meter] = till.rig.meters.values();
  assert.ok(meter !== undefined);
  meter.spend(meter.balance - balance);
  const { store, clock } = till.rig;
  await store.transaction(async (tx) => {
    const [known] = await tx.knowledgeOf([meter.id]);
    assert.ok(known !== undefined);
    await tx.putKnowledge({ ...known, balance: meter.balance as never, balanceAt: clock.now() });
  });
}

test('at the threshold so much is paid as was agreed, once, until the new balance is known', async () => {
  const till = await tillWith(100);
  for (let i = 0; i < 3; i++) await till.rig.host.settlePayments();
  assert.equal((await till.payment('auto:0:1:1000')).state, 'approved');
  await till.end();
  assert.deepEqual([(await till.payment('auto:0:1:1000')).state, till.bank.taken()], ['captured', 1_000]);
  assert.equal(((await till.rig.host.payment('auto:0:2:1000')) as HostFailure).reason, 'payment-unknown');
});

test('above the threshold, and where nothing is known, nothing is paid', async () => {
  const till = await tillWith(101);
  await till.end();
  assert.equal(till.bank.accounts.size, 0);
  const fresh = await Till.open();
  made(await fresh.rig.host.agreeContract(AGREEMENT));
  await fresh.end();
  assert.equal(fresh.bank.accounts.size, 0);
});

test('no more is paid on one day and in one month than was agreed', async () => {
  const till = await tillWith(100);
  const begins = till.rig.clock.ms;
  const emptyAgain = async () => {
    await till.end();
    await spendTo(till, 50);
    await till.end();
    return till.bank.taken();
  };
  await emptyAgain();
  assert.equal(await emptyAgain(), 2_000);
  till.rig.clock.ms = begins + DAY_MS;
  await emptyAgain();
  assert.equal(await emptyAgain(), 4_000);
  till.rig.clock.ms = begins + 2 * DAY_MS;
  assert.equal(await emptyAgain(), 4_000);
  till.rig.clock.ms = begins + 31 * DAY_MS;
  assert.equal(await emptyAgain(), 6_000);
});

test('an account that refuses is asked again hours later and not before, and a host that died in between asks once', async () => {
  const till = await tillWith(100);
  till.bank.ways = ['declines'];
  await till.rig.host.settlePayments();
  assert.equal((await till.payment('auto:0:1:1000')).state, 'declined');
  await till.rig.host.settlePayments();
  assert.equal(((await till.rig.host.payment('auto:0:2:1000')) as HostFailure).reason, 'payment-unknown');
  till.rig.clock.ms += 7 * 3_600_000;
  till.bank.ways = ['hangs'];
  void till.rig.host.settlePayments();
  await new Promise(setImmediate);
  till.rig.host = till.rig.newHost();
  await till.end();
  assert.equal((await till.payment('auto:0:2:1000')).state, 'reversed');
  assert.deepEqual([till.bank.taken(), till.bank.held()], [0, 0]);
});

test('after a payment that was taken back nobody is asked again for hours', async () => {
  const till = await tillWith(100);
  await till.end();
  const { store, clock } = till.rig;
  const payment = await till.payment('auto:0:1:1000');
  await store.transaction((tx) => tx.payments.put([{ ...payment, state: 'returned', at: clock.now() }]));
  await spendTo(till, 50);
  await till.end();
  assert.equal(till.bank.taken(), 1_000);
  clock.ms += 7 * 3_600_000;
  await till.end();
  assert.equal(till.bank.taken(), 2_000);
});

test('a contract that is agreed again after it ended pays anew, and what was paid under the first fills none of its limits', async () => {
  const till = await tillWith(100);
  await till.end();
  assert.equal((await till.payment('auto:0:1:1000')).state, 'captured');
  made(await till.rig.host.endContract(0));
  made(await till.rig.host.agreeContract({ ...AGREEMENT, perDayMax: 1_000 }));
  await spendTo(till, 100);
  await till.end();
  assert.equal((await till.payment('auto:0:2:1000')).state, 'captured');
  assert.equal(till.bank.taken(), 2_000);
});

test('a contract that ended pays no more, and one that cannot be kept is refused in one sentence', async () => {
  const till = await tillWith(100);
  const { host } = till.rig;
  made(await host.endContract(0));
  await till.end();
  assert.equal(till.bank.accounts.size, 0);
  assert.match(((await host.contract(0)) as HostFailure).sentence, /^Meter 0 has no contract/);
  const wrong = async (more: object) => ((await host.agreeContract({ ...AGREEMENT, ...more })) as HostFailure).reason;
  assert.equal(await wrong({ meter: 9 }), 'meter-unknown');
  assert.equal(await wrong({ port: 'nobody' }), 'payment-port-unknown');
  assert.equal(await wrong({ paid: 2_501 }), 'amount-wrong');
  assert.equal(await wrong({ perMonthMax: 999 }), 'amount-wrong');
  assert.equal(await wrong({ account: { type: 'token', token: '' } }), 'name-wrong');
});

test('a transfer that a restored database forgot and one that was agreed anew with another amount are two payments', async () => {
  const till = await tillWith(100);
  const copy = await (till.rig.store as MemoryStore).copy();
  await till.end();
  assert.equal(till.bank.taken(), 1_000);
  till.rig.store = copy;
  till.rig.host = till.rig.newHost(copy);
  await till.rig.startRestored();
  made(await till.rig.host.agreeContract({ ...AGREEMENT, paid: 500 }));
  await till.end();
  const payments = await till.rig.host.payments({ limit: 9 });
  assert.deepEqual(
    payments.map(({ id, paid }) => [till.bank.accounts.get(id)?.amount, paid]),
    [[500, 500]],
    'the bank and the books name one amount for one payment',
  );
  assert.equal(till.bank.taken(), 1_500);
  // The one that was forgotten is asked for again as itself, and its value is found by it.
  const [forgotten] = [...till.bank.accounts].flatMap(([id, { amount }]) => (amount === 1_000 ? [id] : []));
  made(await till.pay(forgotten ?? '', 1_000));
  await till.end();
  assert.deepEqual([till.bank.taken(), (await till.rig.host.books()).found], [1_500, 0n]);
});

test('under an agreement with another amount the transfer before counts, and the next has the next number', async () => {
  const till = await tillWith(100);
  await till.rig.host.settlePayments();
  made(await till.rig.host.agreeContract({ ...AGREEMENT, paid: 500 }));
  for (let i = 0; i < 3; i++) await till.rig.host.settlePayments();
  assert.equal((await till.rig.host.payments({ limit: 9 })).length, 1, 'the first is not over');
  await till.end();
  await spendTo(till, 50);
  await till.end();
  assert.deepEqual(
    (await till.rig.host.payments({ limit: 9 })).map(({ id, paid }) => [id, paid]),
    [
      ['auto:0:1:1000', 1_000],
      ['auto:0:2:500', 500],
    ],
  );
});
