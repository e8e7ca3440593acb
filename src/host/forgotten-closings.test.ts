import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMonitoringStatus } from '../records/index.ts';
import { type Milliseconds, milliseconds, tokens, unixSeconds } from '../units/index.ts';
import { type Act, MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const HOME = 0xa;
const NEXT = 0xb;
const ACT: Act = {
  ...{ at: milliseconds(0) as Milliseconds, by: 'han', role: 'operator', action: 'moveOut', subject: 'meter 00000a' },
  ...{ detail: '', request: 'a-request' },
};

/** Kim has 70 tokens at one meter, and the next; Lee waits for the flat. */
async function household(held = 70) {
  const rig = new Rig(new MemoryStore());
  const [home, next] = [await rig.enrol(HOME), await rig.enrol(NEXT)];
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  made(await rig.host.sell({ meter: HOME, amount: 100, orderId: 'first', source: 'cash' }));
  await rig.settle();
  home.spend(100 - held);
  const copy = await (rig.store as MemoryStore).copy();
  return { rig, home, next, copy };
}
type Household = Awaited<ReturnType<typeof household>>;

const leaves = async ({ rig }: Household, more = {}) =>
  made(await rig.host.by(ACT).moveOut({ meter: HOME, isDead: false, ...more }));

async function putBack({ rig, copy }: Household): Promise<void> {
  rig.store = copy;
  rig.host = rig.newHost();
  await rig.startRestored();
  await rig.settle();
}

/** What the meter tells on its line, a while later. */
async function told({ rig, home }: Household): Promise<void> {
  rig.clock.ms += 10_000;
  const clock = unixSeconds(Math.floor(rig.clock.ms / 1000));
  const known = { tableVersion: 0, nextEvent: 1, lastDay: 0, flags: 0 };
  const status = encodeMonitoringStatus({ clock, balance: tokens(home.balance), owed: tokens(home.owed), ...known });
  await rig.poll(home.id, { status });
  await rig.settle();
}
const freezeOf = async ({ rig }: Household) => made(await rig.host.meter(HOME)).purse.freeze;

for (const held of [70, 0]) {
  test(`a move that restored books have forgotten, with ${held} left, is waited for, and settled once when it is asked for again`, async () => {
    const at = await household(held);
    const { rig, home, next } = at;
    await leaves(at, { next: NEXT });
    await rig.settle();
    assert.deepEqual([home.closed, next.credited], [held, held]);
    await putBack(at);
    assert.equal(await freezeOf(at), 'closing-forgotten');
    const sale = await rig.host.sell({ meter: HOME, amount: 5, orderId: 'late', source: 'cash' });
    assert.ok('reason' in sale && sale.reason === 'meter-frozen', 'nothing is sold to it meanwhile');
    // Whoever only looks, and lets value flow, has not said what became of the rest.
    made(await rig.host.unfreeze(HOME));
    await rig.settle();
    assert.equal(await freezeOf(at), 'closing-forgotten');
    await leaves(at, { next: NEXT });
    await rig.settle();
    await told(at);
    const [left] = made(await rig.host.tenancies(HOME));
    assert.deepEqual([left?.state, left?.balance, left?.carried, left?.refund], ['left', BigInt(held), held, 0n]);
    assert.deepEqual([home.closed, next.credited], [held, held], 'nothing moved a second time');
    const books = await rig.host.books();
    assert.deepEqual([books.balanced, books.found, books.inFlight], [true, 0n, 0n]);
  });
}

test('a replacement that restored books have forgotten is waited for, and goes on when it is asked for again', async () => {
  const at = await household();
  const { rig, home, next } = at;
  const replace = async () => made(await rig.host.by(ACT).replaceMeter({ old: HOME, by: NEXT, isDead: false }));
  await replace();
  await rig.settle();
  await putBack(at);
  assert.equal(await freezeOf(at), 'closing-forgotten');
  await replace();
  await rig.settle();
  assert.deepEqual([home.closed, next.credited], [70, 70]);
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.found, books.closed, books.inFlight], [true, 0n, 70n, 0n]);
});

