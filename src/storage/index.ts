/** Stores behind the host's ports. */
export { openPostgresStore, type PostgresSettings } from './postgres.ts';
export { openSqliteStore } from './sqlite.ts';
