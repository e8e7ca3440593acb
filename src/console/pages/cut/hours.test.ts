import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BalanceJson, CutOffJson } from '../../../api/index.ts';
import { balanceOver, hundredths, isWithin, marksOf } from './hours.ts';

const START = '2026-03-02T06:00:00Z';
const point = (at: string, purse: string) => ({ at, balance: { purse } });

test('the balance begins as it stood, and goes on to the cut', () => {
  const history = {
    opening: { purse: '9' },
    points: [
      point('2026-03-02T05:00:00Z', '8'),
      point('2026-03-02T07:00:00Z', '3'),
      point('2026-03-02T13:00:00Z', '500'),
    ],
  } as unknown as BalanceJson;
  assert.deepEqual(balanceOver(history, START, 360), [
    { minute: 0, tokens: 8 },
    { minute: 60, tokens: 3 },
    { minute: 360, tokens: 3 },
  ]);
  assert.deepEqual(balanceOver({ ...history, points: [] }, START, 360), [
    { minute: 0, tokens: 9 },
    { minute: 360, tokens: 9 },
  ]);
});

test('notices of the hours are marked where they fell, by the clock of the meter if it was set', () => {
  const cut = {
    before: { start: START, energy: Array(360).fill(1) },
    notices: [
      { at: '2026-03-02T05:59:00Z', heardAt: '2026-03-02T07:00:00Z' },
      { at: '2026-03-02T06:30:00Z', heardAt: '2026-03-02T07:00:00Z' },
      { heardAt: '2026-03-02T07:00:00Z' },
    ],
  } as unknown as CutOffJson;
  assert.deepEqual(marksOf(cut), [
    { nth: 1, minute: 30 },
    { nth: 2, minute: 60 },
  ]);
  assert.deepEqual(marksOf({ notices: cut.notices } as CutOffJson), []);
});

test('friendly hours may go over midnight', () => {
  const night = { from: 22 * 60, to: 7 * 60 };
  assert.deepEqual(
    [22 * 60, 0, 7 * 60, 12 * 60].map((minute) => isWithin(minute, night)),
    [true, true, false, false],
  );
  assert.equal(isWithin(600, { from: 540, to: 660 }), true);
});

test('what was charged is told in hundredths, and never less than it was', () => {
  assert.deepEqual(['1.00000000000', '1.00000000001', '0.999', '12'].map(hundredths), [
    '1.00',
    '1.01',
    '1.00',
    '12.00',
  ]);
});
