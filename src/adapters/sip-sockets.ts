import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Endpoint, MediaSocket, SipPorts } from '../phone/ports.ts';

export interface SipSocketsOptions {
  /** Of this machine. */
  readonly address: string;
  /** 0 is a free one. */
  readonly port: number;
  /** Ports for sound, of which each call has one; any free one where absent. */
  readonly soundPorts?: { readonly from: number; readonly to: number };
}

const TRIES_MAX = 64;
/** A burst of calls must not find the kernel's buffer full. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** The sockets of a telephone: one for SIP, and one for the sound of each call. */
export class SipSockets {
  readonly #options: SipSocketsOptions;
  readonly #socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES });
  readonly #media = new Set<Socket>();
  #nextPort: number;

  constructor(options: SipSocketsOptions) {
    this.#options = options;
    this.#nextPort = options.soundPorts?.from ?? 0;
  }

  /** @returns the port @throws what the system says where it cannot be had */
  listen(hear: (bytes: Uint8Array, from: Endpoint) => void): Promise<number> {
    const { address, port } = this.#options;
    this.#socket.on('message', hear);
    return bound(this.#socket, address, port);
  }

  /** What of `SipPorts` is a socket's, or is drawn. */
  get ports(): Pick<SipPorts, 'send' | 'openMedia' | 'draw' | 'now' | 'later'> {
    return {
      send: (bytes, { address, port }) => this.#socket.send(bytes, port, address, () => undefined),
      openMedia: (hear) => this.#opened(hear),
      draw: (digits) =>
        randomBytes(Math.ceil(digits / 2))
          .toString('hex')
          .slice(0, digits),
      now: () => performance.now(),
      later: (ms, work) => {
        const timer = setTimeout(work, ms).unref();
        return () => clearTimeout(timer);
      },
    };
  }

  async close(): Promise<void> {
    for (const socket of this.#media) socket.close();
    this.#media.clear();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  async #opened(hear: (bytes: Uint8Array, from: Endpoint) => void): Promise<MediaSocket | undefined> {
    const { address } = this.#options;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const socket = createSocket({ type: 'udp4' });
      const port = await bound(socket, address, this.#drawPort()).catch(() => undefined);
      if (port === undefined) {
        socket.close();
        continue;
      }
      this.#media.add(socket);
      socket.on('message', hear);
      socket.on('error', () => undefined);
      return {
        port,
        send: (bytes, to) => socket.send(bytes, to.port, to.address, () => undefined),
        close: () => {
          if (this.#media.delete(socket)) socket.close();
        },
      };
    }
    return undefined;
  }

  /** Even ones, one after the other: RFC 3550 §11. */
  #drawPort(): number {
    const { soundPorts } = this.#options;
    if (soundPorts === undefined) return 0;
    const port = this.#nextPort;
    this.#nextPort = port + 2 > soundPorts.to ? soundPorts.from : port + 2;
    return port;
  }
}

function bound(socket: Socket, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket.address().port);
    });
  });
}
