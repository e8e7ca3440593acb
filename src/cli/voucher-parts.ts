import { voucherNumbers } from '../adapters/voucher-numbers.ts';
import {
  createVouchers,
  type HostServices,
  type PaymentWay,
  type Store,
  type VoucherServices,
  voucherWay,
} from '../host/index.ts';
import type { BusinessClock } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { VOUCHERS } from './host-configuration.ts';
import { wallClock } from './wall-clock.ts';

export interface VoucherParts {
  /** For the payment ports of the host. */
  readonly way: PaymentWay;
  /** @param host the one of the moment */
  serve(host: () => HostServices): VoucherServices;
}

/** Vouchers over the books of a host. @param secret that all hosts of the utility share */
export function voucherParts(store: Store, clock: BusinessClock, secret: Uint8Array): VoucherParts {
  const ports = { store, clock, numbers: voucherNumbers(secret) };
  return {
    way: voucherWay(ports),
    serve: (host) =>
      createVouchers({
        ...{ ...ports, wall: wallClock, randomness: systemRandomness, port: VOUCHERS },
        pay: (act) => (asked) => (act === undefined ? host() : host().by(act)).pay(asked),
        notice: (told) => host().paymentNotice(told),
      }),
  };
}
