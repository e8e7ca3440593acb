import { MINUTES_PER_DAY } from '../units/index.ts';
import { type LoadSeries, MISSING } from './loads.ts';

/** Why a file of loads was refused. Nothing of a refused file is used. */
export interface LoadFailure {
  readonly reason:
    | 'empty'
    | 'line-too-long'
    | 'columns-unknown'
    | 'unit-unknown'
    | 'row-width'
    | 'time-unreadable'
    | 'time-repeated'
    | 'time-backwards'
    | 'hole-too-long'
    | 'too-many-minutes'
    | 'not-by-the-minute'
    | 'not-a-number'
    | 'power-negative'
    | 'power-absurd';
  /** From 1, the header line; undefined where no line is to blame. */
  readonly line: number | undefined;
  /** For a person: what is wrong, where (file, line, column), what to do. */
  readonly sentence: string;
}

export const LINE_CHARACTERS_MAX = 4096;
/** A longer hole is a mistake in a date rather than an outage; up to it, every minute is marked as missing. */
export const HOLE_DAYS_MAX = 366;
/** Twenty years. */
export const SERIES_MINUTES_MAX = 20 * 366 * MINUTES_PER_DAY;
/** Far above the fuse of any home; more is a wrong unit. */
export const WATTS_MAX = 100_000;

/**
 * Reads a recorded load: CSV, header line first, one row a minute, '' for a value that is missing.
 *
 * The time column is `time`, `time_local` or `timestamp` (local civil time, `2013-05-20T21:28`) or `unix_ts`
 * (seconds, UTC). The power column is `aggregate`, `p`, `power`, `load` or `total` with its unit behind it,
 * `_w` or `_kw`; beside `unix_ts` also `P`, in W, as the AMPds2 records have it. Other columns are not read.
 * Fields in quotation marks and times with a zone are refused.
 *
 * @param text the whole text, or its pieces in order, cut anywhere
 * @param name what the file is called in failures
 */
export function parseLoadCsv(text: string | Iterable<string>, name: string): LoadSeries | LoadFailure {
  let columns: Columns | undefined;
  let rows: Rows | undefined;
  for (const line of lines(typeof text === 'string' ? [text] : text, name)) {
    if (typeof line !== 'string') return line;
    if (columns === undefined || rows === undefined) {
      const read = readHeader(line, name);
      if ('reason' in read) return read;
      columns = read;
      rows = { line: 1, start: 0, previous: 0, minuteSteps: 0, firstWiderStep: undefined, missing: 0, milliwatts: [] };
    } else {
      rows.line += 1;
      const failure = readRow(line, columns, rows, name);
      if (failure) return failure;
    }
  }
  if (columns === undefined || rows === undefined) {
    return refuse('empty', { name }, 'the file is empty; it needs a header line and one row a minute');
  }
  return finish(columns, rows, name);
}

interface Columns {
  readonly width: number;
  readonly time: { readonly index: number; readonly name: string };
  readonly power: { readonly index: number; readonly name: string };
  readonly clock: LoadSeries['clock'];
  readonly milliwattsPerUnit: number;
}

interface Rows {
  line: number;
  start: number;
  previous: number;
  /** Rows that stand one minute behind the row before, against those that stand further. */
  minuteSteps: number;
  firstWiderStep: { readonly line: number; readonly minutes: number } | undefined;
  missing: number;
  readonly milliwatts: number[];
}

const LOCAL_TIME_COLUMNS = ['time', 'time_local', 'timestamp'];
const POWER_STEMS = ['aggregate', 'p', 'power', 'load', 'total'];
const MILLIWATTS_PER_UNIT = new Map([
  ['w', 1_000],
  ['kw', 1_000_000],
]);
const SECONDS_PER_MINUTE = 60;
const MILLISECONDS_PER_MINUTE = 60_000;

/** Lines without their ends, or the failure that one is too long. Empty lines at the end of a file are none. */
function* lines(pieces: Iterable<string>, name: string): Generator<string | LoadFailure, void> {
  let number = 0;
  let emptyLines = 0;
  let rest = '';
  function* whole(ended: string): Generator<string | LoadFailure, void> {
    number += 1;
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    if (line === '') {
      emptyLines += 1;
      return;
    }
    for (; emptyLines > 0; emptyLines -= 1) yield '';
    yield line.length > LINE_CHARACTERS_MAX ? tooLong(name, number) : line;
  }
  for (const piece of pieces) {
    const joined = rest + piece;
    let from = 0;
    for (let end = joined.indexOf('\n'); end >= 0; end = joined.indexOf('\n', from)) {
      yield* whole(joined.slice(from, end));
      from = end + 1;
    }
    rest = joined.slice(from);
    // Its end need not come: the carriage return is the one character more that may.
    if (rest.length > LINE_CHARACTERS_MAX + 1) yield tooLong(name, number + 1);
  }
  if (rest !== '') yield* whole(rest);
}

