import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { after, test } from 'node:test';
import type { Head, Numbered } from '../host/ports.ts';
import { Rig } from '../host/rig.testing.ts';
import { milliseconds, svpmsn } from '../units/index.ts';
import { audited, NO_FAULTS, testKeys } from './book-audit.testing.ts';
import { auditLedger } from './book-audit.ts';
import { openBookFile } from './book-source.ts';
import { Block } from './chain.ts';
import { copies } from './commit-mark.ts';
import { Lane, openState, sealState } from './lane.ts';
import { lanesOf, SEALED, writeLane } from './lanes.ts';
import { SEALED_TABLES } from './migrations.ts';
import { RowSealer } from './row-seal.ts';
import { Rows } from './rows.ts';
import { openDatabase, openSqliteStore } from './sqlite.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { Column, SqlValue } from './table.ts';
import { heads } from './tables.ts';

const root = mkdtempSync(join(tmpdir(), 'wattpurse-audit-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, `books-${++folders}`);
const fileOf = (folder: string) => join(folder, 'wattpurse.db');
const books = testKeys();

/** A host's books in a folder: sales, and a head for each of two days. */
async function lived(folder: string): Promise<Numbered<Head>[]> {
  const kept: Numbered<Head>[] = [];
  const store = openSqliteStore(folder, { keys: async () => books.keys, keep: (head) => kept.push(head) });
  const rig = new Rig(store);
  await rig.enrol(1);
  for (const day of [1, 2]) {
    const orders = Array.from({ length: 70 }, (_, i) => ({
      meter: 1,
      amount: 1 + i,
      orderId: `${day} ${i}`,
      source: 'cash',
    }));
    for (const sale of await rig.host.sellAll(orders)) assert.ok('sequence' in sale, JSON.stringify(sale));
    await rig.host.voidOrder(`${day} 0`);
    await store.signHead({ now: milliseconds(day * 86_400_000) });
  }
  await store.close();
  return kept;
}

/** What a copy counted, which is believed as long as the mark says so. */
const NOT_PROVED = copies.name;
const FILLED = SEALED.filter((table) => table !== heads);

/** Two more rows in each table whose rows bear seals, written as a host writes them; heads are there already. */
async function fill(path: string): Promise<void> {
  const database = openDatabase(path);
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  const connection = new SqliteConnection(database);
  const [found] = await lanesOf(connection, books.keys);
  const lane = new Lane(1, new RowSealer(books.keys.rows), found?.state);
  const rows = new Rows(connection);
  rows.begin(lane);
  for (const table of FILLED) {
    for (const n of [901, 902]) await rows.add(table, [table.columns.map((column) => filling(column, n))]);
  }
  await writeLane(connection, lane, lane.next(), books.keys);
  database.close();
}

const filling = ({ kind }: Column, n: number): SqlValue => {
  if (/^(number|bigint|boolean)/.test(kind)) return n;
  return /^(bytes|energies)/.test(kind) ? Uint8Array.of(n, n >> 8) : `"${n}"`;
};

const findingsOf = async (path: string) => (await audited(openBookFile(path), books)).findings;

/** Somebody who may write the file and has no key. */
function intruder(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()) {
    database.exec(`DROP TRIGGER ${name}`);
  }
  return database;
}

const filled = newFolder();
await lived(filled);
await fill(fileOf(filled));

test('books that nobody touched are proved, and everything in them was read', async () => {
  const audit = await audited(openBookFile(fileOf(filled)), books);
  assert.deepEqual(audit.findings, []);
  assert.deepEqual([audit.postings, audit.lines, audit.heads, audit.rowsProved], [142, 284, 2, true]);
  assert.ok(audit.rows > 2 * FILLED.length + 140);
});

test('each table of the database bears seals or stands in the chain', () => {
  const database = new DatabaseSync(fileOf(filled), { readOnly: true });
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const known = [...SEALED_TABLES, 'postings', 'lines', 'lanes', NOT_PROVED];
  assert.deepEqual(names.map(({ name }) => name).sort(), known.sort());
  assert.deepEqual(SEALED.map(({ name }) => name).sort(), [...SEALED_TABLES].sort());
  database.close();
});

test('a change of any column of any table is found, and its row is named', async () => {
  const path = fileOf(filled);
  const database = intruder(path);
  const all = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> ?").all(NOT_PROVED);
  let changes = 0;
  for (const { name } of all) {
    const columns = database.prepare(`PRAGMA table_info(${name})`).all();
    for (const { name: column } of columns) {
      // The last row, which in the tables of numbers is one of those that are there for this.
      const of = `FROM ${name} WHERE "${column}" IS NOT NULL`;
      const key = columns.filter(({ pk }) => Number(pk) > 0).map((each) => `"${each.name}"`);
      const row = database.prepare(`SELECT * ${of} ORDER BY ${key.join(' DESC, ')} DESC LIMIT 1`).get();
      assert.ok(row, `${name}.${column}`);
      const where = key.map((each) => `${each} = ?`).join(' AND ');
      const keys = key.map((each) => row[each.slice(1, -1)] as SQLInputValue);
      const before = row[String(column)] as SQLInputValue;
      const changed = otherThan(before);
      database.prepare(`UPDATE ${name} SET "${column}" = ? WHERE ${where}`).run(changed, ...keys);
      const findings = await findingsOf(path);
      const there = findings.find(({ table }) => table === name || (name === 'lines' && table === 'postings'));
      assert.ok(there, `${name}.${column}: ${JSON.stringify(findings)}`);
      if (column !== key[0]?.slice(1, -1)) assert.notEqual(there.row, undefined, `${name}.${column}`);
      const back = key.map((each, i) => (each === `"${column}"` ? changed : keys[i]) as SQLInputValue);
      database.prepare(`UPDATE ${name} SET "${column}" = ? WHERE ${where}`).run(before, ...back);
      changes += 1;
    }
  }
  assert.deepEqual(await findingsOf(path), []);
  assert.ok(changes > 250, `${changes}`);
  database.close();
});

function otherThan(value: SQLInputValue): SQLInputValue {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) + 1_000_003;
  if (typeof value === 'string') return `${value.slice(0, -1)}${value.endsWith('x') ? 'y' : 'x'}`;
  const bytes = Uint8Array.from(value as Uint8Array);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return bytes;
}

