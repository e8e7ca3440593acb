import { Temporal } from 'temporal-polyfill';
import { toHex } from '../bytes/index.ts';
import { Command } from '../exchange/index.ts';
import {
  BANK_DATA_BYTES_MAX,
  type CardPaymentAnswerOfBank,
  CardPaymentEnd,
  type CardPaymentStanding,
  type CardToBank,
  decodeCardPaymentTold,
  EventKind,
  type EventRecord,
  encodeCardPaymentCommand,
  isRecordFailure,
  PAYMENT_REFERENCE_BYTES,
  type PaymentApplication,
  Result,
} from '../records/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { queueCommand } from './command-queue.ts';
import { isFailure, orStoreFailure } from './failures.ts';
import { cancelPayment, type PaymentAnswered, type Payments } from './payments.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { termsOf } from './terms.ts';
import { type ControlCommand, Lane, type Meter } from './types.ts';
import { wake } from './work.ts';

/** What the slots of this host's meters take payment cards as, and through whom their banks are asked. */
export interface SlotTerminal {
  /** One of the payment ports, of cards. */
  readonly port: string;
  /** 8 letters or digits, as the acquirer gave it for all slots together. */
  readonly identification: string;
  /** ISO 3166 numeric. */
  readonly country: number;
  /** 1 to 8. */
  readonly applications: readonly PaymentApplication[];
}

export const CARD_PAYMENT_SLOT = 'card-payment';
const SALES_COUNTED = 99_999_999;
const UNPREDICTABLE_BYTES = 4;
/** Whoever stands before a meter has gone by then, whatever its card still does. */
const GIVEN_UP_MS = 600_000;

/** A payment at a meter as this process knows it: what a crash loses is given back, by card and bank alike. */
interface Sale {
  readonly meter: Meter;
  readonly reference: Uint8Array;
  readonly amount: number;
  /** Until its bank is asked; nobody keeps it after that. */
  card: CardToBank | undefined;
  answer: Omit<CardPaymentAnswerOfBank, 'op' | 'reference'> | undefined;
}

/** A payment of a slot: whoever hears of the same reference again means the same payment. */
const paymentOf = (reference: Uint8Array): string => `slot-${toHex(reference)}`;

/**
 * Payment cards in the slots of meters (0x25): the meter has the terminal, this host asks the card's bank, and what the
 * card said last decides. The payment is one like any other, named by the reference that the meter holds: a host that
 * takes over finds it, tells the meter that nobody answered, and gives back; one that hears of TC sells, once.
 */
export class SlotPayments {
  readonly #ports: HostPorts;
  readonly #zone: string;
  readonly #payments: Payments;
  readonly #sales = new Map<Svpmsn, Sale>();

  constructor(ports: HostPorts, zone: string, payments: Payments) {
    this.#ports = ports;
    this.#zone = zone;
    this.#payments = payments;
  }

