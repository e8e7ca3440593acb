import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type BookKeys,
  type HeadSigner,
  type Store,
  StoreError,
  type StoreFailure,
  type StoreReads,
  type StoreTransaction,
} from '../host/ports.ts';
import type { Milliseconds } from '../units/index.ts';
import { COMMIT_FACT, CommitMark, commitsOf, type Marked } from './commit-mark.ts';
import { BOOKS_SEALED, type SealSettings, signedHead } from './heads.ts';
import { Lane } from './lane.ts';
import { lanesOf, sealAll, writeLane } from './lanes.ts';
import { MIGRATIONS } from './migrations.ts';
import { RowSealer } from './row-seal.ts';
import { Rows } from './rows.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqlStatements } from './statements.ts';
import { facts } from './tables.ts';

/** "wtps": by this a file of ours is told from any other. */
export const APPLICATION_ID = 0x77747073;
/** The only one: one connection writes. */
const LANE = 1;
export const DATABASE_FILE = 'wattpurse.db';
const LOCK_FILE = 'wattpurse.lock';
export const MARK_FILE = 'wattpurse.mark';

/**
 * A statement that writes several rows keeps aside the pages that it changes, in case it has to be undone: in memory, if
 * that is where temporary things are when its transaction begins, and else in a file. What is sorted may be too much for memory.
 */
const BEGIN = 'PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE; PRAGMA temp_store = DEFAULT';

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
 * @param seals without them nothing is sealed, and books that once were are only read
 * @throws StoreError for every reason but `store-closed`
 */
export function openSqliteStore(folder: string, seals?: SealSettings): SqliteStore {
  const lock = lockFolder(made(folder));
  let mark: CommitMark | undefined;
  let database: DatabaseSync | undefined;
  try {
    mark = new CommitMark(join(folder, MARK_FILE));
    database = openDatabase(join(folder, DATABASE_FILE));
    return new SqliteStore(database, { lock, mark }, seals);
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
export class SqliteStore implements Store, HeadSigner {
  readonly #database: DatabaseSync;
  readonly #folder: Folder | undefined;
  readonly #seals: SealSettings | undefined;
  readonly #connection: SqliteConnection;
  readonly #rows: Rows;
  readonly #statements: SqlStatements;
  #writer: Writer | undefined;
  /** Commits that were there when it was opened. */
  #found = 0;
  #last: Promise<unknown> = Promise.resolve();
  #opened: Promise<void> | undefined;
  #closed = false;

  constructor(database: DatabaseSync, folder?: Folder, seals?: SealSettings) {
    this.#database = database;
    this.#folder = folder;
    this.#seals = seals;
    this.#connection = new SqliteConnection(database);
    this.#rows = new Rows(this.#connection);
    this.#statements = new SqlStatements(this.#rows);
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#committed(work));
  }

  read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work(this.#statements));
  }

  async signHead(occasion: { readonly now: Milliseconds; readonly restored?: boolean }): Promise<void> {
    if (this.#seals === undefined) return;
    const keys = await this.#seals.keys();
    const lanesNow = () => this.#inTurn(() => lanesOf(this.#connection, keys));
    const head = await signedHead(this, lanesNow, keys, occasion);
    if (head !== undefined) this.#seals.keep?.(head);
  }

  close(): Promise<void> {
    const closed = this.#last.then(() => {
      if (this.#closed) return;
      this.#closed = true;
      this.#database.close();
      this.#folder?.mark.close();
      this.#folder?.lock.close();
    });
    this.#last = closed.catch(() => {});
    return closed;
  }

  async #committed<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    this.#writer ??= await this.#newWriter();
    const { lane, keys } = this.#writer;
    this.#database.exec(BEGIN);
    this.#rows.begin(lane);
    try {
      const before = this.#connection.changes();
      const result = await work(this.#statements);
      const hasChanged = this.#connection.changes() !== before;
      const commit = hasChanged ? await this.#countCommit() : undefined;
      const state = hasChanged ? lane?.next() : undefined;
      if (state !== undefined && keys !== undefined) await writeLane(this.#connection, lane as Lane, state, keys);
      this.#database.exec('COMMIT');
      if (state !== undefined) lane?.commit(state);
      if (commit !== undefined) this.#folder?.mark.write(commit);
      return result;
    } catch (error) {
      // A full disk may have rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    } finally {
      lane?.undo();
      this.#rows.begin(undefined);
    }
  }

  /** Transactions that changed something are counted. Inside one: its number. */
  async #countCommit(): Promise<number> {
    const [found] = await this.#rows.ofKeys(facts, [COMMIT_FACT]);
    const commit = Math.max(Number(found?.[1] ?? 0), this.#found) + 1;
    await this.#rows.put(facts, [[COMMIT_FACT, commit]]);
    return commit;
  }

  /** The one who writes, with the seals as they were left. */
  async #newWriter(): Promise<Writer> {
    if (this.#seals === undefined) {
      if (this.#connection.all('SELECT id FROM lanes').length > 0) throw new StoreError(BOOKS_SEALED);
      return { lane: undefined, keys: undefined };
    }
    const keys = await this.#seals.keys();
    const sealer = new RowSealer(keys.rows);
    const [found] = await lanesOf(this.#connection, keys);
    if (found !== undefined) {
      if (found.state === undefined) throw new StoreError(BOOKS_SEALED);
      return { lane: new Lane(LANE, sealer, found.state), keys };
    }
    const lane = new Lane(LANE, sealer);
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const state = await sealAll(this.#connection, lane);
      await writeLane(this.#connection, lane, state, keys);
      this.#database.exec('COMMIT');
      lane.commit(state);
      return { lane, keys };
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** In the database itself, and before the mark says that all is well: a host that dies meanwhile learns of it later. */
  async #noteRestored(): Promise<void> {
    const mark = this.#folder?.mark;
    if (mark === undefined) return;
    const last = await commitsOf(this.#connection, mark.found);
    this.#found = last;
    if (!isOlderCopy(last, mark.found)) return;
    // Goes on counting where the books were.
    const position = Math.max(last, mark.found?.position ?? 0);
    await this.#committed(async (tx) => {
      await this.#rows.put(facts, [[COMMIT_FACT, position]]);
      await tx.setFact('restored', 1);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#closed) throw new StoreError({ reason: 'store-closed', sentence: 'The store is closed.' });
      try {
        this.#opened ??= this.#noteRestored();
        await this.#opened;
        return await work();
      } catch (error) {
        throw translated(error);
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}

interface Writer {
  readonly lane: Lane | undefined;
  readonly keys: BookKeys | undefined;
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
    PRAGMA recursive_triggers = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536;`);
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

/**
 * SQLite's own lock on a file that is there for nothing else: a process that dies lets go of it. `undefined` while
 * somebody has it; the file stays when it is closed.
 * @throws StoreError when there can be no such file
 */
export function lockFile(path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path);
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (errorCode(error) !== SQLITE_BUSY) throw translated(error);
    return undefined;
  }
}

/** A file beside the database is locked, so that readers of the books stay free. */
export function lockFolder(folder: string): DatabaseSync {
  const lock = lockFile(join(folder, LOCK_FILE));
  if (lock !== undefined) return lock;
  throw new StoreError({
    reason: 'folder-in-use',
    sentence: `The data folder ${folder} is in use by another process: stop that one, or choose another folder.`,
  });
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
