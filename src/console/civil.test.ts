import assert from 'node:assert/strict';
import { test } from 'node:test';
import { civilOf, clockText, dateOf, datesOf, daysBefore, instantOf, monthPlus } from './civil.ts';

test('an instant stands at the date and minute that the clocks of its zone show', () => {
  const instant = Date.UTC(2026, 2, 1, 15, 5);
  assert.deepEqual(civilOf(instant, 'Asia/Seoul'), { date: '2026-03-02', minute: 5 });
  assert.deepEqual(civilOf(instant, 'Europe/Berlin'), { date: '2026-03-01', minute: 16 * 60 + 5 });
  // The hour that comes twice is the same minute twice.
  for (const hour of [0, 1]) {
    assert.deepEqual(civilOf(Date.UTC(2026, 9, 25, hour, 30), 'Europe/Berlin'), { date: '2026-10-25', minute: 150 });
  }
});

test('dates are those of the zone, and follow each other over the end of a month', () => {
  assert.equal(dateOf('2026-03-01T15:00:00Z', 'Asia/Seoul'), '2026-03-02');
  assert.equal(dateOf('2026-03-01T14:59:59Z', 'Asia/Seoul'), '2026-03-01');
  assert.equal(daysBefore('2026-03-01', 1), '2026-02-28');
  assert.equal(daysBefore('2026-02-28', -1), '2026-03-01');
});

test('what clocks of a zone show is one instant, in winter, in summer and where they are moved', () => {
  const cases = [
    ['2026-03-02', 0, 'Asia/Seoul', '2026-03-01T15:00:00.000Z'],
    ['2026-03-29', 0, 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-29', 90, 'Europe/Berlin', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29', 180, 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-03-30', 0, 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ] as const;
  for (const [date, minute, zone, instant] of cases) {
    assert.equal(new Date(instantOf({ date, minute }, zone)).toISOString(), instant);
  }
});

test('minutes of a day are written as clocks do, its end too', () => {
  assert.deepEqual([0, 545, 1439, 1440].map(clockText), ['00:00', '09:05', '23:59', '24:00']);
});

test('months follow each other over the turn of a year', () => {
  assert.equal(monthPlus('2026-12', 1), '2027-01');
  assert.equal(monthPlus('2026-01', -1), '2025-12');
});

test('a month ends with its last day, and the present one today', () => {
  assert.deepEqual(datesOf('2028-02', '2028-03-09'), { from: '2028-02-01', to: '2028-02-29' });
  assert.deepEqual(datesOf('2026-03', '2026-03-09'), { from: '2026-03-01', to: '2026-03-09' });
});
