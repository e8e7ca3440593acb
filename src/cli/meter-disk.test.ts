import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aftermaths, CuttableDisk, DiskCut, drawing } from '../adapters/disk.testing.ts';
import { ValueOp, ValueResult } from '../exchange/index.ts';
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
  startBench,
  TXID,
  value,
} from '../meter/board.testing.ts';
import { blankMemory, levelsOf } from '../meter/index.ts';
import { tokens } from '../units/index.ts';
import { keptMeter, newMeterFile } from './meter-file.ts';

const SEED = 20_261_124;
const START = Math.floor(BENCH_UNIX_MS / 60_000);
const table = benchTable();

/** The file of a meter that has lived: credit, a draw, some minutes; and the time of its oscillator. */
function lived(): { readonly file: Uint8Array; readonly now: number } {
  const memory = blankMemory();
  const bench = createBench({ memory });
  credit(bench, 5000);
  live(bench, 3, 30_000);
  return { file: newMeterFile(memory), now: bench.now };
}

function woken(disk: CuttableDisk, now: number): { readonly bench: Bench; readonly settle: () => void } {
  const kept = keptMeter(disk);
  const bench = startBench(kept.memory, { now });
  kept.settle();
  // What a process lets out it has settled before, as `RunningMeter` does.
  bench.out.relay = () => kept.settle();
  bench.out.attention = () => kept.settle();
  return { bench, settle: kept.settle };
}

const worthOf = (bench: Bench): number => {
  const { stored, out } = levelsOf(bench.meter);
  return stored + out;
};

/** Not frozen, nothing lost or made, and charged for exactly what the profile has. */
function isSound(bench: Bench, where: string): void {
  const { frozen, stored, out, used, closed, credited, fromCards, owed } = levelsOf(bench.meter);
  assert.equal(frozen, 0, where);
  assert.equal(stored + out + used + closed, credited + fromCards + owed, where);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, minuteOf(bench), () => table),
    where,
  );
}

/**
 * `act` on a meter whose power goes before each write of a sector and each confirmation in turn, and then every disk
 * that this may leave. `check` is given the meter that wakes on it.
 */
function everyAftermath(
  rest: { readonly file: Uint8Array; readonly now: number },
  act: (bench: Bench, settle: () => void) => void,
  check: (bench: Bench, where: string) => void,
): { readonly cuts: number; readonly aftermaths: number } {
  const draw = drawing(SEED);
  let seen = 0;
  for (let cuts = 0; ; cuts++) {
    const disk = new CuttableDisk(rest.file);
    const { bench, settle } = woken(disk, rest.now);
    disk.operationsLeft = cuts;
    try {
      act(bench, settle);
      return { cuts, aftermaths: seen };
    } catch (error) {
      if (!(error instanceof DiskCut)) throw error;
    }
    for (const left of aftermaths(disk, draw)) {
      seen += 1;
      check(woken(new CuttableDisk(left), bench.now).bench, `seed ${SEED}, cut ${cuts}, aftermath ${seen}`);
    }
  }
}

test('value that was confirmed is in the purse whatever the disk makes of a power cut, and value that was not is there once', () => {
  const rest = lived();
  const { bench: before } = woken(new CuttableDisk(rest.file), rest.now);
  const worth = worthOf(before);
  const counter = lastCounter(before) + 1;
  const ask = (bench: Bench) => value(bench, { op: ValueOp.credit, counter, txid: TXID('once'), amount: tokens(700) });
  let confirmed = false;
  const results = new Set<number>();
  const { cuts, aftermaths: seen } = everyAftermath(
    rest,
    (bench, settle) => {
      confirmed = false;
      ask(bench);
      settle();
      confirmed = true;
      credit(bench, 20);
      settle();
    },
    (bench, where) => {
      isSound(bench, where);
      const done = lastCounter(bench) >= counter;
      assert.ok(done || !confirmed, `${where}: a receipt went out, and the credit is gone`);
      const more = lastCounter(bench) > counter ? 20 : 0;
      assert.equal(worthOf(bench), worth + (done ? 700 : 0) + more, where);
      if (more > 0) return;
      const { result } = ask(bench);
      results.add(result);
      assert.equal(worthOf(bench), worth + 700, where);
      isSound(bench, where);
    },
  );
  assert.deepEqual([...results].sort(), [ValueResult.done, ValueResult.alreadyDone].sort(), 'both sides of the line');
  assert.ok(cuts >= 4 && seen > 3 * cuts, `${cuts} cuts, ${seen} aftermaths`);
});

test('a meter that draws and spends is charged for what its profile has, whatever the disk makes of a power cut', () => {
  const rest = lived();
  let longest = 0;
  const { cuts, aftermaths: seen } = everyAftermath(
    rest,
    (bench, settle) => {
      for (let minute = 0; minute < 6; minute++) {
        // More than a tank each minute.
        live(bench, 1, 4_000_000);
        settle();
      }
    },
    (bench, where) => {
      isSound(bench, where);
      longest = Math.max(longest, levelsOf(bench.meter).used);
    },
  );
  assert.ok(longest > 200, `${longest} tokens`);
  assert.ok(cuts >= 12 && seen > 3 * cuts, `${cuts} cuts, ${seen} aftermaths`);
});

test('a cut while the whole memory is written, because the journal is full, loses nothing and makes nothing', () => {
  const rest = lived();
  /** Minute by minute, each settled; `before` is told of the operations of the disk so far. */
  const run = (
    bench: Bench,
    settle: () => void,
    minutes: number,
    before: (minute: number) => void = () => undefined,
  ) => {
    for (let minute = 0; minute < minutes; minute++) {
      before(minute);
      live(bench, 1, 100_000);
      settle();
    }
  };
  const first = new CuttableDisk(rest.file);
  const { bench: tried, settle: settles } = woken(first, rest.now);
  const operations: number[] = [];
  run(tried, settles, 140, () => operations.push(first.operations));
  const whole = operations.findIndex((at, i) => (operations[i + 1] ?? 0) - at > SECTORS_OF_A_MEMORY);
  assert.ok(whole > 20, `${whole} minutes until the journal was full`);
  const draw = drawing(SEED);
  let seen = 0;
  for (let cut = 0; ; cut++) {
    const disk = new CuttableDisk(rest.file);
    const { bench, settle } = woken(disk, rest.now);
    run(bench, settle, whole - 1);
    disk.operationsLeft = cut * CUT_STEP;
    let confirmed = 0;
    try {
      run(bench, settle, 4, () => {
        confirmed = levelsOf(bench.meter).used;
      });
      break;
    } catch (error) {
      if (!(error instanceof DiskCut)) throw error;
    }
    for (const left of aftermaths(disk, draw)) {
      seen += 1;
      const { bench: after } = woken(new CuttableDisk(left), bench.now);
      const where = `seed ${SEED}, cut ${cut}, aftermath ${seen}`;
      isSound(after, where);
      assert.ok(levelsOf(after.meter).used >= confirmed, where);
    }
  }
  assert.ok(seen > 50, `${seen} aftermaths`);
});
const SECTORS_OF_A_MEMORY = 50;
const CUT_STEP = 7;
