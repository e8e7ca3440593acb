import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svpmsn } from '../units/index.ts';
import { GivenUp } from './given-up.ts';

const [A, B, C] = [svpmsn(1), svpmsn(2), svpmsn(3)];

test('half of all meters may be given up, each of them again and again, and no other', () => {
  const givenUp = new GivenUp(5);
  assert.ok(givenUp.mayTake([A, B]));
  assert.ok(!givenUp.mayTake([A, B, C]));
  givenUp.take(A);
  assert.ok(givenUp.mayTake([A, B]));
  assert.ok(!givenUp.mayTake([B, C]));
  givenUp.take(B);
  givenUp.take(B);
  assert.ok(givenUp.mayTake([A, B]));
  assert.ok(!givenUp.mayTake([C]));
});

test('a single meter is never given up, and of none there is nothing to ask', () => {
  assert.ok(!new GivenUp(1).mayTake([A]));
  assert.ok(new GivenUp(1).mayTake([]));
});
