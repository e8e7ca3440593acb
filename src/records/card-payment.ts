import { Reader, Writer } from '../bytes/index.ts';
import { failure, type RecordFailure } from './failure.ts';
import { type AnswerHead, readHead, writeHead } from './results.ts';

/**
 * M3 of 0x26, payment by a card with a chip in the meter's own slot. `begin` gives the meter what a terminal must know for
 * one sale, and asks how it stands where it has begun already; `answer` brings what the bank of the card said.
 *
 * `begin`: 1 u8 | reference 8, drawn anew for each, which names the payment from then on | unpredictable 4 (9F37) | date 3,
 * time 3, BCD, local (9A, 9F21) | counter u32, 1 to 99,999,999 (9F41) | currency u16, ISO 4217 (5F2A) | exponent u8, 0 to 9 |
 * country u16, ISO 3166 (9F1A) | identification 8 characters (9F1C) | count u8, 1 to 8, of the applications that are taken,
 * each: length u8, 5 to 16 | AID | partial u8, 0 or 1 | version u16 (9F09) | TAC-Denial 5. The terminal is unattended.
 *
 * `answer`: 2 u8 | reference 8 | outcome u8: 0 nobody answered, 1 approved, 2 declined | code 2 letters or digits (field 39), `00`
 * where nobody answered | field 55 of the answer, 0 to 128 bytes.
 */
export type CardPaymentCommand = CardPaymentBegin | CardPaymentAnswerOfBank;

export interface CardPaymentBegin {
  readonly op: 'begin';
  /** 8 bytes. */
  readonly reference: Uint8Array;
  /** 4 bytes. */
  readonly unpredictable: Uint8Array;
  /** YYMMDD and hhmmss. */
  readonly date: string;
  readonly time: string;
  readonly counter: number;
  readonly currency: number;
  readonly exponent: number;
  readonly country: number;
  /** 8 letters or digits. */
  readonly identification: string;
  readonly applications: readonly PaymentApplication[];
}

/** One application that the slot takes, as its scheme gave it. */
export interface PaymentApplication {
  readonly aid: Uint8Array;
  readonly isPartial: boolean;
  readonly version: number;
  readonly denial: Uint8Array;
}

export interface CardPaymentAnswerOfBank {
  readonly op: 'answer';
  readonly reference: Uint8Array;
  readonly outcome: BankOutcome;
  readonly code: string;
  readonly data: Uint8Array;
}

export const BANK_OUTCOMES = ['unanswered', 'approved', 'declined'] as const;
export type BankOutcome = (typeof BANK_OUTCOMES)[number];

export const PAYMENT_REFERENCE_BYTES = 8;
export const PAYMENT_APPLICATIONS_MAX = 8;
export const BANK_DATA_BYTES_MAX = 128;
const OP = { begin: 1, answer: 2 } as const;
const UNPREDICTABLE_BYTES = 4;
const IDENTIFICATION_BYTES = 8;
const DENIAL_BYTES = 5;
const SALES_COUNTED = 99_999_999;

export function encodeCardPaymentCommand(command: CardPaymentCommand): Uint8Array {
  if (command.op === 'answer') {
    const { reference, outcome, code, data } = command;
    const head = new Writer().u8(OP.answer).bytes(reference).u8(BANK_OUTCOMES.indexOf(outcome));
    return head.bytes(textBytes(code)).bytes(data).done();
  }
  const writer = new Writer().u8(OP.begin).bytes(command.reference).bytes(command.unpredictable);
  writer.bytes(packed(command.date)).bytes(packed(command.time)).u32(command.counter);
  writer.u16(command.currency).u8(command.exponent).u16(command.country).bytes(textBytes(command.identification));
  writer.u8(command.applications.length);
  for (const { aid, isPartial, version, denial } of command.applications) {
    writer
      .u8(aid.length)
      .bytes(aid)
      .u8(isPartial ? 1 : 0)
      .u16(version)
      .bytes(denial);
  }
  return writer.done();
}

export function decodeCardPaymentCommand(bytes: Uint8Array): CardPaymentCommand | RecordFailure {
  const reader = new Reader(bytes);
  switch (reader.u8()) {
    case OP.begin:
      return decodeBegin(reader);
    case OP.answer:
      return decodeAnswer(reader);
    default:
      return failure(bytes.length === 0 ? 'length-wrong' : 'field-out-of-range');
  }
}

