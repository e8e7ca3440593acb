import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Authorisation, Completion, Instrument, PaymentPort, PaymentRequest } from '../host/index.ts';
import { type Answered, Client } from './mobile-money/client.ts';
import {
  at,
  codeOf,
  moment,
  PATHS,
  type PushResult,
  type ReversalResult,
  readPushResult,
  readReversalResult,
  readTransactions,
  referenceOf,
  type Transaction,
  textOf,
  timestamp,
} from './mobile-money/messages.ts';

export { readPushResult, readReversalResult, readTransactions } from './mobile-money/messages.ts';

export interface MobileMoneySettings {
  /** `https://api.safaricom.co.ke` */
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  /** The pay bill number, and the key that goes with it. */
  readonly shortCode: string;
  readonly passKey: string;
  /** Who may reverse, and its password as M-Pesa wants it sealed. */
  readonly initiator: string;
  readonly securityCredential: string;
  /** Where M-Pesa reaches `take`: `https://utility.example/mobile-money`. What follows it is a secret of each payment. */
  readonly callbackUrl: string;
  /** From which those secrets are derived: 32 bytes, the same at every host of a utility. */
  readonly callbackKey: Uint8Array;
  /** For the payer to decide; 90 s where absent, and less than the host waits for an answer. */
  readonly answerMs?: number;
  /** Between two questions what became of it; 5 s where absent. */
  readonly pollMs?: number;
  /** For one request; 10 s where absent. */
  readonly requestMs?: number;
  /** After which a payment that M-Pesa does not list will never be made; 30 minutes where absent. */
  readonly certainMs?: number;
}

export interface MobileMoneyPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** One sentence of what a person should know; no number of a telephone stands in it. */
  readonly hear: (sentence: string) => void;
}

/** ISO 4217: the shilling of Kenya, of which M-Pesa takes whole ones. */
const SHILLING = 404;
const CENTS = 100;
const SHILLINGS_MAX = 250_000;
/** M-Pesa lists what was paid for two days. */
const LISTED_MS = 47 * 3_600_000;
const LIST_MARGIN_MS = 10 * 60_000;
const PAGES_MAX = 1_000;
/** Answers and results that are remembered; the oldest is forgotten. */
const KEPT_MAX = 10_000;

const DONE = '0';
const ALREADY_REVERSED = 'R000001';
/** A prompt that ended so was never paid. What any other code means for the money is found out before it is believed. */
const DECLINES: Readonly<Record<string, Extract<Authorisation, { outcome: 'declined' }>>> = {
  '1': declined('funds', 'There is not enough money in the M-Pesa account.'),
  '1001': declined('not-served', 'The telephone is busy with another payment: try again in a minute.'),
  '1019': declined('refused', 'The payment was not confirmed in time.'),
  '1025': declined('not-served', 'The telephone could not be reached.'),
  '1032': declined('refused', 'The payment was cancelled on the telephone.'),
  '2001': declined('instrument', 'The PIN was wrong.'),
  '9999': declined('not-served', 'The telephone could not be reached.'),
};
/** M-Pesa is in trouble, and may do it later. */
const REVERSAL_LATER = ['17', '26'];

interface Prompt {
  /** As soon as M-Pesa answered, or called back. */
  checkout: string | undefined;
  told: PushResult | undefined;
  readonly wake: () => void;
  woken: Promise<void>;
}

/**
 * Mobile money in the form of Safaricom's Daraja API: a prompt on the payer's telephone, which takes the money at once.
 * So an approval is a payment that was made, with M-Pesa's receipt number; a capture has nothing left to do; and giving
 * back is a reversal of that receipt.
 *
 * A callback tells the receipt and wakes whoever waits. What became of the money is believed only when M-Pesa says so
 * when it is asked: whoever forges a callback gains nothing. A payment whose end nobody heard is looked for by its
 * reference in what M-Pesa lists as paid, so that the process that gives it back need not be the one that asked for it.
 */
