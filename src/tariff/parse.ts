import { MINUTES_PER_DAY, U32_MAX } from '../units/index.ts';
import { CIVIL_DAY_MAX, type CivilDay, civilDayOf, dateExists } from './civil.ts';
import { DEFAULT_SURCHARGE, type TariffDefinition, type TariffFailure, type TariffSurcharge } from './definition.ts';
import { DAY_TYPES, HOLIDAY_TYPE, HOLIDAYS_MAX, PERCENT_MAX } from './table.ts';

/** A definition whose every field was read and is in its range; what the bands do to each other is not yet known. */
export interface ParsedTariff {
  readonly unitCharge: number;
  readonly surcharge: TariffSurcharge;
  readonly holidays: readonly CivilDay[];
  readonly bands: readonly ParsedBand[];
  readonly otherwise: number | undefined;
}

export interface ParsedBand {
  readonly name: string;
  /** Whether it holds on a date, given as month × 32 + day. */
  readonly holdsOn: (monthDay: number) => boolean;
  /** By day type: Monday to Sunday, then holidays. */
  readonly types: readonly boolean[];
  readonly from: number;
  readonly to: number;
  readonly percent: number;
}

const BANDS_MAX = 255;

/** Reads a definition that may come straight from JSON: any JSON value gives a parsed tariff or a failure. */
export function parseDefinition(definition: TariffDefinition): ParsedTariff | TariffFailure {
  try {
    return parsed(definition);
  } catch (error) {
    if (error instanceof Refusal) return error.failure;
    throw error;
  }
}

/** Leaves the nested parser at the first thing that is wrong; never leaves this file. */
class Refusal extends Error {
  readonly failure: TariffFailure;

  constructor(reason: TariffFailure['reason'], sentence: string) {
    super(sentence);
    this.failure = { reason, sentence };
  }
}

function refuse(reason: TariffFailure['reason'], sentence: string): never {
  throw new Refusal(reason, sentence);
}

type Fields = { readonly [key: string]: unknown };

