import { BLOCK_MAX, Block } from './chain.ts';
import type { Lane } from './lane.ts';
import { TAINTED } from './row-seal.ts';
import type { Awaitable, SqlConnection } from './sql.ts';
import { isSame, type SqlRow, type SqlValue, shapeOf, type Table, type TableShape } from './table.ts';
import { lines, postings } from './tables.ts';

/** A posting with the lane that wrote it, and, if it is the last of its block, the digest of that. */
export const CHAINED_POSTINGS: TableShape = shapeOf(
  postings.name,
  [...postings.columns, { name: '"lane"', kind: 'number?' }, { name: '"digest"', kind: 'bytes?' }],
  ['"sequence"'],
);

type AnyTable = Pick<Table<never>, keyof TableShape | 'sealed'>;

/**
 * All rows that a connection reads and writes, and with a lane their seals: nothing else writes a row. What a
 * transaction has read it need not read again to know what it replaces.
 */
export class Rows {
  readonly #connection: SqlConnection;
  readonly #block = new Block();
  /** Of this transaction, by table and key: as they stand, or `null` for one that is not there. */
  readonly #known = new Map<string, Map<string, SqlRow | null>>();
  #lane: Lane | undefined;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  /** From here on what is written is sealed, if there is a lane. */
  begin(lane: Lane | undefined): void {
    this.#lane = lane;
    this.#known.clear();
  }

  get claiming(): string {
    return this.#connection.claiming;
  }
  all(sql: string, values?: readonly SqlValue[]): Awaitable<readonly SqlRow[]> {
    return this.#connection.all(sql, values);
  }
  nextNumbers(table: string, count: number): Awaitable<number> {
    return this.#connection.nextNumbers(table, count);
  }

  /** Rows that several tables make together: they are only read. */
  joined(table: TableShape, keys: readonly SqlValue[]): Awaitable<readonly (SqlRow | undefined)[]> {
    return this.#connection.ofKeys(table, keys);
  }

