import type {
  Authorisation,
  ChipAnswer,
  ChipRead,
  Completion,
  Instrument,
  PaymentPort,
  PaymentRequest,
} from '../host/index.ts';
import { assertNever } from '../units/index.ts';
import { APPROVED, meaningOf } from './acquirer/codes.ts';
import { Link, type LinkEvent, type LinkPorts } from './acquirer/link.ts';
import { localMoment, referenceOf, transmissionTime } from './acquirer/moments.ts';
import { systemTimers } from './acquirer/timers.ts';
import {
  ANSWER_TO,
  type Answer,
  CHIP_BYTES_MAX,
  encodeMessage,
  type Message,
  type MessageOf,
  type MessageType,
} from './iso8583.ts';

export interface AcquirerSettings {
  readonly host: string;
  readonly port: number;
  /** Fields 32, 41 and 42, as the acquirer gave them: 1 to 11 digits, 1 to 8 and 1 to 15 printable characters. */
  readonly institution: string;
  readonly terminal: string;
  readonly merchant: string;
  /** IANA name of the zone in which payers read the time. */
  readonly zone: string;
  /** How long an answer is waited for, together with a connection that is not there; 30 s where absent. */
  readonly answerMs?: number;
  /** From an attempt to connect to the answer to the sign-on; 10 s where absent. */
  readonly connectMs?: number;
  /** Silence after which an echo is asked for; 60 s where absent. */
  readonly idleMs?: number;
  /** Between attempts to connect: 1 s to 60 s where absent. */
  readonly retryMs?: { readonly least: number; readonly most: number };
}

export type AcquirerEvent = LinkEvent;

/** Payments on their way at once; one above is told to be repeated. */
export const IN_FLIGHT_MAX = 1000;
/** Messages without an answer whose next one says that it is a repetition; the oldest is forgotten. */
const UNANSWERED_KEPT = 10_000;

/** Purchase, from the default account. */
const PURCHASE = '000000';
/** Field 22: by a chip with contacts, at a terminal where no PIN can be typed. */
const BY_CHIP = '052';

/** Messages are asked once, and after that repeated. */
const REPETITION_OF = { '0100': '0101', '0220': '0221', '0420': '0421' } as const;
type First = keyof typeof REPETITION_OF;

interface InFlight {
  readonly answer: Promise<Answer | Unanswered>;
  readonly settle: (answer: Answer | Unanswered) => void;
  /** Waits for a connection. It goes once, and is not kept: it may hold the number of a card. */
  unsent: Uint8Array | undefined;
}

interface Unanswered {
  readonly sentence: string;
}

/**
 * An acquirer that speaks ISO 8583:1987 over TCP, dual message: 0100 holds the money, 0220 captures it, 0420 gives it
 * back. Each call sends one message and answers `unknown` when nothing came back in time; the next call of the same
 * payment sends its repetition. An answer that comes after that leads to nothing: a payment that was not answered in
 * time is reversed.
 *
 * The number of a card goes out with the authorisation alone. It is in no event and no sentence, and neither kept nor
 * asked for again: completion and reversal name the payment by trace, reference and original data elements.
 *
 * The connection is plain TCP: it belongs into a tunnel.
 */
export class Acquirer implements PaymentPort {
  readonly #settings: AcquirerSettings;
  readonly #ports: LinkPorts;
  readonly #link: Link;
  /** By answer type, trace and reference. */
  readonly #inFlight = new Map<string, InFlight>();
  readonly #unanswered = new Set<string>();

