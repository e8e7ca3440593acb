import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { Store } from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { testKeys } from '../../src/storage/book-audit.testing.ts';
import {
  CopyRefused,
  compareBooks,
  copyBooks,
  differs,
  openPostgresStore,
  openSqliteStore,
} from '../../src/storage/index.ts';
import { postgresMissing as skip, startPostgres, type TestServer } from '../../src/storage/postgres.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { liveEverywhere } from './every-table.testing.ts';

const root = mkdtempSync(join(tmpdir(), 'wattpurse-copy-'));
let server: TestServer;
before(async () => {
  if (skip === false) server = await startPostgres();
});
after(async () => {
  rmSync(root, { recursive: true });
  await server?.stop();
});

const seals = { keys: async () => testKeys().keys };
let places = 0;
const newFolder = () => join(root, `utility${++places}`);
const newSchema = () => ({ url: server.url, schema: `copied${++places}` });

/** In a folder, with something in every table; its store is closed. */
async function living(): Promise<{ folder: string; rig: Rig }> {
  const folder = newFolder();
  const store = openSqliteStore(folder, seals);
  const rig = new Rig(store, { seed: 5 });
  await liveEverywhere(rig);
  await store.signHead({ now: milliseconds(rig.clock.ms) });
  await store.close();
  return { folder, rig };
}

let template: Promise<{ folder: string }> | undefined;
/** The same, of which only the books are left. */
async function lived(): Promise<{ folder: string }> {
  template ??= living();
  const folder = newFolder();
  cpSync((await template).folder, folder, { recursive: true });
  return { folder };
}

/** All that a database holds of a utility, as SQLite itself lists it: nothing of what copies is asked. */
function dump(folder: string): Record<string, readonly unknown[]> {
  const database = new DatabaseSync(join(folder, 'wattpurse.db'), { readOnly: true });
  try {
    const names = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'copies' ORDER BY name")
      .all();
    return Object.fromEntries(
      names.map(({ name }) => {
        const statement = database.prepare(`SELECT * FROM ${name}`);
        statement.setReadBigInts(true);
        // The order of a table without its key's is that of its rows, which a copy may change.
        return [
          name,
          statement
            .all()
            .map((row) => Object.values(row).map(valueText))
            .sort(),
        ];
      }),
    );
  } finally {
    database.close();
  }
}
const valueText = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : `${value}`);

async function asked<R extends pg.QueryResultRow>(schema: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: server.url, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

const refused = (reason: CopyRefused['reason'], words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CopyRefused, String(error));
  assert.match(error.message, /^[^\n]+\.$/);
  assert.match(error.message, words);
  return error.reason === reason;
};

test('every row of every table comes to PostgreSQL and back, and no table is left out', { skip }, async () => {
  const { folder } = await lived();
  const before = dump(folder);
  for (const [table, rows] of Object.entries(before)) assert.ok(rows.length > 0, `no row of ${table} was copied`);
  const [there, back] = [newSchema(), { folder: newFolder() }];
  const copied = await copyBooks({ folder }, there);
  assert.deepEqual(
    copied.map(({ table, rows }) => [table, rows]),
    Object.entries(before).map(([table, rows]) => [table, rows.length]),
  );
  const tables = await asked<{ name: string }>(
    there.schema,
    `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace
      AND relkind IN ('r', 'p') AND NOT relispartition AND relname NOT IN ('wattpurse_version', 'copies') ORDER BY relname COLLATE "C"`,
  );
  assert.deepEqual(
    tables.map(({ name }) => name),
    Object.keys(before),
  );
  assert.deepEqual((await copyBooks(there, back)).filter(differs), []);
  assert.deepEqual(dump(back.folder), before);
  assert.deepEqual(dump(folder), before, 'what was copied is as it was');
  assert.deepEqual((await compareBooks(back, there)).filter(differs), []);
});

