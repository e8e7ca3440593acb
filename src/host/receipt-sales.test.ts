import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Till } from './payments.testing.ts';
import { receiptedSales } from './receipt-sales.ts';
import { made } from './rig.testing.ts';

test('value of more than its payment left takes the rest off what was due beside it, and the lines are what was paid', async () => {
  const till = await Till.open();
  made(await till.rig.host.purchase({ meter: 0, paid: 100, method: 'cash', orderId: 'found' }));
  const lines = await till.rig.store.transaction(async (tx) => {
    const [trade] = await tx.trades.of(['found']);
    assert.ok(trade !== undefined);
    await tx.trades.put([{ ...trade, energy: 90n, fixedCharge: 90n, tax: 14n, fee: 0n, arrears: -94n }]);
    return (await receiptedSales(tx, ['found'])).flatMap(({ order }) => order.lines);
  });
  const told = lines.map(({ kind, amount, label }) => [kind, amount, label]);
  const less = 'less what was paid before';
  assert.deepEqual(told, [
    ['energy', 0, less],
    ['fixed-charge', 86, less],
    ['tax', 14, undefined],
  ]);
});
