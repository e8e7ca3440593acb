import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, decodeFrame, hostFirst, Message, openHostSession, Refusal } from '../exchange/index.ts';
import { PERFECT_CONDITIONS, powerLine, relayedRadio } from '../line/index.ts';
import { encodeUseRequest } from '../records/index.ts';
import { svpmsn } from '../units/index.ts';
import { DEFAULT_POLL_PLAN } from './index.ts';
import { MeterMap } from './meter-map.ts';
import { beginRelay, isRelayable, relayAnswered } from './relay.ts';
import { World, type WorldMeter } from './unit-world.testing.ts';

const MINUTE = 60_000;
const LOSSY = { ...PERFECT_CONDITIONS, frameLost: 0.02 };
const first = (world: World): WorldMeter => world.meters[0] as WorldMeter;

/** All that has passed through the local unit in both directions, for the host and for a meter. */
function overheard(world: World) {
  const meter = first(world);
  const toMeter: Uint8Array[] = [];
  const fromHost: Uint8Array[] = [];
  const toHost: Uint8Array[] = [];
  const fromMeter: Uint8Array[] = [];
  const { say } = meter.modem;
  meter.modem.say = (payload) => {
    toMeter.push(payload.slice());
    const said = say(payload);
    fromMeter.push(...(said.frames ?? []).map((frame) => frame.slice()));
    return said;
  };
  const carry = world.carry.bind(world);
  world.carry = (to, priority, frames, then) => {
    fromHost.push(...frames.map((frame) => frame.slice()));
    carry(to, priority, frames, (carried) => {
      toHost.push(...carried.frames.map((frame) => frame.slice()));
      then(carried);
    });
  };
  return { meter, toMeter, fromHost, toHost, fromMeter };
}

const contains = (bytes: Uint8Array, part: Uint8Array): boolean => Buffer.from(bytes).includes(Buffer.from(part));
const ofCommands = (frames: readonly Uint8Array[], ...commands: Command[]) =>
  frames.filter((frame) => commands.includes(frame[1] as Command));

test('value and control pass through a local unit byte for byte, both ways, and it can read neither', () => {
  const world = new World({ seed: 7, meters: 2 });
  const { meter, toMeter, fromHost, toHost, fromMeter } = overheard(world);
  world.connect();
  const sale = world.sell(meter, 250);
  world.time.runUntil(30_000);
  const table = Uint8Array.from({ length: 700 }, (_, i) => (i * 37) & 0xff);
  const session = openHostSession(meter.controlKey, Command.modeTable, world.randomness);
  world.exchange(meter, 'control', session, table, () => undefined);
  world.time.runUntil(60_000);
  assert.ok(sale.receiptAt !== undefined);
  assert.equal(meter.balance, 1250);
  assert.deepEqual(meter.tables, [table]);

  const carried = [Command.valueStore, Command.modeTable] as const;
  assert.deepEqual(ofCommands(toMeter, ...carried), fromHost);
  assert.deepEqual(toHost, ofCommands(fromMeter, ...carried));
  assert.ok(fromHost.length > 6 && toHost.length === 4);

  // No secret of either passes in clear: neither TXID nor table, 32 bytes of it, is in any frame.
  for (const frame of [...toMeter, ...fromMeter]) {
    assert.ok(!contains(frame, new Uint8Array(8).fill(1)), 'a TXID in clear');
    assert.ok(!contains(frame, table.subarray(100, 132)), 'a mode table in clear');
  }
  for (const key of [meter.valueKey, meter.controlKey])
    assert.equal(world.keys.get(key.n as never, meter.id), undefined);
});

test('whatever bit a local unit would change in a credit on its way, the meter stores nothing', () => {
  const world = new World({ seed: 8, meters: 1 });
  world.connect();
  const { meter, toMeter } = overheard(world);
  world.sell(meter, 250);
  world.time.runUntil(20_000);
  const third = toMeter.find((frame) => ((frame[0] as number) & 15) === Message.third) as Uint8Array;
  const { say } = meter.modem;
  const before = meter.balance;
  for (let bit = 0; bit < 8 * third.length; bit++) {
    let changed = false;
    meter.modem.say = (payload) => {
      if (((payload[0] as number) & 15) !== Message.third || payload[1] !== Command.valueStore) return say(payload);
      const altered = payload.slice();
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      changed = true;
      return say(altered);
    };
    world.carry(meter, 'value', [third], () => undefined);
    world.time.runUntil(world.time.now + 10_000);
    assert.ok(changed, `bit ${bit} was sent`);
    assert.equal(meter.balance, before, `bit ${bit}`);
  }
});

