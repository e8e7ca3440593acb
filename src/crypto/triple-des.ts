import { assert } from '../units/index.ts';
import { decryptTripleDes, encryptTripleDes, type TripleDesSchedule, tripleDesSchedule } from './des.ts';

const TRIPLE_DES_BLOCK = 8;

/**
 * A two-key triple-DES key (FIPS 46-3, EDE with K1, K2, K1), ready to use. Its bytes cannot be read back.
 * The parity bit (bit 0) of each byte is ignored.
 */
export class TripleDesKey {
  readonly #schedule: TripleDesSchedule;

  /** From the 16 bytes at `at`. @throws RangeError when there are fewer */
  constructor(key: Uint8Array, at = 0) {
    if (at + 16 > key.length) throw new RangeError(`a triple-DES key is 16 bytes, not ${key.length - at}`);
    this.#schedule = tripleDesSchedule(key, at);
  }

  /** The 8 bytes at `from[fromAt]`, encrypted into `to[toAt]`; both may be the same place. */
  encryptBlock(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
    assert(wholeBlocks(from, fromAt, to, toAt), 'triple-DES encrypts a whole block');
    encryptTripleDes(this.#schedule, from, fromAt, to, toAt);
  }

  decryptBlock(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
    assert(wholeBlocks(from, fromAt, to, toAt), 'triple-DES decrypts a whole block');
    decryptTripleDes(this.#schedule, from, fromAt, to, toAt);
  }
}

const wholeBlocks = (from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): boolean =>
  fromAt + TRIPLE_DES_BLOCK <= from.length && toAt + TRIPLE_DES_BLOCK <= to.length;

/**
 * The seed's Sig: CBC-MAC with full triple-DES on every block, IV 0, zeros up to the next multiple of 8 bytes
 * (ISO 9797-1 algorithm 1, padding method 1, but an empty message has the tag 0). It carries no length: only
 * messages of one known length, or such as begin with it, may be signed with one key.
 */
export function cbcMac(key: TripleDesKey, data: Uint8Array): Uint8Array {
  const tag = new Uint8Array(TRIPLE_DES_BLOCK);
  cbcMacInto(key, data, 0, data.length, tag, 0);
  return tag;
}

/** `cbcMac` of `data[from..to)`, written to the 8 bytes at `tag[at]`, which must lie outside what is signed. */
export function cbcMacInto(
  key: TripleDesKey,
  data: Uint8Array,
  from: number,
  to: number,
  tag: Uint8Array,
  at: number,
): void {
  assert(from >= 0 && from <= to && to <= data.length, 'what a CBC-MAC covers lies within the data');
  assert(at >= 0 && at + TRIPLE_DES_BLOCK <= tag.length, 'a CBC-MAC has room for its tag');
  assert(tag !== data || at >= to || at + TRIPLE_DES_BLOCK <= from, 'a CBC-MAC does not write over what it covers');
  tag.fill(0, at, at + TRIPLE_DES_BLOCK);
  for (let block = from; block < to; block += TRIPLE_DES_BLOCK) {
    const end = Math.min(block + TRIPLE_DES_BLOCK, to);
    for (let i = block; i < end; i++) tag[at + i - block] = (tag[at + i - block] as number) ^ (data[i] as number);
    key.encryptBlock(tag, at, tag, at);
  }
}

/** The seed's Encrypt: ECB, zeros up to the next multiple of 8 bytes, nothing when already there. */
export function ecbEncrypt(key: TripleDesKey, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(data.length / TRIPLE_DES_BLOCK) * TRIPLE_DES_BLOCK);
  out.set(data);
  for (let at = 0; at < out.length; at += TRIPLE_DES_BLOCK) key.encryptBlock(out, at, out, at);
  return out;
}

/** The padded plain bytes. @throws RangeError when the length is no multiple of 8: the caller's frame length decides */
export function ecbDecrypt(key: TripleDesKey, data: Uint8Array): Uint8Array {
  if (data.length % TRIPLE_DES_BLOCK !== 0) throw new RangeError(`${data.length} bytes are not whole 8-byte blocks`);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < out.length; at += TRIPLE_DES_BLOCK) key.decryptBlock(data, at, out, at);
  return out;
}

/** Whether the 16-byte key at `at` has K1 = K2 but for parity bits: then EDE is single DES, with 56 bits. */
export function halvesEqual(key: Uint8Array, at = 0): boolean {
  assert(at >= 0 && at + 2 * TRIPLE_DES_BLOCK <= key.length, 'a triple-DES key has two halves');
  let difference = 0;
  for (let i = at; i < at + 8; i++) difference |= (key[i] as number) ^ (key[i + 8] as number);
  return (difference & 0xfe) === 0;
}