function decodeBegin(reader: Reader): CardPaymentBegin | RecordFailure {
  const reference = reader.view(PAYMENT_REFERENCE_BYTES).slice();
  const unpredictable = reader.view(UNPREDICTABLE_BYTES).slice();
  const date = digitsIn(reader.view(3));
  const time = digitsIn(reader.view(3));
  const counter = reader.u32();
  const currency = reader.u16();
  const exponent = reader.u8();
  const country = reader.u16();
  const identification = textIn(reader.view(IDENTIFICATION_BYTES));
  const count = reader.u8();
  if (!reader.ok()) return failure('length-wrong');
  if (count < 1 || count > PAYMENT_APPLICATIONS_MAX) return failure('field-out-of-range');
  const applications: PaymentApplication[] = [];
  let fits = true;
  for (let i = 0; i < count; i++) {
    const length = reader.u8();
    const aid = reader.view(length).slice();
    const partial = reader.u8();
    const version = reader.u16();
    applications.push({ aid, isPartial: partial === 1, version, denial: reader.view(DENIAL_BYTES).slice() });
    fits &&= length >= 5 && length <= 16 && partial <= 1;
  }
  if (!reader.ended()) return failure('length-wrong');
  const isInRange = counter >= 1 && counter <= SALES_COUNTED && currency <= 999 && country <= 999 && exponent <= 9;
  const isNamed = /^[0-9A-Za-z]{8}$/.test(identification) && date !== undefined && time !== undefined;
  if (!fits || !isInRange || !isNamed) return failure('field-out-of-range');
  const of = { currency, exponent, country, identification, applications };
  return { op: 'begin', reference, unpredictable, date, time, counter, ...of };
}

function decodeAnswer(reader: Reader): CardPaymentAnswerOfBank | RecordFailure {
  const reference = reader.view(PAYMENT_REFERENCE_BYTES).slice();
  const outcome = BANK_OUTCOMES[reader.u8()];
  const code = textIn(reader.view(2));
  const data = reader.rest().slice();
  if (!reader.ok() || data.length > BANK_DATA_BYTES_MAX) return failure('length-wrong');
  if (outcome === undefined || !/^[0-9A-Za-z]{2}$/.test(code)) return failure('field-out-of-range');
  return { op: 'answer', reference, outcome, code, data };
}

/** How a payment ended, also in its event. Only `approved` has been paid; whatever was held for any other goes back. */
export const CardPaymentEnd = {
  /** The card gave TC on its bank's approval. */
  approved: 0,
  /** The card may not pay here, or not any more. */
  byTerminal: 1,
  byCard: 2,
  byBank: 3,
  /** Host or bank could not be asked in time. */
  unanswered: 4,
  /** It answers not as a payment card does, or knows no application that is taken. */
  cardUnusable: 5,
  cardPulled: 6,
} as const;
export type CardPaymentEnd = (typeof CardPaymentEnd)[keyof typeof CardPaymentEnd];
const END_MAX = CardPaymentEnd.cardPulled;

/** What a card's bank is asked with. It names the card, and travels sealed under the control key alone. */
export interface CardToBank {
  /** 12 to 19 digits. */
  readonly pan: string;
  /** YYMM. */
  readonly expiry: string;
  readonly sequence?: number | undefined;
  /** Digits, `=`, digits: at most 37 characters. */
  readonly track2?: string | undefined;
  /** Field 55, 1 to 255 bytes. */
  readonly data: Uint8Array;
}

/**
 * M4 of 0x26, in parts: head 9 | state u8: 0 nobody pays, 1 the card works, 2 its bank is to be asked, 3 ended | in all but
 * 0: reference 8 | amount u32, minor units of the currency | in 2: expiry 2, BCD | sequence u8, 255 for none | digits u8 of
 * the number, 12 to 19 | the digits, BCD, filled with F | characters u8 of track 2, 0 to 37 | those, BCD, `=` as D, filled
 * with F | field 55 | in 3: end u8 (`CardPaymentEnd`). An answer of the bank is acknowledged by state 1 or 3.
 */
