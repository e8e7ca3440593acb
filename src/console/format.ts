import type { UtilityJson } from '../api/index.ts';
import type { Language } from '../words/index.ts';

/** How one language and one utility write what they count. Value comes as decimal strings and is never a float. */
export interface Format {
  /** `€12.34` of 1234 minor units. */
  readonly money: (minorUnits: string | number | bigint) => string;
  /** `€0.1875` of 18750 thousandths of a minor unit: what a kilowatt-hour costs, with no more decimals than it needs. */
  readonly price: (milliUnits: bigint) => string;
  /** `1,234` */
  readonly count: (value: string | number | bigint) => string;
  /** `1.23 kWh` of watt-hours, with three significant figures. */
  readonly energy: (wattHours: number) => string;
  /** A register as a meter shows it: every digit, in kWh. */
  readonly register: (wattHours: number) => string;
  /** `1.23 kW` */
  readonly power: (watts: number) => string;
  /** `230.1 V` of millivolts */
  readonly voltage: (millivolts: number) => string;
  /** `1.2 A` of milliamperes */
  readonly current: (milliamperes: number) => string;
  /** `1.23 s` of milliseconds, to hundredths of a second. */
  readonly seconds: (ms: number) => string;
  /** `12%` of 0.12 */
  readonly share: (ratio: number) => string;
  /** `7.25%` of 7.25: a step of a tariff, or a rate that somebody agreed on. */
  readonly percent: (percent: number) => string;
  /** `14:03`, in the zone of the utility. */
  readonly time: (instant: string | number) => string;
  /** `29 Nov` */
  readonly day: (instant: string | number) => string;
  /** `Sun 29 Nov` of the civil date `2026-11-29` */
  readonly date: (date: string) => string;
  /** `29 Nov 2026` of the civil date `2026-11-29` */
  readonly dateOfYear: (date: string) => string;
  /** `29 Nov` of `11-29`, a day of any year */
  readonly dayOfYear: (day: string) => string;
  /** `November` of `11-29`, a day of any year */
  readonly monthOfYear: (day: string) => string;
  /** `29` of `11-29`, as the language counts the days of a month */
  readonly dayOfMonth: (day: string) => string;
  /** `November 2026` of `2026-11` */
  readonly month: (month: string) => string;
  /** `29 Nov 2026, 14:03:07` */
  readonly exact: (instant: string | number) => string;
  /** `3 minutes`, the largest unit that says enough. */
  readonly duration: (ms: number) => string;
  /** `3 minutes ago`, `in 2 days` */
  readonly relative: (ms: number) => string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A price of a kilowatt-hour has so many digits more than money has. */
export const MILLI_DIGITS = 3;

const SECONDS = { unit: 'second', ms: SECOND } as const;
/** Each from where the next smaller one would round to it: nothing takes 60 minutes. */
const UNITS = [
  { unit: 'day', ms: DAY, from: DAY - HOUR / 2 },
  { unit: 'hour', ms: HOUR, from: HOUR - MINUTE / 2 },
  { unit: 'minute', ms: MINUTE, from: MINUTE - SECOND / 2 },
] as const;
/** From here on three figures round to a thousand. */
const KILO_FROM = 999.5;

export function createFormat(language: Language, { zone, currency }: Pick<UtilityJson, 'zone' | 'currency'>): Format {
  const locale = language === 'en' ? 'en-GB' : 'ko-KR';
  const { code, exponent } = currency;
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  const money = new Intl.NumberFormat(locale, {
    ...{ style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' },
    ...digits,
  });
  const price = new Intl.NumberFormat(locale, {
    ...{ style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' },
    ...{ minimumFractionDigits: exponent, maximumFractionDigits: exponent + MILLI_DIGITS },
  });
  const count = new Intl.NumberFormat(locale);
  const figures = { maximumSignificantDigits: 3, minimumSignificantDigits: 3 };
  const figure = new Intl.NumberFormat(locale, figures);
  const hundredths = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const rate = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  const times = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options });
  const time = times({ hour: '2-digit', minute: '2-digit' });
  const day = times({ day: 'numeric', month: 'short' });
  const date = times({ timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' });
  const dateOfYear = times({ timeZone: 'UTC', dateStyle: 'medium' });
  const dayOfYear = times({ timeZone: 'UTC', day: 'numeric', month: 'short' });
  const monthOfYear = times({ timeZone: 'UTC', month: 'long' });
  const dayOfMonth = times({ timeZone: 'UTC', day: 'numeric' });
  const month = times({ timeZone: 'UTC', year: 'numeric', month: 'long' });
  const exact = times({ dateStyle: 'medium', timeStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const at = (instant: string | number) => new Date(instant);
  const unitOf = (ms: number) => UNITS.find((each) => Math.abs(ms) >= each.from) ?? SECONDS;
  const scaled = (value: number, unit: string) =>
    Math.abs(value) < KILO_FROM
      ? `${figured(value, figure)}${NO_BREAK}${unit}`
      : `${figured(value / 1000, figure)}${NO_BREAK}k${unit}`;
  return {
    money: (minorUnits) => money.format(decimalText(String(minorUnits), exponent) as Intl.StringNumericLiteral),
    price: (milliUnits) =>
      price.format(decimalText(String(milliUnits), exponent + MILLI_DIGITS) as Intl.StringNumericLiteral),
    count: (value) => count.format(typeof value === 'string' ? (value as Intl.StringNumericLiteral) : value),
    energy: (wattHours) => scaled(wattHours, 'Wh'),
    register: (wattHours) => `${hundredths.format(wattHours / 1000)}${NO_BREAK}kWh`,
    power: (watts) => scaled(watts, 'W'),
    voltage: (millivolts) => `${tenths.format(millivolts / 1000)}${NO_BREAK}V`,
    current: (milliamperes) => `${tenths.format(milliamperes / 1000)}${NO_BREAK}A`,
    seconds: (ms) => `${hundredths.format(ms / 1000)}${NO_BREAK}s`,
    percent: (value) => rate.format(value / 100),
    share: (ratio) => percent.format(ratio),
    time: (instant) => time.format(at(instant)),
    day: (instant) => day.format(at(instant)),
    date: (civil) => date.format(at(civil)),
    dateOfYear: (civil) => dateOfYear.format(at(civil)),
    dayOfYear: (of) => dayOfYear.format(inLeapYear(of)),
    monthOfYear: (of) => monthOfYear.format(inLeapYear(of)),
    dayOfMonth: (of) => dayOfMonth.format(inLeapYear(of)),
    month: (civil) => month.format(at(civil)),
    exact: (instant) => exact.format(at(instant)),
    duration(ms) {
      const { unit, ms: size } = unitOf(ms);
      const value = Math.round(ms / size);
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
    },
    relative(ms) {
      const { unit, ms: size } = unitOf(ms);
      return relative.format(Math.round(ms / size), unit);
    },
  };
}

/** It has every day. */
const inLeapYear = (day: string): Date => new Date(`2000-${day}`);

/** No line ends between a figure and its unit. */
const NO_BREAK = '\u00a0';

/** A nought has no significant figures to show. */
const figured = (value: number, figure: Intl.NumberFormat) => (value === 0 ? '0' : figure.format(value));

/** `12.34` of `1234` with the exponent 2, exactly. */
export function decimalText(minorUnits: string, exponent: number): string {
  if (exponent === 0) return minorUnits;
  const [, sign = '', digits = ''] = /^(-?)(\d+)$/.exec(minorUnits) ?? [];
  const padded = digits.padStart(exponent + 1, '0');
  return `${sign}${padded.slice(0, -exponent)}.${padded.slice(-exponent)}`;
}

/** Minor units of what somebody wrote, `12.34` or `12,34`; undefined when it is no such amount. */
export function parseMoney(text: string, exponent: number): string | undefined {
  const [, whole, fraction = ''] = /^\s*(\d{1,15})(?:[.,](\d*))?\s*$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > exponent) return undefined;
  return (whole + fraction.padEnd(exponent, '0')).replace(/^0+(?=\d)/, '');
}
