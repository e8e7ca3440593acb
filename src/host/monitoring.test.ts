import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import { ValueOp } from '../exchange/index.ts';
import {
  AttentionReason,
  decodeUseRequest,
  EventKind,
  emptyDayProfile,
  emptyTotals,
  encodeEventAnswer,
  encodeMonitoringStatus,
  encodeUseAnswer,
  type Info,
  MeterFlag,
  type UseAnswer,
} from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { milliseconds, type Svpmsn, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const info: Info = {
  owed: tokens(0),
  flags: 0,
  tableVersion: 4,
  nextTableVersion: 0,
  policyVersion: 1,
  lastDay: 0,
  daysHeld: 0,
  nextEvent: 1,
};

/** A meter with 1,000 tokens stored, and a way to poll it. */
async function stored(suite: Suite = Suite.aes128) {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1, { suite });
  await rig.host.sell({ meter: 1, amount: 1_000, orderId: 'a', source: 'cash' });
  await rig.settle();
  rig.clock.ms += 60_000;
  const use = (
    balance: number,
    more: Partial<UseAnswer> & { owed?: number; flags?: number; nextEvent?: number; lastDay?: number } = {},
  ) =>
    encodeUseAnswer({
      head: { result: 0, balance: tokens(balance), clock: unixSeconds(Math.floor(rig.clock.ms / 1000)) },
      info: {
        ...info,
        owed: tokens(more.owed ?? 0),
        flags: more.flags ?? 0,
        nextEvent: more.nextEvent ?? 1,
        lastDay: more.lastDay ?? 0,
      },
      totals: [],
      modeTable: null,
      policy: null,
      profiles: [],
      ...more,
    });
  return { rig, meter, use };
}

const attention = (rig: Rig, id: Svpmsn, reasons: number, localUnit = 1) => {
  const message = { type: 'attention', svpmsn: id, reasons, counter: 1, atMs: rig.clock.ms } as const;
  return rig.host.handle({ type: 'grid', localUnit, message });
};

test('a poll tells balance, flags, versions and clock, and the host shows how old each is', async () => {
  const { rig, meter, use } = await stored();
  await rig.poll(meter.id, { use: use(900, { flags: MeterFlag.lowBalance }), clockOffsetMs: -300 });
  rig.clock.ms += 5_000;
  const view = made(await rig.host.meter(1));
  assert.deepEqual(
    [view.known?.balance, view.known?.flags, view.known?.tableVersion, view.known?.clockOffsetMs],
    [900, MeterFlag.lowBalance, 4, -300],
  );
  assert.deepEqual([view.age.heard, view.age.attention], [5_000, undefined]);
  assert.ok((view.age.info as number) >= 5_000 && (view.age.info as number) < 6_500);
  const status = {
    clock: unixSeconds(Math.floor(rig.clock.ms / 1000)),
    flags: 0,
    balance: tokens(800),
    owed: tokens(0),
    tableVersion: 5,
    nextEvent: 3,
    lastDay: 0,
  };
  await rig.poll(meter.id, { status: encodeMonitoringStatus(status) });
  const [second] = await rig.host.meters();
  assert.deepEqual([second?.known?.balance, second?.known?.tableVersion, second?.known?.policyVersion], [800, 5, 1]);
});

test('each thing that is known has an age of its own, which a restart does not make younger', async () => {
  const { rig, meter, use } = await stored();
  const day = Math.floor(rig.clock.ms / 86_400_000) - 1;
  await rig.poll(meter.id, { use: use(900, { profiles: [emptyDayProfile(day, 1)] }), clockOffsetMs: 0 });
  const polledAt = rig.clock.ms;
  rig.clock.ms += 600_000;
  const clock = unixSeconds(Math.floor(rig.clock.ms / 1000));
  const status = { clock, flags: 0, balance: tokens(800), owed: tokens(0), tableVersion: 5, nextEvent: 3, lastDay: 0 };
  await rig.poll(meter.id, { status: encodeMonitoringStatus(status) });
  const statusAt = clock * 1000;
  rig.clock.ms += 60_000;
  await rig.host.sell({ meter: 1, amount: 5, orderId: 'b', source: 'cash' });
  await rig.settle();
  const receiptAt = rig.clock.ms;
  rig.clock.ms += 30_000;
  rig.host = rig.newHost();
  await rig.host.start();
  const { age } = made(await rig.host.meter(1));
  const since = (at: number) => rig.clock.ms - at;
  // A receipt tells balance and flags; a status table and clock too; only Info tells the policy.
  assert.deepEqual([age.balance, age.flags, age.heard], [since(receiptAt), since(receiptAt), since(receiptAt)]);
  assert.equal(age.info, since(statusAt));
  assert.ok((age.policy as number) >= since(polledAt) && (age.policy as number) < since(polledAt) + 1_500);
  assert.equal(age.profile, since((day + 1) * 86_400_000));
  assert.equal(age.attention, undefined);
});

