import { concat } from '../bytes/index.ts';
import { assert, type Svpmsn, svpmsnText, U24_MAX } from '../units/index.ts';
import { AesKey } from './aes.ts';
import { kdf } from './cmac.ts';
import { type KeyName, keyBytesOf, keyNameText, type Purpose, purposeOf, Suite, suiteOf } from './names.ts';
import { halvesEqual, TripleDesKey } from './triple-des.ts';
import { putWord, word } from './words.ts';

let bytesOf: (key: TerminalKey) => Uint8Array;
/** The name that the key was made with: unlike the public `n`, nobody can put another in front of it. */
export let nameOf: (key: TerminalKey) => KeyName | undefined;
/**
 * The key as a triple-DES key, expanded anew: a meter lies still for hours between two exchanges, and an expanded key is
 * ten times as large as its bytes. For this room only. @throws Error when its suite is an AES suite
 */
export let tripleDesOf: (key: TerminalKey) => TripleDesKey;
/** The key as an AES key, expanded anew. For this room only. @throws Error when its suite is a triple-DES suite */
export let aesOf: (key: TerminalKey) => AesKey;

/**
 * KT of one terminal under one key name: the secret that the terminal and the host share, ready to use.
 * Nothing that prints, copies or serialises an object sees its bytes.
 */
export class TerminalKey<P extends Purpose = Purpose> {
  readonly #n: KeyName<P>;
  readonly #svpmsn: Svpmsn;
  readonly #subject: Uint8Array;
  /** Of KT: numbers, because a typed array as short takes three times as much. */
  readonly #words: readonly number[];

  static {
    bytesOf = (key) => {
      const bytes = new Uint8Array(4 * key.#words.length);
      for (let i = 0; i < key.#words.length; i++) putWord(bytes, 4 * i, key.#words[i] as number);
      return bytes;
    };
    nameOf = (key) => (typeof key === 'object' && key !== null && #n in key ? key.#n : undefined);
    tripleDesOf = (key) => {
      if (isTripleDes(suiteOf(key.#n))) return new TripleDesKey(bytesOf(key));
      throw new Error(`a triple-DES session cannot stand on a key of ${keyNameText(key.#n)}`);
    };
    aesOf = (key) => {
      if (!isTripleDes(suiteOf(key.#n))) return new AesKey(bytesOf(key));
      throw new Error(`an AES session cannot stand on a key of ${keyNameText(key.#n)}`);
    };
  }

  constructor(n: KeyName<P>, svpmsn: Svpmsn, bytes: Uint8Array, subject: Uint8Array = NO_SUBJECT) {
    const expected = keyBytesOf(suiteOf(n));
    if (bytes.length !== expected) {
      throw new RangeError(`KT of ${keyNameText(n)} is ${expected} bytes, not ${bytes.length}`);
    }
    this.#n = n;
    this.#svpmsn = svpmsn;
    this.#subject = subject;
    const words = new Array<number>(bytes.length / 4);
    for (let i = 0; i < words.length; i++) words[i] = word(bytes, 4 * i);
    this.#words = words;
  }

  get n(): KeyName<P> {
    return this.#n;
  }

  get svpmsn(): Svpmsn {
    return this.#svpmsn;
  }

  /**
   * Of a card, which is the terminal behind the meter `svpmsn`: CSN 7 | region. It stands in M1, and before all frames
   * in what is authenticated. Empty for a meter.
   */
  get subject(): Uint8Array {
    return this.#subject;
  }

  get suite(): Suite {
    return suiteOf(this.#n);
  }

  get purpose(): P {
    return purposeOf(this.#n);
  }

  /** `monitoring aes128 generation 3 of 0a1b2c`: which key it is, never what it is. */
  toString(): string {
    return `${keyNameText(this.#n)} of ${svpmsnText(this.#svpmsn)}`;
  }
}

const NO_SUBJECT = new Uint8Array(0);

/** @throws RangeError when `bytes` is not as long as the suite's keys: 16, or 32 in aes256 */
export const terminalKeyFromBytes = <P extends Purpose>(
  n: KeyName<P>,
  svpmsn: Svpmsn,
  bytes: Uint8Array,
): TerminalKey<P> => new TerminalKey(n, svpmsn, bytes);

/** A copy of KT's bytes: only for personalising a SAM, and for wrapping a KT that is sent to its terminal. */
export const exportTerminalKey = (key: TerminalKey): Uint8Array => bytesOf(key);

/**
 * KT = KT(KH, n, SVPMSN): triple-DES as the seed derives it, AES by SP 800-108 with label "KT01".
 * @param kh 16 bytes, 32 in aes256
 * @param utility u16, part of the derivation in the AES suites
 * @throws RangeError when KH or the utility number does not fit
 */
export function deriveTerminalKey<P extends Purpose>(
  kh: Uint8Array,
  n: KeyName<P>,
  svpmsn: Svpmsn,
  utility: number,
): TerminalKey<P> {
  const suite = suiteOf(n);
  if (kh.length !== keyBytesOf(suite)) {
    throw new RangeError(`KH of ${keyNameText(n)} is ${keyBytesOf(suite)} bytes, not ${kh.length}`);
  }
  const context = terminalKeyContext(n, svpmsn, utility);
  return new TerminalKey(n, svpmsn, isTripleDes(suite) ? tripleDes() : aes());

  function tripleDes(): Uint8Array {
    const blocks = terminalKeyBlocks(svpmsn);
    const key = new TripleDesKey(kh);
    key.encryptBlock(blocks, 0, blocks, 0);
    key.encryptBlock(blocks, 8, blocks, 8);
    assert(!halvesEqual(blocks), 'X and its complement are encrypted to halves that differ');
    return blocks;
  }

  function aes(): Uint8Array {
    return kdf(new AesKey(kh), TERMINAL_KEY_LABEL, context);
  }
}

export const TERMINAL_KEY_LABEL = 'KT01';

/** n | SVPMSN | utility u16. @throws RangeError when the utility number does not fit */
export function terminalKeyContext(n: KeyName, svpmsn: Svpmsn, utility: number): Uint8Array {
  if (!Number.isInteger(utility) || utility < 0 || utility > 0xffff) {
    throw new RangeError(`a utility number is 0 to 65535, not ${utility}`);
  }
  return concat(Uint8Array.of(n), idBytes(svpmsn), Uint8Array.of(utility >>> 8, utility));
}

/** FIG. 4, KT = Encrypt(ID, KH): X | X xor FF..FF, X = ID | 00 x 5. */
export function terminalKeyBlocks(svpmsn: Svpmsn): Uint8Array {
  const blocks = new Uint8Array(16);
  blocks.set(idBytes(svpmsn));
  for (let i = 0; i < 8; i++) blocks[8 + i] = (blocks[i] as number) ^ 0xff;
  return blocks;
}

function idBytes(svpmsn: Svpmsn): Uint8Array {
  assert(svpmsn >= 0 && svpmsn <= U24_MAX, 'a meter number is three bytes: with more, two meters would share KT');
  return Uint8Array.of(svpmsn >>> 16, svpmsn >>> 8, svpmsn);
}

export const isTripleDes = (suite: Suite): boolean => suite === Suite.tripleDes || suite === Suite.tripleDesXo;
