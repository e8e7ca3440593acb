import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import type {
  Authorisation,
  Completion,
  Instrument,
  PaymentNotice,
  PaymentPort,
  PaymentRequest,
} from '../host/index.ts';
import { type Money, moneyOf } from './stripe/currencies.ts';
import { readStripeEvent, type StripeEvent } from './stripe/events.ts';
import {
  answered,
  authorisationOf,
  declined,
  declinedFor,
  type Failure,
  isFailed,
  unknown,
} from './stripe/outcomes.ts';

export { moneyOf } from './stripe/currencies.ts';
export { readStripeEvent } from './stripe/events.ts';

export interface StripeSettings {
  /** `sk_live_…`, or a restricted key that may write payment intents and refunds. */
  readonly secretKey: string;
  /** `whsec_…`, of the address to which Stripe tells its events. */
  readonly webhookSecret: string;
  /** Where Stripe is; `https://api.stripe.com` where absent. */
  readonly url?: string;
  /** For one request; 12 s where absent. All that one authorisation may take is less than the host waits. */
  readonly requestMs?: number;
  /** How often a request that was not answered goes again, under its own key; once where absent. */
  readonly retries?: number;
}

export type StripeNotice = Omit<PaymentNotice, 'port'>;

export interface StripePorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** One sentence of what a person should know. */
  readonly hear: (sentence: string) => void;
  /** Takes what became of a payment. Where it rejects, Stripe tells it again. */
  readonly notice: (notice: StripeNotice) => Promise<void>;
}

/** In the metadata of each intent: the id of its payment. */
export const PAYMENT_FIELD = 'wattpurse_payment';

const TOKEN = /^(?:(?<customer>cus_\w{1,96})\/)?(?<method>pm_\w{1,96})$/;
/** So long after its beginning nobody asks for a payment any more: its intent stands in the list, or never confirms. */
const CERTAIN_MS = 10 * 60_000;
/** The clocks of host and Stripe differ by less. */
const LIST_MARGIN_MS = 60 * 60_000;
/** Stripe signs an event anew each time that it tells it. */
const SIGNATURE_SECONDS_MAX = 300;

const MOVED_ON = 'payment_intent_unexpected_state';
const DISPUTED = ['charge_disputed', 'refund_disputed_payment'];
const HOLD_GONE = ['charge_expired_for_capture', 'capture_charge_authorization_expired'];

/**
 * Stripe's payment intents, captured by hand. An intent is made first, and confirmed afterwards: only what confirms it
 * can hold money, and nobody can confirm what he was not told the name of. What makes an intent follows from the
 * payment alone and goes under an idempotency key of it; so whoever gives back a payment that nobody heard the end of
 * makes it again, is told of the same intent, and cancels that. A confirmation that comes later finds it cancelled.
 *
 * An event is believed only if Stripe signed it, and then for nothing but its occasion: what became of the intent is
 * asked.
 */
export class StripePayments implements PaymentPort {
  readonly #ports: StripePorts;
  readonly #webhookSecret: string;
  readonly #stripe: Stripe;
  /** What is under way, by call and payment: a call that comes again gets the answer of the first. */
  readonly #authorising = new Map<string, Promise<Authorisation>>();
  readonly #reversing = new Map<string, Promise<Completion>>();

