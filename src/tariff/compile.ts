import {
  assert,
  MINUTES_PER_DAY,
  type MilliTokensPerKwh,
  type Percent,
  type SupplyIndex,
  type UnixSeconds,
} from '../units/index.ts';
import { daysInMonth, monthDayText } from './civil.ts';
import { encodeModeTable } from './codec.ts';
import type { TariffDefinition, TariffFailure } from './definition.ts';
import { type ParsedBand, parseDefinition, timeText } from './parse.ts';
import {
  DAY_PROFILES_MAX,
  DAY_TYPES,
  type ModeTable,
  type OffsetChange,
  SEASONS_MAX,
  STEPS_MAX,
  SWITCHES_PER_DAY_MAX,
  TABLE_BYTES_MAX,
  tableFault,
} from './table.ts';

/** What the host adds to a definition when it sends it to a meter. */
export interface TariffIssue {
  readonly supply: SupplyIndex;
  readonly version: number;
  readonly validFrom: UnixSeconds;
  /** Of the utility's zone (`offsetTable`). */
  readonly offsets: readonly OffsetChange[];
}

/**
 * The mode table of a definition, in normal form, or the first thing that is wrong with it in one sentence.
 * A definition read from JSON may have any shape; an issue is the host's own and must be right.
 */
export function compileTariff(definition: TariffDefinition, issue: TariffIssue): ModeTable | TariffFailure {
  const tariff = parseDefinition(definition);
  if ('reason' in tariff) return tariff;
  const weeks: { readonly start: number; readonly week: readonly DayPlan[] }[] = [];
  for (const run of dateRuns(tariff.bands)) {
    const week = planWeek(run, tariff.otherwise);
    if ('reason' in week) return week;
    weeks.push({ start: run.from, week });
  }
  const calendar = normalCalendar(weeks);
  if ('reason' in calendar) return calendar;
  const percents = tariff.surcharge.percents;
  const table: ModeTable = {
    supply: issue.supply,
    version: issue.version,
    validFrom: issue.validFrom,
    unitCharge: tariff.unitCharge as MilliTokensPerKwh,
    surcharges: percents as readonly number[] as ModeTable['surcharges'],
    surchargeLimits: tariff.surcharge.limits,
    ...calendar,
    offsets: issue.offsets,
    holidays: tariff.holidays,
  };
  const fault = tableFault(table);
  assert(fault === undefined, `a compiled tariff is in normal form, not ${fault?.reason} in ${fault?.field}`);
  // Each list may be short enough, and all of them together be more than a meter has room for.
  const { length } = encodeModeTable(table);
  if (length <= TABLE_BYTES_MAX) return table;
  return {
    reason: 'too-large',
    sentence: `A meter holds a table of at most ${TABLE_BYTES_MAX} bytes, not ${length}; leave out past holidays or simplify the bands.`,
  };
}

/** Dates in a row, month × 32 + day, on which the same bands hold. */
interface DateRun {
  readonly from: number;
  to: number;
  readonly bands: readonly ParsedBand[];
}

function dateRuns(bands: readonly ParsedBand[]): DateRun[] {
  const runs: DateRun[] = [];
  for (let month = 1; month <= 12; month++) {
    for (let day = 1; day <= daysInMonth(2000, month); day++) {
      const date = month * 32 + day;
      const holding = bands.filter((band) => band.holdsOn(date));
      const run = runs.at(-1);
      const same = run?.bands.length === holding.length && holding.every((band, i) => band === run.bands[i]);
      if (run !== undefined && same) run.to = date;
      else runs.push({ from: date, to: date, bands: holding });
    }
  }
  return runs;
}

/** The percent from each minute on, neighbours different. */
type DayPlan = readonly { readonly minute: number; readonly percent: number }[];

function planWeek(run: DateRun, otherwise: number | undefined): readonly DayPlan[] | TariffFailure {
  const week = Array.from({ length: DAY_TYPES }, (_, type) =>
    run.bands.filter((band) => band.types[type]).sort((a, b) => a.from - b.from),
  );
  const overlap = overlapIn(week, run);
  if (overlap !== undefined) return overlap;
  const gap = otherwise === undefined ? gapIn(week, run) : undefined;
  if (gap !== undefined) return gap;
  return week.map((bands) => planDay(bands, otherwise));
}

/** The bands of a day are sorted by their start: if any two overlap, two neighbours do. */
function overlapIn(week: readonly (readonly ParsedBand[])[], run: DateRun): TariffFailure | undefined {
  for (const bands of week) {
    for (const [i, second] of bands.entries()) {
      const first = bands[i - 1];
      if (first === undefined || first.to <= second.from) continue;
      const types = week.map((others) => others.includes(first) && others.includes(second));
      const hours = `${timeText(second.from)} to ${timeText(Math.min(first.to, second.to))}`;
      return {
        reason: 'overlap',
        sentence: `The bands "${first.name}" and "${second.name}" overlap ${when(types, run)} from ${hours}; change one of them.`,
      };
    }
  }
  return undefined;
}

