import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { toHex } from '../bytes/index.ts';
import { type Randomness, svpmsn } from '../units/index.ts';
import {
  AesKey,
  deriveTerminalKey,
  exportTerminalKey,
  generationOf,
  hasPurpose,
  type KeyName,
  KeyRing,
  KeyStoreError,
  keyName,
  keyNameFromByte,
  keyNameText,
  Purpose,
  purposeOf,
  SipKey,
  SoftwareKeyStore,
  SUITE_NAMES,
  Suite,
  sessionAes,
  suiteByName,
  suiteOf,
  type TerminalKey,
  TripleDesKey,
  terminalKeyFromBytes,
} from './index.ts';

const METER = svpmsn(0x0a1b2c);

function randomnessOf(seed: number): Randomness {
  const stream = createCipheriv('aes-128-ctr', new Uint8Array(16).fill(seed), new Uint8Array(16));
  return { fill: (bytes) => bytes.set(stream.update(new Uint8Array(bytes.length))) };
}

function seeded(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  randomnessOf(seed).fill(bytes);
  return bytes;
}

const keyOf = (n: KeyName): TerminalKey =>
  terminalKeyFromBytes(n, METER, seeded(n, suiteOf(n) === Suite.aes256 ? 32 : 16));

test('every byte is a key name, and its parts make the same byte again', () => {
  for (let byte = 0; byte < 256; byte++) {
    const n = keyNameFromByte(byte);
    assert.equal(keyName(purposeOf(n), suiteOf(n), generationOf(n)), byte);
    assert.equal(hasPurpose(n, Purpose.monitoring), byte >>> 6 === 2);
  }
  assert.equal(keyName(Purpose.monitoring, Suite.aes128, 3), 0xa3);
  assert.equal(keyNameText(keyNameFromByte(0xa3)), 'monitoring aes128 generation 3');
});

test('a key name out of range is refused', () => {
  assert.throws(() => keyName(4 as Purpose, Suite.aes128, 0), RangeError);
  assert.throws(() => keyName(Purpose.value, -1 as Suite, 0), RangeError);
  for (const generation of [-1, 16, 0.5, Number.NaN]) {
    assert.throws(() => keyName(Purpose.value, Suite.aes128, generation), RangeError);
  }
  for (const byte of [-1, 256, 1.5, Number.NaN]) assert.throws(() => keyNameFromByte(byte), RangeError);
});

test('suites are found by their names, and nothing else is', () => {
  assert.deepEqual(SUITE_NAMES.map(suiteByName), [Suite.tripleDes, Suite.tripleDesXo, Suite.aes128, Suite.aes256]);
  for (const text of ['', 'AES128', 'aes192', 'length', '0']) {
    assert.equal(suiteByName(text), undefined);
  }
});

test('a terminal key says what it is, and nothing that prints or copies it sees a key byte', () => {
  for (const byte of [0x00, 0x10, 0xa3, 0xb0]) {
    const key = keyOf(keyNameFromByte(byte));
    assert.deepEqual([key.n, key.svpmsn, key.suite, key.purpose], [byte, METER, (byte >> 4) & 3, byte >> 6]);
    const bytes = exportTerminalKey(key);
    const session = suiteOf(key.n) >= Suite.aes128 ? sessionAes(key, seeded(1, 16), seeded(2, 16), 0x10) : undefined;
    session?.a; // derived now, so that there is something to hide
    const ciphers = suiteOf(key.n) >= Suite.aes128 ? new AesKey(bytes) : new TripleDesKey(bytes);
    for (const secret of [key, session, ciphers, new SipKey(bytes)]) {
      if (secret === undefined) continue;
      assert.equal(
        JSON.stringify({ ...secret }),
        secret === ciphers && 'length' in secret ? `{"length":${bytes.length}}` : '{}',
      );
      const shown = [
        JSON.stringify(secret),
        String(secret),
        inspect(secret, { showHidden: true, depth: 9, getters: secret !== session }),
        inspect(Object.getOwnPropertyDescriptors(secret), { depth: 9 }),
      ].join('\n');
      const numbers = new Set(shown.match(/\b\d+\b/g));
      assert.equal(shown.includes(toHex(bytes)) || bytes.every((byte) => numbers.has(String(byte))), false, shown);
      assert.equal(shown.match(/\d+, \d+, \d+/), null, shown);
    }
  }
});

