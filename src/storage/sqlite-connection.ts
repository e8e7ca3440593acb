import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberColumn, type SqlConnection } from './sql.ts';
import { isSame, type SqlRow, type SqlValue, type TableShape } from './table.ts';

/** A change of some columns: it is given the new values at these places of a row. */
interface Changing {
  readonly statement: StatementSync;
  readonly places: readonly number[];
}

/** The sum of 2^place of more columns than any table has. */
const ALL_PLACES = 2 ** 53 - 1;

const isIn = (places: number, place: number): boolean => Math.floor(places / 2 ** place) % 2 === 1;

/** The sum of 2^place of the values that are others. */
function placesThatDiffer(before: SqlRow, row: SqlRow): number {
  let places = 0;
  for (let i = 0; i < row.length; i++) if (!isSame(before[i], row[i])) places += 2 ** i;
  return places;
}

/**
 * A statement that may have to be undone keeps the pages as they were that it changes: several rows go in one where they
 * share their pages, and only there.
 */
const APPENDED_AT_ONCE = 32;

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
    const statement = this.#adding(table, conflict);
    for (const row of rows) statement.run(...row);
  }

  append(table: TableShape, rows: readonly SqlRow[]): void {
    const whole = rows.length - (rows.length % APPENDED_AT_ONCE);
    if (whole > 0) {
      const statement = this.#adding(table, '', APPENDED_AT_ONCE);
      for (let at = 0; at < whole; at += APPENDED_AT_ONCE) {
        statement.run(...rows.slice(at, at + APPENDED_AT_ONCE).flat());
      }
    }
    this.insert(table, rows.slice(whole), '');
  }

  put(table: TableShape, rows: readonly SqlRow[], before: readonly (SqlRow | null)[]): void {
    const adding = rows.length === 0 ? undefined : this.#adding(table, '');
    const changing = new Map<number, Changing>();
    rows.forEach((row, i) => {
      const old = before[i] ?? null;
      if (old === null) {
        adding?.run(...row);
        return;
      }
      // What stays as it is need not be found in an index, and need not be written.
      const places = placesThatDiffer(old, row);
      let each = changing.get(places);
      if (each === undefined) {
        each = this.#changing(table, places);
        changing.set(places, each);
      }
      each.statement.run(...each.places.map((place) => row[place] ?? null));
    });
  }

  update(table: TableShape, rows: readonly SqlRow[]): void {
    const { statement, places } = this.#changing(table, ALL_PLACES);
    for (const row of rows) statement.run(...places.map((place) => row[place] ?? null));
  }

  #adding({ name, columns, list }: TableShape, conflict: string, count = 1): StatementSync {
    const marks = `(${columns.map(() => '?').join(', ')})`;
    return this.#writing(`INSERT INTO ${name} (${list}) VALUES ${Array(count).fill(marks).join(', ')} ${conflict}`);
  }

  /** @param changed the sum of 2^place of the columns that change */
  #changing({ name, columns, keyPlaces }: TableShape, changed: number): Changing {
    const assigned = (place: number) => `${columns[place]?.name} = ?`;
    const others = columns.flatMap((_, place) => (keyPlaces.includes(place) || !isIn(changed, place) ? [] : [place]));
    const sql = `UPDATE ${name} SET ${others.map(assigned).join(', ')} WHERE ${keyPlaces.map(assigned).join(' AND ')}`;
    return { statement: this.#writing(sql), places: [...others, ...keyPlaces] };
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

/**
 * Keys as one value for SQLite; `undefined` where it would not find by it what it finds by each: it ends a text of a list
 * at a zero, and leaves half a pair of surrogates as it is.
 */
function listOf(keys: readonly SqlValue[]): string | undefined {
  for (const key of keys) if (typeof key !== 'string' && typeof key !== 'number') return undefined;
  const text = JSON.stringify(keys);
  return text.includes('\\u') ? undefined : text;
}
