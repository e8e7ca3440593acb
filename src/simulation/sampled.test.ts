import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  inspectPurse,
  type Meter,
  type MeterOutputs,
  stepEnergy,
  stepMeasured,
  stepTime,
  totalsNow,
} from '../meter/index.ts';
import { createPowerCircuit, degreesOfLag, nominalCalibration, type PowerWindow } from '../metering/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { milliwattHours } from '../units/index.ts';
import { BEGINS_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

const SAMPLES_A_SECOND = 1_600;
const HERTZ = 50;
const VOLTS = 220;
const CALIBRATION = nominalCalibration({
  lineVoltage: 220,
  currentBits: 20,
  sampleRateMilliHz: 1_000 * SAMPLES_A_SECOND,
});
const SURCHARGE = { percents: [100, 120, 150, 200], limits: [15, 30, 60] } as const;
/** Monday from nine to six, in March. */
const PERCENT = 200;

/** What is plugged in, for how long, and the band that its angle lies in. */
const APPLIANCES = [
  { name: 'kettle', amperes: 9, lagDegrees: 0, minutes: 2, band: 0 },
  { name: 'refrigerator', amperes: 3, lagDegrees: 25, minutes: 2, band: 1 },
  { name: 'pump', amperes: 12, lagDegrees: 41, minutes: 2, band: 2 },
  { name: 'idling motor', amperes: 6, lagDegrees: 75, minutes: 2, band: 3 },
] as const;
const MINUTES = APPLIANCES.reduce((sum, { minutes }) => sum + minutes, 0);

/** The windows that the power circuit makes of it, each with its end in milliseconds from the beginning. */
function* windowsOf(
  appliances: typeof APPLIANCES,
): Generator<{ readonly endMs: number; readonly window: PowerWindow }> {
  const circuit = createPowerCircuit(CALIBRATION);
  const { voltageNanovoltsPerCode, currentPicoamperesPerCode } = CALIBRATION;
  let sample = 0;
  for (const { amperes, lagDegrees, minutes } of appliances) {
    const lag = (lagDegrees * Math.PI) / 180;
    for (const end = sample + 60 * minutes * SAMPLES_A_SECOND; sample < end; sample++) {
      const angle = (2 * Math.PI * HERTZ * sample) / SAMPLES_A_SECOND + 0.3;
      const volts = VOLTS * Math.SQRT2 * Math.sin(angle);
      const current = amperes * Math.SQRT2 * Math.sin(angle - lag);
      const window = circuit.sample(
        Math.round((volts * 1e9) / voltageNanovoltsPerCode),
        Math.round((current * 1e12) / currentPicoamperesPerCode),
      );
      if (window !== undefined) yield { endMs: Math.round((1000 * sample) / SAMPLES_A_SECOND), window };
    }
  }
}

const DEAF: MeterOutputs = {
  relay: () => undefined,
  buzzer: () => undefined,
  loadControl: () => undefined,
  throttle: () => undefined,
  card: () => undefined,
  attention: () => undefined,
  wake: () => undefined,
};

/** In charge units: what the purse says was used, and what is carried below a token. */
function charged(memory: Parameters<typeof inspectPurse>[0], meter: Meter): bigint {
  return BigInt(inspectPurse(memory).used) * 10n ** 11n + BigInt(meter.accrual.remainder);
}

test('sampled voltage and current are paid for: tokens for exactly that energy, in the band of its angle', async () => {
  const utility = await openSmall({
    meters: 1,
    localUnits: 1,
    outages: false,
    driftPpmMax: 0,
    firstSale: { from: 5_000, to: 5_000 },
    tariff: { ...DEFAULT_TARIFF, surcharge: SURCHARGE },
  });
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  house.idle = true;
  const begin = BEGINS_MS + HOUR_MS;
  await utility.runUntil(begin);
  const { meter, memory } = house;
  const [supply] = meter.supplies;
  assert.ok(supply !== undefined);
  assert.deepEqual([meter.minute, supply.percent], [begin / MINUTE_MS, PERCENT]);
  const before = { charged: charged(memory, meter), register: totalsNow(supply).registerImport };

  let importedMwh = 0;
  let pulses = 0;
  let units = 0n;
  let running = 0;
  let band = 0;
  let nextBand = 0;
  const bandsSeen: number[] = [];
  for (const { endMs, window } of windowsOf(APPLIANCES)) {
    const now = begin + endMs;
    // What a window brings belongs to the minute that was running, and its angle to the next one.
    const quanta = Math.floor((importedMwh + window.importedMwh) / 100) - Math.floor(importedMwh / 100);
    units += BigInt(quanta) * BigInt(DEFAULT_TARIFF.unitCharge * PERCENT * (SURCHARGE.percents[band] as number));
    importedMwh += window.importedMwh;
    pulses += window.pulses.count;
    assert.equal(
      stepEnergy(meter, 1, milliwattHours(window.importedMwh), now, DEAF),
      window.importedMwh,
      'there is credit for all of it',
    );
    const { activeMilliwatts, reactiveMilliwatts } = window;
    const lag = degreesOfLag({ active: BigInt(activeMilliwatts), reactive: BigInt(reactiveMilliwatts) });
    const measured = {
      watts: Math.round(activeMilliwatts / 1000),
      deciAmperes: Math.round(window.currentMa / 100),
      degreesOfLag: lag,
    };
    stepMeasured(meter, 1, measured, now, DEAF);
    if (Math.floor(endMs / MINUTE_MS) > running) {
      running = Math.floor(endMs / MINUTE_MS);
      band = nextBand;
      bandsSeen.push(supply.band);
    }
    nextBand = SURCHARGE.limits.filter((limit) => lag >= limit).length;
    assert.equal(supply.band, band);
  }
  stepTime(meter, begin + (MINUTES + 1) * MINUTE_MS, DEAF);

  const expectedMwh = APPLIANCES.reduce((sum, { amperes, lagDegrees, minutes }) => {
    return sum + (VOLTS * amperes * Math.cos((lagDegrees * Math.PI) / 180) * minutes * 1000) / 60;
  }, 0);
  // The last window may be open still, and the first cycle was not counted.
  assert.ok(Math.abs(importedMwh - expectedMwh) < expectedMwh * 0.005, `${importedMwh} of ${expectedMwh} mWh`);
  assert.equal(pulses, Math.floor(importedMwh / 1000), 'one flash a Wh');
  assert.equal(totalsNow(supply).registerImport - before.register, Math.floor(importedMwh / 100));
  assert.equal(charged(memory, meter) - before.charged, units, 'to the last charge unit');
  assert.ok(units > 5n * 10n ** 11n, 'that is some tokens');
  // Each appliance is charged by its own band from the minute after it was plugged in.
  const bands = APPLIANCES.flatMap((appliance) => Array.from({ length: appliance.minutes }, () => appliance.band));
  assert.deepEqual(bandsSeen.slice(0, MINUTES - 1), bands.slice(0, MINUTES - 1));
});
