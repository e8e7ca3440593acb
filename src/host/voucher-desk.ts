import type { Randomness, WallClock } from '../units/index.ts';
import { isFailure, orStoreFailure } from './failures.ts';
import type { Act, Office } from './office.ts';
import type { Instrument } from './payment-port.ts';
import type { PaymentAnswered } from './payments.ts';
import type { StoreTransaction } from './ports.ts';
import type { HostServices } from './services.ts';
import type { HostFailure } from './types.ts';
import { batchBy, blockVouchers, printBatch, sellVouchers, voucherBy } from './voucher-batches.ts';
import { forgetAttempts, lookAtVoucher, type VoucherPorts, type VoucherSaid, voucherWay } from './voucher-paying.ts';
import type { VoucherServices } from './voucher-services.ts';
import { witnessed } from './witness.ts';

export interface VoucherDeskPorts extends VoucherPorts {
  /** Of people: what is tried is counted by it. */
  readonly wall: WallClock;
  readonly randomness: Randomness;
  /** Under which name the host has vouchers among its payment ports. */
  readonly port: string;
  /** How the host is paid, in the name of whoever acts, or in nobody's. */
  readonly pay: (act: Act | undefined) => Office['pay'];
  readonly notice: HostServices['paymentNotice'];
}

/** A voucher is worth what stands on it, in the currency of the books. */
const NO_CURRENCY = 0;

/** What is done with vouchers, and what is told of them. */
export function createVouchers({
  store,
  clock,
  wall,
  numbers,
  randomness,
  port,
  pay,
  notice,
}: VoucherDeskPorts): VoucherServices {
  const request = <T extends object>(act: Act, work: (tx: StoreTransaction) => Promise<T | HostFailure>) =>
    orStoreFailure(store.transaction((tx) => witnessed<T | HostFailure>(tx, act, () => work(tx))));
  const { port: way } = voucherWay({ store, clock, numbers });
  const lookAt = (said: VoucherSaid) =>
    orStoreFailure(store.transaction((tx) => lookAtVoucher(tx, said, { numbers, clock, wall })));

  /** Of books that were put back a payment may wait whose value its meter has: the voucher itself says that it is paid. */
  async function orTakenUp(payment: PaymentAnswered | HostFailure, instrument: Instrument) {
    if (isFailure(payment) || payment.state !== 'pending') return payment;
    const { id, trace, at, paid: amount } = payment;
    const outcome = await way.authorise({ id, trace, at, amount, currency: NO_CURRENCY }, instrument);
    const isSure = outcome.outcome === 'approved' || outcome.outcome === 'declined';
    return isSure ? notice({ port, id, outcome }) : payment;
  }

  return {
    batches: (query) => store.read((tx) => tx.voucherBatches.page(query)),
    batch: (id) => orStoreFailure(store.read((tx) => batchBy(tx, id))),
    voucher: (serial) => orStoreFailure(store.read((tx) => voucherBy(tx, serial))),
    vouchers: ({ batch, after = '', limit }) =>
      orStoreFailure(
        store.read(async (tx) => {
          const found = await batchBy(tx, batch);
          if (isFailure(found)) return found;
          const own = `${batch}.`;
          const page = await tx.vouchers.page({ after: after > own ? after : own, limit });
          return page.filter((voucher) => voucher.batch === batch);
        }),
      ),
    printBatch: (act, id) => request(act, (tx) => printBatch(tx, id, { numbers, randomness }, clock.now())),
    sellVouchers: (act, sale) => request(act, (tx) => sellVouchers(tx, sale, act.by, clock.now())),
    blockVouchers: (act, asked) => request(act, (tx) => blockVouchers(tx, asked)),
    lookAt,
    async redeem(said, act) {
      const seen = await lookAt(said);
      if (isFailure(seen)) return seen;
      const { meter, number } = said;
      const { payment: id, value: paid } = seen;
      const instrument = { type: 'voucher', number } as const;
      const payment = await orTakenUp(await pay(act)({ id, meter, paid, port, instrument }), instrument);
      if (!isFailure(payment) && payment.state === 'approved') {
        await orStoreFailure(store.transaction((tx) => forgetAttempts(tx, said)));
      }
      return payment;
    },
  };
}
