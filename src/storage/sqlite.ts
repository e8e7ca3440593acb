import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Store, StoreError, type StoreFailure, type StoreReads, type StoreTransaction } from '../host/ports.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqliteStatements } from './statements.ts';

/** "wtps": by this a file of ours is told from any other. */
const APPLICATION_ID = 0x77747073;
const DATABASE_FILE = 'wattpurse.db';
const LOCK_FILE = 'wattpurse.lock';

/** Primary result codes of SQLite. */
const SQLITE_BUSY = 5;
const SQLITE_CONSTRAINT = 19;
const SQLITE_FULL = 13;
const SQLITE_MISUSE = 21;
const SQLITE_NOTADB = 26;

/**
 * The store of one data folder in SQLite. The folder belongs to this process until `close`, or until the process
 * ends in whatever way: the lock is one that the operating system takes back.
 * @throws StoreError `folder-in-use`, `version-newer`, `file-foreign`, `store-full`, `store-failed`
 */
export function openSqliteStore(folder: string): SqliteStore {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StoreError(
      failed(`The data folder ${folder} cannot be made (${reasonOf(error)}): check path and rights.`),
    );
  }
  const lock = lockFolder(folder);
  try {
    return new SqliteStore(openDatabase(join(folder, DATABASE_FILE)), lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** One connection, one transaction at a time; durable when a transaction's promise resolves. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync | undefined;
  readonly #statements: SqliteStatements;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(database: DatabaseSync, lock?: DatabaseSync) {
    this.#database = database;
    this.#lock = lock;
    this.#statements = new SqliteStatements(database);
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.#statements);
        this.#database.exec('COMMIT');
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
      this.#lock?.close();
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

function checkAndMigrate(database: DatabaseSync, path: string): void {
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
function lockFolder(folder: string): DatabaseSync {
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
function translated(error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined || code === SQLITE_CONSTRAINT || code === SQLITE_MISUSE) return error;
  if (code === SQLITE_FULL) {
    const sentence = 'The disk of the data folder is full: make room and try again; nothing was changed.';
    return new StoreError({ reason: 'store-full', sentence }, { cause: error });
  }
  const sentence = `The database does not serve (${reasonOf(error)}): check disk and rights; nothing was changed.`;
  return new StoreError(failed(sentence), { cause: error });
}

function errorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return Number(error.errcode) & 0xff;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const failed = (sentence: string): StoreFailure => ({ reason: 'store-failed', sentence });

const foreign = (path: string): StoreFailure => ({
  reason: 'file-foreign',
  sentence: `${path} is not a database of this program: choose another data folder, or move that file away.`,
});
