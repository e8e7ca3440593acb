import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES } from '../crypto/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { charactersOfLoad, charactersOfTaking, loadsPulledTwice, takingsPulledTwice, WAYS } from './pulls.testing.ts';

/** Of the characters of the second exchange; all of them with all of the first are tried by `npm run test:slow`. */
const SECONDS_DRAWN = 3;

for (const way of WAYS) {
  const name = `${way.protocol}, ${SUITE_NAMES[way.suite]}`;
  const random = drawing(way.suite + 1);
  /** Every character of the first exchange, and with each some of the second, by seed. */
  const drawn = (characters: number) => {
    const seconds = () =>
      Array.from({ length: SECONDS_DRAWN }, () => {
        const bytes = new Uint8Array(4);
        random.fill(bytes);
        return new DataView(bytes.buffer).getUint32(0) % characters;
      });
    return [Array.from({ length: characters }, (_, first) => first), seconds] as const;
  };

  test(`${name}: pulled at any character of a taking, twice in a row, the value is in one place and gets to its meter`, () => {
    const ends = takingsPulledTwice(way, ...drawn(charactersOfTaking(way)));
    assert.deepEqual([...ends].sort(), ['credited', 'on the way', 'settled']);
  });

  test(`${name}: pulled at any character of a load, twice in a row, it is on the card once, and its host knows`, () => {
    const ends = loadsPulledTwice(way, ...drawn(charactersOfLoad(way)));
    assert.deepEqual([...ends].sort(), ['neither', 'on the card']);
  });
}
