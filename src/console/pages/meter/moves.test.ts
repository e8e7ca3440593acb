import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BalanceJson } from '../../../api/index.ts';
import { movesOf } from './moves.ts';

const accounts = (purse: string, emergencyCredit = '0') => ({
  ...{ inFlight: '0', arrears: '0', refunds: '0' },
  ...{ purse, emergencyCredit },
});
const point = (posting: number, at: string, why: string, change: string, after: string) => ({
  ...{ posting, at, why },
  ...{ change: accounts(change), balance: accounts(after) },
});

test('use is told day by day between all that else moved the balance, and nothing is left out of the sum', () => {
  const points = [
    point(1, '2026-03-01T10:00:00Z', 'spent', '-1', '9'),
    point(2, '2026-03-01T14:00:00Z', 'spent', '-2', '7'),
    point(3, '2026-03-01T16:00:00Z', 'spent', '-1', '6'),
    point(4, '2026-03-01T17:00:00Z', 'stored', '500', '506'),
    point(5, '2026-03-01T18:00:00Z', 'spent', '-3', '503'),
  ];
  const moves = movesOf({ zone: 'Asia/Seoul', points } as unknown as BalanceJson);
  assert.deepEqual(
    moves.map(({ key, why, change, after }) => [key, why, change, after]),
    [
      [5, 'spent', -3n, '503'],
      [4, 'stored', 500n, '506'],
      [3, 'spent', -1n, '6'],
      [2, 'spent', -3n, '7'],
    ],
  );
});

test('emergency credit that is drawn is no gain, and what repays it is no loss', () => {
  const points = [
    {
      ...point(1, '2026-03-01T10:00:00Z', 'spent', '0', '0'),
      change: accounts('9', '10'),
      balance: accounts('9', '10'),
    },
    {
      ...point(2, '2026-03-01T11:00:00Z', 'stored', '0', '0'),
      change: accounts('490', '-10'),
      balance: accounts('499'),
    },
  ];
  const moves = movesOf({ zone: 'Asia/Seoul', points } as unknown as BalanceJson);
  assert.deepEqual(
    moves.map(({ change, after, owed }) => [change, after, owed]),
    [
      [500n, '499', '0'],
      [-1n, '9', '10'],
    ],
  );
});
