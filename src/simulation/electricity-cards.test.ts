import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CardInHand, purseOf } from '../card/bench.testing.ts';
import { checkBooks, checkCards } from '../host/index.ts';
import { PERFECT_CONDITIONS } from '../line/index.ts';
import { balanceOf, levelsOf } from '../meter/index.ts';
import { csn, Region, svpmsnText } from '../units/index.ts';
import { audit } from './audit.ts';
import { CARD, SECOND_MS, World } from './card-world.testing.ts';
import { FAULT_KINDS, type FaultRates, Faults } from './faults.ts';
import type { House, UtilityOptions } from './index.ts';
import { seededRandom } from './random.ts';
import { MINUTE_MS } from './small-utility.testing.ts';

async function open(options: Partial<UtilityOptions> = {}): Promise<World> {
  const world = await World.open({ roundMs: MINUTE_MS, ...options }, Region.electricity);
  await world.office.limit(Region.electricity, 10_000);
  return world;
}

/** In, for as long as the meter takes and the host hears of it, and out. */
async function visit(world: World, house: House, ms = 40 * SECOND_MS): Promise<void> {
  world.insert(house);
  await world.live(ms);
  world.pull(house);
  await world.live(20 * SECOND_MS);
}

/** So much is to be taken from the next card. */
function keyIn({ utility }: World, house: House, digits: string): void {
  for (const digit of digits) house.press(digit as '0', utility.time.now);
}

/** What the books have of a meter, and what it has, polled until its last word is posted. */
async function settled(world: World, house: House) {
  const { utility } = world;
  await world.live(4 * MINUTE_MS);
  const books = await utility.host.books();
  const booked = books.meters.find(({ svpmsn }) => svpmsn === house.svpmsn);
  assert.ok(booked !== undefined && books.balanced);
  const held = levelsOf(house.meter);
  assert.equal(held.stored + held.out + held.used + held.closed, held.credited + held.fromCards + held.owed, 'I2');
  return { booked, held };
}

/** The books as the ledger has them, and where purses, cards, orders and meters say otherwise. */
const booksOf = ({ utility }: World) =>
  utility.options.store.read(async (tx) => {
    const { sums } = await tx.ledgerSums(0);
    const purses = await tx.pursesOf(utility.houses.map(({ svpmsn }) => svpmsn));
    const rows = {
      purses: await tx.cardPurses.page({ limit: 9 }),
      orders: await tx.cardOrders.page({ limit: 999 }),
      meters: await tx.offlineMeters.page({ limit: 9 }),
    };
    const checked = await checkBooks(sums, { purses: purses.filter((purse) => purse !== undefined), agents: [] });
    return { books: checked.books, findings: [...checked.findings, ...checkCards(sums, rows).findings] };
  });

/** All of the books say the same, and the same as the purses themselves. */
async function audited(world: World): Promise<void> {
  assert.deepEqual((await booksOf(world)).findings, []);
  assert.deepEqual((await audit(world.utility)).findings, []);
}

const totalsOf = async ({ utility }: World) => {
  const [totals] = await utility.host.cardBooks();
  assert.ok(totals !== undefined);
  return totals;
};

test('value of electricity goes from a card into the meter of its subscriber, and the books see it there once', async () => {
  const world = await open();
  const { house } = world;
  const before = await settled(world, house);
  await world.office.sell(CARD, Region.electricity, 90);
  await visit(world, house);
  assert.equal(purseOf(world.hand, Region.electricity).balance, 90, 'loading a card takes nothing from it');
  await visit(world, house);
  assert.equal(purseOf(world.hand, Region.electricity).balance, 0);
  const { booked, held } = await settled(world, house);
  assert.equal(held.fromCards, 90);
  assert.deepEqual([booked.fromCards, booked.stored], [90n, before.booked.stored]);
  assert.deepEqual([booked.valueInMeters, booked.spent], [BigInt(held.stored + held.out), BigInt(held.used)]);
  const { issued, onCards, handed, inMeters, arrived, spent, balanced } = await totalsOf(world);
  assert.deepEqual([issued, onCards, handed, inMeters, arrived, spent, balanced], [90n, 0n, 90n, 0n, 90n, 0n, true]);
  await audited(world);
  // The same is told again, over the line and by the card: nothing new.
  await visit(world, house);
  assert.equal((await settled(world, house)).booked.fromCards, 90n);
});

