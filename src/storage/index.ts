/** Stores behind the host's ports. */
export { openSqliteStore } from './sqlite.ts';
