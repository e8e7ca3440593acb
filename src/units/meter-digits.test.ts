import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meterDigits, parseMeterDigits } from './meter-digits.ts';
import { svpmsn, U24_MAX } from './quantities.ts';

const METERS = [0, 1, 0x0a1b2c, 12_345_678, U24_MAX].map(svpmsn);

test('a meter is found again by the digits that are keyed for it', () => {
  for (const meter of METERS) assert.equal(parseMeterDigits(meterDigits(meter)), meter);
  for (const text of ['', '12', meterDigits(svpmsn(1)).slice(1), `0${meterDigits(svpmsn(1))}`, '00000001a']) {
    assert.equal(parseMeterDigits(text), undefined, text);
  }
});

test('one wrong digit is noticed, whichever it is', () => {
  for (const meter of METERS) {
    const right = meterDigits(meter);
    for (let at = 0; at < right.length; at++) {
      for (let digit = 0; digit < 10; digit++) {
        const keyed = `${right.slice(0, at)}${digit}${right.slice(at + 1)}`;
        assert.equal(parseMeterDigits(keyed), keyed === right ? meter : undefined, keyed);
      }
    }
  }
});

test('two neighbours that changed places are noticed', () => {
  for (const meter of METERS) {
    const right = meterDigits(meter);
    for (let at = 0; at + 1 < right.length; at++) {
      const keyed = `${right.slice(0, at)}${right[at + 1]}${right[at]}${right.slice(at + 2)}`;
      assert.equal(parseMeterDigits(keyed), keyed === right ? meter : undefined, keyed);
    }
  }
});

test('digits above the last number of a meter are none', () => {
  const check = [...'0123456789'].filter((digit) => parseMeterDigits(`16777216${digit}`) !== undefined);
  assert.deepEqual(check, []);
});
