import type {
  CallCarrier,
  CallStepName,
  HostFailure,
  Instrument,
  Payment,
  PaymentMethod,
  PhoneAccessView,
} from '../host/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import type { Language, PhoneWayName, PromptName } from '../words/index.ts';

/** The twelve keys of a telephone. */
export const KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const;
export type Key = (typeof KEYS)[number];
export const isKey = (text: string): text is Key => KEYS.some((key) => key === text);

/** What the carrier of a call knows of it as it begins. */
export interface CallBegun {
  /** No two calls have the same. */
  readonly id: string;
  readonly carrier: CallCarrier;
  /** The number that it comes from, digits with country code; nothing where it is withheld. */
  readonly from: string | undefined;
  /** Where it comes from the interphone of a meter: whoever stands at it is told what its panel shows. */
  readonly meter: Svpmsn | undefined;
  /** Whether the carrier can put somebody through to a person. */
  readonly canTransfer: boolean;
}

/** What comes to a call from outside. */
export type CallInput =
  | { readonly type: 'begun' }
  | { readonly type: 'key'; readonly key: Key }
  /** A whole entry at once, as USSD and a form have it: no `#` ends it. */
  | { readonly type: 'entry'; readonly text: string }
  /** What was said last was heard to its end. */
  | { readonly type: 'spoken' }
  /** Nothing was keyed for as long as a carrier waits that waits by itself. */
  | { readonly type: 'silent' }
  /** The instant that the call wanted to be woken at is there. */
  | { readonly type: 'woken' }
  | { readonly type: 'answered'; readonly number: number; readonly answer: OfficeAnswer }
  | PersonNews
  | { readonly type: 'hung-up' };

/** Of the people who take calls, told to a call that seeks one of them. */
export type PersonNews =
  /** Somebody is there: the caller may wait. */
  | { readonly type: 'person-there' }
  /** Nobody is, or nobody is any more. */
  | { readonly type: 'nobody-there' }
  /** Somebody has taken the call. @see PhoneCall */
  | { readonly type: 'person-came'; readonly by: string }
  | { readonly type: 'person-left' };

/** A sentence in its language; a hint is left out where there is little room. */
export interface Sentence {
  readonly language: Language;
  readonly text: string;
  /** Of the catalogue, and what is filled into it: whoever has the catalogue needs no text. */
  readonly name: PromptName;
  readonly values: readonly string[];
  readonly isHint?: boolean;
}

/** What the caller may do after what is said: press one key, key in something that `#` ends, or wait. */
export type Listening = 'key' | 'digits' | 'no';

/** What a call wants done, in this order. */
export type CallOutput =
  /** It takes the place of what is being said; a key ends it, unless it has to be heard whole. */
  | {
      readonly type: 'say';
      readonly sentences: readonly Sentence[];
      readonly listening: Listening;
      /** Keys before its end count for nothing. */
      readonly mustBeHeard: boolean;
    }
  | { readonly type: 'ask'; readonly number: number; readonly question: OfficeQuestion }
  /** It takes the place of an earlier one. */
  | { readonly type: 'wake'; readonly at: Milliseconds }
  | { readonly type: 'note'; readonly name: CallStepName; readonly subject?: string }
  /** Seeks a person to speak with. It is the last of its step: what becomes of it is the next input. */
  | { readonly type: 'seek-person' }
  /** Waits for a person no more. */
  | { readonly type: 'leave-queue' }
  /** From now on caller and person hear each other, until something is said. */
  | { readonly type: 'talk' }
  /** After what was said last; a person where the carrier can put somebody through. */
  | { readonly type: 'close'; readonly to: 'nobody' | 'person' };

/** What a call asks of the utility. */
export type OfficeQuestion =
  | { readonly type: 'begin'; readonly from: string | undefined; readonly meter: Svpmsn | undefined }
  | { readonly type: 'identify'; readonly meter: Svpmsn; readonly pin: string }
  | { readonly type: 'meter'; readonly meter: Svpmsn }
  | { readonly type: 'standing'; readonly meter: Svpmsn }
  | { readonly type: 'cheap-hours'; readonly meter: Svpmsn }
  | { readonly type: 'emergency'; readonly meter: Svpmsn }
  | { readonly type: 'quote'; readonly meter: Svpmsn; readonly paid: number; readonly method: PaymentMethod }
  /** What a voucher is worth. */
  | VoucherSaid
  /** The same count again is the same payment; so is the same voucher. */
  | {
      readonly type: 'pay';
      readonly count: number;
      readonly meter: Svpmsn;
      readonly paid: number;
      readonly port: string;
      readonly instrument: Instrument;
      readonly from: string | undefined;
    }
  /** @see Purchase.payment */
  | { readonly type: 'paid'; readonly count: number; readonly payment: string | undefined };

interface VoucherSaid {
  readonly type: 'voucher';
  readonly meter: Svpmsn;
  readonly number: string;
  /** The number that calls: what is wrong is counted by it. */
  readonly from: string | undefined;
}

export type OfficeAnswer =
  | HostFailure
  | {
      readonly type: 'begin';
      /** Of the household that calls, if it is known by its number. */
      readonly access: PhoneAccessView | undefined;
      readonly currency: Currency;
      readonly ways: readonly WayToPay[];
    }
  | { readonly type: 'identify'; readonly access: PhoneAccessView }
  | { readonly type: 'meter' }
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'cheap-hours'; readonly hours: CheapHours | 'same' | 'unknown' }
  | { readonly type: 'emergency'; readonly emergency: Emergency }
  /** Minor units, and the payment that it becomes. */
  | { readonly type: 'voucher'; readonly value: number; readonly payment: string }
  | { readonly type: 'quote'; readonly energy: bigint }
  | { readonly type: 'paid'; readonly progress: PaymentProgress };

/** Of the terms: how minor units are told to people. */
export interface Currency {
  readonly code: string;
  readonly exponent: number;
}

/** One of the host's payment ports. */
export interface WayToPay {
  readonly name: string;
  readonly method: PaymentMethod;
}

/** How a meter stands, as a caller is told. */
export interface Standing {
  /** Minor units; nothing where the meter never told. */
  readonly balance: number | undefined;
  readonly isOff: boolean;
  /** For how many minutes the balance is enough from now on. */
  readonly lastsMinutes: number | undefined;
}

/** The next stretch of the lowest price, in local time, `06:00`. */
export interface CheapHours {
  readonly when: 'now' | 'today' | 'tomorrow';
  readonly from: string;
  readonly to: string;
}

/** Minor units. */
export interface Emergency {
  readonly used: number;
  /** Nothing where the rules of the meter are not known. */
  readonly limit: number | undefined;
}

/** How far a payment has come, as far as it concerns whoever waits for it. */
export interface PaymentProgress {
  readonly id: string;
  readonly at: 'asked' | 'pending' | 'on-its-way' | 'stored' | 'declined' | 'money-back' | 'unclear';
  readonly approval: Payment['approval'];
}

/** A way to pay as it is offered to a caller. */
export interface OfferedWay {
  readonly name: PhoneWayName;
  readonly port: string;
  readonly method: PaymentMethod;
  /** Nothing where it has to be keyed. */
  readonly instrument: Instrument | undefined;
}
