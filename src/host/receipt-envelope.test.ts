import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, parseBase45, toBase45, toBase64url } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { milliseconds } from '../units/index.ts';
import { drawnFrom, ISSUED_AT, jwsBy, KNOWN_KID, knownKeys, knownSigner, tradeOf } from './receipt.testing.ts';
import { type Receipt, type ReceiptFailure, receiptJson, type WholeReceipt } from './receipt-document.ts';
import { issueReceipts, parseSignedReceipt, type SignedReceipt, verifyReceipt, withhold } from './receipt-envelope.ts';
import type { ReceiptKeys } from './receipt-port.ts';
import { parseReceiptQr, receiptQrText } from './receipt-qr.ts';
import { leafHash } from './receipt-tree.ts';

const group = (size: number, seed = 'salts'): Promise<readonly SignedReceipt[]> =>
  issueReceipts(
    Array.from({ length: size }, (_, i) => tradeOf(i)),
    knownSigner(),
    drawnFrom(seed),
  );

const at = (receipts: readonly SignedReceipt[], index: number): SignedReceipt => {
  const receipt = receipts[index];
  assert.ok(receipt);
  return receipt;
};

const one = async (): Promise<SignedReceipt> => at(await group(3), 2);

/** What becomes of a text: the reason of its refusal, or the receipt. */
async function judged(text: string, keys: ReceiptKeys = knownKeys()): Promise<Receipt | ReceiptFailure> {
  const signed = text.startsWith('WPR1:') ? parseReceiptQr(text) : parseSignedReceipt(text);
  return 'reason' in signed ? signed : verifyReceipt(signed, keys);
}

const reasonOf = async (text: string, keys?: ReceiptKeys): Promise<string> => {
  const result = await judged(text, keys);
  return 'reason' in result ? result.reason : 'taken';
};

for (const size of [1, 2, 3, 7, 8, 100]) {
  test(`each of ${size} receipts that were signed together is proved alone, by its text and by its code`, async () => {
    const receipts = await group(size);
    assert.equal(receipts.length, size);
    assert.equal(new Set(receipts.map(({ text }) => text.slice(0, text.indexOf('~')))).size, 1, 'one signature');
    for (const [index, receipt] of receipts.entries()) {
      assert.deepEqual(receipt.claims, tradeOf(index));
      assert.deepEqual(receipt.place, { index, size });
      assert.deepEqual(parseSignedReceipt(receipt.text), receipt);
      assert.deepEqual(parseReceiptQr(receiptQrText(receipt)), receipt);
      assert.deepEqual(await judged(receipt.text), tradeOf(index));
    }
  });
}

test('a group of none has no receipts and takes no signature', async () => {
  const signer = { sign: () => Promise.reject(new Error('nothing is to be signed')) };
  assert.deepEqual(await issueReceipts([], signer, drawnFrom('salts')), []);
});

test('a receipt of one has an empty path: four zeros of its index', async () => {
  assert.equal(at(await group(1), 0).text.split('~')[1], toBase64url(fromHex('00000000')));
});

test('a trade that contradicts itself is not signed', async () => {
  const trade = tradeOf(1);
  const less: WholeReceipt = { ...trade, order: { ...trade.order, lines: trade.order.lines.slice(1) } };
  await assert.rejects(issueReceipts([trade, less], knownSigner(), drawnFrom('salts')), /receipt 2026-00000001 cannot/);
});

test('a signer that writes another header is found before a receipt leaves', async () => {
  const signer = { sign: async (payload: Uint8Array) => jwsBy({ alg: 'EdDSA', kid: KNOWN_KID }, payload) };
  await assert.rejects(issueReceipts([tradeOf(1)], signer, drawnFrom('salts')), /the one header of receipts/);
});

test('either part or both may be withheld, and what is left is proved', async () => {
  const receipt = await one();
  const { head, order, payment } = tradeOf(2);
  for (const [shown, expected] of [
    [withhold(receipt, 'payment'), { head, order, payment: undefined }],
    [withhold(receipt, 'order'), { head, order: undefined, payment }],
    [withhold(withhold(receipt, 'order'), 'payment'), { head, order: undefined, payment: undefined }],
  ] as const) {
    assert.deepEqual(await judged(shown.text), expected);
    assert.deepEqual(parseSignedReceipt(shown.text), shown);
    assert.deepEqual(parseReceiptQr(receiptQrText(shown)), shown);
  }
  assert.deepEqual(withhold(withhold(receipt, 'order'), 'order'), withhold(receipt, 'order'));
});