function parsed(definition: unknown): ParsedTariff {
  const keys = ['unitCharge', 'seasons', 'holidays', 'surcharge', 'bands', 'otherwise'];
  const fields = object(definition, 'The tariff', keys);
  const { unitCharge, otherwise } = fields;
  if (!whole(unitCharge, 0, U32_MAX)) {
    refuse(
      'unit-charge-wrong',
      `The unit charge must be whole milli-tokens per kWh from 0 to ${U32_MAX}, not ${show(unitCharge)}.`,
    );
  }
  const seasons = parseSeasons(fields.seasons);
  const bands = array(fields.bands, '"bands" of the tariff').map((band, i) => parseBand(band, i, seasons));
  if (bands.length > BANDS_MAX) {
    refuse('too-large', `A tariff has at most ${BANDS_MAX} bands, not ${bands.length}; join some.`);
  }
  const names = bands.map((band) => band.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse('name-twice', `Two bands are called "${twice}"; give each a name of its own.`);
  return {
    unitCharge,
    surcharge: fields.surcharge === undefined ? DEFAULT_SURCHARGE : parseSurcharge(fields.surcharge),
    holidays: parseHolidays(fields.holidays),
    bands,
    otherwise: otherwise === undefined ? undefined : percentOf(otherwise, '"otherwise" of the tariff'),
  };
}

function parseBand(value: unknown, index: number, seasons: ReadonlyMap<string, DateRange>): ParsedBand {
  const fields = object(value, `Band ${index + 1}`, ['name', 'season', 'months', 'days', 'from', 'to', 'percent']);
  const { name } = fields;
  if (typeof name !== 'string' || name === '') refuse('shape-wrong', `Band ${index + 1} needs a name.`);
  const band = `The band "${name}"`;
  const from = timeOf(fields.from, `${band} starts`);
  const to = timeOf(fields.to, `${band} ends`);
  if (to <= from) {
    refuse(
      'time-wrong',
      `${band} ends at ${timeText(to)}, which is not after ${timeText(from)}; split a band that runs over midnight in two.`,
    );
  }
  const range = fields.season === undefined ? WHOLE_YEAR : seasons.get(fields.season as string);
  if (range === undefined) {
    refuse(
      'season-unknown',
      `${band} names the season ${show(fields.season)}, which is not in "seasons"; add it there.`,
    );
  }
  const months = fields.months === undefined ? undefined : parseMonths(fields.months, band);
  return {
    name,
    holdsOn: (monthDay) => inRange(range, monthDay) && (months === undefined || months.includes(monthDay >> 5)),
    types: parseDays(fields.days, band),
    from,
    to,
    percent: percentOf(fields.percent, `"percent" of the band "${name}"`),
  };
}

function parseMonths(value: unknown, band: string): readonly number[] {
  return array(value, `"months" of ${lower(band)}`).map((month) =>
    whole(month, 1, 12)
      ? month
      : refuse('date-wrong', `${band} names the month ${show(month)}; months are whole numbers from 1 to 12.`),
  );
}

function parseDays(value: unknown, band: string): readonly boolean[] {
  const types: boolean[] = new Array(DAY_TYPES).fill(value === undefined);
  if (value === undefined) return types;
  for (const day of array(value, `"days" of ${lower(band)}`)) {
    const named = typeof day === 'string' && Object.hasOwn(DAYS, day) ? DAYS[day] : undefined;
    if (named === undefined) {
      refuse('date-wrong', `${band} names the day ${show(day)}; days are ${Object.keys(DAYS).join(', ')}.`);
    }
    for (const type of named) types[type] = true;
  }
  return types;
}

const DAYS: { readonly [name: string]: readonly number[] } = {
  weekdays: [0, 1, 2, 3, 4],
  weekend: [5, 6],
  holidays: [HOLIDAY_TYPE],
  monday: [0],
  tuesday: [1],
  wednesday: [2],
  thursday: [3],
  friday: [4],
  saturday: [5],
  sunday: [6],
};

/** Both ends included, as month × 32 + day; the end stands before the start where it runs over the end of the year. */
interface DateRange {
  readonly from: number;
  readonly to: number;
}

const WHOLE_YEAR: DateRange = { from: 1 * 32 + 1, to: 12 * 32 + 31 };

function inRange({ from, to }: DateRange, monthDay: number): boolean {
  return from <= to ? monthDay >= from && monthDay <= to : monthDay >= from || monthDay <= to;
}

function parseSeasons(value: unknown): ReadonlyMap<string, DateRange> {
  const seasons = new Map<string, DateRange>();
  if (value === undefined) return seasons;
  for (const [name, season] of Object.entries(object(value, '"seasons" of the tariff'))) {
    const { from, to } = object(season, `The season "${name}"`, ['from', 'to']);
    seasons.set(name, { from: monthDayOf(from, name), to: monthDayOf(to, name) });
  }
  return seasons;
}

function monthDayOf(value: unknown, season: string): number {
  const [, month, day] = (typeof value === 'string' && /^(\d\d)-(\d\d)$/.exec(value)) || [];
  // 2000 is a leap year: 29 February is a date.
  if (!dateExists(2000, Number(month), Number(day))) {
    refuse('date-wrong', `The season "${season}" names ${show(value)}, which is no date of the year; write MM-DD.`);
  }
  return Number(month) * 32 + Number(day);
}

function parseHolidays(value: unknown): readonly CivilDay[] {
  if (value === undefined) return [];
  const days = array(value, '"holidays" of the tariff').map((date) => {
    const [, year, month, day] = (typeof date === 'string' && /^(\d{4})-(\d\d)-(\d\d)$/.exec(date)) || [];
    const exists = dateExists(Number(year), Number(month), Number(day));
    const civilDay = exists ? civilDayOf(Number(year), Number(month), Number(day)) : -1;
    if (civilDay < 0 || civilDay > CIVIL_DAY_MAX) {
      refuse('date-wrong', `The holiday ${show(date)} is no date from 1970-01-01 to 2149-06-06; write YYYY-MM-DD.`);
    }
    return civilDay;
  });
  const ascending = [...new Set(days)].sort((a, b) => a - b);
  if (ascending.length > HOLIDAYS_MAX) {
    refuse('too-large', `A tariff has at most ${HOLIDAYS_MAX} holidays, not ${ascending.length}; leave out past ones.`);
  }
  return ascending;
}

function parseSurcharge(value: unknown): TariffSurcharge {
  const fields = object(value, '"surcharge" of the tariff', ['percents', 'limits']);
  const percents = array(fields.percents, '"percents" of the surcharge');
  const limits = array(fields.limits, '"limits" of the surcharge');
  if (percents.length !== 4 || !percents.every((percent) => whole(percent, 0, PERCENT_MAX))) {
    refuse(
      'surcharge-wrong',
      `The surcharge needs four whole percents from 0 to ${PERCENT_MAX}, not ${show(percents)}.`,
    );
  }
  const ascends = limits.every((limit, i) => whole(limit, 1, 90) && (i === 0 || limit > (limits[i - 1] as number)));
  if (limits.length !== 3 || !ascends) {
    refuse('surcharge-wrong', `The surcharge needs three ascending limits from 1 to 90 degrees, not ${show(limits)}.`);
  }
  return {
    percents: percents as unknown as TariffSurcharge['percents'],
    limits: limits as unknown as TariffSurcharge['limits'],
  };
}

function percentOf(value: unknown, where: string): number {
  if (whole(value, 0, PERCENT_MAX)) return value;
  return refuse('percent-wrong', `${where} must be a whole number from 0 to ${PERCENT_MAX}, not ${show(value)}.`);
}

function timeOf(value: unknown, what: string): number {
  const [, hours, minutes] = (typeof value === 'string' && /^(\d\d):([0-5]\d)$/.exec(value)) || [];
  const minute = Number(hours) * 60 + Number(minutes);
  if (minute <= MINUTES_PER_DAY) return minute;
  return refuse('time-wrong', `${what} at ${show(value)}, which is no time of day; write HH:MM from 00:00 to 24:00.`);
}

/** `HH:MM` of a minute of the day. */
export function timeText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function whole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function object(value: unknown, what: string, keys?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse('shape-wrong', `${what} must be an object, not ${show(value)}.`);
  }
  const unknown = keys === undefined ? undefined : Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    refuse('shape-wrong', `${what} has a field "${unknown}" that does not exist; it may have ${keys?.join(', ')}.`);
  }
  return value as Fields;
}

function array(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return refuse('shape-wrong', `${what.replace(/^t/, 'T')} must be a list, not ${show(value)}.`);
}

const lower = (text: string): string => text.replace(/^T/, 't');

/** A value in a sentence, short whatever it is. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
