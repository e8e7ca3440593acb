import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerText } from './register.ts';

const count = (value: bigint): string => value.toLocaleString('en-GB');

test('a register is written as its glass shows it, and never rounded up', () => {
  assert.equal(registerText('gas', '12345679', count), '1,234.567 m³');
  assert.equal(registerText('water', '9', count), '0.000 m³');
  assert.equal(registerText('electricity', '10050', count), '1.005 kWh');
});

test('more than a float holds is written to the last digit, and what has no unit is counted', () => {
  assert.equal(registerText('heat', '18446744073709551615', count), '1,844,674,407,370,955.161 kWh');
  assert.equal(registerText('payTv', '1200', count), '1,200');
});
