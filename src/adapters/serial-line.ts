import { setTimeout as pause } from 'node:timers/promises';
import type { SerialPort } from 'serialport';
import { endingPorts } from './serial-binding.ts';

/** Bytes over a serial port, through the package `serialport`, installed on request. */
export interface SerialPlace {
  readonly path: string;
  readonly baud: number;
}

export interface SerialListener {
  bytes(bytes: Uint8Array): void;
  /** @param why for a person: the rest of a sentence that ends in `because`. After it nothing more is told. */
  ended(why: string): void;
}

export interface SerialSender {
  send(bytes: Uint8Array): void;
}

export interface SerialKept {
  readonly place: SerialPlace;
  /** The port is open: who is told of it. */
  readonly came: (sender: SerialSender) => SerialListener;
  readonly refused: (why: string) => void;
}

const DRIVER = 'serialport';
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 3_000;

/** @returns why there is none, for a person */
export async function serialDriver(driver = DRIVER): Promise<typeof SerialPort | string> {
  try {
    return ((await import(driver)) as { SerialPort: typeof SerialPort }).SerialPort;
  } catch {
    return `A serial line needs the package ${driver}: run npm install ${driver}.`;
  }
}

/** Keeps a port open, and opens it again where it went away with its adapter, until it is stopped. */
export async function keepOpen(
  Port: typeof SerialPort,
  { place, came, refused }: SerialKept,
  stopped: AbortSignal,
): Promise<void> {
  const ending = endingPorts(Port.binding);
  let waitMs = AGAIN_MS;
  while (!stopped.aborted) {
    const { path, baud: baudRate } = place;
    const port = new Port({ path, baudRate, autoOpen: false, ...ending });
    const failed = await new Promise<Error | null>((resolve) => port.open(resolve));
    if (failed !== null) {
      if (!stopped.aborted) refused(reasonOf(failed));
    } else {
      waitMs = AGAIN_MS;
      await untilClosed(port, came, stopped);
    }
    await pause(waitMs, undefined, { signal: stopped }).catch(() => undefined);
    waitMs = Math.min(2 * waitMs, AGAIN_MS_MAX);
  }
}

async function untilClosed(port: SerialPort, came: SerialKept['came'], stopped: AbortSignal): Promise<void> {
  const listener = came({
    send: (bytes) => {
      if (port.isOpen) port.write(Buffer.from(bytes));
    },
  });
  let why = 'this side stops';
  port.on('data', (bytes: Buffer) => listener.bytes(bytes));
  port.on('error', (error) => {
    why = reasonOf(error);
    if (port.isOpen) port.close();
  });
  const closed = new Promise<void>((resolve) => {
    port.once('close', (error: Error | null) => {
      if (error instanceof Error) why = 'the port is gone';
      resolve();
    });
  });
  const stop = () => {
    // What was sent before goes out first.
    if (port.isOpen) port.drain(() => port.isOpen && port.close());
  };
  stopped.addEventListener('abort', stop, { once: true });
  if (stopped.aborted) stop();
  await closed;
  stopped.removeEventListener('abort', stop);
  listener.ended(why);
}

const reasonOf = (error: Error): string => error.message.replace(/^Error:?,? ?/, '').replace(/\.$/, '');
