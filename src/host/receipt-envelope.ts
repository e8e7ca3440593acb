import { equalBytes, parseBase64url, toBase64url } from '../bytes/index.ts';
import { assert, type Randomness } from '../units/index.ts';
import {
  membersOf,
  type Receipt,
  type ReceiptFailure,
  type ReceiptPart,
  receiptFailure,
  receiptOf,
  type WholeReceipt,
} from './receipt-document.ts';
import {
  digestOf,
  disclosed,
  disclosureField,
  joined,
  leafText,
  parseJws,
  parseLeaf,
  parsePath,
  parseStatement,
  pathField,
  RECEIPT_TYPE,
  RECEIPTS_PER_GROUP_MAX,
  type ReceiptPlace,
  SALT_BYTES,
  type Statement,
  split,
  statementText,
  utf8,
  utf8Text,
} from './receipt-encoding.ts';
import type { ReceiptKeys, ReceiptSigner } from './receipt-port.ts';
import { leafHash, receiptTree, rootOf } from './receipt-tree.ts';

/** A receipt with what proves it, alone and off line: the digital envelope of SET, by the standards of today. */
export interface SignedReceipt {
  /**
   * Its one form: `JWS~path~head~order~payment`, a part that is withheld empty. The JWS signs the root of a group, the
   * path leads there from the hash of the head, and the head holds a digest of each part (SET's dual signature).
   */
  readonly text: string;
  /** What it says. Nobody has checked the signature yet. */
  readonly claims: Receipt;
  /** The key that is said to have signed it. */
  readonly kid: string;
  readonly place: ReceiptPlace;
}

/** An honest receipt has less than half of it. */
const TEXT_MAX = 16_384;

/**
 * Signs trades as one group: one signature for all, and a receipt for each, in their order, that is proved alone.
 * @param trades at most 65,536. @throws Error when one of them contradicts itself, which is a bug of the books
 * @param randomness salts the parts, so that what is withheld cannot be guessed
 */
export async function issueReceipts(
  trades: readonly WholeReceipt[],
  signer: ReceiptSigner,
  randomness: Randomness,
): Promise<readonly SignedReceipt[]> {
  assert(trades.length <= RECEIPTS_PER_GROUP_MAX, 'a group of receipts has a bound');
  if (trades.length === 0) return [];
  const leaves = trades.map((trade) => leafOf(trade, randomness));
  const tree = receiptTree(leaves.map(({ head }) => leafHash(head)));
  const size = trades.length;
  const jws = await signer.sign(utf8(statementText({ size, root: tree.root })), RECEIPT_TYPE);
  const header = parseJws(jws);
  assert('kid' in header, 'a signer writes the one header of receipts');
  return leaves.map(({ claims, head, order, payment }, index) => ({
    text: joined({ jws, path: pathField(index, tree.path(index)), head: toBase64url(head), order, payment }),
    claims,
    kid: header.kid,
    place: { index, size },
  }));
}

function leafOf(trade: WholeReceipt, randomness: Randomness) {
  const members = membersOf(trade);
  const claims = receiptOf(members);
  // What nobody would take is not signed: a receipt cannot be changed afterwards.
  if ('reason' in claims) throw new Error(`receipt ${trade.head.number} cannot be signed: ${claims.sentence}`);
  const salts = new Uint8Array(2 * SALT_BYTES);
  randomness.fill(salts);
  const order = disclosureField('order', salts.subarray(0, SALT_BYTES), members.order);
  const payment = disclosureField('payment', salts.subarray(SALT_BYTES), members.payment);
  const head = utf8(leafText(members.head, { order: digestOf(order), payment: digestOf(payment) }));
  return { claims, head, order, payment };
}

/** The same receipt without one of its parts: what is left is proved as before. */
export function withhold(receipt: SignedReceipt, part: ReceiptPart): SignedReceipt {
  const fields = split(receipt.text);
  assert(fields !== undefined, 'a signed receipt has its fields');
  return { ...receipt, text: joined({ ...fields, [part]: '' }), claims: { ...receipt.claims, [part]: undefined } };
}

