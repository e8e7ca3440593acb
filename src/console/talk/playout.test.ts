import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Playout } from './playout.ts';

const RATE = 1_000;
const said = (from: number, count: number) => Float32Array.from({ length: count }, (_, i) => from + i);
const heard = (playout: Playout, count: number): number[] => {
  const out = new Float32Array(count).fill(-1);
  playout.pull(out);
  return [...out];
};

test('what came is heard in its order, once a little of it is there, and silence where nothing is', () => {
  const playout = new Playout(RATE);
  assert.deepEqual(heard(playout, 3), [0, 0, 0]);
  playout.push(said(1, 59));
  assert.deepEqual(heard(playout, 3), [0, 0, 0]);
  playout.push(said(60, 1));
  playout.push(said(61, 20));
  assert.deepEqual(heard(playout, 50), [...said(1, 50)]);
  assert.deepEqual(heard(playout, 40), [...said(51, 30), ...new Float32Array(10)]);
  // After a gap it waits for enough again.
  playout.push(said(1, 20));
  assert.deepEqual(heard(playout, 2), [0, 0]);
  playout.push(said(21, 40));
  assert.deepEqual(heard(playout, 2), [1, 2]);
});

test('of more than can be heard in time the newest is kept', () => {
  const playout = new Playout(RATE);
  for (let at = 1; at <= 300; at += 20) playout.push(said(at, 20));
  assert.deepEqual(heard(playout, 1), [1]);
  playout.push(said(301, 20));
  assert.deepEqual(heard(playout, 60), [...said(261, 60)]);
  assert.deepEqual(heard(playout, 1), [0]);
  playout.push(new Float32Array());
  assert.deepEqual(heard(playout, 1), [0]);
});
