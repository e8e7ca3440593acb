import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { Rig } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { audited, testKeys } from './book-audit.testing.ts';
import { openBookServer } from './book-source.ts';
import { postgresMissing as skip, startPostgres, type TestServer } from './postgres.testing.ts';
import { openPostgresStore } from './postgres.ts';

let server: TestServer;
before(async () => {
  if (skip === false) server = await startPostgres();
});
after(() => server?.stop());

const books = testKeys();
const seals = { keys: async () => books.keys };
const DAY_MS = 86_400_000;

async function asked(sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

test('hosts that write at once, each in lanes of its own, leave books that are proved, and a change is found', {
  skip,
}, async () => {
  const schema = 'lanes';
  const stores = await Promise.all([1, 2].map(() => openPostgresStore(server.url, { schema, seals })));
  const [one, two] = stores as [(typeof stores)[0], (typeof stores)[0]];
  try {
    const rig = new Rig(one);
    for (let meter = 1; meter <= 4; meter++) await rig.enrol(meter);
    const hosts = [rig.host, rig.newHost(two)];
    for (let round = 0; round < 3; round++) {
      const sales = hosts.flatMap((host, h) =>
        Array.from({ length: 12 }, (_, i) => ({
          host,
          sale: { meter: 1 + (i % 4), amount: 5, orderId: `${round} ${h} ${i}`, source: 'cash' },
        })),
      );
      for (const answer of await Promise.all(sales.map(({ host, sale }) => host.sellAll([sale]))))
        assert.ok(answer.every((each) => 'sequence' in each));
      await Promise.all([one, two].map((store) => store.signHead({ now: milliseconds((1 + round) * DAY_MS) })));
    }
  } finally {
    for (const store of stores) await store.close();
  }
  const audit = () => openBookServer(server.url, schema).then((source) => audited(source, books));
  const untouched = await audit();
  assert.deepEqual(untouched.findings, []);
  assert.equal(untouched.postings, 72);
  assert.ok(untouched.heads >= 3);
  const [[lanes]] = (await asked(`SELECT count(*)::int FROM ${schema}.lanes`)) as [[number]];
  assert.ok(lanes > 1, `${lanes} lanes`);
  // Lanes that nobody holds are taken up again.
  const again = await openPostgresStore(server.url, { schema, seals });
  await again.transaction((tx) => tx.putSubscriber({ id: 'new', name: 'New', contact: '' }));
  await again.close();
  assert.deepEqual(await asked(`SELECT count(*)::int FROM ${schema}.lanes`), [[lanes]]);
  assert.deepEqual((await audit()).findings, []);
  await assert.rejects(
    openPostgresStore(server.url, { schema }).then((plain) =>
      plain.transaction((tx) => tx.setFact('keyring', 1)).finally(() => plain.close()),
    ),
    /These books are sealed/,
  );
  await asked(`UPDATE ${schema}.subscribers SET name = 'Old' WHERE id = 'new'`);
  assert.deepEqual(
    (await audit()).findings.map(({ table, row }) => [table, row]),
    [
      ['subscribers', 'new'],
      ['subscribers', undefined],
    ],
  );
  await asked(`ALTER TABLE ${schema}.lines DISABLE TRIGGER ALL`);
  await asked(`ALTER TABLE ${schema}.postings DISABLE TRIGGER ALL`);
  await asked(`DELETE FROM ${schema}.lines WHERE posting > 70`);
  await asked(`DELETE FROM ${schema}.postings WHERE sequence > 70`);
  const cut = (await audit()).findings.filter(({ table }) => table === 'postings');
  assert.ok(
    cut.length > 0 && cut.every(({ what }) => /gone from the end of its chain$/.test(what)),
    JSON.stringify(cut),
  );
});

test('a transaction that was in the way of another and ran again is sealed once', { skip }, async () => {
  const schema = 'again';
  const store = await openPostgresStore(server.url, { schema, seals });
  const add = (id: string) =>
    store.transaction(async (tx) => {
      const count = (await tx.subscribers()).length;
      await tx.putSubscriber({ id, name: `${count}`, contact: '' });
    });
  await Promise.all(Array.from({ length: 16 }, (_, i) => add(`id ${i}`)));
  await assert.rejects(
    store.transaction(async (tx) => {
      await tx.putSubscriber({ id: 'undone', name: '', contact: '' });
      throw new Error('no');
    }),
    /^Error: no$/,
  );
  await store.signHead({ now: milliseconds(DAY_MS) });
  await store.close();
  const source = await openBookServer(server.url, schema);
  const audit = await audited(source, books);
  assert.deepEqual([audit.findings, audit.rows], [[], 17]);
});
