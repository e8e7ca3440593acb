import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basisPointsText, parseBasisPoints } from './basis-points.ts';

test('a percentage is read to hundredths and written as short as it can be', () => {
  const cases = [
    ['19', 1_900, '19'],
    ['7.25', 725, '7.25'],
    ['3,5', 350, '3.5'],
    [' 10.01 % ', 1_001, '10.01'],
    ['0.05', 5, '0.05'],
    ['100', 10_000, '100'],
    ['0', 0, '0'],
    ['10', 1_000, '10'],
  ] as const;
  for (const [text, points, again] of cases) {
    assert.equal(parseBasisPoints(text), points, text);
    assert.equal(basisPointsText(points), again);
  }
});

test('more than the whole, more than hundredths, and what is no number are refused', () => {
  for (const text of ['100.01', '7.255', '-1', '', 'ten', '1e2', '1000'])
    assert.equal(parseBasisPoints(text), undefined, text);
});
