import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PowerCut } from '../card/bench.testing.ts';
import { PurseInstruction } from '../card/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { csn, Region, svpmsn } from '../units/index.ts';
import { recoverCard, replaceCard } from './card-recovery.ts';
import { CardRig, GAS, KIMS_CARD, KIMS_METER, N } from './card-rig.testing.ts';
import { sellToCard } from './card-sale.ts';
import { blockCard, enrolOffline } from './cards.ts';
import { giveOffline } from './offline-handover.ts';
import { addSubscriber } from './registry.ts';
import { made } from './rig.testing.ts';
import { UNOCCUPIED } from './types/tenancies.ts';

const LEES_CARD = csn('04b1b2b3b4b5b6');
const KIMS_NEXT = csn('04a1b2c3d4e5f7');
const LEES_NEXT = csn('04b1b2b3b4b5b7');
const METER = '0a1b2d';
const DAY = 86_400_000;
const DAYS = 10;
const SEEDS = 100;

/** Kim has a card, with 300 tokens on it, and a gas meter; Lee has a card. */
async function rigOfBoth(): Promise<CardRig> {
  const rig = await CardRig.open({ limit: 250, days: DAYS });
  await rig.do(async (tx) => void made(await addSubscriber(tx, { id: 'lee', name: 'Lee', contact: '' })));
  await rig.issue(LEES_CARD, 'lee');
  await sell(rig, KIMS_CARD, 300);
  await rig.serve();
  return rig;
}

let sales = 0;
function sell(rig: CardRig, id: typeof KIMS_CARD, amount: number) {
  const orderId = `sale ${++sales}`;
  return rig.do(async (tx, now) =>
    made(await sellToCard(tx, { csn: id, region: Region.gas, orderId, amount, source: 'cash' }, now)),
  );
}

const give = (rig: CardRig, subscriber: string, meter = METER) =>
  rig.do((tx) => giveOffline(tx, { meter, subscriber }));
const row = (rig: CardRig) => rig.store.read(async (tx) => (await tx.offlineMeters.of([METER]))[0]);
const ticketed = async (rig: CardRig) =>
  (await rig.store.read((tx) => tx.cardTickets.where('meter', KIMS_METER))).map(({ purse }) => purse.slice(0, 14));

const pulledBeforeReport = (rig: CardRig, card = KIMS_CARD) => ({
  send(command: Uint8Array): Uint8Array {
    if (command[1] === PurseInstruction.report) throw new PowerCut();
    return rig.hand(card).send(command);
  },
});

/** What the next card is given at once of one that is lost, when no ticket of it is good any more. */
async function given(rig: CardRig, lost: typeof KIMS_CARD, next: typeof KIMS_CARD, whose: string): Promise<number[]> {
  await rig.do(async (tx, now) => made(await blockCard(tx, { csn: lost, state: 'lost' }, now)));
  await rig.issue(next, whose);
  await rig.do(async (tx, now) => made(await replaceCard(tx, { csn: lost, by: next }, now)));
  rig.ms += DAYS * DAY;
  const { orders, recoveries } = await rig.do(async (tx, now) => made(await recoverCard(tx, lost, now)));
  assert.ok(recoveries.every(({ now, later }) => now === 0n && later === 0n));
  return orders.map(({ amount }) => amount);
}

test('the meter takes from cards of its new household, and from no card of the one before', async () => {
  const rig = await rigOfBoth();
  const meter = rig.meter();
  meter.take(rig.hand(), 200);
  await rig.exchange();
  const there = made(await give(rig, 'lee'));
  assert.deepEqual([there.subscriber, there.fromOthers, there.epoch, there.handedThen], ['lee', 200n, 1, 0n]);
  assert.equal((await rig.purse()).toOthers, 200n);
  assert.deepEqual(made(await give(rig, 'lee')), there, 'asked again, the same');
  await sell(rig, KIMS_CARD, 10);
  await rig.serve();
  assert.deepEqual(await ticketed(rig), [KIMS_CARD], 'a card of whoever had it before gets no other ticket');
  await sell(rig, LEES_CARD, 100);
  await rig.serve(LEES_CARD);
  assert.deepEqual(await ticketed(rig), [KIMS_CARD, LEES_CARD]);
  meter.take(rig.hand(LEES_CARD), 60);
  assert.equal(meter.take(rig.hand(), 'all')?.type, 'refused');
  await rig.exchange(LEES_CARD);
  const told = await row(rig);
  assert.deepEqual([told?.fromCards, told?.fromOthers, told?.awaited, told?.epochThere], [260n, 200n, false, 1]);
  const { handed, inMeters, onCards } = await rig.totals();
  assert.deepEqual([handed, inMeters, onCards], [260n, 260n, 150n]);
  assert.deepEqual(await given(rig, LEES_CARD, LEES_NEXT, 'lee'), [40]);
  assert.deepEqual(await given(rig, KIMS_CARD, KIMS_NEXT, 'kim'), [110]);
});

test('what the household before brought and nobody told is theirs, and no loss of whoever comes next', async () => {
  const rig = await rigOfBoth();
  const meter = rig.meter();
  meter.take(rig.hand(), 200);
  made(await give(rig, 'lee'));
  await sell(rig, LEES_CARD, 100);
  await rig.serve(LEES_CARD);
  meter.take(rig.hand(LEES_CARD), 60);
  await rig.exchange(LEES_CARD);
  const told = await row(rig);
  assert.deepEqual([told?.fromCards, told?.fromOthers, told?.awaited], [260n, 200n, false]);
  assert.deepEqual(await given(rig, LEES_CARD, LEES_NEXT, 'lee'), [40]);
  assert.deepEqual(await given(rig, KIMS_CARD, KIMS_NEXT, 'kim'), [100]);
});

