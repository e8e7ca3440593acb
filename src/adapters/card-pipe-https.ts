import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { parseHex, toHex } from '../bytes/index.ts';
import type { CardInMeter, CardPassed, CardPipePort } from '../host/index.ts';
import { type Svpmsn, svpmsn, svpmsnText } from '../units/index.ts';

/** The address of another host, and how it is known. */
export interface CardPipeAddress {
  /** `https://power.example`; without TLS on this machine alone. */
  readonly url: string;
  /** An API key there with the scope `cards:pipe`. */
  readonly key: string;
  /** PEM of the one certificate that it shows; without it an authority is asked, as for any address. */
  readonly certificate?: string;
  readonly timeoutMs?: number;
}

const API = '/api/v1/card-pipes';
const PAGE = 200;
const PAGES_MAX = 50;
/** A page of cards; a frame is far shorter. */
const ANSWER_BYTES_MAX = 64 * 1024;
/** A local unit asks a card for some seconds, and a line may be busy. */
const TIMEOUT_MS = 60_000;
const OUTCOMES: readonly string[] = ['answered', 'no-answer', 'unknown-meter', 'refused'];

/**
 * Another host's lines for the frames of this one's desk, over its HTTP API. It is known by its certificate, and this one
 * there by an API key that may do nothing else. What it answers is bytes for the desk and no more: value is sealed
 * between desk and card. Each request has a connection of its own, and none follows a redirect.
 */
export class HttpsCardPipe implements CardPipePort {
  readonly #address: CardPipeAddress;
  readonly #url: URL;
  readonly #pinned: X509Certificate | undefined;
  readonly #hear: (sentence: string) => void;

  /**
   * @param hear takes a sentence for the log where the other host could not be asked
   * @throws Error when the address or the certificate is none
   */
  constructor(address: CardPipeAddress, hear: (sentence: string) => void) {
    this.#address = address;
    this.#url = new URL(address.url);
    this.#pinned = address.certificate === undefined ? undefined : new X509Certificate(address.certificate);
    this.#hear = hear;
  }

  async cardsInMeters(): Promise<readonly CardInMeter[]> {
    const cards: CardInMeter[] = [];
    let cursor = '';
    for (let page = 0; page < PAGES_MAX; page++) {
      const told = await this.#ask('GET', `${API}?limit=${PAGE}${cursor}`);
      if (told === undefined) return [];
      const items = Array.isArray(told.items) ? told.items : [];
      cards.push(...items.map(cardOf).filter((card) => card !== undefined));
      if (typeof told.next !== 'string') break;
      cursor = `&cursor=${encodeURIComponent(told.next)}`;
    }
    return cards;
  }

  async passToCard(meter: Svpmsn, frame: Uint8Array): Promise<CardPassed> {
    const told = await this.#ask('POST', `${API}/${svpmsnText(meter)}`, { frame: toHex(frame) });
    const outcome = OUTCOMES.find((each) => each === told?.outcome) as CardPassed['outcome'] | undefined;
    const said = typeof told?.frame === 'string' ? parseHex(told.frame) : undefined;
    return { outcome: outcome ?? 'no-answer', frame: said };
  }

  /** Nothing where no answer of the API came back. */
  async #ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>> | undefined> {
    const said = body === undefined ? '' : JSON.stringify(body);
    try {
      const { status, text } = await this.#send(method, path, said);
      const told: unknown = JSON.parse(text);
      const members = typeof told === 'object' && told !== null ? (told as Record<string, unknown>) : {};
      if (status === 200) return members;
      const detail = typeof members.detail === 'string' ? `: ${members.detail}` : '';
      this.#hear(`${this.#url.origin} refuses a frame for a card (${status})${detail}`);
    } catch (error) {
      this.#hear(`${this.#url.origin} cannot be asked to carry frames to cards (${(error as Error).message}).`);
    }
    return undefined;
  }

  #send(method: string, path: string, said: string): Promise<{ readonly status: number; readonly text: string }> {
    const { key, certificate, timeoutMs = TIMEOUT_MS } = this.#address;
    const { hostname, port, protocol } = this.#url;
    const isPlain = protocol === 'http:';
    const headers = {
      authorization: `Bearer ${key}`,
      ...(said !== '' && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(said) }),
    };
    const options: RequestOptions = {
      ...{ host: hostname.replace(/^\[|\]$/g, ''), path, method, headers, timeout: timeoutMs },
      ...(port !== '' && { port }),
      agent: isPlain ? new HttpAgent({ keepAlive: false }) : new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 }),
    };
    const pinned = certificate !== undefined && {
      ca: certificate,
      // The name is of no account: it is this certificate or none.
      checkServerIdentity: (_: string, shown: { readonly fingerprint256: string }) =>
        shown.fingerprint256 === this.#pinned?.fingerprint256 ? undefined : new Error('another certificate'),
    };
    return new Promise((resolve, reject) => {
      const taken = (response: IncomingMessage) => {
        bodyOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      };
      const sent = isPlain
        ? httpRequest(options, taken)
        : httpsRequest({ ...options, minVersion: 'TLSv1.3', ...pinned }, taken);
      const late = setTimeout(() => sent.destroy(new Error('no reply in time')), timeoutMs);
      sent.on('close', () => clearTimeout(late));
      sent.on('error', reject);
      sent.end(said);
    });
  }
}

/** @throws Error when it broke off or is too long */
async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) throw new Error('its reply is too long');
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('its reply broke off');
  return Buffer.concat(chunks).toString();
}

/** Nothing where it is none. */
function cardOf(told: unknown): CardInMeter | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const { meter, tail, insertedAt } = told as Record<string, unknown>;
  if (typeof meter !== 'string' || !/^[0-9a-f]{6}$/.test(meter)) return undefined;
  if (typeof tail !== 'string' || !/^[0-9a-f]{12}$/.test(tail) || typeof insertedAt !== 'string') return undefined;
  const at = Date.parse(insertedAt);
  return Number.isNaN(at) ? undefined : { meter: svpmsn(Number.parseInt(meter, 16)), tail, insertedAt: at };
}