/** Reads a signed receipt and checks all that takes no key; `verifyReceipt` does the rest. */
export function parseSignedReceipt(text: string): SignedReceipt | ReceiptFailure {
  const fields = text.length <= TEXT_MAX ? split(text) : undefined;
  if (fields === undefined) return receiptFailure('form-wrong', 'This is no signed receipt: take its text, whole.');
  const { jws, path, head, order, payment } = fields;
  const read = readJws(jws);
  if ('reason' in read) return read;
  const place = placeIn(read.statement, path, head);
  if ('reason' in place) return place;
  const claims = claimsOf(head, { order, payment });
  if ('reason' in claims) return claims;
  return { text, claims, kid: read.kid, place };
}

type ReadJws = { readonly kid: string; readonly statement: Statement } | ReceiptFailure;

/** Receipts of one group are mostly read one after the other, and share it: the last is not read again. */
let lastRead: { readonly jws: string; readonly read: ReadJws } | undefined;

function readJws(jws: string): ReadJws {
  if (lastRead?.jws === jws) return lastRead.read;
  const header = parseJws(jws);
  const statement = parseStatement(jws);
  const read: ReadJws =
    'reason' in header ? header : 'reason' in statement ? statement : { kid: header.kid, statement };
  lastRead = { jws, read };
  return read;
}

/** Checks that the path leads from the head to the root that is signed. */
function placeIn(statement: Statement, pathText: string, head: string): ReceiptPlace | ReceiptFailure {
  const way = parsePath(pathText);
  if ('reason' in way) return way;
  const leaf = parseBase64url(head);
  const place = { index: way.index, size: statement.size };
  const root = leaf === undefined ? undefined : rootOf(leafHash(leaf), place, way.path);
  if (root !== undefined && equalBytes(root, statement.root)) return place;
  return receiptFailure('group-wrong', 'The head of the receipt is not the one that was signed in this place.');
}

function claimsOf(headField: string, parts: Readonly<Record<ReceiptPart, string>>): Receipt | ReceiptFailure {
  const leaf = parseLeaf(utf8Text(parseBase64url(headField) ?? new Uint8Array(0)));
  if ('reason' in leaf) return leaf;
  const { head, digests } = leaf;
  const shown = (['order', 'payment'] as const).filter((part) => parts[part] !== '');
  const other = shown.find((part) => digestOf(parts[part]) !== digests[part]);
  if (other !== undefined) {
    return receiptFailure('part-wrong', `The ${other} is not the one that was signed with this head.`);
  }
  const opened = shown.map((part) => ({ part, ...disclosed(parts[part]) }));
  const claims = receiptOf({ head, ...Object.fromEntries(opened.map(({ part, members }) => [part, members])) });
  if ('reason' in claims) return claims;
  const members = membersOf(claims);
  const asWritten =
    headField === toBase64url(utf8(leafText(members.head, digests))) &&
    opened.every(({ part, salt }) => salt !== undefined && parts[part] === disclosureField(part, salt, members[part]));
  if (asWritten) return claims;
  return receiptFailure(
    'form-wrong',
    'The receipt is not written as receipts are, so that it could be read in two ways.',
  );
}

/** What a receipt says, proved by the published keys. */
export async function verifyReceipt(
  { text, claims, kid }: SignedReceipt,
  keys: ReceiptKeys,
): Promise<Receipt | ReceiptFailure> {
  const key = keys.find(kid);
  if (key === undefined) {
    return receiptFailure(
      'key-unknown',
      `Key "${kid}" is not among the published keys: get the utility's newest file.`,
    );
  }
  if (key.expiresAt !== undefined && claims.head.issuedAt > key.expiresAt) {
    return receiptFailure('key-expired', `The receipt was issued after its key "${kid}" had expired.`);
  }
  if (await key.signed(split(text)?.jws ?? '')) return claims;
  return receiptFailure('signature-wrong', `The receipt was not signed by the published key "${kid}".`);
}
