import type { Journal, JournalQuery, Numbered, NumberIn, OrderedQuery, Shelf, ShelfQuery } from '../host/ports.ts';
import type { Rows } from './rows.ts';
import { columnOf, type SqlRow, type SqlValue, type Table } from './table.ts';

/** A shelf in a table whose first column is `id`. */
export class SqlShelf<R extends { readonly id: string }, Found extends keyof R & string = never>
  implements Shelf<R, Found>
{
  readonly #connection: Rows;
  readonly #table: Table<R>;

  constructor(connection: Rows, table: Table<R>) {
    this.#connection = connection;
    this.#table = table;
  }

  async of(ids: readonly string[]) {
    const found = await this.#connection.ofKeys(this.#table, ids);
    return found.map((row) => (row === undefined ? undefined : this.#table.row(row)));
  }
  where(property: Found, value: R[Found] & (string | number), page?: ShelfQuery) {
    const where = `WHERE "${columnOf(property)}" = ?`;
    if (page === undefined) return this.#all(`${where} ORDER BY id`, [value]);
    return this.#all(`${where} AND id > ? ORDER BY id LIMIT ?`, [value, page.after ?? '', page.limit]);
  }
  page({ after, limit }: ShelfQuery) {
    return after === undefined
      ? this.#all('ORDER BY id LIMIT ?', [limit])
      : this.#all('WHERE id > ? ORDER BY id LIMIT ?', [after, limit]);
  }
  async count(property: Found) {
    const sql = `SELECT count(*) FROM ${this.#table.name} WHERE "${columnOf(property)}" IS NOT NULL`;
    return Number((await this.#connection.all(sql))[0]?.[0]);
  }
  inOrder(
    property: Found,
    value: R[Found] & (string | number),
    by: NumberIn<R>,
    { falling, past, limit }: OrderedQuery,
  ) {
    const number = `"${columnOf(by)}"`;
    const [way, follows] = falling ? ['DESC', '<'] : ['ASC', '>'];
    const after = past === undefined ? '' : ` AND (${number}, id) ${follows} (?, ?)`;
    return this.#all(`WHERE "${columnOf(property)}" = ?${after} ORDER BY ${number} ${way}, id ${way} LIMIT ?`, [
      value,
      ...(past === undefined ? [] : [past.number, past.id]),
      limit,
    ]);
  }
  async add(rows: readonly R[]) {
    await this.#connection.add(this.#table, rows.map(this.#table.values));
  }
  async put(rows: readonly R[]) {
    await this.#connection.put(this.#table, rows.map(this.#table.values));
  }
  async delete(ids: readonly string[]) {
    for (const id of ids) await this.#connection.remove(this.#table, 'WHERE id = ?', [id]);
  }

  async #all(where: string, values: readonly SqlValue[]): Promise<R[]> {
    const found: readonly SqlRow[] = await this.#connection.found(this.#table, where, values);
    return found.map(this.#table.row);
  }
}

/** A journal in a table that has the column `number`. */
export class SqlJournal<R> implements Journal<R> {
  readonly #connection: Rows;
  readonly #table: Table<Numbered<R>>;

  constructor(connection: Rows, table: Table<Numbered<R>>) {
    this.#connection = connection;
    this.#table = table;
  }

  async append(rows: readonly R[]) {
    const first = await this.#connection.nextNumbers(this.#table.name, rows.length);
    const numbered = rows.map((row, i) => this.#table.values({ ...row, number: first + i }));
    await this.#connection.add(this.#table, numbered);
  }
  async page({ before = Number.MAX_SAFE_INTEGER, limit }: JournalQuery) {
    const where = 'WHERE number < ? ORDER BY number DESC LIMIT ?';
    return (await this.#connection.found(this.#table, where, [before, limit])).map(this.#table.row);
  }
}
