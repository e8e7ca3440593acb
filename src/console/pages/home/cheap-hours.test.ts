import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TariffWeekJson } from '../../../api/index.ts';
import { cheapHours } from './cheap-hours.ts';

const VERSION = 7;

/** Days that are all alike: `[from, to, percent]`. */
const week = (...spans: readonly (readonly [number, number, number])[]): TariffWeekJson => ({
  ...{ meter: '0a1b2c', supply: 1, zone: 'UTC' },
  table: {
    ...{
      tariff: 't',
      version: VERSION,
      edition: 1,
      from: '2026-03-01T00:00:00.000Z',
      unitCharge: '25000',
      source: 'told',
    },
    surchargePercents: [100, 100, 100, 100],
  },
  days: ['2026-03-02', '2026-03-03'].map((date) => ({
    ...{ date, start: `${date}T00:00:00.000Z`, holiday: false },
    spans: spans.map(([from, to, percent]) => ({ from, to, percent, version: VERSION })),
  })),
});

const USUAL = week(
  [0, 360, 50],
  [360, 540, 75],
  [540, 840, 200],
  [840, 1080, 200],
  [1080, 1320, 75],
  [1320, 1440, 100],
);

test('the price of now is exact, and neighbours at one price are one part', () => {
  const { now, spans } = cheapHours(USUAL, { date: '2026-03-02', minute: 900 });
  assert.deepEqual(now, { date: '2026-03-02', from: 540, to: 1080, price: 50_000n, isCheap: false });
  assert.equal(cheapHours(USUAL, { date: '2026-03-02', minute: 400 }).now?.price, 18_750n);
  assert.equal(spans.length, 10);
});

test('in a dear hour the next cheap one is named, today or tomorrow', () => {
  const today = cheapHours(USUAL, { date: '2026-03-02', minute: 900 });
  assert.deepEqual([today.next?.date, today.next?.from, today.next?.to], ['2026-03-02', 1080, 1320]);
  assert.equal(today.cheapUntil, undefined);
  const night = cheapHours(USUAL, { date: '2026-03-02', minute: 1400 });
  assert.deepEqual([night.next?.date, night.next?.from, night.next?.to], ['2026-03-03', 0, 360]);
  assert.equal(cheapHours(USUAL, { date: '2026-03-03', minute: 1400 }).next, undefined);
});

test('in a cheap hour it is cheap until the last cheap minute, and what comes next is after a dear one', () => {
  const early = cheapHours(USUAL, { date: '2026-03-02', minute: 100 });
  assert.equal(early.cheapUntil, 540);
  assert.equal(early.next?.from, 1080);
});

test('where no hour is below the unit charge, the lowest price is cheap; where all are alike, none is', () => {
  const dear = cheapHours(week([0, 720, 100], [720, 1440, 150]), { date: '2026-03-02', minute: 800 });
  assert.deepEqual([dear.next?.date, dear.next?.from], ['2026-03-03', 0]);
  const flat = cheapHours(week([0, 720, 80], [720, 1440, 80]), { date: '2026-03-02', minute: 800 });
  assert.equal(flat.isFlat, true);
  assert.equal(flat.next, undefined);
  assert.equal(flat.spans.length, 2);
});

test('without a tariff there is nothing to say', () => {
  const { table: _, ...rest } = week();
  assert.deepEqual(cheapHours({ ...rest, days: [] }, { date: '2026-03-02', minute: 0 }), { spans: [], isFlat: true });
});
