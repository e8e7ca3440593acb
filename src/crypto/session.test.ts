import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { svpmsn } from '../units/index.ts';
import {
  AesKey,
  attentionTag,
  ccmOpen,
  cmac,
  deriveTerminalKey,
  ecbDecrypt,
  ecbEncrypt,
  exportTerminalKey,
  keyName,
  keyNameFromByte,
  Purpose,
  r1Refused,
  Suite,
  sessionAes,
  sessionTripleDes,
  sessionTripleDesXo,
  TripleDesKey,
  terminalKeyFromBytes,
} from './index.ts';

const VECTORS = join(import.meta.dirname, '../../../shared/vectors');
const skip = existsSync(VECTORS) ? false : `the published vectors are not at ${VECTORS}`;
const published = () => JSON.parse(readFileSync(join(VECTORS, 'exchange.json'), 'utf8'));
const drawn = () =>
  JSON.parse(execFileSync(process.execPath, [join(VECTORS, 'generate.mjs'), '--random'], { encoding: 'utf8' }));

const seeded = (seed: number, size: number): Uint8Array =>
  new Uint8Array(
    createCipheriv('aes-128-ctr', new Uint8Array(16).fill(seed), new Uint8Array(16)).update(new Uint8Array(size)),
  );

/** No key can be read back: two are the same when they make the same of two blocks. node:crypto has the other one. */
const BLOCKS = seeded(1, 32);
function isTripleDes(key: TripleDesKey, bytes: string, name: string): void {
  const cipher = createCipheriv('des-ede', fromHex(bytes), null);
  assert.equal(toHex(ecbEncrypt(key, BLOCKS)), cipher.update(BLOCKS).toString('hex'), name);
}
function isAes(key: AesKey, bytes: string, name: string): void {
  const cipher = createCipheriv(bytes.length === 32 ? 'aes-128-ecb' : 'aes-256-ecb', fromHex(bytes), null);
  const ours = new Uint8Array(32);
  key.encryptBlock(BLOCKS, 0, ours, 0);
  key.encryptBlock(BLOCKS, 16, ours, 16);
  assert.equal(toHex(ours), cipher.update(BLOCKS).toString('hex'), name);
}

type VectorFile = ReturnType<typeof JSON.parse>;

/** A vector file is any JSON; a wrong shape fails the test. */
function meets(file: VectorFile): void {
  const { input } = file;
  const id = svpmsn(Number.parseInt(input.svpmsn, 16));
  const terminalKey = (suite: string) => {
    const { n, KH, KT } = file[suite];
    const kt = deriveTerminalKey(fromHex(KH), keyNameFromByte(n), id, input.utility);
    assert.equal(toHex(exportTerminalKey(kt)), KT, `KT of ${suite}`);
    return kt;
  };
  const [r1, r3] = [fromHex(input.R1), fromHex(input.R3)];

  isTripleDes(sessionTripleDes(terminalKey('3des'), r1), file['3des'].Ks, 'Ks');

  const kt = terminalKey('3des-xo');
  const xo = file['3des-xo'];
  isTripleDes(sessionTripleDes(kt, r1), xo.Ks, 'Ks of 3des-xo');
  const mixed = concat(
    r3,
    r3.map((byte) => byte ^ 0xff),
  ).map((byte, i) => byte ^ (r1[i] as number));
  isTripleDes(sessionTripleDes(kt, mixed), xo.Ks2, 'Ks2');
  const session = sessionTripleDesXo(kt, r1, r3);
  assert.ok(session);
  isTripleDes(session.k1, xo.K1, 'K1');
  isTripleDes(session.k23, xo.K23, 'K23');
  isTripleDes(session.ke, xo.Ke, 'Ke');

  for (const suite of ['aes128', 'aes256']) {
    const keys = sessionAes(terminalKey(suite), fromHex(input.Nh), fromHex(input.Nm), Number.parseInt(input.H, 16));
    isAes(keys.a, file[suite].Ka, `Ka of ${suite}`);
    isAes(keys.d, file[suite].Kd, `Kd of ${suite}`);
    isAes(keys.u, file[suite].Ku, `Ku of ${suite}`);
    const frames = [1, 2, 3, 4].map((i) => fromHex(file[suite][`frame${i}`]));
    const [m1, m2, m3, m4] = frames as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const opened = (message: number, key: AesKey, aad: Uint8Array[], sealed: Uint8Array) =>
      toHex(ccmOpen(key, concat(Uint8Array.of(message), new Uint8Array(12)), aad, sealed) ?? new Uint8Array());
    assert.equal(opened(2, keys.a, [m1, m2.subarray(0, 23)], m2.subarray(23)), file[suite].status);
    assert.equal(opened(3, keys.d, [m1, m2, m3.subarray(0, 7)], m3.subarray(7)), file[suite].command);
    assert.equal(opened(4, keys.u, [m1, m2, m3, m4.subarray(0, 7)], m4.subarray(7)), file[suite].receipt);
  }

  const { knownAnswers } = file;
  const rfc4493 = new AesKey(fromHex('2b7e151628aed2a6abf7158809cf4f3c'));
  assert.equal(toHex(cmac(rfc4493, new Uint8Array(0))), knownAnswers.rfc4493_empty);
  assert.equal(toHex(cmac(rfc4493, fromHex('6bc1bee22e409f96e93d7e117393172a'))), knownAnswers.rfc4493_16);
}

