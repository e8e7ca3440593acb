import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bookKeys, type PublishedBookKeys } from '../adapters/book-keys.ts';
import type { SoftwareKeyStore } from '../crypto/index.ts';
import type { Head, Numbered } from '../host/index.ts';
import type { SealSettings } from '../storage/index.ts';
import { BOOK_KEYS_FILE, HEADS_FILE, OWNER_ONLY } from './folder-files.ts';
import { writeWhole } from './write-whole.ts';

/**
 * How the books of a folder are sealed: with keys that come from its keyring, whose published half is put into the folder,
 * as is each head that is signed.
 * @param keyring asked once, when the first row is to be written
 */
export function sealsOf(folder: string, keyring: () => Promise<SoftwareKeyStore>): SealSettings {
  let keys: Promise<PublishedBookKeys> | undefined;
  const open = async () => {
    const opened = bookKeys((await keyring()).bookSecret());
    const path = join(folder, BOOK_KEYS_FILE);
    const text = `${opened.published}\n`;
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeWhole(path, text);
    return opened;
  };
  return {
    keys: () => {
      keys ??= open();
      return keys;
    },
    keep: (head) => appendFileSync(join(folder, HEADS_FILE), `${JSON.stringify(head)}\n`, { mode: OWNER_ONLY }),
  };
}

/** The heads of a file, each a line; what is no head is passed over, as a line that was cut short is. */
export function parseKeptHeads(text: string): Numbered<Head>[] {
  return text.split('\n').flatMap((line) => {
    try {
      const { number, at, body, kid, signature } = JSON.parse(line) as Partial<Numbered<Head>>;
      const isHead = typeof body === 'string' && typeof kid === 'string' && typeof signature === 'string';
      return isHead && typeof number === 'number' && at !== undefined ? [{ number, at, body, kid, signature }] : [];
    } catch {
      return [];
    }
  });
}
