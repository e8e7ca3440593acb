import type { Milliseconds } from '../../units/index.ts';
import type { NumberedOrder } from '../types.ts';
import type { Payment, PaymentMethod, Trade } from './money.ts';

/** Vouchers that are made together. What is approved is printed once; what is printed is worth nothing before it is sold. */
export interface VoucherBatch {
  /** 1 to 24 small letters, digits, dots and hyphens. */
  readonly id: string;
  readonly count: number;
  /** Of each, minor units of the currency. */
  readonly value: number;
  readonly expiresAt: Milliseconds;
  /** Whoever asked for it. */
  readonly by: string;
  readonly approvedAt: Milliseconds;
  /** Nothing before its numbers were drawn and told, which is done once. */
  readonly printedAt: Milliseconds | undefined;
}

/**
 * `printed`, and worth nothing; `sold`, and whoever has its number pays with it once; `blocked` until it is `sold` again;
 * `void` for ever.
 */
export type VoucherState = 'printed' | 'sold' | 'blocked' | 'void';

/** A number on paper that pays once. The number itself is kept nowhere. */
export interface Voucher {
  /** Its serial number: the batch, and five digits: `spring-1.00017`. */
  readonly id: string;
  /** Of its number, under a key that is not in the books. */
  readonly hash: string;
  readonly batch: string;
  readonly value: number;
  readonly expiresAt: Milliseconds;
  readonly state: VoucherState;
  /** To whom, and for what: of an agent out of its float, less its commission. */
  readonly soldAt: Milliseconds | undefined;
  readonly agent: string | undefined;
  readonly method: PaymentMethod | undefined;
  readonly paid: number;
  /** The payment that it is in, or was taken for. */
  readonly payment: string | undefined;
  /** When the value that it paid was in the meter. */
  readonly redeemedAt: Milliseconds | undefined;
}

/** A voucher beside the payment that it is in, and what was sold for that. */
export interface VoucherUsed {
  readonly voucher: Voucher;
  readonly payment: Payment | undefined;
  readonly trade: Trade | undefined;
  readonly order: NumberedOrder | undefined;
}

/** A sale by a voucher, beside the voucher that paid it. */
export interface VoucherTrade {
  readonly trade: Trade;
  readonly order: NumberedOrder | undefined;
  readonly voucher: Voucher | undefined;
}
