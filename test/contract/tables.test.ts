import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from '../../src/adapters/csv.ts';
import {
  type Act,
  exportTable,
  IMPORT_KINDS,
  type ImportKind,
  MemoryStore,
  type Store,
  statementJson,
} from '../../src/host/index.ts';
import { made, type Rig } from '../../src/host/rig.testing.ts';
import { assertAddsUp, berlin, MINUTE, metered, statement, told } from '../../src/host/statement.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const ACT: Act = {
  ...{ at: milliseconds(1), by: 'test', role: 'system-manager', action: 'import' },
  ...{ subject: 'table', detail: '', request: 'r' },
};

async function take(rig: Rig, kind: ImportKind, text: string) {
  const table = made(readCsv(new TextEncoder().encode(text)));
  return made(await rig.host.importTable({ kind, table, dryRun: false }, ACT));
}

async function tablesOf(rig: Rig): Promise<string> {
  let text = '';
  for (const kind of [...IMPORT_KINDS, 'ledger'] as const) {
    for await (const piece of made(await exportTable(rig.host, { kind }, 'Europe/Berlin'))) text += piece;
  }
  return text;
}

/** What a meter sold, stored, spent and used in two days, and what was taken in beside it. */
async function lived(store: Store) {
  const rig = await metered(2, undefined, store);
  made(await rig.host.purchase({ meter: 3, paid: 100, method: 'cash', orderId: 'sale' }));
  await rig.settle();
  await told(rig, berlin(6), 3n);
  await told(rig, berlin(6) + 720 * MINUTE, 30n, 4n);
  rig.clock.ms = berlin(7);
  const subscribers = await take(rig, 'subscribers', 'id,name\nlee,"Lee, ""B"""\nhan,=Han\n');
  const providers = await take(
    rig,
    'card-providers',
    'utility,region,name,account,ticket_limit,ticket_days\n1,gas,"Gas, Inc",IBAN,4294967295,30\n',
  );
  const cards = await take(
    rig,
    'cards',
    'number,subscriber,regions\n04a1b2c3d4e5f7,lee,1-2:32\n04a1b2c3d4e5f6,kim,1-2:32\n',
  );
  const offline = await take(rig, 'offline-meters', 'number,provider,subscriber,key\n8a0001,1-2,lee,32\n');
  assert.deepEqual(
    [providers, cards, offline].map(({ added, kept }) => [added, kept]),
    [
      [1, true],
      [2, true],
      [1, true],
    ],
  );
  const before = await tablesOf(rig);
  const wrong = await take(
    rig,
    'meters',
    'number,subscriber,local_unit,modem_address,suite\n000004,lee,1,9,aes128\n000005,nobody,1,8,aes128\n',
  );
  assert.deepEqual([wrong.added, wrong.faults.length, wrong.kept], [1, 1, false]);
  assert.equal(await tablesOf(rig), before, 'a table with a wrong line leaves nothing');
  const of = await statement(rig, '2026-01-05', '2026-01-07');
  assertAddsUp(of);
  return { subscribers, tables: before, statement: statementJson(of) };
}

for (const { name, skip, open } of STORES) {
  test(`${name}: tables and statements are those of a store in memory, and a wrong table leaves nothing`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      assert.deepEqual(await lived(store), await lived(new MemoryStore()));
    } finally {
      await store.close();
      clean();
    }
  });
}
