import { join } from 'node:path';
import { CommitMark, type Marked } from './commit-mark.ts';
import { lanes } from './lanes.ts';
import { CHAINED_POSTINGS } from './rows.ts';
import { MARK_FILE } from './sqlite.ts';
import type { SqlRow, SqlValue, TableShape } from './table.ts';
import * as tables from './tables.ts';

/**
 * Every table of a utility: what `tables.ts` defines is copied, and nothing has to be listed again. Seals, chains and the
 * states of lanes come with the rows as they are, so that an audit proves of a copy what it proves of the books.
 */
export const ALL_TABLES: readonly TableShape[] = [
  ...Object.values(tables).map((each) => {
    if (each === tables.postings) return CHAINED_POSTINGS;
    return each === tables.lines ? each : each.sealed;
  }),
  lanes,
].toSorted((one, other) => (one.name < other.name ? -1 : 1));

/** A folder with SQLite, or a schema in PostgreSQL, `public` where none is named. */
export type BooksPlace = { readonly folder: string } | { readonly url: string; readonly schema?: string };

export type CopyReason =
  /** Nobody can copy from there, or to there, as it is named. */
  | 'source-missing'
  | 'source-older'
  | 'source-in-use'
  /** Older than what its meters know of (X9), or than what went elsewhere. */
  | 'source-older-copy'
  | 'target-not-empty'
  /** The other engine does not take it. */
  | 'row-refused'
  | 'rows-differ'
  /** It went away while it committed. */
  | 'target-unknown'
  /** The books are copied, and a host that starts with them takes them for restored. */
  | 'mark-unwritten';

/** One sentence for a person. But for the last two reasons the target is as it was. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  readonly reason: CopyReason;

  constructor(reason: CopyReason, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.reason = reason;
  }
}

/** Books of one utility in one snapshot. */
export interface BooksReader {
  /** All rows of a table in the order of its key, text by its bytes; so many at once as a small memory holds. */
  rows(table: TableShape): AsyncIterable<readonly SqlRow[]>;
  /** Commits that were counted, here or before the books came here: what counts fewer is an older copy. */
  commits(): Promise<number>;
  close(): Promise<void>;
}

export interface BooksSource extends BooksReader {
  /**
   * Asked once more before the copy counts.
   * @throws CopyRefused when a host came to it, which would go on there
   */
  assertQuiet(): Promise<void>;
}

/** An empty place that is filled in one transaction: until `commit` nobody sees anything, and `close` leaves nothing. */
export interface BooksTarget extends Pick<BooksReader, 'rows' | 'close'> {
  /** All tables, each after those that it refers to. */
  readonly tables: readonly TableShape[];
  /** @throws CopyRefused `row-refused` */
  insert(table: TableShape, rows: readonly SqlRow[]): Promise<void>;
  /** Durable when it resolves. Numbers go on where the rows end. */
  commit(commits: number): Promise<void>;
}

/** A few megabytes: rows with bytes have up to 180 kB, the others some hundred bytes. */
export const rowsAtOnce = ({ columns }: TableShape): number =>
  columns.some(({ kind }) => kind.startsWith('bytes') || kind.startsWith('energies')) ? 20 : 1_000;

export const keyColumns = ({ key }: TableShape): string[] => key.slice(1, -1).split(', ');

/** @param references pairs of a table and one that it refers to */
export function inOrderOfReference(references: readonly (readonly [string, string])[]): TableShape[] {
  const ordered: TableShape[] = [];
  while (ordered.length < ALL_TABLES.length) {
    const left = ALL_TABLES.filter((table) => !ordered.includes(table));
    const waits = ({ name }: TableShape) =>
      references.some(([from, to]) => from === name && to !== name && left.some((other) => other.name === to));
    const next = left.filter((table) => !waits(table));
    if (next.length === 0) throw new Error('tables refer to each other in a circle');
    ordered.push(...next);
  }
  return ordered;
}

export const valuesEqual = (a: SqlValue | undefined, b: SqlValue | undefined): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;

/** As both engines order keys: integers by size, text by its bytes. */
export function compareValues(a: SqlValue, b: SqlValue): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return (a as bigint) < (b as bigint) ? -1 : 1;
}

export function rowRefused({ name }: TableShape, error: unknown): CopyRefused {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = `A row of ${name} cannot stand in the other database (${message}): nothing was copied.`;
  return new CopyRefused('row-refused', sentence, { cause: error });
}

/** The host of a folder finds its own books where they went, and no restored ones. @throws CopyRefused */
export function moveMark(folder: string, { database, position, isOfCopy }: Marked): void {
  try {
    const mark = new CommitMark(join(folder, MARK_FILE), database);
    mark.write(position, isOfCopy);
    mark.close();
  } catch (error) {
    const sentence = `The books are copied, but ${join(folder, MARK_FILE)} could not be written: the next start asks every meter first.`;
    throw new CopyRefused('mark-unwritten', sentence, { cause: error });
  }
}
