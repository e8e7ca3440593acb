import { assert } from '../units/index.ts';
import { angleDeciDegrees, divideRounded, squareRoot } from './integers.ts';
import type { Calibration } from './parts.ts';
import { QuarterDelay } from './quarter-delay.ts';
import { CycleSums, QUADRATURE_SCALE, WindowSums } from './sums.ts';

/** What the power circuit (FIG. 5, part 9) says of one window, about a second of whole cycles. Powers are means. */
export interface PowerWindow {
  /** In 1/65536 of a sample. */
  readonly duration: number;
  /** Whole cycles of the voltage; 0 where the mains are lacking or failed in the window, which then ended by time. */
  readonly cycles: number;
  readonly frequencyMilliHz: number;
  readonly voltageMv: number;
  readonly currentMa: number;
  /** Above 0 while energy is taken, below while it flows back. */
  readonly activeMilliwatts: number;
  /** Above 0 where the current lags (inductive). */
  readonly reactiveMilliwatts: number;
  readonly apparentMilliwatts: number;
  /** Active by apparent power, in millionths, with the sign of the active power. */
  readonly powerFactorPpm: number;
  /** Of active and reactive power, tenths of a degree, above -1800 to 1800; above 0 where the current lags. */
  readonly angleDeciDegrees: number;
  /** Whole mWh of this window; the remainder is carried to the next. */
  readonly importedMwh: number;
  readonly exportedMwh: number;
  /** For taken energy, `pulsesPerKwh` of the calibration. */
  readonly pulses: { readonly count: number; readonly widthMs: number };
  readonly peakVoltageMv: number;
  /** Cycles whose RMS is below 90 % or above 110 % of the nominal voltage. IEC 61000-4-30 §5.4. */
  readonly sagCycles: number;
  readonly swellCycles: number;
  readonly overCurrentCycles: number;
  /** RMS of the lowest and of the highest whole cycle; that of the window where it has none. */
  readonly lowestCycleMv: number;
  readonly highestCycleMv: number;
  /** Samples at the end of a converter's range: what was higher is not measured. */
  readonly clippedSamples: number;
}

/** The slowest mains that counts as mains. */
const FREQUENCY_MIN_HZ = 40;
/** Sums of one cycle stay exact in a double up to here. */
export const SAMPLES_PER_CYCLE_MAX = 2048;
const PULSE_WIDTH_MS = 80;

export const createPowerCircuit = (calibration: Calibration): PowerCircuit => new PowerCircuit(calibration);

/**
 * Multiplies and sums samples in whole numbers, so that the same samples give the same result on every machine.
 *
 * A cycle begins where the voltage rises through its mean. The edge of a window lies between two samples, at the
 * interpolated crossing; the sample there is divided between the two windows, so that nothing is counted twice or
 * lost. The samples before the first crossing, less than a cycle after power-up, are not counted: in the customer's
 * favour. An offset of a converter is a mean, and means are subtracted.
 */
export class PowerCircuit {
  readonly #calibration: Calibration;
  readonly #windowSamples: number;
  readonly #cycleSamplesMax: number;
  readonly #hysteresis: number;
  readonly #sagLimit: number;
  readonly #swellLimit: number;
  readonly #overCurrentLimit: bigint;
  readonly #currentMax: number;
  readonly #energyDivisor: bigint;
  readonly #delay: QuarterDelay;

  #started = false;
  #armed = false;
  #voltageMean = 0;
  #lastVoltage = 0;
  #lastCurrent = 0;
  #lastQuadrature = 0;
  #samples = 0;
  #peak = 0;
  #clipped = 0;
  #cycles = 0;
  #sags = 0;
  #swells = 0;
  #overCurrents = 0;
  /** Mean squares of the cycles of the window, codes squared. */
  #lowest = Number.POSITIVE_INFINITY;
  #highest = -1;
  /** Where the window began inside its first sample, 1/65536: 0x8000 when it began with a whole sample. */
  #edge = HALF_SAMPLE;
  #cycle = new CycleSums();
  #window = new WindowSums();
  #importRemainder = 0n;
  #exportRemainder = 0n;
  #pulseRemainder = 0;

