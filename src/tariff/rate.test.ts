import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { type UnixSeconds, unixSeconds } from '../units/index.ts';
import { civilDayOf } from './civil.ts';
import { DEFAULT_TARIFF, type TariffDefinition } from './definition.ts';
import { instant, modeTable, percentAt, UTC, zoned, zoneOffsets } from './fixture.test.ts';
import { civilDay, crossesEdge, dayStart, localTime, RATE_HORIZON_SECONDS, rateAt } from './rate.ts';
import type { ModeTable } from './table.ts';

const BERLIN = 'Europe/Berlin';
const HOLIDAYS = ['2025-05-01', '2025-12-25', '2027-12-25', '2028-02-29'];
const DEFAULT: TariffDefinition = { ...DEFAULT_TARIFF, holidays: HOLIDAYS };
const berlin = modeTable(DEFAULT, {}, zoneOffsets(BERLIN));

const percentOf = (table: ModeTable, local: string, zone = BERLIN, seconds = 0) =>
  rateAt(table, (instant(local, zone) + seconds) as UnixSeconds).percent;

/** From the hour to the percent that begins there. */
const WEEKDAY = { '00': 50, '06': 75, '09': 200, '18': 75, '22': 100 };
const SUMMER_WEEKDAY = { '00': 50, '06': 75, '09': 200, '14': 300, '16': 200, '18': 75, '22': 100 };
const FREE_DAY = { '00': 50, '06': 100 };

const DAYS: readonly (readonly [string, string, { readonly [hour: string]: number }, number])[] = [
  ['a weekday in winter', '2025-01-15', WEEKDAY, 100],
  ['a weekday in summer', '2025-07-16', SUMMER_WEEKDAY, 100],
  ['the last weekday before summer', '2025-05-30', WEEKDAY, 100],
  ['the first weekday of summer', '2026-06-01', SUMMER_WEEKDAY, 100],
  ['the last weekday of summer', '2026-08-31', SUMMER_WEEKDAY, 100],
  ['the first weekday after summer', '2026-09-01', WEEKDAY, 100],
  ['a Saturday', '2025-01-18', FREE_DAY, 100],
  ['a Sunday in summer', '2025-07-20', FREE_DAY, 100],
  ['a holiday on a Thursday', '2025-05-01', FREE_DAY, 100],
  ['a holiday on a Saturday', '2027-12-25', FREE_DAY, 100],
  ['a leap day that is a holiday', '2028-02-29', FREE_DAY, 100],
  ['a Monday after the year end', '2035-01-01', WEEKDAY, 100],
];

for (const [name, date, hours, evening] of DAYS) {
  test(`the default tariff on ${name} changes at its hours, not a second before`, () => {
    let before = evening;
    for (const [hour, percent] of Object.entries(hours).sort()) {
      const edge = `${date}T${hour}:00`;
      assert.equal(percentOf(berlin, edge, BERLIN, -1), before, `before ${edge}`);
      assert.equal(percentOf(berlin, edge, BERLIN, -60), before, `a minute before ${edge}`);
      assert.equal(percentOf(berlin, edge), percent, `at ${edge}`);
      assert.equal(percentOf(berlin, edge, BERLIN, 60), percent, `a minute after ${edge}`);
      const last = rateAt(berlin, (instant(edge, BERLIN) - 60) as UnixSeconds);
      assert.equal(last.until, instant(edge, BERLIN), `until ${edge}`);
      before = percent;
    }
  });
}

const times = fc.oneof(
  fc.integer({ min: 1_600_000_000, max: 3_000_000_000 }),
  fc
    .tuple(
      fc.constantFrom(
        instant('2025-03-30T03:00', BERLIN),
        instant('2025-10-26T02:00', BERLIN),
        instant('2026-03-08T03:00', 'America/New_York'),
        instant('2026-11-01T01:00', 'America/New_York'),
        instant('2028-02-29T12:00'),
        instant('2026-01-01T00:00'),
        2 ** 31,
      ),
      fc.integer({ min: -100_000, max: 100_000 }),
    )
    .map(([near, by]) => near + by),
);

