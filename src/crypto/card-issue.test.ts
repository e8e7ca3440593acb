import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { toHex } from '../bytes/index.ts';
import { csn, Region } from '../units/index.ts';
import { CardMaster, deriveCardKey, exportCardKey, keyName, Purpose, Suite } from './index.ts';

const n = keyName(Purpose.value, Suite.aes128, 0);
const kh = new Uint8Array(16).fill(7);
const ID = csn('04a1b2c3d4e5f6');

test('a master card gives the keys of its own scope, says whose they are, and shows none', () => {
  for (const [scope, whose] of [
    [0, 'value aes128 generation 0 of utility 1, issuer of cards'],
    [Region.gas, 'value aes128 generation 0 of utility 1, region 2'],
  ] as const) {
    const master = new CardMaster(n, scope, 1, kh);
    assert.equal(String(master), whose);
    assert.deepEqual(exportCardKey(master.cardKey(ID)), exportCardKey(deriveCardKey(kh, n, ID, scope, 1)));
    const shown = `${JSON.stringify(master)} ${inspect(master, { showHidden: true, depth: 9 })}`;
    assert.equal(shown.includes(toHex(kh)) || /\b7, 7\b/.test(shown), false, shown);
  }
});

test('a master card with what no key comes from is refused when it is made', () => {
  assert.throws(() => new CardMaster(n, Region.gas, 1, kh.subarray(1)), RangeError);
  assert.throws(() => new CardMaster(n, Region.gas, 65_536, kh), RangeError);
  assert.throws(() => new CardMaster(keyName(Purpose.control, Suite.aes128, 0) as never, 0, 1, kh), RangeError);
});
