import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOLTAGE_INTERVALS, VOLTAGE_MISSING } from '../records/index.ts';
import { isPossibleVoltage, validateVoltages } from './voltage-validation.ts';

const plain = () => new Uint16Array(VOLTAGE_INTERVALS).fill(23_000);

test('a day of possible voltages has no findings, also where it is told again as it was', () => {
  assert.deepEqual(validateVoltages(plain(), undefined), []);
  assert.deepEqual(validateVoltages(plain(), plain()), []);
});

test('quarters that are missing, that cannot be, and that were told otherwise are marked with their minutes', () => {
  const volts = plain();
  volts.fill(VOLTAGE_MISSING, 2, 5);
  volts[5] = 3_999;
  volts[6] = 40_001;
  volts[95] = 23_001;
  const before = plain();
  before.fill(VOLTAGE_MISSING, 10, 20);
  before[6] = 22_000;
  assert.deepEqual(validateVoltages(volts, before), [
    { reason: 'missing', from: 30, minutes: 45 },
    { reason: 'impossible', from: 75, minutes: 30 },
    { reason: 'differs', from: 1425, minutes: 15 },
  ]);
});

test('from 40 to 400 V a voltage is possible, next to that it is not', () => {
  for (const value of [4_000, 11_700, 22_000, 40_000]) assert.ok(isPossibleVoltage(value), `${value}`);
  for (const value of [0, 3_999, 40_001, 65_534, VOLTAGE_MISSING]) assert.ok(!isPossibleVoltage(value), `${value}`);
});
