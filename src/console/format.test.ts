import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFormat, decimalText, parseMoney } from './format.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const english = createFormat('en', { zone: 'Africa/Nairobi', currency: { code: 'EUR', number: 978, exponent: 2 } });
const korean = createFormat('ko', { zone: 'Asia/Seoul', currency: { code: 'KRW', number: 410, exponent: 0 } });

test('money is written exactly, with as many decimals as its currency has, however much it is', () => {
  assert.equal(english.money('123456'), '€1,234.56');
  assert.equal(english.money(-5), '-€0.05');
  assert.equal(english.money(90_071_992_547_409_939n), '€900,719,925,474,099.39');
  assert.equal(korean.money('90071992547409939'), '₩90,071,992,547,409,939');
});

test('a price has no more decimals than it needs, and no fewer than its currency', () => {
  assert.equal(english.price(18_750n), '€0.1875');
  assert.equal(english.price(18_001n), '€0.18001');
  assert.equal(english.price(18_000n), '€0.18');
  assert.equal(korean.price(18_750n), '₩18.75');
  assert.equal(korean.price(18_000n), '₩18');
});

test('a count of many digits loses none of them', () => {
  assert.equal(english.count('9007199254740993'), '9,007,199,254,740,993');
  assert.equal(english.count(1_234), '1,234');
});

test('energy and power have three significant figures, and a nought has none', () => {
  assert.equal(english.energy(0), '0\u00a0Wh');
  assert.equal(english.energy(12.34), '12.3\u00a0Wh');
  assert.equal(english.energy(999), '999\u00a0Wh');
  assert.equal(english.energy(999.6), '1.00\u00a0kWh');
  assert.equal(english.energy(1_234), '1.23\u00a0kWh');
  assert.equal(english.energy(-1_500), '-1.50\u00a0kWh');
  assert.equal(english.power(1_800), '1.80\u00a0kW');
  assert.equal(english.power(40), '40.0\u00a0W');
  assert.equal(english.voltage(230_070), '230.1\u00a0V');
});

test('a register is told with every digit that it has, however much it counted', () => {
  assert.equal(english.register(0), '0.00\u00a0kWh');
  assert.equal(english.register(950.1), '0.95\u00a0kWh');
  assert.equal(english.register(12_345_670), '12,345.67\u00a0kWh');
});

test('a share is a percentage with one decimal where it has one', () => {
  assert.equal(english.share(0.12), '12%');
  assert.equal(english.share(0.1234), '12.3%');
  assert.equal(english.percent(150), '150%');
  assert.equal(korean.percent(7.25), '7.25%');
});

test('an instant is shown by the clocks of the utility, and a civil date is the same in every zone', () => {
  assert.equal(english.time('2026-11-29T21:00:00Z'), '00:00');
  assert.equal(english.day('2026-11-29T21:30:00Z'), '30 Nov');
  assert.equal(english.exact('2026-11-29T21:30:07Z'), '30 Nov 2026, 00:30:07');
  assert.equal(korean.time(Date.UTC(2026, 10, 29, 21, 30)), '06:30');
  const west = createFormat('en', { zone: 'Pacific/Honolulu', currency: { code: 'USD', number: 840, exponent: 2 } });
  for (const format of [english, west]) {
    assert.equal(format.date('2026-11-29'), 'Sun 29 Nov');
    assert.equal(format.month('2026-11'), 'November 2026');
  }
  assert.equal(korean.month('2026-11'), '2026년 11월');
  assert.equal(english.dateOfYear('2026-06-01'), '1 Jun 2026');
  assert.equal(korean.dateOfYear('2026-06-01'), '2026. 6. 1.');
  assert.equal(west.dayOfYear('02-29'), '29 Feb');
  assert.equal(korean.dayOfYear('02-29'), '2월 29일');
  assert.deepEqual([west.monthOfYear('02-29'), west.dayOfMonth('02-29')], ['February', '29']);
  assert.deepEqual([korean.monthOfYear('12-01'), korean.dayOfMonth('12-01')], ['12월', '1일']);
});

test('a stretch of time is told in the largest unit of which it has one, also where it only rounds to that', () => {
  assert.equal(english.duration(0), '0 seconds');
  assert.equal(english.duration(MINUTE - SECOND), '59 seconds');
  assert.equal(english.duration(MINUTE - 1), '1 minute');
  assert.equal(english.duration(HOUR - MINUTE), '59 minutes');
  assert.equal(english.duration(HOUR - SECOND), '1 hour');
  assert.equal(english.duration(DAY - HOUR), '23 hours');
  assert.equal(english.duration(DAY - MINUTE), '1 day');
  assert.equal(korean.duration(3 * MINUTE), '3분');
});

test('what was is told as past, and what comes as to come', () => {
  assert.equal(english.relative(-3 * MINUTE), '3 minutes ago');
  assert.equal(english.relative(-(HOUR - SECOND)), '1 hour ago');
  assert.equal(english.relative(2 * DAY), 'in 2 days');
  assert.equal(english.relative(DAY), 'tomorrow');
});

test('minor units become a decimal number digit by digit', () => {
  assert.equal(decimalText('1234', 2), '12.34');
  assert.equal(decimalText('-5', 3), '-0.005');
  assert.equal(decimalText('1234', 0), '1234');
});

test('an amount is read with a point or a comma, and nothing else is an amount', () => {
  assert.equal(parseMoney('12.34', 2), '1234');
  assert.equal(parseMoney(' 12,3 ', 2), '1230');
  assert.equal(parseMoney('12', 2), '1200');
  assert.equal(parseMoney('0.05', 2), '5');
  assert.equal(parseMoney('0', 2), '0');
  assert.equal(parseMoney('1500', 0), '1500');
  for (const text of ['', '-1', '12.345', '1.2.3', '1,234.50', '1e3', '.5', '€5', '1234567890123456']) {
    assert.equal(parseMoney(text, 2), undefined, text);
  }
  assert.equal(parseMoney('1.5', 0), undefined, 'a currency without decimals has none');
});
