import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { ValueOp } from '../exchange/index.ts';
import { milliseconds } from '../units/index.ts';
import { type Act, MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const OLD = 0xa;
const NEW = 0xb;
const ACT: Act = {
  ...{ at: milliseconds(0), by: 'technician', role: 'technician', action: 'replaceMeter', subject: 'meter 00000a' },
  ...{ detail: '', request: 'a-request' },
};
const sale = (meter: number, amount: number, orderId: string) => ({ meter, amount, orderId, source: 'cash' });
const replace = (rig: Rig, isDead = false) => rig.host.by(ACT).replaceMeter({ old: OLD, by: NEW, isDead });

/** A meter with 100 tokens of which 30 are spent, and the one that is to take its place. */
async function household(seed = 1) {
  const rig = new Rig(new MemoryStore(), { seed });
  const [old, next] = [await rig.enrol(OLD), await rig.enrol(NEW)];
  await rig.host.sell(sale(OLD, 90, 'first'));
  await rig.settle();
  old.spend(30);
  await rig.host.sell(sale(OLD, 10, 'second'));
  await rig.settle();
  return { rig, old, next };
}

test('what is in the purse of a meter that answers moves to the one after it, and both stand in the books', async () => {
  const { rig, old, next } = await household();
  made(await replace(rig));
  await rig.settle();
  assert.deepEqual([old.balance, old.closed, next.credited, next.balance], [0, 70, 70, 70]);
  const books = await rig.host.books();
  assert.ok(books.balanced);
  assert.deepEqual([books.closed, books.spent, books.valueInMeters, books.inFlight], [70n, 30n, 70n, 0n]);
  const sold = await rig.host.sell(sale(OLD, 5, 'late'));
  assert.ok('reason' in sold && sold.reason === 'purse-closed');
});

test('value moves once, whatever is lost, said twice, asked again, or forgotten by a host that dies', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { rig, old, next } = await household(seed);
    rig.faults = { oneIn: 3 };
    for (let again = 0; again < 6; again++) {
      made(await replace(rig));
      await rig.settle(20_000);
      if (again % 2 === 1) {
        rig.host = rig.newHost();
        await rig.host.start();
      }
    }
    rig.faults = undefined;
    await rig.settle();
    assert.deepEqual([old.balance, next.credited, next.balance], [0, 70, 70], `seed ${seed}`);
    assert.ok((await rig.host.books()).balanced, `seed ${seed}`);
  }
});

test('what was sold and is not stored yet is taken back before the purse is closed', async () => {
  const { rig, old, next } = await household();
  rig.meters.delete(old.id);
  await rig.host.sell(sale(OLD, 7, 'on its way'));
  await rig.settle(5_000);
  await rig.host.sell(sale(OLD, 8, 'waits'));
  assert.equal(made(await rig.host.order('on its way')).state, 'outstanding');
  made(await replace(rig));
  assert.equal(made(await rig.host.order('waits')).state, 'refunded');
  assert.equal(made(await rig.host.order('on its way')).state, 'voiding');
  rig.meters.set(old.id, old);
  await rig.settle();
  assert.equal(made(await rig.host.order('on its way')).state, 'refunded');
  assert.deepEqual(old.valueOps.slice(-2), [ValueOp.void, ValueOp.close]);
  assert.deepEqual([old.credited, next.credited], [100, 70]);
  assert.ok((await rig.host.books()).balanced);
});

test('of a dead meter the balance last proved moves, and if it comes back its relays are opened and nothing moves again', async () => {
  const { rig, old, next } = await household();
  // Of what it spent since it was heard last nobody knows.
  old.spend(4);
  rig.meters.delete(old.id);
  const closing = made(await replace(rig, true));
  assert.deepEqual([closing.state, closing.amount], ['closed', 70]);
  await rig.settle(60_000);
  assert.equal(next.credited, 70);
  assert.deepEqual(made(await replace(rig, true)).id, closing.id);
  rig.meters.set(old.id, old);
  await rig.settle();
  assert.equal(made(await replace(rig)).id, closing.id, 'nor as one that answers');
  await rig.settle();
  assert.deepEqual([next.credited, old.closed], [70, 0]);
  assert.ok(old.controlled.some(({ h }) => h === 0x22));
  const sold = await rig.host.sell(sale(OLD, 5, 'late'));
  assert.ok('reason' in sold && sold.reason === 'purse-closed');
  const books = await rig.host.books();
  assert.ok(books.balanced);
  assert.deepEqual([books.closed, books.valueInMeters], [70n, 70n]);
});

