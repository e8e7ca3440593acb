import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { blankFrame, Message } from './frame.ts';
import {
  Command,
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
  bodiesFor,
  deliveredAnswer,
  deliveredCommand,
  drawing,
  exchanged,
  expectType,
  ID,
  keyFor,
  later,
  NOW,
  OTHER_ID,
  REPAIRED,
  type Recording,
  sidesOf,
  terminalOf,
} from './sides.testing.ts';

/**
 * What each side does in each of its states with each message. One cell is `outcome`, or `outcome>state` where
 * the state becomes another. The messages:
 *
 *   own       the message of the session that the side is in the middle of
 *   twice     the same, delivered a second time: the outcome of the second
 *   late      the same message of a session that both sides had before this one
 *   session   the same message of a session that this side never took part in, under the same key
 *   purpose   … under a key of another purpose (monitoring, or value while control is at work)
 *   terminal  … of another terminal
 *   suite     … of another of the suites 1 to 3
 *   seed      … of suite 3des
 *
 * M5 is the request for part 0 and M6 has an attention's form; neither names a session.
 */
const TERMINAL_TABLE = `
               idle               awaiting-own-status awaiting-command    mid-parts           awaiting-own-answer answered            slowed-down
  M1 own       status>own-status  unexpected          again               again               unexpected          unexpected          slowed
  M1 twice     unexpected>own-status unexpected       again               again               unexpected          unexpected          slowed
  M1 late      status>own-status  status              status>own-status   status>own-status   status>own-status   status>own-status   slowed
  M1 session   status>own-status  status              status>own-status   status>own-status   status>own-status   status>own-status   slowed
  M1 purpose   status>own-status  busy                busy                status>own-status   busy                status>own-status   slowed
  M1 terminal  foreign            foreign             foreign             foreign             foreign             foreign             foreign
  M1 suite     status>own-status  status              status>own-status   status>own-status   status>own-status   status>own-status   slowed
  M1 seed      not-served         not-served          not-served          not-served          not-served          not-served          not-served

  M2 own       unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M2 twice     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M2 late      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M2 session   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M2 purpose   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M2 terminal  foreign            foreign             foreign             foreign             foreign             foreign             foreign
  M2 suite     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M2 seed      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected

  M3 own       no-session         no-session          command>own-answer  part-taken          no-session          again               no-session
  M3 twice     no-session         no-session          no-session>own-answer part-taken        no-session          again               no-session
  M3 late      no-session         no-session          tag-wrong>slowed-down tag-wrong>slowed-down no-session      no-session          no-session
  M3 session   no-session         no-session          tag-wrong>slowed-down tag-wrong>slowed-down no-session      no-session          no-session
  M3 purpose   no-session         no-session          no-session          no-session          no-session          no-session          no-session
  M3 terminal  foreign            foreign             foreign             foreign             foreign             foreign             foreign
  M3 suite     no-session         no-session          no-session          no-session          no-session          no-session          no-session
  M3 seed      no-session         no-session          no-session          no-session          no-session          no-session          no-session

  M4 own       unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M4 twice     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M4 late      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M4 session   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M4 purpose   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M4 terminal  foreign            foreign             foreign             foreign             foreign             foreign             foreign
  M4 suite     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M4 seed      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected

  M5 own       unexpected         unexpected          unexpected          unexpected          unexpected          again               unexpected
  M5 twice     unexpected         unexpected          unexpected          unexpected          unexpected          again               unexpected
  M5 late      unexpected         unexpected          unexpected          unexpected          unexpected          again               unexpected
  M5 session   unexpected         unexpected          unexpected          unexpected          unexpected          again               unexpected
  M5 purpose   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M5 terminal  foreign            foreign             foreign             foreign             foreign             foreign             foreign
  M5 suite     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M5 seed      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected

  M6 own       unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M6 twice     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M6 late      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M6 session   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M6 purpose   unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M6 terminal  foreign            foreign             foreign             foreign             foreign             foreign             foreign
  M6 suite     unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
  M6 seed      unexpected         unexpected          unexpected          unexpected          unexpected          unexpected          unexpected
`;

