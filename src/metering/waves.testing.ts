import type { Calibration } from './parts.ts';
import { createPowerCircuit, type PowerWindow } from './power-circuit.ts';
import type { RecordedWave } from './recorded-wave.ts';

/** A sine of voltage with the current that it drives; effective values. */
export interface Wave {
  readonly volts?: number;
  readonly amperes?: number;
  /** Above 0 where the current lags. */
  readonly lagDegrees?: number;
  readonly hertz?: number;
  readonly voltOffset?: number;
  readonly ampereOffset?: number;
  /** Third harmonic of the current, as a share of the fundamental. */
  readonly third?: number;
  /** Deviation of the converters' own noise, in codes. */
  readonly noise?: number;
}

/** The samples of a wave one after the other, as the converters give them; the same seed gives the same noise. */
export function sampler(wave: Wave, parts: Calibration, seed = 1): (n: number) => readonly [number, number] {
  const { volts = 220, amperes = 0, lagDegrees = 0, hertz = 50 } = wave;
  const { voltOffset = 0, ampereOffset = 0, third = 0, noise = 0 } = wave;
  const step = (2 * Math.PI * hertz * 1000) / parts.sampleRateMilliHz;
  const lag = (lagDegrees * Math.PI) / 180;
  const uniform = uniformOf(seed);
  // The sum of three uniform numbers deviates by half.
  const noisy = () => (noise === 0 ? 0 : 2 * noise * (uniform() + uniform() + uniform() - 1.5));
  return (n) => {
    const angle = step * n + 0.3;
    const voltage = volts * Math.SQRT2 * Math.sin(angle) + voltOffset;
    const shape = Math.sin(angle - lag) + (third === 0 ? 0 : third * Math.sin(3 * (angle - lag)));
    const current = amperes * Math.SQRT2 * shape + ampereOffset;
    return [
      Math.round((voltage * 1e9) / parts.voltageNanovoltsPerCode + noisy()),
      Math.round((current * 1e12) / parts.currentPicoamperesPerCode + noisy()),
    ];
  };
}

/** The windows of a wave that lasts some seconds, and the seconds that they cover. */
export function run(wave: Wave, seconds: number, parts: Calibration): { windows: PowerWindow[]; seconds: number } {
  const circuit = createPowerCircuit(parts);
  const sample = sampler(wave, parts);
  const rate = parts.sampleRateMilliHz / 1000;
  const windows: PowerWindow[] = [];
  let covered = 0;
  for (let n = 0; n < rate * seconds; n++) {
    const window = circuit.sample(...sample(n));
    if (window === undefined) continue;
    windows.push(window);
    covered += window.duration / 65536 / rate;
  }
  return { windows, seconds: covered };
}

/** The same as a record. */
export function recorded(wave: Wave, seconds: number, parts: Calibration): RecordedWave {
  const sample = sampler(wave, parts);
  const samples = Array.from({ length: Math.floor((parts.sampleRateMilliHz * seconds) / 1000) }, (_, n) => sample(n));
  return { voltages: samples.map(([voltage]) => voltage), currents: samples.map(([, current]) => current) };
}

/** Mean power over whole windows, in milliwatts. */
export function meanPower(windows: readonly PowerWindow[]): number {
  let [energy, time] = [0, 0];
  for (const { activeMilliwatts, duration } of windows) {
    energy += activeMilliwatts * duration;
    time += duration;
  }
  return energy / time;
}

function uniformOf(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
