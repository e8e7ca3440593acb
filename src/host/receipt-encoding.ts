import { parseBase64url, Reader, toBase64url, Writer } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { parseJson, type ReceiptFailure, type ReceiptPart, receiptFailure } from './receipt-document.ts';
import { HASH_BYTES } from './receipt-tree.ts';

/**
 * The fields of a signed receipt. Each has one form: whatever is read is written again and compared, so that no
 * character of a receipt can be another.
 */

/** The five fields of a signed receipt; that of a part that is withheld is empty. */
export interface ReceiptText {
  readonly jws: string;
  readonly path: string;
  readonly head: string;
  readonly order: string;
  readonly payment: string;
}

export const joined = ({ jws, path, head, order, payment }: ReceiptText): string =>
  [jws, path, head, order, payment].join(BETWEEN);

export function split(text: string): ReceiptText | undefined {
  const [jws, path = '', head = '', order = '', payment, ...more] = text.split(BETWEEN);
  return jws === undefined || payment === undefined || more.length > 0
    ? undefined
    : { jws, path, head, order, payment };
}

/** No character of base64url, nor of a JWS. */
const BETWEEN = '~';

/** `typ` in the header: no other signature of the same key passes for one of receipts. */
export const RECEIPT_TYPE = 'wattpurse-receipts';

export const RECEIPTS_PER_GROUP_MAX = 65_536;
export const SALT_BYTES = 16;
export const SIGNATURE_BYTES = 64;

/** Its place among those that were signed together. */
export interface ReceiptPlace {
  readonly index: number;
  readonly size: number;
}

/** What is signed of a group. */
export interface Statement {
  readonly size: number;
  readonly root: Uint8Array;
}

export type Digests = Readonly<Record<ReceiptPart, string>>;

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What is no UTF-8 reads as something that is never written. */
export const utf8Text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

const fieldOf = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)));

function jsonOf(field: string): unknown {
  const bytes = parseBase64url(field);
  return bytes === undefined ? undefined : parseJson(utf8Text(bytes));
}

/** The members of a JSON object, or none. */
const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** RFC 7515 §4: the algorithm is pinned, and nothing may stand beside it that could change what is verified. */
const headerField = (kid: string): string => fieldOf({ alg: ALGORITHM, kid, typ: RECEIPT_TYPE });

/** Ed25519, as RFC 8037 §3.1 names it. */
const ALGORITHM = 'EdDSA';

const KID = /^[A-Za-z0-9._-]{1,64}$/;

/** The name of the key and the signature in a compact JWS. */
export function parseJws(jws: string): { readonly kid: string; readonly signature: Uint8Array } | ReceiptFailure {
  const [header = '', , signatureField = '', ...more] = jws.split('.');
  const { alg, kid } = membersOf(jsonOf(header));
  if (alg !== ALGORITHM) {
    return receiptFailure(
      'algorithm-wrong',
      `The receipt is signed by ${typeof alg === 'string' ? `"${alg}"` : 'no known algorithm'}: only ${ALGORITHM} counts.`,
    );
  }
  if (typeof kid !== 'string' || !KID.test(kid) || header !== headerField(kid)) {
    return receiptFailure(
      'algorithm-wrong',
      `The header of the signature must have alg, kid and typ of ${RECEIPT_TYPE}, and nothing else.`,
    );
  }
  const signature = parseBase64url(signatureField);
  if (signature?.length === SIGNATURE_BYTES && more.length === 0) return { kid, signature };
  return receiptFailure('form-wrong', `The signature of the receipt has not the ${SIGNATURE_BYTES} bytes of Ed25519.`);
}

export const statementText = ({ size, root }: Statement): string => JSON.stringify({ size, root: toBase64url(root) });

/** What a compact JWS signs. */
export function parseStatement(jws: string): Statement | ReceiptFailure {
  const payload = jws.split('.')[1] ?? '';
  const { size, root } = membersOf(jsonOf(payload));
  const hash = typeof root === 'string' ? parseBase64url(root) : undefined;
  if (
    typeof size === 'number' &&
    Number.isInteger(size) &&
    size >= 1 &&
    size <= RECEIPTS_PER_GROUP_MAX &&
    hash?.length === HASH_BYTES &&
    payload === toBase64url(utf8(statementText({ size, root: hash })))
  ) {
    return { size, root: hash };
  }
  return receiptFailure('form-wrong', 'What is signed in the receipt is no size and root of a group.');
}

/** `index u32 ‖ hash …` */
export function pathField(index: number, path: readonly Uint8Array[]): string {
  const writer = new Writer(4 + HASH_BYTES * path.length).u32(index);
  for (const hash of path) writer.bytes(hash);
  return toBase64url(writer.done());
}

/** The longest path of a group: log₂ of its size. */
const PATH_MAX = 16;

export function parsePath(
  field: string,
): { readonly index: number; readonly path: readonly Uint8Array[] } | ReceiptFailure {
  const bytes = parseBase64url(field);
  const hashes = bytes === undefined ? -1 : (bytes.length - 4) / HASH_BYTES;
  if (bytes === undefined || !Number.isInteger(hashes) || hashes < 0 || hashes > PATH_MAX) {
    return receiptFailure('form-wrong', `The path of the receipt is no index and at most ${PATH_MAX} hashes.`);
  }
  const reader = new Reader(bytes);
  return { index: reader.u32(), path: Array.from({ length: hashes }, () => reader.view(HASH_BYTES)) };
}

/** The head as it is hashed into the tree: its members, and behind them the digests of both parts. */
export const leafText = (head: object, { order, payment }: Digests): string =>
  JSON.stringify({ ...head, order, payment });

/** The head's JSON value and the digests in it. */
export function parseLeaf(text: string): { readonly head: unknown; readonly digests: Digests } | ReceiptFailure {
  const head = parseJson(text);
  const { order, payment } = membersOf(head);
  if (isDigest(order) && isDigest(payment)) return { head, digests: { order, payment } };
  return receiptFailure('form-wrong', 'The head of the receipt has no digests of an order and a payment.');
}

const isDigest = (value: unknown): value is string =>
  typeof value === 'string' && parseBase64url(value)?.length === HASH_BYTES;

/**
 * A part as it is disclosed: `[salt, name, members]`. The salt keeps the few things that a part may say from being
 * tried one by one against its digest. RFC 9901 §4.2.1
 */
export const disclosureField = (part: ReceiptPart, salt: Uint8Array, members: unknown): string =>
  fieldOf([toBase64url(salt), part, members]);

/** RFC 9901 §4.2.3 */
export const digestOf = (disclosure: string): string => toBase64url(sha256(utf8(disclosure)));

/** The salt and the members of a disclosed part; both may be anything. */
export function disclosed(field: string): { readonly salt: Uint8Array | undefined; readonly members: unknown } {
  const value = jsonOf(field);
  const [salt, , members] = Array.isArray(value) ? (value as unknown[]) : [];
  const bytes = typeof salt === 'string' ? parseBase64url(salt) : undefined;
  return { salt: bytes?.length === SALT_BYTES ? bytes : undefined, members };
}

/** A compact JWS of its parts. */
export const jwsOf = (kid: string, statement: Statement, signature: Uint8Array): string =>
  [headerField(kid), toBase64url(utf8(statementText(statement))), toBase64url(signature)].join('.');