test('every key of the published exchange is met in all four suites', { skip }, () => meets(published()));

test('every key of an exchange with freshly drawn inputs is met in all four suites', { skip }, () => meets(drawn()));

test('a published key that is changed in one bit, parity aside, is noticed', { skip }, () => {
  for (const [suite, name] of [
    ['3des', 'KT'],
    ['3des', 'Ks'],
    ['3des-xo', 'Ks2'],
    ['3des-xo', 'K1'],
    ['3des-xo', 'K23'],
    ['3des-xo', 'Ke'],
    ['aes128', 'KT'],
    ['aes128', 'Ka'],
    ['aes256', 'Kd'],
    ['aes256', 'Ku'],
  ] as const) {
    const file = published();
    const bytes = fromHex(file[suite][name]);
    bytes[5] = (bytes[5] as number) ^ 2;
    file[suite][name] = toHex(bytes);
    assert.throws(() => meets(file), assert.AssertionError, `${name} of ${suite}`);
  }
});

const XO = keyName(Purpose.value, Suite.tripleDesXo, 0);
const METER = svpmsn(0x0a1b2c);

test('R1 with equal or complementary halves is refused, and with one bit changed it is not', () => {
  const half = seeded(2, 8);
  const kt = terminalKeyFromBytes(XO, METER, seeded(3, 16));
  for (const other of [half, half.map((byte) => byte ^ 0xff)]) {
    const r1 = concat(half, other);
    assert.equal(r1Refused(r1), true);
    assert.equal(sessionTripleDesXo(kt, r1, seeded(4, 8)), undefined);
    for (let bit = 0; bit < 128; bit++) {
      const changed = r1.slice();
      changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
      assert.equal(r1Refused(changed), false, `bit ${bit}`);
      assert.notEqual(sessionTripleDesXo(kt, changed, seeded(4, 8)), undefined, `bit ${bit}`);
    }
  }
});

test('a session whose Ks or Ks2 has equal halves but for parity is refused, though its R1 is not', () => {
  const bytes = seeded(5, 16);
  const kt = terminalKeyFromBytes(XO, METER, bytes);
  // Whoever knows KT finds an R1 for any Ks: the halves differ in parity bits alone.
  const weak = concat(
    seeded(6, 8),
    seeded(6, 8).map((byte) => byte ^ 1),
  );
  const r1 = ecbDecrypt(new TripleDesKey(bytes), weak);
  assert.equal(r1Refused(r1), false);
  assert.equal(sessionTripleDesXo(kt, r1, seeded(7, 8)), undefined);
  const r3 = seeded(8, 8);
  const r1OfKs2 = r1.map((byte, i) => byte ^ (r3[i & 7] as number) ^ (i < 8 ? 0 : 0xff));
  assert.equal(r1Refused(r1OfKs2), false);
  assert.equal(sessionTripleDesXo(kt, r1OfKs2, r3), undefined);
  assert.notEqual(sessionTripleDesXo(kt, r1OfKs2, seeded(9, 8)), undefined);
});

