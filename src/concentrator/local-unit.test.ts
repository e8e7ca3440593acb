import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyRing, keyName, Purpose, SUITE_NAMES, Suite, TransportKey, terminalKeyFromBytes } from '../crypto/index.ts';
import { Command, decodeFrame, hostFirst, openHostSession } from '../exchange/index.ts';
import { PERFECT_CONDITIONS, powerLine } from '../line/index.ts';
import {
  AttentionReason,
  decodeEventAnswer,
  decodeMonitoringStatus,
  decodeSeedUse,
  decodeUseAnswer,
  encodeUseRequest,
  isRecordFailure,
} from '../records/index.ts';
import { type Milliseconds, milliwattHours, svpmsn } from '../units/index.ts';
import {
  DEFAULT_POLL_PLAN,
  LocalUnit,
  type LocalUnitOptions,
  type LocalUnitOutput,
  type MonitoringRing,
} from './index.ts';
import { WORLD_BEGINS_MS, World, type WorldMeter } from './unit-world.testing.ts';

const LOSSY = { ...PERFECT_CONDITIONS, frameLost: 0.02 };
const MINUTE = 60_000;
const first = (world: World): WorldMeter => world.meters[0] as WorldMeter;

function decoded<T>(value: T): Exclude<T, { reason: unknown }> {
  assert.ok(!isRecordFailure(value));
  return value as Exclude<T, { reason: unknown }>;
}

test('a round brings clock offset, balance, table version, events and profile of every meter, with losses on the line', () => {
  const world = new World({ seed: 1, meters: 8, conditions: LOSSY });
  first(world).raise(AttentionReason.valueRequested);
  (world.meters[1] as WorldMeter).clockErrorMs = 90_000;
  world.connect();
  world.time.runUntil(5 * MINUTE);
  for (const meter of world.meters) {
    const results = world.of('poll-result').filter((result) => result.svpmsn === meter.id);
    const statuses = results.flatMap(({ status }) => (status ? [decoded(decodeMonitoringStatus(status))] : []));
    assert.ok(statuses.some(({ balance, tableVersion }) => balance === 1000 && tableVersion === 1));
    const profiles = results.flatMap(({ use }) => (use ? decoded(decodeUseAnswer(use)).profiles : []));
    assert.deepEqual(
      profiles.map(({ day }) => day),
      [meter.lastDay],
    );
    // An answer that was fetched by a repetition is older than it looks: that makes an error less, never more.
    const error = meter === world.meters[1] ? 90_000 : 0;
    for (const { clockOffsetMs } of results) {
      assert.ok(clockOffsetMs > error - (error === 0 ? 1_000 : 5_000) && clockOffsetMs < error + 1_000);
    }
  }
  const events = world.of('poll-result').flatMap((result) => (result.events ? [result] : []));
  assert.deepEqual(
    events.map((result) => result.svpmsn),
    [first(world).id],
  );
  assert.equal(decoded(decodeEventAnswer(events[0]?.events as Uint8Array)).events.length, 1);
});