test('a credit that a dead meter may hold is not moved and not refunded: the meter decides if it comes back', async () => {
  const { rig, old, next } = await household();
  rig.meters.delete(old.id);
  await rig.host.sell(sale(OLD, 7, 'on its way'));
  await rig.settle(5_000);
  made(await replace(rig, true));
  await rig.settle(60_000);
  assert.equal(made(await rig.host.order('on its way')).state, 'voiding');
  assert.equal(next.credited, 70);
  rig.meters.set(old.id, old);
  await rig.settle();
  assert.equal(made(await rig.host.order('on its way')).state, 'refunded');
  assert.equal(next.credited, 70);
  assert.ok((await rig.host.books()).balanced);
});

test('a replacement that the new meter told of already is not ordered again by books that were put back from a copy', async () => {
  const { rig, next } = await household();
  made(await replace(rig));
  const store = rig.store as MemoryStore;
  const before = await store.copy();
  await rig.settle();
  rig.store = before;
  rig.host = rig.newHost();
  await rig.startRestored();
  await rig.settle();
  assert.equal(next.credited, 70);
  const books = await rig.host.books();
  assert.ok(books.balanced);
  assert.deepEqual([books.found, books.closed, books.valueInMeters], [0n, 70n, 70n]);
});

for (const isDead of [false, true]) {
  test(`what a household owes follows it${isDead ? ', also from a meter that is dead' : ''}`, async () => {
    const { rig } = await household();
    made(await rig.host.bookDebt({ meter: OLD, amount: 25, reference: 'a loan' }));
    made(await rig.host.bookDebt({ meter: NEW, amount: 5, reference: 'another' }));
    made(await replace(rig, isDead));
    await rig.settle();
    made(await replace(rig, isDead));
    await rig.settle();
    const owed = async (meter: number) => made(await rig.host.dues(meter)).arrears;
    assert.deepEqual([await owed(OLD), await owed(NEW)], [0n, 30n]);
    const arrears = new Map<unknown, bigint>();
    for (const { svpmsn, lines } of await rig.host.postings({ limit: 1_000 })) {
      for (const { account, amount } of lines) {
        if (account === 'arrears') arrears.set(svpmsn, (arrears.get(svpmsn) ?? 0n) + amount);
      }
    }
    assert.deepEqual([arrears.get(OLD), arrears.get(NEW)], [0n, 30n], 'and the ledger says so of each');
    assert.ok((await rig.host.books()).balanced);
  });
}

test('what cannot take the place of a meter is refused, and changes nothing', async () => {
  const { rig, old } = await household();
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  await rig.enrol(0xc, { subscriber: 'lee' });
  await rig.enrol(0xd, { suite: Suite.tripleDes });
  await rig.enrol(0xe);
  made(await rig.host.closePurse({ meter: 0xe, orderId: 'gone' }));
  await rig.settle();
  const { by } = rig.host;
  for (const [asked, sentence] of [
    [{ old: OLD, by: OLD }, /Meter 00000a cannot take its own place/i],
    [{ old: OLD, by: 0xc }, /is of subscriber "kim" and meter 00000c of "lee": value moves within one household/i],
    [{ old: OLD, by: 0xd }, /Suite 3des has no command/],
    [{ old: OLD, by: 0xe }, /takes no value any more: its purse is closed/],
    [{ old: 0xe, by: OLD }, /takes no value any more: its purse is closed/],
    [{ old: OLD, by: 0xf }, /No meter 00000f/i],
  ] as const) {
    for (const isDead of [false, true]) {
      const refused = await by(ACT).replaceMeter({ ...asked, isDead });
      assert.ok('reason' in refused, JSON.stringify(asked));
      assert.match(refused.sentence, sentence);
    }
  }
  // Nobody names an order as a replacement does: its closing would move the value of one household to another.
  const forged = await rig.host.closePurse({ meter: OLD, orderId: 'replacement:00000A>00000C' });
  assert.ok('reason' in forged && forged.reason === 'order-id-wrong');
  await rig.settle();
  assert.deepEqual([old.balance, old.closed], [70, 0]);
});
