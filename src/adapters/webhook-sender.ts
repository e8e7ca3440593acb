import { createHash, createHmac } from 'node:crypto';
import { type LookupAddress, lookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';
import type { NotTaken, WebhookSender } from '../host/ports.ts';

/**
 * Tells addresses outside by POST, signed as Standard Webhooks has it (https://www.standardwebhooks.com), whose
 * libraries verify it: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Whoever may make a webhook must not reach
 * with it what only this machine can reach: a name is resolved once, each of its addresses is looked at, and the
 * connection goes to those and to no others.
 */

const TIMEOUT_MS = 10_000;
const URL_LENGTH_MAX = 2_048;
const HEADER_BYTES_MAX = 16_384;
/** Of an answer nothing is needed but its status; so much is read, so that its sender is not cut off. */
const ANSWER_BYTES_MAX = 16_384;

/** What became of one delivery; `inside` is an address that nobody outside could mean. */
export type Delivered = 'taken' | 'status' | 'timeout' | 'unreachable' | 'inside';

export interface WebhookSettings {
  /** From which the secret of each webhook is derived: 32 bytes, the same at every host of a utility. */
  readonly key: Uint8Array;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Addresses and networks (`10.1.2.0/24`) of the utility's own that may be told all the same, also without TLS. */
  readonly inside?: readonly string[];
  readonly timeoutMs?: number;
  /** All addresses of a name; the machine's own resolver where absent. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
  /** Is told of each delivery, to count it and to log it. */
  readonly delivered?: (of: {
    readonly webhook: string;
    readonly id: string;
    readonly outcome: Delivered;
    /** For a person; empty when it was taken. */
    readonly why: string;
    readonly ms: number;
  }) => void;
}

type Delivery = Parameters<WebhookSender['send']>[0];

interface Ended {
  readonly outcome: Delivered;
  readonly why: string;
}

export class HttpWebhookSender implements WebhookSender {
  readonly #settings: WebhookSettings;
  readonly #inside: readonly Network[];
  readonly #timeoutMs: number;

  /** @throws RangeError when one of `inside` is neither an address nor a network */
  constructor(settings: WebhookSettings) {
    this.#settings = settings;
    this.#inside = (settings.inside ?? []).map(networkOf);
    this.#timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
  }

  /** `whsec_…`, as the libraries take it. */
  secretOf(webhook: string): string {
    return `whsec_${this.#keyOf(webhook).toString('base64')}`;
  }

  faultOf(text: string): string | undefined {
    const url = URL.parse(text);
    if (url === null || text.length > URL_LENGTH_MAX || !/^https?:$/.test(url.protocol)) {
      return `A webhook is told at an address of at most ${URL_LENGTH_MAX} characters, as https://shop.example/told.`;
    }
    if (url.username !== '' || url.password !== '') {
      return 'The address of a webhook has no name or password: its receiver knows this host by the signature.';
    }
    const literal = literalOf(url);
    if (literal !== undefined && !this.#mayTell(literal)) return insideSentence(literal);
    const isPlain = url.protocol === 'http:';
    if (isPlain && (literal === undefined ? this.#inside.length === 0 : !this.#isOwn(literal))) {
      return "A webhook is told by https, but in the utility's own network.";
    }
    return undefined;
  }

  async send(delivery: Delivery): Promise<'taken' | NotTaken> {
    const begun = this.#settings.now();
    const { outcome, why } = await this.#attempt(delivery);
    const { webhook, id } = delivery;
    this.#settings.delivered?.({ webhook, id, outcome, why, ms: this.#settings.now() - begun });
    return outcome === 'taken' ? 'taken' : { why };
  }

  /** One limit of time for all of it: name, connection, answer. */
  async #attempt(delivery: Delivery): Promise<Ended> {
    const fault = this.faultOf(delivery.url);
    if (fault !== undefined) return { outcome: 'inside', why: fault };
    const url = new URL(delivery.url);
    const limit = new AbortController();
    const late = { outcome: 'timeout', why: `nothing was answered within ${this.#timeoutMs} ms` } as const;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<Ended>((resolve) => {
      timer = setTimeout(() => {
        limit.abort();
        resolve(late);
      }, this.#timeoutMs);
    });
    try {
      const named = await Promise.race([this.#addressesOf(url), timeout]);
      if ('outcome' in named) return named;
      return await this.#post(url, delivery, { addresses: named, limit: limit.signal, late });
    } finally {
      clearTimeout(timer);
    }
  }

  /** All of them are looked at: with one inside among them, which of them is meant is anybody's choice. */
  async #addressesOf(url: URL): Promise<readonly LookupAddress[] | Ended> {
    const literal = literalOf(url);
    const isPlain = url.protocol === 'http:';
    try {
      const found =
        literal === undefined
          ? await (this.#settings.resolve ?? resolveAll)(url.hostname)
          : [{ address: literal, family: isIP(literal) }];
      if (found.length === 0) return { outcome: 'unreachable', why: `${url.hostname} has no address` };
      const wrong = found.find(({ address }) => !this.#mayTell(address) || (isPlain && !this.#isOwn(address)));
      return wrong === undefined ? found : { outcome: 'inside', why: insideSentence(wrong.address) };
    } catch (error) {
      return { outcome: 'unreachable', why: messageOf(error) };
    }
  }

  #post(
    url: URL,
    { webhook, id, body }: Delivery,
    way: { readonly addresses: readonly LookupAddress[]; readonly limit: AbortSignal; readonly late: Ended },
  ): Promise<Ended> {
    const isPlain = url.protocol === 'http:';
    const at = Math.floor(this.#settings.now() / 1000);
    // An event's own id may have any letters; a header has not, and a dot in it would blur what was signed.
    const message = `msg_${createHash('sha256').update(id).digest('base64url')}`;
    const signature = createHmac('sha256', this.#keyOf(webhook)).update(`${message}.${at}.${body}`).digest('base64');
    const options: RequestOptions = {
      method: 'POST',
      // A connection of its own: none is found again that was made under another name.
      agent: isPlain ? new HttpAgent({ keepAlive: false }) : new HttpsAgent({ keepAlive: false }),
      signal: way.limit,
      maxHeaderSize: HEADER_BYTES_MAX,
      lookup: (_, { all }, found) => {
        const [first] = way.addresses as [LookupAddress];
        if (all === true) found(null, [...way.addresses]);
        else found(null, first.address, first.family);
      },
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'wattpurse',
        'webhook-id': message,
        'webhook-timestamp': String(at),
        'webhook-signature': `v1,${signature}`,
      },
    };
    return new Promise((resolve) => {
      let answered: Ended | undefined;
      const sent = (isPlain ? httpRequest : httpsRequest)(url, options, (response) => {
        const { statusCode = 0 } = response;
        // What is answered elsewhere is answered by somebody else: a redirect is not followed.
        const ended: Ended =
          statusCode >= 200 && statusCode < 300
            ? { outcome: 'taken', why: '' }
            : { outcome: 'status', why: `it was answered with status ${statusCode}` };
        answered = ended;
        readSome(response, () => resolve(ended));
      });
      sent.on('error', (error) =>
        resolve(answered ?? (way.limit.aborted ? way.late : { outcome: 'unreachable', why: messageOf(error) })),
      );
      sent.end(body);
    });
  }

  #mayTell(address: string): boolean {
    return isOutside(address) || this.#isOwn(address);
  }

  #isOwn(address: string): boolean {
    const parsed = ipaddr.parse(address);
    return this.#inside.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }

  #keyOf(webhook: string): Buffer {
    return createHmac('sha256', this.#settings.key).update(webhook).digest();
  }
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @throws RangeError */
export function networkOf(text: string): Network {
  const isNetwork = text.includes('/');
  if (!isNetwork && isIP(text) !== 0) {
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  if (isNetwork && isIP(text.split('/')[0] ?? '') !== 0 && ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  throw new RangeError(`an address is as 10.1.2.3, a network as 10.1.2.0/24, not "${text}"`);
}

/** RFC 4291 §2.4: outside of it no address of version 6 belongs to anybody on the Internet. */
const GLOBAL_UNICAST: Network = ipaddr.parseCIDR('2000::/3');

/**
 * Whether it is a unicast address of the Internet. Those of version 6 that carry one of version 4 in them (mapped,
 * compatible, 6to4, Teredo, NAT64) are none: what is behind them is not seen.
 */
export function isOutside(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST[0], GLOBAL_UNICAST[1]);
}

/** An address that stands in the place of a name, in whatever way it was written: the URL has one. */
function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

const insideSentence = (address: string): string =>
  `${address} is no address of the Internet: a webhook is told outside, or in the utility's own network.`;

const lookupAll = promisify(lookup);
const resolveAll = (name: string): Promise<LookupAddress[]> => lookupAll(name, { all: true });

function readSome(response: IncomingMessage, ended: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) response.destroy();
  });
  // It may break off, or take too long: its status came.
  response.on('error', () => undefined);
  response.on('close', ended);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
