import pg from 'pg';
import { commitsOf, copies, type Marked } from './commit-mark.ts';
import {
  ALL_TABLES,
  type BooksSource,
  type BooksTarget,
  CopyRefused,
  inOrderOfReference,
  moveMark,
  rowRefused,
} from './copy-rows.ts';
import {
  checkedSchema,
  checkedVersion,
  connectionOf,
  connectionsOfHosts,
  migrate,
  translated,
  VERSION_TABLE,
  whereabouts,
} from './postgres.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { POSTGRES_MIGRATIONS } from './postgres-migrations.ts';
import { rowsIn } from './postgres-rows.ts';
import type { SqlRow, TableShape } from './table.ts';

export interface PostgresPlace {
  readonly url: string;
  readonly schema?: string;
}

/** SQLSTATE classes of what a database does not take: data, constraints. */
const NOT_TAKEN = /^(22|23)/;
const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_WITHIN_MS = 5_000;

/** @throws CopyRefused @throws StoreError */
export const openPostgresReader = (place: PostgresPlace): Promise<PostgresReader> =>
  reading(place, (reader) => reader.begin());

/**
 * The same, to be moved. Nobody writes until it is closed, and no host may be connected then: it would go on here.
 * @param mark of the host whose folder the books go to: a database that stands before it is an older copy
 * @throws CopyRefused @throws StoreError
 */
export const openPostgresSource = (place: PostgresPlace, mark: Marked | undefined): Promise<BooksSource> =>
  reading(place, async (reader) => {
    await reader.assertQuiet();
    await reader.begin();
    await reader.keepWritersOut();
    await reader.assertNotOlderThan(mark);
  });

async function reading(
  { url, schema: named }: PostgresPlace,
  begin: (reader: PostgresReader) => Promise<void>,
): Promise<PostgresReader> {
  const schema = checkedSchema(named);
  const client = await connected(url, schema);
  try {
    await checkShape(client, schema);
    const reader = new PostgresReader(client, schema);
    await begin(reader);
    return reader;
  } catch (error) {
    await ended(client);
    throw translated(error);
  }
}

class PostgresReader implements BooksSource {
  readonly #client: pg.Client;
  readonly #schema: string;

