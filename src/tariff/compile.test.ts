import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SupplyIndex, UnixSeconds } from '../units/index.ts';
import { compileTariff } from './compile.ts';
import { DEFAULT_TARIFF, type TariffBand, type TariffDay, type TariffDefinition } from './definition.ts';
import { bandsAt, modeTable, percentAt, UTC, zoned, zoneOffsets } from './fixture.test.ts';
import { rateAt } from './rate.ts';
import { phaseBand, tableFault } from './table.ts';

const ISSUE = { supply: 1 as SupplyIndex, version: 1, validFrom: 0 as UnixSeconds, offsets: UTC };
const FLAT: TariffDefinition = { unitCharge: 25_000, bands: [], otherwise: 100 };
const allDay = { from: '00:00', to: '24:00' };

function failureOf(definition: unknown): { reason: string; sentence: string } {
  const result = compileTariff(definition as TariffDefinition, ISSUE);
  assert.ok('reason' in result, `was accepted: ${JSON.stringify(definition)}`);
  return result;
}

const clock = (at: number) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;

const monthDays = fc
  .integer({ min: 0, max: 365 })
  .map((day) => new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(5, 10));
const someDays = fc.uniqueArray(
  fc.constantFrom<TariffDay>('weekdays', 'weekend', 'holidays', 'monday', 'wednesday', 'friday', 'sunday'),
  { minLength: 1 },
);
const someBands = fc.array(
  fc.record(
    {
      season: fc.constantFrom('one', 'two'),
      months: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
      days: someDays,
      hours: fc.tuple(fc.integer({ min: 0, max: 1440 }), fc.integer({ min: 0, max: 1440 })),
      percent: fc.constantFrom(0, 50, 75, 100, 150, 200, 300, 1000),
    },
    { requiredKeys: ['hours', 'percent'] },
  ),
  { maxLength: 5 },
);

const definitions = fc
  .record({
    seasons: fc.tuple(monthDays, monthDays, monthDays, monthDays),
    bands: someBands,
    otherwise: fc.constantFrom(100, 150),
  })
  .map(({ seasons: [a, b, c, d], bands, otherwise }): TariffDefinition => {
    const named = bands.flatMap(({ hours, ...band }, i): TariffBand[] => {
      const [from, to] = [Math.min(...hours), Math.max(...hours)];
      return from === to ? [] : [{ name: `band ${i}`, from: clock(from), to: clock(to), ...band }];
    });
    return {
      unitCharge: 25_000,
      seasons: { one: { from: a, to: b }, two: { from: c, to: d } },
      holidays: ['2024-02-29', '2025-12-25', '2027-03-28', '2028-02-29', '2030-11-03'],
      bands: named,
      otherwise,
    };
  });

/** From 2021 to 2039, often close to where daylight saving changes or a year ends, and past 2038. */
const instants = fc.oneof(
  fc.integer({ min: 1_609_459_200, max: 2_200_000_000 }),
  fc
    .tuple(
      fc.constantFrom(
        1_711_846_800,
        1_729_990_800,
        1_741_503_600,
        1_762_063_200,
        1_709_164_800,
        1_767_225_600,
        2_147_483_648,
      ),
      fc.integer({ min: -90_000, max: 90_000 }),
    )
    .map(([near, by]) => near + by),
);

