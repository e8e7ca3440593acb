import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE_CURRENT_MA, nominalCalibration } from './parts.ts';
import type { PowerWindow } from './power-circuit.ts';
import {
  MHKIT,
  mhkitWaves,
  missing,
  OGGA,
  OGGA_POWERS,
  OGGA_WINDOWS,
  oggaWaves,
  type PublishedWave,
} from './published-waves.testing.ts';
import { measureWave, type RecordedWave } from './recorded-wave.ts';
import { meanPower, recorded, run } from './waves.testing.ts';

const PARTS = nominalCalibration({ lineVoltage: 220, currentBits: 20, sampleRateMilliHz: 3_300_000 });

const windowsOf = ({ wave, calibration }: PublishedWave): readonly PowerWindow[] => {
  const measured = measureWave(wave, calibration);
  assert.ok(!('reason' in measured), `${'reason' in measured && measured.sentence}`);
  return measured;
};

test('a measured three-phase wave has its published powers within 0.001 %, and its power factors', {
  skip: missing(MHKIT),
}, () => {
  const waves = mhkitWaves();
  assert.equal(waves.length, 3);
  for (const wave of waves) {
    const [window] = windowsOf(wave) as [PowerWindow];
    assert.equal(window.duration, 7500 * 65536);
    near(window.activeMilliwatts, 1000 * wave.watts, 1e-5);
    near(window.powerFactorPpm, 1e6 * (wave.factor as number), 1e-5);
  }
});

test('the converter codes of a homemade meter have the powers that its author published, within 0.01 %', {
  skip: missing(OGGA, OGGA_POWERS),
}, () => {
  const waves = oggaWaves();
  assert.equal(waves.length, OGGA_WINDOWS);
  for (const wave of waves) {
    const [window] = windowsOf(wave) as [PowerWindow];
    near(window.activeMilliwatts, 1000 * wave.watts, 1e-4);
  }
});

for (const { currentBits, share, error } of [
  { currentBits: 20, share: 0.004, error: 2e-4 },
  { currentBits: 16, share: 0.05, error: 5e-4 },
] as const) {
  test(`${currentBits} bits are right to ${100 * error} % at ${100 * share} % of the base current, a quarter of it active`, () => {
    const parts = nominalCalibration({ lineVoltage: 220, currentBits, sampleRateMilliHz: 3_276_800 });
    const amperes = (share * BASE_CURRENT_MA) / 1000;
    const lagDegrees = (Math.acos(0.25) * 180) / Math.PI;
    const { windows } = run({ volts: 220, amperes, lagDegrees, hertz: 50, noise: 0.5 }, 300, parts);
    near(meanPower(windows), 220 * amperes * 1000 * 0.25, error);
  });
}

test('a record is refused that is empty, clipped, unequal, without mains or too short, and what lies beside is not', () => {
  const whole = recorded({ volts: 220, amperes: 10 }, 2.5, PARTS);
  const reasonOf = (wave: RecordedWave) => {
    const measured = measureWave(wave, PARTS);
    if (!('reason' in measured)) return measured.length;
    assert.match(measured.sentence, /^[A-Z].*\.$/);
    return measured.reason;
  };
  const withCode = (which: 'voltages' | 'currents', code: number) => ({
    ...whole,
    [which]: Object.assign([...(whole[which] as number[])], { 4000: code }),
  });
  const { voltages, currents } = { voltages: whole.voltages as number[], currents: whole.currents as number[] };
  assert.equal(reasonOf(whole), 2);
  assert.equal(reasonOf({ voltages: [], currents: [] }), 'empty');
  assert.equal(reasonOf({ voltages, currents: currents.slice(1) }), 'lengths-differ');
  assert.equal(reasonOf(withCode('voltages', 32_766)), 2);
  assert.equal(reasonOf(withCode('voltages', 32_767)), 'clipped');
  assert.equal(reasonOf(withCode('voltages', -32_768)), 'clipped');
  assert.equal(reasonOf(withCode('voltages', 32_768)), 'not-a-code');
  assert.equal(reasonOf(withCode('voltages', Number.NaN)), 'not-a-code');
  assert.equal(reasonOf(withCode('currents', 524_286)), 2);
  assert.equal(reasonOf(withCode('currents', 524_287)), 'clipped');
  assert.equal(reasonOf(withCode('currents', 0.5)), 'not-a-code');
  assert.equal(reasonOf({ voltages: voltages.map(() => 0), currents }), 'no-mains');
  assert.equal(reasonOf({ voltages: voltages.slice(0, 3000), currents: currents.slice(0, 3000) }), 'too-short');
});

test('the same samples give the same window, bit for bit', () => {
  // A trapezoid and a saw of whole numbers: no sine that one machine rounds otherwise than another.
  const count = 66 * 60;
  const voltages = Array.from({ length: count }, (_, n) => {
    const at = n % 66;
    return (
      400 * Math.max(-40, Math.min(40, 5 * (at < 33 ? Math.min(at, 33 - at) : -Math.min(at - 33, 66 - at)))) + (n % 7)
    );
  });
  const currents = voltages.map((voltage, n) => Math.trunc(voltage / 3) + ((n * 37) % 101) - 50);
  assert.deepEqual(measureWave({ voltages, currents }, PARTS), [
    {
      ...{ duration: 216_268_702, cycles: 50, frequencyMilliHz: 50_000, voltageMv: 188_970, currentMa: 1675 },
      ...{ activeMilliwatts: 316_552, reactiveMilliwatts: -1, apparentMilliwatts: 316_559 },
      ...{ powerFactorPpm: 999_978, angleDeciDegrees: 0, importedMwh: 87, exportedMwh: 0 },
      ...{ pulses: { count: 0, widthMs: 0 }, peakVoltageMv: 229_578, sagCycles: 50, swellCycles: 0 },
      ...{ overCurrentCycles: 0, lowestCycleMv: 188_970, highestCycleMv: 188_970, clippedSamples: 0 },
    },
  ]);
});

function near(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual}, expected ${expected}`);
}
