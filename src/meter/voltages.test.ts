import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import {
  decodeUseAnswer,
  encodeUseRequest,
  isRecordFailure,
  Result,
  type UseAnswer,
  VOLTAGE_INTERVALS,
  VOLTAGE_MISSING,
} from '../records/index.ts';
import { BENCH_UNIX_MS, type Bench, benchTable, command, createBench, live, restart } from './board.testing.ts';
import { type Supply, stepTime, stepVoltage } from './index.ts';
import { jumpTo } from './minutes.ts';
import { everyCut, restOf } from './power-cut.testing.ts';
import { voltagesOf } from './voltages.ts';

const DAY = Math.floor(BENCH_UNIX_MS / 86_400_000) + 1;
/** The bench begins at ten. */
const TO_MIDNIGHT = 14 * 60;

/** Minutes pass in which so many millivolts are measured each second of ten. */
function measure(bench: Bench, minutes: number, millivolts: (minute: number) => number, supply: 1 | 2 = 1): void {
  for (let minute = 0; minute < minutes; minute++) {
    for (let part = 0; part < 6; part++) {
      bench.now += 10_000;
      stepVoltage(bench.meter, supply, millivolts(minute), bench.now);
      stepTime(bench.meter, bench.now, bench.out);
    }
  }
}

function ask(bench: Bench, day = DAY, supply: 1 | 2 = 1): UseAnswer {
  const request = { totals: false, modeTable: false, policy: false, profiles: [], voltages: [{ day, supply }] };
  const answer = decodeUseAnswer(command(bench, Command.useAndLog, encodeUseRequest(request)));
  assert.ok(!isRecordFailure(answer));
  return answer;
}

const voltsOf = (bench: Bench, day = DAY, supply: 1 | 2 = 1): number[] => [
  ...(ask(bench, day, supply).voltages?.[0]?.volts ?? []),
];
const all = (value: number): number[] => new Array(VOLTAGE_INTERVALS).fill(value);

test('each quarter of an hour of a complete day is told with the mean of its voltage, beside no profile', () => {
  const bench = createBench();
  measure(bench, TO_MIDNIGHT, () => 230_000);
  // A ramp of a volt in fifteen minutes: means are in its middle, and are rounded to 10 mV.
  measure(bench, 1440, (minute) => 220_000 + (minute % 15) * 1000 + Math.floor(minute / 15) * 7);
  measure(bench, 1, () => 0);
  const answer = ask(bench);
  assert.deepEqual([answer.head.result, answer.profiles, answer.totals], [Result.done, [], []]);
  assert.deepEqual(
    voltsOf(bench),
    Array.from({ length: VOLTAGE_INTERVALS }, (_, i) => Math.round((227_000 + 7 * i) / 10)),
  );
});

test('the running day, one that the ring has lost, another supply and a meter without voltage have none', () => {
  const bench = createBench({ tables: [benchTable(1), benchTable(2)] });
  measure(bench, TO_MIDNIGHT + 7 * 1440, () => 230_000);
  for (const [day, supply] of [
    [DAY + 7, 1],
    [DAY - 1, 1],
    [DAY, 2],
  ] as const) {
    const answer = ask(bench, day, supply);
    assert.deepEqual([answer.head.result, answer.voltages], [Result.notHeld, undefined]);
  }
  assert.deepEqual(voltsOf(bench), all(23_000));
  const unmeasured = createBench();
  live(unmeasured, TO_MIDNIGHT + 1441, 0);
  assert.equal(ask(unmeasured).head.result, Result.notHeld);
});