for (const zone of ['Europe/Berlin', 'Asia/Seoul', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
  test(`a compiled tariff says at every time in ${zone} what its definition says, or is refused for an overlap`, () => {
    const offsets = zoneOffsets(zone);
    let compiled = 0;
    fc.assert(
      fc.property(definitions, fc.array(instants, { minLength: 20, maxLength: 20 }), (definition, times) => {
        const table = compileTariff(definition, { ...ISSUE, offsets });
        if ('reason' in table) {
          assert.equal(table.reason, 'overlap');
          return;
        }
        compiled += 1;
        assert.equal(tableFault(table), undefined);
        for (const at of times) {
          assert.equal(
            rateAt(table, at as UnixSeconds).percent,
            percentAt(definition, zoned(at, zone)),
            `${zoned(at, zone)} of ${JSON.stringify(definition)}`,
          );
        }
      }),
      { numRuns: 150 },
    );
    assert.ok(compiled > 20, `only ${compiled} tariffs without an overlap`);
  });
}

/** Dates and kinds of day on which a band holds, asked of the oracle one by one. */
function reach(definition: TariffDefinition, { season, months, days, ...band }: TariffBand) {
  const holds = (part: Partial<TariffBand>, day: number) =>
    bandsAt({ ...definition, bands: [{ ...band, ...part, ...allDay }] }, zoned(day, 'UTC')).length > 0;
  const dates = Array.from({ length: 366 }, (_, day) => Date.UTC(2024, 0, 1 + day) / 1000);
  const inYear = { ...(season === undefined ? {} : { season }), ...(months === undefined ? {} : { months }) };
  // A week without a holiday, and then a holiday.
  const kinds = [1, 2, 3, 4, 5, 6, 7, 29].map((day) => Date.UTC(2024, day === 29 ? 1 : 3, day) / 1000);
  return {
    dates: new Set(dates.filter((day) => holds(inYear, day))),
    kinds: new Set(kinds.filter((day) => holds(days === undefined ? {} : { days }, day))),
  };
}

test('a tariff is refused exactly when two bands share a date, a kind of day and a minute', () => {
  let refused = 0;
  fc.assert(
    fc.property(definitions, (definition) => {
      const reaches = definition.bands.map((band) => ({ ...band, ...reach(definition, band) }));
      const clash = reaches.some((a, i) =>
        reaches
          .slice(i + 1)
          .some(
            (b) =>
              a.from < b.to && b.from < a.to && !a.dates.isDisjointFrom(b.dates) && !a.kinds.isDisjointFrom(b.kinds),
          ),
      );
      assert.equal('reason' in compileTariff(definition, ISSUE), clash);
      if (clash) refused += 1;
    }),
    { numRuns: 60 },
  );
  assert.ok(refused > 5 && refused < 55, `${refused} of 60 were refused`);
});

test('two bands that meet are no overlap, and one minute more is', () => {
  const bands = (end: string): TariffBand[] => [
    { name: 'early', from: '00:00', to: end, percent: 50 },
    { name: 'late', days: ['saturday', 'holidays'], from: '12:00', to: '24:00', percent: 75 },
  ];
  assert.ok(!('reason' in compileTariff({ ...FLAT, bands: bands('12:00') }, ISSUE)));
  assert.deepEqual(failureOf({ ...FLAT, bands: bands('12:01') }), {
    reason: 'overlap',
    sentence: 'The bands "early" and "late" overlap on Saturday and holidays from 12:00 to 12:01; change one of them.',
  });
});

test('an overlap in one season names its dates', () => {
  const definition = {
    ...FLAT,
    seasons: { winter: { from: '11-01', to: '02-29' }, frost: { from: '02-15', to: '03-15' } },
    bands: [
      { name: 'dark', season: 'winter', from: '16:00', to: '24:00', percent: 150 },
      { name: 'cold', season: 'frost', from: '06:00', to: '18:00', percent: 200 },
    ],
  };
  assert.equal(
    failureOf(definition).sentence,
    'The bands "cold" and "dark" overlap every day (02-15 to 02-29) from 16:00 to 18:00; change one of them.',
  );
});

test('a gap without "otherwise" is refused with its hours, days, dates and neighbours', () => {
  const gap = (bands: readonly Partial<TariffBand>[], seasons = {}) =>
    failureOf({ unitCharge: 1, seasons, bands: bands.map((band, i) => ({ name: `b${i}`, percent: 100, ...band })) });
  const sentences = [
    gap([]),
    gap([{ from: '00:01', to: '24:00' }]),
    gap([{ from: '00:00', to: '23:59' }]),
    gap([
      { from: '00:00', to: '10:00' },
      { from: '10:01', to: '24:00' },
    ]),
    gap([{ ...allDay, days: ['weekdays', 'weekend'] }]),
    gap([{ ...allDay, season: 'most' }], { most: { from: '03-01', to: '02-28' } }),
    gap([{ ...allDay, months: [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12] }]),
  ];
  assert.deepEqual(
    sentences.map(({ reason }) => reason),
    sentences.map(() => 'gap'),
  );
  const end = '; add one, or give "otherwise" a percent.';
  assert.deepEqual(
    sentences.map(({ sentence }) => sentence),
    [
      `No band holds every day from 00:00 to 24:00${end}`,
      `No band holds every day from 00:00 to 00:01 before the band "b0"${end}`,
      `No band holds every day from 23:59 to 24:00 after the band "b0"${end}`,
      `No band holds every day from 10:00 to 10:01 between the bands "b0" and "b1"${end}`,
      `No band holds on holidays from 00:00 to 24:00${end}`,
      `No band holds every day (02-29) from 00:00 to 24:00${end}`,
      `No band holds every day (09-01 to 09-30) from 00:00 to 24:00${end}`,
    ],
  );
});

test('a gap is filled by "otherwise", and an overlap never is', () => {
  const band = { name: 'noon', from: '12:00', to: '13:00', percent: 50 };
  assert.deepEqual(modeTable({ bands: [band], otherwise: 200 }).days, [
    [
      { minute: 0, step: 1 },
      { minute: 720, step: 0 },
      { minute: 780, step: 1 },
    ],
  ]);
  assert.equal(failureOf({ ...FLAT, bands: [band, { ...band, name: 'again' }] }).reason, 'overlap');
});

test('bands that cover everything need no "otherwise"', () => {
  const { otherwise: _, ...rest } = FLAT;
  const table = compileTariff({ ...rest, bands: [{ name: 'always', ...allDay, percent: 0 }] }, ISSUE);
  assert.ok(!('reason' in table));
  assert.deepEqual(table.steps, [0]);
});

test('each bad field is refused with its own reason and one sentence', () => {
  const band = { name: 'x', ...allDay, percent: 100 };
  const withBand = (change: object) => ({ ...FLAT, bands: [{ ...band, ...change }] });
  const cases: readonly (readonly [string, unknown])[] = [
    ['shape-wrong', null],
    ['shape-wrong', []],
    ['shape-wrong', 'flat'],
    ['shape-wrong', { ...FLAT, otherwize: 100 }],
    ['shape-wrong', { ...FLAT, bands: {} }],
    ['shape-wrong', { ...FLAT, bands: [7] }],
    ['shape-wrong', { ...FLAT, seasons: [] }],
    ['shape-wrong', { ...FLAT, holidays: '2025-12-25' }],
    ['shape-wrong', withBand({ name: '' })],
    ['shape-wrong', withBand({ days: 'weekdays' })],
    ['shape-wrong', withBand({ price: 3 })],
    ['unit-charge-wrong', { ...FLAT, unitCharge: -1 }],
    ['unit-charge-wrong', { ...FLAT, unitCharge: 0.5 }],
    ['unit-charge-wrong', { ...FLAT, unitCharge: 2 ** 32 }],
    ['unit-charge-wrong', { ...FLAT, unitCharge: '25000' }],
    ['percent-wrong', { ...FLAT, otherwise: 1001 }],
    ['percent-wrong', withBand({ percent: -1 })],
    ['percent-wrong', withBand({ percent: 99.5 })],
    ['percent-wrong', withBand({ percent: undefined })],
    ['time-wrong', withBand({ from: '6:00' })],
    ['time-wrong', withBand({ from: '24:01' })],
    ['time-wrong', withBand({ to: '12:60' })],
    ['time-wrong', withBand({ to: 1440 })],
    ['time-wrong', withBand({ from: '22:00', to: '06:00' })],
    ['time-wrong', withBand({ from: '12:00', to: '12:00' })],
    ['date-wrong', withBand({ months: [13] })],
    ['date-wrong', withBand({ days: ['Monday'] })],
    ['date-wrong', withBand({ days: ['constructor'] })],
    ['date-wrong', { ...FLAT, seasons: { s: { from: '02-30', to: '03-01' } } }],
    ['date-wrong', { ...FLAT, seasons: { s: { from: '02-28', to: '3-1' } } }],
    ['date-wrong', { ...FLAT, holidays: ['2025-02-29'] }],
    ['date-wrong', { ...FLAT, holidays: ['1969-12-31'] }],
    ['date-wrong', { ...FLAT, holidays: ['2149-06-07'] }],
    ['season-unknown', withBand({ season: 'summer' })],
    ['season-unknown', withBand({ season: 4 })],
    [
      'name-twice',
      {
        ...FLAT,
        bands: [
          { ...band, to: '12:00' },
          { ...band, from: '12:00' },
        ],
      },
    ],
    ['surcharge-wrong', { ...FLAT, surcharge: { percents: [100, 100, 100], limits: [18, 26, 37] } }],
    ['surcharge-wrong', { ...FLAT, surcharge: { percents: [100, 100, 100, 1001], limits: [18, 26, 37] } }],
    ['surcharge-wrong', { ...FLAT, surcharge: { percents: [100, 100, 100, 100], limits: [18, 18, 37] } }],
    ['surcharge-wrong', { ...FLAT, surcharge: { percents: [100, 100, 100, 100], limits: [18, 26, 91] } }],
  ];
  for (const [reason, definition] of cases) {
    const failure = failureOf(definition);
    assert.equal(failure.reason, reason, JSON.stringify(definition));
    assert.match(failure.sentence, /^["A-Z][^\n]{10,250}\.$/);
  }
});

test('a bound that a meter has is refused above it, and taken at it', () => {
  const stairs = (count: number, percent: (i: number) => number): TariffBand[] =>
    Array.from({ length: count }, (_, i) => ({
      name: `s${i}`,
      from: clock(i * 20),
      to: clock((i + 1) * 20),
      percent: percent(i),
    }));
  const alternate = (i: number) => (i % 2 === 0 ? 50 : 100);
  assert.equal(modeTable({ bands: stairs(47, alternate), otherwise: 75 }).days[0]?.length, 48);
  assert.equal(failureOf({ ...FLAT, otherwise: 75, bands: stairs(48, alternate) }).reason, 'too-large');
  assert.equal(modeTable({ bands: stairs(15, (i) => i), otherwise: 75 }).steps.length, 16);
  assert.equal(failureOf({ ...FLAT, otherwise: 75, bands: stairs(16, (i) => i) }).reason, 'too-large');
  const holidays = (count: number) =>
    Array.from({ length: count }, (_, i) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10));
  assert.equal(modeTable({ holidays: holidays(255) }).holidays.length, 255);
  assert.equal(failureOf({ ...FLAT, holidays: holidays(256) }).reason, 'too-large');
});

test('any JSON value gives a table or a sentence', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (a, b, c) => {
      for (const definition of [
        a,
        { ...FLAT, bands: a, seasons: b, holidays: c },
        { ...FLAT, surcharge: { percents: a, limits: b }, otherwise: c },
        { ...FLAT, bands: [{ name: a, from: b, to: c, days: a, months: b, season: c, percent: a }] },
        { ...FLAT, bands: [{ name: 'x', ...allDay, percent: 3, days: [a], months: [b] }], holidays: [c] },
      ]) {
        const result = compileTariff(definition as TariffDefinition, ISSUE);
        if ('reason' in result) assert.equal(typeof result.sentence, 'string');
      }
    }),
    { numRuns: 500 },
  );
});

