import { type BookSource, type Marked, openBookFile, openBookServer } from '../storage/index.ts';

/** What the thread that proves rows and receipts is given. */
export interface RowsAsked {
  /** A file of SQLite or the address of a PostgreSQL database. */
  readonly database: string;
  /** Where keys are looked for. */
  readonly folder: string;
  /** Files of keys that were named. */
  readonly keys: readonly string[];
  /** What stands beside a file. */
  readonly mark: Marked | undefined;
}

export const isPostgres = (database: string): boolean => /^postgres(ql)?:/.test(database);

/** @throws StoreError */
export const openBooks = async (database: string): Promise<BookSource> =>
  isPostgres(database) ? openBookServer(database) : openBookFile(database);
