import { concat, equalConstantTime, fromHex, Reader, Writer } from '../bytes/index.ts';
import { PAIR_TAG_BYTES, type PairKey, type PairTag, pairTag } from '../crypto/index.ts';
import { type Csn, type Region, type Svpmsn, type Tokens, tokens } from '../units/index.ts';

/**
 * What a card and a meter say to each other: the four passes, with the meter in the host's place, and an
 * acknowledgement. Both are named, and both put in a nonce, in the context that every key is derived with.
 */
export interface Insertion {
  readonly csn: Csn;
  readonly region: Region;
  readonly meter: Svpmsn;
  /** Drawn by the meter, 16 bytes. */
  readonly meterNonce: Uint8Array;
  /** Drawn by the card, 16 bytes. */
  readonly cardNonce: Uint8Array;
}

export const SPEND_NONCE_BYTES = 16;

/** What the card shows before anything is asked of it. A pending record is the meter's: to another none is shown. */
export interface SpendStatus {
  readonly balance: Tokens;
  readonly debitCounter: number;
  /** Of the pending record; 0 where there is none. */
  readonly pendingAmount: Tokens;
}

export interface DebitRecord {
  readonly debitCounter: number;
  readonly amount: Tokens;
}

/** meter u24 | meter nonce 16 */
export const SPEND_FIRST_BYTES = 3 + SPEND_NONCE_BYTES;
/** card nonce 16 | balance u32 | DTC u32 | pending amount u32 | tag 8 */
export const SPEND_SECOND_BYTES = SPEND_NONCE_BYTES + 12 + PAIR_TAG_BYTES;
/** amount u32, 0 for the pending record | tag 8 */
export const DEBIT_BYTES = 4 + PAIR_TAG_BYTES;
/** DTC u32 | amount u32 | tag 8 */
export const DEBIT_RECORD_BYTES = 8 + PAIR_TAG_BYTES;
/** DTC u32 | tag 8 */
export const ACKNOWLEDGE_BYTES = 4 + PAIR_TAG_BYTES;

/** With what a meter without a line begins to take: its number, and a nonce of 16 bytes. */
export const spendFirst = (meter: Svpmsn, meterNonce: Uint8Array): Uint8Array =>
  new Writer(SPEND_FIRST_BYTES).u24(meter).bytes(meterNonce).done();

export function encodeSpendSecond(pair: PairKey, insertion: Insertion, status: SpendStatus): Uint8Array {
  const { balance, debitCounter, pendingAmount } = status;
  const body = new Writer(12).u32(balance).u32(debitCounter).u32(pendingAmount).done();
  return concat(insertion.cardNonce, tagged(pair, 'CAUT', insertion, body));
}

/** The card's nonce stands in front, and its tag is right only with it. */
export function openSpendSecond(
  pair: PairKey,
  insertion: Omit<Insertion, 'cardNonce'>,
  bytes: Uint8Array,
): { readonly insertion: Insertion; readonly status: SpendStatus } | undefined {
  if (bytes.length !== SPEND_SECOND_BYTES) return undefined;
  const whole = { ...insertion, cardNonce: bytes.slice(0, SPEND_NONCE_BYTES) };
  const body = openTagged(pair, 'CAUT', whole, bytes.subarray(SPEND_NONCE_BYTES));
  if (body === undefined) return undefined;
  const reader = new Reader(body);
  const status = { balance: tokens(reader.u32()), debitCounter: reader.u32(), pendingAmount: tokens(reader.u32()) };
  return { insertion: whole, status };
}

export const encodeDebit = (pair: PairKey, insertion: Insertion, amount: Tokens): Uint8Array =>
  tagged(pair, 'CM2C', insertion, new Writer(4).u32(amount).done());

export function openDebit(pair: PairKey, insertion: Insertion, bytes: Uint8Array): Tokens | undefined {
  const body = openTagged(pair, 'CM2C', insertion, bytes);
  return body === undefined ? undefined : tokens(new Reader(body).u32());
}

/** The tag covers meter nonce 16 | CSN 7 | region u8 | DTC u32 | amount u32 | meter u24. */
export function encodeDebitRecord(pair: PairKey, insertion: Insertion, record: DebitRecord): Uint8Array {
  const body = new Writer(8).u32(record.debitCounter).u32(record.amount).done();
  return concat(body, pairTag(pair, 'CC2M', contextOf(insertion), recordBytes(insertion, record)));
}

/** What a card says that it took off last, or `undefined` where its tag is not that of this insertion. */
export function openDebitRecord(pair: PairKey, insertion: Insertion, bytes: Uint8Array): DebitRecord | undefined {
  if (bytes.length !== DEBIT_RECORD_BYTES) return undefined;
  const reader = new Reader(bytes);
  const record = { debitCounter: reader.u32(), amount: tokens(reader.u32()) };
  const tag = pairTag(pair, 'CC2M', contextOf(insertion), recordBytes(insertion, record));
  return equalConstantTime(tag, reader.rest()) ? record : undefined;
}

export const encodeAcknowledge = (pair: PairKey, insertion: Insertion, debitCounter: number): Uint8Array =>
  tagged(pair, 'CACK', insertion, new Writer(4).u32(debitCounter).done());

/** The DTC that the meter has taken. */
export function openAcknowledge(pair: PairKey, insertion: Insertion, bytes: Uint8Array): number | undefined {
  const body = openTagged(pair, 'CACK', insertion, bytes);
  return body === undefined ? undefined : new Reader(body).u32();
}

/** meter nonce 16 | card nonce 16 | CSN 7 | region u8 | meter u24 */
const contextOf = ({ csn, region, meter, meterNonce, cardNonce }: Insertion): Uint8Array =>
  new Writer(43).bytes(meterNonce).bytes(cardNonce).bytes(fromHex(csn)).u8(region).u24(meter).done();

const recordBytes = (
  { meterNonce, csn, region, meter }: Insertion,
  { debitCounter, amount }: DebitRecord,
): Uint8Array =>
  new Writer(35).bytes(meterNonce).bytes(fromHex(csn)).u8(region).u32(debitCounter).u32(amount).u24(meter).done();

const tagged = (pair: PairKey, label: PairTag, insertion: Insertion, body: Uint8Array): Uint8Array =>
  concat(body, pairTag(pair, label, contextOf(insertion), body));

function openTagged(pair: PairKey, label: PairTag, insertion: Insertion, bytes: Uint8Array): Uint8Array | undefined {
  const at = bytes.length - PAIR_TAG_BYTES;
  const body = bytes.slice(0, at);
  return equalConstantTime(pairTag(pair, label, contextOf(insertion), body), bytes.subarray(at)) ? body : undefined;
}
