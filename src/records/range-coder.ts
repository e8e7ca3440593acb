/**
 * An adaptive binary range coder in whole numbers of at most 31 bits.
 *
 * A model is a probability p that the next bit is 1, in 1/32768, and the number n of bits that it has seen, up to
 * `COUNT_MAX`. A bit splits the range at `bound = ((range >> 8) x p) >> 7`; 1 takes the lower share. Then p moves
 * by `(distance x RATE[n]) >> 16` towards the bit that came, `RATE[n] = floor(65536 x 5 / (5n + 8))`: quickly while
 * the model is young, by 1/25 later. Plain bits, at most eight at a time and the highest first, split the range into
 * equal shares of `range >> size`, share v for the value v, from below. The range starts at 2^24; while it is below 2^16, a byte leaves at the top.
 */
const COUNT_MAX = 24;
const RATE = Int32Array.from({ length: COUNT_MAX + 1 }, (_, n) => Math.floor((65536 * 5) / (5 * n + 8)));

const RANGE_START = 0x100_0000;
const RANGE_MIN = 0x1_0000;

/** A model in one number: p x 32 + n. */
export const modelOf = (probability: number, seen: number): number => (probability << 5) | seen;

export class RangeEncoder {
  readonly #models: Int32Array;
  readonly #bytes: Uint8Array;
  #length: number;
  #low = 0;
  #range = RANGE_START;

  /** Writes into `bytes` from `at`; what does not fit is dropped, and `finish` says so. Changes `models`. */
  constructor(models: Int32Array, bytes: Uint8Array, at: number) {
    this.#models = models;
    this.#bytes = bytes;
    this.#length = at;
  }

  bit(model: number, bit: number): void {
    const state = this.#models[model] as number;
    const p = state >> 5;
    const seen = state & 31;
    const bound = ((this.#range >>> 8) * p) >>> 7;
    let moved: number;
    if (bit !== 0) {
      this.#range = bound;
      moved = p + (((32768 - p) * (RATE[seen] as number)) >> 16);
    } else {
      this.#low += bound;
      this.#range -= bound;
      moved = p - ((p * (RATE[seen] as number)) >> 16);
    }
    this.#models[model] = (moved << 5) | (seen < COUNT_MAX ? seen + 1 : COUNT_MAX);
    while (this.#range < RANGE_MIN) this.#shift();
  }

  /** The lower `size` bits of `value`, which no model can foresee. */
  plain(value: number, size: number): void {
    for (let left = size; left > 0; ) {
      const part = Math.min(left, 8);
      left -= part;
      this.#range >>>= part;
      this.#low += this.#range * ((value >>> left) & ((1 << part) - 1));
      while (this.#range < RANGE_MIN) this.#shift();
    }
  }

  /**
   * Ends the message with the number inside the range that has the most zero bits at its end, and cuts zero bytes,
   * which the decoder reads past the end. @returns the length, or -1 when the buffer was too short
   */
  finish(): number {
    const end = this.#low + this.#range;
    for (let zeros = 24; zeros >= 0; zeros--) {
      const value = ((this.#low + (1 << zeros) - 1) >>> zeros) << zeros;
      if (value >= end) continue;
      this.#low = value;
      break;
    }
    for (let i = 0; i < 3; i++) this.#shift();
    if (this.#length > this.#bytes.length) return -1;
    let length = this.#length;
    while (length > 0 && this.#bytes[length - 1] === 0) length--;
    return length;
  }

  #shift(): void {
    if (this.#low >= RANGE_START) {
      let at = this.#length - 1;
      while (this.#bytes[at] === 0xff) this.#bytes[at--] = 0;
      this.#bytes[at] = (this.#bytes[at] as number) + 1;
      this.#low -= RANGE_START;
    }
    this.#bytes[this.#length++] = this.#low >>> 16;
    this.#low = (this.#low & 0xffff) << 8;
    this.#range <<= 8;
  }
}

export class RangeDecoder {
  readonly #models: Int32Array;
  readonly #bytes: Uint8Array;
  #at: number;
  #code = 0;
  #range = RANGE_START;

  constructor(models: Int32Array, bytes: Uint8Array, at: number) {
    this.#models = models;
    this.#bytes = bytes;
    this.#at = at;
    for (let i = 0; i < 3; i++) this.#code = (this.#code << 8) | this.#next();
  }

  bit(model: number): number {
    const state = this.#models[model] as number;
    const p = state >> 5;
    const seen = state & 31;
    const bound = ((this.#range >>> 8) * p) >>> 7;
    const bit = this.#code < bound ? 1 : 0;
    let moved: number;
    if (bit !== 0) {
      this.#range = bound;
      moved = p + (((32768 - p) * (RATE[seen] as number)) >> 16);
    } else {
      this.#code -= bound;
      this.#range -= bound;
      moved = p - ((p * (RATE[seen] as number)) >> 16);
    }
    this.#models[model] = (moved << 5) | (seen < COUNT_MAX ? seen + 1 : COUNT_MAX);
    while (this.#range < RANGE_MIN) this.#shift();
    return bit;
  }

  plain(size: number): number {
    let value = 0;
    for (let left = size; left > 0; ) {
      const part = Math.min(left, 8);
      left -= part;
      this.#range >>>= part;
      // Shares do not always fill the range; what lies above the last one no encoder writes, and it reads as the last.
      const share = Math.min(Math.floor(this.#code / this.#range), (1 << part) - 1);
      this.#code = Math.min(this.#code - share * this.#range, this.#range - 1);
      value = (value << part) | share;
      while (this.#range < RANGE_MIN) this.#shift();
    }
    return value;
  }

  #shift(): void {
    this.#code = (this.#code << 8) | this.#next();
    this.#range <<= 8;
  }

  #next(): number {
    return this.#at < this.#bytes.length ? (this.#bytes[this.#at++] as number) : 0;
  }
}
