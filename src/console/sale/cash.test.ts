import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanceOf, cashOf, denominationsOf, quickAmounts } from './cash.ts';

test('what was counted by notes and coins sums exactly, and what was not counted is nothing', () => {
  assert.equal(cashOf({ 5000: '3', 20: '7', 1: ' ' }), '15140');
  assert.equal(cashOf({}), '0');
  assert.equal(cashOf({ 50000: '9999999' }), '499999950000');
});

test('what is no number of pieces is no count', () => {
  for (const typed of ['-1', '1.5', 'two', '12345678']) assert.equal(cashOf({ 100: typed }), undefined, typed);
});

test('a currency is counted in what there is of it, the largest first', () => {
  assert.deepEqual(denominationsOf({ code: 'KRW', exponent: 0 }).slice(0, 2), [50_000, 10_000]);
  assert.deepEqual(denominationsOf({ code: 'XTS', exponent: 2 }).at(-1), 100);
  assert.deepEqual(denominationsOf({ code: 'XTS', exponent: 0 }), [100, 50, 20, 10, 5, 2, 1]);
  for (const code of ['EUR', 'USD', 'GBP', 'KES', 'KRW', 'XTS']) {
    const worths = denominationsOf({ code, exponent: 2 });
    assert.deepEqual(
      worths,
      [...worths].sort((a, b) => b - a),
      code,
    );
  }
});

test('a till is even, short or over, by an amount without a sign', () => {
  assert.deepEqual(balanceOf('0'), { kind: 'even', by: '0' });
  assert.deepEqual(balanceOf('-250'), { kind: 'short', by: '250' });
  assert.deepEqual(balanceOf('9007199254740993'), { kind: 'over', by: '9007199254740993' });
});

test('what is often paid is in notes, also in a currency without small units', () => {
  assert.deepEqual(quickAmounts(2), ['500', '1000', '2000', '5000']);
  assert.deepEqual(quickAmounts(0), ['5000', '10000', '20000', '50000']);
});
