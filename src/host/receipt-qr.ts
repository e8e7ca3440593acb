import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { parseBase45, parseBase64url, Reader, toBase45, toBase64url, Writer } from '../bytes/index.ts';
import { assert } from '../units/index.ts';
import { membersOf, parseJson, type ReceiptFailure, type ReceiptPart, receiptFailure } from './receipt-document.ts';
import {
  digestOf,
  disclosed,
  disclosureField,
  joined,
  jwsOf,
  parseJws,
  parseLeaf,
  parsePath,
  pathField,
  SALT_BYTES,
  SIGNATURE_BYTES,
  split,
  utf8,
  utf8Text,
} from './receipt-encoding.ts';
import { parseSignedReceipt, type SignedReceipt } from './receipt-envelope.ts';
import { HASH_BYTES, leafHash, rootOf } from './receipt-tree.ts';

/** What a QR code of a receipt begins with; the 1 is the version of its layout and of the dictionary. */
export const RECEIPT_QR_PREFIX = 'WPR1:';

/**
 * A signed receipt in the characters of which a QR code holds most (RFC 9285). What can be computed is left out: the
 * header and the root of the group, and the digests of the parts that are shown. After the prefix:
 *
 * `flags u8 ‖ length of kid u8 ‖ kid ‖ signature 64 ‖ size u32 ‖ index u32 ‖ hashes u8 ‖ hash 32 … ‖ order ‖ payment ‖ texts`
 *
 * Flags: 1 the order is withheld, 2 the payment. Order and payment: the salt of 16 bytes, or, withheld, the digest of
 * 32. Texts: the JSON of head, order and payment with a line feed between them, in raw DEFLATE (RFC 1951) with
 * `RECEIPT_QR_DICTIONARY` before it.
 */
export function receiptQrText({ text, claims, place, kid }: SignedReceipt): string {
  const fields = split(text);
  assert(fields !== undefined, 'a signed receipt has its fields');
  const [jws, way, leaf] = [parseJws(fields.jws), parsePath(fields.path), parseLeaf(leafOf(fields.head))];
  assert('kid' in jws && 'path' in way && 'head' in leaf, 'a signed receipt was read before');
  const writer = new Writer(512)
    .u8(PARTS.reduce((flags, part, bit) => flags | (fields[part] === '' ? 1 << bit : 0), 0))
    .u8(kid.length)
    .bytes(utf8(kid))
    .bytes(jws.signature)
    .u32(place.size)
    .u32(place.index)
    .u8(way.path.length);
  for (const hash of way.path) writer.bytes(hash);
  for (const part of PARTS) {
    const secret = fields[part] === '' ? parseBase64url(leaf.digests[part]) : disclosed(fields[part]).salt;
    assert(secret !== undefined, 'a part has its salt, or its digest');
    writer.bytes(secret);
  }
  const { head, order, payment } = membersOf(claims);
  const texts = [head, order, payment].map((members) => (members === undefined ? '' : JSON.stringify(members)));
  writer.bytes(deflateRawSync(utf8(texts.join('\n')), { level: 9, dictionary: DICTIONARY }));
  return `${RECEIPT_QR_PREFIX}${toBase45(writer.done())}`;
}

/** The signed receipt of a QR code, read as strictly as its text. */
export function parseReceiptQr(text: string): SignedReceipt | ReceiptFailure {
  const bytes =
    text.startsWith(RECEIPT_QR_PREFIX) && text.length <= QR_CHARACTERS_MAX
      ? parseBase45(text.slice(RECEIPT_QR_PREFIX.length))
      : undefined;
  const wrong = receiptFailure('form-wrong', 'This is no code of a receipt: scan it again, and take its text whole.');
  if (bytes === undefined) return wrong;
  const reader = new Reader(bytes);
  const flags = reader.u8();
  const kid = utf8Text(reader.view(reader.u8()));
  const signature = reader.view(SIGNATURE_BYTES);
  const size = reader.u32();
  const place = { index: reader.u32(), size };
  const path = Array.from({ length: reader.u8() }, () => reader.view(HASH_BYTES));
  const isWithheld = (part: ReceiptPart) => (flags & (1 << PARTS.indexOf(part))) !== 0;
  const [order, payment] = PARTS.map((part) => reader.view(isWithheld(part) ? HASH_BYTES : SALT_BYTES));
  const texts = reader.ok() ? inflated(reader.rest()) : undefined;
  if (texts === undefined || order === undefined || payment === undefined || flags >= 1 << PARTS.length) return wrong;
  const [head = '', orderJson = '', paymentJson = ''] = texts.split('\n');
  const field = (part: ReceiptPart, salt: Uint8Array, json: string) =>
    isWithheld(part) ? '' : disclosureField(part, salt, parseJson(json));
  const shown = { order: field('order', order, orderJson), payment: field('payment', payment, paymentJson) };
  const digests = {
    order: isWithheld('order') ? toBase64url(order) : digestOf(shown.order),
    payment: isWithheld('payment') ? toBase64url(payment) : digestOf(shown.payment),
  };
  const leaf = utf8(JSON.stringify({ ...(parseJson(head) as object), ...digests }));
  const root = rootOf(leafHash(leaf), place, path);
  if (root === undefined) return wrong;
  const jws = jwsOf(kid, { size, root }, signature);
  return parseSignedReceipt(joined({ jws, path: pathField(place.index, path), head: toBase64url(leaf), ...shown }));
}

const PARTS = ['order', 'payment'] as const;

/** Version 40 with the least correction of errors holds no more. */
const QR_CHARACTERS_MAX = 4_296;
const TEXTS_MAX = 16_384;

const leafOf = (headField: string): string => utf8Text(parseBase64url(headField) ?? new Uint8Array(0));

function inflated(bytes: Uint8Array): string | undefined {
  try {
    return utf8Text(inflateRawSync(bytes, { dictionary: DICTIONARY, maxOutputLength: TEXTS_MAX }));
  } catch {
    // The only way to ask whether bytes are deflated, and not to more than a receipt can be.
    return undefined;
  }
}

/** What receipts have in common, for DEFLATE to point at. It never changes: another one is another version. */
export const RECEIPT_QR_DICTIONARY = [
  '"label":"VAT 10 %"},{"kind":"arrears","amount":"},{"kind":"fee","amount":"},{"kind":"fixed-charge","amount":"',
  '"method":"payment-service","method":"direct-debit","method":"bank-transfer","method":"wallet","method":"cash"',
  'Europe/America/Africa/Asia/Seoul"EUR"USD"KRW","exponent":2,"state":"refunded"state":"sold","corrects":"',
  '{"number":"","utility":{"name":"","registration":""},"zone":"","issuedAt":"2026-01-01T00:00:00.000Z",',
  '"currency":"KRW","exponent":0,"total":"000","state":"stored"}\n{"id":"","meter":"000000","tokens":"000",',
  '"lines":[{"kind":"energy","amount":"000"},{"kind":"tax","amount":"000"}],"orderedAt":"2026-01-01T00:00:00.000Z",',
  '"settledAt":"2026-01-01T00:00:00.000Z","counter":"1"}\n{"method":"card","shown":"**** 0000","approval":"000000",',
  '"paid":"000","paidAt":"2026-01-01T00:00:00.000Z"}',
].join('');

const DICTIONARY = utf8(RECEIPT_QR_DICTIONARY);