test('a utility lives on after it moved, twice: numbers go on, orders arrive, and the books balance', {
  skip,
}, async () => {
  const { folder, rig } = await living();
  const numbers = (store: Store) =>
    store.read(async (tx) => ({
      order: (await tx.orders({ limit: 1 }))[0]?.sequence ?? 0,
      posting: (await tx.postings({ limit: 1 }))[0]?.sequence ?? 0,
      event: (await tx.events({ limit: 1 }))[0]?.number ?? 0,
      terms: (await tx.terms.page({ limit: 1 }))[0]?.number ?? 0,
      closing: (await tx.closings.page({ limit: 1 }))[0]?.number ?? 0,
      audit: (await tx.audit.page({ limit: 1 }))[0]?.number ?? 0,
    }));
  const goOn = async (store: Store, name: string) => {
    assert.equal(await store.read((tx) => tx.fact('restored')), undefined, 'it is not taken for an older copy');
    rig.store = store;
    rig.host = rig.newHost(store);
    await rig.host.start();
    const first = await numbers(store);
    made(await rig.host.sell({ meter: 0, amount: 11, orderId: `sold ${name}`, source: 'cash' }));
    const after = await numbers(store);
    assert.deepEqual([after.order, after.posting], [first.order + 1, first.posting + 1]);
    await store.transaction(async (tx) => {
      const { number: _, ...closing } = (await tx.closings.page({ limit: 1 }))[0] ?? assert.fail();
      await tx.closings.append([{ ...closing, month: name }]);
      const { number: __, ...entry } = (await tx.audit.page({ limit: 1 }))[0] ?? assert.fail();
      await tx.audit.append([entry, entry]);
      const [event] = await tx.events({ limit: 1 });
      await tx.addEvents([{ ...(event ?? assert.fail()), sequence: 9_000 + first.event }]);
    });
    const then = await numbers(store);
    assert.deepEqual([then.closing, then.audit, then.event], [first.closing + 1, first.audit + 2, first.event + 1]);
    await rig.settle();
    const { balanced, issued, stored, inFlight, refunded } = await rig.host.books();
    assert.deepEqual([balanced, inFlight], [true, 0n]);
    assert.equal(issued, stored + refunded);
    const inMeters = [...rig.meters.values()].reduce((sum, { credited }) => sum + BigInt(credited), 0n);
    assert.equal(stored, inMeters, 'the meters hold what the books say');
    await store.close();
  };
  const there = newSchema();
  await copyBooks({ folder }, there);
  await goOn(
    await openPostgresStore(there.url, { schema: there.schema, mark: join(folder, 'wattpurse.mark'), seals }),
    'there',
  );
  const back = newFolder();
  await copyBooks(there, { folder: back });
  await goOn(openSqliteStore(back, seals), 'back');
});

test('what a utility left when it moved is an older copy, wherever it is put', { skip }, async () => {
  const { folder } = await lived();
  const there = newSchema();
  await copyBooks({ folder }, there);
  await assert.rejects(copyBooks({ folder }, newSchema()), refused('source-older-copy', /goes on in PostgreSQL/));
  const database = join(folder, 'wattpurse.db');
  renameSync(database, `${database}.kept`);
  await copyBooks(there, { folder });
  const restored = async () => {
    const store = openSqliteStore(folder, seals);
    const fact = await store.read((tx) => tx.fact('restored'));
    await store.close();
    return fact;
  };
  assert.equal(await restored(), undefined);
  renameSync(`${database}.kept`, database);
  assert.equal(await restored(), 1, 'it counts fewer commits than the mark');
});

test('a host whose folder did not take part finds another database than it left', { skip }, async () => {
  const { folder } = await lived();
  const other = newFolder();
  const first = newSchema();
  await copyBooks({ folder }, first);
  const mark = join(root, `mark${++places}`);
  await (await openPostgresStore(first.url, { schema: first.schema, mark })).close();
  await copyBooks(first, { folder: other });
  const second = newSchema();
  await copyBooks({ folder: other }, second);
  const store = await openPostgresStore(second.url, { schema: second.schema, mark, seals });
  assert.equal(await store.read((tx) => tx.fact('restored')), 1);
  await store.close();
});