test('the keys of one AES session differ from each other, and from those of a session with any other input', () => {
  const fingerprint = (key: AesKey) => toHex(cmac(key, new Uint8Array(1)));
  const [nh, nm] = [seeded(10, 16), seeded(11, 16)];
  const other = seeded(12, 16);
  const n = keyName(Purpose.control, Suite.aes128, 3);
  const bytes = seeded(13, 16);
  const kt = terminalKeyFromBytes(n, METER, bytes);
  const sessions = [
    sessionAes(kt, nh, nm, 0x20),
    sessionAes(kt, other, nm, 0x20),
    sessionAes(kt, nh, other, 0x20),
    sessionAes(kt, nh, nm, 0x21),
    sessionAes(terminalKeyFromBytes(n, svpmsn(1), bytes), nh, nm, 0x20),
    sessionAes(terminalKeyFromBytes(keyName(Purpose.control, Suite.aes128, 4), METER, bytes), nh, nm, 0x20),
  ];
  const keys = sessions.flatMap(({ a, d, u, w }) => [a, d, u, w].map(fingerprint));
  assert.equal(new Set(keys).size, 24);
  const again = sessionAes(kt, nh, nm, 0x20);
  assert.equal(fingerprint(again.u), keys[2]);
  assert.equal(again.u, again.u);
});

test('a session of one kind cannot stand on a key of the other', () => {
  const des = terminalKeyFromBytes(XO, METER, seeded(14, 16));
  const aes = terminalKeyFromBytes(keyName(Purpose.value, Suite.aes128, 0), METER, seeded(14, 16));
  assert.throws(() => sessionTripleDes(aes, new Uint8Array(16)), /cannot stand/);
  assert.throws(() => sessionTripleDesXo(aes, seeded(15, 16), seeded(16, 8)), /cannot stand/);
  assert.throws(() => sessionAes(des, new Uint8Array(16), new Uint8Array(16), 0x10), /cannot stand/);
  assert.throws(() => sessionAes(aes, new Uint8Array(15), new Uint8Array(16), 0x10), RangeError);
});

test('an attention has a tag of its own for every suite, terminal, name, key and message', () => {
  const message = seeded(17, 13);
  const tags: string[] = [];
  const add = (suite: 1 | 2 | 3, generation: number, id: number, seed: number, text: Uint8Array) => {
    const n = keyName(Purpose.monitoring, suite, generation);
    const kt = terminalKeyFromBytes(n, svpmsn(id), seeded(seed, suite === Suite.aes256 ? 32 : 16));
    const tag = attentionTag(kt, text);
    assert.equal(tag.length, 8);
    tags.push(toHex(tag));
  };
  for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
    add(suite, 0, 1, 18, message);
    add(suite, 0, 1, 19, message);
    for (let bit = 0; bit < 8 * message.length; bit++) {
      const changed = message.slice();
      changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
      add(suite, 0, 1, 18, changed);
    }
    add(suite, 0, 1, 18, concat(message, new Uint8Array(1))); // CBC-MAC alone would not tell zeros at the end
  }
  for (const suite of [Suite.aes128, Suite.aes256] as const) {
    add(suite, 1, 1, 18, message);
    add(suite, 0, 2, 18, message);
  }
  assert.equal(new Set(tags).size, tags.length);
  const lab = terminalKeyFromBytes(keyName(Purpose.monitoring, Suite.tripleDes, 0), METER, seeded(18, 16));
  assert.throws(() => attentionTag(lab, message), /no attention/);
});
