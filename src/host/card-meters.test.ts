import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeUseRequest,
  EventKind,
  encodeEventAnswer,
  encodeUseAnswer,
  type Info,
  isRecordFailure,
  type UseAnswer,
} from '../records/index.ts';
import { type Csn, csn, Region, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { CardOffice } from './card-issue.testing.ts';
import { openRegion } from './card-lookup.ts';
import { lineRow, metersOfCard, takeCardsSaid } from './card-meters.ts';
import { lacksTicket, nextTicket } from './card-tickets.ts';
import { blockCard } from './cards.ts';
import { MemoryStore } from './index.ts';
import { cardKeys, made, Rig, UTILITY } from './rig.testing.ts';

const HOME = svpmsn(1);
const CARD = csn('04a1b2c3d4e5f6');
const PROVIDER = `${UTILITY}-${Region.electricity}`;
const MINUTE = 60_000;

const info: Info = {
  ...{ owed: tokens(0), flags: 0, tableVersion: 0, nextTableVersion: 0, policyVersion: 1, lastDay: 0, daysHeld: 0 },
  nextEvent: 1,
};

/** A meter with a line in which 1,000 tokens were stored, and a card of its subscriber with a ticket for it. */
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
    await rig.host.sell({ meter: HOME, amount: 1_000, orderId: 'a', source: 'cash' });
    await rig.settle();
    await office.found([Region.electricity]);
    await office.issue(CARD, 'kim', [Region.electricity]);
    rig.clock.ms += MINUTE;
    await world.ticket();
    return world;
  }

  /** The ticket that goes to a card next, where it is, taken by it at once. */
  ticket(route = svpmsn(0), id: Csn = CARD) {
    const { store, clock } = this.rig;
    return store.transaction(async (tx) => {
      const found = made(await openRegion(tx, { csn: id, region: Region.electricity }));
      const version = found.purse.ticketVersion;
      const ticket = await nextTicket(tx, { ...found, route, version, loads: false }, clock.now());
      if (ticket !== undefined) await tx.cardPurses.put([{ ...found.purse, ticketVersion: ticket.version }]);
      return ticket;
    });
  }

  lacks(route = svpmsn(0)): Promise<boolean> {
    const { store, clock } = this.rig;
    return store.read(async (tx) => {
      const found = made(await openRegion(tx, { csn: CARD, region: Region.electricity }));
      return lacksTicket(tx, { ...found, route, version: found.purse.ticketVersion, loads: false }, clock.now());
    });
  }

  /** @param ago ms since the meter said so */
  use(
    balance: number,
    { ago = 0, nextEvent = 1, ...more }: Partial<UseAnswer> & { ago?: number; nextEvent?: number } = {},
  ) {
    const clock = unixSeconds(Math.floor((this.rig.clock.ms - ago) / 1000));
    const head = { result: 0 as const, balance: tokens(balance), clock };
    const nothing = { totals: [], modeTable: null, policy: null, profiles: [] };
    return encodeUseAnswer({ head, info: { ...info, nextEvent }, ...nothing, ...more });
  }

  events(...kinds: readonly (readonly [EventKind, value: number, detail: number])[]) {
    const clock = unixSeconds(Math.floor(this.rig.clock.ms / 1000));
    const head = { result: 0 as const, balance: tokens(0), clock };
    const next = kinds.length + 1;
    const list = kinds.map(
      ([kind, value, detail], i) => ({ sequence: i + 1, time: clock, kind, supply: 0, detail, value }) as const,
    );
    return encodeEventAnswer({ head, oldest: 1, next, events: list });
  }

  async books() {
    const books = await this.rig.host.books();
    assert.equal(books.balanced, true);
    return [books.fromCards, books.spent, books.valueInMeters];
  }

  /** What the host asks the local unit to bring, once a round. */
  asked() {
    this.rig.clock.ms += 3_600_000;
    return this.rig.told.splice(0).flatMap((message) => {
      if (message.type !== 'collect' || message.use.length === 0) return [];
      const request = decodeUseRequest(message.use);
      assert.ok(!isRecordFailure(request));
      return [request];
    });
  }
}

const cards = (fromCards: number, epoch = 0) => ({ cards: { fromCards: tokens(fromCards), epoch } });

