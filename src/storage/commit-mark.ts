import { closeSync, constants, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { SqlConnection } from './sql.ts';
import { table } from './table.ts';
import { facts } from './tables.ts';

const DIGITS = 16;
/** In the place of the first digit, until the next commit writes over it. */
const OF_A_COPY = '+';

/** How far a database was, and which database it was: one that was made anew from a dump is another. */
export interface Marked {
  readonly database: string;
  /** Rises with every commit. */
  readonly position: number;
  /** A copy of books left it, and nobody has written to them since. */
  readonly isOfCopy?: boolean;
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

  write(position: number, isOfCopy = false): void {
    const digits = String(position).padStart(DIGITS, '0');
    const text = isOfCopy ? `${OF_A_COPY}${digits.slice(1)}` : digits;
    try {
      writeSync(this.#file, `${text}${this.#database && ` ${this.#database}`}`, 0, 'latin1');
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
  const [, sign, digits, database] = /^(\+?)(\d{15,16})(?: (.*))?$/.exec(text) ?? [];
  if (digits === undefined || `${sign}${digits}`.length !== DIGITS) return undefined;
  return { database: database ?? '', position: Number(digits), isOfCopy: sign === OF_A_COPY };
}

/** The fact in which SQLite counts its commits, sealed as all facts are. */
export const COMMIT_FACT = 'commit';

/**
 * Where a copy goes on counting, so that whatever was left behind counts less. A copy has no key, so this is not sealed:
 * it is of one database and not of a utility, and is believed as long as the mark says that nobody has written since.
 */
export const copies = table<{ readonly position: number }>('copies', ['position'], { position: 'number' });

/** Commits that a database counts, by itself and by the mark that it has. */
export async function commitsOf(
  connection: Pick<SqlConnection, 'all'>,
  mark: Pick<Marked, 'isOfCopy'> | undefined,
): Promise<number> {
  const commits = await firstNumber(connection, `SELECT value FROM ${facts.name} WHERE name = '${COMMIT_FACT}'`);
  if (mark?.isOfCopy !== true) return commits;
  return Math.max(commits, await firstNumber(connection, `SELECT max(position) FROM ${copies.name}`));
}

async function firstNumber(connection: Pick<SqlConnection, 'all'>, sql: string): Promise<number> {
  const [row] = await connection.all(sql);
  return Number(row?.[0] ?? 0);
}
