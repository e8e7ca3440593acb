import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { cbcMac, cbcMacInto, ecbDecrypt, ecbEncrypt, halvesEqual, TripleDesKey } from './index.ts';

const VECTORS = join(import.meta.dirname, '../../../shared/vectors');
const skip = existsSync(VECTORS) ? false : `the published vectors are not at ${VECTORS}`;
const vectors = (name: string) => JSON.parse(readFileSync(join(VECTORS, name), 'utf8'));

/** Bytes that look random and are the same in every run. */
const seeded = (seed: number, size: number): Uint8Array =>
  new Uint8Array(
    createCipheriv('aes-128-ctr', new Uint8Array(16).fill(seed), new Uint8Array(16)).update(new Uint8Array(size)),
  );

const byNode = (key: Uint8Array, data: Uint8Array): Uint8Array => {
  const cipher = createCipheriv('des-ede', key, null);
  cipher.setAutoPadding(false);
  return concat(cipher.update(data), cipher.final());
};

test('100,000 random pairs of a key and a block encrypt and decrypt as node:crypto does it', () => {
  const pairs = 100_000;
  const all = seeded(1, pairs * 24);
  const ours = new Uint8Array(8);
  const back = new Uint8Array(8);
  for (let at = 0; at < all.length; at += 24) {
    const key = new TripleDesKey(all, at);
    const plain = all.subarray(at + 16, at + 24);
    const theirs = byNode(all.subarray(at, at + 16), plain);
    key.encryptBlock(plain, 0, ours, 0);
    if (Buffer.compare(ours, theirs) !== 0) assert.fail(`encrypting pair ${at / 24} differs`);
    key.decryptBlock(theirs, 0, back, 0);
    if (Buffer.compare(back, plain) !== 0) assert.fail(`decrypting pair ${at / 24} differs`);
  }
});

test('what node:crypto decrypts, decrypts here to the same bytes', () => {
  const data = seeded(2, 8 * 1000);
  const key = seeded(3, 16);
  const decipher = createDecipheriv('des-ede', key, null);
  decipher.setAutoPadding(false);
  assert.deepEqual(ecbDecrypt(new TripleDesKey(key), data), new Uint8Array(decipher.update(data)));
});

test('a block encrypts and decrypts in place, in the middle of other bytes', () => {
  const key = new TripleDesKey(seeded(4, 16));
  const bytes = seeded(5, 24);
  const before = bytes.slice();
  key.encryptBlock(bytes, 7, bytes, 7);
  assert.notDeepEqual(bytes.subarray(7, 15), before.subarray(7, 15));
  assert.deepEqual(bytes.subarray(0, 7), before.subarray(0, 7));
  assert.deepEqual(bytes.subarray(15), before.subarray(15));
  key.decryptBlock(bytes, 7, bytes, 7);
  assert.deepEqual(bytes, before);
});

test('bit 0 of a key byte is ignored, every other bit counts', () => {
  const bytes = seeded(6, 16);
  const block = seeded(7, 8);
  const expected = ecbEncrypt(new TripleDesKey(bytes), block);
  for (let bit = 0; bit < 128; bit++) {
    const changed = bytes.slice();
    changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
    const same = Buffer.compare(ecbEncrypt(new TripleDesKey(changed), block), expected) === 0;
    assert.equal(same, (bit & 7) === 0, `bit ${bit}`);
  }
});

test('a key that is too short is refused', () => {
  assert.throws(() => new TripleDesKey(new Uint8Array(15)), RangeError);
  assert.throws(() => new TripleDesKey(new Uint8Array(16), 1), RangeError);
});

test('ECB pads with zeros to whole blocks and adds nothing to whole ones', () => {
  const bytes = seeded(8, 16);
  const key = new TripleDesKey(bytes);
  for (const length of [0, 1, 7, 8, 9, 16, 40]) {
    const data = seeded(9, length);
    const padded = concat(data, new Uint8Array((8 - (length % 8)) % 8));
    const encrypted = ecbEncrypt(key, data);
    assert.equal(toHex(encrypted), toHex(byNode(bytes, padded)), `${length} bytes`);
    assert.deepEqual(ecbDecrypt(key, encrypted), padded);
  }
  assert.throws(() => ecbDecrypt(key, new Uint8Array(9)), RangeError);
});

test('CBC-MAC is the last block of CBC with IV 0 over zero-padded data', () => {
  const bytes = seeded(10, 16);
  const key = new TripleDesKey(bytes);
  for (let length = 1; length <= 50; length++) {
    const data = seeded(11, length);
    const cipher = createCipheriv('des-ede-cbc', bytes, new Uint8Array(8));
    cipher.setAutoPadding(false);
    const chained = cipher.update(concat(data, new Uint8Array((8 - (length % 8)) % 8)));
    assert.equal(toHex(cbcMac(key, data)), toHex(chained.subarray(-8)), `${length} bytes`);
  }
  assert.equal(toHex(cbcMac(key, new Uint8Array(0))), '0000000000000000');
});