function gapIn(week: readonly (readonly ParsedBand[])[], run: DateRun): TariffFailure | undefined {
  const gaps = week.map(firstGap);
  const gap = gaps.find((candidate) => candidate !== undefined);
  if (gap === undefined) return undefined;
  const types = gaps.map((other) => other?.from === gap.from && other.to === gap.to);
  const { after, before } = gap;
  const neighbours =
    after !== undefined && before !== undefined
      ? ` between the bands "${after.name}" and "${before.name}"`
      : after !== undefined
        ? ` after the band "${after.name}"`
        : before !== undefined
          ? ` before the band "${before.name}"`
          : '';
  return {
    reason: 'gap',
    sentence: `No band holds ${when(types, run)} from ${timeText(gap.from)} to ${timeText(gap.to)}${neighbours}; add one, or give "otherwise" a percent.`,
  };
}

interface Gap {
  readonly from: number;
  readonly to: number;
  readonly after: ParsedBand | undefined;
  readonly before: ParsedBand | undefined;
}

function firstGap(bands: readonly ParsedBand[]): Gap | undefined {
  let after: ParsedBand | undefined;
  for (const before of bands) {
    const from = after?.to ?? 0;
    if (before.from > from) return { from, to: before.from, after, before };
    after = before;
  }
  const from = after?.to ?? 0;
  return from < MINUTES_PER_DAY ? { from, to: MINUTES_PER_DAY, after, before: undefined } : undefined;
}

function planDay(bands: readonly ParsedBand[], otherwise: number | undefined): DayPlan {
  const plan: { minute: number; percent: number }[] = [];
  const add = (minute: number, percent: number) => {
    if (plan.at(-1)?.percent !== percent) plan.push({ minute, percent });
  };
  let end = 0;
  for (const { from, to, percent } of bands) {
    if (from > end) add(end, otherwise as number);
    add(from, percent);
    end = to;
  }
  if (end < MINUTES_PER_DAY) add(end, otherwise as number);
  return plan;
}

/** Merges what is equal and numbers the rest in the order of its first use. */
function normalCalendar(
  runs: readonly { readonly start: number; readonly week: readonly DayPlan[] }[],
): Pick<ModeTable, 'steps' | 'seasons' | 'weeks' | 'days'> | TariffFailure {
  const keyed = runs.map((run) => ({ ...run, key: JSON.stringify(run.week) }));
  // Against the season before, which for the first one is the last: the year is a ring.
  const changes = keyed.filter((run, i) => run.key !== keyed.at(i - 1)?.key);
  const seasons = changes.length === 0 ? keyed.slice(0, 1) : changes;
  const weekPlans = distinct(seasons.map(({ week }) => week));
  const dayPlans = distinct(weekPlans.flat());
  const percents = new Set(dayPlans.flat().map(({ percent }) => percent));
  const steps = [...percents].sort((a, b) => a - b);
  const longest = Math.max(...dayPlans.map((plan) => plan.length));
  const counts = [
    ['different percents', steps.length, STEPS_MAX],
    ['changes of week in a year', seasons.length, SEASONS_MAX],
    ['different days', dayPlans.length, DAY_PROFILES_MAX],
    ['changes of percent in a day', longest, SWITCHES_PER_DAY_MAX],
  ] as const;
  for (const [what, count, max] of counts) {
    if (count > max) {
      return {
        reason: 'too-large',
        sentence: `A meter holds at most ${max} ${what}, not ${count}; simplify the bands.`,
      };
    }
  }
  return {
    steps: steps as Percent[],
    seasons: seasons.map(({ start, week }) => ({
      month: start >> 5,
      day: start & 31,
      week: indexIn(weekPlans, week),
    })),
    weeks: weekPlans.map((week) => week.map((plan) => indexIn(dayPlans, plan))),
    days: dayPlans.map((plan) => plan.map(({ minute, percent }) => ({ minute, step: steps.indexOf(percent) }))),
  };
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function indexIn<T>(values: readonly T[], value: T): number {
  const key = JSON.stringify(value);
  return values.findIndex((candidate) => JSON.stringify(candidate) === key);
}

/** `on Saturday and Sunday from 06-01 to 08-31`. */
function when(types: readonly boolean[], run: DateRun): string {
  const days = DAY_TYPE_NAMES.filter((_, type) => types[type]);
  const every = days.length === DAY_TYPES;
  const last = days.at(-1) as string;
  const named = days.length < 2 ? last : `${days.slice(0, -1).join(', ')} and ${last}`;
  const [from, to] = [monthDayText(run.from), monthDayText(run.to)];
  const dates = from === to ? ` (${from})` : from === '01-01' && to === '12-31' ? '' : ` (${from} to ${to})`;
  return `${every ? 'every day' : `on ${named}`}${dates}`;
}

const DAY_TYPE_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday', 'holidays'];
