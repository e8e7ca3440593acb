import assert from 'node:assert/strict';
import {
  deriveTerminalKey,
  type KeyName,
  keyBytesOf,
  keyName,
  Purpose,
  Suite,
  suiteOf,
  type TerminalKey,
} from '../crypto/index.ts';
import { type Milliseconds, milliseconds, type Randomness, type Svpmsn, svpmsn } from '../units/index.ts';
import {
  Command,
  createTerminal,
  type HostAuthenticated,
  type HostOutcome,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  type Terminal,
  type TerminalOutcome,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from './index.ts';

/** Both sides of an exchange for the tests: keys of every name, randomness that repeats, a whole exchange in one call. */
export const ID = svpmsn(0x0a1b2c);
export const OTHER_ID = svpmsn(0x0a1b2d);
export const REPAIRED = [Suite.tripleDesXo, Suite.aes128, Suite.aes256] as const;
export const SUITES = [Suite.tripleDes, ...REPAIRED] as const;

export const NOW = milliseconds(1_000_000);
export const later = (ms: number): Milliseconds => milliseconds(NOW + ms);

/** Bytes that look random and are the same for the same seed (mulberry32). */
export function drawing(seed: number): Randomness & { below(bound: number): number } {
  let state = seed | 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = word() >>> 24;
    },
    below: (bound) => Math.floor((word() / 0x1_0000_0000) * bound),
  };
}

export function randomBytesOf(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  drawing(seed).fill(bytes);
  return bytes;
}

const KEYS = new Map<number, TerminalKey>();

/** The key of any name and terminal: a KH of its own for each n. */
export function keyOf(n: KeyName, id: Svpmsn = ID): TerminalKey {
  const place = id * 256 + n;
  const kept = KEYS.get(place);
  if (kept !== undefined) return kept;
  const key = deriveTerminalKey(randomBytesOf(0x4b48 + n, keyBytesOf(suiteOf(n))), n, id, 1);
  KEYS.set(place, key);
  return key;
}

/** The purpose that carries a command in the ordinary way. */
export function purposeFor(h: Command): Purpose {
  if (h <= Command.addedValue) return Purpose.value;
  if (h === Command.keyChange) return Purpose.maintenance;
  return h >= Command.useAndLog ? Purpose.monitoring : Purpose.control;
}

export const keyFor = (suite: Suite, h: Command, id: Svpmsn = ID): TerminalKey =>
  keyOf(keyName(purposeFor(h), suite, 0), id);

/** A terminal that holds a key of every name of its suites: its refusals are never for want of a key. */
export const terminalOf = (suite: Suite, seed: number, id: Svpmsn = ID): Terminal =>
  createTerminal({
    svpmsn: id,
    keyOf: (n) => keyOf(n, id),
    randomness: drawing(seed),
    ...(suite === Suite.tripleDes ? { labSessions: 1 } : {}),
  });

/** Bodies of the size that a suite's command has: the value bodies are fixed in the triple-DES suites. */
export function bodiesFor(
  suite: Suite,
  h: Command,
  seed = 1,
): { status: Uint8Array; command: Uint8Array; answer: Uint8Array } {
  const value = h >= Command.valueStore && h <= Command.closePurse;
  const aes = suite === Suite.aes128 || suite === Suite.aes256;
  const [command, answer] = aes
    ? value
      ? [18, 35]
      : [20, 40]
    : suite === Suite.tripleDes
      ? [4, 4]
      : value
        ? [16, 32]
        : [20, 40];
  return {
    status: randomBytesOf(seed, aes ? 12 : 0),
    command: randomBytesOf(seed + 1, h === Command.modeTable ? 500 : command),
    answer: randomBytesOf(seed + 2, h === Command.useAndLog || h === Command.events ? 504 : answer),
  };
}

export interface Recording {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly third: readonly Uint8Array[];
  readonly fourth: readonly Uint8Array[];
  readonly status: Uint8Array;
  readonly command: Uint8Array;
  readonly answer: Uint8Array;
}

/** Both sides of one exchange, ready to begin. */
export interface Sides {
  readonly host: HostSession;
  readonly terminal: Terminal;
}

export const sidesOf = (suite: Suite, h: Command, seed: number, id: Svpmsn = ID): Sides => ({
  host: openHostSession(keyFor(suite, h, id), h, drawing(seed)),
  terminal: terminalOf(suite, seed + 1, id),
});

/** Runs a whole exchange between the sides and gives back everything that went over the line. */
export function exchanged(
  { host, terminal }: Sides,
  bodies: { status: Uint8Array; command: Uint8Array; answer: Uint8Array },
  now: Milliseconds = NOW,
): Recording {
  const first = hostFirst(host);
  expectType(terminalReceive(terminal, first, now), 'status-wanted');
  const second = terminalStatus(terminal, bodies.status);
  const { status } = expectType(hostReceive(host, second), 'status');
  const third = hostCommand(host, bodies.command);
  const { command } = deliveredCommand(terminal, third, now);
  const fourth = terminalAnswer(terminal, bodies.answer);
  const answer = deliveredAnswer(host, fourth);
  return { first, second, third, fourth, status, command, answer };
}

/** Delivers all frames of M3; the last must give the command. */
export function deliveredCommand(
  terminal: Terminal,
  third: readonly Uint8Array[],
  now: Milliseconds = NOW,
): HostAuthenticated {
  const outcomes = third.map((frame) => terminalReceive(terminal, frame, now));
  for (const outcome of outcomes.slice(0, -1)) assert.equal(outcome.type, 'part-taken');
  return expectType(outcomes.at(-1) as TerminalOutcome, 'command').proof;
}

/** Delivers all frames of M4; the last must give the answer. */
export function deliveredAnswer(host: HostSession, fourth: readonly Uint8Array[]): Uint8Array {
  const outcomes = fourth.map((frame) => hostReceive(host, frame));
  for (const outcome of outcomes.slice(0, -1)) assert.equal(outcome.type, 'part');
  return expectType(outcomes.at(-1) as HostOutcome, 'answer').answer;
}

/** The outcome, when it is of this type. */
export function expectType<O extends { readonly type: string }, T extends O['type']>(
  outcome: O,
  type: T,
): Extract<O, { readonly type: T }> {
  assert.equal(outcome.type, type, JSON.stringify(outcome));
  return outcome as Extract<O, { readonly type: T }>;
}

export function withBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (0x80 >> (bit & 7));
  return changed;
}