test('any meter of the utility takes it, once the host has brought a ticket, and a lost card gives back what is left', async () => {
  const world = await open();
  const [home, other] = world.utility.houses as [House, House];
  await world.office.sell(CARD, Region.electricity, 90);
  await visit(world, home);
  await visit(world, other);
  assert.equal(levelsOf(other.meter).fromCards, 0, 'it had no ticket');
  keyIn(world, other, '30');
  await visit(world, other);
  assert.deepEqual([levelsOf(other.meter).fromCards, levelsOf(home.meter).fromCards], [30, 0]);
  assert.equal((await settled(world, other)).booked.fromCards, 30n);
  keyIn(world, home, '25');
  await visit(world, home);
  await audited(world);
  const { onCards, arrived } = await totalsOf(world);
  assert.deepEqual([onCards, arrived], [35n, 55n]);
  // It is lost with 35 on it. Its tickets run out, and the next card has exactly that.
  const next = csn('04a1b2c3d4e5f7');
  await world.office.issue(next, 'house-1', [Region.electricity], 2);
  const orders = await world.office.lose(CARD, next, 31 * 86_400_000);
  assert.deepEqual(
    orders.map(({ amount }) => amount),
    [35],
  );
});

test('a card that is blocked is refused by the meter of its subscriber at once, and what is left on it is given back', async () => {
  const world = await open();
  const { house } = world;
  await world.office.sell(CARD, Region.electricity, 90);
  await visit(world, house);
  keyIn(world, house, '30');
  await visit(world, house);
  await settled(world, house);
  const next = csn('04a1b2c3d4e5f7');
  await world.office.issue(next, 'house-1', [Region.electricity], 2);
  assert.deepEqual(await world.office.lose(CARD, next, 0), [], 'the meter has not answered');
  await world.live(20 * SECOND_MS);
  await visit(world, house);
  assert.deepEqual([levelsOf(house.meter).fromCards, levelsOf(house.meter).epoch], [30, 1]);
  assert.equal(purseOf(world.hand, Region.electricity).balance, 60);
  const given = await world.office.recover(CARD);
  assert.deepEqual(
    given.map(({ amount }) => amount),
    [60],
  );
  await audited(world);
});

test('a card that is pulled at any command of a taking is in one place, and the books say in which', async () => {
  const world = await open();
  const { house } = world;
  let sold = 0;
  let pulls = 0;
  for (let at = 0; ; at++) {
    let reached = false;
    for (const fate of ['pulled-before', 'pulled-after'] as const) {
      sold += 10 + at;
      await world.office.sell(CARD, Region.electricity, 10 + at);
      await visit(world, house);
      world.at = (command) => {
        if (command !== at) return 'as-ever';
        reached = true;
        pulls += 1;
        return fate;
      };
      await visit(world, house);
      world.at = undefined;
    }
    if (!reached) break;
  }
  assert.ok(pulls > 25, `${pulls} pulls`);
  await visit(world, house);
  await visit(world, house);
  const { booked, held } = await settled(world, house);
  assert.deepEqual([held.fromCards, booked.fromCards], [sold, BigInt(sold)]);
  const { handed, arrived, onCards } = await totalsOf(world);
  assert.deepEqual([handed, arrived, onCards], [BigInt(sold), BigInt(sold), 0n]);
  await audited(world);
});

