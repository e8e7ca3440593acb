import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type JsonWebKey,
  verify,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CompactEncrypt, CompactSign, importJWK, type JWK } from 'jose';
import {
  drawSigningKey,
  drawSubscriberKey,
  isSealed,
  openReceipt,
  parseReceiptKeys,
  receiptSealer,
  receiptSigner,
} from '../../src/adapters/receipt-jose.ts';
import {
  issueReceipts,
  parseReceipt,
  parseReceiptQr,
  parseSignedReceipt,
  type ReceiptFailure,
  type ReceiptKeys,
  type SignedReceipt,
  verifyReceipt,
  type WholeReceipt,
  withhold,
} from '../../src/host/index.ts';
import { drawnFrom, ISSUED_AT, KNOWN_KEY, tradeOf } from '../../src/host/receipt.testing.ts';

const signingKey = await drawSigningKey('2026-1');
const subscriberKeys = [await drawSubscriberKey('kim'), await drawSubscriberKey('lee', 'P-256')];

const right = <T>(value: T | ReceiptFailure): T => {
  if (typeof value === 'object' && value !== null && 'reason' in value) assert.fail(value.sentence);
  return value as T;
};

const jwks = (...keys: readonly (string | object)[]): string =>
  JSON.stringify({ keys: keys.map((key) => (typeof key === 'string' ? JSON.parse(key) : key)) });

const published = async (...keys: readonly (string | object)[]): Promise<ReceiptKeys> =>
  right(await parseReceiptKeys(jwks(...keys)));

async function issued(size: number, secret = signingKey.secret): Promise<readonly SignedReceipt[]> {
  const signer = right(await receiptSigner(secret));
  const trades = Array.from({ length: size }, (_, i) => tradeOf(i));
  return issueReceipts(trades, signer, drawnFrom('conformance'));
}

const one = async (): Promise<SignedReceipt> => (await issued(5))[3] as SignedReceipt;

async function judged(text: string, keys: ReceiptKeys): Promise<string> {
  const signed = parseSignedReceipt(text);
  if ('reason' in signed) return signed.reason;
  const proved = await verifyReceipt(signed, keys);
  return 'reason' in proved ? proved.reason : 'taken';
}

test('a thousand receipts under one signature are proved one by one, each by its text alone', async () => {
  const keys = await published(signingKey.published);
  const receipts = await issued(1_000);
  for (const [index, { text }] of receipts.entries()) {
    assert.deepEqual(await verifyReceipt(right(parseSignedReceipt(text)), keys), tradeOf(index));
  }
});

/** Reads a receipt by its description, with nothing of this project: node:crypto and JSON. */
function readByDescription(text: string, key: JsonWebKey): { head: Record<string, unknown>; parts: unknown[] } {
  const [jws = '', path = '', head = '', ...parts] = text.split('~');
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const bytes = (field: string) => Buffer.from(field, 'base64url');
  const sha = (...of: readonly Uint8Array[]) =>
    of.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();
  const publicKey = createPublicKey({ key, format: 'jwk' });
  assert.ok(verify(null, Buffer.from(`${header}.${payload}`), publicKey, bytes(signature)));
  const { size, root } = JSON.parse(bytes(payload).toString()) as { size: number; root: string };
  const way = bytes(path);
  let [place, last, at] = [way.readUInt32BE(0), size - 1, 4];
  let hash = sha(Uint8Array.of(0), bytes(head));
  for (; at < way.length; at += 32) {
    const beside = way.subarray(at, at + 32);
    const isRight = place % 2 === 1 || place === last;
    hash = isRight ? sha(Uint8Array.of(1), beside, hash) : sha(Uint8Array.of(1), hash, beside);
    // RFC 9162 §2.1.3.2: up to where the last node of a level has a neighbour.
    if (isRight) while (place % 2 === 0 && place !== 0) [place, last] = [place >> 1, last >> 1];
    [place, last] = [place >> 1, last >> 1];
  }
  assert.equal(last, 0);
  assert.equal(hash.toString('base64url'), root);
  const members = JSON.parse(bytes(head).toString()) as Record<string, unknown>;
  const opened = parts.map((part, i) => {
    const name = ['order', 'payment'][i] ?? '';
    assert.equal(sha(Buffer.from(part)).toString('base64url'), members[name]);
    const [salt, named, value] = JSON.parse(bytes(part).toString()) as [string, string, unknown];
    assert.equal(bytes(salt).length, 16);
    assert.equal(named, name);
    return value;
  });
  return { head: members, parts: opened };
}

