import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { keyName, Purpose, SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import {
  createHost,
  type HostServices,
  METERS_PER_LOCAL_UNIT_MAX,
  MemoryStore,
  type Sale,
  type Store,
} from '../../src/host/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { openSqliteStore } from '../../src/storage/index.ts';
import { milliseconds } from '../../src/units/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const METERS = 1_000;
const GROUP = 1_000;
const GROUPS_A_ROUND = 5;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 7;
const BEGINS_MS = Date.UTC(2026, 2, 2);

/** Sales made durable a second, in groups, by the host with its ledger: order, posting, queue. For information. */
export async function creditsPerSecond(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const sqlite = openSqliteStore(join(folder, 'data'));
  const bare = bareSqlite(join(folder, 'bare.db'));
  try {
    const inMemory = await measured(new MemoryStore(), bareMemory());
    const inSqlite = await measured(sqlite, bare.sell);
    const value = `the value is host.sellAll of groups of ${GROUP} sales to ${METERS} meters, on the clock`;
    return [
      moreIsBetter({
        name: 'credits-memory',
        ...inMemory,
        unit: 'sales/s',
        limitHow: `SHA-256 of the order id by node:crypto, and four new rows in four maps, a sale; ${value}`,
        goal: null,
      }),
      moreIsBetter({
        name: 'credits-sqlite',
        ...inSqlite,
        unit: 'sales/s',
        limitHow:
          'node:sqlite alone on the same disk, four prepared inserts a sale (order, two ledger lines, queue) and one ' +
          `durable transaction a group; ${value}`,
        goal: null,
      }),
    ];
  } finally {
    await sqlite.close();
    bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  store: Store,
  bare: (group: readonly Sale[]) => void,
): Promise<{ value: number; limit: number }> {
  const host = await hostWithMeters(store);
  const values: number[] = [];
  const limits: number[] = [];
  let sales = 0;
  const groups = () =>
    Array.from({ length: GROUPS_A_ROUND }, () => Array.from({ length: GROUP }, () => saleNumber(sales++)));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const value = await aSecond(groups(), async (group) => {
      const answers = await host.sellAll(group);
      const refused = answers.find((answer) => 'sentence' in answer);
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
    });
    const limit = await aSecond(groups(), async (group) => bare(group));
    if (round < WARM_UP_ROUNDS) continue;
    values.push(value);
    limits.push(limit);
  }
  return { value: median(values), limit: median(limits) };
}

async function aSecond(groups: readonly Sale[][], sell: (group: readonly Sale[]) => Promise<void>): Promise<number> {
  const begin = performance.now();
  for (const group of groups) await sell(group);
  return (groups.length * GROUP * 1000) / (performance.now() - begin);
}

const saleNumber = (number: number): Sale => ({
  meter: 1 + (number % METERS),
  amount: 1 + (number % 5_000),
  orderId: `order-${number}`,
  source: 'cash',
});

async function hostWithMeters(store: Store): Promise<HostServices> {
  const kh = new Uint8Array(16);
  const random = seededRandom('credits');
  random.fill(kh);
  const host = createHost(
    {
      store,
      keys: new SoftwareKeyStore(
        { utility: 1, keys: new Map([[keyName(Purpose.value, Suite.aes128, 0), kh]]) },
        random,
      ),
      clock: { now: () => milliseconds(BEGINS_MS) },
      randomness: random,
      grid: { send: () => undefined },
    },
    { zone: 'Asia/Seoul', metersMax: METERS },
  );
  await host.start();
  await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
  for (let meter = 1; meter <= METERS; meter++) {
    const place = meter - 1;
    const localUnit = Math.floor(place / METERS_PER_LOCAL_UNIT_MAX);
    const modemAddress = place % METERS_PER_LOCAL_UNIT_MAX;
    const enrolled = await host.enrol({
      svpmsn: meter,
      subscriber: 'kim',
      localUnit,
      modemAddress,
      suite: Suite.aes128,
    });
    if ('sentence' in enrolled) throw new Error(enrolled.sentence);
  }
  return host;
}

/** The rows of a sale and nothing that checks them. */
function bareMemory(): (group: readonly Sale[]) => void {
  const orders = new Map<string, object>();
  const ofTxid = new Map<string, string>();
  const ledger = new Map<number, object>();
  const queue = new Map<number, object>();
  return (group) => {
    for (const { orderId, meter, amount, source } of group) {
      const txid = hash('sha256', orderId).slice(0, 16);
      orders.set(orderId, { orderId, meter, amount, source, txid });
      ofTxid.set(txid, orderId);
      ledger.set(ledger.size, { orderId, meter, debit: amount, credit: amount });
      queue.set(meter, { meter, orderId });
    }
  };
}

function bareSqlite(path: string): { sell: (group: readonly Sale[]) => void; close: () => void } {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE orders (id TEXT PRIMARY KEY, meter INTEGER, amount INTEGER, source TEXT, txid TEXT UNIQUE) STRICT;
    CREATE TABLE ledger (number INTEGER PRIMARY KEY, meter INTEGER, account INTEGER, amount INTEGER) STRICT;
    CREATE TABLE queue (meter INTEGER PRIMARY KEY, due INTEGER) STRICT;
  `);
  const order = database.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?)');
  const line = database.prepare('INSERT INTO ledger (meter, account, amount) VALUES (?, ?, ?)');
  const queue = database.prepare('INSERT OR REPLACE INTO queue VALUES (?, ?)');
  return {
    sell(group) {
      database.exec('BEGIN IMMEDIATE');
      for (const { orderId, meter, amount, source } of group) {
        order.run(orderId, meter, amount, source, hash('sha256', orderId).slice(0, 16));
        line.run(meter, 0, amount);
        line.run(meter, 1, -amount);
        queue.run(meter, BEGINS_MS);
      }
      database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}
