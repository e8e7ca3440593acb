import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, toHex } from '../../src/bytes/index.ts';
import {
  deriveTerminalKey,
  exportTerminalKey,
  keyNameFromByte,
  SUITE_NAMES,
  Suite,
  suiteOf,
  type TerminalKey,
} from '../../src/crypto/index.ts';
import {
  attentionFrame,
  Command,
  createTerminal,
  decodeFrame,
  decodeRefusal,
  decodeValueCommand,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  hostCommand,
  hostFirst,
  hostReceive,
  hostWrapKey,
  openAttention,
  openHostSession,
  refusalFrame,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
  type ValueCommand,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../../src/exchange/index.ts';
import { milliseconds, type Randomness, svpmsn, type Tokens, type UnixSeconds } from '../../src/units/index.ts';
import { generate } from '../vectors/generate-exchange-commands.ts';

interface Exchange {
  name: string;
  H: Command;
  n: number;
  R1?: string;
  R2?: string;
  R3?: string;
  Nh?: string;
  Nm?: string;
  newKey?: { n: number; KH: string; KT: string; wrapped: string };
  status: string;
  command: string;
  answer: string;
  first: string;
  second: string;
  third: string[];
  fourth: string[];
}
interface VectorFile {
  svpmsn: string;
  utility: number;
  keys: { n: number; KH: string; KT: string }[];
  exchanges: Exchange[];
  attentions: { n: number; notice: string; frame: string }[];
  refusals: { H: Command; n: number; reason: number; part?: number; frame: string }[];
  valueBodies: ({ suite: Suite; bytes: string } & ValueBody)[];
}
type InHex<T> = Omit<T, 'txid'> & { txid: string };
type ValueBody =
  | { status: { lastCounter: number; creditedTotal: Tokens } }
  | { H: Command; command: InHex<ValueCommand> }
  | { receipt: InHex<Omit<ValueReceipt, 'clock' | 'flags'>> & { clock?: UnixSeconds; flags?: number } };

const file: VectorFile = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/exchange-commands.json'), 'utf8'),
);
const id = svpmsn(Number.parseInt(file.svpmsn, 16));
const NOW = milliseconds(0);

const keys = new Map(
  file.keys.map(({ n, KH }) => [n, deriveTerminalKey(fromHex(KH), keyNameFromByte(n), id, file.utility)]),
);

function keyOf(n: number): TerminalKey {
  const key = keys.get(n);
  assert.ok(key, `the file has the key ${n}`);
  return key;
}

/** Gives the file's bytes one after the other, however they are asked for. */
function giving(bytes: Uint8Array): Randomness {
  let at = 0;
  return {
    fill(target) {
      assert.ok(at + target.length <= bytes.length, 'no more is drawn than the file has');
      target.set(bytes.subarray(at, at + target.length));
      at += target.length;
    },
  };
}

const ofHost = ({ R1 = '', R2 = '', Nh }: Exchange) => giving(fromHex(Nh ?? R1 + R2));
const ofTerminal = ({ R3, Nm }: Exchange) => giving(fromHex(Nm ?? R3 ?? ''));

function terminalFor(exchange: Exchange): Terminal {
  return createTerminal({
    svpmsn: id,
    keyOf: (n) => keys.get(n),
    randomness: ofTerminal(exchange),
    ...(suiteOf(keyNameFromByte(exchange.n)) === Suite.tripleDes ? { labSessions: 1 } : {}),
  });
}

test('the file is what its generator prints, and every KT in it is the one that its KH leads to', () => {
  assert.deepEqual(file, generate());
  for (const { n, KT } of file.keys) assert.equal(toHex(exportTerminalKey(keyOf(n))), KT);
});

test('the host alone meets every exchange, its parts coming in both orders', () => {
  for (const exchange of file.exchanges) {
    for (const fourth of [exchange.fourth, exchange.fourth.toReversed()]) {
      const host = openHostSession(keyOf(exchange.n), exchange.H, ofHost(exchange));
      assert.equal(toHex(hostFirst(host)), exchange.first, exchange.name);
      const outcome = hostReceive(host, fromHex(exchange.second));
      assert.equal(outcome.type === 'status' && toHex(outcome.status), exchange.status, exchange.name);
      if (exchange.newKey !== undefined) {
        const { n, KH, KT, wrapped } = exchange.newKey;
        const key = deriveTerminalKey(fromHex(KH), keyNameFromByte(n), id, file.utility);
        assert.equal(toHex(exportTerminalKey(key)), KT, exchange.name);
        assert.equal(toHex(hostWrapKey(host, key)), wrapped, exchange.name);
      }
      assert.deepEqual(hostCommand(host, fromHex(exchange.command)).map(toHex), exchange.third, exchange.name);
      const last = fourth.map((frame) => hostReceive(host, fromHex(frame))).at(-1);
      assert.equal(last?.type === 'answer' && toHex(last.answer), exchange.answer, exchange.name);
    }
  }
});

