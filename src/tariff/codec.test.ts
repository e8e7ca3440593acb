import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../bytes/index.ts';
import { decodeModeTable, encodeModeTable, MODE_TABLE_BYTES_MAX } from './codec.ts';
import { DEFAULT_TARIFF, type TariffBand, type TariffDefinition } from './definition.ts';
import { modeTable, zoneOffsets } from './fixture.test.ts';
import type { ModeTable } from './table.ts';

const holidays = Array.from({ length: 20 }, (_, i) => `${2025 + (i >> 1)}-${i % 2 ? '12-25' : '01-01'}`);
const tenYears = zoneOffsets('Europe/Berlin').slice(0, 21);
const sample = modeTable(
  { ...DEFAULT_TARIFF, holidays },
  { percents: [100, 110, 125, 200] },
  zoneOffsets('Europe/Berlin').slice(0, 3),
);

/** Any bytes either are refused with a reason or are the one encoding of what they decode to. */
function decodesCanonically(bytes: Uint8Array): boolean {
  const table = decodeModeTable(bytes);
  if ('reason' in table) {
    assert.match(table.reason, /^(length-wrong|format-unknown|value-wrong|not-canonical)$/);
    return false;
  }
  assert.equal(toHex(encodeModeTable(table)), toHex(bytes));
  return true;
}

test('the default table with ten years of offsets and twenty holidays stays below 300 bytes', () => {
  const table = modeTable({ ...DEFAULT_TARIFF, holidays }, {}, tenYears);
  assert.equal(table.offsets.length, 21);
  assert.equal(table.holidays.length, 20);
  assert.ok(encodeModeTable(table).length < 300);
});

test('a table comes back from its bytes', () => {
  assert.deepEqual(decodeModeTable(encodeModeTable(sample)), sample);
});

test('every table that a tariff compiles to comes back from its bytes', () => {
  const bands = fc.uniqueArray(
    fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      end: fc.integer({ min: 1, max: 59 }),
      season: fc.constantFrom('one', 'two'),
      days: fc.constantFrom('weekdays' as const, 'weekend' as const, 'holidays' as const),
      percent: fc.integer({ min: 0, max: 1000 }),
    }),
    { maxLength: 8, selector: ({ hour }) => hour },
  );
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati');
  fc.assert(
    fc.property(bands, zones, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (some, zone, unitCharge) => {
      const definition: TariffDefinition = {
        unitCharge,
        otherwise: 100,
        holidays,
        seasons: { one: { from: '04-01', to: '09-30' }, two: { from: '11-11', to: '02-29' } },
        bands: some.map(({ hour, end, ...band }): TariffBand => {
          const clock = String(hour).padStart(2, '0');
          return {
            ...band,
            name: clock,
            days: [band.days],
            from: `${clock}:00`,
            to: `${clock}:${String(end).padStart(2, '0')}`,
          };
        }),
      };
      const table = modeTable(definition, {}, zoneOffsets(zone));
      assert.deepEqual(decodeModeTable(encodeModeTable(table)), table);
    }),
    { numRuns: 200 },
  );
});

test('bytes with any one byte changed are refused, or are the encoding of another table', () => {
  const bytes = encodeModeTable(sample);
  assert.ok(decodesCanonically(bytes));
  let accepted = 0;
  for (let at = 0; at < bytes.length; at++) {
    for (let flip = 1; flip < 256; flip++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (bytes[at] as number) ^ flip;
      if (decodesCanonically(changed)) accepted += 1;
    }
  }
  assert.ok(accepted > 0 && accepted < bytes.length * 255);
});

test('bytes too short or too long are refused', () => {
  const bytes = encodeModeTable(sample);
  for (let length = 0; length < bytes.length; length++) {
    const result = decodeModeTable(bytes.subarray(0, length));
    assert.equal('reason' in result && result.reason, 'length-wrong', String(length));
  }
  const long = new Uint8Array(bytes.length + 1);
  long.set(bytes);
  assert.deepEqual(decodeModeTable(long), { reason: 'length-wrong', field: 'length' });
  assert.deepEqual(decodeModeTable(new Uint8Array(MODE_TABLE_BYTES_MAX + 1)), {
    reason: 'length-wrong',
    field: 'length',
  });
});

test('any bytes decode without a throw', () => {
  const random = fc.uint8Array({ maxLength: 400 });
  const likely = fc
    .array(fc.integer({ min: 0, max: 3 }), { maxLength: 80 })
    .map((tail) => Uint8Array.from([1, ...tail]));
  fc.assert(
    fc.property(fc.oneof(random, likely), (bytes) => void decodesCanonically(bytes)),
    { numRuns: 20_000 },
  );
});

test('the longest table there can be fills its bound exactly', () => {
  // 64 day profiles of 48 switches each, told apart by the minute of their second switch; a week for each season.
  const days = Array.from({ length: 64 }, (_, day) =>
    Array.from({ length: 48 }, (_, i) => ({ minute: i === 0 ? 0 : i === 1 ? day + 1 : 70 + i * 28, step: i % 16 })),
  );
  const weeks = Array.from({ length: 32 }, (_, week) =>
    Array.from({ length: 8 }, (_, type) => (week < 8 ? week * 8 + type : (week * 3 + type * type) % 64)),
  );
  const table: ModeTable = {
    ...sample,
    steps: Array.from({ length: 16 }, (_, i) => (i * 50) as ModeTable['steps'][number]),
    days,
    weeks,
    seasons: Array.from({ length: 32 }, (_, week) => ({ month: (week >> 3) + 1, day: (week & 7) + 1, week })),
    offsets: Array.from({ length: 128 }, (_, i) => ({
      from: (i * 6000) as ModeTable['validFrom'],
      minutes: i % 2 === 0 ? -960 : 960,
    })),
    holidays: Array.from({ length: 255 }, (_, i) => 65_535 - 254 + i),
  };
  const bytes = encodeModeTable(table);
  assert.equal(bytes.length, MODE_TABLE_BYTES_MAX);
  assert.deepEqual(decodeModeTable(bytes), table);
});

test('a table out of its normal form is a bug of its builder', () => {
  const broken: readonly Partial<ModeTable>[] = [
    { steps: [...sample.steps].reverse() },
    { days: [...sample.days, [{ minute: 0, step: 0 }]] },
    { weeks: [...sample.weeks].reverse() },
    { seasons: sample.seasons.map((season) => ({ ...season, week: 0 })) },
    { offsets: sample.offsets.slice(1) },
    { holidays: [5, 5] },
    { version: -1 },
    { surchargeLimits: [0, 26, 37] },
  ];
  for (const change of broken) {
    assert.throws(() => encodeModeTable({ ...sample, ...change }), /normal form/, JSON.stringify(change));
  }
});
