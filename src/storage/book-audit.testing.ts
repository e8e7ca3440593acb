import { createHash, generateKeyPairSync, sign as signed, verify as verified } from 'node:crypto';
import type { BookKeys, BookVerifier } from '../host/ports.ts';
import { type AuditKnowledge, auditBooks, type BookAudit } from './book-audit.ts';
import type { BookSource } from './book-source.ts';

/** Keys of books that are nobody's, each time others. */
export function testKeys(kid = 'books'): { readonly keys: BookKeys; readonly verifier: BookVerifier } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const bytes = (use: string) => new Uint8Array(createHash('sha256').update(`${kid} ${use}`).digest());
  return {
    keys: { kid, rows: bytes('rows'), lanes: bytes('lanes'), sign: (text) => signed(null, text, privateKey) },
    verifier: {
      signed: (name, text, signature) => (name === kid ? verified(null, text, publicKey, signature) : undefined),
    },
  };
}

/** An audit of books whose source is closed after it. */
export async function audited(
  source: BookSource,
  { keys, verifier }: ReturnType<typeof testKeys>,
  more: Partial<AuditKnowledge> = {},
): Promise<BookAudit> {
  try {
    return await auditBooks(source, {
      verifier,
      rowKeys: keys,
      receipt: async () => undefined,
      kept: [],
      mark: undefined,
      ...more,
    });
  } finally {
    await source.close();
  }
}