  constructor(settings: StripeSettings, ports: StripePorts) {
    const { protocol, hostname, port } = new URL(settings.url ?? 'https://api.stripe.com');
    const isPlain = protocol === 'http:';
    this.#ports = ports;
    this.#webhookSecret = settings.webhookSecret;
    this.#stripe = new Stripe(settings.secretKey, {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isPlain ? 80 : 443) : Number(port),
      protocol: isPlain ? 'http' : 'https',
      timeout: settings.requestMs ?? 12_000,
      maxNetworkRetries: settings.retries ?? 1,
      telemetry: false,
    });
  }

  authorise(payment: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    return once(this.#authorising, payment.id, () => this.#authorise(payment, instrument));
  }

  async capture(_payment: PaymentRequest, approval: string): Promise<Completion> {
    const captured = await answered(this.#stripe.paymentIntents.capture(approval));
    if (!isFailed(captured)) return captured.status === 'succeeded' ? DONE : later('Stripe has not captured it yet.');
    if (captured.code !== MOVED_ON) {
      const isForGood = captured.kind === 'card' || isMissing(captured) || HOLD_GONE.includes(captured.code ?? '');
      return isForGood ? refused(`${captured.sentence} It cannot be captured: ask Stripe.`) : later(captured.sentence);
    }
    const found = await answered(this.#stripe.paymentIntents.retrieve(approval));
    if (isFailed(found)) return later(found.sentence);
    if (found.status === 'succeeded') return DONE;
    if (found.status !== 'canceled') return later(`Stripe does not capture it while it is ${found.status}.`);
    return refused('Stripe no longer holds the money, because it was not captured in time or was cancelled: ask it.');
  }

  reverse(payment: PaymentRequest, approval: string | undefined): Promise<Completion> {
    return once(this.#reversing, payment.id, () => this.#reverse(payment, approval));
  }

  /**
   * What was posted as an event, with its header `stripe-signature`.
   * @returns whether Stripe told it
   * @throws what `notice` throws, or an error when Stripe does not say what became of it: it has to be told again
   */
  async take(body: string, signature: string | string[] | undefined): Promise<boolean> {
    let event: StripeEvent | undefined;
    try {
      event = readStripeEvent(
        this.#stripe.webhooks.constructEvent(
          body,
          String(signature),
          this.#webhookSecret,
          SIGNATURE_SECONDS_MAX,
          undefined,
          this.#ports.now(),
        ),
      );
    } catch {
      this.#ports.hear('Something was posted as an event that Stripe did not sign, or signed long ago.');
      return false;
    }
    if (event !== undefined) await this.#told(event);
    return true;
  }

  async #authorise(payment: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    const { customer, method } = (instrument.type === 'token' && TOKEN.exec(instrument.token)?.groups) || {};
    if (method === undefined) {
      const reason = instrument.type === 'token' ? 'instrument' : 'not-served';
      return declined(reason, 'Stripe takes tokens of payment methods, as pm_… or cus_…/pm_…: give one.');
    }
    const money = moneyOf(payment);
    if (money === undefined) {
      return declined('not-served', 'Stripe takes no such amount of this currency: pay another amount or another way.');
    }
    const intent = await this.#made(payment, money);
    if (isFailed(intent)) {
      // It was understood and nothing was made of it, now or before: nothing is there to be confirmed.
      return intent.kind === 'request' ? declinedFor(intent) : unknown(intent.sentence);
    }
    if (intent.amount !== money.amount || intent.currency !== money.currency) return unknown('it is another amount');
    if (customer !== undefined) {
      const named = await answered(this.#stripe.paymentIntents.update(intent.id, { customer }));
      // One that moved on before says so when it is confirmed.
      if (isFailed(named) && named.code !== MOVED_ON) {
        return named.kind === 'request' ? declinedFor(named) : unknown(named.sentence);
      }
    }
    // Whoever gives it back may have looked at the list already, and must have found what is confirmed from here on.
    if (!this.#isYoung(payment)) return unknown('it took too long to ask');
    const confirmed = await answered(
      this.#stripe.paymentIntents.confirm(
        intent.id,
        { payment_method: method, off_session: true, expand: ['payment_method'] },
        { idempotencyKey: keyOf('confirm', payment) },
      ),
    );
    if (!isFailed(confirmed)) return authorisationOf(confirmed);
    if (confirmed.kind === 'card') return declinedFor(confirmed);
    if (confirmed.kind !== 'request') return unknown(confirmed.sentence);
    // Whatever it refuses: the intent itself says whether it was confirmed before, or never.
    const found = await this.#retrieved(intent.id);
    if (isFailed(found)) return unknown(confirmed.sentence);
    return found.status === 'requires_payment_method' ? declinedFor(confirmed) : authorisationOf(found);
  }

  /** The intent of a payment, made now or before: the parameters are the same, whoever asks. */
  #made(payment: PaymentRequest, money: Money): Promise<Stripe.PaymentIntent | Failure> {
    return answered(
      this.#stripe.paymentIntents.create(
        {
          ...money,
          capture_method: 'manual',
          allowed_payment_method_types: ['card'],
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          metadata: { [PAYMENT_FIELD]: payment.id },
        },
        { idempotencyKey: keyOf('make', payment) },
      ),
    );
  }

  #retrieved(intent: string): Promise<Stripe.PaymentIntent | Failure> {
    return answered(this.#stripe.paymentIntents.retrieve(intent, { expand: ['payment_method', 'latest_charge'] }));
  }

  async #reverse(payment: PaymentRequest, approval: string | undefined): Promise<Completion> {
    if (approval !== undefined) return this.#giveBack(approval);
    const money = moneyOf(payment);
    if (money === undefined) return DONE;
    const intents = await this.#intentsOf(payment, money);
    if (isFailed(intents)) return later(intents.sentence);
    for (const { id, amount } of intents) {
      if (amount !== money.amount) return refused(`Stripe has another amount for this payment, as ${id}: ask it.`);
      const completion = await this.#giveBack(id);
      if (completion.outcome !== 'done') return completion;
    }
    return DONE;
  }

  /** Those that may hold money for a payment. */
  async #intentsOf(payment: PaymentRequest, money: Money): Promise<Stripe.PaymentIntent[] | Failure> {
    if (this.#isYoung(payment)) {
      const made = await this.#made(payment, money);
      return isFailed(made) ? made : [made];
    }
    // A key is forgotten after a day, and an answer that went wrong is kept under it: only the list is sure now.
    return answered(this.#listed(payment));
  }

  #isYoung({ at }: PaymentRequest): boolean {
    return this.#ports.now() - at < CERTAIN_MS;
  }

  async #listed({ id, at }: PaymentRequest): Promise<Stripe.PaymentIntent[]> {
    const seconds = (ms: number) => Math.floor(ms / 1000);
    const created = { gte: seconds(at - LIST_MARGIN_MS), lte: seconds(at + CERTAIN_MS + LIST_MARGIN_MS) };
    const found: Stripe.PaymentIntent[] = [];
    for await (const intent of this.#stripe.paymentIntents.list({ created, limit: 100 })) {
      if (intent.metadata[PAYMENT_FIELD] === id) found.push(intent);
    }
    return found;
  }

  async #giveBack(intent: string): Promise<Completion> {
    const cancelled = await answered(this.#stripe.paymentIntents.cancel(intent));
    if (!isFailed(cancelled)) return cancelled.status === 'canceled' ? DONE : later('Stripe has not cancelled it yet.');
    if (isMissing(cancelled)) return refused(`Stripe does not know what it approved as ${intent}: ask it.`);
    if (cancelled.code !== MOVED_ON) return later(cancelled.sentence);
    const found = await answered(this.#stripe.paymentIntents.retrieve(intent));
    if (isFailed(found)) return later(found.sentence);
    if (found.status === 'canceled') return DONE;
    if (found.status !== 'succeeded') return later(`Stripe does not cancel it while it is ${found.status}.`);
    const refund = await answered(this.#stripe.refunds.create({ payment_intent: intent }));
    if (!isFailed(refund)) {
      const isRefused = refund.status === 'failed' || refund.status === 'canceled';
      return isRefused ? refused(`The bank did not take the refund of ${intent}: ask Stripe.`) : DONE;
    }
    if (refund.code === 'charge_already_refunded') return DONE;
    return DISPUTED.includes(refund.code ?? '')
      ? refused(`The payment ${intent} is disputed, and not refunded: ask Stripe.`)
      : later(refund.sentence);
  }

  async #told({ about, type, intent: name }: StripeEvent): Promise<void> {
    if (about === 'to-look') return this.#ports.hear(`Stripe tells of ${type} for ${name}: look there.`);
    const intent = await this.#retrieved(name);
    if (isFailed(intent)) {
      if (isMissing(intent)) return this.#ports.hear(`Stripe tells of ${type} for ${name}, which it does not know.`);
      throw new Error(intent.sentence);
    }
    const id = intent.metadata?.[PAYMENT_FIELD];
    // Others may sell by the same account.
    if (id === undefined) return;
    const back = takenBack(about, intent);
    if (back !== undefined) return this.#ports.notice({ id, outcome: { outcome: 'returned', sentence: back } });
    if (about !== 'payment')
      return this.#ports.hear(`Stripe tells of ${type} for ${name}, of which not all is gone: look there.`);
    const outcome = authorisationOf(intent);
    if (outcome.outcome === 'approved' || outcome.outcome === 'declined') await this.#ports.notice({ id, outcome });
  }
}

