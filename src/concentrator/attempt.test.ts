import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deriveCardKey,
  type KeyName,
  keyBytesOf,
  keyName,
  Purpose,
  SUITE_NAMES,
  Suite,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  encodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { testRandom } from '../line/line-world.testing.ts';
import { csn, milliseconds, Region, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { answerBytesMax } from './attempt.ts';

const ID = svpmsn(0x10_2030);
const random = testRandom(1);
const randomness = { fill: (bytes: Uint8Array) => void bytes.set(bytes.map(() => random.u32() & 0xff)) };

/** An exchange with a real terminal: each frame down, and what came up for it. */
function exchange(
  key: TerminalKey<Purpose>,
  h: Command,
  bodies: { status: Uint8Array; command: Uint8Array; answer: Uint8Array },
): [down: Uint8Array, up: Uint8Array][] {
  const terminal = createTerminal({
    svpmsn: ID,
    randomness,
    keyOf: (n: KeyName) => (n === key.n ? key : undefined),
    ...(key.suite === Suite.tripleDes && { labSessions: 1 }),
  });
  const session = openHostSession(key, h, randomness);
  const first = hostFirst(session);
  assert.equal(terminalReceive(terminal, first, milliseconds(0)).type, 'status-wanted');
  const second = terminalStatus(terminal, bodies.status);
  assert.equal(hostReceive(session, second).type, 'status');
  const [third] = hostCommand(session, bodies.command) as [Uint8Array];
  assert.equal(terminalReceive(terminal, third, milliseconds(0)).type, 'command');
  const [fourth] = terminalAnswer(terminal, bodies.answer) as [Uint8Array];
  return [
    [first, second],
    [third, fourth],
  ];
}

const keyOf = <P extends Purpose>(purpose: P, suite: Suite): TerminalKey<P> =>
  terminalKeyFromBytes(
    keyName(purpose, suite, 0),
    ID,
    new Uint8Array(keyBytesOf(suite)).map((_, i) => 17 * i + 1),
  );

for (const suite of Object.values(Suite)) {
  test(`every value answer of suite ${SUITE_NAMES[suite]} fits into the wait for it`, () => {
    const seed = suite === Suite.tripleDes;
    for (const h of seed ? [Command.valueStore] : [Command.valueStore, Command.void, Command.receiptQuery]) {
      const op = { [Command.valueStore]: ValueOp.credit, [Command.void]: ValueOp.void }[h as number] ?? ValueOp.query;
      const txid = new Uint8Array(8);
      const total = { amount: tokens(5), balance: tokens(5), creditedTotal: tokens(5) };
      const receipt = { result: ValueResult.done, counter: 1, txid, ...total, clock: unixSeconds(0), flags: 0 };
      const exchanged = exchange(keyOf(Purpose.value, suite), h, {
        status: seed ? new Uint8Array(0) : encodeValueStatus({ lastCounter: 0, creditedTotal: tokens(0) }),
        command: encodeValueCommand(suite, { op, counter: 1, txid, amount: tokens(op === ValueOp.query ? 0 : 5) }),
        answer: encodeValueReceipt(suite, ID, receipt),
      });
      for (const [down, up] of exchanged) {
        assert.ok(up.length <= answerBytesMax(down), `${up.length} bytes`);
        if (suite === Suite.aes128) assert.equal(up.length, answerBytesMax(down));
      }
    }
  });
}

for (const [what, purpose, h] of [
  ['a profile', Purpose.monitoring, Command.useAndLog],
  ['what a payment card says', Purpose.control, Command.cardPayment],
] as const) {
  test(`a part of ${what} fits into the wait for it, and fills it`, () => {
    const bodies = { status: new Uint8Array(20), command: new Uint8Array(20), answer: new Uint8Array(1_000) };
    const [second, fourth] = exchange(keyOf(purpose, Suite.aes128), h, bodies);
    assert.ok(second !== undefined && second[1].length <= answerBytesMax(second[0]));
    assert.equal(fourth?.[1].length, answerBytesMax(fourth?.[0] as Uint8Array));
  });
}

for (const suite of [Suite.aes128, Suite.aes256] as const) {
  test(`what a card says in suite ${SUITE_NAMES[suite]}, with a report, fills the wait for it`, () => {
    const n = keyName(Purpose.value, suite, 0);
    const key = deriveCardKey(new Uint8Array(keyBytesOf(suite)), n, csn('04a1b2c3d4e5f6'), Region.water, 1);
    const bodies = { status: new Uint8Array(29), command: new Uint8Array(84), answer: new Uint8Array(42 + 63) };
    for (const [down, up] of exchange(key.terminalKey(ID), Command.addedValue, bodies)) {
      assert.equal(up.length, answerBytesMax(down));
    }
  });
}