test('every round brings anew what has changed since: clock, balance, table version, events and the new day', () => {
  const world = new World({ seed: 41, meters: 3 });
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: 5 * MINUTE });
  for (let round = 1; round <= 4; round++) {
    for (const [i, meter] of world.meters.entries()) {
      meter.balance = 1000 - 10 * round - i;
      meter.tableVersion = round;
      meter.lastDay += 1;
      // Beyond what a local unit mends by itself.
      meter.clockErrorMs = 100_000 * round;
      meter.note();
    }
    const from = world.time.now;
    world.time.runUntil(round * 5 * MINUTE);
    for (const [i, meter] of world.meters.entries()) {
      const results = world.of('poll-result').filter(({ svpmsn: id, at }) => id === meter.id && at > from);
      const statuses = results.flatMap(({ status }) => (status ? [decoded(decodeMonitoringStatus(status))] : []));
      const { balance, tableVersion } = statuses.at(-1) as (typeof statuses)[number];
      assert.deepEqual([balance, tableVersion], [1000 - 10 * round - i, round]);
      const offsets = results.map(({ clockOffsetMs }) => clockOffsetMs as number);
      assert.ok(
        offsets.some((offset) => Math.abs(offset - 100_000 * round) < 62_000),
        `offsets ${offsets}`,
      );
      const events = results.flatMap((result) =>
        result.events ? decoded(decodeEventAnswer(result.events)).events : [],
      );
      assert.deepEqual([...new Set(events.map(({ sequence }) => sequence))], [round]);
      const days = results
        .flatMap(({ use }) => (use ? decoded(decodeUseAnswer(use)).profiles : []))
        .map(({ day }) => day);
      assert.ok(days.includes(meter.lastDay), `day ${meter.lastDay} in ${days}`);
    }
  }
});

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`a round brings info, events, profile and a slew in suite ${SUITE_NAMES[suite]}`, () => {
    const world = new World({ seed: 30 + suite, meters: 3, suite, conditions: LOSSY });
    const [, late, alarmed] = world.meters as [WorldMeter, WorldMeter, WorldMeter];
    late.clockErrorMs = -20_000;
    world.connect();
    alarmed.raise(AttentionReason.bypass);
    world.time.runUntil(3 * MINUTE);
    for (const meter of world.meters) {
      const results = world.of('poll-result').filter(({ svpmsn }) => svpmsn === meter.id);
      const answers = results.flatMap(({ use }) => (use ? [decoded(decodeUseAnswer(use))] : []));
      assert.ok(answers.some(({ profiles }) => profiles[0]?.day === meter.lastDay));
      assert.equal(results.filter(({ events }) => events !== undefined).length, meter === alarmed ? 1 : 0);
      assert.ok(results.every(({ status }) => (status === undefined) === (suite === Suite.tripleDesXo)));
    }
    assert.ok(late.clockSlewedS >= 18 && late.clockSlewedS <= 20);
    assert.equal(alarmed.clockSlewedS, 0);
  });
}

test('the suite of the seed brings what FIG. 3 names, and neither events nor a slew', () => {
  const world = new World({ seed: 34, meters: 2, suite: Suite.tripleDes, conditions: LOSSY });
  first(world).clockErrorMs = -20_000;
  world.connect();
  world.time.runUntil(MINUTE);
  for (const meter of world.meters) {
    const result = world.of('poll-result').find(({ svpmsn }) => svpmsn === meter.id);
    assert.equal(decoded(decodeSeedUse(result?.use as Uint8Array)).balance, 1000);
    assert.equal(result?.status ?? result?.events, undefined);
  }
  assert.ok((world.of('poll-result')[0]?.clockOffsetMs as number) < -15_000);
  assert.equal(first(world).clockSlewedS, 0);
});

test('a day that was brought is not brought again, and each new day is', () => {
  const world = new World({ seed: 2, meters: 1 });
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: MINUTE });
  world.time.runUntil(10 * MINUTE);
  const days = () =>
    world
      .of('poll-result')
      .flatMap(({ use }) => (use ? decoded(decodeUseAnswer(use)).profiles.map(({ day }) => day) : []));
  const { lastDay } = first(world);
  assert.deepEqual(days(), [lastDay]);
  assert.ok(world.of('poll-result').length >= 9);
  first(world).lastDay += 2;
  world.time.runUntil(12 * MINUTE);
  assert.deepEqual(days(), [lastDay, lastDay + 1, lastDay + 2]);
});

test('a long body is collected part by part over a line that loses frames', () => {
  const world = new World({ seed: 3, meters: 1, conditions: { ...PERFECT_CONDITIONS, frameLost: 0.1 } });
  first(world).noisyProfile = true;
  world.connect();
  world.time.runUntil(3 * MINUTE);
  const [result] = world.of('poll-result');
  assert.ok(result?.use !== undefined && result.use.length > 2_500);
  assert.equal(decoded(decodeUseAnswer(result.use)).profiles.length, 1);
  assert.ok(world.unit.traffic.retries > 0);
});

