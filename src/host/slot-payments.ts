import { Temporal } from 'temporal-polyfill';
import { equalBytes, toHex } from '../bytes/index.ts';
import { Command } from '../exchange/index.ts';
import {
  BANK_DATA_BYTES_MAX,
  type CardPaymentAnswerOfBank,
  CardPaymentEnd,
  type CardPaymentStanding,
  type CardToBank,
  decodeCardPaymentCommand,
  decodeCardPaymentTold,
  EventKind,
  type EventRecord,
  encodeCardPaymentCommand,
  isRecordFailure,
  PAYMENT_REFERENCE_BYTES,
  type PaymentApplication,
  Result,
} from '../records/index.ts';
import { assertNever, type Milliseconds, type Svpmsn } from '../units/index.ts';
import { queueCommand } from './command-queue.ts';
import { isFailure, orStoreFailure } from './failures.ts';
import { cancelPayment, isHeld, type PaymentAnswered, type Payments } from './payments.ts';
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

const CARD_PAYMENT_SLOT = 'card-payment';
/**
 * The version of a command that had not come to its end when another amount was keyed in: when it has, that one is asked
 * for. Its bank may answer only then.
 */
const KEYED_SINCE = 1;
const SALES_COUNTED = 99_999_999;
const UNPREDICTABLE_BYTES = 4;
/** From an approval that leaves to the end that the card gives it: for less a meter is told that nobody answered. */
const CARD_AND_LINE_MS = 20_000;
/** Whoever stands before a meter has gone by then, whatever its card still does. */
const GIVEN_UP_MS = 600_000;

/** A payment whose bank this process is to ask; the next to hear of it asks, where a crash loses it. */
interface Sale {
  readonly meter: Meter;
  /** Of the command by which it was heard of. */
  readonly sequence: number;
  readonly reference: Uint8Array;
  readonly amount: number;
  readonly card: CardToBank;
}

/** A payment of a slot: whoever hears of the same reference again means the same payment. */
const paymentOf = (reference: Uint8Array): string => `slot-${toHex(reference)}`;

/**
 * Payment cards in the slots of meters (0x26): the meter has the terminal, a host asks the card's bank, and what the
 * card said last decides. The payment is one like any other, named by the reference that the meter holds: whichever host
 * hears of it first asks, and what the bank said stands in the command until the meter has told how it ended, so that
 * each of several hosts can go on with it. Where the one that asked died, the money goes back after a while, and the
 * meter is told that nobody answered. Whoever hears of TC sells, once.
 */
export class SlotPayments {
  readonly #ports: HostPorts;
  readonly #zone: string;
  readonly #payments: Payments;
  /** By meter, until their banks are asked. */
  readonly #sales = new Map<Svpmsn, Sale>();
  /** Of the next of them. */
  #came = Promise.withResolvers<void>();

  constructor(ports: HostPorts, zone: string, payments: Payments) {
    this.#ports = ports;
    this.#zone = zone;
    this.#payments = payments;
  }

