import { ENERGY_MAX, MINUTES_PER_DAY } from '../records/index.ts';
import { startsOfDays } from '../tariff/index.ts';
import type { Milliseconds, SupplyIndex, Svpmsn } from '../units/index.ts';
import { fail } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { HostFailure, Meter } from './types.ts';

export interface LineDayQuery {
  readonly localUnit: number;
  /** Of local time, `2026-03-01`. */
  readonly date: string;
}

/** One day of one line: what its transformer gave, and what its meters counted, at most 256 of them. */
export interface LineDay extends LineDayQuery {
  /** From midnight to midnight: 23 or 25 where clocks are moved. */
  readonly hours: readonly LineHour[];
  readonly meters: readonly LineMeter[];
}

export interface LineHour {
  readonly start: Milliseconds;
  /** mWh through the transformer, and how many minutes told it. */
  readonly gave: bigint;
  readonly gaveMinutes: number;
  /** 0.1 Wh, of all meters together. */
  readonly counted: number;
}

export interface LineMeter {
  readonly svpmsn: Svpmsn;
  /** 0.1 Wh, through all its supplies. */
  readonly energy: number;
  /** Minutes that have been and are not known, of all its supplies. */
  readonly unknownMinutes: number;
}

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;

export async function readLineDay(
  tx: StoreReads,
  { localUnit, date }: LineDayQuery,
  zone: string,
  now: Milliseconds,
): Promise<LineDay | HostFailure> {
  const [start, end] = startsOfDays(zone, date, date) ?? [];
  if (start === undefined || end === undefined || start < 0) {
    return fail('range-wrong', `"${date}" is no day of the calendar: give it as 2026-03-01.`);
  }
  const day = { from: start / MS_PER_MINUTE, end: end / MS_PER_MINUTE };
  const hours = Array.from({ length: Math.ceil((day.end - day.from) / MINUTES_PER_HOUR) }, (_, hour) => ({
    start: (start + hour * MINUTES_PER_HOUR * MS_PER_MINUTE) as Milliseconds,
    ...{ gave: 0n, gaveMinutes: 0, counted: 0 },
  }));
  const hourOf = (minute: number) =>
    hours[Math.floor((minute - day.from) / MINUTES_PER_HOUR)] as (typeof hours)[number];
  for (const { minute, energy } of await tx.checkMinutes({ localUnit, from: day.from, to: day.end - 1 })) {
    const hour = hourOf(minute);
    hour.gave += BigInt(energy);
    hour.gaveMinutes += 1;
  }
  const past = Math.min(day.end, Math.floor(now / MS_PER_MINUTE));
  const meters: LineMeter[] = [];
  for (const meter of await tx.meters({ localUnit })) {
    let [energy, known] = [0, 0];
    await eachMinute(tx, meter, day, (minute, counted) => {
      hourOf(minute).counted += counted;
      energy += counted;
      known += 1;
    });
    const unknownMinutes = Math.max(0, (past - day.from) * meter.supplies - known);
    meters.push({ svpmsn: meter.svpmsn, energy, unknownMinutes });
  }
  return { localUnit, date, hours, meters };
}

/** Tells each minute of a day that is known, counted from 1970, with its 0.1 Wh; of one supply after the other. */
async function eachMinute(
  tx: StoreReads,
  { svpmsn, supplies }: Meter,
  { from, end }: { readonly from: number; readonly end: number },
  tell: (minute: number, energy: number) => void,
): Promise<void> {
  const span = { fromDay: Math.floor(from / MINUTES_PER_DAY), toDay: Math.floor((end - 1) / MINUTES_PER_DAY) };
  for (let supply = 1; supply <= supplies; supply++) {
    for (const { day, energies } of await tx.profiles({ svpmsn, supply: supply as SupplyIndex, ...span })) {
      const midnight = day * MINUTES_PER_DAY;
      for (let minute = Math.max(from, midnight); minute < Math.min(end, midnight + MINUTES_PER_DAY); minute++) {
        const energy = energies[minute - midnight] as number;
        if (energy <= ENERGY_MAX) tell(minute, energy);
      }
    }
  }
}
