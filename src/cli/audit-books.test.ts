import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBooks, checkCards, type LedgerSum } from '../host/index.ts';
import { provedText } from './audit-books.ts';

/** Sold and loaded for one provider, of which some is in meters, spent, and given to another card. */
const CARDS: readonly (readonly [LedgerSum['kind'], LedgerSum['account'], bigint])[] = [
  ['card-sold', 'cash', 700n],
  ['card-sold', 'prepaid-cards:258-2', -700n],
  ['card-stored', 'prepaid-cards:258-2', 700n],
  ['card-stored', 'value-on-cards:258-2', -700n],
  ['card-handed', 'value-on-cards:258-2', 150n],
  ['card-handed', 'value-in-offline-meters:258-2', -150n],
  ['card-spent', 'value-in-offline-meters:258-2', 50n],
  ['card-spent', 'offline-revenue:258-2', -50n],
  ['card-recovered', 'value-on-cards:258-2', 200n],
  ['card-recovered', 'prepaid-cards:258-2', -200n],
];

test('an audit tells of each provider where the value of its cards is', async () => {
  const sums = CARDS.map(([kind, account, amount]): LedgerSum => ({ kind, account, amount, svpmsn: undefined }));
  const { books } = await checkBooks(sums, { purses: [], agents: [] });
  const { cards } = checkCards(sums, { purses: [], orders: [], meters: [] });
  const counts = { postings: 5, lines: 10, heads: 1, restoredAt: [], rows: 0, rowsProved: true, receipts: 0 };
  const text = provedText({ ...counts, books, cards, findings: [] });
  assert.ok(
    text.includes(
      'Cards of 258-2: loaded 700 = on cards 350 + in meters 100 + spent 50 + given to other cards 200, as far as they told.',
    ),
    text.join('\n'),
  );
  const without = provedText({ ...counts, books, cards: [], findings: [] });
  assert.ok(!without.some((line) => line.startsWith('Cards')));
});
