import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWholeCard, isWholeMeter, keyedAmount, keyedCard, keyedMeter } from './keying.ts';

const type = (keyed: (text: string, key: string) => string, keys: readonly string[]) => keys.reduce(keyed, '');

test('six characters make the number of a meter, and a seventh changes nothing', () => {
  const typed = type(keyedMeter, [...'0A1b2c9']);
  assert.equal(typed, '0a1b2c');
  assert.equal(isWholeMeter(typed), true);
  assert.equal(isWholeMeter('0a1b2'), false);
});

test('fourteen characters make the number of a card, and a fifteenth changes nothing', () => {
  const typed = type(keyedCard, [...'040A1b330000012']);
  assert.equal(typed, '040a1b33000001');
  assert.equal(isWholeCard(typed), true);
  assert.equal(isWholeCard(typed.slice(1)), false);
  assert.equal(type(keyedCard, ['0', 'x', '4', 'Backspace']), '0');
});

test('a key goes back one, another clears, and keys that a meter has not are not heard', () => {
  assert.equal(type(keyedMeter, ['0', 'g', 'Enter', '1', 'Backspace', '2']), '02');
  assert.equal(type(keyedMeter, ['0', '1', 'Delete']), '');
  assert.equal(keyedMeter('', 'Backspace'), '');
});

test('an amount is whole units, without noughts before it, and no more than four digits', () => {
  assert.equal(type(keyedAmount, [...'0050']), '50');
  assert.equal(type(keyedAmount, [...'12345']), '1234');
  assert.equal(keyedAmount('1', 'a'), '1');
});
