import { parseHex, toHex } from '../bytes/index.ts';
import type { EmvCardData, IssuedCard } from '../card/index.ts';
import { providerIdOf } from '../host/index.ts';
import { type Csn, type REGION_NAMES, type Region, regionText } from '../units/index.ts';
import { CannotGoOn } from './failure.ts';
import { secretNeeded } from './secret.ts';
import { WrongUse } from './usage.ts';

/** An API key of the host, with the scopes that the commands need. */
const KEY_VARIABLE = 'WATTPURSE_API_KEY';
const API = '/api/v1';
const ANSWER_MS = 30_000;

/** What the host says to a frame of a card: one for the card, or what is booked. */
export type HostSays = { readonly frame: Uint8Array } | { readonly receipt: LoadReceipt };

/** As the host tells what the card holds now. */
export interface LoadReceipt extends Readonly<Record<string, unknown>> {
  /** Something else waits for the same region. */
  readonly more: boolean;
  /** Why the region is held back from now on, if it is. */
  readonly frozen?: unknown;
}

/** A meter by its number, or a card by its number and one of its regions by name, as people write them. */
export type PaidTo =
  | { readonly meter: string }
  | { readonly card: string; readonly region: (typeof REGION_NAMES)[number] };

/** What is to be paid for, and through which of the host's ports. */
export interface PaymentWish {
  readonly to: PaidTo;
  /** In the smallest unit of the host's currency. */
  readonly paid: number;
  readonly port: string;
}

/** A payment by a chip, as the host tells of it. */
export interface ChipPayment {
  readonly id: string;
  readonly state: string;
  /** Names what paid, for people. */
  readonly shown: string | undefined;
  readonly approval: string | undefined;
  /** What the bank says to the chip: field 39, and field 55 where its answer has one. */
  readonly chip: { readonly code: string; readonly data: Uint8Array | undefined } | undefined;
}

/** A request, without whom it is from. */
interface Asked {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The host does not answer, or cannot: it would answer nothing else either, and what was asked may have been done. */
export class HostSilent extends CannotGoOn {}

/** A region of a card to which nothing goes until a person has looked. */
export const heldBack = (csn: Csn, why: string): CannotGoOn =>
  new CannotGoOn(`The host holds back what it has for card ${csn} (${why}): a person there has to look.`);

/** A host, through its API. What it refuses comes in its own sentence. */
export class CardHost {
  readonly #url: string;
  readonly #key: string;

