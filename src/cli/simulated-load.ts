import { stepEnergy, stepMeasured, stepVoltage } from '../meter/index.ts';
import { MAINS_VOLTS } from '../simulation/index.ts';
import { milliwattHours } from '../units/index.ts';
import type { RunningMeter } from './running-meter.ts';

/** What the household asks for at an instant, in Unix milliseconds. */
export type WattsAt = (unixMs: number) => number;

const SECOND_MS = 1_000;
const WATT_MILLISECONDS_PER_MILLIWATT_HOUR = 3_600;
/** Of transformer, line and service line together. */
const OHMS = 0.4;

/** A household that is not there: once a second the power circuit tells what flowed. @returns ends it, with its last reading */
export function simulateLoad(meter: RunningMeter, load: WattsAt): () => void {
  /** Of what was asked for, what is below 1 mWh. */
  let wattMilliseconds = 0;
  let measuredAt: number | undefined;
  const measure = () =>
    meter.act((machine, now, out) => {
      const watts = load(now);
      wattMilliseconds += watts * (now - (measuredAt ?? now));
      measuredAt = now;
      const wanted = Math.floor(wattMilliseconds / WATT_MILLISECONDS_PER_MILLIWATT_HOUR);
      wattMilliseconds -= wanted * WATT_MILLISECONDS_PER_MILLIWATT_HOUR;
      const drop = machine.supplies.some(({ relay }) => relay.reasons !== 0) ? 0 : (watts / MAINS_VOLTS) * OHMS;
      stepVoltage(machine, 1, Math.round(1000 * (MAINS_VOLTS - drop)), now);
      const flowed = stepEnergy(machine, 1, milliwattHours(wanted), now, out);
      const measured = Math.round(flowed < wanted ? (watts * flowed) / wanted : watts);
      const deciAmperes = Math.round((10 * measured) / MAINS_VOLTS);
      stepMeasured(machine, 1, { watts: measured, deciAmperes, degreesOfLag: 0 }, now, out);
    });
  measure();
  const second = setInterval(measure, SECOND_MS);
  return () => {
    clearInterval(second);
    measure();
  };
}