test('what is withheld is not in the text in any form', async () => {
  const receipt = withhold(await one(), 'payment');
  const decoded = receipt.text
    .split(/[~.]/)
    .map((field) => Buffer.from(field, 'base64url').toString())
    .join('\n');
  assert.match(decoded, /web-7f3a90c2-2/);
  assert.doesNotMatch(decoded, /30412277|1234/);
});

test('the same trade signed twice has other digests, so that a part cannot be tried against them', async () => {
  const [first, second] = [at(await group(1, 'a'), 0), at(await group(1, 'b'), 0)];
  const digests = ({ text }: SignedReceipt) => {
    const { order, payment } = JSON.parse(Buffer.from(text.split('~')[2] ?? '', 'base64url').toString());
    return [order, payment];
  };
  const all = [...digests(first), ...digests(second)];
  assert.equal(new Set(all).size, 4);
  // Without the salt the digest of what the part says is another.
  const [, , , , payment = ''] = first.text.split('~');
  const [, name, members] = JSON.parse(Buffer.from(payment, 'base64url').toString());
  assert.notEqual(toBase64url(sha256(Buffer.from(JSON.stringify([name, members])))), digests(first)[1]);
});

test('every single character of a receipt that is another, missing or one too many is refused', async () => {
  const { text } = await one();
  for (let i = 0; i < text.length; i++) {
    for (let bit = 0; bit < 7; bit++) {
      const other = String.fromCharCode(text.charCodeAt(i) ^ (1 << bit));
      assert.notEqual(await reasonOf(text.slice(0, i) + other + text.slice(i + 1)), 'taken', `${i} ${bit}`);
    }
    assert.notEqual(await reasonOf(text.slice(0, i) + text.slice(i + 1)), 'taken', `without ${i}`);
    for (const more of ['A', text.charAt(i), '~', '=', '\n']) {
      assert.notEqual(await reasonOf(text.slice(0, i) + more + text.slice(i)), 'taken', `${more} before ${i}`);
    }
  }
  for (const more of ['A', '=', '\n', ' ', '~', '\0']) assert.notEqual(await reasonOf(text + more), 'taken', more);
});

test('every single bit of each field that is another is refused', async () => {
  const { text } = await one();
  const fields = text.split(/(?<=[.~])|(?=[.~])/);
  for (const [place, field] of fields.entries()) {
    if (field === '~' || field === '.') continue;
    const bytes = Buffer.from(field, 'base64url');
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.notEqual(await reasonOf(fields.with(place, toBase64url(other)).join('')), 'taken', `${place}, ${bit}`);
    }
  }
});

test('a code of which one character is another is refused, or is still that of the same receipt', async () => {
  const receipt = await one();
  const code = receiptQrText(receipt);
  let refused = 0;
  for (let i = 0; i < code.length; i++) {
    for (const other of '07AMZ $:') {
      if (other === code.charAt(i)) continue;
      const result = await judged(code.slice(0, i) + other + code.slice(i + 1));
      if ('reason' in result) refused += 1;
      else assert.deepEqual(result, receipt.claims, `${i} ${other}`);
    }
  }
  assert.ok(refused > 7 * code.length - 60, `${refused} of ${code.length}`);
});

test('parts of two receipts in each other’s place are refused, within a group and between groups', async () => {
  const receipts = [...(await group(3)), ...(await group(2, 'others'))];
  for (const [i, a] of receipts.entries()) {
    for (const [j, b] of receipts.entries()) {
      if (i === j) continue;
      for (const fields of [[0], [1], [2], [3], [4], [0, 1], [2, 3], [2, 4], [3, 4]]) {
        const mixed = a.text.split('~').map((field, k) => (fields.includes(k) ? (b.text.split('~')[k] ?? '') : field));
        const text = mixed.join('~');
        // Two of one group share their signature.
        if (text === a.text || text === b.text) continue;
        assert.notEqual(await reasonOf(text), 'taken', `${fields} of ${j} in ${i}`);
      }
    }
  }
  const [a = [], b = []] = receipts.map(({ text }) => text.split('~'));
  assert.equal(await reasonOf(a.with(3, b[3] ?? '').join('~')), 'part-wrong');
  assert.equal(await reasonOf(a.with(4, b[4] ?? '').join('~')), 'part-wrong');
  assert.equal(await reasonOf(a.with(2, b[2] ?? '').join('~')), 'group-wrong');
  assert.equal(await reasonOf(a.with(4, a[3] ?? '').join('~')), 'part-wrong');
});

