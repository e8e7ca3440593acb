import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Definition,
  definitionOf,
  type Painting,
  painted,
  paintingOf,
  ROWS,
  SLOTS,
  type Slot,
  seasonEnd,
  seasonOn,
  shadeOf,
  withNewSeason,
  withoutSeason,
  withSeason,
  withSlot,
} from './painting.ts';

const HOME: Definition = {
  unitCharge: '25000',
  seasons: { summer: { from: '06-01', to: '08-31' } },
  holidays: ['2026-12-25'],
  bands: [
    { name: 'midnight', from: '00:00', to: '06:00', percent: 50 },
    { name: 'work', days: ['weekdays'], from: '09:00', to: '18:00', percent: 200 },
    { name: 'cooling', season: 'summer', days: ['weekend', 'holidays'], from: '14:00', to: '16:30', percent: 300 },
  ],
  otherwise: 100,
};

const paint = (definition: Definition): Painting => {
  const painting = paintingOf(definition);
  assert.ok(typeof painting !== 'string', String(painting));
  return painting;
};

test('a definition is painted where its bands hold, and days of no season are a season of their own', () => {
  const { slot, seasons } = paint(HOME);
  assert.equal(slot, 30);
  assert.deepEqual(
    seasons.map(({ name, from }, i) => [name, from, seasonEnd(seasons, i)]),
    [
      ['summer', '06-01', '08-31'],
      ['09-01 to 05-31', '09-01', '05-31'],
    ],
  );
  const at = (season: number, row: number, hour: number) => seasons[season]?.week[row]?.[hour * 2];
  assert.deepEqual([at(0, 0, 5), at(0, 0, 6), at(0, 0, 17), at(0, 0, 18)], [50, 100, 200, 100]);
  assert.deepEqual([at(0, 4, 15), at(0, 5, 15), at(0, 7, 16), at(0, 7, 17)], [200, 300, 300, 100]);
  assert.deepEqual([at(1, 5, 15), at(1, 7, 3)], [100, 50]);
});

test('a band that was left as it was keeps its name, and what is the same all year names no season', () => {
  const { bands, seasons } = definitionOf(paint(HOME));
  assert.deepEqual(bands.slice(0, 2), HOME.bands.slice(0, 2));
  assert.deepEqual(bands[2], HOME.bands[2]);
  const repainted = painted(paint(HOME), 0, { from: { row: 5, square: 28 }, to: { row: 7, square: 28 } }, 100);
  assert.equal(definitionOf(repainted).bands[2]?.name, 'summer, weekend, holidays, 14:30 to 16:30');
  assert.deepEqual(Object.keys(seasons ?? {}), ['summer', '09-01 to 05-31']);
});

const SQUARES = fc.constantFrom(50, 75, 100, 150, 200, 300, 0, 1000, 137);
const PAINTINGS: fc.Arbitrary<Painting> = fc
  .record({
    slot: fc.constantFrom(...SLOTS),
    froms: fc.uniqueArray(fc.constantFrom('01-01', '02-29', '03-01', '06-15', '12-31'), { minLength: 1 }),
    otherwise: SQUARES,
    holidays: fc.constantFrom<string[]>([], ['2026-12-25', '2027-01-01']),
    surcharge: fc.constantFrom(undefined, {
      percents: [100, 110, 120, 130] as number[],
      limits: [18, 26, 37] as number[],
    }),
  })
  .chain(({ slot, froms, otherwise, holidays, surcharge }) =>
    fc
      .array(fc.array(fc.array(SQUARES, { minLength: 1, maxLength: 5 }), { minLength: 8, maxLength: 8 }), {
        minLength: froms.length,
        maxLength: froms.length,
      })
      .map((weeks) => ({
        ...{ unitCharge: '25000', slot, otherwise, holidays, surcharge, names: {} },
        seasons: [...froms].sort().map((from, i) => ({
          ...{ name: `season ${i}`, from },
          week: (weeks[i] as number[][]).map((pattern) =>
            Array.from(
              { length: 1_440 / slot },
              (_, square) => pattern[Math.floor(square / 5) % pattern.length] ?? 100,
            ),
          ),
        })),
      })),
  );

/** Percent by row and quarter of an hour, on each first of a month and on each day where a season may begin. */
const read = (painting: Painting) =>
  ['01-01', '02-28', '02-29', '03-01', '06-14', '06-15', '12-30', '12-31'].map((day) => {
    const season = painting.seasons.findLast(({ from }) => from <= day) ?? painting.seasons.at(-1);
    return season?.week.map((squares) =>
      squares.flatMap((percent) => new Array<number>(painting.slot / 15).fill(percent)),
    );
  });

test('what is painted comes back from its definition, square by square and day by day', () => {
  fc.assert(
    fc.property(PAINTINGS, (painting) => {
      const again = paint(definitionOf(painting));
      assert.deepEqual(read(again), read(painting));
      const { unitCharge, holidays, surcharge, otherwise } = painting;
      assert.deepEqual([again.unitCharge, again.holidays, again.surcharge], [unitCharge, holidays, surcharge]);
      assert.equal(again.otherwise, otherwise);
    }),
    { numRuns: 60 },
  );
});

/** Percent of a minute by the words of the definition alone, band by band. */
function percentAt({ bands, seasons, otherwise }: Definition, day: string, row: number, minute: number): number {
  const isIn = ({ from, to }: { readonly from: string; readonly to: string }) =>
    from <= to ? day >= from && day <= to : day >= from || day <= to;
  const rows = { weekdays: [0, 1, 2, 3, 4], weekend: [5, 6] } as const;
  const holding = bands.filter(({ season, days, from, to }) => {
    const range = season === undefined ? undefined : seasons?.[season];
    const held = days?.flatMap((name): readonly number[] =>
      name === 'weekdays' || name === 'weekend' ? rows[name] : [(ROWS as readonly string[]).indexOf(name)],
    );
    const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    return (range === undefined || isIn(range)) && (held?.includes(row) ?? true) && clock >= from && clock < to;
  });
  assert.ok(holding.length <= 1, 'bands do not overlap');
  return holding[0]?.percent ?? (otherwise as number);
}

