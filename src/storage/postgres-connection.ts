import type { ClientBase, QueryResult } from 'pg';
import { numberColumn, type SqlConnection } from './sql.ts';
import type { Column, SqlRow, SqlValue, TableShape } from './table.ts';

/** PostgreSQL's numbers of the types that come as bytes of their own: `bytea`, `int8`. */
const BYTEA = 17;
const INT8 = 20;

/** Integers as bigints and bytes as a Uint8Array of their own, as the other engine gives them. */
export const TYPES = {
  getTypeParser: (type: number) => (text: string) => {
    if (type === INT8) return BigInt(text);
    if (type === BYTEA) return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    return text;
  },
};

/** PostgreSQL behind the dialect of both engines. */
export class PostgresConnection implements SqlConnection {
  readonly claiming = 'FOR UPDATE SKIP LOCKED';
  readonly #client: ClientBase;
  readonly #prepared: Map<string, { readonly name: string; readonly text: string }>;

  /** @param prepared one map for all connections of a store */
  constructor(client: ClientBase, prepared: Map<string, { readonly name: string; readonly text: string }>) {
    this.#client = client;
    this.#prepared = prepared;
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.#query(sql, values)).rows;
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async ofKeys(
    { name, columns, list }: TableShape,
    keys: readonly SqlValue[],
    column = (columns[0] as Column).name,
  ): Promise<(SqlRow | undefined)[]> {
    if (keys.length === 0) return [];
    const place = columns.findIndex((each) => each.name === column);
    const { kind } = columns[place] as Column;
    const sql = `SELECT ${list} FROM ${name} WHERE ${column} = ANY (?::${typeOf(kind)}[])`;
    const asked = arrayText(keys.length, (i) => keys[i]);
    const found = new Map((await this.#query(sql, [asked])).rows.map((row) => [String(row[place]), row]));
    return keys.map((key) => found.get(String(key)));
  }

  async insert({ name, columns, list }: TableShape, rows: readonly SqlRow[], conflict: string): Promise<void> {
    if (rows.length === 0) return;
    if (rows.length === 1) {
      await this.#query(`INSERT INTO ${name} (${list}) VALUES (${columns.map(() => '?')}) ${conflict}`, rows[0] ?? []);
      return;
    }
    const arrays = columns.map(({ kind }) => `?::${typeOf(kind)}[]`);
    const sql = `INSERT INTO ${name} (${list}) SELECT * FROM unnest(${arrays}) ${conflict}`;
    await this.#query(
      sql,
      columns.map((_, i) => arrayText(rows.length, (place) => rows[place]?.[i])),
    );
  }

  async put(table: TableShape, rows: readonly SqlRow[], before: readonly (SqlRow | null)[]): Promise<void> {
    const isNew = (_: SqlRow, i: number) => before[i] === null;
    // Those that are there go first: what one of them gives up, a new one may have.
    await this.insert(
      table,
      rows.filter((row, i) => !isNew(row, i)),
      table.upsert,
    );
    await this.insert(table, rows.filter(isNew), '');
  }

  async update(table: TableShape, rows: readonly SqlRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { name, columns, list, keyPlaces } = table;
    const sets = columns
      .filter((_, place) => !keyPlaces.includes(place))
      .map((each) => `${each.name} = n.${each.name}`);
    const where = keyPlaces.map((place) => `${name}.${columns[place]?.name} = n.${columns[place]?.name}`).join(' AND ');
    const arrays = columns.map(({ kind }) => `?::${typeOf(kind)}[]`);
    await this.#query(
      `UPDATE ${name} SET ${sets} FROM unnest(${arrays}) AS n (${list}) WHERE ${where}`,
      columns.map((_, i) => arrayText(rows.length, (place) => rows[place]?.[i])),
    );
  }

  async nextNumbers(table: string, count: number): Promise<number> {
    if (count === 0) return 0;
    // A sequence has gaps where transactions were undone, and a head that is missing must be seen.
    if (table === 'heads') return Number((await this.all('SELECT coalesce(max(number), 0) FROM heads'))[0]?.[0]) + 1;
    // Numbers of the ledger are given while no other transaction has any that it has not committed.
    if (table === 'postings') await this.#query(`SELECT pg_advisory_xact_lock(${LEDGER_LOCK})`, []);
    const sequence = `${table}_${numberColumn(table)}`;
    const sql = `SELECT min(n) FROM (SELECT nextval('${sequence}') AS n FROM generate_series(1, ?::bigint)) AS numbers`;
    const { rows } = await this.#query(sql, [count]);
    return Number(rows[0]?.[0]);
  }

  #query(sql: string, values: readonly unknown[]): Promise<QueryResult<SqlValue[]>> {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      let mark = 0;
      statement = { name: `wattpurse_${this.#prepared.size}`, text: sql.replaceAll('?', () => `$${++mark}`) };
      this.#prepared.set(sql, statement);
    }
    return this.#client.query({ ...statement, values: values as unknown[], rowMode: 'array' });
  }
}

/** One for each schema, so that several utilities can live in one database. */
const LEDGER_LOCK = "hashtextextended('wattpurse ledger', current_schema()::regnamespace::oid::bigint)";

/**
 * An array as PostgreSQL reads it, https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO: the driver makes the same of
 * one, and asks of every value what it might be.
 */
function arrayText(length: number, valueAt: (place: number) => SqlValue | undefined): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    const value = valueAt(i) ?? null;
    text += i === 0 ? '{' : ',';
    if (value === null) text += 'NULL';
    else if (typeof value === 'string') text += `"${/["\\]/.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`;
    else if (typeof value === 'object') text += `"\\\\x${Buffer.from(value).toString('hex')}"`;
    else text += value;
  }
  return length === 0 ? '{}' : `${text}}`;
}

function typeOf(kind: Column['kind']): 'bigint' | 'text' | 'bytea' {
  if (kind.startsWith('number') || kind.startsWith('bigint') || kind.startsWith('boolean')) return 'bigint';
  return kind.startsWith('bytes') || kind.startsWith('energies') ? 'bytea' : 'text';
}
