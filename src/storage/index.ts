/** Stores behind the host's ports, and how their books come from one to the other. */
export { markAt } from './commit-mark.ts';
export { compareBooks, copyBooks, differs, type TableComparison } from './copy.ts';
export { type BooksPlace, CopyRefused } from './copy-rows.ts';
export { openPostgresStore, type PostgresSettings } from './postgres.ts';
export { openSqliteStore } from './sqlite.ts';
