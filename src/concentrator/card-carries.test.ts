import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCardKey, keyName, Purpose, Suite } from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeFrame,
  decodeRefusal,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from '../exchange/index.ts';
import { cable, powerLine, relayedRadio, tcp, telephoneLine } from '../line/index.ts';
import { csn, Region } from '../units/index.ts';
import { CARD_ASKED_EVERY_MS, CARD_ASKED_MAX } from './relay.ts';
import { World, type WorldMeter } from './unit-world.testing.ts';

/** What M2 and M4 of a card have in them, with a report, and the longest command, which brings a ticket. */
const STATUS = new Uint8Array(29).fill(2);
const COMMAND = new Uint8Array(18 + 66).fill(3);
const ANSWER = new Uint8Array(42 + 63).fill(4);

interface Asked {
  readonly at: number;
  readonly frame: Uint8Array;
}

/** A meter with a card in its slot that answers a frame so long after it came; the meter refuses until then. */
function withCard(world: World, meter: WorldMeter, worksMs: number, suite: Suite = Suite.aes256) {
  const kh = new Uint8Array(suite === Suite.aes256 ? 32 : 16).fill(9);
  const n = keyName(Purpose.value, suite, 0);
  const key = deriveCardKey(kh, n, csn('04a1b2c3d4e5f6'), Region.gas, 1).terminalKey(meter.id);
  const terminal = createTerminal({ svpmsn: meter.id, keyOf: () => key, randomness: world.randomness });
  const asked: Asked[] = [];
  const { say } = meter.modem;
  let held: { readonly frame: Uint8Array; readonly until: number } | undefined;
  meter.modem.say = (payload) => {
    if (payload[1] !== Command.addedValue) return say(payload);
    const frame = payload.slice();
    asked.push({ at: world.time.now, frame });
    if (held === undefined || Buffer.compare(held.frame, frame) !== 0)
      held = { frame, until: world.time.now + worksMs };
    if (world.time.now < held.until) {
      const decoded = decodeFrame(frame);
      assert.ok(!('reason' in decoded));
      return { frames: [refusalFrame(decoded, Refusal.cardWorks)] };
    }
    const outcome = terminalReceive(terminal, frame, world.time.now);
    if (outcome.type === 'status-wanted') return { frames: [terminalStatus(terminal, STATUS)] };
    if (outcome.type === 'command') {
      assert.deepEqual(outcome.proof.command, COMMAND);
      return { frames: terminalAnswer(terminal, ANSWER) };
    }
    return { frames: outcome.type === 'again' ? outcome.frames : [] };
  };
  const session = () => openHostSession(key, Command.addedValue, world.randomness);
  return { asked, session };
}

/** M1 and M3 through the local unit; the answer that came, and the refusals that did. */
function load(world: World, meter: WorldMeter, session: HostSession) {
  const came = { answer: undefined as Uint8Array | undefined, at: 0, refused: [] as Refusal[] };
  const receive = (frames: readonly Uint8Array[]) => {
    const [frame] = frames;
    const outcome = frame && hostReceive(session, frame);
    if (outcome?.type === 'status') {
      world.carry(meter, 'value', hostCommand(session, COMMAND), (carried) => receive(carried.frames));
    } else if (outcome?.type === 'answer') {
      came.answer = outcome.answer;
      came.at = world.time.now;
    } else if (outcome?.type === 'refused') came.refused.push(outcome.refusal);
  };
  world.carry(meter, 'value', [hostFirst(session)], (carried) => receive(carried.frames));
  return came;
}

const first = (world: World): WorldMeter => world.meters[0] as WorldMeter;

test('a card that takes a second for each frame is asked again, at its pace and with the same bytes', () => {
  const world = new World({ seed: 41, meters: 2 });
  const meter = first(world);
  const { asked, session } = withCard(world, meter, 1_000);
  world.connect();
  const came = load(world, meter, session());
  world.time.runUntil(30_000);
  assert.deepEqual(came.answer, ANSWER);
  assert.deepEqual(came.refused, []);
  assert.equal(new Set(asked.map(({ frame }) => frame.toString())).size, 2, 'M1 and M3, and nothing else');
  assert.ok(asked.length >= 4 && asked.length <= 10, `${asked.length} times`);
  asked.slice(1).forEach(({ at }, i) => {
    assert.ok(at - (asked[i] as Asked).at >= CARD_ASKED_EVERY_MS, 'not at once');
  });
});

test('a card that never comes to an end is asked so often and no more, and then the host hears why', () => {
  const world = new World({ seed: 42, meters: 1 });
  const meter = first(world);
  const { asked, session } = withCard(world, meter, Number.POSITIVE_INFINITY);
  world.connect();
  const came = load(world, meter, session());
  world.time.runUntil(60_000);
  assert.deepEqual(came.refused, [Refusal.cardWorks]);
  assert.equal(asked.length, CARD_ASKED_MAX);
});

test('while a card works, a sale to another meter has the line', () => {
  const world = new World({ seed: 43, meters: 2 });
  const [meter, other] = world.meters as [WorldMeter, WorldMeter];
  const { session } = withCard(world, meter, 8_000);
  world.connect();
  world.time.runUntil(20_000);
  const came = load(world, meter, session());
  world.time.runUntil(21_000);
  const sale = world.sell(other);
  world.time.runUntil(40_000);
  assert.ok(sale.receiptAt !== undefined && sale.receiptAt < 25_000, `${sale.receiptAt}`);
  assert.ok(came.answer === undefined || came.at > sale.receiptAt);
});

test('an empty slot and a card that refuses are told at once, and a meter that works at anything else too', () => {
  const world = new World({ seed: 44, meters: 1 });
  const meter = first(world);
  world.connect();
  world.time.runUntil(10_000);
  const { say } = meter.modem;
  for (const [h, reason] of [
    [Command.addedValue, Refusal.cardAbsent],
    [Command.addedValue, Refusal.cardRefused],
    [Command.valueStore, Refusal.cardWorks],
  ] as const) {
    let times = 0;
    meter.modem.say = (payload) => {
      const frame = decodeFrame(payload);
      if ('reason' in frame || frame.h !== h) return say(payload);
      times += 1;
      return { frames: [refusalFrame(frame, reason)] };
    };
    const refused: unknown[] = [];
    const m1 = Uint8Array.of(0x11, h, meter.valueKey.n, meter.id >> 16, meter.id >> 8, meter.id, 1, 0);
    world.carry(meter, 'value', [m1], ({ frames }) => {
      const frame = decodeFrame(frames[0] as Uint8Array);
      refused.push('reason' in frame ? frame : decodeRefusal(frame));
    });
    world.time.runUntil(world.time.now + 10_000);
    assert.deepEqual(refused, [{ refusal: reason, part: undefined }]);
    assert.equal(times, 1);
  }
});

for (const carrier of [powerLine(), relayedRadio(), telephoneLine(), cable(), tcp()]) {
  test(`the longest frames of a load, a ticket down and a report up, come whole over ${carrier.name}`, () => {
    const world = new World({ seed: 45, meters: 1, carrier });
    const meter = first(world);
    const { session } = withCard(world, meter, 0);
    world.connect();
    const came = load(world, meter, session());
    world.time.runUntil(20_000);
    assert.deepEqual(came.answer, ANSWER);
  });
}
