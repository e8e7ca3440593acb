import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUND_MS_MIN } from '../backhaul/index.ts';
import { KeyRing, Purpose, Suite, TransportKey } from '../crypto/index.ts';
import {
  AttentionReason,
  decodeEventAnswer,
  decodeUseAnswer,
  encodeUseRequest,
  isRecordFailure,
} from '../records/index.ts';
import { milliwattHours, UNIX_MS_MAX } from '../units/index.ts';
import { DEFAULT_POLL_PLAN, type LocalUnitOutput } from './index.ts';
import { WORLD_BEGINS_MS, World, type WorldMeter } from './unit-world.testing.ts';

const MINUTE = 60_000;
const first = (world: World): WorldMeter => world.meters[0] as WorldMeter;

function sequencesBrought(world: World): number[] {
  return world.of('poll-result').flatMap(({ events }) => {
    const answer = events && decodeEventAnswer(events);
    return answer === undefined || isRecordFailure(answer) ? [] : answer.events.map(({ sequence }) => sequence);
  });
}

function daysBrought(world: World): number[] {
  return world.of('poll-result').flatMap(({ use }) => {
    const answer = use && decodeUseAnswer(use);
    return answer === undefined || isRecordFailure(answer) ? [] : answer.profiles.map(({ day }) => day);
  });
}

/** How often the unit is stepped, and how much it says at most in one step, while virtual time goes on for so long. */
function stepsIn(world: World, ms: number): { steps: number; outputsMax: number } {
  let steps = 0;
  let outputsMax = 0;
  const { unit } = world;
  const step = unit.step.bind(unit);
  unit.step = (input, out) => {
    const outputs: LocalUnitOutput[] = [];
    step(input, outputs);
    steps += 1;
    outputsMax = Math.max(outputsMax, outputs.length);
    for (const output of outputs) out.push(output);
  };
  world.time.runUntil(world.time.now + ms);
  unit.step = step;
  return { steps, outputsMax };
}

test('a meter without a key keeps nobody busy, and is polled as soon as its key has come', () => {
  const transport = new TransportKey(new Uint8Array(32).fill(7));
  const world = new World({
    seed: 1,
    meters: 1,
    keys: new KeyRing(Purpose.monitoring),
    unwrap: (n, id, wrapped) => transport.unwrap(n, id, wrapped),
  });
  const { id, monitoringKey } = first(world);
  // It leaves the map with its key, and comes back without.
  world.connect();
  world.tell({ type: 'address-map', version: 2, entries: [] });
  world.tell({ type: 'address-map', version: 3, entries: [{ svpmsn: id, modemAddress: 0 }] });
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: ROUND_MS_MIN });
  world.time.runUntil(1_000);
  const before = world.of('poll-result').length;
  const { steps, outputsMax } = stepsIn(world, MINUTE);
  assert.equal(world.of('poll-result').length, before);
  assert.ok(steps < 200 && outputsMax < 10, `${steps} steps, ${outputsMax} outputs`);
  const wrapped = transport.wrap(monitoringKey);
  world.tell({ type: 'monitoring-keys', ticket: 1, entries: [{ svpmsn: id, n: monitoringKey.n, wrapped }] });
  const asked = first(world).modem.requests.length;
  world.time.runUntil(world.time.now + 5_000);
  assert.ok(first(world).modem.requests.length > asked);
});

test('a unit whose clock is set before 2000 sets no clock of a meter of the suite of the seed', () => {
  const world = new World({ seed: 2, meters: 1, suite: Suite.tripleDes });
  world.connect();
  world.tell({ type: 'time', unixMs: 1_000 });
  world.time.runUntil(MINUTE);
  assert.equal(world.of('poll-result').length, 0);
  assert.equal(first(world).modem.requests.length, 1, 'M1 tells nothing of the time');
  world.tell({ type: 'time', unixMs: world.now });
  world.tell({ ...DEFAULT_POLL_PLAN, roundMs: MINUTE });
  world.time.runUntil(3 * MINUTE);
  assert.ok(world.of('poll-result').length > 0);
});

for (const [name, unixMs] of [
  ['its beginning', 0],
  ['its end', UNIX_MS_MAX],
  ['shortly before its end', UNIX_MS_MAX - 30_000],
] as const) {
  test(`a clock that is put to ${name} and back is borne, and steps no more often than another`, () => {
    const world = new World({ seed: 3, meters: 2 });
    first(world).raise(AttentionReason.bypass);
    const measure = () => world.step({ type: 'measured', now: world.now, energy: milliwattHours(5) });
    for (let at = 10_000; at < 60 * MINUTE; at += 10_000) world.time.at(at, measure);
    world.connect();
    world.time.runUntil(14 * MINUTE);
    world.tell({ type: 'time', unixMs });
    const { steps } = stepsIn(world, 20 * MINUTE);
    world.tell({ type: 'time', unixMs: WORLD_BEGINS_MS });
    const after = stepsIn(world, 20 * MINUTE);
    assert.ok(steps < 5_000 && after.steps < 5_000, `${steps} and ${after.steps} steps`);
    assert.ok(world.of('line-health').length >= 3);
    assert.ok(world.of('check-meter').length > 20);
  });
}

