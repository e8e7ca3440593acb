import { assert } from '../units/index.ts';
import { putWord, word } from './words.ts';

/**
 * SipHash-2-4 with a 64-bit tag (Aumasson and Bernstein, 2012): a MAC for short messages.
 *
 * It guards what a meter MACs for itself: the minute record in its journal, and the messages between the secure
 * chips of one board. There a CMAC a minute would cost ten times the whole minute's step. It is never used on the
 * line: the exchange has the MAC of its suite.
 */

const SIP_HASH_TAG = 8;

let word0: (key: SipKey) => number;
let word1: (key: SipKey) => number;
let word2: (key: SipKey) => number;
let word3: (key: SipKey) => number;

/** A SipHash key, its words ready. Its bytes cannot be read back. Four numbers, a quarter of what an array of them takes. */
export class SipKey {
  readonly #word0: number;
  readonly #word1: number;
  readonly #word2: number;
  readonly #word3: number;

  static {
    word0 = (key) => key.#word0;
    word1 = (key) => key.#word1;
    word2 = (key) => key.#word2;
    word3 = (key) => key.#word3;
  }

  /** From the 16 bytes at `at`. @throws RangeError when there are fewer */
  constructor(key: Uint8Array, at = 0) {
    if (at + 16 > key.length) throw new RangeError(`a SipHash key is 16 bytes, not ${key.length - at}`);
    this.#word0 = word(key, at);
    this.#word1 = word(key, at + 4);
    this.#word2 = word(key, at + 8);
    this.#word3 = word(key, at + 12);
  }
}

/** Writes the SipHash-2-4 tag of `bytes[from..to)` to the 8 bytes at `out[at]`. Allocates nothing. */
export function sipHash24(key: SipKey, bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number): void {
  assert(from >= 0 && from <= to && to <= bytes.length, 'what a SipHash covers lies within the bytes');
  assert(at >= 0 && at + SIP_HASH_TAG <= out.length, 'a SipHash has room for its tag');
  // Each 64-bit word is two halves; the constants spell "somepseudorandomlygeneratedbytes".
  let low0 = word0(key) ^ 0x7073_6575;
  let high0 = word1(key) ^ 0x736f_6d65;
  let low1 = word2(key) ^ 0x6e64_6f6d;
  let high1 = word3(key) ^ 0x646f_7261;
  let low2 = word0(key) ^ 0x6e65_7261;
  let high2 = word1(key) ^ 0x6c79_6765;
  let low3 = word2(key) ^ 0x7974_6573;
  let high3 = word3(key) ^ 0x7465_6462;

  const length = to - from;
  const whole = length >>> 3;
  // After the whole words comes the one with the rest and the length, then the four finishing rounds.
  for (let block = 0; block <= whole + 1; block++) {
    let messageLow = 0;
    let messageHigh = 0;
    let rounds = 2;
    if (block < whole) {
      const here = from + 8 * block;
      messageLow = word(bytes, here);
      messageHigh = word(bytes, here + 4);
    } else if (block === whole) {
      messageHigh = length << 24;
      for (let i = from + 8 * whole, shift = 0; i < to; i++, shift += 8) {
        if (shift < 32) messageLow |= (bytes[i] as number) << shift;
        else messageHigh |= (bytes[i] as number) << shift; // a shift counts modulo 32
      }
    } else {
      low2 ^= 0xff;
      rounds = 4;
    }
    low3 ^= messageLow;
    high3 ^= messageHigh;
    for (let round = 0; round < rounds; round++) {
      // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
      let low = (low0 + low1) | 0;
      let high = (high0 + high1 + carry(low, low0)) | 0;
      let turned = ((low1 << 13) | (high1 >>> 19)) ^ low;
      high1 = ((high1 << 13) | (low1 >>> 19)) ^ high;
      low1 = turned;
      low0 = high;
      high0 = low;
      // v2 += v3; v3 <<<= 16; v3 ^= v2
      low = (low2 + low3) | 0;
      high2 = (high2 + high3 + carry(low, low2)) | 0;
      low2 = low;
      turned = ((low3 << 16) | (high3 >>> 16)) ^ low2;
      high3 = ((high3 << 16) | (low3 >>> 16)) ^ high2;
      low3 = turned;
      // v0 += v3; v3 <<<= 21; v3 ^= v0
      low = (low0 + low3) | 0;
      high0 = (high0 + high3 + carry(low, low0)) | 0;
      low0 = low;
      turned = ((low3 << 21) | (high3 >>> 11)) ^ low0;
      high3 = ((high3 << 21) | (low3 >>> 11)) ^ high0;
      low3 = turned;
      // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
      low = (low2 + low1) | 0;
      high = (high2 + high1 + carry(low, low2)) | 0;
      turned = ((low1 << 17) | (high1 >>> 15)) ^ low;
      high1 = ((high1 << 17) | (low1 >>> 15)) ^ high;
      low1 = turned;
      low2 = high;
      high2 = low;
    }
    low0 ^= messageLow;
    high0 ^= messageHigh;
  }
  putWord(out, at, low0 ^ low1 ^ low2 ^ low3);
  putWord(out, at + 4, high0 ^ high1 ^ high2 ^ high3);
}

/**
 * 1 when adding to `addend` made the 32-bit `sum` overflow. Not `? 1 : 0`: that compiles to a branch, which a processor
 * guesses wrong every second time, 40 times in a short message; this compiles to none.
 */
const carry = (sum: number, addend: number): number => Number(sum >>> 0 < addend >>> 0);
