import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { toHex } from '../bytes/index.ts';
import { svpmsn } from '../units/index.ts';
import {
  AesKey,
  deriveTransportKey,
  exportTerminalKey,
  kdf,
  keyBytesOf,
  keyName,
  Purpose,
  SoftwareKeyStore,
  SUITE_NAMES,
  Suite,
  type TerminalKey,
  TransportKey,
  terminalKeyFromBytes,
} from './index.ts';

const METER = svpmsn(0x0a1b2c);
const SUITES = [Suite.tripleDes, Suite.tripleDesXo, Suite.aes128, Suite.aes256] as const;
const transport = new TransportKey(Uint8Array.from({ length: 32 }, (_, i) => i));

function keyOf(suite: Suite, generation = 1) {
  const bytes = Uint8Array.from({ length: keyBytesOf(suite) }, (_, i) => 7 * i + 1);
  return terminalKeyFromBytes(keyName(Purpose.monitoring, suite, generation), METER, bytes);
}

for (const suite of SUITES) {
  test(`${SUITE_NAMES[suite]}: a monitoring key opens for its name and its meter, and no changed bit of it does`, () => {
    const key = keyOf(suite);
    const wrapped = transport.wrap(key);
    assert.equal(wrapped.length, keyBytesOf(suite) + 8);
    const opened = transport.unwrap(key.n, METER, wrapped);
    assert.ok(opened !== undefined);
    assert.deepEqual([opened.n, opened.svpmsn, exportTerminalKey(opened)], [key.n, METER, exportTerminalKey(key)]);
    for (let bit = 0; bit < 8 * wrapped.length; bit++) {
      const changed = wrapped.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(transport.unwrap(key.n, METER, changed), undefined, `bit ${bit}`);
    }
  });
}

test('a wrapped key passes for no other generation, suite, meter or local unit', () => {
  const key = keyOf(Suite.aes128);
  const wrapped = transport.wrap(key);
  for (const suite of SUITES) {
    for (let generation = 0; generation < 16; generation++) {
      const n = keyName(Purpose.monitoring, suite, generation);
      assert.equal(transport.unwrap(n, METER, wrapped) !== undefined, n === key.n);
    }
  }
  for (let bit = 0; bit < 24; bit++) {
    assert.equal(transport.unwrap(key.n, svpmsn(METER ^ (1 << bit)), wrapped), undefined);
  }
  const master = new Uint8Array(32).fill(3);
  const own = deriveTransportKey(master, 258, 1);
  const sealed = own.wrap(key);
  assert.ok(deriveTransportKey(master, 258, 1).unwrap(key.n, METER, sealed) !== undefined);
  for (const [localUnit, utility] of [
    [257, 1],
    [2, 1],
    [258, 2],
  ] as const) {
    assert.equal(deriveTransportKey(master, localUnit, utility).unwrap(key.n, METER, sealed), undefined);
  }
});

test('it is the key wrap of RFC 3394 under a key of SP 800-108, as OpenSSL wraps', () => {
  const key = keyOf(Suite.aes256);
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
  const wrapping = kdf(new AesKey(bytes), 'WRAP', Uint8Array.of(key.n, 0x0a, 0x1b, 0x2c));
  const cipher = createCipheriv('id-aes256-wrap', wrapping, new Uint8Array(8).fill(0xa6));
  assert.equal(toHex(transport.wrap(key)), toHex(cipher.update(exportTerminalKey(key))));
});

test('keys of value, control and maintenance are not wrapped', () => {
  for (const purpose of [Purpose.value, Purpose.control, Purpose.maintenance] as const) {
    const key = terminalKeyFromBytes(keyName(purpose, Suite.aes128, 0), METER, new Uint8Array(16));
    assert.throws(() => transport.wrap(key as unknown as TerminalKey<typeof Purpose.monitoring>), TypeError);
  }
});

test('a key store has a transport key for each local unit, and shows none', async () => {
  const master = new Uint8Array(32).fill(0xb7);
  const storeOf = (transport?: Uint8Array) =>
    new SoftwareKeyStore(
      { utility: 1, keys: new Map(), ...(transport && { transport }) },
      { fill: (bytes) => bytes.fill(5) },
    );
  const key = keyOf(Suite.aes128);
  const wrapped = deriveTransportKey(master, 4, 1).wrap(key);
  assert.deepEqual((await storeOf(master).transportKey(4)).wrap(key), wrapped);
  assert.notDeepEqual((await storeOf(master).transportKey(5)).wrap(key), wrapped);
  // One that is given none draws one.
  assert.notDeepEqual((await storeOf().transportKey(4)).wrap(key), wrapped);
  const shown = inspect([storeOf(master), await storeOf(master).transportKey(4)], { showHidden: true, depth: 9 });
  assert.ok(!shown.includes('183, 183'));
  for (const length of [0, 16, 31, 33]) {
    assert.throws(() => storeOf(new Uint8Array(length)), /master of transport is 32 bytes/);
    assert.throws(() => new TransportKey(new Uint8Array(length)), RangeError);
  }
});