  constructor(calibration: Calibration) {
    const { sampleRateMilliHz, nominalVoltageMv, voltageNanovoltsPerCode, windowMs } = calibration;
    this.#calibration = calibration;
    this.#windowSamples = Math.max(1, Math.floor((sampleRateMilliHz * windowMs) / 1_000_000));
    this.#cycleSamplesMax = Math.floor(sampleRateMilliHz / (1000 * FREQUENCY_MIN_HZ));
    assert(this.#cycleSamplesMax <= SAMPLES_PER_CYCLE_MAX, 'at most 2,048 samples in a cycle of 40 Hz');
    assert(this.#cycleSamplesMax >= 20, 'at least 20 samples in a cycle of 40 Hz');
    const nominalCodes = (nominalVoltageMv * 1_000_000) / voltageNanovoltsPerCode;
    this.#hysteresis = Math.max(1, Math.floor(nominalCodes / 14));
    this.#sagLimit = Math.round((nominalCodes * 0.9) ** 2);
    this.#swellLimit = Math.round((nominalCodes * 1.1) ** 2);
    const overCurrentCodes = Math.round((calibration.overCurrentMa * 1e9) / calibration.currentPicoamperesPerCode);
    this.#overCurrentLimit = BigInt(overCurrentCodes) ** 2n;
    this.#currentMax = 2 ** (calibration.currentBits - 1);
    // Codes squared x nV x pA / sample rate are 10^-21 W s x 1000 / mHz; 1 mWh is 3.6 W s.
    this.#energyDivisor = BigInt(sampleRateMilliHz) * 36n * 10n ** 17n;
    this.#delay = new QuarterDelay(sampleRateMilliHz / (1000 * FREQUENCY_MIN_HZ));
  }

  /**
   * Takes one pair of samples.
   * @param voltageCode signed, 16 bits
   * @param currentCode signed, 16 or 20 bits
   * @returns the window that this sample ended
   * @throws RangeError for a code that the converter cannot give
   */
  sample(voltageCode: number, currentCode: number): PowerWindow | undefined {
    const currentMax = this.#currentMax;
    const inRange =
      (voltageCode << 16) >> 16 === voltageCode &&
      (currentCode | 0) === currentCode &&
      currentCode >= -currentMax &&
      currentCode < currentMax;
    if (!inRange) {
      throw new RangeError(`samples ${voltageCode}, ${currentCode} are outside the converters' range`);
    }
    const quadrature = this.#delay.push(voltageCode);
    const level = voltageCode - this.#voltageMean;
    const rises = this.#armed && level >= 0;
    if (rises) this.#armed = false;
    else if (level < -this.#hysteresis) this.#armed = true;

    let ended: PowerWindow | undefined;
    if (rises) ended = this.#crossing(level, voltageCode, currentCode, quadrature);
    else if (this.#samples >= this.#windowSamples + this.#cycleSamplesMax) ended = this.#timeOut();

    this.#samples++;
    if (this.#started) {
      this.#cycle.add(voltageCode, currentCode, quadrature);
      if (this.#cycle.samples === SAMPLES_PER_CYCLE_MAX) {
        this.#window.fold(this.#cycle);
        this.#cycle.reset();
      }
      const size = voltageCode < 0 ? -voltageCode : voltageCode;
      if (size > this.#peak) this.#peak = size;
      if (size >= 0x7fff || currentCode === -currentMax || currentCode === currentMax - 1) this.#clipped++;
    }
    this.#lastVoltage = voltageCode;
    this.#lastCurrent = currentCode;
    this.#lastQuadrature = quadrature;
    return ended;
  }

  #crossing(level: number, voltage: number, current: number, quadrature: number): PowerWindow | undefined {
    // level >= 0 and the level before < 0: the crossing lies up to one sample back.
    const before = this.#lastVoltage - this.#voltageMean;
    const back = Math.floor((65536 * level) / (level - before));
    if (!this.#started) {
      this.#begin(back, voltage, current, quadrature);
      return undefined;
    }
    this.#cycles++;
    this.#judgeCycle();
    this.#window.fold(this.#cycle);
    this.#cycle.reset();
    if (this.#samples < this.#windowSamples) return undefined;
    this.#window.share(HALF_SAMPLE - back, this.#lastVoltage, this.#lastCurrent, this.#lastQuadrature);
    this.#window.share(HALF_SAMPLE - back, voltage, current, quadrature);
    const ended = this.#finish(65536 * this.#samples + this.#edge - back, 'at-crossing');
    this.#begin(back, voltage, current, quadrature);
    return ended;
  }

  /** Without mains, or before it, windows follow one another by time alone. */
  #timeOut(): PowerWindow | undefined {
    this.#armed = false;
    if (!this.#started) {
      this.#started = true;
      this.#reset(HALF_SAMPLE);
      return undefined;
    }
    this.#window.fold(this.#cycle);
    this.#cycle.reset();
    const ended = this.#finish(65536 * this.#samples + this.#edge - HALF_SAMPLE, 'by-time');
    this.#reset(HALF_SAMPLE);
    return ended;
  }

  #begin(back: number, voltage: number, current: number, quadrature: number): void {
    this.#started = true;
    this.#reset(back);
    this.#window.share(back - HALF_SAMPLE, this.#lastVoltage, this.#lastCurrent, this.#lastQuadrature);
    this.#window.share(back - HALF_SAMPLE, voltage, current, quadrature);
  }

  #reset(edge: number): void {
    this.#edge = edge;
    this.#samples = 0;
    this.#cycles = 0;
    this.#peak = 0;
    this.#clipped = 0;
    this.#sags = 0;
    this.#swells = 0;
    this.#overCurrents = 0;
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#highest = -1;
    this.#window = new WindowSums();
  }

  #judgeCycle(): void {
    const { samples, v, vv, i, ii } = this.#cycle;
    // A cycle that was folded on its way was too long to be one.
    if (samples === 0) return;
    const voltage = samples * vv - v * v;
    if (voltage < this.#sagLimit * samples * samples) this.#sags++;
    if (voltage > this.#swellLimit * samples * samples) this.#swells++;
    const meanSquare = voltage / (samples * samples);
    if (meanSquare < this.#lowest) this.#lowest = meanSquare;
    if (meanSquare > this.#highest) this.#highest = meanSquare;
    const count = BigInt(samples);
    const current = count * BigInt(ii) - BigInt(i) ** 2n;
    if (current > this.#overCurrentLimit * count * count) this.#overCurrents++;
  }

  #finish(duration: number, end: 'at-crossing' | 'by-time'): PowerWindow {
    const { sampleRateMilliHz, voltageNanovoltsPerCode, currentPicoamperesPerCode } = this.#calibration;
    const sums = this.#window;
    const time = BigInt(duration);
    const voltScale = BigInt(voltageNanovoltsPerCode);
    const ampereScale = BigInt(currentPicoamperesPerCode);
    const voltage = squareRoot(varianceOf(sums.vv, sums.v, time) * voltScale ** 2n);
    const current = squareRoot(varianceOf(sums.ii, sums.i, time) * ampereScale ** 2n);
    const voltageMv = Number(divideRounded(voltage, 1_000_000n * FINENESS));
    const currentMa = Number(divideRounded(current, 1_000_000_000n * FINENESS));
    const idle = currentMa < this.#calibration.startingCurrentMa;

    // Codes squared, summed over the samples, means taken away.
    const active = idle ? 0n : sums.vi - divideRounded(sums.v * sums.i * 65536n, time);
    const reactive = idle ? 0n : sums.qi - divideRounded(sums.q * sums.i * 65536n, time);
    const toMilliwatts = (sum: bigint, scale: bigint) =>
      Number(divideRounded(sum * voltScale * ampereScale * 65536n, time * scale * 10n ** 18n));
    const apparent = idle ? 0n : voltage * current;
    // voltage x current carry FINENESS^2 and 10^-21 W.
    const activeFine = divideRounded(active * voltScale * ampereScale * 65536n * FINENESS ** 2n, time);
    const cycles = end === 'at-crossing' ? this.#cycles : 0;
    if (cycles > 0) {
      this.#delay.setPeriod(divideRounded(time, BigInt(cycles)));
      this.#voltageMean = Number(divideRounded(sums.v * 65536n, time));
    }
    const energy = this.#energy(active * voltScale * ampereScale);
    return {
      duration,
      cycles,
      frequencyMilliHz: Number(divideRounded(BigInt(cycles) * BigInt(sampleRateMilliHz) * 65536n, time)),
      voltageMv,
      currentMa,
      activeMilliwatts: toMilliwatts(active, 1n),
      reactiveMilliwatts: toMilliwatts(reactive, BigInt(QUADRATURE_SCALE)),
      apparentMilliwatts: Number(divideRounded(apparent, FINENESS ** 2n * 10n ** 18n)),
      powerFactorPpm: apparent === 0n ? 0 : Number(divideRounded(activeFine * 1_000_000n, apparent)),
      angleDeciDegrees: angleDeciDegrees(active * BigInt(QUADRATURE_SCALE), reactive),
      ...energy,
      pulses: this.#pulses(energy.importedMwh),
      peakVoltageMv: Math.round((this.#peak * voltageNanovoltsPerCode) / 1_000_000),
      sagCycles: this.#sags,
      swellCycles: this.#swells,
      overCurrentCycles: this.#overCurrents,
      lowestCycleMv: this.#highest < 0 ? voltageMv : this.#toMillivolts(this.#lowest),
      highestCycleMv: this.#highest < 0 ? voltageMv : this.#toMillivolts(this.#highest),
      clippedSamples: this.#clipped,
    };
  }

  #toMillivolts(meanSquare: number): number {
    return Math.round((Math.sqrt(meanSquare) * this.#calibration.voltageNanovoltsPerCode) / 1_000_000);
  }

  /** Whole mWh, the rest carried: over any time the error stays below 1 mWh in each direction. */
  #energy(sum: bigint): { importedMwh: number; exportedMwh: number } {
    const divisor = this.#energyDivisor;
    if (sum >= 0n) this.#importRemainder += sum;
    else this.#exportRemainder -= sum;
    const importedMwh = Number(this.#importRemainder / divisor);
    const exportedMwh = Number(this.#exportRemainder / divisor);
    this.#importRemainder %= divisor;
    this.#exportRemainder %= divisor;
    return { importedMwh, exportedMwh };
  }

  #pulses(importedMwh: number): PowerWindow['pulses'] {
    this.#pulseRemainder += importedMwh * this.#calibration.pulsesPerKwh;
    const count = Math.floor(this.#pulseRemainder / MWH_PER_KWH);
    this.#pulseRemainder -= count * MWH_PER_KWH;
    // Pulses that come too fast for their width are as long as the pauses between them.
    const widthMs = Math.min(PULSE_WIDTH_MS, Math.floor(this.#calibration.windowMs / (2 * Math.max(1, count))));
    return { count, widthMs: count === 0 ? 0 : widthMs };
  }
}

const HALF_SAMPLE = 0x8000;
const MWH_PER_KWH = 1_000_000;
/** Roots are taken of values this much finer, squared, so that their rounding is far below the result's. */
const FINENESS = 1000n;

/** FINENESS^2 times the mean square less the squared mean. */
function varianceOf(squares: bigint, sum: bigint, time: bigint): bigint {
  return divideRounded((squares * time * 65536n - sum * sum * 65536n ** 2n) * FINENESS ** 2n, time * time);
}