test('what a report proves to be spent is posted once, and never taken back', async () => {
  const { rig, meter, use } = await stored();
  const late = use(950);
  rig.clock.ms += 60_000;
  const spent = async () => {
    const books = await rig.host.books();
    assert.equal(books.balanced, true);
    return [books.spent, books.owed, books.valueInMeters];
  };
  await rig.poll(meter.id, { use: use(900) });
  assert.deepEqual(await spent(), [100n, 0n, 900n]);
  await rig.poll(meter.id, { use: use(900) });
  const { purse } = made(await rig.host.meter(1));
  await rig.poll(meter.id, { use: late, atMs: rig.clock.ms - 60_000 });
  assert.deepEqual(await spent(), [100n, 0n, 900n]);
  assert.deepEqual(made(await rig.host.meter(1)).purse, purse, 'what is old raises no doubt either');
  rig.clock.ms += 60_000;
  await rig.poll(meter.id, { use: use(0, { owed: 40, flags: MeterFlag.emergencyCredit }) });
  assert.deepEqual(await spent(), [1_040n, 40n, 0n]);
  // The next credit repays what is owed first: nothing was spent, and the debt is gone.
  await rig.host.sell({ meter: 1, amount: 100, orderId: 'b', source: 'cash' });
  await rig.settle();
  rig.clock.ms += 60_000;
  await rig.poll(meter.id, { use: use(60) });
  assert.deepEqual(await spent(), [1_040n, 0n, 60n]);
  assert.equal((await rig.host.postings({ limit: 99 })).filter(({ kind }) => kind === 'spent').length, 3);
});

/** The answer to an events read. */
const eventsAnswer = (next: number, ...events: [sequence: number, kind: EventKind][]) =>
  encodeEventAnswer({
    head: { result: 0, balance: tokens(0), clock: unixSeconds(1_000) },
    oldest: 1,
    next,
    events: events.map(([sequence, kind]) => ({
      sequence,
      time: unixSeconds(1),
      kind,
      supply: 0,
      value: 0,
      detail: 0,
    })),
  });

const FROZEN = eventsAnswer(2, [1, EventKind.valueFrozen]);

test('what a frozen purse no longer shows was not spent, and the meter takes no value until a person looked', async () => {
  const { rig, meter, use } = await stored();
  meter.frozen = true;
  const books = async () => {
    const { spent, valueInMeters } = await rig.host.books();
    return [spent, valueInMeters];
  };
  // The poll broke off before it came to the events.
  await rig.poll(meter.id, { use: use(0, { nextEvent: 2 }) });
  assert.deepEqual(await books(), [0n, 1_000n]);
  await rig.poll(meter.id, { use: use(0, { nextEvent: 2 }), events: FROZEN });
  await rig.settle();
  assert.deepEqual(await books(), [0n, 1_000n]);
  const sale = { meter: 1, amount: 500, orderId: 'b', source: 'cash' };
  const refused = await rig.host.sell(sale);
  assert.equal('reason' in refused && refused.reason, 'meter-frozen');
  assert.equal(made(await rig.host.meter(1)).purse.freeze, 'meter-frozen');
  // Mended and released, it is asked for its receipts first, and the same event told again asks nothing.
  meter.frozen = false;
  made(await rig.host.unfreeze(1));
  await rig.settle();
  await rig.poll(meter.id, { events: FROZEN });
  assert.equal(made(await rig.host.meter(1)).purse.queryWanted, false);
  assert.ok('svpmsn' in (await rig.host.sell(sale)));
});

test('that a purse is frozen is believed under the value key: a local unit that lies stops no sale', async () => {
  const { rig, meter, use } = await stored();
  await rig.poll(meter.id, { use: use(400, { nextEvent: 2 }), events: FROZEN });
  const { purse } = made(await rig.host.meter(1));
  assert.deepEqual([purse.freeze, purse.queryWanted, purse.spent], [undefined, true, 0n]);
  // What was sold meanwhile waits for the answer, and no longer.
  made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'b', source: 'cash' }));
  await rig.settle();
  assert.equal(meter.valueOps.at(-2), ValueOp.query);
  assert.equal(made(await rig.host.order('b')).state, 'stored');
});

