import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detailFacts } from './detail.ts';

const facts = (detail: object) =>
  detailFacts(JSON.stringify(detail)).map(({ field, said }) => [field, said.as, 'value' in said ? said.value : '']);

test('each field of what was asked is told as what it is, and one that says nothing is left out', () => {
  assert.deepEqual(facts({ paid: '500', order: 'kims', method: 'cash', locked: false, note: '', tariff: null }), [
    ['paid', 'money', '500'],
    ['order', 'sale', 'kims'],
    ['method', 'choice', 'cash'],
    ['locked', 'no', ''],
  ]);
  assert.deepEqual(detailFacts(''), []);
});

test('what two people decide about is told without its wrapping, with the meter and the region by their names', () => {
  assert.deepEqual(facts({ proposal: { type: 'manual-credit', meter: 0x0a1b2c, amount: 5 }, why: 'goodwill' }), [
    ['meter', 'meter', '0a1b2c'],
    ['amount', 'money', '5'],
    ['why', 'text', 'goodwill'],
  ]);
  assert.deepEqual(facts({ proposal: { type: 'card-closing', card: '04', region: 2 }, why: 'moves' })[1], [
    ...['region', 'choice', 'gas'],
  ]);
});

test('of lists of things it is told how many there are, of plain ones what is in them, of spans when', () => {
  const definition = { unitCharge: '25000', bands: [{ name: 'night' }, { name: 'day' }], otherwise: 100 };
  assert.deepEqual(facts({ definition, scopes: ['a', 'b'], friendlyHours: { from: 1320, to: 360 } }), [
    ['unitCharge', 'price', '25000'],
    ['bands', 'text', '2'],
    ['otherwise', 'text', '100'],
    ['scopes', 'text', 'a, b'],
    ['friendlyHours', 'text', '22:00–06:00'],
  ]);
  assert.deepEqual(facts({ findings: ['seal-broken', 'cover-open'], inspectedAt: '2026-03-02T09:00:00Z' }), [
    ['findings', 'choice', 'seal-broken'],
    ['findings', 'choice', 'cover-open'],
    ['inspectedAt', 'instant', '2026-03-02T09:00:00Z'],
  ]);
  assert.deepEqual(facts({ fees: { cash: { fixed: '1' }, card: { fixed: '2' } } }), [['fees', 'text', '2']]);
});

test('two fields of one name are told apart by where they stand', () => {
  const policy = { lowBalance: '100', buzzer: { lowBalance: true, seconds: 5 } };
  assert.deepEqual(
    detailFacts(JSON.stringify({ policy })).map(({ path, said }) => [path, said.as]),
    [
      ['policy.lowBalance', 'money'],
      ['policy.buzzer.lowBalance', 'yes'],
      ['policy.buzzer.seconds', 'text'],
    ],
  );
});

test('what is not of this program stays as it was written', () => {
  assert.deepEqual(detailFacts('meters.csv'), [{ path: '', field: '', said: { as: 'text', value: 'meters.csv' } }]);
  assert.deepEqual(facts({ elsewhere: 'x' }), [['elsewhere', 'text', 'x']]);
});
