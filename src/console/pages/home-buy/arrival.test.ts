import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalOf } from './arrival.ts';

test('a payment goes from being asked for into the meter, and has arrived once the meter has it', () => {
  assert.deepEqual(
    [
      arrivalOf('asked', undefined),
      arrivalOf('pending', undefined),
      arrivalOf('approved', undefined),
      arrivalOf('approved', 'waiting'),
      arrivalOf('approved', 'outstanding'),
      arrivalOf('capturing', 'stored'),
      arrivalOf('captured', 'stored'),
    ].map((arrival) => 'step' in arrival && arrival.step),
    ['asking', 'asking', 'paid', 'paid', 'travelling', 'arrived', 'arrived'],
  );
});

test('what did not come into the meter says how it ended', () => {
  assert.deepEqual(arrivalOf('declined', undefined), { failed: 'declined' });
  assert.deepEqual(arrivalOf('reversing', 'refunded'), { failed: 'reversed' });
  assert.deepEqual(arrivalOf('approved', 'voiding'), { failed: 'reversed' });
  assert.deepEqual(arrivalOf('returned', 'stored'), { failed: 'returned' });
  assert.deepEqual(arrivalOf('stuck', 'stored'), { failed: 'stuck' });
});
