import type { SqlRow, SqlValue, TableShape } from './table.ts';

/** SQLite answers at once, PostgreSQL later. */
export type Awaitable<T> = T | Promise<T>;

/**
 * One connection in the dialect that both engines share: `?` marks a value, ON CONFLICT is an upsert. The caller holds
 * the transaction.
 */
export interface SqlConnection {
  all(sql: string, values?: readonly SqlValue[]): Awaitable<readonly SqlRow[]>;
  /** How many rows it changed. */
  run(sql: string, values?: readonly SqlValue[]): Awaitable<number>;
  /** The rows whose column, the first where none is named, is one of `keys`, in their order. */
  ofKeys(table: TableShape, keys: readonly SqlValue[], column?: string): Awaitable<readonly (SqlRow | undefined)[]>;
  /** Inserts each row, in order; `conflict` is what stands after VALUES. No two rows have one key. */
  insert(table: TableShape, rows: readonly SqlRow[], conflict: string): Awaitable<void>;
  /** Gives each its place: of a new one, whose row before is `null`, or of the row that has its key. */
  put(table: TableShape, rows: readonly SqlRow[], before: readonly (SqlRow | null)[]): Awaitable<void>;
  /** Gives the row with the key of each these values. */
  update(table: TableShape, rows: readonly SqlRow[]): Awaitable<void>;
  /**
   * The first of the next `count` numbers of a table's rows, which count them as they come. Who has numbers of the
   * ledger commits before anybody gets later ones: whoever read up to one has read all before it.
   */
  nextNumbers(table: string, count: number): Awaitable<number>;
  /** What makes rows that a query found this transaction's own, and passes over those of others. */
  readonly claiming: string;
}

/** Tables that have counted their rows under another name than `number`. */
export const numberColumn = (table: string): string =>
  table === 'orders' || table === 'postings' ? 'sequence' : 'number';
