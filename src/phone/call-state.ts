import type { Instrument, PhoneAccessView } from '../host/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import type { Language } from '../words/index.ts';
import type { CallBegun, CallOutput, Currency, OfferedWay, OfficeQuestion, Sentence, WayToPay } from './types.ts';

/** For whom somebody calls. */
export interface Who {
  readonly meter: Svpmsn;
  /** Nothing for a guest, who may buy for a meter and is told nothing of it. */
  readonly access: PhoneAccessView | undefined;
  /** Whether the PIN was keyed in this call: a number that calls can be forged. */
  readonly proven: boolean;
}

/** What somebody is about to buy. */
export interface Purchase {
  /** Minor units. */
  readonly paid: number;
  readonly way: OfferedWay;
  readonly instrument: Instrument;
  /** Of a voucher, which names its payment; of anything else the call does. */
  readonly payment?: string;
}

/** What a call waits for. */
export type CallState =
  | { readonly name: 'awaiting-begin' }
  | { readonly name: 'awaiting-language' }
  | { readonly name: 'awaiting-meter-number' }
  | { readonly name: 'awaiting-pin'; readonly meter: Svpmsn; readonly purchase: Purchase | undefined }
  | { readonly name: 'awaiting-choice' }
  | { readonly name: 'awaiting-amount'; readonly usual: number }
  | { readonly name: 'awaiting-amount-digits' }
  | { readonly name: 'awaiting-way'; readonly paid: number; readonly offered: readonly OfferedWay[] }
  | { readonly name: 'awaiting-card-number'; readonly paid: number; readonly way: OfferedWay }
  | { readonly name: 'awaiting-expiry'; readonly paid: number; readonly way: OfferedWay; readonly pan: string }
  | { readonly name: 'awaiting-voucher' }
  | { readonly name: 'awaiting-confirmation'; readonly purchase: Purchase; readonly energy: bigint }
  | AwaitingValue
  | { readonly name: 'awaiting-more' }
  | { readonly name: 'awaiting-call-back'; readonly from: string }
  | { readonly name: 'awaiting-number' }
  | AwaitingPerson
  | { readonly name: 'with-person' }
  /** What was asked, and which purchase it is about. */
  | {
      readonly name: 'awaiting-office';
      readonly question: OfficeQuestion;
      readonly purchase: Purchase | undefined;
      readonly since: Milliseconds;
    }
  | { readonly name: 'ended' };

/** The caller has confirmed: whatever happens now, the payment comes to its end. */
export interface AwaitingValue {
  readonly name: 'awaiting-value';
  readonly purchase: Purchase;
  readonly energy: bigint;
  readonly count: number;
  readonly since: Milliseconds;
  /** Whether the host has told that there is such a payment. */
  readonly isKnown: boolean;
  /** Whether an answer is awaited, and how many were failures of the store. */
  readonly isAsked: boolean;
  readonly failures: number;
  /** Whether the caller was told to confirm it elsewhere, since when the value is on its way, and when anything was said. */
  readonly isToConfirm: boolean;
  readonly arrivingSince: Milliseconds | undefined;
  readonly toldAt: Milliseconds;
}

/** Somebody at the utility is to take the call. */
export interface AwaitingPerson {
  readonly name: 'awaiting-person';
  readonly since: Milliseconds;
  /** Whether the caller was told to wait. */
  readonly isTold: boolean;
}

/** One call. It holds what was keyed in memory alone: it is neither stored nor logged. */
export interface Call {
  readonly begun: CallBegun;
  state: CallState;
  language: Language;
  who: Who | undefined;
  currency: Currency;
  ways: readonly WayToPay[];
  /** What is to be heard again. */
  said: { readonly sentences: readonly Sentence[] } & Pick<
    Extract<CallOutput, { type: 'say' }>,
    'listening' | 'mustBeHeard'
  >;
  /** Whether that was heard to its end. */
  heard: boolean;
  /** Digits of an entry that has not ended. */
  keyed: string;
  /** Wrong entries, and prompts without an answer, in a row. */
  wrong: number;
  silences: number;
  /** Questions to the office. */
  asked: number;
  /** Purchases that were confirmed. */
  confirmed: number;
  /** Inputs from the caller, of which no call has endlessly many. */
  inputs: number;
}

export const newCall = (begun: CallBegun): Call => ({
  begun,
  state: { name: 'awaiting-begin' },
  language: 'en',
  who: undefined,
  currency: { code: '', exponent: 0 },
  ways: [],
  said: { sentences: [], listening: 'no', mustBeHeard: false },
  heard: true,
  keyed: '',
  wrong: 0,
  silences: 0,
  asked: 0,
  confirmed: 0,
  inputs: 0,
});
