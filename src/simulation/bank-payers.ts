import {
  type Agreement,
  type HostServices,
  type Payment,
  type PaymentAsked,
  type PaymentNotice,
  StoreError,
} from '../host/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { authorisationOf, type Bank, CARD, DEBIT, type Entry } from './bank.ts';
import type { Faults } from './faults.ts';
import { answered } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { Utility } from './utility.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const SETTLE_MS = 10_000;
const AGAIN_MS = 1_000;
const RECONCILED_AGAIN_MS = 30 * SECOND_MS;
const DOUBLED_WITHIN_MS = MINUTE_MS;
const REVERSED_WITHIN_MS = 20 * SECOND_MS;
/** Of all that is paid for meters. */
const BANK_SHARE = 0.4;
const DEBIT_SHARE = 0.4;
const CONTRACT_SHARE = 0.3;
const AGREEMENTS_A_MINUTE = 0.3;
const OPEN_PAYMENTS_MAX = 2;
const AMOUNT_MIN = 100;
const REFUSED_MS = 5 * MINUTE_MS;

/**
 * Those who pay through the bank, and whoever at the utility reads its statements: what was asked for is told to a host
 * until one answers, hosts settle at intervals, and what they missed is found in the bank's book, after a restore before
 * any meter can answer.
 */
export class BankPayers {
  readonly #random: SeededRandom;
  readonly #faults: Faults;
  readonly #bank: Bank;
  readonly #utility: Utility;
  readonly #isMoving: (svpmsn: number) => boolean | undefined;
  readonly #agreements: Agreement[] = [];
  readonly #asked = new Map<string, PaymentAsked & { readonly meter: number }>();
  /** Payments of which book and bank may still differ. */
  readonly #open = new Set<string>();
  /** When they were seen to agree. */
  readonly #agreedAt = new Map<string, number>();
  /** When nothing was taken for the first time for a payment that the books forgot. */
  readonly #refusedSince = new Map<string, number>();

  /** @param of `isMoving`: whether the books are to hear of a move at a meter; nothing where nobody moves */
  constructor(
    utility: Utility,
    of: {
      readonly random: SeededRandom;
      readonly faults: Faults;
      readonly bank: Bank;
      readonly isMoving: (svpmsn: number) => boolean | undefined;
    },
  ) {
    const { random, faults, bank } = of;
    this.#isMoving = of.isMoving;
    this.#random = random;
    this.#faults = faults;
    this.#bank = bank;
    this.#utility = utility;
  }

