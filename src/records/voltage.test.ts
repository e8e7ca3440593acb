import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRecordFailure } from './failure.ts';
import { decodeVoltages, encodeVoltages, VOLTAGE_INTERVALS, VOLTAGE_MAX, VOLTAGE_MISSING } from './voltage.ts';

const RAW_BYTES = 1 + 2 * VOLTAGE_INTERVALS;
const value = fc.oneof(fc.integer({ min: 21_000, max: 25_000 }), fc.constantFrom(0, VOLTAGE_MAX, VOLTAGE_MISSING));
const day = fc.array(value, { minLength: VOLTAGE_INTERVALS, maxLength: VOLTAGE_INTERVALS });

test('any day of voltages comes back as it was, in no more than a byte above its raw size', () => {
  fc.assert(
    fc.property(day, (values) => {
      const volts = Uint16Array.from(values);
      const bytes = encodeVoltages(volts);
      assert.ok(bytes.length <= RAW_BYTES);
      assert.deepEqual(decodeVoltages(bytes), volts);
    }),
  );
});

test('a day on which the voltage moves by at most 1.27 V between quarters takes 99 bytes, a dark one as many', () => {
  const calm = Uint16Array.from({ length: VOLTAGE_INTERVALS }, (_, i) => 23_000 + Math.round(120 * Math.sin(i)));
  assert.equal(encodeVoltages(calm).length, 99);
  assert.equal(encodeVoltages(new Uint16Array(VOLTAGE_INTERVALS).fill(23_000)).length, 99);
  assert.equal(encodeVoltages(new Uint16Array(VOLTAGE_INTERVALS).fill(VOLTAGE_MISSING)).length, 99);
});

test('what is short, long, of another form, or written otherwise than it is written is refused', () => {
  const bytes = encodeVoltages(new Uint16Array(VOLTAGE_INTERVALS).fill(23_000));
  assert.ok(!isRecordFailure(decodeVoltages(bytes)));
  const reasonOf = (changed: Uint8Array) => {
    const decoded = decodeVoltages(changed);
    return isRecordFailure(decoded) ? decoded.reason : undefined;
  };
  assert.equal(reasonOf(bytes.subarray(0, 98)), 'length-wrong');
  assert.equal(reasonOf(Uint8Array.of(...bytes, 0)), 'length-wrong');
  assert.equal(reasonOf(new Uint8Array()), 'length-wrong');
  assert.equal(reasonOf(bytes.map((each, i) => (i === 0 ? 2 : each))), 'format-unknown');
  assert.equal(reasonOf(new Uint8Array(bytes.length).fill(0xff)), 'format-unknown');
  // A step where the value was announced, one below nothing, and a raw day that has a shorter form.
  assert.equal(reasonOf(Uint8Array.of(1, 0x80, 0, 5, ...new Array(95).fill(0))), 'not-canonical');
  assert.equal(reasonOf(Uint8Array.of(1, 0xff, ...new Array(95).fill(0))), 'field-out-of-range');
  assert.equal(reasonOf(new Uint8Array(RAW_BYTES)), 'not-canonical');
  // All ones are a dark day where they are raw, which has a shorter form, and no mark is reached by a step.
  assert.equal(reasonOf(new Uint8Array(RAW_BYTES).fill(0xff, 1)), 'not-canonical');
  assert.equal(reasonOf(Uint8Array.of(1, 0x80, 0xff, 0xfe, 1, ...new Array(94).fill(0))), 'not-canonical');
});
