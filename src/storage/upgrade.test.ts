import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { made, Rig } from '../host/rig.testing.ts';
import { NO_FAULTS, testKeys } from './book-audit.testing.ts';
import { openPostgresReader } from './copy-postgres.ts';
import { auditLedger, auditRows, openBookFile, openPostgresStore, openSqliteStore } from './index.ts';
import { MIGRATIONS } from './migrations.ts';
import { postgresMissing as skip, startPostgres } from './postgres.testing.ts';
import { migrate, nameOfHosts, PostgresStore } from './postgres.ts';
import { POSTGRES_MIGRATIONS } from './postgres-migrations.ts';

const root = mkdtempSync(join(tmpdir(), 'wattpurse-upgrade-'));
after(() => rmSync(root, { recursive: true }));
/** What a program of that version left, frozen: shape and rows as they were then. */
const frozen = (engine: string, version: number): string =>
  join(import.meta.dirname, 'frozen', `${engine}-${version}.sql`);

test('of each version before the newest there is a frozen database, which is taken forward below', () => {
  for (const [engine, steps] of [
    ['sqlite', MIGRATIONS],
    ['postgresql', POSTGRES_MIGRATIONS],
  ] as const) {
    for (let version = 1; version < steps.length; version++)
      assert.ok(existsSync(frozen(engine, version)), `${engine} ${version}`);
  }
});

/** Tables, indexes and triggers, and the columns of each table: whatever the text that made them. */
function shapeOf(database: DatabaseSync): readonly unknown[] {
  const objects = database
    .prepare("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .all();
  return objects.map((object) => [
    object,
    database
      .prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?)')
      .all(String(object.name)),
    database.prepare('SELECT name FROM pragma_index_info(?)').all(String(object.name)),
    database.prepare('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)').all(String(object.name)),
  ]);
}

const rowsOf = (database: DatabaseSync, table: string, columns: readonly string[]): readonly unknown[] => {
  const list = columns.map((column) => `"${column}"`);
  const statement = database.prepare(`SELECT ${list} FROM ${table} ORDER BY ${list}`);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return statement.all();
};

for (let version = 1; version < MIGRATIONS.length; version++) {
  test(`a database of version ${version} is taken forward with every row, sealed, and is of the shape of a new one`, async () => {
    const folder = mkdtempSync(join(root, `sqlite-${version}-`));
    const path = join(folder, 'wattpurse.db');
    const then = new DatabaseSync(path);
    then.exec(readFileSync(frozen('sqlite', version), 'utf8'));
    const tables = then
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name));
    const columns = new Map(
      tables.map((table) => [
        table,
        then
          .prepare('SELECT name FROM pragma_table_info(?)')
          .all(table)
          .map(({ name }) => String(name)),
      ]),
    );
    const before = new Map(tables.map((table) => [table, rowsOf(then, table, columns.get(table) as string[])]));
    then.close();
    assert.ok(
      [...before.values()].every((rows) => rows.length > 0),
      'each table of that version has rows',
    );

    const { keys, verifier } = testKeys();
    const store = openSqliteStore(folder, { keys: async () => keys });
    // Nothing of it is known to a mark: what migrates and seals it is its first transaction.
    await store.transaction((tx) => tx.setFact('address-map-version', 1_000));
    await store.close();

    const now = new DatabaseSync(path, { readOnly: true });
    assert.equal(now.prepare('PRAGMA user_version').get()?.user_version, MIGRATIONS.length);
    assert.deepEqual(now.prepare('PRAGMA foreign_key_check').all(), []);
    assert.equal(now.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
    for (const table of tables.filter((name) => name !== 'facts')) {
      assert.deepEqual(rowsOf(now, table, columns.get(table) as string[]), before.get(table), table);
    }
    const fresh = openSqliteStore(mkdtempSync(join(root, 'fresh-')));
    await fresh.close();
    const anew = new DatabaseSync(':memory:');
    for (const step of MIGRATIONS) anew.exec(step);
    assert.deepEqual(shapeOf(now), shapeOf(anew));
    now.close();

    const source = openBookFile(path);
    const ledger = await auditLedger(source, {
      verifier,
      rowKeys: keys,
      kept: [],
      vend: () => undefined,
      vouchers: NO_FAULTS,
    });
    const rows = await auditRows(source, { rowKeys: keys, receipt: async () => undefined, mark: undefined });
    await source.close();
    assert.deepEqual([...ledger.findings, ...rows.findings], []);
    assert.ok(rows.rows > 10);
  });
}

test('a database in PostgreSQL of a version that this program does not know is refused with one sentence', {
  skip,
}, async () => {
  const server = await startPostgres();
  try {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await migrate(client, 'public', [...POSTGRES_MIGRATIONS, 'CREATE TABLE newer (id BIGINT)']);
    await client.end();
    const known = POSTGRES_MIGRATIONS.length;
    const sentence = `The database has version ${known + 1}, and this program knows up to ${known}: install the newer program.`;
    await assert.rejects(openPostgresStore(server.url), { reason: 'version-newer', message: sentence });
  } finally {
    await server.stop();
  }
});