for (const size of [1, 2, 5, 6, 64, 100]) {
  test(`a reader that was written from the description alone proves each of ${size} receipts`, async () => {
    for (const [index, { text }] of (await issued(size)).entries()) {
      const { head, parts } = readByDescription(text, JSON.parse(signingKey.published) as JsonWebKey);
      assert.equal(head.total, String(33_000 + index));
      assert.equal((parts[0] as { id: string }).id, `web-7f3a90c2-${index}`);
      assert.equal((parts[1] as { paid: string }).paid, head.total);
    }
  });
}

interface Vector {
  readonly salts: string;
  readonly index: number;
  readonly size: number;
  readonly receipt: object;
  readonly text: string;
  readonly code: string;
  readonly withoutOrder: string;
  readonly withoutPayment: string;
}

test('the published receipts are issued again to the letter, proved, and read from their codes', async () => {
  const path = join(import.meta.dirname, '../vectors/receipts.json');
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
    privateKey: object;
    published: object;
    receipts: readonly Vector[];
  };
  const signer = right(await receiptSigner(JSON.stringify(vectors.privateKey)));
  const keys = right(await parseReceiptKeys(JSON.stringify(vectors.published)));
  for (const [salts, group] of Map.groupBy(vectors.receipts, (vector) => vector.salts)) {
    const trades = group.map(({ receipt }) => right(parseReceipt(JSON.stringify(receipt))) as WholeReceipt);
    const signed = await issueReceipts(trades, signer, drawnFrom(salts));
    for (const [i, vector] of group.entries()) {
      const { text, code, index, size, withoutOrder, withoutPayment } = vector;
      const receipt = signed[i] as SignedReceipt;
      assert.equal(receipt.text, text);
      assert.deepEqual(receipt.place, { index, size });
      assert.deepEqual(parseReceiptQr(code), receipt);
      assert.equal(withhold(receipt, 'order').text, withoutOrder);
      assert.equal(withhold(receipt, 'payment').text, withoutPayment);
      for (const each of [text, withoutOrder, withoutPayment]) assert.equal(await judged(each, keys), 'taken');
    }
  }
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
test('openssl proves the signature of the same bytes, and refuses others', {
  skip: hasOpenssl ? false : 'needs the Debian package openssl',
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-receipt-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [header, payload, signature] = ((await one()).text.split('~')[0] ?? '').split('.');
  const key = createPublicKey({ key: JSON.parse(signingKey.published) as JsonWebKey, format: 'jwk' });
  writeFileSync(join(folder, 'key.pem'), key.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(folder, 'signature'), Buffer.from(signature ?? '', 'base64url'));
  const verified = (text: string): boolean => {
    writeFileSync(join(folder, 'signed'), text);
    const args = ['pkeyutl', '-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'signed'];
    return spawnSync('openssl', [...args, '-sigfile', 'signature'], { cwd: folder }).status === 0;
  };
  assert.ok(verified(`${header}.${payload}`));
  assert.ok(!verified(`${header}.${payload}A`));
});

test('the published key as the secret of a MAC, or no signature at all, proves nothing', async () => {
  const keys = await published(signingKey.published);
  const { text } = await one();
  const [jws = '', ...fields] = text.split('~');
  const [, payload = ''] = jws.split('.');
  const { x = '' } = JSON.parse(signingKey.published) as { x?: string };
  for (const alg of ['HS256', 'none', 'EdDSA']) {
    const header = { alg, kid: '2026-1', typ: 'wattpurse-receipts' };
    const signed = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
    const macs = [Buffer.from(x, 'base64url'), Buffer.from(x), Buffer.from(signingKey.published)].map((secret) =>
      createHmac('sha256', secret).update(signed).digest('base64url'),
    );
    for (const forged of [...macs, '', Buffer.alloc(64).toString('base64url')]) {
      assert.notEqual(await judged([`${signed}.${forged}`, ...fields].join('~'), keys), 'taken', alg);
      // The adapter alone holds as well.
      assert.equal(await keys.find('2026-1')?.signed(`${signed}.${forged}`), false, alg);
    }
  }
  assert.equal(await keys.find('2026-1')?.signed(jws), true);
  // The right key under the other name of its algorithm: one name counts.
  const sameKey = await importJWK(JSON.parse(signingKey.secret) as JWK, 'Ed25519');
  const named = new CompactSign(Buffer.from(payload, 'base64url')).setProtectedHeader({ alg: 'Ed25519' });
  assert.equal(await keys.find('2026-1')?.signed(await named.sign(sameKey)), false);
});

test('a key that was replaced goes on proving what it signed, and the next one the rest', async () => {
  const next = await drawSigningKey('2026-2');
  const old = { ...(JSON.parse(signingKey.published) as object), exp: Math.ceil(ISSUED_AT / 1000) };
  const expired = { ...old, exp: Math.floor(ISSUED_AT / 1000) - 1 };
  const [before, after] = [await one(), (await issued(1, next.secret))[0] as SignedReceipt];
  assert.equal(await judged(before.text, await published(old, next.published)), 'taken');
  assert.equal(await judged(after.text, await published(old, next.published)), 'taken');
  assert.equal(await judged(before.text, await published(expired, next.published)), 'key-expired');
  assert.equal(await judged(after.text, await published(old)), 'key-unknown');
  const renamed = { ...(JSON.parse(next.published) as object), kid: '2026-1' };
  assert.equal(await judged(before.text, await published(renamed)), 'signature-wrong');
});

const publicKey = JSON.parse(signingKey.published) as Record<string, unknown>;
const rsa = { kty: 'RSA', kid: 'rsa', n: 'AQAB', e: 'AQAB' };

test('keys of other kinds among the published ones are passed over', async () => {
  const sealing = JSON.parse(subscriberKeys[0]?.published ?? '') as object;
  const keys = await published(rsa, sealing, { ...publicKey, kid: 'enc', use: 'enc' }, signingKey.published);
  assert.equal(keys.find('rsa'), undefined);
  assert.equal(keys.find('enc'), undefined);
  assert.equal(await judged((await one()).text, keys), 'taken');
});

for (const [what, text, sentence] of [
  ['no JSON', '{', /is no JWKS/],
  ['a key without its list', signingKey.published, /is no JWKS/],
  ['an empty list', jwks(), /has none on the curve Ed25519/],
  ['keys of other kinds only', jwks(rsa), /has none on the curve Ed25519/],
  ['a private key', jwks(signingKey.secret), /holds a secret one/],
  ['a secret of a MAC', jwks({ kty: 'oct', kid: 'mac', k: 'AAAA' }), /holds a secret one/],
  ['two keys of one name', jwks(publicKey, publicKey), /no kid of its own/],
  ['a key without a name', jwks({ ...publicKey, kid: undefined }), /no kid of its own/],
  ['a damaged key', jwks({ ...publicKey, x: 'AAAA' }), /"2026-1" is damaged/],
  ['an end that is no time', jwks({ ...publicKey, exp: '2026' }), /"2026-1" has an exp that is no time/],
  ['an end before 1970', jwks({ ...publicKey, exp: -1 }), /"2026-1" has an exp that is no time/],
] as const) {
  test(`published keys that are ${what} are refused in one sentence`, async () => {
    const keys = await parseReceiptKeys(text);
    assert.ok('reason' in keys && keys.reason === 'keys-wrong');
    assert.match(keys.sentence, sentence);
  });
}

test('nothing is signed with a key that is none', async () => {
  for (const key of ['', 'null', '[]', signingKey.published, JSON.stringify(rsa), subscriberKeys[0]?.secret ?? '']) {
    assert.ok('reason' in (await receiptSigner(key)), key);
  }
  const secret = JSON.parse(signingKey.secret) as object;
  for (const change of [{ kid: 'two words' }, { kid: undefined }, { d: 'AAAA' }, { use: 'enc' }, { crv: 'X25519' }]) {
    assert.ok('reason' in (await receiptSigner(JSON.stringify({ ...secret, ...change }))), JSON.stringify(change));
  }
  assert.ok('sign' in (await receiptSigner(JSON.stringify({ ...KNOWN_KEY, kid: 'known' }))));
});

for (const [i, { secret, published: recipient }] of subscriberKeys.entries()) {
  const { crv } = JSON.parse(recipient) as { crv: string };

  test(`a receipt that is sealed for a key on ${crv} is opened by it and by no other, and is proved then`, async () => {
    const { text } = await one();
    const sealed = right(await receiptSealer.seal(text, recipient));
    assert.ok(isSealed(sealed) && !isSealed(text));
    assert.equal(await openReceipt(sealed, secret), text);
    assert.equal(
      await judged(right(await openReceipt(sealed, secret)), await published(signingKey.published)),
      'taken',
    );
    const others = [(await drawSubscriberKey('other', crv as 'P-256')).secret, subscriberKeys[1 - i]?.secret ?? ''];
    for (const other of others) assert.equal(reasonOf(await openReceipt(sealed, other)), 'seal-wrong');
    for (const none of [recipient, '', signingKey.secret]) {
      assert.equal(reasonOf(await openReceipt(sealed, none)), 'keys-wrong');
    }
    for (const none of [secret, '', signingKey.published]) {
      assert.equal(reasonOf(await receiptSealer.seal(text, none)), 'keys-wrong');
    }
  });

  test(`what is sealed on ${crv} is opened by node:crypto as RFC 7518 describes`, async () => {
    const { text } = await one();
    const [header = '', encryptedKey, iv = '', ciphertext = '', tag = ''] = right(
      await receiptSealer.seal(text, recipient),
    ).split('.');
    const { epk, alg, enc, cty } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, string>;
    assert.deepEqual([encryptedKey, alg, enc, cty], ['', 'ECDH-ES', 'A256GCM', 'wattpurse-receipt']);
    const shared = diffieHellman({
      privateKey: createPrivateKey({ key: JSON.parse(secret) as JsonWebKey, format: 'jwk' }),
      publicKey: createPublicKey({ key: epk as unknown as JsonWebKey, format: 'jwk' }),
    });
    const key = createHash('sha256')
      .update(concatKdfInput(shared, enc ?? ''))
      .digest();
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'));
    decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
    assert.equal(decipher.update(ciphertext, 'base64url', 'utf8') + decipher.final('utf8'), text);
  });
}

/** RFC 7518 §4.6.2, with neither party named. */
function concatKdfInput(shared: Uint8Array, algorithm: string): Buffer {
  const u32 = (value: number) => Buffer.from(value.toString(16).padStart(8, '0'), 'hex');
  return Buffer.concat([u32(1), shared, u32(algorithm.length), Buffer.from(algorithm), u32(0), u32(0), u32(256)]);
}

test('every changed character of a receipt that is sealed is refused', async () => {
  const [{ secret, published: recipient } = { secret: '', published: '' }] = subscriberKeys;
  const sealed = right(await receiptSealer.seal(withhold(await one(), 'order').text, recipient));
  for (let at = 0; at < sealed.length; at++) {
    const other = String.fromCharCode(sealed.charCodeAt(at) ^ 1);
    const opened = await openReceipt(sealed.slice(0, at) + other + sealed.slice(at + 1), secret);
    assert.equal(reasonOf(opened), 'seal-wrong', `${at}`);
  }
});

test('what is sealed by another algorithm, or compressed, is not opened', async () => {
  const [{ secret, published: recipient } = { secret: '', published: '' }] = subscriberKeys;
  const { kty, crv, x } = JSON.parse(recipient) as { kty: 'OKP'; crv: string; x: string };
  for (const header of [
    { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' },
    { alg: 'ECDH-ES', enc: 'A128GCM' },
    { alg: 'ECDH-ES', enc: 'A256CBC-HS512' },
    { alg: 'ECDH-ES', enc: 'A256GCM', zip: 'DEF' },
  ]) {
    const key = await importJWK({ kty, crv, x }, header.alg);
    const sealed = await new CompactEncrypt(Buffer.from('text')).setProtectedHeader(header).encrypt(key);
    assert.equal(reasonOf(await openReceipt(sealed, secret)), 'seal-wrong', JSON.stringify(header));
  }
  for (const none of ['', '....', 'text', 'a.b.c.d.e']) {
    assert.equal(reasonOf(await openReceipt(none, secret)), 'seal-wrong', none);
  }
});

function reasonOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'reason' in value ? String(value.reason) : 'taken';
}
