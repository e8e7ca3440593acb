import assert from 'node:assert/strict';
import { test } from 'node:test';
import { angleDeciDegrees, divideRounded, squareRoot } from './integers.ts';
import { BypassSensor, nominalCalibration } from './parts.ts';
import { degreesOfLag } from './phase.ts';

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

test('only a current that lags has degrees of lag, and one that flows back lags as its mirror does', () => {
  const lag = (degrees: number) => {
    const turn = (degrees * Math.PI) / 180;
    return degreesOfLag({
      active: BigInt(Math.round(1e9 * Math.cos(turn))),
      reactive: BigInt(Math.round(1e9 * Math.sin(turn))),
    });
  };
  const angles = [-170, -90, -0.1, 0, 0.1, 19.9, 60, 90, 120, 160.1, 180];
  assert.deepEqual(angles.map(lag), [0, 0, 0, 0, 0.1, 19.9, 60, 90, 60, 19.9, 0]);
  assert.equal(degreesOfLag({ active: 0n, reactive: 0n }), 0);
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
