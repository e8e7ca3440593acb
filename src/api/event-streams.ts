import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Metrics } from './metrics.ts';

export interface StreamLimits {
  /** At once; whoever comes after them is told to come again. */
  readonly clientsMax?: number;
  /** A client that has left more than this unread when there is more to say is dropped. */
  readonly unreadBytesMax?: number;
}

/** Somebody who listens. */
export interface StreamClient {
  /** A login, or a key. */
  readonly by: string;
  readonly response: ServerResponse;
}

const CLIENTS_MAX = 200;
const CLIENTS_EACH_MAX = 4;
const UNREAD_BYTES_MAX = 256 * 1024;

/** Answers of server-sent events that stay open: so many and no more, and nobody who does not read fills the memory. */
export class EventStreams<C extends StreamClient> {
  readonly clients = new Set<C>();
  readonly #metrics: Metrics;
  readonly #limits: Required<StreamLimits>;
  #closed = false;

  constructor(metrics: Metrics, { clientsMax = CLIENTS_MAX, unreadBytesMax = UNREAD_BYTES_MAX }: StreamLimits = {}) {
    this.#metrics = metrics;
    this.#limits = { clientsMax, unreadBytesMax };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether there is room for one more. */
  hasRoom(by: string): boolean {
    const own = [...this.clients].filter((client) => client.by === by).length;
    return !this.#closed && this.clients.size < this.#limits.clientsMax && own < CLIENTS_EACH_MAX;
  }

  add(client: C): void {
    this.clients.add(client);
    this.#metrics.streams(1);
    client.response.on('close', () => {
      this.clients.delete(client);
      this.#metrics.streams(-1);
    });
  }

  write({ response }: C, text: string): void {
    if (response.destroyed) return;
    // What is left of earlier writes: one that is large in itself is no sign of a slow client.
    if (response.writableLength <= this.#limits.unreadBytesMax) return void response.write(text);
    this.#metrics.streamDropped();
    response.destroy();
  }

  /** Proxies and sockets see life with it. */
  beat(client: C): void {
    // Whoever still has something to read knows that we live; a socket on which nothing moves ends by itself.
    if (client.response.writableLength === 0) this.write(client, ': still here\n\n');
  }

  /** Everybody is sent away, and comes again. */
  close(): void {
    this.#closed = true;
    for (const { response } of this.clients) response.end();
  }
}

/** Takes an answer over, and writes its head. */
export function openStream(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const { raw: response } = reply;
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    connection: 'keep-alive',
    // Proxies that gather answers would keep events back.
    'x-accel-buffering': 'no',
  });
  return response;
}
