import { test } from 'node:test';
import { live } from '../../src/card/lives.testing.ts';

/** None of those that the fast test lives. */
const FIRST = 1_000_000;
const LIVES = 100_000;

test(`I23 to I25 hold in ${LIVES} lives of cards, and each of them settles`, () => {
  for (let seed = FIRST; seed < FIRST + LIVES; seed++) live(seed);
});
