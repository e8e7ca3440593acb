import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { decodePolicyAnswer, isRecordFailure, Result } from '../records/index.ts';
import {
  compileTariff,
  DEFAULT_TARIFF,
  encodeModeTable,
  type ModeTable,
  rateAt,
  TABLE_BYTES_MAX,
} from '../tariff/index.ts';
import { type SupplyIndex, unixSeconds } from '../units/index.ts';
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

/** The default tariff with so many holidays; each of `offsets` lengthens the table by 5 bytes, each holiday by 2. */
function longTable(holidays: number, offsets: number): ReturnType<typeof compileTariff> {
  const days = Array.from({ length: holidays }, (_, i) => new Date(i * 86_400_000).toISOString().slice(0, 10));
  const changes = Array.from({ length: offsets }, (_, i) => ({ from: unixSeconds(i * 60), minutes: (i % 2) * 60 }));
  const issue = { supply: 1 as SupplyIndex, version: 2, validFrom: unixSeconds(0), offsets: changes };
  return compileTariff({ ...DEFAULT_TARIFF, holidays: days }, issue);
}

test('the longest table that a tariff is compiled to is taken, and one byte more is neither compiled nor taken', () => {
  const offsets = 60;
  const plain = longTable(0, offsets);
  assert.ok(!('reason' in plain));
  const holidays = (TABLE_BYTES_MAX - encodeModeTable(plain).length) / 2;
  const longest = longTable(holidays, offsets);
  assert.ok(!('reason' in longest));
  assert.equal(encodeModeTable(longest).length, TABLE_BYTES_MAX);
  const bench = createBench();
  assert.deepEqual(take(bench, longest), [Result.done, 2]);
  // An offset more and two holidays less is one byte more.
  const longer = longTable(holidays - 2, offsets + 1);
  assert.ok('reason' in longer);
  assert.equal(longer.reason, 'too-large');
  assert.match(longer.sentence, /^A meter holds a table of at most 800 bytes, not 801; [^.]+\.$/);
  const raw = {
    ...longest,
    version: 3,
    holidays: longest.holidays.slice(2),
    offsets: [...longest.offsets, after(longest)],
  };
  assert.equal(encodeModeTable(raw).length, TABLE_BYTES_MAX + 1);
  assert.deepEqual(take(bench, raw), [Result.bodyNotUnderstood, 2]);
});

const after = ({ offsets }: ModeTable) => ({
  from: unixSeconds(offsets.length * 60),
  minutes: (offsets.length % 2) * 60,
});
