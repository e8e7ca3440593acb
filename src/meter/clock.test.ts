import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command, hostCommand, hostFirst, hostReceive, openHostSession } from '../exchange/index.ts';
import {
  AttentionReason,
  decodeClockSetAnswer,
  decodeClockSlewAnswer,
  ENERGY_MISSING,
  EventKind,
  encodeClockSet,
  encodeClockSlew,
  isRecordFailure,
  MeterFlag,
  Result,
} from '../records/index.ts';
import { encodeModeTable } from '../tariff/index.ts';
import { milliwattHours, U32_MAX, UNIX_MS_MAX, unixSeconds } from '../units/index.ts';
import {
  ask,
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  command,
  costOfProfile,
  createBench,
  credit,
  keyOf,
  live,
  minuteOf,
  restart,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { clockMs, flagsOf, levelsOf, type Supply, stepEnergy, stepLastGasp, stepTime, totalsNow } from './index.ts';
import { energyAt } from './profile-ring.ts';
import { clockSeconds } from './state.ts';

const START = Math.floor(BENCH_UNIX_MS / 60_000);
const table = benchTable();

/** A set that the host stamps `hostDelay` after the meter sent M2, and that reaches the meter so much later. */
function set(
  bench: Bench,
  trueMs: (now: number) => number,
  { hostDelay = 0, wayDelay = 0, suite = Suite.aes128 as Suite, repeatFirst = false } = {},
): Result | undefined {
  const session = openHostSession(keyOf(Purpose.control, suite), Command.clockSet, bench.randomness);
  const first = hostFirst(session);
  const second = ask(bench, first);
  assert.equal(hostReceive(session, second as Uint8Array).type, 'status');
  bench.now += hostDelay;
  const stamp = trueMs(bench.now);
  const body = encodeClockSet({ seconds: unixSeconds(Math.floor(stamp / 1000)), milliseconds: stamp % 1000 });
  const [third] = hostCommand(session, body);
  bench.now += wayDelay;
  if (repeatFirst) ask(bench, first);
  const outcome = hostReceive(session, ask(bench, third as Uint8Array) as Uint8Array);
  if (outcome.type !== 'answer') return undefined;
  const answer = decodeClockSetAnswer(outcome.answer);
  return isRecordFailure(answer) ? undefined : answer.head.result;
}

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`suite ${suite}: a clock set lands within a second whatever the delays, or is refused`, () => {
    for (const hostDelay of [0, 1, 400, 1000, 1999, 2000, 2001, 30_000]) {
      for (const wayDelay of [0, 1, 700, 1999, 2000, 2001, 60_000]) {
        const bench = createBench({ suite });
        bench.now = 1234;
        const truth = (now: number) => BENCH_UNIX_MS + 987_654 + now;
        const result = set(bench, truth, { hostDelay, wayDelay, suite });
        if (hostDelay + wayDelay > 2000) {
          assert.equal(result, Result.clockErrorTooLarge, `${hostDelay} + ${wayDelay} ms`);
          assert.equal(clockMs(bench.meter), BENCH_UNIX_MS + bench.now);
        } else {
          assert.equal(result, Result.done);
          assert.ok(Math.abs(clockMs(bench.meter) - truth(bench.now)) <= 1000, `${hostDelay} + ${wayDelay} ms`);
        }
      }
    }
  });
}

test('a set to a time before all tables is refused, and every later one is taken', () => {
  for (const [at, result] of [
    [Date.UTC(1999, 11, 31, 23, 59, 59), Result.bodyNotUnderstood],
    [Date.UTC(2000, 0, 1), Result.done],
    [Date.UTC(2099, 11, 31, 23, 59, 59), Result.done],
    [Date.UTC(2100, 0, 1), Result.done],
    [U32_MAX * 1000, Result.done],
  ] as const) {
    const bench = createBench();
    assert.equal(
      set(bench, () => at),
      result,
    );
    live(bench, 3, 1000);
    restart(bench, { afterMs: 60_000 });
  }
});

