import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { EmvCardKey, EmvCryptogramKey, EmvIssuerKey } from './index.ts';

const VECTORS = join(import.meta.dirname, '../../../shared/vectors/emv_key_derivation.json');
const skip = existsSync(VECTORS) ? false : `the published vectors are not at ${VECTORS}`;

const DATA = fromHex('00112233445566778899aabbccddeeff0011');
/** Two keys are one when they make the same cryptogram: none shows its bytes. */
const nameOf = (key: EmvCryptogramKey): string => toHex(key.cryptogram(DATA, 'one-then-zeros'));

test('every published derivation of a card key and of a session key is met, and none of another card', { skip }, () => {
  const { cases } = JSON.parse(readFileSync(VECTORS, 'utf8'));
  const met: string[] = [];
  for (const { fn, iss_mk: issuer, mk, pan, psn, r, result } of cases) {
    if (fn === 'derive_icc_mk_a' || fn === 'derive_icc_mk_b') {
      const key = new EmvIssuerKey(fromHex(issuer));
      const expected = nameOf(new EmvCardKey(fromHex(result)).direct());
      const derivation = fn.endsWith('a') ? 'a' : 'b';
      assert.equal(nameOf(key.cardKey(derivation, pan, Number(psn)).direct()), expected, fn);
      assert.notEqual(nameOf(key.cardKey(derivation, pan, Number(psn) + 1).direct()), expected);
      assert.notEqual(nameOf(key.cardKey(derivation, `${pan.slice(0, -1)}0`, Number(psn)).direct()), expected);
      met.push(fn);
    } else if (fn === 'derive_common_sk') {
      assert.match(r, /^[0-9A-F]{4}0{12}$/, 'R of a cryptogram is ATC and zeros');
      const counter = Number.parseInt(r.slice(0, 4), 16);
      const key = new EmvCardKey(fromHex(mk));
      assert.equal(nameOf(key.session(counter)), nameOf(new EmvCryptogramKey(fromHex(result))));
      assert.notEqual(nameOf(key.session(counter + 1)), nameOf(new EmvCryptogramKey(fromHex(result))));
      met.push(fn);
    }
  }
  assert.deepEqual(met, ['derive_icc_mk_a', 'derive_icc_mk_b', 'derive_common_sk']);
});

test('up to 16 digits both derivations are one, above they are two', () => {
  const issuer = new EmvIssuerKey(fromHex('0123456789abcdeffedcba9876543210'));
  const same = (pan: string) =>
    nameOf(issuer.cardKey('a', pan, 1).direct()) === nameOf(issuer.cardKey('b', pan, 1).direct());
  for (const pan of ['123456789012', '1234567890123456']) assert.ok(same(pan), pan);
  for (const pan of ['12345678901234567', '123456789012345678', '1234567890123456789']) assert.ok(!same(pan), pan);
});

/** EMV 4.3 Book 2, A1.2.1, step by step with the cipher of Node: single DES is triple DES with one key. */
function cryptogramByNode(key: Uint8Array, padded: Uint8Array): Uint8Array {
  const des = (half: Uint8Array, block: Uint8Array, decrypt = false): Uint8Array => {
    const cipher = (decrypt ? createDecipheriv : createCipheriv)('des-ede', concat(half, half), null);
    cipher.setAutoPadding(false);
    return concat(cipher.update(block), cipher.final());
  };
  const [left, right] = [key.subarray(0, 8), key.subarray(8)];
  let chained: Uint8Array = new Uint8Array(8);
  for (let at = 0; at < padded.length; at += 8) {
    chained = des(
      left,
      chained.map((byte, i) => byte ^ (padded[at + i] as number)),
    );
  }
  return des(left, des(right, chained, true));
}

