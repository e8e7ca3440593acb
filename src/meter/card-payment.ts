import { equalBytes } from '../bytes/index.ts';
import {
  beginEmv,
  type Emv,
  type EmvAuthorisation,
  type EmvCardData,
  type EmvEnd,
  type EmvStep,
  emvAuthorised,
  emvCardRemoved,
  emvReceive,
} from '../card/index.ts';
import {
  type AnswerHead,
  AttentionReason,
  type CardPaymentAnswerOfBank,
  type CardPaymentBegin,
  CardPaymentEnd,
  type CardPaymentStanding,
  decodeCardPaymentCommand,
  EventKind,
  encodeCardPaymentTold,
  isRecordFailure,
  Result,
} from '../records/index.ts';
import { assertNever } from '../units/index.ts';
import { recordEvent } from './event-log.ts';
import { type MoneyShown, moneyShown } from './money.ts';
import type { MeterOutputs } from './outputs.ts';
import type { InsertedCard, Meter } from './state.ts';

/**
 * A payment card in the meter's own slot (the seed's P-ATM). The terminal runs here, card and keypad beside it; the host
 * asks the card's bank, and sells when the card has agreed. What they say to each other is command 0x26, under the control
 * key, which no local unit has. The meter stores nothing of it: without power, and whenever the card is pulled before it
 * gave TC, nothing is paid, and the host gives back what was held. The value comes like any other, by a credit of its own.
 */
export interface SlotPayment {
  /** Minor units of the currency. */
  readonly amount: number;
  /** Another one that is put in has nothing to do with it. */
  readonly card: InsertedCard;
  /** How the one before ended, for a host that has not heard it: until this one begins. */
  before: Heard | undefined;
  /** When the host began it: from then on the display shows in turn what is paid, and what is waited for. */
  begunAt: number;
  /** A credit came over the line after it ended. */
  creditSince: boolean;
  state: /** For what a terminal must know; `until` by the oscillator. */
    | { readonly name: 'awaiting-host'; readonly until: number }
    | { readonly name: 'awaiting-card'; readonly reference: Uint8Array; readonly emv: Emv }
    | {
        readonly name: 'awaiting-bank';
        readonly reference: Uint8Array;
        readonly emv: Emv;
        readonly asked: EmvCardData;
        readonly until: number;
      }
    /** Kept for the host to hear, until somebody pays anew. No reference: it never began. */
    | { readonly name: 'ended'; readonly reference: Uint8Array | undefined; readonly end: CardPaymentEnd };
}

type Heard = Extract<CardPaymentStanding, { state: 'ended' }>;

/** Whoever stands before it waits no longer for a host, or for a bank. */
const HOST_MS = 120_000;
const BANK_MS = 120_000;

/** Whether a card that holds no purse may be one to pay with: only a meter with a line can ask a bank. */
export const takesPaymentCards = (meter: Meter): boolean =>
  meter.frozen === 0 && !meter.dismantled && !meter.servesSeed && meter.supplies[0]?.flow === undefined;

/** Whether what is keyed now is money, which the card in the slot is to pay. */
export const isAskedForMoney = ({ card }: Meter): boolean => card?.isPayment === true && card.work.name === 'idle';

/** So much was keyed in. Whether there is a card in the slot that can be asked for it. */
export function askToPay(meter: Meter, amount: number, out: MeterOutputs): boolean {
  const { card } = meter;
  if (card === undefined || !isAskedForMoney(meter) || amount === 0 || !takesPaymentCards(meter)) return false;
  card.work = { name: 'paying' };
  const until = meter.now + HOST_MS;
  meter.payment = {
    amount,
    card,
    before: lastEnd(meter),
    begunAt: 0,
    creditSince: false,
    state: { name: 'awaiting-host', until },
  };
  recordEvent(meter, EventKind.cardPaymentAsked, { value: amount });
  // Whoever polls for it finds the event.
  meter.attention |= AttentionReason.valueRequested;
  out.wake(until);
  return true;
}

function lastEnd({ payment }: Meter): Heard | undefined {
  const { state, amount, before } = payment ?? {};
  if (state?.name !== 'ended' || state.reference === undefined) return before;
  return { state: 'ended', reference: state.reference, amount: amount as number, end: state.end };
}

