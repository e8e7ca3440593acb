import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKHAUL_VERSION } from '../backhaul/index.ts';
import { Suite } from '../crypto/index.ts';
import { Command } from '../exchange/index.ts';
import {
  DEFAULT_SUPPLY_POLICY,
  decodeClockSet,
  decodePolicy,
  encodeUseAnswer,
  type Info,
  RelayAction,
  Result,
} from '../records/index.ts';
import { DEFAULT_TARIFF, decodeModeTable, TABLE_BYTES_MAX } from '../tariff/index.ts';
import { type Milliseconds, milliseconds, modemAddress, tokens, UNIX_MS_MAX, unixSeconds } from '../units/index.ts';
import { METERS_PER_LOCAL_UNIT_MAX, MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const reasonOf = (answer: object) => ('reason' in answer ? answer.reason : 'done');

test('a tariff is compiled, given a rising version, and carried to every meter that has it', async () => {
  const rig = new Rig(new MemoryStore());
  const first = made(await rig.host.publishTariff('home', DEFAULT_TARIFF)).version;
  const meters = [
    await rig.enrol(1, { tariff: 'home', supplies: 2 }),
    await rig.enrol(2, { tariff: 'home', suite: Suite.tripleDes }),
  ];
  const other = await rig.enrol(3);
  await rig.settle(60_000);
  const second = made(await rig.host.publishTariff('home', { ...DEFAULT_TARIFF, unitCharge: 30_000 })).version;
  assert.ok(second > first);
  await rig.settle(60_000);
  const tables = (meter: (typeof meters)[number]) =>
    meter.controlled.map(({ body }) => {
      const table = decodeModeTable(body);
      assert.ok(!('reason' in table));
      return [table.supply, table.version, table.unitCharge];
    });
  assert.deepEqual(tables(meters[0] as (typeof meters)[number]), [
    [1, first, 25_000],
    [2, first, 25_000],
    [1, second, 30_000],
    [2, second, 30_000],
  ]);
  assert.deepEqual(tables(meters[1] as (typeof meters)[number]), [
    [1, first, 25_000],
    [1, second, 30_000],
  ]);
  assert.deepEqual(other.controlled, []);
  // A meter that changes its tariff gets a version above all it may have.
  const farm = made(await rig.host.publishTariff('farm', DEFAULT_TARIFF)).version;
  assert.ok(made(await rig.host.assignTariff(1, 'farm')).version > farm && farm > second);
  const overlap = {
    ...DEFAULT_TARIFF,
    bands: [...DEFAULT_TARIFF.bands, { name: 'twice', from: '00:00', to: '01:00', percent: 1 }],
  };
  assert.equal(reasonOf(await rig.host.publishTariff('home', overlap)), 'tariff-wrong');
  assert.equal(reasonOf(await rig.host.assignTariff(1, 'none')), 'tariff-unknown');
});

test('a meter that is enrolled, moved, or was dark gets the table in force and the one that waits, in this order', async () => {
  const rig = new Rig(new MemoryStore());
  const inADay = milliseconds(rig.clock.ms + 86_400_000);
  const charges = (meter: { controlled: { body: Uint8Array }[] }) =>
    meter.controlled.splice(0).map(({ body }) => {
      const table = decodeModeTable(body);
      assert.ok(!('reason' in table));
      return [table.unitCharge, table.validFrom * 1000 > rig.clock.ms];
    });
  const publish = async (unitCharge: number, from?: Milliseconds) =>
    made(await rig.host.publishTariff('home', { ...DEFAULT_TARIFF, unitCharge }, from));
  await publish(10_000);
  const dark = await rig.enrol(1, { tariff: 'home' });
  rig.meters.delete(dark.id);
  await publish(20_000, inADay);
  const both = [
    [10_000, false],
    [20_000, true],
  ];
  const enrolled = await rig.enrol(2, { tariff: 'home' });
  const moved = await rig.enrol(3);
  made(await rig.host.assignTariff(3, 'home'));
  await rig.settle(60_000);
  assert.deepEqual(charges(enrolled), both);
  assert.deepEqual(charges(moved), both);
  // The second came into force before the dark meter was reached, and a third waits.
  rig.clock.ms += 2 * 86_400_000;
  await publish(30_000, milliseconds(rig.clock.ms + 86_400_000));
  rig.meters.set(dark.id, dark);
  await rig.settle();
  assert.deepEqual(charges(dark).slice(-2), [
    [20_000, false],
    [30_000, true],
  ]);
  // What waited is overtaken by what is in force at once.
  rig.meters.delete(dark.id);
  await publish(40_000, milliseconds(rig.clock.ms + 86_400_000));
  await publish(50_000);
  rig.meters.set(dark.id, dark);
  await rig.settle();
  assert.deepEqual(charges(dark), [[50_000, false]]);
});

test('a tariff whose table no meter can hold is refused before anything is stored', async () => {
  const rig = new Rig(new MemoryStore());
  const holidays = (count: number) =>
    Array.from({ length: count }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
  const publish = (count: number) => rig.host.publishTariff('home', { ...DEFAULT_TARIFF, holidays: holidays(count) });
  made(await publish(0));
  const meter = await rig.enrol(1, { tariff: 'home' });
  await rig.settle();
  const length = meter.controlled.at(-1)?.body.length ?? 0;
  const most = (TABLE_BYTES_MAX - length) >> 1;
  const taken = made(await publish(most)).version;
  const refused = await publish(most + 1);
  assert.ok('sentence' in refused);
  assert.deepEqual([refused.reason, /at most 800 bytes/.test(refused.sentence)], ['tariff-wrong', true]);
  assert.equal((await rig.store.read((tx) => tx.tariff('home')))?.version, taken);
  await rig.settle();
  const tables = meter.controlled.map(({ body }) => body.length);
  assert.deepEqual(tables, [length, length + 2 * most]);
});

test('a tariff can be published until its clock ends', async () => {
  for (const year of [2086, 2087, 2105]) {
    const rig = new Rig(new MemoryStore());
    made(await rig.host.publishTariff('home', DEFAULT_TARIFF));
    rig.clock.ms = Date.UTC(year, 6, 1);
    made(await rig.host.publishTariff('farm', DEFAULT_TARIFF));
    // From the offsets of today, however old the tariff is.
    const meter = await rig.enrol(1, { tariff: 'home' });
    await rig.settle();
    const table = decodeModeTable(meter.controlled[0]?.body ?? new Uint8Array());
    assert.ok(!('reason' in table));
    const next = table.offsets.filter(({ from }) => from * 1000 > rig.clock.ms);
    assert.ok(next.length > 0, `${year}`);
  }
});

test('when the clocks of meters have come to their end value still arrives, and nothing that has a date is begun', async () => {
  const rig = new Rig(new MemoryStore());
  made(await rig.host.publishTariff('home', DEFAULT_TARIFF));
  const meter = await rig.enrol(1, { tariff: 'home' });
  rig.clock.ms = UNIX_MS_MAX;
  made(await rig.host.publishTariff('home', DEFAULT_TARIFF));
  await rig.settle();
  rig.clock.ms += 1;
  const policy = { type: 'supply-policy', policy: DEFAULT_SUPPLY_POLICY } as const;
  for (const refused of [
    await rig.host.publishTariff('home', DEFAULT_TARIFF),
    await rig.host.assignTariff(1, 'home'),
    await rig.host.command(1, policy),
    await rig.host.command(1, { type: 'clock-set' }),
    await rig.host.enrol({ svpmsn: 2, subscriber: 'family', localUnit: 0, modemAddress: 2, suite: Suite.aes128 }),
  ]) {
    assert.equal(reasonOf(refused), 'calendar-over');
  }
  made(await rig.host.sell({ meter: 1, amount: 50, orderId: 'the last', source: 'cash' }));
  const hello = { type: 'hello', version: BACKHAUL_VERSION, kind: 'local-unit', id: 1 } as const;
  await rig.host.handle({ type: 'grid', localUnit: 1, message: hello });
  await rig.settle();
  assert.equal(meter.credited, 50);
});

test('the latest command of a kind wins, and what was overtaken is not sent', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  rig.meters.clear();
  const relay = (action: RelayAction) => rig.host.command(1, { type: 'relay', supply: 1, action });
  made(await relay(RelayAction.open));
  made(await relay(RelayAction.close));
  made(await relay(RelayAction.clearTamper));
  made(await rig.host.command(1, { type: 'supply-policy', policy: DEFAULT_SUPPLY_POLICY }));
  rig.meters.set(meter.id, meter);
  await rig.settle();
  const [first, second, third] = meter.controlled;
  assert.deepEqual(
    [[...(first?.body ?? [])], [...(second?.body ?? [])]],
    [
      [1, RelayAction.close],
      [1, RelayAction.clearTamper],
    ],
  );
  const version = (await rig.host.commands(1)).find(({ slot }) => slot === 'supply-policy')?.version;
  assert.deepEqual(decodePolicy(third?.body ?? new Uint8Array(0)), { ...DEFAULT_SUPPLY_POLICY, version });
  assert.equal(meter.controlled.length, 3);
  assert.ok((await rig.host.commands(1)).every(({ state }) => state === 'done'));
});

test('a clock set carries the instant at which M3 leaves, and is asked again when the meter says it was too late', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  meter.clockRefusals = 2;
  const queuedAt = rig.clock.ms;
  made(await rig.host.command(1, { type: 'clock-set' }));
  await rig.settle(60_000, 250);
  assert.equal(meter.controlled.length, 3);
  const sent = decodeClockSet(meter.controlled.at(-1)?.body ?? new Uint8Array(0));
  assert.ok(!('reason' in sent));
  const stamped = sent.seconds * 1000 + sent.milliseconds;
  assert.ok(stamped > queuedAt + 2_000 && stamped <= rig.clock.ms);
  assert.equal((await rig.host.commands(1))[0]?.state, 'done');
});

