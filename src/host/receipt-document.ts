import {
  type Csn,
  type Milliseconds,
  REGION_NAMES,
  type RegionName,
  type Svpmsn,
  svpmsnText,
  type Tokens,
} from '../units/index.ts';
import { Fields } from './receipt-fields.ts';
import type { PaymentMethod } from './types.ts';

/**
 * The receipt of a trade for people: the buyer, a cashier, the tax office, an auditor. (What a *meter* says of value
 * that it stored is a `ValueReceipt`.) It is never changed: what becomes of the trade, or was wrong, stands in a
 * later receipt that names this one in `corrects` and takes its place.
 * The order and the payment may be withheld; the head always stands.
 */
export interface Receipt {
  readonly head: ReceiptHead;
  readonly order: OrderPart | undefined;
  readonly payment: PaymentPart | undefined;
}

/** A receipt with nothing withheld: what the books give to be signed. */
export interface WholeReceipt extends Receipt {
  readonly order: OrderPart;
  readonly payment: PaymentPart;
}

export type ReceiptPart = 'order' | 'payment';

/** Each text is printable, without blanks at its ends. */
export interface ReceiptHead {
  /** Given by the utility, once: 1 to 64 characters. */
  readonly number: string;
  readonly utility: {
    /** 1 to 80 characters. */
    readonly name: string;
    /** Under which the tax office knows it; 1 to 40 characters. */
    readonly registration: string | undefined;
  };
  /** IANA name of the zone by which the utility reckons its days: every time is shown in it. */
  readonly zone: string;
  readonly issuedAt: Milliseconds;
  /** ISO 4217, three letters. */
  readonly currency: string;
  /** Decimals of the currency, 0 to 4. */
  readonly exponent: number;
  /** What was paid, in minor units, 1 to u32. */
  readonly total: number;
  /**
   * The value was sold; or is stored in the meter or on the card; or never was and never will be there, and the money
   * went back.
   */
  readonly state: TradeState;
  /** Number of the receipt whose place this one takes. */
  readonly corrects: string | undefined;
}

export const TRADE_STATES = ['sold', 'stored', 'refunded'] as const;
export type TradeState = (typeof TRADE_STATES)[number];

/** An order is for a meter, or for a region of a card. */
export type OrderPart = OrderedPart &
  (
    | { readonly meter: Svpmsn; readonly card?: undefined }
    | { readonly meter?: undefined; readonly card: CardOfReceipt }
  );

interface OrderedPart {
  /** 1 to 128 characters. */
  readonly id: string;
  /** Value for energy, or of the provider of the region. */
  readonly tokens: Tokens;
  /** 1 to 16; they sum to the total. */
  readonly lines: readonly ReceiptLine[];
  readonly orderedAt: Milliseconds;
  /** When the receipt of the meter or the card was booked, or the money given back. */
  readonly settledAt: Milliseconds | undefined;
  /** TC, 1 to u32: the meter's own number of the transaction; LTC, the region's, on a card. */
  readonly counter: number | undefined;
}

/** Where the value of a card sale goes, and whose it is. */
export interface CardOfReceipt {
  /** CSN. */
  readonly number: Csn;
  readonly region: RegionName;
  /** Name of whoever gives what the value is for; 1 to 128 characters. */
  readonly provider: string;
}

