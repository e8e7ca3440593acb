import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackhaulMessage } from '../backhaul/index.ts';
import { type CardInHand, purseOf } from '../card/bench.testing.ts';
import { decodeLoadResponse, loadCommand, selectPurse } from '../card/index.ts';
import { Command, decodeFrame, type Frame, Message, Refusal, refusalFrame } from '../exchange/index.ts';
import {
  EventKind,
  type EventRecord,
  encodeEventAnswer,
  encodeMonitoringStatus,
  MeterFlag,
  RelayAction,
} from '../records/index.ts';
import { type Csn, csn, Region, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { CardOffice } from './card-issue.testing.ts';
import { blockCard } from './cards.ts';
import { ExchangeLog, exchangeView, MemoryStore } from './index.ts';
import { cardKeys, made, Rig, UTILITY } from './rig.testing.ts';

const METER = svpmsn(1);
const CARD = csn('04a1b2c3d4e5f6');
const OTHER = csn('04a1b2c3d4e5f7');
const REGIONS = [Region.gas, Region.water] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What the slot of the meter does with a frame for the card in it; `undefined` where it says nothing. */
type Slot = (frame: Frame) => Uint8Array | undefined;

/** A host, a meter with a slot on its line, and cards that it has issued: gas and water are its own. */
class World {
  readonly rig: Rig;
  readonly log: ExchangeLog;
  readonly office: CardOffice;
  readonly hands = new Map<Csn, CardInHand>();
  /** H of every M1 that came to the meter. */
  readonly begun: number[] = [];
  /** The card in the slot. */
  hand: CardInHand | undefined;
  slot: Slot = (frame) => this.pass(frame);
  flagged = false;
  #events: EventRecord[] = [];

  private constructor(rig: Rig, log: ExchangeLog) {
    this.rig = rig;
    this.log = log;
    const { store, clock } = rig;
    this.office = new CardOffice({ store, keys: cardKeys, utility: UTILITY, now: () => clock.now() });
  }

  static async open(): Promise<World> {
    const log = new ExchangeLog();
    const world = new World(new Rig(new MemoryStore(), { exchanges: log }), log);
    const { rig } = world;
    const meter = await rig.enrol(METER);
    const receive = meter.receive.bind(meter);
    meter.receive = (bytes, now) => {
      const frame = decodeFrame(bytes);
      assert.ok(!('reason' in frame));
      if (frame.message === Message.first) world.begun.push(frame.h);
      if (frame.h !== Command.addedValue) return receive(bytes, now);
      const said = world.slot(frame);
      return said === undefined ? [] : [said];
    };
    await world.office.found(REGIONS);
    for (const id of [CARD, OTHER]) world.hands.set(id, await world.office.issue(id, 'kim', REGIONS));
    return world;
  }

  sell(amount: number, region: Region = Region.gas, id = CARD) {
    return this.office.sell(id, region, amount);
  }

  /** The meter tells of the card in a poll. */
  async insert(id: Csn = CARD): Promise<void> {
    this.hand = this.hands.get(id) as CardInHand;
    this.hand.pull();
    this.flagged = true;
    await this.#tell(EventKind.cardInserted, id);
  }

  async remove(id: Csn = CARD): Promise<void> {
    this.hand = undefined;
    this.flagged = false;
    await this.#tell(EventKind.cardRemoved, id);
  }

  async #tell(kind: EventKind, id: Csn): Promise<void> {
    const number = { detail: Number.parseInt(id.slice(2, 6), 16), value: Number.parseInt(id.slice(6), 16) };
    const time = unixSeconds(Math.floor(this.rig.clock.ms / 1000));
    this.#events.push({ sequence: this.#events.length + 1, time, kind, supply: 0, ...number });
    await this.poll();
  }

  /** Status, and all events that it has. */
  async poll(): Promise<void> {
    this.rig.clock.ms += 1_000;
    const clock = unixSeconds(Math.floor(this.rig.clock.ms / 1000));
    const next = this.#events.length + 1;
    const status = encodeMonitoringStatus({
      ...{ clock, balance: tokens(0), owed: tokens(0), tableVersion: 0, nextEvent: next, lastDay: 0 },
      flags: this.flagged ? MeterFlag.cardInserted : 0,
    });
    const head = { result: 0 as const, balance: tokens(0), clock };
    const events = encodeEventAnswer({ head, oldest: 1, next, events: this.#events });
    await this.rig.poll(METER, { status, events });
  }

  /** As a meter passes it, with a card that answers at once. */
  pass(frame: Frame): Uint8Array {
    if (this.hand === undefined) return refusalFrame(frame, Refusal.cardAbsent);
    if (frame.message === Message.first) this.hand.send(selectPurse());
    const answer = decodeLoadResponse(this.hand.send(loadCommand(frame.bytes) as Uint8Array));
    if ('frame' in answer) return answer.frame;
    return refusalFrame(frame, frame.message === Message.third ? Refusal.sessionUnknown : Refusal.cardRefused);
  }

  onCard = (region: Region = Region.gas, id = CARD) => purseOf(this.hands.get(id) as CardInHand, region);
  row = () => this.rig.store.read(async (tx) => (await tx.cardSlots.of([String(METER)]))[0]);
  work = () => this.rig.store.read(async (tx) => (await tx.workOf([METER]))[0]);

  /** Time passes, whatever there is to do. */
  async live(ms: number, stepMs = 1_000): Promise<void> {
    for (const until = this.rig.clock.ms + ms; this.rig.clock.ms < until; ) {
      this.rig.clock.ms += stepMs;
      await this.rig.host.handle({ type: 'tick' });
      await this.rig.pump();
    }
  }

  async loaded(amount: number, region: Region = Region.gas, id = CARD): Promise<void> {
    const [books, card] = [await this.office.booked(id, region), this.onCard(region, id)];
    assert.deepEqual([books?.credited, card.loaded, card.balance], [BigInt(amount), amount, amount]);
    assert.deepEqual([books?.lastCounter, books?.outstanding], [card.loadCounter, undefined]);
  }
}

test('what waits for a card is loaded through the meter that it is put into, and booked', async () => {
  const world = await World.open();
  await world.sell(250);
  await world.live(MINUTE);
  assert.deepEqual(world.begun, [], 'a card that is nowhere is not asked for');
  await world.insert();
  await world.rig.pump();
  await world.loaded(250);
  assert.deepEqual(world.begun, [Command.addedValue]);
  assert.equal(await world.work(), undefined);
});

test('what is sold for a card that is in a meter is loaded at once, and one after the other', async () => {
  const world = await World.open();
  await world.insert();
  await world.live(MINUTE);
  assert.deepEqual(world.begun, [], 'with nothing to do for it a card is left alone');
  await world.sell(250);
  await world.sell(50);
  await world.sell(7, Region.water);
  await world.live(5_000);
  await world.loaded(300);
  await world.loaded(7, Region.water);
  assert.equal(world.begun.length, 3);
});

test('the meter’s own value goes first, then the card, then commands', async () => {
  const world = await World.open();
  await world.insert();
  const sell = (orderId: string) => world.rig.host.sell({ meter: METER, amount: 5, orderId, source: 'cash' });
  // Under way while the rest comes.
  await sell('first');
  made(await world.rig.host.command(METER, { type: 'relay', supply: 1, action: RelayAction.open }));
  await world.sell(250);
  await sell('second');
  await world.rig.settle();
  const { valueStore, addedValue, relay } = Command;
  assert.deepEqual(world.begun, [valueStore, valueStore, addedValue, relay]);
  await world.loaded(250);
});

test('whoever looks on sees a load message by message, what each proves, and why one did not come to its end', async () => {
  const world = await World.open();
  await world.insert();
  await world.sell(250);
  world.slot = (frame) => refusalFrame(frame, Refusal.cardAbsent);
  await world.live(2_000);
  world.slot = (frame) => world.pass(frame);
  await world.insert();
  await world.live(2_000);
  const [loaded, refused] = world.log.of({ svpmsn: METER, limit: 9 }).map(exchangeView);
  assert.deepEqual(refused?.exchange.outcome, { name: 'refused', reason: 'card-absent' });
  assert.deepEqual(loaded?.exchange.outcome, { name: 'answered', result: 0 });
  assert.equal(loaded.command, 'addedValue');
  const covers = 'frames-before-unchanged';
  assert.deepEqual(
    loaded.passes.map(({ message, proves, knows }) => [message, proves.join(' '), knows.join(' ')]),
    [
      ['first', 'fresh-nonce', 'command-asked'],
      ['second', `fresh-nonce meter-knows-key status-sealed ${covers}`, 'meter-genuine last-transaction'],
      ['third', `host-knows-key amount-sealed ${covers}`, 'host-genuine transaction'],
      ['fourth', `receipt-sealed ${covers}`, 'receipt balance'],
    ],
  );
});

test('a card that is not there is not asked for again, until the meter tells of one', async () => {
  const world = await World.open();
  await world.insert();
  world.hand = undefined;
  await world.sell(250);
  await world.live(2 * HOUR, 10_000);
  assert.deepEqual(world.begun, [Command.addedValue]);
  assert.equal(await world.work(), undefined);
  // Whoever said so on the line may have been anybody: the meter itself says under its key that one is in it.
  await world.poll();
  await world.live(HOUR, 10_000);
  assert.equal(world.begun.length, 2, 'once for each word of the meter');
  await world.insert();
  await world.rig.pump();
  await world.loaded(250);
});

test('a card that was pulled is known to be gone by the event, and by the flag where there was no event', async () => {
  for (const byEvent of [true, false]) {
    const world = await World.open();
    await world.insert();
    assert.equal((await world.row())?.tail, CARD.slice(2));
    if (byEvent) await world.remove();
    else {
      world.flagged = false;
      await world.poll();
    }
    assert.equal(await world.row(), undefined);
    await world.sell(250);
    await world.live(MINUTE);
    assert.deepEqual(world.begun, []);
  }
});

test('a card that does not come to an end puts off nothing else of its meter, and is asked less and less', async () => {
  for (const refusal of [Refusal.cardWorks, Refusal.cardRefused, Refusal.sessionUnknown]) {
    const world = await World.open();
    world.slot = (frame) => refusalFrame(frame, refusal);
    await world.insert();
    await world.sell(250);
    await world.live(MINUTE);
    const begun = world.begun.length;
    assert.ok(begun >= 4 && begun <= 7, `${begun} in a minute`);
    await world.rig.host.sell({ meter: METER, amount: 5, orderId: 'own', source: 'cash' });
    await world.live(2_000);
    assert.equal(
      ((await world.rig.host.order('own')) as { state?: string }).state,
      'stored',
      'the meter is at once served',
    );
    await world.live(4 * HOUR, 5_000);
    assert.equal(world.begun.filter((h) => h === Command.addedValue).length, 12, 'and then it is left alone');
    world.slot = (frame) => world.pass(frame);
    await world.poll();
    await world.live(5_000);
    await world.loaded(250);
  }
});

test('a meter that is silent is asked as seldom for its card as for anything', async () => {
  const world = await World.open();
  world.slot = () => undefined;
  await world.insert();
  await world.sell(250);
  await world.live(HOUR, 5_000);
  assert.ok(world.begun.length < 45, `${world.begun.length} tries`);
  world.slot = (frame) => world.pass(frame);
  await world.live(5 * MINUTE, 5_000);
  await world.loaded(250);
});

test('a region that does not go keeps no other of the card from going', async () => {
  const world = await World.open();
  world.slot = (frame) => {
    const said = world.pass(frame);
    return frame.body[23] === Region.gas ? refusalFrame(frame, Refusal.cardRefused) : said;
  };
  await world.sell(250);
  await world.sell(7, Region.water);
  await world.insert();
  await world.live(MINUTE);
  await world.loaded(7, Region.water);
  assert.equal(world.onCard().balance, 0);
});

test('to a card that is blocked nothing goes, not even where M1 had left', async () => {
  const block = (world: World) =>
    world.rig.store.transaction(async (tx) =>
      made(await blockCard(tx, { csn: CARD, state: 'blocked' }, world.rig.clock.now())),
    );
  const before = await World.open();
  await before.sell(250);
  await block(before);
  await before.insert();
  await before.live(MINUTE);
  assert.deepEqual(before.begun, []);

  const between = await World.open();
  await between.sell(250);
  let thirds = 0;
  between.slot = (frame) => {
    if (frame.message === Message.third) thirds += 1;
    return between.pass(frame);
  };
  const { rig } = between;
  const send = rig.send.bind(rig);
  let held: [number, BackhaulMessage] | undefined;
  rig.send = (unit, message) => {
    if (message.type === 'carry') held = [unit, message];
  };
  await between.insert();
  await block(between);
  rig.send = send;
  assert.ok(held !== undefined, 'M1 is on its way');
  rig.send(...held);
  await rig.pump();
  await between.live(MINUTE);
  assert.equal(thirds, 0);
  assert.equal(between.onCard().balance, 0);
  assert.equal(await between.work(), undefined);
});

test('a host that begins anew knows which card is in which meter, and what waits for it', async () => {
  const world = await World.open();
  await world.insert();
  // Whatever the first host had sent is lost with it.
  world.rig.send = () => undefined;
  await world.sell(250);
  await world.rig.host.handle({ type: 'tick' });
  const { rig } = world;
  delete (rig as { send?: unknown }).send;
  rig.host = rig.newHost();
  await rig.host.start();
  await rig.pump();
  await world.loaded(250);
});

test('of two cards in turn each is given what is its own', async () => {
  const world = await World.open();
  await world.sell(250);
  await world.sell(40, Region.gas, OTHER);
  await world.insert(OTHER);
  await world.rig.pump();
  await world.loaded(40, Region.gas, OTHER);
  assert.equal(world.onCard().balance, 0);
  await world.insert(CARD);
  await world.rig.pump();
  await world.loaded(250);
});

test('a card that nobody here issued, and one that does not say its number, are nobody’s', async () => {
  const world = await World.open();
  await world.sell(250);
  for (const id of [csn('04ffffffffffff'), csn('04000000000000')]) {
    await world.insert(CARD);
    world.hand = undefined;
    await world.rig.pump();
    world.begun.length = 0;
    world.hands.set(id, world.hands.get(OTHER) as CardInHand);
    await world.insert(id);
    await world.live(MINUTE);
    assert.deepEqual(world.begun, []);
  }
});

test('a card that is spent from where nobody can be asked is heard once each time it is put in, and given its ticket', async () => {
  const world = await World.open();
  await world.office.enrolOffline(svpmsn(9), 'kim', Region.gas);
  await world.insert();
  await world.live(MINUTE);
  assert.deepEqual([world.begun.length, world.onCard().ticketVersion], [1, 1], 'it lacked a ticket');
  for (let visit = 2; visit < 4; visit++) {
    await world.remove();
    await world.insert();
    await world.live(HOUR, 10_000);
    await world.poll();
    await world.live(HOUR, 10_000);
    assert.equal(world.begun.length, visit);
  }
});

test('a ticket that cannot be made keeps no line busy', async () => {
  const world = await World.open();
  await world.office.enrolOffline(svpmsn(9), 'kim', Region.gas, 7);
  await world.sell(250);
  await world.insert();
  await world.live(HOUR, 2_000);
  await world.loaded(250);
  assert.equal(world.onCard().ticketVersion, 0);
  assert.ok(world.begun.length <= 13, `${world.begun.length} exchanges`);
});

test('exactly once: messages lost, doubled and cut off, and the card pulled in the middle', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const world = await World.open();
    const { rig } = world;
    let sold = 0;
    world.slot = (frame) => {
      if (!rig.randomness.chance(5)) return world.pass(frame);
      // Pulled before, or after, the card has carried it out; and in again, which nobody hears of.
      if (rig.randomness.chance(2)) world.pass(frame);
      world.hand?.pull();
      return refusalFrame(frame, Refusal.cardAbsent);
    };
    await world.insert();
    rig.faults = { oneIn: 6 };
    for (let round = 0; round < 6; round++) {
      const amount = 1 + (rig.randomness.next() % 500);
      sold += amount;
      await world.sell(amount);
      await world.live(3 * MINUTE, 3_000);
      await world.insert();
    }
    rig.faults = undefined;
    world.slot = (frame) => world.pass(frame);
    await world.insert();
    await world.live(3 * MINUTE, 1_000);
    await world.loaded(sold);
  }
});
