import type { CallerServices, PhoneCall } from '../host/index.ts';
import type { EventStreams, StreamClient } from './event-streams.ts';
import { callJson } from './schemas/calls.ts';

/** Of the newest, whether they have ended meanwhile or not. */
const NEWEST_LOOKED_AT = 20;
const LIVE_LOOKED_AT = 200;

interface CallClient extends StreamClient {
  /** It asked for calls too, and may hear of them. */
  readonly calls: boolean;
}

/**
 * Tells of each call that goes on, step by step, read from the books once for all who listen: it does not matter which
 * host serves it. The events bear no number: whoever comes again reads the list, as at its beginning.
 */
export class CallFeed<C extends CallClient> {
  readonly #callers: CallerServices;
  readonly #streams: EventStreams<C>;
  /** By id, as they were at the last look. */
  #told: ReadonlyMap<string, PhoneCall> = new Map();

  constructor(callers: CallerServices, streams: EventStreams<C>) {
    this.#callers = callers;
    this.#streams = streams;
  }

  /** Before somebody joins who asked for calls: what is so by then is told to nobody. */
  async begin(): Promise<void> {
    if (this.#clients().length === 0) this.#told = await this.#read();
  }

  async look(): Promise<void> {
    const clients = this.#clients();
    if (clients.length === 0) return;
    const now = await this.#read();
    // What went on and is in neither list has ended, behind many that are newer.
    for (const { id, endedAt } of this.#told.values()) {
      if (endedAt !== undefined || now.has(id)) continue;
      const call = await this.#callers.call(id);
      if (!('reason' in call)) now.set(id, call);
    }
    for (const call of now.values()) this.#tell(clients, call);
    this.#told = now;
  }

  #clients(): C[] {
    return [...this.#streams.clients].filter(({ calls }) => calls);
  }

  async #read(): Promise<Map<string, PhoneCall>> {
    const newest = await this.#callers.calls({ limit: NEWEST_LOOKED_AT });
    const live = await this.#callers.calls({ state: 'live', limit: LIVE_LOOKED_AT });
    return new Map([...newest, ...live].map((call) => [call.id, call]));
  }

  #tell(clients: readonly C[], call: PhoneCall): void {
    const before = this.#told.get(call.id);
    const isSame = before?.state === call.state && before.steps.length === call.steps.length;
    if (isSame && before.endedAt === call.endedAt) return;
    const text = `event: call\ndata: ${JSON.stringify(callJson(call))}\n\n`;
    for (const client of clients) this.#streams.write(client, text);
  }
}