test('a key that nobody published, or another one of that name, proves nothing', async () => {
  const { text } = await one();
  assert.deepEqual(await judged(text, knownKeys('2025-1')), {
    reason: 'key-unknown',
    sentence: 'Key "2026-1" is not among the published keys: get the utility\'s newest file.',
  });
  const other: ReceiptKeys = { find: () => ({ expiresAt: undefined, signed: async () => false }) };
  assert.equal(await reasonOf(text, other), 'signature-wrong');
});

test('an old receipt is proved by the key that was replaced since, and a newer one is not', async () => {
  const { text } = await one();
  for (const [expiresAt, expected] of [
    [ISSUED_AT + 86_400_000, 'taken'],
    [ISSUED_AT, 'taken'],
    [ISSUED_AT - 1, 'key-expired'],
  ] as const) {
    assert.equal(await reasonOf(text, knownKeys(KNOWN_KID, milliseconds(expiresAt))), expected);
  }
});

/** The receipt with the header of its signature replaced, signed again by the right key. */
function withHeader({ text }: SignedReceipt, header: object): string {
  const [jws = '', ...fields] = text.split('~');
  return [jwsBy(header, Buffer.from(jws.split('.')[1] ?? '', 'base64url')), ...fields].join('~');
}

test('one header is taken, and no other, whoever signed it', async () => {
  const receipt = await one();
  const header = { alg: 'EdDSA', kid: KNOWN_KID, typ: 'wattpurse-receipts' };
  assert.equal(withHeader(receipt, header), receipt.text);
  for (const other of [
    { ...header, alg: 'none' },
    { ...header, alg: 'HS256' },
    { ...header, alg: 'ES256' },
    { ...header, alg: 'Ed25519' },
    { ...header, alg: 'eddsa' },
    { ...header, alg: ['EdDSA'] },
    { ...header, crit: ['b64'], b64: false },
    { ...header, b64: false },
    { ...header, b64: true },
    { ...header, crit: [] },
    { ...header, jwk: {} },
    { ...header, jku: 'https://example.com' },
    { ...header, x5c: [] },
    { ...header, kid: '' },
    { ...header, kid: 'a b' },
    { ...header, kid: ['2026-1'] },
    { ...header, kid: '__proto__ ' },
    { ...header, typ: 'JWT' },
    { ...header, typ: undefined },
    { ...header, kid: undefined },
    { kid: KNOWN_KID, alg: 'EdDSA', typ: header.typ },
    [],
    {},
  ]) {
    assert.equal(await reasonOf(withHeader(receipt, other)), 'algorithm-wrong', JSON.stringify(other));
  }
  assert.equal(await reasonOf(withHeader(receipt, { ...header, kid: '2025-1' })), 'key-unknown');
});