test('a purse that was closed by an order of any name is waited for too, and without a restore it is a doubt', async () => {
  const at = await household();
  const { rig } = at;
  const close = async () => made(await rig.host.closePurse({ meter: HOME, orderId: 'demolished' }));
  await close();
  await rig.settle();
  await putBack(at);
  assert.equal(await freezeOf(at), 'closing-forgotten');
  await close();
  await rig.settle();
  assert.equal(made(await rig.host.order('demolished')).state, 'closed');
  assert.ok((await rig.host.books()).balanced);

  const other = await household();
  await leaves(other);
  await other.rig.settle();
  other.rig.store = other.copy;
  other.rig.host = other.rig.newHost();
  await other.rig.host.start();
  made(await other.rig.host.sell({ meter: HOME, amount: 5, orderId: 'late', source: 'cash' }));
  await other.rig.settle();
  assert.equal(await freezeOf(other), 'amount-differs');
});

test('what the next household bought before the books forgot the move stays theirs, and is not taken out for who leaves', async () => {
  const at = await household();
  const { rig, home } = at;
  await leaves(at);
  await rig.settle();
  made(await rig.host.by(ACT).moveIn({ meter: HOME, subscriber: 'lee' }));
  await rig.settle();
  const sale = { meter: HOME, amount: 40, orderId: "lee's", source: 'cash' } as const;
  made(await rig.host.sell(sale));
  await rig.settle();
  await putBack(at);
  await leaves(at);
  await rig.settle();
  await told(at);
  await told(at);
  const [left] = made(await rig.host.tenancies(HOME));
  assert.deepEqual([left?.state, left?.balance, home.balance, home.closed], ['left', 70n, 40, 70]);
  made(await rig.host.by(ACT).moveIn({ meter: HOME, subscriber: 'lee' }));
  await rig.settle();
  made(await rig.host.sell(sale));
  await rig.settle();
  assert.deepEqual([home.balance, home.credited], [40, 140]);
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.found, books.valueInMeters], [true, 0n, 40n]);
});

for (const answers of ['before', 'after'] as const) {
  test(`what a dead meter is found to have had less of is owed where its value went, which tells of it ${answers} it is given up again`, async () => {
    const at = await household();
    const { rig, home, next } = at;
    // The books do not know yet that 30 of the 100 were used.
    await leaves(at, { next: NEXT, isDead: true });
    await rig.settle();
    assert.deepEqual([home.closed, next.credited], [0, 100]);
    if (answers === 'after') rig.meters.delete(next.id);
    await putBack(at);
    await told(at);
    await leaves(at, { next: NEXT, isDead: true });
    rig.meters.set(next.id, next);
    await rig.settle();
    const [left] = made(await rig.host.tenancies(HOME));
    assert.deepEqual([left?.balance, left?.carried, left?.settled, left?.refund], [70n, 100, -30n, 0n]);
    assert.deepEqual([next.credited, made(await rig.host.dues(NEXT)).arrears], [100, 30n]);
    const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
    const owed = sums.filter(({ account }) => account === 'arrears').reduce((sum, { amount }) => sum + amount, 0n);
    const books = await rig.host.books();
    assert.deepEqual([owed, books.found, books.balanced], [30n, 0n, true]);
  });
}

