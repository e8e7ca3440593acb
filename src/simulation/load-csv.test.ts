import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { HOLE_DAYS_MAX, LINE_CHARACTERS_MAX, type LoadFailure, parseLoadCsv, WATTS_MAX } from './load-csv.ts';
import { type LoadSeries, MISSING } from './loads.ts';
import { seededRandom } from './random.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');

function accepted(text: string | Iterable<string>): LoadSeries {
  const parsed = parseLoadCsv(text, 'house.csv');
  if ('reason' in parsed) assert.fail(parsed.sentence);
  return parsed;
}

function refused(text: string | Iterable<string>): LoadFailure {
  const parsed = parseLoadCsv(text, 'house.csv');
  assert.ok('reason' in parsed, 'was accepted');
  // One sentence that a person can act on: where, what, what to do.
  const place = parsed.line === undefined ? '' : `, line ${parsed.line}`;
  assert.match(parsed.sentence, new RegExp(`^house\\.csv${place}(, column [^:]+)?: .+[;,] .+\\.$`));
  return parsed;
}

const rows = (...values: string[]) =>
  ['time,aggregate_w', ...values.map((value, i) => `2024-03-01T10:0${i},${value}`)].join('\n');

test('the three forms of the records are read, each in its unit', () => {
  const local = accepted(
    'time,aggregate_w,kettle\n2024-03-01T00:00,252.5,0.0\n2024-03-01T00:01,,\n2024-03-01T00:02,1e2,3\n',
  );
  assert.deepEqual([...local.milliwatts], [252_500, MISSING, 100_000]);
  assert.equal(local.startMinute, Date.parse('2024-03-01T00:00Z') / 60_000);
  assert.equal(local.clock, 'local');
  assert.equal(local.missingMinutes, 1);
  const kilowatts = accepted('time_local,p_kw,v\n2006-12-16T17:24:00,4.216,234.84\n2006-12-16T17:25:00,5.36,233.63\n');
  assert.deepEqual([...kilowatts.milliwatts], [4_216_000, 5_360_000]);
  const unix = accepted('unix_ts,V,P,Pt\n1393263000,118.9,7,20016\n1393263060,118.9,8,20016\n');
  assert.deepEqual([...unix.milliwatts], [7000, 8000]);
  assert.equal(unix.startMinute, 1_393_263_000 / 60);
  assert.equal(unix.clock, 'UTC');
});

test('line ends of Windows, a byte order mark, capitals and empty lines at the end change nothing', () => {
  const plain = accepted(rows('1', '2'));
  const dressed = accepted(
    `\uFEFF${rows('1', '2').replace('time,aggregate_w', 'Time, Aggregate_W').replaceAll('\n', '\r\n')}\r\n\r\n`,
  );
  assert.deepEqual(dressed, plain);
});

test('a text may come in pieces, cut anywhere', () => {
  const text = `${rows('1', '2.5', '', '4')}\r\n`;
  const whole = accepted(text);
  for (let at = 0; at <= text.length; at += 1) assert.deepEqual(accepted([text.slice(0, at), text.slice(at)]), whole);
  assert.deepEqual(accepted([...text]), whole);
});

test('a hole in time is marked minute by minute, up to its longest', () => {
  const series = accepted('time,p_w\n2024-03-01T23:57,1\n2024-03-01T23:58,1\n2024-03-02T00:01,2\n2024-03-02T00:02,3\n');
  assert.deepEqual([...series.milliwatts], [1000, 1000, MISSING, MISSING, 2000, 3000]);
  assert.equal(series.missingMinutes, 2);
  const far = (minutes: number) => new Date(Date.UTC(2020, 0, 1) + minutes * 60_000).toISOString().slice(0, 16);
  const hole = (minutes: number) => `time,p_w\n${far(0)},1\n${far(1)},1\n${far(1 + minutes)},1\n`;
  const longest = HOLE_DAYS_MAX * 1440;
  assert.equal(accepted(hole(longest)).missingMinutes, longest - 1);
  assert.equal(refused(hole(longest + 1)).reason, 'hole-too-long');
});

