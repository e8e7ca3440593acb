import { CHECK_MINUTE_MISSING, type DemandHistory, LEADS, possibleEnergies } from '../analysis/index.ts';
import { ENERGY_MAX, MINUTES_PER_DAY } from '../records/index.ts';
import { type CivilDay, type OffsetChange, offsetTable } from '../tariff/index.ts';
import type { Milliseconds, SupplyIndex } from '../units/index.ts';
import { yearOf } from './calendar.ts';
import { fail } from './failures.ts';
import { lineDayId } from './loss-alarms.ts';
import { CHECK_MINUTES_KEPT, type Store, type StoreReads } from './ports.ts';
import { temperaturesOf } from './temperatures.ts';
import type { HostFailure, Meter } from './types.ts';

/** Balances of days are kept for so long. */
const DAYS_BACK = 400;
const HOURS = 24;
const MINUTES_PER_HOUR = 60;
const MS_PER_HOUR = 3_600_000;
/** An hour of which fewer minutes are known is not known. */
const KNOWN_MINUTES_MIN = 30;
/** What meters counted is read for so many days: it is far more than what one check meter told. */
const METERED_DAYS_BACK = 120;
/** Of several transformers, and of several meters, so many must be known; what the others gave in that hour is taken from other days. */
const KNOWN_SHARE = 0.9;
/** A transformer that told nothing for so long is held to be there no more. */
const GONE_HOURS = 7 * HOURS;
/** Of a day to come so many hours may be without a temperature. */
const GAP_HOURS_MAX = 3;
const MILLIWATTS_PER_WATT = 1_000;

/** Mean watts of each hour, by civil day up to the day before the running one; `NaN` where not known. */
export interface Demand extends Pick<DemandHistory, 'firstDay' | 'stepsPerDay' | 'days'> {
  /** Transformers for which stands what their meters counted. */
  readonly byMeters: number;
}

/**
 * What transformers gave together, by hour: from the balances of their days, and from the minutes of their check meters
 * for days that were not balanced. Where no check meter told anything, what the meters counted stands for it, without
 * the losses. One transformer, or one meter, after the other, so that nobody waits long for the store.
 * @param begin when the running civil day began
 */
export async function readDemand(
  store: Store,
  localUnits: readonly number[],
  { zone, begin }: { readonly zone: string; readonly begin: Milliseconds },
): Promise<Demand | HostFailure> {
  const last = Math.ceil(begin / MS_PER_HOUR);
  const first = Math.max(0, last - DAYS_BACK * HOURS);
  const sum = new Float64Array(last - first);
  const [known, present] = [new Uint16Array(sum.length), new Uint16Array(sum.length)];
  let byMeters = 0;
  for (const localUnit of localUnits) {
    const gave = await store.read((tx) => hoursOf(tx, localUnit, { first, last }));
    const isChecked = gave.some((value) => !Number.isNaN(value));
    const own = isChecked ? gave : await countedHours(store, localUnit, { first, last });
    const from = own.findIndex((value) => !Number.isNaN(value));
    if (from < 0) continue;
    if (!isChecked) byMeters += 1;
    const until = Math.min(own.length, own.findLastIndex((value) => !Number.isNaN(value)) + 1 + GONE_HOURS);
    for (let hour = from; hour < until; hour++) {
      present[hour] = (present[hour] as number) + 1;
      if (Number.isNaN(own[hour] as number)) own[hour] = likely(own, hour);
      else known[hour] = (known[hour] as number) + 1;
      sum[hour] = (sum[hour] as number) + (own[hour] as number);
    }
  }
  const isKnown = (hour: number) =>
    (present[hour] as number) > 0 && (known[hour] as number) >= KNOWN_SHARE * (present[hour] as number);
  const clock = wallClock(zone, (first * MS_PER_HOUR) as Milliseconds);
  if ('reason' in clock) return clock;
  const hours = sum.map((value, hour) => (isKnown(hour) ? value : Number.NaN));
  return { ...byCivilDay(hours, first, clock), byMeters };
}

/** As a week before or after, or a day. */
function likely(hours: Float64Array, hour: number): number {
  const places = [-7, 7, -1, 1].map((days) => hours[hour + days * HOURS]);
  return places.find((value) => value !== undefined && !Number.isNaN(value)) ?? 0;
}

interface Span {
  /** Hours since 1970 in UTC; the last is not included. */
  readonly first: number;
  readonly last: number;
}

