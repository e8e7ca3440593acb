import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { AttentionReason, EventKind, encodeEventRequest } from '../records/index.ts';
import { type Bench, command, createBench, credit, live, restart } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { DISPLAY_PAGES, displayOf, type Key, pressKey, REQUEST_DIGITS_MAX, senseSeal, stepMeasured } from './index.ts';

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
  const pages = DISPLAY_PAGES.map(() => {
    const { page, text, unit } = displayOf(bench.meter);
    press(bench, 'page');
    return [page, text, unit];
  });
  assert.deepEqual(pages, [
    ['balance', '4820', 'tokens'],
    ['transmission', 'ready', ''],
    ['power', '6000', 'W'],
    ['energy', '6.0', 'kWh'],
    ['month', '6.0', 'kWh'],
    ['rate', '200', '%'],
    // 4,820 tokens at 6 kW, 15 tokens a kWh and 200 %: 26.8 hours.
    ['time-left', '26.8', 'h'],
    ['card', '--', ''],
  ]);
  assert.equal(displayOf(bench.meter).page, 'balance');
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

test('a key ends the minutes that are due: the display is never older than the key', () => {
  const bench = createBench();
  credit(bench, 5000);
  // 17:59 to 18:00: 200 % becomes 75 %.
  live(bench, 8 * 60 - 1, 0);
  bench.now += 60_000;
  press(bench, 'page', 'page', 'page', 'page', 'page');
  assert.equal(displayOf(bench.meter).text, '75');
});
