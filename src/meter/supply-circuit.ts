import { BypassSensor, type Calibration, createPowerCircuit, type PowerCircuit } from '../metering/index.ts';
import { type Disturbances, noDisturbances } from './disturbances.ts';

/** Parts 3 and 6 to 9 of one supply, and the energies from which the running minute gets its phase angle. */
export interface SupplyCircuit {
  readonly circuit: PowerCircuit;
  readonly calibration: Calibration;
  readonly bypass: BypassSensor;
  bypassed: 0 | 1;
  readonly disturbances: Disturbances;
  minute: number;
  active: bigint;
  reactive: bigint;
}

export const supplyCircuit = (calibration: Calibration): SupplyCircuit => ({
  circuit: createPowerCircuit(calibration),
  calibration,
  bypass: new BypassSensor(),
  bypassed: 0,
  disturbances: noDisturbances(),
  minute: 0,
  active: 0n,
  reactive: 0n,
});