test('the host may ask for a meter at once, for older days and for events again', () => {
  const world = new World({ seed: 4, meters: 3 });
  world.connect();
  const meter = world.meters[2] as WorldMeter;
  meter.raise(AttentionReason.valueRequested);
  world.time.runUntil(3 * MINUTE);
  const before = world.said.length;
  const profiles = [{ day: meter.lastDay - 3, supply: 1 as const }];
  const use = encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles });
  world.tell({ type: 'collect', svpmsn: meter.id, eventsFrom: 1, use });
  world.time.runUntil(3 * MINUTE + 20_000);
  const results = world.said.slice(before).flatMap(({ message }) => (message.type === 'poll-result' ? [message] : []));
  assert.equal(results.length, 1);
  assert.equal(decoded(decodeUseAnswer(results[0]?.use as Uint8Array)).profiles[0]?.day, meter.lastDay - 3);
  assert.equal(decoded(decodeEventAnswer(results[0]?.events as Uint8Array)).events.length, 1);
});

test('a clock that is a little off is slewed, at most 60 s a day, and one far off is left to the host', () => {
  const world = new World({ seed: 5, meters: 3 });
  const [little, much, far] = world.meters as [WorldMeter, WorldMeter, WorldMeter];
  little.clockErrorMs = -5_000;
  much.clockErrorMs = 45_000;
  far.clockErrorMs = 400_000;
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: MINUTE });
  world.time.runUntil(4 * MINUTE);
  assert.equal(little.clockSlewedS, 5);
  assert.equal(much.clockSlewedS, -45);
  assert.equal(far.clockSlewedS, 0);
  // The same day: 15 s are left of the meter that was 45 s ahead.
  much.clockErrorMs += 45_000;
  world.time.runUntil(8 * MINUTE);
  assert.equal(much.slewSpentS, 60);
  assert.equal(far.clockSlewedS, 0);
  const last = world.of('poll-result').filter((result) => result.svpmsn === far.id);
  assert.ok((last.at(-1)?.clockOffsetMs as number) > 399_000);
});

test('a meter with another mode table than the one wanted brings its Info', () => {
  const world = new World({ seed: 6, meters: 2 });
  first(world).tableVersion = 4;
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, profiles: false, tableVersion: 4 }, 0);
  world.time.runUntil(MINUTE);
  const infos = world.of('poll-result').filter(({ use, at }) => use !== undefined && at > 5_000);
  assert.ok(infos.every((result) => result.svpmsn === world.meters[1]?.id));
});

test('an authentic attention is told at once and polled at once, its events first; a forged one is not heeded', () => {
  const world = new World({ seed: 10, meters: 16, conditions: LOSSY });
  for (const meter of world.meters) meter.noisyProfile = true;
  world.connect();
  world.time.runUntil(MINUTE);
  const [, honest, forger] = world.meters as [WorldMeter, WorldMeter, WorldMeter];
  honest.raise(AttentionReason.coverOpened);
  const forged = new Uint8Array(21);
  forged.set([
    0x16,
    Command.events,
    forger.monitoringKey.n,
    forger.id >> 16,
    forger.id >> 8,
    forger.id,
    14,
    0,
    1,
    0,
    0,
    0,
    9,
  ]);
  assert.ok(!('reason' in decodeFrame(forged)));
  world.line.stepMeter(forger.modem, { type: 'attention', payload: forged });
  world.time.runUntil(2 * MINUTE);
  const attentions = world.of('attention');
  assert.deepEqual(
    attentions.map((attention) => [attention.svpmsn, attention.reasons, attention.counter]),
    [[honest.id, AttentionReason.coverOpened, 1]],
  );
  const facts = world.of('poll-result').find((result) => result.svpmsn === honest.id && result.events !== undefined);
  assert.ok(facts !== undefined && facts.at - (attentions[0]?.at as number) < 5_000);
  assert.equal(honest.modem.attentionsHeard, 1);
  assert.equal(forger.modem.attentionsHeard, 0);
});

