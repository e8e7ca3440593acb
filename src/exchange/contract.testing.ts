import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportTerminalKey, keyName, Purpose, SUITE_NAMES, Suite } from '../crypto/index.ts';
import { assertNever } from '../units/index.ts';
import {
  askForPart,
  askForThirdPart,
  Command,
  HEADER_BYTES,
  type HostAuthenticated,
  hostCommand,
  hostFirst,
  hostReceive,
  hostWrapKey,
  openHostSession,
  PART_BYTES_MAX,
  Refusal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
} from './index.ts';
import {
  bodiesFor,
  drawing,
  expectType,
  keyOf,
  NOW,
  randomBytesOf,
  type Sides,
  SUITES,
  sidesOf,
  terminalOf,
} from './sides.testing.ts';

/** What carries the frames of an exchange between a host and a terminal: nothing at all, or a line with losses. */
export interface ExchangeCarrier {
  readonly name: string;
  /**
   * A line to one terminal. `hear` is the terminal: what it answers to a frame, or `undefined` when the frame is not
   * for it. `ask` gives to a frame of the host what came back, in order: nothing when the terminal had nothing to say,
   * and nothing too when the line gave up. It may let the terminal hear a frame that was asked before once more.
   */
  connect(
    hear: (frame: Uint8Array) => readonly Uint8Array[] | undefined,
  ): (frame: Uint8Array) => Promise<readonly Uint8Array[]>;
}

/** Both sides in one memory: what is said is heard at once. */
export const IN_MEMORY: ExchangeCarrier = {
  name: 'in memory',
  connect: (hear) => async (frame) => hear(frame) ?? [],
};

