import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { concat, crc16X25, fromHex, toHex } from '../../src/bytes/index.ts';
import {
  AesKey,
  deriveTerminalKey,
  ecbDecrypt,
  ecbEncrypt,
  exportTerminalKey,
  keyNameFromByte,
  SUITE_NAMES,
  Suite,
  sessionAes,
  sessionTripleDes,
  sessionTripleDesXo,
  type TerminalKey,
  TripleDesKey,
} from '../../src/crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeValueCommand,
  decodeValueReceipt,
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
  txidOf,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../../src/exchange/index.ts';
import { milliseconds, type Randomness, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';

/** One value exchange in all four suites, met byte for byte by each of our sides alone: our vectors, and foreign ones. */
const OURS = join(import.meta.dirname, '../vectors/value-store.json');
const FOREIGN = join(import.meta.dirname, '../../../shared/vectors');
const skip = existsSync(FOREIGN)
  ? false
  : 'Put exchange.json and generate.mjs into ../shared/vectors to run this test.';
const read = (path: string): VectorFile => JSON.parse(readFileSync(path, 'utf8'));
const published = (): VectorFile => read(join(FOREIGN, 'exchange.json'));
const drawn = (): VectorFile =>
  JSON.parse(execFileSync(process.execPath, [join(FOREIGN, 'generate.mjs'), '--random'], { encoding: 'utf8' }));

type Values = Record<string, string> & { n: number; frameBytes: number };
interface VectorFile extends Record<(typeof SUITE_NAMES)[number], Values> {
  input: Record<string, string> & {
    utility: number;
    amount: number;
    TC: number;
    balance: number;
    creditedBefore: number;
    creditedAfter: number;
    clock: number;
  };
}

const NOW = milliseconds(0);
const h = Command.valueStore;
const hex = (text: string | undefined): Uint8Array => fromHex(text ?? 'missing');

function giving(...drawn: readonly Uint8Array[]): Randomness {
  const left = [...drawn];
  return {
    fill(bytes) {
      const next = left.shift();
      assert.ok(next?.length === bytes.length, 'what is drawn has the length that the file gives');
      bytes.set(next);
    },
  };
}

function keyOf(file: VectorFile, suite: Suite): TerminalKey {
  const { n, KH } = file[SUITE_NAMES[suite]];
  const id = svpmsn(Number.parseInt(file.input.svpmsn ?? '', 16));
  return deriveTerminalKey(hex(KH), keyNameFromByte(n), id, file.input.utility);
}

function terminalOf(key: TerminalKey, randomness: Randomness) {
  const lab = key.suite === Suite.tripleDes ? { labSessions: 1 } : {};
  return createTerminal({ svpmsn: key.svpmsn, keyOf: (n) => (n === key.n ? key : undefined), randomness, ...lab });
}

const isAes = (suite: Suite): boolean => suite === Suite.aes128 || suite === Suite.aes256;

function receiptOf({ input }: VectorFile): ValueReceipt {
  return {
    result: ValueResult.done,
    counter: input.TC,
    txid: txidOf(input.order ?? ''),
    amount: tokens(input.amount),
    balance: tokens(input.balance),
    creditedTotal: tokens(input.creditedAfter),
    clock: unixSeconds(input.clock),
    flags: 0,
  };
}

/** The host alone: it gets the file's frames of the terminal, and must send the file's own. */
function hostMeets(file: VectorFile, suite: Suite): void {
  const { input } = file;
  const values = file[SUITE_NAMES[suite]];
  const key = keyOf(file, suite);
  const draws = isAes(suite)
    ? giving(hex(input.Nh))
    : suite === Suite.tripleDes
      ? giving(hex(`${input.R1}${input.R2}`))
      : giving(hex(input.R1), hex(input.R2));
  const host = openHostSession(key, h, draws);
  assert.equal(toHex(hostFirst(host)), values.frame1);
  const outcome = hostReceive(host, hex(values.frame2));
  assert.ok(outcome.type === 'status', JSON.stringify(outcome));
  const status = { lastCounter: input.TC - 1, creditedTotal: tokens(input.creditedBefore) };
  assert.deepEqual(outcome.status, isAes(suite) ? encodeValueStatus(status) : new Uint8Array(0));
  const { counter, txid, amount } = receiptOf(file);
  assert.equal(toHex(txid), input.TXID);
  const command = encodeValueCommand(suite, { op: ValueOp.credit, counter, txid, amount });
  assert.deepEqual(hostCommand(host, command).map(toHex), [values.frame3]);
  const answer = hostReceive(host, hex(values.frame4));
  assert.ok(answer.type === 'answer', JSON.stringify(answer));
  if (suite === Suite.tripleDes)
    assert.deepEqual(answer.answer, encodeValueReceipt(suite, key.svpmsn, receiptOf(file)));
  else {
    const { clock, flags, ...inEverySuite } = receiptOf(file);
    const fields = isAes(suite) ? { clock, flags } : { clock: undefined, flags: undefined };
    assert.deepEqual(decodeValueReceipt(suite, key.svpmsn, answer.answer), { ...inEverySuite, ...fields });
  }
  if (!isAes(suite)) return;
  assert.equal(toHex(outcome.status), values.status);
  assert.equal(toHex(command), values.command);
  assert.equal(toHex(answer.answer), values.receipt);
}

/** The terminal alone: it gets the file's frames of the host. */
function terminalMeets(file: VectorFile, suite: Suite): void {
  const { input } = file;
  const values = file[SUITE_NAMES[suite]];
  const key = keyOf(file, suite);
  const terminal = terminalOf(key, giving(hex(isAes(suite) ? input.Nm : input.R3)));
  assert.equal(terminalReceive(terminal, hex(values.frame1), NOW).type, 'status-wanted');
  const status = { lastCounter: input.TC - 1, creditedTotal: tokens(input.creditedBefore) };
  assert.equal(toHex(terminalStatus(terminal, encodeValueStatus(status))), values.frame2);
  const outcome = terminalReceive(terminal, hex(values.frame3), NOW);
  assert.ok(outcome.type === 'command', JSON.stringify(outcome));
  const { counter, txid, amount } = receiptOf(file);
  const { command } = outcome.proof;
  if (suite === Suite.tripleDes)
    assert.deepEqual(command, encodeValueCommand(suite, { op: ValueOp.credit, counter, txid, amount }));
  else assert.deepEqual(decodeValueCommand(suite, h, command), { op: ValueOp.credit, counter, txid, amount });
  const fourth = terminalAnswer(terminal, encodeValueReceipt(suite, key.svpmsn, receiptOf(file)));
  assert.deepEqual(fourth.map(toHex), [values.frame4]);
}

const BLOCKS = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);