test('a place with books in it is no target, and stays as it is', { skip }, async () => {
  const [one, two] = [await lived(), await lived()];
  const there = newSchema();
  const store = await openPostgresStore(there.url, { schema: there.schema });
  await store.transaction((tx) => tx.setFact('keyring', 7));
  await store.close();
  await assert.rejects(copyBooks(one, there), refused('target-not-empty', /has rows in facts: name an empty/));
  const before = dump(two.folder);
  const filled = newSchema();
  await copyBooks(one, filled);
  await assert.rejects(copyBooks(filled, two), refused('target-not-empty', /wattpurse\.db is there already/));
  assert.deepEqual(dump(two.folder), before);
  const left = newFolder();
  await copyBooks(filled, { folder: left });
  renameSync(join(left, 'wattpurse.db'), join(left, 'wattpurse.db-wal'));
  await assert.rejects(copyBooks(filled, { folder: left }), refused('target-not-empty', /wattpurse\.db-wal is there/));
});

test('a source without books, of another version, in use, or older than its mark is none', { skip }, async () => {
  const nowhere = newFolder();
  await assert.rejects(
    copyBooks({ folder: nowhere }, newSchema()),
    refused('source-missing', /holds no wattpurse\.db/),
  );
  await assert.rejects(
    copyBooks(newSchema(), { folder: nowhere }),
    refused('source-missing', /no books of this program/),
  );
  assert.equal(existsSync(join(nowhere, 'wattpurse.db')), false);

  const { folder } = await lived();
  const running = openSqliteStore(folder);
  const inUse = (error: unknown) => error instanceof Error && /is in use by another process/.test(error.message);
  await assert.rejects(copyBooks({ folder }, newSchema()), inUse);
  await assert.rejects(compareBooks({ folder }, newSchema()), inUse);
  await running.close();

  const version = (set?: number) => {
    const database = new DatabaseSync(join(folder, 'wattpurse.db'));
    const { user_version: found } = database.prepare('PRAGMA user_version').get() ?? {};
    if (set !== undefined) database.exec(`PRAGMA user_version = ${set}`);
    database.close();
    return Number(found);
  };
  const newest = version();
  version(newest - 1);
  await assert.rejects(copyBooks({ folder }, newSchema()), refused('source-older', /start its host once/));
  assert.equal(version(newest + 1), newest - 1, 'and is left at its version');
  await assert.rejects(copyBooks({ folder }, newSchema()), /has version .* install the newer program/);
  version(newest);

  const there = newSchema();
  await copyBooks({ folder }, there);
  const host = await openPostgresStore(there.url, { schema: there.schema });
  await host.read((tx) => tx.meterCount());
  const to = { folder: newFolder() };
  await assert.rejects(copyBooks(there, to), refused('source-in-use', /stop all its hosts/));
  await host.close();
  await asked(there.schema, 'UPDATE wattpurse_version SET version = version + 1');
  await assert.rejects(copyBooks(there, to), /has version .* install the newer program/);
  await asked(
    there.schema,
    'DELETE FROM wattpurse_version WHERE version > 1; UPDATE wattpurse_version SET version = 0',
  );
  await assert.rejects(copyBooks(there, to), refused('source-older', /start its host once/));

  const other = await lived();
  rmSync(join(other.folder, 'wattpurse.mark'));
  await assert.rejects(copyBooks(other, newSchema()), refused('source-older-copy', /holds an older copy/));
});

test('a database that is not the one that the host of the folder knows is not moved there', { skip }, async () => {
  const { folder } = await lived();
  const [known, other] = [newSchema(), newSchema()];
  await copyBooks({ folder }, known);
  const mark = readFileSync(join(folder, 'wattpurse.mark'));
  const second = newFolder();
  await copyBooks(known, { folder: second });
  await copyBooks({ folder: second }, other);
  const third = newFolder();
  await copyBooks(known, { folder: third });
  rmSync(join(third, 'wattpurse.db'));
  writeFileSync(join(third, 'wattpurse.mark'), mark);
  await assert.rejects(copyBooks(other, { folder: third }), refused('source-older-copy', /is not the one/));
  assert.deepEqual((await copyBooks(known, { folder: third })).filter(differs), []);
});