test('the bytes that leave or enter a terminal key are copies', () => {
  const given = Buffer.from(seeded(9, 16));
  const key = terminalKeyFromBytes(keyName(Purpose.value, Suite.aes128, 0), METER, given);
  given.fill(0);
  exportTerminalKey(key).fill(0);
  assert.deepEqual(exportTerminalKey(key), seeded(9, 16));
});

test('a key of the wrong length is refused, as KT and as KH', () => {
  for (const [suite, right] of [
    [Suite.tripleDes, 16],
    [Suite.tripleDesXo, 16],
    [Suite.aes128, 16],
    [Suite.aes256, 32],
  ] as const) {
    const n = keyName(Purpose.value, suite, 0);
    for (const length of [0, 8, 16, 24, 32]) {
      const make = () => terminalKeyFromBytes(n, METER, seeded(1, length));
      const derive = () => deriveTerminalKey(seeded(1, length), n, METER, 1);
      if (length === right) {
        assert.deepEqual([make().n, derive().n], [n, n]);
      } else {
        assert.throws(make, RangeError);
        assert.throws(derive, RangeError);
      }
    }
    for (const utility of [-1, 65_536, 0.5]) {
      assert.throws(() => deriveTerminalKey(seeded(1, right), n, METER, utility), RangeError);
    }
  }
});

test('a ring of one purpose holds every key of that purpose and refuses all others, whatever TypeScript was told', () => {
  for (const purpose of [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance]) {
    const ring = new KeyRing<Purpose>(purpose);
    for (let byte = 0; byte < 256; byte++) {
      const key = keyOf(keyNameFromByte(byte));
      if (byte >>> 6 === purpose) {
        ring.add(key);
        assert.equal(ring.get(key.n, METER), key);
      } else {
        assert.throws(() => ring.add(key), /refuses a key of/);
        assert.equal(ring.get(key.n, METER), undefined);
      }
    }
    assert.equal(ring.size, 64);
  }
});

test('a value or control key that pretends to be a monitoring key gets into no ring of monitoring keys', () => {
  const ring = new KeyRing(Purpose.monitoring);
  const monitoring = keyOf(keyName(Purpose.monitoring, Suite.aes128, 0)) as TerminalKey<typeof Purpose.monitoring>;
  for (const purpose of [Purpose.value, Purpose.control, Purpose.maintenance] as const) {
    const key = keyOf(keyName(purpose, Suite.aes128, 0));
    // @ts-expect-error the type alone forbids it
    const typed: Parameters<typeof ring.add>[0] = key as TerminalKey<typeof purpose>;
    const lying = keyOf(key.n);
    Object.defineProperty(lying, 'n', { value: monitoring.n });
    Object.defineProperty(lying, 'purpose', { value: Purpose.monitoring });
    class Child extends (key.constructor as new (...given: unknown[]) => TerminalKey) {
      override get purpose() {
        return Purpose.monitoring;
      }
    }
    const forged = [
      typed,
      lying,
      new Child(key.n, METER, seeded(3, 16)),
      new Proxy(key, { get: (_, name) => Reflect.get(monitoring, name, monitoring) }),
      Object.create(key),
      { n: monitoring.n, purpose: Purpose.monitoring, svpmsn: METER },
      undefined,
      null,
      7,
    ];
    for (const thing of forged) assert.throws(() => ring.add(thing as typeof monitoring), TypeError);
  }
  assert.equal(ring.size, 0);
  ring.add(monitoring);
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(ring.get(keyNameFromByte(byte), METER), byte === monitoring.n ? monitoring : undefined);
  }
  assert.throws(() => Object.assign(ring, { purpose: Purpose.value }), TypeError);
  assert.throws(() => new KeyRing(4 as Purpose), RangeError);
});

test('a ring tells terminals apart, replaces a key of the same name, and forgets', () => {
  const ring = new KeyRing(Purpose.monitoring);
  const n = keyName(Purpose.monitoring, Suite.aes128, 1);
  const [one, two] = [svpmsn(0), svpmsn(0xff_ffff)];
  const first = terminalKeyFromBytes(n, one, seeded(1, 16));
  const second = terminalKeyFromBytes(n, one, seeded(2, 16));
  const other = terminalKeyFromBytes(n, two, seeded(3, 16));
  for (const key of [first, other, second]) ring.add(key);
  assert.equal(ring.size, 2);
  assert.equal(ring.get(n, one), second);
  assert.equal(ring.get(n, two), other);
  assert.equal(ring.delete(n, one), true);
  assert.equal(ring.delete(n, one), false);
  assert.equal(ring.get(n, one), undefined);
  assert.equal(ring.get(n, two), other);
});

