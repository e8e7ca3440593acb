import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { backTest, DayAhead, type DemandHistory, naiveDay, testYear } from '../../src/analysis/index.ts';
import { civilDayOf, dateText, offsetTable } from '../../src/tariff/index.ts';
import { atMost, type Figure, forInformation, notFound } from './figure.ts';

const STEPS = 48;
const STEP_SECONDS = 1_800;
/** Twelve weeks: fitted on the first eight, and forecast day by day over the last four. */
const TAYLOR = { file: 'grid_taylor_england_30min_12weeks_2000', fittedDays: 56, most: 0.95 };
/** Three years: each month of the last is forecast day by day by what was fitted on all days before the month. */
const VICTORIA = { file: 'grid_vic_elec_30min_2012_2014', year: '2014', most: 2.45 };

/** Mean absolute errors of forecasts made each midnight for the day that begins, in percent. */
export interface DayAheadErrors {
  readonly percent: number;
  readonly naivePercent: number;
}

/** Why figures of a file cannot be measured here, or `false`. */
export const missing = (file: 'taylor' | 'victoria'): string | false => {
  const { file: name } = { taylor: TAYLOR, victoria: VICTORIA }[file];
  return existsSync(pathOf(name)) ? false : `Put ${name}.csv.gz into ../shared/data to run this test.`;
};

export function forecastFigures(): readonly Figure[] {
  const absent = (['taylor', 'victoria'] as const).flatMap((file) => missing(file) || []);
  if (absent.length > 0) return [notFound('forecast-day-ahead', `at most ${TAYLOR.most} %`, absent.join(' '))];
  const [england, victoria] = [taylorErrors(), victoriaErrors()];
  const percent = (name: string, value: number, how: string) => ({ name, value, unit: '%', how });
  return [
    atMost(TAYLOR.most, percent('forecast-england', england.percent, 'England 2000, its last four weeks, day-ahead')),
    ...[
      percent('forecast-england-naive', england.naivePercent, 'the same, as a week before'),
      percent('forecast-england-within', england.withinPercent, 'how much of it came within its band of 80 %'),
    ].map(forInformation),
    atMost(
      VICTORIA.most,
      percent('forecast-victoria', victoria.percent, 'Victoria 2014, day-ahead, with the temperature that came'),
    ),
    ...[
      percent('forecast-victoria-naive-heat', victoria.naiveHeatPercent, 'the same, with that of the day before'),
      percent('forecast-victoria-no-heat', victoria.withoutHeatPercent, 'the same, without temperature'),
      percent('forecast-victoria-within', victoria.withinPercent, 'how much of that came within its band of 80 %'),
      percent('forecast-victoria-naive', victoria.naivePercent, 'the same, as a week before'),
      percent(
        'forecast-victoria-month',
        victoria.monthPercent,
        'Victoria 2012 to 2014, the next four weeks as a whole',
      ),
      percent('forecast-victoria-month-naive', victoria.naiveMonthPercent, 'the same, as 52 weeks before'),
    ].map(forInformation),
  ];
}

/** What is fitted sees the first eight weeks alone, bands included; then its state rolls on from day to day. */
export function taylorErrors(): DayAheadErrors & { readonly withinPercent: number } {
  const loads = rowsOf(TAYLOR.file).map(([, load]) => Number(load));
  const days = Array.from({ length: loads.length / STEPS }, (_, day) =>
    Float64Array.from(loads.slice(day * STEPS, (day + 1) * STEPS)),
  );
  const of = { firstDay: civilDayOf(2000, 6, 5), stepsPerDay: STEPS, holidays: new Set<number>() };
  const past = { ...of, days: days.slice(0, TAYLOR.fittedDays) };
  const model = new DayAhead(past);
  const { bands } = backTest(past);
  const [errors, naive] = [new Errors(), new Errors()];
  const within = new Within();
  for (let day = TAYLOR.fittedDays; day < days.length; day++) {
    const values = days[day] as Float64Array;
    const [forecast] = model.forecast(1) as [Float64Array];
    within.add(bands.of(0, forecast), values);
    errors.add(forecast, values);
    naive.add(naiveDay({ ...of, days: days.slice(0, day) }, day), values);
    model.observe(values);
  }
  return { percent: errors.percent, naivePercent: naive.percent, withinPercent: within.percent };
}

export interface VictoriaErrors extends DayAheadErrors {
  readonly naiveHeatPercent: number;
  readonly withoutHeatPercent: number;
  /** Of what came without temperature. */
  readonly withinPercent: number;
  readonly monthPercent: number;
  readonly naiveMonthPercent: number;
}

