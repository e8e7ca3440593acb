import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../host/index.ts';
import type { SimulatedStore } from '../simulation/index.ts';
import { openSqliteStore } from '../storage/index.ts';

const DATABASE_FILE = 'wattpurse.db';

/**
 * Stores in real SQLite, each in a folder of its own under the system's temporary one, which `end` removes. One life is
 * lived after the other, so that the next store closes and removes the one before. Nobody tells a store that it was put
 * back: it finds so by its commit mark (X9).
 */
export function simulatedSqlite(): { readonly open: () => SimulatedStore; readonly end: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-simulate-'));
  let lives = 0;
  let last: { readonly store: Store; readonly folder: string } | undefined;
  const inFolder = (own: string): SimulatedStore => {
    const store = openSqliteStore(join(own, 'data'));
    last = { store, folder: own };
    return { store, backUp: () => backUp(store, own, inFolder) };
  };
  return {
    open: () => {
      const before = last;
      void before?.store.close().then(() => rmSync(before.folder, { recursive: true, force: true }));
      return inFolder(join(folder, `${lives++}`));
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function backUp(store: Store, folder: string, inFolder: (folder: string) => SimulatedStore) {
  const database = join(folder, 'data', DATABASE_FILE);
  const copy = join(folder, 'copy.db');
  rmSync(copy, { force: true });
  const reader = new DatabaseSync(database, { readOnly: true });
  reader.prepare('VACUUM INTO ?').run(copy);
  reader.close();
  return async () => {
    await store.close();
    for (const tail of ['', '-wal', '-shm']) rmSync(database + tail, { force: true });
    cpSync(copy, database);
    return inFolder(folder);
  };
}
