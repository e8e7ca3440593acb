import { setTimeout as pause } from 'node:timers/promises';
import { type HostByName, type NumberedEvent, type NumberedPosting, StoreError, type Whose } from '../host/index.ts';
import { CallFeed } from './call-feed.ts';
import { EventStreams, type StreamClient, type StreamLimits } from './event-streams.ts';
import { timeJson } from './schemas/demo.ts';
import { eventJson } from './schemas/meters.ts';
import { postingJson } from './schemas/orders.ts';
import type { ApiServices } from './server.ts';
import { TrafficFeed } from './traffic-feed.ts';

export interface LiveSettings extends StreamLimits {
  /** How often the books are looked at while anybody listens. */
  readonly everyMs?: number;
  /** How often it is looked whether a client may still listen. */
  readonly heartbeatMs?: number;
}

const EVERY_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** How often a demo, whose time somebody may change, says what time it is. */
const NOW_EVERY_MS = 3_000;
const ROWS_A_PAGE = 200;
/** Whoever missed more reads the lists anew, which is less work for all. */
const ROWS_REPLAYED_MAX = 2_000;
/** Numbers of meter events are given before their transaction ends: of several hosts a lower one may be seen later. */
const EVENTS_LOOKED_BACK = 64;

type Row = {
  readonly number: number;
  /** Subscribers who may be told; absent where none listens. */
  readonly whose: Whose | undefined;
  readonly kind: 'posting' | 'meter-event';
  readonly data: string;
};

/** How far somebody has heard. `12-34`: the last posting, and the last event. */
interface Position {
  readonly posting: number;
  readonly event: number;
}

export interface Listener extends StreamClient {
  /** The subscriber of whom alone it may hear, as far as the lists tell them too. */
  readonly only: string | undefined;
  /** It asked for what passes between host and meters too, and may hear of all of them. */
  readonly traffic: boolean;
  /** It asked for calls by telephone too, and may hear of them. */
  readonly calls: boolean;
  /** Whether it may still listen; asked now and then. */
  readonly allowed: () => Promise<boolean>;
}

interface Beginning {
  readonly position: Position;
  /** Numbers of events that need not be told. */
  readonly told: readonly number[];
  /** So much happened since that the client reads the lists anew. */
  readonly missed: boolean;
}

interface Client extends Listener {
  position: Position;
  /** Numbers of the last events that it was told. */
  told: Set<number>;
}

/**
 * What happens in the books, as it happens: postings and meter events, read from the store once for all who listen, so
 * that what another host did is heard too. After a break a client names what it heard last, and gets what came since;
 * an event may come twice, and none is left out.
 */
export class LiveFeed {
  readonly #host: HostByName;
  readonly #demo: ApiServices['demo'];
  readonly #everyMs: number;
  readonly #heartbeatMs: number;
  readonly #streams: EventStreams<Client>;
  readonly #traffic: TrafficFeed<Client> | undefined;
  readonly #calls: CallFeed<Client> | undefined;
  #running = false;
  #beatAt = 0;
  #nowAt = 0;

  constructor(
    { host, metrics, demo, exchanges, callers }: ApiServices,
    { everyMs = EVERY_MS, heartbeatMs = HEARTBEAT_MS, ...limits }: LiveSettings = {},
  ) {
    this.#host = host;
    this.#demo = demo;
    this.#everyMs = everyMs;
    this.#heartbeatMs = heartbeatMs;
    this.#streams = new EventStreams<Client>(metrics, limits);
    this.#traffic = exchanges && new TrafficFeed(exchanges, this.#streams);
    this.#calls = callers && new CallFeed(callers, this.#streams);
  }

  /** Whether there is room for one more. */
  hasRoom(by: string): boolean {
    return this.#streams.hasRoom(by);
  }

  /**
   * Where a client begins: where it says that it was, or now.
   * @param lastId what it heard last
   */
  async begin(lastId: string | undefined, calls = false): Promise<Beginning> {
    if (calls) await this.#calls?.begin();
    const [posting] = await this.#host.postings({ limit: 1 });
    const events = await this.#host.events({ limit: EVENTS_LOOKED_BACK });
    const newest: Position = { posting: posting?.sequence ?? 0, event: events[0]?.number ?? 0 };
    const told = events.map(({ number }) => number);
    const position = positionOf(lastId);
    if (position === undefined) return { position: newest, told, missed: false };
    const missed = Math.max(newest.posting - position.posting, newest.event - position.event);
    if (missed > ROWS_REPLAYED_MAX) return { position: newest, told, missed: true };
    // A copy of the books that was put back may know less than the client.
    const posted = Math.min(position.posting, newest.posting);
    return { position: { posting: posted, event: Math.min(position.event, newest.event) }, told: [], missed: false };
  }