test('an M1 that comes again does not make an old set look fresh', () => {
  const bench = createBench();
  const result = set(bench, (now) => BENCH_UNIX_MS + now, { wayDelay: 9000, repeatFirst: true });
  assert.equal(result, Result.clockErrorTooLarge);
});

function slew(bench: Bench, seconds: number): { result: Result; spent: number } {
  const answer = decodeClockSlewAnswer(command(bench, Command.clockSlew, encodeClockSlew({ seconds })));
  if (isRecordFailure(answer)) throw new Error(answer.reason);
  return { result: answer.head.result, spent: answer.spent };
}

test('monitoring slews by 60 s a day in all, forwards and backwards counted alike', () => {
  const bench = createBench();
  assert.deepEqual(slew(bench, 25), { result: Result.done, spent: 25 });
  assert.deepEqual(slew(bench, -30), { result: Result.done, spent: 55 });
  assert.deepEqual(slew(bench, 6), { result: Result.slewSpent, spent: 55 });
  assert.equal(clockMs(bench.meter) - BENCH_UNIX_MS, -5000);
  restart(bench);
  assert.deepEqual(slew(bench, 6), { result: Result.slewSpent, spent: 55 });
  live(bench, 14 * 60 + 1, 0);
  assert.deepEqual(slew(bench, 6), { result: Result.done, spent: 6 });
});

test('going back over midnight again and again does not stop the clock: a day has its 60 s once', () => {
  // A flat tariff has no edge at midnight.
  const bench = createBench({ tables: [benchTable(1, 1, 15_000, { bands: [] })] });
  live(bench, 14 * 60 - 1, 0);
  let moved = 0;
  for (let i = 0; i < 40; i++) {
    live(bench, 1, 0);
    if (slew(bench, -60).result === Result.done) moved += 60;
    if (slew(bench, -30).result === Result.done) moved += 30;
  }
  assert.ok(moved <= 120, `${moved} s`);
});

test('a slew never crosses an edge of the tariff, nor the hour of a new table', () => {
  const bench = createBench();
  // 200 % until 18:00.
  live(bench, 8 * 60 - 1, 0);
  bench.now += 30_000;
  assert.equal(slew(bench, 30).result, Result.crossesTariffEdge);
  assert.equal(slew(bench, 29).result, Result.done);
  bench.now += 1000;
  stepTime(bench.meter, bench.now, bench.out);
  assert.equal(slew(bench, -1).result, Result.crossesTariffEdge);
  assert.equal(slew(bench, 1).result, Result.done);

  const changing = createBench({ tables: [benchTable(1, 1, 15_000, { bands: [] })] });
  const next = benchTable(1, 2, 90_000, { bands: [], validFrom: unixSeconds((START + 2) * 60) });
  command(changing, Command.modeTable, encodeModeTable(next));
  live(changing, 1, 0);
  changing.now += 30_000;
  assert.equal(slew(changing, 30).result, Result.crossesTariffEdge);
  assert.equal(slew(changing, 29).result, Result.done);
});

const energies = (bench: Bench, from: number, to: number): number[] => {
  const { place } = bench.meter.supplies[0] as (typeof bench.meter.supplies)[number];
  return Array.from({ length: to - from + 1 }, (_, i) => energyAt(bench.meter.nvm, place, from + i));
};

const register = (bench: Bench): number =>
  totalsNow(bench.meter.supplies[0] as (typeof bench.meter.supplies)[number]).registerImport;

test('minutes that a set jumps over are marked, and nothing is charged for them', () => {
  const bench = createBench();
  credit(bench, 50_000);
  live(bench, 3, 100_000);
  set(bench, (now) => BENCH_UNIX_MS + now + 10 * 60_000);
  live(bench, 3, 100_000);
  const expected = [1000, 1000, 1000, 0, ...new Array(9).fill(ENERGY_MISSING), 1000, 1000, 1000];
  assert.deepEqual(energies(bench, START, START + 15), expected);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, START + 16, () => table),
  );
  assert.ok(eventsFrom(bench.meter, 1, 255).some(({ kind, value }) => kind === EventKind.profileGap && value === 9));
});