/** The host names its session by key, command and terminal: what differs in one of them is not for it. */
const HOST_TABLE = `
               awaiting-status     awaiting-command    awaiting-answer     mid-parts           ended
  M1 own       unexpected          unexpected          unexpected          unexpected          unexpected
  M1 twice     unexpected          unexpected          unexpected          unexpected          unexpected
  M1 late      unexpected          unexpected          unexpected          unexpected          unexpected
  M1 session   unexpected          unexpected          unexpected          unexpected          unexpected
  M1 purpose   foreign             foreign             foreign             foreign             foreign
  M1 terminal  foreign             foreign             foreign             foreign             foreign
  M1 suite     foreign             foreign             foreign             foreign             foreign
  M1 seed      foreign             foreign             foreign             foreign             foreign

  M2 own       status>awaiting-command unexpected      unexpected          unexpected          unexpected
  M2 twice     unexpected>awaiting-command unexpected  unexpected          unexpected          unexpected
  M2 late      not-authentic       unexpected          unexpected          unexpected          unexpected
  M2 session   not-authentic       unexpected          unexpected          unexpected          unexpected
  M2 purpose   foreign             foreign             foreign             foreign             foreign
  M2 terminal  foreign             foreign             foreign             foreign             foreign
  M2 suite     foreign             foreign             foreign             foreign             foreign
  M2 seed      foreign             foreign             foreign             foreign             foreign

  M3 own       unexpected          unexpected          unexpected          unexpected          unexpected
  M3 twice     unexpected          unexpected          unexpected          unexpected          unexpected
  M3 late      unexpected          unexpected          unexpected          unexpected          unexpected
  M3 session   unexpected          unexpected          unexpected          unexpected          unexpected
  M3 purpose   foreign             foreign             foreign             foreign             foreign
  M3 terminal  foreign             foreign             foreign             foreign             foreign
  M3 suite     foreign             foreign             foreign             foreign             foreign
  M3 seed      foreign             foreign             foreign             foreign             foreign

  M4 own       unexpected          unexpected          answer>ended        part                unexpected
  M4 twice     unexpected          unexpected          unexpected>ended    part                unexpected
  M4 late      unexpected          unexpected          not-authentic       not-authentic       unexpected
  M4 session   unexpected          unexpected          not-authentic       not-authentic       unexpected
  M4 purpose   foreign             foreign             foreign             foreign             foreign
  M4 terminal  foreign             foreign             foreign             foreign             foreign
  M4 suite     foreign             foreign             foreign             foreign             foreign
  M4 seed      foreign             foreign             foreign             foreign             foreign

  M5 own       refused             refused             part-again          part-again          refused
  M5 twice     refused             refused             part-again          part-again          refused
  M5 late      refused             refused             part-again          part-again          refused
  M5 session   refused             refused             part-again          part-again          refused
  M5 purpose   foreign             foreign             foreign             foreign             foreign
  M5 terminal  foreign             foreign             foreign             foreign             foreign
  M5 suite     foreign             foreign             foreign             foreign             foreign
  M5 seed      foreign             foreign             foreign             foreign             foreign

  M6 own       unexpected          unexpected          unexpected          unexpected          unexpected
  M6 twice     unexpected          unexpected          unexpected          unexpected          unexpected
  M6 late      unexpected          unexpected          unexpected          unexpected          unexpected
  M6 session   unexpected          unexpected          unexpected          unexpected          unexpected
  M6 purpose   foreign             foreign             foreign             foreign             foreign
  M6 terminal  foreign             foreign             foreign             foreign             foreign
  M6 suite     foreign             foreign             foreign             foreign             foreign
  M6 seed      foreign             foreign             foreign             foreign             foreign
`;

const TERMINAL_STATES = [
  'idle',
  'awaiting-own-status',
  'awaiting-command',
  'mid-parts',
  'awaiting-own-answer',
  'answered',
  'slowed-down',
] as const;
type TerminalState = (typeof TERMINAL_STATES)[number];

