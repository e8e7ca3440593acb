import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedIn, gaveIn, together } from './sums.ts';

const START = Date.parse('2026-03-02T00:00:00Z');

test('what a transformer gave is summed by hour, and how many minutes told it', () => {
  const found = gaveIn(
    [
      { minute: '2026-03-02T00:00:00Z', energyMilliwattHours: '1500' },
      { minute: '2026-03-02T01:59:00Z', energyMilliwattHours: '500' },
      { minute: '2026-03-03T00:00:00Z', energyMilliwattHours: '9000' },
    ],
    START,
  );
  assert.deepEqual([found.hours[0], found.hours[1], found.wattHours, found.minutes], [1.5, 0.5, 2, 3]);
});

test('what meters counted is summed, and hours that were never told are not known', () => {
  const bucket = { name: '', start: '2026-03-02T01:00:00Z', energyWh: '12.5', missingMinutes: 10, uncertainMinutes: 5 };
  const one = countedIn('0a1b2c', [bucket], START);
  assert.deepEqual([one.hours[1], one.wattHours, one.unknownMinutes], [12.5, 12.5, 15 + 23 * 60]);
  const both = together([one, one]);
  assert.deepEqual([both.hours[1], both.wattHours, both.unknownMinutes], [25, 25, 2 * one.unknownMinutes]);
});
