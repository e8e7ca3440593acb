import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { type Posting, StoreError } from '../host/ports.ts';
import { Rig } from '../host/rig.testing.ts';
import { milliseconds, svpmsn } from '../units/index.ts';
import { MIGRATIONS } from './migrations.ts';
import { openDatabase, openSqliteStore, SqliteStore } from './sqlite.ts';

const root = mkdtempSync(join(tmpdir(), 'wattpurse-sqlite-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, `data-${++folders}`);

const refusedAs = (reason: StoreError['reason']) => (error: unknown) => {
  assert.ok(error instanceof StoreError, String(error));
  assert.match(error.message, /^[^\n]+\.$/);
  return error.reason === reason;
};

test('what was committed is there when the folder is opened again', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  await store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
  await store.close();
  const again = openSqliteStore(folder);
  assert.equal((await again.read((tx) => tx.subscriber('kim')))?.name, 'Kim');
  await again.close();
});

test('a commit waits for the disk', () => {
  const database = openDatabase(join(root, 'waits.db'));
  const setting = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name];
  // https://sqlite.org/pragma.html#pragma_synchronous: 2 is FULL, without which a power failure takes back commits.
  assert.deepEqual([setting('synchronous'), setting('journal_mode')], [2, 'wal']);
  database.close();
});

test('a folder in use is refused, and free again when it is closed', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  assert.throws(() => openSqliteStore(folder), refusedAs('folder-in-use'));
  await store.close();
  await openSqliteStore(folder).close();
});

