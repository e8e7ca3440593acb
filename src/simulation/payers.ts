import type { Terms } from '../host/index.ts';
import type { Svpmsn } from '../units/index.ts';
import type { Faults } from './faults.ts';
import { answered } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { Utility } from './utility.ts';

/** What a utility takes of money beside energy, with all that terms can have. */
export const SIMULATED_TERMS: Terms = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  taxBasisPoints: 1_900,
  fixedChargePerMonth: 120,
  recoveryPercentMax: 30,
  fees: { cash: { fixed: 2, basisPoints: 100 }, card: { fixed: 3, basisPoints: 150 } },
};

/** What somebody paid, as the payment provider's own list has it. */
export interface Payment {
  readonly orderId: string;
  readonly svpmsn: Svpmsn;
  /** Tokens; or money, which buys what the terms leave of it. */
  readonly amount: number;
  readonly isMoney: boolean;
  readonly at: number;
  /** When the utility answered last; nothing while it did not. */
  toldAt?: number;
  /** When the utility said that it gives it back; nothing where its books forgot that since. */
  refundToldAt?: number | undefined;
  /** Nobody lives there, or its purse takes no value: the money stayed with its payer. */
  refused: boolean;
  /** The payer takes it back: before it is on its way, or after it was stored. */
  readonly reversed: boolean;
}

/**
 * People who pay, and the payment provider between them and the utility: it tells a host again and again until one
 * answers, perhaps twice, perhaps late, and it knows what was paid when the utility does not.
 */
export class Payers {
  readonly payments: Payment[] = [];
  readonly #random: SeededRandom;
  readonly #faults: Faults;
  readonly #areMoving: boolean;
  /** Nobody answered for these. */
  #untold: Payment[] = [];
  /** Since when the provider was not asked yet. */
  readonly #asking = new Set<number>();

  /** @param areMoving whether households leave their meters, which then take nothing */
  constructor(random: SeededRandom, faults: Faults, { areMoving }: { readonly areMoving: boolean }) {
    this.#random = random;
    this.#faults = faults;
    this.#areMoving = areMoving;
  }

  /** A second passes: somebody pays, about as often as the lines can carry it. */
  async second(
    utility: Utility,
    openOrders: (svpmsn: Svpmsn) => number,
    throughBank?: (svpmsn: Svpmsn, amount: number) => Promise<boolean>,
  ): Promise<void> {
    await this.tellAgain(utility);
    for (const { id } of utility.transformers) {
      if (!this.#random.chance(PAYMENTS_A_SECOND)) continue;
      const own = utility.houses.filter(({ localUnit }) => localUnit === id);
      const house = own[this.#random.below(own.length)];
      const amount = 1 + this.#random.below(AMOUNT_MAX);
      if (house === undefined || openOrders(house.svpmsn) >= OPEN_ORDERS_MAX) continue;
      if (await throughBank?.(house.svpmsn, amount)) continue;
      await this.pay(utility, house.svpmsn, amount);
    }
  }

  async tellAgain(utility: Utility): Promise<void> {
    for (const payment of this.#untold.splice(0)) await this.#tell(utility, payment);
  }

  /** The books know what was paid before this; what came later may still have to be asked for. */
  knownBefore(now: number): number {
    return Math.min(now, ...this.#asking);
  }

  /** Some time after a restore the utility asks for all that was paid since its copy was made (X9). */
  reconcile(utility: Utility, since: number): void {
    const isSince = (at: number | undefined) => at !== undefined && at >= since;
    // What nothing was ever taken for is over.
    const asked = this.payments.filter(({ toldAt, refundToldAt, refused }) =>
      toldAt === undefined ? !refused : isSince(toldAt) || isSince(refundToldAt),
    );
    this.#asking.add(since);
    for (const payment of asked) payment.refundToldAt = undefined;
    utility.time.after(this.#faults.below('store-restored', ASKED_WITHIN_MS), async () => {
      for (const payment of asked) await this.#tell(utility, payment);
      this.#asking.delete(since);
    });
  }

  async pay(utility: Utility, svpmsn: Svpmsn, amount: number): Promise<void> {
    const faults = this.#faults;
    const reversed = faults.strikes('payment-reversed', svpmsn);
    const isMoney = this.payments.length % 2 === 1;
    const payment: Payment = {
      orderId: `order ${this.payments.length}`,
      svpmsn,
      amount: isMoney ? amount + MONEY_MIN : amount,
      isMoney,
      at: utility.time.now,
      refused: false,
      reversed,
    };
    this.payments.push(payment);
    await this.#tell(utility, payment);
    if (faults.strikes('payment-doubled', svpmsn)) {
      utility.time.after(faults.below('payment-doubled', DOUBLED_WITHIN_MS), () => this.#tell(utility, payment));
    }
  }

  async #tell(utility: Utility, payment: Payment): Promise<void> {
    const { orderId, svpmsn, amount, isMoney, reversed } = payment;
    const { time, host } = utility;
    const answer = isMoney
      ? host.purchase({ meter: svpmsn, paid: amount, method: 'cash', orderId })
      : host.sell({ meter: svpmsn, amount, orderId, source: 'cash' });
    if (!(await answered(answer))) {
      this.#untold.push(payment);
      return;
    }
    const made = await answer;
    payment.refused = this.#areMoving && 'reason' in made && TAKES_NOTHING.has(made.reason);
    if (payment.refused) {
      // Books that were put back hear of it again, until they know where it went.
      if (payment.toldAt !== undefined) this.#untold.push(payment);
      return;
    }
    payment.toldAt = time.now;
    if (reversed)
      time.after(this.#faults.below('payment-reversed', REVERSED_WITHIN_MS), () => reverse(utility, payment));
  }
}

/** Takes a payment back: while it waits, on its way, or when it is stored already; and again until a host has answered. */
async function reverse(utility: Utility, payment: Payment): Promise<void> {
  const answer = utility.host.voidOrder(payment.orderId);
  if (await answered(answer)) {
    const order = await answer;
    if ('state' in order && order.state === 'refunded') payment.refundToldAt = utility.time.now;
  } else utility.time.after(REVERSED_AGAIN_MS, () => reverse(utility, payment));
}

const TAKES_NOTHING: ReadonlySet<string> = new Set(['purse-closed', 'meter-unoccupied', 'meter-frozen']);
/** The provider tells of a payment again: at once, or when it was long stored. */
const DOUBLED_WITHIN_MS = 60_000;
const REVERSED_WITHIN_MS = 20_000;
const REVERSED_AGAIN_MS = 1_000;
const PAYMENTS_A_SECOND = 0.3;
const AMOUNT_MAX = 500;
/** Enough for something to be left for energy, whatever is due. */
const MONEY_MIN = 50;
/** Nobody pays a third time before the first has come. */
const OPEN_ORDERS_MAX = 2;
/** The payment provider is asked so soon after a restore. */
const ASKED_WITHIN_MS = 60_000;
