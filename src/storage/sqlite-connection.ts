import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberColumn, type SqlConnection } from './sql.ts';
import { isSame, type SqlRow, type SqlValue, type TableShape } from './table.ts';

const isIn = (places: number, place: number): boolean => Math.floor(places / 2 ** place) % 2 === 1;

/** The sum of 2^place of the values that are others. */
function placesThatDiffer(before: SqlRow, row: SqlRow): number {
  let places = 0;
  for (let i = 0; i < row.length; i++) if (!isSame(before[i], row[i])) places += 2 ** i;
  return places;
}

/** Rows that go in one statement: to hand SQLite a row by itself takes about as long as a small row takes it. */
const ROWS_AT_ONCE = 32;

/** Fewer rows are found one by one: there is nothing to gain. */
const TOGETHER_MIN = 8;

/** SQLite behind the dialect of both engines. Each statement is prepared once. */
export class SqliteConnection implements SqlConnection {
  /** One transaction at a time: there are no others. */
  readonly claiming = '';
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  #reading(sql: string): StatementSync {
    return (
      this.#prepared.get(sql) ??
      this.#prepare(sql, (statement) => {
        statement.setReadBigInts(true);
        statement.setReturnArrays(true);
      })
    );
  }

  /** Says how many rows it changed as a number: two bigints a row would be made for nobody. */
  #writing(sql: string): StatementSync {
    return this.#prepared.get(sql) ?? this.#prepare(sql, () => undefined);
  }

  #prepare(sql: string, set: (statement: StatementSync) => void): StatementSync {
    const statement = this.#database.prepare(sql);
    set(statement);
    this.#prepared.set(sql, statement);
    return statement;
  }

  all(sql: string, values: readonly SqlValue[] = []): readonly SqlRow[] {
    return this.#reading(sql).all(...values) as unknown as SqlRow[];
  }

  run(sql: string, values: readonly SqlValue[] = []): number {
    return Number(this.#writing(sql).run(...values).changes);
  }

  ofKeys(
    { name, columns, list }: TableShape,
    keys: readonly SqlValue[],
    column = columns[0]?.name,
  ): readonly (SqlRow | undefined)[] {
    const text = keys.length < TOGETHER_MIN ? undefined : listOf(keys);
    if (text === undefined) {
      const statement = this.#reading(`SELECT ${list} FROM ${name} WHERE ${column} = ?`);
      return keys.map((key) => statement.get(key) as unknown as SqlRow | undefined);
    }
    // All in one step: the place of its key comes behind each row.
    const statement = this.#reading(
      `SELECT ${list}, key_place FROM (SELECT key AS key_place, value AS key_value FROM json_each(?))
        CROSS JOIN ${name} ON ${column} = key_value`,
    );
    const found = keys.map((): SqlRow | undefined => undefined);
    for (const row of statement.all(text) as unknown as SqlValue[][]) found[Number(row.pop())] = row;
    return found;
  }

  insert(table: TableShape, rows: readonly SqlRow[], conflict: string): void {
    let at = 0;
    for (const count of [ROWS_AT_ONCE, 1]) {
      if (rows.length - at < count) continue;
      const statement = this.#adding(table, conflict, count);
      for (; rows.length - at >= count; at += count) statement.run(...valuesOf(rows, at, at + count));
    }
  }

  put(table: TableShape, rows: readonly SqlRow[], before: readonly (SqlRow | null)[]): void {
    const added: SqlRow[] = [];
    const changed = new Map<number, SqlRow[]>();
    rows.forEach((row, i) => {
      const old = before[i] ?? null;
      if (old === null) {
        added.push(row);
        return;
      }
      const places = placesThatDiffer(old, row);
      const alike = changed.get(places);
      if (alike === undefined) changed.set(places, [row]);
      else alike.push(row);
    });
    // What stays as it is need not be found in an index, and need not be written.
    for (const [places, alike] of changed) this.insert(table, alike, upsertOf(table, places));
    this.insert(table, added, '');
  }

  update({ name, columns, keyPlaces }: TableShape, rows: readonly SqlRow[]): void {
    const assigned = (place: number) => `${columns[place]?.name} = ?`;
    const others = columns.flatMap((_, place) => (keyPlaces.includes(place) ? [] : [place]));
    const sql = `UPDATE ${name} SET ${others.map(assigned).join(', ')} WHERE ${keyPlaces.map(assigned).join(' AND ')}`;
    const statement = this.#writing(sql);
    for (const row of rows) statement.run(...[...others, ...keyPlaces].map((place) => row[place] ?? null));
  }

  #adding({ name, columns, list }: TableShape, conflict: string, count: number): StatementSync {
    const marks = `(${columns.map(() => '?').join(', ')})`;
    return this.#writing(`INSERT INTO ${name} (${list}) VALUES ${Array(count).fill(marks).join(', ')} ${conflict}`);
  }

  nextNumbers(table: string, count: number): number {
    return count === 0 ? 0 : this.#number(`SELECT max(${numberColumn(table)}) FROM ${table}`) + 1;
  }

  /** Rows that were changed on this connection, ever. */
  changes(): number {
    return this.#number('SELECT total_changes()');
  }

  #number(sql: string): number {
    return Number(this.all(sql)[0]?.[0] ?? 0);
  }
}

/** Of the rows from one place to another, in one list. By hand: `flat` takes as long as SQLite. */
function valuesOf(rows: readonly SqlRow[], from: number, to: number): SqlValue[] {
  const values: SqlValue[] = [];
  for (let i = from; i < to; i++) for (const value of rows[i] as SqlRow) values.push(value);
  return values;
}

/** After an INSERT: gives the row that has the key these columns. @param places the sum of 2^place of them */
function upsertOf({ columns, key }: TableShape, places: number): string {
  const changed = columns.filter((_, place) => isIn(places, place));
  return `ON CONFLICT ${key} DO UPDATE SET ${changed.map(({ name }) => `${name} = excluded.${name}`).join(', ')}`;
}

/**
 * Keys as one value for SQLite; `undefined` where it would not find by it what it finds by each: it ends a text of a list
 * at a zero, and leaves half a pair of surrogates as it is.
 */
function listOf(keys: readonly SqlValue[]): string | undefined {
  for (const key of keys) if (typeof key !== 'string' && typeof key !== 'number') return undefined;
  const text = JSON.stringify(keys);
  return text.includes('\\u') ? undefined : text;
}
