import { hash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { bookKeys } from '../../src/adapters/book-keys.ts';
import { keyName, Purpose, SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import {
  createHost,
  type HostServices,
  METERS_PER_LOCAL_UNIT_MAX,
  type Purchase,
  type Store,
} from '../../src/host/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { openPostgresStore, openSqliteStore } from '../../src/storage/index.ts';
import { postgresMissing, startPostgres } from '../../src/storage/postgres.testing.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';

export const METERS = 1_000;
const GROUP = 1_000;
const GROUPS_A_ROUND = 5;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 7;
const RATIO_MIN = 0.7;
/** 2026-03, counted. */
const FIRST_MONTH = 2026 * 12 + 2;
/** When a meter that was asked in vain is asked again: after all that is measured. */
const PUT_OFF_UNTIL_MS = Date.UTC(2100, 0, 1);
/** Of a chain of postings: a block has so many at most, and its last posting bears its digest. */
const BLOCK_MAX = 64;
const DIGEST_BYTES = 32;
const LANE = 1;

/** A group is what all meters buy in a month: between two of them a month passes. */
export const clock = { month: 0, now: () => milliseconds(Date.UTC(2026, 2 + clock.month, 2)) };
/** The books are sealed, as they are in life. */
const SEALS = { keys: async () => KEYS_OF_BOOKS };
const KEYS_OF_BOOKS = bookKeys(new Uint8Array(32));

/** Whoever sells in groups. */
export interface Seller {
  /** Makes ready for the next group, whatever that takes, and returns what sells it. */
  next(): Promise<() => Promise<void>>;
}

const HOW =
  'the same rows (order, posting, two lines, trade, receipt due, dues, work), each with its seal or its place in the chain, ' +
  "laid out before the time begins, into the same tables with the same indexes by the engine's own driver alone, one " +
  `durable transaction a group; the value is host.purchaseAll of groups of ${GROUP} purchases, one a month for each of ` +
  `${METERS} meters that were asked in vain for what they bought before, so that it writes these rows all; on the clock`;

/** Top-ups made durable a second, in groups, by the host with its ledger. */
export async function creditsOnSqlite(): Promise<readonly Figure[]> {
  const { store, bare, end } = await foundedTwice();
  try {
    return [
      topUps('credits-sqlite', await measured(hostSeller(await started(store), store), bareSeller(bare)), 20_000),
    ];
  } finally {
    await end();
  }
}

/** The same books of meters twice: for a host, and for the engine's own driver alone. */
export async function foundedTwice() {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const founded = openSqliteStore(join(folder, 'data'), SEALS);
  await hostWithMeters(founded);
  await founded.close();
  copyFileSync(join(folder, 'data', 'wattpurse.db'), join(folder, 'bare.db'));
  const store = openSqliteStore(join(folder, 'data'), SEALS);
  const bare = bareSqlite(join(folder, 'bare.db'));
  return {
    store,
    bare,
    async end(): Promise<void> {
      await store.close();
      bare.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function creditsOnPostgres(): Promise<readonly Figure[]> {
  if (postgresMissing !== false) throw new Error(postgresMissing);
  const server = await startPostgres({ durable: true });
  const stores: Store[] = [];
  try {
    for (const schema of ['host', 'bare']) stores.push(await openPostgresStore(server.url, { schema, seals: SEALS }));
    const [store, bareStore] = stores as [Store, Store];
    await hostWithMeters(bareStore);
    const host = await hostWithMeters(store);
    const bare = await barePostgres(server.url);
    try {
      return [topUps('credits-postgresql', await measured(hostSeller(host, store), bareSeller(bare)), 15_000)];
    } finally {
      await bare.end();
    }
  } finally {
    for (const store of stores) await store.close();
    await server.stop();
  }
}

function topUps(name: string, rates: { value: number; limit: number }, least: number): Figure {
  const goal = `at least ${least} a second and ${RATIO_MIN} of the limit`;
  const figure = { name, ...rates, unit: 'sales/s', limitHow: HOW, goal };
  return moreIsBetter(figure, (ratio) => rates.value >= least && ratio >= RATIO_MIN);
}

async function measured(host: Seller, bare: Seller): Promise<{ value: number; limit: number }> {
  const values: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const value = await aSecond(host);
    const limit = await aSecond(bare);
    if (round < WARM_UP_ROUNDS) continue;
    values.push(value);
    limits.push(limit);
  }
  return { value: median(values), limit: median(limits) };
}

async function aSecond(seller: Seller): Promise<number> {
  let time = 0;
  for (let group = 0; group < GROUPS_A_ROUND; group++) {
    const sell = await seller.next();
    const begin = performance.now();
    await sell();
    time += performance.now() - begin;
  }
  return (GROUPS_A_ROUND * GROUP * 1000) / time;
}

const groupOf = (month: number): Purchase[] =>
  Array.from({ length: GROUP }, (_, i) => purchaseNumber(month * GROUP + i));

export function hostSeller(host: HostServices, store: Store): Seller {
  let month = 0;
  return {
    async next() {
      const group = groupOf(month);
      clock.month = month++;
      await store.transaction(async (tx) => {
        const works = await tx.workOf(group.map(({ meter }) => svpmsn(meter)));
        const putOff = { dueAt: milliseconds(PUT_OFF_UNTIL_MS), attempts: 1 };
        await tx.putWork(works.flatMap((work) => (work === undefined ? [] : [{ ...work, ...putOff }])));
      });
      return async () => {
        const answers = await host.purchaseAll(group);
        const refused = answers.find((answer) => 'sentence' in answer);
        if (refused !== undefined) throw new Error(JSON.stringify(refused));
      };
    },
  };
}

export function bareSeller(bare: Bare): Seller {
  let month = 0;
  return {
    async next() {
      const rows = bareRows(groupOf(month), month * GROUP, month++);
      await bare.putOff();
      return () => bare.insert(rows);
    },
  };
}

export const purchaseNumber = (number: number): Purchase => ({
  meter: 1 + (number % METERS),
  paid: 1 + (number % 5_000),
  orderId: `order-${number}`,
  method: 'cash',
});

async function hostWithMeters(store: Store): Promise<HostServices> {
  const host = await started(store);
  await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
  for (let meter = 1; meter <= METERS; meter++) {
    const place = meter - 1;
    const enrolled = await host.enrol({
      svpmsn: meter,
      subscriber: 'kim',
      localUnit: Math.floor(place / METERS_PER_LOCAL_UNIT_MAX),
      modemAddress: place % METERS_PER_LOCAL_UNIT_MAX,
      suite: Suite.aes128,
    });
    if ('sentence' in enrolled) throw new Error(enrolled.sentence);
  }
  return host;
}

export async function started(store: Store): Promise<HostServices> {
  const kh = new Uint8Array(16);
  const random = seededRandom('credits');
  random.fill(kh);
  const keys = new Map([[keyName(Purpose.value, Suite.aes128, 0), kh]]);
  const host = createHost(
    {
      store,
      keys: new SoftwareKeyStore({ utility: 1, keys }, random),
      clock,
      randomness: random,
      grid: { send: () => undefined },
      gather: setImmediate,
    },
    { zone: 'Asia/Seoul', metersMax: METERS },
  );
  await host.start();
  return host;
}

const COLUMNS = {
  orders: ['sequence', 'id', 'svpmsn', 'op', 'amount', 'source', 'txid', 'state', 'ordered_at', 'seal'],
  postings: ['sequence', 'kind', 'at', 'svpmsn', '"order"', 'lane', 'digest'],
  lines: ['posting', 'place', 'account', 'amount'],
  trades: ['id', 'svpmsn', 'method', 'at', 'paid', 'energy', 'fixed_charge', 'arrears', 'fee', 'tax', 'seal'],
  receipts_due: ['id', 'seal'],
  dues: ['id', 'arrears', 'fixed_charge', 'charged_month', 'seal'],
  work: ['svpmsn', 'local_unit', 'lane', 'due_at', 'attempts', 'leased', 'seal'],
} as const;
type TableName = keyof typeof COLUMNS;
const TABLES = Object.keys(COLUMNS) as TableName[];
type BareRow = readonly (string | number | Uint8Array | null)[];
/** The rows of a group, by table. */
export type BareRows = { readonly [Name in TableName]: readonly BareRow[] };

const UPSERT: Partial<Record<TableName, string>> = {
  dues: 'ON CONFLICT (id) DO UPDATE SET arrears = excluded.arrears, charged_month = excluded.charged_month, seal = excluded.seal',
  work: 'ON CONFLICT (svpmsn) DO UPDATE SET due_at = excluded.due_at, seal = excluded.seal',
};
const PUT_OFF = `UPDATE work SET due_at = ${PUT_OFF_UNTIL_MS}`;

/** Numbers of 48 bits and bytes stand in the place of seals and digests: they are as long, and come as if from nowhere. */
export function bareRows(group: readonly Purchase[], last: number, month: number): BareRows {
  const at = Date.UTC(2026, 2 + month, 2);
  const numbered = group.map((purchase, i) => ({ ...purchase, id: purchase.orderId, sequence: last + 1 + i }));
  const seal = (table: TableName, id: string) => Number.parseInt(hash('sha256', `${table} ${id}`).slice(0, 12), 16);
  const digest = (sequence: number, i: number) =>
    (i + 1) % BLOCK_MAX === 0 || i + 1 === group.length ? new Uint8Array(DIGEST_BYTES).fill(sequence) : null;
  return {
    orders: numbered.map(({ sequence, id, meter, paid, method }) => {
      const txid = hash('sha256', id).slice(0, 16);
      return [sequence, id, meter, 'credit', paid, method, txid, 'waiting', at, seal('orders', id)];
    }),
    postings: numbered.map(({ sequence, id, meter }, i) => [
      sequence,
      'sold',
      at,
      meter,
      id,
      LANE,
      digest(sequence, i),
    ]),
    lines: numbered.flatMap(({ sequence, method, paid }) => [
      [sequence, 0, method, paid],
      [sequence, 1, 'prepaid', -paid],
    ]),
    trades: numbered.map(({ id, meter, method, paid }) => {
      return [id, meter, method, at, paid, paid, 0, 0, 0, 0, seal('trades', id)];
    }),
    receipts_due: numbered.map(({ id }) => [id, seal('receipts_due', id)]),
    dues: numbered.map(({ id, meter }) => [String(meter), 0, 0, FIRST_MONTH + month, seal('dues', id)]),
    work: numbered.map(({ id, meter }) => {
      const unit = Math.floor((meter - 1) / METERS_PER_LOCAL_UNIT_MAX);
      return [meter, unit, 0, at, 1, 0, seal('work', id)];
    }),
  };
}

/** An engine by its own driver. */
export interface Bare {
  /** In one durable transaction. */
  insert(rows: BareRows): Promise<void>;
  /** Each meter was asked in vain, and is asked again much later. */
  putOff(): Promise<void>;
}

function bareSqlite(path: string): Bare & { close: () => void } {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536',
  );
  const statements = TABLES.map((table) => {
    const columns = COLUMNS[table];
    const marks = columns.map(() => '?').join(', ');
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ${UPSERT[table] ?? ''}`;
    return { table, statement: database.prepare(sql) };
  });
  return {
    async insert(rows) {
      database.exec('BEGIN IMMEDIATE');
      for (const { table, statement } of statements) for (const row of rows[table]) statement.run(...row);
      database.exec('COMMIT');
    },
    async putOff() {
      database.exec(PUT_OFF);
    },
    close: () => database.close(),
  };
}

async function barePostgres(url: string): Promise<Bare & { end: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=bare' });
  await client.connect();
  const typeOf = (column: string, value: BareRow[number] | undefined) => {
    if (column === 'digest') return 'bytea';
    return typeof value === 'number' ? 'bigint' : 'text';
  };
  const insert = async (table: TableName, rows: readonly BareRow[]) => {
    const columns = COLUMNS[table];
    const arrays = columns.map((column, i) => `$${i + 1}::${typeOf(column, rows[0]?.[i])}[]`);
    await client.query({
      name: table,
      text: `INSERT INTO ${table} (${columns}) SELECT * FROM unnest(${arrays}) ${UPSERT[table] ?? ''}`,
      values: columns.map((_, i) => rows.map((row) => row[i])),
    });
  };
  return {
    async insert(rows) {
      await client.query('BEGIN');
      for (const table of TABLES) await insert(table, rows[table]);
      await client.query('COMMIT');
    },
    async putOff() {
      await client.query(PUT_OFF);
    },
    end: () => client.end(),
  };
}