export class MobileMoney implements PaymentPort {
  readonly #settings: Required<MobileMoneySettings>;
  readonly #ports: MobileMoneyPorts;
  readonly #client: Client;
  /** By the secret of its callback. */
  readonly #prompts = new Map<string, Prompt>();
  readonly #reversals = new Map<string, (result: ReversalResult) => void>();
  /** Results that came when nobody waited any more. */
  readonly #reversed = new Map<string, ReversalResult>();
  /** By payment: a call that comes again gets the answer of the first. */
  readonly #authorised = new Map<string, Promise<Authorisation>>();
  readonly #reversing = new Map<string, Promise<Completion>>();

  /** @throws RangeError for settings that M-Pesa does not take */
  constructor(settings: MobileMoneySettings, ports: Partial<MobileMoneyPorts> = {}) {
    if (!/^\d{5,7}$/.test(settings.shortCode)) throw new RangeError('a short code has 5 to 7 digits');
    if (settings.callbackKey.length !== 32) throw new RangeError('the key of callbacks has 32 bytes');
    this.#settings = { answerMs: 90_000, pollMs: 5_000, requestMs: 10_000, certainMs: 30 * 60_000, ...settings };
    this.#ports = { now: Date.now, wait: (ms) => pause(ms), hear: () => undefined, ...ports };
    this.#client = new Client({ ...this.#settings, now: this.#ports.now });
  }

  authorise(payment: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    const running = this.#authorised.get(payment.id);
    if (running !== undefined) return running;
    const answer = this.#authorise(payment, instrument);
    keep(this.#authorised, payment.id, answer);
    return answer;
  }

  /** The money is the utility's since it was paid. */
  async capture(): Promise<Completion> {
    return { outcome: 'done' };
  }

  reverse(payment: PaymentRequest, approval: string | undefined): Promise<Completion> {
    const running = this.#reversing.get(payment.id);
    if (running !== undefined) return running;
    const completion = this.#reverse(payment, approval).finally(() => this.#reversing.delete(payment.id));
    this.#reversing.set(payment.id, completion);
    return completion;
  }

  /**
   * What was posted to an address under `callbackUrl`.
   * @param path what follows it: `/push/SECRET`
   * @returns whether it is one of ours; whoever else posted there is to be told that there is nothing
   */
  take(path: string, body: string): boolean {
    const [, kind, secret = ''] = /^\/(push|reversal|late)\/([\w-]{32})$/.exec(path) ?? [];
    if (kind === 'push') return this.#takePush(secret, body);
    if (kind === 'reversal') return this.#takeReversal(secret, body);
    // That a reversal waited too long in a queue says nothing about it: it is asked for again.
    return kind === 'late' && this.#reversals.has(secret);
  }

  async #authorise(payment: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    if (instrument.type !== 'wallet') {
      return declined('not-served', 'M-Pesa is paid from a telephone: give its number, or pay in another way.');
    }
    if (!/^254[17]\d{8}$/.test(instrument.number)) {
      return declined('instrument', 'The number is of no telephone in Kenya: give it as 254712345678.');
    }
    if (payment.currency !== SHILLING || payment.amount % CENTS !== 0) {
      return declined('not-served', 'M-Pesa takes whole shillings of Kenya, and no other money.');
    }
    const shillings = payment.amount / CENTS;
    if (shillings < 1 || shillings > SHILLINGS_MAX) {
      return declined('limit', `M-Pesa takes 1 to ${SHILLINGS_MAX} shillings at once.`);
    }
    const secret = this.#secretOf('push', payment);
    const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
    const prompt: Prompt = { checkout: undefined, told: undefined, wake, woken };
    this.#prompts.set(secret, prompt);
    try {
      const refused = await this.#push(payment, instrument.number, secret, prompt);
      return refused ?? (await this.#outcome(payment, shillings, prompt, `M-Pesa …${instrument.number.slice(-3)}`));
    } finally {
      this.#prompts.delete(secret);
    }
  }