test('a tag of a range is written where it was asked for and touches nothing else', () => {
  const key = new TripleDesKey(seeded(12, 16));
  const data = seeded(13, 30);
  const out = new Uint8Array(12).fill(0xee);
  cbcMacInto(key, data, 3, 22, out, 2);
  assert.equal(toHex(out), `eeee${toHex(cbcMac(key, data.subarray(3, 22)))}eeee`);
});

test('halves are equal also when only parity bits differ, and unequal by any other bit', () => {
  const half = seeded(14, 8);
  const key = concat(half, half);
  assert.equal(halvesEqual(key), true);
  assert.equal(halvesEqual(concat(new Uint8Array(3), key), 3), true);
  for (let bit = 0; bit < 64; bit++) {
    const changed = key.slice();
    changed[8 + (bit >>> 3)] = (changed[8 + (bit >>> 3)] as number) ^ (1 << (bit & 7));
    assert.equal(halvesEqual(changed), (bit & 7) === 0, `bit ${bit}`);
  }
});

/** ISO 9797-1 §6.3, methods 1 to 3, for 8-byte blocks. */
function padded(data: Uint8Array, method: number): Uint8Array {
  const zeros = (length: number) => new Uint8Array((8 - (length % 8)) % 8);
  if (method === 1) return concat(data, zeros(data.length));
  if (method === 2) return concat(data, Uint8Array.of(0x80), zeros(data.length + 1));
  const length = new Uint8Array(8);
  length[7] = 8 * data.length;
  return concat(length, data, zeros(data.length));
}

test('every published case of ISO 9797-1 algorithm 1 is met', { skip }, () => {
  const { cbcmac_2key_3des: cases } = vectors('iso9797_mac_3des.json');
  assert.equal(cases.length, 4);
  for (const { key, dataHex, padding, mac } of cases) {
    const tag = cbcMac(new TripleDesKey(fromHex(key)), padded(fromHex(dataHex), padding));
    assert.equal(toHex(tag), mac.toLowerCase(), `padding ${padding} of ${dataHex}`);
  }
});

test('every published case of ISO 9797-1 algorithm 3 is met', { skip }, () => {
  const { retail_mac_alg3: cases } = vectors('iso9797_mac_3des.json');
  assert.equal(cases.length, 4);
  for (const { key1, key2, dataHex, padding, mac } of cases) {
    const first = new TripleDesKey(fromHex(key1));
    const second = new TripleDesKey(fromHex(key2));
    const tag = cbcMac(first, padded(fromHex(dataHex), padding));
    second.decryptBlock(tag, 0, tag, 0);
    first.encryptBlock(tag, 0, tag, 0);
    assert.equal(toHex(tag), mac.toLowerCase(), `padding ${padding} of ${dataHex}`);
  }
});

/** EMV keys have odd parity; ours ignore it, so that the comparison does, too. */
const butParity = (hex: string): string => toHex(fromHex(hex).map((byte) => byte & 0xfe));
const pair = (key: TripleDesKey, left: Uint8Array, right: Uint8Array): string =>
  butParity(toHex(concat(ecbEncrypt(key, left), ecbEncrypt(key, right))));

test('the published EMV keys that triple-DES derives are met', { skip }, () => {
  const { cases } = vectors('emv_key_derivation.json');
  const met: string[] = [];
  for (const { fn, iss_mk: issuer, mk, pan, psn, r, result } of cases) {
    const key = new TripleDesKey(fromHex(issuer ?? mk));
    if (fn === 'derive_icc_mk_a' || fn === 'derive_icc_mk_b') {
      const digits = fn === 'derive_icc_mk_a' ? `${pan}${psn}`.slice(-16) : decimals(`${pan}${psn}`);
      const block = fromHex(digits);
      assert.equal(
        pair(
          key,
          block,
          block.map((byte) => byte ^ 0xff),
        ),
        butParity(result),
        fn,
      );
      met.push(fn);
    } else if (fn === 'derive_common_sk') {
      const [left, right] = [fromHex(r), fromHex(r)];
      left[2] = 0xf0;
      right[2] = 0x0f;
      assert.equal(pair(key, left, right), butParity(result), fn);
      met.push(fn);
    }
  }
  assert.deepEqual(met, ['derive_icc_mk_a', 'derive_icc_mk_b', 'derive_common_sk']);
});

/** EMV 4.3 book 2, A1.4.2: the first 16 decimal digits of the SHA-1, hex letters as 0 to 5 after them. */
function decimals(digits: string): string {
  const hash = createHash('sha1')
    .update(fromHex(digits.length % 2 === 0 ? digits : `0${digits}`))
    .digest('hex');
  const letters = hash.replace(/\d/g, '').replace(/[a-f]/g, (letter) => String(Number.parseInt(letter, 16) - 10));
  return (hash.replace(/\D/g, '') + letters).slice(0, 16);
}
