import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite, suiteOf } from '../crypto/index.ts';
import { isLong, purposeCarries } from './command.ts';
import { decodeFrame, type Frame, HEADER_BYTES, Message } from './frame.ts';
import { Command, hostCommand, hostReceive, type Terminal, terminalReceive } from './index.ts';
import {
  bodiesFor,
  exchanged,
  expectType,
  later,
  NOW,
  REPAIRED,
  type Recording,
  randomBytesOf,
  sidesOf,
  withBit,
} from './sides.testing.ts';
import {
  cellIn,
  goesOn,
  HOST_STATES,
  type HostState,
  hostGoesOn,
  hostIn,
  MESSAGES,
  messageOf,
  nameOfHost,
  nameOfTerminal,
  parseTable,
  type Setting,
  stateOfHost,
  stateOfTerminal,
  TERMINAL_STATES,
  type TerminalState,
  terminalIn,
  twins,
} from './states.testing.ts';

/**
 * What each side does in each of its states with each message of its own session when one bit of it is another, and
 * the check sums of the line were put right: every bit of every message. A cell is as in `states.test.ts`. Where the
 * bit leaves no frame (first nibble, message, H or length) nothing happens in any state; else the row says what it
 * makes of the message:
 *
 *   as-M3         another message; as-misfit: an M1 that has not the length of one
 *   H             another command; H-outside: one that the purpose does not carry
 *   n             another key that carries the command; n-outside: of a purpose that does not, n-seed: of suite 3des
 *                 where 1 to 3 are served or the other way round, n-misfit: of a suite with longer or shorter an M1
 *   terminal      another SVPMSN
 *   index, count  of a part; index-beyond: of a part that there is not
 *   reason, part  of a refusal; index: of a part that there is not
 *   R3            in an M2 of suite 3des
 *   body          any other bit
 *
 * A cell that no bit can reach is a dash. Value, control, monitoring and maintenance have one command each.
 */
const TERMINAL_TABLE = `
                  idle              awaiting-own-status awaiting-command       mid-parts              awaiting-own-answer answered          slowed-down
  M1 as-M3        no-session        no-session          tag-wrong>slowed-down  tag-wrong>slowed-down  no-session          no-session        no-session
  M1 as-M5        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M1 H            status>own-status status              status>own-status      status>own-status      status>own-status   status>own-status slowed
  M1 H-outside    outside           outside             outside                outside                outside             outside           outside
  M1 n            status>own-status status              status>own-status      status>own-status      status>own-status   status>own-status slowed
  M1 n-outside    outside           outside             outside                outside                outside             outside           outside
  M1 n-seed       not-served        not-served          not-served             not-served             not-served          not-served        not-served
  M1 n-misfit     body-wrong        body-wrong          body-wrong             body-wrong             body-wrong          body-wrong        slowed
  M1 terminal     foreign           foreign             foreign                foreign                foreign             foreign           foreign
  M1 body         status>own-status status              status>own-status      status>own-status      status>own-status   status>own-status slowed

  M2 as-M3        no-session        no-session          tag-wrong>slowed-down  tag-wrong>slowed-down  no-session          no-session        no-session
  M2 as-M6        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M2 H            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M2 n            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M2 terminal     foreign           foreign             foreign                foreign                foreign             foreign           foreign
  M2 body         unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected

  M3 as-M1        status>own-status status              status>own-status      -                      status>own-status   status>own-status slowed
  M3 as-misfit    body-wrong        body-wrong          body-wrong             body-wrong             body-wrong          body-wrong        slowed
  M3 as-M2        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M3 H            no-session        no-session          no-session             no-session             no-session          no-session        no-session
  M3 n            no-session        no-session          no-session             no-session             no-session          no-session        no-session
  M3 terminal     foreign           foreign             foreign                foreign                foreign             foreign           foreign
  M3 index        no-session        no-session          tag-wrong>slowed-down  tag-wrong>slowed-down  no-session          no-session        no-session
  M3 index-beyond no-session        no-session          tag-wrong>slowed-down  tag-wrong>slowed-down  no-session          no-session        no-session
  M3 count        no-session        no-session          tag-wrong>slowed-down  tag-wrong>slowed-down  no-session          no-session        no-session
  M3 body         no-session        no-session          tag-wrong>slowed-down  tag-wrong>slowed-down  no-session          no-session        no-session

  M4 as-M5        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M4 as-M6        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M4 H            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M4 n            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M4 terminal     foreign           foreign             foreign                foreign                foreign             foreign           foreign
  M4 index        unexpected        unexpected          unexpected             -                      unexpected          unexpected        unexpected
  M4 index-beyond unexpected        unexpected          unexpected             -                      unexpected          unexpected        unexpected
  M4 count        unexpected        unexpected          unexpected             -                      unexpected          unexpected        unexpected
  M4 body         unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected

  M5 as-misfit    body-wrong        body-wrong          body-wrong             body-wrong             body-wrong          body-wrong        slowed
  M5 as-M4        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M5 H            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M5 n            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M5 terminal     foreign           foreign             foreign                foreign                foreign             foreign           foreign
  M5 reason       unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M5 part         unexpected        unexpected          unexpected             -                      unexpected          again             unexpected
  M5 index        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected

  M6 as-M2        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M6 as-M4        unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M6 H            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M6 n            unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M6 terminal     foreign           foreign             foreign                foreign                foreign             foreign           foreign
  M6 body         unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
`;

