import type { ReadingFinding } from '../analysis/index.ts';
import { civilDayAt, dateText, type PhaseBand, startsOfDays } from '../tariff/index.ts';
import { MINUTES_PER_DAY, type Milliseconds, type SupplyIndex, type Svpmsn } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { readingChecks } from './reading-checks.ts';
import {
  minuteOf,
  type Price,
  pricer,
  type SupplyRecord,
  type ToldMinute,
  type UnknownMinute,
} from './statement-minutes.ts';
import { isWithin, type Stay } from './stay.ts';
import { supplyRecords } from './supply-records.ts';
import type { HostFailure, Meter } from './types.ts';

export interface DatesQuery {
  readonly meter: number;
  /** Dates of local time, `2026-03-01`, both included. */
  readonly from: string;
  readonly to: string;
  /** Only of those days as far as they are of it. */
  readonly within?: Stay;
}

export interface MinutesQuery extends DatesQuery {
  readonly supply: number;
}

/** The load of one supply by minute. */
export interface Minutes {
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  readonly zone: string;
  readonly asOf: Milliseconds;
  readonly days: readonly MinutesOfDay[];
}

/** Of a minute that no profile has, and of one whose energy is in others. */
const MINUTE_MISSING = -1;
const MINUTE_UNCERTAIN = -2;

/** 0.1 Wh of a minute, or one of the two marks. */
export function markedEnergy(told: ToldMinute | UnknownMinute): number {
  if (told.energy !== undefined) return told.energy;
  return told.measured ? MINUTE_UNCERTAIN : MINUTE_MISSING;
}

/** A day of local time; minutes that have not been yet are left out. */
export interface MinutesOfDay {
  readonly date: string;
  readonly start: Milliseconds;
  /** 0.1 Wh, or one of the two marks. */
  readonly energy: readonly number[];
  /** What holds from each of these minutes on, counted from `start`. */
  readonly percents: readonly { readonly minute: number; readonly percent: number; readonly version: number }[];
  readonly bands: readonly { readonly minute: number; readonly band: PhaseBand; readonly surcharge: number }[];
  /** What validation found; `from` counts minutes from `start`. */
  readonly checks: readonly ReadingFinding[];
}

const NOT_TOLD = { energy: undefined, measured: false } as const;
export const MINUTES_DAYS_MAX = 35;
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = MINUTES_PER_DAY * MS_PER_MINUTE;

export async function readMinutes(
  tx: StoreReads,
  query: MinutesQuery,
  zone: string,
  now: Milliseconds,
): Promise<Minutes | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const { meter } = found;
  const supply = supplyOf(meter, query.supply);
  if (typeof supply === 'object') return supply;
  const starts = daysOf(query, { zone, daysMax: MINUTES_DAYS_MAX });
  if (isFailure(starts)) return starts;
  const [from, end] = [starts[0], starts.at(-1)] as [Milliseconds, Milliseconds];
  const supplies = await supplyRecords(tx, meter, { from, end, zone });
  if (isFailure(supplies)) return supplies;
  const record = supplies[supply - 1] as SupplyRecord;
  const price = pricer(record, supply);
  const span = { fromDay: Math.floor(from / MS_PER_DAY), toDay: Math.floor((end - 1) / MS_PER_DAY) };
  const checks = await readingChecks(tx, { svpmsn: meter.svpmsn, supply }, span);
  const days = starts.slice(0, -1).map((start, i) => {
    const stretch = { start, end: Math.min(starts[i + 1] as number, now), zone, within: query.within };
    return { ...dayOf(record, price, stretch), checks: checksOf(checks, stretch) };
  });
  return { svpmsn: meter.svpmsn, supply, zone, asOf: now, days };
}

/** @returns when each day begins, and when the day after the last does */
export function daysOf(
  { from, to }: Omit<DatesQuery, 'meter'>,
  { zone, daysMax }: { readonly zone: string; readonly daysMax: number },
): readonly Milliseconds[] | HostFailure {
  const starts = startsOfDays(zone, from, to);
  if (starts === undefined) return fail('range-wrong', `Give dates such as 2026-03-01, not "${from}" to "${to}".`);
  const days = starts.length - 1;
  if (days >= 1 && days <= daysMax) return starts;
  return fail(
    'range-wrong',
    `At most ${daysMax} days are given at once, and at least one, not ${days}: check the dates.`,
    { daysMax },
  );
}

export function supplyOf({ supplies }: Meter, supply: number): SupplyIndex | HostFailure {
  if (Number.isInteger(supply) && supply >= 1 && supply <= supplies) return supply as SupplyIndex;
  return fail('range-wrong', `This meter has supplies 1 to ${supplies}, not ${supply}.`, { least: 1, most: supplies });
}

function dayOf(
  record: SupplyRecord,
  price: (minute: number, band: PhaseBand) => Price,
  stretch: {
    readonly start: Milliseconds;
    readonly end: number;
    readonly zone: string;
    readonly within: Stay | undefined;
  },
): Omit<MinutesOfDay, 'checks'> {
  const { start, end, zone, within } = stretch;
  const energy: number[] = [];
  const percents: { minute: number; percent: number; version: number }[] = [];
  const bands: { minute: number; band: PhaseBand; surcharge: number }[] = [];
  const first = start / MS_PER_MINUTE;
  for (let at = first; at < Math.floor(end / MS_PER_MINUTE); at++) {
    const minute = at - first;
    // Of whoever else lived there nothing is told.
    const told = isWithin(at * MS_PER_MINUTE, within) ? minuteOf(record, at) : NOT_TOLD;
    energy.push(markedEnergy(told));
    const { percent, version } = price(at, 0);
    const last = percents.at(-1);
    if (last?.percent !== percent || last.version !== version) percents.push({ minute, percent, version });
    if (told.energy === undefined) continue;
    const { band } = told;
    const { surcharge } = price(at, band);
    const before = bands.at(-1);
    if (before?.band !== band || before.surcharge !== surcharge) bands.push({ minute, band, surcharge });
  }
  return { date: dateText(civilDayAt(zone, start)), start, energy, percents, bands };
}

/** Findings of UTC days, cut to a civil day as far as it is of a stay; what is estimated is divided by minutes. */
export function checksOf<Finding extends ReadingFinding>(
  checks: readonly { readonly day: number; readonly findings: readonly Finding[] }[],
  { start, end, within }: { readonly start: number; readonly end: number; readonly within: Stay | undefined },
): Finding[] {
  const { from = 0, until = Number.POSITIVE_INFINITY } = within ?? {};
  const first = start / MS_PER_MINUTE;
  // The minutes that begin within it.
  const [earliest, last] = [
    Math.max(first, Math.ceil(from / MS_PER_MINUTE)),
    Math.min(Math.floor(end / MS_PER_MINUTE), Math.ceil(until / MS_PER_MINUTE)),
  ];
  return checks.flatMap(({ day, findings }) =>
    findings.flatMap((finding) => {
      const { from, minutes, estimated } = finding;
      const at = day * MINUTES_PER_DAY + from;
      const [begin, until] = [Math.max(at, earliest), Math.min(at + minutes, last)];
      if (begin >= until) return [];
      const share = (until - begin) / minutes;
      const cut = { ...finding, from: begin - first, minutes: until - begin };
      return [estimated === undefined ? cut : { ...cut, estimated: Math.round(share * estimated) }];
    }),
  );
}
