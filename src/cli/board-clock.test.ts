import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCH_UNIX_MS, countingRandomness, createBench, credit, live } from '../meter/board.testing.ts';
import { clockIsLost, oscillator } from './board-clock.ts';

test('a clock that is set while a meter runs does not move its oscillator', () => {
  let wall = 1_000_000;
  let run = 500;
  const now = oscillator({ wallMs: () => wall, runMs: () => run });
  run += 60_000.7;
  wall = 1_796_000_000_000;
  assert.equal(now(), 1_060_000);
  wall = 0;
  run += 1_000;
  assert.equal(now(), 1_061_000);
});

test("a board whose clock is before the last day of its meter, or a day from the meter's, has lost it, and looking changes nothing", () => {
  const bench = createBench();
  credit(bench, 1_000);
  live(bench, 3_000, 1_000);
  const before = [bench.memory.nvm, bench.memory.sam, bench.memory.svm].map(({ bytes }) => bytes.slice());
  const isLost = (minutesBehind: number, minutesApart = 0) => {
    const now = bench.now - minutesBehind * 60_000;
    const unixMs = BENCH_UNIX_MS + now + minutesApart * 60_000;
    return clockIsLost(bench.memory, { now, unixMs }, countingRandomness());
  };
  // Dark for years, and as it was; back by less than a day.
  for (const minutes of [-1_000_000, 0, 1_400]) assert.equal(isLost(minutes), false, `${minutes}`);
  for (const minutes of [1_500, 29_000_000]) assert.equal(isLost(minutes), true, `${minutes}`);
  assert.deepEqual(
    [-1_500, -1_400, 1_400, 1_500].map((apart) => isLost(0, apart)),
    [true, false, false, true],
  );
  assert.deepEqual(
    [bench.memory.nvm, bench.memory.sam, bench.memory.svm].map(({ bytes }) => bytes),
    before,
  );
});
