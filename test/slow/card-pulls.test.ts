import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charactersOfTaking, pulledTwice } from '../../src/card/pulls.testing.ts';

for (const protocol of ['t0', 't1'] as const) {
  test(`${protocol}: pulled at any character of a taking, and at any of the next, the value is in one place and gets to its meter`, () => {
    const all = Array.from({ length: charactersOfTaking(protocol) }, (_, character) => character);
    const ends = new Set(all.flatMap((first) => [...pulledTwice(protocol, first, all)]));
    assert.deepEqual([...ends].sort(), ['credited', 'on the way', 'settled']);
  });
}