/** 0x26: M3 says how the sale begins, or what the bank said; M4 how it stands. */
export function cardPayment(
  meter: Meter,
  body: Uint8Array,
  headOf: (result: Result) => AnswerHead,
  out: MeterOutputs,
): Uint8Array {
  const command = decodeCardPaymentCommand(body);
  if (isRecordFailure(command)) return told(headOf(Result.bodyNotUnderstood), { state: 'none' });
  const next = command.op === 'begin' ? begin(meter, command, out) : answered(meter, command, out);
  if (next !== undefined) out.card(next);
  const before = command.op === 'answer' ? meter.payment?.before : undefined;
  const isBefore = before !== undefined && equalBytes(before.reference, command.reference);
  return told(headOf(Result.done), isBefore ? before : standingOf(meter));
}

const told = (head: AnswerHead, payment: CardPaymentStanding): Uint8Array => encodeCardPaymentTold({ head, payment });

/** What is sent again because its answer was lost finds that it has begun. */
function begin(meter: Meter, terms: CardPaymentBegin, out: MeterOutputs): Uint8Array | undefined {
  const { payment } = meter;
  if (payment?.state.name !== 'awaiting-host') return undefined;
  const { applications, country, identification, reference, ...sale } = terms;
  const { date, time, counter, currency, exponent, unpredictable } = sale;
  const terminal = { applications, type: 'unattended', country, identification } as const;
  const { amount } = payment;
  // Whoever asks for a beginning has nothing to say to the one before any more.
  payment.before = undefined;
  payment.begunAt = meter.now;
  meter.currency = { currency, exponent };
  const begun = beginEmv(terminal, { amount, date, time, counter, currency, exponent, unpredictable });
  return follow(meter, payment, { reference, emv: begun.emv, step: begun.step }, out);
}

function answered(meter: Meter, said: CardPaymentAnswerOfBank, out: MeterOutputs): Uint8Array | undefined {
  const { payment } = meter;
  if (payment?.state.name !== 'awaiting-bank' || !equalBytes(payment.state.reference, said.reference)) return undefined;
  const { state } = payment;
  return follow(meter, payment, { ...state, step: emvAuthorised(state.emv, authorisationIn(said)) }, out);
}

function authorisationIn({ outcome, code, data }: CardPaymentAnswerOfBank): EmvAuthorisation {
  if (outcome === 'unanswered') return { type: 'unanswered' };
  return { type: outcome, code, data: data.length === 0 ? undefined : data };
}

/** What the card that pays said; the next command for it. */
export function paymentResponse(meter: Meter, response: Uint8Array, out: MeterOutputs): Uint8Array | undefined {
  const { payment } = meter;
  if (payment?.state.name !== 'awaiting-card') return undefined;
  const { state } = payment;
  return follow(meter, payment, { ...state, step: emvReceive(state.emv, response) }, out);
}

interface Begun {
  readonly reference: Uint8Array;
  readonly emv: Emv;
  readonly step: EmvStep;
}

function follow(
  meter: Meter,
  payment: SlotPayment,
  { reference, emv, step }: Begun,
  out: MeterOutputs,
): Uint8Array | undefined {
  switch (step.type) {
    case 'send':
      payment.state = { name: 'awaiting-card', reference, emv };
      return step.command;
    case 'authorise': {
      const until = meter.now + BANK_MS;
      payment.state = { name: 'awaiting-bank', reference, emv, asked: step.card, until };
      out.wake(until);
      return undefined;
    }
    case 'ended':
      end(meter, payment, { reference, end: endOf(step.end) });
      return undefined;
    default:
      return assertNever(step);
  }
}

function endOf(ended: EmvEnd): CardPaymentEnd {
  if (ended.outcome === 'approved') return CardPaymentEnd.approved;
  if (ended.outcome === 'failed') {
    return ended.reason === 'card-removed' ? CardPaymentEnd.cardPulled : CardPaymentEnd.cardUnusable;
  }
  if (ended.by !== 'bank') return ended.by === 'card' ? CardPaymentEnd.byCard : CardPaymentEnd.byTerminal;
  return ended.reverse ? CardPaymentEnd.unanswered : CardPaymentEnd.byBank;
}

interface Ended {
  readonly reference: Uint8Array | undefined;
  readonly end: CardPaymentEnd;
}

function end(meter: Meter, payment: SlotPayment, ended: Ended): void {
  payment.state = { name: 'ended', ...ended };
  payment.creditSince = false;
  recordEvent(meter, EventKind.cardPaymentEnded, { value: payment.amount, detail: ended.end });
  if (meter.card === payment.card) payment.card.work = { name: 'idle' };
}

/** The slot is empty, or is about to hold another card. */
export function paymentCardGone(meter: Meter, out: MeterOutputs): void {
  const { payment } = meter;
  if (payment === undefined || payment.card !== meter.card) return;
  const { state } = payment;
  if (state.name === 'awaiting-host') end(meter, payment, { reference: undefined, end: CardPaymentEnd.cardPulled });
  else if (state.name !== 'ended') follow(meter, payment, { ...state, step: emvCardRemoved(state.emv) }, out);
}

