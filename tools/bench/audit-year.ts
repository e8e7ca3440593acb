import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { drawSigningKey, receiptSigner } from '../../src/adapters/receipt-jose.ts';
import { sealsOf } from '../../src/cli/book-seals.ts';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { Purpose, SoftwareKeyStore, Suite, sealKeyRing } from '../../src/crypto/index.ts';
import {
  issueReceipts,
  type Order,
  type Posting,
  type PostingKind,
  type Purse,
  type Trade,
  type WholeReceipt,
} from '../../src/host/index.ts';
import { openSqliteStore } from '../../src/storage/index.ts';
import { type Milliseconds, milliseconds, modemAddress, type Svpmsn, svpmsn, tokens } from '../../src/units/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';

const DAY_MS = 86_400_000;
const BEGINS_MS = Date.UTC(2026, 0, 1);
const DAYS_A_WEEK = 7;
const SECONDS_MAX = 60;
const MEGABYTES_MAX = 1_000;
export const PASSPHRASE = 'bench';
/** Top-ups in one transaction, and under one signature of receipts. */
const GROUP = 1_000;
const TOP_UP = 7_000n;
const USE_A_DAY = 900n;

/** How large a year is. */
export interface YearSize {
  readonly meters: number;
  readonly days: number;
}

/**
 * A year of books, written as a host writes them, and `wattpurse audit` of it: each meter is topped up once a week, with a
 * receipt, and what it used is posted each day; each day has its head.
 */
