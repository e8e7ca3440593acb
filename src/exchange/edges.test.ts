import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionTag, Suite, sessionTripleDes, type TerminalKey } from '../crypto/index.ts';
import { tokens } from '../units/index.ts';
import { Command } from './command.ts';
import { joined } from './host-side.ts';
import {
  createTerminal,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  terminalReceive,
  terminalStatus,
} from './index.ts';
import { emptyCollection, missingPart } from './part.ts';
import { drawing, ID, keyFor, NOW, randomBytesOf, terminalOf } from './sides.testing.ts';
import { encodeValueCommand, encodeValueReceipt, ValueOp, ValueResult } from './value.ts';

const TXID = new Uint8Array(8);
const COMMAND = { op: ValueOp.credit, counter: 1, txid: TXID, amount: tokens(5) } as const;
const BALANCE = { balance: tokens(5), creditedTotal: tokens(5) } as const;
const TOLD = { clock: undefined, flags: undefined, ...BALANCE } as const;
const RECEIPT = { result: ValueResult.done, counter: 1, txid: TXID, amount: tokens(5), ...TOLD } as const;

test('a suite that there is not is a mistake of the program wherever it comes up', () => {
  const none = 7 as Suite;
  const { n, svpmsn, subject } = keyFor(Suite.aes128, Command.valueStore);
  const key = { n, svpmsn, subject, suite: none } as TerminalKey;
  assert.throws(() => encodeValueCommand(none, COMMAND));
  assert.throws(() => encodeValueReceipt(none, ID, RECEIPT));
  assert.throws(() => attentionTag(key, new Uint8Array(6)));
  assert.throws(() => openHostSession(key, Command.valueStore, drawing(1)), /a case that cannot be/);
  const terminal = createTerminal({ svpmsn: ID, keyOf: () => key, randomness: drawing(2) });
  const first = hostFirst(openHostSession(keyFor(Suite.aes128, Command.valueStore), Command.valueStore, drawing(3)));
  assert.throws(() => terminalReceive(terminal, first, NOW));
});

test('a session in a state that there is not throws, and no frame helps it on', () => {
  const session = openHostSession(keyFor(Suite.aes128, Command.valueStore), Command.valueStore, drawing(1));
  const frame = hostFirst(session);
  session.state = { name: 'awaiting-nothing' } as never;
  assert.throws(() => hostReceive(session, frame));
});

test('of parts the first is missing before any has come, and what is not whole is never joined', () => {
  assert.equal(missingPart(emptyCollection()), 0);
  assert.throws(() => joined(emptyCollection()), /all parts are there/);
});

test('a session key stands on two whole blocks, and an attention on a length that fits into a byte', () => {
  const key = keyFor(Suite.tripleDesXo, Command.valueStore);
  for (const length of [0, 15, 17]) assert.throws(() => sessionTripleDes(key, new Uint8Array(length)), RangeError);
  sessionTripleDes(key, randomBytesOf(1, 16));
  const monitoring = keyFor(Suite.tripleDesXo, Command.useAndLog);
  assert.equal(attentionTag(monitoring, new Uint8Array(255)).length, 8);
  assert.throws(() => attentionTag(monitoring, new Uint8Array(256)), RangeError);
});

/** The seed's suite, M3 as whoever holds the key makes it: `change` is what it carries, or the whole body. */
function seedThird(carried: Uint8Array): (cut?: number) => ReturnType<typeof terminalReceive> {
  const h = Command.valueStore;
  return (cut) => {
    const terminal = terminalOf(Suite.tripleDes, 5);
    const session = openHostSession(keyFor(Suite.tripleDes, h), h, drawing(6));
    assert.equal(terminalReceive(terminal, hostFirst(session), NOW).type, 'status-wanted');
    assert.equal(hostReceive(session, terminalStatus(terminal, new Uint8Array(0))).type, 'status');
    const [third] = hostCommand(session, carried) as [Uint8Array];
    const frame = cut === undefined ? third : third.slice(0, 7 + cut);
    frame[6] = frame.length - 7;
    return terminalReceive(terminal, frame, NOW);
  };
}

test('in the seed’s own suite an amount is one block under a whole signature, and nothing else is carried out', () => {
  assert.equal(seedThird(Uint8Array.of(0, 0, 0, 5))().type, 'command');
  assert.equal(seedThird(Uint8Array.of(0, 0, 0, 5))(5).type, 'refuse');
  assert.equal(seedThird(new Uint8Array(12))().type, 'refuse');
});
