import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose } from '../crypto/index.ts';
import { Command, decodeFrame, hostFirst, openAttention, openHostSession } from '../exchange/index.ts';
import {
  AttentionReason,
  DAILY_TOTALS,
  decodeAttention,
  decodeEventAnswer,
  decodeUseAnswer,
  ENERGY_MISSING,
  type EventAnswer,
  EventKind,
  encodeEventRequest,
  encodeUseRequest,
  isRecordFailure,
  MONTHLY_TOTALS,
  type ProfileSelector,
  Result,
  sumProfile,
  TOTAL_MISSING,
  type UseAnswer,
} from '../records/index.ts';
import { decodeModeTable } from '../tariff/index.ts';
import {
  ask,
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  command,
  createBench,
  credit,
  keyOf,
  live,
  restart,
} from './board.testing.ts';
import { pressKey, type Supply, senseSeal, stepLastGasp, stepMeasured, totalsNow } from './index.ts';

const HALF_AN_HOUR_MS = 30 * 60_000;
const DAY_MS = 86_400_000;
const FIRST_DAY = Math.floor(BENCH_UNIX_MS / 86_400_000);

function read(bench: Bench, profiles: readonly ProfileSelector[] = [], all = false): UseAnswer {
  const request = encodeUseRequest({ totals: all, modeTable: all, policy: all, profiles });
  const answer = decodeUseAnswer(command(bench, Command.useAndLog, request));
  if (isRecordFailure(answer)) throw new Error(answer.reason);
  return answer;
}

function eventsOf(bench: Bench, from = 1, limit = 255): EventAnswer {
  const answer = decodeEventAnswer(command(bench, Command.events, encodeEventRequest({ from, limit })));
  if (isRecordFailure(answer)) throw new Error(answer.reason);
  return answer;
}

test('a poll decodes to what was lived: 1,440 values a day, bands, totals, table and policy', () => {
  const surcharge = { percents: [100, 110, 120, 130] as const, limits: [18, 26, 37] as const };
  const bench = createBench({ tables: [benchTable(1, 1, 15_000, { surcharge }), benchTable(2)] });
  credit(bench, 4_000_000);
  // Two complete days of UTC after the first, each minute its own energy and band.
  live(bench, 14 * 60, 10_000);
  const expected: number[] = [];
  for (let minute = 0; minute < 2 * 1440; minute++) {
    const degreesOfLag = [0, 20, 30, 50][minute % 4] as number;
    stepMeasured(bench.meter, 1, { watts: 0, deciAmperes: 0, degreesOfLag }, bench.now, bench.out);
    const quanta = (minute * 7) % 5000;
    expected.push(quanta);
    live(bench, 1, quanta * 100);
  }
  const day = FIRST_DAY + 2;
  const answer = read(
    bench,
    [
      { day, supply: 1 },
      { day, supply: 2 },
    ],
    true,
  );
  assert.equal(answer.head.result, Result.done);
  assert.equal(answer.info.lastDay, day);
  assert.equal(answer.info.daysHeld, 3);
  const [one, two] = answer.profiles;
  assert.deepEqual([...(one?.energies ?? [])], expected.slice(1440));
  // What is measured in a minute sets the band of the next.
  const bands = Array.from({ length: 1440 }, (_, i) => ((one?.bands[i >> 2] as number) >> (2 * (i & 3))) & 3);
  assert.deepEqual(
    bands,
    Array.from({ length: 1440 }, (_, i) => (i + 3) % 4),
  );
  assert.deepEqual(new Set(two?.energies), new Set([0]));
  const [totals] = answer.totals;
  assert.equal(totals?.days[0], Math.floor(expected.slice(1440).reduce((sum, quanta) => sum + quanta, 0) / 10));
  assert.deepEqual(
    [totals?.days.length, totals?.months.length, totals?.years.length],
    [DAILY_TOTALS, MONTHLY_TOTALS, 2],
  );
  assert.equal(totals?.days[3], TOTAL_MISSING);
  assert.equal(totals?.registerImport, 14 * 60 * 100 + expected.reduce((sum, quanta) => sum + quanta, 0));
  assert.deepEqual(decodeModeTable(answer.modeTable as Uint8Array), bench.meter.supplies[0]?.tables[0]);
  assert.deepEqual(answer.policy, bench.meter.policy);
});

