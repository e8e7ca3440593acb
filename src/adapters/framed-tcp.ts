import { once } from 'node:events';
import { connect as connectPlain, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

/**
 * Messages over TCP, each behind its length (u32, big-endian). A message of no bytes says that its sender is there:
 * a peer of whom nothing was heard for 30 s is gone, whatever its socket believes.
 */

/** No message of the backhaul comes near it. */
export const MESSAGE_BYTES_MAX = 1024 * 1024;
const LENGTH_BYTES = 4;
const BEAT_MS = 10_000;
const SILENT_MS = 30_000;
/** What may wait for a peer that does not read. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;
const CONNECT_MS = 10_000;
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 3_000;
const NOTHING = new Uint8Array(0);

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** PEM. The other side is shown our certificate, and must show one that this authority signed. */
export interface Certificates {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** Who is told of a connection, in order; after `ended` nothing more. */
export interface Listener {
  message(bytes: Uint8Array): void;
  /** @param why for a person: the rest of a sentence that ends in `because` */
  ended(why: string): void;
}

/** One connection, which either side may end at any time. */
export class FramedConnection {
  readonly #socket: Socket;
  readonly #listener: Listener;
  readonly #beat: NodeJS.Timeout;
  #pending: Buffer[] = [];
  #held = 0;
  /** So many bytes are waited for. */
  #wanted = LENGTH_BYTES;
  #isHeld = false;
  #heardAt = performance.now();
  #ended = false;

  /** @param listening says who is told of it */
  constructor(socket: Socket, listening: (connection: FramedConnection) => Listener) {
    this.#socket = socket;
    this.#listener = listening(this);
    this.#beat = setInterval(() => this.#beats(), BEAT_MS);
    socket
      .setNoDelay(true)
      .on('data', (bytes) => this.#take(bytes))
      .on('error', (error: NodeJS.ErrnoException) => this.end(reasonOf(error)))
      .on('close', () => this.end('it was closed on the other side'));
  }

  /** Once it has ended nobody is told. */
  send(bytes: Uint8Array): void {
    if (this.#ended) return;
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(bytes.length);
    this.#socket.cork();
    this.#socket.write(length);
    this.#socket.write(bytes);
    this.#socket.uncork();
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) this.end('it does not read what it is told');
  }

  /** Nothing of it is handed over while it is held: it stays with its sender, as far as there is room between. */
  hold(held: boolean): void {
    if (this.#ended || held === this.#isHeld) return;
    this.#isHeld = held;
    if (held) {
      this.#socket.pause();
      return;
    }
    this.#heardAt = performance.now();
    this.#handOver();
    if (!this.#isHeld && !this.#ended) this.#socket.resume();
  }

  /** What was sent before may still arrive. */
  end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#beat);
    this.#socket.destroySoon();
    this.#listener.ended(why);
  }

  /** A time-out of the socket would count what is written to a peer that is gone. */
  #beats(): void {
    if (!this.#isHeld && performance.now() - this.#heardAt > SILENT_MS) {
      this.end(`nothing was heard of it for ${SILENT_MS / 1000} s`);
    } else this.send(NOTHING);
  }

  #take(bytes: Buffer): void {
    this.#heardAt = performance.now();
    this.#pending.push(bytes);
    this.#held += bytes.length;
    this.#handOver();
  }

  #handOver(): void {
    while (!this.#ended && !this.#isHeld && this.#held >= this.#wanted) {
      const all = this.#pending.length === 1 ? (this.#pending[0] as Buffer) : Buffer.concat(this.#pending);
      const length = all.readUInt32BE(0);
      if (length > MESSAGE_BYTES_MAX) {
        this.end(`it began a message of ${length} bytes, and ${MESSAGE_BYTES_MAX} are allowed`);
        return;
      }
      const end = LENGTH_BYTES + length;
      this.#wanted = all.length < end ? end : LENGTH_BYTES;
      this.#pending = [all.length < end ? all : all.subarray(end)];
      if (all.length < end) return;
      this.#held = all.length - end;
      if (length > 0) this.#listener.message(all.subarray(LENGTH_BYTES, end));
    }
  }
}

/** Takes connections: with certificates over TLS 1.3, without them as they come, which is for one machine alone. */
export class FramedServer {
  readonly #server: Server;
  readonly #connections = new Set<FramedConnection>();

  /** @param came says who is told of a connection; `from` is where it came from, for a person */
  constructor(certificates: Certificates | undefined, came: (connection: FramedConnection, from: string) => Listener) {
    const take = (socket: Socket) => {
      new FramedConnection(socket, (connection) => {
        this.#connections.add(connection);
        const listener = came(connection, `${socket.remoteAddress}:${socket.remotePort}`);
        return {
          message: (bytes) => listener.message(bytes),
          ended: (why) => {
            this.#connections.delete(connection);
            listener.ended(why);
          },
        };
      });
    };
    this.#server =
      certificates === undefined
        ? createPlainServer(take)
        : createTlsServer({ ...proofOf(certificates), requestCert: true, handshakeTimeout: CONNECT_MS }, take);
  }

  /** @returns the port, where 0 was asked for a free one; rejects with the error of node:net */
  async listen({ host, port }: Address): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#connections) connection.end('this side stops');
    await closed;
  }
}

