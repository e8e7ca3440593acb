import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { HeadSigner, Store } from '../../src/host/index.ts';
import { testKeys } from '../../src/storage/book-audit.testing.ts';
import {
  type BookSource,
  openBookFile,
  openBookServer,
  openPostgresStore,
  openSqliteStore,
} from '../../src/storage/index.ts';
import { postgresMissing, startPostgres, type TestServer } from '../../src/storage/postgres.testing.ts';

/** Books that are sealed, and the same as an audit reads them. */
export interface Place {
  readonly store: Store & HeadSigner;
  readonly source: () => Promise<BookSource> | BookSource;
}

interface SealedPlace {
  readonly name: string;
  readonly skip: string | false;
  /** New ones each time. */
  readonly open: () => Promise<Place>;
}

/** The keys under which the books of `SEALED_PLACES` are sealed. */
export const books = testKeys();
const seals = { keys: async () => books.keys };

const root = mkdtempSync(join(tmpdir(), 'wattpurse-sealed-'));
let server: TestServer | undefined;
let places = 0;
after(async () => {
  rmSync(root, { recursive: true });
  await server?.stop();
});

/** Sealed books in each engine. */
export const SEALED_PLACES: readonly SealedPlace[] = [
  {
    name: 'sqlite',
    skip: false,
    async open() {
      const folder = join(root, `books${++places}`);
      return { store: openSqliteStore(folder, seals), source: () => openBookFile(join(folder, 'wattpurse.db')) };
    },
  },
  {
    name: 'postgresql',
    skip: postgresMissing,
    async open() {
      server ??= await startPostgres();
      const { url } = server;
      const schema = `books${++places}`;
      return { store: await openPostgresStore(url, { schema, seals }), source: () => openBookServer(url, schema) };
    },
  },
];