test('seven complete days are held, the eighth is not, and a day to come is not', () => {
  const bench = createBench();
  credit(bench, 4_000_000);
  live(bench, 14 * 60 + 9 * 1440, 10_000);
  const last = FIRST_DAY + 9;
  assert.deepEqual([read(bench).info.lastDay, read(bench).info.daysHeld], [last, 7]);
  for (let day = last - 6; day <= last; day++) {
    const answer = read(bench, [{ day, supply: 1 }]);
    assert.equal(answer.head.result, Result.done);
    assert.deepEqual(sumProfile(answer.profiles[0]?.energies as Uint16Array), {
      deciWattHours: 144_000,
      missing: 0,
      uncertain: 0,
    });
  }
  for (const day of [last - 7, last + 1, last + 2]) {
    const answer = read(bench, [{ day, supply: 1 }]);
    assert.deepEqual([answer.head.result, answer.profiles.length], [Result.notHeld, 0]);
  }
});

test('the last gasp calls, and the meter that starts again calls no more', () => {
  const bench = createBench();
  credit(bench, 4_000_000);
  live(bench, 5, 1000);
  bench.out.attentions.length = 0;
  stepLastGasp(bench.meter, bench.now, bench.out);
  const [frame, ...others] = bench.out.attentions;
  // Behind the header of seven bytes stand the reasons, with what no poll has heard of yet.
  assert.notEqual((frame?.[8] ?? 0) & AttentionReason.lastGasp, 0);
  assert.equal(others.length, 0);
  restart(bench, { afterMs: 60_000 });
  live(bench, 2, 1000);
  assert.equal(bench.out.attentions.length, 1);
});

test('dark minutes are marked as missing, also when it was dark for longer than the ring reaches', () => {
  const bench = createBench();
  credit(bench, 4_000_000);
  live(bench, 14 * 60 + 100, 10_000);
  stepLastGasp(bench.meter, bench.now, bench.out);
  restart(bench, { afterMs: 50 * 60_000 });
  live(bench, 1440, 10_000);
  const day = FIRST_DAY + 1;
  const { profiles } = read(bench, [{ day, supply: 1 }]);
  const energies = [...(profiles[0]?.energies ?? [])];
  assert.deepEqual(
    energies.flatMap((energy, minute) => (energy === ENERGY_MISSING ? [minute] : [])),
    Array.from({ length: 49 }, (_, i) => 101 + i),
  );
  restart(bench, { afterMs: 30 * 86_400_000 });
  assert.equal(read(bench).info.daysHeld, 0);
  live(bench, 2 * 1440, 10_000);
  assert.equal(read(bench).info.daysHeld, 2);
});

test('a restart in the middle of a minute goes on with what the last gasp kept of it', () => {
  const bench = createBench();
  credit(bench, 5000);
  live(bench, 2, 10_000);
  bench.now += 20_000;
  live({ ...bench, now: bench.now - 60_000 }, 1, 30_000);
  stepLastGasp(bench.meter, bench.now, bench.out);
  restart(bench, { afterMs: 10_000 });
  bench.now -= 30_000;
  live(bench, 1, 50_000);
  const { place } = bench.meter.supplies[0] as (typeof bench.meter.supplies)[number];
  const slot = (BENCH_UNIX_MS / 60_000 + 2) % 11_520;
  const energy = Buffer.from(bench.memory.nvm.bytes).readUInt16BE(place.energies + 2 * slot);
  assert.equal(energy, 800);
});

