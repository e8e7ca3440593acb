import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Calibration, nominalCalibration } from './parts.ts';
import type { RecordedWave } from './recorded-wave.ts';

/** A measured wave, and the power that its author published for it. */
export interface PublishedWave {
  readonly name: string;
  readonly wave: RecordedWave;
  readonly calibration: Calibration;
  readonly watts: number;
  /** As far as it was published. */
  readonly factor?: number;
}

/** Files of measured data, which lie beside the checkout and are no part of it. */
export const MHKIT = 'wave_mhkit_3phase_50kHz.csv.gz';
export const OGGA = 'wave_ogga_20181213_1623_adc_3300Hz.csv.gz';
export const OGGA_POWERS = 'wave_ogga_reference_power_1s.csv.gz';

const pathOf = (file: string): URL => new URL(`../../../shared/data/${file}`, import.meta.url);

/** For `skip` of a test. */
export function missing(...files: readonly string[]): string | false {
  const file = files.find((each) => !existsSync(pathOf(each)));
  return file === undefined ? false : `Put ${file} into ../shared/data to run this test.`;
}

const rowsOf = (file: string): string[][] =>
  gunzipSync(readFileSync(pathOf(file)))
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split(','));

/**
 * Three phases at 50 kHz, whose powers were published for the first 7,500 samples: nine cycles. They are played three
 * times without a seam, so that whatever sample a window begins at, it has those 7,500.
 */
export function mhkitWaves(): PublishedWave[] {
  const rows = rowsOf(MHKIT).slice(0, MHKIT_SAMPLES);
  const nominal = nominalCalibration({ lineVoltage: 220, currentBits: 20, sampleRateMilliHz: 50_000_000 });
  // The file has kilovolts: codes of 0.4 V and 0.1 mA stand for transformers before the converters.
  const scale = { voltageNanovoltsPerCode: 400_000_000, currentPicoamperesPerCode: 100_000_000 };
  const calibration = { ...nominal, ...scale, nominalVoltageMv: 7_600_000, windowMs: 145 };
  return MHKIT_PUBLISHED.map(({ volts, amperes, watts, factor }) => {
    const codes = (column: number, unit: number) => {
      const once = rows.map((row) => Math.round(Number(row[column]) / unit));
      return [...once, ...once, ...once];
    };
    const wave = { voltages: codes(volts, 0.4), currents: codes(amperes, 1e-4) };
    return { name: `phase ${volts}`, wave, calibration, watts, factor };
  });
}

const MHKIT_SAMPLES = 7500;
const MHKIT_PUBLISHED = [
  { volts: 1, amperes: 4, watts: -141_849.3, factor: -0.99873 },
  { volts: 2, amperes: 5, watts: -138_184.7, factor: -0.9988 },
  { volts: 3, amperes: 6, watts: -141_895.6, factor: -0.99796 },
] as const;

/**
 * Converter codes of a homemade meter, and the power that its author's program made of each 45 periods: half waves of
 * current, and a voltage that is a sine of 332 V from the edge of the voltage signal on. What the power circuit is
 * given is what that program multiplies: a period of so many samples becomes one of 66, the sine's own, in which
 * samples that come to the same angle add up, and the other half wave of the current mirrors the one that was
 * measured. The program divides by the intervals between the samples of a period, which are one fewer than they are.
 */
