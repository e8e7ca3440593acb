import type { VoltagesJson } from '../../api/index.ts';

export interface VoltageRange {
  /** Millivolts of a quarter of an hour. */
  readonly lowest: number;
  readonly highest: number;
  readonly unknown: number;
}

/** The lowest and the highest of some days, and how many quarters are not known; nothing where none is. */
export function rangeOf(days: VoltagesJson['days']): VoltageRange | undefined {
  let [lowest, highest, unknown] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const value of days.flatMap(({ millivolts }) => millivolts)) {
    if (value < 0) {
      unknown += 1;
      continue;
    }
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return lowest === Number.POSITIVE_INFINITY ? undefined : { lowest, highest, unknown };
}
