import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { StoreError } from '../host/ports.ts';
import { copies } from './commit-mark.ts';
import { openPostgresReader, openPostgresSource } from './copy-postgres.ts';
import { ALL_TABLES, CopyRefused, compareValues, inOrderOfReference } from './copy-rows.ts';
import { postgresMissing as skip, startPostgres, type TestServer } from './postgres.testing.ts';
import { openPostgresStore } from './postgres.ts';
import { openDatabase } from './sqlite.ts';
import type { SqlRow, TableShape } from './table.ts';
import { facts, subscribers } from './tables.ts';

let server: TestServer;
before(async () => {
  if (skip === false) server = await startPostgres();
});
after(() => server?.stop());

test('what is copied are the tables of the schema, all of them, with all their columns', () => {
  const database = openDatabase(':memory:');
  const columns = (table: string) =>
    database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => `"${name}"`);
  const inSchema = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const names = [...ALL_TABLES, copies].map(({ name }) => name);
  assert.deepEqual(names.sort(), inSchema.map(({ name }) => String(name)).sort());
  for (const table of ALL_TABLES) {
    assert.deepEqual(table.columns.map(({ name }) => name).sort(), columns(table.name).sort(), table.name);
  }
  database.close();
});

test('tables come after those that they refer to, and a circle is a bug', () => {
  const references = [
    ['subscribers', 'sessions'],
    ['sessions', 'facts'],
    ['meters', 'meters'],
    ['lines', 'of another program'],
  ] as const;
  const names = inOrderOfReference(references).map(({ name }) => name);
  assert.deepEqual([...names].sort(), ALL_TABLES.map(({ name }) => name).sort());
  const order = ['facts', 'sessions', 'subscribers'].map((name) => names.indexOf(name));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.throws(() => inOrderOfReference([...references, ['facts', 'subscribers']]), /in a circle/);
});

test('texts are ordered by their bytes, not by their halves of a pair', () => {
  assert.ok('\uffff' > '𝄞' && compareValues('\uffff', '𝄞') < 0);
  assert.ok(compareValues('B', 'a') < 0 && compareValues('a', 'ä') < 0 && compareValues('a', 'a') === 0);
  assert.ok(compareValues(9n, 10n) < 0 && compareValues(-1n, -2n) > 0);
});

test('while books are moved nobody writes to where they come from, and a host that comes is seen', {
  skip,
}, async () => {
  const place = { url: server.url, schema: 'moved' };
  await (await openPostgresStore(place.url, { schema: place.schema })).close();
  const client = new pg.Client({ connectionString: server.url, options: '-c search_path=moved -c lock_timeout=50' });
  await client.connect();
  const write = () => client.query("INSERT INTO facts VALUES ('x', 1) ON CONFLICT DO NOTHING");
  const source = await openPostgresSource(place, undefined);
  await assert.rejects(write(), /lock timeout/);
  await source.assertQuiet();
  const host = await openPostgresStore(place.url, { schema: place.schema });
  await host.read((tx) => tx.meterCount());
  await assert.rejects(
    source.assertQuiet(),
    (error) => error instanceof CopyRefused && error.reason === 'source-in-use',
  );
  await source.close();
  await assert.rejects(openPostgresSource(place, undefined), /stop all its hosts/);
  await write();
  await host.close();
  await client.end();
});

test('rows are read as they were written, whatever is in them, and however long they are', { skip }, async () => {
  const place = { url: server.url, schema: 'odd' };
  await (await openPostgresStore(place.url, { schema: place.schema })).close();
  const client = new pg.Client({ connectionString: server.url, options: '-c search_path=odd' });
  await client.connect();
  const odd = [
    '\\N',
    '\\',
    '\\\\x41',
    'a\tb\nc\rd\be\ff\vg',
    '\\n',
    '',
    "'",
    '전기 𝄞',
    'long '.repeat(500_000),
    'after',
  ];
  // Another order than that of their ids.
  for (const [i, text] of [...odd.entries()].reverse()) {
    await client.query('INSERT INTO subscribers (id, name, contact) VALUES ($1, $2, $2)', [`${i}`, text]);
  }
  for (const [name, value] of [
    ['least', -(2n ** 63n)],
    ['most', 2n ** 63n - 1n],
  ]) {
    await client.query('INSERT INTO facts VALUES ($1, $2)', [name, value]);
  }
  const reader = await openPostgresReader(place);
  const read = async (table: TableShape) => {
    const rows: SqlRow[] = [];
    for await (const batch of reader.rows(table)) rows.push(...batch);
    return rows;
  };
  const places = ['"name"', '"contact"', '"seal"'].map((name) =>
    subscribers.sealed.columns.findIndex((column) => column.name === name),
  );
  assert.deepEqual(
    (await read(subscribers.sealed)).map((row) => places.map((place) => row[place])),
    odd.map((text) => [text, text, null]),
  );
  assert.deepEqual(await read(facts), [
    ['least', -(2n ** 63n)],
    ['most', 2n ** 63n - 1n],
  ]);
  await reader.close();
  await client.end();
});

test('whoever leaves off before the last row can close, and one whose database goes is told so', { skip }, async () => {
  const place = { url: server.url, schema: 'cut' };
  await (await openPostgresStore(place.url, { schema: place.schema })).close();
  const client = new pg.Client({ connectionString: server.url, options: '-c search_path=cut' });
  await client.connect();
  await client.query(
    "INSERT INTO subscribers (id, name, contact) SELECT n, repeat('x', 1000), '' FROM generate_series(1, 20000) n",
  );
  const left = await openPostgresReader(place);
  for await (const rows of left.rows(subscribers)) {
    assert.ok(rows.length > 0);
    break;
  }
  await left.close();
  const ended = await openPostgresReader(place);
  await assert.rejects(
    async () => {
      for await (const _ of ended.rows(subscribers)) {
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wattpurse copy'",
        );
      }
    },
    (error) => error instanceof StoreError,
  );
  await ended.close();
  await client.end();
});

test('what is compared is read in one snapshot, and stops nobody', { skip }, async () => {
  const place = { url: server.url, schema: 'compared' };
  const host = await openPostgresStore(place.url, { schema: place.schema });
  const reader = await openPostgresReader(place);
  const count = async (table: typeof facts | typeof subscribers) => {
    let rows = 0;
    for await (const batch of reader.rows(table as typeof facts)) rows += batch.length;
    return rows;
  };
  assert.equal(await count(facts), 0);
  await host.transaction(async (tx) => {
    await tx.setFact('keyring', 1);
    await tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' });
  });
  assert.deepEqual([await count(facts), await count(subscribers)], [0, 0]);
  await reader.close();
  await host.close();
});
