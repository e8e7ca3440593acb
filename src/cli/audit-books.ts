import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type BookFinding,
  type Books,
  type CheckedCards,
  checkBooks,
  checkCards,
  checkRemittances,
  checkSeller,
  VendCheck,
  VoucherCheck,
} from '../host/index.ts';
import { auditLedger, type LedgerAudit, markAt, type RowsAudit } from '../storage/index.ts';
import { readAuditKeys } from './audit-keys.ts';
import { isPostgres, openBooks, type RowsAsked } from './audit-source.ts';
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

export interface BooksProved
  extends Omit<LedgerAudit, 'sums' | 'purses' | 'agents' | 'closings' | 'remittances' | 'cards'>,
    RowsAudit {
  readonly books: Books;
  readonly cards: CheckedCards['cards'];
}

/**
 * Proves books as they lie, without a network but that to their own database; nothing is written. The ledger is proved
 * on this thread and the other tables on another, each as they were at one instant.
 * @throws WrongUse when there are no books or keys; CannotGoOn when the database cannot be read
 */
export async function proveBooks({ data, database: named, keys }: BooksAsked): Promise<BooksProved> {
  const database = named ?? join(data ?? '.', DATABASE_FILE);
  const isFile = !isPostgres(database);
  if (isFile && !existsSync(database)) {
    throw new WrongUse(`There is no database ${database}: name one with --database, or its folder with --data.`);
  }
  const folder = data ?? (isFile ? dirname(database) : '.');
  const { verifier, rowKeys } = await readAuditKeys(keys, folder);
  try {
    // Read before the books are: what a host signs and writes meanwhile is in them, and in neither of these.
    const kept = parseKeptHeads(textOf(join(folder, HEADS_FILE)));
    const mark = isFile ? markAt(join(folder, MARK_FILE)) : undefined;
    const source = await openBooks(database);
    try {
      const vends = new VendCheck();
      const vouchers = new VoucherCheck();
      const rowsProved = rowsOnThread({ database, folder, keys, mark });
      const [{ sums, purses, agents, closings, remittances, cards: held, ...ledger }, rows] = await Promise.all([
        auditLedger(source, { verifier, rowKeys, kept, vend: (sold) => vends.fault(sold), vouchers }),
        rowsProved,
      ]);
      const { books, findings } = await checkBooks(sums, { purses, agents });
      const { cards, findings: ofCards } = checkCards(sums, held);
      const others = [
        ...ofCards,
        ...vends.findings(sums),
        ...vouchers.findings(sums),
        ...checkSeller(sums, closings),
        ...checkRemittances(sums, remittances),
      ];
      const all = [...ledger.findings, ...rows.findings, ...findings, ...others];
      return { ...ledger, ...rows, books, cards, findings: all };
    } finally {
      await source.close();
    }
  } catch (error) {
    throw inWords(error, named ?? folder);
  }
}

async function rowsOnThread(asked: RowsAsked): Promise<RowsAudit> {
  const thread = new Worker(new URL('./audit-rows.ts', import.meta.url), { workerData: asked });
  const [audit] = (await once(thread, 'message')) as [RowsAudit];
  return audit;
}

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
  const { issued, stored, inFlight, refunded, owed, spent, found, fromCards, closed, valueInMeters } = books;
  const more = (value: bigint, name: string) => (value === 0n ? '' : ` + ${name} ${value}`);
  return [
    findings.length === 0
      ? `The books are as the host wrote them: ${what}.`
      : `The books are NOT as the host wrote them; ${what} were read.`,
    `Issued ${issued} = stored ${stored} + in flight ${inFlight} + refunded ${refunded}.`,
    `Stored ${stored} + owed ${owed}${more(found, 'found')}${more(fromCards, 'from cards')} = spent ${spent} + purses ${valueInMeters}${more(closed, 'closed')}.`,
    ...(spent === 0n ? [] : [revenueText(books)]),
    ...proved.cards.map(cardsText),
    ...restoredAt.map((at) => `The database was put back to an older copy before ${new Date(at).toISOString()}.`),
    ...(proved.rowsProved
      ? []
      : [
          `Not proved: ${n(proved.rows)} rows of other tables, and what was posted after the last head; that takes the keyring.`,
        ]),
  ];
}

function revenueText({ spent, revenue: { steps, unread } }: Books): string {
  const parts = steps.map(({ percent, tokens }) => `at ${percent} % ${tokens}`);
  return `Spent ${spent} = ${[...parts, `in minutes that no profile told ${unread}`].join(' + ')}.`;
}

function cardsText(totals: CheckedCards['cards'][number]): string {
  const { provider, stored, found, onCards, inMeters, spent, arrived, closed, recovered } = totals;
  const more = (value: bigint, name: string) => (value === 0n ? '' : ` + ${name} ${value}`);
  return (
    `Cards of ${provider}: loaded ${stored}${more(found, 'found')} = on cards ${onCards} + in meters ${inMeters} + ` +
    `spent ${spent}${more(arrived, 'in purses')}${more(closed, 'taken off')}${more(recovered, 'given to other cards')}, as far as they told.`
  );
}

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
