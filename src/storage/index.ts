/** Stores behind the host's ports, how their books come from one to the other, and the audit of what is in them. */
export { auditLedger, auditRows, type LedgerAudit, type RowsAudit } from './book-audit.ts';
export { type BookContents, type BookHealth, examineBooks, type StandingRotation } from './book-health.ts';
export { type BookSource, openBookFile, openBookServer } from './book-source.ts';
export { type Marked, markAt } from './commit-mark.ts';
export { compareBooks, copyBooks, differs, type TableComparison } from './copy.ts';
export { type BooksPlace, CopyRefused } from './copy-rows.ts';
export type { SealSettings } from './heads.ts';
export { openPostgresStore, type PostgresSettings } from './postgres.ts';
export { type BooksInFile, booksIn, SCHEMA_VERSION, type SnapshotOf, snapshotBooks } from './snapshot.ts';
export { lockFile, openSqliteStore } from './sqlite.ts';
