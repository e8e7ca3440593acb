import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, Suite, type TerminalKey } from '../../src/crypto/index.ts';
import { ValueOp, ValueResult } from '../../src/exchange/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  costOfProfile,
  createBench,
  credit,
  keyOf,
  lastCounter,
  live,
  minuteOf,
  STRICT_POLICY,
  value,
} from '../../src/meter/board.testing.ts';
import { everyDark, everyPairOfCuts } from '../../src/meter/cut-pairs.testing.ts';
import { levelsOf, stepEnergy } from '../../src/meter/index.ts';
import { rotate } from '../../src/meter/keys.testing.ts';
import { isCut, type Rest, restOf, wake } from '../../src/meter/power-cut.testing.ts';
import { Result } from '../../src/records/index.ts';
import { type MilliwattHours, tokens } from '../../src/units/index.ts';

/**
 * The power goes at every byte that an action writes, comes back, and goes again at every byte of the start and of the
 * action done once more. `src/meter/power-cut.test.ts` has one cut alone.
 */
const START = Math.floor(BENCH_UNIX_MS / 60_000);
const table = benchTable();

/** Not frozen, with no token made or lost, and charged for exactly what the profile has. */
function isSound(bench: Bench): void {
  const { frozen, stored, out, used, closed, credited, fromCards, owed } = levelsOf(bench.meter);
  assert.equal(frozen, 0);
  assert.equal(stored + out + used + closed, credited + fromCards + owed);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, minuteOf(bench), () => table),
  );
}

function lived(suite: Suite = Suite.aes128, amount = 105): Rest {
  const bench = createBench({ suite, policy: { ...STRICT_POLICY, emergencyCredit: tokens(50) } });
  value(bench, { op: ValueOp.credit, counter: 1, amount: tokens(amount) }, suite);
  live(bench, 3, 30_000);
  return restOf(bench);
}

test('the writes of one run, laid down one by one, leave what a run that is cut leaves', () => {
  const rest = lived();
  const act = (bench: Bench) => live(bench, 2, 3_000_000);
  let writes = 0;
  for (const { rest: dark } of everyDark(rest, act, true)) {
    const { bench, supply } = wake(rest);
    supply.bytesLeft = writes >> 1;
    supply.cutByte = writes % 2 === 0 ? 'old' : 'garbage';
    assert.ok(isCut(() => act(bench)));
    const cut = restOf(bench);
    assert.ok(dark.now === cut.now, `write ${writes}`);
    for (const chip of ['nvm', 'sam', 'svm'] as const) assert.ok(Buffer.compare(dark[chip], cut[chip]) === 0, chip);
    writes += 1;
  }
  assert.ok(writes > 500, `${writes} writes`);
});

for (const suite of [Suite.tripleDesXo, Suite.aes128]) {
  for (const [name, op] of Object.entries(ValueOp)) {
    if (op === ValueOp.query) continue;
    test(`suite ${suite}, ${name}: any pair of power cuts keeps exactly once`, () => {
      const rest = lived(suite);
      const counter = lastCounter(wake(rest).bench) + 1;
      const ask = (bench: Bench) => value(bench, { op, counter, amount: tokens(700) }, suite);
      const { pairs } = everyPairOfCuts(rest, ask, ask, (bench) => {
        isSound(bench);
        const done = lastCounter(bench) === counter;
        const before = levelsOf(bench.meter);
        const receipt = ask(bench);
        const after = levelsOf(bench.meter);
        assert.equal(after.credited, op === ValueOp.credit ? 805 : 105);
        assert.equal(lastCounter(bench), counter);
        if (done) assert.deepEqual(after, before);
        if (op === ValueOp.close) assert.equal(after.stored + after.out, 0);
        const again = done && op !== ValueOp.void ? ValueResult.alreadyDone : ValueResult.done;
        assert.equal(receipt.result, op === ValueOp.void ? ValueResult.voided : again);
      });
      assert.ok(pairs > 100_000, `${pairs} pairs`);
    });
  }
}

test('draw: any pair of power cuts leaves each token in the purse, in the tank or used', () => {
  const { bench: used } = wake(lived(Suite.aes128, 900));
  live(used, 1, 2_000_000);
  const rest = restOf(used);
  const { drawNumber } = wake(rest).bench.meter.svm.purse;
  // What is left in the tank is not enough for 2 kWh at once.
  const draw = (bench: Bench) => stepEnergy(bench.meter, 1, 2_000_000 as MilliwattHours, bench.now, bench.out);
  let drawn = 0;
  const { pairs } = everyPairOfCuts(rest, draw, draw, (bench) => {
    isSound(bench);
    drawn = Math.max(drawn, bench.meter.svm.purse.drawNumber - drawNumber);
    live(bench, 1, 30_000);
    isSound(bench);
  });
  assert.ok(drawn > 0 && pairs > 20_000, `${pairs} pairs`);
});

test('minute write: any pair of power cuts bills what the profile has', () => {
  const rest = lived();
  const { pairs } = everyPairOfCuts(
    rest,
    (bench) => live(bench, 2, 30_000),
    (bench) => live(bench, 2, 30_000),
    (bench) => {
      isSound(bench);
      live(bench, 1, 30_000);
      isSound(bench);
    },
  );
  assert.ok(pairs > 20_000, `${pairs} pairs`);
});

test('draws, loans and minutes together: any pair of power cuts bills what the profile has', () => {
  const { pairs } = everyPairOfCuts(
    lived(),
    (bench) => live(bench, 1, 3_600_000),
    (bench) => live(bench, 1, 3_600_000),
    isSound,
  );
  assert.ok(pairs > 100_000, `${pairs} pairs`);
});

test('key change: any pair of power cuts leaves a value key that works, and the change can still be made', () => {
  const rest = lived();
  const [old, next] = [keyOf(Purpose.value), keyOf(Purpose.value, Suite.aes128, 1)];
  const held = (bench: Bench): TerminalKey | undefined => [old, next].find(({ n }) => bench.meter.sam.keys.has(n));
  const change = (bench: Bench) => rotate(bench, Purpose.value, 1, held(bench));
  const { pairs } = everyPairOfCuts(rest, change, change, (bench) => {
    isSound(bench);
    assert.equal(change(bench), Result.done);
    assert.ok(bench.meter.sam.keys.has(next.n));
    assert.equal(levelsOf(bench.meter).credited, 105);
  });
  assert.ok(pairs > 5_000, `${pairs} pairs`);
});

test('key change under maintenance, of a key by one of its own name: any pair of power cuts leaves it working', () => {
  const change = (bench: Bench) => rotate(bench, Purpose.value, 0, keyOf(Purpose.maintenance));
  const { pairs } = everyPairOfCuts(lived(), change, change, (bench) => {
    assert.equal(credit(bench, 3).result, ValueResult.done);
    isSound(bench);
  });
  assert.ok(pairs > 5_000, `${pairs} pairs`);
});
