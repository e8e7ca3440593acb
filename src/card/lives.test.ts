import { test } from 'node:test';
import { live } from './lives.testing.ts';

const LIVES = 500;

test(`I23 to I25 hold in ${LIVES} lives of cards, and each of them settles`, () => {
  for (let seed = 1; seed <= LIVES; seed++) live(seed);
});