/** Why the money is no longer there; nothing where Stripe does not say that it was taken back. */
function takenBack(about: StripeEvent['about'], { status, latest_charge: charge }: Stripe.PaymentIntent) {
  if (status !== 'succeeded' || typeof charge !== 'object') return undefined;
  if (charge?.refunded === true) return 'It was refunded at Stripe.';
  return about === 'disputed' && charge?.disputed === true ? 'Whoever paid disputes it at the bank.' : undefined;
}

const DONE: Completion = { outcome: 'done' };
const later = (sentence: string): Completion => ({ outcome: 'unknown', sentence });
const refused = (sentence: string): Completion => ({ outcome: 'refused', sentence });
const isMissing = ({ code }: Failure): boolean => code === 'resource_missing';

/** Of any id a header can hold. */
const keyOf = (step: 'make' | 'confirm', { id }: PaymentRequest): string =>
  `wattpurse-${step}-${createHash('sha256').update(id).digest('hex')}`;

/** One call of a payment at a time: whoever asks meanwhile gets the same answer. */
function once<T>(running: Map<string, Promise<T>>, id: string, call: () => Promise<T>): Promise<T> {
  const before = running.get(id);
  if (before !== undefined) return before;
  const answer = call().finally(() => running.delete(id));
  running.set(id, answer);
  return answer;
}
