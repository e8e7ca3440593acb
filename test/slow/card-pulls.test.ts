import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  charactersOfLoad,
  charactersOfTaking,
  loadsPulledTwice,
  takingsPulledTwice,
  WAYS,
} from '../../src/card/pulls.testing.ts';
import { SUITE_NAMES } from '../../src/crypto/index.ts';

const allOf = (characters: number) => Array.from({ length: characters }, (_, character) => character);

for (const way of WAYS) {
  const name = `${way.protocol}, ${SUITE_NAMES[way.suite]}`;

  test(`${name}: pulled at any character of a taking, and at any of the next, the value is in one place and gets to its meter`, () => {
    const all = allOf(charactersOfTaking(way));
    assert.deepEqual([...takingsPulledTwice(way, all, () => all)].sort(), ['credited', 'on the way', 'settled']);
  });

  test(`${name}: pulled at any character of a load, and at any of the next, it is on the card once, and its host knows`, () => {
    const all = allOf(charactersOfLoad(way));
    assert.deepEqual([...loadsPulledTwice(way, all, () => all)].sort(), ['neither', 'on the card']);
  });
}
