/** Stores behind the host's ports. */
export { openSqliteStore, SqliteStore } from './sqlite.ts';
