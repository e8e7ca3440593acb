import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoadDay, lengthOf, minuteUnder, percentAt, shadeOf, stepsOf, sumOf, wattsAt } from './load-days.ts';

const DAY: LoadDay = {
  ...{ date: '2026-03-02', start: '2026-03-01T15:00:00.000Z', bands: [], checks: [] },
  energy: [10, -1, -2, 250],
  percents: [
    { minute: 1, percent: 50, version: 1 },
    { minute: 3, percent: 200, version: 1 },
  ],
};

test('a minute says its mean power, or why there is none', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((minute) => wattsAt(DAY, minute)),
    [60, 'missing', 'uncertain', 1500, 'missing'],
  );
});

test('the price of a minute is that of the last step before it', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((minute) => percentAt(DAY, minute)),
    [undefined, 50, 50, 200],
  );
  assert.deepEqual(stepsOf(DAY, 1440), [
    { from: 1, to: 3, percent: 50 },
    { from: 3, to: 1440, percent: 200 },
  ]);
});

test('sums leave out what is not known, and say how much that is', () => {
  assert.deepEqual(sumOf([DAY, DAY]), { wattHours: 52, unknownMinutes: 4, watts: 1500 });
  assert.deepEqual(sumOf([]), { wattHours: 0, unknownMinutes: 0, watts: 0 });
});

test('shades grow with the load, from none to full', () => {
  assert.equal(shadeOf(0, 1000), 0);
  assert.equal(shadeOf(250, 1000), 0.5);
  assert.equal(shadeOf(1000, 1000), 1);
  assert.equal(shadeOf(0, 0), 0);
});

test('a point of the map is a minute of a day, and outside of it there is none', () => {
  const size = { width: 720, days: 2, rowHeight: 20 };
  const usual = () => 1440;
  assert.deepEqual(minuteUnder(10, 25, size, usual), { day: 1, minute: 20 });
  assert.equal(minuteUnder(10, 41, size, usual), undefined);
  assert.equal(minuteUnder(720, 1, size, usual), undefined);
  assert.equal(minuteUnder(-1, 1, size, usual), undefined);
});

test('a day of which the clocks were put back is longer, and one that runs is as wide as the others', () => {
  assert.equal(lengthOf({ ...DAY, energy: Array(1500).fill(1) }), 1500);
  assert.equal(lengthOf(DAY), 1440);
});