test('a cryptogram is the MAC of ISO 9797-1 algorithm 3 in both paddings, at every length', () => {
  const bytes = fromHex('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
  const key = new EmvCryptogramKey(bytes);
  for (let length = 1; length <= 24; length++) {
    const data = Uint8Array.from({ length }, (_, i) => 3 * i + length);
    const zeros = concat(data, new Uint8Array((8 - (length % 8)) % 8));
    const marked = concat(data, Uint8Array.of(0x80), new Uint8Array((8 - ((length + 1) % 8)) % 8));
    assert.deepEqual(key.cryptogram(data, 'zeros'), cryptogramByNode(bytes, zeros), `${length} bytes`);
    assert.deepEqual(key.cryptogram(data, 'one-then-zeros'), cryptogramByNode(bytes, marked), `${length} bytes`);
  }
});

test('a cryptogram verifies for its data, and for no other bit of data or cryptogram', () => {
  const key = new EmvCryptogramKey(fromHex('0f1e2d3c4b5a69788796a5b4c3d2e1f0'));
  const cryptogram = key.cryptogram(DATA, 'one-then-zeros');
  const flipped = (bytes: Uint8Array, bit: number) =>
    bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  assert.ok(key.verifies(DATA, 'one-then-zeros', cryptogram));
  assert.ok(!key.verifies(DATA, 'zeros', cryptogram));
  assert.ok(!key.verifies(DATA, 'one-then-zeros', cryptogram.subarray(1)));
  for (let bit = 0; bit < 64; bit++) assert.ok(!key.verifies(DATA, 'one-then-zeros', flipped(cryptogram, bit)));
  for (let bit = 0; bit < 8 * DATA.length; bit++) {
    assert.ok(!key.verifies(flipped(DATA, bit), 'one-then-zeros', cryptogram));
  }
});

test('both answers of an issuer are those that EMV says, and change with every bit of what they answer', () => {
  const bytes = fromHex('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
  const key = new EmvCryptogramKey(bytes);
  const request = fromHex('0123456789abcdef');
  const code = fromHex('3030');
  const cipher = createCipheriv('des-ede', bytes, null);
  cipher.setAutoPadding(false);
  assert.deepEqual(key.responseToCode(request, code), new Uint8Array(cipher.update(fromHex('3113456789abcdef'))));
  const status = fromHex('00820000');
  const marked = concat(request, status, Uint8Array.of(0x80, 0, 0, 0));
  const short = key.responseToStatus(request, status, new Uint8Array(0));
  assert.deepEqual(short, cryptogramByNode(bytes, marked).slice(0, 4));
  for (let bit = 0; bit < 64; bit++) {
    const other = request.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    assert.notDeepEqual(key.responseToCode(other, code), key.responseToCode(request, code));
    assert.notDeepEqual(key.responseToStatus(other, status, new Uint8Array(0)), short);
  }
  assert.notDeepEqual(key.responseToStatus(request, status, Uint8Array.of(0)), short);
});

test('a key of another size is refused, and whatever prints one shows nothing of it', () => {
  for (const size of [0, 8, 15, 17, 24]) {
    assert.throws(() => new EmvIssuerKey(new Uint8Array(size)), RangeError);
    assert.throws(() => new EmvCardKey(new Uint8Array(size)), RangeError);
    assert.throws(() => new EmvCryptogramKey(new Uint8Array(size)), RangeError);
  }
  const issuer = new EmvIssuerKey(new Uint8Array(16).fill(0xa7));
  for (const key of [
    issuer,
    issuer.cardKey('a', '123456789012', 0),
    issuer.cardKey('a', '123456789012', 0).session(1),
  ]) {
    assert.ok(!inspect(key, { depth: 9, showHidden: true }).includes('167'));
    assert.equal(JSON.stringify(key), '{}');
  }
});

test('it is a mistake of the program to derive for what is no card, no counter and no cryptogram', () => {
  const issuer = new EmvIssuerKey(new Uint8Array(16));
  const card = issuer.cardKey('b', '1234567890123456789', 99);
  const key = card.session(0xffff);
  assert.equal(key.responseToStatus(new Uint8Array(8), new Uint8Array(4), new Uint8Array(8)).length, 4);
  for (const mistake of [
    () => issuer.cardKey('a', '12345678901', 0),
    () => issuer.cardKey('a', '12345678901234567890', 0),
    () => issuer.cardKey('a', '12345678901x', 0),
    () => issuer.cardKey('a', '123456789012', 100),
    () => issuer.cardKey('a', '123456789012', -1),
    () => card.session(0x1_0000),
    () => card.session(-1),
    () => key.responseToCode(new Uint8Array(7), new Uint8Array(2)),
    () => key.responseToCode(new Uint8Array(8), new Uint8Array(3)),
    () => key.responseToStatus(new Uint8Array(8), new Uint8Array(3), new Uint8Array(0)),
    () => key.responseToStatus(new Uint8Array(8), new Uint8Array(4), new Uint8Array(9)),
  ]) {
    assert.throws(mistake, /^Error: must hold, and does not: /, String(mistake));
  }
});
