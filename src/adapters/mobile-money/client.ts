import { at, codeOf, PATHS, parsed, textOf } from './messages.ts';

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** A token is asked for anew so long before it ends. */
const TOKEN_MARGIN_MS = 60_000;
const TOKEN_WRONG = '404.001.03';

export interface ClientSettings {
  /** `https://api.safaricom.co.ke` */
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly requestMs: number;
  readonly now: () => number;
}

export type Answered =
  | { readonly type: 'answered'; readonly body: unknown }
  /** It was understood and not done. */
  | { readonly type: 'refused'; readonly code: string; readonly words: string }
  /** It may be done, or not. */
  | { readonly type: 'unknown'; readonly sentence: string };

/** Requests to M-Pesa, each with a token that is asked for when it is needed. */
export class Client {
  readonly #settings: ClientSettings;
  #token: { readonly text: string; readonly until: number } | undefined;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  async post(path: string, body: object): Promise<Answered> {
    const first = await this.#withToken(path, body);
    if (first.type !== 'refused' || (first.code !== TOKEN_WRONG && first.code !== '401')) return first;
    // A token that is no longer good was refused before anything was done.
    this.#token = undefined;
    return this.#withToken(path, body);
  }

  async #withToken(path: string, body: object): Promise<Answered> {
    const token = await this.#tokenNow();
    if (typeof token !== 'string') return token;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return this.#send(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Nothing is done before there is one: that there is none is a refusal. */
  async #tokenNow(): Promise<string | Answered> {
    const { consumerKey, consumerSecret, now } = this.#settings;
    if (this.#token !== undefined && this.#token.until > now()) return this.#token.text;
    const basic = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64');
    const answer = await this.#send(`${PATHS.token}?grant_type=client_credentials`, {
      headers: { authorization: `Basic ${basic}` },
    });
    const body = answer.type === 'answered' ? answer.body : undefined;
    const text = textOf(at(body, 'access_token'));
    const seconds = Number(at(body, 'expires_in'));
    if (text === undefined || !Number.isFinite(seconds)) {
      const words = answer.type === 'unknown' ? answer.sentence : 'M-Pesa gave no token.';
      return { type: 'refused', code: 'token', words };
    }
    this.#token = { text, until: now() + seconds * 1000 - TOKEN_MARGIN_MS };
    return text;
  }

  async #send(path: string, init: RequestInit): Promise<Answered> {
    const { url, requestMs } = this.#settings;
    try {
      const response = await fetch(`${url}${path}`, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(requestMs),
      });
      const body = parsed(await bounded(response));
      if (response.status === 200 && body !== undefined) return { type: 'answered', body };
      const code = codeOf(at(body, 'errorCode')) ?? String(response.status);
      const words = textOf(at(body, 'errorMessage')) ?? `M-Pesa answered with status ${response.status}.`;
      // A fault of its own side leaves open what was done before it.
      if (response.status >= 400 && response.status < 500) return { type: 'refused', code, words };
      return unknown(`${words} (${code})`);
    } catch (error) {
      return unknown(error instanceof Error ? error.message : String(error));
    }
  }
}

const unknown = (why: string): Answered => ({ type: 'unknown', sentence: `M-Pesa did not answer: ${why}` });

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