test('minutes that are lived again add up, cost what they are, and the register never falls', () => {
  // Over 18:00, where 200 % becomes 75 %, and over a power cut in the middle.
  const bench = createBench();
  credit(bench, 50_000);
  live(bench, 8 * 60 + 5, 100_000);
  const before = register(bench);
  let back = 0;
  set(bench, (now) => BENCH_UNIX_MS + now - 10 * 60_000);
  back -= 10;
  live(bench, 4, 50_000);
  const mid = register(bench);
  assert.equal(mid, before + 2000);
  restart(bench);
  assert.equal(register(bench), mid);
  live(bench, 20, 50_000);
  const now = minuteOf(bench) + back;
  const from = START + 8 * 60 - 5;
  assert.deepEqual(energies(bench, from, from + 10), [...new Array(10).fill(1500), 500]);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, now, () => table),
  );
  assert.equal(register(bench), before + 24 * 500);
  restart(bench);
  assert.equal(register(bench), before + 24 * 500);
});

test('a clock that goes back over midnight ends the day again, with everything in it', () => {
  const bench = createBench();
  credit(bench, 50_000);
  live(bench, 14 * 60 + 5, 100_000);
  const before = register(bench);
  set(bench, (now) => BENCH_UNIX_MS + now - 20 * 60_000);
  restart(bench);
  assert.equal(register(bench), before);
  live(bench, 10, 100_000);
  restart(bench);
  live(bench, 10, 100_000);
  const totals = totalsNow(bench.meter.supplies[0] as never);
  assert.equal(totals.registerImport, before + 20 * 1000);
  assert.equal(totals.today + (totals.days[0] as number), totals.registerImport / 10);
  assert.equal(totals.days.length, 30);
  assert.equal(totals.months[0], totals.registerImport / 10);
});

test('a clock set a year wrong and set right again goes on ending days, and profiles nothing twice', () => {
  const bench = createBench();
  credit(bench, 5_000_000);
  live(bench, 60, 100_000);
  set(bench, (now) => BENCH_UNIX_MS + now + 365 * 86_400_000);
  live(bench, 2000, 100_000);
  set(bench, (now) => BENCH_UNIX_MS + now);
  const since = minuteOf(bench);
  const before = register(bench);
  live(bench, 3 * 1440, 100_000);
  const totals = totalsNow(bench.meter.supplies[0] as never);
  assert.equal(totals.registerImport, before + 3 * 1440 * 1000);
  assert.deepEqual(totals.days.slice(0, 2), [144_000, 144_000]);
  assert.deepEqual(new Set(energies(bench, since, minuteOf(bench) - 1)), new Set([1000]));
  restart(bench);
  assert.equal(register(bench), totals.registerImport);
});

test('daylight saving makes days of 23 and 25 hours, and no minute of the profile twice or missing', () => {
  const switches = [
    { from: unixSeconds(0), minutes: 60 },
    { from: unixSeconds(Date.UTC(2026, 10, 25, 1) / 1000), minutes: 120 },
    { from: unixSeconds(Date.UTC(2026, 10, 27, 1) / 1000), minutes: 60 },
  ];
  const bench = createBench({ tables: [benchTable(1, 1, 15_000, { offsets: switches })] });
  credit(bench, 5_000_000);
  live(bench, 5 * 1440, 60_000);
  const { days } = totalsNow(bench.meter.supplies[0] as never);
  // 24 November began at 10 in UTC; the 25th has 23 hours, the 27th has 25.
  assert.deepEqual(
    days.slice(0, 5),
    [24, 25, 24, 23, 13].map((hours) => hours * 3600),
  );
  assert.deepEqual(new Set(energies(bench, START, minuteOf(bench) - 1)), new Set([600]));
});

