import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../simulation/index.ts';
import { instantText } from './common.ts';

const LAST_MS = 8_640_000_000_000_000;
const DAY_MS = 86_400_000;

test('an instant is written as the engine writes it, from the first that it knows to the last', () => {
  const random = seededRandom('instants');
  // Near to 1970 and far from it; most of them with a fraction, which nothing is written of.
  const drawn = Array.from({ length: 10_000 }, () => (random.uniform() - 0.5) * LAST_MS ** random.uniform());
  const edges = [0, -1, -0.5, 999, 86_399_999, 86_400_000, -86_400_000, LAST_MS, -LAST_MS];
  for (const at of [...edges, ...drawn]) assert.equal(instantText(at), new Date(at).toISOString(), String(at));
});

test('what is no instant, or on no day that the engine knows, is not written', () => {
  for (const at of [LAST_MS + DAY_MS, -LAST_MS - 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => instantText(at), RangeError);
  }
});
