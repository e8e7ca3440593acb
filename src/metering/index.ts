/** FIG. 5, parts 2, 3 and 6 to 9: samples of voltage and current to energy, power and phase. */
export * from './parts.ts';
export * from './phase.ts';
export {
  createPowerCircuit,
  type PowerCircuit,
  type PowerWindow,
  SAMPLES_PER_CYCLE_MAX,
} from './power-circuit.ts';
export * from './recorded-wave.ts';
