import type { Milliseconds } from '../../units/index.ts';
import type { PaymentMethod } from './money.ts';

/** Money that went to somebody with whom the utility settles, or came from them. It is never changed, and may be reversed once. */
export interface Remittance {
  /** The payee and the reference: `seller 2026-04 TX 7`. */
  readonly id: string;
  /** `seller`, or the id of a provider of cards. */
  readonly payee: string;
  /** Minor units of the currency; below zero where the money came from them. */
  readonly amount: bigint;
  readonly method: PaymentMethod;
  /** `2026-04-03`, as the bank has it. */
  readonly paidOn: string;
  /** By which the bank, or the other side, knows it. No two to one payee have the same. */
  readonly reference: string;
  /** Whoever asked for it. */
  readonly by: string;
  readonly at: Milliseconds;
  /** When its counter-entry was posted. */
  readonly reversedAt: Milliseconds | undefined;
}