/** A file of books with one change by somebody who has no key; found by the words. */
async function struck(name: string, strike: (database: DatabaseSync) => void, from = filled): Promise<string[]> {
  const path = join(root, `${name.replaceAll(' ', '-')}.db`);
  writeFileSync(path, readFileSync(fileOf(from)));
  const database = intruder(path);
  strike(database);
  database.close();
  return (await findingsOf(path)).map(({ table, row, what }) => `${table} ${row ?? ''}: ${what}`);
}

test('a row that was deleted and two that changed places are found in each table', async () => {
  for (const { name, columns, keyPlaces } of FILLED) {
    const at = (n: number) => keyPlaces.map((place) => filling(columns[place] as Column, n)) as SQLInputValue[];
    const where = keyPlaces.map((place) => `${columns[place]?.name} = ?`).join(' AND ');
    const keys = keyPlaces.map((place) => `${columns[place]?.name} = ?`).join(', ');
    const deleted = await struck('deleted', (database) => {
      database.prepare(`DELETE FROM ${name} WHERE ${where}`).run(...at(901));
    });
    assert.deepEqual(deleted, [`${name} : 1 row was deleted by somebody else`]);
    const swapped = await struck('swapped', (database) => {
      const move = database.prepare(`UPDATE ${name} SET ${keys} WHERE ${where}`);
      for (const [from, to] of [
        [901, 903],
        [902, 901],
        [903, 902],
      ] as const) {
        move.run(...at(to), ...at(from));
      }
    });
    assert.equal(swapped.filter((found) => /it is not what the host wrote$/.test(found)).length, 2, name);
  }
});