const HOST_TABLE = `
                  awaiting-status  awaiting-command awaiting-answer  mid-parts        ended
  M1 as-M3        unexpected       unexpected       unexpected       unexpected       unexpected
  M1 as-M5        refusal-unknown  refusal-unknown  refusal-unknown  refusal-unknown  refusal-unknown
  M1 H            foreign          foreign          foreign          foreign          foreign
  M1 H-outside    foreign          foreign          foreign          foreign          foreign
  M1 n            foreign          foreign          foreign          foreign          foreign
  M1 n-outside    foreign          foreign          foreign          foreign          foreign
  M1 n-seed       foreign          foreign          foreign          foreign          foreign
  M1 n-misfit     foreign          foreign          foreign          foreign          foreign
  M1 terminal     foreign          foreign          foreign          foreign          foreign
  M1 body         unexpected       unexpected       unexpected       unexpected       unexpected

  M2 as-M3        unexpected       unexpected       unexpected       unexpected       unexpected
  M2 as-M6        unexpected       unexpected       unexpected       unexpected       unexpected
  M2 H            foreign          foreign          foreign          foreign          foreign
  M2 n            foreign          foreign          foreign          foreign          foreign
  M2 terminal     foreign          foreign          foreign          foreign          foreign
  M2 body         not-authentic    unexpected       unexpected       unexpected       unexpected

  M3 as-M1        unexpected       unexpected       unexpected       -                unexpected
  M3 as-misfit    unexpected       unexpected       unexpected       unexpected       unexpected
  M3 as-M2        not-authentic    unexpected       unexpected       unexpected       unexpected
  M3 H            foreign          foreign          foreign          foreign          foreign
  M3 n            foreign          foreign          foreign          foreign          foreign
  M3 terminal     foreign          foreign          foreign          foreign          foreign
  M3 index        unexpected       unexpected       unexpected       -                unexpected
  M3 index-beyond unexpected       unexpected       unexpected       -                unexpected
  M3 count        unexpected       unexpected       unexpected       -                unexpected
  M3 body         unexpected       unexpected       unexpected       unexpected       unexpected

  M4 as-M5        refusal-unknown  refusal-unknown  refusal-unknown  refusal-unknown  refusal-unknown
  M4 as-M6        unexpected       unexpected       unexpected       unexpected       unexpected
  M4 H            foreign          foreign          foreign          foreign          foreign
  M4 n            foreign          foreign          foreign          foreign          foreign
  M4 terminal     foreign          foreign          foreign          foreign          foreign
  M4 index        unexpected       unexpected       not-authentic    not-authentic    unexpected
  M4 index-beyond unexpected       unexpected       not-authentic    not-authentic    unexpected
  M4 count        unexpected       unexpected       not-authentic    not-authentic    unexpected
  M4 body         unexpected       unexpected       not-authentic    not-authentic    unexpected

  M5 as-misfit    unexpected       unexpected       unexpected       unexpected       unexpected
  M5 as-M4        unexpected       unexpected       not-authentic    not-authentic    unexpected
  M5 H            foreign          foreign          foreign          foreign          foreign
  M5 n            foreign          foreign          foreign          foreign          foreign
  M5 terminal     foreign          foreign          foreign          foreign          foreign
  M5 reason       refusal-unknown  refusal-unknown  refusal-unknown  refusal-unknown  refusal-unknown
  M5 part         refused          refused          part-again       -                refused
  M5 index        refused          refused          refused          refused          refused

  M6 as-M2        not-authentic    unexpected       unexpected       unexpected       unexpected
  M6 as-M4        unexpected       unexpected       not-authentic    not-authentic    unexpected
  M6 H            foreign          foreign          foreign          foreign          foreign
  M6 n            foreign          foreign          foreign          foreign          foreign
  M6 terminal     foreign          foreign          foreign          foreign          foreign
  M6 body         unexpected       unexpected       unexpected       unexpected       unexpected
`;

