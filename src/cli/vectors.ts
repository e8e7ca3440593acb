import { concat, fromHex, toHex } from '../bytes/index.ts';
import {
  AesKey,
  cbcMac,
  cmac,
  deriveTerminalKey,
  ecbDecrypt,
  ecbEncrypt,
  exportTerminalKey,
  generationOf,
  type KeyName,
  kdf,
  keyName,
  keyNameFromByte,
  Purpose,
  r1Refused,
  Suite,
  sessionTripleDesXo,
  type TerminalKey,
  TripleDesKey,
} from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeSeedTokens,
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
  ValueResult,
} from '../exchange/index.ts';
import { assert, milliseconds, type Randomness, type Svpmsn, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import {
  isComputedFrom,
  type VectorFile,
  type VectorInput,
  type VectorMismatch,
  type VectorValue,
  valuesOf,
  vectorFile,
} from './vectors-form.ts';

/** What was compared, or the sentence that says where the file has not the fields of exchange vectors. */
export type VectorReport =
  | { readonly checked: number; readonly wrong: readonly VectorMismatch[] }
  | { readonly sentence: string };

/**
 * Recomputes a file of exchange vectors from its inputs and its KH, and compares every value but the notes. Where the
 * inputs allow no computing they alone are checked, and what is wrong with them is all that is named.
 * The frames come from both sides of the exchange as they run in the field; the values inside them from `crypto`.
 */
export function checkVectorFile(text: string): VectorReport {
  const read = vectorFile(text);
  if ('sentence' in read) return read;
  const { file, values: found, unfit } = read;
  const unusable = unfit.length > 0 ? unfit : weakness(file);
  if (unusable.length > 0) return { checked: [...found.keys()].filter(isComputedFrom).length, wrong: unusable };
  const expected = valuesOf(recomputed(file));
  const wrong: VectorMismatch[] = [];
  for (const [path, value] of found) {
    const right = expected.get(path);
    assert(right !== undefined, `${path} was computed`);
    if (right !== value) wrong.push({ path, expected: right, found: value });
  }
  return { checked: found.size, wrong: [...wrong, ...keysUsedTwice(file)] };
}

const SUITES = [
  ['3des', Suite.tripleDes],
  ['3des-xo', Suite.tripleDesXo],
  ['aes128', Suite.aes128],
  ['aes256', Suite.aes256],
] as const;

/** Suite `3des-xo` refuses some inputs that the others take: with them there is nothing to compare. */
function weakness({ input, '3des-xo': xo }: VectorFile): readonly VectorMismatch[] {
  const r1 = fromHex(input.R1);
  const wrong = (expected: string) => [{ path: 'input.R1', expected, found: input.R1 }];
  if (r1Refused(r1)) return wrong('16 bytes without equal or complementary halves, which suite 3des-xo refuses');
  const key = terminalKeyOf(input, xo.KH, nameOf(Suite.tripleDesXo, xo.n));
  if (sessionTripleDesXo(key, r1, fromHex(input.R3)) !== undefined) return [];
  return wrong('16 bytes that with input.R3 give suite 3des-xo no session key with equal halves');
}

/** KH differs for every n; the lowest bit of each byte is no part of a triple-DES key. */
function keysUsedTwice(file: VectorFile): VectorMismatch[] {
  const seen = new Map<string, string>();
  return SUITES.flatMap(([suite]) => {
    const { KH } = file[suite];
    const plain = toHex(fromHex(KH).map((byte) => byte & 0xfe));
    const other = seen.get(plain);
    seen.set(plain, suite);
    if (other === undefined) return [];
    return [{ path: `${suite}.KH`, expected: `another key than ${other}.KH`, found: KH }];
  });
}

/** The generation is the file's; purpose and suite are not for it to choose. */
const nameOf = (suite: Suite, n: number): KeyName => keyName(Purpose.value, suite, generationOf(keyNameFromByte(n)));

const idOf = (input: VectorInput): Svpmsn => svpmsn(Number.parseInt(input.svpmsn, 16));

const terminalKeyOf = (input: VectorInput, kh: string, n: KeyName): TerminalKey =>
  deriveTerminalKey(fromHex(kh), n, idOf(input), input.utility);

function recomputed(file: VectorFile): unknown {
  const { input } = file;
  const txid = toHex(txidOf(input.order));
  const creditedAfter = input.creditedBefore + input.amount;
  return {
    input: { ...input, H: toHex(Uint8Array.of(Command.valueStore)), creditedAfter, TXID: txid },
    '3des': seedSuite(file),
    '3des-xo': xoSuite(file),
    aes128: aesSuite(file, 'aes128', Suite.aes128),
    aes256: aesSuite(file, 'aes256', Suite.aes256),
    attacksOn3des: attacks(file),
    knownAnswers: knownAnswers(),
  };
}

function seedSuite({ input, '3des': { n, KH } }: VectorFile): unknown {
  const key = terminalKeyOf(input, KH, nameOf(Suite.tripleDes, n));
  const R = concat(fromHex(input.R1), fromHex(input.R2));
  const frames = exchanged(key, input, R, fromHex(input.R3));
  return {
    n: key.n,
    KH,
    KT: toHex(exportTerminalKey(key)),
    Ks: toHex(encrypted(exportTerminalKey(key), fromHex(input.R1))),
    S1: toHex(bodyOf(frames.frame2, 0, 8)),
    EnAmnt: toHex(bodyOf(frames.frame3, 8, 16)),
    S2: toHex(bodyOf(frames.frame3, 0, 8)),
    M: toHex(bodyOf(frames.frame4, 0, 8)),
    ...inHex(frames),
  };
}

function xoSuite({ input, '3des-xo': { n, KH } }: VectorFile): unknown {
  const key = terminalKeyOf(input, KH, nameOf(Suite.tripleDesXo, n));
  const [R1, R3] = [fromHex(input.R1), fromHex(input.R3)];
  const frames = exchanged(key, input, concat(R1, fromHex(input.R2)), R3);
  const kt = exportTerminalKey(key);
  const ks = encrypted(kt, R1);
  const ks2 = encrypted(kt, xor(R1, concat(R3, complement(R3))));
  return {
    n: key.n,
    KH,
    KT: toHex(kt),
    Ks: toHex(ks),
    Ks2: toHex(ks2),
    K1: toHex(encrypted(ks, constant(1))),
    K23: toHex(encrypted(ks2, constant(2))),
    Ke: toHex(encrypted(ks2, constant(3))),
    S1: toHex(bodyOf(frames.frame2, 0, 8)),
    En: toHex(bodyOf(frames.frame3, 8, 24)),
    S2: toHex(bodyOf(frames.frame3, 0, 8)),
    Mx: toHex(bodyOf(frames.frame4, 8, 40)),
    S3: toHex(bodyOf(frames.frame4, 0, 8)),
    ...inHex(frames),
  };
}

function aesSuite(file: VectorFile, name: 'aes128' | 'aes256', suite: Suite): unknown {
  const { input } = file;
  const { n, KH } = file[name];
  const key = terminalKeyOf(input, KH, nameOf(suite, n));
  const [nh, nm] = [fromHex(input.Nh), fromHex(input.Nm)];
  const kt = new AesKey(exportTerminalKey(key));
  const context = concat(nh, nm, fromHex(input.svpmsn), Uint8Array.of(key.n, Command.valueStore));
  const { status, command, receipt } = bodies(suite, input);
  return {
    n: key.n,
    KH,
    KT: toHex(exportTerminalKey(key)),
    Ka: toHex(kdf(kt, 'SAUT', context)),
    Kd: toHex(kdf(kt, 'SH2M', context)),
    Ku: toHex(kdf(kt, 'SM2H', context)),
    status: toHex(status),
    command: toHex(command),
    receipt: toHex(receipt),
    ...inHex(exchanged(key, input, nh, nm)),
  };
}

/** The attacks on suite `3des`: what an attacker sends, and what the victim's own arithmetic makes of it. */
function attacks({ input, '3des': seed, '3des-xo': xo }: VectorFile): unknown {
  const kt = exportTerminalKey(terminalKeyOf(input, seed.KH, nameOf(Suite.tripleDes, seed.n)));
  const xoKt = exportTerminalKey(terminalKeyOf(input, xo.KH, nameOf(Suite.tripleDesXo, xo.n)));
  const [R1, R2, R3] = [fromHex(input.R1), fromHex(input.R2), fromHex(input.R3)];
  const ks = new TripleDesKey(encrypted(kt, R1));
  const half = R1.subarray(0, 8);
  const [forged, minted] = [fromHex(`0000c350${input.svpmsn}00`), fromHex('05f5e0ff00000000')];
  const enAmnt = cbcMac(ks, minted);
  // S2 is chained by hand: every block goes to the meter as an R2, and the meter answers with its encryption.
  const signed = padded(concat(Uint8Array.of(Command.valueStore), R3, enAmnt));
  const askedR2: string[] = [];
  let s2: Uint8Array = new Uint8Array(8);
  for (let at = 0; at < signed.length; at += 8) {
    const asked = xor(signed.subarray(at, at + 8), s2);
    askedR2.push(toHex(asked));
    s2 = cbcMac(ks, asked);
  }
  const [tagOfA, tagOfB] = [cbcMac(ks, R2), cbcMac(ks, R3)];
  const extended = concat(R2, xor(R3, tagOfA));
  return {
    A1_forgedLastMessage: {
      replayedR1: input.R1,
      chosenR2: toHex(forged),
      meterAnswersS1: toHex(cbcMac(ks, forged)),
      hostReadsBalance: decodeSeedTokens(ecbDecrypt(ks, cbcMac(ks, forged)).subarray(0, 4)),
    },
    A2_mintedValue: {
      EnAmnt_is_S1_of: toHex(minted),
      EnAmnt: toHex(enAmnt),
      R3ofSecondSession: input.R3,
      askedR2,
      forgedS2: toHex(s2),
      credited: decodeSeedTokens(ecbDecrypt(ks, enAmnt).subarray(0, 4)),
    },
    A3_equalHalves: { R1: toHex(concat(half, half)), Ks: toHex(encrypted(kt, concat(half, half))) },
    A3b_complementaryHalvesOnXo: {
      R1: toHex(concat(half, complement(half))),
      Ks2: toHex(encrypted(xoKt, xor(concat(half, complement(half)), concat(R3, complement(R3))))),
    },
    A4_extension: {
      a: input.R2,
      tagOfA: toHex(tagOfA),
      b: input.R3,
      tagOfB: toHex(tagOfB),
      message: toHex(extended),
      tag: toHex(cbcMac(ks, extended)),
    },
    A5_padding: {
      tagOf10: toHex(cbcMac(ks, Uint8Array.of(0x10))),
      tagOf1000: toHex(cbcMac(ks, Uint8Array.of(0x10, 0))),
    },
  };
}

function knownAnswers(): unknown {
  const key = new AesKey(fromHex('2b7e151628aed2a6abf7158809cf4f3c')); // RFC 4493 §4
  return {
    rfc4493_empty: toHex(cmac(key, new Uint8Array(0))),
    rfc4493_16: toHex(cmac(key, fromHex('6bc1bee22e409f96e93d7e117393172a'))),
  };
}

interface Frames {
  readonly frame1: Uint8Array;
  readonly frame2: Uint8Array;
  readonly frame3: Uint8Array;
  readonly frame4: Uint8Array;
}

/** One value store between both sides, with the drawn bytes of each given. FIG. 1 */
function exchanged(key: TerminalKey, input: VectorInput, ofHost: Uint8Array, ofTerminal: Uint8Array): Frames {
  const { status, command, receipt } = bodies(key.suite, input);
  const now = milliseconds(0);
  const terminal = createTerminal({
    svpmsn: key.svpmsn,
    keyOf: (n) => (n === key.n ? key : undefined),
    randomness: drawing(ofTerminal),
    ...(key.suite === Suite.tripleDes ? { labSessions: 1 } : {}),
  });
  const host = openHostSession(key, Command.valueStore, drawing(ofHost));
  const frame1 = hostFirst(host);
  assert(terminalReceive(terminal, frame1, now).type === 'status-wanted', 'the terminal takes M1');
  const frame2 = terminalStatus(terminal, status);
  assert(hostReceive(host, frame2).type === 'status', 'the host takes M2');
  const [frame3] = hostCommand(host, command);
  assert(frame3 !== undefined && terminalReceive(terminal, frame3, now).type === 'command', 'the terminal takes M3');
  const [frame4] = terminalAnswer(terminal, receipt);
  assert(frame4 !== undefined && hostReceive(host, frame4).type === 'answer', 'the host takes M4');
  return { frame1, frame2, frame3, frame4 };
}

function bodies(suite: Suite, input: VectorInput): { status: Uint8Array; command: Uint8Array; receipt: Uint8Array } {
  const txid = txidOf(input.order);
  const amount = tokens(input.amount);
  const creditedTotal = tokens(input.creditedBefore + input.amount);
  return {
    status: encodeValueStatus({ lastCounter: input.TC - 1, creditedTotal: tokens(input.creditedBefore) }),
    command: encodeValueCommand(suite, { op: ValueOp.credit, counter: input.TC, txid, amount }),
    receipt: encodeValueReceipt(suite, idOf(input), {
      result: ValueResult.done,
      counter: input.TC,
      txid,
      amount,
      balance: tokens(input.balance),
      creditedTotal,
      clock: unixSeconds(input.clock),
      flags: 0,
    }),
  };
}

/** Randomness that gives these bytes, in order, and no more. */
function drawing(bytes: Uint8Array): Randomness {
  let at = 0;
  return {
    fill(target) {
      assert(at + target.length <= bytes.length, 'no more is drawn than the file gives');
      target.set(bytes.subarray(at, at + target.length));
      at += target.length;
    },
  };
}

function inHex({ frame1, frame2, frame3, frame4 }: Frames): Readonly<Record<string, VectorValue>> {
  return {
    frame1: toHex(frame1),
    frame2: toHex(frame2),
    frame3: toHex(frame3),
    frame4: toHex(frame4),
    frameBytes: frame1.length + frame2.length + frame3.length + frame4.length,
  };
}

const bodyOf = (frame: Uint8Array, from: number, to: number): Uint8Array => frame.subarray(7 + from, 7 + to);
const encrypted = (key: Uint8Array, blocks: Uint8Array): Uint8Array => ecbEncrypt(new TripleDesKey(key), blocks);
const complement = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0));
const constant = (i: number): Uint8Array => new Uint8Array(16).fill(i, 0, 8).fill(i ^ 0xff, 8);
const padded = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array((8 - (bytes.length % 8)) % 8));