/** Mean watts of one transformer in each hour. */
async function hoursOf(tx: StoreReads, localUnit: number, { first, last }: Span): Promise<Float64Array> {
  const hours = new Float64Array(last - first).fill(Number.NaN);
  const put = (hour: number, energy: number, minutes: number) => {
    const place = hour - first;
    if (minutes < KNOWN_MINUTES_MIN || place < 0 || place >= hours.length) return;
    hours[place] = ((energy / minutes) * MINUTES_PER_HOUR) / MILLIWATTS_PER_WATT;
  };
  const [firstDay, lastDay] = [Math.floor(first / HOURS), Math.floor((last - 1) / HOURS)];
  const after = lineDayId(localUnit, Math.max(0, firstDay - 1));
  const balanced = new Set<number>();
  for (const row of await tx.lineBalances.page({ after, limit: lastDay - firstDay + 2 })) {
    if (row.localUnit !== localUnit) break;
    balanced.add(row.day);
    row.figures.hours.forEach(({ gave, minutes }, hour) => {
      put(row.day * HOURS + hour, gave, minutes);
    });
  }
  for (let day = Math.max(firstDay, lastDay - CHECK_MINUTES_KEPT / MINUTES_PER_DAY); day <= lastDay; day++) {
    if (balanced.has(day)) continue;
    const sums = Array.from({ length: HOURS }, () => ({ energy: 0, minutes: 0 }));
    const from = day * MINUTES_PER_DAY;
    for (const { minute, energy } of await tx.checkMinutes({ localUnit, from, to: from + MINUTES_PER_DAY - 1 })) {
      if (energy >= CHECK_MINUTE_MISSING) continue;
      const sum = sums[Math.floor((minute - from) / MINUTES_PER_HOUR)] as (typeof sums)[number];
      sum.energy += energy;
      sum.minutes += 1;
    }
    for (const [hour, { energy, minutes }] of sums.entries()) put(day * HOURS + hour, energy, minutes);
  }
  return hours;
}

/** Mean watts that the meters of a transformer counted in each hour. */
async function countedHours(store: Store, localUnit: number, { first, last }: Span): Promise<Float64Array> {
  const from = Math.max(first, last - METERED_DAYS_BACK * HOURS);
  const sums = { energy: new Float64Array(last - first), known: new Float64Array(last - first) };
  const expected = new Float64Array(last - first);
  for (const meter of await store.read((tx) => tx.meters({ localUnit }))) {
    const begin = Math.max(from, Math.ceil(meter.enrolledAt / MS_PER_HOUR));
    for (let hour = begin; hour < last; hour++) {
      expected[hour - first] = (expected[hour - first] as number) + meter.supplies * MINUTES_PER_HOUR;
    }
    await store.read((tx) => addCounted(tx, meter, { first: begin, last }, { ...sums, origin: first }));
  }
  return sums.energy.map((energy, place) => {
    const [known, all] = [sums.known[place] as number, expected[place] as number];
    return all > 0 && known >= KNOWN_SHARE * all ? ((energy / 10) * all) / known : Number.NaN;
  });
}

/** @param sums 0.1 Wh and minutes, from hour `origin` on */
async function addCounted(
  tx: StoreReads,
  { svpmsn, supplies }: Meter,
  { first, last }: Span,
  sums: { readonly energy: Float64Array; readonly known: Float64Array; readonly origin: number },
): Promise<void> {
  if (first >= last) return;
  const span = { fromDay: Math.floor(first / HOURS), toDay: Math.floor((last - 1) / HOURS) };
  for (let supply = 1; supply <= supplies; supply++) {
    for (const { day, energies } of await tx.profiles({ svpmsn, supply: supply as SupplyIndex, ...span })) {
      possibleEnergies(energies).forEach((energy, minute) => {
        const hour = day * HOURS + Math.floor(minute / MINUTES_PER_HOUR);
        if (energy > ENERGY_MAX || hour < first || hour >= last) return;
        const place = hour - sums.origin;
        sums.energy[place] = (sums.energy[place] as number) + energy;
        sums.known[place] = (sums.known[place] as number) + 1;
      });
    }
  }
}

interface WarmthAsked {
  readonly zone: string;
  /** When the running civil day began. */
  readonly begin: Milliseconds;
  /** Of the history. */
  readonly firstDay: CivilDay;
  readonly days: number;
}

