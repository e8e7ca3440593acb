import assert from 'node:assert/strict';
import type { Suite } from '../crypto/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { blankFrame, Message } from './frame.ts';
import {
  type Command,
  type HostOutcome,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
  type Terminal,
  type TerminalOutcome,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from './index.ts';
import {
  type bodiesFor,
  deliveredAnswer,
  deliveredCommand,
  drawing,
  exchanged,
  expectType,
  keyFor,
  later,
  NOW,
  type Recording,
  terminalOf,
  withBit,
} from './sides.testing.ts';

/** Each side in each of its states, for the tables of what it does there with each message. */
export const TERMINAL_STATES = [
  'idle',
  'awaiting-own-status',
  'awaiting-command',
  'mid-parts',
  'awaiting-own-answer',
  'answered',
  'slowed-down',
] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];

export const HOST_STATES = ['awaiting-status', 'awaiting-command', 'awaiting-answer', 'mid-parts', 'ended'] as const;
export type HostState = (typeof HOST_STATES)[number];

export const MESSAGES = [1, 2, 3, 4, 5, 6] as const;

export interface Cell {
  readonly outcome: string;
  readonly next: string;
}

/** The cell of a row, `M3 own` for example, and a state: `outcome`, or `outcome>state` where the state becomes another. */
export function cellIn(table: ReadonlyMap<string, string>, row: string, state: string): Cell {
  const text = table.get(`${row} ${state}`);
  assert.ok(text, `${row} in ${state} has no entry`);
  const [outcome = '', next = state] = text.split('>');
  return { outcome, next: next === 'own-status' || next === 'own-answer' ? `awaiting-${next}` : next };
}

/** A table with a column for each state, and a row for each message and what is done to it: its cells by row and state. */
export function parseTable(text: string, states: readonly string[]): ReadonlyMap<string, string> {
  const [head = [], ...rows] = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[0] !== '');
  assert.deepEqual(head, states);
  const cells = new Map<string, string>();
  for (const [message, variant, ...row] of rows) {
    assert.equal(row.length, states.length, `the row ${message} ${variant} has a cell for every state`);
    for (const [i, cell] of row.entries()) {
      const place = `${message} ${variant} ${states[i]}`;
      assert.ok(!cells.has(place), `${place} stands once`);
      cells.set(place, cell);
    }
  }
  return cells;
}

/** Of a long message the second part stands for it. */
const frameOf = (recording: Recording, message: 1 | 2 | 3 | 4): Uint8Array => {
  const frames = [[recording.first], [recording.second], recording.third, recording.fourth][message - 1] ?? [];
  return (frames[1] ?? frames[0]) as Uint8Array;
};

/** The message from somewhere: as recorded in 1 to 4, as anyone could make it in 5 and 6. */
export function messageOf(recording: Recording, message: (typeof MESSAGES)[number]): Uint8Array {
  if (message <= 4) return frameOf(recording, message as 1 | 2 | 3 | 4);
  const [, h, n, high = 0, middle = 0, low = 0] = recording.first;
  const header = { h, n, svpmsn: (high << 16) | (middle << 8) | low } as Parameters<typeof refusalFrame>[0];
  return message === 5 ? refusalFrame(header, Refusal.partMissing, 0) : blankFrame(Message.attention, header, 14);
}

/** A command in a suite, and what the two sides say in it. */
export interface Setting {
  readonly suite: Suite;
  readonly h: Command;
  readonly bodies: ReturnType<typeof bodiesFor>;
}

const OWN_SEED = 100;
const LATE_SEED = 200;

const hostOf = ({ suite, h }: Setting, seed: number): HostSession =>
  openHostSession(keyFor(suite, h), h, drawing(seed));

/** One pair of sides has the late session and then its own: the own one is what a twin of both draws too. */
export function twins(setting: Setting): readonly [late: Recording, own: Recording] {
  const terminal = terminalOf(setting.suite, OWN_SEED);
  const session = (seed: number) => exchanged({ host: hostOf(setting, seed), terminal }, setting.bodies);
  return [session(LATE_SEED), session(OWN_SEED)];
}

/** A terminal in the state, that has served the late session before. */
export function terminalIn(state: TerminalState, setting: Setting, own: Recording): Terminal {
  const { suite, bodies } = setting;
  const terminal = terminalOf(suite, OWN_SEED);
  exchanged({ host: hostOf(setting, LATE_SEED), terminal }, bodies);
  if (state === 'idle') {
    // A terminal that comes out of its reset has no session, late or own.
    terminal.sessions.length = 0;
    return terminal;
  }
  expectType(terminalReceive(terminal, own.first, NOW), 'status-wanted');
  if (state === 'awaiting-own-status') return terminal;
  assert.deepEqual(terminalStatus(terminal, bodies.status), own.second, 'the twin draws the same');
  if (state === 'awaiting-command') return terminal;
  if (state === 'slowed-down') {
    const forged = own.third.at(-1) as Uint8Array;
    for (const frame of own.third.slice(0, -1)) expectType(terminalReceive(terminal, frame, NOW), 'part-taken');
    expectType(terminalReceive(terminal, withBit(forged, 8 * forged.length - 1), NOW), 'refuse');
    return terminal;
  }
  if (state === 'mid-parts') {
    expectType(terminalReceive(terminal, own.third[0] as Uint8Array, NOW), 'part-taken');
    return terminal;
  }
  deliveredCommand(terminal, own.third);
  if (state === 'answered') terminalAnswer(terminal, bodies.answer);
  return terminal;
}

