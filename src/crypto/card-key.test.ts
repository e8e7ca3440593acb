import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { toHex } from '../bytes/index.ts';
import { csn, Region, svpmsn } from '../units/index.ts';
import {
  CardKey,
  deriveCardKey,
  deriveTerminalKey,
  exportCardKey,
  KeyStoreError,
  keyName,
  openPairKey,
  PairKey,
  Purpose,
  pairTag,
  SoftwareKeyStore,
  Suite,
  sealPairKey,
} from './index.ts';

const ID = csn('04a1b2c3d4e5f6');
const METER = svpmsn(0x0a1b2d);
const n = keyName(Purpose.value, Suite.aes128, 0);
const kh = new Uint8Array(16).fill(7);
const derived = (
  changed: { kh?: Uint8Array; n?: typeof n; csn?: typeof ID; scope?: Region | 0; utility?: number } = {},
) =>
  deriveCardKey(changed.kh ?? kh, changed.n ?? n, changed.csn ?? ID, changed.scope ?? Region.gas, changed.utility ?? 1);

test('a key of a card is one for its provider, generation, CSN, region and utility', () => {
  const others = [
    derived({ kh: new Uint8Array(16).fill(8) }),
    derived({ n: keyName(Purpose.value, Suite.aes128, 1) }),
    derived({ csn: csn('04a1b2c3d4e5f7') }),
    derived({ scope: Region.water }),
    derived({ scope: 0 }),
    derived({ utility: 2 }),
  ];
  const all = [derived(), ...others].map((key) => toHex(exportCardKey(key)));
  assert.equal(new Set(all).size, all.length);
  assert.equal(toHex(exportCardKey(derived())), all[0]);
});

test('what does not fit gives no key of a card', () => {
  assert.throws(() => derived({ kh: new Uint8Array(15) }), /is 16 bytes, not 15/);
  assert.throws(() => derived({ n: keyName(Purpose.value, Suite.aes256, 0) }), /is 32 bytes, not 16/);
  for (const utility of [-1, 0x1_0000, 1.5]) assert.throws(() => derived({ utility }), /0 to 65535/);
  assert.throws(() => derived({ scope: 7 as Region }), /regions 1 to 6, not 7/);
  for (const name of [keyName(Purpose.value, Suite.tripleDesXo, 0), keyName(Purpose.control, Suite.aes128, 0)]) {
    assert.throws(() => new CardKey(name as typeof n, ID, Region.gas, kh), /purpose value in an AES suite/);
  }
  assert.throws(() => new CardKey(n, ID, Region.gas, new Uint8Array(32)), /is 16 bytes, not 32/);
  assert.throws(() => new PairKey(new Uint8Array(8)), RangeError);
});

test('a pair key is of one card, region and meter, and each of its messages has a tag of its own', () => {
  const pair = derived().pairKey(METER);
  const context = new Uint8Array(43);
  const message = Uint8Array.of(1, 2, 3, 4);
  const tag = toHex(pairTag(pair, 'CM2C', context, message));
  assert.equal(toHex(pairTag(derived().pairKey(METER), 'CM2C', context, message)), tag);
  const others = [
    pairTag(derived().pairKey(svpmsn(0x0a1b2e)), 'CM2C', context, message),
    pairTag(derived({ scope: Region.water }).pairKey(METER), 'CM2C', context, message),
    pairTag(pair, 'CACK', context, message),
    pairTag(pair, 'CM2C', new Uint8Array(43).fill(1), message),
    pairTag(pair, 'CM2C', context, Uint8Array.of(1, 2, 3, 5)),
  ];
  for (const other of others) assert.notEqual(toHex(other), tag);
});

test('a sealed pair key opens for its meter with its head, and what has another length is none', () => {
  const kt = deriveTerminalKey(kh, n, METER, 1);
  const head = new Uint8Array(26).fill(1);
  for (const bytes of [16, 32]) {
    const sealed = sealPairKey(kt, head, new PairKey(new Uint8Array(bytes).fill(5)));
    assert.ok(openPairKey(kt, head, sealed) instanceof PairKey);
    assert.equal(openPairKey(kt, new Uint8Array(26), sealed), undefined);
    assert.equal(openPairKey(deriveTerminalKey(kh, n, svpmsn(1), 1), head, sealed), undefined);
  }
  const control = deriveTerminalKey(kh, keyName(Purpose.control, Suite.aes128, 0), METER, 1);
  assert.throws(() => sealPairKey(control, head, new PairKey(kh)), /purpose value/);
});

test('the bytes of a key are given as a copy: whoever spoils them spoils no key', () => {
  const key = derived();
  const before = toHex(exportCardKey(key));
  exportCardKey(key).fill(0);
  assert.equal(toHex(exportCardKey(key)), before);
});

test('nothing that prints a key of a card, or of a pair, shows a byte of it', () => {
  const key = derived();
  const bytes = toHex(exportCardKey(key));
  for (const shown of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key), `${key}`]) {
    assert.ok(!shown.includes(bytes) && !shown.includes(bytes.slice(0, 8)), shown);
  }
  assert.equal(JSON.stringify(key.pairKey(METER)), '{}');
});

test('a key store derives the key of a card of its own utility, and of no other', async () => {
  const store = new SoftwareKeyStore({ utility: 1, keys: new Map([[n, kh]]) }, { fill: (bytes) => void bytes.fill(1) });
  const named = { utility: 1, n, csn: ID, scope: Region.gas };
  assert.deepEqual(exportCardKey(await store.cardKey(named)), exportCardKey(derived()));
  const missing = { ...named, n: keyName(Purpose.value, Suite.aes128, 1) };
  for (const other of [{ ...named, utility: 2 }, missing]) {
    await assert.rejects(store.cardKey(other), (error) => {
      assert.ok(error instanceof KeyStoreError);
      assert.equal(error.reason, 'no-such-key');
      return true;
    });
  }
});