/** What every suite does alike, whatever carries it. Registers its tests. */
export function exchangeContract(suite: Suite, carrier: ExchangeCarrier): void {
  const name = `${SUITE_NAMES[suite]} ${carrier.name}`;
  const seed = suite === Suite.tripleDes;
  const commands = seed ? SEED_COMMANDS : Object.values(Command);

  test(`${name}: every command that the suite has arrives whole and is answered`, async () => {
    for (const h of commands) {
      const bodies = bodiesFor(suite, h, h);
      const { status, proof, answer } = await carried(carrier, sidesOf(suite, h, h), bodies);
      assert.deepEqual(status, bodies.status, `status of ${h.toString(16)}`);
      // The seed pads what it carries in clear or under ECB and keeps no length.
      const whole = (bytes: Uint8Array, length: number) => (seed ? bytes.subarray(0, length) : bytes);
      assert.deepEqual(whole(proof.command, bodies.command.length), bodies.command, `command ${h.toString(16)}`);
      assert.deepEqual(whole(answer, bodies.answer.length), bodies.answer, `answer of ${h.toString(16)}`);
    }
  });

  test(`${name}: the proof names the command and the key that asked for it`, async () => {
    for (const h of commands) {
      const sides = sidesOf(suite, h, h);
      const { proof } = await carried(carrier, sides, bodiesFor(suite, h));
      assert.equal(proof.h, h);
      assert.equal(proof.key.n, sides.host.key.n);
    }
  });

  test(`${name}: long bodies of every size cross in parts of at most 224 bytes, both ways`, async () => {
    for (const size of LONG_SIZES) {
      const body = randomBytesOf(size, size);
      const down = await carried(carrier, sidesOf(suite, Command.modeTable, size), {
        ...bodiesFor(suite, Command.modeTable),
        command: body,
      });
      assert.deepEqual(down.proof.command, body, `${size} bytes down`);
      assertParts(down.third);
      if (seed && size === 0) continue; // M of the seed is never empty: it names the terminal.
      const up = await carried(carrier, sidesOf(suite, Command.useAndLog, size), {
        ...bodiesFor(suite, Command.useAndLog),
        answer: body,
      });
      assert.equal(up.answer.length, seed ? padded(size) : size, `${size} bytes up`);
      assert.deepEqual(up.answer.subarray(0, size), body, `${size} bytes up`);
      assertParts(up.fourth);
    }
  });

  test(`${name}: parts that are left out, doubled and out of order arrive, because each side asks for what it lacks`, async () => {
    for (let draw = 1; draw <= 20; draw++) {
      const random = drawing(draw);
      const size = seed ? padded(1 + random.below(3000)) : 1 + random.below(3000);
      const body = randomBytesOf(draw, size);
      const bad = (frames: readonly Uint8Array[]) => disordered(random, frames);
      for (const [h, bodies] of [
        [Command.modeTable, { ...bodiesFor(suite, Command.modeTable), command: body }],
        [Command.useAndLog, { ...bodiesFor(suite, Command.useAndLog), answer: body }],
      ] as const) {
        const { proof, answer } = await carried(carrier, sidesOf(suite, h, draw), bodies, bad);
        assert.deepEqual(h === Command.modeTable ? proof.command : answer, body, `draw ${draw}`);
      }
    }
  });

  test(`${name}: a command that comes again is answered again, byte for byte, and not obeyed twice`, async () => {
    for (const h of commands) {
      const { host, terminal } = sidesOf(suite, h, h);
      const bodies = bodiesFor(suite, h);
      const ends = endsOf({ host, terminal }, bodies, carrier);
      await begun(ends);
      const third = hostCommand(host, bodies.command);
      const last = third.at(-1) as Uint8Array;
      for (const frame of third.slice(0, -1)) await answered(ends, frame, () => ends.heard.has(hex(frame)));
      await answered(ends, last, () => ends.proofs.length > 0);
      const again = await answered(ends, last, (frames) => frames.length === ends.fourth.length);
      assert.deepEqual(again, ends.fourth);
      assert.equal(ends.proofs.length, 1, `command ${h.toString(16)}`);
    }
  });

  test(`${name}: what the terminal refuses comes back with its reason`, async () => {
    for (const asked of SUITES) {
      if (seed === (asked === Suite.tripleDes)) continue;
      const { host } = sidesOf(asked, Command.valueStore, 2);
      const terminal = terminalOf(suite, 1);
      const ends = endsOf({ host, terminal }, bodiesFor(suite, Command.valueStore), carrier);
      const [refused] = await answered(ends, hostFirst(host), (frames) => frames.length > 0);
      const outcome = expectType(hostReceive(host, refused as Uint8Array), 'refused');
      assert.equal(outcome.refusal, Refusal.suiteNotServed);
    }
  });

  if (seed) return; // The seed has no key change.
  test(`${name}: a key change crosses wrapped, and no byte of the new key stands in a frame`, async () => {
    for (const purpose of Object.values(Purpose)) {
      const next = keyOf(keyName(purpose, suite, 1));
      const host = openHostSession(keyOf(keyName(purpose, suite, 0)), Command.keyChange, drawing(purpose));
      const sides = { host, terminal: terminalOf(suite, purpose) };
      const bodies = { ...bodiesFor(suite, Command.keyChange), answer: Uint8Array.of(0) };
      const ends = endsOf(sides, bodies, carrier);
      let unwrapped: Uint8Array | undefined;
      ends.obey = ({ command }) => {
        unwrapped = terminalUnwrapKey(sides.terminal, command);
      };
      await begun(ends);
      const third = hostCommand(host, hostWrapKey(host, next));
      assert.deepEqual(await ended(ends, third, inOrder), Uint8Array.of(0));
      const kt = exportTerminalKey(next);
      assert.deepEqual(unwrapped, kt);
      for (const frame of third) assert.equal(Buffer.from(frame).indexOf(kt.subarray(0, 8)), -1);
    }
  });
}

/** The commands of FIG. 1 to 3: suite `3des` has no others. */
export const SEED_COMMANDS: readonly Command[] = [Command.valueStore, Command.modeTable, Command.useAndLog];

/** Around every edge of a block, of a part and of two; a tag of 8 and a length of 1 count where the suite has them. */
const LONG_SIZES = [
  ...Array(34).keys(),
  ...Array.from({ length: 50 }, (_, i) => 205 + i),
  ...[440, 441, 445, 446, 447, 448, 449, 450, 664, 665, 672, 673, 2880, 5000],
];
/** Rounds of asking after which a carrier has failed: at the losses of any of them a handful is enough. */
const ROUNDS_MAX = 1_000;

interface Bodies {
  readonly status: Uint8Array;
  readonly command: Uint8Array;
  readonly answer: Uint8Array;
}

interface Carried {
  readonly status: Uint8Array;
  readonly proof: HostAuthenticated;
  readonly answer: Uint8Array;
  readonly third: readonly Uint8Array[];
  readonly fourth: readonly Uint8Array[];
}

/** The two ends of a carrier, and what the terminal has been through. */
interface Ends {
  readonly sides: Sides;
  readonly ask: (frame: Uint8Array) => Promise<readonly Uint8Array[]>;
  /** Frames of M3 that the terminal has taken, in hex. */
  readonly heard: Set<string>;
  readonly proofs: HostAuthenticated[];
  fourth: readonly Uint8Array[];
  obey: (proof: HostAuthenticated) => void;
}

