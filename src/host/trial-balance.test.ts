import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, svpmsn } from '../units/index.ts';
import { MemoryStore, type Posting } from './index.ts';
import { TrialBalanceReader } from './trial-balance.ts';

const sale = (amount: bigint): Posting => ({
  ...{ kind: 'sold', at: milliseconds(1), svpmsn: svpmsn(1), order: 'a' },
  lines: [
    { account: 'cash', amount },
    { account: 'prepaid', amount: -amount },
  ],
});
const sums = (amount: bigint, lines: number) => [
  { account: 'cash', debit: amount, credit: 0n, lines },
  { account: 'prepaid', debit: 0n, credit: amount, lines },
];

test('a trial balance is read on from where it was read before, and counts each line once', async () => {
  const store = new MemoryStore();
  const reader = new TrialBalanceReader();
  await store.transaction((tx) => tx.post([sale(5n), sale(7n)]));
  assert.deepEqual(await store.read((tx) => reader.read(tx)), {
    ...{ posting: 2, accounts: sums(12n, 2), debit: 12n, credit: 12n },
  });
  await store.transaction((tx) => tx.post([sale(1n)]));
  const { posting, accounts } = await store.read((tx) => reader.read(tx));
  assert.deepEqual([posting, accounts], [3, sums(13n, 3)]);
});

test('two who read at once count no line twice', async () => {
  const store = new MemoryStore();
  const reader = new TrialBalanceReader();
  await store.transaction((tx) => tx.post([sale(5n)]));
  // Each asks before anybody has an answer.
  const tx = { accountSums: (after: number) => store.read((own) => own.accountSums(after)) };
  const found = await Promise.all([reader.read(tx), reader.read(tx), reader.read(tx)]);
  for (const { accounts } of found) assert.deepEqual(accounts, sums(5n, 1));
});