test('an interval of which less than half was measured is marked, and a power cut marks no other', () => {
  const bench = createBench();
  measure(bench, TO_MIDNIGHT + 60 + 8, () => 230_000);
  // The power goes for 20 minutes: of the interval in which it went half is lost, of the next all but two minutes.
  restart(bench, { afterMs: 20 * 60_000 });
  measure(bench, 2, () => 231_000);
  measure(bench, 15 + 1, () => 232_000);
  restart(bench, { afterMs: 0 });
  measure(bench, 14, () => 233_000);
  assert.deepEqual(voltsOf(bench), []);
  measure(bench, 1440, () => 230_000);
  const told = voltsOf(bench);
  assert.deepEqual(told.slice(0, 9), [
    ...[23_000, 23_000, 23_000, 23_000],
    ...[65_535, 65_535, 23_200, 23_300, 23_000],
  ]);
});

test('a clock that goes on jumps over intervals, which are marked; one that goes back keeps what it measures then', () => {
  const bench = createBench();
  measure(bench, TO_MIDNIGHT + 60, () => 230_000);
  bench.meter.kept.clockOffsetMs += 3 * 3_600_000;
  jumpTo(bench.meter, bench.meter.minute + 180, bench.out);
  measure(bench, 60, () => 231_000);
  bench.meter.kept.clockOffsetMs -= 3_600_000;
  jumpTo(bench.meter, bench.meter.minute - 60, bench.out);
  measure(bench, 21 * 60, () => 232_000);
  const told = voltsOf(bench);
  assert.deepEqual(told.slice(0, 16), [...all(23_000).slice(0, 4), ...all(VOLTAGE_MISSING).slice(0, 12)]);
  assert.deepEqual(told.slice(16, 20), [23_200, 23_200, 23_200, 23_200]);
});

test('a row that is cut at any byte is whole or none, also where its interval is lived again', () => {
  for (const isAgain of [false, true]) {
    const bench = createBench();
    measure(bench, TO_MIDNIGHT + 21, () => 200_020);
    if (isAgain) {
      measure(bench, 9, () => 200_020);
      bench.meter.kept.clockOffsetMs -= 15 * 60_000;
      jumpTo(bench.meter, bench.meter.minute - 15, bench.out);
      measure(bench, 6, () => 251_310);
    }
    const rest = restOf(bench);
    const seen = new Set<number>();
    const ends = (cut: Bench) => measure(cut, 9, () => 251_310);
    const points = everyCut(rest, ends, (cut) => {
      const told = voltagesOf(cut.meter, cut.meter.supplies[0] as Supply, DAY, DAY);
      seen.add(told?.[1] ?? VOLTAGE_MISSING);
    });
    assert.ok(points > 500, `${points} cuts`);
    const possible = new Set([...(isAgain ? [20_002] : []), VOLTAGE_MISSING, 25_131]);
    assert.deepEqual(
      [...seen].filter((each) => !possible.has(each)),
      [],
    );
    if (isAgain) assert.ok(seen.has(20_002) && seen.has(VOLTAGE_MISSING));
  }
});

test('what was measured eight days ago is never told as of now', () => {
  const bench = createBench();
  measure(bench, TO_MIDNIGHT + 2 * 1440, () => 230_000);
  live(bench, 7 * 1440, 0);
  measure(bench, 15, () => 231_000);
  live(bench, 1440, 0);
  assert.deepEqual(voltsOf(bench, DAY + 9), [23_100, ...all(VOLTAGE_MISSING).slice(1)]);
  assert.deepEqual(voltsOf(bench, DAY + 8), []);
});

test('a request with more than a meter keeps, or of no day, is not understood and changes nothing', () => {
  const bench = createBench();
  measure(bench, TO_MIDNIGHT + 1441, () => 230_000);
  for (const bytes of [
    [0x10, 0],
    [0x10, 0, 0],
    [0x20, 0],
    [0x10, 0, 1, 0, 1, 5],
    [0x10, 0, 1, 0, 1],
  ]) {
    const answer = decodeUseAnswer(command(bench, Command.useAndLog, Uint8Array.from(bytes)));
    assert.ok(!isRecordFailure(answer));
    assert.deepEqual([answer.head.result, answer.voltages], [Result.bodyNotUnderstood, undefined]);
  }
  assert.deepEqual(voltsOf(bench), all(23_000));
});