test('a process that is killed lets go of its folder, and what it committed stays', async () => {
  const folder = newFolder();
  const program = `
    import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))};
    const store = openSqliteStore(${JSON.stringify(folder)});
    await store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
    store.transaction(async (tx) => {
      await tx.putSubscriber({ id: 'lee', name: 'Lee', contact: '' });
      console.log('open');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  assert.throws(() => openSqliteStore(folder), refusedAs('folder-in-use'));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = openSqliteStore(folder);
  assert.deepEqual(
    (await store.read((tx) => tx.subscribers())).map(({ id }) => id),
    ['kim'],
  );
  await store.close();
});

test('a database of a newer version, and a file of something else, are refused and left as they are', async () => {
  const newer = newFolder();
  await openSqliteStore(newer).close();
  const database = new DatabaseSync(join(newer, 'wattpurse.db'));
  database.exec('PRAGMA user_version = 999');
  database.close();
  assert.throws(() => openSqliteStore(newer), refusedAs('version-newer'));

  const foreign = newFolder();
  await openSqliteStore(foreign).close();
  rmSync(join(foreign, 'wattpurse.db'));
  const other = new DatabaseSync(join(foreign, 'wattpurse.db'));
  other.exec('CREATE TABLE recipes (name TEXT)');
  other.close();
  assert.throws(() => openSqliteStore(foreign), refusedAs('file-foreign'));
  rmSync(join(foreign, 'wattpurse.db'));
  writeFileSync(
    join(foreign, 'wattpurse.db'),
    'a letter to my aunt, longer than a header of SQLite would be, and none of it',
  );
  assert.throws(() => openSqliteStore(foreign), refusedAs('file-foreign'));
});

test('a folder that cannot be made is refused', () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  assert.throws(() => openSqliteStore(join(file, 'data')), refusedAs('store-failed'));
});

test('a full disk is one sentence, and leaves nothing half-done', async () => {
  const folder = newFolder();
  await openSqliteStore(folder).close();
  const database = openDatabase(join(folder, 'wattpurse.db'));
  const store = new SqliteStore(database);
  const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
  // What the database may still grow by: as a disk that is nearly full.
  database.exec(`PRAGMA max_page_count = ${pages + 4}`);
  let kept = 0;
  const fill = () =>
    store.transaction(async (tx) => {
      for (let i = 0; i < 20; i++)
        await tx.putSubscriber({ id: `${kept}-${i}`, name: 'x'.repeat(100), contact: 'y'.repeat(100) });
      kept += 1;
    });
  await assert.rejects(async () => {
    for (let i = 0; i < 100; i++) await fill();
  }, refusedAs('store-full'));
  assert.equal((await store.read((tx) => tx.subscribers())).length, 20 * kept);
  assert.ok(kept < 100);
  database.exec('PRAGMA max_page_count = 100000');
  await fill();
  assert.equal((await store.read((tx) => tx.subscribers())).length, 20 * kept);
  await store.close();
});

test('a sale that found the disk full left nothing, and the same sale goes through when there is room', async () => {
  const folder = newFolder();
  await openSqliteStore(folder).close();
  const database = openDatabase(join(folder, 'wattpurse.db'));
  const rig = new Rig(new SqliteStore(database));
  const meter = await rig.enrol(1);
  await rig.settle();
  const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
  database.exec(`PRAGMA max_page_count = ${pages + 2}`);
  const sales = Array.from({ length: 400 }, (_, i) => ({ meter: 1, amount: 1, orderId: `order ${i}`, source: 'cash' }));
  const refused = (await rig.host.sellAll(sales))[0];
  assert.ok(refused !== undefined && 'sentence' in refused);
  assert.equal(refused.reason, 'store-failed');
  assert.equal(refused.sentence, 'The disk of the data folder is full: make room and try again; nothing was changed.');
  assert.deepEqual(await rig.host.orders({ limit: 9 }), []);
  assert.equal((await rig.host.books()).issued, 0n);
  database.exec('PRAGMA max_page_count = 100000');
  for (const answer of await rig.host.sellAll(sales)) assert.equal('state' in answer && answer.state, 'waiting');
  await rig.settle();
  const books = await rig.host.books();
  assert.deepEqual([meter.credited, books.stored, books.balanced], [400, 400n, true]);
  await rig.store.close();
});

test('a database that another program holds is busy, and serves when it is let go', async () => {
  const folder = newFolder();
  await openSqliteStore(folder).close();
  const path = join(folder, 'wattpurse.db');
  const database = openDatabase(path);
  database.exec('PRAGMA busy_timeout = 0');
  const store = new SqliteStore(database);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const put = () => store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
  await assert.rejects(put(), refusedAs('store-busy'));
  other.exec('ROLLBACK');
  other.close();
  await put();
  assert.equal((await store.read((tx) => tx.subscribers())).length, 1);
  await store.close();
});

test('a damaged database says so, and nothing raw comes out', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  await store.transaction(async (tx) => {
    for (let i = 0; i < 200; i++) await tx.putSubscriber({ id: `${i}`, name: 'x'.repeat(100), contact: '' });
  });
  await store.close();
  const path = join(folder, 'wattpurse.db');
  const bytes = readFileSync(path);
  // The first page stays, which says whose the file is.
  bytes.fill(0xff, bytes.readUInt16BE(16));
  writeFileSync(path, bytes);
  const read = async () => {
    const damaged = openSqliteStore(folder);
    try {
      await damaged.read((tx) => tx.subscribers());
    } finally {
      await damaged.close();
    }
  };
  await assert.rejects(read(), refusedAs('store-damaged'));
});

/** Whether the host is told that the database in this folder is an older copy. */
async function restoredIn(folder: string): Promise<boolean> {
  const store = openSqliteStore(folder);
  const fact = await store.read((tx) => tx.fact('restored'));
  await store.close();
  return fact === 1;
}

test('an older copy of the database in its folder is found to be one, by a single transaction', async () => {
  const folder = newFolder();
  const put = async (...ids: string[]) => {
    const store = openSqliteStore(folder);
    for (const id of ids) await store.transaction((tx) => tx.putSubscriber({ id, name: 'x', contact: '' }));
    await store.close();
  };
  await put('1', '2');
  assert.equal(await restoredIn(folder), false);
  const path = join(folder, 'wattpurse.db');
  const copy = readFileSync(path);
  await put('3');
  assert.equal(await restoredIn(folder), false);
  writeFileSync(path, copy);
  assert.equal(await restoredIn(folder), true);
  // A host that died before it took note is told again; one that took note is told no more.
  assert.equal(await restoredIn(folder), true);
  const store = openSqliteStore(folder);
  await store.transaction((tx) => tx.setFact('restored', 0));
  await store.close();
  assert.equal(await restoredIn(folder), false);
  writeFileSync(path, copy);
  assert.equal(await restoredIn(folder), true);
});

test('a database that came without its mark is taken for a copy, and one whose mark fell behind is not', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  const mark = join(folder, 'wattpurse.mark');
  await store.transaction((tx) => tx.putSubscriber({ id: '1', name: 'x', contact: '' }));
  const early = readFileSync(mark);
  await store.transaction((tx) => tx.putSubscriber({ id: '2', name: 'x', contact: '' }));
  await store.close();
  // As after a power failure: the mark does not wait for the disk.
  writeFileSync(mark, early);
  assert.equal(await restoredIn(folder), false);
  rmSync(mark);
  assert.equal(await restoredIn(folder), true);
});

test('a host on an older copy asks the meter first, and refunds nothing that is stored', async () => {
  const folder = newFolder();
  const rig = new Rig(openSqliteStore(folder));
  const meter = await rig.enrol(1);
  rig.meters.clear();
  await rig.host.sellAll([{ meter: 1, amount: 70, orderId: 'a', source: 'cash' }]);
  await rig.store.close();
  const path = join(folder, 'wattpurse.db');
  const copy = readFileSync(path);

  const later = openSqliteStore(folder);
  rig.host = rig.newHost(later);
  rig.meters.set(meter.id, meter);
  await rig.host.start();
  for (let i = 0; i < 10; i++) {
    await rig.pump();
    rig.clock.ms += 1_000;
    await rig.host.handle({ type: 'tick' });
  }
  assert.equal(meter.balance, 70);
  await later.close();

  writeFileSync(path, copy);
  const restored = openSqliteStore(folder);
  rig.host = rig.newHost(restored);
  await rig.host.start();
  const taken = await rig.host.voidOrder('a');
  assert.ok('state' in taken && taken.state === 'voiding');
  await rig.pump();
  const order = await rig.host.order('a');
  assert.ok('state' in order && order.state === 'stored');
  const books = await rig.host.books();
  assert.deepEqual([meter.balance, books.stored, books.refunded], [70, 70n, 0n]);
  await restored.close();
});

test('a database of the version before is taken forward: what was refunded then has no reason', async () => {
  const folder = newFolder();
  const rig = new Rig(openSqliteStore(folder));
  await rig.enrol(1);
  await rig.host.sellAll(['a', 'b', 'c'].map((orderId) => ({ meter: 1, amount: 7, orderId, source: 'cash' })));
  await rig.host.voidOrder('b');
  await rig.store.close();
  const before = openDatabase(join(folder, 'wattpurse.db'));
  const then = new DatabaseSync(':memory:');
  for (const step of MIGRATIONS.slice(0, 2)) then.exec(step);
  // Indexes first: those of a table go with it.
  for (const type of ['index', 'table']) {
    const names = (of: DatabaseSync) =>
      of
        .prepare('SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL')
        .all(type)
        .map(({ name }) => String(name));
    const known = new Set(names(then));
    for (const name of names(before)) if (!known.has(name)) before.exec(`DROP ${type} ${name}`);
  }
  before.exec('ALTER TABLE postings DROP COLUMN lane; ALTER TABLE postings DROP COLUMN digest');
  const tables = before.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  for (const { name } of tables) {
    if (name !== 'postings' && name !== 'lines') before.exec(`ALTER TABLE ${name} DROP COLUMN seal`);
  }
  before.exec('ALTER TABLE knowledge DROP COLUMN alarms; ALTER TABLE knowledge DROP COLUMN alarms_at');
  before.exec('ALTER TABLE knowledge DROP COLUMN linked_event; ALTER TABLE knowledge DROP COLUMN event_link');
  before.exec('ALTER TABLE knowledge DROP COLUMN voltage_day; ALTER TABLE knowledge DROP COLUMN voltage_ask_at');
  before.exec('ALTER TABLE orders DROP COLUMN why; ALTER TABLE purses DROP COLUMN used_units; PRAGMA user_version = 2');
  before.close();
  const store = openSqliteStore(folder);
  rig.host = rig.newHost(store);
  await rig.host.voidOrder('c');
  const orders = await rig.host.orders({ limit: 2 });
  assert.deepEqual(
    orders.map(({ id, state, why }) => [id, state, why]),
    [
      ['c', 'refunded', 'voided'],
      ['b', 'refunded', undefined],
    ],
  );
  await store.close();
});

test('a ledger of the version before is taken forward whole, append only, and takes what concerns no meter', async () => {
  const folder = mkdtempSync(join(root, 'before-'));
  const ours = openDatabase(join(folder, 'other.db'));
  const { application_id: program } = ours.prepare('PRAGMA application_id').get() as { application_id: bigint };
  ours.close();
  const then = new DatabaseSync(join(folder, 'wattpurse.db'));
  for (const step of MIGRATIONS.slice(0, -1)) then.exec(step);
  then.exec(`PRAGMA application_id = ${program}; PRAGMA user_version = ${MIGRATIONS.length - 1};
    INSERT INTO subscribers VALUES ('kim', 'Kim', '');
    INSERT INTO meters VALUES (5, 'kim', 1, 5, 1, 1, NULL, 0, 0, 0, 0);
    INSERT INTO postings VALUES (1, 'sold', 7, 5, 'a'), (3, 'stored', 8, 5, NULL);
    INSERT INTO lines VALUES (1, 0, 'cash', 9), (1, 1, 'prepaid', -9), (3, 0, 'prepaid', 9), (3, 1, 'value-in-meters', -9)`);
  then.close();
  const store = openSqliteStore(folder);
  const float: Posting = {
    ...{ kind: 'float', at: milliseconds(9), svpmsn: undefined, order: 'slip 1' },
    lines: [
      { account: 'cash', amount: 4n },
      { account: 'float:kiosk', amount: -4n },
    ],
  };
  await store.transaction((tx) => tx.post([float]));
  const found = await store.read((tx) => tx.postings({ limit: 9 }));
  assert.deepEqual(
    found.map(({ sequence, kind, at, svpmsn: meter, order, lines }) => [
      sequence,
      kind,
      at,
      meter,
      order,
      lines.length,
    ]),
    [
      [4, 'float', 9, undefined, 'slip 1', 2],
      [3, 'stored', 8, 5, undefined, 2],
      [1, 'sold', 7, 5, 'a', 2],
    ],
  );
  await store.close();
  const database = openDatabase(join(folder, 'wattpurse.db'));
  for (const sql of [
    'UPDATE lines SET amount = 1',
    'DELETE FROM lines',
    'UPDATE postings SET at = 1',
    'DELETE FROM postings',
  ]) {
    assert.throws(() => database.exec(sql), /the ledger is append only/, sql);
  }
  const stray = "INSERT INTO postings (sequence, kind, at, svpmsn) VALUES (9, 'sold', 1, 6)";
  assert.throws(
    () => database.exec(`PRAGMA foreign_keys = ON; ${stray}`),
    /FOREIGN KEY/,
    'of a meter that is not there',
  );
  database.close();
});

test('the audit log cannot be changed, not even by hand', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  const entry = { at: milliseconds(5), by: 'kim', role: 'operator', action: 'sell', subject: '', detail: '' } as const;
  await store.transaction((tx) => tx.audit.append([{ ...entry, request: 'r' }]));
  await store.close();
  const database = openDatabase(join(folder, 'wattpurse.db'));
  const replace = "INSERT OR REPLACE INTO audit VALUES (1, 5, 'lee', 'operator', 'sell', '', '', 'r', NULL)";
  for (const sql of ["UPDATE audit SET detail = 'x'", 'DELETE FROM audit', replace]) {
    assert.throws(() => database.exec(sql), /the audit log is append only/, sql);
  }
  database.close();
});

test('the ledger cannot be changed, not even by hand', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  const at = milliseconds(5);
  await store.transaction(async (tx) => {
    await tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' });
    await tx.putMeter({
      svpmsn: svpmsn(1),
      subscriber: 'kim',
      localUnit: 0,
      modemAddress: 0 as never,
      suite: 2,
      supplies: 1,
      tariff: undefined,
      enrolledAt: at,
      valueGeneration: 0,
      controlGeneration: 0,
      monitoringGeneration: 0,
    });
    const lines = [
      { account: 'cash', amount: 5n },
      { account: 'prepaid', amount: -5n },
    ] as const;
    await tx.post([{ kind: 'sold', at, svpmsn: svpmsn(1), order: 'a', lines }]);
  });
  await store.close();
  const database = openDatabase(join(folder, 'wattpurse.db'));
  for (const sql of [
    'UPDATE lines SET amount = 6',
    'DELETE FROM lines',
    "UPDATE postings SET kind = 'found'",
    'DELETE FROM postings',
    "INSERT OR REPLACE INTO lines VALUES (1, 0, 'cash', 6)",
  ]) {
    assert.throws(() => database.exec(sql), /the ledger is append only/, sql);
  }
  database.close();
});
