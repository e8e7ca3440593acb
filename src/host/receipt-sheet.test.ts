import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '../words/index.ts';
import { cardTradeOf, tradeOf } from './receipt.testing.ts';
import { LINE_KINDS, PAYMENT_METHODS, type Receipt, TRADE_STATES } from './receipt-document.ts';
import { receiptSheet } from './receipt-sheet.ts';

const TRADE = tradeOf(1);

/** `label: value` of every row. */
const rowsOf = (receipt: Receipt, language: 'en' | 'ko' = 'en'): string[] =>
  receiptSheet(receipt, language).sections.flatMap(({ rows, note }) => [
    ...rows.map(({ label, value }) => `${label}: ${value}`),
    ...(note === undefined ? [] : [note]),
  ]);

test('amounts have the decimals of their currency, and the total its name', () => {
  const euro: Receipt = { ...TRADE, head: { ...TRADE.head, currency: 'EUR', exponent: 2 } };
  const rows = rowsOf(euro);
  for (const row of ['Energy: 250.01', 'Fee (Kiosk): 5.00', 'Total: EUR 330.01', 'Value for energy: 25,001 tokens']) {
    assert.ok(rows.includes(row), row);
  }
});

test('times stand in the zone of the utility with its offset, and in UTC where the zone is not known', () => {
  const at = (zone: string) => rowsOf({ ...TRADE, head: { ...TRADE.head, zone } }).find((row) => /^Issued/.test(row));
  assert.equal(at('Asia/Seoul'), 'Issued: 2026-03-02 09:05:15 +09:00');
  assert.equal(at('America/New_York'), 'Issued: 2026-03-01 19:05:15 -05:00');
  assert.equal(at('UTC'), 'Issued: 2026-03-02 00:05:15 +00:00');
  assert.equal(at('Mars/Olympus'), 'Issued: 2026-03-02 00:05:15 +00:00');
});

test('a trade that was refunded says when, and none that is only sold says that it is stored', () => {
  const refunded = rowsOf({ ...TRADE, head: { ...TRADE.head, state: 'refunded' } });
  assert.ok(refunded.includes('State: Refunded') && refunded.includes('Refunded: 2026-03-02 09:05:15 +09:00'));
  const order = { ...TRADE.order, settledAt: undefined, counter: undefined };
  const sold = rowsOf({ ...TRADE, head: { ...TRADE.head, state: 'sold' }, order });
  assert.ok(sold.includes('State: Sold, on its way to the meter'));
  assert.ok(!sold.some((row) => /^(Stored|Refunded|Meter transaction)/.test(row)));
});

test('a sale to a card says which card it is for, whose value, and how far it has come', () => {
  const sale = cardTradeOf(1);
  const sold = rowsOf(sale);
  for (const row of [
    'State: Sold, waiting for the card',
    'Value card: 04a1b2c3d4e5f6',
    'Provider: 서울도시가스',
    'Gas: 10,001 tokens',
    'Value: 10,001',
  ]) {
    assert.ok(sold.includes(row), row);
  }
  const order = { ...sale.order, settledAt: sale.head.issuedAt, counter: 4 };
  const loaded = rowsOf({ ...sale, head: { ...sale.head, state: 'stored' }, order });
  assert.ok(loaded.includes('State: Loaded on the card') && loaded.includes('Card transaction: 4'));
  assert.ok(![...sold, ...loaded].some((row) => /meter/i.test(row)));
  const withheld = rowsOf({ ...sale, order: undefined });
  assert.ok(withheld.includes('State: Sold, on its way'), 'nobody can say where to');
});

test('the total stands also where the order is withheld, with a sentence for each part that is', () => {
  assert.deepEqual(rowsOf({ head: TRADE.head, order: undefined, payment: undefined }).slice(4), [
    'The order is not shown. The signature still covers it.',
    'Total: KRW 33,001',
    'The payment is not shown. The signature still covers it.',
  ]);
});

test('every kind, method and state has a word of its own in every language', () => {
  const words = (language: 'en' | 'ko') => [
    ...LINE_KINDS.map((kind) =>
      rowsOf({ ...TRADE, order: { ...TRADE.order, lines: [{ kind, amount: 1, label: undefined }] } }, language),
    ),
    ...PAYMENT_METHODS.map((method) => rowsOf({ ...TRADE, payment: { ...TRADE.payment, method } }, language)),
    ...TRADE_STATES.map((state) => rowsOf({ ...TRADE, head: { ...TRADE.head, state } }, language)),
  ];
  for (const language of LANGUAGES) {
    const sheets = words(language).map((rows) => rows.join('\n'));
    // The trade itself is among the methods and among the states.
    assert.equal(new Set(sheets).size, sheets.length - 1, language);
    assert.ok(sheets.every((sheet) => !sheet.includes('undefined') && !sheet.includes('{}')));
  }
});