export function oggaWaves(): PublishedWave[] {
  const samples = rowsOf(OGGA).map(([voltage, current]) => ({ voltage: Number(voltage), current: Number(current) }));
  const published = rowsOf(OGGA_POWERS).slice(0, OGGA_WINDOWS);
  const parts = nominalCalibration({ lineVoltage: 240, currentBits: 20, sampleRateMilliHz: 3_300_000 });
  const waves: PublishedWave[] = [];
  let [end, toldAt] = [OGGA_FIRST_END, 0];
  let begin = 0;
  for (const [i, [time = '', power = '']] of published.entries()) {
    const at = secondsOf(time);
    if (i > 0) end += Math.round((at - toldAt) * OGGA_RATE);
    toldAt = at;
    const counted = countedPeriods(samples, begin, end);
    begin = end;
    const intervals = counted.reduce((sum, { length }) => sum + length - 1, 0);
    const watts = (Number(power) / OGGA_SCALE) * (intervals / (SINE_SAMPLES * counted.length));
    const calibration = { ...parts, windowMs: 20 * counted.length - 10 };
    const folded = counted.map(({ from, length }) => foldedCurrent(samples, from, length));
    // One period before, so that the circuit finds its first crossing, and one behind, so that it finds its last.
    const currents = [folded.at(-1) ?? [], ...folded, folded[0] ?? []].flat();
    const wave = {
      voltages: currents.map((_, n) => codeOf(oggaVoltage(n) * 1e9, calibration.voltageNanovoltsPerCode)),
      currents: currents.map((amperes) => codeOf(amperes * 1e12, calibration.currentPicoamperesPerCode)),
    };
    waves.push({ name: time, wave, calibration, watts });
  }
  return waves;
}

/** Windows that lie in the file, and where the first of them ends; found by where all of them fall on an edge. */
export const OGGA_WINDOWS = 120;
const OGGA_FIRST_END = 3344;
const OGGA_RATE = 3300;
const OGGA_SCALE = 1.01501989624;
const SINE_SAMPLES = 66;
/** The sine begins so much behind the edge: the published powers say so, to one part in a million. */
const OGGA_LATE_SECONDS = 1.3e-6;
/**
 * An edge is the first fall of the signal once it has been above a level for so many samples, the published powers say;
 * those count that its recorder lost behind each block of 9,000.
 */
const EDGE = { level: 400, samples: 20, blockSamples: 9000, lostSamples: 14 } as const;

const codeOf = (nano: number, unit: number): number => Math.round(nano / unit);
const oggaVoltage = (n: number): number =>
  332 * Math.sin(2 * Math.PI * 50 * ((n % SINE_SAMPLES) / OGGA_RATE - OGGA_LATE_SECONDS));
const oggaCurrent = (code: number): number =>
  Math.max(code * 0.0031714583747 + 0.0074799917638 - 0.0247070305049, 0) / 0.027;

interface OggaSample {
  readonly voltage: number;
  readonly current: number;
}

/** From an edge to the next, up to an end, as far as they are as long as one of the mains. */
function countedPeriods(
  samples: readonly OggaSample[],
  begin: number,
  end: number,
): { from: number; length: number }[] {
  const voltageAt = (n: number) => samples[n]?.voltage ?? 0;
  const blockOf = (n: number) => Math.floor(n / EDGE.blockSamples);
  const periods: { from: number; length: number }[] = [];
  let from = begin;
  let high: number | undefined;
  for (let n = begin + 1; n <= end; n++) {
    if (voltageAt(n - 1) < EDGE.level && voltageAt(n) >= EDGE.level) high = n;
    if (high === undefined || voltageAt(n) >= voltageAt(n - 1)) continue;
    const lost = blockOf(n) > blockOf(high - 1) ? EDGE.lostSamples : 0;
    if (n - high + lost < EDGE.samples) continue;
    high = undefined;
    periods.push({ from, length: n - from });
    from = n;
  }
  return periods.filter(({ length }) => length >= 66 && length <= 68);
}

function foldedCurrent(samples: readonly OggaSample[], from: number, length: number): number[] {
  const half = new Array<number>(SINE_SAMPLES).fill(0);
  for (let k = 0; k < length; k++) {
    const at = k % SINE_SAMPLES;
    half[at] = (half[at] as number) + oggaCurrent(samples[from + k]?.current ?? 0);
  }
  return half.map((amperes, k) => amperes - (half[(k + SINE_SAMPLES / 2) % SINE_SAMPLES] as number));
}

const secondsOf = (time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.slice(11).split(':').map(Number);
  return 3600 * hours + 60 * minutes + seconds;
};
