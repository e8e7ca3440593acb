import { aeskw, unsafe } from '@noble/ciphers/aes.js';
import { assert } from '../units/index.ts';
import { putWord, word } from './words.ts';

export const AES_BLOCK = 16;

/** For the library's key wrap, which wants the key itself: the expanded key begins with it. */
let bytesOf: (key: AesKey) => Uint8Array;
/** K1 and K2 of CMAC one after the other, computed at the first CMAC and kept (RFC 4493 §2.3). For this room only. */
export let cmacSubkeysOf: (key: AesKey) => Uint8Array;

/**
 * An AES key of 16 or 32 bytes, expanded once. The block is @noble/ciphers'; its high-level modes would expand the
 * key and allocate at every call, and a session key of the exchange seals one message of a few blocks.
 * The bytes of the key cannot be read back.
 */
export class AesKey {
  /** Bytes of the key. */
  readonly length: 16 | 32;
  readonly #expanded: Uint32Array;
  #subkeys: Uint8Array | undefined;

  static {
    bytesOf = (key) => {
      const bytes = new Uint8Array(key.length);
      for (let at = 0; at < bytes.length; at += 4) putWord(bytes, at, key.#expanded[at >>> 2] as number);
      return bytes;
    };
    cmacSubkeysOf = (key) => {
      if (key.#subkeys === undefined) {
        const subkeys = new Uint8Array(2 * AES_BLOCK);
        key.encryptBlock(subkeys, 0, subkeys, 0);
        doubled(subkeys, 0, 0);
        doubled(subkeys, 0, AES_BLOCK);
        key.#subkeys = subkeys;
      }
      return key.#subkeys;
    };
  }

  /** @throws RangeError when the key is not 16 or 32 bytes */
  constructor(key: Uint8Array) {
    if (key.length !== 16 && key.length !== 32) throw new RangeError(`an AES key is 16 or 32 bytes, not ${key.length}`);
    this.length = key.length;
    const readable = key.length === 16 ? READABLE_16 : READABLE_32;
    readable.set(key);
    this.#expanded = unsafe.expandKeyLE(readable);
    readable.fill(0);
    // FIPS 197 §5.2: 11 or 15 round keys of four words.
    assert(this.#expanded.length === key.length + 28, 'an expanded AES key has a round key for every round');
  }

  /** The 16 bytes at `from[fromAt]`, encrypted into `to[toAt]`; both may be the same place. */
  encryptBlock(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
    assert(fromAt + AES_BLOCK <= from.length && toAt + AES_BLOCK <= to.length, 'AES encrypts a whole block');
    const { s0, s1, s2, s3 } = unsafe.encrypt(
      this.#expanded,
      word(from, fromAt),
      word(from, fromAt + 4),
      word(from, fromAt + 8),
      word(from, fromAt + 12),
    );
    putWord(to, toAt, s0);
    putWord(to, toAt + 4, s1);
    putWord(to, toAt + 8, s2);
    putWord(to, toAt + 12, s3);
  }

  /**
   * One step of a CBC-MAC: the block at `from[fromAt]` goes into `chain`, four words that hold the chaining value with
   * its first byte lowest.
   */
  chainBlock(chain: Int32Array, from: Uint8Array, fromAt: number): void {
    assert(fromAt + AES_BLOCK <= from.length, 'AES chains a whole block');
    const { s0, s1, s2, s3 } = unsafe.encrypt(
      this.#expanded,
      (chain[0] as number) ^ word(from, fromAt),
      (chain[1] as number) ^ word(from, fromAt + 4),
      (chain[2] as number) ^ word(from, fromAt + 8),
      (chain[3] as number) ^ word(from, fromAt + 12),
    );
    chain[0] = s0;
    chain[1] = s1;
    chain[2] = s2;
    chain[3] = s3;
  }
}

/**
 * Where the library reads a key from, by words of its buffer. A short typed array gets a buffer only when it is asked
 * for one, and making that costs more than copying the key to where there is one already.
 */
const READABLE_16 = new Uint8Array(new ArrayBuffer(16));
const READABLE_32 = new Uint8Array(new ArrayBuffer(32));

/** `key` wrapped under `wrapping` (RFC 3394 §2.2.1), 8 bytes longer. @throws RangeError when it is not 16 or 32 bytes */
export function wrapKey(wrapping: AesKey, key: Uint8Array): Uint8Array {
  if (key.length !== 16 && key.length !== 32)
    throw new RangeError(`a wrapped key is 16 or 32 bytes, not ${key.length}`);
  const wrapped = aeskw(bytesOf(wrapping)).encrypt(key);
  assert(wrapped.length === key.length + WRAP_BYTES, 'a wrapped key is one integrity check longer');
  return wrapped;
}

/** The key that was wrapped, or `undefined` when the bytes were not wrapped under this key (RFC 3394 §2.2.2). */
export function unwrapKey(wrapping: AesKey, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrapped.length !== 24 && wrapped.length !== 40) return undefined;
  const cipher = aeskw(bytesOf(wrapping));
  let key: Uint8Array;
  try {
    key = cipher.decrypt(wrapped);
  } catch {
    return undefined; // With the length right, the integrity check is all that can fail.
  }
  assert(key.length === wrapped.length - WRAP_BYTES, 'a key is one integrity check shorter than its wrapping');
  return key;
}

const WRAP_BYTES = 8;

/** One bit to the left in GF(2^128), the first byte the highest. */
function doubled(bytes: Uint8Array, from: number, to: number): void {
  const reduce = (bytes[from] as number) >>> 7 === 1 ? 0x87 : 0;
  for (let i = 0; i < AES_BLOCK - 1; i++) {
    bytes[to + i] = ((bytes[from + i] as number) << 1) | ((bytes[from + i + 1] as number) >>> 7);
  }
  bytes[to + AES_BLOCK - 1] = ((bytes[from + AES_BLOCK - 1] as number) << 1) ^ reduce;
}
