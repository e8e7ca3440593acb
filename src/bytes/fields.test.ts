import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, Reader, toHex, Writer } from './index.ts';

test('a field of six bytes holds what fits into it, and nothing else', () => {
  for (const [value, hex] of [
    [0, '000000000000'],
    [2 ** 32 + 1, '000100000001'],
    [2 ** 48 - 1, 'ffffffffffff'],
  ] as const) {
    assert.equal(toHex(new Writer().u48(value).done()), hex);
    assert.equal(new Reader(fromHex(hex)).u48(), value);
  }
  for (const value of [-1, 0.5, 2 ** 48, Number.NaN]) {
    assert.throws(() => new Writer().u48(value), /does not fit into 6 bytes/);
  }
  const short = new Reader(fromHex('0001000000'));
  assert.deepEqual([short.u48(), short.ok()], [0, false]);
});