for (const zone of [BERLIN, 'Asia/Seoul', 'America/New_York']) {
  test(`in ${zone}, until is the very next change, as a minute-by-minute walk along the calendar sees it`, () => {
    const table = modeTable(DEFAULT, {}, zoneOffsets(zone));
    fc.assert(
      fc.property(times, (at) => {
        const { percent, stepIndex, until } = rateAt(table, at as UnixSeconds);
        assert.equal(table.steps[stepIndex], percent);
        assert.ok(until > at && until % 60 === 0);
        for (let walk = at; walk < until; walk += 60) assert.equal(percentAt(DEFAULT, zoned(walk, zone)), percent);
        assert.equal(percentAt(DEFAULT, zoned(until - 1, zone)), percent);
        assert.notEqual(percentAt(DEFAULT, zoned(until, zone)), percent);
      }),
      { numRuns: 40 },
    );
  });
}

test('until is exact for any bands of minutes, or lies beyond the horizon', () => {
  const bands = fc.array(
    fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      from: fc.integer({ min: 10, max: 30 }),
      to: fc.integer({ min: 31, max: 59 }),
      days: fc.constantFrom('weekdays' as const, 'saturday' as const, 'holidays' as const),
    }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(bands, times, (some, at) => {
      const unique = [...new Map(some.map((band) => [band.hour, band])).values()];
      const definition: TariffDefinition = {
        unitCharge: 1,
        otherwise: 100,
        holidays: HOLIDAYS,
        bands: unique.map(({ hour, from, to, days }) => {
          const clock = String(hour).padStart(2, '0');
          return { name: clock, days: [days], from: `${clock}:${from}`, to: `${clock}:${to}`, percent: 50 };
        }),
      };
      const table = modeTable(definition, {}, zoneOffsets(BERLIN));
      const { percent, until } = rateAt(table, at as UnixSeconds);
      for (let walk = at; walk < until; walk += 60) {
        assert.equal(rateAt(table, walk as UnixSeconds).percent, percent);
      }
      assert.equal(percentAt(definition, zoned(until - 1, BERLIN)), percent);
      if (until < at + RATE_HORIZON_SECONDS) {
        assert.notEqual(percentAt(definition, zoned(until, BERLIN)), percent);
      }
    }),
    { numRuns: 100 },
  );
});

test('a band in the hour that spring leaves out is skipped, and one in the hour that autumn repeats holds twice', () => {
  const band = { name: 'night', from: '02:00', to: '02:30', percent: 50 };
  const table = modeTable({ bands: [band] }, {}, zoneOffsets(BERLIN));
  const spring = instant('2025-03-30T01:00:00');
  assert.equal(rateAt(table, (spring - 60) as UnixSeconds).percent, 100);
  assert.equal(rateAt(table, spring).percent, 100);
  assert.equal(rateAt(table, (spring - 60) as UnixSeconds).until, instant('2025-03-31T00:00:00'));
  const autumn = instant('2025-10-26T00:00:00');
  const changes: number[] = [];
  for (let at = (autumn - 3600) as UnixSeconds; at < autumn + 7200; at = rateAt(table, at).until) changes.push(at);
  assert.deepEqual(
    changes.slice(1),
    [0, 1800, 3600, 5400].map((after) => autumn + after),
  );
});

test('a season that begins on 29 February begins on 1 March in other years', () => {
  const definition: TariffDefinition = {
    unitCharge: 1,
    otherwise: 100,
    seasons: { spring: { from: '02-29', to: '05-31' } },
    bands: [{ name: 's', season: 'spring', from: '00:00', to: '24:00', percent: 50 }],
  };
  const table = modeTable(definition);
  for (const [date, percent] of [
    ['2027-02-28', 100],
    ['2027-03-01', 50],
    ['2028-02-28', 100],
    ['2028-02-29', 50],
    ['2100-02-28', 100],
    ['2100-03-01', 50],
  ] as const) {
    assert.equal(percentOf(table, `${date}T12:00`, 'UTC'), percent, date);
  }
});

