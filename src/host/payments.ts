import { assertNever, type Milliseconds } from '../units/index.ts';
import { amountFault, fail, isFailure, orStoreFailure, textFault } from './failures.ts';
import type { Authorisation, ChipAnswer, Completion, Instrument, PaymentRequest } from './payment-port.ts';
import { giveBackFor, isPaidFor, oweFor, paidFor, sellFor, standingOf, whereIsValue } from './payment-sale.ts';
import type { HostPorts, PaymentWay, StoreReads, StoreTransaction } from './ports.ts';
import { pageOfValues } from './shelf-pages.ts';
import type { OrderedQuery } from './shelf-port.ts';
import { termsOf } from './terms.ts';
import type { HostFailure, Payment, PaymentState, SaleTarget } from './types.ts';
import type { ValueHold } from './value-hold.ts';
import { paymentChanged } from './webhooks.ts';
import { type Act, witnessed } from './witness.ts';
import { backOff } from './work.ts';

/** A port that has not answered by then is taken as one that never will: the money goes back. */
const ASKED_MS = 120_000;
/** Whoever is at a payment has it to himself for so long. */
const CLAIMED_MS = 120_000;
/** A chip has so long to say what it makes of its bank's approval; then the money goes back. */
const CHIP_MS = 60_000;
const TRACE_MAX = 999_999;
const AT_ONCE_MAX = 32;
const MS_PER_DAY = 86_400_000;

export type PaymentAsked = SaleTarget & {
  /** Whoever pays gives it; the same id twice is the same payment. */
  readonly id: string;
  /** Minor units of the currency, 1 to u32. */
  readonly paid: number;
  /** The name of one of the host's payment ports. */
  readonly port: string;
  readonly instrument: Instrument;
};

/** A payment as it stands, and, once, what the bank of a card says to its chip. */
export interface PaymentAnswered extends Payment {
  readonly chip?: ChipAnswer;
}

/** What the chip of a card said last: that it is paid (TC), or not (AAC, or it was pulled before). */
export interface ChipSaid {
  readonly id: string;
  readonly outcome: 'approved' | 'declined';
}

/** What a port tells later of a payment that was pending. It may come twice, late, or for nothing. */
export interface PaymentNotice {
  readonly port: string;
  readonly id: string;
  readonly outcome:
    | Exclude<Authorisation, { readonly outcome: 'pending' | 'unknown' }>
    /** Whoever paid took it back: a direct debit that was returned, a charge that was disputed. */
    | { readonly outcome: 'returned'; readonly sentence: string };
}

/**
 * Money from outside becomes value, once: authorised, sold, and captured when the value is in the meter, or as soon as
 * it is sold for a card; what is never stored, and what nobody knows the end of, is given back. Each step is stored
 * before the next is asked for, and every call of a port may be repeated, so that a host that dies at any point leaves
 * one outcome.
 */
export class Payments {
  readonly #ports: HostPorts;
  readonly #zone: string;
  readonly #hold: ValueHold;

  constructor(ports: HostPorts, zone: string, hold: ValueHold) {
    this.#ports = ports;
    this.#zone = zone;
    this.#hold = hold;
  }

