import { ENERGY_MAX, ENERGY_MISSING, MINUTES_PER_DAY } from '../records/index.ts';
import { civilDate, dateText, type OffsetChange, offsetTable, type TariffDefinition } from '../tariff/index.ts';
import type { DeciWattHours, Milliseconds, SupplyIndex, UnixSeconds } from '../units/index.ts';
import { yearOf } from './calendar.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { Stay } from './stay.ts';
import type { HostFailure } from './types.ts';

export interface UseQuery {
  readonly meter: number;
  readonly supply: number;
  /** Of local time; seasons are those of the meter's tariff. */
  readonly by: 'hour' | 'day' | 'month' | 'season';
  readonly from: Milliseconds;
  /** Not included. */
  readonly to: Milliseconds;
  /** Only of those minutes that are of it. */
  readonly within?: Stay;
}

/** Energy of one hour, day, month or season. Minutes that no profile has yet stand in no bucket. */
export interface UseBucket {
  /** `2026-03-01 14`, `2026-03-01`, `2026-03`, `2025 winter`. An hour that the clocks live twice is two buckets. */
  readonly name: string;
  /** Its first minute that has a record. */
  readonly start: UnixSeconds;
  readonly energy: DeciWattHours;
  readonly missingMinutes: number;
  readonly uncertainMinutes: number;
}

const USE_DAYS_MAX = 800;

/** The seed's claim on totals by hour, day, month and season: summed from the load profile of part 15. */
export async function useOf(tx: StoreReads, query: UseQuery, zone: string): Promise<UseBucket[] | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const { svpmsn, supplies, tariff } = found.meter;
  const { supply, within } = query;
  const from = Math.max(query.from, within?.from ?? 0) as Milliseconds;
  const to = Math.min(query.to, within?.until ?? Number.POSITIVE_INFINITY) as Milliseconds;
  if (!Number.isInteger(supply) || supply < 1 || supply > supplies) {
    return fail('range-wrong', `This meter has supplies 1 to ${supplies}, not ${supply}.`, {
      least: 1,
      most: supplies,
    });
  }
  const span = query.to - query.from;
  if (!(span > 0 && span <= USE_DAYS_MAX * MS_PER_DAY) || query.from < 0) {
    return fail(
      'range-wrong',
      `Use is summed over more than nothing and at most ${USE_DAYS_MAX} days: check the range.`,
      { daysMax: USE_DAYS_MAX },
    );
  }
  if (to <= from) return [];
  const year = yearOf(from);
  const offsets = offsetTable(zone, year, yearOf(to) - year + 1);
  if ('reason' in offsets) return fail('range-wrong', offsets.sentence);
  const definition = tariff === undefined ? undefined : (await tx.tariff(tariff))?.definition;
  const fromMinute = Math.ceil(from / 60_000);
  const toMinute = Math.ceil(to / 60_000);
  const days = await tx.profiles({
    svpmsn,
    supply: supply as SupplyIndex,
    fromDay: Math.floor(fromMinute / MINUTES_PER_DAY),
    toDay: Math.floor((toMinute - 1) / MINUTES_PER_DAY),
  });
  const nameOf = namer(query.by, definition?.seasons ?? {});
  const buckets: { -readonly [key in keyof UseBucket]: UseBucket[key] }[] = [];
  // An hour is the finest name, and offsets are whole quarters of an hour: a name holds for a quarter at least.
  let quarter = -1;
  let offset = Number.NaN;
  for (const { day, energies } of days) {
    const last = Math.min(MINUTES_PER_DAY, toMinute - day * MINUTES_PER_DAY);
    for (let minute = Math.max(0, fromMinute - day * MINUTES_PER_DAY); minute < last; minute++) {
      const at = (day * MINUTES_PER_DAY + minute) * 60;
      if (Math.floor(at / 900) !== quarter) {
        quarter = Math.floor(at / 900);
        const offsetBefore = offset;
        offset = offsetAt(offsets, at);
        const name = nameOf(at + offset);
        const livedAgain = query.by === 'hour' && offset !== offsetBefore;
        if (buckets.at(-1)?.name !== name || livedAgain) {
          const energy = 0 as DeciWattHours;
          buckets.push({ name, start: at as UnixSeconds, energy, missingMinutes: 0, uncertainMinutes: 0 });
        }
      }
      const bucket = buckets.at(-1) as (typeof buckets)[number];
      const energy = energies[minute] as number;
      if (energy <= ENERGY_MAX) bucket.energy = (bucket.energy + energy) as DeciWattHours;
      else if (energy === ENERGY_MISSING) bucket.missingMinutes += 1;
      else bucket.uncertainMinutes += 1;
    }
  }
  return buckets;
}

type Seasons = NonNullable<TariffDefinition['seasons']>;

function namer(by: UseQuery['by'], seasons: Seasons): (local: number) => string {
  return (local) => {
    const day = Math.floor(local / 86_400);
    const date = dateText(day);
    if (by === 'hour') return `${date} ${String(Math.floor((local % 86_400) / 3600)).padStart(2, '0')}`;
    if (by === 'day') return date;
    if (by === 'month') return date.slice(0, 7);
    return seasonName(seasons, civilDate(day).year, date.slice(5));
  };
}

/** A season that runs over the end of the year bears the year in which it began. */
function seasonName(seasons: Seasons, year: number, monthDay: string): string {
  for (const [name, { from, to }] of Object.entries(seasons)) {
    if (from <= to ? monthDay >= from && monthDay <= to : monthDay >= from) return `${year} ${name}`;
    if (from > to && monthDay <= to) return `${year - 1} ${name}`;
  }
  return `${year} without a season`;
}

function offsetAt(offsets: readonly OffsetChange[], at: number): number {
  let minutes = 0;
  for (const change of offsets) if (change.from <= at) minutes = change.minutes;
  return minutes * 60;
}

const MS_PER_DAY = 86_400_000;
