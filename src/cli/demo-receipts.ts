import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawSigningKey, receiptSigner } from '../adapters/receipt-jose.ts';
import type { ReceiptSigner } from '../host/index.ts';
import { RECEIPT_KEY_FILE, RECEIPT_KEYS_FILE } from './folder-files.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

/**
 * Who signs the receipts of a demo: a key in its folder, drawn with the first start, and beside it what others may
 * know of it, by which anybody can prove a receipt. Where the key is gone another follows, and what the one before
 * signed stays proved.
 * @throws WrongUse when a file is none of what was written
 */
export async function demoReceipts(folder: string): Promise<ReceiptSigner> {
  const path = join(folder, RECEIPT_KEY_FILE);
  if (!existsSync(path)) {
    const { secret, published } = await drawSigningKey(`demo-${randomBytes(4).toString('hex')}`);
    const keys = [...publishedIn(join(folder, RECEIPT_KEYS_FILE)), JSON.parse(published) as unknown];
    // The published half first: no receipt is signed that nobody can prove.
    writeWhole(join(folder, RECEIPT_KEYS_FILE), `${JSON.stringify({ keys })}\n`);
    writeWhole(path, `${secret}\n`);
  }
  const signer = await receiptSigner(readFileSync(path, 'utf8'));
  if ('reason' in signer) throw new WrongUse(`${path}: ${signer.sentence} Put it back from a copy, or delete it.`);
  return signer;
}

function publishedIn(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  try {
    const { keys } = JSON.parse(readFileSync(path, 'utf8')) as { readonly keys?: unknown };
    if (Array.isArray(keys)) return keys as unknown[];
  } catch {
    // What is no JSON is refused as what lacks its keys is.
  }
  throw new WrongUse(`${path} is no JWKS: put it back from a copy, or delete it and prove older receipts with a copy.`);
}
