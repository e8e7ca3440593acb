import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose } from '../crypto/index.ts';
import { Command, hostFirst, openHostSession } from '../exchange/index.ts';
import { AttentionReason, EventKind, encodeClockSet, encodeEventRequest } from '../records/index.ts';
import { type MilliwattHours, unixSeconds } from '../units/index.ts';
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
import { eventsFrom } from './event-log.ts';
import {
  displayOf,
  displayPages,
  type Key,
  pressKey,
  REQUEST_DIGITS_MAX,
  senseSeal,
  stepEnergy,
  stepLastGasp,
  stepMeasured,
  stepTime,
} from './index.ts';

const press = (bench: Bench, ...keys: Key[]): void => {
  for (const key of keys) pressKey(bench.meter, key, bench.now, bench.out);
};

const poll = (bench: Bench): unknown => command(bench, Command.events, encodeEventRequest({ from: 1, limit: 1 }));

test('the key turns the pages: balance, transmission, power, energy, month, rate, time left, card', () => {
  const bench = createBench();
  credit(bench, 5000);
  live(bench, 60, 100_000);
  poll(bench);
  stepMeasured(bench.meter, 1, { watts: 6000, deciAmperes: 260, degreesOfLag: 0 }, bench.now, bench.out);
  assert.deepEqual(turned(bench), [
    ['balance', null, '4820', 'tokens'],
    ['transmission', null, 'heard just now', ''],
    ['power', 1, '6000', 'W'],
    ['energy', 1, '6.0', 'kWh'],
    ['month', 1, '6.0', 'kWh'],
    ['rate', 1, '200', '%'],
    // 4,820 tokens at 6 kW, 15 tokens a kWh and 200 %: 26.8 hours.
    ['time-left', null, '26.8', 'h'],
    ['card', null, '--', ''],
  ]);
});

/** Every page once round; the key then shows the first again. */
function turned(bench: Bench): unknown[][] {
  const pages = displayPages(bench.meter).map(() => {
    const { page, supply, text, unit } = displayOf(bench.meter);
    press(bench, 'page');
    return [page, supply, text, unit];
  });
  assert.equal(displayOf(bench.meter).page, 'balance');
  return pages;
}

test('two supplies have their own power, energy, month and rate, and one purse has one time left', () => {
  const flat = { bands: [], otherwise: 50 };
  const bench = createBench({ tables: [benchTable(1), benchTable(2, 1, 20_000, flat)] });
  credit(bench, 5000);
  stepEnergy(bench.meter, 1, 3_000_000 as MilliwattHours, bench.now, bench.out);
  stepEnergy(bench.meter, 2, 11_000_000 as MilliwattHours, bench.now, bench.out);
  stepMeasured(bench.meter, 1, { watts: 2000, deciAmperes: 90, degreesOfLag: 0 }, bench.now, bench.out);
  stepMeasured(bench.meter, 2, { watts: 4000, deciAmperes: 180, degreesOfLag: 0 }, bench.now, bench.out);
  poll(bench);
  assert.deepEqual(turned(bench), [
    // 3 kWh at 15 tokens and 200 %, 11 kWh at 20 tokens and 50 %.
    ['balance', null, '4800', 'tokens'],
    ['transmission', null, 'heard just now', ''],
    ['power', 1, '2000', 'W'],
    ['power', 2, '4000', 'W'],
    ['energy', 1, '3.0', 'kWh'],
    ['energy', 2, '11.0', 'kWh'],
    ['month', 1, '3.0', 'kWh'],
    ['month', 2, '11.0', 'kWh'],
    ['rate', 1, '200', '%'],
    ['rate', 2, '50', '%'],
    // 60 tokens an hour for the first supply, 40 for the second: 48 hours, which are two days.
    ['time-left', null, '2', 'days'],
    ['card', null, '--', ''],
  ]);
});