test('a clock that lost hours while the power was off costs the register nothing, whatever cut comes after it', () => {
  const bench = createBench();
  credit(bench, 10_000);
  live(bench, 9, 50_000);
  stepLastGasp(bench.meter, bench.now, bench.out);
  const register = () => totalsNow(bench.meter.supplies[0] as Supply).registerImport;
  const counted = register();
  restart(bench, { afterMs: -7_200_000 });
  assert.equal(register(), counted);
  live(bench, 1, 50_000);
  const oneMore = register();
  assert.ok(oneMore > counted);
  for (let cut = 0; cut < 3; cut++) {
    restart(bench);
    assert.equal(register(), oneMore);
  }
});

test('months and years go on over their ends', () => {
  const bench = createBench();
  credit(bench, 400_000_000);
  live(bench, 45 * 1440, 10_000);
  const [totals] = read(bench, [], true).totals;
  // 24 November 10:00 to 8 January 10:00.
  const day = 14_400;
  assert.deepEqual(totals?.months.slice(0, 4), [7 * day + 6000, 31 * day, 6 * day + 8400, TOTAL_MISSING]);
  assert.deepEqual(totals?.years, [7 * day + 6000, 37 * day + 8400]);
  assert.equal(totals?.days.filter((total) => total === day).length, 30);
});

test('what flows in the first minute after a night in the dark belongs to the day that runs', () => {
  for (const nights of [0, 1, 2]) {
    const bench = createBench();
    credit(bench, 5000);
    live(bench, 13 * 60, 1000);
    stepLastGasp(bench.meter, bench.now, bench.out);
    restart(bench, { afterMs: nights * DAY_MS });
    live(bench, 1, 60_000);
    const [totals] = read(bench, [], true).totals;
    const days = nights === 0 ? [TOTAL_MISSING] : nights === 1 ? [780] : [TOTAL_MISSING, 780];
    assert.deepEqual([totals?.today, totals?.days.slice(0, days.length)], [nights === 0 ? 840 : 60, days]);
    assert.equal(totals?.registerImport, 8400);
  }
});

test('thirteen months and two years are kept, each of what was used in it, over forty ends of a month', () => {
  const bench = createBench();
  credit(bench, 4_000_000_000);
  const monthly = new Map<number, number>();
  const unixMs = () => BENCH_UNIX_MS + bench.now;
  const use = (wattHours: number) => {
    const date = new Date(unixMs());
    const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    monthly.set(month, (monthly.get(month) ?? 0) + 30 * wattHours);
    live(bench, 30, wattHours * 1000);
  };
  const born = new Date(BENCH_UNIX_MS);
  const nextMonth = (count: number) => Date.UTC(born.getUTCFullYear(), born.getUTCMonth() + count, 1);
  use(7);
  for (let ends = 1; ends <= 40; ends++) {
    // Two ends of a month in the dark: the month between them is not recorded.
    if (ends === 20 || ends === 21) continue;
    stepLastGasp(bench.meter, bench.now, bench.out);
    restart(bench, { afterMs: nextMonth(ends) - HALF_AN_HOUR_MS - unixMs() });
    use(ends);
    use(100 + ends);
    const [totals] = read(bench, [], true).totals;
    const running = Math.max(...monthly.keys());
    const months = Array.from({ length: 13 }, (_, ago) => monthly.get(running - ago) ?? TOTAL_MISSING);
    const year = Math.floor(running / 12);
    const years = [year, year - 1].map((of) =>
      [...monthly].reduce((sum, [month, used]) => (Math.floor(month / 12) === of ? sum + used : sum), 0),
    );
    assert.deepEqual([totals?.month, totals?.months, totals?.years], [running, months, years], `end ${ends}`);
  }
  assert.ok(monthly.size > 3 * 12);
});

test('events keep their sequence over a restart, the oldest give way, and a kept one is not asked for again', () => {
  const bench = createBench();
  credit(bench, 100);
  const first = eventsOf(bench);
  assert.equal(first.oldest, 1);
  assert.deepEqual(
    first.events.map(({ sequence }) => sequence),
    Array.from(first.events, (_, i) => i + 1),
  );
  restart(bench, { afterMs: 90_000 });
  const after = eventsOf(bench, first.next);
  assert.equal(after.head.result, Result.done);
  assert.equal(after.events[0]?.sequence, first.next);
  assert.ok(after.events.some(({ kind }) => kind === EventKind.powerUp));
  for (let i = 0; i < 50; i++) pressKey(bench.meter, '#', bench.now, bench.out);
  const full = eventsOf(bench, 1);
  assert.equal(full.head.result, Result.notHeld);
  assert.equal(full.events.length, 32);
  assert.equal(full.next, full.oldest + 32);
  assert.deepEqual(eventsOf(bench, full.next).events, []);
  assert.equal(eventsOf(bench, full.oldest, 5).events.length, 5);
});