const HOST_STATES = ['awaiting-status', 'awaiting-command', 'awaiting-answer', 'mid-parts', 'ended'] as const;
type HostState = (typeof HOST_STATES)[number];

const MESSAGES = [1, 2, 3, 4, 5, 6] as const;
const VARIANTS = ['own', 'twice', 'late', 'session', 'purpose', 'terminal', 'suite', 'seed'] as const;
type Variant = (typeof VARIANTS)[number];

interface Cell {
  readonly outcome: string;
  readonly next: string;
}

function parseTable(
  text: string,
  states: readonly string[],
): (message: number, variant: string, state: string) => Cell {
  const [head = [], ...rows] = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[0] !== '');
  assert.deepEqual(head, states);
  const cells = new Map<string, Cell>();
  for (const [message, variant, ...row] of rows) {
    assert.equal(row.length, states.length, `the row ${message} ${variant} has a cell for every state`);
    for (const [i, cell] of row.entries()) {
      const place = `${message} ${variant} ${states[i]}`;
      assert.ok(!cells.has(place), `${place} stands once`);
      const [outcome = '', next] = cell.split('>');
      cells.set(place, {
        outcome,
        next: next === 'own-status' || next === 'own-answer' ? `awaiting-${next}` : (next ?? (states[i] as string)),
      });
    }
  }
  return (message, variant, state) => {
    const cell = cells.get(`M${message} ${variant} ${state}`);
    assert.ok(cell, `M${message} ${variant} in ${state} has no entry`);
    return cell;
  };
}

/** Of a long message the second of three parts stands for it. */
const frameOf = (recording: Recording, message: 1 | 2 | 3 | 4): Uint8Array => {
  const frames = [[recording.first], [recording.second], recording.third, recording.fourth][message - 1] ?? [];
  return (frames[1] ?? frames[0]) as Uint8Array;
};

/** The message from somewhere: as recorded in 1 to 4, as anyone could make it in 5 and 6. */
function messageOf(recording: Recording, message: (typeof MESSAGES)[number]): Uint8Array {
  if (message <= 4) return frameOf(recording, message as 1 | 2 | 3 | 4);
  const [, h, n, high = 0, middle = 0, low = 0] = recording.first;
  const header = { h, n, svpmsn: (high << 16) | (middle << 8) | low } as Parameters<typeof refusalFrame>[0];
  return message === 5 ? refusalFrame(header, Refusal.partMissing, 0) : blankFrame(Message.attention, header, 14);
}

const OWN_SEED = 100;
const LATE_SEED = 200;

const record = (suite: Suite, h: Command, seed: number, id = ID): Recording =>
  exchanged(sidesOf(suite, h, seed, id), bodiesFor(suite, h), NOW);

/** The recordings that the messages of each variant come from, for a session of `h` in `suite`. */
function recordings(suite: Suite, h: Command): (variant: Variant) => Recording {
  const otherSuite = suite === Suite.aes256 ? Suite.aes128 : ((suite + 1) as Suite);
  const otherCommand = h === Command.useAndLog ? Command.valueStore : Command.useAndLog;
  // One pair of sides has the late session and then its own: the own one is what a twin of both draws too.
  const [late, own] = twins(suite, h).recordings;
  const others: Record<Exclude<Variant, 'own' | 'twice' | 'late'>, Recording> = {
    session: record(suite, h, 300),
    purpose: record(suite, otherCommand, 400),
    terminal: record(suite, h, 500, OTHER_ID),
    suite: record(otherSuite, h, 600),
    seed: record(Suite.tripleDes, h, 700),
  };
  return (variant) => {
    if (variant === 'own' || variant === 'twice') return own;
    return variant === 'late' ? late : others[variant];
  };
}

/** A terminal that served the late session and then the own one, with both recordings. */
function twins(suite: Suite, h: Command): { recordings: readonly [Recording, Recording] } {
  const terminal = terminalOf(suite, OWN_SEED);
  const session = (seed: number) =>
    exchanged({ host: openHostSession(keyFor(suite, h), h, drawing(seed)), terminal }, bodiesFor(suite, h));
  return { recordings: [session(LATE_SEED), session(OWN_SEED)] };
}

