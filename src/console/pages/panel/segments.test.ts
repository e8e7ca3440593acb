import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesOf } from './segments.ts';

const shown = (text: string, count: number) =>
  placesOf(text, count)?.map(({ lit, point }) => [...lit].join('') + (point ? '.' : ''));

test('digits stand at the right end, and the places before them are blank', () => {
  assert.deepEqual(shown('17', 4), ['', '', 'bc', 'abc']);
  assert.deepEqual(shown('', 2), ['', '']);
});

test('a point belongs to the digit before it and takes no place of its own', () => {
  assert.deepEqual(shown('4.2', 2), ['bcfg.', 'abdeg']);
  assert.equal(shown('.5', 2), undefined, 'there is no digit before it');
  assert.equal(shown('4..2', 3), undefined, 'a digit has one point');
});

test('each digit is told apart from every other', () => {
  const digits = Array.from('0123456789', (digit) => shown(digit, 1)?.[0]);
  assert.equal(new Set(digits).size, 10);
});

test('a page without a number says so in dashes, and the card in letters', () => {
  assert.deepEqual(shown('--', 3), ['', 'g', 'g']);
  assert.deepEqual(shown('in', 2), ['c', 'ceg']);
  assert.deepEqual(shown('E6', 2), ['adefg', 'acdefg']);
  assert.deepEqual(shown('2 17', 4), ['abdeg', '', 'bc', 'abc']);
});

test('what segments cannot form, or what is too long, is not formed at all', () => {
  assert.equal(shown('heard just now', 20), undefined);
  assert.deepEqual(shown('123456789', 9)?.length, 9);
  assert.equal(shown('1234567890', 9), undefined);
});