test('a target that goes away half way, or changes a row, keeps nothing, and takes the next copy', {
  skip,
}, async () => {
  const { folder } = await lived();
  const mark = readFileSync(join(folder, 'wattpurse.mark'), 'latin1');
  const there = newSchema();
  await (await openPostgresStore(there.url, { schema: there.schema })).close();
  const rowsThere = async () => {
    const [counts] = await asked(
      there.schema,
      'SELECT (SELECT count(*) FROM subscribers) + (SELECT count(*) FROM facts) AS n',
    );
    return Number(counts?.n);
  };
  const meanwhile = (body: string) =>
    asked(
      there.schema,
      `CREATE OR REPLACE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN new; END $$;
      CREATE OR REPLACE TRIGGER meddle BEFORE INSERT ON lines FOR EACH ROW EXECUTE FUNCTION meddle()`,
    );
  await meanwhile('PERFORM pg_terminate_backend(pg_backend_pid());');
  await assert.rejects(copyBooks({ folder }, there), /The database does not serve .*; nothing was changed\.$/);
  assert.equal(await rowsThere(), 0);
  await meanwhile('new.account := upper(new.account);');
  await assert.rejects(copyBooks({ folder }, there), refused('rows-differ', /lines 1 0, .*nothing of it was kept/));
  assert.equal(await rowsThere(), 0);
  await asked(there.schema, 'DROP TRIGGER meddle ON lines');
  assert.equal(readFileSync(join(folder, 'wattpurse.mark'), 'latin1'), mark);
  assert.deepEqual((await copyBooks({ folder }, there)).filter(differs), []);
});

test('a row that the other engine does not take is named, and nothing is kept, there or here', { skip }, async () => {
  const { folder } = await lived();
  const there = newSchema();
  await copyBooks({ folder }, there);
  const change = 'UPDATE approvals SET decided_by = asked_by';
  await asked(there.schema, `ALTER TABLE approvals DROP CONSTRAINT approvals_check; ${change}`);
  const to = newFolder();
  await assert.rejects(copyBooks(there, { folder: to }), refused('row-refused', /^A row of approvals cannot stand/));
  assert.deepEqual(readdirSync(to), ['wattpurse.lock']);

  const other = await lived();
  const store = openSqliteStore(other.folder, seals);
  await store.transaction((tx) => tx.putSubscriber({ id: 'zero', name: 'a\0b', contact: '' }));
  await store.close();
  const target = newSchema();
  await assert.rejects(copyBooks(other, target), refused('row-refused', /^A row of subscribers cannot stand/));
  assert.deepEqual(await asked(target.schema, 'SELECT * FROM subscribers'), []);
});

test('a comparison names what is missing, what is too much, and what is another', { skip }, async () => {
  const { folder } = await lived();
  const there = newSchema();
  await copyBooks({ folder }, there);
  await asked(
    there.schema,
    `DELETE FROM suspicions WHERE kind = 'no-answer'; INSERT INTO subscribers VALUES ('subscriber b', '', '');
    UPDATE profiles SET energies = set_byte(energies, 0, 1) WHERE day < 20004; UPDATE orders SET why = '' WHERE sequence = 1`,
  );
  const found = (await compareBooks({ folder }, there)).filter(differs);
  const none = { differing: 0, missing: 0, surplus: 0 };
  assert.deepEqual(found, [
    { table: 'orders', rows: 6, ...none, differing: 1, examples: ['1'] },
    { table: 'profiles', rows: 25, ...none, differing: 4, examples: ['2 1 20000', '2 1 20001', '2 1 20002'] },
    { table: 'subscribers', rows: 7, ...none, surplus: 1, examples: ['subscriber b'] },
    { table: 'suspicions', rows: 2, ...none, missing: 1, examples: ['7 no-answer 1 2'] },
  ]);
  const turned = (await compareBooks(there, { folder })).filter(differs);
  assert.deepEqual(
    turned.map(({ table, differing, missing, surplus }) => [table, differing, missing, surplus]),
    [
      ['orders', 1, 0, 0],
      ['profiles', 4, 0, 0],
      ['subscribers', 0, 1, 0],
      ['suspicions', 0, 0, 1],
    ],
  );
});
