import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeWithin } from './whole.ts';

const DAYS = { least: 1, most: 3_660 };

test('a whole number within its bounds is what was typed, and nothing beside it is a number', () => {
  assert.deepEqual(
    ['1', ' 60 ', '3660', '007'].map((text) => wholeWithin(text, DAYS)),
    [1, 60, 3_660, 7],
  );
  for (const text of ['', ' ', '0', '3661', '-1', '1.5', '1e3', '0x10', '60 days', '9'.repeat(400)]) {
    assert.equal(wholeWithin(text, DAYS), undefined, text);
  }
  assert.equal(wholeWithin('0', { least: 0, most: 255 }), 0);
});
