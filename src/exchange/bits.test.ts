import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import {
  Command,
  hostCommand,
  hostFirst,
  hostReceive,
  Refusal,
  type TerminalOutcome,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from './index.ts';
import {
  bodiesFor,
  deliveredAnswer,
  deliveredCommand,
  exchanged,
  expectType,
  later,
  NOW,
  REPAIRED,
  type Sides,
  sidesOf,
  withBit,
} from './sides.testing.ts';

/**
 * Every single bit of the four messages of a value store, changed and delivered with its check sum put right.
 * Nothing is applied, nothing is confirmed, and then the true frame comes.
 */
const h = Command.valueStore;

const bitName = (bit: number): string => `bit ${bit & 7} of byte ${bit >> 3}`;
const bitsOf = (bytes: Uint8Array): number[] => [...Array(8 * bytes.length).keys()];

/** How a terminal that awaits M3 takes one with this bit changed. Bits count from the highest of byte 0. */
function expectedOfThird(
  suite: Suite,
  bit: number,
): { readonly outcome: string; readonly session: 'kept' | 'burnt' | 'evicted' } {
  const kept = (outcome: string) => ({ outcome, session: 'kept' }) as const;
  switch (bit >> 3) {
    case 0:
      // 0x13 becomes 0x12, a message that no terminal takes, or 0x11, an M1: too long for one in the AES suites, and
      // just as long in suite 3des-xo, where a new session takes the place of the old one, as with any M1.
      if (bit === 7) return kept('message-unexpected');
      if (bit === 6) {
        return suite === Suite.tripleDesXo
          ? { outcome: 'status-wanted', session: 'evicted' }
          : kept(`refusal ${Refusal.bodyWrong}`);
      }
      return kept('message-unknown');
    case 1: // 0x10 becomes 0x11, 0x12, 0x18 or 0x30, which are commands, or no command
      return [2, 4, 6, 7].includes(bit & 7) ? kept(`refusal ${Refusal.sessionUnknown}`) : kept('command-unknown');
    case 2:
      return kept(`refusal ${Refusal.sessionUnknown}`);
    case 3:
    case 4:
    case 5:
      return kept('terminal-foreign');
    case 6:
      return kept('frame-length-wrong');
    default:
      return { outcome: `refusal ${Refusal.tagWrong}`, session: 'burnt' };
  }
}

const nameOf = (outcome: TerminalOutcome): string => {
  if (outcome.type === 'refuse') return `refusal ${outcome.refusal}`;
  return outcome.type === 'silent' ? outcome.reason : outcome.type;
};

function upToStatus(suite: Suite, seed: number): Sides & { second: Uint8Array } {
  const sides = sidesOf(suite, h, seed);
  expectType(terminalReceive(sides.terminal, hostFirst(sides.host), NOW), 'status-wanted');
  return { ...sides, second: terminalStatus(sides.terminal, bodiesFor(suite, h).status) };
}

for (const suite of REPAIRED) {
  const name = SUITE_NAMES[suite];
  const bodies = bodiesFor(suite, h);

  test(`${name}: an M1 with any bit changed leads to nothing, and the true one then to its command`, () => {
    const size = hostFirst(sidesOf(suite, h, 1).host).length;
    const answered = new Set<number>();
    for (let bit = 0; bit < 8 * size; bit++) {
      const { host, terminal } = sidesOf(suite, h, 1);
      const outcome = terminalReceive(terminal, withBit(hostFirst(host), bit), NOW);
      assert.notEqual(outcome.type, 'command');
      if (outcome.type === 'status-wanted') {
        answered.add(bit >> 3);
        // The terminal cannot know. The host can: this M2 was made for another M1.
        expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'ignored');
      }
      assert.equal(host.state.name, 'awaiting-status', bitName(bit));
      // The changed byte may have named another purpose's session, or made value's: the true M1 waits for neither.
      assert.deepEqual(exchanged({ host, terminal }, bodies).answer, bodies.answer, bitName(bit));
    }
    // Only H, n and the drawn bytes can be changed into another M1.
    assert.deepEqual(
      [...answered].sort((a, b) => a - b),
      [
        1,
        2,
        ...Array(size - 7)
          .keys()
          .map((i) => i + 7),
      ],
    );
  });

  test(`${name}: an M2 with any bit changed is ignored, and the true one still taken`, () => {
    const { host, terminal, second } = upToStatus(suite, 2);
    for (const bit of bitsOf(second)) {
      expectType(hostReceive(host, withBit(second, bit)), 'ignored');
      assert.equal(host.state.name, 'awaiting-status', bitName(bit));
    }
    assert.deepEqual(expectType(hostReceive(host, second), 'status').status, bodies.status);
    assert.deepEqual(deliveredCommand(terminal, hostCommand(host, bodies.command)).command, bodies.command);
    assert.deepEqual(deliveredAnswer(host, terminalAnswer(terminal, bodies.answer)), bodies.answer);
  });

  test(`${name}: an M3 with any bit of its body changed burns the session, and one of its header does not`, () => {
    const size = (exchanged(sidesOf(suite, h, 3), bodies).third[0] as Uint8Array).length;
    for (let bit = 0; bit < 8 * size; bit++) {
      const { host, terminal, second } = upToStatus(suite, 3);
      expectType(hostReceive(host, second), 'status');
      const [third] = hostCommand(host, bodies.command) as [Uint8Array];
      const { outcome, session } = expectedOfThird(suite, bit);
      assert.equal(nameOf(terminalReceive(terminal, withBit(third, bit), NOW)), outcome, bitName(bit));
      const after = terminalReceive(terminal, third, NOW);
      if (session === 'kept') {
        assert.deepEqual(expectType(after, 'command').proof.command, bodies.command, bitName(bit));
        assert.deepEqual(deliveredAnswer(host, terminalAnswer(terminal, bodies.answer)), bodies.answer);
        continue;
      }
      // The nonce is gone: the true M3 comes too late, and the host begins anew when the terminal listens again.
      assert.equal(nameOf(after), `refusal ${Refusal.sessionUnknown}`, bitName(bit));
      const again = { host: sidesOf(suite, h, 4).host, terminal };
      assert.deepEqual(exchanged(again, bodies, later(60_000)).answer, bodies.answer, bitName(bit));
    }
  });

  test(`${name}: an M4 with any bit changed confirms nothing, and the true one still does, once`, () => {
    const { host, terminal, second } = upToStatus(suite, 5);
    expectType(hostReceive(host, second), 'status');
    deliveredCommand(terminal, hostCommand(host, bodies.command));
    const [fourth] = terminalAnswer(terminal, bodies.answer) as [Uint8Array];
    for (const bit of bitsOf(fourth)) {
      expectType(hostReceive(host, withBit(fourth, bit)), 'ignored');
      assert.equal(host.state.name, 'awaiting-answer', bitName(bit));
    }
    assert.deepEqual(expectType(hostReceive(host, fourth), 'answer').answer, bodies.answer);
    expectType(hostReceive(host, fourth), 'ignored');
  });

  test(`${name}: a part going down with any bit changed is not taken for the part`, () => {
    const long = bodiesFor(suite, Command.modeTable);
    const { length } = exchanged(sidesOf(suite, Command.modeTable, 6), long).third[1] as Uint8Array;
    // Every seventh bit meets every byte of the part, and every place in a byte.
    for (let bit = 0; bit < 8 * length; bit += 7) {
      const { host, terminal } = sidesOf(suite, Command.modeTable, 6);
      terminalReceive(terminal, hostFirst(host), NOW);
      expectType(hostReceive(host, terminalStatus(terminal, long.status)), 'status');
      const [first, second] = hostCommand(host, long.command) as [Uint8Array, Uint8Array];
      expectType(terminalReceive(terminal, first, NOW), 'part-taken');
      const { type } = terminalReceive(terminal, withBit(second, bit), NOW);
      assert.ok(type === 'refuse' || type === 'silent', `${bitName(bit)}: ${type}`);
    }
  });

  test(`${name}: a part coming up with any bit changed leaves the host as it was`, () => {
    const long = bodiesFor(suite, Command.events);
    const { host, terminal } = sidesOf(suite, Command.events, 7);
    terminalReceive(terminal, hostFirst(host), NOW);
    expectType(hostReceive(host, terminalStatus(terminal, long.status)), 'status');
    deliveredCommand(terminal, hostCommand(host, long.command));
    const fourth = terminalAnswer(terminal, long.answer);
    assert.ok(fourth.length > 2);
    for (const part of fourth.slice(0, -1)) {
      for (const bit of bitsOf(part)) expectType(hostReceive(host, withBit(part, bit)), 'ignored');
      expectType(hostReceive(host, part), 'part');
    }
    const last = fourth.at(-1) as Uint8Array;
    for (const bit of bitsOf(last)) expectType(hostReceive(host, withBit(last, bit)), 'ignored');
    assert.deepEqual(expectType(hostReceive(host, last), 'answer').answer, long.answer);
  });
}
