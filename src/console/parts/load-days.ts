import type { MinutesJson } from '../../api/index.ts';

export type LoadDay = MinutesJson['days'][number];

/** 0.1 Wh a minute are six watts. */
const WATTS_PER_UNIT = 6;
export const MISSING = -1;
export const UNCERTAIN = -2;

/** The mean power of a minute, or why there is none. */
export function wattsAt({ energy }: LoadDay, minute: number): number | 'missing' | 'uncertain' {
  const value = energy[minute] ?? MISSING;
  return value === MISSING ? 'missing' : value === UNCERTAIN ? 'uncertain' : value * WATTS_PER_UNIT;
}

/** What a kilowatt-hour costs in a minute, in percent; undefined before the first table. */
export const percentAt = ({ percents }: LoadDay, minute: number): number | undefined =>
  percents.findLast((each) => each.minute <= minute)?.percent;

/** Stretches of one price each; the last one reaches to `length`, which is that of the day. */
export function stepsOf({ percents }: LoadDay, length: number) {
  return percents.map(({ minute, percent }, nth) => ({
    ...{ from: minute, to: percents[nth + 1]?.minute ?? length },
    percent,
  }));
}

export interface LoadSum {
  /** Watt-hours of the minutes that are known. */
  readonly wattHours: number;
  readonly unknownMinutes: number;
  readonly watts: number;
}

/** All of some days: what was used, how much is not known, and the highest minute. */
export function sumOf(days: readonly LoadDay[]): LoadSum {
  let [deci, unknownMinutes, highest] = [0, 0, 0];
  for (const { energy } of days) {
    for (const value of energy) {
      if (value < 0) unknownMinutes += 1;
      else deci += value;
      if (value > highest) highest = value;
    }
  }
  return { wattHours: deci / 10, unknownMinutes, watts: highest * WATTS_PER_UNIT };
}

/**
 * How dark a load is painted, from 0 to 1. Kettles are rare and high: over a root, the ground load is still seen.
 * @param highest of all that is painted
 */
export const shadeOf = (watts: number, highest: number): number =>
  highest === 0 || watts <= 0 ? 0 : Math.sqrt(Math.min(1, watts / highest));

export interface MapSize {
  readonly width: number;
  readonly days: number;
  readonly rowHeight: number;
}

/** Which minute of which day lies under a point of the map. */
export function minuteUnder(
  x: number,
  y: number,
  { width, days, rowHeight }: MapSize,
  minutesOf: (day: number) => number,
): { readonly day: number; readonly minute: number } | undefined {
  const day = Math.floor(y / rowHeight);
  if (x < 0 || x >= width || day < 0 || day >= days) return undefined;
  return { day, minute: Math.floor((x / width) * minutesOf(day)) };
}

/** A day has 1,440 minutes, or as many as it has where clocks change; one that is not over is as long as another. */
export const lengthOf = ({ energy }: LoadDay): number => Math.max(MINUTES_OF_DAY_USUAL, energy.length);
const MINUTES_OF_DAY_USUAL = 1_440;
