import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { type Posting, type Store, StoreError } from '../host/ports.ts';
import { made, Rig } from '../host/rig.testing.ts';
import { milliseconds, svpmsn } from '../units/index.ts';
import { postgresMissing as skip, startPostgres, type TestServer } from './postgres.testing.ts';
import { openPostgresStore, type PostgresSettings } from './postgres.ts';

let server: TestServer;
before(async () => {
  if (skip === false) server = await startPostgres();
});
after(() => server?.stop());

let utilities = 0;
const newSchema = () => `utility${++utilities}`;
const opened = (schema: string, more: PostgresSettings = {}) => openPostgresStore(server.url, { schema, ...more });
const said = (reason: StoreError['reason'], words: RegExp) => (error: unknown) =>
  error instanceof StoreError && error.reason === reason && words.test(error.message);

async function asked(sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const order = (i: number) => ({ meter: i % 4, amount: 1 + i, orderId: `order ${i}`, source: 'cash' });
const ORDERS = Array.from({ length: 60 }, (_, i) => i);
const SUM = ORDERS.reduce((sum, i) => sum + BigInt(1 + i), 0n);

test('two hosts over one database sell what comes to both once, and carry each order once', { skip }, async () => {
  const schema = newSchema();
  const stores = [await opened(schema), await opened(schema)];
  try {
    const rig = new Rig(stores[0] as Store, { seed: 3 });
    for (let i = 0; i < 4; i++) await rig.enrol(i);
    const first = rig.host;
    const second = rig.newHost(stores[1]);
    await second.start();
    const each = ORDERS.flatMap((i) => [first.sell(order(i)), second.sell(order(i))]);
    for (const answer of await Promise.all(each)) made(answer);
    // Both hear every answer, as they would from a broker; one of them asked.
    rig.host = {
      ...first,
      handle: async (input) => {
        await Promise.all([first.handle(input), second.handle(input)]);
      },
    };
    await rig.settle();
    const books = await second.books();
    assert.deepEqual([books.balanced, books.issued, books.stored, books.inFlight], [true, SUM, SUM, 0n]);
    const credited = [...rig.meters.values()].map((meter) => meter.credited);
    assert.deepEqual(
      credited,
      [0, 1, 2, 3].map((meter) => ORDERS.filter((i) => i % 4 === meter).reduce((sum, i) => sum + 1 + i, 0)),
    );
    assert.deepEqual(await first.books(), books);
  } finally {
    for (const store of stores) await store.close();
  }
});

test('numbers of the ledger rise as its transactions are committed, whoever commits', { skip }, async () => {
  const schema = newSchema();
  const stores = [await opened(schema), await opened(schema)];
  try {
    const rig = new Rig(stores[0] as Store);
    await rig.enrol(1);
    const posting: Posting = { kind: 'sold', at: milliseconds(1), svpmsn: svpmsn(1), order: undefined, lines: [] };
    let reading = true;
    let seen = 0;
    // Whoever reads up to a number never finds a lower one later.
    const reader = (async () => {
      while (reading) {
        const counted = await (stores[0] as Store).read(async (tx) => {
          const { last } = await tx.ledgerSums(0);
          return { last, rows: (await tx.postings({ limit: 9999 })).length };
        });
        assert.equal(counted.rows, counted.last);
        seen = Math.max(seen, counted.last);
      }
    })();
    await Promise.all(ORDERS.map((i) => stores[i % 2]?.transaction((tx) => tx.post([posting, posting]))));
    reading = false;
    await reader;
    assert.ok(seen > 0);
  } finally {
    for (const store of stores) await store.close();
  }
});

test('transactions of two hosts that are in turn are done once, and others that meet are undone and done again', {
  skip,
}, async () => {
  const schema = newSchema();
  const stores = [await opened(schema), await opened(schema)] as const;
  try {
    const together = Array.from({ length: 20 }, (_, i) => stores[i % 2] as Store);
    let runs = 0;
    const add = (store: Store, inTurn: boolean, met: () => Promise<void>) =>
      store.transaction(
        async (tx) => {
          runs += 1;
          const before = (await tx.fact('instant-reserved')) ?? 0;
          await met();
          await tx.setFact('instant-reserved', before + 1);
        },
        { inTurn },
      );
    await Promise.all(together.map((store) => add(store, true, async () => undefined)));
    assert.equal(runs, 20);

    // Both have read before one of them writes.
    const { promise: bothRead, resolve } = Promise.withResolvers<void>();
    let reading = 0;
    const meet = () => {
      if (++reading === 2) resolve();
      return bothRead;
    };
    runs = 0;
    await Promise.all(stores.map((store) => add(store, false, meet)));
    assert.ok(runs > 2, `${runs} runs`);
    assert.equal(await stores[0].read((tx) => tx.fact('instant-reserved')), 22);
  } finally {
    for (const store of stores) await store.close();
  }
});

test('a host that stops in its turn loses it, and the others go on', { skip }, async () => {
  const schema = newSchema();
  const stores = [await opened(schema, { turnMs: 200 }), await opened(schema)] as const;
  const { promise: isIn, resolve: comeIn } = Promise.withResolvers<void>();
  const { promise: wakes, resolve: wake } = Promise.withResolvers<void>();
  try {
    const sleeper = stores[0].transaction(
      async (tx) => {
        await tx.setFact('instant-reserved', 1);
        comeIn();
        await wakes;
        await tx.setFact('instant-reserved', 2);
      },
      { inTurn: true },
    );
    const lost = assert.rejects(sleeper, said('store-failed', /./));
    await isIn;
    await stores[1].transaction((tx) => tx.setFact('instant-reserved', 3), { inTurn: true });
    wake();
    await lost;
    assert.equal(await stores[0].read((tx) => tx.fact('instant-reserved')), 3);
  } finally {
    for (const store of stores) await store.close();
  }
});

test('one that fails gives its turn on', { skip }, async () => {
  const store = await opened(newSchema(), { connections: 1 });
  try {
    const fails = () => Promise.reject(new Error('no'));
    await assert.rejects(store.transaction(fails, { inTurn: true }), /no/);
    await store.transaction((tx) => tx.setFact('instant-reserved', 1), { inTurn: true });
    assert.equal(await store.read((tx) => tx.fact('instant-reserved')), 1);
  } finally {
    await store.close();
  }
});

test('a server that ends in the middle loses no sale and makes none twice', { skip }, async () => {
  const schema = newSchema();
  const store = await opened(schema);
  try {
    const rig = new Rig(store, { seed: 5 });
    for (let i = 0; i < 4; i++) await rig.enrol(i);
    let isBack = false;
    const restarted = server.restart().finally(() => {
      isBack = true;
    });
    const refused: string[] = [];
    while (!isBack && refused.length === 0) {
      const answers = await Promise.all(ORDERS.map((i) => rig.host.sell(order(i))));
      refused.push(...answers.flatMap((answer) => ('reason' in answer ? [answer.reason] : [])));
    }
    await restarted;
    assert.ok(refused.length > 0);
    assert.deepEqual([...new Set(refused)], ['store-failed']);
    for (const i of ORDERS) made(await rig.host.sell(order(i)));
    await rig.settle();
    const books = await rig.host.books();
    assert.deepEqual([books.balanced, books.issued, books.stored], [true, SUM, SUM]);
  } finally {
    await store.close();
  }
});

test('a database that was put back is known by the mark of a host, and one that went on is not', { skip }, async () => {
  const schema = newSchema();
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-mark-'));
  const mark = join(folder, 'mark');
  const restored = async () => {
    const store = await opened(schema, { mark });
    try {
      return await store.transaction(async (tx) => {
        const fact = await tx.fact('restored');
        await tx.setFact('restored', 0);
        return fact;
      });
    } finally {
      await store.close();
    }
  };
  try {
    assert.equal(await restored(), undefined);
    assert.equal(await restored(), 0);
    // What a dump that is put back does: the tables are made anew.
    await asked(`ALTER TABLE ${schema}.facts RENAME TO facts_old`);
    await asked(`CREATE TABLE ${schema}.facts (LIKE ${schema}.facts_old INCLUDING ALL)`);
    assert.equal(await restored(), 1);
    assert.equal(await restored(), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what was posted, or written in the audit log, is neither changed nor deleted, by whomever', {
  skip,
}, async () => {
  const schema = newSchema();
  const store = await opened(schema);
  try {
    const rig = new Rig(store);
    await rig.enrol(1);
    const entry = {
      at: milliseconds(1),
      by: 'kim',
      role: 'operator',
      action: 'sell',
      subject: '',
      detail: '',
    } as const;
    await store.transaction((tx) => tx.audit.append([{ ...entry, request: 'r' }]));
    for (const change of ['UPDATE audit SET at = 0', 'DELETE FROM audit', 'TRUNCATE audit']) {
      await assert.rejects(asked(`SET search_path = ${schema}; ${change}`), /append only/);
    }
    made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'a', source: 'cash' }));
    for (const change of ['UPDATE postings SET at = 0', 'DELETE FROM lines', 'TRUNCATE postings CASCADE']) {
      await assert.rejects(asked(`SET search_path = ${schema}; ${change}`), /append only/);
    }
    assert.equal((await rig.host.books()).issued, 5n);
  } finally {
    await store.close();
  }
});

test('a database that does not serve is refused in one sentence', { skip }, async () => {
  await assert.rejects(
    openPostgresStore('postgres://postgres@127.0.0.1:1/postgres'),
    said('store-failed', /^The database does not serve \(.*ECONNREFUSED.*\): check that it runs/),
  );
  await assert.rejects(
    openPostgresStore(server.url.replace(/postgres$/, 'nobody')),
    said('store-failed', /database "nobody" does not exist/),
  );
  await assert.rejects(opened('x; DROP TABLE orders'), said('store-failed', /^A schema's name has/));
  const foreign = newSchema();
  await asked(`CREATE SCHEMA ${foreign}; CREATE TABLE ${foreign}.theirs (a INTEGER)`);
  await assert.rejects(opened(foreign), said('file-foreign', /holds tables of another program/));
  const newer = newSchema();
  await (await opened(newer)).close();
  await asked(`INSERT INTO ${newer}.wattpurse_version VALUES (999, 999)`);
  await assert.rejects(opened(newer), said('version-newer', /version 999, and this program knows up to/));
});