test('a request for use that no meter understands is not carried to one', () => {
  const world = new World({ seed: 4, meters: 1 });
  world.connect();
  world.time.runUntil(MINUTE);
  const asked = first(world).modem.requests.length;
  world.tell({ type: 'collect', svpmsn: first(world).id, eventsFrom: 0, use: new Uint8Array(3_000) });
  world.time.runUntil(2 * MINUTE);
  assert.equal(first(world).modem.requests.length, asked);
});

test('what a poll has fetched when the connection goes is fetched again when it is back', () => {
  for (const downAt of [1_000, 1_500, 2_000, 2_500, 3_000]) {
    const world = new World({ seed: 5, meters: 1 });
    first(world).note();
    world.connect();
    world.time.runUntil(downAt);
    world.step({ type: 'backhaul-down', now: world.now });
    const known = sequencesBrought(world).length + daysBrought(world).length;
    world.time.runUntil(5 * MINUTE);
    if (known === 0) assert.equal(world.of('poll-result').length, 0, 'nothing is said to nobody');
    world.connect();
    world.time.runUntil(10 * MINUTE);
    assert.deepEqual(sequencesBrought(world), [1], `down at ${downAt}`);
    assert.deepEqual(daysBrought(world), [first(world).lastDay], `down at ${downAt}`);
  }
});

test('the facts of an alarm whose poll found the connection gone come first when it is back', () => {
  const world = new World({ seed: 6, meters: 8 });
  world.connect();
  world.time.runUntil(MINUTE);
  const alarmed = world.meters[5] as WorldMeter;
  alarmed.raise(AttentionReason.bypass);
  while (world.of('attention').length === 0) world.time.runUntil(world.time.now + 10);
  world.step({ type: 'backhaul-down', now: world.now });
  world.time.runUntil(world.time.now + 2 * MINUTE);
  assert.deepEqual(sequencesBrought(world), []);
  world.connect();
  const from = world.time.now;
  world.time.runUntil(from + 10_000);
  const facts = world.of('poll-result').filter(({ at }) => at > from)[0];
  assert.ok(facts?.svpmsn === alarmed.id && facts.events !== undefined);
});

test('what a poll has fetched when the host comes between is fetched again', () => {
  for (let soldAt = 1_000; soldAt < 5_000; soldAt += 250) {
    const world = new World({ seed: 7, meters: 1 });
    const meter = first(world);
    meter.note();
    meter.clockErrorMs = -20_000;
    world.connect();
    world.time.at(soldAt, () => world.sell(meter));
    world.time.runUntil(5 * MINUTE);
    assert.deepEqual(sequencesBrought(world), [1], `sold at ${soldAt}`);
    assert.deepEqual(daysBrought(world), [meter.lastDay], `sold at ${soldAt}`);
  }
});

test('what the host asked for survives a poll that the host comes between', () => {
  const world = new World({ seed: 8, meters: 1 });
  const meter = first(world);
  world.connect();
  world.time.runUntil(MINUTE);
  meter.noisyProfile = true;
  const profiles = [{ day: meter.lastDay - 2, supply: 1 as const }];
  const use = encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles });
  world.tell({ type: 'collect', svpmsn: meter.id, eventsFrom: 0, use });
  world.time.at(MINUTE + 5_000, () => world.sell(meter));
  world.time.runUntil(3 * MINUTE);
  assert.deepEqual(daysBrought(world), [meter.lastDay, meter.lastDay - 2]);
  // And it is asked for once.
  world.time.runUntil(40 * MINUTE);
  assert.equal(daysBrought(world).length, 2);
});

for (const suite of [Suite.tripleDesXo, Suite.aes128]) {
  test(`a meter that has lost its memory is heard again, with its events from the first, in suite ${suite}`, () => {
    const world = new World({ seed: 9, meters: 2, suite });
    const meter = first(world);
    world.connect();
    for (let i = 0; i < 5; i++) {
      meter.raise(AttentionReason.lowBalance);
      world.time.runUntil(world.time.now + 30_000);
    }
    assert.equal(world.of('attention').length, 5);
    meter.loseMemory();
    const lostAt = world.time.now;
    meter.raise(AttentionReason.bypass);
    world.time.runUntil(lostAt + MINUTE);
    const told = world.of('attention').filter(({ at }) => at > lostAt);
    assert.deepEqual(
      told.map(({ reasons, counter }) => [reasons, counter]),
      [[AttentionReason.bypass, 1]],
    );
    assert.equal(meter.modem.attentionsHeard, 6, 'the meter was told that it was heard');
    assert.deepEqual(sequencesBrought(world), [1, 2, 3, 4, 5, 1]);
  });
}

test('a meter without a clock has no more credit for replays than any other, and they bring one poll a minute', () => {
  const world = new World({ seed: 10, meters: 1 });
  const meter = first(world);
  meter.clockUnset = true;
  world.connect();
  world.time.runUntil(MINUTE);
  const earlier = meter.attention(AttentionReason.lowBalance);
  for (const payload of [earlier, meter.attention(AttentionReason.lowBalance)]) {
    world.line.stepMeter(meter.modem, { type: 'attention', payload });
    world.time.runUntil(world.time.now + 20_000);
  }
  assert.equal(world.of('attention').length, 2);
  const polls = world.of('poll-result').length;
  const from = world.time.now;
  for (let i = 0; i < 30; i++) {
    world.line.stepMeter(meter.modem, { type: 'attention', payload: earlier });
    world.time.runUntil(from + 10_000 * i);
  }
  assert.equal(world.of('attention').length, 2);
  assert.ok(world.of('poll-result').length - polls <= 6);
});
