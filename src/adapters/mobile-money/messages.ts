import { Temporal } from 'temporal-polyfill';
import type { PaymentRequest } from '../../host/index.ts';

/*
 * What is said to M-Pesa and what it says, in the form of Safaricom's Daraja API. Answers are read leniently in what is
 * not needed and strictly in what money hangs on: numbers come as numbers or as texts, and amounts are whole shillings.
 */

export const PATHS = {
  token: '/oauth/v1/generate',
  push: '/mpesa/stkpush/v1/processrequest',
  query: '/mpesa/stkpushquery/v1/query',
  reversal: '/mpesa/reversal/v1/request',
  transactions: '/pulltransactions/v1/query',
} as const;

/** M-Pesa tells the time of Kenya. */
const ZONE = 'Africa/Nairobi';
const MS_PER_DAY = 86_400_000;

/** What M-Pesa posts about a prompt that was sent to a telephone. */
export interface PushResult {
  readonly checkout: string;
  readonly code: string;
  /** Of a payment that was made. */
  readonly receipt: string | undefined;
  /** Shillings. */
  readonly amount: number | undefined;
}

/** What became of a reversal. */
export interface ReversalResult {
  readonly code: string;
  readonly words: string;
}

export interface Transaction {
  readonly receipt: string;
  readonly reference: string;
  /** Shillings. */
  readonly amount: number;
}

/** `20260302093000`, by the clocks of Kenya. */
export const timestamp = (unixMs: number): string => moment(unixMs).replace(/\D/g, '');

/** `2026-03-02 09:30:00`, by the clocks of Kenya. */
export const moment = (unixMs: number): string =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(unixMs / 1000) * 1000)
    .toZonedDateTimeISO(ZONE)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' })
    .replace('T', ' ');

/** What the payer reads, and by which a transaction is found: at most 12 characters, of day (UTC) and trace. */
export function referenceOf({ at, trace }: Pick<PaymentRequest, 'at' | 'trace'>): string {
  const day = Math.floor(at / MS_PER_DAY)
    .toString(36)
    .toUpperCase()
    .padStart(4, '0');
  return `WP${day}${String(trace).padStart(6, '0')}`;
}

/** The callback of a prompt; `undefined` for what is none. */
export function readPushResult(text: string): PushResult | undefined {
  const told = at(parsed(text), 'Body', 'stkCallback');
  const [checkout, code] = [textOf(at(told, 'CheckoutRequestID')), codeOf(at(told, 'ResultCode'))];
  if (checkout === undefined || code === undefined) return undefined;
  const items = at(told, 'CallbackMetadata', 'Item');
  // An item may have a name and no value.
  const item = (name: string): unknown =>
    Array.isArray(items) ? at(items.find((each) => at(each, 'Name') === name) as unknown, 'Value') : undefined;
  return { checkout, code, receipt: receiptOf(item('MpesaReceiptNumber')), amount: shillingsOf(item('Amount')) };
}

/** The callback of a reversal; `undefined` for what is none. */
export function readReversalResult(text: string): ReversalResult | undefined {
  const told = at(parsed(text), 'Result');
  const code = codeOf(at(told, 'ResultCode'));
  return code === undefined ? undefined : { code, words: textOf(at(told, 'ResultDesc')) ?? '' };
}

/** A page of what was paid; `undefined` for what is none. */
export function readTransactions(answer: unknown): readonly Transaction[] | undefined {
  const rows = at(answer, 'Response');
  if (!Array.isArray(rows)) return undefined;
  const found: Transaction[] = [];
  // The rows lie in a list of their own.
  for (const row of rows.flat() as unknown[]) {
    const [receipt, amount] = [receiptOf(at(row, 'transactionId')), shillingsOf(at(row, 'amount'))];
    const reference = textOf(at(row, 'billreference'));
    if (receipt !== undefined && amount !== undefined && reference !== undefined) {
      found.push({ receipt, reference, amount });
    }
  }
  return found;
}

/** What stands under some names, one in the other; `undefined` where anything is missing on the way. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 256 ? value : undefined;

/** `0`, whether it came as a number or as a text. */
export function codeOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return textOf(value);
}

const receiptOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[A-Z0-9]{8,16}$/.test(value) ? value : undefined;

/** 1 to 2³² - 1 as 5, `"5"`, 5.00 or `"5.00"`; cents are none. */
function shillingsOf(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  const [, whole] = typeof text === 'string' ? (/^(\d{1,10})(?:\.0{1,2})?$/.exec(text) ?? []) : [];
  return whole === undefined || Number(whole) === 0 ? undefined : Number(whole);
}