test('a last gasp is told at once and asks for no poll, where another attention does', () => {
  const polledAfter = (reasons: number) => {
    const world = new World({ seed: 33, meters: 1 });
    world.connect();
    world.time.runUntil(2 * MINUTE);
    const before = world.of('poll-result').length;
    first(world).raise(reasons);
    world.time.runUntil(3 * MINUTE);
    assert.deepEqual(
      world.of('attention').map((attention) => attention.reasons),
      [reasons],
    );
    return world.of('poll-result').length - before;
  };
  assert.equal(polledAfter(AttentionReason.lastGasp | AttentionReason.lowBalance), 0);
  assert.equal(polledAfter(AttentionReason.lowBalance), 1);
});

test('an attention that is played again is neither told nor heeded, and one whose acknowledgement was lost is told once', () => {
  const world = new World({ seed: 32, meters: 2 });
  const meter = first(world);
  world.connect();
  const hand = (payload: Uint8Array) => {
    world.line.stepMeter(meter.modem, { type: 'attention', payload });
    world.time.runUntil(world.time.now + 30_000);
    return [world.of('attention').length, meter.modem.attentionsHeard];
  };
  const earlier = meter.attention(AttentionReason.lowBalance);
  const later = meter.attention(AttentionReason.lastToken);
  assert.deepEqual(hand(earlier), [1, 1]);
  assert.deepEqual(hand(later), [2, 2]);
  assert.deepEqual(hand(later), [2, 3]);
  assert.deepEqual(hand(earlier), [2, 3]);
});

test('an alarm and the check meter wait for a backhaul that is away', () => {
  const world = new World({ seed: 11, meters: 2 });
  world.step({ type: 'measured', now: world.now, energy: milliwattHours(500) });
  world.time.runUntil(20_000);
  first(world).raise(AttentionReason.bypass);
  world.time.runUntil(2 * MINUTE);
  assert.equal(world.said.length, 0);
  world.connect();
  world.time.runUntil(2 * MINUTE + 1_000);
  assert.deepEqual(
    world.of('attention').map(({ reasons, atMs }) => [reasons, atMs < world.now - 60_000]),
    [[AttentionReason.bypass, true]],
  );
  assert.deepEqual(
    world.of('check-meter').map(({ minute, energy }) => [minute, energy]),
    [[WORLD_BEGINS_MS / MINUTE, 500]],
  );
});

test('the check meter reports the energy of each minute in which it was read', () => {
  const world = new World({ seed: 12, meters: 1 });
  world.connect();
  for (let second = 1; second <= 150; second++) {
    world.time.at(1000 * second, () => world.step({ type: 'measured', now: world.now, energy: milliwattHours(10) }));
  }
  world.time.runUntil(4 * MINUTE);
  const minute = WORLD_BEGINS_MS / MINUTE;
  assert.deepEqual(
    world.of('check-meter').map((report) => [report.minute - minute, report.energy]),
    [
      [0, 590],
      [1, 600],
      [2, 310],
    ],
  );
});

test('silent meters are polled more and more rarely, and named in the line health since they were heard last', () => {
  const world = new World({ seed: 13, meters: 4 });
  const silent = world.meters[3] as WorldMeter;
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: MINUTE });
  world.time.runUntil(90_000);
  silent.dark = true;
  const asked = silent.modem.requests.length;
  world.time.runUntil(46 * MINUTE);
  assert.ok(silent.modem.requests.length - asked < 4 * 10);
  const health = world.of('line-health').at(-1);
  assert.deepEqual(
    health?.suspicions.map(({ kind, svpmsn, address }) => [kind, svpmsn, address]),
    [['no-answer', silent.id, 3]],
  );
  assert.ok((health?.suspicions[0]?.sinceMs as number) < WORLD_BEGINS_MS + 90_000);
  silent.dark = false;
  world.time.runUntil(80 * MINUTE);
  assert.deepEqual(world.of('line-health').at(-1)?.suspicions, []);
});

