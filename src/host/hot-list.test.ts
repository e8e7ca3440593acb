import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { decodeHotList } from '../records/index.ts';
import { type Csn, csn, Region, type Svpmsn, svpmsn } from '../units/index.ts';
import { CardOffice } from './card-issue.testing.ts';
import { openRegion } from './card-lookup.ts';
import { recoveriesOf } from './card-recovery.ts';
import { exposureOf, exposureOfProvider, nextTicket } from './card-tickets.ts';
import { blockCard } from './cards.ts';
import { MemoryStore } from './index.ts';
import { cardKeys, made, Rig, UTILITY } from './rig.testing.ts';

const HOME = svpmsn(1);
const OTHER = svpmsn(2);
const GAS_METER = svpmsn(0x0a1b2d);
const CARD = csn('04a1b2c3d4e5f6');
const NEXT_CARD = csn('04a1b2c3d4e5f7');
const PROVIDER = `${UTILITY}-${Region.electricity}`;
const DAY = 86_400_000;

/** Kim has a meter with a line and one of gas without, and a card with a ticket for each; Lee has a meter too. */
class World {
  readonly rig = new Rig(new MemoryStore());
  readonly office: CardOffice;

  private constructor() {
    const { store, clock } = this.rig;
    this.office = new CardOffice({ store, keys: cardKeys, utility: UTILITY, now: () => clock.now() });
  }

  static async open(): Promise<World> {
    const world = new World();
    const { rig, office } = world;
    await rig.enrol(HOME);
    await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
    await rig.enrol(OTHER, { subscriber: 'lee', modemAddress: 9 });
    await rig.settle();
    await office.found([Region.electricity, Region.gas]);
    await office.enrolOffline(GAS_METER, 'kim', Region.gas);
    await office.issue(CARD, 'kim', [Region.electricity, Region.gas]);
    rig.clock.ms += 60_000;
    await world.ticket(Region.electricity, HOME);
    await world.ticket(Region.gas);
    return world;
  }

  ticket(region: Region, route: Svpmsn = svpmsn(0), id: Csn = CARD) {
    const { store, clock } = this.rig;
    return store.transaction(async (tx) => {
      const found = made(await openRegion(tx, { csn: id, region }));
      const version = found.purse.ticketVersion;
      const ticket = await nextTicket(tx, { ...found, route, version, loads: false }, clock.now());
      if (ticket !== undefined) await tx.cardPurses.put([{ ...found.purse, ticketVersion: ticket.version }]);
      return ticket;
    });
  }

  block(id: Csn = CARD) {
    const { store, clock } = this.rig;
    return store.transaction(async (tx) => made(await blockCard(tx, { csn: id, state: 'blocked' }, clock.now())));
  }

  /** Electricity that was loaded, of which the card last told so much to have handed over. */
  async loaded(credited: bigint, handed = 0n) {
    const { store, clock } = this.rig;
    await store.transaction(async (tx) => {
      const found = made(await openRegion(tx, { csn: CARD, region: Region.electricity }));
      await tx.cardPurses.put([{ ...found.purse, credited, handed, debited: handed, toldAt: clock.now() }]);
    });
  }

  async row(id: Svpmsn = HOME) {
    const row = await this.rig.host.offlineMeter(id.toString(16).padStart(6, '0'));
    return made(row);
  }

  /** Of electricity: by the card, and by its provider. */
  exposure() {
    const { store, clock } = this.rig;
    return store.read(async (tx) => {
      const [purse] = await tx.cardPurses.of([`${CARD}-${Region.electricity}`]);
      assert.ok(purse !== undefined);
      const { exposure } = await exposureOf(tx, purse, clock.now());
      assert.equal((await exposureOfProvider(tx, PROVIDER, clock.now())).exposure, exposure);
      return exposure;
    });
  }

  async recovery() {
    const { store, clock } = this.rig;
    const [electricity] = made(await store.read((tx) => recoveriesOf(tx, CARD, clock.now())));
    return [electricity?.now, electricity?.later];
  }

  /** The epochs that a meter was sent, in order. */
  sent(id: Svpmsn = HOME) {
    const meter = this.rig.meters.get(id);
    return meter?.controlled.filter(({ h }) => h === Command.hotList).map(({ body }) => decodeHotList(body));
  }
}

