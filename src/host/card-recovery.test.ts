import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csn, Region, svpmsn } from '../units/index.ts';
import { wantCardQueries } from './card-host.ts';
import { recoverCard, recoveriesOf, replaceCard } from './card-recovery.ts';
import { CardRig, GAS, KIMS_CARD } from './card-rig.testing.ts';
import { sellToCard } from './card-sale.ts';
import { blockCard } from './cards.ts';
import { MemoryStore } from './memory.ts';
import { enrol } from './registry.ts';
import { made } from './rig.testing.ts';

const NEW_CARD = csn('04a1b2c3d4e5f7');
const NEXT_CARD = csn('04a1b2c3d4e5f8');
const DAY = 86_400_000;

const sell = (rig: CardRig, orderId: string, amount: number) =>
  rig.do(async (tx, now) =>
    made(await sellToCard(tx, { csn: KIMS_CARD, region: Region.gas, orderId, amount, source: 'cash' }, now)),
  );
const lose = (rig: CardRig) =>
  rig.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state: 'lost' }, now)));
async function replace(rig: CardRig): Promise<void> {
  await lose(rig);
  await rig.issue(NEW_CARD);
  await rig.do(async (tx, now) => made(await replaceCard(tx, { csn: KIMS_CARD, by: NEW_CARD }, now)));
}
/** What is given now, what later, and when. */
async function recover(rig: CardRig) {
  const { orders, recoveries } = await rig.do(async (tx, now) => made(await recoverCard(tx, KIMS_CARD, now)));
  const [{ recovered, now, later, laterFrom }] = recoveries as [(typeof recoveries)[number]];
  return { given: orders.map(({ amount }) => amount), recovered, now, later, laterFrom };
}
const offline = (rig: CardRig) => rig.store.read(async (tx) => (await tx.offlineMeters.page({ limit: 1 }))[0]);

test('what a meter without a line spent comes to the books with the next visit of a card, and once', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const meter = rig.meter();
  meter.take(rig.hand(), 200);
  meter.spend(120);
  meter.take(rig.hand(), 50);
  for (let round = 0; round < 2; round++) {
    await rig.exchange();
    const { handed, inMeters, spent, onCards } = await rig.totals();
    assert.deepEqual({ handed, inMeters, spent, onCards }, { handed: 250n, inMeters: 130n, spent: 120n, onCards: 50n });
  }
  const { fromCards, spent, balance, register, sequence, doubt } = (await offline(rig)) ?? {};
  assert.deepEqual([fromCards, spent, balance, register, sequence, doubt], [250n, 120n, 130n, 1_200n, 3, undefined]);
});

test('a meter that tells less than before is in doubt, and nothing of it is booked', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const meter = rig.meter();
  meter.take(rig.hand(), 200);
  meter.spend(120);
  meter.take(rig.hand(), 1);
  await rig.exchange();
  const before = await rig.totals();
  const put = rig.meter();
  put.rows.set(KIMS_CARD, [...meter.rows.values()][0] as never);
  put.credited = 10;
  put.used = 5;
  put.report = { ...(meter.report as NonNullable<typeof meter.report>), sequence: 9 };
  put.take(rig.hand(), 7);
  await rig.exchange();
  assert.equal((await offline(rig))?.doubt, 'counts-behind');
  assert.equal((await rig.totals()).spent, before.spent);
});

test('a report of a debit that its card does not know of freezes the card', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const meter = rig.meter();
  const clone = rig.personalise(KIMS_CARD);
  clone.memory.set(rig.hand().memory);
  clone.pull();
  for (let i = 0; i < 3; i++) meter.take(clone, 10);
  // The card is in the meter after its clone was: it has nothing pending, and its debits are fewer.
  meter.take(rig.hand(), 0);
  const step = await rig.exchange();
  assert.equal(step.type === 'done' && step.purse.freeze, 'debits-behind');
});

test('of a lost card what no meter can take any more is given at once, and the rest when its tickets expired', async () => {
  const rig = await CardRig.open({ limit: 100, days: 10 });
  await sell(rig, 'one', 300);
  await rig.serve();
  await replace(rig);
  const expiry = rig.ms + 10 * DAY;
  assert.deepEqual(await recover(rig), { given: [200], recovered: 200n, now: 0n, later: 100n, laterFrom: expiry });
  assert.deepEqual((await recover(rig)).given, [], 'asked for again, nothing is given twice');
  rig.ms = expiry - 1;
  assert.deepEqual((await recover(rig)).given, []);
  rig.ms = expiry;
  assert.deepEqual(await recover(rig), { given: [100], recovered: 300n, now: 0n, later: 0n, laterFrom: undefined });
  await rig.serve(NEW_CARD);
  const { issued, recovered, stored, onCards, inFlight } = await rig.totals();
  assert.deepEqual([issued, recovered, stored, onCards, inFlight], [300n, 300n, 600n, 300n, 0n]);
});