export interface Dialled {
  /** Tried in turn, the first again after the last. */
  readonly addresses: readonly Address[];
  readonly certificates: Certificates | undefined;
  /** Of each connection that is made: who is told of it. */
  readonly came: (connection: FramedConnection, to: Address) => Listener;
  /** An address gave no connection. */
  readonly refused: (to: Address, why: string) => void;
}

/** Keeps one connection to the first of some addresses that gives one, and makes another when it ends, until it is stopped. */
export async function keepConnected(
  { addresses, certificates, came, refused }: Dialled,
  stopped: AbortSignal,
): Promise<void> {
  let waitMs = AGAIN_MS;
  for (let i = 0; !stopped.aborted; i++) {
    const to = addresses[i % addresses.length] as Address;
    const socket = await connected(to, certificates, stopped);
    if (typeof socket === 'string') {
      if (!stopped.aborted) refused(to, socket);
    } else {
      const begun = performance.now();
      await untilEnded(socket, (connection) => came(connection, to), stopped);
      // Whoever ends each connection at once is not asked in a circle.
      if (performance.now() - begun > AGAIN_MS_MAX) waitMs = AGAIN_MS;
    }
    await pause(waitMs, undefined, { signal: stopped }).catch(() => undefined);
    waitMs = Math.min(2 * waitMs, AGAIN_MS_MAX);
  }
}

function untilEnded(
  socket: Socket,
  came: (connection: FramedConnection) => Listener,
  stopped: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    new FramedConnection(socket, (connection) => {
      const listener = came(connection);
      const stop = () => connection.end('this side stops');
      stopped.addEventListener('abort', stop, { once: true });
      return {
        message: (bytes) => listener.message(bytes),
        ended: (why) => {
          stopped.removeEventListener('abort', stop);
          listener.ended(why);
          resolve();
        },
      };
    });
  });
}

/** A connection, or why there is none. */
async function connected(
  { host, port }: Address,
  certificates: Certificates | undefined,
  stopped: AbortSignal,
): Promise<Socket | string> {
  const within = AbortSignal.any([stopped, AbortSignal.timeout(CONNECT_MS)]);
  const socket =
    certificates === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ...proofOf(certificates) });
  try {
    await once(socket, certificates === undefined ? 'connect' : 'secureConnect', { signal: within });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    return within.aborted ? 'no answer came' : reasonOf(error as NodeJS.ErrnoException);
  }
}

const proofOf = ({ certificate: cert, key, authority: ca }: Certificates) =>
  ({ cert, key, ca, minVersion: 'TLSv1.3' }) as const;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it was broken off on the other side',
  EPIPE: 'it was broken off on the other side',
  ENOTFOUND: 'no machine has this name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of another authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of another authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is of another authority',
};

const reasonOf = (error: NodeJS.ErrnoException): string => REASONS[error.code ?? ''] ?? error.code ?? error.message;