test('what a meter says that it took from cards is booked once, however often and late it is said', async () => {
  const world = await World.open();
  const { rig } = world;
  const late = world.use(1_300, cards(300));
  await rig.poll(HOME, { use: world.use(1_290, cards(300)) });
  assert.deepEqual(await world.books(), [300n, 10n, 1_290n]);
  for (const use of [late, late]) await rig.poll(HOME, { use });
  assert.deepEqual(await world.books(), [300n, 10n, 1_290n]);
  rig.clock.ms += MINUTE;
  await rig.poll(HOME, { use: world.use(1_480, cards(500)) });
  assert.deepEqual(await world.books(), [500n, 20n, 1_480n]);
  const statement = await rig.store.read((tx) => tx.postings({ limit: 50 }));
  assert.equal(statement.filter(({ kind }) => kind === 'from-card').length, 2);
});

test('a balance from before the card was in does not count what came from it as spent', async () => {
  const world = await World.open();
  const { rig } = world;
  rig.clock.ms += MINUTE;
  await rig.poll(HOME, { use: world.use(1_300, cards(300)) });
  assert.deepEqual(await world.books(), [300n, 0n, 1_300n]);
  await rig.poll(HOME, { use: world.use(1_000, { ago: 30_000 }) });
  await rig.poll(HOME, { use: world.use(1_000, { ago: 30_000, ...cards(0) }) });
  assert.deepEqual(await world.books(), [300n, 0n, 1_300n]);
  rig.clock.ms += MINUTE;
  await rig.poll(HOME, { use: world.use(1_290) });
  assert.deepEqual(await world.books(), [300n, 10n, 1_290n]);
});

test('a sum that fell is for a person to look into, and spends nothing', async () => {
  const world = await World.open();
  const { rig } = world;
  await rig.poll(HOME, { use: world.use(1_300, cards(300)) });
  rig.clock.ms += MINUTE;
  await rig.poll(HOME, { use: world.use(1_000, cards(0)) });
  assert.deepEqual(await world.books(), [300n, 0n, 1_300n]);
  const row = await rig.store.read((tx) => lineRow(tx, HOME));
  assert.equal(row?.doubt, 'counts-behind');
});

test('a meter that says value came from a card is asked for the sum until it says it, and no receipts are asked for', async () => {
  const world = await World.open();
  const { rig } = world;
  assert.deepEqual(world.asked(), [], 'nothing before it was heard');
  await rig.poll(HOME, { use: world.use(1_000, cards(0)) });
  assert.deepEqual(world.asked(), []);
  const credited = [EventKind.cardCredited, 300, 1] as const;
  await rig.poll(HOME, { use: world.use(1_300, { nextEvent: 2 }), events: world.events(credited) });
  for (let round = 0; round < 2; round++) {
    const [request, ...others] = world.asked();
    assert.deepEqual([request?.cards, request?.totals, others], [true, false, []]);
    await rig.poll(HOME, { use: world.use(1_280, { nextEvent: 2 }) });
  }
  assert.equal(made(await rig.host.meter(HOME)).purse.queryWanted, false, 'a card explains what the books lack');
  assert.deepEqual(await world.books(), [0n, 0n, 1_000n]);
  world.asked();
  // What it said before that event is not the answer.
  await rig.poll(HOME, { use: world.use(1_000, { nextEvent: 1, ago: 2 * 3_600_000, ...cards(0) }) });
  assert.equal(world.asked()[0]?.cards, true);
  await rig.poll(HOME, { use: world.use(1_270, { nextEvent: 2, ...cards(300) }) });
  assert.deepEqual(await world.books(), [300n, 30n, 1_270n]);
  assert.deepEqual(world.asked(), []);
});

test('a ticket is good at the meter whose key it names, of its subscriber or the one that the card is in', async () => {
  const world = await World.open();
  const { rig } = world;
  const [ticket] = await rig.store.read((tx) => tx.cardTickets.where('purse', `${CARD}-${Region.electricity}`));
  assert.deepEqual([ticket?.meter, ticket?.n], [HOME, 0x20]);
  assert.equal(await world.lacks(), false);
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  const other = svpmsn(2);
  await rig.enrol(other, { subscriber: 'lee', modemAddress: 9 });
  assert.equal(await world.lacks(), false, 'it is not in that one');
  assert.equal(await world.lacks(other), true);
  assert.equal((await world.ticket(other))?.meter, other);
  assert.equal(await world.lacks(other), false);
});

