import assert from 'node:assert/strict';
import { SUITE_NAMES } from '../crypto/index.ts';
import {
  Command,
  decodeFrame,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from './index.ts';
import { bodiesFor, drawing, exchanged, ID, later, NOW, type Recording, SUITES, sidesOf } from './sides.testing.ts';

/**
 * Throws `count` frames that no key holder made at the decoder, a terminal and a host, each in every state that it
 * can stand in. Nothing throws, the terminal obeys nothing and the host believes nothing.
 * @throws AssertionError that names the seed and the number of the frame
 */
export function fuzz(seed: number, count: number): void {
  const random = drawing(seed);
  const recorded = SUITES.flatMap((suite) =>
    [Command.valueStore, Command.modeTable, Command.useAndLog].map((h) =>
      exchanged(sidesOf(suite, h, 900 + h), bodiesFor(suite, h)),
    ),
  );
  let terminal: Terminal | undefined;
  let host: HostSession | undefined;
  for (let i = 0; i < count; i++) {
    const what = `seed ${seed}, frame ${i}`;
    // New sides now and then, brought to a state of the dice: most frames meet a session that waits for something.
    if (i % 16 === 0) ({ terminal, host } = sidesSomewhere(random, what));
    const bytes = frameOf(random, recorded);
    const before = bytes.slice();
    const decoded = decodeFrame(bytes);
    if (!('reason' in decoded)) assert.equal(decoded.body.length + 7, bytes.length, what);
    const outcome = terminalReceive(terminal as Terminal, bytes, later(i));
    assert.notEqual(outcome.type, 'command', what);
    // A fresh M1 that comes twice has the same M2 twice; no other of these frames was ever answered.
    assert.ok(outcome.type !== 'again' || bytes[0] === 0x11, what);
    if (outcome.type === 'status-wanted') terminalStatus(terminal as Terminal, new Uint8Array(0));
    assert.ok((terminal as Terminal).sessions.length <= 1, what);
    const { type } = hostReceive(host as HostSession, bytes);
    assert.ok(type === 'ignored' || type === 'refused' || type === 'part-again', `${what}: ${type}`);
    assert.deepEqual(bytes, before, `${what}: what is received is not written to`);
  }
}

function sidesSomewhere(random: ReturnType<typeof drawing>, what: string): { terminal: Terminal; host: HostSession } {
  // Suite 3des authenticates neither parts nor its M4: what it lets through is shown by the attacks on it.
  const suite = SUITES[1 + random.below(SUITES.length - 1)] ?? SUITES[1];
  const commands = Object.values(Command);
  const h = commands[random.below(commands.length)] ?? Command.valueStore;
  const { host, terminal } = sidesOf(suite, h, random.below(1 << 30));
  const bodies = bodiesFor(suite, h);
  const steps = random.below(4);
  if (steps === 0) return { host, terminal };
  assert.equal(terminalReceive(terminal, hostFirst(host), NOW).type, 'status-wanted', `${what}, ${SUITE_NAMES[suite]}`);
  const second = terminalStatus(terminal, bodies.status);
  if (steps === 1) return { host, terminal };
  hostReceive(host, second);
  const third = hostCommand(host, bodies.command);
  if (steps === 2 || third.length > 1) return { host, terminal };
  terminalReceive(terminal, third[0] as Uint8Array, NOW);
  terminalAnswer(terminal, bodies.answer);
  // An answered terminal would rightly repeat its parts for anyone; the frames here meet one that has forgotten.
  terminal.sessions.length = 0;
  return { host, terminal };
}

/** Random bytes, a random body behind a header that fits, or a recorded frame of other sessions with changes. */
function frameOf(random: ReturnType<typeof drawing>, recorded: readonly Recording[]): Uint8Array {
  const kind = random.below(4);
  if (kind === 0) {
    const bytes = new Uint8Array(random.below(300));
    random.fill(bytes);
    return bytes;
  }
  if (kind === 1) {
    const frame = new Uint8Array(7 + random.below(256));
    random.fill(frame);
    const commands = Object.values(Command);
    frame[0] = 0x11 + random.below(6);
    frame[1] = commands[random.below(commands.length)] ?? 0;
    frame.set([ID >> 16, (ID >> 8) & 0xff, ID & 0xff], 3);
    frame[6] = frame.length - 7;
    return frame;
  }
  const { first, second, third, fourth } = recorded[random.below(recorded.length)] as Recording;
  const frames = [first, second, ...third, ...fourth];
  const frame = (frames[random.below(frames.length)] as Uint8Array).slice();
  for (let changes = random.below(4); changes > 0; changes--) frame[random.below(frame.length)] = random.below(256);
  if (kind === 2) return frame;
  const cut = frame.slice(0, 7 + random.below(frame.length - 6));
  cut[6] = cut.length - 7;
  return cut;
}