export interface CardPaymentTold {
  readonly head: AnswerHead;
  readonly payment: CardPaymentStanding;
}

export type CardPaymentStanding =
  | { readonly state: 'none' }
  | ({ readonly state: 'working' } & CardPaymentNamed)
  | ({ readonly state: 'bank-wanted'; readonly card: CardToBank } & CardPaymentNamed)
  | ({ readonly state: 'ended'; readonly end: CardPaymentEnd } & CardPaymentNamed);

interface CardPaymentNamed {
  readonly reference: Uint8Array;
  readonly amount: number;
}

const STATES = ['none', 'working', 'bank-wanted', 'ended'] as const satisfies CardPaymentStanding['state'][];
const NO_SEQUENCE = 0xff;
const TRACK2_MAX = 37;

export function encodeCardPaymentTold({ head, payment }: CardPaymentTold): Uint8Array {
  const writer = writeHead(head).u8(STATES.indexOf(payment.state));
  if (payment.state === 'none') return writer.done();
  writer.bytes(payment.reference).u32(payment.amount);
  if (payment.state === 'ended') writer.u8(payment.end);
  if (payment.state === 'bank-wanted') {
    const { pan, expiry, sequence, track2 = '', data } = payment.card;
    writer.bytes(packed(expiry)).u8(sequence ?? NO_SEQUENCE);
    writer.u8(pan.length).bytes(packed(pan)).u8(track2.length).bytes(packed(track2)).bytes(data);
  }
  return writer.done();
}

export function decodeCardPaymentTold(bytes: Uint8Array): CardPaymentTold | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const state = STATES[reader.u8()];
  if (!reader.ok()) return failure('length-wrong');
  if (head === undefined || state === undefined) return failure('field-out-of-range');
  if (state === 'none') return reader.ended() ? { head, payment: { state } } : failure('length-wrong');
  const named = { reference: reader.view(PAYMENT_REFERENCE_BYTES).slice(), amount: reader.u32() };
  if (state === 'working') {
    return reader.ended() ? { head, payment: { state, ...named } } : failure('length-wrong');
  }
  if (state === 'ended') {
    const end = reader.u8();
    if (!reader.ended()) return failure('length-wrong');
    if (end > END_MAX) return failure('field-out-of-range');
    return { head, payment: { state, end: end as CardPaymentEnd, ...named } };
  }
  const expiry = digitsIn(reader.view(2));
  const sequence = reader.u8();
  const pan = unpacked(reader, reader.u8());
  const track2 = unpacked(reader, reader.u8());
  const data = reader.rest().slice();
  if (!reader.ok() || data.length < 1 || data.length > 0xff) return failure('length-wrong');
  const isCard = expiry !== undefined && /^\d{12,19}$/.test(pan) && (sequence <= 99 || sequence === NO_SEQUENCE);
  const isStripe = track2 === '' || (track2.length <= TRACK2_MAX && /^\d+=\d*$/.test(track2));
  if (!isCard || !isStripe) return failure('field-out-of-range');
  const card: CardToBank = {
    ...{ pan, expiry, data },
    ...(sequence !== NO_SEQUENCE && { sequence }),
    ...(track2 !== '' && { track2 }),
  };
  return { head, payment: { state, card, ...named } };
}

/** Two digits a byte, `=` as D, filled with F. */
function packed(text: string): Uint8Array {
  const even = text.length % 2 === 0 ? text : `${text}F`;
  const nibble = (at: number) => Number.parseInt(even[at] === '=' ? 'D' : (even[at] as string), 16);
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => (nibble(2 * i) << 4) | nibble(2 * i + 1));
}

/** What is no digit where one should be stands as it was packed, and is found by whoever looks. */
function unpacked(reader: Reader, length: number): string {
  let text = '';
  for (const byte of reader.view((length + 1) >> 1)) text += byte.toString(16).padStart(2, '0');
  const filling = text.slice(length);
  return filling === '' || filling === 'f' ? text.slice(0, length).replaceAll('d', '=') : 'x';
}

function digitsIn(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return /^\d*$/.test(text) ? text : undefined;
}

const textBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textIn = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