test('frames and messages lost, doubled and late, hosts and houses without power: it is booked exactly once', async () => {
  for (const seed of ['one', 'two', 'three']) {
    const frames = { 'frame-lost': 0.08, 'frame-doubled': 0.1, 'frame-replayed': 0.05, 'frame-delayed': 0.05 };
    const messages = { 'message-lost': 0.05, 'message-doubled': 0.1, 'message-delayed': 0.1, 'message-replayed': 0.05 };
    const hosts = { 'host-killed': 0.002, 'transaction-repeated': 0.05 };
    const random = seededRandom(seed);
    const none = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultRates;
    const faults = new Faults({ random: random.fork('faults'), rates: { ...none, ...frames, ...messages, ...hosts } });
    const world = await open({ seed, faults, hosts: 2, conditions: PERFECT_CONDITIONS });
    const { utility, house } = world;
    faults.active = true;
    let sold = 0;
    for (let round = 0; round < 10; round++) {
      sold += 40 + round;
      await world.office.sell(CARD, Region.electricity, 40 + round);
      for (let visits = 0; visits < 2; visits++) {
        world.insert();
        await world.live(random.below(60) * SECOND_MS);
        if (random.below(4) === 0) {
          utility.powerFails(house);
          await world.live(random.below(60) * SECOND_MS);
          world.pull();
          utility.powerReturns(house);
        } else world.pull();
        await world.live(random.below(10) * SECOND_MS);
      }
      const { books } = await booksOf(world);
      const booked = books.meters.find(({ svpmsn }) => svpmsn === house.svpmsn);
      const { credited, fromCards, owed, closed } = levelsOf(house.meter);
      assert.ok(booked !== undefined && books.balanced);
      // What the minute that runs has used so far is told before it is written.
      const used = credited + fromCards + owed - closed - balanceOf(house.meter);
      const ahead = booked.fromCards > BigInt(fromCards) || booked.spent > BigInt(used);
      assert.equal(ahead, false, `the books know no more than the meter, seed ${seed}, round ${round}`);
    }
    faults.active = false;
    await utility.hosts.heal();
    for (let i = 0; i < 12 && levelsOf(house.meter).fromCards < sold; i++) await visit(world, house, 2 * MINUTE_MS);
    await visit(world, house, 2 * MINUTE_MS);
    const { booked, held } = await settled(world, house);
    assert.deepEqual([held.fromCards, booked.fromCards], [sold, BigInt(sold)], seed);
    const { handed, arrived } = await totalsOf(world);
    assert.deepEqual([handed, arrived], [BigInt(sold), BigInt(sold)], seed);
    await audited(world);
  }
});

test('what a meter took while nobody could ask it comes by the card, and its line says nothing new after that', async () => {
  const world = await open();
  const { utility, house } = world;
  const [, other] = utility.houses as [House, House];
  await world.office.sell(CARD, Region.electricity, 90);
  await visit(world, house);
  (utility.transformers[house.localUnit] as { cut: boolean }).cut = true;
  keyIn(world, house, '60');
  await visit(world, house);
  const arrived = async () => (await totalsOf(world)).arrived;
  assert.deepEqual([levelsOf(house.meter).fromCards, await arrived()], [60, 0n]);
  // At a counter, or in any meter whose line is whole.
  (utility.transformers[house.localUnit] as { cut: boolean }).cut = false;
  await visit(world, other);
  assert.equal(await arrived(), 60n);
  assert.equal((await settled(world, house)).booked.fromCards, 60n);
  await audited(world);
});

test('a copy of a card is found when both have been spent', async () => {
  const world = await open();
  const [home, other] = world.utility.houses as [House, House];
  await world.office.sell(CARD, Region.electricity, 90);
  await visit(world, home);
  await visit(world, other);
  const original = world.hand;
  const copy = new CardInHand(original.memory.slice(), 9);
  keyIn(world, home, '30');
  await visit(world, home);
  world.hand = copy;
  keyIn(world, other, '70');
  await visit(world, other);
  // It is asked what it took in the next round, and says it in the one after that.
  await world.live(3 * MINUTE_MS);
  const freeze = (await world.office.booked(CARD, Region.electricity))?.freeze;
  assert.equal(freeze, 'debits-differ');
  const { arrived, handed, balanced } = await totalsOf(world);
  assert.deepEqual([levelsOf(home.meter).fromCards, levelsOf(other.meter).fromCards], [30, 70]);
  assert.deepEqual(
    [arrived, handed, balanced],
    [100n, 30n, false],
    `and ${svpmsnText(other.svpmsn)} has more than was sold`,
  );
});
