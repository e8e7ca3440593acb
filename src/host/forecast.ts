import {
  type DemandForecast,
  type DemandHistory,
  dayKind,
  dayShapes,
  type ExpectedMonth,
  forecastDemand,
  knownDays,
  LEADS,
  type MonthProposal,
  proposePurchase,
  YEAR_AHEAD_DAYS,
  type YearBand,
  yearBand,
} from '../analysis/index.ts';
import {
  type CivilDay,
  civilDate,
  civilDayAt,
  civilDayOf,
  dateText,
  startsOfDays,
  tariffCalendar,
} from '../tariff/index.ts';
import { assert, type Milliseconds, type UnixSeconds } from '../units/index.ts';
import { readDemand, readWarmth, type WallClock, wallClock } from './demand-history.ts';
import { fail, isFailure, tariffUnknown } from './failures.ts';
import type { Store, StoreReads } from './ports.ts';
import { bulkTable, periodOf, transformersOf } from './settlement-minutes.ts';
import { givenLast, temperatureHours } from './temperatures.ts';
import type { HostFailure, TariffVersion } from './types.ts';

/** Of one transformer, of those of one area unit, or of all. */
export interface ForecastQuery {
  /** Area unit × 256 + local unit. */
  readonly localUnit?: number;
  readonly areaUnit?: number;
  /** The bulk tariff: its holidays, its seasons and its prices; that of the last closing, or `bulk`, where absent. */
  readonly tariff?: string;
  /** Hundredths of a percent that are bought beyond what is expected; by the back-test where absent. */
  readonly reserveBasisPoints?: number;
}

/** Watts of one hour, or watt-hours of a day or of more; nothing where not known. */
export interface Expected {
  readonly expected: number | undefined;
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly naive: number | undefined;
}

export interface ExpectedSpan extends Expected {
  /** `2026-03-01`, `2026-03`, `2026 summer`. */
  readonly name: string;
  /** Whether its band comes from a test so far ahead. */
  readonly isTested: boolean;
}

/** What transformers will be asked for. */
export interface Forecast {
  readonly asOf: Milliseconds;
  /** How many transformers it is about, and for how many stands what their meters counted, for want of a check meter. */
  readonly transformers: number;
  readonly byMeters: number;
  readonly history: {
    /** Nothing where nothing is known. */
    readonly firstDate: string | undefined;
    readonly days: number;
    /** Of which at least half is known. */
    readonly knownDays: number;
    /** Whether it is long enough for more than the naive forecast, and for the course of a year. */
    readonly isEnough: boolean;
    readonly hasYear: boolean;
    /** Of the next seven days, those that are forecast by their temperatures. */
    readonly temperatureDays: number;
  };
  /** The last two weeks. */
  readonly recent: readonly { readonly start: Milliseconds; readonly watts: number | undefined }[];
  /** Seven days from the beginning of the running one. */
  readonly hours: readonly (Expected & { readonly start: Milliseconds })[];
  /** Five weeks, twelve months after the running one, and the seasons of the bulk tariff that begin by then. */
  readonly days: readonly ExpectedSpan[];
  readonly months: readonly ExpectedSpan[];
  readonly seasons: readonly ExpectedSpan[];
  /** Errors in percent of what was used, in the back-test; nothing where there was none. */
  readonly test:
    | {
        readonly days: number;
        readonly errorPercent: number;
        readonly naivePercent: number;
        readonly monthErrorPercent: number | undefined;
        readonly monthNaivePercent: number | undefined;
      }
    | undefined;
  /** Nothing where there is no bulk tariff, or nothing is expected. */
  readonly purchase: PurchaseProposal | undefined;
}

export interface PurchaseProposal {
  readonly tariff: string;
  readonly reserveBasisPoints: number;
  /** `back-test`: so much covers 19 of 20 months as they were; `assumed`: nothing could be tested. */
  readonly reserveFrom: 'asked' | 'back-test' | 'assumed';
  readonly months: readonly MonthProposal[];
}