export function stateOfTerminal({ sessions, deafUntil }: Terminal, now: Milliseconds): TerminalState {
  const session = sessions[0];
  if (session === undefined) return now < deafUntil ? 'slowed-down' : 'idle';
  if (session.state.name === 'awaiting-command' && session.state.parts.frames.length > 0) return 'mid-parts';
  return session.state.name;
}

const REFUSALS: ReadonlyMap<Refusal, string> = new Map([
  [Refusal.busy, 'busy'],
  [Refusal.suiteNotServed, 'not-served'],
  [Refusal.commandOutsidePurpose, 'outside'],
  [Refusal.sessionUnknown, 'no-session'],
  [Refusal.tagWrong, 'tag-wrong'],
  [Refusal.bodyWrong, 'body-wrong'],
  [Refusal.slowedDown, 'slowed'],
]);

const NO_FRAME: ReadonlySet<string> = new Set(['frame-length-wrong', 'message-unknown', 'command-unknown']);
const reasonName = (reason: string): string => (NO_FRAME.has(reason) ? 'no-frame' : reason.replace('message-', ''));

export function nameOfTerminal(outcome: TerminalOutcome): string {
  if (outcome.type === 'refuse') return REFUSALS.get(outcome.refusal) ?? `refusal ${outcome.refusal}`;
  if (outcome.type === 'silent') return outcome.reason === 'terminal-foreign' ? 'foreign' : reasonName(outcome.reason);
  return outcome.type === 'status-wanted' ? 'status' : outcome.type;
}

/** What the honest host still has to send in a state that was kept; the command must then come once, and no more. */
export function goesOn(terminal: Terminal, state: TerminalState, own: Recording, { bodies }: Setting): void {
  const now = later(1);
  if (state === 'idle') expectType(terminalReceive(terminal, own.first, now), 'status-wanted');
  if (state === 'idle' || state === 'awaiting-own-status') terminalStatus(terminal, bodies.status);
  if (state === 'idle') return;
  if (state === 'awaiting-own-status' || state === 'awaiting-command') {
    assert.deepEqual(deliveredCommand(terminal, own.third, now).command, bodies.command);
  }
  if (state === 'mid-parts') {
    assert.deepEqual(deliveredCommand(terminal, own.third.slice(1), now).command, bodies.command);
  }
  if (state !== 'answered') assert.deepEqual(terminalAnswer(terminal, bodies.answer), own.fourth);
  for (const frame of own.third) {
    assert.deepEqual(expectType(terminalReceive(terminal, frame, now), 'again').frames, own.fourth);
  }
}

export function hostIn(state: HostState, setting: Setting, own: Recording): HostSession {
  const host = hostOf(setting, OWN_SEED);
  assert.deepEqual(hostFirst(host), own.first);
  if (state === 'awaiting-status') return host;
  expectType(hostReceive(host, own.second), 'status');
  if (state === 'awaiting-command') return host;
  assert.deepEqual(hostCommand(host, setting.bodies.command), own.third);
  if (state === 'mid-parts') expectType(hostReceive(host, own.fourth[0] as Uint8Array), 'part');
  if (state === 'ended') deliveredAnswer(host, own.fourth);
  return host;
}

export function stateOfHost({ state }: HostSession): HostState {
  return state.name === 'awaiting-answer' && state.parts.frames.length > 0 ? 'mid-parts' : state.name;
}

export function nameOfHost(outcome: HostOutcome): string {
  if (outcome.type !== 'ignored') return outcome.type;
  return outcome.reason === 'session-foreign' ? 'foreign' : reasonName(outcome.reason);
}

/** The true frames that are still out bring the session to its end, whatever came between. */
export function hostGoesOn(host: HostSession, state: HostState, own: Recording, { bodies }: Setting): void {
  if (state === 'ended') return;
  if (state === 'awaiting-status')
    assert.deepEqual(expectType(hostReceive(host, own.second), 'status').status, bodies.status);
  if (state === 'awaiting-status' || state === 'awaiting-command') hostCommand(host, bodies.command);
  assert.deepEqual(deliveredAnswer(host, own.fourth), bodies.answer);
}
