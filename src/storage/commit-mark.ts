import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

const DIGITS = 16;

/**
 * A small file beside the database with the number of its last commit. A database with a lower number is an older
 * copy: somebody restored it, and the meters know of value that it has forgotten (X9). The mark is written after each
 * commit, without waiting for the disk: after a power failure it may be behind the database, and never before it.
 */
export class CommitMark {
  readonly #file: number;
  /** As it stood when it was opened; `undefined` where there was none, or none that can be read. */
  readonly found: number | undefined;

  /** @throws an error of `node:fs` when the file can be neither read nor made */
  constructor(path: string) {
    this.found = existsSync(path) ? parse(readFileSync(path, 'latin1')) : undefined;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  }

  write(commit: number): void {
    try {
      writeSync(this.#file, String(commit).padStart(DIGITS, '0'), 0, 'latin1');
    } catch {
      // What was committed stands. A mark that stays behind only finds less.
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

const parse = (text: string): number | undefined => (/^\d{16}$/.test(text) ? Number(text) : undefined);