test('a report of less spent than is booked, and an attention that memory is damaged, ask the meter under the value key', async () => {
  const doubts: ((of: Awaited<ReturnType<typeof stored>>) => Promise<void>)[] = [
    async ({ rig, meter, use }) => {
      await rig.poll(meter.id, { use: use(900) });
      assert.equal(made(await rig.host.meter(1)).purse.queryWanted, false);
      rig.clock.ms += 10_000;
      await rig.poll(meter.id, { use: use(901) });
    },
    ({ rig, meter }) => attention(rig, meter.id, AttentionReason.memoryDamaged),
  ];
  for (const doubt of doubts) {
    for (const isFrozen of [true, false]) {
      const world = await stored();
      const { rig, meter } = world;
      meter.frozen = isFrozen;
      await doubt(world);
      assert.equal(meter.valueOps.at(-1), ValueOp.credit);
      assert.equal(made(await rig.host.meter(1)).purse.queryWanted, true);
      await rig.settle();
      assert.equal(meter.valueOps.at(-1), ValueOp.query);
      const { purse } = made(await rig.host.meter(1));
      assert.equal(purse.freeze, isFrozen ? 'meter-frozen' : undefined);
      if (!isFrozen) assert.equal(purse.queryWanted, false);
    }
  }
  // What explains less: an order on its way may be in the meter already.
  const { rig, meter, use } = await stored();
  await rig.poll(meter.id, { use: use(900) });
  rig.meters.clear();
  made(await rig.host.sell({ meter: 1, amount: 500, orderId: 'b', source: 'cash' }));
  rig.clock.ms += 10_000;
  await rig.poll(meter.id, { use: use(1_400) });
  assert.equal(made(await rig.host.meter(1)).purse.queryWanted, false);
});

test('a report that proves nothing new is a report all the same: the meter was heard', async () => {
  const { rig, meter, use } = await stored();
  await rig.poll(meter.id, { use: use(900) });
  for (const balance of [900, 950]) {
    rig.clock.ms += 60_000;
    await rig.poll(meter.id, { use: use(balance) });
    const { reportedAt } = made(await rig.host.meter(1)).purse;
    assert.ok(rig.clock.ms - reportedAt < 1_500, `${balance}`);
  }
  assert.equal((await rig.host.books()).spent, 100n);
});

test('a local unit reports of its own meters alone: what it says of others is dropped and counted', async () => {
  const { rig, meter, use } = await stored();
  const before = made(await rig.host.meter(1));
  await rig.poll(meter.id, { use: use(1, { nextEvent: 2 }), events: FROZEN }, 2);
  await rig.poll(svpmsn(77), { use: use(1) });
  await attention(rig, meter.id, AttentionReason.memoryDamaged, 2);
  const after = made(await rig.host.meter(1));
  assert.deepEqual([after.known, after.purse], [before.known, before.purse]);
  assert.deepEqual(await rig.host.events({ limit: 9 }), []);
  assert.equal(rig.host.counters().strayMessages, 3);
  await rig.poll(meter.id, { use: use(900) });
  assert.deepEqual([(await rig.host.books()).spent, rig.host.counters().strayMessages], [100n, 3]);
});

test('events that come late take back nothing that was read since, and a meter that lost its memory is read anew', async () => {
  const { rig, meter, use } = await stored();
  const opened = EventKind.coverOpened;
  const before = async () => made(await rig.host.meter(1)).known?.eventsBefore;
  await rig.poll(meter.id, { use: use(950, { nextEvent: 4 }), events: eventsAnswer(4, [2, opened], [3, opened]) });
  const atMs = rig.clock.ms - 30_000;
  await rig.poll(meter.id, { events: eventsAnswer(2, [1, opened]), atMs });
  await rig.poll(meter.id, { events: eventsAnswer(1), atMs });
  assert.equal(await before(), 4);
  rig.clock.ms += 60_000;
  await rig.poll(meter.id, { use: use(900, { nextEvent: 4 }) });
  assert.equal((await rig.host.books()).spent, 100n);
  rig.clock.ms += 60_000;
  await rig.poll(meter.id, { use: use(890, { nextEvent: 3 }) });
  assert.equal(await before(), 1);
  assert.equal((await rig.host.books()).spent, 100n);
  await rig.poll(meter.id, { use: use(890, { nextEvent: 3 }), events: eventsAnswer(3, [2, opened]) });
  assert.equal((await rig.host.books()).spent, 110n);
});

