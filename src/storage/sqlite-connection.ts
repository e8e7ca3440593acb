import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberColumn, type SqlConnection } from './sql.ts';
import type { SqlRow, SqlValue, TableShape } from './table.ts';

/** SQLite behind the dialect of both engines. Each statement is prepared once. */
export class SqliteConnection implements SqlConnection {
  /** One transaction at a time: there are no others. */
  readonly claiming = '';
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  all(sql: string, values: readonly SqlValue[] = []): readonly SqlRow[] {
    return this.#statement(sql).all(...values) as unknown as SqlRow[];
  }

  run(sql: string, values: readonly SqlValue[] = []): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  ofKeys(
    { name, columns, list }: TableShape,
    keys: readonly SqlValue[],
    column = columns[0]?.name,
  ): readonly (SqlRow | undefined)[] {
    const statement = this.#statement(`SELECT ${list} FROM ${name} WHERE ${column} = ?`);
    return keys.map((key) => statement.get(key) as unknown as SqlRow | undefined);
  }

  insert({ name, columns, list }: TableShape, rows: readonly SqlRow[], conflict: string): void {
    const marks = columns.map(() => '?').join(', ');
    const statement = this.#statement(`INSERT INTO ${name} (${list}) VALUES (${marks}) ${conflict}`);
    for (const row of rows) statement.run(...row);
  }

  update(table: TableShape, rows: readonly SqlRow[]): void {
    const assigned = (place: number) => `${table.columns[place]?.name} = ?`;
    const others = table.columns.flatMap((_, place) => (table.keyPlaces.includes(place) ? [] : [place]));
    const sets = others.map(assigned).join(', ');
    const where = table.keyPlaces.map(assigned).join(' AND ');
    const statement = this.#statement(`UPDATE ${table.name} SET ${sets} WHERE ${where}`);
    for (const row of rows) statement.run(...[...others, ...table.keyPlaces].map((place) => row[place] ?? null));
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