/** Suite 3des does as the tables above, but here. What it takes for true it has not noticed. */
const SEED_TERMINAL_TABLE = `
                  idle              awaiting-own-status awaiting-command       mid-parts              awaiting-own-answer answered          slowed-down
  M1 H            outside           outside             outside                outside                outside             outside           outside
  M2 R3           unexpected        unexpected          unexpected             unexpected             unexpected          unexpected        unexpected
  M3 index        -                 -                   -                      part-taken             -                   -                 -
`;
const SEED_HOST_TABLE = `
                  awaiting-status         awaiting-command awaiting-answer  mid-parts        ended
  M2 R3           status>awaiting-command unexpected       unexpected       unexpected       unexpected
  M4 index        -                       -                -                part             -
  M4 body         unexpected              unexpected       not-authentic    answer>ended     unexpected
`;

type Cells = ReadonlyMap<string, string>;
const TERMINAL_CELLS = parseTable(TERMINAL_TABLE, TERMINAL_STATES);
const HOST_CELLS = parseTable(HOST_TABLE, HOST_STATES);
const SEED_TERMINAL_CELLS = parseTable(SEED_TERMINAL_TABLE, TERMINAL_STATES);
const SEED_HOST_CELLS = parseTable(SEED_HOST_TABLE, HOST_STATES);

/** One of each purpose; of these the mode table is long on its way down, and use on its way up. */
const COMMANDS = [Command.valueStore, Command.modeTable, Command.useAndLog, Command.keyChange];

/** Long bodies of two parts, the second one short. */
function settingOf(suite: Suite, h: Command): Setting {
  const bodies = bodiesFor(suite, h);
  if (h === Command.modeTable) bodies.command = randomBytesOf(2, 244);
  if (h === Command.useAndLog) bodies.answer = randomBytesOf(3, 248);
  return { suite, h, bodies };
}

interface Whence {
  readonly suite: Suite;
  readonly own: Recording;
  /** Parts that this side can be asked for again. */
  readonly parts: number;
}

/** The bits of a message by the row of the table. */
function rowsOf(bytes: Uint8Array, whence: Whence): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const frame = decodeFrame(withBit(bytes, bit));
    const row = 'reason' in frame ? NO_FRAME : rowOf(frame, bit >> 3, whence);
    rows.set(row, [...(rows.get(row) ?? []), bit]);
  }
  return rows;
}

const NO_FRAME = 'no-frame';

/** What a changed bit in this byte has made of the message. */
function rowOf(frame: Frame, byte: number, whence: Whence): string {
  const { message, h, n, body } = frame;
  const { suite, own } = whence;
  const first = message === Message.first;
  switch (byte) {
    case 0:
      return first && body.length !== own.first.length - HEADER_BYTES ? 'as-misfit' : `as-M${message}`;
    case 1:
      return first && !purposeCarries(n, h) ? 'H-outside' : 'H';
    case 2:
      if (!first) return 'n';
      if ((suiteOf(n) === Suite.tripleDes) !== (suite === Suite.tripleDes)) return 'n-seed';
      if (!purposeCarries(n, h)) return 'n-outside';
      return (suiteOf(n) === Suite.tripleDesXo) === (suite === Suite.tripleDesXo) ? 'n' : 'n-misfit';
    case 3:
    case 4:
    case 5:
      return 'terminal';
    default:
      return rowOfBody(frame, byte - HEADER_BYTES, whence);
  }
}