  /** Some households agree on automatic transfers, and the office begins its work. */
  async open(): Promise<void> {
    const { time, host, houses } = this.#utility;
    for (const { svpmsn: meter } of houses) {
      const random = this.#random.fork(`contract ${meter}`);
      if (!random.chance(CONTRACT_SHARE)) continue;
      const paid = AMOUNT_MIN + random.below(400);
      const limits = { perDayMax: paid * (1 + random.below(20)), perMonthMax: paid * (10 + random.below(40)) };
      const account = { type: 'mandate', reference: `MANDATE ${meter}` } as const;
      const agreement = { meter, threshold: 50 + random.below(500), paid, port: DEBIT, account, ...limits };
      await host.agreeContract(agreement);
      this.#agreements.push(agreement);
    }
    const settle = async () => {
      time.after(SETTLE_MS, settle);
      const { running } = this.#utility.hosts;
      await Promise.all(running.map((run) => this.#bank.during(() => run(settlePayments))));
    };
    time.after(SETTLE_MS, settle);
    const minute = async () => {
      time.after(MINUTE_MS, minute);
      await this.#agreeAgain();
      for (const id of this.#open) {
        if (!this.#faults.active || this.#random.chance(1 / 2)) await this.#compare(id, 'in time');
      }
    };
    time.after(MINUTE_MS, minute);
  }

  /** A household ends its contract, or agrees anew on what was agreed. */
  async #agreeAgain(): Promise<void> {
    const { host } = this.#utility;
    const drawn = this.#random.chance(AGREEMENTS_A_MINUTE) && this.#faults.active;
    const agreement = drawn && this.#agreements[this.#random.below(Math.max(1, this.#agreements.length))];
    if (!agreement) return;
    await answered(this.#random.chance(1 / 2) ? host.endContract(agreement.meter) : host.agreeContract(agreement));
  }

  /** Nothing is begun by itself any more: what was begun has until the end to settle (I28). */
  async heal(): Promise<void> {
    for (const { meter } of this.#agreements) await answered(this.#utility.host.endContract(meter));
  }

  /** Whether this is paid through the bank. */
  async pays(meter: Svpmsn, amount: number): Promise<boolean> {
    const isPaid = this.#random.chance(BANK_SHARE);
    const port = this.#random.chance(DEBIT_SHARE) ? DEBIT : CARD;
    const open = [...this.#open].filter((id) => this.#asked.get(id)?.meter === meter);
    if (!isPaid || open.length >= OPEN_PAYMENTS_MAX) return false;
    const id = `p${this.#asked.size}`;
    const asked = { id, meter, paid: AMOUNT_MIN + amount, port, instrument: instrumentOf(port, meter) };
    this.#asked.set(id, asked);
    this.#open.add(id);
    await this.#ask(asked);
    const { time } = this.#utility;
    if (this.#faults.strikes('payment-doubled', meter)) {
      time.after(this.#faults.below('payment-doubled', DOUBLED_WITHIN_MS), () => this.#ask(asked));
    }
    if (this.#faults.strikes('payment-reversed', meter)) {
      time.after(this.#faults.below('payment-reversed', REVERSED_WITHIN_MS), async () => void (await this.#void(id)));
    }
    return true;
  }

  /** The bank tells of itself, again until a host has answered. */
  async notice(notice: PaymentNotice): Promise<void> {
    const { time, host } = this.#utility;
    if (!(await answered(host.paymentNotice(notice)))) time.after(AGAIN_MS, () => this.notice(notice));
  }

  /** An entry of the bank's book changed. */
  moved({ id }: Entry): void {
    this.#agreedAt.delete(id);
    this.#open.add(id);
  }

  /** The database is an older copy: all that was not known to agree when it was made is compared now (X9). */
  async reconcile(since: number): Promise<void> {
    for (const [id, at] of this.#agreedAt) if (at >= since) this.#open.add(id);
    for (const id of this.#open) {
      this.#agreedAt.delete(id);
      await this.#compare(id, 'after a restore');
    }
    for (const port of [CARD, DEBIT]) await this.#reconciled(port);
  }

  /** Until a host has taken it, no value leaves; it does so when all that was under way has arrived at the bank. */
  async #reconciled(port: string): Promise<void> {
    const { time, host } = this.#utility;
    for (const id of this.#open) await this.#compare(id, 'after a restore');
    if (!(await answered(host.reconciled(port)))) time.after(RECONCILED_AGAIN_MS, () => this.#reconciled(port));
  }

  async #ask(asked: PaymentAsked): Promise<void> {
    await this.#bank.during(async () => {
      const { time, host } = this.#utility;
      if (!(await answered(host.pay(asked)))) time.after(AGAIN_MS, () => this.#ask(asked));
    });
  }

  async #void(id: string): Promise<object | undefined> {
    const { time, host } = this.#utility;
    const voided = await answerOf(host.voidOrder(`payment:${id}`));
    if (voided === undefined) time.after(AGAIN_MS, async () => void (await this.#void(id)));
    return voided;
  }

  /** One payment in the books beside the bank's entry: the books are told what they miss. */
  async #compare(id: string, when: 'in time' | 'after a restore'): Promise<void> {
    const entry = this.#bank.book.get(id);
    const { time, host } = this.#utility;
    const payment = await answerOf(host.payment(id));
    const again = () => time.after(AGAIN_MS, () => this.#compare(id, when));
    if (payment === undefined || ('reason' in payment && payment.reason !== 'payment-unknown')) return again();
    const state = 'reason' in payment ? undefined : payment.state;
    if (agree(entry, state)) {
      this.#open.delete(id);
      this.#agreedAt.set(id, time.now);
      return;
    }
    if (entry === undefined) return;
    const { port } = entry;
    const waits =
      state === 'pending' || (state === 'asked' && when === 'after a restore' && this.#random.chance(1 / 2));
    if (state === undefined && entry.approval !== '') await this.#askAgain(entry);
    else if (waits && entry.state !== 'pending') {
      const outcome = authorisationOf(entry, port);
      if (outcome.outcome !== 'pending') await this.notice({ port, id, outcome });
    } else if (state === 'pending') {
      if (this.#faults.strikes('payment-cancelled', id)) await answered(host.cancelPayment(id));
    } else if ((entry.state === 'back' || entry.state === 'returned') && isSold(state)) {
      // What is not in its meter yet need not go there.
      const voided = entry.state === 'back' && state === 'approved' ? await this.#void(id) : SETTLED;
      if (voided !== undefined && 'reason' in voided && voided.reason === 'order-settled') {
        await this.notice({ port, id, outcome: { outcome: 'returned', sentence: `The bank says: ${entry.state}.` } });
      }
    }
  }

  /** Books that forgot it are asked for it once more; where nobody lives any more who paid, the money goes back. */
  async #askAgain(entry: Entry): Promise<void> {
    const asked = this.#askedFor(entry);
    await this.#ask(asked);
    const { id, meter } = asked;
    // Books that forgot that somebody has moved in hear of that first.
    if (meter === undefined || this.#isMoving(meter) !== false) return;
    const { host } = this.#utility;
    const [payment, there] = [await answerOf(host.payment(id)), await answerOf(host.meter(meter))];
    if (payment === undefined || there === undefined || !('reason' in payment) || 'reason' in there) return;
    // Until a meter has told its receipts its value may be in it.
    const { state, queryWanted, freeze } = there.purse;
    if (state === 'open' || queryWanted || freeze !== undefined) return;
    const { now } = this.#utility.time;
    const since = this.#refusedSince.get(id) ?? now;
    this.#refusedSince.set(id, since);
    if (now - since >= REFUSED_MS) this.#bank.letsGo(id);
  }

  /** As it was asked for before; what nobody asked for is a contract's. */
  #askedFor({ id, amount, port }: Entry): PaymentAsked {
    const asked = this.#asked.get(id);
    if (asked !== undefined) return asked;
    const meter = Number(/^auto:(\d+):/.exec(id)?.[1]);
    return { id, meter, paid: amount, port, instrument: instrumentOf(port, meter) };
  }
}

const SETTLED = { reason: 'order-settled' } as const;

const instrumentOf = (port: string, meter: number) =>
  port === DEBIT
    ? ({ type: 'mandate', reference: `MANDATE ${meter}` } as const)
    : ({ type: 'token', token: `card of ${meter}` } as const);

/** A full disk is tried again with the next interval. */
const settlePayments = (services: HostServices): Promise<void> =>
  services.settlePayments().catch((error) => {
    if (!(error instanceof StoreError)) throw error;
  });

/** What a host answered, if it lived to. */
async function answerOf<T extends object>(answer: Promise<T>): Promise<T | undefined> {
  return (await answered(answer)) ? answer : undefined;
}

const isSold = (state: Payment['state'] | undefined): boolean =>
  state === 'approved' || state === 'capturing' || state === 'captured' || state === 'stuck';

/** Whether both sides have come to their end, and to the same. */
export function agree(entry: Entry | undefined, state: Payment['state'] | undefined): boolean {
  const isNothing = state === undefined || state === 'declined' || state === 'reversed';
  if (entry === undefined) return state === undefined;
  if (entry.isLetGo && isNothing) return true;
  if (entry.state === 'taken') return state === 'captured';
  if (entry.state === 'returned') return state === 'returned';
  // What was approved once may have been sold for before the books forgot it.
  if (entry.state === 'back') return state === undefined ? entry.approval === '' : isNothing || state === 'returned';
  return entry.state === 'refused' && isNothing;
}
