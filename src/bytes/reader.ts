/**
 * Reads big-endian fields from bytes that may be too short.
 *
 * A read past the end returns 0 (or an empty view) and marks the reader as short, so that a decoder
 * reads all its fields and asks once at the end: `if (!reader.ended()) return { reason: 'length-wrong' }`.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #at: number;
  #short = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) {
      this.#short = true;
      this.#at = this.#bytes.length;
      return -1;
    }
    this.#at = at + size;
    return at;
  }

  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : (this.#bytes[at] as number);
  }

  u16(): number {
    return this.#number(2);
  }

  u24(): number {
    return this.#number(3);
  }

  u32(): number {
    return this.#number(4);
  }

  u48(): number {
    return this.#number(6);
  }

  /** A u64 as a number. One above 2^53 - 1 does not fit and marks the reader as failed. */
  u64(): number {
    const high = this.#number(4);
    const low = this.#number(4);
    if (high > 0x1f_ffff) {
      this.#short = true;
      return 0;
    }
    return high * 0x1_0000_0000 + low;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  i32(): number {
    return this.u32() | 0;
  }

  /** A view of the next `size` bytes; the caller copies if it keeps them. */
  view(size: number): Uint8Array {
    const at = this.#take(size);
    return at < 0 ? new Uint8Array(0) : this.#bytes.subarray(at, at + size);
  }

  rest(): Uint8Array {
    return this.view(this.left);
  }

  #number(size: number): number {
    const at = this.#take(size);
    if (at < 0) return 0;
    let value = 0;
    for (let i = at; i < at + size; i++) value = value * 256 + (this.#bytes[i] as number);
    return value;
  }

  /** Whether every read so far had its bytes. */
  ok(): boolean {
    return !this.#short;
  }

  /** Whether every read had its bytes and none is left over. */
  ended(): boolean {
    return !this.#short && this.left === 0;
  }
}
