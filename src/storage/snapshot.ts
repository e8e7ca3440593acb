import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { COMMIT_FACT } from './commit-mark.ts';
import { openPostgresReader, type PostgresPlace } from './copy-postgres.ts';
import { ALL_TABLES, CopyRefused } from './copy-rows.ts';
import { MIGRATIONS } from './migrations.ts';
import { checkedVersion, openDatabase, translated } from './sqlite.ts';
import { SqliteConnection } from './sqlite-connection.ts';

/** Pages at once: between two of them other work has its turn. 16 MiB of 4 KiB pages. */
const PAGES_AT_ONCE = 4_096;

/** The newest shape of a file of books that this program knows. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Where the books are that a snapshot is taken of: a file of SQLite, or a schema in PostgreSQL. */
export type SnapshotOf = { readonly file: string } | PostgresPlace;

/** What is in a file of books, as it says itself. */
export interface BooksInFile {
  /** Of its shape: the number of steps that made it. */
  readonly version: number;
  /** Transactions that changed something; 0 where PostgreSQL counted them. */
  readonly commits: number;
  readonly meters: number;
  readonly postings: number;
  /** The number of the newest head that was signed, 0 before the first. */
  readonly head: number;
}

/**
 * The books as they are at one instant, into a new file of SQLite, while hosts go on writing to them: readers stop no
 * writer in either engine. Of SQLite the pages are copied as they are, of PostgreSQL each row, with seals, chains and the
 * states of lanes, so that an audit proves of the file what it proves of the books. On the disk when it resolves; when it
 * rejects, no file is left.
 * @param path where no file is yet
 * @throws CopyRefused @throws StoreError
 */
export async function snapshotBooks(of: SnapshotOf, path: string): Promise<BooksInFile> {
  try {
    if ('file' in of) await copiedPages(of.file, path);
    else await copiedRows(of, path);
    const inFile = booksIn(path);
    flush(path);
    return inFile;
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
    throw translated(error);
  }
}

/** @throws StoreError for a file that is none of this program, or of a newer one */
export function booksIn(path: string): BooksInFile {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const version = checkedVersion(database, path);
    const number = (sql: string) => Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0);
    const hasHeads = number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'heads'") > 0;
    return {
      version,
      commits: number(`SELECT value FROM facts WHERE name = '${COMMIT_FACT}'`),
      meters: number('SELECT count(*) FROM meters'),
      postings: number('SELECT max(sequence) FROM postings'),
      head: hasHeads ? number('SELECT max(number) FROM heads') : 0,
    };
  } catch (error) {
    throw translated(error);
  } finally {
    database.close();
  }
}

async function copiedPages(from: string, to: string): Promise<void> {
  if (!existsSync(from)) throw new CopyRefused('source-missing', `There is no ${from}: name the folder of a host.`);
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    checkedVersion(database, from);
    // Held until the last page: whatever is written meanwhile stands in the log behind it, and the copy never begins anew.
    database.exec('PRAGMA busy_timeout = 5000; BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(database, to, { rate: PAGES_AT_ONCE });
  } finally {
    database.close();
  }
  // One file, which can be read where nothing can be written beside it.
  const copy = new DatabaseSync(to);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

async function copiedRows(place: PostgresPlace, path: string): Promise<void> {
  const reader = await openPostgresReader(place);
  try {
    const database = openDatabase(path);
    try {
      // A file that is thrown away when anything goes wrong needs no journal, and rows that stand in the other database
      // as they are need no second look at what they refer to.
      database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF');
      const indexes = takenIndexes(database);
      database.exec('BEGIN IMMEDIATE');
      const connection = new SqliteConnection(database);
      for (const table of ALL_TABLES) {
        for await (const rows of reader.rows(table)) connection.insert(table, rows, '');
      }
      for (const sql of indexes) database.exec(sql);
      database.exec('COMMIT; PRAGMA journal_mode = DELETE');
    } finally {
      database.close();
    }
  } finally {
    await reader.close();
  }
}

/** Indexes are taken away, and made at the end, when all that they order is there. */
function takenIndexes(database: DatabaseSync): string[] {
  const indexes = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    .all();
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  return indexes.map(({ sql }) => String(sql));
}

function flush(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
