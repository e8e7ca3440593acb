import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { exportTerminalKey, Suite, type TerminalKey } from '../../src/crypto/index.ts';
import type { ValueFrames } from './value-exchange.ts';

/** One primitive that the exchange needs, as node:crypto offers it: one cipher object, made and thrown away. */
export interface NodeCall {
  readonly what: string;
  readonly run: () => Uint8Array | KeyObject;
  /** What it must give where the frames of the exchange show it. */
  readonly gives?: Uint8Array;
}

/**
 * How a key gets into a call. `bytes`: at every call, as most programs have it. `key-objects`: a KeyObject, which
 * node:crypto takes several times faster; KT's is kept, those of the session are made once in each exchange and side.
 */
export type KeyForm = 'bytes' | 'key-objects';
type Key = Uint8Array | KeyObject;

/**
 * Everything that both sides of one exchange compute, by node:crypto: in the fewest calls that its interface allows,
 * with all inputs laid out beforehand. No frame is made or parsed and no state is kept, so this is less than a whole
 * exchange. Each call that makes a part of a frame is checked against the frame.
 */
export function nodeCalls(key: TerminalKey, frames: ValueFrames, form: KeyForm): readonly NodeCall[] {
  const calls = callsOf(key, frames, form);
  for (const { what, run, gives } of calls) {
    if (gives !== undefined) assert.deepEqual(Buffer.from(run() as Uint8Array), Buffer.from(gives), what);
  }
  return calls;
}

function callsOf(key: TerminalKey, frames: ValueFrames, form: KeyForm): readonly NodeCall[] {
  switch (key.suite) {
    case Suite.tripleDes:
      return tripleDesCalls(key, frames, form);
    case Suite.tripleDesXo:
      return tripleDesXoCalls(key, frames, form);
    default:
      return aesCalls(key, frames, form);
  }
}

const keyIn = (form: KeyForm, bytes: Uint8Array): Key => (form === 'bytes' ? bytes : createSecretKey(bytes));

/** What it costs one side to have these session keys in that form. */
const keysMade = (form: KeyForm, ...keys: Uint8Array[]): NodeCall[] =>
  form === 'bytes' ? [] : keys.map((bytes) => ({ what: 'key object', run: () => createSecretKey(bytes) }));

// FIG. 4: E is des-ede; a MAC is the last block of one des-ede-cbc call, however long the message.

function encrypt(key: Key, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede-ecb', key, null).setAutoPadding(false);
  const out = cipher.update(blocks);
  cipher.final();
  return out;
}

function decrypt(key: Key, blocks: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede-ecb', key, null).setAutoPadding(false);
  const out = decipher.update(blocks);
  decipher.final();
  return out;
}

const IV_8 = new Uint8Array(8);

function sign(key: Key, padded: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede-cbc', key, IV_8).setAutoPadding(false);
  const out = cipher.update(padded);
  cipher.final();
  return out.subarray(-8);
}

function tripleDesCalls(key: TerminalKey, frames: ValueFrames, form: KeyForm): NodeCall[] {
  const kt = keyIn(form, exportTerminalKey(key));
  const { first, second, third, fourth } = frames;
  const r1 = first.subarray(7, 23);
  const r2 = first.subarray(23);
  const s1 = second.subarray(7, 15);
  const s2 = third.subarray(7, 15);
  const sealedAmount = third.subarray(15);
  const sealedBalance = fourth.subarray(7);
  const ksBytes = encrypt(kt, r1);
  const ks = keyIn(form, ksBytes);
  const signed = padded(Buffer.concat([first.subarray(1, 2), second.subarray(15), sealedAmount]));
  const amount = decrypt(ks, sealedAmount);
  const balance = decrypt(ks, sealedBalance);
  const makeKs: NodeCall = { what: 'Ks', run: () => encrypt(kt, r1), gives: ksBytes };
  const makeS1: NodeCall = { what: 'S1', run: () => sign(ks, r2), gives: s1 };
  const makeS2: NodeCall = { what: 'S2', run: () => sign(ks, signed), gives: s2 };
  return [
    makeKs,
    ...keysMade(form, ksBytes),
    makeS1,
    { what: 'EnAmnt', run: () => encrypt(ks, amount), gives: sealedAmount },
    makeS2,
    { what: 'M opened', run: () => decrypt(ks, sealedBalance), gives: balance },
    makeKs,
    ...keysMade(form, ksBytes),
    makeS1,
    makeS2,
    { what: 'EnAmnt opened', run: () => decrypt(ks, sealedAmount), gives: amount },
    { what: 'M', run: () => encrypt(ks, balance), gives: sealedBalance },
  ];
}

