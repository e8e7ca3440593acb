import { hash } from 'node:crypto';
import { RowBytes } from './row-bytes.ts';
import type { SqlRow, TableShape } from './table.ts';

/** 32-bit parts of a sum. */
export const SUM_PARTS = 4;
/** SHA-256 takes in 64 bytes at a time: the key stands alone in the first. */
const KEY_BLOCK_BYTES = 64;
/** Of a row that was changed by somebody else before the host wrote it again. */
export const TAINTED = -1;

/**
 * Seals rows: SHA-256 of the key, padded to a block, the table's name and the row without the nulls at its end, so that a
 * column that is added behind the others leaves every seal as it was. Of its 32 bytes 6 stand in the row as its
 * seal, the next 16 go into the sum of its table, and no others leave this process, so that a hash cannot be continued.
 */
export class RowSealer {
  /** What the row that was sealed last adds to the sum of its table. */
  readonly share = new Uint32Array(SUM_PARTS);
  readonly #bytes = new RowBytes();

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    const block = new Uint8Array(KEY_BLOCK_BYTES);
    block.set(key);
    this.#bytes.bytes(block);
  }

  /** Unsigned 48 bits. */
  seal({ name, columns }: TableShape, row: SqlRow): number {
    const bytes = this.#bytes;
    bytes.cut(KEY_BLOCK_BYTES);
    bytes.text(name);
    let count = columns.length;
    while (count > 0 && row[count - 1] == null) count -= 1;
    bytes.row(row, count);
    // As a text, because to make a buffer of it takes longer than the hash.
    const digest = hash('sha256', bytes.view(), 'binary');
    for (let i = 0; i < SUM_PARTS; i++) this.share[i] = u32(digest, 6 + 4 * i);
    return u32(digest, 0) * 0x1_0000 + digest.charCodeAt(4) * 0x100 + digest.charCodeAt(5);
  }
}

const u32 = (text: string, at: number): number =>
  ((text.charCodeAt(at) << 24) |
    (text.charCodeAt(at + 1) << 16) |
    (text.charCodeAt(at + 2) << 8) |
    text.charCodeAt(at + 3)) >>>
  0;

/** How many rows a table has, and the sum of their shares; each modulo 2^32, because rows go as they come. */
export class TableSum {
  count = 0;
  readonly parts: Uint32Array;

  constructor(count = 0, parts: Iterable<number> = new Uint32Array(SUM_PARTS)) {
    this.count = count;
    this.parts = Uint32Array.from(parts);
  }

  add(share: Uint32Array): void {
    this.count += 1;
    for (let i = 0; i < SUM_PARTS; i++) this.parts[i] = (this.parts[i] as number) + (share[i] as number);
  }

  subtract(share: Uint32Array): void {
    this.count -= 1;
    for (let i = 0; i < SUM_PARTS; i++) this.parts[i] = (this.parts[i] as number) - (share[i] as number);
  }

  /** What another lane holds of the same table. */
  join({ count, parts }: TableSum): void {
    this.count += count;
    for (let i = 0; i < SUM_PARTS; i++) this.parts[i] = (this.parts[i] as number) + (parts[i] as number);
  }

  equals({ count, parts }: TableSum): boolean {
    return this.count === count && this.parts.every((part, i) => part === parts[i]);
  }
}