test('the line health adds up to what the line carried', () => {
  const world = new World({ seed: 14, meters: 4, conditions: LOSSY });
  world.connect();
  world.time.runUntil(15 * MINUTE + 1_000);
  const [health] = world.of('line-health');
  const { totals } = world.line.channel;
  assert.equal((health?.toMs as number) - (health?.fromMs as number), 15 * MINUTE);
  assert.ok((health?.bytes as number) <= totals.bytes && (health?.bytes as number) > 0.9 * totals.bytes);
  assert.ok((health?.airtimeMs as number) > 0 && (health?.retries as number) > 0);
});

test('two meters with one modem address garble each other, and the line health says so', () => {
  const world = new World({ seed: 15, meters: 2 });
  const twin = world.addTwin(first(world));
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: MINUTE });
  world.time.runUntil(16 * MINUTE);
  const suspected = () =>
    world
      .of('line-health')
      .at(-1)
      ?.suspicions.filter(({ kind }) => kind !== 'no-answer')
      .map(({ kind, address, svpmsn }) => [kind, address, svpmsn]);
  assert.deepEqual(suspected(), [['doubled-address', 0, first(world).id]]);
  // Somebody takes one of the two away: the other is understood again, and nothing is suspected any more.
  twin.dark = true;
  world.time.runUntil(46 * MINUTE);
  assert.deepEqual(suspected(), []);
});

test('one SVPMSN that speaks at two addresses is told, and so is a stranger at an address', () => {
  const world = new World({ seed: 16, meters: 2 });
  const [a, b] = world.meters as [WorldMeter, WorldMeter];
  world.connect();
  world.time.runUntil(10_000);
  // Meter a hands in its attention at the address of b; then one comes there from a meter that is on no map.
  world.line.stepMeter(b.modem, { type: 'attention', payload: a.attention(AttentionReason.lowBalance) });
  world.time.runUntil(MINUTE);
  const stranger = a.attention(AttentionReason.lowBalance);
  stranger.set([0x77, 0x77, 0x77], 3);
  world.line.stepMeter(b.modem, { type: 'attention', payload: stranger });
  world.time.runUntil(2 * MINUTE);
  // And whatever is asked of b is answered by one that calls itself 444444.
  b.modem.say = () => ({ frames: [Uint8Array.of(0x15, Command.valueStore, 0x20, 0x44, 0x44, 0x44, 1, 1)] });
  world.carry(b, 'value', [hostFirst(openHostSession(b.valueKey, Command.valueStore, world.randomness))], () => {});
  world.time.runUntil(3 * MINUTE);
  // At the address of a, something answers that calls itself b: one number in two places.
  a.modem.say = () => ({ frames: [Uint8Array.of(0x15, Command.valueStore, 0x20, ...idBytes(b), 1, 1)] });
  world.carry(a, 'value', [hostFirst(openHostSession(a.valueKey, Command.valueStore, world.randomness))], () => {});
  world.time.runUntil(16 * MINUTE);
  assert.deepEqual(
    world.of('line-health')[0]?.suspicions.map(({ kind, address, svpmsn }) => [kind, address, svpmsn]),
    [
      ['doubled-id', 1, a.id],
      ['doubled-address', 1, 0x777777],
      ['doubled-address', 1, 0x444444],
      ['doubled-id', 0, b.id],
    ],
  );
});

const idBytes = ({ id }: WorldMeter): number[] => [id >> 16, (id >> 8) & 0xff, id & 0xff];

const entriesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ svpmsn: svpmsn(0x10_0000 + 7 * i), modemAddress: i }));

