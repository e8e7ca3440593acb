import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CardInHand, purseOf } from '../card/bench.testing.ts';
import { ATRS } from '../card/contact/card.testing.ts';
import type { CardChip } from '../card/index.ts';
import { Suite } from '../crypto/index.ts';
import { CardOffice } from '../host/card-issue.testing.ts';
import { MemoryStore } from '../host/index.ts';
import { PERFECT_CONDITIONS } from '../line/index.ts';
import { csn, Region } from '../units/index.ts';
import { FAULT_KINDS, type FaultRates, Faults } from './faults.ts';
import type { House, Utility, UtilityOptions } from './index.ts';
import { drawKeys } from './keys.ts';
import { seededRandom } from './random.ts';
import { BEGINS_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

const CARD = csn('04a1b2c3d4e5f6');
const SECOND_MS = 1_000;

/** Two houses on one line, and a card of gas for the first, all the way from the books to its contacts. */
class World {
  readonly utility: Utility;
  readonly office: CardOffice;
  readonly hand: CardInHand;
  /** Commands that the card was given since it was put in, and what is to happen at one of them. */
  commands = 0;
  at: ((command: number) => 'as-ever' | 'pulled-before' | 'pulled-after') | undefined;

  private constructor(utility: Utility, office: CardOffice, hand: CardInHand) {
    this.utility = utility;
    this.office = office;
    this.hand = hand;
  }

  static async open(options: Partial<UtilityOptions> = {}): Promise<World> {
    const store = new MemoryStore();
    const keys = drawKeys(Suite.aes128, seededRandom('keys'));
    const utility = await openSmall({
      ...{ store, keys, meters: 2, localUnits: 1, outages: false, roundMs: 10 * MINUTE_MS },
      firstSale: { from: 50_000, to: 60_000 },
      ...options,
    });
    utility.closeTheTills();
    const office = new CardOffice({ store, keys, utility: 1, now: () => utility.time.now });
    await office.found([Region.gas]);
    const world = new World(utility, office, await office.issue(CARD, 'house-1', [Region.gas]));
    await utility.runUntil(BEGINS_MS + 3 * MINUTE_MS);
    return world;
  }

  get house(): House {
    return this.utility.houses[0] as House;
  }

  readonly #chip: CardChip = {
    atr: ATRS.t1,
    begin: () => {
      this.hand.pull();
      this.commands = 0;
      return (command) => {
        const fate = this.at?.(this.commands++) ?? 'as-ever';
        const response = fate === 'pulled-before' ? new Uint8Array() : this.hand.send(command);
        if (fate !== 'as-ever') this.pull();
        return response;
      };
    },
  };

  insert(): void {
    this.house.insertCard(this.#chip, this.utility.time.now);
  }

  pull(): void {
    this.house.removeCard(this.utility.time.now);
  }

  live(ms: number): Promise<void> {
    return this.utility.runUntil(this.utility.time.now + ms);
  }

  /** Loaded on the card is what the books say, and nothing is on its way. */
  async loaded(amount: number, why = ''): Promise<void> {
    const books = await this.office.booked(CARD, Region.gas);
    const { loaded, balance, loadCounter } = purseOf(this.hand, Region.gas);
    assert.deepEqual([loaded, balance], [amount, amount], why);
    assert.deepEqual([books?.credited, books?.lastCounter], [BigInt(amount), loadCounter], why);
    assert.equal(books?.outstanding, undefined, why);
  }

  async isLoaded(amount: number): Promise<boolean> {
    return (await this.office.booked(CARD, Region.gas))?.credited === BigInt(amount);
  }
}

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
