import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, svpmsn } from '../units/index.ts';
import { checkBooks } from './book-check.ts';
import { type Agent, type LedgerSum, MemoryStore, type Posting, type StoreReads } from './index.ts';
import { allEnergy, commissioned, dividing, floatMoved, LedgerReader, move, refunded, sold } from './ledger.ts';

const sale = (amount: bigint) => sold('cash', allEnergy(amount), occasion);
const occasion = { at: milliseconds(1), svpmsn: svpmsn(1) };

/** The books of a ledger with these postings. */
async function booksOf(...postings: Posting[]) {
  const store = new MemoryStore();
  await store.transaction((tx) => tx.post(postings));
  return store.read((tx) => new LedgerReader().books(tx));
}

test('what was sold is in flight until it is stored or refunded, and the books balance at each step', async () => {
  const steps = [sale(10n), move('stored', 7n, occasion), refunded(allEnergy(3n), occasion)];
  for (const [i, inFlight] of [10n, 3n, 0n].entries()) {
    const books = await booksOf(...steps.slice(0, i + 1));
    assert.deepEqual([books.inFlight, books.balanced], [inFlight, true]);
  }
});

test('books that break an equation of theirs say so, though every posting sums to zero', async () => {
  const wrong: Posting[][] = [
    // More stored than was sold.
    [sale(5n), move('stored', 6n, occasion)],
    // Value that came into a purse as something that brings none.
    [{ ...move('found', 5n, occasion), lines: lines('cash', 'value-in-meters') }],
    // Sold by one meter and stored in another: each of them is wrong, though their sum is not.
    [sale(5n), move('stored', 5n, { ...occasion, svpmsn: svpmsn(2) })],
  ];
  for (const postings of wrong) assert.equal((await booksOf(...postings)).balanced, false);

  function lines(debit: 'cash', credit: 'value-in-meters'): Posting['lines'] {
    return [
      { account: debit, amount: 5n },
      { account: credit, amount: -5n },
    ];
  }
});

test('a ledger that does not sum to zero does not balance, whatever its equations say', async () => {
  const sums: LedgerSum[] = [{ kind: 'found', account: 'found-in-meters', svpmsn: svpmsn(1), amount: 0n }];
  const reads = (amount: bigint) =>
    ({
      ledgerSums: async () => ({ last: 1, sums: [...sums, { ...sums[0], account: 'nowhere', amount }] }),
    }) as unknown as StoreReads;
  assert.equal((await new LedgerReader().books(reads(0n))).balanced, true);
  assert.equal((await new LedgerReader().books(reads(1n))).balanced, false);
});

test('two who read the books at once count each line once', async () => {
  const store = new MemoryStore();
  await store.transaction((tx) => tx.post([sale(5n)]));
  const reader = new LedgerReader();
  const [first, second] = await store.read((tx) => Promise.all([reader.books(tx), reader.books(tx)]));
  assert.deepEqual([first.issued, second.issued], [5n, 5n]);
});

test('a float that is not what its account sums to is named, whether the account moved or was never posted', async () => {
  const store = new MemoryStore();
  const at = milliseconds(1);
  await store.transaction((tx) =>
    tx.post([
      floatMoved('float:kiosk', 'cash', 500n, { at, order: 'slip 1' }),
      sold('float:kiosk', allEnergy(100n), occasion),
      commissioned('float:kiosk', 2n, { at, order: 'a' }),
    ]),
  );
  const { sums } = await store.read((tx) => tx.ledgerSums(0));
  const agent = (id: string, balance: bigint): Agent => ({
    ...{ id, name: id, commissionBasisPoints: 200, balance, createdAt: at, closedAt: undefined },
  });
  const findings = async (...agents: Agent[]) =>
    (await checkBooks(sums, { purses: [], agents })).findings.map(({ table, row, what }) => `${table} ${row}: ${what}`);
  assert.deepEqual(await findings(agent('kiosk', 402n), agent('stall', 0n)), []);
  assert.deepEqual(await findings(agent('kiosk', 403n), agent('stall', 1n)), [
    'agents kiosk: balance 403 where the ledger says 402',
    'agents stall: balance 1 where the ledger says 0',
  ]);
});

test('what a profile puts at another step goes back to what no profile told, and the lines sum to zero', () => {
  const occasion = { at: milliseconds(1), svpmsn: svpmsn(1) };
  const [posting] = dividing({ before: new Map([[50, 7n]]), after: new Map([[200, 4n]]) }, occasion);
  assert.deepEqual(posting?.lines, [
    { account: 'energy-revenue', amount: -3n },
    { account: 'energy-revenue:50', amount: 7n },
    { account: 'energy-revenue:200', amount: -4n },
  ]);
  assert.deepEqual(dividing({ before: new Map([[50, 7n]]), after: new Map([[50, 7n]]) }, occasion), []);
});
