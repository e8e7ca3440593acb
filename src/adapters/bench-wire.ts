import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { type Certificates, type FramedConnection, FramedServer } from './framed-tcp.ts';

/** The modem under test, whose frames are heard one by one. */
export interface BenchWire {
  send(bytes: Uint8Array): void;
  next(withinMs: number): Promise<Uint8Array | undefined>;
  pause(ms: number): Promise<void>;
  now(): number;
  clock(): number;
  close(): Promise<void>;
}

/** What was heard and not yet looked at. What came before something is sent answers something else. */
class Inbox {
  readonly #heard: Uint8Array[] = [];
  #waiting: ((bytes: Uint8Array | undefined) => void) | undefined;

  take(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#heard.push(new Uint8Array(bytes));
    else waiting(new Uint8Array(bytes));
  }

  forget(): void {
    this.#heard.length = 0;
  }

  next(withinMs: number): Promise<Uint8Array | undefined> {
    const held = this.#heard.shift();
    if (held !== undefined) return Promise.resolve(held);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        resolve(undefined);
      }, withinMs);
      this.#waiting = (bytes) => {
        clearTimeout(timer);
        resolve(bytes);
      };
    });
  }
}

const times = {
  pause: async (ms: number): Promise<void> => {
    await pause(ms);
  },
  now: (): number => performance.now(),
  clock: (): number => Date.now(),
};

/** Takes the connections of modems, as a local unit does; the newest is the one that is asked. */
export class TcpBench implements BenchWire {
  readonly #server: FramedServer;
  readonly #inbox = new Inbox();
  #modem: FramedConnection | undefined;
  #came: (() => void) | undefined;
  readonly pause = times.pause;
  readonly now = times.now;
  readonly clock = times.clock;

  constructor(certificates?: Certificates) {
    this.#server = new FramedServer(certificates, (connection) => {
      this.#modem?.end('another modem has connected');
      this.#modem = connection;
      this.#came?.();
      return {
        message: (bytes) => this.#inbox.take(bytes),
        ended: () => {
          if (this.#modem === connection) this.#modem = undefined;
        },
      };
    });
  }

  /** @returns the port; rejects with the error of node:net */
  listen(at: { readonly host: string; readonly port: number }): Promise<number> {
    return this.#server.listen(at);
  }

  /** Until a modem has connected, or so long. */
  async modem(withinMs: number): Promise<boolean> {
    if (this.#modem !== undefined) return true;
    const timer = new AbortController();
    const came = new Promise<void>((resolve) => {
      this.#came = resolve;
    });
    await Promise.race([came, pause(withinMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    return this.#modem !== undefined;
  }

  send(bytes: Uint8Array): void {
    this.#inbox.forget();
    this.#modem?.send(bytes);
  }

  next(withinMs: number): Promise<Uint8Array | undefined> {
    return this.#inbox.next(withinMs);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** Finds frames in a stream of bytes. */
export interface FrameFinder {
  push(bytes: Uint8Array): readonly Uint8Array[];
}

/** A serial line of this machine, 8 data bits and no parity, set by `stty` of coreutils. */
export class SerialBench implements BenchWire {
  readonly #output: number;
  readonly #input: ReadStream;
  readonly #inbox = new Inbox();
  readonly pause = times.pause;
  readonly now = times.now;
  readonly clock = times.clock;

  /** @throws Error of node:fs, or one whose message says why `stty` does not take the device */
  constructor(device: string, baud: number, finder: FrameFinder) {
    const { status, stderr, error } = spawnSync(
      'stty',
      ['-F', device, String(baud), 'raw', '-echo', 'cs8', '-parenb', '-cstopb', 'clocal'],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(error?.message ?? stderr.trim());
    this.#output = openSync(device, constants.O_WRONLY | constants.O_NOCTTY);
    this.#input = new ReadStream(openSync(device, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK));
    this.#input.on('data', (bytes: Buffer) => {
      for (const frame of finder.push(bytes)) this.#inbox.take(frame);
    });
    this.#input.on('error', () => this.#input.destroy());
  }

  send(bytes: Uint8Array): void {
    this.#inbox.forget();
    writeSync(this.#output, bytes);
  }

  next(withinMs: number): Promise<Uint8Array | undefined> {
    return this.#inbox.next(withinMs);
  }

  close(): Promise<void> {
    this.#input.destroy();
    closeSync(this.#output);
    return Promise.resolve();
  }
}