  constructor(client: pg.Client, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  /** The snapshot is that of the first query of a table. */
  async begin() {
    await this.#client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }

  rows(table: TableShape) {
    return rowsIn(this.#client, table);
  }

  async commits() {
    return commitsOf(new PostgresConnection(this.#client, new Map()), { isOfCopy: true });
  }

  async assertQuiet() {
    // What was seen of others is kept for a whole transaction otherwise.
    await this.#client.query('SELECT pg_stat_clear_snapshot()');
    if ((await connectionsOfHosts(this.#client, this.#schema)) > 0) throw inUse();
  }

  /** For as long as this reads, and before the snapshot. */
  async keepWritersOut() {
    try {
      await this.#client.query(`SET LOCAL lock_timeout = ${LOCK_WITHIN_MS}`);
      await this.#client.query(`LOCK TABLE ${ALL_TABLES.map(({ name }) => name)} IN SHARE MODE`);
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) throw inUse(error);
      throw error;
    }
  }

  async assertNotOlderThan(mark: Marked | undefined) {
    if (mark === undefined || mark.database === '') return;
    const { database, position } = await whereabouts(this.#client);
    if (mark.database === database && mark.position <= position) return;
    throw new CopyRefused(
      'source-older-copy',
      'The database is not the one, or is an older copy of the one, that the host of that folder knows: start its host, so that it asks the meters, and copy then.',
    );
  }

  close() {
    return ended(this.#client);
  }
}

/**
 * A schema without a row; it is made where there is none, and stays when the copy fails: it is as empty as it was.
 * @param markIn the folder of the host that goes on there
 * @throws CopyRefused @throws StoreError
 */
export async function openPostgresTarget(place: PostgresPlace, markIn: string | undefined): Promise<BooksTarget> {
  const schema = checkedSchema(place.schema);
  const client = await connected(place.url, schema);
  try {
    await migrate(client, schema);
    await client.query('BEGIN');
    // A second copy waits here, and finds what the first one left.
    await client.query(`LOCK TABLE ${ALL_TABLES.map(({ name }) => name)} IN EXCLUSIVE MODE`);
    for (const { name } of ALL_TABLES) {
      const { rows } = await client.query(`SELECT 1 FROM ${name} LIMIT 1`);
      if (rows.length === 0) continue;
      throw new CopyRefused(
        'target-not-empty',
        `The schema "${schema}" of that database has rows in ${name}: name an empty database; nothing was copied.`,
      );
    }
    return new PostgresTarget(client, await tablesInOrder(client), markIn);
  } catch (error) {
    await ended(client);
    throw translated(error);
  }
}

class PostgresTarget implements BooksTarget {
  readonly tables: readonly TableShape[];
  readonly #client: pg.Client;
  readonly #connection: PostgresConnection;
  readonly #markIn: string | undefined;

  constructor(client: pg.Client, tables: readonly TableShape[], markIn: string | undefined) {
    this.#client = client;
    this.#connection = new PostgresConnection(client, new Map());
    this.tables = tables;
    this.#markIn = markIn;
  }

  rows(table: TableShape) {
    return rowsIn(this.#client, table);
  }

  async insert(table: TableShape, rows: readonly SqlRow[]) {
    try {
      await this.#connection.insert(table, rows, '');
    } catch (error) {
      if (error instanceof pg.DatabaseError && NOT_TAKEN.test(error.code ?? '')) throw rowRefused(table, error);
      throw translated(error);
    }
  }

  async commit(commits: number) {
    try {
      if (commits > 0) await this.insert(copies, [copies.values({ position: commits })]);
      await this.#carryNumbersOn();
    } catch (error) {
      throw translated(error);
    }
    const at = await this.#committed();
    if (this.#markIn !== undefined) moveMark(this.#markIn, at);
  }

  close() {
    return ended(this.#client);
  }

  async #carryNumbersOn() {
    const { rows } = await this.#client.query<{ sequence: string; table: string; column: string }>(
      `SELECT s.oid::regclass::text AS sequence, t.oid::regclass::text AS "table", quote_ident(attname) AS "column"
      FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
        JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute ON attrelid = t.oid AND attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'a' AND s.relnamespace = current_schema()::regnamespace`,
    );
    for (const { sequence, table, column } of rows) {
      await this.#client.query(
        `SELECT setval('${sequence}', coalesce(max(${column}), 1), max(${column}) IS NOT NULL) FROM ${table}`,
      );
    }
  }

  async #committed(): Promise<Marked> {
    try {
      await this.#client.query('COMMIT');
      return await whereabouts(this.#client);
    } catch (error) {
      if (error instanceof pg.DatabaseError) throw translated(error);
      throw new CopyRefused(
        'target-unknown',
        'The database went away before it confirmed: "wattpurse database compare" tells whether the copy is there.',
        { cause: error },
      );
    }
  }
}

async function connected(url: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({ ...connectionOf(url, schema), application_name: 'wattpurse copy' });
  // The error itself comes out of the query that was under way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await ended(client);
    throw translated(error);
  }
}

/** What was not committed is undone by the server. */
const ended = (client: pg.Client): Promise<void> => client.end().catch(() => undefined);

async function checkShape(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT to_regclass($1) AS there', [VERSION_TABLE]);
  if (rows[0]?.there === null) {
    throw new CopyRefused(
      'source-missing',
      `The schema "${schema}" of that database holds no books of this program: name the database of a host.`,
    );
  }
  const version = await checkedVersion(client);
  if (version < POSTGRES_MIGRATIONS.length) {
    throw new CopyRefused(
      'source-older',
      `The database has version ${version}, and this program copies version ${POSTGRES_MIGRATIONS.length}: start its host once with this program, which brings it there.`,
    );
  }
}

async function tablesInOrder(client: pg.Client): Promise<TableShape[]> {
  const { rows } = await client.query<{ from: string; to: string }>(
    `SELECT f.relname AS "from", t.relname AS "to" FROM pg_constraint
      JOIN pg_class f ON f.oid = conrelid JOIN pg_class t ON t.oid = confrelid
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  );
  return inOrderOfReference(rows.map(({ from, to }) => [from, to]));
}

function inUse(cause?: Error): CopyRefused {
  const sentence = 'A host is at that database and would go on selling there: stop all its hosts, and copy then.';
  return new CopyRefused('source-in-use', sentence, { cause });
}