test('a program with a newer shape waits until no host of an older one is connected, and those are refused from then on', {
  skip,
}, async () => {
  const server = await startPostgres();
  const newer = [...POSTGRES_MIGRATIONS, 'CREATE TABLE newer (id BIGINT)'];
  try {
    // Two of one shape side by side.
    const [one, other] = [await openPostgresStore(server.url), await openPostgresStore(server.url)];
    const rig = new Rig(one, { seed: 1 });
    await rig.enrol(1);
    made(await rig.newHost(other).sell({ meter: 1, amount: 5, orderId: 'beside', source: 'cash' }));
    await other.close();

    const upgrading = new pg.Client({
      connectionString: server.url,
      application_name: nameOfHosts('public', newer.length),
    });
    // Where something fails, the server is stopped under it.
    upgrading.on('error', () => undefined);
    await upgrading.connect();
    const sentence =
      'Hosts of an older version are at this database (1 connection): stop them, and start this one again; nothing was changed.';
    await assert.rejects(migrate(upgrading, 'public', newer), { reason: 'hosts-older', message: sentence });
    await upgrading.query('ROLLBACK');
    made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'still', source: 'cash' }));
    // Its connections come and go: between two of them the newer program takes the database forward.
    const { rows: ended } = await upgrading.query(
      'SELECT pg_terminate_backend(pid, 10000) AS is_gone FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = $1',
      [nameOfHosts('public')],
    );
    assert.ok(ended.every(({ is_gone: isGone }) => isGone));
    await migrate(upgrading, 'public', newer);
    const late = await rig.host.sell({ meter: 1, amount: 5, orderId: 'late', source: 'cash' });
    assert.equal('reason' in late && late.reason, 'store-failed');
    await assert.rejects(
      one.transaction((tx) => tx.setFact('restored', 0)),
      { reason: 'version-newer' },
    );
    const { rows } = await upgrading.query('SELECT id FROM orders ORDER BY id');
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['beside', 'still'],
    );
    // Hosts of the newer version that start together do not take each other for older ones.
    await upgrading.end();
    assert.ok(one instanceof PostgresStore);
    await one.close();
  } finally {
    await server.stop();
  }
});

test('where a newer shape only adds, hosts of the older one go on beside those of the newer', { skip }, async () => {
  const server = await startPostgres();
  const [known, adding] = [POSTGRES_MIGRATIONS.length, { adds: 'CREATE TABLE newer (id BIGINT)' }];
  try {
    const older = await openPostgresStore(server.url);
    const rig = new Rig(older, { seed: 1 });
    await rig.enrol(1);
    const sold = (orderId: string) => rig.host.sell({ meter: 1, amount: 5, orderId, source: 'cash' });
    made(await sold('before'));
    const upgrading = new pg.Client({
      connectionString: server.url,
      application_name: nameOfHosts('public', known + 1),
    });
    // Where something fails, the server is stopped under it.
    upgrading.on('error', () => undefined);
    await upgrading.connect();
    await migrate(upgrading, 'public', [...POSTGRES_MIGRATIONS, adding]);
    made(await sold('beside'));
    await upgrading.query('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = $1', [
      nameOfHosts('public'),
    ]);
    // A sale may meet the one that ended before its end is heard of: the next has a new one.
    await sold('by a new connection');
    made(await sold('by a new connection'));
    const late = await openPostgresStore(server.url);
    made(await rig.newHost(late).sell({ meter: 1, amount: 5, orderId: 'started later', source: 'cash' }));
    await late.close();
    // A copy would lack what the older program does not know.
    await assert.rejects(openPostgresReader({ url: server.url }), { reason: 'version-newer' });

    const changing = [...POSTGRES_MIGRATIONS, adding, 'ALTER TABLE newer ADD COLUMN more BIGINT', adding];
    await assert.rejects(migrate(upgrading, 'public', changing), { reason: 'hosts-older' });
    await upgrading.query('ROLLBACK');
    await older.close();
    // The server ends its part of a connection a little later.
    const hosts = () =>
      upgrading.query('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [nameOfHosts('public')]);
    while ((await hosts()).rows.length > 0) await pause(5);
    await migrate(upgrading, 'public', [...changing.slice(0, -1), { adds: 'CREATE TABLE newest (id BIGINT)' }]);
    await upgrading.end();
    await assert.rejects(openPostgresStore(server.url), { reason: 'version-newer' });
  } finally {
    await server.stop();
  }
});

test('hosts of a new version that start together over an old database take it forward once', { skip }, async () => {
  const server = await startPostgres();
  try {
    const first = await openPostgresStore(server.url);
    await first.close();
    const newer = [...POSTGRES_MIGRATIONS, 'CREATE TABLE newer (id BIGINT)'];
    const clients = Array.from(
      { length: 4 },
      () => new pg.Client({ connectionString: server.url, application_name: nameOfHosts('public', newer.length) }),
    );
    await Promise.all(clients.map((client) => client.connect()));
    const [firstOfAll, ...others] = clients as [pg.Client, ...pg.Client[]];
    // The others are connected by then, and none of them waits for its turn yet.
    await migrate(firstOfAll, 'public', newer);
    await Promise.all(others.map((client) => migrate(client, 'public', newer)));
    const { rows } = await firstOfAll.query('SELECT version FROM wattpurse_version ORDER BY version');
    assert.equal(rows.length, newer.length);
    await Promise.all(clients.map((client) => client.end()));
  } finally {
    await server.stop();
  }
});