  /**
   * Asks for the money, and sells when it is there. The payment is answered as it stands then. One by a chip is
   * approved by its bank first, and waits, still asked, until `chipSaid`: until then nothing is sold.
   */
  async pay(asked: PaymentAsked, act?: Act): Promise<PaymentAnswered | HostFailure> {
    const way = this.#ports.payments?.get(asked.port);
    if (way === undefined) {
      return fail('payment-port-unknown', `Nobody takes money here as "${asked.port}": choose another way to pay.`);
    }
    const begun = await orStoreFailure(this.#ports.store.transaction((tx) => this.#begin(tx, asked, way, act)));
    if ('reason' in begun) return begun;
    if (!begun.isNew) return begun.payment;
    const outcome = await way.port.authorise(await this.#request(begun.payment), asked.instrument);
    const isByChip = asked.instrument.type === 'card' && asked.instrument.chip !== undefined;
    const payment = await orStoreFailure(
      this.#ports.store.transaction((tx) =>
        isByChip && outcome.outcome === 'approved'
          ? this.#held(tx, asked.id, outcome)
          : this.#answered(tx, asked.id, outcome),
      ),
    );
    if ('reason' in payment || !('chip' in outcome) || outcome.chip === undefined) return payment;
    // A chip that heard of an approval which holds no more would take itself for paid with.
    const isTrue = outcome.outcome === 'approved' ? isHeld(payment) : payment.state === 'declined';
    return isTrue ? { ...payment, chip: outcome.chip } : payment;
  }

  /** The end of a payment by chip. What does not wait for its chip is answered as it stands. */
  async chipSaid(said: ChipSaid, act?: Act): Promise<Payment | HostFailure> {
    return orStoreFailure(this.#ports.store.transaction((tx) => this.chipSaidIn(tx, said, act)));
  }

  /** The same beside what else is booked at once. */
  async chipSaidIn(tx: StoreTransaction, { id, outcome }: ChipSaid, act?: Act): Promise<Payment | HostFailure> {
    const [payment] = await tx.payments.of([id]);
    if (payment === undefined) return paymentUnknown(id);
    if (!isHeld(payment)) return payment;
    return witnessed(tx, act, async () => {
      const { approval, shown } = payment;
      if (outcome === 'approved') {
        return this.#put(tx, await this.#next(tx, payment, { outcome, approval, shown: shown ?? '' }));
      }
      const why = 'The card did not agree to what its bank had approved.';
      return this.#put(tx, { ...payment, state: 'reversing', why, dueAt: this.#ports.clock.now(), attempts: 0 });
    });
  }

  async notice({ port, id, outcome }: PaymentNotice): Promise<Payment | HostFailure> {
    return orStoreFailure(
      this.#ports.store.transaction(async (tx) => {
        const [payment] = await tx.payments.of([id]);
        if (payment?.port !== port) return paymentUnknown(id);
        return outcome.outcome === 'returned'
          ? this.#returned(tx, payment, outcome.sentence)
          : this.#answered(tx, id, outcome);
      }),
    );
  }