/** A terminal in the state, that has served the late session before. */
function terminalIn(state: TerminalState, suite: Suite, h: Command, own: Recording): Terminal {
  const terminal = terminalOf(suite, OWN_SEED);
  const bodies = bodiesFor(suite, h);
  exchanged({ host: openHostSession(keyFor(suite, h), h, drawing(LATE_SEED)), terminal }, bodies);
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
    const forged = (own.third[0] as Uint8Array).slice();
    forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
    expectType(terminalReceive(terminal, forged, NOW), 'refuse');
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

function stateOfTerminal({ sessions, deafUntil }: Terminal, now: Milliseconds): TerminalState {
  const session = sessions[0];
  if (session === undefined) return now < deafUntil ? 'slowed-down' : 'idle';
  if (session.state.name === 'awaiting-command' && session.state.parts.frames.length > 0) return 'mid-parts';
  return session.state.name;
}

const REFUSALS: ReadonlyMap<Refusal, string> = new Map([
  [Refusal.busy, 'busy'],
  [Refusal.suiteNotServed, 'not-served'],
  [Refusal.sessionUnknown, 'no-session'],
  [Refusal.tagWrong, 'tag-wrong'],
  [Refusal.slowedDown, 'slowed'],
]);

function nameOfTerminal(outcome: TerminalOutcome): string {
  if (outcome.type === 'refuse') return REFUSALS.get(outcome.refusal) ?? `refusal ${outcome.refusal}`;
  if (outcome.type === 'silent')
    return outcome.reason === 'terminal-foreign' ? 'foreign' : outcome.reason.replace('message-', '');
  return outcome.type === 'status-wanted' ? 'status' : outcome.type;
}

/** What the honest host still has to send in a state that was kept; the command must then come once, and no more. */
function goesOn(terminal: Terminal, state: TerminalState, own: Recording, h: Command, suite: Suite): void {
  const bodies = bodiesFor(suite, h);
  const now = later(1);
  if (state === 'idle') expectType(terminalReceive(terminal, own.first, now), 'status-wanted');
  if (state === 'idle' || state === 'awaiting-own-status') terminalStatus(terminal, bodies.status);
  if (state === 'idle') return;
  if (state === 'awaiting-own-status' || state === 'awaiting-command') {
    assert.deepEqual(deliveredCommand(terminal, own.third, now).command, bodies.command);
  }
  if (state === 'mid-parts') {
    terminalReceive(terminal, own.third[1] as Uint8Array, now);
    const last = terminalReceive(terminal, own.third[2] as Uint8Array, now);
    assert.deepEqual(expectType(last, 'command').proof.command, bodies.command);
  }
  if (state !== 'answered') assert.deepEqual(terminalAnswer(terminal, bodies.answer), own.fourth);
  for (const frame of own.third) {
    assert.deepEqual(expectType(terminalReceive(terminal, frame, now), 'again').frames, own.fourth);
  }
}

const terminalCell = parseTable(TERMINAL_TABLE, TERMINAL_STATES);
const hostCell = parseTable(HOST_TABLE, HOST_STATES);

for (const suite of REPAIRED) {
  test(`${SUITE_NAMES[suite]}: the terminal does in every state with every message what the table says`, () => {
    let cells = 0;
    for (const state of TERMINAL_STATES) {
      // Parts of M3 there are in the mode table alone; everything else is shown on value.
      const h = state === 'mid-parts' ? Command.modeTable : Command.valueStore;
      const from = recordings(suite, h);
      for (const message of MESSAGES) {
        for (const variant of VARIANTS) {
          const { outcome, next } = terminalCell(message, variant, state);
          const what = `${SUITE_NAMES[suite]}: M${message} ${variant} in ${state}`;
          const terminal = terminalIn(state, suite, h, from('own'));
          assert.equal(stateOfTerminal(terminal, NOW), state, what);
          const bytes = messageOf(from(variant), message);
          const before = terminalReceive(terminal, variant === 'twice' ? bytes : new Uint8Array(0), NOW);
          const found = terminalReceive(terminal, bytes, NOW);
          assert.equal(nameOfTerminal(found), outcome, what);
          assert.equal(stateOfTerminal(terminal, NOW), next, what);
          const obeyed = [before, found].filter(({ type }) => type === 'command').length;
          const wanted = state === 'awaiting-command' && message === 3 && (variant === 'own' || variant === 'twice');
          assert.equal(obeyed, wanted ? 1 : 0, `${what}: obeyed`);
          // A session that a new M1 has not taken the place of goes on as if nothing had been.
          const kept = next === state && outcome !== 'status' && state !== 'slowed-down';
          if (kept && !(state === 'mid-parts' && outcome === 'part-taken')) {
            goesOn(terminal, state, from('own'), h, suite);
          }
          cells++;
        }
      }
    }
    assert.equal(cells, 7 * 6 * 8);
  });

  test(`${SUITE_NAMES[suite]}: the host does in every state with every message what the table says`, () => {
    let cells = 0;
    for (const state of HOST_STATES) {
      const h = state === 'mid-parts' ? Command.useAndLog : Command.valueStore;
      const from = recordings(suite, h);
      for (const message of MESSAGES) {
        for (const variant of VARIANTS) {
          const { outcome, next } = hostCell(message, variant, state);
          const what = `${SUITE_NAMES[suite]}: M${message} ${variant} in ${state}`;
          const host = hostIn(state, suite, h, from('own'));
          assert.equal(stateOfHost(host), state, what);
          const bytes = messageOf(from(variant), message);
          const before = hostReceive(host, variant === 'twice' ? bytes : new Uint8Array(0));
          const found = hostReceive(host, bytes);
          assert.equal(nameOfHost(found), outcome, what);
          assert.equal(stateOfHost(host), next, what);
          const confirmed = [before, found].filter(({ type }) => type === 'answer').length;
          const wanted = state === 'awaiting-answer' && message === 4 && (variant === 'own' || variant === 'twice');
          assert.equal(confirmed, wanted ? 1 : 0, `${what}: confirmed`);
          if (next === state) hostGoesOn(host, state, from('own'), h, suite);
          cells++;
        }
      }
    }
    assert.equal(cells, 5 * 6 * 8);
  });
}

function hostIn(state: HostState, suite: Suite, h: Command, own: Recording): HostSession {
  const host = openHostSession(keyFor(suite, h), h, drawing(OWN_SEED));
  assert.deepEqual(hostFirst(host), own.first);
  if (state === 'awaiting-status') return host;
  expectType(hostReceive(host, own.second), 'status');
  if (state === 'awaiting-command') return host;
  assert.deepEqual(hostCommand(host, bodiesFor(suite, h).command), own.third);
  if (state === 'mid-parts') expectType(hostReceive(host, own.fourth[0] as Uint8Array), 'part');
  if (state === 'ended') deliveredAnswer(host, own.fourth);
  return host;
}

function stateOfHost({ state }: HostSession): HostState {
  return state.name === 'awaiting-answer' && state.parts.frames.length > 0 ? 'mid-parts' : state.name;
}

function nameOfHost(outcome: HostOutcome): string {
  if (outcome.type !== 'ignored') return outcome.type;
  return outcome.reason === 'session-foreign' ? 'foreign' : outcome.reason.replace('message-', '');
}

/** The true frames that are still out bring the session to its end, whatever came between. */
function hostGoesOn(host: HostSession, state: HostState, own: Recording, h: Command, suite: Suite): void {
  const bodies = bodiesFor(suite, h);
  if (state === 'ended') return;
  if (state === 'awaiting-status')
    assert.deepEqual(expectType(hostReceive(host, own.second), 'status').status, bodies.status);
  if (state === 'awaiting-status' || state === 'awaiting-command') hostCommand(host, bodies.command);
  assert.deepEqual(deliveredAnswer(host, own.fourth), bodies.answer);
}