test('a card that is blocked is told at once to each meter with a line that it has a ticket for, and to no other', async () => {
  const world = await World.open();
  await world.block();
  assert.deepEqual(world.sent(), []);
  await world.rig.settle();
  assert.deepEqual([world.sent(), world.sent(OTHER)], [[{ epoch: 1 }], []]);
  const [home, gas] = [await world.row(), await world.row(GAS_METER)];
  assert.deepEqual([home.epoch, home.epochThere], [1, 1]);
  assert.deepEqual([gas.epoch, gas.epochThere], [1, 0]);
  const [command] = (await world.rig.host.commands(HOME)).filter(({ slot }) => slot === 'hot-list');
  assert.deepEqual([command?.state, command?.version], ['done', 1]);
  // Blocked again it is as it was.
  await world.block();
  await world.rig.settle();
  assert.equal(world.sent()?.length, 1);
});

test('with the answer what the meter took is booked, nothing is exposed there, and what is left is given back', async () => {
  const world = await World.open();
  const { rig } = world;
  await world.loaded(90n);
  const meter = rig.meters.get(HOME);
  assert.ok(meter !== undefined);
  // Thirty of it went into the meter, which nobody has told yet.
  meter.cards.fromCards = 30;
  rig.clock.ms += 1_000;
  await world.block();
  assert.deepEqual([await world.exposure(), await world.recovery()], [100n, [0n, 90n]]);
  await rig.settle();
  assert.equal((await world.row()).fromCards, 30n);
  assert.deepEqual([await world.exposure(), await world.recovery()], [0n, [60n, 0n]]);
  assert.equal((await rig.host.books()).balanced, true);
});

test('what the card had told to have handed over before is not held against it twice', async () => {
  const world = await World.open();
  const { rig } = world;
  await world.loaded(90n, 30n);
  const meter = rig.meters.get(HOME);
  assert.ok(meter !== undefined);
  meter.cards.fromCards = 30;
  rig.clock.ms += 1_000;
  await world.block();
  await rig.settle();
  assert.deepEqual(await world.recovery(), [60n, 0n]);
});

test('a meter of another subscriber refuses the card at once as well, and its ticket counts until it expires', async () => {
  const world = await World.open();
  await world.loaded(90n);
  assert.equal((await world.ticket(Region.electricity, OTHER))?.meter, OTHER);
  world.rig.clock.ms += 1_000;
  await world.block();
  await world.rig.settle();
  assert.deepEqual([world.sent(), world.sent(OTHER)], [[{ epoch: 1 }], [{ epoch: 1 }]]);
  assert.equal((await world.row(OTHER)).epochThere, 1);
  assert.deepEqual([await world.exposure(), await world.recovery()], [100n, [0n, 90n]]);
  world.rig.clock.ms += 31 * DAY;
  assert.deepEqual([await world.exposure(), await world.recovery()], [0n, [90n, 0n]]);
});

test('a meter that has the epoch, or a later one, has done what was asked for, and the next epoch is above it', async () => {
  for (const held of [1, 7]) {
    const world = await World.open();
    const meter = world.rig.meters.get(HOME);
    assert.ok(meter !== undefined);
    meter.cards.epoch = held;
    await world.block();
    await world.rig.settle();
    const [command] = (await world.rig.host.commands(HOME)).filter(({ slot }) => slot === 'hot-list');
    assert.deepEqual([world.sent()?.length, command?.state], [1, 'done']);
    const row = await world.row();
    assert.deepEqual([row.epoch, row.epochThere], [held, 1]);
    await world.office.issue(NEXT_CARD, 'kim', [Region.electricity], 2);
    assert.equal((await world.ticket(Region.electricity, HOME, NEXT_CARD))?.epoch, held);
    await world.block(NEXT_CARD);
    await world.rig.settle();
    assert.deepEqual([world.sent()?.at(-1), (await world.row()).epochThere], [{ epoch: held + 1 }, held + 1]);
  }
});

test('of two cards that are blocked before the meter answers the later epoch alone is sent', async () => {
  const world = await World.open();
  await world.office.issue(NEXT_CARD, 'kim', [Region.electricity], 2);
  await world.ticket(Region.electricity, HOME, NEXT_CARD);
  await world.block();
  await world.block(NEXT_CARD);
  await world.rig.settle();
  assert.deepEqual(world.sent(), [{ epoch: 2 }]);
});

test('a meter whose value is frozen has not heard it, and what its tickets let it take stays exposed', async () => {
  const world = await World.open();
  const meter = world.rig.meters.get(HOME);
  assert.ok(meter !== undefined);
  meter.frozen = true;
  await world.block();
  await world.rig.settle();
  const [command] = (await world.rig.host.commands(HOME)).filter(({ slot }) => slot === 'hot-list');
  assert.deepEqual([command?.state, (await world.row()).epochThere, await world.exposure()], ['refused', 0, 100n]);
});