test('a row that was put back to what the host once wrote is found, and one that nobody wrote', async () => {
  const folder = newFolder();
  await lived(folder);
  const path = fileOf(folder);
  const database = new DatabaseSync(path);
  const [before] = database.prepare("SELECT * FROM orders WHERE id = '1 1'").all();
  database.close();
  const store = openSqliteStore(folder, { keys: async () => books.keys });
  await new Rig(store).host.voidOrder('1 1');
  await store.close();
  assert.deepEqual(await findingsOf(path), []);
  const columns = Object.keys(before ?? {}).map((name) => `"${name}"`);
  const back = await struck(
    'put back',
    (changed) => {
      const sql = `INSERT OR REPLACE INTO orders (${columns}) VALUES (${columns.map(() => '?')})`;
      changed.prepare(sql).run(...(Object.values(before ?? {}) as SQLInputValue[]));
    },
    folder,
  );
  assert.ok(
    back.some((found) => /^orders : its rows are not the ones that the host left/.test(found)),
    String(back),
  );
  const added = await struck('added', (changed) => {
    changed.exec("INSERT INTO subscribers (id, name, contact) VALUES ('lee', 'Lee', '')");
  });
  assert.deepEqual(added, ['subscribers lee: no host wrote it', 'subscribers : 1 row was added by somebody else']);
});

test('what somebody else changed stays found when the host has written the row again', async () => {
  const folder = newFolder();
  await lived(folder);
  const database = intruder(fileOf(folder));
  database.exec("UPDATE orders SET amount = 99999 WHERE id = '1 2'");
  database.close();
  const store = openSqliteStore(folder, { keys: async () => books.keys });
  await new Rig(store).host.voidOrder('1 2');
  await store.close();
  const found = (await findingsOf(fileOf(folder))).map(({ table, row, what }) => `${table} ${row}: ${what}`);
  assert.ok(
    found.includes('orders 3: somebody else had changed it before the host wrote it again'),
    JSON.stringify(found),
  );
});

test('postings that were deleted at the end, taken out, or changed in their order are found', async () => {
  const strikes: readonly (readonly [string, string, RegExp])[] = [
    [
      'deleted tail',
      'DELETE FROM lines WHERE posting > 140; DELETE FROM postings WHERE sequence > 140',
      /^postings : \d+ of lane 1 that head 2 names (is|are) gone from the end of its chain$/,
    ],
    [
      'taken out',
      'DELETE FROM lines WHERE posting = 7; DELETE FROM postings WHERE sequence = 7',
      /^postings 1 to 64: what is posted there/,
    ],
    [
      'swapped',
      `UPDATE lines SET posting = -1 WHERE posting = 8; UPDATE lines SET posting = 8 WHERE posting = 9;
       UPDATE lines SET posting = 9 WHERE posting = -1`,
      /^postings 1 to 64: what is posted there/,
    ],
    [
      'uneven',
      'UPDATE lines SET amount = 5 WHERE posting = 9 AND place = 0',
      /^postings 9: its lines sum to -?\d+, not to zero$/,
    ],
    ['no postings', 'DELETE FROM lines; DELETE FROM postings', /^postings : \d+ of lane 1 that head 1 names are gone/],
    ['no heads', 'DELETE FROM heads', /^heads : 2 rows were deleted/],
    ['last head', 'DELETE FROM heads WHERE number = 2', /^heads : 1 row was deleted/],
    ['first head', 'DELETE FROM heads WHERE number = 1', /^heads 2: the head before it is gone/],
  ];
  for (const [name, sql, sentence] of strikes) {
    const found = await struck(name, (database) => database.exec(sql));
    assert.ok(
      found.some((each) => sentence.test(each)),
      `${name}: ${found.join('; ')}`,
    );
  }
});

