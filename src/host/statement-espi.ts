import { toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { civilDate, dayOfWeek, type OffsetChange, offsetTable } from '../tariff/index.ts';
import { svpmsnText } from '../units/index.ts';
import { yearOf } from './calendar.ts';
import type { Statement, StatementInterval } from './statement.ts';

/**
 * A statement as Green Button data, which programs for households read: NAESB REQ.21 ESPI, as XML in an Atom feed
 * (RFC 4287). A usage point, and for each supply a meter reading with the energy and the cost of each quarter of an
 * hour, a block a day; quarters of which nothing is known are left out. The elements stand in the order of its schema.
 *
 * The same statement gives the same ids, and no name of a person is in it.
 */
export function greenButton(statement: Statement): string {
  const supplies = [...new Set(statement.intervals.map(({ supply }) => supply))];
  const meter = svpmsnText(statement.svpmsn);
  const customer = `/espi/1_1/resource/RetailCustomer/${uuid('customer', statement.subscriber.id)}`;
  const point = `${customer}/UsagePoint/${uuid('point', meter)}`;
  const time = '/espi/1_1/resource/LocalTimeParameters/1';
  const period = `${statement.from}-${statement.to}`;
  const summary = `${point}/UsageSummary/${uuid('summary', meter, period)}`;
  const entryOf = entryMaker(statement);
  const readings = supplies.flatMap((supply) => {
    const reading = `${point}/MeterReading/${uuid('reading', meter, supply)}`;
    const type = '/espi/1_1/resource/ReadingType/1';
    const own = statement.intervals.filter((interval) => interval.supply === supply);
    const related = [`${reading}/IntervalBlock`, type];
    return [
      entryOf(
        { self: reading, up: `${point}/MeterReading`, related, title: `Supply ${supply}` },
        espi('MeterReading', []),
      ),
      ...blocksOf(own, statement).map(({ date, content }) => {
        const self = `${reading}/IntervalBlock/${uuid('block', meter, supply, date)}`;
        return entryOf({ self, up: `${reading}/IntervalBlock`, related: [], title: date }, content);
      }),
    ];
  });
  const related = [`${point}/MeterReading`, `${point}/UsageSummary`, time];
  const entries = [
    entryOf({ self: point, up: `${customer}/UsagePoint`, related, title: `Meter ${meter}` }, usagePoint()),
    entryOf({ self: time, up: parentOf(time), related: [], title: statement.zone }, timeConfiguration(statement)),
    entryOf(
      { self: '/espi/1_1/resource/ReadingType/1', up: '/espi/1_1/resource/ReadingType', related: [], title: 'Energy' },
      readingType(statement),
    ),
    ...readings,
    entryOf({ self: summary, up: parentOf(summary), related: [], title: period }, usageSummary(statement)),
  ];
  const head = [
    element('id', `urn:uuid:${uuid('feed', meter, period)}`),
    element('title', `Meter ${meter}, ${statement.from} to ${statement.to}`),
    element('updated', instantText(statement.asOf)),
    element('author', [element('name', 'Wattpurse')]),
    link('self', `${customer}/UsagePoint`),
  ];
  const feed = element('feed', [...head, ...entries], { xmlns: 'http://www.w3.org/2005/Atom' });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${feed}\n`;
}

/** Minutes of a day that nobody knows leave its quarters questionable, or out. QualityOfReading of ESPI */
const QUESTIONABLE = 10;
/** Watt-hours, UomType of ESPI; with a multiplier of -3 for milliwatt-hours. */
const WATT_HOURS = 72;
const MILLI = -3;
const MILLIWATT_HOURS_PER_UNIT = 100;
const INTERVAL_SECONDS = 900;
/** Costs are whole hundred-thousandths of the currency. */
const COST_PLACES = 5;
const CHARGE_PLACES = 11;

const usagePoint = (): string => espi('UsagePoint', [element('ServiceCategory', [element('kind', 0)])]);

/** Electricity that was delivered, as it was in each interval. */
const readingType = ({ currency }: Statement): string =>
  espi('ReadingType', [
    element('accumulationBehaviour', 4),
    element('commodity', 1),
    element('currency', currency.number),
    element('dataQualifier', 12),
    element('flowDirection', 1),
    element('intervalLength', INTERVAL_SECONDS),
    element('kind', 12),
    element('phase', 0),
    element('powerOfTenMultiplier', MILLI),
    element('timeAttribute', 0),
    element('uom', WATT_HOURS),
  ]);

function usageSummary({ begin, end, asOf, spent, energy, currency, coverage }: Statement): string {
  const known = coverage.missing + coverage.uncertain === 0;
  const status = Math.floor(asOf / 1000);
  return espi('UsageSummary', [
    element('billingPeriod', span(begin / 1000, (end - begin) / 1000)),
    element('billLastPeriod', costOf(spent, currency.exponent, 0)),
    element('currency', currency.number),
    element('overallConsumptionLastPeriod', [
      element('powerOfTenMultiplier', MILLI),
      element('timeStamp', Math.floor(end / 1000)),
      element('uom', WATT_HOURS),
      element('value', energy * MILLIWATT_HOURS_PER_UNIT),
    ]),
    ...(known ? [] : [element('qualityOfReading', QUESTIONABLE)]),
    element('statusTimeStamp', status),
    element('commodity', 1),
  ]);
}

function blocksOf(intervals: readonly StatementInterval[], { days, begin, currency }: Statement) {
  // Each is the difference of two sums that are rounded down: so they sum to the cost of all, and none drifts.
  let units = 0n;
  const cost = (more: bigint): bigint => {
    const before = costOf(units, currency.exponent, CHARGE_PLACES);
    units += more;
    return costOf(units, currency.exponent, CHARGE_PLACES) - before;
  };
  return days.flatMap(({ date, end: to }, i) => {
    const from = days[i - 1]?.end ?? begin;
    const own = intervals.filter(({ start }) => start >= from && start < to);
    if (own.length === 0) return [];
    const readings = own.map(({ start, minutes, energy, chargeUnits }) =>
      element('IntervalReading', [
        element('cost', cost(chargeUnits)),
        ...(minutes === 15 ? [] : [element('ReadingQuality', [element('quality', QUESTIONABLE)])]),
        element('timePeriod', span(start / 1000, INTERVAL_SECONDS)),
        element('value', energy * MILLIWATT_HOURS_PER_UNIT),
      ]),
    );
    const interval = element('interval', span(from / 1000, (to - from) / 1000));
    return [{ date, content: espi('IntervalBlock', [interval, ...readings]) }];
  });
}

/** Rounds down. @param places of the amount, below a token */
function costOf(amount: bigint, exponent: number, places: number): bigint {
  return (amount * 10n ** BigInt(COST_PLACES)) / 10n ** BigInt(exponent + places);
}

const span = (start: number, duration: number): string[] => [element('duration', duration), element('start', start)];

/** The zone, and when its daylight saving begins and ends in the year of the statement. */
function timeConfiguration({ zone, begin }: Statement): string {
  const found = offsetTable(zone, yearOf(begin), 1);
  const offsets: readonly OffsetChange[] = 'reason' in found ? [] : found;
  const standard = Math.min(...offsets.map(({ minutes }) => minutes));
  const saving = Math.max(...offsets.map(({ minutes }) => minutes));
  const ruleTo = (minutes: number): string => {
    const i = offsets.findIndex((each, place) => place > 0 && each.minutes === minutes);
    const [before, change] = [offsets[i - 1], offsets[i]];
    return before === undefined || change === undefined ? NO_RULE : dstRule(change.from + before.minutes * 60);
  };
  return espi('LocalTimeParameters', [
    element('dstEndRule', saving === standard ? NO_RULE : ruleTo(standard)),
    element('dstOffset', (saving - standard) * 60),
    element('dstStartRule', saving === standard ? NO_RULE : ruleTo(saving)),
    element('tzOffset', standard * 60),
  ]);
}

const NO_RULE = 'FFFFFFFF';
const LAST_OF_MONTH = 7;

/** DstRuleType of ESPI: month 4 bits | which of the month 3 | day of the month 5 | weekday 3 | hour 5 | seconds 12. */
function dstRule(local: number): string {
  const civil = Math.floor(local / 86_400);
  const { month, day } = civilDate(civil);
  // 2 is the first such weekday of its month.
  const which = civilDate(civil + 7).month === month ? 1 + Math.ceil(day / 7) : LAST_OF_MONTH;
  const [weekday, second] = [dayOfWeek(civil) + 1, local % 86_400];
  const rule = ((month << 28) | (which << 25) | (weekday << 17) | (Math.floor(second / 3600) << 12)) >>> 0;
  return (rule + (second % 3600)).toString(16).toUpperCase().padStart(8, '0');
}

interface EntryHead {
  readonly self: string;
  readonly up: string;
  readonly related: readonly string[];
  readonly title: string;
}

function entryMaker({ begin, asOf }: Statement) {
  return ({ self, up, related, title }: EntryHead, content: string): string =>
    element('entry', [
      element('id', `urn:uuid:${uuid(self)}`),
      ...[link('self', self), link('up', up), ...related.map((href) => link('related', href))],
      element('title', title),
      element('content', [content], { type: 'application/xml' }),
      element('published', instantText(begin)),
      element('updated', instantText(asOf)),
    ]);
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const link = (rel: string, href: string): string => element('link', [], { rel, href });
const instantText = (at: number): string => new Date(at).toISOString();

/** Made of what it names, so that it stays the same: RFC 9562 §5.8. */
function uuid(...name: readonly (string | number)[]): string {
  const bytes = sha256(new TextEncoder().encode(`wattpurse ${name.join(' ')}`)).slice(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const espi = (name: string, content: readonly string[]): string =>
  element(name, content, { xmlns: 'http://naesb.org/espi' });

/** @param content elements, or a text or number to be escaped */
function element(
  name: string,
  content: readonly string[] | string | number | bigint = [],
  attributes: Readonly<Record<string, string>> = {},
): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const body = typeof content === 'object' ? content.join('') : escaped(String(content));
  return body === '' ? `<${name}${head.join('')}/>` : `<${name}${head.join('')}>${body}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] as string);
