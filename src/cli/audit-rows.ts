import { parentPort, workerData } from 'node:worker_threads';
import {
  type IssuedReceipt,
  parseSignedReceipt,
  type ReceiptKey,
  type ReceiptKeys,
  verifyReceipt,
} from '../host/index.ts';
import { auditRows } from '../storage/index.ts';
import { readAuditKeys } from './audit-keys.ts';
import { openBooks, type RowsAsked } from './audit-source.ts';

/** On a thread of its own: proves the rows of all tables but the ledger's, and the receipts in them. */
const { database, folder, keys, mark } = workerData as RowsAsked;
const { rowKeys, receiptKeys } = await readAuditKeys(keys, folder);
const source = await openBooks(database);
try {
  parentPort?.postMessage(await auditRows(source, { rowKeys, receipt: receiptCheck(receiptKeys), mark }));
} finally {
  await source.close();
}

/** Many receipts share one signature: it is verified once. */
function receiptCheck(keys: readonly ReceiptKeys[]): (receipt: IssuedReceipt) => Promise<string | undefined> {
  let last: { readonly jws: string; readonly kid: string; readonly signed: Promise<boolean> } | undefined;
  const once = (kid: string, key: ReceiptKey): ReceiptKey => ({
    expiresAt: key.expiresAt,
    signed: (jws) => {
      if (last?.jws !== jws || last.kid !== kid) last = { jws, kid, signed: key.signed(jws) };
      return last.signed;
    },
  });
  const memory = new Map<string, ReceiptKey>();
  const all: ReceiptKeys = {
    find(kid) {
      const found = memory.get(kid) ?? keys.map((each) => each.find(kid)).find((key) => key !== undefined);
      if (found === undefined) return undefined;
      const key = memory.has(kid) ? found : once(kid, found);
      memory.set(kid, key);
      return key;
    },
  };
  return async ({ id, order, text }) => {
    const receipt = parseSignedReceipt(text);
    if ('reason' in receipt) return clause(receipt.sentence);
    const proved = await verifyReceipt(receipt, all);
    if ('reason' in proved) return clause(proved.sentence);
    if (proved.head.number !== id) return `it is receipt ${proved.head.number}, under another number`;
    return proved.order !== undefined && proved.order.id !== order ? 'it is of another order' : undefined;
  };
}

function clause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
