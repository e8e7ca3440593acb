import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type BookFinding,
  type Books,
  checkBooks,
  type IssuedReceipt,
  parseSignedReceipt,
  type ReceiptKey,
  type ReceiptKeys,
  verifyReceipt,
} from '../host/index.ts';
import { auditBooks, type BookAudit, markAt, openBookFile, openBookServer } from '../storage/index.ts';
import { readAuditKeys } from './audit-keys.ts';
import { parseKeptHeads } from './book-seals.ts';
import { inWords } from './failure.ts';
import { DATABASE_FILE, HEADS_FILE, MARK_FILE } from './folder-files.ts';
import { WrongUse } from './usage.ts';

/** Which books are audited, and with what. */
export interface BooksAsked {
  /** A folder with its database, or with what stands beside it. */
  readonly data: string | undefined;
  /** A file of SQLite, or the address of a PostgreSQL database. */
  readonly database: string | undefined;
  readonly keys: readonly string[];
}

export interface BooksProved extends Omit<BookAudit, 'sums' | 'purses'> {
  readonly books: Books;
}

/**
 * Proves books as they lie, without a network but that to their own database; nothing is written.
 * @throws WrongUse when there are no books or keys; CannotGoOn when the database cannot be read
 */
export async function proveBooks({ data, database, keys }: BooksAsked): Promise<BooksProved> {
  const isServer = database !== undefined && isPostgres(database);
  const file = isServer ? undefined : (database ?? join(data ?? '.', DATABASE_FILE));
  if (file !== undefined && !existsSync(file)) {
    throw new WrongUse(`There is no database ${file}: name one with --database, or its folder with --data.`);
  }
  const folder = data ?? (file === undefined ? '.' : dirname(file));
  const { verifier, rowKeys, receiptKeys } = await readAuditKeys(keys, folder);
  try {
    const source = isServer ? await openBookServer(database) : openBookFile(file as string);
    try {
      const { sums, purses, ...audit } = await auditBooks(source, {
        verifier,
        rowKeys,
        receipt: receiptCheck(receiptKeys),
        kept: parseKeptHeads(textOf(join(folder, HEADS_FILE))),
        mark: isServer ? undefined : markAt(join(folder, MARK_FILE)),
      });
      const { books, findings } = await checkBooks(sums, purses);
      return { ...audit, books, findings: [...audit.findings, ...findings] };
    } finally {
      await source.close();
    }
  } catch (error) {
    throw inWords(error, database ?? folder);
  }
}

export const isPostgres = (database: string): boolean => /^postgres(ql)?:/.test(database);

/** `purses 17: spent 5 where the ledger says 4` */
export const findingText = ({ table, row, what }: BookFinding): string =>
  `${table}${row === undefined ? '' : ` ${row}`}: ${what}.`;

/** What holds, a sentence a line; and what does not is in the findings. */
export function provedText(proved: BooksProved): string[] {
  const { books, findings, restoredAt } = proved;
  const n = (value: number | bigint) => value.toLocaleString('en');
  const what =
    `${n(proved.postings)} postings of ${n(proved.lines)} lines, ${n(proved.heads)} signed heads, ` +
    `${n(proved.receipts)} receipts${proved.rowsProved ? `, ${n(proved.rows)} rows of other tables` : ''}`;
  const { issued, stored, inFlight, refunded, owed, spent, found, closed, valueInMeters } = books;
  const more = (value: bigint, name: string) => (value === 0n ? '' : ` + ${name} ${value}`);
  return [
    findings.length === 0
      ? `The books are as the host wrote them: ${what}.`
      : `The books are NOT as the host wrote them; ${what} were read.`,
    `Issued ${issued} = stored ${stored} + in flight ${inFlight} + refunded ${refunded}.`,
    `Stored ${stored} + owed ${owed}${more(found, 'found')} = spent ${spent} + purses ${valueInMeters}${more(closed, 'closed')}.`,
    ...restoredAt.map((at) => `The database was put back to an older copy before ${new Date(at).toISOString()}.`),
    ...(proved.rowsProved
      ? []
      : [
          `Not proved: ${n(proved.rows)} rows of other tables, and what was posted after the last head; that takes the keyring.`,
        ]),
  ];
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

const clause = (sentence: string): string => sentence.replace(/\.$/, '');

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
