import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type HostByName, type HostWatcher, ROTATION_STATES, rotationOverdueMs, SUITE_NAMES } from '../host/index.ts';

/** From a fast exchange on an idle line to one that waits for a transformer's whole round. Seconds. */
const EXCHANGE_BUCKETS = [0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60];
const REQUEST_BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** What the machine of a host can tell of what it runs on. */
export interface Machine {
  /** Of the disk with the data folder. */
  readonly freeBytes: () => number;
  /** How far the clock of the business is ahead of the machine's own, which was set back then. */
  readonly businessAheadMs: () => number;
  /** When what proves it to area units is good no more, Unix seconds; nothing where it shows no certificate. */
  readonly certificateExpiresAt: number | undefined;
}

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

  readonly #balanced = this.#gauge('books_balanced', '1 where the books hold their equations, for money and energy');
  readonly #oldestOrder = this.#gauge(
    'order_oldest_seconds',
    'Age of the oldest order that is neither stored nor given back',
  );
  readonly #meters = new Gauge({
    name: 'wattpurse_meters',
    help: 'Meters by how they stand, as far as the host knows',
    labelNames: ['state'],
    registers: [this.#registry],
  });
  readonly #stale = this.#gauge('meters_stale', 'Meters of which nothing was heard for longer than polls explain');
  readonly #units = new Gauge({
    name: 'wattpurse_local_units',
    help: 'Local units: all, those that are silent, and those that refused the map of their meters',
    labelNames: ['which'],
    registers: [this.#registry],
  });
  readonly #suspicions = this.#gauge(
    'line_suspicions',
    'What local units hold to be wrong on their lines, and still say',
  );
  readonly #rotations = new Gauge({
    name: 'wattpurse_key_rotation',
    help: '1 for how the timer stands with a key that the host rotates by itself',
    labelNames: ['purpose', 'suite', 'state'],
    registers: [this.#registry],
  });
  readonly #rotationOverdue = new Gauge({
    name: 'wattpurse_key_rotation_overdue_seconds',
    help: 'For how long the rotation of a key has been due, or goes on too long',
    labelNames: ['purpose', 'suite'],
    registers: [this.#registry],
  });
  readonly #lineFrames = new Gauge({
    name: 'wattpurse_line_frames',
    help: 'Frames on all lines in the last round: all, those that were sent again, and those that came garbled',
    labelNames: ['which'],
    registers: [this.#registry],
  });

  constructor(machine?: Machine) {
    collectDefaultMetrics({ register: this.#registry });
    if (machine === undefined) return;
    const { freeBytes, businessAheadMs, certificateExpiresAt } = machine;
    this.#asked('data_free_bytes', 'Room on the disk with the data folder', freeBytes);
    this.#asked(
      'business_ahead_seconds',
      'How far the clock of the business is ahead of the machine, whose clock was set back',
      () => businessAheadMs() / 1000,
    );
    if (certificateExpiresAt === undefined) return;
    this.#asked(
      'certificate_expires_seconds',
      'When the certificate for area units expires',
      () => certificateExpiresAt,
    );
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
    const { balanced, issued, stored, inFlight, refunded, spent, owed, found, fromCards, closed, valueInMeters } =
      await host.books();
    await this.#look(host, balanced);
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

  /** What an operator watches, as of now. */
  async #look(host: HostByName, balanced: boolean): Promise<void> {
    const { meters, lines, orders } = await host.overview();
    this.#balanced.set(Number(balanced));
    this.#oldestOrder.set((orders.oldestMs ?? 0) / 1000);
    for (const [state, count] of Object.entries(meters.byState)) this.#meters.set({ state }, count);
    this.#stale.set(meters.stale);
    this.#units.set({ which: 'all' }, lines.count);
    this.#units.set({ which: 'silent' }, lines.silent);
    this.#units.set({ which: 'map-refused' }, lines.mapRefused);
    this.#suspicions.set(lines.suspicions);
    const { now } = host.here();
    this.#rotations.reset();
    this.#rotationOverdue.reset();
    for (const row of await host.keyRotations()) {
      const key = { purpose: row.purpose, suite: SUITE_NAMES[row.suite] };
      for (const state of ROTATION_STATES) this.#rotations.set({ ...key, state }, Number(row.state === state));
      this.#rotationOverdue.set(key, rotationOverdueMs(row, now) / 1000);
    }
    for (const which of ['frames', 'retries', 'garbled'] as const) {
      this.#lineFrames.set({ which: which === 'frames' ? 'all' : which }, lines[which]);
    }
  }

  /** Asked when it is told. */
  #asked(name: string, help: string, value: () => number): void {
    const registers = [this.#registry];
    const gauge: Gauge = new Gauge({ name: `wattpurse_${name}`, help, registers, collect: () => gauge.set(value()) });
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
