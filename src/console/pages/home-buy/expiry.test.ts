import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiryOf } from './expiry.ts';

test('an expiry is read as it stands on the card, and told year first', () => {
  assert.deepEqual(['05/29', '0529', ' 12 / 2031 '].map(expiryOf), ['2905', '2905', '3112']);
  assert.deepEqual(['13/29', '5/29', '05/9', '', '0529x'].map(expiryOf), Array(5).fill(undefined));
});