test('what a lost poll would have brought is asked for at the next one, once a round', async () => {
  const { rig, meter, use } = await stored();
  const day = Math.floor(rig.clock.ms / 86_400_000) - 1;
  const asked = () => rig.told.splice(0).filter(({ type }) => type === 'collect');
  const nothing = new Uint8Array();
  await rig.poll(meter.id, { use: use(900, { nextEvent: 1, profiles: [emptyDayProfile(day - 2, 1)] }) });
  assert.deepEqual(asked(), []);
  // The local unit has brought events 1 to 4 already, as far as it knows.
  await rig.poll(meter.id, { use: use(900, { nextEvent: 5 }) });
  assert.deepEqual(asked(), [{ type: 'collect', svpmsn: meter.id, eventsFrom: 1, use: nothing }]);
  await rig.poll(meter.id, { use: use(900, { nextEvent: 5 }) });
  assert.deepEqual(asked(), [], 'no storm');
  rig.clock.ms += 3_600_000;
  // This poll brings some; what is left comes with the next.
  await rig.poll(meter.id, { use: use(900, { nextEvent: 5 }), events: eventsAnswer(5, [2, EventKind.coverOpened]) });
  assert.deepEqual(asked(), []);
  await rig.poll(meter.id, { use: use(900, { nextEvent: 5, lastDay: day }) });
  const [collect] = asked();
  assert.ok(collect?.type === 'collect' && collect.eventsFrom === 3);
  const profiles = [day - 1, day].map((wanted) => ({ day: wanted, supply: 1 }));
  assert.deepEqual(decodeUseRequest(collect.use), { totals: true, modeTable: false, policy: false, profiles });
  rig.clock.ms += 3_600_000;
  const events = eventsAnswer(5, [4, EventKind.coverOpened]);
  await rig.poll(meter.id, {
    use: use(900, { nextEvent: 5, lastDay: day, profiles: [emptyDayProfile(day, 1)] }),
    events,
  });
  await rig.poll(meter.id, { use: use(900, { nextEvent: 5, lastDay: day }) });
  assert.deepEqual(asked(), []);
});

test('the profile of a day that has not begun is not kept, nor asked for', async () => {
  const { rig, meter, use } = await stored();
  const today = Math.floor(rig.clock.ms / 86_400_000);
  const profiles = [emptyDayProfile(today, 1), emptyDayProfile(today + 1, 1)];
  rig.told.length = 0;
  await rig.poll(meter.id, { use: use(900, { profiles, lastDay: today + 1 }) });
  assert.equal(made(await rig.host.meter(1)).known?.profileDay, today);
  assert.equal(rig.host.counters().recordsNotUnderstood, 1);
  await rig.poll(meter.id, { use: use(900, { lastDay: today + 1 }) });
  assert.deepEqual(rig.told, []);
});

// The receipts of 3des-xo tell no flags, and so nothing of what was spent: there the time of booking alone decides.
for (const suite of [Suite.aes128, Suite.tripleDesXo]) {
  test(`a reading from before the last credit does not count that credit as spent (${SUITE_NAMES[suite]})`, async () => {
    const { rig, meter, use } = await stored(suite);
    const before = use(900);
    rig.clock.ms += 30_000;
    await rig.host.sell({ meter: 1, amount: 500, orderId: 'b', source: 'cash' });
    await rig.settle();
    rig.clock.ms += 30_000;
    // The local unit has collected its parts only now; the meter had made the answer before.
    await rig.poll(meter.id, { use: before, atMs: rig.clock.ms });
    assert.equal((await rig.host.books()).spent, 0n);
    await rig.poll(meter.id, { use: use(1_400) });
    assert.equal((await rig.host.books()).spent, 100n);
  });
}

test('a clock that was never set, or is off by more than a day of slewing, is set', async () => {
  for (const wrong of [
    { flags: MeterFlag.clockUnset, clockOffsetMs: 0 },
    { flags: 0, clockOffsetMs: 61_000 },
  ]) {
    const { rig, meter, use } = await stored();
    await rig.poll(meter.id, { use: use(900, { flags: wrong.flags }), clockOffsetMs: wrong.clockOffsetMs });
    assert.deepEqual(
      (await rig.host.commands(1)).map(({ slot, state }) => [slot, state]),
      [['clock-set', 'waiting']],
    );
  }
  const { rig, meter, use } = await stored();
  await rig.poll(meter.id, { use: use(900), clockOffsetMs: 60_000 });
  assert.deepEqual(await rig.host.commands(1), []);
});

