import { concat } from '../bytes/index.ts';
import { assert, assertNever } from '../units/index.ts';
import { AesKey } from './aes.ts';
import { cmac, kdf } from './cmac.ts';
import { Suite } from './names.ts';
import { aesOf, type TerminalKey, tripleDesOf } from './terminal-key.ts';
import { cbcMac, halvesEqual, TripleDesKey } from './triple-des.ts';

/** Ks of suite `3des`: R1 encrypted under KT, for everything in the session. R1 is 16 bytes. Nothing is refused. */
export function sessionTripleDes(kt: TerminalKey, r1: Uint8Array): TripleDesKey {
  return new TripleDesKey(encrypted(tripleDesOf(kt), r1));
}

/** K1 signs M2, K23 signs M3 and M4, Ke encrypts: suite `3des-xo`. */
export interface TripleDesXoSession {
  readonly k1: TripleDesKey;
  readonly k23: TripleDesKey;
  readonly ke: TripleDesKey;
}

/**
 * The session keys of suite `3des-xo` from R1 (16 bytes) and R3 (8 bytes); `undefined` when they would be weak:
 * R1 is refused, or the halves of Ks or Ks2 are equal but for parity, which would leave 56 bits.
 */
export function sessionTripleDesXo(kt: TerminalKey, r1: Uint8Array, r3: Uint8Array): TripleDesXoSession | undefined {
  assert(r1.length === 16 && r3.length === 8, 'R1 is two blocks and R3 is one');
  if (r1Refused(r1)) return undefined;
  const terminal = tripleDesOf(kt);
  const ks = encrypted(terminal, r1);
  if (halvesEqual(ks)) return undefined;
  // Ks2 = E_KT over R1 xor (R3 | not R3): both sides have a part in it.
  const mixed = new Uint8Array(16);
  for (let i = 0; i < 8; i++) {
    mixed[i] = (r1[i] as number) ^ (r3[i] as number);
    mixed[8 + i] = (r1[8 + i] as number) ^ (r3[i] as number) ^ 0xff;
  }
  const ks2 = encrypted(terminal, mixed);
  if (halvesEqual(ks2)) return undefined;
  const second = new TripleDesKey(ks2);
  return {
    k1: keyOfConstant(new TripleDesKey(ks), CONSTANT_1),
    k23: keyOfConstant(second, CONSTANT_2),
    ke: keyOfConstant(second, CONSTANT_3),
  };
}

/** Whether R1 has equal halves, which make Ks weak, or complementary ones, which make some Ks2 weak. */
export function r1Refused(r1: Uint8Array): boolean {
  let equal = 0;
  let complementary = 0;
  for (let i = 0; i < 8; i++) {
    const difference = (r1[i] as number) ^ (r1[8 + i] as number);
    equal |= difference;
    complementary |= difference ^ 0xff;
  }
  return equal === 0 || complementary === 0;
}

/** c(i): eight bytes i, then eight bytes i xor FF. */
const constant = (i: number): Uint8Array => new Uint8Array(16).fill(i, 0, 8).fill(i ^ 0xff, 8);
const CONSTANT_1 = constant(1);
const CONSTANT_2 = constant(2);
const CONSTANT_3 = constant(3);
const CONSTANT_4 = constant(4);

function keyOfConstant(key: TripleDesKey, constant: Uint8Array): TripleDesKey {
  const bytes = encrypted(key, constant);
  assert(!halvesEqual(bytes), 'two blocks that differ are encrypted to halves that differ');
  return new TripleDesKey(bytes);
}

/** Two blocks, each encrypted on its own, as a new key. */
function encrypted(key: TripleDesKey, blocks: Uint8Array): Uint8Array {
  if (blocks.length !== 16) throw new RangeError(`two blocks are 16 bytes, not ${blocks.length}`);
  const out = new Uint8Array(16);
  key.encryptBlock(blocks, 0, out, 0);
  key.encryptBlock(blocks, 8, out, 8);
  return out;
}

/**
 * The session keys of suites `aes128` and `aes256`, each derived when it is first used: a side that is refused at
 * M2 never pays for the others, and no key is ever used for another's message.
 */
export class AesSession {
  readonly #kt: AesKey;
  readonly #context: Uint8Array;
  #a: AesKey | undefined;
  #d: AesKey | undefined;
  #u: AesKey | undefined;
  #w: AesKey | undefined;

  constructor(kt: AesKey, context: Uint8Array) {
    this.#kt = kt;
    this.#context = context;
  }

  /** Ka seals M2. */
  get a(): AesKey {
    this.#a ??= this.#derive('SAUT');
    return this.#a;
  }

  /** Kd seals M3, host to meter. */
  get d(): AesKey {
    this.#d ??= this.#derive('SH2M');
    return this.#d;
  }

  /** Ku seals M4, meter to host. */
  get u(): AesKey {
    this.#u ??= this.#derive('SM2H');
    return this.#u;
  }

  /** Kw wraps the new KT inside M3 of a key set change (0x2F). */
  get w(): AesKey {
    this.#w ??= this.#derive('SWRP');
    return this.#w;
  }

  #derive(label: string): AesKey {
    const bytes = kdf(this.#kt, label, this.#context);
    assert(bytes.length === this.#kt.length, 'a session key is as long as KT');
    return new AesKey(bytes);
  }
}

/** The keys of one exchange: context Nh 16 | Nm 16 | SVPMSN 3 | n | H. @throws RangeError when a nonce is not 16 bytes */
export function sessionAes(kt: TerminalKey, nh: Uint8Array, nm: Uint8Array, h: number): AesSession {
  if (nh.length !== 16 || nm.length !== 16) throw new RangeError('Nh and Nm are 16 bytes each');
  const context = new Uint8Array(37);
  context.set(nh);
  context.set(nm, 16);
  context[32] = kt.svpmsn >>> 16;
  context[33] = kt.svpmsn >>> 8;
  context[34] = kt.svpmsn;
  context[35] = kt.n;
  context[36] = h;
  return new AesSession(aesOf(kt), context);
}

/**
 * The 8-byte tag of an attention, the one message that a terminal sends outside an exchange, under a key that no
 * exchange uses. AES suites: CMAC under KDF(KT, "ATTN", n | SVPMSN), its first 8 bytes. Suite `3des-xo`: CBC-MAC of
 * `length u8 | message` under E_KT(c(4)), which no session can have as Ks or Ks2: the R1 that led there is refused.
 * @throws Error under suite `3des`, which has no attention, and RangeError for more than 255 bytes
 */
export function attentionTag(kt: TerminalKey, message: Uint8Array): Uint8Array {
  if (message.length > 0xff) throw new RangeError(`an attention is at most 255 bytes, not ${message.length}`);
  switch (kt.suite) {
    case Suite.tripleDes:
      throw new Error('suite 3des has no attention');
    case Suite.tripleDesXo: {
      const key = keyOfConstant(tripleDesOf(kt), CONSTANT_4);
      return cbcMac(key, concat(Uint8Array.of(message.length), message));
    }
    case Suite.aes128:
    case Suite.aes256: {
      const context = Uint8Array.of(kt.n, kt.svpmsn >>> 16, kt.svpmsn >>> 8, kt.svpmsn);
      return cmac(new AesKey(kdf(aesOf(kt), 'ATTN', context)), message).slice(0, 8);
    }
    default:
      return assertNever(kt.suite);
  }
}
