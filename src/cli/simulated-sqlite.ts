import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Suite } from '../crypto/index.ts';
import type { Store } from '../host/index.ts';
import type { SimulatedStore } from '../simulation/index.ts';
import { openSqliteStore } from '../storage/index.ts';
import { findingText, proveBooks } from './audit-books.ts';
import { sealsOf } from './book-seals.ts';
import { demoKeys } from './demo-keys.ts';
import { DATABASE_FILE, KEYS_FILE } from './folder-files.ts';

const RECEIPT_KEYS_FILE = 'receipts.jwks';

/**
 * Stores in real SQLite, each in a folder of its own under the system's temporary one, which `end` removes. One life is
 * lived after the other, so that the next store closes and removes the one before. Nobody tells a store that it was put
 * back: it finds so by its commit mark (X9). Its books are sealed under a keyring of the folder, and audited as those of
 * any other host are.
 *
 * @param receiptKeys by which receipts of the lives are proved, a JWKS
 */
export function simulatedSqlite(receiptKeys: string): {
  readonly open: () => SimulatedStore;
  readonly end: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-simulate-'));
  const receiptKeysFile = join(folder, RECEIPT_KEYS_FILE);
  writeFileSync(receiptKeysFile, receiptKeys);
  let lives = 0;
  let last: { readonly store: Store; readonly folder: string } | undefined;
  const inFolder = (own: string): SimulatedStore => {
    const data = join(own, 'data');
    const keyring = join(data, KEYS_FILE);
    const store = openSqliteStore(
      data,
      sealsOf(data, () => demoKeys(keyring, Suite.aes128)),
    );
    last = { store, folder: own };
    const audit = async () => {
      const { findings } = await proveBooks({ data, database: undefined, keys: [keyring, receiptKeysFile] });
      return findings.map((finding) => findingText(finding).replace(/\.$/, ''));
    };
    return { store, backUp: () => backUp(store, own, inFolder), sealed: { heads: store, audit } };
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