test('the parts of a long answer to the host are fetched one by one and handed up in order', () => {
  const world = new World({ seed: 8, meters: 1, conditions: LOSSY });
  world.connect();
  world.tell({ ...DEFAULT_POLL_PLAN, profiles: false });
  world.time.runUntil(30_000);
  const meter = first(world);
  meter.noisyProfile = true;
  const session = openHostSession(meter.monitoringKey, Command.useAndLog, world.randomness);
  const profiles = [{ day: meter.lastDay, supply: 1 as const }];
  let answer: Uint8Array | undefined;
  world.exchange(
    meter,
    'bulk',
    session,
    encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles }),
    (bytes) => {
      answer = bytes;
    },
  );
  world.time.runUntil(2 * MINUTE);
  assert.ok(answer !== undefined && answer.length > 2_500);
});

test('a mode table of several parts is carried in order, and its one answer handed up', () => {
  const world = new World({ seed: 31, meters: 2, conditions: { ...PERFECT_CONDITIONS, frameLost: 0.05 } });
  world.connect();
  const meter = first(world);
  const table = Uint8Array.from({ length: 700 }, (_, i) => i & 0xff);
  let answer: Uint8Array | undefined;
  const session = openHostSession(meter.controlKey, Command.modeTable, world.randomness);
  world.exchange(meter, 'control', session, table, (bytes) => {
    answer = bytes;
  });
  world.time.runUntil(MINUTE);
  assert.deepEqual(answer, Uint8Array.of(0));
  assert.deepEqual(meter.tables, [table]);
});

test('a carry to a meter that is not on the map, to a silent one, and one with foreign frames fail each by name', () => {
  const world = new World({ seed: 9, meters: 2 });
  const [dark, other] = world.meters as [WorldMeter, WorldMeter];
  dark.dark = true;
  world.connect();
  const outcomes: string[] = [];
  const m1 = (meter: WorldMeter) => hostFirst(openHostSession(meter.valueKey, Command.valueStore, world.randomness));
  world.carry({ id: svpmsn(1) }, 'value', [m1(dark)], ({ outcome }) => outcomes.push(outcome));
  world.carry(dark, 'value', [m1(dark)], ({ outcome }) => outcomes.push(outcome));
  world.carry(other, 'value', [m1(dark)], ({ outcome }) => outcomes.push(outcome));
  world.carry(other, 'value', [Uint8Array.of(1, 2, 3)], ({ outcome }) => outcomes.push(outcome));
  world.time.runUntil(20_000);
  assert.deepEqual(outcomes, ['unknown-meter', 'refused', 'refused', 'no-answer']);
});

test('a frame that is too long for the carrier is refused, and one that just fits is carried', () => {
  const frame = (length: number) => Uint8Array.of(0x13, 0x20, 0xa0, 0, 0, 7, length - 7, ...new Uint8Array(length - 7));
  const carry = (length: number) =>
    ({ type: 'carry', ticket: 1, svpmsn: svpmsn(7), priority: 'control', frames: [frame(length)] }) as const;
  assert.ok(isRelayable(carry(249), relayedRadio()));
  assert.ok(!isRelayable(carry(250), relayedRadio()));
  assert.ok(isRelayable(carry(255), powerLine()));
});

/** A relay of one frame, ready for its answer. */
function relayOf(world: World) {
  const meter = first(world);
  const map = new MeterMap();
  map.take({ version: 1, entries: [{ svpmsn: meter.id, modemAddress: 0 }] }, world.keys, 0);
  const frames = [hostFirst(openHostSession(meter.monitoringKey, Command.useAndLog, world.randomness))];
  const carry = { type: 'carry', ticket: 1, svpmsn: meter.id, priority: 'bulk', frames } as const;
  assert.ok(isRelayable(carry, powerLine()));
  return beginRelay(carry, map.bySvpmsn(meter.id) as never);
}

test('an answer is kept, though the line uses its buffer for the next', () => {
  const world = new World({ seed: 9, meters: 1 });
  const relay = relayOf(world);
  const n = first(world).monitoringKey.n;
  const part = (index: number) =>
    Uint8Array.of(0x14, Command.useAndLog, n, 0x10, 0, 0, 12, index, 2, ...new Array(10).fill(index + 1));
  const buffer = new Uint8Array(64);
  const line = (frame: Uint8Array): Uint8Array => {
    buffer.fill(0xee);
    buffer.set(frame);
    return buffer.subarray(0, frame.length);
  };
  assert.equal(relayAnswered(relay, line(part(0))).type, 'ask');
  const asked = decodeFrame(relay.next);
  assert.ok(!('reason' in asked) && asked.body[0] === Refusal.partMissing && asked.body[1] === 1);
  const step = relayAnswered(relay, line(part(1)));
  buffer.fill(0);
  assert.ok(step.type === 'ended');
  assert.deepEqual(step.carried.frames, [part(0), part(1)]);
});