  /** Connects at once, and again whenever the connection is lost. @throws RangeError for settings that no message can hold */
  constructor(settings: AcquirerSettings, ports: Partial<LinkPorts> = {}) {
    checkSettings(settings);
    this.#settings = settings;
    this.#ports = { timers: systemTimers, now: Date.now, hear: () => undefined, ...ports };
    this.#link = new Link(
      { connectMs: 10_000, idleMs: 60_000, retryMs: { least: 1_000, most: 60_000 }, ...settings },
      this.#ports,
      {
        signedOn: () => this.#sendUnsent(),
        received: (message) => this.#received(message),
        lost: () => this.#giveUpSent('The connection to the acquirer was lost before it answered'),
      },
    );
  }

  async authorise(payment: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    if (instrument.type !== 'card') {
      return declined('not-served', 'An acquirer takes cards only: pay with a card, or in another way.');
    }
    const { pan, expiry, chip } = instrument;
    if (!/^\d{12,19}$/.test(pan) || !/^\d{4}$/.test(expiry) || (chip !== undefined && !isChip(chip))) {
      return declined('instrument', 'The number, expiry date or chip data of the card are none: read the card again.');
    }
    const answer = await this.#ask({
      type: '0100',
      ...this.#common(payment, payment.at),
      pan,
      expiry,
      ...(chip === undefined ? {} : fieldsOf(chip)),
    });
    if (!('type' in answer)) return { outcome: 'unknown', sentence: answer.sentence };
    const authorisation = authorisationOf(answer, payment, `**** ${pan.slice(-4)}`);
    // Only a chip has something to be told; what is unknown is nobody's answer.
    const isAnswered = authorisation.outcome === 'approved' || authorisation.outcome === 'declined';
    return chip !== undefined && isAnswered ? { ...authorisation, chip: chipAnswerOf(answer) } : authorisation;
  }

  async capture(payment: PaymentRequest, approval: string): Promise<Completion> {
    const answer = await this.#ask({
      type: '0220',
      ...this.#common(payment, this.#ports.now()),
      approval,
      original: this.#original(payment),
    });
    return completionOf(answer, 'refused');
  }

  async reverse(payment: PaymentRequest, approval: string | undefined): Promise<Completion> {
    const answer = await this.#ask({
      type: '0420',
      ...this.#common(payment, this.#ports.now()),
      ...(approval === undefined ? {} : { approval }),
      original: this.#original(payment),
    });
    // What never reached the acquirer, or was declined there, need not be found. What was approved must be.
    return completionOf(answer, approval === undefined ? 'done' : 'refused');
  }

  /** What is on its way is answered with `unknown`. */
  async close(): Promise<void> {
    const closing = this.#link.close();
    for (const { settle } of this.#inFlight.values()) settle(unanswered('The connection to the acquirer was closed'));
    await closing;
  }

  /** One message of a payment, once: a call that comes while it waits gets the same answer. */
  #ask(message: MessageOf<First>): Promise<Answer | Unanswered> {
    const key = keyOf(ANSWER_TO[message.type], message.trace, message.reference);
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running.answer;
    if (this.#inFlight.size >= IN_FLIGHT_MAX) {
      return Promise.resolve(unanswered(`More than ${IN_FLIGHT_MAX} payments are on their way to the acquirer`));
    }
    const unsent = encodeMessage(this.#unanswered.has(key) ? repetitionOf(message) : message);
    const { promise, resolve } = Promise.withResolvers<Answer | Unanswered>();
    const { answerMs = 30_000 } = this.#settings;
    const cancel = this.#ports.timers.after(answerMs, () => settle(unanswered('The acquirer did not answer in time')));
    const settle = (answer: Answer | Unanswered) => {
      cancel();
      this.#inFlight.get(key)?.unsent?.fill(0);
      this.#inFlight.delete(key);
      resolve(answer);
    };
    this.#inFlight.set(key, { answer: promise, settle, unsent });
    if (this.#link.isSignedOn) this.#sendUnsent();
    return promise;
  }

  #sendUnsent(): void {
    for (const [key, entry] of this.#inFlight) {
      if (entry.unsent === undefined) continue;
      this.#link.send(entry.unsent);
      entry.unsent = undefined;
      this.#remember(key);
    }
  }

  #remember(key: string): void {
    this.#unanswered.delete(key);
    this.#unanswered.add(key);
    const [oldest] = this.#unanswered;
    if (oldest !== undefined && this.#unanswered.size > UNANSWERED_KEPT) this.#unanswered.delete(oldest);
  }

  #received(message: Message): void {
    const key = 'reference' in message ? keyOf(message.type, message.trace, message.reference) : undefined;
    const entry = key === undefined ? undefined : this.#inFlight.get(key);
    if (
      key === undefined ||
      entry === undefined ||
      !isAnswer(message) ||
      message.terminal !== this.#settings.terminal
    ) {
      const sentence = `A ${message.type} with trace ${message.trace} answers nothing that waits: it came late, or twice.`;
      this.#ports.hear({ type: 'answer-unexpected', sentence });
      return;
    }
    this.#unanswered.delete(key);
    entry.settle(message);
  }

  /** What still waits for a connection goes on waiting. */
  #giveUpSent(why: string): void {
    for (const { unsent, settle } of this.#inFlight.values()) if (unsent === undefined) settle(unanswered(why));
  }

  #common(payment: PaymentRequest, sentAt: number) {
    const { institution, terminal, merchant, zone } = this.#settings;
    return {
      processing: PURCHASE,
      amount: payment.amount,
      transmitted: transmissionTime(sentAt),
      trace: payment.trace,
      ...localMoment(payment.at, zone),
      acquirer: institution,
      reference: referenceOf(payment),
      terminal,
      merchant,
      currency: payment.currency,
    };
  }

  #original({ trace, at }: PaymentRequest) {
    return {
      type: '0100',
      trace,
      transmitted: transmissionTime(at),
      acquirer: this.#settings.institution.padStart(11, '0'),
      forwarder: '0'.repeat(11),
    };
  }
}

