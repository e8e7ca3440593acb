import { createHash, generateKeyPairSync, sign as signed, verify as verified } from 'node:crypto';
import type { BookKeys, BookVerifier } from '../host/ports.ts';
import {
  auditLedger,
  auditRows,
  type LedgerAudit,
  type LedgerKnowledge,
  type RowsAudit,
  type RowsKnowledge,
} from './book-audit.ts';
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

/** Of vouchers, where they are somebody else's to look at. */
export const NO_FAULTS: LedgerKnowledge['vouchers'] = {
  found: () => undefined,
  voucherFault: () => undefined,
  tradeFault: () => undefined,
};

/** An audit of books whose source is closed after it. */
export async function audited(
  source: BookSource,
  { keys, verifier }: ReturnType<typeof testKeys>,
  more: Partial<LedgerKnowledge & RowsKnowledge> = {},
): Promise<LedgerAudit & RowsAudit> {
  try {
    const rowKeys = 'rowKeys' in more ? more.rowKeys : keys;
    const vend = more.vend ?? (() => undefined);
    const vouchers = more.vouchers ?? NO_FAULTS;
    const ledger = await auditLedger(source, { verifier, rowKeys, kept: more.kept ?? [], vend, vouchers });
    const rows = await auditRows(source, { rowKeys, receipt: async () => undefined, mark: more.mark });
    return { ...ledger, ...rows, findings: [...ledger.findings, ...rows.findings] };
  } finally {
    await source.close();
  }
}