test('events are kept once, and bodies that are none are counted and change nothing', async () => {
  const { rig, meter, use } = await stored();
  const head = { result: 0 as const, balance: tokens(1), clock: unixSeconds(1) };
  const event = (sequence: number) => ({
    sequence,
    time: unixSeconds(9),
    kind: EventKind.coverOpened,
    supply: 0 as const,
    detail: 0,
    value: 0,
  });
  const events = (...sequences: number[]) =>
    encodeEventAnswer({ head, oldest: 1, next: 9, events: sequences.map(event) });
  await rig.poll(meter.id, { use: use(900), events: events(1, 2) });
  await rig.poll(meter.id, { events: events(2, 3) });
  assert.deepEqual(
    (await rig.host.events({ svpmsn: meter.id, limit: 9 })).map(({ sequence }) => sequence),
    [3, 2, 1],
  );
  const before = made(await rig.host.meter(1)).known;
  await rig.poll(meter.id, { use: Uint8Array.of(1, 2, 3), events: Uint8Array.of(9) });
  assert.equal(rig.host.counters().recordsNotUnderstood, 2);
  assert.deepEqual(made(await rig.host.meter(1)).known, before);
});

test('an attention is shown at once, and wakes what waits in a back-off', async () => {
  const { rig, meter } = await stored();
  rig.meters.clear();
  await rig.host.sell({ meter: 1, amount: 5, orderId: 'b', source: 'cash' });
  await rig.settle(30_000);
  rig.meters.set(meter.id, meter);
  await attention(rig, meter.id, 2);
  await rig.pump();
  const view = made(await rig.host.meter(1));
  assert.deepEqual([view.known?.attention, view.age.attention], [2, 0]);
  assert.equal(made(await rig.host.order('b')).state, 'stored');
});

test('a last gasp shows its meter as dark at once, and wakes nothing that waits: there is nobody to hear it', async () => {
  const { rig, meter } = await stored();
  rig.meters.clear();
  await rig.host.sell({ meter: 1, amount: 5, orderId: 'b', source: 'cash' });
  await rig.settle(30_000);
  const tries = async () => made(await rig.host.order('b')).state;
  await attention(rig, meter.id, AttentionReason.lastGasp);
  rig.meters.set(meter.id, meter);
  await rig.pump();
  assert.deepEqual(made(await rig.host.meter(1)).standing.why, ['last-gasp']);
  assert.notEqual(await tries(), 'stored');
});

test('use is summed by hour, day, month and season of local time, and says what is missing', async () => {
  const { rig, meter, use } = await stored();
  made(await rig.host.publishTariff('home', DEFAULT_TARIFF));
  made(await rig.host.assignTariff(1, 'home'));
  const day = Date.UTC(2026, 0, 4) / 86_400_000;
  const full = (d: number, energy: number) => {
    const profile = emptyDayProfile(d, 1);
    profile.energies.fill(energy);
    return profile;
  };
  const holed = full(day + 1, 2);
  holed.energies.fill(0xffff, 0, 60);
  await rig.poll(meter.id, {
    use: use(900, { profiles: [full(day, 1), holed], totals: [emptyTotals(1, { day, month: 672 })] }),
  });
  const range = { meter: 1, supply: 1, from: milliseconds(day * 86_400_000), to: milliseconds((day + 2) * 86_400_000) };
  const days = made(await rig.host.use({ ...range, by: 'day' }));
  // Berlin is an hour ahead in winter: its day begins at 23:00 UTC.
  assert.deepEqual(
    days.map(({ name, energy, missingMinutes }) => [name, energy, missingMinutes]),
    [
      ['2026-01-04', 23 * 60, 0],
      ['2026-01-05', 60 + 22 * 60 * 2, 60],
      ['2026-01-06', 120, 0],
    ],
  );
  assert.equal(made(await rig.host.use({ ...range, by: 'hour' })).length, 48);
  assert.deepEqual(
    made(await rig.host.use({ ...range, by: 'month' })).map(({ name, energy }) => [name, energy]),
    [['2026-01', 1440 + 23 * 120]],
  );
  assert.deepEqual(
    made(await rig.host.use({ ...range, by: 'season' })).map(({ name }) => name),
    ['2025 rest of the year'],
  );
  // A later reading with gaps keeps what was there.
  const gappy = emptyDayProfile(day, 1);
  gappy.energies[5] = 50;
  await rig.poll(meter.id, { use: use(900, { profiles: [gappy] }) });
  assert.equal(made(await rig.host.use({ ...range, by: 'day' }))[0]?.energy, 23 * 60 + 49);
  for (const bad of [{ to: range.from }, { supply: 2 }, { from: milliseconds(0) }]) {
    const answer = await rig.host.use({ ...range, by: 'day', ...bad });
    assert.equal('reason' in answer && answer.reason, 'range-wrong');
  }
});
