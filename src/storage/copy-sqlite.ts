import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { commitsOf, copies, type Marked, markAt } from './commit-mark.ts';
import {
  ALL_TABLES,
  type BooksReader,
  type BooksSource,
  type BooksTarget,
  CopyRefused,
  keyColumns,
  moveMark,
  rowRefused,
  rowsAtOnce,
} from './copy-rows.ts';
import { MIGRATIONS } from './migrations.ts';
import {
  checkedVersion,
  DATABASE_FILE,
  errorCode,
  isOlderCopy,
  lockFolder,
  MARK_FILE,
  openDatabase,
  SQLITE_CONSTRAINT,
  translated,
} from './sqlite.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue, TableShape } from './table.ts';

/** What SQLite puts beside a database; left over, it would be taken for that of another one. */
const BESIDE = ['-wal', '-shm', '-journal'];

/** The books in a folder, which nobody else uses meanwhile. @throws CopyRefused @throws StoreError */
export async function openSqliteReader(folder: string): Promise<BooksReader> {
  const path = join(folder, DATABASE_FILE);
  if (!existsSync(path)) {
    throw new CopyRefused('source-missing', `${folder} holds no ${DATABASE_FILE}: name the folder of a host.`);
  }
  let lock: DatabaseSync | undefined;
  let database: DatabaseSync | undefined;
  try {
    lock = lockFolder(folder);
    database = new DatabaseSync(path);
    const version = checkedVersion(database, path);
    if (version < MIGRATIONS.length) {
      throw new CopyRefused(
        'source-older',
        `${path} has version ${version}, and this program copies version ${MIGRATIONS.length}: start its host once with this program, which brings it there.`,
      );
    }
    database.exec('PRAGMA query_only = ON; BEGIN');
    return new SqliteReader(database, lock, markAt(join(folder, MARK_FILE)));
  } catch (error) {
    database?.close();
    lock?.close();
    throw translated(error);
  }
}

/**
 * The same, to be moved: the books that the mark beside them knows. While a host runs the folder is its own, and is
 * refused: what it sold after the snapshot would be in no other books.
 * @throws CopyRefused @throws StoreError
 */
export async function openSqliteSource(folder: string): Promise<BooksSource> {
  const reader = await openSqliteReader(folder);
  const mark = markAt(join(folder, MARK_FILE));
  const isOlder = isOlderCopy(await reader.commits(), mark);
  if (!isOlder) return Object.assign(reader, { assertQuiet: async () => undefined });
  await reader.close();
  const sentence =
    mark !== undefined && mark.database !== ''
      ? `The host of ${folder} goes on in PostgreSQL, and ${DATABASE_FILE} is what it left: copy its books from there.`
      : `${folder} holds an older copy of its books: start its host, so that it asks the meters, and copy then.`;
  throw new CopyRefused('source-older-copy', sentence);
}

class SqliteReader implements BooksReader {
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync;
  readonly #mark: Marked | undefined;

  constructor(database: DatabaseSync, lock: DatabaseSync, mark: Marked | undefined) {
    this.#database = database;
    this.#lock = lock;
    this.#mark = mark;
  }

  rows(table: TableShape) {
    return rowsIn(this.#database, table);
  }
  async commits() {
    return commitsOf(new SqliteConnection(this.#database), this.#mark);
  }
  async close() {
    this.#database.close();
    this.#lock.close();
  }
}

async function* rowsIn(database: DatabaseSync, table: TableShape): AsyncGenerator<readonly SqlRow[]> {
  try {
    const statement = database.prepare(`SELECT ${table.list} FROM ${table.name} ORDER BY ${keyColumns(table)}`);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    let batch: SqlRow[] = [];
    for (const row of statement.iterate()) {
      batch.push(row as unknown as SqlValue[]);
      if (batch.length < rowsAtOnce(table)) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } catch (error) {
    throw translated(error);
  }
}

/**
 * A folder without books. They are written beside their place and get their name when they are whole: a folder with
 * keys and half of its books could not be told from one that is well.
 * @throws CopyRefused @throws StoreError
 */
export async function openSqliteTarget(folder: string): Promise<BooksTarget> {
  let lock: DatabaseSync | undefined;
  const path = join(folder, DATABASE_FILE);
  const beside = `${path}.new`;
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    lock = lockFolder(folder);
    const there = ['', ...BESIDE].map((suffix) => `${path}${suffix}`).find((each) => existsSync(each));
    if (there !== undefined) {
      throw new CopyRefused(
        'target-not-empty',
        `${there} is there already: move it away, or name another folder; nothing was copied.`,
      );
    }
    remove(beside);
    database = openDatabase(beside);
    // Whatever refers to what comes later is whole when the transaction ends.
    database.exec('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON');
    return new SqliteTarget(database, { lock, folder, beside });
  } catch (error) {
    database?.close();
    if (database !== undefined) remove(beside);
    lock?.close();
    throw translated(error);
  }
}

interface Place {
  readonly lock: DatabaseSync;
  readonly folder: string;
  /** Where the database is until it is whole. */
  readonly beside: string;
}

class SqliteTarget implements BooksTarget {
  readonly tables = ALL_TABLES;
  readonly #database: DatabaseSync;
  readonly #connection: SqliteConnection;
  readonly #place: Place;

  constructor(database: DatabaseSync, place: Place) {
    this.#database = database;
    this.#connection = new SqliteConnection(database);
    this.#place = place;
  }

  rows(table: TableShape) {
    return rowsIn(this.#database, table);
  }

  async insert(table: TableShape, rows: readonly SqlRow[]) {
    try {
      this.#connection.insert(table, rows, '');
    } catch (error) {
      if (errorCode(error) !== SQLITE_CONSTRAINT) throw translated(error);
      throw rowRefused(table, error);
    }
  }

  async commit(commits: number) {
    const { folder, beside } = this.#place;
    try {
      this.#connection.insert(copies, [copies.values({ position: commits + 1 })], '');
      this.#database.exec('COMMIT');
      this.#database.close();
      renameSync(beside, join(folder, DATABASE_FILE));
      flushFolder(folder);
    } catch (error) {
      throw translated(error);
    }
    moveMark(folder, { database: '', position: commits + 1, isOfCopy: true });
  }

  async close() {
    if (this.#database.isOpen) this.#database.close();
    remove(this.#place.beside);
    this.#place.lock.close();
  }
}

function remove(path: string): void {
  for (const suffix of ['', ...BESIDE]) rmSync(`${path}${suffix}`, { force: true });
}

/** A new name is on the disk when its folder is. */
function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
