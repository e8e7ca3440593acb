import { setTimeout as pause } from 'node:timers/promises';
import { commandName, type ExchangeReads } from '../host/index.ts';
import type { EventStreams, StreamClient } from './event-streams.ts';
import { type TrafficEventJson, type TrafficJson, trafficJson } from './schemas/exchanges.ts';

/** Ten sends a second, of at most so many records: a page that draws them sees no more. */
const SEND_MS = 100;
const RECORDS_MAX = 200;

/** What passes between this host process and the meters, gathered for those who watch the lines. */
export class TrafficFeed<C extends StreamClient & { readonly traffic: boolean }> {
  readonly #exchanges: ExchangeReads;
  readonly #streams: EventStreams<C>;
  #running = false;
  #records: TrafficJson[] = [];
  #leftOut = 0;

  constructor(exchanges: ExchangeReads, streams: EventStreams<C>) {
    this.#exchanges = exchanges;
    this.#streams = streams;
  }

  /** Somebody who asked for it listens now. */
  joined(): void {
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    const stop = this.#exchanges.listen((exchange) => {
      const record = trafficJson(exchange, commandName(exchange.h));
      if (record === undefined) return;
      if (this.#records.length < RECORDS_MAX) this.#records.push(record);
      else this.#leftOut += 1;
    });
    for (let listening = this.#listening(); listening.length > 0; listening = this.#listening()) {
      await pause(SEND_MS, undefined, { ref: false });
      if (this.#records.length === 0) continue;
      const told: TrafficEventJson = { items: this.#records, leftOut: this.#leftOut };
      const text = `event: traffic\ndata: ${JSON.stringify(told)}\n\n`;
      this.#records = [];
      this.#leftOut = 0;
      for (const client of this.#listening()) this.#streams.write(client, text);
    }
    stop();
    this.#records = [];
    this.#leftOut = 0;
    this.#running = false;
  }

  #listening(): C[] {
    return this.#streams.closed ? [] : [...this.#streams.clients].filter(({ traffic }) => traffic);
  }
}
