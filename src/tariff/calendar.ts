import { MINUTES_PER_DAY } from '../units/index.ts';
import { type CivilDay, dayOfWeek, packedDate } from './civil.ts';
import type { TariffDefinition, TariffFailure } from './definition.ts';
import { parseDefinition } from './parse.ts';
import { HOLIDAY_TYPE } from './table.ts';

/** A civil day as its definition has it, by the names that a person gave. */
export interface CalendarDay {
  readonly holiday: boolean;
  /** Nothing where the date lies in none. */
  readonly season: string | undefined;
  /** From midnight to midnight as clocks show it, without a gap. */
  readonly spans: readonly CalendarSpan[];
}

export interface CalendarSpan {
  /** Minute of the day. */
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly percent: number;
  /** Nothing where no band holds. */
  readonly band: string | undefined;
}

/** The days of a definition that compiles: each says the same as its mode table, and by which band. */
export function tariffCalendar(definition: TariffDefinition): ((day: CivilDay) => CalendarDay) | TariffFailure {
  const tariff = parseDefinition(definition);
  if ('reason' in tariff) return tariff;
  const holidays = new Set(tariff.holidays);
  return (day) => {
    const holiday = holidays.has(day);
    const monthDay = packedDate(day) & 511;
    const type = holiday ? HOLIDAY_TYPE : dayOfWeek(day);
    const bands = tariff.bands
      .filter((band) => band.types[type] === true && band.holdsOn(monthDay))
      .sort((a, b) => a.from - b.from);
    const spans: CalendarSpan[] = [];
    const add = (span: CalendarSpan) => span.from < span.to && spans.push(span);
    const between = { percent: tariff.otherwise ?? 0, band: undefined };
    let end = 0;
    for (const { from, to, percent, name } of bands) {
      add({ from: end, to: from, ...between });
      add({ from, to, percent, band: name });
      end = to;
    }
    add({ from: end, to: MINUTES_PER_DAY, ...between });
    return { holiday, season: seasonOf(definition, monthDay), spans };
  };
}

function seasonOf({ seasons = {} }: TariffDefinition, monthDay: number): string | undefined {
  const date = (text: string) => Number(text.slice(0, 2)) * 32 + Number(text.slice(3));
  return Object.entries(seasons).find(([, { from, to }]) => {
    const [first, last] = [date(from), date(to)];
    return first <= last ? monthDay >= first && monthDay <= last : monthDay >= first || monthDay <= last;
  })?.[0];
}
