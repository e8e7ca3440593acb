import { parseBase64url, toBase64url, toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import type { ReceiptKeys, ReceiptSigner } from './receipt-port.ts';
import { SETTLEMENT_REASONS, type SettlementFailure } from './settlement-port.ts';

/**
 * What seller and re-seller send each other: JSON, signed as a compact JWS (RFC 7515) by Ed25519. Amounts and energies
 * are decimal texts. Each document has one form: what is read is written again and compared.
 */

/** `typ` of both signatures: none passes for the other, nor one of another kind of document of the same key. */
export const CLAIM_TYPE = 'wattpurse-settlement-claim';
export const ANSWER_TYPE = 'wattpurse-settlement-answer';

/** A re-seller has 256 area units of 256 local units at most. */
export const TRANSFORMERS_MAX = 65_536;
const STEPS_MAX = 256;
export const DIFFERENCES_MAX = 4_096;

/** What a re-seller says it bought in a month. Energies in milliwatt-hours, amounts in tokens. */
export interface Claim {
  readonly reseller: string;
  readonly seller: string;
  readonly month: string;
  readonly zone: string;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  /** Unix minute, and how many follow. */
  readonly firstMinute: number;
  readonly minutes: number;
  /** By number. */
  readonly transformers: readonly ClaimedTransformer[];
  /** Of the bulk tariff: milli-tokens per kWh, and its steps, the cheapest first. */
  readonly unitCharge: number;
  readonly steps: readonly ClaimedStep[];
  /** Price units left over from the last claim; whole tokens that are due; price units that are left for the next. */
  readonly carried: string;
  readonly price: string;
  readonly left: string;
  /** Digest of the last claim; empty in the first. */
  readonly previous: string;
  /** Of a corrected claim alone: digest of the disputed one for this month that it takes the place of. */
  readonly replaces?: string;
}

export interface ClaimedTransformer {
  readonly localUnit: number;
  /** Estimates included. */
  readonly energy: string;
  readonly estimated: string;
  readonly missing: number;
  /** SHA-256 of its minutes. */
  readonly digest: string;
}

export interface ClaimedStep {
  readonly percent: number;
  readonly energy: string;
}

/** What a seller says to a claim. */
export interface ClaimAnswer {
  readonly seller: string;
  readonly reseller: string;
  readonly month: string;
  readonly issuedAt: number;
  /** Digest of the claim that is answered. */
  readonly claim: string;
  readonly verdict: 'acknowledged' | 'disputed';
  /** By the seller's own minutes and tariff. */
  readonly price: string;
  /** Of a dispute alone, at most `DIFFERENCES_MAX`. */
  readonly differences: readonly Difference[];
}

interface Sides {
  readonly claimed: string;
  readonly own: string;
}

/** `own` is the seller's. */
export type Difference =
  /** One side alone has it: the other's energy is 0. */
  | ({ readonly kind: 'transformer'; readonly localUnit: number } & Sides)
  /** Minutes in a row, both ends included; energy of those that have a value, and how many have none. */
  | ({
      readonly kind: 'minutes';
      readonly localUnit: number;
      readonly from: number;
      readonly to: number;
      readonly claimedMissing: number;
      readonly ownMissing: number;
    } & Sides)
  /** Of a month, with estimates. */
  | ({ readonly kind: 'energy'; readonly localUnit: number } & Sides)
  | ({ readonly kind: 'unit-charge' } & Sides)
  | ({ readonly kind: 'step'; readonly percent: number } & Sides)
  | ({ readonly kind: 'price' } & Sides);

/** What a re-seller sends. Minutes, as `energyBytes` writes them in base64url, of the transformers that were asked for. */
export interface ClaimMessage {
  readonly claim: string;
  readonly minutes: readonly { readonly localUnit: number; readonly energies: string }[];
}

/** What a seller replies. Only an answer is signed: the others change nothing. */
export type ClaimReply =
  | { readonly type: 'answer'; readonly answer: string }
  /** These transformers differ: their minutes are wanted to say where. */
  | { readonly type: 'minutes-wanted'; readonly transformers: readonly number[] }
  | { readonly type: 'refused'; readonly reason: SettlementFailure['reason']; readonly sentence: string };

export const settlementFailure = (reason: SettlementFailure['reason'], sentence: string): SettlementFailure => ({
  reason,
  sentence,
});

/** SHA-256 of a signed document, 64 hex digits. */
export const documentDigest = (jws: string): string => toHex(sha256(utf8(jws)));

export const signClaim = (claim: Claim, signer: ReceiptSigner): Promise<string> =>
  signer.sign(utf8(JSON.stringify(claim)), CLAIM_TYPE);

export const signAnswer = (answer: ClaimAnswer, signer: ReceiptSigner): Promise<string> =>
  signer.sign(utf8(JSON.stringify(answer)), ANSWER_TYPE);

export const openClaim = (jws: string, keys: ReceiptKeys): Promise<Claim | SettlementFailure> =>
  opened(jws, CLAIM_TYPE, keys, parseClaim);

export const openAnswer = (jws: string, keys: ReceiptKeys): Promise<ClaimAnswer | SettlementFailure> =>
  opened(jws, ANSWER_TYPE, keys, parseAnswer);

/** Of a claim that was opened before. */
export function readClaim(jws: string): Claim {
  return JSON.parse(payloadOf(jws) ?? '') as Claim;
}
export function readAnswer(jws: string): ClaimAnswer {
  return JSON.parse(payloadOf(jws) ?? '') as ClaimAnswer;
}

async function opened<T extends { readonly issuedAt: number }>(
  jws: string,
  typ: string,
  keys: ReceiptKeys,
  parse: (value: Members) => T | undefined,
): Promise<T | SettlementFailure> {
  const [header = '', , signature = '', ...more] = jws.split('.');
  const { alg, kid } = membersOf(parseText(textOf(header)));
  if (alg !== 'EdDSA' || typeof kid !== 'string' || header !== fieldOf({ alg, kid, typ }) || more.length > 0) {
    return settlementFailure(
      'algorithm-wrong',
      `A document must be signed by EdDSA with the type ${typ}, and this is not.`,
    );
  }
  // A signature has one writing: the digest of a document is that of its text.
  if (parseBase64url(signature) === undefined) {
    return settlementFailure('signature-wrong', 'The signature is not written as base64url: the document was changed.');
  }
  const key = keys.find(kid);
  if (key === undefined) {
    return settlementFailure('key-unknown', `The key "${kid}" is not among those that the other side published.`);
  }
  if (!(await key.signed(jws))) {
    return settlementFailure(
      'signature-wrong',
      `The signature is not that of key "${kid}": the document was changed, or forged.`,
    );
  }
  const text = payloadOf(jws) ?? '';
  const document = parse(membersOf(parseText(text)));
  if (document === undefined || JSON.stringify(document) !== text) {
    return settlementFailure('form-wrong', `The signed document is none of the type ${typ} as this version knows it.`);
  }
  if (key.expiresAt !== undefined && document.issuedAt > key.expiresAt) {
    return settlementFailure('key-expired', `The key "${kid}" was replaced before this document was issued.`);
  }
  return document;
}

type Members = Readonly<Record<string, unknown>>;

function parseClaim(value: Members): Claim | undefined {
  const { reseller, seller, month, zone, issuedAt, firstMinute, minutes, unitCharge, carried, price, left, previous } =
    value;
  const { replaces } = value;
  const transformers = listOf(value.transformers, TRANSFORMERS_MAX, parseTransformer);
  const steps = listOf(value.steps, STEPS_MAX, parseStep);
  if (!isText(reseller) || !isText(seller) || !isText(month) || !isText(zone)) return undefined;
  if (!isWhole(issuedAt) || !isWhole(firstMinute) || !isWhole(minutes) || !isWhole(unitCharge)) return undefined;
  if (transformers === undefined || steps === undefined) return undefined;
  if (!isDecimal(carried) || !isDecimal(price) || !isDecimal(left)) return undefined;
  if (previous !== '' && !isDigest(previous)) return undefined;
  if (replaces !== undefined && !isDigest(replaces)) return undefined;
  const ascending = transformers.every(
    ({ localUnit }, i) => i === 0 || localUnit > (transformers[i - 1]?.localUnit ?? 0),
  );
  if (!ascending || new Set(steps.map(({ percent }) => percent)).size < steps.length) return undefined;
  return {
    ...{ reseller, seller, month, zone, issuedAt, firstMinute, minutes },
    ...{ transformers, unitCharge, steps, carried, price, left, previous },
    ...(replaces !== undefined && { replaces }),
  };
}

function parseTransformer({ localUnit, energy, estimated, missing, digest }: Members): ClaimedTransformer | undefined {
  if (!isWhole(localUnit) || !isDecimal(energy) || !isDecimal(estimated)) return undefined;
  return isWhole(missing) && isDigest(digest) ? { localUnit, energy, estimated, missing, digest } : undefined;
}

const parseStep = ({ percent, energy }: Members): ClaimedStep | undefined =>
  isWhole(percent) && isDecimal(energy) ? { percent, energy } : undefined;

function parseAnswer(value: Members): ClaimAnswer | undefined {
  const { seller, reseller, month, issuedAt, claim, verdict, price } = value;
  const differences = listOf(value.differences, DIFFERENCES_MAX, parseDifference);
  if (!isText(seller) || !isText(reseller) || !isText(month) || !isWhole(issuedAt) || !isDigest(claim))
    return undefined;
  if (!isDecimal(price) || differences === undefined) return undefined;
  const follows = differences.length === 0 ? 'acknowledged' : 'disputed';
  if (verdict !== follows) return undefined;
  return { seller, reseller, month, issuedAt, claim, verdict: follows, price, differences };
}

function parseDifference(value: Members): Difference | undefined {
  const { kind, localUnit, from, to, claimedMissing, ownMissing, percent, claimed, own } = value;
  if (!isDecimal(claimed) || !isDecimal(own)) return undefined;
  switch (kind) {
    case 'transformer':
    case 'energy':
      return isWhole(localUnit) ? { kind, localUnit, claimed, own } : undefined;
    case 'minutes':
      if (!isWhole(localUnit) || !isWhole(from) || !isWhole(to)) return undefined;
      if (!isWhole(claimedMissing) || !isWhole(ownMissing)) return undefined;
      return { kind, localUnit, from, to, claimedMissing, ownMissing, claimed, own };
    case 'step':
      return isWhole(percent) ? { kind, percent, claimed, own } : undefined;
    case 'unit-charge':
    case 'price':
      return { kind, claimed, own };
    default:
      return undefined;
  }
}

export function parseClaimMessage(text: string): ClaimMessage | SettlementFailure {
  const { claim, minutes } = membersOf(parseText(text));
  const list = listOf(minutes, TRANSFORMERS_MAX, ({ localUnit, energies }) =>
    isWhole(localUnit) && typeof energies === 'string' ? { localUnit, energies } : undefined,
  );
  if (typeof claim === 'string' && list !== undefined) return { claim, minutes: list };
  return settlementFailure(
    'form-wrong',
    'A message to a seller has a signed claim and a list of minutes, and this has not.',
  );
}

export function parseClaimReply(text: string): ClaimReply | SettlementFailure {
  const value = membersOf(parseText(text));
  const { type, answer, reason, sentence } = value;
  const transformers = listOf(value.transformers, TRANSFORMERS_MAX, (_, item) => (isWhole(item) ? item : undefined));
  if (type === 'answer' && typeof answer === 'string') return { type, answer };
  if (type === 'minutes-wanted' && transformers !== undefined) return { type, transformers };
  const known = SETTLEMENT_REASONS.find((each) => each === reason);
  if (type === 'refused' && known !== undefined && typeof sentence === 'string') {
    return { type, reason: known, sentence };
  }
  return settlementFailure('form-wrong', 'What the seller replied is none of the replies that this version knows.');
}

function listOf<T>(value: unknown, most: number, parse: (members: Members, item: unknown) => T | undefined) {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const list: T[] = [];
  for (const item of value as unknown[]) {
    const parsed = parse(membersOf(item), item);
    if (parsed === undefined) return undefined;
    list.push(parsed);
  }
  return list;
}

const TEXT_MAX = 128;
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= TEXT_MAX;
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isDecimal = (value: unknown): value is string => typeof value === 'string' && /^(0|[1-9]\d{0,38})$/.test(value);
const isDigest = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null ? (value as Members) : {});

const payloadOf = (jws: string): string | undefined => textOf(jws.split('.')[1] ?? '');

/** What is no UTF-8 reads as something that is never written. */
function textOf(field: string): string | undefined {
  const bytes = parseBase64url(field);
  return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function parseText(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

const fieldOf = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
