import assert from 'node:assert/strict';
import { test } from 'node:test';
import { angleDeciDegrees, divideRounded, squareRoot } from './integers.ts';
import { BypassSensor, nominalCalibration } from './parts.ts';
import { phaseBand } from './phase.ts';

test('a square root is whole and from below', () => {
  for (const root of [0n, 1n, 2n, 3n, 1000n, 2n ** 40n + 7n, 10n ** 30n]) {
    assert.equal(squareRoot(root * root), root);
    assert.equal(squareRoot(root * root + 2n * root), root);
    if (root > 0n) assert.equal(squareRoot(root * root - 1n), root - 1n);
  }
});

test('a quotient is rounded to the nearest, halves away from zero', () => {
  const cases = [
    [7n, 2n, 4n],
    [-7n, 2n, -4n],
    [6n, 4n, 2n],
    [5n, 4n, 1n],
    [-5n, 4n, -1n],
    [0n, 9n, 0n],
  ] as const;
  for (const [dividend, divisor, quotient] of cases) assert.equal(divideRounded(dividend, divisor), quotient);
});

test('an angle is right to a tenth of a degree all around, at any length', () => {
  for (const length of [100_000, 1e12]) {
    for (let tenths = -1799; tenths <= 1800; tenths++) {
      const turn = (tenths * Math.PI) / 1800;
      const angle = angleDeciDegrees(
        BigInt(Math.round(length * Math.cos(turn))),
        BigInt(Math.round(length * Math.sin(turn))),
      );
      assert.equal(angle, tenths);
    }
  }
  assert.equal(angleDeciDegrees(0n, 0n), 0);
  assert.equal(angleDeciDegrees(-(10n ** 40n), -1n), 1800);
});

test('only a lagging current has a band above 0', () => {
  const limits = [200, 400, 600] as const;
  const bands = [-900, -1, 0, 199, 200, 399, 400, 600, 900, 1200, 1201, 1601, 1800, -1700].map((a) =>
    phaseBand(a, limits),
  );
  assert.deepEqual(bands, [0, 0, 0, 0, 1, 1, 2, 3, 3, 3, 2, 0, 0, 0]);
});

test('the bypass sensor changes after three like readings, both ways', () => {
  const sensor = new BypassSensor();
  const levels = ([1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0] as const).map((level) => sensor.read(level));
  assert.deepEqual(levels, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0]);
});

test('each divider holds the peak of its line with a third to spare', () => {
  for (const lineVoltage of [117, 220, 240] as const) {
    const parts = nominalCalibration({ lineVoltage, currentBits: 20, sampleRateMilliHz: 3_300_000 });
    const fullScale = parts.voltageNanovoltsPerCode * 32768e-9;
    assert.ok(fullScale > lineVoltage * Math.SQRT2 * 1.33, `${fullScale} V`);
    assert.ok(fullScale < lineVoltage * Math.SQRT2 * 1.6, `${fullScale} V`);
    assert.equal(Math.round(parts.currentPicoamperesPerCode * 2 ** 19 * 1e-12), 200);
  }
});
