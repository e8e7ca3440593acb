import type { Randomness } from '../units/index.ts';

/**
 * Randomness that one seed decides, to the last bit and on every machine: only 32-bit integer
 * arithmetic, and of floating point only what IEEE 754 rounds exactly (no logarithm, no sine:
 * their last digit differs from one engine to the next).
 *
 * For simulations only. Whoever sees a few of its numbers can compute all the others.
 */
export interface SeededRandom extends Randomness {
  /** A whole number from 0 to 2^32 − 1. */
  u32(): number;
  /**
   * A whole number from 0 to n − 1, each equally likely.
   * @throws RangeError unless n is a whole number from 1 to 2^32
   */
  below(n: number): number;
  /** True with probability p; never at 0 or less, always at 1 or more. */
  chance(p: number): boolean;
  /** From 0 up to, not including, 1, in steps of 2^-32. */
  uniform(): number;
  /** Mean 0, standard deviation 1, never beyond ±6. */
  normal(): number;
  /**
   * Another generator, decided by this one's origin and the label alone: it does not matter how many
   * numbers were drawn before, and the same label gives the same generator. So a new draw in one part
   * of a simulation leaves all other parts as they were.
   */
  fork(label: string | number): SeededRandom;
}

/** The same seed in any type is the same seed: 7, 7n and '7' agree, as do a program and its command line. */
export function seededRandom(seed: number | bigint | string): SeededRandom {
  return new SmallFastCounting(absorb(ROOT, String(seed)));
}

/** Four words that say where a generator comes from. */
type Origin = readonly [number, number, number, number];

// The first 128 bits of the fraction of π: a start that nobody chose.
const ROOT: Origin = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
const WARM_UP_ROUNDS = 12;
const TWO_TO_32 = 2 ** 32;

/** sfc32 of Chris Doty-Humphrey's PractRand: 128 bits of state, of which 32 count, so no cycle is shorter than 2^32. */
class SmallFastCounting implements SeededRandom {
  // The origin word by word: a fleet keeps one generator for each of 65,536 households.
  readonly #originA: number;
  readonly #originB: number;
  readonly #originC: number;
  readonly #originD: number;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(origin: Origin) {
    [this.#originA, this.#originB, this.#originC, this.#originD] = origin;
    [this.#a, this.#b, this.#c, this.#counter] = origin;
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.u32();
  }

  u32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_TO_32) {
      throw new RangeError(`below needs a whole number from 1 to 2^32, not ${n}`);
    }
    // What does not fill a whole round of n is drawn again: it would favour the small numbers.
    const fair = TWO_TO_32 - (TWO_TO_32 % n);
    let drawn = this.u32();
    while (drawn >= fair) drawn = this.u32();
    return drawn % n;
  }

  chance(p: number): boolean {
    return this.u32() < p * TWO_TO_32;
  }

  uniform(): number {
    return this.u32() / TWO_TO_32;
  }

  normal(): number {
    // Twelve uniform numbers have variance 1 together (Irwin and Hall): sums of integers, exact everywhere.
    let sum = 0;
    for (let pair = 0; pair < 6; pair += 1) {
      const drawn = this.u32();
      sum += (drawn & 0xffff) + (drawn >>> 16);
    }
    return (sum + 6) / 0x1_0000 - 6;
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      let word = this.u32();
      for (let i = at; i < at + 4 && i < bytes.length; i += 1) {
        bytes[i] = word & 0xff;
        word >>>= 8;
      }
    }
  }

  fork(label: string | number): SeededRandom {
    return new SmallFastCounting(absorb([this.#originA, this.#originB, this.#originC, this.#originD], String(label)));
  }
}

/** Mixes a text into an origin; a path of labels cannot collide with the labels joined, for each text ends in its length. */
function absorb(origin: Origin, text: string): Origin {
  let [a, b, c, d] = origin;
  for (let i = 0; i <= text.length; i += 1) {
    const word = i < text.length ? text.charCodeAt(i) : text.length ^ 0x8000_0000;
    a = Math.imul(a ^ word, 0x9e37_79b1);
    b = Math.imul(b ^ rotateLeft(a, 13), 0x85eb_ca6b);
    c = Math.imul(c ^ rotateLeft(b, 17), 0xc2b2_ae35);
    d = Math.imul(d ^ rotateLeft(c, 11), 0x27d4_eb2f);
    a ^= rotateLeft(d, 7);
  }
  return [finish(a ^ b), finish(b ^ c), finish(c ^ d), finish(d)];
}

const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** The finalizer of MurmurHash3: every bit of the input reaches every bit of the result. */
function finish(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
