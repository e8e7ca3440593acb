import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { CIVIL_DAY_MAX, civilDate, civilDayOf, dateExists, dateText, dayOfWeek, daysInMonth } from './civil.ts';

test('every civil day from 1900 to 2149 has the date and the weekday of the calendar, and comes back', () => {
  let expected = Temporal.PlainDate.from('1900-01-01');
  const first = Temporal.PlainDate.from('1970-01-01').until(expected).days;
  for (let day = first; day <= CIVIL_DAY_MAX; day += 1) {
    const { year, month, day: dayOfMonth } = civilDate(day);
    if (dayOfMonth === 1 || month === 2 || day === CIVIL_DAY_MAX) {
      expected = Temporal.PlainDate.from('1970-01-01').add({ days: day });
      assert.deepEqual([year, month, dayOfMonth], [expected.year, expected.month, expected.day]);
      assert.equal(dayOfWeek(day) + 1, expected.dayOfWeek);
      assert.equal(daysInMonth(year, month), expected.daysInMonth);
    }
    assert.equal(civilDayOf(year, month, dayOfMonth), day);
  }
});

test('a leap day exists in leap years alone', () => {
  for (const year of [1972, 2000, 2024, 2104, 2400]) assert.equal(dateExists(year, 2, 29), true, String(year));
  for (const year of [1970, 1900, 2025, 2100, 2200]) assert.equal(dateExists(year, 2, 29), false, String(year));
  for (const [month, day] of [
    [0, 1],
    [13, 1],
    [1, 0],
    [1, 32],
    [4, 31],
    [2, 30],
    [1.5, 1],
    [1, Number.NaN],
  ] as const) {
    assert.equal(dateExists(2024, month, day), false, `${month}-${day}`);
  }
});

test('a date is written year, month, day', () => {
  assert.equal(dateText(0), '1970-01-01');
  assert.equal(dateText(civilDayOf(2025, 3, 9)), '2025-03-09');
  assert.equal(dateText(CIVIL_DAY_MAX), '2149-06-06');
});
