import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBase45, parseBase64url, toBase45, toBase64url } from './index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('base64url is that of RFC 4648, without padding', () => {
  for (const [text, encoded] of [
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ] as const) {
    assert.equal(toBase64url(bytesOf(text)), encoded);
    assert.deepEqual(parseBase64url(encoded), bytesOf(text));
  }
  assert.equal(toBase64url(Uint8Array.of(0xfb, 0xff, 0xbf)), '-_-_');
  assert.equal(toBase64url(Uint8Array.of(9, 0xfb, 0xff, 0xbf, 9).subarray(1, 4)), '-_-_');
});

test('a text that is not the one form of its bytes is no base64url', () => {
  for (const text of ['Zg==', 'Zg=', 'Zh', 'Zm9', 'Zm9v ', ' Zm9v', 'Zm\n9v', '+/+/', 'Zm9vZ', 'é', '~']) {
    assert.equal(parseBase64url(text), undefined, text);
  }
});

test('base45 is that of RFC 9285', () => {
  for (const [text, encoded] of [
    ['', ''],
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
  ] as const) {
    assert.equal(toBase45(bytesOf(text)), encoded);
    assert.deepEqual(parseBase45(encoded), bytesOf(text));
  }
});

test('a text with another letter, of another length or above the range is no base45', () => {
  for (const text of ['A', 'BB8A', 'bb8', 'BB_', 'GGW', ':::', '::', 'V5', 'é00']) {
    assert.equal(parseBase45(text), undefined, text);
  }
  assert.deepEqual(parseBase45('FGW'), Uint8Array.of(0xff, 0xff));
  assert.deepEqual(parseBase45('U5'), Uint8Array.of(0xff));
});

test('any bytes come back', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7) & 0xff);
    assert.deepEqual(parseBase64url(toBase64url(bytes)), bytes);
    assert.deepEqual(parseBase45(toBase45(bytes)), bytes);
  }
});