  async #push(
    payment: PaymentRequest,
    number: string,
    secret: string,
    prompt: Prompt,
  ): Promise<Authorisation | undefined> {
    const { shortCode, callbackUrl } = this.#settings;
    const answer = await this.#client.post(PATHS.push, {
      ...this.#signed(),
      TransactionType: 'CustomerPayBillOnline',
      Amount: payment.amount / CENTS,
      PartyA: number,
      PartyB: shortCode,
      PhoneNumber: number,
      CallBackURL: `${callbackUrl}/push/${secret}`,
      AccountReference: referenceOf(payment),
      TransactionDesc: 'Electricity',
    });
    if (answer.type === 'refused') return declined('not-served', `M-Pesa does not ask for it: ${answer.words}`);
    if (answer.type === 'answered' && codeOf(at(answer.body, 'ResponseCode')) === DONE) {
      prompt.checkout ??= textOf(at(answer.body, 'CheckoutRequestID'));
    }
    return undefined;
  }

  /** Waits for the payer, and for a word about it. */
  async #outcome(payment: PaymentRequest, shillings: number, prompt: Prompt, shown: string): Promise<Authorisation> {
    const { answerMs, pollMs } = this.#settings;
    const until = this.#ports.now() + answerMs;
    while (this.#ports.now() < until) {
      await Promise.race([this.#ports.wait(pollMs), prompt.woken]);
      // One word wakes once.
      prompt.woken = new Promise(() => undefined);
      const code = await this.#asked(prompt);
      if (code === undefined) continue;
      const decline = DECLINES[code];
      if (decline !== undefined) return decline;
      if (code !== DONE) return unknown(`the prompt ended with code ${code}`);
      const { told } = prompt;
      if (told?.receipt !== undefined && told.amount === shillings && told.code === DONE) {
        return { outcome: 'approved', approval: told.receipt, shown };
      }
      // The callback was lost, or somebody else's: the receipt stands in the list.
      const found = await this.#find(payment);
      if (typeof found === 'object') {
        if (found.amount !== shillings) return unknown('another amount was paid');
        return { outcome: 'approved', approval: found.receipt, shown };
      }
    }
    return unknown('nobody said in time what became of it');
  }

  /** The code with which a prompt ended; `undefined` while it has none that is known. */
  async #asked({ checkout }: Prompt): Promise<string | undefined> {
    if (checkout === undefined) return undefined;
    const answer = await this.#client.post(PATHS.query, { ...this.#signed(), CheckoutRequestID: checkout });
    if (answer.type !== 'answered' || codeOf(at(answer.body, 'ResponseCode')) !== DONE) return undefined;
    if (at(answer.body, 'CheckoutRequestID') !== checkout) return undefined;
    return codeOf(at(answer.body, 'ResultCode'));
  }

  async #reverse(payment: PaymentRequest, approval: string | undefined): Promise<Completion> {
    if (approval !== undefined) return this.#giveBack(payment, approval);
    const found = await this.#find(payment);
    if (found === undefined) return later('M-Pesa did not say what was paid.');
    if (found !== 'none') {
      if (found.amount * CENTS === payment.amount) return this.#giveBack(payment, found.receipt);
      return { outcome: 'refused', sentence: `M-Pesa took another amount, with receipt ${found.receipt}: ask it.` };
    }
    // A prompt is open for minutes at most.
    const age = this.#ports.now() - payment.at;
    if (age > LISTED_MS) return { outcome: 'refused', sentence: 'M-Pesa lists no payment so old: ask it.' };
    if (age >= this.#settings.certainMs) return { outcome: 'done' };
    return later('The payer may still confirm it.');
  }

  async #giveBack(payment: PaymentRequest, receipt: string): Promise<Completion> {
    const { shortCode, initiator, securityCredential, callbackUrl, requestMs } = this.#settings;
    const secret = this.#secretOf('reversal', payment);
    const before = this.#reversed.get(secret);
    if (before !== undefined) {
      this.#reversed.delete(secret);
      return completionOf(before);
    }
    const { promise: result, resolve } = Promise.withResolvers<ReversalResult>();
    keep(this.#reversals, secret, resolve);
    const answer = await this.#client.post(PATHS.reversal, {
      Initiator: initiator,
      SecurityCredential: securityCredential,
      CommandID: 'TransactionReversal',
      TransactionID: receipt,
      Amount: payment.amount / CENTS,
      ReceiverParty: shortCode,
      // The field is spelt so there.
      RecieverIdentifierType: '11',
      ResultURL: `${callbackUrl}/reversal/${secret}`,
      QueueTimeOutURL: `${callbackUrl}/late/${secret}`,
      Remarks: 'Not delivered',
      Occasion: referenceOf(payment),
    });
    if (answer.type !== 'answered') return later(sentenceOf(answer));
    if (codeOf(at(answer.body, 'ResponseCode')) !== DONE) return later('M-Pesa did not take the reversal.');
    // Others wait behind this one: what comes later is there when it is asked for again.
    const told = await Promise.race([result, this.#ports.wait(requestMs)]);
    const there = isResult(told) ? told : this.#reversed.get(secret);
    this.#reversed.delete(secret);
    return there === undefined ? later('M-Pesa did not say whether it was given back.') : completionOf(there);
  }

  /** The transaction of a payment, or that none is listed; `undefined` when M-Pesa does not say. */
  async #find(payment: PaymentRequest): Promise<Transaction | 'none' | undefined> {
    const reference = referenceOf(payment);
    const span = {
      StartDate: moment(payment.at - LIST_MARGIN_MS),
      EndDate: moment(this.#ports.now() + LIST_MARGIN_MS),
    };
    let offset = 0;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await this.#client.post(PATHS.transactions, {
        ShortCode: this.#settings.shortCode,
        ...span,
        OffSetValue: String(offset),
      });
      const rows = answer.type === 'answered' ? readTransactions(answer.body) : undefined;
      if (rows === undefined) return undefined;
      const found = rows.find((row) => row.reference === reference);
      if (found !== undefined) return found;
      if (rows.length === 0) return 'none';
      offset += rows.length;
    }
    return undefined;
  }

  #takePush(secret: string, body: string): boolean {
    const prompt = this.#prompts.get(secret);
    const told = readPushResult(body);
    if (prompt === undefined || told === undefined) return false;
    if (prompt.checkout !== undefined && told.checkout !== prompt.checkout) {
      this.#ports.hear('A callback speaks of another prompt than the one that its address belongs to.');
      return false;
    }
    // The first word counts: whoever knows the address must not exchange the receipt.
    prompt.told ??= told;
    prompt.checkout ??= told.checkout;
    prompt.wake();
    return true;
  }

  #takeReversal(secret: string, body: string): boolean {
    const ended = this.#reversals.get(secret);
    const result = readReversalResult(body);
    if (ended === undefined || result === undefined) return false;
    keep(this.#reversed, secret, result);
    ended(result);
    return true;
  }

  #signed() {
    const { shortCode, passKey } = this.#settings;
    const Timestamp = timestamp(this.#ports.now());
    const Password = Buffer.from(`${shortCode}${passKey}${Timestamp}`).toString('base64');
    return { BusinessShortCode: shortCode, Password, Timestamp };
  }

  #secretOf(kind: 'push' | 'reversal', { id }: PaymentRequest): string {
    return createHmac('sha256', this.#settings.callbackKey).update(`${kind} ${id}`).digest('base64url').slice(0, 32);
  }
}

function declined(
  reason: Extract<Authorisation, { outcome: 'declined' }>['reason'],
  sentence: string,
): Extract<Authorisation, { outcome: 'declined' }> {
  return { outcome: 'declined', reason, sentence };
}

const unknown = (why: string): Authorisation => ({
  outcome: 'unknown',
  sentence: `Nobody knows whether M-Pesa took the money, because ${why}: it has to be given back.`,
});

const later = (sentence: string): Completion => ({ outcome: 'unknown', sentence });

const sentenceOf = (answer: Exclude<Answered, { type: 'answered' }>): string =>
  answer.type === 'unknown' ? answer.sentence : answer.words;

function completionOf({ code, words }: ReversalResult): Completion {
  if (code === DONE || code === ALREADY_REVERSED) return { outcome: 'done' };
  const sentence = `M-Pesa does not give it back: ${words} (code ${code}).`;
  return REVERSAL_LATER.includes(code) ? later(sentence) : { outcome: 'refused', sentence: `${sentence} Ask it.` };
}

const isResult = (value: unknown): value is ReversalResult =>
  typeof value === 'object' && value !== null && 'code' in value;

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > KEPT_MAX) map.delete(oldest);
}
