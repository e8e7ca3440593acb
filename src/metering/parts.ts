/** FIG. 5, part 2: manganin, 0.1 mΩ. */
const SHUNT_MICRO_OHMS = 100;

/** FIG. 5, part 6: two resistors in series; the V-ADC sees the voltage over the lower one. By line voltage in V. */
const DIVIDERS = {
  117: { upperOhms: 249_000, lowerOhms: 1000 },
  220: { upperOhms: 469_000, lowerOhms: 1000 },
  240: { upperOhms: 511_000, lowerOhms: 1000 },
} as const;
export type LineVoltage = keyof typeof DIVIDERS;

/** FIG. 5, part 7: 16 bits, signed, full scale at 1 V. */
const VOLTAGE_ADC = { bits: 16, fullScaleMicrovolts: 1_000_000 } as const;
/** FIG. 5, part 8: 16 or 20 bits, signed, full scale at 20 mV: 200 A through the shunt. */
const CURRENT_ADC = { fullScaleMicrovolts: 20_000 } as const;

/** The current that a meter is made for (IEC 62053-21, direct connection): shares of it say how accurate it must be. */
export const BASE_CURRENT_MA = 5000;
/** A meter of class 1 begins to count at 0.4 % of its base current. */
const STARTING_CURRENT_MA = (BASE_CURRENT_MA * 4) / 1000;

/** What the power circuit must know of the parts before it. */
export interface Calibration {
  /** Samples of each converter in 1,000 s. */
  readonly sampleRateMilliHz: number;
  readonly currentBits: 16 | 20;
  readonly voltageNanovoltsPerCode: number;
  readonly currentPicoamperesPerCode: number;
  readonly nominalVoltageMv: number;
  /** Below this current (RMS) nothing is counted: what flows then is noise of the converters. */
  readonly startingCurrentMa: number;
  /** A cycle above this current (RMS) is counted as over-current. */
  readonly overCurrentMa: number;
  readonly pulsesPerKwh: number;
  /** A result comes at the first whole cycle after this time. */
  readonly windowMs: number;
}

/** The calibration of the parts as they are drawn, before a bench has corrected it. */
export function nominalCalibration(parts: {
  readonly lineVoltage: LineVoltage;
  readonly currentBits: 16 | 20;
  readonly sampleRateMilliHz: number;
}): Calibration {
  const { upperOhms, lowerOhms } = DIVIDERS[parts.lineVoltage];
  const fullScaleVolts = ((upperOhms + lowerOhms) / lowerOhms) * (VOLTAGE_ADC.fullScaleMicrovolts / 1_000_000);
  const fullScaleAmperes = CURRENT_ADC.fullScaleMicrovolts / SHUNT_MICRO_OHMS;
  return {
    sampleRateMilliHz: parts.sampleRateMilliHz,
    currentBits: parts.currentBits,
    voltageNanovoltsPerCode: Math.round((fullScaleVolts * 1e9) / 2 ** (VOLTAGE_ADC.bits - 1)),
    currentPicoamperesPerCode: Math.round((fullScaleAmperes * 1e12) / 2 ** (parts.currentBits - 1)),
    nominalVoltageMv: parts.lineVoltage * 1000,
    startingCurrentMa: STARTING_CURRENT_MA,
    overCurrentMa: 63_000,
    pulsesPerKwh: 1000,
    windowMs: 1000,
  };
}

/**
 * FIG. 5, part 3: reads 1 while the terminals 1s and 1L are bypassed, 0 in normal use. A change counts once it has
 * held for `steadyReadings` readings, so that a switching arc is no theft. `read` gives the level that counts.
 */
export class BypassSensor {
  readonly #steadyReadings: number;
  #level: 0 | 1 = 0;
  #against = 0;

  constructor(steadyReadings = 3) {
    this.#steadyReadings = steadyReadings;
  }

  read(level: 0 | 1): 0 | 1 {
    this.#against = level === this.#level ? 0 : this.#against + 1;
    if (this.#against >= this.#steadyReadings) {
      this.#level = level;
      this.#against = 0;
    }
    return this.#level;
  }
}
