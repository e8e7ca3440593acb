import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from './loopback-server.ts';

/** What may happen to one request, or to the event that follows from it. */
export const STRIPE_FAULTS = [
  'request-lost',
  /** It arrives when `deliver` is called, and nobody waits for its answer. */
  'request-late',
  /** It is done, and the answer does not come. */
  'answer-lost',
  /** It is done, and nothing comes at all. */
  'answer-slow',
  /** It is done, and the connection ends before an answer begins: a client that knows its key asks again at once. */
  'answer-reset',
  'answer-garbled',
  /** Nothing is done, and the answer is kept under the key of the request. */
  'server-error',
  /** It is done all the same. */
  'server-error-after',
  'too-many',
  'webhook-lost',
  'webhook-doubled',
  /** Before the true one comes one that somebody made up. */
  'webhook-forged',
] as const;
export type StripeFault = (typeof STRIPE_FAULTS)[number];

export type StripeCall = 'make' | 'update' | 'confirm' | 'capture' | 'cancel' | 'refund' | 'retrieve' | 'list';

export interface StripeSimulatorSettings {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Of the next request of its kind. */
  readonly faultOf?: (call: StripeCall) => StripeFault | undefined;
}

/** Payment methods by their tokens. One that is not here does not exist. */
export const STRIPE_METHODS = {
  pm_card_visa: { status: 'requires_capture' },
  pm_card_pending: { status: 'processing' },
  pm_card_requiresAction: { status: 'requires_action' },
  pm_card_chargeDeclined: { code: 'card_declined', decline_code: 'generic_decline' },
  pm_card_chargeDeclinedInsufficientFunds: { code: 'card_declined', decline_code: 'insufficient_funds' },
  pm_card_chargeDeclinedExpiredCard: { code: 'expired_card' },
  pm_card_chargeDeclinedProcessingError: { code: 'processing_error' },
  pm_card_authenticationRequired: { code: 'authentication_required', decline_code: 'authentication_required' },
} as const;
type Method = { readonly status: Intent['status'] } | { readonly code: string; readonly decline_code?: string };

interface Intent {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'requires_payment_method' | 'requires_action' | 'processing' | 'requires_capture' | 'succeeded' | 'canceled';
  customer: string | null;
  error: object | null;
  method: boolean;
  refunded: boolean;
  disputed: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const KEY_KEPT_MS = 24 * 3_600_000;
const HOLD_SECONDS = 7 * 86_400;
const LEAST_AMOUNT = 50;

/**
 * Stripe for trying things out, over HTTP on this machine: payment intents that are captured by hand, refunds, keys that
 * make a request once, and signed events, with faults on request. Money moves only here, and is forgotten when it is
 * closed.
 */
export class StripeSimulator {
  readonly intents: Intent[] = [];
  /** To which events are told; nobody is told where it is absent. */
  webhookUrl: string | undefined;
  readonly #settings: StripeSimulatorSettings;
  readonly #server = new LoopbackServer((request, response) => this.#serve(request, response));
  readonly #kept = new Map<string, { readonly request: string; readonly at: number; readonly answer: Answer }>();
  readonly #late: (() => void)[] = [];
  readonly #telling = new Set<Promise<unknown>>();
  #events = 0;

  constructor(settings: StripeSimulatorSettings) {
    this.#settings = settings;
  }

  /** @returns the port, where 0 was asked for a free one */
  listen(port: number): Promise<number> {
    return this.#server.listen(port);
  }

  async close(): Promise<void> {
    await this.told();
    await this.#server.close();
  }

  /** Of a payment: what is held for the utility, and what it has. */
  moneyOf(payment: string): { readonly held: number; readonly taken: number } {
    const sum = { held: 0, taken: 0 };
    for (const { metadata, amount, status, refunded } of this.intents) {
      if (!Object.values(metadata).includes(payment)) continue;
      if (status === 'requires_capture') sum.held += amount;
      if (status === 'succeeded' && !refunded) sum.taken += amount;
    }
    return sum;
  }

