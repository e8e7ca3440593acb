import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Store, StoreError, type StoreFailure, type StoreReads, type StoreTransaction } from '../host/ports.ts';
import { CommitMark, type Marked } from './commit-mark.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqlStatements } from './statements.ts';

/** "wtps": by this a file of ours is told from any other. */
const APPLICATION_ID = 0x77747073;
export const DATABASE_FILE = 'wattpurse.db';
const LOCK_FILE = 'wattpurse.lock';
export const MARK_FILE = 'wattpurse.mark';

/** Primary result codes of SQLite. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
export const SQLITE_CONSTRAINT = 19;
const SQLITE_MISUSE = 21;
const SQLITE_NOTADB = 26;
/** Extended: no room for the file that all connections share. */
const SQLITE_IOERR_SHMSIZE = 10 | (19 << 8);

/**
 * The store of one data folder in SQLite. The folder belongs to this process until `close`, or until the process
 * ends in whatever way: the lock is one that the operating system takes back. A database that is an older copy of
 * what once was in this folder, or that came without its commit mark, has the fact `restored`.
 * @throws StoreError for every reason but `store-closed`
 */
export function openSqliteStore(folder: string): SqliteStore {
  const lock = lockFolder(made(folder));
  let mark: CommitMark | undefined;
  let database: DatabaseSync | undefined;
  try {
    mark = new CommitMark(join(folder, MARK_FILE));
    database = openDatabase(join(folder, DATABASE_FILE));
    return new SqliteStore(database, { lock, mark });
  } catch (error) {
    database?.close();
    mark?.close();
    lock.close();
    throw translated(error);
  }
}

function made(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch (error) {
    throw translated(error);
  }
}

/** What stands beside a database in its folder. */
interface Folder {
  readonly lock: DatabaseSync;
  readonly mark: CommitMark;
}

/** One connection, one transaction at a time; durable when a transaction's promise resolves. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #folder: Folder | undefined;
  readonly #connection: SqliteConnection;
  readonly #statements: SqlStatements;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(database: DatabaseSync, folder?: Folder) {
    this.#database = database;
    this.#folder = folder;
    this.#connection = new SqliteConnection(database);
    this.#statements = new SqlStatements(this.#connection);
    if (folder !== undefined) noteRestored(this.#connection, database, folder.mark);
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const before = this.#connection.changes();
        const result = await work(this.#statements);
        const commit = this.#connection.changes() === before ? undefined : this.#connection.countCommit();
        this.#database.exec('COMMIT');
        if (commit !== undefined) this.#folder?.mark.write(commit);
        return result;
      } catch (error) {
        // A full disk may have rolled back by itself.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work(this.#statements));
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#closed = true;
      this.#database.close();
      this.#folder?.mark.close();
      this.#folder?.lock.close();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#closed) throw new StoreError({ reason: 'store-closed', sentence: 'The store is closed.' });
      try {
        return await work();
      } catch (error) {
        throw translated(error);
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** In the database itself, and before the mark says that all is well: a host that dies meanwhile learns of it later. */
function noteRestored(connection: SqliteConnection, database: DatabaseSync, mark: CommitMark): void {
  const last = connection.lastCommit();
  if (!isOlderCopy(last, mark.found)) return;
  database.exec('BEGIN IMMEDIATE');
  connection.noteRestored(Math.max(last, mark.found?.position ?? 0));
  database.exec('COMMIT');
  mark.write(connection.lastCommit());
}

/** A mark of PostgreSQL says that the utility has lived there since. */
export const isOlderCopy = (lastCommit: number, mark: Marked | undefined): boolean =>
  mark === undefined ? lastCommit > 0 : mark.database !== '' || mark.position > lastCommit;

/** Opens, checks whose it is, and brings it to the newest shape. */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    checkAndMigrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (errorCode(error) === SQLITE_NOTADB) throw new StoreError(foreign(path), { cause: error });
    throw translated(error);
  }
}

/** The version of its shape, which is not changed. @throws StoreError for a file that is not ours, or of a newer program */
export function checkedVersion(database: DatabaseSync, path: string): number {
  const application = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (application !== APPLICATION_ID && (application !== 0 || tables !== 0)) throw new StoreError(foreign(path));
  if (version > MIGRATIONS.length) {
    throw new StoreError({
      reason: 'version-newer',
      sentence: `${path} has version ${version}, and this program knows up to ${MIGRATIONS.length}: install the newer program.`,
    });
  }
  return version;
}

function checkAndMigrate(database: DatabaseSync, path: string): void {
  const version = checkedVersion(database, path);
  // WAL with FULL: a transaction is on the disk when it returns, and readers do not stop writers.
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON; PRAGMA busy_timeout = 5000;`);
  for (let step = version; step < MIGRATIONS.length; step++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(MIGRATIONS[step] as string);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${step + 1}; COMMIT`);
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** SQLite's own lock on a file beside the database: a process that dies lets go of it, and readers of the books stay free. */
export function lockFolder(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, LOCK_FILE));
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (errorCode(error) !== SQLITE_BUSY) throw translated(error);
    throw new StoreError({
      reason: 'folder-in-use',
      sentence: `The data folder ${folder} is in use by another process: stop that one, or choose another folder.`,
    });
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** What went wrong underneath as a StoreError; what is a bug of ours stays what it is. */
export function translated(error: unknown): unknown {
  const failure = failureOf(error);
  return failure === undefined ? error : new StoreError(failure, { cause: error });
}

function failureOf(error: unknown): StoreFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = errorCode(error);
  const isOfFiles = 'code' in error && 'syscall' in error;
  if (code === undefined && !isOfFiles) return undefined;
  const isFull = 'errcode' in error ? error.errcode === SQLITE_IOERR_SHMSIZE : isOfFiles && error.code === 'ENOSPC';
  if (isFull || code === SQLITE_FULL) {
    const sentence = 'The disk of the data folder is full: make room and try again; nothing was changed.';
    return { reason: 'store-full', sentence };
  }
  switch (code) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
      return undefined;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {
        reason: 'store-busy',
        sentence: 'Another program holds the database: end that one and try again; nothing was changed.',
      };
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
        reason: 'store-damaged',
        sentence: `The database is damaged (${error.message}): stop, and restore the last copy; nothing was changed.`,
      };
    default: {
      const sentence = `The data folder does not serve (${error.message}): check disk, path and rights; nothing was changed.`;
      return { reason: 'store-failed', sentence };
    }
  }
}

export function errorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return Number(error.errcode) & 0xff;
}

const foreign = (path: string): StoreFailure => ({
  reason: 'file-foreign',
  sentence: `${path} is not a database of this program: choose another data folder, or move that file away.`,
});