test('equal tariffs written differently make equal tables', () => {
  const halves: TariffDefinition = {
    ...FLAT,
    seasons: { a: { from: '01-01', to: '06-30' }, b: { from: '07-01', to: '12-31' } },
    bands: [
      { name: 'a early', season: 'a', from: '00:00', to: '03:00', percent: 50 },
      { name: 'a late', season: 'a', from: '03:00', to: '06:00', percent: 50 },
      { name: 'b', season: 'b', from: '00:00', to: '06:00', percent: 50 },
    ],
  };
  const whole = { ...FLAT, bands: [{ name: 'night', from: '00:00', to: '06:00', percent: 50 }] };
  assert.deepEqual(compileTariff(halves, ISSUE), compileTariff(whole, ISSUE));
});

test('a season over the end of the year is one season', () => {
  const table = modeTable({
    seasons: { winter: { from: '11-15', to: '02-29' } },
    bands: [{ name: 'w', season: 'winter', ...allDay, percent: 150 }],
  });
  assert.deepEqual(table.seasons, [
    { month: 3, day: 1, week: 0 },
    { month: 11, day: 15, week: 1 },
  ]);
});

test('the default tariff has no phase-angle surcharge and at least five steps', () => {
  const table = modeTable(DEFAULT_TARIFF);
  assert.deepEqual(table.surcharges, [100, 100, 100, 100]);
  assert.deepEqual(table.steps, [50, 75, 100, 200, 300]);
});

test('a phase angle falls into the band whose limit it has reached', () => {
  const table = modeTable({});
  const bands = [0, 17, 18, 25, 26, 36, 37, 90].map((degrees) => phaseBand(table, degrees));
  assert.deepEqual(bands, [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.equal(phaseBand(table, -40), 0);
});