test('no ticket is issued for a meter to which no value goes, or whose keys seal none', async () => {
  const world = await World.open();
  const { store, clock } = world.rig;
  const meters = () =>
    store.read(async (tx) => {
      const { provider } = made(await openRegion(tx, { csn: CARD, region: Region.electricity }));
      return metersOfCard(tx, { subscriber: 'kim', provider, route: svpmsn(0) }, clock.now());
    });
  assert.deepEqual(
    (await meters()).map(({ id }) => id),
    ['000001'],
  );
  for (const change of [{ state: 'closed' }, { freeze: 'meter-behind-host' }] as const) {
    const [purse] = await store.read((tx) => tx.pursesOf([HOME]));
    assert.ok(purse !== undefined);
    await store.transaction((tx) => tx.putPurse({ ...purse, ...change }));
    assert.deepEqual(await meters(), []);
    await store.transaction((tx) => tx.putPurse(purse));
  }
  const [meter] = await store.read((tx) => tx.metersOf([HOME]));
  assert.ok(meter !== undefined);
  await store.transaction((tx) => tx.putMeter({ ...meter, suite: 1 }));
  assert.deepEqual(await meters(), []);
});

test('a card that has been in more meters than it keeps tickets for gets another one where it is, and rests then', async () => {
  const world = await World.open();
  const { rig } = world;
  const visited = Array.from({ length: 8 }, (_, i) => svpmsn(2 + i));
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  for (const [i, id] of visited.entries()) {
    await rig.enrol(id, { subscriber: 'lee', modemAddress: 10 + i });
    assert.equal((await world.ticket(id))?.meter, id);
  }
  assert.equal(await world.lacks(), false, 'its own has had one');
  assert.equal(await world.lacks(HOME), true, 'which the ninth took the place of');
  assert.equal((await world.ticket(HOME))?.meter, HOME);
  assert.equal(await world.lacks(HOME), false);
});

test('a blocked card raises the epoch of a meter with a line, and a told epoch no more than a lie may', async () => {
  const world = await World.open();
  const { rig } = world;
  const { store, clock } = rig;
  await store.transaction(async (tx) => made(await blockCard(tx, { csn: CARD, state: 'lost' }, clock.now())));
  const epoch = async () => (await store.read((tx) => lineRow(tx, HOME)))?.epoch;
  assert.equal(await epoch(), 1);
  const said = { fromCards: 0, at: clock.now(), isYounger: true, isAfterEvents: true };
  await store.transaction((tx) => takeCardsSaid(tx, HOME, { ...said, epoch: 1_001 }, clock.now()));
  assert.equal(await epoch(), 1_001);
  await store.transaction((tx) => takeCardsSaid(tx, HOME, { ...said, epoch: 0xffff_ffff }, clock.now()));
  assert.equal(await epoch(), 0xff_ffff);
  assert.equal((await store.read((tx) => lineRow(tx, HOME)))?.provider, PROVIDER);
});

test('value of another subscriber is written down at the card that gave it and the meter that took it, once', async () => {
  const world = await World.open();
  const { rig } = world;
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  const other = svpmsn(2);
  await rig.enrol(other, { subscriber: 'lee', modemAddress: 9 });
  await world.ticket(other);
  const inserted = [
    EventKind.cardInserted,
    Number.parseInt(CARD.slice(6), 16),
    Number.parseInt(CARD.slice(2, 6), 16),
  ] as const;
  const events = world.events(inserted, [EventKind.cardCredited, 40, 1]);
  for (let times = 0; times < 2; times++) await rig.poll(other, { use: world.use(40, { nextEvent: 3 }), events });
  const row = await rig.store.read((tx) => lineRow(tx, other));
  const purse = await world.office.booked(CARD, Region.electricity);
  assert.deepEqual([row?.fromOthers, purse?.toOthers], [40n, 40n]);
  // In the meter of its own subscriber nothing is.
  await rig.poll(HOME, { use: world.use(1_040, { nextEvent: 3 }), events });
  assert.equal((await rig.store.read((tx) => lineRow(tx, HOME)))?.fromOthers, 0n);
});
