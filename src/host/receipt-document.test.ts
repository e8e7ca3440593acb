import assert from 'node:assert/strict';
import { test } from 'node:test';
import { U32_MAX } from '../units/index.ts';
import { cardTradeOf, ISSUED_AT, tradeOf } from './receipt.testing.ts';
import {
  parseReceipt,
  type Receipt,
  type ReceiptFailure,
  type ReceiptHead,
  receiptJson,
  type WholeReceipt,
} from './receipt-document.ts';

const reasonOf = (parsed: Receipt | ReceiptFailure): string => ('reason' in parsed ? parsed.reason : 'taken');
const TRADE = tradeOf(1);
const JSON_TEXT = receiptJson(TRADE);
const text = (value: unknown): string => JSON.stringify(value);

/** The receipt's JSON with one member set, or without it. */
function changed(path: string, value: unknown): string {
  const copy = JSON.parse(JSON_TEXT);
  const names = path.split('.');
  const last = names.pop() as string;
  const holder = names.reduce((inner, name) => inner[name], copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return text(copy);
}

test('a receipt is JSON without floats, and comes back as it was', () => {
  assert.deepEqual(parseReceipt(JSON_TEXT), TRADE);
  assert.equal(
    JSON_TEXT,
    '{"head":{"number":"2026-00000001","utility":{"name":"한빛에너지","registration":"123-45-67890"},"zone":"Asia/Seoul",' +
      '"issuedAt":"2026-03-02T00:05:15.213Z","currency":"KRW","exponent":0,"total":"33001","state":"stored",' +
      '"corrects":"2026-S0000001"},"order":{"id":"web-7f3a90c2-1","meter":"0a1b2c","tokens":"25001","lines":[' +
      '{"kind":"energy","amount":"25001"},{"kind":"fixed-charge","amount":"2000"},' +
      '{"kind":"tax","amount":"3000","label":"VAT 10 %"},{"kind":"arrears","amount":"2500"},' +
      '{"kind":"fee","amount":"500","label":"Kiosk"}],"orderedAt":"2026-03-02T00:05:11.000Z",' +
      '"settledAt":"2026-03-02T00:05:15.213Z","counter":"17"},"payment":{"method":"card","shown":"**** 1234",' +
      '"approval":"30412277","paid":"33001","paidAt":"2026-03-02T00:05:11.000Z"}}',
  );
});

test('each part may be missing, and so may what not every trade has', () => {
  const { head } = TRADE;
  for (const receipt of [
    { ...TRADE, order: undefined },
    { ...TRADE, payment: undefined },
    { head, order: undefined, payment: undefined },
    { ...TRADE, head: { ...head, corrects: undefined, utility: { name: 'U', registration: undefined } } },
    { ...TRADE, payment: { ...TRADE.payment, method: 'cash', shown: undefined, approval: undefined } },
  ] satisfies Receipt[]) {
    assert.deepEqual(parseReceipt(receiptJson(receipt)), receipt);
  }
});

const wrong: readonly (readonly [string, ...unknown[]])[] = [
  ['head', undefined, null, [], 'text', 1],
  ['head.number', undefined, '', ' 1', '1 ', '1\n2', 'x'.repeat(65), 7, '\ud800', '\u202e1'],
  ['head.utility', undefined, {}, 'name'],
  ['head.utility.name', undefined, '', 'x'.repeat(81)],
  ['head.utility.registration', '', null, 'x'.repeat(41)],
  ['head.zone', undefined, '', '+09:00', 'Asia Seoul', 'x'.repeat(41)],
  [
    'head.issuedAt',
    undefined,
    '2026-03-02',
    '2026-03-02T00:05:15Z',
    ISSUED_AT,
    '2106-02-08T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
  ],
  ['head.currency', undefined, 'krw', '410', 'KRWW', ''],
  ['head.exponent', undefined, '0', -1, 5, 0.5],
  ['head.total', undefined, 33001, '33001.0', '+33001', '033001', '0', '-1', '1e5', '', String(U32_MAX + 1), 'NaN'],
  ['head.state', undefined, 'found', '', 'STORED'],
  ['head.corrects', null, '', 7],
  ['order', null, [], 'text'],
  ['order.id', undefined, '', 'x'.repeat(129)],
  ['order.meter', undefined, '0A1B2C', '0a1b2', '0a1b2c0', 662316],
  ['order.tokens', undefined, 25001, '-1', String(U32_MAX + 1)],
  ['order.lines', undefined, [], {}, Array(17).fill({ kind: 'energy', amount: '0' })],
  ['order.lines.0.kind', undefined, 'water', 1],
  ['order.lines.0.amount', undefined, 25001, '25001.5'],
  ['order.lines.2.label', '', null, 'x'.repeat(41)],
  ['order.orderedAt', undefined, 'now'],
  ['order.settledAt', 0, 'now'],
  ['order.counter', '0', 17, String(U32_MAX + 1)],
  ['payment', null, [], 'text'],
  ['payment.method', undefined, 'gold'],
  ['payment.shown', '', '4111 1111 1111 1111', '12345678901', '１２３４５６７８９０１'],
  ['payment.approval', '', 'x'.repeat(41)],
  ['payment.paid', undefined, 33001, '0'],
  ['payment.paidAt', undefined, 0],
];

for (const [path, ...values] of wrong) {
  test(`a receipt whose ${path} is missing or wrong is refused in a sentence that names it`, () => {
    for (const value of values) {
      const parsed = parseReceipt(changed(path, value));
      assert.equal(reasonOf(parsed), 'form-wrong', text(value));
      const named = path.replace(/\.(\d)/, '[$1]');
      assert.ok((parsed as ReceiptFailure).sentence.startsWith(`In the receipt, ${named}`), text(parsed));
    }
  });
}

test('the lines sum to the total and the total was paid, or the receipt is refused', () => {
  for (const path of ['head.total', 'payment.paid']) {
    for (const amount of ['33000', '33002', '1', String(U32_MAX)]) {
      assert.equal(reasonOf(parseReceipt(changed(path, amount))), 'sum-wrong');
    }
  }
  assert.equal(reasonOf(parseReceipt(changed('order.lines.1.amount', '1999'))), 'sum-wrong');
  assert.deepEqual(parseReceipt(changed('order.lines.1.amount', '1999')), {
    reason: 'sum-wrong',
    sentence: 'The lines of the receipt sum to 33000, and its total is 33001.',
  });
  // With one part withheld the other is still held against the total.
  const { head, order, payment } = TRADE;
  const more = { ...head, total: head.total + 1 };
  assert.equal(reasonOf(parseReceipt(receiptJson({ head: more, order, payment: undefined }))), 'sum-wrong');
  assert.equal(reasonOf(parseReceipt(receiptJson({ head: more, order: undefined, payment }))), 'sum-wrong');
});

test('the state of a trade agrees with its time and its TC', () => {
  const states: readonly (readonly [ReceiptHead['state'], boolean, boolean, string])[] = [
    ['sold', false, false, 'taken'],
    ['sold', true, false, 'state-wrong'],
    ['sold', false, true, 'state-wrong'],
    ['sold', true, true, 'state-wrong'],
    ['stored', false, false, 'state-wrong'],
    ['stored', true, false, 'state-wrong'],
    ['stored', false, true, 'state-wrong'],
    ['stored', true, true, 'taken'],
    ['refunded', false, false, 'state-wrong'],
    ['refunded', true, false, 'taken'],
    ['refunded', false, true, 'state-wrong'],
    ['refunded', true, true, 'taken'],
  ];
  for (const [state, settled, counted, expected] of states) {
    const trade: WholeReceipt = {
      ...TRADE,
      head: { ...TRADE.head, state },
      order: { ...TRADE.order, settledAt: settled ? ISSUED_AT : undefined, counter: counted ? 17 : undefined },
    };
    assert.equal(reasonOf(parseReceipt(receiptJson(trade))), expected, `${state} ${settled} ${counted}`);
  }
});

test('a receipt has one writing: blanks, another order, doubled or foreign members are refused', () => {
  const { head, order, payment } = JSON.parse(JSON_TEXT);
  for (const other of [
    ` ${JSON_TEXT}`,
    `${JSON_TEXT}\n`,
    JSON.stringify(JSON.parse(JSON_TEXT), undefined, 2),
    text({ order, head, payment }),
    changed('more', 1),
    changed('head.more', 1),
    changed('head.issuedAt', '2026-02-30T00:00:00.000Z'),
    changed('order.lines.0.more', 1),
    JSON_TEXT.replace('"exponent":0', '"exponent":0.0'),
    JSON_TEXT.replace('"exponent":0', '"exponent":0,"exponent":0'),
    JSON_TEXT.replace('"KRW"', '"\\u004bRW"'),
    JSON_TEXT.replace('{"head"', '{"__proto__":{},"head"'),
  ]) {
    assert.deepEqual(JSON.parse(other).head.number, head.number);
    assert.equal(reasonOf(parseReceipt(other)), 'form-wrong', other);
  }
  for (const none of ['', '{', 'null', '[]', '"text"', '1', JSON_TEXT.slice(1)]) {
    assert.equal(reasonOf(parseReceipt(none)), 'form-wrong', none);
  }
});

test('a sale to a card names card, region and provider in the place of a meter, and never both', () => {
  const json = receiptJson(cardTradeOf(1));
  assert.deepEqual(parseReceipt(json), cardTradeOf(1));
  const card = '"card":{"number":"04a1b2c3d4e5f6","region":"gas","provider":"서울도시가스"}';
  assert.ok(json.includes(`{"id":"till-2c81-1",${card},"tokens":"10001"`), json);
  for (const [other, named] of [
    ['"meter":"0a1b2c"', 'taken'],
    [`"meter":"0a1b2c",${card}`, 'not written as receipts are'],
    ['"card":null', 'order.card is no object'],
    [card.replace('04a1', '04A1'), 'order.card.number must be'],
    [card.replace('04a1', ''), 'order.card.number must be'],
    [card.replace('"gas"', '"oil"'), 'order.card.region must be'],
    [card.replace('서울도시가스', ''), 'order.card.provider must be'],
    [card.replace('서울도시가스', 'x'.repeat(129)), 'order.card.provider must be'],
    [card.replace('}', ',"more":"1"}'), 'not written as receipts are'],
  ] as const) {
    const parsed = parseReceipt(json.replace(card, other));
    assert.ok(('reason' in parsed ? parsed.sentence : 'taken').includes(named), `${other}: ${text(parsed)}`);
  }
  assert.equal(reasonOf(parseReceipt(json.replace(`${card},`, ''))), 'form-wrong');
});