const [RECENT_DAYS, DAYS_SHOWN, MONTHS] = [14, 35, 12];
const KEPT_MAX = 64;
const MS_PER_HOUR = 3_600_000;
const BASIS_POINTS = 10_000;
const [RESERVE_TAIL, RESERVE_STEP, RESERVE_ASSUMED, RESERVE_MAX] = [0.05, 100, 1_000, BASIS_POINTS];
const BULK = 'bulk';

interface Computed {
  readonly today: CivilDay;
  readonly history: DemandHistory;
  readonly byMeters: number;
  readonly forecast: DemandForecast;
  readonly shapes: readonly Float64Array[];
}

/** Forecasts, each computed once a civil day and kept in this process. */
export class Forecasts {
  readonly #store: Store;
  readonly #zone: string;
  readonly #kept = new Map<string, Promise<Computed | HostFailure>>();

  constructor(store: Store, zone: string) {
    this.#store = store;
    this.#zone = zone;
  }

  async read(query: ForecastQuery, now: Milliseconds): Promise<Forecast | HostFailure> {
    const asked = await this.#store.read(async (tx) => ({
      units: unitsOf(query, await transformersOf(tx)),
      bulk: await bulkTariff(tx, query.tariff, now),
      warmth: await givenLast(tx, temperatureHours(now)),
    }));
    const { units, bulk, warmth } = asked;
    if (isFailure(units)) return units;
    if (bulk !== undefined && 'sentence' in bulk) return bulk;
    const today = civilDayAt(this.#zone, now);
    const scope = [query.localUnit, query.areaUnit].map((unit) => unit ?? '').join(' ');
    const computed = await this.#once(`${today} ${scope} ${bulk?.version ?? ''} ${warmth}`, () =>
      this.#compute(units, holidaysOf(bulk), today),
    );
    if (isFailure(computed)) return computed;
    return this.#view(computed, { query, bulk, transformers: units.length, now });
  }

  async #once(key: string, compute: () => Promise<Computed | HostFailure>): Promise<Computed | HostFailure> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const made = compute();
    this.#kept.set(key, made);
    for (const old of this.#kept.keys()) if (this.#kept.size > KEPT_MAX) this.#kept.delete(old);
    const forget = () => this.#kept.delete(key);
    // What is too short today is looked at again: a meter may tell of days before.
    made.then((computed) => (isFailure(computed) || computed.forecast.tested === undefined) && forget(), forget);
    return made;
  }

  async #compute(
    units: readonly number[],
    holidays: ReadonlySet<CivilDay>,
    today: CivilDay,
  ): Promise<Computed | HostFailure> {
    const [begin] = startsOfDays(this.#zone, dateText(today), dateText(today)) ?? [];
    assert(begin !== undefined, 'a day has a beginning');
    const demand = await readDemand(this.#store, units, { zone: this.#zone, begin });
    if (isFailure(demand)) return demand;
    const firstDay = demand.days.length === 0 ? today : demand.firstDay;
    const { byMeters, ...known } = demand;
    const history = { ...known, firstDay, holidays };
    const warmth = await readWarmth(this.#store, { zone: this.#zone, begin, firstDay, days: history.days.length });
    if (isFailure(warmth)) return warmth;
    const { temperatures, coming } = warmth;
    const forecast = forecastDemand({ ...history, ...(temperatures && { temperatures }) }, coming);
    return { today, history, byMeters, forecast, shapes: dayShapes(history) };
  }

  #view(computed: Computed, { query, bulk, transformers, now }: Asked): Forecast | HostFailure {
    const { today, history, byMeters, forecast } = computed;
    const { days, firstDay } = history;
    const last = dateText(today + YEAR_AHEAD_DAYS - 1);
    const starts = startsOfDays(this.#zone, dateText(today - RECENT_DAYS), last);
    if (starts === undefined) return fail('range-wrong', 'Nothing is forecast beyond the year 2105.');
    const startOf = (day: number) => starts[RECENT_DAYS + day] as Milliseconds;
    const clock = wallClock(this.#zone, startOf(-RECENT_DAYS));
    if (isFailure(clock)) return clock;
    const spans = new Spans(forecast, (day) => (startOf(day + 1) - startOf(day)) / MS_PER_HOUR);
    const seasons = seasonsOf(bulk, today);
    const monthNow = (({ year, month }) => year * 12 + month - 1)(civilDate(today));
    const periods = Array.from({ length: MONTHS }, (_, i) => periodOf(monthNow + 1 + i, this.#zone));
    const dayAt = (at: number) => clock(at).day - today;
    return {
      ...{ asOf: now, transformers, byMeters },
      history: {
        firstDate: days.length === 0 ? undefined : dateText(firstDay),
        ...{ days: days.length, knownDays: knownDays(days) },
        ...{ isEnough: forecast.tested !== undefined, hasYear: forecast.hasYear },
        temperatureDays: forecast.temperatureDays,
      },
      recent: hoursOf(startOf(-RECENT_DAYS), startOf(0), clock).map(({ start, day, hour }) => {
        return { start, watts: known(days[day - firstDay]?.[hour]) };
      }),
      hours: hoursOf(startOf(0), startOf(LEADS), clock).map(({ start, day, hour }) => {
        const { naive, fitted } = forecast.days[day - today] as DemandForecast['days'][number];
        const pick = (of: Float64Array | undefined) => known(of?.[hour]);
        const [expected, low, high] = [fitted?.expected, fitted?.low, fitted?.high].map(pick);
        return { start, naive: pick(naive), expected, low, high };
      }),
      days: Array.from({ length: DAYS_SHOWN }, (_, day) => spans.of(dateText(today + day), day, day + 1)),
      months: periods.map(({ month, from, to }) => spans.of(month, dayAt(from), dayAt(to))),
      seasons: seasons.map(({ name, from, to }) => spans.of(name, from, to)),
      test: testOf(forecast),
      purchase: bulk && this.#purchase(computed, { bulk, query, periods, clock }),
    };
  }

  #purchase(
    { today, history, forecast, shapes }: Computed,
    { bulk, query, periods, clock }: Pick<Asked, 'query'> & Bought,
  ): PurchaseProposal | undefined {
    if (history.days.length === 0) return undefined;
    const reserve = reserveOf(query, forecast);
    const months: MonthProposal[] = [];
    for (const period of periods) {
      const table = bulkTable(bulk.definition, this.#zone, period);
      if (isFailure(table)) return undefined;
      const hours = hoursOf(period.from, period.to, clock).map(
        ({ start, day, hour }): ExpectedMonth['hours'][number] => {
          const mean = forecast.year.expected[day - today] as number;
          const share = shapes[dayKind(day, history.holidays)]?.[hour] as number;
          return { start: (start / 1000) as UnixSeconds, watts: mean * share };
        },
      );
      months.push(...proposePurchase(table, [{ month: period.month, hours }], reserve.reserveBasisPoints));
    }
    return { tariff: bulk.name, ...reserve, months };
  }
}

interface Asked {
  readonly query: ForecastQuery;
  readonly bulk: TariffVersion | undefined;
  readonly transformers: number;
  readonly now: Milliseconds;
}

interface Bought {
  readonly bulk: TariffVersion;
  readonly periods: readonly ReturnType<typeof periodOf>[];
  readonly clock: WallClock;
}

function unitsOf({ localUnit, areaUnit }: ForecastQuery, all: readonly number[]): number[] | HostFailure {
  if (localUnit !== undefined && areaUnit !== undefined) {
    return fail('range-wrong', 'A forecast is about a local unit or about an area unit: ask for one of them.');
  }
  const units = all.filter(
    (unit) => (localUnit ?? unit) === unit && (areaUnit === undefined || unit >> 8 === areaUnit),
  );
  if (units.length > 0 || (localUnit ?? areaUnit) === undefined) return units;
  return fail(
    'range-wrong',
    localUnit === undefined
      ? `No local unit of area unit ${areaUnit} is known here: check the number.`
      : `Local unit ${localUnit} is not known here: check the number.`,
  );
}

/** In force now, or else the first that will be. */
async function bulkTariff(
  tx: StoreReads,
  asked: string | undefined,
  now: Milliseconds,
): Promise<TariffVersion | HostFailure | undefined> {
  const [closing] = await tx.closings.page({ limit: 1 });
  const name = asked ?? closing?.inputs.terms.tariff ?? BULK;
  const found = (await tx.tariff(name, now)) ?? (await tx.tariff(name));
  return found ?? (asked === undefined ? undefined : tariffUnknown(asked));
}

function holidaysOf(bulk: TariffVersion | undefined): ReadonlySet<CivilDay> {
  const dates = bulk?.definition.holidays ?? [];
  return new Set(dates.map((date) => civilDayOf(...(date.split('-').map(Number) as [number, number, number]))));
}

interface Season {
  readonly name: string;
  /** Days from today; `to` is not included. */
  readonly from: number;
  to: number;
}

/** Those that begin after today, and end within the days ahead. */
function seasonsOf(bulk: TariffVersion | undefined, today: CivilDay): Season[] {
  const calendar = bulk && tariffCalendar(bulk.definition);
  if (calendar === undefined || 'reason' in calendar) return [];
  const runs: (Season & { readonly season: string | undefined })[] = [];
  for (let day = 0; day < YEAR_AHEAD_DAYS; day++) {
    const { season } = calendar(today + day);
    const last = runs.at(-1);
    if (last !== undefined && last.season === season) last.to = day + 1;
    else runs.push({ name: `${civilDate(today + day).year} ${season}`, season, from: day, to: day + 1 });
  }
  return runs.filter(({ season, from, to }) => season !== undefined && from > 0 && to < YEAR_AHEAD_DAYS);
}

/** Energy of days to come. */
class Spans {
  readonly #forecast: DemandForecast;
  readonly #hoursOf: (day: number) => number;

  constructor(forecast: DemandForecast, hoursOf: (day: number) => number) {
    this.#forecast = forecast;
    this.#hoursOf = hoursOf;
  }

  /** @param from days from today; `to` is not included */
  of(name: string, from: number, to: number): ExpectedSpan {
    const { year, tested } = this.#forecast;
    const energy = (of: Float64Array) => {
      let sum = 0;
      for (let day = from; day < to; day++) sum += (of[day] as number) * this.#hoursOf(day);
      return known(sum);
    };
    const errors = to - from === 1 ? tested?.year.days : tested?.year.blocks;
    const band = errors && yearBand(errors, Math.floor((from + to) / 2));
    const expected = tested && energy(year.expected);
    const times = (end: keyof Pick<YearBand, 'low' | 'high'>) =>
      expected === undefined || band === undefined ? undefined : expected * band[end];
    const isTested = band?.isTested ?? false;
    return { name, isTested, naive: energy(year.naive), expected, low: times('low'), high: times('high') };
  }
}

function reserveOf(
  { reserveBasisPoints: asked }: ForecastQuery,
  { tested }: DemandForecast,
): Pick<PurchaseProposal, 'reserveBasisPoints' | 'reserveFrom'> {
  if (asked !== undefined) return { reserveBasisPoints: asked, reserveFrom: 'asked' };
  const band = tested && yearBand(tested.year.blocks, 0, RESERVE_TAIL);
  if (band?.isTested !== true) return { reserveBasisPoints: RESERVE_ASSUMED, reserveFrom: 'assumed' };
  // Rounds up to whole percents.
  const needed = Math.ceil(((band.high - 1) * BASIS_POINTS) / RESERVE_STEP) * RESERVE_STEP;
  return { reserveBasisPoints: Math.min(RESERVE_MAX, needed), reserveFrom: 'back-test' };
}

function testOf({ tested }: DemandForecast): Forecast['test'] {
  if (tested === undefined) return undefined;
  const { days, errorPercent, naivePercent } = tested.days;
  const { blockPercent: monthErrorPercent, naiveBlockPercent: monthNaivePercent } = tested.year;
  return { days, errorPercent, naivePercent, monthErrorPercent, monthNaivePercent };
}

function hoursOf(from: number, to: number, clock: WallClock) {
  return Array.from({ length: Math.round((to - from) / MS_PER_HOUR) }, (_, i) => {
    const start = (from + i * MS_PER_HOUR) as Milliseconds;
    return { start, ...clock(start) };
  });
}

const known = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : value;
