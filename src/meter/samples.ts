import { degreesOfLag, type PowerWindow } from '../metering/index.ts';
import { assert, milliwattHours, type SupplyIndex } from '../units/index.ts';
import { noteDisturbances } from './disturbances.ts';
import { stepEnergy, stepMeasured, stepTime, stepVoltage } from './meter.ts';
import type { MeterOutputs } from './outputs.ts';
import { noteReverse } from './reverse-energy.ts';
import { senseSeal } from './seal.ts';
import type { Meter, Supply } from './state.ts';
import type { SupplyCircuit } from './supply-circuit.ts';

/** Codes of the two converters (parts 7 and 8), taken at the same instants: signed, 16 bits and 16 or 20 bits. */
export interface Samples {
  readonly voltages: ArrayLike<number>;
  readonly currents: ArrayLike<number>;
  /** The level of the bypass sensor (part 3), read once with each block: 1 while terminals are bypassed. */
  readonly bypass: 0 | 1;
}

/**
 * Samples of a supply's voltage and current, the last of them taken at `now`: FIG. 5, parts 6 to 9. Each window of
 * the power circuit that ends in them is charged, watched for its limits, and has its part in the phase angle of its
 * minute; it belongs to the minute in which it ends. The meter was started with a calibration for the supply.
 *
 * What flowed in a window after the last token of it fell, or in which a limit tripped, is less than two seconds of
 * energy and in the customer's favour.
 * @returns the windows that ended, for the lamp that gives their pulses
 * @throws RangeError for a code that a converter cannot give
 */
export function stepSamples(
  meter: Meter,
  index: SupplyIndex,
  { voltages, currents, bypass }: Samples,
  now: number,
  out: MeterOutputs,
): readonly PowerWindow[] {
  const { circuit: supplied } = meter.supplies[index - 1] as Supply;
  assert(supplied !== undefined, 'the meter was started without a calibration of this supply');
  assert(voltages.length === currents.length, 'each voltage has a current');
  const { circuit, calibration } = supplied;
  const windows: PowerWindow[] = [];
  const count = voltages.length;
  for (let i = 0; i < count; i++) {
    const window = circuit.sample(voltages[i] as number, currents[i] as number);
    if (window === undefined) continue;
    windows.push(window);
    const sinceMs = ((count - 1 - i) * 1_000_000) / calibration.sampleRateMilliHz;
    // Another supply's samples may have brought the meter further already.
    const at = Math.max(meter.now, Math.floor(now - sinceMs));
    takeWindow(meter, index, { supplied, window, at }, out);
  }
  const bypassed = supplied.bypass.read(bypass);
  if (bypassed !== supplied.bypassed) {
    supplied.bypassed = bypassed;
    senseSeal(meter, { sensor: 'bypass', on: bypassed === 1, supply: index }, now, out);
  }
  stepTime(meter, now, out);
  return windows;
}

function takeWindow(
  meter: Meter,
  index: SupplyIndex,
  ended: { readonly supplied: SupplyCircuit; readonly window: PowerWindow; readonly at: number },
  out: MeterOutputs,
): void {
  const { supplied, window, at } = ended;
  stepVoltage(meter, index, window.voltageMv, at);
  stepTime(meter, at, out);
  const nominalMv = supplied.calibration.nominalVoltageMv;
  noteDisturbances(meter, index, supplied.disturbances, { window, nominalMv });
  noteReverse(meter, meter.supplies[index - 1] as Supply, window);
  // Before the limits are watched: what trips a relay has flowed.
  stepEnergy(meter, index, milliwattHours(window.importedMwh), at, out);
  if (supplied.minute !== meter.minute) {
    supplied.minute = meter.minute;
    supplied.active = 0n;
    supplied.reactive = 0n;
  }
  const duration = BigInt(window.duration);
  supplied.active += BigInt(window.activeMilliwatts) * duration;
  supplied.reactive += BigInt(window.reactiveMilliwatts) * duration;
  const measured = {
    watts: Math.round(window.activeMilliwatts / 1000),
    deciAmperes: Math.round(window.currentMa / 100),
    degreesOfLag: degreesOfLag(supplied),
  };
  stepMeasured(meter, index, measured, at, out);
}
