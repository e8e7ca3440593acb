import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from './arrival.ts';

test('a payment that is on its way, or arrived, has not failed', () => {
  for (const state of ['asked', 'pending', 'approved', 'capturing', 'captured'] as const) {
    assert.equal(failureOf(state, undefined), undefined);
  }
  assert.equal(failureOf('approved', 'outstanding'), undefined);
  assert.equal(failureOf('captured', 'stored'), undefined);
});

test('what did not come into the meter says how it ended', () => {
  assert.equal(failureOf('declined', undefined), 'declined');
  assert.equal(failureOf('reversing', 'refunded'), 'reversed');
  assert.equal(failureOf('approved', 'voiding'), 'reversed');
  assert.equal(failureOf('returned', 'stored'), 'returned');
  assert.equal(failureOf('stuck', 'stored'), 'stuck');
});
