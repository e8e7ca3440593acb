import { BASE_CURRENT_MA, type Calibration, measureWave, nominalCalibration } from '../../src/metering/index.ts';
import {
  MHKIT,
  mhkitWaves,
  missing,
  OGGA,
  OGGA_POWERS,
  oggaWaves,
  type PublishedWave,
} from '../../src/metering/published-waves.testing.ts';
import { meanPower, run, type Wave } from '../../src/metering/waves.testing.ts';
import { atMost, type Figure, forInformation, notFound } from './figure.ts';

const VOLTS = 220;
/** A clock crystal's 32,768 Hz, divided by ten: no mains stand still against it. */
const SAMPLE_RATE_MILLIHERTZ = 3_276_800;
const FREQUENCIES = [45, 50, 60, 65] as const;
/** Power factors 1, 0.5 on either side, and 0.25. */
const LAGS = [0, 60, -60, (Math.acos(0.25) * 180) / Math.PI] as const;
const READING_SECONDS = 300;
/** Of the converters: every real one has some, and half a code is what makes its steps straight in the mean. */
const NOISE = 0.5;

/** How exact the metering core is, on waves that are computed and on those that others measured. */
export async function metering(): Promise<readonly Figure[]> {
  return [...arithmetic(), locked(), ...published()];
}

function arithmetic(): Figure[] {
  const worst = (currentBits: 16 | 20, shares: readonly number[]) => {
    const parts = nominalCalibration({
      ...{ lineVoltage: VOLTS, currentBits },
      sampleRateMilliHz: SAMPLE_RATE_MILLIHERTZ,
    });
    const errors = shares.flatMap((share) =>
      LAGS.flatMap((lagDegrees) =>
        FREQUENCIES.map((hertz) => {
          const amperes = (share * BASE_CURRENT_MA) / 1000;
          return percentOff({ volts: VOLTS, amperes, lagDegrees, hertz, noise: NOISE }, READING_SECONDS, parts);
        }),
      ),
    );
    return Math.max(...errors);
  };
  const how = `the largest error of a reading of ${READING_SECONDS} s at 45, 50, 60 and 65 Hz, power factors 1, 0.5 on either side and 0.25`;
  const of = (shares: readonly number[]) =>
    `${shares.map((share) => 100 * share).join(', ')} % of ${BASE_CURRENT_MA / 1000} A`;
  const [fine, coarse] = [
    [0.004, 0.02, 0.1, 0.5, 1, 1.2],
    [0.05, 0.1, 0.5, 1, 1.2],
  ] as const;
  return [
    atMost(0.02, { name: 'power-20-bits', value: worst(20, fine), unit: '%', how: `${how}, ${of(fine)}` }),
    atMost(0.05, { name: 'power-16-bits', value: worst(16, coarse), unit: '%', how: `${how}, ${of(coarse)}` }),
  ];
}

/** What the noise is good for: without it every cycle has the same steps, and the mean of many is no better than one. */
function locked(): Figure {
  const parts = nominalCalibration({ lineVoltage: VOLTS, currentBits: 20, sampleRateMilliHz: 3_300_000 });
  const amperes = (0.004 * BASE_CURRENT_MA) / 1000;
  const value = Math.max(
    ...LAGS.map((lagDegrees) => percentOff({ volts: VOLTS, amperes, lagDegrees, hertz: 50 }, 60, parts)),
  );
  const how = '0.4 % of the base current at 50 Hz with 66 samples to each cycle and converters without any noise';
  return forInformation({ name: 'power-20-bits-locked', value, unit: '%', how });
}

function percentOff(wave: Wave, seconds: number, parts: Calibration): number {
  const { volts = 0, amperes = 0, lagDegrees = 0 } = wave;
  const expected = 1000 * volts * amperes * Math.cos((lagDegrees * Math.PI) / 180);
  return 100 * Math.abs(meanPower(run(wave, seconds, parts).windows) / expected - 1);
}

function published(): Figure[] {
  const [mhkitMissing, oggaMissing] = [missing(MHKIT), missing(OGGA, OGGA_POWERS)];
  const figures: Figure[] = [];
  if (mhkitMissing !== false) figures.push(notFound('power-mhkit', 'at most 0.001 %', mhkitMissing));
  else {
    const value = Math.max(...mhkitWaves().map(offOf));
    const how = 'the largest error of three measured phases at 50 kHz against their published powers';
    figures.push(atMost(0.001, { name: 'power-mhkit', value, unit: '%', how }));
  }
  if (oggaMissing !== false) figures.push(notFound('power-ogga', 'at most 0.01 %', oggaMissing));
  else {
    const errors = oggaWaves().map(offOf);
    const how = `the largest error of all ${errors.length} published powers of 0.9 s whose waves are there`;
    figures.push(atMost(0.01, { name: 'power-ogga', value: Math.max(...errors), unit: '%', how }));
  }
  return figures;
}

function offOf({ wave, calibration, watts }: PublishedWave): number {
  const measured = measureWave(wave, calibration);
  if ('reason' in measured) throw new Error(measured.sentence);
  return 100 * Math.abs(meanPower(measured.slice(0, 1)) / (1000 * watts) - 1);
}
