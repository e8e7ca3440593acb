import type { SqlRow } from './table.ts';

const TAG_NULL = 0;
const TAG_INTEGER = 1;
const TAG_TEXT = 2;
const TAG_BYTES = 3;
const TWO_32 = 2 ** 32;
const FIRST_CAPACITY = 1 << 16;
/** Views that are kept are of fewer bytes. */
const VIEWS_MAX = 1 << 10;

/**
 * Rows as bytes, the same for both engines and whichever way an integer came: each value a tag and its bytes, an integer
 * as i64, a text (UTF-8) or bytes behind their length as u32, all big-endian. No two rows of a table have the same.
 */
export class RowBytes {
  #bytes = Buffer.alloc(FIRST_CAPACITY);
  #numbers = viewOf(this.#bytes);
  #length = 0;
  /** By their length: most rows of a table are about as long. */
  #views: Buffer[] = [];

  /** Goes back to so many bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  /** Good until the next call. */
  view(): Buffer {
    const length = this.#length;
    if (length >= VIEWS_MAX) return this.#bytes.subarray(0, length);
    let view = this.#views[length];
    if (view === undefined) {
      view = this.#bytes.subarray(0, length);
      this.#views[length] = view;
    }
    return view;
  }

  bytes(bytes: Uint8Array): void {
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The first `count` values of a row. */
  row(values: SqlRow, count: number): void {
    for (let i = 0; i < count; i++) {
      const value = values[i];
      switch (typeof value) {
        case 'number':
          this.#integer(value);
          break;
        case 'bigint':
          this.#long(value);
          break;
        case 'string':
          this.text(value);
          break;
        default:
          if (value === null || value === undefined) this.#tag(TAG_NULL, 0);
          else {
            this.#tag(TAG_BYTES, value.length + 4);
            this.#u32(value.length);
            this.bytes(value);
          }
      }
    }
  }

  text(text: string): void {
    const { length } = text;
    this.#tag(TAG_TEXT, 4 + 3 * length);
    const bytes = this.#bytes;
    const begin = this.#length + 4;
    let at = begin;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        at = begin + bytes.write(text, begin, 'utf8');
        break;
      }
      bytes[at++] = code;
    }
    this.#u32(at - begin);
    this.#length = at;
  }

  #integer(value: number): void {
    this.#tag(TAG_INTEGER, 8);
    const high = Math.floor(value / TWO_32);
    this.#numbers.setInt32(this.#length, high);
    this.#numbers.setUint32(this.#length + 4, value - high * TWO_32);
    this.#length += 8;
  }

  #long(value: bigint): void {
    this.#tag(TAG_INTEGER, 8);
    this.#numbers.setBigInt64(this.#length, value);
    this.#length += 8;
  }

  #tag(tag: number, room: number): void {
    this.#need(1 + room);
    this.#bytes[this.#length++] = tag;
  }

  #u32(value: number): void {
    this.#numbers.setUint32(this.#length, value);
    this.#length += 4;
  }

  #need(room: number): void {
    if (this.#length + room <= this.#bytes.length) return;
    const wider = Buffer.alloc(2 * (this.#length + room));
    this.#bytes.copy(wider, 0, 0, this.#length);
    this.#bytes = wider;
    this.#numbers = viewOf(wider);
    this.#views = [];
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);
