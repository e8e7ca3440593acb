import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Calibration, nominalCalibration } from './parts.ts';
import { createPowerCircuit, type PowerWindow, SAMPLES_PER_CYCLE_MAX } from './power-circuit.ts';
import { run as runWith, type Wave } from './waves.testing.ts';

const CALIBRATION = nominalCalibration({ lineVoltage: 220, currentBits: 20, sampleRateMilliHz: 3_300_000 });

const run = (wave: Wave, seconds: number, parts = CALIBRATION) => runWith(wave, seconds, parts);

test('power, current, voltage and angle of a sine are right to 0.02 % at every power factor and frequency', () => {
  for (const hertz of [45, 50, 57.3, 60, 65]) {
    for (const lagDegrees of [-75, -30, 0, 20, 60, 75.5]) {
      const { windows } = run({ volts: 230, amperes: 10, lagDegrees, hertz }, 3.2);
      const angle = (lagDegrees * Math.PI) / 180;
      const last = windows.at(-1) as PowerWindow;
      near(last.voltageMv, 230_000, 2e-4);
      near(last.currentMa, 10_000, 2e-4);
      near(last.activeMilliwatts, 2_300_000 * Math.cos(angle), 2e-4);
      near(last.apparentMilliwatts, 2_300_000, 2e-4);
      within(last.reactiveMilliwatts, 2_300_000 * Math.sin(angle), 460);
      within(last.angleDeciDegrees, 10 * lagDegrees, 1);
      within(last.powerFactorPpm, 1e6 * Math.cos(angle), 100);
      within(last.frequencyMilliHz, 1000 * hertz, 2);
    }
  }
});

test('a small current is right to 0.1 % with 20 bits', () => {
  const { windows } = run({ volts: 220, amperes: 0.04, lagDegrees: 30 }, 3.1);
  near((windows.at(-1) as PowerWindow).activeMilliwatts, 220 * 40 * Math.cos(Math.PI / 6), 1e-3);
});

test('16 bits of current are enough for 0.1 % from an ampere on', () => {
  const { windows } = run({ volts: 220, amperes: 1 }, 3.1, calibration({ currentBits: 16 }));
  near((windows.at(-1) as PowerWindow).activeMilliwatts, 220_000, 1e-3);
});

test('offsets of the converters change nothing', () => {
  const { windows } = run({ volts: 220, amperes: 5, voltOffset: 3, ampereOffset: 0.4 }, 4.1);
  near((windows.at(-1) as PowerWindow).activeMilliwatts, 1_100_000, 3e-4);
  near((windows.at(-1) as PowerWindow).currentMa, 5000, 3e-4);
});

test('a harmonic of the current alone carries no power, and lowers the power factor', () => {
  const { windows } = run({ volts: 220, amperes: 5, third: 0.5 }, 3.1);
  const last = windows.at(-1) as PowerWindow;
  near(last.activeMilliwatts, 1_100_000, 3e-4);
  near(last.currentMa, 5000 * Math.sqrt(1.25), 3e-4);
  near(last.powerFactorPpm, 1e6 / Math.sqrt(1.25), 3e-4);
});

test('energy of a minute, and its pulses, lose nothing to the edges of windows', () => {
  const { windows, seconds } = run({ volts: 220, amperes: 10, hertz: 49.83 }, 60);
  const imported = windows.reduce((sum, window) => sum + window.importedMwh, 0);
  const pulses = windows.reduce((sum, window) => sum + window.pulses.count, 0);
  near(imported, (2_200_000 * seconds) / 3600, 2e-4);
  assert.equal(pulses, Math.floor(imported / 1000));
  assert.ok(windows.every(({ exportedMwh }) => exportedMwh === 0));
});

test('pulses are 80 ms wide, and as long as their pauses where they come too fast for that', () => {
  const widths = (pulsesPerKwh: number) => {
    const { windows } = run({ volts: 220, amperes: 10 }, 12, calibration({ pulsesPerKwh }));
    const energy = windows.reduce((sum, { importedMwh }) => sum + importedMwh, 0);
    const count = windows.reduce((sum, { pulses }) => sum + pulses.count, 0);
    assert.equal(count, Math.floor((energy * pulsesPerKwh) / 1_000_000));
    return [...new Set(windows.map(({ pulses }) => pulses.widthMs))].sort((a, b) => a - b);
  };
  // 0.6 pulses a second, then 6.1, then 61.
  assert.deepEqual(widths(1000), [0, 80]);
  assert.deepEqual(widths(10_000), [71, 80]);
  assert.deepEqual(widths(100_000), [8]);
});

test('remainders are carried: forty windows of a small load lose no mWh', () => {
  const { windows } = run({ volts: 220, amperes: 0.1 }, 40);
  const imported = windows.reduce((sum, window) => sum + window.importedMwh, 0);
  const seconds = windows.reduce((sum, { duration }) => sum + duration / 65536 / 3300, 0);
  within(imported, (22_000 * seconds) / 3600, 2);
});

test('energy that flows back is exported, and its angle is beyond a quarter turn', () => {
  const { windows } = run({ volts: 220, amperes: 10, lagDegrees: 170 }, 3.1);
  const last = windows.at(-1) as PowerWindow;
  assert.ok(last.activeMilliwatts < 0 && last.exportedMwh > 0);
  assert.equal(last.importedMwh, 0);
  within(last.angleDeciDegrees, 1700, 1);
});

