import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bookKeys, parseBookVerifier } from '../adapters/book-keys.ts';
import { parseReceiptKeys } from '../adapters/receipt-jose.ts';
import { openKeyRing, SoftwareKeyStore } from '../crypto/index.ts';
import type { BookVerifier, ReceiptKeys, RowKeys } from '../host/index.ts';
import { DEMO_PASSPHRASE, systemRandomness } from './demo-keys.ts';
import { BOOK_KEYS_FILE, KEYS_FILE, RECEIPT_KEYS_FILE } from './folder-files.ts';
import { passphrase, passphraseOrigin } from './passphrase.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/** What an audit has to prove books with. */
export interface AuditKeys {
  readonly verifier: BookVerifier;
  /** `undefined` without a keyring. */
  readonly rowKeys: RowKeys | undefined;
  readonly receiptKeys: readonly ReceiptKeys[];
}

/**
 * The keys in the files that were named, each a keyring or published keys (JWKS); or what the folder of the books holds.
 * @throws WrongUse
 */
export async function readAuditKeys(named: readonly string[], folder: string): Promise<AuditKeys> {
  if (named.length > 0) return joined(await Promise.all(named.map((path) => keysIn(path))));
  const published = join(folder, BOOK_KEYS_FILE);
  const files = existsSync(published) ? [await keysIn(published)] : [];
  const keyring = join(folder, KEYS_FILE);
  if (existsSync(keyring)) {
    try {
      files.push(await keysIn(keyring));
    } catch (error) {
      // Whoever has no passphrase proves what the published key proves.
      if (!(error instanceof WrongUse) || files.length === 0 || passphrase() !== undefined) throw error;
    }
  }
  if (files.length === 0) {
    throw new WrongUse(`${folder} holds no keys of its books: name the keyring or the published key with --key.`);
  }
  const ofReceipts = join(folder, RECEIPT_KEYS_FILE);
  return joined(existsSync(ofReceipts) ? [...files, await keysIn(ofReceipts)] : files);
}

interface KeysOfFile {
  readonly verifier: BookVerifier | undefined;
  readonly rowKeys: RowKeys | undefined;
  readonly receiptKeys: ReceiptKeys | undefined;
}

async function keysIn(path: string): Promise<KeysOfFile> {
  const bytes = readNamedFile(path, 'key file', MEBIBYTE);
  const text = bytes.toString('utf8');
  if (text.trimStart().startsWith('{')) return published(path, text);
  const opened = await openKeyRing(bytes, passphrase() ?? DEMO_PASSPHRASE, systemRandomness);
  if (!(opened instanceof SoftwareKeyStore)) {
    throw new WrongUse(`${path}: ${opened.sentence} The passphrase comes from ${passphraseOrigin()}.`);
  }
  const keys = bookKeys(opened.bookSecret());
  return { ...(await published(path, keys.published)), rowKeys: keys };
}

async function published(path: string, jwks: string): Promise<KeysOfFile> {
  const verifier = parseBookVerifier(jwks);
  const receiptKeys = await parseReceiptKeys(jwks);
  if (verifier === undefined || 'reason' in receiptKeys) {
    throw new WrongUse(`${path} holds no published key of Ed25519: name a JWKS that does, or a keyring.`);
  }
  return { verifier, rowKeys: undefined, receiptKeys };
}

function joined(files: readonly KeysOfFile[]): AuditKeys {
  const verifiers = files.flatMap(({ verifier }) => (verifier === undefined ? [] : [verifier]));
  return {
    verifier: {
      signed(kid, bytes, signature) {
        for (const verifier of verifiers) {
          const answer = verifier.signed(kid, bytes, signature);
          if (answer !== undefined) return answer;
        }
        return undefined;
      },
    },
    rowKeys: files.find(({ rowKeys }) => rowKeys !== undefined)?.rowKeys,
    receiptKeys: files.flatMap(({ receiptKeys }) => (receiptKeys === undefined ? [] : [receiptKeys])),
  };
}
