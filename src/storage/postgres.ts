import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import {
  type HeadSigner,
  type Store,
  StoreError,
  type StoreFailure,
  type StoreReads,
  type StoreTransaction,
  type TransactionHow,
} from '../host/ports.ts';
import type { Milliseconds } from '../units/index.ts';
import { CommitMark } from './commit-mark.ts';
import { BOOKS_SEALED, type SealSettings, signedHead } from './heads.ts';
import { Lane } from './lane.ts';
import { lanesOf, sealAll, writeLane } from './lanes.ts';
import { PostgresConnection, TYPES } from './postgres-connection.ts';
import { leastBeside, POSTGRES_MIGRATIONS, type Step } from './postgres-migrations.ts';
import { RowSealer } from './row-seal.ts';
import { Rows } from './rows.ts';
import { SqlStatements } from './statements.ts';

const CONNECTIONS = 8;
const CONNECT_WITHIN_MS = 5_000;
const STATEMENT_WITHIN_MS = 60_000;
const TURN_MS = 10_000;
/** A transaction that is in the way of others so often is a bug. */
const ATTEMPTS_MAX = 100;
const ATTEMPTS_AT_A_KEY_MAX = 20;
const PAUSE_MAX_MS = 20;

/** SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
const DISK_FULL = '53100';
const DATA_CORRUPTED = 'XX001';
const INDEX_CORRUPTED = 'XX002';

export interface PostgresSettings {
  /** At once; the others wait. */
  readonly connections?: number;
  /** The schema of this utility, if the database holds several; it is made where there is none. */
  readonly schema?: string;
  /** Where this host keeps its commit mark: without one it does not notice a database that was restored (X9). */
  readonly mark?: string;
  /** Without them nothing is sealed, and books that once were are only read. */
  readonly seals?: SealSettings;
  /** A host that stops in its turn loses it after so long: 10 s where absent. */
  readonly turnMs?: number;
}

/**
 * The store of one utility in PostgreSQL 15 or later, for any number of hosts at once. Transactions are serializable:
 * one that was in the way of another is undone and runs again.
 * @param url `postgres://user:password@host:port/database`
 * @throws StoreError for every reason but `store-closed`
 */
export async function openPostgresStore(url: string, settings: PostgresSettings = {}): Promise<PostgresStore> {
  const schema = checkedSchema(settings.schema);
  let pool: pg.Pool | undefined;
  let mark: CommitMark | undefined;
  try {
    pool = new pg.Pool({
      ...connectionOf(url, schema),
      application_name: nameOfHosts(schema),
      max: settings.connections ?? CONNECTIONS,
      statement_timeout: STATEMENT_WITHIN_MS,
      // A server that is gone without a word is noticed too.
      query_timeout: 2 * STATEMENT_WITHIN_MS,
    });
    // An idle connection that ends is replaced when it is needed.
    pool.on('error', () => undefined);
    const { database, position } = await withClient(pool, async (client) => {
      await migrate(client, schema);
      return whereabouts(client);
    });
    mark = settings.mark === undefined ? undefined : new CommitMark(settings.mark, database);
    const store = new PostgresStore(pool, mark, settings);
    if (mark?.found !== undefined && (mark.found.database !== database || mark.found.position > position)) {
      await store.transaction((tx) => tx.setFact('restored', 1));
    }
    mark?.write(position);
    return store;
  } catch (error) {
    mark?.close();
    await pool?.end();
    throw translated(error);
  }
}

/** @throws StoreError */
export function checkedSchema(schema = 'public'): string {
  if (/^[a-z][a-z0-9_]{0,62}$/.test(schema)) return schema;
  const sentence = `A schema's name has up to 63 small letters, digits and underscores, and begins with a letter: not "${schema}".`;
  throw new StoreError({ reason: 'store-failed', sentence });
}

export const connectionOf = (url: string, schema: string) => ({
  connectionString: url,
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  keepAlive: true,
  options: `-c search_path=${schema} -c synchronous_commit=on`,
  types: TYPES,
});

/**
 * The name under which the server lists the connections of a utility's hosts, with the version of the shape that they
 * know; it keeps 63 bytes of it.
 */
export const nameOfHosts = (schema: string, version: number = POSTGRES_MIGRATIONS.length): string =>
  `${nameOfAll(schema)} ${version}`;

const nameOfAll = (schema: string): string => `wattpurse ${schema.slice(0, 48)}`;

