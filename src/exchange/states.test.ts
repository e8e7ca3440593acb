import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import { Command, hostReceive, terminalReceive } from './index.ts';
import { bodiesFor, exchanged, ID, NOW, OTHER_ID, REPAIRED, type Recording, sidesOf } from './sides.testing.ts';
import {
  cellIn,
  goesOn,
  HOST_STATES,
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
  terminalIn,
  twins,
} from './states.testing.ts';

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
 * The own message with each of its bits changed has tables of its own, in `bit-states.test.ts`.
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

const VARIANTS = ['own', 'twice', 'late', 'session', 'purpose', 'terminal', 'suite', 'seed'] as const;
type Variant = (typeof VARIANTS)[number];

const record = (suite: Suite, h: Command, seed: number, id = ID): Recording =>
  exchanged(sidesOf(suite, h, seed, id), bodiesFor(suite, h), NOW);

const settingOf = (suite: Suite, h: Command): Setting => ({ suite, h, bodies: bodiesFor(suite, h) });

/** The recordings that the messages of each variant come from, for a session of `h` in `suite`. */
function recordings(setting: Setting): (variant: Variant) => Recording {
  const { suite, h } = setting;
  const otherSuite = suite === Suite.aes256 ? Suite.aes128 : ((suite + 1) as Suite);
  const otherCommand = h === Command.useAndLog ? Command.valueStore : Command.useAndLog;
  const [late, own] = twins(setting);
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

const TERMINAL_CELLS = parseTable(TERMINAL_TABLE, TERMINAL_STATES);
const HOST_CELLS = parseTable(HOST_TABLE, HOST_STATES);

for (const suite of REPAIRED) {
  test(`${SUITE_NAMES[suite]}: the terminal does in every state with every message what the table says`, () => {
    let cells = 0;
    for (const state of TERMINAL_STATES) {
      // Parts of M3 there are in the mode table alone; everything else is shown on value.
      const setting = settingOf(suite, state === 'mid-parts' ? Command.modeTable : Command.valueStore);
      const from = recordings(setting);
      for (const message of MESSAGES) {
        for (const variant of VARIANTS) {
          const { outcome, next } = cellIn(TERMINAL_CELLS, `M${message} ${variant}`, state);
          const what = `${SUITE_NAMES[suite]}: M${message} ${variant} in ${state}`;
          const terminal = terminalIn(state, setting, from('own'));
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
            goesOn(terminal, state, from('own'), setting);
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
      const setting = settingOf(suite, state === 'mid-parts' ? Command.useAndLog : Command.valueStore);
      const from = recordings(setting);
      for (const message of MESSAGES) {
        for (const variant of VARIANTS) {
          const { outcome, next } = cellIn(HOST_CELLS, `M${message} ${variant}`, state);
          const what = `${SUITE_NAMES[suite]}: M${message} ${variant} in ${state}`;
          const host = hostIn(state, setting, from('own'));
          assert.equal(stateOfHost(host), state, what);
          const bytes = messageOf(from(variant), message);
          const before = hostReceive(host, variant === 'twice' ? bytes : new Uint8Array(0));
          const found = hostReceive(host, bytes);
          assert.equal(nameOfHost(found), outcome, what);
          assert.equal(stateOfHost(host), next, what);
          const confirmed = [before, found].filter(({ type }) => type === 'answer').length;
          const wanted = state === 'awaiting-answer' && message === 4 && (variant === 'own' || variant === 'twice');
          assert.equal(confirmed, wanted ? 1 : 0, `${what}: confirmed`);
          if (next === state) hostGoesOn(host, state, from('own'), setting);
          cells++;
        }
      }
    }
    assert.equal(cells, 5 * 6 * 8);
  });
}