test('a wrong address map is refused with a sentence, and the old one stays', () => {
  const world = new World({ seed: 17, meters: 2 });
  world.connect();
  const [one, two] = entriesOf(2) as [typeof entriesOf extends (n: number) => (infer E)[] ? E : never, never];
  const wrong = [
    { version: 2, entries: entriesOf(257), refusal: 'too-many-meters', says: /257 meters.*at most 256/ },
    {
      version: 2,
      entries: [one, { svpmsn: svpmsn(9), modemAddress: 256 }],
      refusal: 'address-out-of-range',
      says: /000009 has modem address 256.*0 to 255/,
    },
    {
      version: 2,
      entries: [one, { svpmsn: svpmsn(9), modemAddress: 0 }],
      refusal: 'address-doubled',
      says: /100000 and 000009 both have modem address 0/,
    },
    { version: 2, entries: [one, { ...one, modemAddress: 5 }], refusal: 'svpmsn-doubled', says: /100000 stands twice/ },
    { version: 0, entries: [one], refusal: 'version-old', says: /map 0 is older than map 1/ },
  ];
  for (const { version, entries } of wrong) world.tell({ type: 'address-map', version, entries });
  world.time.runUntil(1_000);
  const answers = world.of('address-map-answer');
  assert.deepEqual(
    answers.map(({ refusal }) => refusal),
    wrong.map(({ refusal }) => refusal),
  );
  for (const [i, { says }] of wrong.entries()) assert.match(answers[i]?.sentence as string, says);
  assert.equal(world.unit.meters, 2);
  world.tell({ type: 'address-map', version: 2, entries: [one, two] });
  world.tell({ type: 'address-map', version: 3, entries: entriesOf(256) });
  world.time.runUntil(2_000);
  assert.deepEqual(
    world.of('address-map-answer').slice(-2),
    [2, 3].map((version) => ({ type: 'address-map-answer', version, sentence: '', at: 1_100 })),
  );
  assert.equal(world.unit.meters, 256);
});

test('a meter that leaves the map takes its keys and its carries with it', () => {
  const world = new World({ seed: 18, meters: 2 });
  const [gone, stays] = world.meters as [WorldMeter, WorldMeter];
  gone.dark = true;
  world.connect();
  let outcome: string | undefined;
  const m1 = hostFirst(openHostSession(gone.valueKey, Command.valueStore, world.randomness));
  world.carry(gone, 'value', [m1], (carried) => {
    outcome = carried.outcome;
  });
  world.tell({ type: 'address-map', version: 2, entries: [{ svpmsn: stays.id, modemAddress: 1 }] }, 500);
  world.time.runUntil(30_000);
  assert.equal(outcome, 'unknown-meter');
  assert.equal(world.keys.get(gone.monitoringKey.n, gone.id), undefined);
  assert.ok(world.of('poll-result').some((result) => result.svpmsn === stays.id));
});

const TRANSPORT = new TransportKey(new Uint8Array(32).fill(7));
const unwrap: LocalUnitOptions['unwrap'] = (n, id, wrapped) => TRANSPORT.unwrap(n, id, wrapped);
const ID = svpmsn(0x10_2030);

function unitWith(keys: MonitoringRing): LocalUnit {
  return new LocalUnit({
    id: 3,
    carrier: powerLine(),
    keys,
    unwrap,
    randomness: { fill: (bytes) => bytes.fill(1) },
    addressMap: { version: 1, entries: [{ svpmsn: ID, modemAddress: 0 }] },
  });
}

test('a local unit cannot be built with value, control or maintenance keys', () => {
  for (const purpose of [Purpose.value, Purpose.control, Purpose.maintenance] as const) {
    const ring = new KeyRing(purpose);
    ring.add(terminalKeyFromBytes(keyName(purpose, Suite.aes128, 0), ID, new Uint8Array(16)));
    assert.throws(() => unitWith(ring as unknown as MonitoringRing), /monitoring keys and no others/);
  }
  assert.equal(unitWith(new KeyRing(Purpose.monitoring)).meters, 1);
});

