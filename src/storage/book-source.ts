import { DatabaseSync, type StatementSync } from 'node:sqlite';
import pg from 'pg';
import { StoreError } from '../host/ports.ts';
import { checkedSchema, connectionOf } from './postgres.ts';
import type { SqlRow, SqlValue } from './table.ts';

export const PAGE_ROWS = 2_000;

/** Books that are only read, as they were at one instant, whoever writes meanwhile. */
export interface BookSource {
  all(sql: string): Promise<readonly SqlRow[]>;
  /** Rows of a query, in pages. */
  pages(sql: string): AsyncIterable<readonly SqlRow[]>;
  close(): Promise<void>;
}

/** @throws StoreError when the file is no database or cannot be read */
export function openBookFile(path: string): BookSource {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec('PRAGMA busy_timeout = 5000; BEGIN');
    // A snapshot begins with the first read.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return new FileSource(database);
  } catch (error) {
    database?.close();
    throw unreadable(path, error);
  }
}

class FileSource implements BookSource {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async all(sql: string) {
    return this.#statement(sql).all() as unknown as SqlRow[];
  }

  async *pages(sql: string) {
    const statement = this.#statement(sql);
    let page: SqlRow[] = [];
    for (const row of statement.iterate()) {
      page.push(row as unknown as SqlRow);
      if (page.length < PAGE_ROWS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  #statement(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  }

  async close() {
    this.#database.close();
  }
}

/** @param url of PostgreSQL. @throws StoreError when it cannot be read */
export async function openBookServer(url: string, schema?: string): Promise<BookSource> {
  const client = new pg.Client({ ...connectionOf(url, checkedSchema(schema)), application_name: 'wattpurse audit' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return new ServerSource(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw unreadable('The database', error);
  }
}

class ServerSource implements BookSource {
  readonly #client: pg.Client;
  #cursors = 0;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async all(sql: string) {
    return (await this.#client.query<SqlValue[]>({ text: sql, rowMode: 'array' })).rows;
  }

  async *pages(sql: string) {
    const cursor = `books_${++this.#cursors}`;
    await this.#client.query('SAVEPOINT reading');
    try {
      await this.#client.query(`DECLARE ${cursor} CURSOR FOR ${sql}`);
      for (;;) {
        const { rows } = await this.#client.query<SqlValue[]>({
          text: `FETCH ${PAGE_ROWS} FROM ${cursor}`,
          rowMode: 'array',
        });
        if (rows.length === 0) break;
        yield rows;
      }
      await this.#client.query(`CLOSE ${cursor}`);
    } catch (error) {
      await this.#client.query('ROLLBACK TO SAVEPOINT reading').catch(() => undefined);
      throw error;
    }
  }

  async close() {
    await this.#client.end();
  }
}

const unreadable = (what: string, error: unknown): StoreError =>
  new StoreError(
    {
      reason: 'store-failed',
      sentence: `${what} cannot be read (${(error as Error).message}): name a database of this program, and check path, address and rights.`,
    },
    { cause: error },
  );
