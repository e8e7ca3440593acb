import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueOp } from '../../src/exchange/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  costOfProfile,
  createBench,
  credit,
  lastCounter,
  live,
  minuteOf,
  STRICT_POLICY,
  value,
} from '../../src/meter/board.testing.ts';
import { levelsOf } from '../../src/meter/index.ts';
import { everyCut, type Rest, restOf, wake } from '../../src/meter/power-cut.testing.ts';
import { tokens } from '../../src/units/index.ts';

const START = Math.floor(BENCH_UNIX_MS / 60_000);
const table = benchTable();

function isSound(bench: Bench): void {
  const { frozen, stored, out, used, closed, credited, fromCards, owed } = levelsOf(bench.meter);
  assert.equal(frozen, 0);
  assert.equal(stored + out + used + closed, credited + fromCards + owed);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, minuteOf(bench), () => table),
  );
}

function lived(): Rest {
  const bench = createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(50) } });
  credit(bench, 105);
  live(bench, 3, 30_000);
  return restOf(bench);
}

for (const op of [ValueOp.credit, ValueOp.void, ValueOp.close] as const) {
  test(`op ${op}: the power cut at every byte, and again at every byte of the start after it, keeps exactly once`, () => {
    const rest = lived();
    const counter = lastCounter(wake(rest).bench) + 1;
    const ask = (bench: Bench) => value(bench, { op, counter, amount: tokens(700) });
    const check = (bench: Bench) => {
      isSound(bench);
      const done = lastCounter(bench) === counter;
      const before = levelsOf(bench.meter);
      ask(bench);
      const after = levelsOf(bench.meter);
      assert.equal(after.credited, op === ValueOp.credit ? 805 : 105);
      if (done) assert.deepEqual(after, before);
      if (op === ValueOp.close) assert.equal(after.stored + after.out, 0);
    };
    assert.ok(everyCut(rest, ask, check, { secondCut: true }) > 250);
  });
}

test('draws, loans and minutes: the power cut at every byte, and again in the start, bill what the profile has', () => {
  const drawn = everyCut(lived(), (bench) => live(bench, 2, 3_600_000), isSound, { secondCut: true });
  assert.ok(drawn > 250);
});
