import { createHash, hash } from 'node:crypto';
import { RowBytes } from './row-bytes.ts';
import type { SqlRow } from './table.ts';
import { lines, postings } from './tables.ts';

/** A block is what one transaction posted, and at most so many postings. */
export const BLOCK_MAX = 64;
const POSTING_COLUMNS = postings.columns.length;
const LINE_COLUMNS = lines.columns.length;

/**
 * The chain of postings of one lane, in blocks. The digest of a block is SHA-256 of the digest before it (nothing before
 * the first), the lane's number, and its postings, each with its lines. The last posting of a block bears it.
 * It takes no key: the heads that name the digest are signed.
 */
export class Block {
  readonly #bytes = new RowBytes();
  #postings = 0;

  /** @param tip 32 bytes, or none */
  begin(tip: Uint8Array, lane: number): void {
    this.#bytes.cut(0);
    this.#bytes.bytes(tip);
    this.#bytes.row([lane], 1);
    this.#postings = 0;
  }

  get postings(): number {
    return this.#postings;
  }

  posting(row: SqlRow, itsLines: readonly SqlRow[]): void {
    writePosting(this.#bytes, row, itsLines);
    this.#postings += 1;
  }

  digest(): Uint8Array {
    return hash('sha256', this.#bytes.view(), 'buffer');
  }
}

function writePosting(bytes: RowBytes, row: SqlRow, itsLines: readonly SqlRow[]): void {
  bytes.row(row, POSTING_COLUMNS);
  bytes.row([itsLines.length], 1);
  for (const line of itsLines) bytes.row(line, LINE_COLUMNS);
}

/** What was posted before the books were sealed: one block of any length, in which the chain of the first lane begins. */
export class FirstBlock {
  readonly #hash = createHash('sha256');
  readonly #bytes = new RowBytes();
  postings = 0;

  posting(row: SqlRow, itsLines: readonly SqlRow[]): void {
    this.#bytes.cut(0);
    writePosting(this.#bytes, row, itsLines);
    this.#hash.update(this.#bytes.view());
    this.postings += 1;
  }

  digest(): Uint8Array {
    return this.#hash.copy().digest();
  }
}
