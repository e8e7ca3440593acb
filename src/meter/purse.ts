import { crc32, equalConstantTime } from '../bytes/index.ts';
import { type SipKey, sipHash24 } from '../crypto/index.ts';
import { getU32, getU40, getU64, putU32, putU40, putU64 } from './nvm.ts';
import { sharing } from './sharing.ts';

/** One row of the ring of receipts: TC u32 | TXID 8 | amount u32 | kind u8. */
export const RECEIPT_ROW_BYTES = 17;
/** Sixteen receipts, and the row that the next one is written to while all sixteen still hold. */
export const RECEIPT_ROWS = 17;

/** What the purse did with a TC: told for ever after to whoever asks for it. */
export const ReceiptKind = { credited: 0, voided: 1, full: 2, closed: 3 } as const;
export type ReceiptKind = (typeof ReceiptKind)[keyof typeof ReceiptKind];

export interface Receipt {
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: number;
  readonly kind: ReceiptKind;
}

export function putReceipt(row: Uint8Array, receipt: Receipt): void {
  putU32(row, 0, receipt.counter);
  row.set(receipt.txid, 4);
  putU32(row, 12, receipt.amount);
  row[16] = receipt.kind;
}

export const getReceipt = (row: Uint8Array): Receipt => ({
  counter: getU32(row, 0),
  txid: row.slice(4, 12),
  amount: getU32(row, 12),
  kind: row[16] as ReceiptKind,
});

/**
 * The purse as one record of non-volatile memory (docs/protocol.md):
 * mark u8 | frozen u8 | seq u32 | TClast u32 | credited u64 | from cards u64 | balance u32 | used u64 | owed u32 |
 * closed u64 | charge remainder u40 | draw number u32 | floors 8 | digest of the receipts 8 | epoch u32 |
 * TC before the last credit by card u32 | free card row u8 | digest of the card rows 8 | tag 8 | CRC-32.
 * The tag is SipHash under a key that only the SVM has; the CRC tells a torn write from an edit.
 */
export interface PurseRecord {
  frozen: FrozenReason;
  sequence: number;
  lastCounter: number;
  credited: number;
  fromCards: number;
  /** In the SVM alone; what is shown is this and the tank and the exchanger. */
  balance: number;
  used: number;
  owed: number;
  closed: number;
  remainder: number;
  drawNumber: number;
  /** Lowest generation still good, by purpose (two bits) and suite (two bits): sixteen nibbles. */
  readonly floors: Uint8Array;
  readonly receiptsDigest: Uint8Array;
  /** Of the hot list of cards: the greatest that a ticket has brought. */
  epoch: number;
  /** TClast when value last came by card: a close of that TC or an older one is over. */
  cardAfter: number;
  /** Where the next card row is written; its place is none of the table. */
  freeCardRow: number;
  readonly cardsDigest: Uint8Array;
}

export const FrozenReason = { none: 0, memoryDamaged: 1, memoryEdited: 2, memoryRolledBack: 3 } as const;
export type FrozenReason = (typeof FrozenReason)[keyof typeof FrozenReason];

export const PURSE_RECORD_BYTES = 104;
export const NO_FLOORS = new Uint8Array(8);
const MARK = 0x57;
const TAG_AT = PURSE_RECORD_BYTES - 12;
const CRC_AT = PURSE_RECORD_BYTES - 4;

/** Most meters have the same, and nobody writes into them. */
export const sharedFloors = sharing((floors: Uint8Array) => floors.slice());

export const emptyPurse = (): PurseRecord => ({
  frozen: FrozenReason.none,
  sequence: 0,
  lastCounter: 0,
  credited: 0,
  fromCards: 0,
  balance: 0,
  used: 0,
  owed: 0,
  closed: 0,
  remainder: 0,
  drawNumber: 0,
  floors: sharedFloors(NO_FLOORS),
  receiptsDigest: new Uint8Array(8),
  epoch: 0,
  cardAfter: 0,
  freeCardRow: 0,
  cardsDigest: new Uint8Array(8),
});

/** Tank and exchanger: derived, never stored beside (I2). */
export const tokensOut = (purse: PurseRecord): number =>
  purse.credited + purse.fromCards + purse.owed - purse.balance - purse.used - purse.closed;

export function putPurse(bytes: Uint8Array, purse: PurseRecord, key: SipKey): void {
  bytes[0] = MARK;
  bytes[1] = purse.frozen;
  putU32(bytes, 2, purse.sequence);
  putU32(bytes, 6, purse.lastCounter);
  putU64(bytes, 10, purse.credited);
  putU64(bytes, 18, purse.fromCards);
  putU32(bytes, 26, purse.balance);
  putU64(bytes, 30, purse.used);
  putU32(bytes, 38, purse.owed);
  putU64(bytes, 42, purse.closed);
  putU40(bytes, 50, purse.remainder);
  putU32(bytes, 55, purse.drawNumber);
  bytes.set(purse.floors, 59);
  bytes.set(purse.receiptsDigest, 67);
  putU32(bytes, 75, purse.epoch);
  putU32(bytes, 79, purse.cardAfter);
  bytes[83] = purse.freeCardRow;
  bytes.set(purse.cardsDigest, 84);
  sipHash24(key, bytes, 0, TAG_AT, bytes, TAG_AT);
  putU32(bytes, CRC_AT, crc32(bytes, 0, CRC_AT));
}

/** The record's tag in short, by which the chip and the use rows name the very record that they follow. */
export const tagOfRecord = (bytes: Uint8Array): number => getU32(bytes, TAG_AT);

export type PurseReading =
  | { readonly type: 'valid'; readonly purse: PurseRecord; readonly tag: number }
  /** The CRC is wrong: a write that the power cut short, or a slot never written. */
  | { readonly type: 'torn' }
  /** The CRC is right and the tag is not: somebody edited it. */
  | { readonly type: 'edited' };

export function getPurse(record: Uint8Array, key: SipKey): PurseReading {
  if (record[0] !== MARK || getU32(record, CRC_AT) !== crc32(record, 0, CRC_AT)) return { type: 'torn' };
  const tag = new Uint8Array(8);
  sipHash24(key, record, 0, TAG_AT, tag, 0);
  if (!equalConstantTime(tag, record.subarray(TAG_AT, CRC_AT))) return { type: 'edited' };
  return {
    type: 'valid',
    tag: getU32(record, TAG_AT),
    purse: {
      frozen: record[1] as FrozenReason,
      sequence: getU32(record, 2),
      lastCounter: getU32(record, 6),
      credited: getU64(record, 10),
      fromCards: getU64(record, 18),
      balance: getU32(record, 26),
      used: getU64(record, 30),
      owed: getU32(record, 38),
      closed: getU64(record, 42),
      remainder: getU40(record, 50),
      drawNumber: getU32(record, 55),
      floors: sharedFloors(record.subarray(59, 67)),
      receiptsDigest: record.slice(67, 75),
      epoch: getU32(record, 75),
      cardAfter: getU32(record, 79),
      freeCardRow: record[83] as number,
      cardsDigest: record.slice(84, 92),
    },
  };
}
