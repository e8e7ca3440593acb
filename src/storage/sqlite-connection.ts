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

  nextNumbers(table: string, count: number): number {
    return count === 0 ? 0 : this.#number(`SELECT max(${numberColumn(table)}) FROM ${table}`) + 1;
  }

  /** Rows that were changed on this connection, ever. */
  changes(): number {
    return this.#number('SELECT total_changes()');
  }
  /** Transactions that changed something; 0 before the first. */
  lastCommit(): number {
    return this.#number("SELECT value FROM facts WHERE name = 'commit'");
  }
  /** Inside a transaction: its number. */
  countCommit(): number {
    this.run("INSERT INTO facts (name, value) VALUES ('commit', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");
    return this.lastCommit();
  }
  /** Inside a transaction: goes on counting where the books were, and leaves word for the host. */
  noteRestored(commit: number): void {
    this.noteCommit(commit + 1);
    this.run(SET_FACT, ['restored', 1]);
  }
  /** Inside a transaction: that it is the one of that number. */
  noteCommit(commit: number): void {
    this.run(SET_FACT, ['commit', commit]);
  }

  #number(sql: string): number {
    return Number(this.all(sql)[0]?.[0] ?? 0);
  }
}

const SET_FACT =
  'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
