import assert from 'node:assert/strict';
import { createCipheriv, scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { crc32, toHex, Writer } from '../bytes/index.ts';
import { type Randomness, svpmsn } from '../units/index.ts';
import {
  deriveTerminalKey,
  exportTerminalKey,
  keyName,
  openKeyRing,
  Purpose,
  SoftwareKeyStore,
  Suite,
  sealKeyRing,
  terminalKeyFromBytes,
} from './index.ts';

/** The least that a file may cost: these keys guard nothing. */
const COST = 10;
const METER = svpmsn(0x0a1b2c);
const NAMES = [Suite.tripleDes, Suite.tripleDesXo, Suite.aes128, Suite.aes256].map((suite) =>
  keyName(Purpose.value, suite, suite),
);

function randomnessOf(seed: number): Randomness {
  const stream = createCipheriv('aes-128-ctr', new Uint8Array(16).fill(seed), new Uint8Array(16));
  return { fill: (bytes) => bytes.set(stream.update(new Uint8Array(bytes.length))) };
}

function store(): SoftwareKeyStore {
  const randomness = randomnessOf(1);
  const keys = NAMES.map((n, suite) => {
    const kh = new Uint8Array(suite === Suite.aes256 ? 32 : 16);
    randomness.fill(kh);
    return [n, kh] as const;
  });
  return new SoftwareKeyStore({ utility: 515, keys: new Map(keys) }, randomness);
}

const sealed = () => sealKeyRing(store(), 'correct horse', randomnessOf(2), COST);
const reasonOf = async (file: Uint8Array, passphrase = 'correct horse') => {
  const opened = await openKeyRing(file, passphrase, randomnessOf(3));
  if (opened instanceof SoftwareKeyStore) return 'opened';
  assert.match(opened.sentence, /^[A-Z][^.]*: [^.]*\.$/);
  return opened.reason;
};
/** As a forger would who knows the format: the check sum fits again. */
const withCheckSum = (file: Uint8Array) => {
  const body = file.subarray(0, file.length - 4);
  return new Writer().bytes(body).u32(crc32(body)).done();
};

test('a sealed keyring opens with its passphrase to the same keys and the same utility', async () => {
  const opened = await openKeyRing(await sealed(), 'correct horse', randomnessOf(3));
  assert.ok(opened instanceof SoftwareKeyStore);
  assert.equal(opened.utility, 515);
  for (const n of NAMES) {
    assert.deepEqual(
      exportTerminalKey(await opened.terminalKey(n, METER)),
      exportTerminalKey(await store().terminalKey(n, METER)),
    );
  }
  assert.equal(await opened.addGeneration(Purpose.value, Suite.aes128), keyName(Purpose.value, Suite.aes128, 3));
});

test('the master of transport is sealed with the others', async () => {
  const file = await sealed();
  const [one, two] = await Promise.all([5, 6].map((seed) => openKeyRing(file, 'correct horse', randomnessOf(seed))));
  assert.ok(one instanceof SoftwareKeyStore && two instanceof SoftwareKeyStore);
  const key = terminalKeyFromBytes(keyName(Purpose.monitoring, Suite.aes128, 0), METER, new Uint8Array(16).fill(9));
  const wrapped = (await one.transportKey(3)).wrap(key);
  assert.deepEqual((await two.transportKey(3)).wrap(key), wrapped);
});

test('a keyring of the version before opens to the same keys, and a master of transport is drawn for it', async () => {
  const kh = new Uint8Array(16).fill(9);
  const n = keyName(Purpose.value, Suite.aes128, 0);
  const header = new Writer().bytes(new TextEncoder().encode('WPKR')).u8(1).u8(COST).u16(515).bytes(new Uint8Array(28));
  const bytes = header.done();
  const key = scryptSync('correct horse', bytes.subarray(8, 24), 32, { N: 2 ** COST, r: 8, p: 1 });
  const cipher = createCipheriv('aes-256-gcm', key, bytes.subarray(24)).setAAD(bytes);
  const body = cipher.update(new Writer().u8(n).bytes(kh).done());
  const whole = new Writer().bytes(bytes).bytes(body).bytes(cipher.final()).bytes(cipher.getAuthTag()).u32(0).done();
  const before = withCheckSum(whole);
  const opened = await openKeyRing(before, 'correct horse', randomnessOf(3));
  assert.ok(opened instanceof SoftwareKeyStore);
  assert.deepEqual(
    exportTerminalKey(await opened.terminalKey(n, METER)),
    exportTerminalKey(deriveTerminalKey(kh, n, METER, 515)),
  );
  await assert.doesNotReject(opened.transportKey(0));
});

test('a keyring of the default cost opens, and one without keys does', async () => {
  const empty = new SoftwareKeyStore({ utility: 0, keys: new Map() }, randomnessOf(4));
  const opened = await openKeyRing(await sealKeyRing(empty, 'p', randomnessOf(5)), 'p', randomnessOf(6));
  assert.ok(opened instanceof SoftwareKeyStore);
  await assert.rejects(opened.terminalKey(keyName(Purpose.value, Suite.aes128, 0), METER), { reason: 'no-such-key' });
});

test('a wrong passphrase opens nothing, and another way to compose the same letters is the same passphrase', async () => {
  const file = await sealKeyRing(store(), 'caf\u00e9', randomnessOf(2), COST);
  assert.equal(await reasonOf(file, 'cafe\u0301'), 'opened');
  for (const wrong of ['', 'cafe', 'Caf\u00e9', 'caf\u00e9 '])
    assert.equal(await reasonOf(file, wrong), 'passphrase-wrong');
});

test('every changed bit of a file is refused with its own reason, though the passphrase is right', async () => {
  const file = await sealed();
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const changed = file.slice();
    changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
    const expected = bit < 32 ? 'not-a-keyring' : bit < 40 ? 'version-unknown' : 'damaged';
    assert.equal(await reasonOf(changed), expected, `bit ${bit}`);
  }
});