test('value goes before commands that were there first', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  rig.meters.clear();
  await rig.host.command(1, { type: 'clock-set' });
  await rig.pump();
  await rig.host.sellAll([{ meter: 1, amount: 5, orderId: 'a', source: 'cash' }]);
  rig.meters.set(meter.id, meter);
  let balanceAtCommand = -1;
  const receive = meter.receive.bind(meter);
  meter.receive = (frame, now) => {
    if (frame[1] === Command.clockSet && balanceAtCommand < 0) balanceAtCommand = meter.balance;
    return receive(frame, now);
  };
  await rig.settle();
  assert.equal(balanceAtCommand, 5);
});

test('commands out of range, or that a suite has not, are refused by their reason', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  await rig.enrol(2, { suite: Suite.tripleDes });
  const wrong = [
    await rig.host.command(1, { type: 'relay', supply: 2, action: RelayAction.open }),
    await rig.host.command(1, { type: 'relay', supply: 1, action: 9 as RelayAction }),
    await rig.host.command(1, { type: 'clock-slew', seconds: 61 }),
    await rig.host.command(1, { type: 'clock-slew', seconds: 0 }),
  ];
  for (const answer of wrong) assert.equal(reasonOf(answer), 'command-wrong');
  assert.equal(reasonOf(await rig.host.command(2, { type: 'clock-set' })), 'command-not-served');
  assert.equal(reasonOf(await rig.host.command(3, { type: 'clock-set' })), 'meter-unknown');
});