  /** What was late arrives. */
  deliver(): void {
    for (const arrive of this.#late.splice(0)) arrive();
  }

  /** What was pending is held, or is not. */
  decide(intent: Intent, code?: string): void {
    if (intent.status !== 'processing' && intent.status !== 'requires_action') return;
    this.#settle(intent, code === undefined ? { status: 'requires_capture' } : { code }, undefined);
  }

  /** Whoever paid disputes it; `status` as Stripe has it. */
  dispute(intent: Intent, status = 'needs_response'): void {
    intent.disputed = true;
    this.#tell('charge.dispute.created', { object: 'dispute', payment_intent: intent.id, status }, undefined);
  }

  /** A person at Stripe gives it back. */
  refund(intent: Intent): void {
    intent.refunded = true;
    this.#tell('charge.refunded', { object: 'charge', payment_intent: intent.id, refunded: true }, undefined);
  }

  /** When all events that are under way have arrived, or have not. */
  async told(): Promise<void> {
    while (this.#telling.size > 0) await Promise.all(this.#telling);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const body = Buffer.concat(chunks).toString('utf8');
    const parameters = request.method === 'GET' ? searchParams : new URLSearchParams(body);
    const [call, id] = callOf(request.method ?? '', pathname);
    const fault = this.#settings.faultOf?.(call);
    const { 'idempotency-key': key, authorization } = request.headers;
    if (authorization !== `Bearer ${this.#settings.secretKey}`) {
      return send(response, refusal(401, { type: 'invalid_request_error' }));
    }
    const asked = { call, id, parameters, fault, key: key === undefined ? undefined : String(key) };
    if (fault === 'request-late') this.#late.push(() => this.#once(asked));
    if (fault === 'request-late' || fault === 'request-lost') return cut(response);
    if (fault === 'too-many') {
      return send(response, refusal(429, { type: 'invalid_request_error', code: 'rate_limit' }));
    }
    const answer = this.#once(asked);
    if (fault === 'answer-slow') return;
    if (fault === 'answer-reset') return void request.socket.destroy();
    if (fault === 'answer-lost') return cut(response);
    if (fault === 'answer-garbled') return void response.writeHead(200).end('{"id":');
    send(response, answer);
  }

  /** A key makes a request once, as long as it is kept. */
  #once(asked: Asked): Answer {
    const { call, id, parameters, fault, key } = asked;
    const request = `${call} ${id} ${parameters}`;
    const before = key === undefined ? undefined : this.#kept.get(key);
    const at = this.#settings.now();
    if (before !== undefined && before.at > at - KEY_KEPT_MS) {
      return before.request === request ? before.answer : refusal(400, { type: 'idempotency_error' });
    }
    const isDone = fault !== 'server-error';
    const done = isDone ? this.#answer(asked) : undefined;
    const answer = done === undefined || fault === 'server-error-after' ? refusal(500, { type: 'api_error' }) : done;
    if (key !== undefined) this.#kept.set(key, { request, at, answer });
    return answer;
  }

  #answer({ call, id, parameters, fault }: Asked): Answer {
    if (call === 'make') return this.#make(parameters);
    if (call === 'list') return this.#list(parameters);
    const named = call === 'refund' ? parameters.get('payment_intent') : id;
    const intent = this.intents.find((each) => each.id === named);
    if (intent === undefined) return missing('intent');
    if (intent.status === 'requires_capture' && intent.created + HOLD_SECONDS < this.#settings.now() / 1000) {
      intent.status = 'canceled';
    }
    switch (call) {
      case 'retrieve':
        return shown(intent);
      case 'update':
        intent.customer = parameters.get('customer');
        return intent.customer === 'cus_missing' ? missing('customer') : shown(intent);
      case 'confirm':
        return this.#confirm(intent, parameters, fault);
      case 'capture':
        if (intent.status !== 'requires_capture') return movedOn();
        return this.#moved(intent, 'succeeded', fault);
      case 'cancel':
        if (intent.status === 'succeeded' || intent.status === 'canceled') return movedOn();
        return this.#moved(intent, 'canceled', fault);
      case 'refund':
        if (intent.status !== 'succeeded') return movedOn();
        if (intent.refunded) return refusal(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
        this.refund(intent);
        return { status: 200, body: { id: 're_1', object: 'refund', status: 'succeeded' } };
    }
  }

  #make(parameters: URLSearchParams): Answer {
    const amount = Number(parameters.get('amount'));
    if (amount < LEAST_AMOUNT) return refusal(400, { type: 'invalid_request_error', code: 'amount_too_small' });
    const metadata: Record<string, string> = {};
    for (const [name, value] of parameters) {
      const [, field] = /^metadata\[(.+)\]$/.exec(name) ?? [];
      if (field !== undefined) metadata[field] = value;
    }
    const intent: Intent = {
      ...{ id: `pi_${this.intents.length + 1}`, amount, currency: String(parameters.get('currency')), metadata },
      ...{ created: Math.floor(this.#settings.now() / 1000), status: 'requires_payment_method' },
      ...{ customer: null, error: null, method: false, refunded: false, disputed: false },
    };
    this.intents.push(intent);
    return shown(intent);
  }

  #confirm(intent: Intent, parameters: URLSearchParams, fault: StripeFault | undefined): Answer {
    if (intent.status !== 'requires_payment_method') return movedOn();
    const method: Method | undefined = STRIPE_METHODS[parameters.get('payment_method') as keyof typeof STRIPE_METHODS];
    if (method === undefined) return missing('payment method');
    intent.method = true;
    this.#settle(intent, method, fault);
    return 'code' in method ? refusal(402, { type: 'card_error', ...method }) : shown(intent);
  }

  #settle(intent: Intent, method: Method, fault: StripeFault | undefined): void {
    intent.status = 'code' in method ? 'requires_payment_method' : method.status;
    if ('code' in method) intent.error = method;
    const type =
      intent.status === 'requires_capture'
        ? 'payment_intent.amount_capturable_updated'
        : 'code' in method
          ? 'payment_intent.payment_failed'
          : 'payment_intent.processing';
    this.#tell(type, json(intent), fault);
  }

