import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SimulatedStore } from '../simulation/index.ts';
import { openSqliteStore } from '../storage/index.ts';

const DATABASE_FILE = 'wattpurse.db';

/**
 * A store in real SQLite, in a folder of its own under the system's temporary one, which `end` removes. Nobody tells
 * it that it was put back: it finds so by its commit mark (X9).
 */
export function simulatedSqlite(): { readonly open: () => SimulatedStore; readonly end: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-simulate-'));
  return {
    open: () => inFolder(join(folder, 'data'), join(folder, 'copy.db')),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function inFolder(folder: string, copy: string): SimulatedStore {
  const store = openSqliteStore(folder);
  return {
    store,
    backUp: async () => {
      rmSync(copy, { force: true });
      const reader = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
      reader.prepare('VACUUM INTO ?').run(copy);
      reader.close();
      return async () => {
        await store.close();
        for (const tail of ['', '-wal', '-shm']) rmSync(join(folder, DATABASE_FILE + tail), { force: true });
        cpSync(copy, join(folder, DATABASE_FILE));
        return inFolder(folder, copy);
      };
    },
  };
}