  /**
   * Goes on with everything that is due: looks after orders, captures and reverses. Nothing is, while the books were put
   * back and not compared with each port (X9).
   * @throws StoreError; it may be called again
   */
  async settle(): Promise<void> {
    const { store } = this.#ports;
    for (const payment of await store.transaction((tx) => this.#claimDue(tx))) {
      const way = this.#ports.payments?.get(payment.port);
      if (way === undefined) continue;
      const request = await this.#request(payment);
      const completion =
        payment.state === 'capturing'
          ? await way.port.capture(request, payment.approval ?? '')
          : await way.port.reverse(request, payment.approval);
      await store.transaction((tx) => this.#completed(tx, payment, completion));
    }
  }

  async #begin(
    tx: StoreTransaction,
    asked: PaymentAsked,
    { method }: PaymentWay,
    act: Act | undefined,
  ): Promise<{ readonly payment: Payment; readonly isNew: boolean } | HostFailure> {
    const { id, paid, port } = asked;
    const fault = textFault('order-id-wrong', "A payment's id", id, ID_MAX) ?? amountFault(paid);
    if (fault !== undefined) return fault;
    const [before] = await tx.payments.of([id]);
    if (before !== undefined) {
      const same = isPaidFor(before, asked) && before.paid === paid && before.port === port;
      return same
        ? { payment: before, isNew: false }
        : fail('payment-differs', `Payment "${id}" was given before with other contents: use a new id.`, { about: id });
    }
    const now = this.#ports.clock.now();
    const to = await paidFor(tx, { ...asked, method }, this.#zone, now);
    if (isFailure(to)) return to;
    const counted = ((await tx.fact(`trace ${port}`)) ?? 0) + 1;
    await tx.setFact(`trace ${port}`, counted);
    const payment: Payment = {
      id,
      port,
      method,
      trace: ((counted - 1) % TRACE_MAX) + 1,
      ...to,
      paid,
      at: now,
      state: 'asked',
      approval: undefined,
      approvalKey: undefined,
      shown: undefined,
      why: undefined,
      dueAt: (now + ASKED_MS) as Milliseconds,
      attempts: 0,
    };
    return witnessed(tx, act, async () => {
      await tx.payments.put([payment]);
      return { payment, isNew: true };
    });
  }

  async #answered(tx: StoreTransaction, id: string, outcome: Authorisation): Promise<Payment | HostFailure> {
    const [payment] = await tx.payments.of([id]);
    if (payment === undefined) return paymentUnknown(id);
    // A late or doubled answer changes nothing: what is to be given back is given back, whatever was approved.
    if (payment.state !== 'asked' && payment.state !== 'pending') return payment;
    return this.#put(tx, await this.#next(tx, payment, outcome));
  }

  /** Its bank approves, and its chip has not spoken yet. A host that dies here leaves a payment that is given back. */
  async #held(
    tx: StoreTransaction,
    id: string,
    { approval, shown }: Extract<Authorisation, { outcome: 'approved' }>,
  ): Promise<Payment | HostFailure> {
    const [payment] = await tx.payments.of([id]);
    if (payment === undefined) return paymentUnknown(id);
    if (payment.state !== 'asked') return payment;
    const dueAt = (this.#ports.clock.now() + CHIP_MS) as Milliseconds;
    return this.#put(tx, { ...payment, approval, shown, dueAt });
  }

  /** Whoever paid took it back, or was given it back by others than this host. */
  async #returned(tx: StoreTransaction, payment: Payment, why: string): Promise<Payment> {
    const { state } = payment;
    switch (state) {
      case 'asked':
      case 'pending':
        return this.#put(tx, await this.#unpaid(tx, payment, why));
      case 'approved':
      case 'capturing':
      case 'captured':
        return this.#put(tx, await this.#owed(tx, payment, why));
      case 'stuck': {
        if ((await standingOf(tx, payment)) === 'stands') return this.#put(tx, await this.#owed(tx, payment, why));
        await giveBackFor(tx, payment, this.#ports.clock.now());
        return this.#put(tx, { ...payment, state: 'reversed', why });
      }
      case 'reversing':
      case 'reversed':
      case 'declined':
      case 'returned':
        return payment;
      default:
        return assertNever(state);
    }
  }

  /** The value went where it was paid for. */
  async #owed(tx: StoreTransaction, payment: Payment, why: string): Promise<Payment> {
    await oweFor(tx, payment, this.#zone, this.#ports.clock.now());
    return { ...payment, state: 'returned', why };
  }

  /** No money comes of it. Books that a restore made forget what they sold for it have it owed; its meter decides. */
  async #unpaid(tx: StoreTransaction, payment: Payment, why: string): Promise<Payment> {
    const place = await whereIsValue(tx, payment);
    if (place === 'nowhere') return { ...payment, state: 'declined', why };
    if (place === 'unknown') {
      return { ...payment, state: 'reversing', why, dueAt: this.#ports.clock.now(), attempts: 0 };
    }
    const refused = await this.#sell(tx, payment);
    return refused === undefined ? this.#owed(tx, payment, why) : { ...payment, state: 'stuck', why: refused };
  }

  #sell(tx: StoreTransaction, payment: Payment): Promise<string | undefined> {
    return sellFor(tx, payment, this.#zone, this.#ports.clock.now());
  }

  async #next(tx: StoreTransaction, payment: Payment, outcome: Authorisation): Promise<Payment> {
    const now = this.#ports.clock.now();
    const to = (state: PaymentState, more: Partial<Payment> = {}): Payment => ({
      ...payment,
      state,
      dueAt: now,
      attempts: 0,
      ...more,
    });
    switch (outcome.outcome) {
      case 'pending':
        return to('pending', { shown: outcome.shown });
      case 'declined':
        return this.#unpaid(tx, payment, outcome.sentence);
      case 'unknown':
        return to('reversing', { why: outcome.sentence });
      case 'approved': {
        const { approval, shown } = outcome;
        const key = `${payment.port} ${Math.floor(payment.at / MS_PER_DAY)} ${approval}`;
        const isUsed = (await tx.payments.where('approvalKey', key)).length > 0;
        // What is there was sold for it, whatever else has its number since books forgot that.
        if (isUsed && (await whereIsValue(tx, payment)) !== 'there') {
          return to('reversing', { approval, shown, why: `Approval number ${approval} was used before.` });
        }
        const approvalKey = isUsed ? undefined : key;
        const why = await this.#sell(tx, payment);
        return to(why === undefined ? 'approved' : 'reversing', { approval, approvalKey, shown, why });
      }
      default:
        return assertNever(outcome);
    }
  }

  /** What is due and needs a port is this host's for a while; what only needs a look at its order has it here. */
  async #claimDue(tx: StoreTransaction): Promise<Payment[]> {
    if (await this.#hold.holds(tx)) return [];
    const now = this.#ports.clock.now();
    const dueAt = (now + CLAIMED_MS) as Milliseconds;
    const claimed: Payment[] = [];
    for (const state of ['asked', 'approved', 'capturing', 'reversing'] as const) {
      const due = (await tx.payments.where('state', state)).filter((payment) => payment.dueAt <= now);
      for (const payment of due.slice(0, AT_ONCE_MAX)) {
        const looked = await this.#looked(tx, payment);
        const needsPort = looked !== undefined && looked.state !== 'pending';
        const next = looked ?? this.#later(payment, now);
        await tx.payments.put([needsPort ? { ...next, dueAt } : next]);
        if (needsPort) claimed.push({ ...next, dueAt });
      }
    }
    return claimed;
  }