test('the bands of a painting say of each minute what its square says', () => {
  fc.assert(
    fc.property(
      PAINTINGS,
      fc.nat(7),
      fc.constantFrom('01-01', '02-29', '05-31', '06-15', '12-31'),
      (painting, row, day) => {
        const season = painting.seasons.findLast(({ from }) => from <= day) ?? painting.seasons.at(-1);
        const definition = definitionOf(painting);
        for (let minute = 0; minute < 1_440; minute += 15) {
          const square = season?.week[row]?.[Math.floor(minute / painting.slot)];
          assert.equal(percentAt(definition, day, row, minute), square);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('what squares cannot say is not painted, and why is told', () => {
  const band = { name: 'a', from: '00:00', to: '12:00', percent: 50 };
  const of = (bands: Definition['bands'], more: Partial<Definition> = {}) =>
    paintingOf({ unitCharge: '1', bands, otherwise: 100, ...more });
  assert.equal(of([{ ...band, months: [1] }]), 'months');
  assert.equal(of([{ ...band, to: '12:10' }]), 'times');
  assert.equal(of([band, { ...band, name: 'b', from: '11:00' }]), 'bands-overlap');
  const seasons = { a: { from: '01-01', to: '06-30' }, b: { from: '06-30', to: '07-31' } };
  assert.equal(of([band], { seasons }), 'seasons-overlap');
  assert.equal(paintingOf({ unitCharge: '1', bands: [band] }), 'gap');
  assert.ok(
    typeof paintingOf({ unitCharge: '1', bands: [band, { ...band, name: 'b', from: '12:00', to: '24:00' }] }) ===
      'object',
  );
});

test('a rectangle is painted from any corner, in its season alone', () => {
  const before = paint(HOME);
  const after = painted(before, 1, { from: { row: 2, square: 20 }, to: { row: 1, square: 18 } }, 75);
  const changed = after.seasons[1]?.week.flatMap((squares, row) =>
    squares.flatMap((percent, square) => (percent === before.seasons[1]?.week[row]?.[square] ? [] : [[row, square]])),
  );
  assert.deepEqual(
    changed,
    [1, 2].flatMap((row) => [18, 19, 20].map((square) => [row, square])),
  );
  assert.deepEqual(after.seasons[0], before.seasons[0]);
});

test('a new season begins with the week that was there, and a season that goes leaves its days to the one before', () => {
  const before = paint(HOME);
  const more = withNewSeason(before, 'deep winter', '01-15');
  assert.deepEqual(
    more.seasons.map(({ from }) => from),
    ['01-15', '06-01', '09-01'],
  );
  assert.deepEqual(more.seasons[0]?.week, before.seasons[1]?.week);
  assert.deepEqual(
    ['01-14', '01-15', '05-31', '06-01', '12-31'].map((day) => seasonOn(more, day)),
    [2, 0, 0, 1, 2],
  );
  assert.deepEqual(withoutSeason(more, 0), before);
  const one = withoutSeason(before, 0);
  assert.deepEqual([one.seasons.length, withoutSeason(one, 0)], [1, one]);
});

test('a season that is moved past another takes its place in the year', () => {
  const moved = withSeason(paint(HOME), 0, (season) => ({ ...season, from: '10-15' }));
  assert.deepEqual(
    moved.seasons.map(({ from }) => from),
    ['09-01', '10-15'],
  );
});

test('two bands that had one name are told apart by a number', () => {
  const cheap = { name: 'cheap', percent: 50 };
  const bands = [
    { ...cheap, from: '00:00', to: '01:00' },
    { ...cheap, from: '02:00', to: '03:00' },
  ];
  const back = definitionOf(paint({ unitCharge: '1', bands, otherwise: 100 }));
  assert.deepEqual(
    back.bands.map(({ name }) => name),
    ['cheap', 'cheap (2)'],
  );
});

test('squares are halved without a loss, and joined only where nothing is lost', () => {
  const half = paint(HOME);
  assert.equal(withSlot(half, 60), undefined, 'half past four is no hour');
  const quarter = withSlot(half, 15) as Painting;
  assert.deepEqual(read(quarter), read(half));
  assert.deepEqual(withSlot(quarter, 30 as Slot), half);
});

test('a dearer step is darker, and its text is legible on it', () => {
  const steps = [0, 50, 75, 100, 150, 200, 300, 1000].map((percent) => ({ percent, ...shadeOf(percent) }));
  const light = (colour: string) => {
    const hex = /^#(..)(..)(..)$/
      .exec(colour)
      ?.slice(1)
      .map((pair) => Number.parseInt(pair, 16));
    const channels = hex ?? (/(\d+) (\d+) (\d+)/.exec(colour) ?? []).slice(1).map(Number);
    const [r = 0, g = 0, b = 0] = channels.map((value) =>
      value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [i, { percent, ground, text }] of steps.entries()) {
    const [a, b] = [light(ground), light(text)].sort((x, y) => y - x) as [number, number];
    assert.ok((a + 0.05) / (b + 0.05) >= 4.5, `${percent} % is legible`);
    if (i > 0) assert.ok(light(ground) < light(steps[i - 1]?.ground ?? ''), `${percent} % is darker`);
  }
  assert.equal(ROWS.length, 8);
});
