import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instrumentOf, kindOf } from './instrument.ts';

test('a number as people write it becomes the digits that a payment service takes', () => {
  const card = instrumentOf('card', '4000 0000-0000 0002', '2812');
  assert.deepEqual(card, { type: 'card', pan: '4000000000000002', expiry: '2812' });
  assert.deepEqual(instrumentOf('wallet', '+254 700-000000', ''), { type: 'wallet', number: '254700000000' });
});

test('a card of which a service gave a token is named by the token', () => {
  assert.deepEqual(instrumentOf('card', ' pm_card_visa ', ''), { type: 'token', token: 'pm_card_visa' });
});

test('each way of paying asks for what it takes', () => {
  const ways = ['card', 'wallet', 'direct-debit', 'bank-transfer', 'payment-service', 'cash'] as const;
  assert.deepEqual(ways.map(kindOf), ['card', 'wallet', 'mandate', 'mandate', 'token', 'token']);
});