const storeOf = (keys: readonly (readonly [KeyName, Uint8Array])[]) =>
  new SoftwareKeyStore({ utility: 1, keys: new Map(keys) }, randomnessOf(50));

test('a store derives the KT that its KH gives, and says so when it has none of that name', async () => {
  const n = keyName(Purpose.value, Suite.aes256, 2);
  const store = storeOf([[n, seeded(20, 32)]]);
  const key = await store.terminalKey(n, METER);
  assert.deepEqual(exportTerminalKey(key), exportTerminalKey(deriveTerminalKey(seeded(20, 32), n, METER, 1)));
  await assert.rejects(store.terminalKey(keyName(Purpose.value, Suite.aes256, 3), METER), (error) => {
    assert.ok(error instanceof KeyStoreError);
    assert.equal(error.reason, 'no-such-key');
    assert.match(error.message, /^The key store has no key of value aes256 generation 3: .*\.$/);
    return true;
  });
});

test('generations are added one by one, each with a KH of its own, until they are used up', async () => {
  const store = storeOf([]);
  const tags = new Set<string>();
  for (let generation = 0; generation < 16; generation++) {
    for (const suite of [Suite.tripleDesXo, Suite.aes256]) {
      const n = await store.addGeneration(Purpose.control, suite);
      assert.equal(n, keyName(Purpose.control, suite, generation));
      tags.add(toHex(exportTerminalKey(await store.terminalKey(n, METER))));
    }
  }
  assert.equal(tags.size, 32);
  await assert.rejects(store.addGeneration(Purpose.control, Suite.aes256), { reason: 'generations-used-up' });
});

test('a new KH that randomness makes weak or like another is drawn again', async () => {
  const taken = seeded(21, 16);
  const draws = [new Uint8Array(16).fill(7), taken.map((byte) => byte ^ 1), seeded(22, 16)];
  const n = keyName(Purpose.value, Suite.tripleDesXo, 0);
  const store = new SoftwareKeyStore(
    { utility: 1, keys: new Map([[n, taken]]), transport: seeded(23, 32) },
    { fill: (bytes) => bytes.set(draws.shift() ?? []) },
  );
  const added = await store.addGeneration(Purpose.value, Suite.tripleDesXo);
  const expected = deriveTerminalKey(seeded(22, 16), added, METER, 1);
  assert.deepEqual(exportTerminalKey(await store.terminalKey(added, METER)), exportTerminalKey(expected));
  assert.equal(draws.length, 0);
});

test('a store with a KH under two names, a weak one, or one of the wrong length cannot be made', () => {
  const [n, m] = [keyName(Purpose.value, Suite.tripleDes, 0), keyName(Purpose.value, Suite.aes128, 0)];
  const kh = seeded(23, 16);
  assert.throws(
    () =>
      storeOf([
        [n, kh],
        [m, kh],
      ]),
    /is also KH of value 3des generation 0/,
  );
  assert.throws(
    () =>
      storeOf([
        [n, kh],
        [m, kh.map((byte) => byte ^ 1)],
      ]),
    /is also KH/,
  );
  assert.throws(() => storeOf([[n, new Uint8Array(16)]]), /two equal halves/);
  assert.throws(() => storeOf([[m, seeded(24, 32)]]), /is 16 bytes, not 32/);
  assert.throws(() => new SoftwareKeyStore({ utility: 65_536, keys: new Map() }, randomnessOf(1)), RangeError);
});

test('check values tell keys apart and are no part of any KT', async () => {
  const values = new Set<string>();
  for (const suite of [Suite.tripleDes, Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
    const n = keyName(Purpose.value, suite, 0);
    for (let seed = 1; seed <= 20; seed++) {
      const kh = seeded(seed, suite === Suite.aes256 ? 32 : 16);
      const value = await storeOf([[n, kh]]).checkValue(n);
      assert.match(value, /^[0-9a-f]{6}$/);
      const kt = toHex(exportTerminalKey(deriveTerminalKey(kh, n, svpmsn(0), 1)));
      assert.equal(kt.startsWith(value), false);
      values.add(value);
    }
  }
  assert.equal(values.size, 60); // the two triple-DES suites have the same check value for the same KH
});

test('a store shows no key when it is printed', () => {
  const n = keyName(Purpose.value, Suite.aes128, 0);
  const store = storeOf([[n, seeded(25, 16)]]);
  assert.equal(JSON.stringify(store), '{}');
  assert.equal(inspect(store, { showHidden: true, depth: 9 }).match(/\d+, \d+/), null);
});