/** Makes all digests of postings anew, as anybody can. */
function recomputed(database: DatabaseSync): Uint8Array {
  const block = new Block();
  let tip: Uint8Array = new Uint8Array(0);
  block.begin(tip, 1);
  for (const posting of database.prepare('SELECT * FROM postings ORDER BY sequence').all()) {
    const own = database.prepare('SELECT * FROM lines WHERE posting = ? ORDER BY place').all(posting.sequence ?? 0);
    block.posting(
      Object.values(posting) as SqlValue[],
      own.map((line) => Object.values(line) as SqlValue[]),
    );
    if (posting.digest === null) continue;
    tip = block.digest();
    database.prepare('UPDATE postings SET digest = ? WHERE sequence = ?').run(tip, posting.sequence ?? 0);
    block.begin(tip, 1);
  }
  return tip;
}

test('a chain that was made anew without the keys is found, and with those of the rows alone too', async () => {
  const forge = (database: DatabaseSync) => {
    database.exec('UPDATE lines SET amount = 2 * amount WHERE posting = 20');
    return recomputed(database);
  };
  const without = await struck('made anew', forge);
  assert.ok(without.some((found) => /^postings .*: the chain of lane 1 is not the one that head 1 names/.test(found)));
  assert.ok(!without.some((found) => found.includes('what is posted there')), 'the chain holds in itself');
  // Whoever has the keys of the rows can seal a lane, and cannot sign a head.
  const withKeys = await struck('made anew with keys of rows', (database) => {
    const tip = forge(database);
    const sealed = database.prepare('SELECT state FROM lanes').get()?.state as Uint8Array;
    const state = openState(1, sealed, books.keys.lanes);
    assert.ok(state);
    database.prepare('UPDATE lanes SET state = ?').run(sealState(1, { ...state, tip }, books.keys.lanes));
  });
  assert.deepEqual(
    withKeys.map((found) => found.replace(/postings [^:]*/, 'postings')),
    [1, 2].map(
      (head) => `postings: the chain of lane 1 is not the one that head ${head} names at its posting ${71 * head}`,
    ),
  );
});

test('the published key alone proves the ledger up to the last head, and says so of no row', async () => {
  const published = { rowKeys: undefined } as const;
  const untouched = await audited(openBookFile(fileOf(filled)), books, published);
  assert.deepEqual([untouched.findings, untouched.rowsProved], [[], false]);
  const folder = newFolder();
  await lived(folder);
  assert.deepEqual((await audited(openBookFile(fileOf(folder)), books, published)).findings, []);
  const database = intruder(fileOf(folder));
  database.exec("UPDATE postings SET kind = 'found' WHERE sequence = 100");
  database.close();
  const { findings } = await audited(openBookFile(fileOf(folder)), books, published);
  assert.deepEqual(
    findings.map(({ table, row }) => [table, row]),
    [['postings', '72 to 135']],
  );
});

test('heads that another key signed prove nothing', async () => {
  const others = testKeys('others');
  const { findings } = await audited(openBookFile(fileOf(filled)), { keys: books.keys, verifier: others.verifier });
  assert.ok(findings.some(({ table, what }) => table === 'heads' && /"books" is not among the published/.test(what)));
});

test('an older copy still verifies; who kept a head or a mark learns of it, and a restored host says so itself', async () => {
  const folder = newFolder();
  await lived(folder);
  const copy = readFileSync(fileOf(folder));
  const kept: Numbered<Head>[] = [];
  const seals = { keys: async () => books.keys, keep: (head: Numbered<Head>) => kept.push(head) };
  const store = openSqliteStore(folder, seals);
  await new Rig(store).host.voidOrder('1 5');
  await store.signHead({ now: milliseconds(3 * 86_400_000) });
  await store.close();
  writeFileSync(fileOf(folder), copy);
  const now = () => audited(openBookFile(fileOf(folder)), books, { kept, mark: { database: '', position: 1_000 } });
  assert.deepEqual(await findingsOf(fileOf(folder)), []);
  const places = (await now()).findings.map(({ table, row }) => [table, row]);
  assert.deepEqual(places, [
    ['kept heads', '3'],
    ['facts', 'commit'],
  ]);
  const again = openSqliteStore(folder, seals);
  assert.equal(await again.read((tx) => tx.fact('restored')), 1);
  await again.signHead({ now: milliseconds(4 * 86_400_000), restored: true });
  await again.close();
  const later = await audited(openBookFile(fileOf(folder)), books, { kept });
  assert.deepEqual([later.findings, later.restoredAt], [[], [4 * 86_400_000]]);
});