test('what a meter told to have taken from the lost card is not given back, and the epoch that came there ends the wait', async () => {
  const rig = await CardRig.open({ limit: 100, days: 10 });
  await sell(rig, 'one', 300);
  await rig.serve();
  const meter = rig.meter();
  await replace(rig);
  assert.deepEqual((await recover(rig)).given, [200]);
  // The finder takes what the ticket lets them; then the new card brings the epoch.
  meter.take(rig.hand(), 60);
  await rig.serve(NEW_CARD);
  assert.deepEqual(meter.take(rig.hand(NEW_CARD), 30), { type: 'done', credited: 30 });
  assert.deepEqual(meter.take(rig.hand(), 1), { type: 'refused', refusal: 'epoch-past' });
  await rig.serve(NEW_CARD);
  assert.equal((await offline(rig))?.epochThere, 1);
  const { given, later } = await recover(rig);
  assert.deepEqual([given, later], [[40], 0n]);
  await rig.serve(NEW_CARD);
  const { onCards, handed, inMeters, spent } = await rig.totals();
  assert.deepEqual([onCards, handed, inMeters, spent], [210n, 90n, 90n, 0n]);
});

test('what was on its way to the lost card waits for the new one, or for the end of the tickets if it may be on it', async () => {
  const rig = await CardRig.open({ limit: 100, days: 10 });
  await sell(rig, 'one', 50);
  await rig.serve();
  await sell(rig, 'sent', 70);
  const { exchange, frame } = await rig.begin();
  await rig.desk.receive(exchange, rig.pass(rig.hand(), frame));
  await sell(rig, 'waits', 5);
  await replace(rig);
  assert.equal((await rig.order('waits'))?.purse, `${NEW_CARD}-2`);
  assert.deepEqual((await recover(rig)).given, [], 'a meter may take all 50 that are on it for certain');
  rig.ms += 10 * DAY;
  assert.deepEqual((await recover(rig)).given, [70, 50]);
  assert.equal((await rig.order('sent'))?.state, 'lost');
  await rig.serve(NEW_CARD);
  const { issued, onCards, inFlight } = await rig.totals();
  assert.deepEqual([issued, onCards, inFlight], [125n, 125n, 0n]);
});

test('what a meter took last from the lost card is not given back, wherever the next card is pulled out of it later', async () => {
  for (let steps = 0; steps <= 20; steps++) {
    const rig = await CardRig.open({ limit: 100, days: 10 });
    await sell(rig, 'one', 60);
    await rig.serve();
    const meter = rig.meter();
    meter.take(rig.hand(), 50);
    await replace(rig);
    const sellNext = (orderId: string, amount: number) =>
      rig.do(async (tx, now) =>
        made(await sellToCard(tx, { csn: NEW_CARD, region: Region.gas, orderId, amount, source: 'cash' }, now)),
      );
    await sellNext('two', 30);
    await rig.serve(NEW_CARD);
    // It brings the news that the other is lost, and a report in which those 50 are.
    meter.take(rig.hand(NEW_CARD), 'all');
    await rig.serve(NEW_CARD);
    await sellNext('three', 90);
    await rig.serve(NEW_CARD);
    meter.take(rig.hand(NEW_CARD), 'all', steps);
    rig.hand(NEW_CARD).pull();
    await rig.serve(NEW_CARD);
    const { given, now } = await recover(rig);
    assert.deepEqual([given, now], [[10], 0n], `pulled after ${steps} steps`);
  }
});

test('if the load whose receipt was lost was taken by a meter, it was on the card', async () => {
  const rig = await CardRig.open({ limit: 100, days: 10 });
  await sell(rig, 'sent', 70);
  const { exchange, frame } = await rig.begin();
  const third = made(await rig.desk.receive(exchange, rig.pass(rig.hand(), frame)));
  assert.ok(third.type === 'send');
  rig.pass(rig.hand(), third.frame);
  const meter = rig.meter();
  meter.take(rig.hand(), 45);
  await replace(rig);
  await rig.serve(NEW_CARD);
  meter.take(rig.hand(NEW_CARD), 0);
  await rig.serve(NEW_CARD);
  const { given, later } = await recover(rig);
  assert.deepEqual([given, later, (await rig.order('sent'))?.state], [[25], 0n, 'stored']);
});