export function victoriaErrors(): VictoriaErrors {
  const history = victoria();
  const { temperatures } = history;
  const monthOf = (day: number) => dateText(history.firstDay + day).slice(0, 7);
  const places = history.days.map((_, day) => day).filter((day) => monthOf(day).startsWith(VICTORIA.year));
  const months = Map.groupBy(places, monthOf);
  const [errors, naiveHeat, withoutHeat, naive] = [new Errors(), new Errors(), new Errors(), new Errors()];
  const within = new Within();
  for (const days of months.values()) {
    const first = days[0] as number;
    const past = { ...history, days: history.days.slice(0, first), temperatures: temperatures.slice(0, first) };
    const { temperatures: _, ...cold } = past;
    const [model, blind, { bands }] = [new DayAhead(past), new DayAhead(cold), backTest(cold)];
    for (const day of days) {
      const [values, heat] = [history.days[day] as Float64Array, temperatures[day] as Float64Array];
      const next = (given: Float64Array) => model.forecast(1, [given])[0] as Float64Array;
      errors.add(next(heat), values);
      naiveHeat.add(next(temperatures[day - 1] as Float64Array), values);
      const cool = blind.forecast(1)[0] as Float64Array;
      withoutHeat.add(cool, values);
      within.add(bands.of(0, cool), values);
      naive.add(naiveDay({ ...history, days: history.days.slice(0, day) }, day), values);
      model.observe(values, heat);
      blind.observe(values);
    }
  }
  const { blockPercent = Number.NaN, naiveBlockPercent = Number.NaN } = testYear(history);
  return {
    ...{ percent: errors.percent, naivePercent: naive.percent },
    ...{ naiveHeatPercent: naiveHeat.percent, withoutHeatPercent: withoutHeat.percent, withinPercent: within.percent },
    ...{ monthPercent: blockPercent, naiveMonthPercent: naiveBlockPercent },
  };
}

/** By the clocks of Melbourne: a half hour that they skip has no value, of two that they live twice the mean counts. */
function victoria(): DemandHistory & { readonly temperatures: readonly Float64Array[] } {
  const offsets = offsetTable('Australia/Melbourne', 2011, 5);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  const days: { demand: Float64Array; heat: Float64Array; counts: Float64Array }[] = [];
  const holidays = new Set<number>();
  const firstDay = civilDayOf(2012, 1, 1);
  for (const [time, demand, heat, , holiday] of rowsOf(VICTORIA.file)) {
    const at = Date.parse(time as string) / 1000;
    const local = at + 60 * (offsets.findLast(({ from }) => from <= at)?.minutes ?? 0);
    const place = Math.floor(local / 86_400) - firstDay;
    const step = Math.floor((local % 86_400) / STEP_SECONDS);
    const empty = () => new Float64Array(STEPS);
    const day = days[place] ?? { demand: empty(), heat: empty(), counts: empty() };
    days[place] = day;
    day.demand[step] = (day.demand[step] as number) + Number(demand);
    day.heat[step] = (day.heat[step] as number) + Number(heat);
    day.counts[step] = (day.counts[step] as number) + 1;
    if (holiday === '1') holidays.add(firstDay + place);
  }
  const meanOf = (sums: Float64Array, counts: Float64Array) => sums.map((sum, step) => sum / (counts[step] as number));
  const temperatures = days.map(({ heat, counts }) => meanOf(heat, counts));
  for (const day of temperatures) {
    day.forEach((value, step) => {
      if (Number.isNaN(value)) day[step] = day[step - 1] as number;
    });
  }
  const means = days.map(({ demand, counts }) => meanOf(demand, counts));
  return { firstDay, stepsPerDay: STEPS, days: means, temperatures, holidays };
}

class Errors {
  #sum = 0;
  #count = 0;

  add(forecast: Float64Array, values: Float64Array): void {
    for (const [step, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      this.#sum += Math.abs((forecast[step] as number) / value - 1);
      this.#count += 1;
    }
  }

  get percent(): number {
    return (100 * this.#sum) / this.#count;
  }
}

/** How much of what came lay within its band. */
class Within {
  #inside = 0;
  #count = 0;

  add({ low, high }: { readonly low: Float64Array; readonly high: Float64Array }, values: Float64Array): void {
    for (const [step, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      this.#inside += Number(value >= (low[step] as number) && value <= (high[step] as number));
      this.#count += 1;
    }
  }

  get percent(): number {
    return (100 * this.#inside) / this.#count;
  }
}

const pathOf = (name: string): URL => new URL(`../../../shared/data/${name}.csv.gz`, import.meta.url);

const rowsOf = (name: string): string[][] =>
  gunzipSync(readFileSync(pathOf(name)))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