function tooLong(name: string, line: number): LoadFailure {
  const what = `the line has more than ${LINE_CHARACTERS_MAX} characters; shorten it, a row of loads is short`;
  return refuse('line-too-long', { name, line }, what);
}

function readHeader(line: string, name: string): Columns | LoadFailure {
  const names = line
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((column) => column.trim());
  const at = { name, line: 1 };
  const timeIndex = names.findIndex(
    (column) => LOCAL_TIME_COLUMNS.includes(column.toLowerCase()) || column === 'unix_ts',
  );
  if (timeIndex < 0) {
    return refuse(
      'columns-unknown',
      at,
      `no time column among ${shown(line)}; name one time, time_local, timestamp or unix_ts`,
    );
  }
  const time = { index: timeIndex, name: names[timeIndex] as string };
  const unix = time.name === 'unix_ts';
  const powers = names
    .map((column, index) => ({ index, name: column, parts: powerParts(column) }))
    .filter(({ parts }) => parts);
  const [power, second] = powers;
  if (!power?.parts) {
    return refuse(
      'columns-unknown',
      at,
      `no power column among ${shown(line)}; name one aggregate_w, p_w or p_kw, say`,
    );
  }
  if (second) {
    return refuse(
      'columns-unknown',
      { ...at, column: second.name },
      `a second power column beside ${shown(power.name)}; leave one`,
    );
  }
  const unit = unix && power.name === 'P' ? 'w' : power.parts.unit;
  const milliwattsPerUnit = MILLIWATTS_PER_UNIT.get(unit);
  if (milliwattsPerUnit === undefined) {
    const what = unit === '' ? 'the unit of the power is not said' : `the unit ${shown(unit)} is not known`;
    return refuse('unit-unknown', { ...at, column: power.name }, `${what}; end the column's name in _w or _kw`);
  }
  return { width: names.length, time, power, clock: unix ? 'UTC' : 'local', milliwattsPerUnit };
}

/** `aggregate_w` is the stem `aggregate` with the unit `w`. */
function powerParts(column: string): { readonly unit: string } | undefined {
  const [stem = '', ...unit] = column.toLowerCase().split('_');
  return POWER_STEMS.includes(stem) ? { unit: unit.join('_') } : undefined;
}

/** Takes one row in, after every minute that is missing before it. */
function readRow(line: string, columns: Columns, rows: Rows, name: string): LoadFailure | undefined {
  const fields = line.split(',');
  const at = { name, line: rows.line };
  if (fields.length !== columns.width) {
    return refuse(
      'row-width',
      at,
      `${fields.length === 1 ? '1 column' : `${fields.length} columns`} where the header has ${columns.width}; mend or remove the row`,
    );
  }
  const timeAt = { ...at, column: columns.time.name };
  const timeText = fields[columns.time.index] as string;
  const minute = columns.clock === 'UTC' ? parseUnixMinute(timeText) : parseLocalMinute(timeText);
  if (minute === undefined) {
    const example = columns.clock === 'UTC' ? '1393263000' : '2013-05-20T21:28';
    return refuse(
      'time-unreadable',
      timeAt,
      `${shown(timeText)} is not a time on a whole minute; write it like ${example}`,
    );
  }
  if (rows.milliwatts.length === 0) {
    rows.start = minute;
  } else {
    const failure = bridge(minute, timeText, rows, timeAt);
    if (failure) return failure;
  }
  rows.previous = minute;
  const power = parsePower(fields[columns.power.index] as string, columns.milliwattsPerUnit, {
    ...at,
    column: columns.power.name,
  });
  if (typeof power !== 'number') return power;
  if (power === MISSING) rows.missing += 1;
  rows.milliwatts.push(power);
  return undefined;
}