export const LINE_KINDS = ['energy', 'fixed-charge', 'tax', 'arrears', 'fee', 'value'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

export interface ReceiptLine {
  readonly kind: LineKind;
  /** Minor units, 0 to u32. */
  readonly amount: number;
  /** What people read beside the kind, such as `VAT 10 %`; 1 to 40 characters. */
  readonly label: string | undefined;
}

export interface PaymentPart {
  readonly method: PaymentMethod;
  /** What of the instrument may be shown: `**** 1234`; 1 to 40 characters, at most 10 of them digits. */
  readonly shown: string | undefined;
  /** AN of FIG. 6; 1 to 40 characters. */
  readonly approval: string | undefined;
  /** Minor units; the total. */
  readonly paid: number;
  readonly paidAt: Milliseconds;
}

export const PAYMENT_METHODS = [
  'cash',
  'card',
  'bank-transfer',
  'direct-debit',
  'wallet',
  'payment-service',
  'voucher',
] as const satisfies readonly PaymentMethod[];

export const RECEIPT_LINES_MAX = 16;

/** Why a receipt is not taken. Closed; the sentence is for people. */
export interface ReceiptFailure {
  readonly reason: /** It is no receipt: not the text, the JSON or the fields of one, or not in the one form that they have. */
    | 'form-wrong'
    /** Its amounts, or its state and its times, contradict each other. */
    | 'sum-wrong'
    | 'state-wrong'
    /** Another algorithm, or more in the header of the signature than belongs there. */
    | 'algorithm-wrong'
    /** A part is not the one that was signed. */
    | 'part-wrong'
    /** It is not in the group that was signed. */
    | 'group-wrong'
    | 'key-unknown'
    | 'key-expired'
    | 'signature-wrong'
    /** Keys that were given to sign, verify, seal or open with are none for it. */
    | 'keys-wrong'
    /** Sealed for somebody else, or changed since. */
    | 'seal-wrong';
  /** What is wrong, where, and what to do. */
  readonly sentence: string;
}

export const receiptFailure = (reason: ReceiptFailure['reason'], sentence: string): ReceiptFailure => ({
  reason,
  sentence,
});

/**
 * A receipt as JSON: `{"head":{…},"order":{…},"payment":{…}}`, without blanks, the members in the order of the types;
 * what is not there is left out. Amounts and counts of value are decimal strings, times are UTC with milliseconds.
 */
export const receiptJson = (receipt: Receipt): string => JSON.stringify(membersOf(receipt));

/** The receipt of its JSON, which must be as `receiptJson` writes it, so that no two texts say the same. */
export function parseReceipt(json: string): Receipt | ReceiptFailure {
  const value = parseJson(json);
  if (value === undefined) return receiptFailure('form-wrong', 'This is no JSON of a receipt.');
  const receipt = receiptOf(value);
  if ('reason' in receipt) return receipt;
  return receiptJson(receipt) === json ? receipt : receiptFailure('form-wrong', OTHER_FORM);
}

const OTHER_FORM =
  'The receipt is not written as receipts are: it has members that none has, another order of them, or blanks.';

/** Any JSON value, or `undefined`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The receipt in a JSON value. Members that no receipt has, and another writing of the same, are passed over: whoever
 * calls compares with what was written.
 */
export function receiptOf(value: unknown): Receipt | ReceiptFailure {
  const fields = new Fields(value, '');
  const receipt: Receipt = {
    head: headOf(fields.inner('head')),
    order: fields.optional('order', (name) => orderOf(fields.inner(name))),
    payment: fields.optional('payment', (name) => paymentOf(fields.inner(name))),
  };
  const fault = fields.fault();
  return fault === undefined ? (contradiction(receipt) ?? receipt) : receiptFailure('form-wrong', fault);
}

/** What is withheld contradicts nothing: each part is held against the head alone. */
function contradiction({ head, order, payment }: Receipt): ReceiptFailure | undefined {
  const { total, state } = head;
  const sum = order?.lines.reduce((so, { amount }) => so + amount, 0) ?? total;
  if (sum !== total) {
    return receiptFailure('sum-wrong', `The lines of the receipt sum to ${sum}, and its total is ${total}.`);
  }
  if (payment !== undefined && payment.paid !== total) {
    return receiptFailure('sum-wrong', `The receipt says that ${payment.paid} was paid, and its total is ${total}.`);
  }
  if (order === undefined) return undefined;
  if ((order.settledAt === undefined) !== (state === 'sold')) {
    return receiptFailure('state-wrong', 'A trade has a time of its end when it is stored or refunded, and no sooner.');
  }
  // What was refunded had a TC if it was taken back on its way, and none if it never left.
  if (state !== 'refunded' && (order.counter === undefined) !== (state === 'sold')) {
    return receiptFailure(
      'state-wrong',
      'A trade has the number of its transaction once its value is stored, and no sooner.',
    );
  }
  return undefined;
}

/** The JSON values of a receipt; `undefined` is what JSON leaves out. */
export const membersOf = ({ head, order, payment }: Receipt) => ({
  head: headMembers(head),
  order: order === undefined ? undefined : orderMembers(order),
  payment: payment === undefined ? undefined : paymentMembers(payment),
});

const headMembers = ({ utility, issuedAt, total, ...head }: ReceiptHead) => ({
  number: head.number,
  utility: { name: utility.name, registration: utility.registration },
  zone: head.zone,
  issuedAt: timeText(issuedAt),
  currency: head.currency,
  exponent: head.exponent,
  total: String(total),
  state: head.state,
  corrects: head.corrects,
});

const orderMembers = ({ id, meter, card, tokens, lines, orderedAt, settledAt, counter }: OrderPart) => ({
  id,
  meter: meter === undefined ? undefined : svpmsnText(meter),
  card: card === undefined ? undefined : { number: card.number, region: card.region, provider: card.provider },
  tokens: String(tokens),
  lines: lines.map(({ kind, amount, label }) => ({ kind, amount: String(amount), label })),
  orderedAt: timeText(orderedAt),
  settledAt: settledAt === undefined ? undefined : timeText(settledAt),
  counter: counter === undefined ? undefined : String(counter),
});

const paymentMembers = ({ method, shown, approval, paid, paidAt }: PaymentPart) => ({
  method,
  shown,
  approval,
  paid: String(paid),
  paidAt: timeText(paidAt),
});

const timeText = (at: Milliseconds): string => new Date(at).toISOString();

function headOf(fields: Fields): ReceiptHead {
  const utility = fields.inner('utility');
  return {
    number: fields.text('number', 64),
    utility: {
      name: utility.text('name', 80),
      registration: utility.optional('registration', (name) => utility.text(name, 40)),
    },
    zone: fields.pattern('zone', /^[A-Za-z][A-Za-z0-9_+/-]{0,39}$/, 'the IANA name of a time zone'),
    issuedAt: fields.time('issuedAt'),
    currency: fields.pattern('currency', /^[A-Z]{3}$/, 'the three letters of a currency'),
    exponent: fields.count('exponent', EXPONENT_MAX),
    total: fields.amount('total', 1),
    state: fields.oneOf('state', TRADE_STATES),
    corrects: fields.optional('corrects', (name) => fields.text(name, 64)),
  };
}

const EXPONENT_MAX = 4;

function orderOf(fields: Fields): OrderPart {
  const id = fields.text('id', 128);
  const card = fields.optional('card', (name) => cardOf(fields.inner(name)));
  const place = card === undefined ? { meter: meterOf(fields) } : { card };
  return {
    id,
    ...place,
    tokens: fields.amount('tokens', 0) as Tokens,
    lines: fields.list('lines', RECEIPT_LINES_MAX).map((line) => ({
      kind: line.oneOf('kind', LINE_KINDS),
      amount: line.amount('amount', 0),
      label: line.optional('label', (name) => line.text(name, 40)),
    })),
    orderedAt: fields.time('orderedAt'),
    settledAt: fields.optional('settledAt', (name) => fields.time(name)),
    counter: fields.optional('counter', (name) => fields.amount(name, 1)),
  };
}

const meterOf = (fields: Fields): Svpmsn =>
  Number.parseInt(fields.pattern('meter', /^[0-9a-f]{6}$/, 'six hex digits in lower case'), 16) as Svpmsn;

const cardOf = (fields: Fields): CardOfReceipt => ({
  number: fields.pattern('number', /^[0-9a-f]{14}$/, '14 hex digits in lower case') as Csn,
  region: fields.oneOf('region', REGION_NAMES),
  provider: fields.text('provider', 128),
});

function paymentOf(fields: Fields): PaymentPart {
  return {
    method: fields.oneOf('method', PAYMENT_METHODS),
    shown: fields.optional('shown', (name) => fields.text(name, 40, SHOWN_DIGITS_MAX)),
    approval: fields.optional('approval', (name) => fields.text(name, 40)),
    paid: fields.amount('paid', 1),
    paidAt: fields.time('paidAt'),
  };
}

/** Six digits before and four behind are the most that may be shown of a card: never the whole number. */
const SHOWN_DIGITS_MAX = 10;
