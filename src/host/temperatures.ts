import type { Milliseconds } from '../units/index.ts';
import { fail } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { DayTemperatures, HostFailure } from './types.ts';

/** Temperatures of hours that follow each other. */
export interface GivenTemperatures {
  /** When the first hour begins. */
  readonly from: Milliseconds;
  /** °C of each hour; `null` leaves what is there. */
  readonly celsius: readonly (number | null)[];
}

/** A forecast looks so far back, and a weather forecast reaches no further than so far ahead. */
const [DAYS_BACK, DAYS_AHEAD] = [400, 16];
const READ_DAYS_MAX = 35;
const HOURS = 24;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = HOURS * MS_PER_HOUR;

/** What comes later takes the place of what was given before: a forecast that of one, what was measured that of both. */
export async function putTemperatures(
  tx: StoreTransaction,
  given: GivenTemperatures,
  now: Milliseconds,
): Promise<GivenTemperatures | HostFailure> {
  const { from, celsius } = given;
  if (from % MS_PER_HOUR !== 0) return fail('range-wrong', 'Temperatures are those of whole hours: begin on one.');
  const to = from + celsius.length * MS_PER_HOUR;
  if (from < now - DAYS_BACK * MS_PER_DAY || to > now + DAYS_AHEAD * MS_PER_DAY) {
    return fail(
      'range-wrong',
      `Temperatures are kept of the last ${DAYS_BACK} days and of ${DAYS_AHEAD} days to come: give none of others.`,
    );
  }
  const days = new Map<number, (number | null)[]>();
  for (const [place, value] of celsius.entries()) {
    const hour = from / MS_PER_HOUR + place;
    const day = Math.floor(hour / HOURS);
    const known = days.get(day) ?? [...((await dayOf(tx, day))?.celsius ?? new Array<null>(HOURS).fill(null))];
    days.set(day, known);
    if (value !== null) known[hour % HOURS] = value;
  }
  const rows = [...days].map(([day, values]): DayTemperatures => {
    return { id: idOf(day), day, givenAt: now, celsius: values };
  });
  await tx.temperatures.put(rows);
  const oldest = Math.floor(now / MS_PER_DAY) - DAYS_BACK - 1;
  const first = await tx.temperatures.page({ limit: DAYS_BACK });
  await tx.temperatures.delete(first.filter(({ day }) => day < oldest).map(({ id }) => id));
  return given;
}

export interface TemperatureSpan {
  /** Whole hours; the last is not included. */
  readonly from: Milliseconds;
  readonly to: Milliseconds;
}

/** What was given for a span. */
export async function readTemperatures(
  tx: StoreReads,
  { from, to }: TemperatureSpan,
): Promise<GivenTemperatures | HostFailure> {
  const [first, last] = [from, to].map((at) => at / MS_PER_HOUR) as [number, number];
  if (!Number.isInteger(first) || !Number.isInteger(last) || last <= first || last - first > READ_DAYS_MAX * HOURS) {
    return fail('range-wrong', `Ask for whole hours, and for at most ${READ_DAYS_MAX} days at once.`, {
      daysMax: READ_DAYS_MAX,
    });
  }
  const values = await temperaturesOf(tx, { first, last });
  return { from, celsius: Array.from(values, (value) => (Number.isNaN(value) ? null : value)) };
}

/** °C of each hour since 1970 in UTC from `first` on; `NaN` where nobody gave one. The last is not included. */
export async function temperaturesOf(
  tx: StoreReads,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<Float64Array> {
  const values = new Float64Array(Math.max(0, last - first)).fill(Number.NaN);
  for (const { day, celsius } of await rowsOf(tx, { first, last })) {
    for (const [hour, value] of celsius.entries()) {
      const place = day * HOURS + hour - first;
      if (value !== null && place >= 0 && place < values.length) values[place] = value;
    }
  }
  return values;
}

/** All hours that a forecast may look at. */
export const temperatureHours = (now: Milliseconds): { readonly first: number; readonly last: number } => ({
  first: Math.floor(now / MS_PER_HOUR) - DAYS_BACK * HOURS,
  last: Math.ceil(now / MS_PER_HOUR) + DAYS_AHEAD * HOURS,
});

/** When anything was last given of these hours; 0 where nothing was. */
export async function givenLast(
  tx: StoreReads,
  span: { readonly first: number; readonly last: number },
): Promise<number> {
  return Math.max(0, ...(await rowsOf(tx, span)).map(({ givenAt }) => givenAt));
}

async function rowsOf(tx: StoreReads, { first, last }: { readonly first: number; readonly last: number }) {
  const [from, to] = [Math.floor(first / HOURS), Math.floor((last - 1) / HOURS)];
  const rows = await tx.temperatures.page({ after: idOf(Math.max(0, from - 1)), limit: Math.max(1, to - from + 1) });
  return rows.filter(({ day }) => day >= from && day <= to);
}

const dayOf = async (tx: StoreReads, day: number): Promise<DayTemperatures | undefined> =>
  (await tx.temperatures.of([idOf(day)]))[0];

const idOf = (day: number): string => String(day).padStart(6, '0');
