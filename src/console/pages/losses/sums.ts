import type { LineDayJson } from '../../../api/index.ts';

/** A day of a line in watt-hours, as the page shows it. */
export interface DaySums {
  readonly gave: readonly number[];
  readonly gaveAll: number;
  readonly gaveMinutes: number;
  /** Nothing for whoever may not read what meters counted. */
  readonly counted:
    | { readonly hours: readonly number[]; readonly all: number; readonly unknownMinutes: number }
    | undefined;
}

export function sumsOf({ hours, meters }: LineDayJson): DaySums {
  const gave = hours.map(({ gaveMilliwattHours }) => Number(gaveMilliwattHours) / 1000);
  const told = { gave, gaveAll: sum(gave), gaveMinutes: sum(hours.map(({ gaveMinutes }) => gaveMinutes)) };
  if (meters === undefined) return { ...told, counted: undefined };
  const byHour = hours.map(({ countedWh = '0' }) => Number(countedWh));
  const unknownMinutes = sum(meters.map((meter) => meter.unknownMinutes));
  return { ...told, counted: { hours: byHour, all: sum(byHour), unknownMinutes } };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