/** How warm it was on the days of a history, and is expected to be on those that come. */
export interface Warmth {
  /** Nothing where too little of them is known. */
  readonly temperatures: readonly Float64Array[] | undefined;
  /** As many days to come, one after the other, as are known. */
  readonly coming: readonly Float64Array[];
}

/** °C of each hour by civil day, as it was given. */
export async function readWarmth(store: Store, asked: WarmthAsked): Promise<Warmth | HostFailure> {
  const { zone, begin, firstDay, days } = asked;
  const last = Math.ceil(begin / MS_PER_HOUR) + (LEADS + 1) * HOURS;
  const first = Math.max(0, last - (days + LEADS + 3) * HOURS);
  const given = await store.read((tx) => temperaturesOf(tx, { first, last }));
  const clock = wallClock(zone, (first * MS_PER_HOUR) as Milliseconds);
  if ('reason' in clock) return clock;
  const all = Array.from({ length: days + LEADS }, () => new Float64Array(HOURS).fill(Number.NaN));
  for (const [place, value] of given.entries()) {
    const { day, hour } = clock((first + place) * MS_PER_HOUR);
    const own = all[day - firstDay];
    if (own !== undefined && !Number.isNaN(value)) own[hour] = value;
  }
  const [past, ahead] = [all.slice(0, days), all.slice(days)];
  const unknown = ahead.findIndex((day) => knownOf(day) < HOURS - GAP_HOURS_MAX);
  const coming = unknown < 0 ? ahead : ahead.slice(0, unknown);
  const isKnown = days > 0 && past.reduce((sum, day) => sum + knownOf(day), 0) >= KNOWN_SHARE * days * HOURS;
  return { temperatures: isKnown ? past : undefined, coming: coming.map(filled) };
}

const knownOf = (day: Float64Array): number => day.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);

/** An hour that nobody gave, or that clocks skip, is like the one before it, or after it. */
function filled(day: Float64Array): Float64Array {
  const whole = day.slice();
  for (let hour = 1; hour < HOURS; hour++) {
    if (Number.isNaN(whole[hour] as number)) whole[hour] = whole[hour - 1] as number;
  }
  for (let hour = HOURS - 2; hour >= 0; hour--) {
    if (Number.isNaN(whole[hour] as number)) whole[hour] = whole[hour + 1] as number;
  }
  return whole;
}

/** The civil day and hour of the day at an instant. */
export type WallClock = (at: number) => { readonly day: CivilDay; readonly hour: number };

/** @param from an instant of the first year that it is asked for; it holds for three years */
export function wallClock(zone: string, from: Milliseconds): WallClock | HostFailure {
  const offsets = offsetTable(zone, yearOf(from), 3);
  if ('reason' in offsets) return fail('range-wrong', offsets.sentence);
  return (at) => {
    const local = at / 1000 + 60 * offsetAt(offsets, at / 1000);
    return { day: Math.floor(local / 86_400), hour: Math.floor((local % 86_400) / 3600) };
  };
}

const offsetAt = (offsets: readonly OffsetChange[], at: number): number =>
  offsets.findLast(({ from }) => from <= at)?.minutes ?? 0;

/** From the first day on of which anything is known. An hour that clocks skip is not known; one lived twice is a mean. */
function byCivilDay(hours: Float64Array, first: number, clock: WallClock): Omit<Demand, 'byMeters'> {
  const begin = hours.findIndex((value) => !Number.isNaN(value));
  if (begin < 0) return { firstDay: 0, stepsPerDay: HOURS, days: [] };
  const firstDay = clock((first + begin) * MS_PER_HOUR).day;
  const days: Float64Array[] = [];
  const counts: Uint8Array[] = [];
  for (let place = begin; place < hours.length; place++) {
    const { day, hour } = clock((first + place) * MS_PER_HOUR);
    const sum = days[day - firstDay] ?? new Float64Array(HOURS);
    const count = counts[day - firstDay] ?? new Uint8Array(HOURS);
    [days[day - firstDay], counts[day - firstDay]] = [sum, count];
    const value = hours[place] as number;
    if (Number.isNaN(value)) continue;
    sum[hour] = (sum[hour] as number) + value;
    count[hour] = (count[hour] as number) + 1;
  }
  const means = days.map((sum, day) => sum.map((value, hour) => value / (counts[day]?.[hour] as number)));
  return { firstDay, stepsPerDay: HOURS, days: means };
}