function tripleDesXoCalls(key: TerminalKey, frames: ValueFrames, form: KeyForm): NodeCall[] {
  const kt = keyIn(form, exportTerminalKey(key));
  const { first, second, third, fourth } = frames;
  const r1 = first.subarray(7, 23);
  const r3 = second.subarray(15);
  const mixed = r1.map((byte, i) => byte ^ (i < 8 ? (r3[i] as number) : (r3[i - 8] as number) ^ 0xff));
  const constant = (i: number) => new Uint8Array(16).fill(i, 0, 8).fill(i ^ 0xff, 8);
  const ksBytes = encrypt(kt, r1);
  const ks2Bytes = encrypt(kt, mixed);
  const ks = keyIn(form, ksBytes);
  const ks2 = keyIn(form, ks2Bytes);
  const k1Bytes = encrypt(ks, constant(1));
  const k23Bytes = encrypt(ks2, constant(2));
  const keBytes = encrypt(ks2, constant(3));
  const k1 = keyIn(form, k1Bytes);
  const k23 = keyIn(form, k23Bytes);
  const ke = keyIn(form, keBytes);
  const signedSecond = Buffer.concat([first.subarray(23), r3]);
  const signedOf = (frame: Uint8Array) => {
    const data = Buffer.concat([frame.subarray(0, 6), r3, frame.subarray(15)]);
    return padded(Buffer.concat([Uint8Array.of(data.length), data]));
  };
  const signedThird = signedOf(third);
  const signedFourth = signedOf(fourth);
  const order = decrypt(ke, third.subarray(15));
  const receipt = decrypt(ke, fourth.subarray(15));
  const common: NodeCall[] = [
    ...keysMade(form, ksBytes, ks2Bytes, k1Bytes, k23Bytes, keBytes),
    { what: 'Ks', run: () => encrypt(kt, r1), gives: ksBytes },
    { what: 'Ks2', run: () => encrypt(kt, mixed), gives: ks2Bytes },
    { what: 'K1', run: () => encrypt(ks, constant(1)), gives: k1Bytes },
    { what: 'K23', run: () => encrypt(ks2, constant(2)), gives: k23Bytes },
    { what: 'Ke', run: () => encrypt(ks2, constant(3)), gives: keBytes },
    { what: 'S1', run: () => sign(k1, signedSecond), gives: second.subarray(7, 15) },
    { what: 'S2', run: () => sign(k23, signedThird), gives: third.subarray(7, 15) },
    { what: 'S3', run: () => sign(k23, signedFourth), gives: fourth.subarray(7, 15) },
  ];
  return [
    ...common,
    { what: 'En', run: () => encrypt(ke, order), gives: third.subarray(15) },
    { what: 'Mx opened', run: () => decrypt(ke, fourth.subarray(15)), gives: receipt },
    ...common,
    { what: 'En opened', run: () => decrypt(ke, third.subarray(15)), gives: order },
    { what: 'Mx', run: () => encrypt(ke, receipt), gives: fourth.subarray(15) },
  ];
}

const padded = (data: Uint8Array): Uint8Array => {
  const out = new Uint8Array(Math.ceil(data.length / 8) * 8);
  out.set(data);
  return out;
};

// node:crypto has no CMAC: it is one aes-cbc call over the message whose last block took the subkey (RFC 4493). KT's
// subkeys are made once and kept, as the measured code keeps them.

const IV_16 = new Uint8Array(16);