test('that books were put back is said although another host signs a head at the same time', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder, { keys: async () => books.keys });
  await new Rig(store).enrol(1);
  const now = milliseconds(86_400_000);
  await Promise.all([store.signHead({ now }), store.signHead({ now, restored: true }), store.signHead({ now })]);
  const heads = await store.read((tx) => tx.heads.page({ limit: 9 }));
  await store.close();
  assert.deepEqual(
    heads.map(({ body }) => JSON.parse(body).restored),
    [true, false],
  );
  assert.deepEqual(await findingsOf(fileOf(folder)), []);
});

test('books are proved as they were at one instant, while a host goes on with them', async () => {
  const folder = newFolder();
  const kept = await lived(folder);
  const before = await audited(openBookFile(fileOf(folder)), books);
  const source = openBookFile(fileOf(folder));
  const store = openSqliteStore(folder, { keys: async () => books.keys });
  const rig = new Rig(store);
  await rig.host.start();
  await rig.host.voidOrder('1 5');
  await store.transaction(async (tx) => {
    const [purse] = await tx.pursesOf([svpmsn(1)]);
    assert.ok(purse);
    await tx.putPurse({ ...purse, credited: purse.credited + 5n });
  });
  const knowledge = {
    verifier: books.verifier,
    rowKeys: books.keys,
    kept,
    vend: () => undefined,
    vouchers: NO_FAULTS,
  };
  const ledger = await auditLedger(source, knowledge);
  await source.close();
  assert.deepEqual(ledger.findings, []);
  assert.deepEqual([ledger.sums, ledger.purses], [before.sums, before.purses], 'both are of the instant of the first');
  const later = await audited(openBookFile(fileOf(folder)), books);
  assert.deepEqual(later.findings, []);
  assert.equal(later.purses[0]?.credited, (before.purses[0]?.credited ?? 0n) + 5n);
  await store.close();
});

test('books that were written before they were sealed are proved as they were found', async () => {
  const folder = newFolder();
  const store = openSqliteStore(folder);
  const rig = new Rig(store);
  await rig.enrol(1);
  await rig.host.sellAll([{ meter: 1, amount: 70, orderId: 'a', source: 'cash' }]);
  await store.close();
  const path = fileOf(folder);
  const unsealed = (await audited(openBookFile(path), books)).findings.map(({ table, what }) => `${table}: ${what}`);
  assert.ok(unsealed.includes('lanes: there is none: these books were never sealed'), unsealed.join('; '));
  const sealed = openSqliteStore(folder, { keys: async () => books.keys });
  await new Rig(sealed).host.voidOrder('a');
  await sealed.signHead({ now: milliseconds(86_400_000) });
  await sealed.close();
  assert.deepEqual(await findingsOf(path), []);
  const plain = openSqliteStore(folder);
  await assert.rejects(
    plain.transaction((tx) => tx.setFact('keyring', 1)),
    /These books are sealed/,
  );
  assert.equal(await plain.read((tx) => tx.fact('keyring')), undefined, 'they can be read');
  await plain.close();
  for (const sql of ['UPDATE lines SET amount = 2 * amount WHERE posting = 1', "UPDATE orders SET source = 'x'"]) {
    assert.notDeepEqual(await struck('before', (database) => database.exec(sql), folder), [], sql);
  }
});
