import type { CardOrder, HostFailure } from '../../host/index.ts';
import { type Csn, type Region, type Svpmsn, U32_MAX } from '../../units/index.ts';
import type { Faults } from '../faults.ts';
import { answered } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import { actOf, toCard } from './card-office.ts';

/** What somebody paid for a card, as whoever took the money has it. */
export interface CardPayment {
  readonly orderId: string;
  readonly csn: Csn;
  readonly region: Region;
  /** Tokens; or money, which buys what the terms leave of it. */
  readonly amount: number;
  readonly isMoney: boolean;
  readonly reversed: boolean;
  /** When the utility answered last; nothing while it did not. */
  toldAt?: number;
  /** The utility refused it, and the money never left its payer. */
  refused: boolean;
}

const DOUBLED_WITHIN_MS = 60_000;
const REVERSED_WITHIN_MS = 300_000;
const AGAIN_MS = 1_000;
const ASKED_WITHIN_MS = 60_000;
/** Enough for something to be left, whatever fee and tax are. */
const MONEY_MIN = 50;
/** As long as these hold, it is told again: books that were put back may not know the card yet. */
const NOT_YET: ReadonlySet<string> = new Set([
  'store-failed',
  'card-unknown',
  'card-region-unknown',
  'provider-unknown',
]);

/** People who pay for their cards, and who tells a host of it again and again until one answers. */
export class CardPayments {
  readonly payments: CardPayment[] = [];
  readonly #faults: Faults;
  readonly #utility: Utility;
  #untold: CardPayment[] = [];
  /** Since when it was not asked yet. */
  readonly #asking = new Set<number>();

  constructor(utility: Utility, faults: Faults) {
    this.#utility = utility;
    this.#faults = faults;
  }

  /** Returns whether more was paid than the region has room for. */
  async pay(csn: Csn, region: Region, wanted: number, stricken: Svpmsn): Promise<boolean> {
    const faults = this.#faults;
    const overfilled = faults.strikes('card-overfilled', stricken);
    const isMoney = !overfilled && this.payments.length % 2 === 1;
    const amount = overfilled ? U32_MAX : isMoney ? wanted + MONEY_MIN : wanted;
    const reversed = faults.strikes('card-payment-reversed', stricken);
    const orderId = `card order ${this.payments.length}`;
    const payment: CardPayment = { orderId, csn, region, amount, isMoney, reversed, refused: false };
    this.payments.push(payment);
    await this.#tell(payment);
    if (faults.strikes('payment-doubled', stricken)) {
      this.#utility.time.after(faults.below('payment-doubled', DOUBLED_WITHIN_MS), () => this.#tell(payment));
    }
    return overfilled;
  }

  async tellAgain(): Promise<void> {
    for (const payment of this.#untold.splice(0)) await this.#tell(payment);
  }

  knownBefore(now: number): number {
    return Math.min(now, ...this.#asking);
  }

  /** Some time after a restore a host is asked for all that was paid since its copy was made. */
  reconcile(since: number): void {
    const asked = this.payments.filter(({ toldAt, refused }) => !refused && (toldAt === undefined || toldAt >= since));
    this.#asking.add(since);
    this.#utility.time.after(this.#faults.below('store-restored', ASKED_WITHIN_MS), async () => {
      for (const payment of asked) await this.#tell(payment);
      this.#asking.delete(since);
    });
  }

  async #tell(payment: CardPayment): Promise<void> {
    const { orderId, csn, region, amount, isMoney, reversed } = payment;
    const { host, time } = this.#utility;
    const answer: Promise<CardOrder | HostFailure> = isMoney
      ? host
          .by(actOf(this.#utility, toCard('buyForCard', csn)))
          .buyForCard({ csn, region, orderId, paid: amount, method: 'cash' })
      : host.sellToCard({ csn, region, orderId, amount, source: 'cash' });
    const made = (await answered(answer)) ? await answer : undefined;
    if (made === undefined || ('reason' in made && NOT_YET.has(made.reason))) {
      this.#untold.push(payment);
      return;
    }
    if ('reason' in made) {
      // What these books forgot, and found on the card again, is there; of anything else the money is given back.
      payment.refused ||= made.reason !== 'order-settled';
      return;
    }
    payment.toldAt = time.now;
    if (reversed)
      time.after(this.#faults.below('card-payment-reversed', REVERSED_WITHIN_MS), () => this.#reverse(payment));
  }

  async #reverse(payment: CardPayment): Promise<void> {
    const { host, time } = this.#utility;
    const office = host.by(actOf(this.#utility, toCard('proposeCardVoid', payment.csn)));
    const answer = office.voidCardOrder(payment.orderId);
    if (!(await answered(answer))) time.after(AGAIN_MS, () => this.#reverse(payment));
  }
}