test('an event that the power cut short never was', () => {
  const bench = createBench();
  pressKey(bench.meter, '#', bench.now, bench.out);
  const { next } = eventsOf(bench);
  const at = bench.meter.layout.events + ((next - 1) % 32) * 36;
  const { bytes } = bench.memory.nvm;
  bytes[at + 9] = (bytes[at + 9] as number) ^ 4;
  assert.ok(!eventsOf(bench).events.some(({ sequence }) => sequence === next - 1));
});

const notices = (bench: Bench) =>
  bench.out.attentions.map((bytes) => {
    const frame = decodeFrame(bytes);
    if ('reason' in frame) throw new Error(frame.reason);
    const notice = openAttention(keyOf(Purpose.monitoring), frame);
    const attention = notice === undefined ? undefined : decodeAttention(notice);
    if (attention === undefined || isRecordFailure(attention)) throw new Error('not authentic');
    return attention;
  });

test('attention is authentic, its counter never repeats, and an authentic poll clears it', () => {
  const bench = createBench();
  credit(bench, 5000);
  command(bench, Command.events, encodeEventRequest({ from: 1, limit: 1 }));
  bench.out.attentions.length = 0;
  senseSeal(bench.meter, { sensor: 'bypass', on: true, supply: 1, value: 900 }, bench.now, bench.out);
  senseSeal(bench.meter, { sensor: 'bypass', on: true, supply: 1, value: 900 }, bench.now, bench.out);
  senseSeal(bench.meter, { sensor: 'magnetic-field', on: true }, bench.now, bench.out);
  const [first, second, ...rest] = notices(bench);
  assert.deepEqual(rest, []);
  assert.equal(first?.reasons, AttentionReason.bypass);
  assert.equal(second?.reasons, AttentionReason.bypass | AttentionReason.magneticField);
  // Anybody can send an M1: it silences nobody.
  ask(bench, hostFirst(openHostSession(keyOf(Purpose.monitoring), Command.events, bench.randomness)));
  assert.notEqual(bench.meter.attention, 0);
  command(bench, Command.events, encodeEventRequest({ from: 1, limit: 5 }));
  assert.equal(bench.meter.attention, 0);
  restart(bench);
  senseSeal(bench.meter, { sensor: 'bypass', on: true, supply: 1 }, bench.now, bench.out);
  const counters = notices(bench).map(({ counter }) => counter);
  assert.deepEqual(
    counters,
    [...new Set(counters)].sort((a, b) => a - b),
  );
  assert.equal(notices(bench).at(-1)?.reasons, AttentionReason.bypass);
});

test('five power cuts within any hour are an event, and each cut is in one of them', () => {
  const cuts = (...minutes: number[]): number => {
    const bench = createBench();
    for (const minute of minutes) restart(bench, { afterMs: minute * 60_000 });
    return eventsOf(bench).events.filter(({ kind }) => kind === EventKind.powerCutsRepeated).length;
  };
  // The first start is the first of them.
  assert.equal(cuts(1, 1, 1), 0);
  assert.equal(cuts(1, 1, 1, 1), 1);
  assert.equal(cuts(50, 5, 5, 5, 5), 1, 'the hour does not begin with the first cut');
  assert.equal(cuts(14, 15, 15, 15), 1);
  assert.equal(cuts(15, 15, 15, 15), 0);
  assert.equal(cuts(1, 1, 1, 1, 1, 1, 1, 1), 1);
  assert.equal(cuts(1, 1, 1, 1, 1, 1, 1, 1, 1), 2);
});