  /** Somebody keyed an amount in, says an event. Whoever could say so falsely has a meter asked in vain, and no more. */
  async takeEvents(tx: StoreTransaction, meter: Meter, news: readonly EventRecord[], now: Milliseconds): Promise<void> {
    if (this.#ports.slotTerminal === undefined) return;
    if (!news.some(({ kind }) => kind === EventKind.cardPaymentAsked)) return;
    const command = { slot: CARD_PAYMENT_SLOT, h: Command.cardPayment, body: new Uint8Array(0), version: 0 };
    await queueCommand(tx, meter, command, now);
  }

  /** M3 as it leaves: what the bank said, where it has, and else how a sale begins; whoever has begun tells how it stands. */
  async third(tx: StoreReads, { svpmsn }: Meter, now: Milliseconds): Promise<Uint8Array | undefined> {
    const terminal = this.#ports.slotTerminal;
    if (terminal === undefined) return undefined;
    const sale = this.#sales.get(svpmsn);
    if (sale?.answer !== undefined) {
      return encodeCardPaymentCommand({ op: 'answer', reference: sale.reference, ...sale.answer });
    }
    const { currency } = await termsOf(tx);
    const { port: _, ...known } = terminal;
    return encodeCardPaymentCommand({
      ...{ op: 'begin', ...known, currency: currency.number, exponent: currency.exponent },
      reference: this.#draw(PAYMENT_REFERENCE_BYTES),
      unpredictable: this.#draw(UNPREDICTABLE_BYTES),
      counter: 1 + (Math.floor(now / 1000) % SALES_COUNTED),
      ...localTime(now, this.#zone),
    });
  }

  /** Books M4; whether it came to its end. If not, the meter is asked again soon. */
  async settle(
    tx: StoreTransaction,
    meter: Meter,
    { sent, answer }: { readonly sent: ControlCommand; readonly answer: Uint8Array },
    now: Milliseconds,
  ): Promise<boolean> {
    const told = decodeCardPaymentTold(answer);
    if (isRecordFailure(told)) return this.#over(tx, meter, { sent, result: Result.bodyNotUnderstood }, now);
    const { head, payment } = told;
    const wasKnown = this.#sales.has(meter.svpmsn);
    const isUnknown = await this.#forgetOthers(tx, meter, payment, now);
    // It was told what a bank said to another: whether it waits for the beginning of one is asked next.
    if (payment.state === 'none' && wasKnown) return false;
    if (head.result !== Result.done || payment.state === 'none') {
      return this.#over(tx, meter, { sent, result: head.result }, now);
    }
    if (payment.state === 'ended') {
      await this.#ended(tx, meter, payment, now);
      return this.#over(tx, meter, { sent, result: head.result }, now);
    }
    if (payment.state === 'bank-wanted' && isUnknown) {
      const { reference, amount, card } = payment;
      this.#sales.set(meter.svpmsn, { meter, reference, amount, card, answer: undefined });
    }
    if (now < sent.orderedAt + GIVEN_UP_MS) return false;
    return this.#over(tx, meter, { sent, result: head.result }, now);
  }

  /** Asks the banks of those who wait for it; it waits for their answers, and wakes the meters' lines. */
  async serve(): Promise<void> {
    const terminal = this.#ports.slotTerminal;
    if (terminal === undefined) return;
    await Promise.all([...this.#sales.values()].map((sale) => this.#ask(sale, terminal.port)));
  }

  async #ask(sale: Sale, port: string): Promise<void> {
    const { card, meter, reference, amount: paid } = sale;
    if (card === undefined) return;
    sale.card = undefined;
    const { pan, expiry, sequence, track2, data } = card;
    const chip = { data, ...(sequence !== undefined && { sequence }), ...(track2 !== undefined && { track2 }) };
    const asked = { id: paymentOf(reference), meter: meter.svpmsn, paid, port };
    const payment = await this.#payments.pay({ ...asked, instrument: { type: 'card', pan, expiry, chip } });
    sale.answer = isFailure(payment) ? UNANSWERED : answerIn(payment);
    const { store, clock } = this.#ports;
    // Where that fails the meter is asked again soon anyway.
    await orStoreFailure(store.transaction((tx) => wake(tx, [meter], Lane.control, clock.now()).then(() => WOKEN)));
  }

  /** What the meter says of another payment, or of none, ends the one that is known. Whether what it says is new. */
  async #forgetOthers(
    tx: StoreTransaction,
    meter: Meter,
    payment: CardPaymentStanding,
    now: Milliseconds,
  ): Promise<boolean> {
    const sale = this.#sales.get(meter.svpmsn);
    if (sale === undefined) return true;
    if (payment.state !== 'none' && toHex(payment.reference) === toHex(sale.reference)) return false;
    this.#sales.delete(meter.svpmsn);
    await this.#giveBack(tx, meter, sale.reference, now);
    return true;
  }

  async #ended(
    tx: StoreTransaction,
    meter: Meter,
    { reference, end }: Extract<CardPaymentStanding, { state: 'ended' }>,
    now: Milliseconds,
  ): Promise<void> {
    this.#sales.delete(meter.svpmsn);
    if (end !== CardPaymentEnd.approved) return this.#giveBack(tx, meter, reference, now);
    // A meter ends no payment but those for itself.
    if (await isOf(tx, meter, reference)) {
      await this.#payments.chipSaidIn(tx, { id: paymentOf(reference), outcome: 'approved' });
    }
  }

  /** Whether its bank was asked, has answered, or is being asked now. */
  async #giveBack(tx: StoreTransaction, meter: Meter, reference: Uint8Array, now: Milliseconds): Promise<void> {
    if (!(await isOf(tx, meter, reference))) return;
    const id = paymentOf(reference);
    const said = await this.#payments.chipSaidIn(tx, { id, outcome: 'declined' });
    if (!isFailure(said) && said.state === 'asked') await cancelPayment(tx, id, now);
  }

  async #over(
    tx: StoreTransaction,
    meter: Meter,
    { sent, result }: { readonly sent: ControlCommand; readonly result: Result },
    now: Milliseconds,
  ): Promise<boolean> {
    const row = await tx.command(meter.svpmsn, sent.slot);
    // Meanwhile somebody keyed another amount in: that one is asked for next.
    if (row?.sequence !== sent.sequence || row.state !== 'waiting') return true;
    const state = result === Result.done ? 'done' : 'refused';
    await tx.putCommand({ ...row, state, result, settledAt: now });
    return true;
  }

  #draw(bytes: number): Uint8Array {
    const drawn = new Uint8Array(bytes);
    this.#ports.randomness.fill(drawn);
    return drawn;
  }
}

const WOKEN = {};
const UNANSWERED = { outcome: 'unanswered', code: '00', data: new Uint8Array(0) } as const;

/** As the chip is told it: what its bank did not say to it itself nobody has answered. */
function answerIn({ state, chip }: PaymentAnswered): NonNullable<Sale['answer']> {
  const isTrue = state === 'asked' || state === 'declined';
  if (chip === undefined || !isTrue || (chip.data?.length ?? 0) > BANK_DATA_BYTES_MAX) return UNANSWERED;
  const outcome = state === 'asked' ? 'approved' : 'declined';
  return { outcome, code: chip.code, data: chip.data ?? new Uint8Array(0) };
}

async function isOf(tx: StoreReads, { svpmsn }: Meter, reference: Uint8Array): Promise<boolean> {
  const [payment] = await tx.payments.of([paymentOf(reference)]);
  return payment?.svpmsn === svpmsn;
}

/** By the clock on the walls of the utility. */
function localTime(now: Milliseconds, zone: string): { readonly date: string; readonly time: string } {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDateTime().toString();
  const digits = local.replaceAll(/[-:]/g, '');
  return { date: digits.slice(2, 8), time: `${digits.slice(9)}000000`.slice(0, 6) };
}