test('what books forgot of another lost card, and a meter took, is no sign that an order was on the one that was lost later', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store, limit: 100, days: 10 });
  await rig.serve();
  const copy = await store.copy();
  await sell(rig, 'forgotten', 60);
  await rig.serve();
  const meter = rig.meter();
  meter.take(rig.hand(), 45);
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  await replace(after);
  await after.serve(NEW_CARD);
  const order = { csn: NEW_CARD, region: Region.gas, orderId: 'sent', amount: 1_000, source: 'cash' };
  await after.do(async (tx, now) => made(await sellToCard(tx, order, now)));
  await after.begin(NEW_CARD);
  await after.do(async (tx, now) => made(await blockCard(tx, { csn: NEW_CARD, state: 'lost' }, now)));
  await after.issue(NEXT_CARD);
  await after.do(async (tx, now) => made(await replaceCard(tx, { csn: NEW_CARD, by: NEXT_CARD }, now)));
  await after.serve(NEXT_CARD);
  meter.take(after.hand(NEXT_CARD), 0);
  await after.serve(NEXT_CARD);
  after.ms += 10 * DAY;
  const { orders } = await after.do(async (tx, now) => made(await recoverCard(tx, NEW_CARD, now)));
  assert.deepEqual([orders, (await after.order('sent'))?.state], [[], 'outstanding']);
});

test('what a meter took of a card that was lost before is no sign that an order was on the next one, and comes out of the first', async () => {
  const rig = await CardRig.open({ limit: 100, days: 10 });
  await sell(rig, 'one', 60);
  await rig.serve();
  const meter = rig.meter();
  meter.take(rig.hand(), 45);
  await replace(rig);
  await rig.serve(NEW_CARD);
  const order = { csn: NEW_CARD, region: Region.gas, orderId: 'sent', amount: 70, source: 'cash' };
  await rig.do(async (tx, now) => made(await sellToCard(tx, order, now)));
  await rig.begin(NEW_CARD);
  await rig.do(async (tx, now) => made(await blockCard(tx, { csn: NEW_CARD, state: 'lost' }, now)));
  await rig.issue(NEXT_CARD);
  await rig.do(async (tx, now) => made(await replaceCard(tx, { csn: NEW_CARD, by: NEXT_CARD }, now)));
  await rig.serve(NEXT_CARD);
  meter.take(rig.hand(NEXT_CARD), 0);
  await rig.serve(NEXT_CARD);
  rig.ms += 10 * DAY;
  const given = async (id: string) => {
    const { orders } = await rig.do(async (tx, now) => made(await recoverCard(tx, id, now)));
    return orders.map(({ amount, purse }) => [amount, purse]);
  };
  assert.deepEqual([await given(NEW_CARD), (await rig.order('sent'))?.state], [[], 'outstanding']);
  // Its heir is lost too: the one after it gets the rest.
  assert.deepEqual(await given(KIMS_CARD), [[15, `${NEXT_CARD}-2`]]);
  assert.deepEqual([await given(NEW_CARD), (await rig.order('sent'))?.state], [[[70, `${NEXT_CARD}-2`]], 'lost']);
  await rig.serve(NEXT_CARD);
  const { issued, onCards, handed, inFlight } = await rig.totals();
  assert.deepEqual([issued, onCards, handed, inFlight], [130n, 85n, 45n, 0n]);
});

test('an order that waited for the lost card is found on the new one, where books that forgot it have it waiting still', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  await sell(rig, 'waits', 70);
  const copy = await store.copy();
  await replace(rig);
  await rig.serve(NEW_CARD);
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  const hand = rig.hand(NEW_CARD);
  await replace(after);
  after.hands.set(NEW_CARD, hand);
  await after.serve(NEW_CARD);
  const order = await after.order('waits');
  assert.deepEqual([order?.state, order?.purse, order?.counter], ['stored', `${NEW_CARD}-2`, 1]);
  const { issued, stored, found, onCards, inFlight } = await after.totals();
  assert.deepEqual([issued, stored, found, onCards, inFlight], [70n, 70n, 0n, 70n, 0n]);
  assert.equal((await after.purse(NEW_CARD)).freeze, undefined);
});

