import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { MemoryStore, type Store } from '../../src/host/index.ts';
import { openPostgresStore, openSqliteStore } from '../../src/storage/index.ts';
import { postgresMissing, startPostgres, type TestServer } from '../../src/storage/postgres.testing.ts';

/** One of the stores that keep the same contract; each `open` gives an empty one. */
export interface StoreKind {
  readonly name: string;
  readonly skip: string | false;
  readonly open: () => Promise<{ readonly store: Store; readonly clean: () => void }>;
}

let server: TestServer | undefined;
after(() => server?.stop());
let utilities = 0;

export const STORES: readonly StoreKind[] = [
  { name: 'memory', skip: false, open: async () => ({ store: new MemoryStore(), clean: () => {} }) },
  {
    name: 'sqlite',
    skip: false,
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'wattpurse-store-'));
      return { store: openSqliteStore(folder), clean: () => rmSync(folder, { recursive: true }) };
    },
  },
  {
    name: 'postgresql',
    skip: postgresMissing,
    open: async () => {
      server ??= await startPostgres();
      return { store: await openPostgresStore(server.url, { schema: `utility${++utilities}` }), clean: () => {} };
    },
  },
];