/** How many other connections hosts have to a schema; with a version, those of hosts that know an older one. */
export async function connectionsOfHosts(
  client: pg.ClientBase,
  schema: string,
  olderThan: number = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND starts_with(application_name || ' ', $1 || ' ')
      AND coalesce(substring(application_name from ' ([0-9]+)$')::bigint, 0) < $2`,
    [nameOfAll(schema), olderThan],
  );
  return rows[0]?.n ?? 0;
}

export class PostgresStore implements Store, HeadSigner {
  readonly #pool: pg.Pool;
  readonly #mark: CommitMark | undefined;
  readonly #seals: SealSettings | undefined;
  readonly #beginInTurn: string;
  readonly #prepared = new Map<string, { readonly name: string; readonly text: string }>();
  /** The lane of each connection that has written. */
  readonly #lanes = new WeakMap<pg.ClientBase, Lane>();
  /** Transactions of each lane that the database has confirmed to this process: what it has must not become less. */
  readonly #confirmed = new Map<number, number>();
  #isOlder = false;
  #older: StoreError | undefined;
  /** Connections whose database is known to have the shape of this program. */
  readonly #checked = new WeakSet<pg.ClientBase>();
  #mayWrite = false;
  #closed = false;

  constructor(pool: pg.Pool, mark: CommitMark | undefined, { seals, turnMs = TURN_MS }: PostgresSettings) {
    this.#pool = pool;
    this.#mark = mark;
    this.#seals = seals;
    this.#beginInTurn = beginInTurn(turnMs);
  }

  async transaction<T>(work: (tx: StoreTransaction) => Promise<T>, how: TransactionHow = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#connected((client) => this.#attempt(client, work, how));
      } catch (error) {
        if (attempt >= attemptsMax(error)) throw translated(error);
      }
      // Those who were in each other's way do not come back at once.
      await pause(Math.random() * Math.min(attempt, PAUSE_MAX_MS));
    }
  }

  async read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
    try {
      return await this.#connected(async (client) => {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const result = await work(new SqlStatements(new Rows(this.#connection(client))));
        await client.query('COMMIT');
        return result;
      });
    } catch (error) {
      throw translated(error);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
    this.#mark?.close();
  }

  async signHead(occasion: { readonly now: Milliseconds; readonly restored?: boolean }): Promise<void> {
    if (this.#seals === undefined) return;
    const keys = await this.#seals.keys();
    // One statement: the lanes as they were at one instant.
    const lanesNow = () =>
      this.#connected((client) => lanesOf(this.#connection(client), keys)).catch((error) => {
        throw translated(error);
      });
    const head = await signedHead(this, lanesNow, keys, occasion);
    if (head !== undefined) this.#seals.keep?.(head);
  }

  async #attempt<T>(
    client: pg.ClientBase,
    work: (tx: StoreTransaction) => Promise<T>,
    { inTurn }: TransactionHow,
  ): Promise<T> {
    if (!this.#checked.has(client)) {
      // A connection that ended may have come anew after a newer program took the database forward.
      await servedVersion(client);
      this.#checked.add(client);
    }
    const lane = await this.#laneOf(client);
    await client.query(inTurn === true ? this.#beginInTurn : BEGIN);
    const connection = this.#connection(client);
    const rows = new Rows(connection);
    rows.begin(lane);
    try {
      const statements = new SqlStatements(rows);
      // It is written down first, for whoever starts: nothing else is done with such books.
      const result = this.#isOlder ? await statements.setFact('restored', 1) : await work(statements);
      const state = lane?.hasChanged === true ? lane.next() : undefined;
      if (lane !== undefined && state !== undefined && this.#seals !== undefined) {
        await writeLane(connection, lane, state, await this.#seals.keys());
      }
      try {
        // In one step, so that the mark costs no way to the server and back.
        const answers = (await client.query("COMMIT; SELECT pg_current_wal_insert_lsn() - '0/0'")) as unknown;
        const [, { rows: positions }] = answers as [pg.QueryResult, pg.QueryResult<{ '?column?': string }>];
        if (lane !== undefined && state !== undefined) {
          lane.commit(state);
          this.#confirmed.set(lane.id, state.commits);
        }
        this.#mark?.write(Number(positions[0]?.['?column?']));
      } catch (error) {
        if (error instanceof pg.DatabaseError) throw error;
        // What stands in the database now, it says itself.
        this.#lanes.delete(client);
        throw new StoreError(LOST, { cause: error });
      }
      if (!this.#isOlder) return result as T;
      this.#older = new StoreError(OLDER);
      throw this.#older;
    } finally {
      lane?.undo();
    }
  }

  /**
   * The lane of a connection: one that nobody holds, or a new one. It is held by a lock of the session, which ends with
   * the connection. A database that has failed over to a copy which had not followed is found here, by its lanes.
   */
  async #laneOf(client: pg.ClientBase): Promise<Lane | undefined> {
    const known = this.#lanes.get(client);
    if (known !== undefined) return known;
    const connection = this.#connection(client);
    if (this.#seals === undefined) {
      if (!this.#mayWrite && (await connection.all('SELECT id FROM lanes')).length > 0)
        throw new StoreError(BOOKS_SEALED);
      this.#mayWrite = true;
      return undefined;
    }
    const keys = await this.#seals.keys();
    const sealer = new RowSealer(keys.rows);
    const locked = async (id: number): Promise<boolean> => {
      const [row] = await connection.all(`SELECT pg_try_advisory_lock(${LANE_LOCK}, ?::int)::int::bigint`, [id]);
      return row?.[0] === 1n;
    };
    const before = [...this.#confirmed];
    const found = await lanesOf(connection, keys);
    const commitsOf = (lane: number) => found.find(({ id }) => id === lane)?.state?.commits ?? 0;
    if (before.some(([id, commits]) => commitsOf(id) < commits)) this.#isOlder = true;
    for (const { id } of found) {
      if (!(await locked(id))) continue;
      const state = (await lanesOf(connection, keys)).find((each) => each.id === id)?.state;
      if (state === undefined) throw new StoreError(BOOKS_SEALED);
      return this.#keptLane(client, new Lane(id, sealer, state));
    }
    await client.query('BEGIN');
    await client.query('LOCK TABLE lanes IN EXCLUSIVE MODE');
    const last = (await lanesOf(connection, keys)).at(-1)?.id ?? 0;
    const lane = new Lane(last + 1, sealer);
    const state = last === 0 ? await sealAll(connection, lane) : lane.next();
    await writeLane(connection, lane, state, keys);
    await locked(lane.id);
    await client.query('COMMIT');
    lane.commit(state);
    return this.#keptLane(client, lane);
  }

  #keptLane(client: pg.ClientBase, lane: Lane): Lane {
    this.#lanes.set(client, lane);
    return lane;
  }

  #connected<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreError({ reason: 'store-closed', sentence: 'The store is closed.' });
    if (this.#older !== undefined) throw this.#older;
    return withClient(this.#pool, work);
  }

  #connection(client: pg.ClientBase): PostgresConnection {
    return new PostgresConnection(client, this.#prepared);
  }
}

/** One for each schema. */
const LANE_LOCK = "hashtext('wattpurse lane ' || current_schema())";

/** What was begun on it is undone when `work` rejects; a connection that cannot do that is not used again. */
async function withClient<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // The error itself comes out of the query that was under way.
  client.on('error', ignore);
  let broken = false;
  try {
    return await work(client);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}
const ignore = (): void => undefined;

/**
 * Brings the schema to the newest shape, in one transaction. Hosts of an older shape would go on writing to one that they
 * do not know: while any is connected it is refused, unless what comes only adds.
 * @throws StoreError
 */
export async function migrate(
  client: pg.ClientBase,
  schema: string,
  steps: readonly Step[] = POSTGRES_MIGRATIONS,
): Promise<void> {
  await client.query('BEGIN');
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('wattpurse migration ${schema}'))`);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  const tables = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`);
  const names = tables.rows.map(({ tablename }) => tablename);
  if (names.length > 0 && !names.includes(VERSION_TABLE)) {
    throw new StoreError({
      reason: 'file-foreign',
      sentence: `The schema "${schema}" holds tables of another program: choose another schema or database.`,
    });
  }
  await client.query(`CREATE TABLE IF NOT EXISTS ${VERSION_TABLE} (version INTEGER NOT NULL, least INTEGER NOT NULL)`);
  const version = await servedVersion(client, steps.length);
  if (version > 0 && version < steps.length) await refuseOlderHosts(client, schema, leastBeside(steps));
  for (const [i, step] of [...steps.entries()].slice(version)) {
    await client.query(typeof step === 'string' ? step : step.adds);
    const least = leastBeside(steps.slice(0, i + 1));
    await client.query(`INSERT INTO ${VERSION_TABLE} (version, least) VALUES (${i + 1}, ${least})`);
  }
  await client.query('COMMIT');
}

async function refuseOlderHosts(client: pg.ClientBase, schema: string, least: number): Promise<void> {
  const n = await connectionsOfHosts(client, schema, least);
  if (n === 0) return;
  throw new StoreError({
    reason: 'hosts-older',
    sentence: `Hosts of an older version are at this database (${n === 1 ? '1 connection' : `${n} connections`}): stop them, and start this one again; nothing was changed.`,
  });
}

export const VERSION_TABLE = 'wattpurse_version';

const BEGIN = 'BEGIN ISOLATION LEVEL SERIALIZABLE';
/**
 * What a transaction sees of the books is fixed by its first statement that reads, and locking a table is none: whoever
 * waits here sees what those before it did. This mode excludes itself and no change of a row. PostgreSQL 15, LOCK
 */
const beginInTurn = (turnMs: number): string =>
  `${BEGIN}; SET LOCAL idle_in_transaction_session_timeout = ${turnMs}; LOCK TABLE ${VERSION_TABLE} IN SHARE UPDATE EXCLUSIVE MODE`;

/** The version of its shape, all of which this program knows. @throws StoreError for that of a newer program */
export async function checkedVersion(client: pg.ClientBase): Promise<number> {
  const { version } = await versions(client);
  if (version <= POSTGRES_MIGRATIONS.length) return version;
  throw newer(version, POSTGRES_MIGRATIONS.length);
}

/** The version of its shape, beside which hosts that know `known` may serve. @throws StoreError where they may not */
async function servedVersion(client: pg.ClientBase, known: number = POSTGRES_MIGRATIONS.length): Promise<number> {
  const { version, least } = await versions(client);
  if (least <= known) return version;
  throw newer(version, known);
}

async function versions(client: pg.ClientBase): Promise<{ readonly version: number; readonly least: number }> {
  const { rows } = await client.query(`SELECT max(version) AS version, max(least) AS least FROM ${VERSION_TABLE}`);
  return { version: Number(rows[0]?.version ?? 0), least: Number(rows[0]?.least ?? 0) };
}

const newer = (version: number, known: number): StoreError =>
  new StoreError({
    reason: 'version-newer',
    sentence: `The database has version ${version}, and this program knows up to ${known}: install the newer program.`,
  });

/** Which database this is, a dump put back being another one, and how far its log was written, in bytes. */
export async function whereabouts(
  client: pg.ClientBase,
): Promise<{ readonly database: string; readonly position: number }> {
  const { rows } = await client.query(`SELECT system_identifier::text AS system, 'facts'::regclass::oid::text AS facts,
    (pg_current_wal_insert_lsn() - '0/0')::text AS position FROM pg_control_system()`);
  const [{ system, facts, position }] = rows as [{ system: string; facts: string; position: string }];
  return { database: `${system}.${facts}`, position: Number(position) };
}

function attemptsMax(error: unknown): number {
  if (!(error instanceof pg.DatabaseError)) return 0;
  if (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK_DETECTED) return ATTEMPTS_MAX;
  // Two that began together may both insert a key; one that finds it there again and again is a bug.
  return error.code === UNIQUE_VIOLATION ? ATTEMPTS_AT_A_KEY_MAX : 0;
}

const LOST: StoreFailure = {
  reason: 'store-lost',
  sentence:
    'The database went away before it confirmed: what was asked may be done or not. Ask again with the same id; nothing is done twice.',
};

const OLDER: StoreFailure = {
  reason: 'store-older',
  sentence:
    'The database has forgotten what it had confirmed, so an older copy took its place: start this host again, and it asks every meter first.',
};

/** What went wrong underneath as a StoreError; what is a bug of ours stays what it is. */
export function translated(error: unknown): unknown {
  const failure = error instanceof StoreError || !(error instanceof Error) ? undefined : failureOf(error);
  return failure === undefined ? error : new StoreError(failure, { cause: error });
}

function failureOf(error: Error): StoreFailure | undefined {
  const code = 'code' in error ? String(error.code) : undefined;
  if (error instanceof pg.DatabaseError) {
    switch (code) {
      case DISK_FULL:
        return {
          reason: 'store-full',
          sentence: 'The disk of the database is full: make room and try again; nothing was changed.',
        };
      case DATA_CORRUPTED:
      case INDEX_CORRUPTED:
        return {
          reason: 'store-damaged',
          sentence: `The database is damaged (${error.message}): stop, and restore the last copy; nothing was changed.`,
        };
      case SERIALIZATION_FAILURE:
      case DEADLOCK_DETECTED:
        return { reason: 'store-busy', sentence: 'The database is too busy: try again; nothing was changed.' };
      default:
        if (code === undefined || BUG.test(code)) return undefined;
    }
  } else if (code === undefined && !/^(Connection terminated|timeout|Query read timeout|Client)/i.test(error.message)) {
    return undefined;
  }
  return {
    reason: 'store-failed',
    sentence: `The database does not serve (${error.message}): check that it runs, its address and rights; nothing was changed.`,
  };
}
/** Classes of errors in what we asked: data, constraints, syntax; and what a trigger of ours raises. */
const BUG = /^(22|23|42|P0)/;
