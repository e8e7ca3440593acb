import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Convention, conventionOf, decodeCharacter, encodeCharacter } from './character.ts';

const CONVENTIONS: readonly Convention[] = ['direct', 'inverse'];

/** Levels as the standard writes them, the start moment first. */
const levels = (moments: number): string =>
  Array.from({ length: 10 }, (_, at) => ((moments >> at) & 1 ? 'H' : 'L')).join('');

test('the first character has the levels of the standard in either convention', () => {
  assert.equal(levels(encodeCharacter(0x3b, 'direct')), 'LHHLHHHLLH');
  assert.equal(levels(encodeCharacter(0x3f, 'inverse')), 'LHHLLLLLLH');
});

test('every byte comes back, and one wrong moment shows in its parity', () => {
  for (const convention of CONVENTIONS) {
    for (let byte = 0; byte < 256; byte++) {
      const moments = encodeCharacter(byte, convention);
      assert.deepEqual(decodeCharacter(moments, convention), { byte, sound: true });
      for (let moment = 1; moment < 10; moment++) {
        assert.equal(decodeCharacter(moments ^ (1 << moment), convention).sound, false);
      }
    }
  }
});

test('the first character alone tells the convention', () => {
  for (const convention of CONVENTIONS) {
    for (let byte = 0; byte < 256; byte++) {
      const told = conventionOf(encodeCharacter(byte, convention));
      assert.equal(told, byte === (convention === 'direct' ? 0x3b : 0x3f) ? convention : undefined);
    }
  }
});
