import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantText } from './common.ts';

const LAST_MS = 8_640_000_000_000_000;
const DAY_MS = 86_400_000;

test('an instant is written as the engine writes it, from the first that it knows to the last', () => {
  // Ever farther from 1970, on both sides; most of them with a fraction, which nothing is written of.
  const far = Array.from({ length: 5_000 }, (_, i) => LAST_MS ** (i / 5_000));
  const edges = [0, -0.5, 999, DAY_MS - 1, DAY_MS, -DAY_MS, LAST_MS, -LAST_MS];
  for (const at of [...edges, ...far, ...far.map((ms) => -ms)]) {
    assert.equal(instantText(at), new Date(at).toISOString(), String(at));
  }
});

test('what is no instant, or on no day that the engine knows, is not written', () => {
  for (const at of [LAST_MS + DAY_MS, -LAST_MS - 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => instantText(at), RangeError);
  }
});