test('a signature that is missing, of another length or more than one is refused', async () => {
  const { text } = await one();
  const [jws = '', ...fields] = text.split('~');
  const [header = '', payload = '', signature = ''] = jws.split('.');
  for (const other of [
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${header}..${signature}`,
    `${header}.${payload}.${signature}.`,
    `${header}.${payload}.${signature}AA`,
    `${header}.${payload}.${signature.slice(2)}`,
    '',
  ]) {
    assert.notEqual(await reasonOf([other, ...fields].join('~')), 'taken', other);
  }
});

test('a key that signs receipts proves nothing that it signed for another purpose', async () => {
  const { text } = await one();
  const [jws = '', ...fields] = text.split('~');
  for (const payload of [
    'null',
    '[]',
    '{}',
    '{"size":0,"root":""}',
    '{"size":3}',
    `{"size":3,"root":"${'A'.repeat(42)}"}`,
    `{"size":65537,"root":"${'A'.repeat(43)}"}`,
    `{"root":"${'A'.repeat(43)}","size":3}`,
    Buffer.from(jws.split('.')[1] ?? '', 'base64url')
      .toString()
      .replace('3', '3.0'),
  ]) {
    const other = jwsBy({ alg: 'EdDSA', kid: KNOWN_KID, typ: 'wattpurse-receipts' }, Buffer.from(payload));
    assert.equal(await reasonOf([other, ...fields].join('~')), 'form-wrong', payload);
  }
});

/** A receipt whose head and parts may be anything, signed alone by the right key, with the digests that fit. */
function signedAnyhow(
  parts: { readonly order?: unknown; readonly payment?: unknown },
  headOf: (digests: { order: string; payment: string }) => string,
): string {
  const field = (value: unknown) => (value === undefined ? '' : toBase64url(Buffer.from(JSON.stringify(value))));
  const [order, payment] = [field(parts.order), field(parts.payment)];
  const digest = (text: string) => toBase64url(sha256(Buffer.from(text)));
  const head = Buffer.from(headOf({ order: digest(order), payment: digest(payment) }));
  const statement = JSON.stringify({ size: 1, root: toBase64url(leafHash(head)) });
  const jws = jwsBy({ alg: 'EdDSA', kid: KNOWN_KID, typ: 'wattpurse-receipts' }, Buffer.from(statement));
  return [jws, 'AAAAAA', toBase64url(head), order, payment].join('~');
}

test('what was signed and is no receipt is refused: nothing stands that could be read in two ways', async () => {
  const { head, order, payment } = JSON.parse(receiptJson(tradeOf(1)));
  const salt = toBase64url(new Uint8Array(16));
  const right = { order: [salt, 'order', order], payment: [salt, 'payment', payment] };
  const plain = (digests: object) => JSON.stringify({ ...head, ...digests });
  assert.equal(await reasonOf(signedAnyhow(right, plain)), 'taken');
  for (const [expected, text] of [
    ['form-wrong', signedAnyhow(right, (digests) => JSON.stringify({ ...head, ...digests, more: 1 }))],
    ['form-wrong', signedAnyhow(right, (digests) => JSON.stringify({ ...digests, ...head }))],
    ['form-wrong', signedAnyhow(right, (digests) => ` ${plain(digests)}`)],
    ['form-wrong', signedAnyhow(right, (digests) => `\ufeff${plain(digests)}`)],
    ['form-wrong', signedAnyhow(right, ({ order: only }) => JSON.stringify({ ...head, order: only }))],
    ['form-wrong', signedAnyhow(right, ({ order: only }) => JSON.stringify({ ...head, order: only, payment: 'AAAA' }))],
    ['form-wrong', signedAnyhow(right, () => 'null')],
    ['form-wrong', signedAnyhow({ ...right, order: [salt, 'order', { ...order, more: 1 }] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: [salt, 'order', order, 1] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: [salt, 'order'] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: [salt, 'order', null] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: [salt, 'payment', order] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: [salt.slice(3), 'order', order] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: ['', 'order', order] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: [1, 'order', order] }, plain)],
    ['form-wrong', signedAnyhow({ ...right, order: order }, plain)],
    ['form-wrong', signedAnyhow({ ...right, payment: right.order }, plain)],
    ['sum-wrong', signedAnyhow(right, (digests) => JSON.stringify({ ...head, total: '1', ...digests }))],
    ['state-wrong', signedAnyhow(right, (digests) => JSON.stringify({ ...head, state: 'sold', ...digests }))],
  ] as const) {
    assert.equal(await reasonOf(text), expected, Buffer.from(text.split('~')[2] ?? '', 'base64url').toString());
  }
});

test('what is no receipt at all is refused in one sentence', async () => {
  const whole = (await one()).text;
  for (const text of [
    '',
    '~',
    '~~~~',
    'text',
    '{}',
    whole.repeat(20),
    whole.replace('~', ''),
    `${whole}~`,
    'WPR1:',
    'WPR1:AAA',
    'WPR2:00',
  ]) {
    const result = await judged(text);
    assert.ok('reason' in result && /^[^\n]+\.$/.test(result.sentence), text);
  }
});

test('a code that is cut, too long, or of another kind is refused', async () => {
  const code = receiptQrText(await one());
  for (let length = 0; length < code.length; length++) {
    assert.notEqual(await reasonOf(code.slice(0, length)), 'taken', `${length} characters`);
  }
  const bytes = parseBase45(code.slice('WPR1:'.length)) ?? new Uint8Array(0);
  const withFlags = (flags: number) => `WPR1:${toBase45(bytes.map((byte, i) => (i === 0 ? flags : byte)))}`;
  assert.equal(await reasonOf(withFlags(0)), 'taken');
  for (let flags = 1; flags < 256; flags++) assert.notEqual(await reasonOf(withFlags(flags)), 'taken', `${flags}`);
  assert.equal(await reasonOf(`WPR1:${'0'.repeat(4_290)}`), 'form-wrong');
  assert.equal(await reasonOf(`WPR1:${'0'.repeat(9_000)}`), 'form-wrong');
});
