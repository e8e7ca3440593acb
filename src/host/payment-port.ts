import type { Milliseconds } from '../units/index.ts';

/** A payment as those hear of it who take money for the utility: enough to find it again when nothing was answered. */
export interface PaymentRequest {
  /** The host's own, 1 to 64 characters; the same id is the same payment, however often it is asked for. */
  readonly id: string;
  /** Given by the host, 1 to 999,999; no two payments of one day and one port have the same. */
  readonly trace: number;
  /** When it began: it stays the same in every repetition. */
  readonly at: Milliseconds;
  /** Minor units of the currency, 1 to u32. */
  readonly amount: number;
  /** ISO 4217 numeric: 410 is the won. */
  readonly currency: number;
}

/** What pays. It passes through memory once: the host neither stores nor logs it. */
export type Instrument =
  | {
      readonly type: 'card';
      /** 12 to 19 digits with a good check digit. */
      readonly pan: string;
      /** YYMM. */
      readonly expiry: string;
      /** Where its chip was read: the payment then waits for what the chip says to its bank's answer. */
      readonly chip?: ChipRead;
    }
  /** The telephone number of a mobile wallet, digits with country code. */
  | { readonly type: 'wallet'; readonly number: string }
  /** A mandate for direct debit, by its reference. */
  | { readonly type: 'mandate'; readonly reference: string }
  /** What a payment service has on its side: a payment method's token. */
  | { readonly type: 'token'; readonly token: string }
  /** The number of a voucher: whoever has it may pay with it. */
  | { readonly type: 'voucher'; readonly number: string };

/** What a chip says of the sale. */
export interface ChipRead {
  /** BER-TLV (field 55), 1 to 255 bytes, with the cryptogram of the chip; it does not name the card. */
  readonly data: Uint8Array;
  /** Of the card among those with its number, 0 to 99. */
  readonly sequence?: number;
  /** What stands on its stripe: digits, `=`, digits; at most 37 characters. */
  readonly track2?: string;
}

/** What the bank of a card says to its chip. It is passed on once, and not kept. */
export interface ChipAnswer {
  /** Field 39, two characters. */
  readonly code: string;
  /** BER-TLV (field 55 of the answer), where the bank proves to the chip who answers. */
  readonly data?: Uint8Array;
}

export type DeclineReason = 'funds' | 'instrument' | 'limit' | 'not-served' | 'refused';

export type Authorisation =
  /** FIG. 6: the approval number AN. `shown` names the instrument for people: `**** 1234`. */
  | { readonly outcome: 'approved'; readonly approval: string; readonly shown: string; readonly chip?: ChipAnswer }
  /** The answer comes later, as a notice. */
  | { readonly outcome: 'pending'; readonly shown: string }
  | {
      readonly outcome: 'declined';
      readonly reason: DeclineReason;
      readonly sentence: string;
      readonly chip?: ChipAnswer;
    }
  /** No answer, or one that cannot be read: money may have been taken. Only a reversal ends it. */
  | { readonly outcome: 'unknown'; readonly sentence: string };

export type Completion =
  | { readonly outcome: 'done' }
  /** It will never be done; a person has to look. */
  | { readonly outcome: 'refused'; readonly sentence: string }
  /** To be repeated. */
  | { readonly outcome: 'unknown'; readonly sentence: string };

/**
 * Somebody who takes money: an acquirer, a bank, a mobile wallet, a payment service. Every call may be repeated with
 * the same payment and then does nothing twice. None rejects: what fails underneath is `unknown`.
 */
export interface PaymentPort {
  /** Asks for the money; it is held until captured or reversed. */
  authorise(payment: PaymentRequest, instrument: Instrument): Promise<Authorisation>;
  /** The value is in the meter: the money is the utility's. */
  capture(payment: PaymentRequest, approval: string): Promise<Completion>;
  /** The value never was in the meter, or nobody knows what became of the authorisation: the money goes back. */
  reverse(payment: PaymentRequest, approval: string | undefined): Promise<Completion>;
}
