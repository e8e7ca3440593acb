import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../units/index.ts';
import { type Act, MemoryStore } from './index.ts';
import { Bank } from './payments.testing.ts';
import { made, Rig } from './rig.testing.ts';

const HOME = 0xa;
const OLD = 0xc;
const NEW = 0xd;
const ACT: Act = {
  ...{ at: milliseconds(0), by: 'han', role: 'operator', action: 'moveOut', subject: 'meter 00000a' },
  ...{ detail: '', request: 'a-request' },
};

/** Kim, with a meter in the flat, and in the garage one that another took the place of. */
async function household() {
  const bank = new Bank();
  const rig = new Rig(new MemoryStore(), { payments: new Map([['bank', { method: 'card', port: bank }]]) });
  for (const meter of [HOME, OLD, NEW]) await rig.enrol(meter);
  made(await rig.host.bookDebt({ meter: OLD, amount: 5, reference: 'a loan' }));
  return rig;
}
const replace = async (rig: Rig, isDead = false) => {
  made(await rig.host.by(ACT).replaceMeter({ old: OLD, by: NEW, isDead }));
  await rig.settle();
};
const leave = async (rig: Rig, meter = HOME, isDead = false) => {
  made(await rig.host.by(ACT).moveOut({ meter, isDead }));
  await rig.settle();
};
async function pay(rig: Rig, meter: number, paid: number) {
  made(await rig.host.pay({ id: 'p', meter, paid, port: 'bank', instrument: { type: 'token', token: 'kims' } }));
  await rig.settle();
  await rig.host.settlePayments();
}
const takeBack = async (rig: Rig) =>
  made(await rig.host.paymentNotice({ port: 'bank', id: 'p', outcome: { outcome: 'returned', sentence: 'no' } }));

/** What is owed at each meter and by the person, after it was held against the ledger. */
async function owed(rig: Rig, subscriber = 'kim'): Promise<bigint[]> {
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const all: bigint[] = [];
  for (const meter of [HOME, OLD, NEW, undefined]) {
    const { arrears } = made(
      meter === undefined ? await rig.host.duesOfPerson(subscriber) : await rig.host.dues(meter),
    );
    const posted = sums.filter(({ account, svpmsn: of }) => account === 'arrears' && of === meter);
    assert.equal(
      posted.reduce((sum, { amount }) => sum + amount, 0n),
      arrears,
      `arrears of ${meter}`,
    );
    all.push(arrears);
  }
  assert.ok((await rig.host.books()).balanced);
  return all;
}

test('money taken back after they left is owed at their meter that takes value, and not at one that was replaced', async () => {
  const rig = await household();
  await pay(rig, HOME, 60);
  await replace(rig);
  await leave(rig);
  assert.deepEqual(await owed(rig), [0n, 0n, 5n, 0n]);
  await takeBack(rig);
  assert.deepEqual(await owed(rig), [0n, 0n, 65n, 0n]);
});

test('money that was paid at a meter and is taken back when it was replaced is owed where they can pay it', async () => {
  const rig = await household();
  await pay(rig, OLD, 60);
  await replace(rig);
  await leave(rig);
  await takeBack(rig);
  assert.deepEqual(await owed(rig), [0n, 0n, 65n, 0n]);
});

test('a replacement that is asked for again is answered the same, also when they have left the new meter', async () => {
  const rig = await household();
  await replace(rig);
  await leave(rig, NEW);
  const again = made(await rig.host.by(ACT).replaceMeter({ old: OLD, by: NEW, isDead: false }));
  assert.deepEqual([again.state, again.svpmsn], ['closed', OLD]);
});

test('arrears of who leaves go to another meter of theirs that takes value, and else to the person', async () => {
  const rig = await household();
  made(await rig.host.bookDebt({ meter: HOME, amount: 30, reference: 'a bill' }));
  await replace(rig);
  await leave(rig);
  assert.deepEqual(await owed(rig), [0n, 0n, 35n, 0n]);
  await leave(rig, NEW);
  assert.deepEqual(await owed(rig), [0n, 0n, 0n, 35n]);
});

test('money taken back while they leave is with what they owe when they have left, and once', async () => {
  const rig = await household();
  await pay(rig, HOME, 60);
  made(await rig.host.by(ACT).moveOut({ meter: HOME, isDead: false }));
  await takeBack(rig);
  assert.deepEqual(await owed(rig), [60n, 5n, 0n, 0n]);
  await rig.settle();
  assert.deepEqual(await owed(rig), [0n, 5n, 0n, 0n], 'the 60 that were left paid it');
});

