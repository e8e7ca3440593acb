import type { Milliseconds, Svpmsn } from '../../units/index.ts';
import type { Language } from '../../words/index.ts';
import type { Contract } from './money.ts';

/** What somebody may pay with by telephone without saying it: a reference that is good for nothing but this utility. */
export interface PhoneMeans {
  /** One of the host's payment ports. */
  readonly port: string;
  readonly account: Contract['account'];
}

/** What lets somebody act for a meter by telephone. */
export interface PhoneAccess {
  /** Of the meter, as a decimal number. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  /** Who calls from it is taken for this household, as far as nothing kept here pays: digits with country code. */
  readonly number: string | undefined;
  readonly language: Language;
  /** What is bought as a rule, minor units of the currency. */
  readonly usual: number | undefined;
  readonly means: readonly PhoneMeans[];
  /** Hash of six digits; empty where there are none, which opens nothing. */
  readonly pin: string;
  readonly allowedAt: Milliseconds;
}

/** What a call came in by. */
export type CallCarrier = 'sip' | 'hosted' | 'ussd' | 'chat' | 'meter';

/** A call as it is kept: what was asked and done, and no digit of what was keyed. */
export interface PhoneCall {
  /** Falls as time goes on, so that the newest come first. */
  readonly id: string;
  readonly carrier: CallCarrier;
  /** The number that it came from, as the carrier told. */
  readonly from: string | undefined;
  /** Whose it is, as soon as that is known. */
  readonly svpmsn: Svpmsn | undefined;
  readonly language: Language | undefined;
  /** `wants-person` until somebody at the utility has called back. */
  readonly state: 'live' | 'ended' | 'wants-person';
  readonly begunAt: Milliseconds;
  readonly endedAt: Milliseconds | undefined;
  /** Where a person is to call back. */
  readonly callBack: string | undefined;
  readonly steps: readonly CallStep[];
}

/** One step of a call. */
export interface CallStep {
  readonly at: Milliseconds;
  readonly name: CallStepName;
  /** Of what it is about, where it has one: a payment's id; of somebody who took the call, their login. */
  readonly subject?: string;
}

/** In the order in which they can come. */
export const CALL_STEPS = [
  'begun',
  'language-chosen',
  'identified-by-number',
  'identified-by-pin',
  'identification-refused',
  'balance-told',
  'cheap-hours-told',
  'emergency-told',
  'amount-chosen',
  'means-chosen',
  'voucher-refused',
  'quoted',
  'confirmed',
  'not-confirmed',
  'paid',
  'payment-refused',
  'payment-unclear',
  'value-stored',
  'money-back',
  'person-wanted',
  'person-awaited',
  'person-came',
  'person-left',
  'nobody-came',
  'host-failed',
  'too-many-wrong',
  'silent',
  'hung-up',
  /** The host that served it ended before the call did. */
  'broken-off',
  'ended',
] as const;
export type CallStepName = (typeof CALL_STEPS)[number];