test('what a card of the household before told and the meter did not is counted at neither twice', async () => {
  const rig = await rigOfBoth();
  const meter = rig.meter();
  assert.throws(() => meter.take(pulledBeforeReport(rig), 200), PowerCut);
  await rig.exchange();
  assert.equal((await row(rig))?.fromCards, 0n);
  assert.equal((await rig.purse()).handed, 200n);
  made(await give(rig, 'lee'));
  assert.equal((await rig.purse()).toOthers, 200n);
  await sell(rig, LEES_CARD, 100);
  await rig.serve(LEES_CARD);
  meter.take(rig.hand(LEES_CARD), 60);
  await rig.exchange(LEES_CARD);
  assert.equal((await row(rig))?.fromOthers, 200n);
  assert.deepEqual(await given(rig, LEES_CARD, LEES_NEXT, 'lee'), [40]);
  assert.deepEqual(await given(rig, KIMS_CARD, KIMS_NEXT, 'kim'), [100]);
});

test('a household that has another meter keeps there what it brought there', async () => {
  const rig = await rigOfBoth();
  const other = svpmsn(0x0a1b2f);
  await rig.do(async (tx, now) =>
    made(await enrolOffline(tx, { svpmsn: other, provider: GAS, subscriber: 'lee', n: N }, now)),
  );
  await sell(rig, LEES_CARD, 100);
  await rig.serve(LEES_CARD);
  const old = rig.meter(other);
  old.take(rig.hand(LEES_CARD), 30);
  await rig.exchange(LEES_CARD);
  const meter = rig.meter();
  meter.take(rig.hand(), 200);
  made(await give(rig, 'lee'));
  await rig.serve(LEES_CARD);
  meter.take(rig.hand(LEES_CARD), 20);
  await rig.exchange(LEES_CARD);
  const told = await row(rig);
  assert.deepEqual([told?.fromCards, told?.fromOthers], [220n, 200n]);
  // By what the other told before, it might have taken that too.
  old.spend(1);
  old.take(rig.hand(LEES_CARD), 0);
  await rig.exchange(LEES_CARD);
  assert.deepEqual(await given(rig, LEES_CARD, LEES_NEXT, 'lee'), [50]);
});

test('where nobody lives no card has a ticket for it', async () => {
  const rig = await rigOfBoth();
  assert.equal(made(await give(rig, UNOCCUPIED)).subscriber, UNOCCUPIED);
  for (const id of [KIMS_CARD, LEES_CARD]) {
    await sell(rig, id, 10);
    await rig.serve(id);
  }
  assert.deepEqual(await ticketed(rig), [KIMS_CARD], 'that from before');
  assert.equal(made(await give(rig, 'kim')).subscriber, 'kim', 'somebody may come back');
});

test('a meter that is not there, and one with a line, is given to nobody, and nothing to whom nobody knows', async () => {
  const rig = await rigOfBoth();
  const reasons = [await give(rig, 'lee', '0a1b2e'), await give(rig, 'park')].map((each) =>
    'reason' in each ? each.reason : undefined,
  );
  assert.deepEqual(reasons, ['meter-unknown', 'subscriber-unknown']);
  const before = await row(rig);
  await rig.do((tx) => tx.offlineMeters.put([{ ...(before as NonNullable<typeof before>), line: true }]));
  const refused = await give(rig, 'lee');
  assert.ok('reason' in refused && /has a line/.test(refused.sentence));
  assert.equal((await row(rig))?.subscriber, 'kim');
});

/** Two households and one meter that goes between them, by seed; who was there before may still put their card in. */
async function lived(seed: number): Promise<void> {
  const random = drawing(seed);
  const rig = await rigOfBoth();
  await sell(rig, LEES_CARD, 300);
  await rig.serve(LEES_CARD);
  const meter = rig.meter();
  const households = [
    { name: 'kim', card: KIMS_CARD },
    { name: 'lee', card: LEES_CARD },
  ] as const;
  for (let step = 0; step < 12; step++) {
    const { name, card } = households[random.below(2)] as (typeof households)[number];
    const wanted = random.below(80);
    switch (random.below(5)) {
      case 0:
        made(await give(rig, name));
        break;
      case 1:
        await rig.serve(card);
        break;
      case 2:
        meter.take(rig.hand(card), wanted);
        break;
      case 3:
        try {
          meter.take(pulledBeforeReport(rig, card), wanted);
        } catch (error) {
          assert.ok(error instanceof PowerCut);
        }
        rig.hand(card).pull();
        break;
      default:
        meter.spend(Math.min(random.below(20), meter.credited - meter.used));
    }
  }
  // Whoever has it now puts their card in, and each card tells all that it gave.
  const last = (await row(rig))?.subscriber;
  for (const { name, card } of households) {
    await rig.serve(card);
    if (name !== last) continue;
    meter.spend(0);
    assert.equal(meter.take(rig.hand(card), 0)?.type, 'done', `seed ${seed}`);
    await rig.serve(card);
  }
  for (const { name, card } of households) {
    const there = rig.hand(card).card.regions.get(Region.gas)?.purse?.balance;
    const back = await given(rig, card, name === 'kim' ? KIMS_NEXT : LEES_NEXT, name);
    assert.deepEqual(back, there === 0 ? [] : [there], `seed ${seed}: what was on the card of ${name}`);
  }
}

test('whoever has the meter and whoever had it, each lost card gives back what was on it, and no more', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await lived(seed);
});