test('the meter to which arrears go is charged for all months that it was there, and for what was due at the other', async () => {
  const rig = await household();
  const currency = { code: 'EUR', number: 978, exponent: 2 };
  const terms = { currency, taxBasisPoints: 0, fixedChargePerMonth: 20, recoveryPercentMax: 50, fees: {} };
  made(await rig.host.publishTerms(terms));
  made(await rig.host.closePurse({ meter: OLD, orderId: 'gone' }));
  await rig.settle();
  rig.clock.ms += 62 * 86_400_000;
  const each = made(await rig.host.dues(NEW)).fixedCharge;
  assert.equal(each, 40n, 'two months began under these terms');
  await leave(rig);
  assert.equal(made(await rig.host.dues(HOME)).fixedCharge, 0n);
  assert.equal(made(await rig.host.dues(NEW)).fixedCharge, 2n * each);
});

test('what was paid too much of dues, by a sale that was found again, is given to who leaves, once', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(HOME);
  const currency = { code: 'EUR', number: 978, exponent: 2 };
  const terms = { currency, taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 50, fees: {} };
  made(await rig.host.publishTerms(terms));
  const before = await (rig.store as MemoryStore).copy();
  made(await rig.host.bookDebt({ meter: HOME, amount: 100, reference: 'a loan' }));
  const sale = { meter: HOME, paid: 60, method: 'cash', orderId: 'sold twice' } as const;
  made(await rig.host.purchase(sale));
  await rig.settle();
  rig.store = before;
  rig.host = rig.newHost();
  await rig.startRestored();
  // These books know of no loan, and the meter holds what 30 of the 60 were energy.
  made(await rig.host.purchase(sale));
  await rig.settle();
  assert.equal(made(await rig.host.dues(HOME)).arrears, -30n);
  await leave(rig);
  const [left] = made(await rig.host.tenancies(HOME));
  assert.deepEqual([left?.balance, left?.settled, left?.refund], [30n, -30n, 60n]);
  assert.deepEqual(
    [made(await rig.host.duesOfPerson('kim')).arrears, made(await rig.host.dues(HOME)).arrears],
    [0n, 0n],
  );
  made(await rig.host.by(ACT).payOutRest({ id: left?.id ?? '', method: 'cash' }));
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const of = (account: string) => sums.reduce((all, each) => (each.account === account ? all + each.amount : all), 0n);
  assert.deepEqual([of('cash'), of('arrears'), of('value-moved') + of('closed-purses')], [0n, 0n, 0n]);
});

test('what they carried on and leave the next meter before it came is paid out to them, once', async () => {
  const rig = await household();
  made(await rig.host.sell({ meter: HOME, amount: 70, orderId: 'first', source: 'cash' }));
  await rig.settle();
  const garage = rig.meters.get(made(await rig.host.meter(NEW)).meter.svpmsn);
  rig.meters.delete(made(await rig.host.meter(NEW)).meter.svpmsn);
  made(await rig.host.by(ACT).moveOut({ meter: HOME, next: NEW, isDead: false }));
  await rig.settle(60_000);
  const tenancy = async () => made(await rig.host.tenancies(HOME))[0];
  assert.deepEqual([(await tenancy())?.carried, (await tenancy())?.refund], [70, 0n]);
  made(await rig.host.by(ACT).moveOut({ meter: NEW, isDead: false }));
  assert.ok(garage !== undefined);
  rig.meters.set(garage.id, garage);
  await rig.settle();
  assert.deepEqual([(await tenancy())?.carried, (await tenancy())?.refund, garage.balance], [0, 70n, 0]);
  const given = { id: (await tenancy())?.id ?? '', method: 'cash' } as const;
  const { paidOutAt } = made(await rig.host.by(ACT).payOutRest(given));
  rig.clock.ms += 1_000;
  assert.equal(made(await rig.host.by(ACT).payOutRest(given)).paidOutAt, paidOutAt);
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const of = (account: string) => sums.reduce((all, each) => (each.account === account ? all + each.amount : all), 0n);
  assert.deepEqual([of('cash'), of('refunds-payable'), of('value-moved') + of('closed-purses')], [0n, 0n, 0n]);
  assert.ok((await rig.host.books()).balanced);
});
