/**
 * Writes big-endian fields into a buffer that grows. A value out of its field's range is a bug and throws.
 */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #room(size: number): number {
    const at = this.#length;
    this.#length = at + size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  #number(value: number, size: number): this {
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
      throw new RangeError(`${value} does not fit into ${size} bytes`);
    }
    const at = this.#room(size);
    let rest = value;
    for (let i = at + size - 1; i >= at; i--) {
      this.#bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return this;
  }

  u8(value: number): this {
    return this.#number(value, 1);
  }

  u16(value: number): this {
    return this.#number(value, 2);
  }

  u24(value: number): this {
    return this.#number(value, 3);
  }

  u32(value: number): this {
    return this.#number(value, 4);
  }

  u48(value: number): this {
    return this.#number(value, 6);
  }

  u64(value: number): this {
    return this.#number(value, 8);
  }

  i8(value: number): this {
    return this.#signed(value, 1);
  }

  i16(value: number): this {
    return this.#signed(value, 2);
  }

  i32(value: number): this {
    return this.#signed(value, 4);
  }

  #signed(value: number, size: number): this {
    const span = 2 ** (8 * size);
    if (!Number.isSafeInteger(value) || value < -span / 2 || value >= span / 2) {
      throw new RangeError(`${value} does not fit into ${size} signed bytes`);
    }
    return this.#number(value < 0 ? value + span : value, size);
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** The bytes written so far, as a copy of their own. */
  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