test('four supplies: the time left is over the sum of all, whichever of them takes', () => {
  const bench = createBench({ tables: ([1, 2, 3, 4] as const).map((supply) => benchTable(supply)) });
  credit(bench, 3000);
  assert.equal(displayPages(bench.meter).length, 4 + 4 * 4);
  const timeLeft = () => {
    const [, , text, unit] = turned(bench).find(([page]) => page === 'time-left') ?? [];
    return `${text} ${unit}`;
  };
  const takes = (supply: 1 | 2 | 3 | 4, watts: number) =>
    stepMeasured(bench.meter, supply, { watts, deciAmperes: 10, degreesOfLag: 0 }, bench.now, bench.out);
  assert.equal(timeLeft(), '-- days');
  takes(4, 2500);
  // 2.5 kW at 30 tokens a kWh: 75 tokens an hour.
  assert.equal(timeLeft(), '40.0 h');
  takes(2, 2500);
  assert.equal(timeLeft(), '20.0 h');
  takes(1, 2500);
  takes(3, 2500);
  assert.equal(timeLeft(), '10.0 h');
  // A roof that feeds back earns no tokens, and lengthens nothing.
  takes(3, -2500);
  assert.equal(timeLeft(), '13.3 h');
});

const transmission = (bench: Bench): string => {
  const at = displayPages(bench.meter).findIndex(({ page }) => page === 'transmission');
  while (bench.meter.display.page !== at) press(bench, 'page');
  return displayOf(bench.meter).text;
};

test('the transmission page says when the line was last heard, by exchanges that were proved and no others', () => {
  const bench = createBench();
  assert.equal(transmission(bench), 'calling, never heard');
  credit(bench, 5000);
  poll(bench);
  assert.equal(transmission(bench), 'heard just now');
  live(bench, 1, 0);
  assert.equal(transmission(bench), 'last heard 1 minute ago');
  live(bench, 58, 0);
  assert.equal(transmission(bench), 'last heard 59 minutes ago');
  // Noise, and a first message that anybody can send, are no utility at the other end.
  ask(
    bench,
    Uint8Array.from({ length: 30 }, (_, i) => i),
  );
  ask(bench, hostFirst(openHostSession(keyOf(Purpose.monitoring), Command.events, bench.randomness)));
  assert.equal(transmission(bench), 'in use');
  live(bench, 1, 0);
  assert.equal(transmission(bench), 'no line since 2026-11-24 10:00');
  senseSeal(bench.meter, { sensor: 'magnetic-field', on: true }, bench.now, bench.out);
  assert.equal(transmission(bench), 'calling, no line since 2026-11-24 10:00');
  credit(bench, 100);
  assert.equal(transmission(bench), 'calling, heard just now');
});

test('the time is told in the local time of the table', () => {
  const bench = createBench({
    tables: [benchTable(1, 1, 15_000, { offsets: [{ from: unixSeconds(0), minutes: 540 }] })],
  });
  credit(bench, 5000);
  poll(bench);
  live(bench, 60, 0);
  assert.equal(transmission(bench), 'no line since 2026-11-24 19:00');
});

test('a clock that the line sets is the one by which it was heard', () => {
  const bench = createBench();
  live(bench, 5, 0);
  const seconds = unixSeconds(Math.floor(Date.UTC(2026, 10, 25, 3) / 1000));
  command(bench, Command.clockSet, encodeClockSet({ seconds, milliseconds: 0 }));
  assert.equal(transmission(bench).replace('calling, ', ''), 'heard just now');
});

test('when the line was heard outlives the power: to the second with the last of it, to the hour without', () => {
  const bench = createBench();
  credit(bench, 5000);
  poll(bench);
  live(bench, 20, 0);
  poll(bench);
  stepLastGasp(bench.meter, bench.now, bench.out);
  restart(bench, { afterMs: 3 * 3_600_000 });
  assert.equal(transmission(bench), 'no line since 2026-11-24 10:20');
  poll(bench);
  live(bench, 20, 0);
  poll(bench);
  restart(bench);
  // The first hearing of the hour is kept; a sudden cut may make the line look older, and never younger.
  assert.equal(transmission(bench), 'last heard 20 minutes ago');
});

test('a meter that is polled every minute keeps the time of it once an hour', () => {
  const bench = createBench();
  credit(bench, 5000);
  poll(bench);
  const written = bench.meter.kept.sequence;
  for (let minute = 0; minute < 24 * 60; minute++) {
    live(bench, 1, 0);
    poll(bench);
  }
  assert.equal(bench.meter.kept.sequence - written, 24);
});