const repetitionOf = (message: MessageOf<First>): Message =>
  ({ ...message, type: REPETITION_OF[message.type] }) as Message;

const keyOf = (type: MessageType, trace: number, reference: string): string => `${type} ${trace} ${reference}`;

const isAnswer = (message: Message): message is Exclude<Answer, MessageOf<'0810'>> =>
  'response' in message && message.type !== '0810';

function isChip({ data, sequence, track2 }: ChipRead): boolean {
  const isSequence = sequence === undefined || (Number.isInteger(sequence) && sequence >= 0 && sequence <= 99);
  const isTrack2 = track2 === undefined || (track2.length <= 37 && /^\d{12,19}=\d{7,}$/.test(track2));
  return data.length > 0 && data.length <= CHIP_BYTES_MAX && isSequence && isTrack2;
}

const fieldsOf = ({ data, sequence, track2 }: ChipRead) => ({
  entryMode: BY_CHIP,
  chip: data,
  ...(sequence === undefined ? {} : { sequence }),
  ...(track2 === undefined ? {} : { track2 }),
});

const chipAnswerOf = (answer: Answer): ChipAnswer => ({
  code: answer.response,
  ...('chip' in answer && answer.chip !== undefined ? { data: answer.chip } : {}),
});

const unanswered = (why: string): Unanswered => ({ sentence: `${why}: nobody knows yet whether it was done.` });

const declined = (
  reason: Extract<Authorisation, { outcome: 'declined' }>['reason'],
  sentence: string,
): Authorisation => ({
  outcome: 'declined',
  reason,
  sentence,
});

function authorisationOf(answer: Answer, { amount, currency }: PaymentRequest, shown: string): Authorisation {
  const unknown = (why: string): Authorisation => ({
    outcome: 'unknown',
    sentence: `The acquirer's answer is not one to sell on, because ${why}: the payment has to be reversed.`,
  });
  if (answer.type !== '0110') return unknown('it is of another type');
  if (answer.response !== APPROVED) {
    const { authorisation, words } = meaningOf(answer.response);
    const why = `${words} (code ${answer.response})`;
    return authorisation === 'unknown' ? unknown(why) : declined(authorisation, `The card was declined: ${why}.`);
  }
  if ((answer.amount ?? amount) !== amount || (answer.currency ?? currency) !== currency) {
    return unknown('it approves another amount');
  }
  // FIG. 6: without the approval number there is nothing that the sale could stand on.
  const { approval = '' } = answer;
  return approval.trim() === '' ? unknown('it has no approval number') : { outcome: 'approved', approval, shown };
}

function completionOf(answer: Answer | Unanswered, notFound: 'done' | 'refused'): Completion {
  if (!('type' in answer)) return { outcome: 'unknown', sentence: answer.sentence };
  if (answer.response === APPROVED) return { outcome: 'done' };
  const { advice, words } = meaningOf(answer.response);
  const why = `${words} (code ${answer.response})`;
  switch (advice) {
    case 'again':
      return { outcome: 'unknown', sentence: `The acquirer did not take it: ${why}.` };
    case 'not-found':
      if (notFound === 'done') return { outcome: 'done' };
      return {
        outcome: 'refused',
        sentence: `The acquirer does not find what it approved (code ${answer.response}): ask it.`,
      };
    case 'refused':
      return { outcome: 'refused', sentence: `The acquirer refuses it for good: ${why}; ask it.` };
    default:
      return assertNever(advice);
  }
}

function checkSettings({ institution, terminal, merchant, zone, port }: AcquirerSettings): void {
  const wrong =
    (!/^\d{1,11}$/.test(institution) && 'institution is 1 to 11 digits') ||
    (!/^[\x20-\x7e]{0,7}[\x21-\x7e]$/.test(terminal) && 'terminal is 1 to 8 printable characters') ||
    (!/^[\x20-\x7e]{0,14}[\x21-\x7e]$/.test(merchant) && 'merchant is 1 to 15 printable characters') ||
    (!(Number.isInteger(port) && port >= 1 && port <= 65_535) && 'port is a number from 1 to 65535');
  if (wrong) throw new RangeError(`the acquirer's ${wrong}`);
  // Throws for a zone that does not exist.
  localMoment(0, zone);
}
