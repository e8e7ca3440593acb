import type { Act } from './office.ts';
import type { PaymentAnswered } from './payments.ts';
import type { HostFailure, Voucher, VoucherBatch } from './types.ts';
import type { PrintedBatch, VoucherRange, VoucherSale, VouchersChanged } from './voucher-batches.ts';
import type { VoucherSaid, VoucherSeen } from './voucher-paying.ts';

/**
 * Vouchers: printed, sold, blocked, and paid with. To make a batch of them and to make some void takes two people. What
 * may be refused answers with a value or a `HostFailure`; lists reject with the store's `StoreError`.
 */
export interface VoucherServices {
  /** By id. */
  batches(query: { readonly after?: string; readonly limit: number }): Promise<VoucherBatch[]>;
  batch(id: string): Promise<VoucherBatch | HostFailure>;
  voucher(serial: string): Promise<Voucher | HostFailure>;
  /** Of one batch, by serial number. */
  vouchers(query: {
    readonly batch: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<Voucher[] | HostFailure>;
  /** Draws the numbers of a batch, and tells them this once. */
  printBatch(act: Act, id: string): Promise<PrintedBatch | HostFailure>;
  sellVouchers(act: Act, sale: VoucherSale): Promise<VouchersChanged | HostFailure>;
  blockVouchers(act: Act, asked: VoucherRange & { readonly blocked: boolean }): Promise<VouchersChanged | HostFailure>;
  /** What a voucher is worth, before it is paid with; what is wrong is counted. */
  lookAt(said: VoucherSaid): Promise<VoucherSeen | HostFailure>;
  /** Pays with a voucher, once: asked for again for the same meter, it is answered as it stands. */
  redeem(said: VoucherSaid, act?: Act): Promise<PaymentAnswered | HostFailure>;
}
