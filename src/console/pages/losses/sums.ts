import type { CheckMinuteJson, UseBucketJson } from '../../../api/index.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Watt-hours by hour of a day, and how much of it is not known. */
export interface DaySum {
  readonly hours: readonly number[];
  readonly wattHours: number;
  readonly minutes: number;
}

/** What a transformer gave in a day, by hour. */
export function gaveIn(minutes: readonly CheckMinuteJson[], start: number): DaySum {
  const hours = Array<number>(HOURS).fill(0);
  for (const { minute, energyMilliwattHours } of minutes) {
    const hour = Math.floor((Date.parse(minute) - start) / HOUR_MS);
    if (hour >= 0 && hour < HOURS) hours[hour] = (hours[hour] as number) + Number(energyMilliwattHours) / 1000;
  }
  return { hours, wattHours: sum(hours), minutes: minutes.length };
}

export interface Counted {
  readonly meter: string;
  readonly hours: readonly number[];
  readonly wattHours: number;
  /** Minutes that the meter has not told, or has not measured by themselves. */
  readonly unknownMinutes: number;
}

const MINUTES = 1_440;

/** What one meter counted in a day, by hour. Minutes that stand in no bucket were never told. */
export function countedIn(meter: string, buckets: readonly UseBucketJson[], start: number): Counted {
  const hours = Array<number>(HOURS).fill(0);
  let unknownMinutes = 0;
  let told = 0;
  for (const { start: at, energyWh, missingMinutes, uncertainMinutes } of buckets) {
    const hour = Math.floor((Date.parse(at) - start) / HOUR_MS);
    if (hour >= 0 && hour < HOURS) hours[hour] = (hours[hour] as number) + Number(energyWh);
    unknownMinutes += missingMinutes + uncertainMinutes;
    told += 1;
  }
  const untold = Math.max(0, MINUTES - told * 60);
  return { meter, hours, wattHours: sum(hours), unknownMinutes: unknownMinutes + untold };
}

/** All meters of a line together. */
export function together(meters: readonly Counted[]): Omit<Counted, 'meter'> {
  return {
    hours: Array.from({ length: HOURS }, (_, hour) => sum(meters.map(({ hours }) => hours[hour] ?? 0))),
    wattHours: sum(meters.map(({ wattHours }) => wattHours)),
    unknownMinutes: sum(meters.map(({ unknownMinutes }) => unknownMinutes)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