test('below the starting current nothing is counted, above it everything is', () => {
  const below = run({ volts: 220, amperes: 0.019 }, 3.1).windows.at(-1) as PowerWindow;
  assert.deepEqual([below.activeMilliwatts, below.powerFactorPpm, below.angleDeciDegrees], [0, 0, 0]);
  const above = run({ volts: 220, amperes: 0.021 }, 3.1).windows.at(-1) as PowerWindow;
  assert.ok(above.activeMilliwatts > 4000);
});

test('cycles of sag, swell and over-current are counted, those at the nominal values are not', () => {
  const counts = (wave: Wave) => {
    const { sagCycles, swellCycles, overCurrentCycles, cycles } = run(wave, 3.1).windows.at(-1) as PowerWindow;
    assert.ok(cycles >= 50);
    return [sagCycles >= cycles - 1, swellCycles >= cycles - 1, overCurrentCycles >= cycles - 1].concat(
      [sagCycles, swellCycles, overCurrentCycles].map((count) => count > 0),
    );
  };
  assert.deepEqual(counts({ volts: 220, amperes: 60 }), [false, false, false, false, false, false]);
  assert.deepEqual(counts({ volts: 190, amperes: 60 }), [true, false, false, true, false, false]);
  assert.deepEqual(counts({ volts: 250, amperes: 66 }), [false, true, true, false, true, true]);
});

test('a window names its lowest and its highest cycle, however short they were', () => {
  const circuit = createPowerCircuit(CALIBRATION);
  const windows: PowerWindow[] = [];
  // Cycles of 66 samples; two of each kind, because an edge may divide one.
  const voltsOf = (cycle: number) => (cycle === 70 || cycle === 71 ? 180 : cycle === 80 || cycle === 81 ? 250 : 220);
  for (let n = 0; n < 66 * 110; n++) {
    const crest = voltsOf(Math.floor(n / 66)) * Math.SQRT2;
    const code = Math.round((crest * Math.sin((2 * Math.PI * n) / 66) * 1e9) / CALIBRATION.voltageNanovoltsPerCode);
    const window = circuit.sample(code, 0);
    if (window !== undefined) windows.push(window);
  }
  const disturbed = windows.filter(({ sagCycles }) => sagCycles > 0);
  assert.equal(disturbed.length, 1);
  const [{ lowestCycleMv, highestCycleMv, voltageMv } = windows[0] as PowerWindow] = disturbed;
  near(lowestCycleMv, 180_000, 0.01);
  near(highestCycleMv, 250_000, 0.01);
  near(voltageMv, 220_000, 0.01);
});

test('without mains a window ends by time, and counts no energy', () => {
  const { windows } = run({ volts: 0, amperes: 3 }, 5);
  assert.ok(windows.length >= 3);
  for (const { cycles, frequencyMilliHz, importedMwh, voltageMv, currentMa } of windows) {
    assert.deepEqual([cycles, frequencyMilliHz, importedMwh, voltageMv], [0, 0, 0, 0]);
    within(currentMa, 3000, 150);
  }
});

test('mains that fail and return leave every window finished', () => {
  const circuit = createPowerCircuit(CALIBRATION);
  const windows: PowerWindow[] = [];
  for (let n = 0; n < 33_000; n++) {
    const on = n < 8000 || n > 20_000;
    const window = circuit.sample(on ? Math.round(20_000 * Math.sin((2 * Math.PI * n) / 66)) : 0, 0);
    if (window !== undefined) windows.push(window);
  }
  assert.ok(windows.some(({ cycles }) => cycles === 0));
  assert.ok((windows.at(-1) as PowerWindow).cycles >= 50);
});

test('a clipped wave says so', () => {
  const circuit = createPowerCircuit(CALIBRATION);
  let last: PowerWindow | undefined;
  for (let n = 0; n < 8000; n++) {
    const code = Math.max(-32768, Math.min(32767, Math.round(40_000 * Math.sin((2 * Math.PI * n) / 66))));
    last = circuit.sample(code, 0) ?? last;
  }
  assert.ok((last as PowerWindow).clippedSamples > 500);
  within((last as PowerWindow).peakVoltageMv, 470_000, 20);
});

test('a code that the converter cannot give is a bug', () => {
  const circuit = createPowerCircuit(CALIBRATION);
  assert.equal(circuit.sample(-32768, -524_288), undefined);
  for (const [v, i] of [
    [32768, 0],
    [0.5, 0],
    [0, 524_288],
    [0, -524_289],
    [Number.NaN, 0],
    [0, 0.5],
    [0, Number.NaN],
  ] as const) {
    assert.throws(() => circuit.sample(v, i), RangeError);
  }
});

test('more samples in a cycle than the sums can hold is a bug', () => {
  const most = SAMPLES_PER_CYCLE_MAX * 40 * 1000;
  createPowerCircuit(calibration({ sampleRateMilliHz: most }));
  assert.throws(() => createPowerCircuit(calibration({ sampleRateMilliHz: most + 40_000 })));
});

function calibration(change: Partial<Calibration>): Calibration {
  const sampleRateMilliHz = change.sampleRateMilliHz ?? 3_300_000;
  const nominal = nominalCalibration({ lineVoltage: 220, currentBits: change.currentBits ?? 20, sampleRateMilliHz });
  return { ...nominal, ...change };
}

function near(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual}, expected ${expected}`);
}

function within(actual: number, expected: number, distance: number): void {
  assert.ok(Math.abs(actual - expected) <= distance, `${actual}, expected ${expected}`);
}