test('a local unit takes 256 meters and no more, each with an address of its own', async () => {
  const rig = new Rig(new MemoryStore());
  for (let i = 0; i < METERS_PER_LOCAL_UNIT_MAX; i++) await rig.enrol(i);
  const enrolment = { svpmsn: 256, subscriber: 'kim', localUnit: 1, modemAddress: 0, suite: Suite.aes128 };
  const full = await rig.host.enrol(enrolment);
  assert.equal(reasonOf(full), 'local-unit-full');
  assert.match(
    'sentence' in full ? full.sentence : '',
    /^Local unit 1 has its 256 meters: put meter 000100 on another\.$/,
  );
  assert.equal(reasonOf(await rig.host.enrol({ ...enrolment, localUnit: 2 })), 'done');
  const cases: [object, string][] = [
    [{ svpmsn: 256, localUnit: 3 }, 'meter-known'],
    [{ svpmsn: 257, localUnit: 2 }, 'address-taken'],
    [{ svpmsn: 257, localUnit: 3, subscriber: 'lee' }, 'subscriber-unknown'],
    [{ svpmsn: 257, localUnit: 3, tariff: 'none' }, 'tariff-unknown'],
    [{ svpmsn: 2 ** 24, localUnit: 3 }, 'meter-number-wrong'],
    [{ svpmsn: 257, localUnit: 3, modemAddress: 256 }, 'meter-number-wrong'],
    [{ svpmsn: 257, localUnit: 65_536 }, 'meter-number-wrong'],
    [{ svpmsn: 257, localUnit: 3, supplies: 5 }, 'meter-number-wrong'],
  ];
  for (const [more, reason] of cases) assert.equal(reasonOf(await rig.host.enrol({ ...enrolment, ...more })), reason);
  assert.equal((await rig.host.meters()).length, 257);
  assert.equal(reasonOf(await rig.host.addSubscriber({ id: 'kim', name: 'K', contact: '' })), 'subscriber-known');
});

test('policies get versions that rise, above what the meter said it holds', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const policy = () => rig.host.command(1, { type: 'supply-policy', policy: DEFAULT_SUPPLY_POLICY });
  const first = made(await policy()).version;
  const second = made(await policy()).version;
  assert.ok(second > first);
  const info = { ...INFO, policyVersion: second + 500 };
  const head = { result: 0 as const, balance: tokens(0), clock: unixSeconds(Math.floor(rig.clock.ms / 1000)) };
  const use = encodeUseAnswer({ head, info, totals: [], modeTable: null, policy: null, profiles: [] });
  await rig.poll(meter.id, { use });
  assert.equal(made(await policy()).version, second + 501);
});

