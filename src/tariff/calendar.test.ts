import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unixSeconds } from '../units/index.ts';
import {
  civilDayOf,
  compileTariff,
  DEFAULT_TARIFF,
  dateText,
  localTime,
  offsetTable,
  rateAt,
  type TariffDefinition,
  tariffCalendar,
} from './index.ts';

const HOLIDAYS: TariffDefinition = { ...DEFAULT_TARIFF, holidays: ['2026-01-06', '2026-12-25'] };

function calendarOf(definition: TariffDefinition) {
  const calendar = tariffCalendar(definition);
  assert.ok(typeof calendar === 'function');
  return calendar;
}

test('each minute of a year costs by its calendar what it costs by its mode table', () => {
  const calendar = calendarOf(HOLIDAYS);
  const offsets = offsetTable('Europe/Berlin', 2026, 1);
  assert.ok(!('reason' in offsets));
  const issue = { supply: 1, version: 1, validFrom: unixSeconds(0), offsets } as const;
  const table = compileTariff(HOLIDAYS, issue);
  assert.ok(!('reason' in table));
  const from = Date.UTC(2026, 0, 1) / 1000;
  let compared = 0;
  // A step that meets every minute of an hour over a year, and every hour.
  for (let at = from; at < from + 364 * 86_400; at += 67 * 60) {
    const { civilDay, minuteOfDay, holiday } = localTime(table, unixSeconds(at));
    const day = calendar(civilDay);
    const span = day.spans.find(({ to }) => minuteOfDay < to);
    assert.equal(span?.percent, rateAt(table, unixSeconds(at)).percent, `${dateText(civilDay)} ${minuteOfDay}`);
    assert.equal(day.holiday, holiday);
    compared += 1;
  }
  assert.ok(compared > 7_000);
});

test('a day has its spans without a gap, by the names of their bands, and its season', () => {
  const calendar = calendarOf(HOLIDAYS);
  const named = (year: number, month: number, day: number) => {
    const { spans, season, holiday } = calendar(civilDayOf(year, month, day));
    return [season, holiday, ...spans.map(({ from, to, band }) => `${from}-${to} ${band ?? 'none'}`)];
  };
  const night = '0-360 midnight';
  assert.deepEqual(named(2026, 1, 6), ['rest of the year', true, night, '360-1440 none'], 'a holiday');
  assert.deepEqual(named(2026, 7, 4), ['summer', false, night, '360-1440 none'], 'a Saturday');
  assert.deepEqual(named(2026, 7, 6).slice(0, 6), [
    ...['summer', false, night, '360-540 before work', '540-840 work, morning'],
    '840-960 cooling',
  ]);
});

test('what is no tariff has no calendar', () => {
  const calendar = tariffCalendar({ ...DEFAULT_TARIFF, unitCharge: -1 });
  assert.ok(typeof calendar === 'object' && calendar.reason === 'unit-charge-wrong');
});
