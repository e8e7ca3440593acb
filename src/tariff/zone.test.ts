import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Milliseconds } from '../units/index.ts';
import { instant, zoned } from './fixture.test.ts';
import type { OffsetChange } from './table.ts';
import { daysOfMonth, hourAt, offsetTable } from './zone.ts';

function offsets(zone: string, fromYear: number, years: number): readonly OffsetChange[] {
  const table = offsetTable(zone, fromYear, years);
  if ('reason' in table) throw new Error(table.sentence);
  return table;
}

test('a zone with daylight saving has two changes a year, at their instants', () => {
  assert.deepEqual(offsets('Europe/Berlin', 2025, 1), [
    { from: 0, minutes: 60 },
    { from: instant('2025-03-30T01:00'), minutes: 120 },
    { from: instant('2025-10-26T01:00'), minutes: 60 },
  ]);
  assert.equal(offsets('America/New_York', 2025, 10).length, 21);
});

test('the hour that clocks show goes with the zone, and with daylight saving', () => {
  const hour = (zone: string, at: string) => hourAt(zone, (1000 * instant(at)) as Milliseconds);
  assert.deepEqual([hour('Europe/Berlin', '2025-01-15T22:30'), hour('Europe/Berlin', '2025-07-15T22:30')], [23, 0]);
  assert.equal(hour('UTC', '2025-07-15T22:30'), 22);
});

test('a zone without daylight saving has one offset, quarter hours included', () => {
  assert.deepEqual(offsets('Asia/Seoul', 2025, 10), [{ from: 0, minutes: 540 }]);
  assert.deepEqual(offsets('Asia/Kathmandu', 2025, 10), [{ from: 0, minutes: 345 }]);
});

test('south of the equator a year begins in daylight saving', () => {
  assert.deepEqual(
    offsets('Australia/Sydney', 2025, 1).map(({ minutes }) => minutes),
    [660, 600, 660],
  );
});

test('each offset is the one that the zone has at that instant, and no longer the second before', () => {
  for (const zone of ['Europe/Berlin', 'Africa/Casablanca', 'Australia/Lord_Howe', 'America/St_Johns']) {
    const table = offsets(zone, 2024, 12);
    for (const [i, { from, minutes }] of table.entries()) {
      if (i === 0) continue;
      assert.equal(zoned(from, zone).offsetNanoseconds / 60e9, minutes);
      assert.equal(zoned(from - 1, zone).offsetNanoseconds / 60e9, table[i - 1]?.minutes);
    }
  }
});

test('an unknown zone, a year out of range and too many years are each refused in one sentence', () => {
  for (const [reason, zone, fromYear, years] of [
    ['zone-wrong', 'Mars/Base', 2025, 10],
    ['zone-wrong', '', 2025, 10],
    ['zone-wrong', 'Europe/Berlin', 1969, 10],
    ['zone-wrong', 'Europe/Berlin', 2025, 0],
    ['zone-wrong', 'Europe/Berlin', 2025, 83],
    ['zone-wrong', 'Europe/Berlin', 2025.5, 1],
    ['too-large', 'Europe/Berlin', 2025, 64],
  ] as const) {
    const failure = offsetTable(zone, fromYear, years);
    assert.ok('reason' in failure, `${zone} ${fromYear} ${years}`);
    assert.equal(failure.reason, reason);
    assert.match(failure.sentence, /^["A-Z].*\.$/);
  }
});

test('the last year that fits is taken', () => {
  assert.equal(offsets('Asia/Seoul', 2106, 1).length, 1);
  assert.ok('reason' in offsetTable('Asia/Seoul', 2107, 1));
});

test('the days of a month begin at midnight of the zone, whether they have 23, 24 or 25 hours', () => {
  const hours = (zone: string, year: number, month: number) => {
    const days = daysOfMonth(zone, year * 12 + month - 1);
    return days.slice(1).map((end, i) => (end - (days[i] as number)) / 3_600_000);
  };
  assert.equal(daysOfMonth('Europe/Berlin', 2026 * 12 + 2)[0], Date.UTC(2026, 1, 28, 23));
  const march = hours('Europe/Berlin', 2026, 3);
  assert.deepEqual([march.length, march.indexOf(23), march.filter((each) => each !== 24)], [31, 28, [23]]);
  assert.deepEqual(hours('Europe/Berlin', 2026, 10)[24], 25);
  assert.deepEqual(hours('Asia/Seoul', 2028, 2), Array(29).fill(24));
});
