import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meterNumberOf } from './meter-number.ts';

test('a number of a meter is six hexadecimal digits, however it was typed', () => {
  assert.equal(meterNumberOf(' 0A1B2C '), '0a1b2c');
  for (const text of ['', '0a1b2', '0a1b2c3', '0a1b2g', '0a 1b2c']) assert.equal(meterNumberOf(text), undefined, text);
});