test('the calendar goes on over 2038 and over the end of u32 in 2106', () => {
  const table = modeTable(DEFAULT, {}, [{ from: unixSeconds(0), minutes: 540 }]);
  for (const near of [2 ** 31, 2 ** 32, instant('2100-02-28T15:00'), instant('2099-12-31T15:00')]) {
    for (let at = near - 200_000; at < near + 200_000; at += 997) {
      assert.equal(rateAt(table, at as UnixSeconds).percent, percentAt(DEFAULT, zoned(at, '+09:00')), String(at));
    }
  }
  const last = rateAt(table, unixSeconds(2 ** 32 - 1));
  assert.ok(last.until > 2 ** 32 - 1);
});

test('the first offset holds since ever and the last one for ever after', () => {
  const table = modeTable(DEFAULT, {}, zoneOffsets(BERLIN));
  assert.equal(localTime(table, unixSeconds(0)).offsetMinutes, 60);
  assert.equal(localTime(table, instant('2095-07-01T00:00')).offsetMinutes, 60);
});

for (const zone of [BERLIN, 'Asia/Seoul', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham']) {
  test(`local time in ${zone} is what the calendar says`, () => {
    const table = modeTable({ holidays: HOLIDAYS }, {}, zoneOffsets(zone));
    fc.assert(
      fc.property(times, (at) => {
        const expected = zoned(at, zone);
        const date = expected.toPlainDate();
        const holiday = HOLIDAYS.includes(date.toString());
        assert.deepEqual(localTime(table, at as UnixSeconds), {
          year: expected.year,
          month: expected.month,
          day: expected.day,
          weekday: expected.dayOfWeek,
          minuteOfDay: expected.hour * 60 + expected.minute,
          second: expected.second,
          civilDay: Temporal.PlainDate.from('1970-01-01').until(date).days,
          offsetMinutes: expected.offsetNanoseconds / 60e9,
          holiday,
        });
        assert.equal(civilDay(table, at as UnixSeconds), localTime(table, at as UnixSeconds).civilDay);
      }),
      { numRuns: 300 },
    );
  });
}

// Cairo, Beirut and Havana change their clocks at midnight.
for (const zone of [BERLIN, 'America/New_York', 'Africa/Cairo', 'Asia/Beirut', 'America/Havana', 'Asia/Kathmandu']) {
  test(`every local day in ${zone} starts where the calendar says`, () => {
    const table = modeTable({}, {}, zoneOffsets(zone));
    const first = civilDayOf(2023, 1, 1);
    for (let day = first; day < first + 1100; day++) {
      const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
      const start = dayStart(table, day);
      assert.equal(start, date.toZonedDateTime(zone).epochMilliseconds / 1000, date.toString());
      assert.equal(civilDay(table, start), day);
      assert.equal(civilDay(table, (start - 1) as UnixSeconds), day - 1);
    }
  });
}

test('a slew crosses an edge if it passes or reaches one, in either direction, and not if it starts on it', () => {
  const edge = instant('2025-01-15T09:00', BERLIN);
  const crosses = (from: number, to: number) =>
    crossesEdge(berlin, (edge + from) as UnixSeconds, (edge + to) as UnixSeconds);
  assert.equal(crosses(-60, -1), false);
  assert.equal(crosses(-60, 0), true);
  assert.equal(crosses(-1, 0), true);
  assert.equal(crosses(-30, 30), true);
  assert.equal(crosses(30, -30), true);
  assert.equal(crosses(0, -1), true);
  assert.equal(crosses(0, 60), false);
  assert.equal(crosses(60, 0), false);
  assert.equal(crosses(5, 5), false);
});

test('midnight and a change of daylight saving are no edge where the percent goes on', () => {
  const flat = modeTable({}, {}, zoneOffsets(BERLIN));
  assert.equal(crossesEdge(flat, instant('2025-01-01T00:00'), instant('2026-01-01T00:00')), false);
  assert.ok(rateAt(flat, instant('2025-03-29T00:00')).until >= instant('2025-03-29T00:00') + RATE_HORIZON_SECONDS);
});

test('a band of one minute is an edge even if the percent is the same on both sides', () => {
  const table = modeTable({ bands: [{ name: 'm', from: '12:00', to: '12:01', percent: 300 }] }, {}, UTC);
  assert.equal(crossesEdge(table, instant('2025-01-01T11:59:30'), instant('2025-01-01T12:01:30')), true);
});