  #moved(intent: Intent, to: 'succeeded' | 'canceled', fault: StripeFault | undefined): Answer {
    intent.status = to;
    this.#tell(`payment_intent.${to}`, json(intent), fault);
    return shown(intent);
  }

  /** The newest first, pages of three. */
  #list(parameters: URLSearchParams): Answer {
    const [from, to] = [Number(parameters.get('created[gte]')), Number(parameters.get('created[lte]'))];
    const rows = this.intents.filter(({ created }) => created >= from && created <= to).reverse();
    const after = rows.findIndex(({ id }) => id === parameters.get('starting_after')) + 1;
    const data = rows.slice(after, after + 3).map(json);
    const body = { object: 'list', url: '/v1/payment_intents', has_more: rows.length > after + 3, data };
    return { status: 200, body };
  }

  #tell(type: string, object: object, fault: StripeFault | undefined): void {
    this.#events += 1;
    const url = this.webhookUrl;
    if (url === undefined || fault === 'webhook-lost') return;
    const body = JSON.stringify({ id: `evt_${this.#events}`, object: 'event', type, data: { object } });
    const { webhookSecret } = this.#settings;
    const telling = (async () => {
      const secrets = [...(fault === 'webhook-forged' ? ['whsec_other'] : []), webhookSecret];
      if (fault === 'webhook-doubled') secrets.push(webhookSecret);
      for (const secret of secrets) {
        const signature = signatureOf(body, secret, this.#settings.now());
        await fetch(url, { method: 'POST', body, headers: { 'stripe-signature': signature } }).catch(() => undefined);
      }
    })().finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }
}

/** The header `stripe-signature`: HMAC-SHA-256 over seconds and body. */
export function signatureOf(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

interface Asked {
  readonly call: StripeCall;
  readonly id: string;
  readonly parameters: URLSearchParams;
  readonly fault: StripeFault | undefined;
  readonly key: string | undefined;
}

function callOf(method: string, path: string): readonly [StripeCall, string] {
  const [, id = '', step] = /^\/v1\/payment_intents(?:\/(\w+))?(?:\/(confirm|capture|cancel))?$/.exec(path) ?? [];
  if (path === '/v1/refunds') return ['refund', ''];
  if (step !== undefined) return [step as 'confirm' | 'capture' | 'cancel', id];
  if (method === 'GET') return [id === '' ? 'list' : 'retrieve', id];
  return [id === '' ? 'make' : 'update', id];
}

const json = ({ method, refunded, disputed, error, ...intent }: Intent): object => ({
  ...intent,
  object: 'payment_intent',
  amount_capturable: intent.status === 'requires_capture' ? intent.amount : 0,
  amount_received: intent.status === 'succeeded' ? intent.amount : 0,
  last_payment_error: error,
  payment_method: method ? { object: 'payment_method', card: { last4: '4242' } } : null,
  latest_charge: method ? { object: 'charge', refunded, disputed } : null,
});

const shown = (intent: Intent): Answer => ({ status: 200, body: json(intent) });

const refusal = (status: number, error: object): Answer => ({ status, body: { error } });

const missing = (what: string): Answer =>
  refusal(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${what}` });

const movedOn = (): Answer => refusal(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' });

/** The connection ends within the answer, which says nothing yet. */
function cut(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 100 });
  response.write('{', () => response.destroy());
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