  /** How it goes on; nothing where it is not known yet. */
  async #looked(tx: StoreTransaction, payment: Payment): Promise<Payment | undefined> {
    const { state } = payment;
    if (state === 'capturing') return payment;
    if (state === 'asked' || state === 'reversing') {
      const place = await whereIsValue(tx, payment);
      if (place === 'unknown') return undefined;
      // It was sold for before the books forgot it: whoever took the money still knows the approval number.
      if (place === 'there') {
        const where = payment.purse === undefined ? 'in the meter' : 'on the card';
        return { ...payment, state: 'pending', why: `Its value is ${where} already.` };
      }
      if (state === 'reversing') return payment;
      return {
        ...payment,
        state: 'reversing',
        why: isHeld(payment) ? 'The card said nothing to the approval of its bank.' : 'Nobody answered in time.',
      };
    }
    switch (await standingOf(tx, payment)) {
      case 'stands':
        return { ...payment, state: 'capturing', attempts: 0 };
      case 'never-will': {
        const where = payment.purse === undefined ? 'in the meter' : 'on the card';
        return { ...payment, state: 'reversing', attempts: 0, why: `The value never was ${where}.` };
      }
      case 'waits':
        return undefined;
    }
  }

  async #completed(tx: StoreTransaction, { id, state }: Payment, completion: Completion): Promise<void> {
    const [payment] = await tx.payments.of([id]);
    if (payment?.state !== state) return;
    const now = this.#ports.clock.now();
    switch (completion.outcome) {
      case 'done':
        await this.#put(tx, { ...payment, state: state === 'capturing' ? 'captured' : 'reversed', dueAt: now });
        if (state === 'reversing') await giveBackFor(tx, payment, now);
        return;
      case 'refused':
        await this.#put(tx, { ...payment, state: 'stuck', why: completion.sentence });
        return;
      case 'unknown':
        await tx.payments.put([this.#later(payment, now)]);
        return;
      default:
        assertNever(completion);
    }
  }

  /** In a new state, of which whoever listens is told. */
  async #put(tx: StoreTransaction, payment: Payment): Promise<Payment> {
    await tx.payments.put([payment]);
    await paymentChanged(tx, payment, this.#ports.clock.now());
    return payment;
  }

  #later(payment: Payment, now: Milliseconds): Payment {
    const dueAt = (now + backOff(payment.attempts, this.#ports.randomness)) as Milliseconds;
    return { ...payment, dueAt, attempts: payment.attempts + 1 };
  }

  async #request({ id, trace, at, paid }: Payment): Promise<PaymentRequest> {
    const { currency } = await this.#ports.store.read(termsOf);
    return { id, trace, at, amount: paid, currency: currency.number };
  }
}

/** Approved by its bank, and waiting for its chip until it is due. */
export const isHeld = (payment: Payment): payment is Payment & { readonly approval: string } =>
  payment.state === 'asked' && payment.approval !== undefined;

/** Nobody waits for its answer any more. */
export async function cancelPayment(
  tx: StoreTransaction,
  id: string,
  now: Milliseconds,
): Promise<Payment | HostFailure> {
  const [payment] = await tx.payments.of([id]);
  if (payment === undefined) return paymentUnknown(id);
  if (payment.state === 'reversing' || payment.state === 'reversed' || payment.state === 'declined') return payment;
  if (payment.state !== 'pending' && payment.state !== 'asked') {
    return fail(
      'payment-settled',
      `Payment "${id}" is ${payment.state}: what was sold for it can be taken back instead.`,
      { about: payment.id },
    );
  }
  const cancelled: Payment = { ...payment, state: 'reversing', why: 'It was cancelled.', dueAt: now };
  await tx.payments.put([cancelled]);
  return cancelled;
}

/** Those that have not come to their end; of those whose value is in the meter there would be many. */
export const unsettledPayments = (tx: StoreReads, page: Omit<OrderedQuery, 'falling'>): Promise<Payment[]> =>
  pageOfValues(tx.payments, 'state', UNSETTLED, 'at', { falling: false, ...page });

export const UNSETTLED = ['asked', 'pending', 'approved', 'capturing', 'reversing', 'stuck'] as const;

/** Numbers that a restored database may have forgotten that it gave to other payments of the same day. */
const TRACES_FORGOTTEN_MAX = 100_000;

export async function skipTraces(tx: StoreTransaction, port: string): Promise<void> {
  const counted = (await tx.fact(`trace ${port}`)) ?? 0;
  await tx.setFact(`trace ${port}`, counted + TRACES_FORGOTTEN_MAX);
}

/** The id stands in fields of others, which are shorter than an order's. */
const ID_MAX = 64;

export const paymentUnknown = (id: string): HostFailure =>
  fail('payment-unknown', `There is no payment "${id}": check the id.`, { about: id });