function isTripleDes(key: TripleDesKey, value: string | undefined): void {
  assert.deepEqual(ecbEncrypt(key, BLOCKS), ecbEncrypt(new TripleDesKey(hex(value)), BLOCKS));
}

function isAesKey(key: AesKey, value: string | undefined): void {
  const [ours, theirs] = [new Uint8Array(16), new Uint8Array(16)];
  key.encryptBlock(BLOCKS, 0, ours, 0);
  new AesKey(hex(value)).encryptBlock(BLOCKS, 0, theirs, 0);
  assert.deepEqual(ours, theirs);
}

/** The keys cannot be read, so two are the same when they encrypt alike; the rest stands in the frames. */
function valuesMeet(file: VectorFile, suite: Suite): void {
  const { input } = file;
  const values = file[SUITE_NAMES[suite]];
  const key = keyOf(file, suite);
  assert.equal(toHex(exportTerminalKey(key)), values.KT);
  const frames = [values.frame1, values.frame2, values.frame3, values.frame4].map(hex);
  assert.equal(concat(...frames).length, values.frameBytes);
  const body = (frame: number, from: number, to?: number) =>
    toHex((frames[frame - 1] as Uint8Array).subarray(7 + from, to && 7 + to));
  const inputs = [input.R1, input.R2, input.R3].map(hex) as [Uint8Array, Uint8Array, Uint8Array];
  if (suite === Suite.tripleDes) {
    const ks = sessionTripleDes(key, inputs[0]);
    isTripleDes(ks, values.Ks);
    assert.deepEqual(
      [values.S1, values.S2, values.EnAmnt, values.M],
      [body(2, 0, 8), body(3, 0, 8), body(3, 8), body(4, 0)],
    );
    const m = ecbDecrypt(ks, hex(values.M));
    assert.equal(toHex(m), `${input.balance.toString(16).padStart(8, '0')}${input.svpmsn}00`);
  } else if (suite === Suite.tripleDesXo) {
    const session = sessionTripleDesXo(key, inputs[0], inputs[2]);
    assert.ok(session);
    isTripleDes(session.k1, values.K1);
    isTripleDes(session.k23, values.K23);
    isTripleDes(session.ke, values.Ke);
    assert.deepEqual(
      [values.S1, values.S2, values.En, values.S3, values.Mx],
      [body(2, 0, 8), body(3, 0, 8), body(3, 8), body(4, 0, 8), body(4, 8)],
    );
  } else {
    const session = sessionAes(key, hex(input.Nh), hex(input.Nm), h);
    isAesKey(session.a, values.Ka);
    isAesKey(session.d, values.Kd);
    isAesKey(session.u, values.Ku);
  }
}

function meets(file: VectorFile, suite: Suite): void {
  try {
    hostMeets(file, suite);
    terminalMeets(file, suite);
    valuesMeet(file, suite);
  } catch (error) {
    throw new Error(`the file ${JSON.stringify(file.input)} is not met`, { cause: error });
  }
}

for (const suite of Object.values(Suite)) {
  const who = `${SUITE_NAMES[suite]}: host and terminal, each alone, meet every byte`;
  test(`${who} of our own file`, () => meets(read(OURS), suite));
  test(`${who} of a foreign file and of three drawn ones`, { skip }, () => {
    for (const file of [published(), drawn(), drawn(), drawn()]) meets(file, suite);
  });
}

function assertSizes(file: VectorFile): void {
  const sizes = SUITE_NAMES.map((name) => {
    const frames = ['frame1', 'frame2', 'frame3', 'frame4'].map((frame) => hex(file[name][frame]));
    const onLine = frames.map((frame) => concat(frame, Uint8Array.of(crc16X25(frame) & 0xff, crc16X25(frame) >> 8)));
    return [concat(...frames).length, concat(...onLine).length];
  });
  assert.deepEqual(sizes, [
    [92, 100],
    [132, 140],
    [149, 157],
    [149, 157],
  ]);
}

const SIZES = 'the frames of one sale have 92, 132, 149 and 149 bytes; 157 with four check sums in the AES suites';
test(`our own file: ${SIZES}`, () => assertSizes(read(OURS)));
test(`a foreign file: ${SIZES}`, { skip }, () => assertSizes(published()));