test('each wrong file is refused at its line, with a sentence', () => {
  const long = 'x'.repeat(LINE_CHARACTERS_MAX + 1);
  const table: readonly [text: string, reason: LoadFailure['reason'], line: number | undefined, says: RegExp][] = [
    ['', 'empty', undefined, /^house\.csv: the file is empty/],
    ['\n\n', 'empty', undefined, /empty/],
    ['time,aggregate_w\n', 'empty', undefined, /no value/],
    [rows('', ''), 'empty', undefined, /^house\.csv, column aggregate_w: the file has no value/],
    ['a,b\n1,2', 'columns-unknown', 1, /no time column among "a,b"/],
    ['\n2024-03-01T10:00,1', 'columns-unknown', 1, /no time column/],
    ['time,volts\n2024-03-01T10:00,1', 'columns-unknown', 1, /no power column/],
    ['time,p_w,load_kw\n2024-03-01T10:00,1,1', 'columns-unknown', 1, /column load_kw: a second power column/],
    ['time,aggregate_mw\n2024-03-01T10:00,1', 'unit-unknown', 1, /the unit "mw" is not known/],
    ['time,aggregate_kwh\n2024-03-01T10:00,1', 'unit-unknown', 1, /column aggregate_kwh: .*_w or _kw/],
    ['time,power\n2024-03-01T10:00,1', 'unit-unknown', 1, /not said/],
    ['time,P\n2024-03-01T10:00,1', 'unit-unknown', 1, /not said/],
    [rows('1', '2,3'), 'row-width', 3, /3 columns where the header has 2/],
    ['time,p_w\n2024-03-01T10:00,1\n\n2024-03-01T10:01,1', 'row-width', 3, /: 1 column where the header has 2/],
    ['time,p_w\nyesterday,1', 'time-unreadable', 2, /column time: "yesterday" is not a time/],
    ['time,p_w\n2024-02-30T10:00,1', 'time-unreadable', 2, /2024-02-30/],
    ['time,p_w\n2024-02-20T24:00,1', 'time-unreadable', 2, /24:00/],
    ['time,p_w\n2024-02-20T10:00:30,1', 'time-unreadable', 2, /whole minute/],
    ['time,p_w\n,1', 'time-unreadable', 2, /""/],
    ['unix_ts,P\n1393263001,1', 'time-unreadable', 2, /1393263001/],
    ['unix_ts,P\n-60,1', 'time-unreadable', 2, /-60/],
    ['time,p_w\n2024-03-01T10:00,1\n2024-03-01T10:00,2', 'time-repeated', 3, /twice/],
    ['time,p_w\n2024-03-01T10:05,1\n2024-03-01T10:00,2', 'time-backwards', 3, /goes back by 5 min/],
    ['time,p_w\n2024-03-01T10:00,1\n2026-03-01T10:00,2', 'hole-too-long', 3, /730 days are missing/],
    ['time,p_w\n2024-03-01T10:00,1\n2024-03-01T10:30,1\n2024-03-01T11:00,1', 'not-by-the-minute', 3, /30 min apart/],
    [rows('1', 'abc'), 'not-a-number', 3, /column aggregate_w: "abc" is not a number/],
    [rows('1', 'NaN'), 'not-a-number', 3, /"NaN"/],
    [rows('Infinity'), 'not-a-number', 2, /"Infinity"/],
    [rows('0x10'), 'not-a-number', 2, /"0x10"/],
    [rows(' '), 'not-a-number', 2, /" "/],
    [rows('1', '2', '-0.5'), 'power-negative', 4, /"-0.5" is negative/],
    [rows('1', `${WATTS_MAX + 1}`), 'power-absurd', 3, /more than 100 kW/],
    [rows('1e999'), 'power-absurd', 2, /check the unit/],
    ['time,p_kw\n2024-03-01T10:00,101', 'power-absurd', 2, /more than 100 kW/],
    [long, 'line-too-long', 1, /4096 characters/],
    [`${rows('1')}\n${long}\n`, 'line-too-long', 3, /4096 characters/],
  ];
  for (const [text, reason, line, says] of table) {
    const failure = refused(text);
    assert.deepEqual([failure.reason, failure.line], [reason, line], `${text.slice(0, 60)}: ${failure.sentence}`);
    assert.match(failure.sentence, says);
  }
});