test('the terminal alone meets every exchange, its parts coming in both orders', () => {
  for (const exchange of file.exchanges) {
    for (const third of [exchange.third, exchange.third.toReversed()]) {
      const terminal = terminalFor(exchange);
      assert.equal(terminalReceive(terminal, fromHex(exchange.first), NOW).type, 'status-wanted', exchange.name);
      assert.equal(toHex(terminalStatus(terminal, fromHex(exchange.status))), exchange.second, exchange.name);
      const last = third.map((frame) => terminalReceive(terminal, fromHex(frame), NOW)).at(-1);
      assert.equal(last?.type === 'command' && toHex(last.proof.command), exchange.command, exchange.name);
      if (exchange.newKey !== undefined) {
        const unwrapped = terminalUnwrapKey(terminal, fromHex(exchange.command).subarray(2));
        assert.equal(unwrapped && toHex(unwrapped), exchange.newKey.KT, exchange.name);
      }
      assert.deepEqual(terminalAnswer(terminal, fromHex(exchange.answer)).map(toHex), exchange.fourth, exchange.name);
    }
  }
});

test('every attention and every refusal of the file is met both ways', () => {
  for (const { n, notice, frame } of file.attentions) {
    assert.equal(toHex(attentionFrame(keyOf(n), fromHex(notice))), frame);
    const decoded = decodeFrame(fromHex(frame));
    assert.ok(!('reason' in decoded));
    assert.equal(toHex(openAttention(keyOf(n), decoded) ?? new Uint8Array(0)), notice);
  }
  for (const { H, n, reason, part, frame } of file.refusals) {
    assert.equal(toHex(refusalFrame({ h: H, n: keyNameFromByte(n), svpmsn: id }, reason as never, part)), frame);
    const decoded = decodeFrame(fromHex(frame));
    assert.ok(!('reason' in decoded));
    assert.deepEqual(decodeRefusal(decoded), { refusal: reason, part });
  }
});

test('the file shows every suite, every purpose and bodies of one part, of two and of more', () => {
  const suites = new Set(file.exchanges.map(({ n }) => (n >> 4) & 3));
  const purposes = new Set(file.exchanges.map(({ n }) => n >> 6));
  assert.deepEqual([suites.size, purposes.size], [4, 4]);
  for (const pick of [(one: Exchange) => one.third, (one: Exchange) => one.fourth]) {
    const counts = new Set(file.exchanges.map((exchange) => pick(exchange).length));
    assert.ok(counts.has(1) && counts.has(2) && counts.size > 2);
  }
});

test('every body of a value command is what its meaning makes it, and means that again', () => {
  const withTxid = <T extends { txid: string }>(body: T) => ({ ...body, txid: fromHex(body.txid) });
  for (const body of file.valueBodies) {
    const { suite } = body;
    const bytes = fromHex(body.bytes);
    if ('status' in body) {
      assert.equal(toHex(encodeValueStatus(body.status)), body.bytes);
      assert.deepEqual(decodeValueStatus(bytes), body.status);
    } else if ('command' in body) {
      const command = withTxid(body.command);
      assert.equal(toHex(encodeValueCommand(suite, command)), body.bytes);
      assert.deepEqual(decodeValueCommand(suite, body.H, bytes), command);
    } else {
      const receipt = { clock: undefined, flags: undefined, ...withTxid(body.receipt) };
      assert.equal(toHex(encodeValueReceipt(suite, id, receipt)), body.bytes);
      assert.deepEqual(decodeValueReceipt(suite, id, bytes), receipt);
    }
  }
});

test('every command of suites 1 to 3 has its exchange, the key change one for each purpose, and every value op and result its body', () => {
  for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
    const shown = file.exchanges.filter(({ n }) => suiteOf(keyNameFromByte(n)) === suite);
    for (const h of Object.values(Command)) {
      // In the added value of a card the card is the terminal: its frames are no meter's.
      const wanted = h === Command.addedValue ? 0 : h === Command.keyChange ? 4 : 1;
      const purposes = new Set(shown.filter(({ H }) => H === h).map(({ n }) => n >> 6));
      assert.equal(purposes.size, wanted, `${SUITE_NAMES[suite]}, command ${h.toString(16)}`);
    }
    const bodies = file.valueBodies.filter((body) => body.suite === suite);
    const ops = new Set(bodies.flatMap((body) => ('command' in body ? [body.command.op] : [])));
    const results = new Set(bodies.flatMap((body) => ('receipt' in body ? [body.receipt.result] : [])));
    assert.deepEqual([...ops].sort(), Object.values(ValueOp).sort());
    assert.deepEqual([...results].sort(), Object.values(ValueResult).sort());
  }
});
