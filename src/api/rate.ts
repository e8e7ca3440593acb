import ipaddr from 'ipaddr.js';

const WINDOW_MS = 60_000;
/** With more of them in one minute those that began to ask first are forgotten. */
const CLIENTS_MAX = 10_000;
/** Of eight: one client has a network of 64 bits to itself, and addresses in it without number. RFC 6177 §2 */
const NETWORK_GROUPS = 4;

/** Counts what each client asks for within a minute, which begins with its first request. */
export class RateLimit {
  readonly #max: number;
  /** In the order in which their minutes began. */
  readonly #counts = new Map<string, { readonly beginMs: number; requests: number }>();

  /** @param max requests of one client in a minute */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Counts one more request.
   * @param nowMs by a clock that never goes back
   * @returns whole seconds until the client's next minute where it has asked too much, and 0 where it has not
   */
  waitSeconds(address: string, nowMs: number): number {
    const client = clientOf(address);
    let count = this.#counts.get(client);
    if (count === undefined || nowMs - count.beginMs >= WINDOW_MS) {
      this.#counts.delete(client);
      count = { beginMs: nowMs, requests: 0 };
      this.#counts.set(client, count);
      if (this.#counts.size > CLIENTS_MAX) this.#forgetFirst();
    }
    count.requests += 1;
    return count.requests <= this.#max ? 0 : Math.ceil((count.beginMs + WINDOW_MS - nowMs) / 1000);
  }

  #forgetFirst(): void {
    for (const client of this.#counts.keys()) {
      this.#counts.delete(client);
      return;
    }
  }
}

/** An IPv4 address, however it is written, or the network of an IPv6 address; what is neither is a client of its own. */
function clientOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, NETWORK_GROUPS).join(':') : parsed.toString();
}
