import { closeSync, constants, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

const DIGITS = 16;

/** How far a database was, and which database it was: one that was made anew from a dump is another. */
export interface Marked {
  readonly database: string;
  /** Rises with every commit. */
  readonly position: number;
}

/**
 * A small file beside the database, or beside a host of it, with the position of its last commit. A database that
 * stands before it, or that is another one, is an older copy: somebody restored it, and the meters know of value that
 * it has forgotten (X9). The mark is written after each commit, without waiting for the disk: after a power failure it
 * may be behind the database, and never before it.
 */
export class CommitMark {
  readonly #file: number;
  readonly #database: string;
  /** As it stood when it was opened; `undefined` where there was none, or none that can be read. */
  readonly found: Marked | undefined;

  /** @throws an error of `node:fs` when the file can be neither read nor made */
  constructor(path: string, database = '') {
    this.found = markAt(path);
    this.#database = database;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    if (this.found !== undefined && this.found.database !== database) ftruncateSync(this.#file);
  }

  write(position: number): void {
    try {
      writeSync(
        this.#file,
        `${String(position).padStart(DIGITS, '0')}${this.#database && ` ${this.#database}`}`,
        0,
        'latin1',
      );
    } catch {
      // What was committed stands. A mark that stays behind only finds less.
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The mark in a file, which stays as it is; `undefined` where there is none, or none that can be read. */
export const markAt = (path: string): Marked | undefined =>
  existsSync(path) ? parse(readFileSync(path, 'latin1')) : undefined;

function parse(text: string): Marked | undefined {
  const [, position, database] = /^(\d{16})(?: (.*))?$/.exec(text) ?? [];
  return position === undefined ? undefined : { database: database ?? '', position: Number(position) };
}
