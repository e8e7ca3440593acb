import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Dues, Store } from '../host/ports.ts';
import { Rig } from '../host/rig.testing.ts';
import { audited, testKeys } from './book-audit.testing.ts';
import { openBookFile } from './book-source.ts';
import { DATABASE_FILE, openSqliteStore } from './sqlite.ts';

const root = mkdtempSync(join(tmpdir(), 'wattpurse-sealed-'));
after(() => rmSync(root, { recursive: true }));
const books = testKeys();

/** Works on a store that seals what it writes; then nothing is found in its books. */
async function proved(name: string, work: (store: Store) => Promise<void>): Promise<void> {
  const folder = join(root, name);
  const store = openSqliteStore(folder, { keys: async () => books.keys });
  await work(store);
  await store.close();
  const { findings } = await audited(openBookFile(join(folder, DATABASE_FILE)), books);
  assert.deepEqual(findings, []);
}

test('many keys that are asked for together find what each of them finds alone, whatever signs are in them', async () => {
  const signs = ["'", '"', '\\', '\\u0041', '\n', '\u007f', '\u0000', 'é', '💡', '\u2028', '\ufffd', '1', '01', 'A'];
  const ids = signs.map((sign) => `paid ${sign}`);
  const others = ['paid \\u0042', 'paid ', 'paid a', '', 'paid \ud800', 'paid \u0000x', 'paid \u0000'];
  await proved('keys', async (store) => {
    await store.transaction((tx) => tx.receiptsDue.put(ids.map((id) => ({ id }))));
    const plain = [...ids.filter((id) => !id.includes('\u0000')), ...others.slice(0, 4)];
    for (const asked of [plain.toReversed(), [...plain, ...plain], [...ids, ...others]]) {
      await store.read(async (tx) => {
        const alone = [];
        for (const id of asked) alone.push(...(await tx.receiptsDue.of([id])));
        assert.ok(alone.some((due) => due !== undefined) && alone.includes(undefined));
        assert.deepEqual(await tx.receiptsDue.of(asked), alone);
      });
    }
  });
});

test('of rows that are put together each becomes what was put: new, changed in whatever, or as it was', async () => {
  const due = (id: number, arrears: bigint, chargedMonth: number): Dues => {
    return { id: String(id), arrears, fixedCharge: 7n, chargedMonth };
  };
  const first = [due(1, 0n, 9), due(2, 0n, 9), due(3, 5n, 9), due(4, -(2n ** 60n), 9)];
  const then = [due(1, 1n, 9), due(2, 0n, 10), due(3, 5n, 9), due(4, 2n ** 60n, 10), due(5, 2n ** 53n + 1n, 1)];
  await proved('together', async (store) => {
    for (const rows of [first, then]) {
      await store.transaction((tx) => tx.dues.put(rows));
      assert.deepEqual(await store.read((tx) => tx.dues.page({ limit: 9 })), rows);
    }
    // The same where some were read before in the transaction, and written in it.
    await store.transaction(async (tx) => {
      await tx.dues.of(['1', '9']);
      await tx.dues.put([due(1, 2n, 9), due(2, 3n, 10), due(9, 0n, 0)]);
      await tx.dues.put([due(9, 0n, 3), due(2, 3n, 11), due(1, 2n, 11)]);
    });
    const last = [due(9, 0n, 3), due(2, 3n, 11), due(1, 2n, 11)];
    assert.deepEqual(await store.read((tx) => tx.dues.of(['9', '2', '1'])), last);
    // So many that they go in several statements, and not all of them full.
    const many = (from: number, arrears: bigint) =>
      Array.from({ length: 90 }, (_, i) => due(from + i, i % 3 === 0 ? 1n : arrears, 9));
    for (const rows of [many(100, 2n), many(109, 3n)]) {
      await store.transaction((tx) => tx.dues.put(rows));
      assert.deepEqual(await store.read((tx) => tx.dues.of(rows.map(({ id }) => id))), rows);
    }
  });
});

test('a large group of purchases leaves rows that are proved, and the same group again changes none', async () => {
  await proved('group', async (store) => {
    const rig = new Rig(store);
    for (let meter = 1; meter <= 20; meter++) await rig.enrol(meter);
    const group = Array.from({ length: 150 }, (_, i) => {
      return { meter: 1 + (i % 20), paid: 1 + i, method: 'cash' as const, orderId: `order ${i}` };
    });
    const answers = await rig.host.purchaseAll(group);
    assert.deepEqual(
      answers.map((answer) => ('order' in answer ? answer.trade.paid : answer.sentence)),
      group.map(({ paid }) => BigInt(paid)),
    );
    const rows = () => store.read(async (tx) => [await tx.orders({ limit: 999 }), await tx.postings({ limit: 999 })]);
    const before = await rows();
    assert.deepEqual(await rig.host.purchaseAll(group), answers);
    assert.deepEqual(await rows(), before);
  });
});