  /** @param where all that follows the table's name */
  async found(table: AnyTable, where: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    const { list, name } = this.#shape(table);
    const found = await this.#connection.all(`SELECT ${list} FROM ${name} ${where}`, values);
    if (this.#isSealed(table)) for (const row of found) this.#knows(table, keyOf(table, row), row);
    return found;
  }

  async ofKeys(table: AnyTable, keys: readonly SqlValue[], column?: string): Promise<readonly (SqlRow | undefined)[]> {
    const found = await this.#connection.ofKeys(this.#shape(table), keys, column);
    if (!this.#isSealed(table)) return found;
    const byKey = table.keyPlaces.length === 1 && (column === undefined ? 0 : -1) === table.keyPlaces[0];
    for (let i = 0; i < keys.length; i++) {
      const row = found[i];
      if (byKey) this.#knows(table, String(keys[i]), row ?? null);
      else if (row !== undefined) this.#knows(table, keyOf(table, row), row);
    }
    return found;
  }

  /** New ones. */
  async add(table: AnyTable, rows: readonly SqlValue[][]): Promise<void> {
    const lane = this.#lane;
    if (lane !== undefined) {
      // Where nothing of the table was read yet, nothing says that these are not there.
      const isKnown = this.#known.has(table.name);
      for (const row of rows) {
        row.push(lane.added(table, row));
        if (isKnown) this.#knows(table, keyOf(table, row), row);
      }
    }
    await this.#connection.insert(this.#shape(table), rows, '');
  }

  /** What has the key of a row gives it its place; no two rows have one key. */
  async put(table: AnyTable, rows: readonly SqlValue[][]): Promise<void> {
    if (this.#lane === undefined) return this.#connection.insert(table, rows, table.upsert);
    const before = await this.#standing(table, rows);
    const isKnown = this.#known.has(table.name);
    const others: SqlValue[][] = [];
    const theirs: (SqlRow | null)[] = [];
    rows.forEach((row, i) => {
      const old = before[i] ?? null;
      if (!this.#replaced(table, old, row, isKnown)) return;
      others.push(row);
      theirs.push(old);
    });
    await this.#connection.put(table.sealed, others, theirs);
  }

  /** The rows that a condition finds, each as `to` makes it; keys stay. */
  async change(
    table: AnyTable,
    where: string,
    values: readonly SqlValue[],
    to: (row: SqlRow) => SqlValue[],
  ): Promise<void> {
    const found = await this.found(table, where, values);
    const changed = found.map(to);
    if (this.#lane === undefined) return this.#connection.update(table, changed);
    const others = changed.filter((row, i) => this.#replaced(table, found[i] ?? null, row, true));
    await this.#connection.update(table.sealed, others);
  }

  async remove(table: AnyTable, where: string, values: readonly SqlValue[]): Promise<void> {
    const lane = this.#lane;
    if (lane !== undefined) {
      for (const row of await this.found(table, where, values)) {
        lane.removed(table, row);
        this.#knows(table, keyOf(table, row), null);
      }
    }
    await this.#connection.run(`DELETE FROM ${table.name} ${where}`, values);
  }

  /** @param itsLines of each posting */
  async post(added: readonly SqlValue[][], itsLines: readonly SqlValue[][][]): Promise<void> {
    const lane = this.#lane;
    if (lane !== undefined) {
      const block = this.#block;
      for (let i = 0; i < added.length; i++) {
        if (i % BLOCK_MAX === 0) block.begin(lane.tip, lane.id);
        const posting = added[i] as SqlValue[];
        block.posting(posting, itsLines[i] as SqlValue[][]);
        const ends = block.postings === BLOCK_MAX || i === added.length - 1;
        if (ends) lane.posted(block.postings, block.digest());
        posting.push(lane.id, ends ? lane.tip : null);
      }
    }
    await this.#connection.insert(lane === undefined ? postings : CHAINED_POSTINGS, added, '');
    await this.#connection.insert(lines, itsLines.flat(), '');
  }

  /** Takes the row into the sums in the place of the one before; false where nothing changes. */
  #replaced(table: AnyTable, before: SqlRow | null, row: SqlValue[], isKnown: boolean): boolean {
    const lane = this.#lane as Lane;
    if (before !== null && same(before, row)) return false;
    const width = table.columns.length;
    // What somebody else has changed goes out of the sum as it is, and was never in it: an audit finds it for ever.
    const isTainted = before !== null && lane.removed(table, before) !== Number(before[width] ?? TAINTED);
    const seal = lane.added(table, row);
    row.push(isTainted ? TAINTED : seal);
    if (isKnown) this.#knows(table, keyOf(table, row), row);
    return true;
  }

  async #standing(table: AnyTable, rows: readonly SqlRow[]): Promise<(SqlRow | null)[]> {
    const known = this.#known.get(table.name);
    if (known === undefined) return this.#stored(table, rows);
    const standing = rows.map((row) => known.get(keyOf(table, row)));
    const stored = await this.#stored(
      table,
      rows.filter((_, i) => standing[i] === undefined),
    );
    let next = 0;
    return standing.map((row) => (row === undefined ? (stored[next++] ?? null) : row));
  }

  /** What stands in the database at the key of each. */
  async #stored(table: AnyTable, rows: readonly SqlRow[]): Promise<(SqlRow | null)[]> {
    if (rows.length === 0) return [];
    const [place, ...more] = table.keyPlaces as [number, ...number[]];
    if (more.length === 0) {
      const keys = rows.map((row) => row[place] ?? null);
      const found = await this.#connection.ofKeys(table.sealed, keys, table.columns[place]?.name);
      return found.map((row) => row ?? null);
    }
    const where = table.keyPlaces.map((each) => `${table.columns[each]?.name} = ?`).join(' AND ');
    const sql = `SELECT ${table.sealed.list} FROM ${table.name} WHERE ${where}`;
    const stored: (SqlRow | null)[] = [];
    for (const row of rows) {
      const values = table.keyPlaces.map((each) => row[each] ?? null);
      stored.push((await this.#connection.all(sql, values))[0] ?? null);
    }
    return stored;
  }

  #isSealed(table: AnyTable): boolean {
    return this.#lane !== undefined && !isChained(table);
  }
  #shape(table: AnyTable): TableShape {
    return this.#isSealed(table) ? table.sealed : table;
  }
  #knows({ name }: TableShape, key: string, row: SqlRow | null): void {
    let rows = this.#known.get(name);
    if (rows === undefined) {
      rows = new Map();
      this.#known.set(name, rows);
    }
    rows.set(key, row);
  }
}

/** Postings and their lines have no seals of their own: the chain covers them. */
export const isChained = ({ name }: TableShape): boolean => name === postings.name || name === lines.name;

function keyOf({ keyPlaces }: TableShape, row: SqlRow): string {
  if (keyPlaces.length === 1) return String(row[keyPlaces[0] as number]);
  return keyPlaces.map((place) => row[place]).join('\0');
}

/** Whether the values of a row are those of the one before. */
function same(before: SqlRow, row: SqlRow): boolean {
  for (let i = 0; i < row.length; i++) if (!isSame(before[i], row[i])) return false;
  return true;
}