test('a card takes the place of one that is blocked, of the same subscriber and regions, and of no other', async () => {
  const rig = await CardRig.open();
  const swap = (by: string) => rig.do(async (tx, now) => replaceCard(tx, { csn: KIMS_CARD, by }, now));
  const reasonOf = (answer: object) => ('reason' in answer ? answer.reason : 'done');
  await rig.issue(NEW_CARD);
  assert.equal(reasonOf(await swap(NEW_CARD)), 'card-active');
  assert.equal(reasonOf(await rig.do((tx, now) => recoveriesOf(tx, KIMS_CARD, now))), 'card-active');
  await lose(rig);
  assert.equal(reasonOf(await rig.do((tx, now) => recoverCard(tx, KIMS_CARD, now))), 'card-active');
  assert.equal(reasonOf(await swap('04a1b2c3d4e5ff')), 'card-unknown');
  assert.equal(reasonOf(await swap(KIMS_CARD)), 'card-wrong');
  assert.equal(reasonOf(await swap(NEW_CARD)), 'done');
  assert.equal(reasonOf(await swap(NEW_CARD)), 'done', 'again it is the same');
  const third = csn('04a1b2c3d4e5f8');
  await rig.issue(third);
  assert.equal(reasonOf(await swap(third)), 'card-ended');
  assert.equal((await rig.purse()).provider, GAS);
});

test('what is recovered for a card that is in a meter on the line is due there at once', async () => {
  const rig = await CardRig.open({ limit: 100, days: 10 });
  await sell(rig, 'one', 300);
  await rig.serve();
  const slot = { id: '7', svpmsn: svpmsn(7), tail: NEW_CARD.slice(-12), attempts: 3, dueAt: undefined };
  await rig.do(async (tx, now) => {
    const enrolment = { svpmsn: 7, subscriber: 'kim', localUnit: 1, modemAddress: 7, suite: 2 } as const;
    made(await enrol(tx, enrolment, { zone: 'UTC', metersMax: 9 }, now));
    await tx.cardSlots.put([{ ...slot, insertedAt: now }]);
  });
  await replace(rig);
  await recover(rig);
  const [[found], [work]] = await rig.store.read(async (tx) => [
    await tx.cardSlots.of(['7']),
    await tx.workOf([svpmsn(7)]),
  ]);
  assert.deepEqual([found?.dueAt, found?.attempts, work?.dueAt], [rig.ms, 0, rig.ms]);
});

for (const isHeardFirst of [true, false]) {
  test(`books that were put back give nothing twice: the new card is heard ${isHeardFirst ? 'before' : 'after'} it is given again`, async () => {
    const store = new MemoryStore();
    const rig = await CardRig.open({ store, limit: 100, days: 10 });
    await sell(rig, 'one', 300);
    await rig.serve();
    await replace(rig);
    const copy = await store.copy();
    assert.deepEqual((await recover(rig)).given, [200]);
    await rig.serve(NEW_CARD);
    const after = await CardRig.over(rig, copy);
    await after.do(wantCardQueries);
    if (isHeardFirst) {
      await after.serve(NEW_CARD);
      assert.equal((await after.totals()).found, 200n);
    }
    assert.deepEqual((await recover(after)).given, [200]);
    await after.serve(NEW_CARD);
    const { recovered, stored, found, onCards, inFlight } = await after.totals();
    assert.deepEqual([recovered, stored, found, onCards, inFlight], [200n, 500n, 0n, 300n, 0n]);
    assert.deepEqual((await recover(after)).given, []);
  });
}

test('a card that is written down after the books were put back may have been loaded: what waits goes to no other', async () => {
  for (const restored of [false, true]) {
    const rig = await CardRig.open();
    if (restored) await rig.do((tx) => tx.setFact('restored', 0));
    await rig.issue(NEW_CARD);
    const id = { csn: NEW_CARD, region: Region.gas, orderId: 'one', amount: 115, source: 'cash' } as const;
    await rig.do(async (tx, now) => made(await sellToCard(tx, id, now)));
    await rig.do(async (tx, now) => made(await blockCard(tx, { csn: NEW_CARD, state: 'lost' }, now)));
    await rig.issue(NEXT_CARD);
    await rig.do(async (tx, now) => made(await replaceCard(tx, { csn: NEW_CARD, by: NEXT_CARD }, now)));
    const [order] = await rig.store.read((tx) => tx.cardOrders.of(['one']));
    assert.deepEqual([order?.state, order?.purse.slice(0, 14)], ['waiting', restored ? NEW_CARD : NEXT_CARD]);
  }
});
