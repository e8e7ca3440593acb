import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeOf } from './voltage-days.ts';

const dayOf = (...millivolts: number[]) => ({
  date: '2026-03-01',
  start: '2026-03-01T00:00:00Z',
  millivolts,
  checks: [],
});

test('the lowest and the highest quarter are those that are known, and the others are counted', () => {
  assert.deepEqual(rangeOf([dayOf(230_000, -1, 228_500), dayOf(-1, 233_100)]), {
    ...{ lowest: 228_500, highest: 233_100, unknown: 2 },
  });
});

test('where nothing is known there is no range', () => {
  assert.equal(rangeOf([dayOf(-1, -1), dayOf()]), undefined);
  assert.equal(rangeOf([]), undefined);
});
