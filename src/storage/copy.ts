import { join } from 'node:path';
import { markAt } from './commit-mark.ts';
import { openPostgresReader, openPostgresSource, openPostgresTarget } from './copy-postgres.ts';
import {
  ALL_TABLES,
  type BooksPlace,
  type BooksReader,
  type BooksSource,
  type BooksTarget,
  CopyRefused,
  compareValues,
  keyColumns,
  valuesEqual,
} from './copy-rows.ts';
import { openSqliteReader, openSqliteSource, openSqliteTarget } from './copy-sqlite.ts';
import { MARK_FILE } from './sqlite.ts';
import type { SqlRow, SqlValue, TableShape } from './table.ts';

/** Keys of rows that differ that are named for each table. */
const NAMED_MAX = 3;

export interface TableComparison {
  readonly table: string;
  /** Rows of the first books. */
  readonly rows: number;
  /** In both, and not the same. */
  readonly differing: number;
  /** In the first books alone. */
  readonly missing: number;
  /** In the second books alone. */
  readonly surplus: number;
  /** Keys of the first few that differ. */
  readonly examples: readonly string[];
}

/**
 * Moves all rows of a utility into an empty place of the other engine, in one snapshot and one transaction, and
 * compares them row by row before that transaction is committed. The mark of the host whose folder is one of the two
 * places follows: its next start finds its own books there, and not a restored database. Hosts with other folders find
 * another database than the one they left, and ask every meter (X9), which is right and takes its time.
 * @throws CopyRefused
 * @throws StoreError when one of the databases does not serve; nothing is left in the target then
 */
export async function copyBooks(from: BooksPlace, to: BooksPlace): Promise<readonly TableComparison[]> {
  const source = await openSource(from, to);
  try {
    const target = await openTarget(from, to);
    try {
      for (const table of target.tables) {
        for await (const rows of source.rows(table)) {
          await target.insert(table, rows);
        }
      }
      const compared = await compare(source, target);
      const wrong = compared.find(differs);
      if (wrong !== undefined) {
        const what = `${wrong.table} ${wrong.examples.join(', ')}`;
        throw new CopyRefused('rows-differ', `The copy is not what was copied (${what}): nothing of it was kept.`);
      }
      await source.assertQuiet();
      await target.commit(await source.commits());
      return compared;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Row by row, each of the two in one snapshot. @throws CopyRefused @throws StoreError */
export async function compareBooks(first: BooksPlace, second: BooksPlace): Promise<readonly TableComparison[]> {
  const one = await openReader(first);
  try {
    const other = await openReader(second);
    try {
      return await compare(one, other);
    } finally {
      await other.close();
    }
  } finally {
    await one.close();
  }
}

export const differs = ({ differing, missing, surplus }: TableComparison): boolean => differing + missing + surplus > 0;

async function openReader(place: BooksPlace): Promise<BooksReader> {
  return 'folder' in place ? openSqliteReader(place.folder) : openPostgresReader(place);
}

async function openSource(from: BooksPlace, to: BooksPlace): Promise<BooksSource> {
  if ('folder' in from) return openSqliteSource(from.folder);
  return openPostgresSource(from, 'folder' in to ? markAt(join(to.folder, MARK_FILE)) : undefined);
}

async function openTarget(from: BooksPlace, to: BooksPlace): Promise<BooksTarget> {
  if ('folder' in to) return openSqliteTarget(to.folder);
  return openPostgresTarget(to, 'folder' in from ? from.folder : undefined);
}

async function compare(
  one: Pick<BooksReader, 'rows'>,
  other: Pick<BooksReader, 'rows'>,
): Promise<readonly TableComparison[]> {
  const found: TableComparison[] = [];
  for (const table of ALL_TABLES) found.push(await compareTable(table, one, other));
  return found;
}

/** Both in the order of the key: what one has and the other has not is seen where it should have come. */
async function compareTable(
  table: TableShape,
  one: Pick<BooksReader, 'rows'>,
  other: Pick<BooksReader, 'rows'>,
): Promise<TableComparison> {
  const places = keyColumns(table).map((name) => table.columns.findIndex((column) => column.name === name));
  const count = { rows: 0, differing: 0, missing: 0, surplus: 0 };
  const examples: string[] = [];
  const note = (what: 'differing' | 'missing' | 'surplus', row: SqlRow) => {
    count[what] += 1;
    if (examples.length < NAMED_MAX) examples.push(places.map((place) => String(row[place])).join(' '));
  };
  const [firsts, seconds] = [rowsOf(table, one), rowsOf(table, other)];
  let [first, second] = [await firsts.next(), await seconds.next()];
  while (!first.done || !second.done) {
    const order = first.done ? 1 : second.done ? -1 : compareKeys(places, first.value, second.value);
    if (order < 0) note('missing', first.value as SqlRow);
    else if (order > 0) note('surplus', second.value as SqlRow);
    else if (!rowsEqual(first.value as SqlRow, second.value as SqlRow)) note('differing', first.value as SqlRow);
    if (order <= 0) {
      count.rows += 1;
      first = await firsts.next();
    }
    if (order >= 0) second = await seconds.next();
  }
  return { table: table.name, ...count, examples };
}

async function* rowsOf(table: TableShape, books: Pick<BooksReader, 'rows'>): AsyncGenerator<SqlRow, undefined> {
  for await (const rows of books.rows(table)) {
    yield* rows;
  }
  return undefined;
}

function compareKeys(places: readonly number[], one: SqlRow, other: SqlRow): number {
  for (const place of places) {
    const order = compareValues(one[place] as SqlValue, other[place] as SqlValue);
    if (order !== 0) return order;
  }
  return 0;
}

const rowsEqual = (one: SqlRow, other: SqlRow): boolean => one.every((value, i) => valuesEqual(value, other[i]));