  /** Takes over an answer, whose head is written. */
  join(listener: Listener, { position, told, missed }: Beginning): void {
    const client: Client = { ...listener, position, told: new Set(told) };
    this.#streams.add(client);
    this.#streams.write(client, `retry: ${2 * this.#everyMs}\nid: ${idOf(position)}\n\n`);
    if (missed) this.#streams.write(client, frame('reset', position, '{}'));
    this.#tellTime([client]);
    if (client.traffic) this.#traffic?.joined();
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#streams.close();
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#beatAt = performance.now() + this.#heartbeatMs;
    this.#nowAt = performance.now() + NOW_EVERY_MS;
    while (!this.#streams.closed && this.#streams.clients.size > 0) {
      await pause(this.#everyMs, undefined, { ref: false });
      if (performance.now() >= this.#nowAt) this.#tellTime(this.#streams.clients);
      try {
        await this.#look();
        await this.#calls?.look();
        if (performance.now() >= this.#beatAt) await this.#beat();
      } catch (error) {
        // The books are away: what happens meanwhile is told when they are back.
        if (!(error instanceof StoreError)) throw error;
      }
    }
    this.#running = false;
  }

  /** By it pages say how old things are. It has no id: a client that comes again asks for nothing of it. */
  #tellTime(clients: Iterable<Client>): void {
    this.#nowAt = performance.now() + NOW_EVERY_MS;
    if (this.#demo === undefined) return;
    const text = `event: now\ndata: ${JSON.stringify(timeJson(this.#demo.time()))}\n\n`;
    for (const client of clients) this.#streams.write(client, text);
  }

  async #look(): Promise<void> {
    const clients = [...this.#streams.clients];
    if (clients.length === 0) return;
    const posting = Math.min(...clients.map(({ position }) => position.posting));
    const event = Math.min(...clients.map(({ position }) => position.event));
    const areScoped = clients.some(({ only }) => only !== undefined);
    const rows = await this.#since({ posting, event: Math.max(0, event - EVENTS_LOOKED_BACK) }, areScoped);
    const missed = rows === undefined ? await this.begin(undefined) : undefined;
    for (const client of clients) {
      if (missed !== undefined) {
        client.position = missed.position;
        client.told = new Set(missed.told);
        this.#streams.write(client, frame('reset', missed.position, '{}'));
      } else this.#tell(client, rows ?? []);
    }
  }

  async #beat(): Promise<void> {
    this.#beatAt = performance.now() + this.#heartbeatMs;
    for (const client of this.#streams.clients) {
      if (await client.allowed()) this.#streams.beat(client);
      else client.response.end();
    }
  }

  #tell(client: Client, rows: readonly Row[]): void {
    const frames: string[] = [];
    for (const row of rows) {
      const { posting, event } = client.position;
      const { kind, number } = row;
      if (kind === 'posting') {
        if (number <= posting) continue;
        client.position = { posting: number, event };
      } else {
        if (number <= event - EVENTS_LOOKED_BACK || client.told.has(number)) continue;
        client.position = { posting, event: Math.max(event, number) };
        client.told.add(number);
      }
      if (client.only === undefined || row.whose?.has(client.only)) frames.push(frame(kind, client.position, row.data));
    }
    for (const number of client.told) {
      if (number <= client.position.event - EVENTS_LOOKED_BACK) client.told.delete(number);
    }
    if (frames.length > 0) this.#streams.write(client, frames.join(''));
  }

  /** What came after a position, the oldest first; `undefined` where it is too much. */
  async #since({ posting, event }: Position, areScoped: boolean): Promise<readonly Row[] | undefined> {
    const postings = await newer(
      posting,
      (query) => this.#host.postings(query),
      ({ sequence }) => sequence,
    );
    const events = await newer(
      event,
      (query) => this.#host.events(query),
      ({ number }) => number,
    );
    if (postings === undefined || events === undefined) return undefined;
    const whose = areScoped ? await this.#host.whose({ postings, events }) : undefined;
    return [
      ...postings.map((each, i) => postingRow(each, whose?.postings[i])),
      ...events.map((each, i) => eventRow(each, whose?.events[i])),
    ];
  }
}

const postingRow = (posting: NumberedPosting, whose: Whose | undefined): Row => ({
  number: posting.sequence,
  whose,
  kind: 'posting',
  data: JSON.stringify(postingJson(posting)),
});

const eventRow = (event: NumberedEvent, whose: Whose | undefined): Row => ({
  number: event.number,
  whose,
  kind: 'meter-event',
  data: JSON.stringify(eventJson(event)),
});

/** The rows after a number, the oldest first, from a list that gives the newest first. */
async function newer<R>(
  after: number,
  list: (query: { readonly before?: number; readonly limit: number }) => Promise<R[]>,
  numberOf: (row: R) => number,
): Promise<R[] | undefined> {
  const found: R[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await list({ limit: ROWS_A_PAGE, ...(last !== undefined && { before: numberOf(last) }) });
    const wanted = page.filter((row) => numberOf(row) > after);
    found.push(...wanted);
    if (found.length > ROWS_REPLAYED_MAX) return undefined;
    if (wanted.length < ROWS_A_PAGE) return found.reverse();
  }
}

/** Where a client says that it was. */
function positionOf(lastId: string | undefined): Position | undefined {
  const [, posting, event] = /^(\d{1,15})-(\d{1,15})$/.exec(lastId ?? '') ?? [];
  return posting === undefined || event === undefined ? undefined : { posting: Number(posting), event: Number(event) };
}

const idOf = ({ posting, event }: Position): string => `${posting}-${event}`;

const frame = (event: string, at: Position, data: string): string =>
  `event: ${event}\nid: ${idOf(at)}\ndata: ${data}\n\n`;