test('the signs tell of the relay, a low balance, emergency credit, a call and tamper, whatever the page', () => {
  const bench = createBench();
  assert.deepEqual(displayOf(bench.meter).signs, {
    relayOpen: true,
    lowBalance: true,
    emergencyCredit: false,
    waiting: true,
    tamper: false,
  });
  credit(bench, 5000);
  poll(bench);
  assert.deepEqual(displayOf(bench.meter).signs, {
    relayOpen: false,
    lowBalance: false,
    emergencyCredit: false,
    waiting: false,
    tamper: false,
  });
  senseSeal(bench.meter, { sensor: 'cover', on: true }, bench.now, bench.out);
  press(bench, 'page', 'page');
  const { signs } = displayOf(bench.meter);
  assert.deepEqual([signs.relayOpen, signs.waiting, signs.tamper], [true, true, true]);
});

test('digits and # ask the utility for that many tokens, * deletes, and # alone asks for the usual', () => {
  const bench = createBench();
  credit(bench, 5000);
  poll(bench);
  bench.out.attentions.length = 0;
  press(bench, '1', '5', '*', '2', '0');
  assert.deepEqual([displayOf(bench.meter).text, displayOf(bench.meter).unit], ['120', 'tokens']);
  press(bench, '#', '#');
  const asked = eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.valueRequested);
  assert.deepEqual(
    asked.map(({ value }) => value),
    [120, 0],
  );
  assert.equal(bench.out.attentions.length, 1);
  assert.ok(bench.meter.attention & AttentionReason.valueRequested);
  assert.equal(displayOf(bench.meter).text, '5000');
  press(bench, ...Array.from({ length: REQUEST_DIGITS_MAX + 3 }, () => '9' as const));
  assert.equal(displayOf(bench.meter).text, '9'.repeat(REQUEST_DIGITS_MAX));
  restart(bench);
  assert.equal(displayOf(bench.meter).text, '5000');
});

test('digits that nobody ends are gone after a minute without a key, and each key begins the minute anew', () => {
  const bench = createBench();
  credit(bench, 5000);
  const passes = (ms: number) => {
    bench.now += ms;
    stepTime(bench.meter, bench.now, bench.out);
    return displayOf(bench.meter).text;
  };
  press(bench, '1');
  assert.equal(passes(59_999), '1');
  press(bench, '2');
  assert.equal(passes(59_999), '12');
  assert.ok(bench.out.heard.includes(`wake ${bench.now + 1}`), 'it asks to be stepped then');
  assert.equal(passes(1), '5000');
  press(bench, '7', '#');
  const asked = eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.valueRequested);
  assert.deepEqual(
    asked.map(({ value }) => value),
    [7],
  );
});

test('a hand whose minute is longer than one of the meter says so with each key', () => {
  const bench = createBench();
  pressKey(bench.meter, '1', bench.now, bench.out, 600_000);
  live(bench, 9, 0);
  assert.equal(displayOf(bench.meter).text, '1');
  live(bench, 1, 0);
  assert.equal(displayOf(bench.meter).text, '0');
});

test('a request and an opened cover are told by the time at which they came, not by the last time that was looked at', () => {
  const bench = createBench();
  credit(bench, 5000);
  bench.now += 25_000;
  press(bench, '#');
  bench.now += 25_000;
  senseSeal(bench.meter, { sensor: 'cover', on: true }, bench.now, bench.out);
  const at = (wanted: number) => eventsFrom(bench.meter, 1, 255).find(({ kind }) => kind === wanted)?.time as number;
  assert.equal(at(EventKind.coverOpened) - at(EventKind.valueRequested), 25);
  assert.equal(at(EventKind.valueRequested), Math.floor(BENCH_UNIX_MS / 1000) + 25);
});

test('a key ends the minutes that are due: the display is never older than the key', () => {
  const bench = createBench();
  credit(bench, 5000);
  // 17:59 to 18:00: 200 % becomes 75 %.
  live(bench, 8 * 60 - 1, 0);
  bench.now += 60_000;
  press(bench, 'page', 'page', 'page', 'page', 'page');
  assert.equal(displayOf(bench.meter).page, 'rate');
  assert.equal(displayOf(bench.meter).text, '75');
});