  /** Somebody keyed an amount in, says an event. Whoever could say so falsely has a meter asked in vain, and no more. */
  async takeEvents(tx: StoreTransaction, meter: Meter, news: readonly EventRecord[], now: Milliseconds): Promise<void> {
    if (this.#ports.slotTerminal === undefined) return;
    if (!news.some(({ kind }) => kind === EventKind.cardPaymentAsked)) return;
    const row = await tx.command(meter.svpmsn, CARD_PAYMENT_SLOT);
    const isGoingOn = row?.state === 'waiting';
    const said = isGoingOn ? { body: row.body, version: KEYED_SINCE } : { body: NOTHING, version: 0 };
    await queueCommand(tx, meter, { slot: CARD_PAYMENT_SLOT, h: Command.cardPayment, ...said }, now);
  }

  /** M3 as it leaves: what the bank said, where it has, and else how a sale begins; whoever has begun tells how it stands. */
  async third(tx: StoreReads, { svpmsn }: Meter, now: Milliseconds): Promise<Uint8Array | undefined> {
    const terminal = this.#ports.slotTerminal;
    const row = await tx.command(svpmsn, CARD_PAYMENT_SLOT);
    if (row === undefined) return undefined;
    if (row.body.length > 0) return answerNow(tx, row, now);
    // It was queued before this host was told to take no cards there: that nobody answers ends it.
    if (terminal === undefined) return bodyOf(new Uint8Array(PAYMENT_REFERENCE_BYTES), UNANSWERED);
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
    const result = isRecordFailure(told) ? Result.bodyNotUnderstood : told.head.result;
    if (isRecordFailure(told) || result !== Result.done) return over(tx, meter, { sent, result }, now);
    const { payment } = told;
    const row = await tx.command(meter.svpmsn, sent.slot);
    const answered = row === undefined ? undefined : referenceIn(row);
    const named = payment.state === 'none' ? undefined : payment.reference;
    if (answered !== undefined && !isSame(answered, named)) {
      // What was said to that one is said in vain: whether another waits for its beginning is asked next.
      await this.#giveBack(tx, meter, answered, now);
      await tx.putCommand({ ...(row as ControlCommand), body: NOTHING });
      return false;
    }
    switch (payment.state) {
      case 'none':
        return over(tx, meter, { sent, result }, now);
      case 'ended':
        await this.#ended(tx, meter, payment, now);
        if (row?.version === KEYED_SINCE && answered !== undefined) {
          await tx.putCommand({ ...row, body: NOTHING, version: 0 });
          return false;
        }
        return over(tx, meter, { sent, result }, now);
      case 'bank-wanted':
        if (answered === undefined) await this.#wanted(tx, meter, { sent, payment });
        break;
      case 'working':
        break;
      default:
        assertNever(payment);
    }
    return now >= sent.orderedAt + GIVEN_UP_MS && over(tx, meter, { sent, result }, now);
  }

  /**
   * Asks the banks of those who wait for it, and of those who come meanwhile, until it is stopped; it waits for their
   * answers, and wakes the meters' lines.
   */
  async serve(stopped?: AbortSignal): Promise<void> {
    const { slotTerminal } = this.#ports;
    if (slotTerminal === undefined) return;
    const asking = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for (;;) {
      for (const sale of stopped?.aborted === true ? [] : this.#sales.values()) {
        const asked: Promise<void> = this.#ask(sale, slotTerminal.port)
          .catch((error) => {
            failures.push(error);
          })
          .finally(() => asking.delete(asked));
        asking.add(asked);
      }
      this.#sales.clear();
      if (asking.size === 0) return;
      // A bank may take a minute: nobody at another meter waits for it.
      await Promise.race([...asking, this.#came.promise]);
      if (failures.length > 0) throw failures[0];
    }
  }

  async #ask(sale: Sale, port: string): Promise<void> {
    const { meter, reference, amount: paid, card } = sale;
    const { pan, expiry, sequence, track2, data } = card;
    const chip = { data, ...(sequence !== undefined && { sequence }), ...(track2 !== undefined && { track2 }) };
    const asked = { id: paymentOf(reference), meter: meter.svpmsn, paid, port };
    const payment = await this.#payments.pay({ ...asked, instrument: { type: 'card', pan, expiry, chip } });
    // Another host asks, and has not heard yet.
    if (!isFailure(payment) && payment.state === 'asked' && payment.chip === undefined) return;
    const said = isFailure(payment) ? UNANSWERED : answerIn(payment);
    const { store, clock } = this.#ports;
    // Where that fails nobody answered, as far as the meter hears.
    await orStoreFailure(store.transaction((tx) => this.#tell(tx, sale, said, clock.now())));
  }

  /** What the bank said goes to the meter at once; of a payment that is over there it goes back. */
  async #tell(
    tx: StoreTransaction,
    { meter, reference, sequence }: Sale,
    said: Said,
    now: Milliseconds,
  ): Promise<void> {
    const row = await tx.command(meter.svpmsn, CARD_PAYMENT_SLOT);
    // The command by which it was heard of came to its end, and this one is of another.
    const isNext = row?.sequence !== sequence && row?.version !== KEYED_SINCE;
    if (row?.state !== 'waiting' || isNext) return this.#giveBack(tx, meter, reference, now);
    const answered = referenceIn(row);
    if (answered !== undefined && !equalBytes(answered, reference)) {
      const isLater = await isLaterThan(tx, reference, answered);
      await this.#giveBack(tx, meter, isLater ? answered : reference, now);
      if (!isLater) return;
    }
    await tx.putCommand({ ...row, body: bodyOf(reference, said) });
    await wake(tx, [meter], Lane.control, now);
  }

  /** The bank is asked by whoever hears of it first; what became of the payment since is what the meter is told. */
  async #wanted(
    tx: StoreTransaction,
    meter: Meter,
    { sent, payment }: { readonly sent: ControlCommand; readonly payment: BankWanted },
  ): Promise<void> {
    const { reference, amount, card } = payment;
    const [known] = await tx.payments.of([paymentOf(reference)]);
    if (this.#ports.slotTerminal === undefined) return;
    if (known === undefined) {
      this.#sales.set(meter.svpmsn, { meter, sequence: sent.sequence, reference, amount, card });
      this.#came.resolve();
      this.#came = Promise.withResolvers();
    } else if (known.state !== 'asked') {
      const row = await tx.command(meter.svpmsn, sent.slot);
      if (row?.state === 'waiting') await tx.putCommand({ ...row, body: bodyOf(reference, UNANSWERED) });
    }
  }

  async #ended(
    tx: StoreTransaction,
    meter: Meter,
    { reference, end }: Extract<CardPaymentStanding, { state: 'ended' }>,
    now: Milliseconds,
  ): Promise<void> {
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

  #draw(bytes: number): Uint8Array {
    const drawn = new Uint8Array(bytes);
    this.#ports.randomness.fill(drawn);
    return drawn;
  }
}

type BankWanted = Extract<CardPaymentStanding, { state: 'bank-wanted' }>;
type Said = Omit<CardPaymentAnswerOfBank, 'op' | 'reference'>;

const NOTHING = new Uint8Array(0);
const UNANSWERED: Said = { outcome: 'unanswered', code: '00', data: NOTHING };

/** As the chip is told it: what its bank did not say to it itself nobody has answered. */
function answerIn({ state, chip }: PaymentAnswered): Said {
  const isTrue = state === 'asked' || state === 'declined';
  if (chip === undefined || !isTrue || (chip.data?.length ?? 0) > BANK_DATA_BYTES_MAX) return UNANSWERED;
  return { outcome: state === 'asked' ? 'approved' : 'declined', code: chip.code, data: chip.data ?? NOTHING };
}

const bodyOf = (reference: Uint8Array, said: Said): Uint8Array =>
  encodeCardPaymentCommand({ op: 'answer', reference, ...said });

/** The payment to which something is to be said, where that stands in the command. */
function referenceIn({ body }: ControlCommand): Uint8Array | undefined {
  const command = body.length === 0 ? undefined : decodeCardPaymentCommand(body);
  return command === undefined || isRecordFailure(command) ? undefined : command.reference;
}

/** What the bank said, as long as it can hold until the card has heard it: else its money goes back, and the card must know. */
async function answerNow(tx: StoreReads, { body }: ControlCommand, now: Milliseconds): Promise<Uint8Array> {
  const command = decodeCardPaymentCommand(body);
  if (isRecordFailure(command) || command.op !== 'answer' || command.outcome !== 'approved') return body;
  const [payment] = await tx.payments.of([paymentOf(command.reference)]);
  const holds = payment !== undefined && isHeld(payment) && now + CARD_AND_LINE_MS <= payment.dueAt;
  return holds ? body : bodyOf(command.reference, UNANSWERED);
}

const isSame = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && equalBytes(a, b);

/** What the bank said stands there no longer. */
async function over(
  tx: StoreTransaction,
  meter: Meter,
  { sent, result }: { readonly sent: ControlCommand; readonly result: Result },
  now: Milliseconds,
): Promise<boolean> {
  const row = await tx.command(meter.svpmsn, sent.slot);
  // Meanwhile somebody keyed another amount in: that one is asked for next.
  if (row?.sequence !== sent.sequence || row.state !== 'waiting') return true;
  const state = result === Result.done ? 'done' : 'refused';
  await tx.putCommand({ ...row, body: NOTHING, state, result, settledAt: now });
  return true;
}

async function isOf(tx: StoreReads, { svpmsn }: Meter, reference: Uint8Array): Promise<boolean> {
  const [payment] = await tx.payments.of([paymentOf(reference)]);
  return payment?.svpmsn === svpmsn;
}

/** Of two payments at one meter the later alone is not over: it began when the other had ended. */
async function isLaterThan(tx: StoreReads, reference: Uint8Array, other: Uint8Array): Promise<boolean> {
  const [payment, before] = await tx.payments.of([paymentOf(reference), paymentOf(other)]);
  return (payment?.at ?? 0) > (before?.at ?? 0);
}

/** By the clock on the walls of the utility. */
function localTime(now: Milliseconds, zone: string): { readonly date: string; readonly time: string } {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDateTime().toString();
  const digits = local.replaceAll(/[-:]/g, '');
  return { date: digits.slice(2, 8), time: `${digits.slice(9)}000000`.slice(0, 6) };
}