  /**
   * @param key that of the environment where absent
   * @throws WrongUse when the address is none, or would carry the key in the clear
   */
  static at(address: string, key?: string): CardHost {
    const url = URL.parse(address);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new WrongUse(`--host is the address of a host, as https://host.example, not "${address}".`);
    }
    if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
      throw new WrongUse('--host beyond this machine would be sent the API key in the clear: name it with https.');
    }
    return new CardHost(url.origin, key ?? secretNeeded(KEY_VARIABLE, 'A host asks for an API key'));
  }

  private constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  get origin(): string {
    return this.#url;
  }

  /** What it answers to something, as it is. @param isNamed whether it is asked under the key */
  fetch(path: string, { headers, ...more }: Asked, isNamed: boolean): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      headers: { ...headers, ...(isNamed && { authorization: `Bearer ${this.#key}` }) },
      ...{ ...more, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) },
    });
  }

  /** The agent for whom the key sells. */
  async agent(): Promise<{ readonly id: string; readonly name: string }> {
    const { id, name } = await this.#ask('GET', '/vend/agent');
    if (typeof id !== 'string' || typeof name !== 'string') throw this.#unintelligible();
    return { id, name };
  }

  /** Writes down whose the card is, and from which keys its own came. */
  async register({ csn, regions }: IssuedCard, subscriber: string): Promise<void> {
    const named = regions.map(({ region, utility, n }) => {
      return { region: regionText(region), provider: providerIdOf({ utility, region }), n };
    });
    try {
      const { number } = await this.#post('/cards', { number: csn, subscriber, regions: named });
      if (number !== csn) throw this.#unintelligible();
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      throw new CannotGoOn(`Card ${csn} is issued, and not registered: ${error.message}`, { cause: error });
    }
  }

  /** Ends a card for ever. */
  async block(csn: Csn): Promise<void> {
    const { number, state } = await this.#post(`/cards/${csn}/block`, { state: 'blocked' });
    if (number !== csn || typeof state !== 'string' || state === 'active') throw this.#unintelligible();
  }

  /** Of the money that the host takes: its number in ISO 4217, and how many decimals it has. */
  async currency(): Promise<{ readonly number: number; readonly exponent: number }> {
    const { currency } = await this.#ask('GET', '/terms');
    const { number, exponent } = (currency ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof number !== 'number' || typeof exponent !== 'number') throw this.#unintelligible();
    return { number, exponent };
  }

  /** Asks the bank of a card through one of the host's ports. */
  async pay({ to, paid, port }: PaymentWish, card: EmvCardData): Promise<ChipPayment> {
    const { pan, expiry, sequence, track2, data } = card;
    const chip = {
      data: toHex(data),
      ...(sequence !== undefined && { sequence }),
      ...(track2 !== undefined && { track2 }),
    };
    const instrument = { type: 'card', pan, expiry, chip };
    return this.#paymentOf(await this.#post('/payments', { ...to, paid: String(paid), port, instrument }));
  }

  /** Tells what the chip said to its bank's approval: the host sells, or gives back. */
  async chipSaid(payment: string, outcome: 'approved' | 'declined'): Promise<ChipPayment> {
    return this.#paymentOf(await this.#post(`/payments/${encodeURIComponent(payment)}/chip`, { outcome }));
  }

  #paymentOf({ id, state, shown, approval, chip }: Readonly<Record<string, unknown>>): ChipPayment {
    if (typeof id !== 'string' || typeof state !== 'string') throw this.#unintelligible();
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const { code, data } = (chip ?? {}) as Readonly<Record<string, unknown>>;
    const bytes = data === undefined ? undefined : this.#frameOf(data);
    const told = typeof code === 'string' ? { code, data: bytes } : undefined;
    return { id, state, shown: text(shown), approval: text(approval), chip: told };
  }

  /** Begins an exchange with a region of a card that lies in a reader: M1. */
  async begin(csn: Csn, region: Region): Promise<{ readonly exchange: string; readonly frame: Uint8Array }> {
    const { exchange, frame } = await this.#post(`/cards/${csn}/exchanges`, { region: regionText(region) });
    if (typeof exchange !== 'string' || !/^[\w-]{1,64}$/.test(exchange)) throw this.#unintelligible();
    return { exchange, frame: this.#frameOf(frame) };
  }

  /** Gives the host what the card said. */
  async say(csn: Csn, exchange: string, said: Uint8Array): Promise<HostSays> {
    const answer = await this.#post(`/cards/${csn}/exchanges/${exchange}`, { frame: toHex(said) });
    const { frame, receipt, frozen, refused, ignored } = answer;
    if (frame !== undefined) return { frame: this.#frameOf(frame) };
    if (typeof receipt === 'object' && receipt !== null) {
      return { receipt: { ...receipt, more: (receipt as { more?: unknown }).more === true } };
    }
    if (typeof frozen === 'string') throw heldBack(csn, frozen);
    if (refused !== undefined) {
      throw new CannotGoOn(
        `Card ${csn} refuses what the host sends (reason ${refused}): take it out and in, and try again.`,
      );
    }
    if (typeof ignored === 'string') {
      throw new CannotGoOn(`What card ${csn} answers is not what the host waits for (${ignored}): try again.`);
    }
    throw this.#unintelligible();
  }

  #frameOf(hex: unknown): Uint8Array {
    const bytes = typeof hex === 'string' ? parseHex(hex) : undefined;
    if (bytes === undefined) throw this.#unintelligible();
    return bytes;
  }

  #post(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    return this.#ask('POST', path, { headers, body: JSON.stringify(body) });
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    more: Omit<Asked, 'method'> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    try {
      const response = await this.fetch(`${API}${path}`, { method, ...more }, true);
      // What breaks off in the middle was not heard, and may have been done.
      const told = recordIn(await response.text());
      if (response.ok) return told;
      const why = typeof told.detail === 'string' ? told.detail : `${this.#url} refuses (${response.status}).`;
      throw response.status < 500 ? new CannotGoOn(why) : new HostSilent(why);
    } catch (error) {
      if (error instanceof CannotGoOn) throw error;
      const { cause, message } = error as Error & { readonly cause?: Partial<NodeJS.ErrnoException> };
      const why = cause?.code ?? cause?.message ?? message;
      throw new HostSilent(`The host at ${this.#url} does not answer (${why}): start it, or name another.`, {
        cause: error,
      });
    }
  }

  #unintelligible = () => new CannotGoOn(`${this.#url} answers what no host of cards would: name another with --host.`);
}

/** Nothing where it is none. */
function recordIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