test('the other side of each limit is accepted', () => {
  assert.equal(accepted(rows(`${WATTS_MAX}`)).milliwatts[0], WATTS_MAX * 1000);
  assert.ok(Object.is(accepted(rows('-0.0')).milliwatts[0], 0));
  const widest = `time,p_w,${'x'.repeat(LINE_CHARACTERS_MAX - 9)}`;
  assert.equal(widest.length, LINE_CHARACTERS_MAX);
  assert.equal(accepted(`${widest}\r\n2024-03-01T10:00,1,`).milliwatts.length, 1);
});

test('a record of more than twenty years is refused', () => {
  const year = (n: number) => `${2000 + n}-01-01T00:0`;
  const text = ['time,p_w', ...Array.from({ length: 22 }, (_, n) => `${year(n)}0,1\n${year(n)}1,1`)].join('\n');
  assert.equal(refused(text).reason, 'too-many-minutes');
});

test('a line without an end is refused before the rest of the file is read', () => {
  let read = 0;
  function* endless() {
    for (;;) {
      read += 1;
      yield 'x'.repeat(1000);
    }
  }
  assert.equal(refused(endless()).reason, 'line-too-long');
  assert.ok(read <= 6);
});

test('what a file holds cannot smuggle control characters or a novel into the sentence', () => {
  const { sentence } = refused(rows(`\u001b[31m${'y'.repeat(500)}`));
  assert.match(sentence, /^[\x20-\x7e…]+$/);
  assert.ok(sentence.length < 220);
});

test('any text is a series or a failure, never a throw', () => {
  const alphabet = [
    'time',
    'aggregate_w',
    'p_kw',
    'unix_ts',
    'P',
    ',',
    ',',
    '\n',
    '\n',
    '\r',
    '2024-03-01T10:00',
    '1393263000',
    '1',
    '-',
    '.',
    '"',
    '\0',
    'é',
  ];
  const random = seededRandom('any text');
  for (let round = 0; round < 20_000; round += 1) {
    let text = round % 2 ? 'time,p_w\n' : '';
    for (let i = 0; i < 12; i += 1) text += alphabet[random.below(alphabet.length)];
    const parsed = parseLoadCsv(text, 'any');
    assert.ok('reason' in parsed ? /^any[,:] /.test(parsed.sentence) : parsed.milliwatts.length > 0);
  }
});

// Rows of each file, how many have a value, their sum in 0.1 W, and the minutes from first to last: counted with awk.
const REAL: readonly [file: string, rows: number, values: number, sum: number, minutes: number][] = [
  ['house_ukdale_2_1min', 204_948, 204_948, 528_594_655, 204_948],
  ['house_refit_2_1min', 177_120, 177_120, 905_857_079, 306 * 1440],
  ['house_ideal_65_1min', 126_720, 126_720, 507_385_532, 334 * 1440],
  ['house_uci_sceaux_1min_35d', 47_960, 47_955, 814_680_500, 47_960],
  ['circuit_ampds2_b1e_1min', 51_210, 51_210, 562_960, 51_210],
];

for (const [file, rowCount, values, sum, minutes] of REAL) {
  const path = join(DATA, `${file}.csv.gz`);
  test(`${file} is read whole`, { skip: existsSync(path) ? false : `needs ${file}.csv.gz in ../shared/data` }, () => {
    const series = accepted(gunzipSync(readFileSync(path)).toString());
    assert.equal(series.milliwatts.length, minutes);
    assert.equal(series.milliwatts.length - series.missingMinutes, values);
    assert.ok(values <= rowCount && rowCount <= minutes);
    let total = 0;
    for (const milliwatts of series.milliwatts) if (milliwatts !== MISSING) total += milliwatts;
    assert.equal(Math.round(total / 100), sum);
  });
}
