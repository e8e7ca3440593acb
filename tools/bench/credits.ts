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
import { milliseconds } from '../../src/units/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';

export const METERS = 1_000;
const GROUP = 1_000;
const GROUPS_A_ROUND = 5;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 7;
const RATIO_MIN = 0.7;
const BEGINS_MS = Date.UTC(2026, 2, 2);
/** 2026-03, counted. */
const MONTH = 2026 * 12 + 2;

export const clock = { now: () => milliseconds(BEGINS_MS) };
/** The books are sealed, as they are in life. */
const SEALS = { keys: async () => KEYS_OF_BOOKS };
const KEYS_OF_BOOKS = bookKeys(new Uint8Array(32));

type Sell = (group: readonly Purchase[]) => Promise<void>;

const HOW =
  'the same rows (order, posting, two lines, trade, receipt due, dues, work) into the same tables with the same indexes by the ' +
  `engine's own driver alone, one durable transaction a group; the value is host.purchaseAll of groups of ${GROUP} ` +
  `purchases for ${METERS} meters, on the clock`;

/** Top-ups made durable a second, in groups, by the host with its ledger. */
export async function creditsOnSqlite(): Promise<readonly Figure[]> {
  const { store, bare, end } = await foundedTwice();
  try {
    return [topUps('credits-sqlite', await measured(await started(store), bare.sell), 20_000)];
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
      return [topUps('credits-postgresql', await measured(host, bare.sell), 15_000)];
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

async function measured(host: HostServices, bare: Sell): Promise<{ value: number; limit: number }> {
  const values: number[] = [];
  const limits: number[] = [];
  let sales = 0;
  const groups = () =>
    Array.from({ length: GROUPS_A_ROUND }, () => Array.from({ length: GROUP }, () => purchaseNumber(sales++)));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const value = await aSecond(groups(), async (group) => {
      const answers = await host.purchaseAll(group);
      const refused = answers.find((answer) => 'sentence' in answer);
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
    });
    const limit = await aSecond(groups(), bare);
    if (round < WARM_UP_ROUNDS) continue;
    values.push(value);
    limits.push(limit);
  }
  return { value: median(values), limit: median(limits) };
}

async function aSecond(groups: readonly Purchase[][], sell: Sell): Promise<number> {
  const begin = performance.now();
  for (const group of groups) await sell(group);
  return (groups.length * GROUP * 1000) / (performance.now() - begin);
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

/** The rows of one purchase, by table, and nothing that checks them. */
function rowsOf({ orderId: id, meter, paid, method }: Purchase, sequence: number) {
  const txid = hash('sha256', id).slice(0, 16);
  return {
    orders: [sequence, id, meter, 'credit', paid, method, txid, 'waiting', BEGINS_MS],
    postings: [sequence, 'sold', BEGINS_MS, meter, id],
    lines: [
      [sequence, 0, method, paid],
      [sequence, 1, 'prepaid', -paid],
    ],
    trades: [id, meter, method, BEGINS_MS, paid, paid, 0, 0, 0, 0],
    receipts_due: [id],
    dues: [String(meter), 0, 0, MONTH],
    work: [meter, Math.floor((meter - 1) / METERS_PER_LOCAL_UNIT_MAX), 0, BEGINS_MS, 0, 0],
  } as const;
}

const COLUMNS = {
  orders: ['sequence', 'id', 'svpmsn', 'op', 'amount', 'source', 'txid', 'state', 'ordered_at'],
  postings: ['sequence', 'kind', 'at', 'svpmsn', '"order"'],
  lines: ['posting', 'place', 'account', 'amount'],
  trades: ['id', 'svpmsn', 'method', 'at', 'paid', 'energy', 'fixed_charge', 'arrears', 'fee', 'tax'],
  receipts_due: ['id'],
  dues: ['id', 'arrears', 'fixed_charge', 'charged_month'],
  work: ['svpmsn', 'local_unit', 'lane', 'due_at', 'attempts', 'leased'],
} as const;
const UPSERT: Partial<Record<keyof typeof COLUMNS, string>> = {
  dues: 'ON CONFLICT (id) DO UPDATE SET arrears = excluded.arrears, charged_month = excluded.charged_month',
  work: 'ON CONFLICT (svpmsn) DO UPDATE SET due_at = excluded.due_at',
};

function bareSqlite(path: string): { sell: Sell; close: () => void } {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  const insert = (table: keyof typeof COLUMNS) => {
    const columns = COLUMNS[table];
    const marks = columns.map(() => '?').join(', ');
    return database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ${UPSERT[table] ?? ''}`);
  };
  const [orders, postings, lines] = [insert('orders'), insert('postings'), insert('lines')];
  const [trades, receiptsDue] = [insert('trades'), insert('receipts_due')];
  const [dues, work] = [insert('dues'), insert('work')];
  let sequence = 0;
  return {
    async sell(group) {
      database.exec('BEGIN IMMEDIATE');
      for (const purchase of group) {
        const rows = rowsOf(purchase, ++sequence);
        orders.run(...rows.orders);
        postings.run(...rows.postings);
        for (const line of rows.lines) lines.run(...line);
        trades.run(...rows.trades);
        receiptsDue.run(...rows.receipts_due);
        dues.run(...rows.dues);
        work.run(...rows.work);
      }
      database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}

async function barePostgres(url: string): Promise<{ sell: Sell; end: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=bare' });
  await client.connect();
  let sequence = 0;
  const insert = async (table: keyof typeof COLUMNS, rows: readonly (readonly (string | number)[])[]) => {
    const columns = COLUMNS[table];
    const arrays = columns.map((_, i) => `$${i + 1}::${typeof rows[0]?.[i] === 'number' ? 'bigint' : 'text'}[]`);
    await client.query({
      name: table,
      text: `INSERT INTO ${table} (${columns}) SELECT * FROM unnest(${arrays}) ${UPSERT[table] ?? ''}`,
      values: columns.map((_, i) => rows.map((row) => row[i])),
    });
  };
  return {
    async sell(group) {
      const rows = group.map((purchase) => rowsOf(purchase, ++sequence));
      await client.query('BEGIN');
      for (const table of ['orders', 'postings', 'trades', 'receipts_due', 'dues', 'work'] as const) {
        await insert(
          table,
          rows.map((row) => row[table]),
        );
      }
      await insert(
        'lines',
        rows.flatMap((row) => row.lines),
      );
      await client.query('COMMIT');
    },
    end: () => client.end(),
  };
}
