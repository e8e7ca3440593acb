import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { decodePolicyAnswer, isRecordFailure, Result } from '../records/index.ts';
import { encodeModeTable, type ModeTable, rateAt } from '../tariff/index.ts';
import { unixSeconds } from '../units/index.ts';
import { BENCH_UNIX_MS, type Bench, benchTable, command, createBench, live, restart } from './board.testing.ts';

function take(bench: Bench, table: ModeTable): readonly [result: Result, version: number] {
  const answer = decodePolicyAnswer(command(bench, Command.modeTable, encodeModeTable(table)));
  if (isRecordFailure(answer)) throw new Error(answer.reason);
  return [answer.head.result, answer.version];
}

const later = unixSeconds(BENCH_UNIX_MS / 1000 + 3600);

test('a table that waits, sent again, is answered with its own version: the meter has it', () => {
  const bench = createBench();
  const waiting = benchTable(1, 2, 20_000, { validFrom: later });
  assert.deepEqual(take(bench, waiting), [Result.done, 2]);
  assert.deepEqual(take(bench, waiting), [Result.versionNotNewer, 2]);
  assert.deepEqual(take(bench, benchTable(1, 1)), [Result.versionNotNewer, 2]);
  live(bench, 61, 0);
  assert.deepEqual(take(bench, waiting), [Result.versionNotNewer, 2]);
  assert.equal(bench.meter.supplies[0]?.inForce?.version, 2);
});

test('another table under a version that is held is not the one that is held', () => {
  const bench = createBench();
  take(bench, benchTable(1, 2, 20_000, { validFrom: later }));
  assert.deepEqual(take(bench, benchTable(1, 2, 20_001, { validFrom: later })), [Result.refusedByPolicy, 2]);
});

test('a clock that goes back before every table leaves the one in force, at the price of its hour', () => {
  const began = unixSeconds(BENCH_UNIX_MS / 1000 - 60);
  const bench = createBench({ tables: [benchTable(1, 1, 20_000, { validFrom: began })] });
  live(bench, 2, 0);
  const percents = new Set<number>();
  for (const hours of [1, 4, 7]) {
    bench.now -= 3_600_000 * hours;
    restart(bench);
    const [anew] = bench.meter.supplies;
    assert.equal(anew?.inForce?.version, 1);
    assert.equal(anew.percent, rateAt(anew.inForce, unixSeconds(60 * bench.meter.minute)).percent);
    percents.add(anew.percent);
  }
  assert.ok(percents.size > 1);
});

test('no table begins before its time, and until the first one begins nothing is charged', () => {
  const bench = createBench({ tables: [benchTable(1, 1, 20_000, { validFrom: later })] });
  assert.equal(bench.meter.supplies[0]?.rate, 0);
  live(bench, 61, 0);
  assert.ok((bench.meter.supplies[0]?.rate as number) > 0);
});