function rowOfBody({ message, h, body }: Frame, place: number, { suite, parts }: Whence): string {
  const [first = 0, second = 0] = body;
  if (message === Message.refusal && place === 0) return 'reason';
  if (message === Message.refusal) return second < parts ? 'part' : 'index';
  if ((message === Message.third || message === Message.fourth) && isLong(message, h) && place < 2) {
    if (place === 1) return 'count';
    return first < second ? 'index' : 'index-beyond';
  }
  return message === Message.second && suite === Suite.tripleDes && place >= 8 ? 'R3' : 'body';
}

/** Puts the sessions back that a frame has burnt or taken the place of; none of them was touched by that. */
function restorer(terminal: Terminal): () => void {
  const sessions = [...terminal.sessions];
  const { wrongTags, deafUntil } = terminal;
  return () => {
    terminal.sessions.splice(0, terminal.sessions.length, ...sessions);
    Object.assign(terminal, { wrongTags, deafUntil });
  };
}

/** Every bit of every message in every state that the command has. Returns the cells that were met. */
function changeTerminalBits(
  setting: Setting,
  cells: Cells,
  states: readonly TerminalState[] = TERMINAL_STATES,
): Set<string> {
  const { suite, h, bodies } = setting;
  const met = new Set<string>();
  const [, own] = twins(setting);
  for (const state of states) {
    if (state === 'mid-parts' && own.third.length === 1) continue;
    for (const message of MESSAGES) {
      const bytes = messageOf(own, message);
      for (const [row, bits] of rowsOf(bytes, { suite, own, parts: own.fourth.length })) {
        const what = `${SUITE_NAMES[suite]} 0x${h.toString(16)}: M${message} ${row} in ${state}`;
        const { outcome, next } =
          row === NO_FRAME ? { outcome: NO_FRAME, next: state } : cellIn(cells, `M${message} ${row}`, state);
        met.add(`M${message} ${row} ${state}`);
        const terminal = terminalIn(state, setting, own);
        const restore = restorer(terminal);
        for (const bit of bits) {
          restore();
          const found = terminalReceive(terminal, withBit(bytes, bit), NOW);
          assert.notEqual(found.type, 'command', `${what}: nothing is applied`);
          assert.equal(nameOfTerminal(found), outcome, `${what}, bit ${bit}`);
          assert.equal(stateOfTerminal(terminal, NOW), next, `${what}, bit ${bit}`);
        }
        if (outcome === 'part-taken') continue;
        // Whatever became of the session, the host begins anew; and where it was kept it goes on.
        const kept = next === state && outcome !== 'status' && state !== 'slowed-down';
        if (kept) goesOn(terminal, state, own, setting);
        const { host } = sidesOf(suite, h, 300);
        assert.deepEqual(exchanged({ host, terminal }, bodies, later(60_000)).command, bodies.command, what);
      }
    }
  }
  return met;
}

function changeHostBits(setting: Setting, cells: Cells, states: readonly HostState[] = HOST_STATES): Set<string> {
  const { suite, h } = setting;
  const met = new Set<string>();
  const [, own] = twins(setting);
  for (const state of states) {
    if (state === 'mid-parts' && own.fourth.length === 1) continue;
    for (const message of MESSAGES) {
      const bytes = messageOf(own, message);
      for (const [row, bits] of rowsOf(bytes, { suite, own, parts: own.third.length })) {
        const what = `${SUITE_NAMES[suite]} 0x${h.toString(16)}: M${message} ${row} in ${state}`;
        const { outcome, next } =
          row === NO_FRAME ? { outcome: NO_FRAME, next: state } : cellIn(cells, `M${message} ${row}`, state);
        met.add(`M${message} ${row} ${state}`);
        let host = hostIn(state, setting, own);
        for (const bit of bits) {
          assert.equal(nameOfHost(hostReceive(host, withBit(bytes, bit))), outcome, `${what}, bit ${bit}`);
          assert.equal(stateOfHost(host), next, `${what}, bit ${bit}`);
          if (next !== state) host = hostIn(state, setting, own);
        }
        if (outcome !== 'part') hostGoesOn(host, state, own, setting);
      }
    }
  }
  return met;
}