test("a sale that restored books forgot, and hear of when its buyer has left, is the buyer's: nobody else pays with it, or is told", async () => {
  const rig = new Rig(new MemoryStore());
  const home = await rig.enrol(HOME);
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  const currency = { code: 'EUR', number: 978, exponent: 2 };
  const terms = { currency, taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 50, fees: {} };
  made(await rig.host.publishTerms(terms));
  const copy = await (rig.store as MemoryStore).copy();
  made(await rig.host.bookDebt({ meter: HOME, amount: 10, reference: 'a loan' }));
  const sale = { meter: HOME, paid: 60, method: 'cash', orderId: "kim's" } as const;
  made(await rig.host.purchase(sale));
  await rig.settle();
  const at = { rig, home, next: home, copy };
  await leaves(at);
  await rig.settle();
  await putBack(at);
  await leaves(at);
  await rig.settle();
  await told(at);
  made(await rig.host.by(ACT).moveIn({ meter: HOME, subscriber: 'lee' }));
  made(await rig.host.bookDebt({ meter: HOME, amount: 100, reference: "lee's loan" }));
  rig.clock.ms += 1_000;
  const { order, trade } = made(await rig.host.purchase(sale));
  // The meter took 50 for it, when 10 were due: these books never knew of that loan, and hold the 10 ready for Kim.
  assert.deepEqual([order.state, order.amount, trade.energy, trade.arrears], ['stored', 50, 50n, 10n]);
  assert.equal(made(await rig.host.dues(HOME)).arrears, 100n);
  assert.equal(made(await rig.host.duesOfPerson('kim')).arrears, -10n);
  const postings = await rig.host.postings({ limit: 100 });
  const { postings: whose } = await rig.host.whose({ postings, events: [] });
  const tellsLee = postings.filter((_, i) => whose[i]?.has('lee')).map(({ order: of }) => of);
  assert.deepEqual(tellsLee, ["lee's loan"]);
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const owed = sums.filter(({ account }) => account === 'arrears');
  const owedAt = (id: number | undefined) =>
    owed.reduce((sum, { svpmsn: of, amount }) => (of === id ? sum + amount : sum), 0n);
  assert.deepEqual([owedAt(HOME), owedAt(undefined)], [100n, -10n]);
  assert.ok((await rig.host.books()).balanced);
});

test('what was lent and repaid before the books forgot it is owed once, and what is still lent is repaid beside it', async () => {
  const at = await household(0);
  const { rig, home } = at;
  home.owed = 60;
  const leave = async () => {
    await leaves(at);
    await rig.settle();
    await told(at);
    await rig.settle();
  };
  await leave();
  assert.deepEqual([home.owed, home.credited], [0, 160]);
  await putBack(at);
  home.owed = 5;
  await leave();
  const [left] = made(await rig.host.tenancies(HOME));
  assert.deepEqual([left?.state, left?.owed, left?.balance, home.owed, home.credited], ['left', 65n, 0n, 0, 165]);
  assert.equal(made(await rig.host.dues(NEXT)).arrears, 65n);
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.found, books.owed], [true, 0n, 0n]);
});

test('two moves that restored books forgot are asked for again in their order, and each household has its own', async () => {
  const at = await household();
  const { rig, home } = at;
  const comes = async () => {
    made(await rig.host.by(ACT).moveIn({ meter: HOME, subscriber: 'lee' }));
    await rig.settle();
  };
  await leaves(at);
  await rig.settle();
  await comes();
  const sale = { meter: HOME, amount: 40, orderId: "lee's", source: 'cash' } as const;
  made(await rig.host.sell(sale));
  await rig.settle();
  await leaves(at);
  await rig.settle();
  assert.equal(home.closed, 110);
  await putBack(at);
  await leaves(at);
  await rig.settle();
  // The next closing is of somebody of whom these books have not heard again.
  assert.equal(await freezeOf(at), 'closing-forgotten');
  await comes();
  assert.equal(await freezeOf(at), 'closing-forgotten');
  await leaves(at);
  await rig.settle();
  await told(at);
  const both = made(await rig.host.tenancies(HOME));
  assert.deepEqual(
    both.map(({ subscriber, state, balance }) => [subscriber, state, balance]),
    [
      ['lee', 'left', 40n],
      ['kim', 'left', 70n],
    ],
  );
  made(await rig.host.sell(sale));
  const books = await rig.host.books();
  assert.deepEqual([home.closed, books.closed, books.found, books.balanced], [110, 110n, 0n, true]);
});
