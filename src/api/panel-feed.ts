import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { EventStreams, openStream, type StreamClient } from './event-streams.ts';
import type { LiveSettings } from './live.ts';
import type { Metrics } from './metrics.ts';
import type { PanelJson } from './schemas/demo.ts';

/** A glass is looked at by eyes: five times a second is all that they see of it. */
const LOOK_MS = 200;
const HEARTBEAT_MS = 15_000;

interface Watcher {
  readonly by: string;
  readonly panel: () => PanelJson;
  /** Whether it may still look; asked now and then. */
  readonly allowed: () => Promise<boolean>;
}

interface Client extends Watcher, StreamClient {
  /** What it was shown last, but for clocks, which go on by themselves. */
  shown: string;
}

/** Panels for those who watch them: each at once, and whenever it changed. */
export class PanelFeed {
  readonly #streams: EventStreams<Client>;
  readonly #lookMs: number;
  readonly #heartbeatMs: number;
  #running = false;

  constructor(metrics: Metrics, { everyMs = LOOK_MS, heartbeatMs = HEARTBEAT_MS, ...limits }: LiveSettings = {}) {
    this.#streams = new EventStreams<Client>(metrics, limits);
    this.#lookMs = Math.min(everyMs, LOOK_MS);
    this.#heartbeatMs = heartbeatMs;
  }

  hasRoom(by: string): boolean {
    return this.#streams.hasRoom(by);
  }

  join(reply: FastifyReply, watcher: Watcher): void {
    const client: Client = { ...watcher, response: openStream(reply), shown: '' };
    this.#streams.add(client);
    this.#show(client);
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#streams.close();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let beatAt = performance.now() + this.#heartbeatMs;
    while (!this.#streams.closed && this.#streams.clients.size > 0) {
      await pause(this.#lookMs, undefined, { ref: false });
      for (const client of this.#streams.clients) this.#show(client);
      if (performance.now() < beatAt) continue;
      beatAt = performance.now() + this.#heartbeatMs;
      await this.#beat();
    }
    this.#running = false;
  }

  #show(client: Client): void {
    const panel = client.panel();
    const shown = JSON.stringify({ ...panel, now: '', clock: panel.clock && '' });
    if (shown === client.shown) return;
    client.shown = shown;
    this.#streams.write(client, `event: panel\ndata: ${JSON.stringify(panel)}\n\n`);
  }

  async #beat(): Promise<void> {
    for (const client of this.#streams.clients) {
      if (await client.allowed().catch(() => true)) this.#streams.beat(client);
      else client.response.end();
    }
  }
}