/** Every cell is met in some suite by some command, but those with a dash. */
function assertAllMet(cells: Cells, met: ReadonlySet<string>): void {
  for (const [place, cell] of cells) assert.equal(met.has(place), cell !== '-', place);
}

test('no bit of any message has a terminal of suites 1 to 3 do in any state what the table does not say', () => {
  const met = REPAIRED.flatMap((suite) =>
    COMMANDS.flatMap((h) => [...changeTerminalBits(settingOf(suite, h), TERMINAL_CELLS)]),
  );
  assertAllMet(TERMINAL_CELLS, new Set(met));
});

test('no bit of any message has a host of suites 1 to 3 do in any state what the table does not say', () => {
  for (const [place, cell] of HOST_CELLS)
    assert.doesNotMatch(cell, /^(status|part|answer)(>|$)/, `${place} is believed`);
  const met = REPAIRED.flatMap((suite) =>
    COMMANDS.flatMap((h) => [...changeHostBits(settingOf(suite, h), HOST_CELLS)]),
  );
  assertAllMet(HOST_CELLS, new Set(met));
});

const SEED_VALUE = settingOf(Suite.tripleDes, Command.valueStore);
const SEED_TABLE = settingOf(Suite.tripleDes, Command.modeTable);
const SEED_USE = settingOf(Suite.tripleDes, Command.useAndLog);

test('3des: a changed bit does what the tables say too, but where the suite does not notice it', () => {
  const terminalCells = new Map([...TERMINAL_CELLS, ...SEED_TERMINAL_CELLS]);
  assertAllMet(
    SEED_TERMINAL_CELLS,
    changeTerminalBits(SEED_VALUE, terminalCells).union(changeTerminalBits(SEED_TABLE, terminalCells, ['mid-parts'])),
  );
  const hostCells = new Map([...HOST_CELLS, ...SEED_HOST_CELLS]);
  assertAllMet(
    SEED_HOST_CELLS,
    changeHostBits(SEED_VALUE, hostCells).union(changeHostBits(SEED_USE, hostCells, ['mid-parts'])),
  );
});

test('3des: a changed R3 is believed by the host and noticed by the terminal, in the M3 that is made of it', () => {
  const [, own] = twins(SEED_VALUE);
  for (let bit = 8 * (HEADER_BYTES + 8); bit < 8 * own.second.length; bit++) {
    const host = hostIn('awaiting-status', SEED_VALUE, own);
    const terminal = terminalIn('awaiting-command', SEED_VALUE, own);
    expectType(hostReceive(host, withBit(own.second, bit)), 'status');
    const [third] = hostCommand(host, SEED_VALUE.bodies.command) as [Uint8Array];
    assert.equal(nameOfTerminal(terminalReceive(terminal, third, NOW)), 'tag-wrong');
  }
});

test('3des: a part in the place of another is taken, and noticed when all are there', () => {
  const [, own] = twins(SEED_TABLE);
  const terminal = terminalIn('mid-parts', SEED_TABLE, own);
  const part = own.third[1] as Uint8Array;
  expectType(terminalReceive(terminal, withBit(part, 8 * HEADER_BYTES + 7), NOW), 'part-taken');
  assert.equal(nameOfTerminal(terminalReceive(terminal, part, NOW)), 'tag-wrong');
});

test('3des: a changed bit of the log is never noticed by the exchange, and makes eight bytes of it others', () => {
  const [, own] = twins(SEED_USE);
  const part = own.fourth[1] as Uint8Array;
  for (let bit = 8 * (HEADER_BYTES + 2); bit < 8 * part.length; bit++) {
    const host = hostIn('mid-parts', SEED_USE, own);
    const { answer } = expectType(hostReceive(host, withBit(part, bit)), 'answer');
    const others = [...answer.keys()].filter((i) => answer[i] !== own.answer[i]).map((i) => i >> 3);
    assert.equal(new Set(others).size, 1);
  }
});