export async function auditYear(
  { meters, days }: YearSize = { meters: 10_000, days: 365 },
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  try {
    await writeYear(folder, { meters, days });
    const { seconds, megabytes, postings } = await audited(folder);
    const size = `${meters} meters for ${days} days, ${postings} postings`;
    return [
      lessIsBetter(
        {
          ...{ name: 'audit-year', value: seconds, unit: 's', limit: readSeconds(folder) },
          limitHow: `the same rows read from the file by the engine's own driver, and nothing done with them; ${size}`,
          goal: `at most ${SECONDS_MAX} s`,
        },
        () => seconds <= SECONDS_MAX,
      ),
      lessIsBetter(
        {
          ...{ name: 'audit-year-memory', value: megabytes, unit: 'MB', limit: MEGABYTES_MAX },
          limitHow: 'what the process may hold at most at any moment',
          goal: `at most ${MEGABYTES_MAX} MB`,
        },
        () => megabytes <= MEGABYTES_MAX,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of such books, with the keys that they are proved with. */
export async function writeYear(folder: string, { meters, days }: YearSize): Promise<void> {
  const keyring = new SoftwareKeyStore({ utility: 1, keys: new Map() }, systemRandomness);
  await keyring.addGeneration(Purpose.value, Suite.aes128);
  const receiptKey = await drawSigningKey('bench');
  const signer = await receiptSigner(receiptKey.secret);
  if ('reason' in signer) throw new Error(signer.sentence);
  const store = openSqliteStore(
    folder,
    sealsOf(folder, async () => keyring),
  );
  writeFileSync(join(folder, 'keyring.wpkr'), await sealKeyRing(keyring, PASSPHRASE, systemRandomness, 14));
  writeFileSync(join(folder, 'receipts.jwks'), `{"keys":[${receiptKey.published}]}`);
  const ids = Array.from({ length: meters }, (_, i) => svpmsn(i + 1));
  await enrol(store, ids);
  let topUps = 0;
  for (let day = 0; day < days; day++) {
    const at = milliseconds(BEGINS_MS + day * DAY_MS);
    const buyers = ids.filter((id) => id % DAYS_A_WEEK === day % DAYS_A_WEEK);
    for (let from = 0; from < buyers.length; from += GROUP) {
      const sales = buyers.slice(from, from + GROUP).map((id) => saleOf(id, topUps++, at));
      const receipts = await issueReceipts(
        sales.map(({ receipt }) => receipt),
        signer,
        { fill: (bytes) => void randomFillSync(bytes) },
      );
      await store.transaction(async (tx) => {
        await tx.addOrders(sales.map(({ order }) => order));
        await tx.trades.put(sales.map(({ trade }) => trade));
        await tx.post(sales.flatMap(({ postings }) => postings));
        await tx.receipts.put(
          receipts.map(({ text, claims }, i) => ({
            ...{ id: claims.head.number, order: sales[i]?.order.id ?? '', issuedAt: at, text },
          })),
        );
      });
    }
    await store.transaction((tx) => tx.post(ids.map((id) => used(id, at))));
    await store.signHead({ now: at });
  }
  await closePurses(store, ids, days);
  await store.close();
}

type WrittenStore = ReturnType<typeof openSqliteStore>;

async function enrol(store: WrittenStore, ids: readonly Svpmsn[]): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' });
    for (const id of ids) {
      await tx.putMeter({
        ...{ svpmsn: id, subscriber: 'kim', localUnit: id >> 8, modemAddress: modemAddress(id & 0xff) },
        ...{ suite: Suite.aes128, supplies: 1, tariff: undefined, enrolledAt: milliseconds(BEGINS_MS) },
        ...{ valueGeneration: 0, controlGeneration: 0, monitoringGeneration: 0 },
      });
    }
  });
}

/** What the books know of each purse at the end of the year. */
async function closePurses(store: WrittenStore, ids: readonly Svpmsn[], days: number): Promise<void> {
  const at = milliseconds(BEGINS_MS + days * DAY_MS);
  await store.transaction(async (tx) => {
    for (const id of ids) {
      const topUps = Array.from({ length: days }, (_, day) => day).filter(
        (day) => day % DAYS_A_WEEK === id % DAYS_A_WEEK,
      ).length;
      const purse: Purse = {
        ...{ svpmsn: id, state: 'open', lastCounter: topUps, queryWanted: false, freeze: undefined },
        ...{ frozenAt: undefined, credited: BigInt(topUps) * TOP_UP, closed: 0n, spent: BigInt(days) * USE_A_DAY },
        ...{ owed: 0n, usedUnits: {}, bookedAt: at, reportedAt: at },
      };
      await tx.putPurse(purse);
    }
  });
  await store.signHead({ now: at });
}

function saleOf(id: Svpmsn, number: number, at: Milliseconds) {
  const orderId = `order-${number}`;
  const parts = { paid: TOP_UP, energy: TOP_UP, fixedCharge: 0n, arrears: 0n, fee: 0n, tax: 0n };
  const order: Order = {
    ...{ id: orderId, svpmsn: id, op: 'credit', amount: tokens(Number(TOP_UP)), source: 'cash', state: 'stored' },
    ...{
      txid: number.toString(16).padStart(16, '0'),
      why: undefined,
      counter: number + 1,
      orderedAt: at,
      settledAt: at,
    },
  };
  const trade: Trade = { id: orderId, svpmsn: id, method: 'cash', at, ...parts, paidOutAt: undefined };
  const receipt: WholeReceipt = {
    head: {
      ...{ number: `${number + 1}-2`, utility: { name: 'Bench', registration: undefined }, zone: 'UTC', issuedAt: at },
      ...{ currency: 'KRW', exponent: 0, total: Number(TOP_UP), state: 'stored', corrects: undefined },
    },
    order: {
      ...{ id: orderId, meter: id, tokens: order.amount, orderedAt: at, settledAt: at, counter: number + 1 },
      lines: [{ kind: 'energy', amount: Number(TOP_UP), label: undefined }],
    },
    payment: { method: 'cash', shown: undefined, approval: undefined, paid: Number(TOP_UP), paidAt: at },
  };
  const about = { at, svpmsn: id, order: orderId };
  const postings = [
    posting('sold', about, ['cash', 'prepaid'], TOP_UP),
    posting('stored', about, ['prepaid', 'value-in-meters'], TOP_UP),
  ];
  return { order, trade, receipt, postings };
}

const used = (id: Svpmsn, at: Milliseconds): Posting =>
  posting('spent', { at, svpmsn: id, order: undefined }, ['value-in-meters', 'energy-revenue'], USE_A_DAY);

const posting = (
  kind: PostingKind,
  about: Pick<Posting, 'at' | 'svpmsn' | 'order'>,
  [debit, credit]: readonly [Posting['lines'][number]['account'], Posting['lines'][number]['account']],
  amount: bigint,
): Posting => ({
  ...about,
  kind,
  lines: [
    { account: debit, amount },
    { account: credit, amount: -amount },
  ],
});

/** Tells how much memory the process held at most, once for each of its threads. */
const TELL_MEMORY = `data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))`;

async function audited(folder: string): Promise<{ seconds: number; megabytes: number; postings: number }> {
  const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
  const keys = ['keyring.wpkr', 'receipts.jwks'].flatMap((name) => ['--key', join(folder, name)]);
  const args = ['--import', TELL_MEMORY, main, 'audit', '--database', join(folder, 'wattpurse.db'), ...keys, '--json'];
  const begin = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, WATTPURSE_PASSPHRASE: PASSPHRASE },
    maxBuffer: 1 << 26,
  });
  const seconds = (performance.now() - begin) / 1000;
  const { findings, postings } = JSON.parse(stdout) as { findings: readonly string[]; postings: number };
  if (findings.length > 0) throw new Error(`an untouched year is complained of: ${findings[0]}`);
  return { seconds, megabytes: Math.max(...stderr.trim().split('\n').map(Number)) / 1000, postings };
}

function readSeconds(folder: string): number {
  const database = new DatabaseSync(join(folder, 'wattpurse.db'), { readOnly: true });
  const begin = performance.now();
  let values = 0;
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()) {
    const statement = database.prepare(`SELECT * FROM ${name}`);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    for (const row of statement.iterate()) values += Object.keys(row).length;
  }
  const seconds = (performance.now() - begin) / 1000;
  database.close();
  if (values === 0) throw new Error('there is nothing to be read');
  return seconds;
}
