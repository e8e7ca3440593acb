import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { StoreError } from '../host/ports.ts';
import { milliseconds, svpmsn } from '../units/index.ts';
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
