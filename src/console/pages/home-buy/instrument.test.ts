import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiryOf, instrumentOf } from './instrument.ts';

test('an expiry is read as it stands on the card, and told year first', () => {
  assert.deepEqual(['05/29', '0529', ' 12 / 2031 '].map(expiryOf), ['2905', '2905', '3112']);
  assert.deepEqual(['13/29', '5/29', '05/9', '', '0529x'].map(expiryOf), Array(5).fill(undefined));
});

test('numbers are told as digits, however they were typed', () => {
  assert.deepEqual(instrumentOf('card', '4111 1111-1111 1111', '05/29'), {
    type: 'card',
    pan: '4111111111111111',
    expiry: '2905',
  });
  assert.equal(instrumentOf('card', '4111111111111111', 'soon'), undefined);
  assert.deepEqual(instrumentOf('wallet', '+254 712-345678', ''), { type: 'wallet', number: '254712345678' });
  assert.deepEqual(instrumentOf('mandate', ' M-1 ', ''), { type: 'mandate', reference: 'M-1' });
  assert.deepEqual(instrumentOf('token', 'pm_1 ', ''), { type: 'token', token: 'pm_1' });
});
