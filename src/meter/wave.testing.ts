import { type Calibration, nominalCalibration } from '../metering/index.ts';

export const SAMPLES_PER_SECOND = 3300;
export const PARTS: Calibration = nominalCalibration({
  lineVoltage: 220,
  currentBits: 20,
  sampleRateMilliHz: 1000 * SAMPLES_PER_SECOND,
});

export interface Wave {
  readonly volts: number;
  readonly amperes: number;
  readonly hertz?: number;
  readonly lagDegrees?: number;
  /** Of the current, as shares of the fundamental: the third, fifth and seventh harmonic. */
  readonly harmonics?: readonly number[];
}

/** A whole second of a wave with whole cycles, as the converters give it; it is repeated without a seam. */
export function second(wave: Wave, parts = PARTS) {
  const { volts, amperes, hertz = 50, lagDegrees = 0, harmonics = [] } = wave;
  const lag = (lagDegrees * Math.PI) / 180;
  const voltages = new Int16Array(SAMPLES_PER_SECOND);
  const currents = new Int32Array(SAMPLES_PER_SECOND);
  for (let n = 0; n < SAMPLES_PER_SECOND; n++) {
    const angle = (2 * Math.PI * hertz * n) / SAMPLES_PER_SECOND;
    let shape = Math.sin(angle - lag);
    for (const [i, share] of harmonics.entries()) shape += share * Math.sin((2 * i + 3) * (angle - lag));
    voltages[n] = Math.round((volts * Math.SQRT2 * Math.sin(angle) * 1e9) / parts.voltageNanovoltsPerCode);
    currents[n] = Math.round((amperes * Math.SQRT2 * shape * 1e12) / parts.currentPicoamperesPerCode);
  }
  return { voltages, currents, bypass: 0 as const };
}
