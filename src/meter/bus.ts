import { type SipKey, sipHash24 } from '../crypto/index.ts';

/**
 * Bus 16: what the three chips say to each other. The CPU carries every message between SAM and SVM, and may be
 * hostile: what matters is tagged under a key that only the two secure chips have, over a nonce of the receiver.
 * Each message is one request and one reply; the first byte of a request says which, the first of a reply how it went.
 */
export const SvmRequest = {
  /** SAM nonce 8 -> TClast u32 | credited u64 | SVM nonce 8 | tag 8 */
  status: 0x01,
  /** op u8 | TC u32 | TXID 8 | amount u32 | tag 8 -> result u8 | TC u32 | TXID 8 | amount u32 | balance u32 | credited u64 | tag 8 */
  apply: 0x02,
  /** SAM nonce 8 -> draw number u32 | balance u32 | owed u32 | SVM nonce 8 | tag 8 */
  drawChallenge: 0x03,
  /** kind u8 | amount u16 | tag 8 -> granted u16 */
  draw: 0x04,
  /** minute u32 | spent since the last record u24 | remainder u40 | for each supply energy u16, bands u8 -> nothing */
  use: 0x05,
  /** SAM nonce 8 -> floors 8 | SVM nonce 8 | tag 8 */
  floors: 0x06,
  /** n u8 | tag 8 -> nothing */
  raiseFloor: 0x07,
  /** -> the purse's counters for the display: no secret and no proof */
  levels: 0x08,
  /**
   * SAM nonce 8 -> epoch u32 | room u32 | SVM nonce 8 | for each card held CSN 7, DTC u32, ticket version u16,
   * taken u32, settled u8 | tag 8
   */
  cards: 0x09,
  /**
   * what u8 | epoch or amount u32 | CSN 7 | DTC u32 | ticket version u16 | taken u32 | tag 8 -> stored u8 |
   * SVM nonce 8 for the next one | tag 8 over the nonce of this one
   */
  cardStore: 0x0a,
  /** SAM nonce 8 -> sequence u32 | balance u32 | used u64 | from cards u64 | owed u32 | tag 8: for a report */
  figures: 0x0b,
} as const;

/** The reply's first byte. */
export const BusReply = { done: 0, refused: 1, frozen: 2 } as const;
export type BusReply = (typeof BusReply)[keyof typeof BusReply];

/** A draw from the purse, or a loan of emergency credit. */
export const DrawKind = { draw: 0, loan: 1 } as const;
export type DrawKind = (typeof DrawKind)[keyof typeof DrawKind];

/** What the purse makes durable for a card: see `svm-cards.ts`. */
export const CardStore = { epoch: 0, credit: 1, settled: 2 } as const;
export type CardStore = (typeof CardStore)[keyof typeof CardStore];

export const BUS_NONCE_BYTES = 8;
export const BUS_TAG_BYTES = 8;

/** Each kind of message is tagged under a label of its own, so that none can stand for another. */
export const BusLabel = {
  status: 0x53,
  apply: 0x41,
  receipt: 0x52,
  challenge: 0x43,
  draw: 0x44,
  floors: 0x46,
  raise: 0x55,
  cards: 0x54,
  cardStore: 0x4b,
  cardStored: 0x4c,
  figures: 0x47,
} as const;
export type BusLabel = (typeof BusLabel)[keyof typeof BusLabel];

/** Tag over label | nonce | message. */
export function busTag(key: SipKey, label: BusLabel, nonce: Uint8Array, message: Uint8Array): Uint8Array {
  const data = new Uint8Array(1 + BUS_NONCE_BYTES + message.length);
  data[0] = label;
  data.set(nonce, 1);
  data.set(message, 1 + BUS_NONCE_BYTES);
  const tag = new Uint8Array(BUS_TAG_BYTES);
  sipHash24(key, data, 0, data.length, tag, 0);
  return tag;
}

/** What the CPU asks of the SAM. */
export const SamRequest = {
  /** now u64 in ms, while powered | frame from the line */
  frame: 0x21,
  /** the SVM's reply to `status` */
  svmStatus: 0x22,
  /** clock u32 | flags u16 | the SVM's reply to `apply` */
  svmReceipt: 0x23,
  /** the status of a purpose other than value, for M2 */
  status: 0x24,
  /** the answer of a command other than value's, for M4 */
  answer: 0x25,
  /** -> a nonce for the SVM's next reply to `drawChallenge` or `floors` */
  nonce: 0x26,
  /** kind u8 | amount u16 | the SVM's reply to `drawChallenge` */
  authoriseDraw: 0x27,
  /** the SVM's reply to `floors` */
  svmFloors: 0x28,
  /** reasons u16 | counter u32 -> message 6 */
  attention: 0x29,
  /** the case was opened: value and control keys are erased */
  dismantled: 0x2a,
  /** clock u32 | wanted u32, ones for all that may be taken: a card was put in, and nothing was asked of it yet */
  cardInserted: 0x2b,
  /** the SVM's reply to `cards` */
  svmCards: 0x2c,
  /** the card's response APDU to the command that was given last */
  cardResponse: 0x2d,
  /** the SVM's reply to `cardStore` */
  svmCardStored: 0x2e,
  /** clock u32 | register u48 | flags u16 | four times {kind u8 | minutes before u16} | the SVM's reply to `figures` */
  cardReport: 0x30,
  /** the card was pulled */
  cardRemoved: 0x2f,
  /** -> what goes to the SVM for the hot list that was proved last; then each reply of the SVM, until it is `done` */
  hotList: 0x31,
} as const;

/** The SAM's reply, first byte. */
export const SamReply = {
  done: 0,
  refused: 1,
  /** Nothing to say on the line. */
  nothing: 2,
  /** count u8, then frames led by their length u16: send them */
  send: 3,
  /** a request for the SVM */
  toSvm: 4,
  /** purpose u8 | H u8: give the status for M2 */
  statusWanted: 5,
  /** H u8 | the clear body of an authentic command */
  command: 6,
  /** A part of a long command: acknowledge it on the line. */
  partTaken: 7,
  /** result u8 | n u8 | floor u8: answer the key set change with it */
  keyChanged: 8,
  /** CSN 7, zeros while it is not known | a command APDU for the card in the slot */
  toCard: 9,
  /** CSN 7, zeros where it never was known | refusal u8, a `CardRefusal`, 0 where all went well | status word u16 */
  cardOver: 10,
} as const;
