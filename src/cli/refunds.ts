import type { HostServices, NumberedOrder, Order } from '../host/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import type { News } from './news.ts';
import { refundReasonText } from './reason-text.ts';

const ORDERS_A_PAGE = 200;

/** Finds what the host gave back since the last look. The books say of which meters orders need to be read at all. */
export class RefundWatch {
  readonly #host: HostServices;
  #known: ReadonlyMap<Svpmsn, bigint> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(host: HostServices) {
    this.#host = host;
  }

  /** The oldest first; nothing at the first look, because what was given back before is no news. */
  async news(now: number): Promise<News[]> {
    const since = this.#lookedAt;
    const known = this.#known;
    const { meters } = await this.#host.books();
    this.#known = new Map(meters.map(({ svpmsn, refunded }) => [svpmsn, refunded]));
    this.#lookedAt = now;
    if (known === undefined) return [];
    const grown = meters.filter(({ svpmsn, refunded }) => refunded > (known.get(svpmsn) ?? 0n));
    const orders = await Promise.all(grown.map(({ svpmsn }) => this.#ordersOf(svpmsn)));
    const fresh = orders.flat().filter(({ op, state }) => op === 'credit' && state === 'refunded');
    return fresh
      .map(newsOf)
      .filter(({ at }) => at > since)
      .sort((a, b) => a.at - b.at);
  }

  async #ordersOf(svpmsn: Svpmsn): Promise<NumberedOrder[]> {
    const all: NumberedOrder[] = [];
    for (;;) {
      const before = all.at(-1)?.sequence;
      const page = await this.#host.orders({ svpmsn, limit: ORDERS_A_PAGE, ...(before && { before }) });
      all.push(...page);
      if (page.length < ORDERS_A_PAGE) return all;
    }
  }
}

function newsOf({ svpmsn, amount, why, orderedAt, settledAt }: Order): News {
  const text = `was given back ${amount} tokens: ${refundReasonText(why)}`;
  return { at: settledAt ?? orderedAt, who: svpmsnText(svpmsn), kind: 'was given back', text, amount };
}
