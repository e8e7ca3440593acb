import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyOf } from './history.ts';

const PAYMENT = { at: '2026-03-02T09:00:00.000Z' };
const ORDER = { orderedAt: '2026-03-02T09:00:05.000Z', settledAt: '2026-03-02T09:00:09.000Z' };
const names = (...of: Parameters<typeof historyOf>) => historyOf(...of).map(({ name }) => name);

test('a payment tells what happened until now, and nothing that did not', () => {
  assert.deepEqual(names(PAYMENT), ['asked']);
  const { orderedAt } = ORDER;
  assert.deepEqual(names(PAYMENT, { state: 'outstanding', orderedAt }), ['asked', 'ordered']);
  assert.deepEqual(names(PAYMENT, { ...ORDER, state: 'stored' }), ['asked', 'ordered', 'stored']);
  assert.deepEqual(names(PAYMENT, { ...ORDER, state: 'refunded' }), ['asked', 'ordered', 'refunded']);
});