/** Nobody who stands before a meter waits for ever. */
export function paymentTime(meter: Meter, out: MeterOutputs): void {
  const { payment } = meter;
  if (payment === undefined) return;
  const { state } = payment;
  if ((state.name !== 'awaiting-host' && state.name !== 'awaiting-bank') || meter.now < state.until) return;
  if (state.name === 'awaiting-host') {
    end(meter, payment, { reference: undefined, end: CardPaymentEnd.unanswered });
    return;
  }
  // The card is told, so that it ends the sale in its own books too.
  const next = follow(meter, payment, { ...state, step: emvAuthorised(state.emv, { type: 'unanswered' }) }, out);
  if (next !== undefined) out.card(next);
}

function standingOf({ payment }: Meter): CardPaymentStanding {
  if (payment === undefined) return { state: 'none' };
  const { amount, state } = payment;
  switch (state.name) {
    case 'awaiting-host':
      return { state: 'none' };
    case 'awaiting-card':
      return { state: 'working', reference: state.reference, amount };
    case 'awaiting-bank':
      return { state: 'bank-wanted', reference: state.reference, amount, card: state.asked };
    case 'ended':
      if (state.reference === undefined) return { state: 'none' };
      return { state: 'ended', reference: state.reference, amount, end: state.end };
    default:
      return assertNever(state);
  }
}

/** How it stands for whoever looks at the meter: what it waits for, or how it ended. */
export type CardPaymentState =
  | ('none' | 'awaiting-amount' | 'awaiting-host' | 'awaiting-card' | 'awaiting-bank')
  | ('approved' | 'declined' | 'unanswered' | 'card-unusable');

/** Of the card that is in the slot now. */
export function cardPaymentOf({ payment, card }: Meter): CardPaymentState {
  if (card?.isPayment !== true) return 'none';
  if (payment === undefined || payment.card !== card) return 'awaiting-amount';
  const { state } = payment;
  return state.name === 'ended' ? ENDS[state.end] : state.name;
}

/** What the card that is in the slot has paid, in the smallest unit of the currency; undefined before it has. */
export const paidByCard = (meter: Meter): number | undefined =>
  cardPaymentOf(meter) === 'approved' ? meter.payment?.amount : undefined;

/** The card that is in the slot has paid, and a credit has come since: its own, unless another was on its way before. */
export const paidValueArrived = (meter: Meter): boolean =>
  cardPaymentOf(meter) === 'approved' && meter.payment?.creditSince === true;

const ENDS: Readonly<Record<CardPaymentEnd, CardPaymentState>> = {
  [CardPaymentEnd.approved]: 'approved',
  [CardPaymentEnd.byTerminal]: 'declined',
  [CardPaymentEnd.byCard]: 'declined',
  [CardPaymentEnd.byBank]: 'declined',
  [CardPaymentEnd.unanswered]: 'unanswered',
  [CardPaymentEnd.cardUnusable]: 'card-unusable',
  [CardPaymentEnd.cardPulled]: 'awaiting-amount',
};

/** What is paid, and what is waited for, stand on the display so long in turn. */
const IN_TURN_MS = 3_000;

/**
 * What is to be paid stands there as money from the moment in which the meter knows which, before the card is asked
 * anything: whoever sees another amount than was meant pulls the card, and has paid nothing.
 */
export function paymentShown(meter: Meter): MoneyShown {
  const { payment, card, currency, now } = meter;
  const works = payment !== undefined && payment.card === card && /^awaiting-(card|bank)$/.test(payment.state.name);
  if (!works || currency === undefined || Math.floor((now - payment.begunAt) / IN_TURN_MS) % 2 === 1) {
    return { text: paymentText(meter), unit: '' };
  }
  return moneyShown(payment.amount, currency);
}

/** In letters that seven segments form: key an amount in, what is waited for, and in the end that it is paid, or why not. */
function paymentText({ payment, card }: Meter): string {
  if (payment === undefined || payment.card !== card) return 'PAY';
  const { state } = payment;
  switch (state.name) {
    case 'awaiting-host':
      return 'CALL';
    case 'awaiting-card':
      return 'CARD';
    case 'awaiting-bank':
      return 'LINE';
    case 'ended':
      return state.end === CardPaymentEnd.approved ? 'PAID' : `P${state.end}`;
    default:
      return assertNever(state);
  }
}
