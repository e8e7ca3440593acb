import { ENERGY_MAX, MINUTES_PER_DAY } from '../records/index.ts';
import type { MeterDay } from './energy-balance.ts';
import type { Feeder } from './network.ts';
import { PowerFlow } from './power-flow.ts';

/** Of a longer line several minutes are taken together: what is reckoned grows with its square. */
const METERS_BY_MINUTE = 100;
const MINUTES_TOGETHER = 5;
/** 0.1 Wh in a minute. */
const WATTS_PER_UNIT = 6;
const MILLIWATT_HOURS_PER_WATT_MINUTE = 1000 / 60;

/** So many minutes of a line with so many meters are reckoned as one. */
export const minutesTogether = (meters: number): number => (meters > METERS_BY_MINUTE ? MINUTES_TOGETHER : 1);

/**
 * Milliwatt-hours that lines lose in each minute of a day where each meter uses what it counts; `NaN` in minutes that
 * some meter does not know. Nothing where the lines could not carry it: it is no network of theirs.
 */
export function lineHeat(feeder: Feeder, meters: readonly MeterDay[]): Float64Array | undefined {
  const flow = new PowerFlow(feeder);
  const together = minutesTogether(meters.length);
  const byMeter = new Map(meters.map(({ svpmsn, supplies }) => [svpmsn, supplies]));
  const loads = feeder.loads.map(({ meter }) => byMeter.get(meter) ?? []);
  const lines = new Float64Array(MINUTES_PER_DAY).fill(Number.NaN);
  const watts = new Float64Array(loads.length);
  for (let from = 0; from < MINUTES_PER_DAY; from += together) {
    for (const [i, supplies] of loads.entries()) watts[i] = wattsOf(supplies, from, together);
    if (watts.some(Number.isNaN)) continue;
    const found = flow.solve(watts);
    if (found === undefined) return undefined;
    lines.fill(found.loss * MILLIWATT_HOURS_PER_WATT_MINUTE, from, from + together);
  }
  return lines;
}

function wattsOf(supplies: MeterDay['supplies'], from: number, minutes: number): number {
  let sum = 0;
  for (const supply of supplies) {
    for (let minute = from; minute < from + minutes; minute++) {
      const energy = supply?.energies[minute] ?? Number.NaN;
      sum += energy <= ENERGY_MAX ? energy : Number.NaN;
    }
  }
  return (sum * WATTS_PER_UNIT) / minutes;
}