type Order = (frames: readonly Uint8Array[]) => readonly Uint8Array[];
const inOrder: Order = (frames) => frames;

/** One whole exchange over the carrier, however often something must be asked again. */
async function carried(
  carrier: ExchangeCarrier,
  sides: Sides,
  bodies: Bodies,
  order: Order = inOrder,
): Promise<Carried> {
  const ends = endsOf(sides, bodies, carrier, order);
  const status = await begun(ends);
  const third = hostCommand(sides.host, bodies.command);
  const answer = await ended(ends, third, order);
  assert.equal(ends.proofs.length, 1, 'the terminal obeys once');
  return { status, proof: ends.proofs[0] as HostAuthenticated, answer, third, fourth: ends.fourth };
}

/** The terminal at its end of the carrier; what it answers in several parts it says in this order. */
function endsOf(sides: Sides, bodies: Bodies, carrier: ExchangeCarrier, order: Order = inOrder): Ends {
  const { terminal } = sides;
  const hear = (frame: Uint8Array): readonly Uint8Array[] | undefined => {
    const outcome = terminalReceive(terminal, frame, NOW);
    switch (outcome.type) {
      case 'status-wanted':
        return [terminalStatus(terminal, bodies.status)];
      case 'command':
        ends.proofs.push(outcome.proof);
        ends.obey(outcome.proof);
        ends.fourth = terminalAnswer(terminal, bodies.answer);
        return order(ends.fourth);
      case 'part-taken': {
        // A part that comes again: the host has said all, and waits. The terminal asks for what it lacks.
        const lacking = ends.heard.has(hex(frame)) ? askForThirdPart(terminal) : undefined;
        ends.heard.add(hex(frame));
        return lacking === undefined ? [] : [lacking];
      }
      case 'again':
        return order(outcome.frames);
      case 'refuse':
        return [outcome.frame];
      case 'silent':
        return undefined;
      default:
        return assertNever(outcome);
    }
  };
  const ends: Ends = {
    sides,
    ask: carrier.connect(hear),
    heard: new Set(),
    proofs: [],
    fourth: [],
    obey: () => undefined,
  };
  return ends;
}

/** Asks with M1 until M2 is there. */
async function begun({ sides: { host }, ask }: Ends): Promise<Uint8Array> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const frame of await ask(hostFirst(host))) return expectType(hostReceive(host, frame), 'status').status;
  }
  throw new Error('M2 never came');
}

/** Asks with M3 until M4 is there, whole. */
async function ended({ sides: { host }, ask }: Ends, third: readonly Uint8Array[], order: Order): Promise<Uint8Array> {
  let asking = order(third);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const lacking: Uint8Array[] = [];
    for (const frame of asking) {
      for (const heard of await ask(frame)) {
        const outcome = hostReceive(host, heard);
        if (outcome.type === 'answer') return outcome.answer;
        if (outcome.type === 'part-again') lacking.push(outcome.frame);
        else assert.equal(outcome.type, 'part');
      }
    }
    // A terminal that says nothing lacks a part, or its answer was lost: the first frame again makes it say which.
    asking = lacking.length > 0 ? lacking : [askForPart(host) ?? (third[0] as Uint8Array)];
  }
  throw new Error('M4 never came');
}

/** Asks with this frame until what came of it is enough. */
async function answered(
  { ask }: Ends,
  frame: Uint8Array,
  enough: (frames: readonly Uint8Array[]) => boolean,
): Promise<readonly Uint8Array[]> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const frames = await ask(frame);
    if (enough(frames)) return frames;
  }
  throw new Error('the carrier never carried the frame');
}

/** The frames as a bad hand deals them: some left out, some twice, in any order. */
function disordered(random: ReturnType<typeof drawing>, frames: readonly Uint8Array[]): Uint8Array[] {
  return frames
    .flatMap((frame) => Array<Uint8Array>(random.below(3)).fill(frame))
    .map((frame) => ({ frame, at: random.below(1000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ frame }) => frame);
}

function assertParts(frames: readonly Uint8Array[]): void {
  for (const [index, frame] of frames.entries()) {
    assert.equal(frame[HEADER_BYTES], index);
    assert.equal(frame[HEADER_BYTES + 1], frames.length);
    assert.ok(frame.length - HEADER_BYTES - 2 - 8 <= PART_BYTES_MAX);
  }
}

const padded = (size: number): number => 8 * Math.ceil(size / 8);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