function aesCalls(key: TerminalKey, { first, second, third, fourth }: ValueFrames, form: KeyForm): NodeCall[] {
  const ktBytes = exportTerminalKey(key);
  const bits = 8 * ktBytes.length;
  const kt = keyIn(form, ktBytes);
  const k2 = doubled(doubled(ecb(`aes-${bits}-ecb`, kt, new Uint8Array(16))));
  const nh = first.subarray(7);
  const nm = second.subarray(7, 23);
  const context = Buffer.concat([nh, nm, first.subarray(3, 6), Uint8Array.of(key.n), first.subarray(1, 2)]);
  const derive = (label: string) => {
    const inputs = Array.from({ length: ktBytes.length / 16 }, (_, i) => {
      const tail = Uint8Array.of(bits >>> 8, bits & 0xff);
      const input = Buffer.concat([Uint8Array.of(i + 1), Buffer.from(label), Uint8Array.of(0), context, tail]);
      return masked(input, k2);
    });
    return inputs.map((input) => () => cmac(`aes-${bits}-cbc`, kt, input));
  };
  const suite = `aes-${bits}-ccm` as 'aes-128-ccm' | 'aes-256-ccm';
  const passes = [
    { label: 'SAUT', name: 'Ka', message: 'M2', earlier: [first], frame: second, prefix: 23 },
    { label: 'SH2M', name: 'Kd', message: 'M3', earlier: [first, second], frame: third, prefix: 7 },
    { label: 'SM2H', name: 'Ku', message: 'M4', earlier: [first, second, third], frame: fourth, prefix: 7 },
  ].map(({ label, name, message, earlier, frame, prefix }, i): { keys: NodeCall[]; seal: NodeCall; open: NodeCall } => {
    const steps = derive(label);
    const sessionBytes = Buffer.concat(steps.map((step) => step()));
    const sessionKey = keyIn(form, sessionBytes);
    const nonce = new Uint8Array(13).fill(i + 2, 0, 1);
    const aad = Buffer.concat([...earlier, frame.subarray(0, prefix)]);
    const sealed = frame.subarray(prefix);
    const plain = ccmOpen(suite, sessionKey, nonce, aad, sealed);
    const seal = () => ccmSeal(suite, sessionKey, nonce, aad, plain);
    const open = () => ccmOpen(suite, sessionKey, nonce, aad, sealed);
    return {
      keys: [...steps.map((run) => ({ what: name, run })), ...keysMade(form, sessionBytes)],
      seal: { what: `${message} sealed`, run: seal, gives: sealed },
      open: { what: `${message} opened`, run: open, gives: plain },
    };
  });
  return [...passes, ...passes].flatMap(({ keys, seal, open }, i) => [...keys, i < 3 ? seal : open]);
}

function ecb(suite: string, key: Key, block: Uint8Array): Uint8Array {
  return createCipheriv(suite, key, null).setAutoPadding(false).update(block);
}

/** RFC 4493 §2.3: times x in GF(2^128). */
function doubled(block: Uint8Array): Uint8Array {
  const out = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7));
  if ((block[0] as number) & 0x80) out[15] = (out[15] as number) ^ 0x87;
  return out;
}

/** A message with an open last block, padded and masked as RFC 4493 §2.4 has it. */
function masked(message: Uint8Array, k2: Uint8Array): Uint8Array {
  assert.notEqual(message.length % 16, 0);
  const out = new Uint8Array(Math.ceil(message.length / 16) * 16);
  out.set(message);
  out[message.length] = 0x80;
  for (let i = 0; i < 16; i++) out[out.length - 16 + i] = (out[out.length - 16 + i] as number) ^ (k2[i] as number);
  return out;
}

function cmac(suite: string, key: Key, input: Uint8Array): Uint8Array {
  const cipher = createCipheriv(suite, key, IV_16).setAutoPadding(false);
  const out = cipher.update(input);
  cipher.final();
  return out.subarray(-16);
}

type CcmSuite = 'aes-128-ccm' | 'aes-256-ccm';
const TAG = { authTagLength: 8 };

function ccmSeal(suite: CcmSuite, key: Key, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(suite, key, nonce, TAG).setAAD(aad, { plaintextLength: plain.length });
  const out = cipher.update(plain);
  cipher.final();
  return Buffer.concat([out, cipher.getAuthTag()]);
}

function ccmOpen(suite: CcmSuite, key: Key, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(suite, key, nonce, TAG);
  decipher.setAuthTag(sealed.subarray(-8)).setAAD(aad, { plaintextLength: sealed.length - 8 });
  const out = decipher.update(sealed.subarray(0, -8));
  decipher.final();
  return out;
}
