import { headerOf, listOf, parametersOf, type SipResponse } from './message.ts';
import type { Endpoint } from './ports.ts';

/** The registrar of a trunk, and who this side is there. */
export interface RegistrarSettings {
  readonly at: Endpoint;
  /** `sip.example`: behind the @ of what is registered. */
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** Of this side, where calls are to come. */
  readonly contact: Endpoint;
}

export interface RegistrationPorts {
  /** Asks somebody for something until they answer, or half a minute is over: `SipAgent.request`. */
  readonly request: (
    start: string,
    headers: readonly (readonly [string, string])[],
    to: Endpoint,
    answered: (response: SipResponse | undefined) => void,
  ) => void;
  /** In small hex digits. */
  readonly digest: (algorithm: DigestAlgorithm, text: string) => string;
  readonly later: (ms: number, work: () => void) => () => void;
  readonly draw: (digits: number) => string;
  /** Takes a sentence for the log. */
  readonly hear: (level: 'info' | 'warn', sentence: string) => void;
}

/** RFC 8760: what a password is proved by, the first that is offered. */
export const DIGEST_ALGORITHMS = ['MD5', 'SHA-256'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

const EXPIRES_SECONDS = 3_600;
/** So long before its end a registration is renewed, and at half of it where it is short. */
const BEFORE_SECONDS = 60;
const EXPIRES_SECONDS_MIN = 10;
const EXPIRES_SECONDS_MAX = 86_400;
/** After the n-th vain try: half a minute, doubled, and at most ten minutes. */
const RETRY_FIRST_MS = 30_000;
const RETRY_MAX_MS = 600_000;
/** A registrar that challenges more often than this in a row takes nothing. */
const CHALLENGES_MAX = 2;
const INTERVAL_TOO_BRIEF = 423;

interface Challenge {
  /** `WWW-Authenticate` is answered by `Authorization`, `Proxy-Authenticate` by `Proxy-Authorization`. */
  readonly answeredIn: 'Authorization' | 'Proxy-Authorization';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: DigestAlgorithm;
  /** As it was written; it may be absent. */
  readonly named: string | undefined;
  readonly isQop: boolean;
  readonly isStale: boolean;
}

/** Makes this side known to the registrar of a trunk, by a digest of its password, again and again until it is stopped. */
export class Registration {
  readonly #settings: RegistrarSettings;
  readonly #ports: RegistrationPorts;
  readonly #callId: string;
  readonly #tag: string;
  #cseq = 0;
  #expires = EXPIRES_SECONDS;
  #failures = 0;
  #isRegistered = false;
  #isStopped = false;
  #cancel: () => void = () => undefined;

  constructor(settings: RegistrarSettings, ports: RegistrationPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#callId = `${ports.draw(24)}@${settings.contact.address}`;
    this.#tag = ports.draw(16);
  }

  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  start(): void {
    this.#register(undefined, 0);
  }

  /** Takes back what is registered; resolves when that was answered, or nobody did. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    if (!this.#isRegistered) return Promise.resolve();
    this.#isRegistered = false;
    return new Promise((resolve) => this.#ask(0, undefined, 0, () => resolve()));
  }

  #register(challenge: Challenge | undefined, challenges: number): void {
    this.#ask(this.#expires, challenge, challenges, (response) => {
      if (this.#isStopped) return;
      if (response === undefined) return this.#failed('it did not answer');
      if (response.status === INTERVAL_TOO_BRIEF) {
        const least = secondsOf(headerOf(response, 'min-expires'));
        if (least === undefined || least <= this.#expires) return this.#failed('it wants another time than it names');
        this.#expires = least;
        return this.#register(undefined, challenges + 1);
      }
      if (response.status >= 300) return this.#failed(`it answered with ${response.status}`);
      this.#registered(this.#granted(response));
    });
  }

  /** Asks, and proves who asks as often as it may be asked for. */
  #ask(
    expires: number,
    challenge: Challenge | undefined,
    challenges: number,
    done: (response: SipResponse | undefined) => void,
  ): void {
    const { at, domain, user, contact } = this.#settings;
    const uri = `sip:${domain}`;
    this.#cseq += 1;
    const self = `<sip:${user}@${domain}>`;
    const headers: (readonly [string, string])[] = [
      ['From', `${self};tag=${this.#tag}`],
      ['To', self],
      ['Call-ID', this.#callId],
      ['CSeq', `${this.#cseq} REGISTER`],
      ['Contact', `<sip:${user}@${contact.address}:${contact.port}>`],
      ['Expires', String(expires)],
    ];
    if (challenge !== undefined) headers.push([challenge.answeredIn, this.#proof(challenge, uri)]);
    this.#ports.request(`REGISTER ${uri} SIP/2.0`, headers, at, (response) => {
      const asked = response === undefined ? undefined : challengeOf(response);
      // The same question again says that the answer was wrong, unless it says that it only came too late.
      const isRefused = challenge !== undefined && asked?.isStale === false;
      if (asked === undefined || isRefused || challenges >= CHALLENGES_MAX) return done(response);
      this.#ask(expires, asked, challenges + 1, done);
    });
  }

  /** RFC 7616 §3.4.1, with `auth` where it is offered and as of RFC 2069 where none is. */
  #proof({ realm, nonce, opaque, algorithm, named, isQop }: Challenge, uri: string): string {
    const { user, password } = this.#settings;
    const { digest, draw } = this.#ports;
    const hash = (text: string) => digest(algorithm, text);
    const [secret, what] = [hash(`${user}:${realm}:${password}`), hash(`REGISTER:${uri}`)];
    const cnonce = draw(16);
    const response = isQop
      ? hash(`${secret}:${nonce}:00000001:${cnonce}:auth:${what}`)
      : hash(`${secret}:${nonce}:${what}`);
    const quoted = { username: user, realm, nonce, uri, response, ...(opaque !== undefined && { opaque }) };
    const parts = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`);
    if (named !== undefined) parts.push(`algorithm=${named}`);
    if (isQop) parts.push('qop=auth', 'nc=00000001', `cnonce="${cnonce}"`);
    return `Digest ${parts.join(', ')}`;
  }

  /** What was granted to this contact: others may be registered beside it. RFC 3261 §10.2.4 */
  #granted(response: SipResponse): number {
    const { contact } = this.#settings;
    const own = listOf(response.headers.get('contact')).find((each) =>
      each.includes(`@${contact.address}:${contact.port}`),
    );
    const said = own === undefined ? undefined : secondsOf(parametersOf(own.replace(/^.*>/, '')).get('expires'));
    return said ?? secondsOf(headerOf(response, 'expires')) ?? this.#expires;
  }

  #registered(seconds: number): void {
    if (!this.#isRegistered)
      this.#ports.hear('info', `Calls come from ${this.#settings.domain}: it has this telephone.`);
    this.#isRegistered = true;
    this.#failures = 0;
    const held = Math.max(seconds, EXPIRES_SECONDS_MIN);
    const wait = Math.max(held / 2, held - BEFORE_SECONDS);
    this.#cancel = this.#ports.later(wait * 1_000, () => this.#register(undefined, 0));
  }

  #failed(why: string): void {
    if (this.#isRegistered || this.#failures === 0) {
      const sentence = `No calls come from ${this.#settings.domain}, because ${why}: see to its address, user and password. It is asked again.`;
      this.#ports.hear('warn', sentence);
    }
    this.#isRegistered = false;
    const wait = Math.min(RETRY_FIRST_MS * 2 ** this.#failures, RETRY_MAX_MS);
    this.#failures += 1;
    this.#cancel = this.#ports.later(wait, () => this.#register(undefined, 0));
  }
}

/** Of several challenges the first that can be answered: the registrar names what it likes best first. RFC 8760 §2.4 */
function challengeOf(response: SipResponse): Challenge | undefined {
  const isProxy = response.status === 407;
  if (response.status !== 401 && !isProxy) return undefined;
  const lines = response.headers.get(isProxy ? 'proxy-authenticate' : 'www-authenticate') ?? [];
  for (const line of lines) {
    if (!/^digest\s/i.test(line)) continue;
    const fields = new Map<string, string>();
    for (const [, name = '', quoted, plain] of line
      .slice(6)
      .matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
      fields.set(name.toLowerCase(), quoted ?? plain ?? '');
    }
    const named = fields.get('algorithm');
    const algorithm = DIGEST_ALGORITHMS.find((each) => each === (named ?? 'MD5').toUpperCase());
    const [realm, nonce, qop] = [fields.get('realm'), fields.get('nonce'), fields.get('qop')];
    const offers = qop
      ?.toLowerCase()
      .split(',')
      .map((each) => each.trim());
    if (algorithm === undefined || realm === undefined || nonce === undefined) continue;
    if (offers !== undefined && !offers.includes('auth')) continue;
    return {
      answeredIn: isProxy ? 'Proxy-Authorization' : 'Authorization',
      ...{ realm, nonce, opaque: fields.get('opaque'), algorithm, named, isQop: offers !== undefined },
      isStale: fields.get('stale')?.toLowerCase() === 'true',
    };
  }
  return undefined;
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  return Math.min(Number(text), EXPIRES_SECONDS_MAX);
}
