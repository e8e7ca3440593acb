import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HostByName, HostWatcher } from '../host/index.ts';

/** From a fast exchange on an idle line to one that waits for a transformer's whole round. Seconds. */
const EXCHANGE_BUCKETS = [0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60];
const REQUEST_BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** What Prometheus is told of one host process and of the books. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #exchange = this.#histogram('exchange_seconds', 'Business time from M1 to M4', EXCHANGE_BUCKETS);
  readonly #cardExchange = this.#histogram(
    'card_exchange_seconds',
    'Business time from M1 to M4 of a card, at a desk or in a meter',
    EXCHANGE_BUCKETS,
  );
  readonly #refused = this.#counter('refused_frames_total', 'Frames that were refused, by reason', ['reason']);
  readonly #requests = new Histogram({
    name: 'wattpurse_request_seconds',
    help: 'Requests, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers: [this.#registry],
  });
  readonly #streams = this.#gauge('event_streams', 'Clients that listen to live events');
  readonly #droppedStreams = this.#counter(
    'event_streams_dropped_total',
    'Of those, who read too slowly and were dropped',
  );
  readonly #unsettled = this.#gauge('orders_unsettled', 'Orders that are sold and neither stored nor given back');
  readonly #cardsUnsettled = this.#gauge(
    'card_orders_unsettled',
    'Orders for cards that are neither on them nor given back',
  );
  readonly #told = this.#counter('webhook_deliveries_total', 'Addresses outside that were told, by what came of it', [
    'outcome',
  ]);
  readonly #toldWithin = this.#histogram('webhook_seconds', 'Telling an address outside', REQUEST_BUCKETS);
  readonly #undelivered = new Gauge({
    name: 'wattpurse_webhook_undelivered',
    help: 'What addresses outside have not taken: it waits to be told again, or a day of trying is over',
    labelNames: ['state'],
    registers: [this.#registry],
  });
  readonly #tokens = new Gauge({
    name: 'wattpurse_tokens',
    help: 'Tokens by what the books say of them',
    labelNames: ['account'],
    registers: [this.#registry],
  });

  readonly #cardTokens = new Gauge({
    name: 'wattpurse_card_tokens',
    help: 'Tokens of each provider on cards and in meters that take from them, by what the books say of them',
    labelNames: ['provider', 'account'],
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** What a host tells while it works. */
  readonly watcher: HostWatcher = {
    exchanged: (ms) => this.#exchange.observe(ms / 1000),
    cardExchanged: (ms) => this.#cardExchange.observe(ms / 1000),
    refused: (reason) => this.#refused.inc({ reason }),
  };

  /** An address outside was told. */
  told({ outcome, ms }: { readonly outcome: string; readonly ms: number }): void {
    this.#told.inc({ outcome });
    this.#toldWithin.observe(ms / 1000);
  }

  request(labels: { readonly method: string; readonly route: string; readonly status: number }, ms: number): void {
    this.#requests.observe(labels, ms / 1000);
  }

  streams(change: 1 | -1): void {
    this.#streams.inc(change);
  }
  streamDropped(): void {
    this.#droppedStreams.inc();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In the text format of Prometheus. */
  async text(host: HostByName): Promise<string> {
    const { issued, stored, inFlight, refunded, spent, owed, found, fromCards, closed, valueInMeters } =
      await host.books();
    const amounts = { issued, stored, inFlight, refunded, spent, owed, found, fromCards, closed, valueInMeters };
    for (const [account, amount] of Object.entries(amounts)) this.#tokens.set({ account }, Number(amount));
    for (const { provider, ...totals } of await host.cardTotals()) {
      for (const [account, amount] of Object.entries(totals))
        this.#cardTokens.set({ provider, account }, Number(amount));
    }
    this.#unsettled.set(await host.unsettledOrders());
    this.#cardsUnsettled.set(await host.unsettledCardOrders());
    const undelivered = await host.undelivered();
    for (const [state, name] of [
      ['waiting', 'waiting'],
      ['given-up', 'givenUp'],
    ] as const) {
      const all = undelivered.reduce((sum, each) => sum + each[name], 0);
      this.#undelivered.set({ state }, all);
    }
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `wattpurse_${name}`, help, registers: [this.#registry] });
  }
  #counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `wattpurse_${name}`, help, labelNames, registers: [this.#registry] });
  }
  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `wattpurse_${name}`, help, buckets, registers: [this.#registry] });
  }
}