/** Checks the step from the row before, and marks the minutes between as missing. */
function bridge(minute: number, text: string, rows: Rows, at: Place): LoadFailure | undefined {
  const step = minute - rows.previous;
  if (step === 0)
    return refuse('time-repeated', at, `the minute ${shown(text)} stands there twice; leave one row for each minute`);
  if (step < 0) {
    return refuse(
      'time-backwards',
      at,
      `time goes back by ${-step} min to ${shown(text)}; put the rows in order of a clock that never goes back`,
    );
  }
  if (step > HOLE_DAYS_MAX * MINUTES_PER_DAY) {
    const days = Math.floor(step / MINUTES_PER_DAY);
    return refuse(
      'hole-too-long',
      at,
      `${days} days are missing before ${shown(text)}, at most ${HOLE_DAYS_MAX} may be; cut the file in two`,
    );
  }
  if (minute - rows.start >= SERIES_MINUTES_MAX) {
    return refuse(
      'too-many-minutes',
      at,
      `the record is longer than ${SERIES_MINUTES_MAX / 366 / MINUTES_PER_DAY} years; cut the file in two`,
    );
  }
  if (step === 1) rows.minuteSteps += 1;
  else rows.firstWiderStep ??= { line: rows.line, minutes: step };
  rows.missing += step - 1;
  for (let hole = 1; hole < step; hole += 1) rows.milliwatts.push(MISSING);
  return undefined;
}

function finish(columns: Columns, rows: Rows, name: string): LoadSeries | LoadFailure {
  const values = rows.milliwatts.length - rows.missing;
  if (values === 0) {
    return refuse(
      'empty',
      { name, column: columns.power.name },
      'the file has no value of power; choose one with at least one',
    );
  }
  // A record by the half hour would otherwise be one minute of load and twenty-nine holes, again and again.
  const wider = rows.firstWiderStep;
  if (wider && rows.minuteSteps < (rows.line - 2) / 2) {
    const at = { name, line: wider.line, column: columns.time.name };
    return refuse(
      'not-by-the-minute',
      at,
      `the rows stand ${wider.minutes} min apart and seldom 1; give one row a minute`,
    );
  }
  return {
    name,
    startMinute: rows.start,
    clock: columns.clock,
    milliwatts: Int32Array.from(rows.milliwatts),
    missingMinutes: rows.missing,
  };
}

function parsePower(text: string, milliwattsPerUnit: number, at: Place): number | LoadFailure {
  if (text === '') return MISSING;
  if (!/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text)) {
    return refuse(
      'not-a-number',
      at,
      `${shown(text)} is not a number; write the power in digits, or nothing where it is missing`,
    );
  }
  // Rounds to the nearest mW: finer than any meter resolves.
  const milliwatts = Math.round(Number(text) * milliwattsPerUnit);
  if (milliwatts < 0) {
    return refuse('power-negative', at, `${shown(text)} is negative; a load takes power, leave feed-in out`);
  }
  if (milliwatts > WATTS_MAX * 1000) {
    return refuse(
      'power-absurd',
      at,
      `${shown(text)} is more than ${WATTS_MAX / 1000} kW, which no home takes; check the unit`,
    );
  }
  // An empty sum: −0 would not equal 0.
  return milliwatts + 0;
}

/** Minutes since 1970 of a Unix time on a whole minute; years up to 2106. */
function parseUnixMinute(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const minute = Number(text) / SECONDS_PER_MINUTE;
  return Number.isInteger(minute) ? minute : undefined;
}

/** Minutes since 1970-01-01T00:00 of a local time on a whole minute: `2013-05-20T21:28` or `2013-05-20 21:28:00`. */
function parseLocalMinute(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::00(?:\.0+)?)?$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute] = match.map(Number) as [number, number, number, number, number, number];
  if (year < 1970 || hour > 23 || minute > 59) return undefined;
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute);
  // A 31st of February would roll over into March.
  const date = new Date(milliseconds);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return milliseconds / MILLISECONDS_PER_MINUTE;
}

interface Place {
  readonly name: string;
  readonly line?: number;
  readonly column?: string;
}

function refuse(reason: LoadFailure['reason'], at: Place, what: string): LoadFailure {
  const line = at.line === undefined ? '' : `, line ${at.line}`;
  const column = at.column === undefined ? '' : `, column ${clipped(at.column)}`;
  return { reason, line: at.line, sentence: `${at.name}${line}${column}: ${what}.` };
}

/** Text of a file as it may stand in a sentence: short, and without control characters. */
const shown = (text: string): string => `"${clipped(text)}"`;

function clipped(text: string): string {
  const printable = text.replace(/[^\x20-\x7e\u00a0-\ud7ff]/g, '?');
  return printable.length > 60 ? `${printable.slice(0, 60)}…` : printable;
}