test('a file that was altered and given a fitting check sum does not open: the header is authenticated, too', async () => {
  const file = await sealed();
  assert.equal(await reasonOf(withCheckSum(file)), 'opened');
  for (let at = 5; at < file.length - 4; at++) {
    const changed = file.slice();
    changed[at] = (changed[at] as number) ^ 1;
    assert.equal(await reasonOf(withCheckSum(changed)), 'passphrase-wrong', `byte ${at}`);
  }
});

test('a file cut short or made longer anywhere is refused', async () => {
  const file = await sealed();
  for (let length = 0; length < file.length; length++) {
    const expected = length < 4 ? 'not-a-keyring' : 'damaged';
    assert.equal(await reasonOf(file.subarray(0, length)), expected, `${length} bytes`);
  }
  assert.equal(await reasonOf(new Writer().bytes(file).u8(0).done()), 'damaged');
  const shortened = withCheckSum(file.subarray(0, file.length - 1));
  assert.equal(await reasonOf(shortened), 'passphrase-wrong');
});

test('a file that asks for more work than any keyring is refused without doing it', async () => {
  for (const cost of [0, 9, 21, 255]) {
    const file = await sealed();
    file[5] = cost;
    assert.equal(await reasonOf(withCheckSum(file)), 'damaged', `cost ${cost}`);
  }
});

test('no key byte stands in the file in clear, and two files of one store differ', async () => {
  const text = toHex(await sealed());
  const kt = toHex(exportTerminalKey(await store().terminalKey(NAMES[2] as (typeof NAMES)[number], METER)));
  assert.equal(text.includes(kt), false);
  const other = toHex(await sealKeyRing(store(), 'correct horse', randomnessOf(9), COST));
  assert.equal(other.length, text.length);
  assert.notEqual(other.slice(80), text.slice(80));
});

test('an empty passphrase and an unreasonable cost seal nothing', async () => {
  await assert.rejects(sealKeyRing(store(), '', randomnessOf(2), COST), RangeError);
  for (const cost of [9, 21, 12.5]) await assert.rejects(sealKeyRing(store(), 'p', randomnessOf(2), cost), RangeError);
});
