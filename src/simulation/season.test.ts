import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatingDemand, isDark, isWeekend, monthOf, TEMPERATE_CLIMATE } from './season.ts';

const dayOf = (date: string) => Date.parse(`${date}T00:00Z`) / 86_400_000;

test('a day number knows its month and whether it is a weekend, before 1970 too', () => {
  assert.equal(monthOf(dayOf('2024-02-29')), 1);
  assert.equal(monthOf(dayOf('2024-03-01')), 2);
  assert.deepEqual(['2024-03-01', '2024-03-02', '2024-03-03', '2024-03-04'].map(dayOf).map(isWeekend), [
    false,
    true,
    true,
    false,
  ]);
  assert.deepEqual(['1969-12-26', '1969-12-27', '1969-12-28', '1969-12-29'].map(dayOf).map(isWeekend), [
    false,
    true,
    true,
    false,
  ]);
});

test('it is dark until sunrise and from sunset on, also past midnight', () => {
  const june = 5;
  assert.deepEqual(
    [284, 285, 1279, 1280, 1500].map((minute) => isDark(TEMPERATE_CLIMATE, june, minute)),
    [true, false, false, true, true],
  );
});

test('heating is 1 in the mean of the year, most in the coldest month, and 0 where it is never cold', () => {
  const year = Array.from({ length: 12 }, (_, month) => heatingDemand(TEMPERATE_CLIMATE, month));
  assert.ok(Math.abs(year.reduce((sum, demand) => sum + demand) / 12 - 1) < 1e-12);
  assert.equal(Math.max(...year), year[0]);
  assert.equal(year[6], 0);
  assert.equal(heatingDemand({ ...TEMPERATE_CLIMATE, celsius: new Array<number>(12).fill(27) }, 0), 0);
});