test('a local unit cannot be made to hold a value or control key, nor one of a meter that is not its own', () => {
  const ring = new KeyRing(Purpose.monitoring);
  const world = new World({ seed: 19, meters: 1, keys: ring, unwrap });
  const { id } = first(world);
  world.connect();
  const own = keyName(Purpose.monitoring, Suite.aes128, 1);
  const wrapped = TRANSPORT.wrap(terminalKeyFromBytes(own, id, new Uint8Array(16).fill(9)));
  const damaged = wrapped.slice();
  damaged[0] = (damaged[0] as number) ^ 1;
  const foreign = svpmsn(5);
  const refused = [
    ...[Purpose.value, Purpose.control, Purpose.maintenance].map((purpose) => ({
      svpmsn: id,
      n: keyName(purpose, Suite.aes128, 0),
      wrapped,
    })),
    { svpmsn: foreign, n: own, wrapped },
    { svpmsn: id, n: own, wrapped: damaged },
    { svpmsn: id, n: keyName(Purpose.monitoring, Suite.aes256, 0), wrapped },
    // Its own, under another name.
    { svpmsn: id, n: keyName(Purpose.monitoring, Suite.aes128, 2), wrapped },
  ];
  const before = ring.size;
  world.tell({ type: 'monitoring-keys', ticket: 7, entries: refused });
  world.time.runUntil(1_000);
  assert.equal(ring.size, before);
  world.tell({ type: 'monitoring-keys', ticket: 8, entries: [{ svpmsn: id, n: own, wrapped }] });
  world.time.runUntil(2_000);
  assert.equal(ring.size, before + 1);
  const answers = world.of('monitoring-keys-answer');
  assert.deepEqual(
    answers.map(({ ticket, taken }) => [ticket, taken]),
    [
      [7, 0],
      [8, 1],
    ],
  );
  assert.deepEqual(
    answers[0]?.refused,
    refused.map(({ svpmsn, n }) => ({ svpmsn, n })),
  );
});

test('a meter that has not taken the new generation yet is polled under the old one', () => {
  const world = new World({ seed: 20, meters: 1 });
  const { id } = first(world);
  world.keys.add(terminalKeyFromBytes(keyName(Purpose.monitoring, Suite.aes128, 3), id, new Uint8Array(16)));
  world.tell({ type: 'address-map', version: 2, entries: [] });
  world.connect();
  const entries = [{ svpmsn: id, modemAddress: 0 }];
  world.tell({ type: 'address-map', version: 3, entries });
  world.time.runUntil(MINUTE);
  assert.ok(world.of('poll-result').length > 0);
});

test('a peer of another version is refused with a sentence, and obeyed in nothing', () => {
  const world = new World({ seed: 21, meters: 1 });
  world.step({ type: 'backhaul-up', now: world.now });
  world.tell({ type: 'hello', version: 2, kind: 'area-unit', id: 8 });
  world.tell({ type: 'address-map', version: 9, entries: [] });
  world.time.runUntil(MINUTE);
  assert.deepEqual(
    world.of('hello-refused').map(({ version, sentence }) => [version, sentence]),
    [
      [
        1,
        'The area unit 8 speaks version 2 of the backhaul and the local unit 3 speaks version 1: update the local unit 3.',
      ],
    ],
  );
  assert.equal(world.unit.meters, 1);
  assert.equal(world.of('poll-result').length, 0);
});

test('the host corrects the clock by which a local unit judges its meters', () => {
  const world = new World({ seed: 22, meters: 1 });
  first(world).clockErrorMs = 3_600_000;
  world.connect();
  world.tell({ type: 'time', unixMs: world.now + 3_600_000 });
  world.time.runUntil(MINUTE);
  const results = world.of('poll-result');
  assert.ok(results.length > 0);
  for (const { clockOffsetMs } of results) assert.ok(Math.abs(clockOffsetMs) < 1_500);
});

test('any bytes from line and backhaul are borne', () => {
  const world = new World({ seed: 23, meters: 2 });
  world.connect();
  world.time.runUntil(5_000);
  const out: LocalUnitOutput[] = [];
  for (let i = 0; i < 3_000; i++) {
    const bytes = new Uint8Array(world.random.u32() % 60);
    world.randomness.fill(bytes);
    if (i % 3 === 0 && bytes.length > 2) bytes.set([[0x10, 0x20, 0x22, 0x30, 0x31, 0x32][i % 6] as number, 3]);
    const now = (world.now + i) as Milliseconds;
    world.unit.step({ type: i % 2 === 0 ? 'backhaul' : 'line', now, bytes }, out);
  }
  assert.ok(world.unit.damagedMessages > 500);
});