test('a version that is not newer is done where the meter holds that very one, and else issued above the one held', async () => {
  // How much more the meter holds than it is told; what becomes of the command; how often it is sent.
  const cases = [
    { more: 0, state: 'done', sent: 1 },
    { more: 40, state: 'done', sent: 2 },
    { more: 2 ** 32, state: 'refused', sent: 1 },
  ];
  for (const { more, state, sent } of cases) {
    for (const what of ['supply-policy', 'mode-table-1'] as const) {
      const rig = new Rig(new MemoryStore());
      const meter = await rig.enrol(1);
      rig.meters.clear();
      if (what === 'supply-policy') {
        made(await rig.host.command(1, { type: 'supply-policy', policy: DEFAULT_SUPPLY_POLICY }));
      } else {
        made(await rig.host.publishTariff('home', DEFAULT_TARIFF));
        made(await rig.host.assignTariff(1, 'home'));
      }
      const [queued] = await rig.host.commands(1);
      assert.ok(queued?.slot === what);
      const held = Math.min(queued.version + more, 2 ** 32 - 1);
      meter.held.set(what === 'supply-policy' ? 0 : 1, held);
      rig.meters.set(meter.id, meter);
      await rig.settle();
      const [settled] = await rig.host.commands(1);
      assert.deepEqual([settled?.state, meter.controlled.length], [state, sent], `${what}, ${more} more`);
      if (state === 'refused') assert.equal(settled?.result, Result.versionNotNewer);
      const inMeter = meter.held.get(what === 'supply-policy' ? 0 : 1);
      assert.equal(inMeter, sent === 2 ? held + 1 : held);
      if (state === 'done') assert.equal(settled?.version, inMeter);
    }
  }
});

test('a local unit that comes up is told its meters, the time, and its round', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.enrol(2, { supplies: 3 });
  const [, enrolled, plan] = rig.told.splice(0);
  assert.ok(plan?.type === 'poll-plan' && plan.supplies === 3 && plan.roundMs === 3_600_000 && plan.profiles);
  await rig.host.handle({
    type: 'grid',
    localUnit: 1,
    message: { type: 'hello', version: 1, kind: 'local-unit', id: 1 },
  });
  assert.deepEqual(rig.told, [enrolled, { type: 'time', unixMs: rig.clock.ms }, plan]);
  const entries = enrolled?.type === 'address-map' && enrolled.entries;
  assert.deepEqual(entries, [
    { svpmsn: meter.id, modemAddress: modemAddress(1) },
    { svpmsn: 2, modemAddress: 2 },
  ]);
});

test('a local unit that holds a newer map than the books remember is sent a newer one, until it takes it', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  /** A unit that holds a version so much above the clock answers every map, until the host is silent. */
  const answerAll = async (ahead: number) => {
    const held = Math.floor(rig.clock.ms / 1000) + ahead;
    let sent = 0;
    for (let map = rig.told.shift(); map !== undefined; map = rig.told.shift()) {
      assert.ok(map.type === 'address-map');
      assert.equal(map.entries[0]?.svpmsn, meter.id);
      const { version } = map;
      const old = { refusal: 'version-old', sentence: `Map ${version} is old.` } as const;
      const answer = { type: 'address-map-answer', version, sentence: '', ...(version < held && old) } as const;
      sent += 1;
      assert.ok(sent < 20, 'a unit and its host do not talk for ever');
      await rig.host.handle({ type: 'grid', localUnit: 1, message: answer });
    }
    return sent;
  };
  const refusal = async () => (await rig.host.lines())[0]?.line.mapRefusal;
  assert.equal(await answerAll(0), 1);
  assert.equal(await refusal(), undefined);
  await rig.enrol(2);
  assert.ok((await answerAll(10_000)) > 1);
  assert.equal(await refusal(), undefined);
  // Further ahead than any host can have been: it is told no more, and the refusal is shown with its age.
  await rig.enrol(3);
  assert.ok((await answerAll(1_000_000)) > 1);
  assert.match((await refusal()) ?? '', /^Map \d+ is old\.$/);
  rig.clock.ms += 7_000;
  assert.equal((await rig.host.lines())[0]?.age.mapRefusal, 7_000);
});

const INFO: Info = {
  owed: tokens(0),
  flags: 0,
  tableVersion: 0,
  nextTableVersion: 0,
  policyVersion: 0,
  lastDay: 0,
  daysHeld: 0,
  nextEvent: 1,
};
