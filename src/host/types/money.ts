import type { Milliseconds, Svpmsn } from '../../units/index.ts';

/** How money comes in; each way has an account of its own in the ledger. */
export type PaymentMethod =
  | 'cash'
  | 'card'
  | 'bank-transfer'
  | 'direct-debit'
  | 'wallet'
  | 'payment-service'
  /** Its account is what vouchers that were sold are still good for: credit, until they are redeemed. */
  | 'voucher';

/**
 * What becomes of a payment. All in minor units of the currency, of which one is a token. They hold from when they are
 * published until the next are; what was sold under earlier ones stays as it was.
 */
export interface Terms {
  /** ISO 4217. */
  readonly currency: { readonly code: string; readonly number: number; readonly exponent: number };
  /** Of energy, fixed charge and fee, in hundredths of a percent. */
  readonly taxBasisPoints: number;
  /** For each calendar month that has begun, in the utility's zone, beside tax. */
  readonly fixedChargePerMonth: number;
  /** Fixed charges that are due and arrears together take at most so many percent of a payment. */
  readonly recoveryPercentMax: number;
  /** For each way of paying: a fixed fee, and hundredths of a percent of what is paid, beside tax. */
  readonly fees: Readonly<Partial<Record<PaymentMethod, { readonly fixed: number; readonly basisPoints: number }>>>;
}

/** Terms as they were published. */
export interface TermsVersion {
  readonly at: Milliseconds;
  readonly terms: Terms;
}

/** What is sold: value in a meter, or for a region of a card. */
export type SaleTarget =
  | { readonly meter: number; readonly card?: undefined }
  | { readonly meter?: undefined; readonly card: { readonly csn: string; readonly region: number } };

/** What a payment was made of. The parts sum to what was paid. */
export interface TradeParts {
  readonly paid: bigint;
  /** Tokens for the meter. */
  readonly energy: bigint;
  readonly fixedCharge: bigint;
  readonly arrears: bigint;
  readonly fee: bigint;
  readonly tax: bigint;
}

/** A sale as a trade: beside the order of its tokens. */
export interface Trade extends TradeParts {
  /** Of its order. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  readonly method: PaymentMethod;
  readonly at: Milliseconds;
  /** Its order was refunded, and the money was given back. */
  readonly paidOutAt: Milliseconds | undefined;
}

/** What is owed at a meter beside its energy, or by a person who has none. */
export interface Dues {
  /** Of the meter, as a decimal number; `subscriber:` and an id for a household that left its meter and has no other. */
  readonly id: string;
  readonly arrears: bigint;
  /** Of months that are counted, and not paid yet. */
  readonly fixedCharge: bigint;
  /** Fixed charges are counted up to this month: year × 12 + month from 0. */
  readonly chargedMonth: number;
}

/**
 * `asked` until the port answers, or `pending` if that comes as a notice, which it also is where its value is in the
 * meter and the books had forgotten that; `approved` while its order is on its way;
 * `capturing`, `captured` once the value is stored; `reversing`, `reversed` if it never will be, or if nobody knows
 * what became of the authorisation; `declined`; `returned` when whoever paid took it back after all; `stuck` where a
 * person has to look.
 */
export type PaymentState =
  | 'asked'
  | 'pending'
  | 'approved'
  | 'capturing'
  | 'captured'
  | 'reversing'
  | 'reversed'
  | 'declined'
  | 'returned'
  | 'stuck';

/** Money that was asked for at a port. */
export interface Payment {
  /** Whoever pays gave it: the same id twice is the same payment. Its order is `payment:` and the id. */
  readonly id: string;
  readonly port: string;
  readonly method: PaymentMethod;
  /** Counts the payments of a port. */
  readonly trace: number;
  /** The meter that it is for; or else the region of a card, by its id. */
  readonly svpmsn: Svpmsn | undefined;
  readonly purse: string | undefined;
  readonly paid: number;
  readonly at: Milliseconds;
  readonly state: PaymentState;
  readonly approval: string | undefined;
  /** Port, day and approval number: no two payments have the same. */
  readonly approvalKey: string | undefined;
  /** What names the instrument for people. */
  readonly shown: string | undefined;
  /** Why it was declined, reversed or is stuck; for a person. */
  readonly why: string | undefined;
  /** When the port is spoken to again, and how often it was in vain. */
  readonly dueAt: Milliseconds;
  readonly attempts: number;
}

/**
 * Automatic transfer, by contract: when a meter's balance falls to the threshold, so much is paid for it from an
 * account that was agreed, within limits. What is kept of the account is a reference that is good for this alone.
 */
export interface Contract {
  /** Of the meter, as a decimal number. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  /** Tokens. */
  readonly threshold: number;
  /** Minor units of the currency. */
  readonly paid: number;
  readonly port: string;
  readonly account:
    | { readonly type: 'mandate'; readonly reference: string }
    | { readonly type: 'token'; readonly token: string };
  readonly perDayMax: number;
  readonly perMonthMax: number;
  readonly agreedAt: Milliseconds;
  /** Payments that it was ever begun for; the last one's id is `auto:`, the meter, this, and its amount. */
  readonly count: number;
  /** What was begun on the last day and in the last month on which anything was, and which they were. */
  readonly day: number;
  readonly paidThatDay: number;
  readonly month: number;
  readonly paidThatMonth: number;
}

/** That a trade has come to a new state of which no receipt was issued. */
export interface ReceiptDue {
  /** Of the order. */
  readonly id: string;
}

/** A receipt that was issued; it is never changed, and a later one may take its place. */
export interface IssuedReceipt {
  /** Its number. */
  readonly id: string;
  readonly order: string;
  readonly issuedAt: Milliseconds;
  /** Signed. */
  readonly text: string;
}
