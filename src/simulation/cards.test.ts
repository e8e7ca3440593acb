import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purseOf } from '../card/bench.testing.ts';
import { PERFECT_CONDITIONS } from '../line/index.ts';
import { Region } from '../units/index.ts';
import { CARD, SECOND_MS, World } from './card-world.testing.ts';
import { FAULT_KINDS, type FaultRates, Faults } from './faults.ts';
import { seededRandom } from './random.ts';
import { MINUTE_MS } from './small-utility.testing.ts';

test('what was sold for a card is on it half a minute after it was put into a meter, at 1,200 bit/s', async () => {
  const world = await World.open();
  await world.office.sell(CARD, Region.gas, 250);
  await world.live(MINUTE_MS);
  world.insert();
  await world.live(30 * SECOND_MS);
  await world.loaded(250);
  assert.equal(world.house.meter.card?.balances.get(Region.gas), 250, 'and the display of the meter says so');
  await world.office.sell(CARD, Region.gas, 40);
  await world.live(30 * SECOND_MS);
  await world.loaded(290);
});

test('a card that is pulled at any of its commands, before it did what it was told or after, is loaded exactly once', async () => {
  const world = await World.open();
  let sold = 0;
  let pulls = 0;
  for (let at = 0; ; at++) {
    let reached = false;
    for (const fate of ['pulled-before', 'pulled-after'] as const) {
      sold += 10 + at;
      await world.office.sell(CARD, Region.gas, 10 + at);
      world.at = (command) => {
        if (command !== at) return 'as-ever';
        reached = true;
        pulls += 1;
        return fate;
      };
      world.insert();
      await world.live(40 * SECOND_MS);
      world.at = undefined;
      world.pull();
      world.insert();
      for (let i = 0; i < 6 && !(await world.isLoaded(sold)); i++) await world.live(20 * SECOND_MS);
      await world.loaded(sold, `command ${at}, ${fate}`);
      world.pull();
      await world.live(20 * SECOND_MS);
    }
    if (!reached) break;
  }
  assert.ok(pulls > 25, `${pulls} pulls`);
});

test('frames and messages lost, doubled, late and played again, hosts killed, the card in and out: exactly once', async () => {
  for (const seed of ['one', 'two', 'three']) {
    const rates = { 'frame-lost': 0.08, 'frame-doubled': 0.1, 'frame-replayed': 0.05, 'frame-delayed': 0.05 };
    const messages = {
      'message-lost': 0.05,
      'message-doubled': 0.1,
      'message-delayed': 0.05,
      'message-replayed': 0.05,
    };
    const hosts = { 'host-killed': 0.002, 'transaction-repeated': 0.05 };
    const random = seededRandom(seed);
    const none = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultRates;
    const faults = new Faults({ random: random.fork('faults'), rates: { ...none, ...rates, ...messages, ...hosts } });
    const world = await World.open({ seed, faults, hosts: 2, conditions: PERFECT_CONDITIONS });
    faults.active = true;
    let sold = 0;
    for (let round = 0; round < 8; round++) {
      sold += 100 + round;
      await world.office.sell(CARD, Region.gas, 100 + round);
      world.insert();
      await world.live(random.below(60) * SECOND_MS);
      world.pull();
      await world.live(random.below(10) * SECOND_MS);
    }
    faults.active = false;
    await world.utility.hosts.heal();
    for (const kind of ['frame-lost', 'frame-doubled', 'message-lost', 'message-doubled', 'host-killed'] as const) {
      assert.ok(faults.counts[kind] > 0, `${kind} with seed ${seed}`);
    }
    world.insert();
    for (let i = 0; i < 20 && !(await world.isLoaded(sold)); i++) await world.live(MINUTE_MS);
    await world.loaded(sold, seed);
  }
});

test('a card that is in a meter whose power fails is found in it, and loaded, when the power is back', async () => {
  const world = await World.open();
  world.insert();
  await world.live(20 * SECOND_MS);
  world.utility.powerFails(world.house);
  await world.office.sell(CARD, Region.gas, 250);
  await world.live(MINUTE_MS);
  assert.equal(purseOf(world.hand, Region.gas).loaded, 0);
  world.utility.powerReturns(world.house);
  await world.live(4 * MINUTE_MS);
  await world.loaded(250);
});

test('a card that was pulled in the dark is known to be gone, and nothing is asked of the slot any more', async () => {
  const world = await World.open();
  world.insert();
  await world.live(MINUTE_MS);
  const slots = () => world.utility.options.store.read((tx) => tx.cardSlots.page({ limit: 9 }));
  assert.equal((await slots()).length, 1);
  world.utility.powerFails(world.house);
  world.pull();
  await world.live(MINUTE_MS);
  world.utility.powerReturns(world.house);
  await world.live(15 * MINUTE_MS);
  assert.deepEqual(await slots(), []);
});
