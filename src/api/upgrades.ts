import { type IncomingMessage, type ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Problem } from './problem.ts';
import type { Api, FastifyReply, FastifyRequest } from './server.ts';

export type { WebSocket };

/** Of one message. */
const MESSAGE_BYTES_MAX = 4_096;
/** So long a client has to say goodbye when the host stops. */
const GOODBYE_MS = 1_000;
/** RFC 6455 §7.4.1 */
export const CloseCode = { goingAway: 1_001, refused: 1_008 } as const;

interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Only what asks for a WebSocket is upgraded: what asks for something else, as for HTTP/2, is answered as it is. */
export const UPGRADED: ServerOptions = {
  shouldUpgradeCallback: ({ method, headers }) => method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket',
};

/**
 * Requests for a WebSocket. Each goes the way of every request first, with its limits, the table of who may do what and
 * refusals in words, and is only then one. A plugin would let each route be asked so, and brings seven packages for tests.
 */
export class Upgrades {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  readonly #asked = new WeakMap<IncomingMessage, Upgrade>();
  readonly #taken: (request: FastifyRequest, reply: FastifyReply, status: number) => void;

  /** @param taken hears of each that became a WebSocket: nothing else does */
  constructor(app: Api, taken: (request: FastifyRequest, reply: FastifyReply, status: number) => void) {
    this.#taken = taken;
    app.server.on('upgrade', (raw, socket, head) => {
      const response = new ServerResponse(raw);
      socket.on('error', () => socket.destroy());
      this.#asked.set(raw, { socket, head });
      response.assignSocket(socket as Socket);
      response.shouldKeepAlive = false;
      response.on('finish', () => socket.end());
      app.routing(raw, response);
    });
    app.addHook('preClose', async () => this.#close());
  }

  wants({ raw }: FastifyRequest): boolean {
    return this.#asked.has(raw);
  }

  /** Takes a request over: it has an answer from here on. */
  take(request: FastifyRequest, reply: FastifyReply, begin: (socket: WebSocket) => void): void {
    const asked = this.#asked.get(request.raw);
    if (asked === undefined) throw new Error('a request that asks for no WebSocket was to be one');
    reply.hijack();
    reply.raw.detachSocket(asked.socket as Socket);
    this.#server.handleUpgrade(request.raw, asked.socket, asked.head, (socket) => {
      // What is wrong with it ends it.
      socket.on('error', () => undefined);
      this.#taken(request, reply, SWITCHED);
      begin(socket);
    });
  }

  #close(): void {
    const { clients } = this.#server;
    for (const client of clients) client.close(CloseCode.goingAway, 'The host stops.');
    setTimeout(() => {
      for (const client of clients) client.terminate();
    }, GOODBYE_MS).unref();
  }
}

const SWITCHED = 101;

/**
 * A browser asks for a WebSocket at the wish of any page, with this host's cookie where that is of the same site, and
 * says only from where: it has to be from a page of this host itself. RFC 6455 §10.2
 */
export function refuseForeignOrigins({ headers, host, protocol }: FastifyRequest): void {
  if (headers.origin === `${protocol}://${host}`) return;
  throw new Problem('csrf-wrong', 'This request comes from another site: open the page of this host itself.');
}
