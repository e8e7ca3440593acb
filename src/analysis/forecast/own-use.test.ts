import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DayUse, minutesEnough, ownBand, ownPattern } from './own-use.ts';

const MONDAY = 0;
const WHOLE = 1440;

/** From a Monday on. */
const daysOf = (units: readonly number[]): DayUse[] =>
  units.map((each, i) => ({ weekday: i % 7, units: BigInt(each) }));
const week = (weekday: number, weekend: number): number[] => [...Array<number>(5).fill(weekday), weekend, weekend];
const weeks = (count: number, of: readonly number[]): number[] => Array.from({ length: count }, () => of).flat();

test('with every weekday known twice each is itself, raised or lowered as the last seven days were', () => {
  assert.deepEqual(ownPattern(daysOf(weeks(2, week(100, 300)))), {
    units: week(100, 300).map(BigInt),
    byWeekday: true,
  });
  // Means of 150 and 450, of which the last week was four thirds.
  const risen = ownPattern(daysOf([...week(100, 300), ...week(200, 600)]));
  assert.deepEqual(risen?.units, week(200, 600).map(BigInt));
});

test('with less all days are the mean of the last seven, and with fewer than two there is no pattern', () => {
  const short = ownPattern(daysOf(weeks(2, week(100, 300)).slice(0, -1)));
  assert.deepEqual([short?.byWeekday, new Set(short?.units).size], [false, 1]);
  assert.deepEqual(ownPattern(daysOf([10, 21]))?.units[3], 16n, 'rounded up');
  assert.equal(ownPattern(daysOf([10])), undefined);
});

test('a balance is walked day by day from the minute on which it was told', () => {
  const pattern = { units: week(1440, 14_400).map(BigInt), byWeekday: true };
  const enough = (units: number, weekday = MONDAY, minutesLeft = WHOLE) =>
    minutesEnough(BigInt(units), pattern, { weekday, minutesLeft });
  assert.equal(enough(1440), 1440n);
  assert.equal(enough(1439), 1439n);
  // 60 minutes of Friday at 1, then Saturday at 10.
  assert.equal(enough(160, 4, 60), 70n);
  assert.equal(enough(169, 4, 60), 70n);
  // Whole weeks are passed over.
  assert.equal(enough(3 * (5 * 1440 + 2 * 14_400) + 5), 3n * 10_080n + 5n);
  assert.equal(enough(0), 0n);
  const idle = { units: week(0, 0).map(BigInt), byWeekday: true };
  assert.equal(minutesEnough(5n, idle, { weekday: MONDAY, minutesLeft: WHOLE }), undefined);
});

test('a band says how far spans were from what was expected, and needs weeks enough', () => {
  assert.equal(ownBand(daysOf(weeks(4, week(100, 300))), 3)?.high, 1);
  assert.equal(ownBand(daysOf(weeks(4, week(100, 300)).slice(0, 23)), 3), undefined);
  const erratic = ownBand(daysOf(weeks(5, week(100, 300)).map((units, i) => units + ((i * 37) % 90) - 45)), 3);
  assert.ok(erratic !== undefined && erratic.low < 1 && erratic.low > 0.6 && erratic.high > 1 && erratic.high < 1.6);
});