test('a clock whose battery was empty goes on after the last minute it knows, and says so until it is set', () => {
  const bench = createBench();
  credit(bench, 500);
  live(bench, 30, 100_000);
  restart(bench, { afterMs: 7_200_000, clockLost: true });
  assert.equal(Math.floor(clockMs(bench.meter) / 60_000), START + 30);
  assert.ok(flagsOf(bench.meter) & MeterFlag.clockUnset);
  assert.equal(slew(bench, 1).result, Result.clockUnset);
  live(bench, 5, 100_000);
  restart(bench);
  assert.ok(flagsOf(bench.meter) & MeterFlag.clockUnset);
  assert.equal(
    set(bench, (now) => BENCH_UNIX_MS + now),
    Result.done,
  );
  assert.equal(flagsOf(bench.meter) & MeterFlag.clockUnset, 0);
  assert.equal(clockMs(bench.meter), BENCH_UNIX_MS + bench.now);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, minuteOf(bench), () => table),
  );
});

test('when the seconds of a u32 have come to their end the told clock stands still, and minutes are committed and charged', () => {
  const bench = createBench();
  credit(bench, 10_000);
  const nearlyOver = U32_MAX * 1000 - 150_000;
  assert.equal(
    set(bench, () => nearlyOver),
    Result.done,
  );
  const before = levelsOf(bench.meter).used;
  const cost = () => levelsOf(bench.meter).used - before;
  live(bench, 2, 100_000);
  const inTwo = cost();
  assert.ok(inTwo > 0);
  live(bench, 10, 100_000);
  assert.ok(clockMs(bench.meter) > UNIX_MS_MAX);
  assert.equal(clockSeconds(bench.meter), U32_MAX);
  assert.equal(command(bench, Command.clockSlew, encodeClockSlew({ seconds: 1 }))[0], Result.done);
  // At the price of the last minute, to one token, and a power cut forgets one minute at most.
  assert.ok(Math.abs(cost() - 6 * inTwo) <= 1);
  const known = cost();
  restart(bench);
  assert.ok(levelsOf(bench.meter).used - before >= known - inTwo);
  live(bench, 3, 100_000);
  assert.ok(cost() > known);
});

test('a clock that is set back costs the register nothing, whatever cut comes after it', () => {
  for (const backMs of [60_000, 1_800_000, 3 * 86_400_000]) {
    const bench = createBench();
    credit(bench, 10_000);
    live(bench, 9, 50_000);
    // The running minute has energy when it ends early.
    stepEnergy(bench.meter, 1, milliwattHours(30_000), bench.now, bench.out);
    const register = () => totalsNow(bench.meter.supplies[0] as Supply).registerImport;
    const counted = register();
    assert.equal(
      set(bench, (now) => BENCH_UNIX_MS + now - backMs),
      Result.done,
    );
    live(bench, 2, 50_000);
    const lived = register();
    assert.ok(lived > counted);
    for (let cut = 0; cut < 3; cut++) {
      restart(bench);
      assert.equal(register(), lived, `${backMs} ms back`);
    }
  }
});

test('a clock that jumps, and minutes that are missing for another reason than a power cut, are called out at once', () => {
  const { clockJumped, profileGap } = AttentionReason;
  const called = (bench: Bench) => {
    const before = bench.out.attentions.length;
    live(bench, 1, 0);
    const reasons = bench.meter.attention & (clockJumped | profileGap);
    assert.equal(bench.out.attentions.length > before || bench.meter.attentionSent === bench.meter.attention, true);
    return reasons;
  };
  const setBy = (seconds: number) => {
    const bench = createBench();
    set(bench, (now) => BENCH_UNIX_MS + now + seconds * 1000);
    return called(bench);
  };
  assert.deepEqual([setBy(60), setBy(-60)], [0, 0]);
  assert.equal(setBy(-61), clockJumped);
  assert.equal(setBy(300), clockJumped | profileGap);

  const dark = (gasp: boolean, clockLost = false) => {
    const bench = createBench();
    live(bench, 3, 1000);
    if (gasp) stepLastGasp(bench.meter, bench.now, bench.out);
    restart(bench, { afterMs: 600_000, clockLost });
    return called(bench);
  };
  assert.equal(dark(true), 0);
  assert.equal(dark(false), profileGap);
  assert.equal(dark(true, true), clockJumped);
});
