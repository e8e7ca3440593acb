import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePercent, percentText } from './percent.ts';

test('a commission is hundredths of a percent of what was written, and comes back as it was', () => {
  assert.deepEqual(['0', '1.5', '1,25', ' 2 % ', '100'].map(parsePercent), [0, 150, 125, 200, 10_000]);
  for (const hundredths of [0, 1, 150, 1_001, 10_000]) assert.equal(parsePercent(percentText(hundredths)), hundredths);
});

test('what is no share of a whole is none', () => {
  for (const text of ['', '-1', '100.01', '1.255', 'two', '1e2']) assert.equal(parsePercent(text), undefined, text);
});
