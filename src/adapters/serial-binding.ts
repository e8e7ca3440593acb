import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { SerialPort } from 'serialport';

interface Binding {
  list(): Promise<unknown>;
  open(options: object): Promise<Port>;
}

interface Port {
  read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ readonly buffer: Buffer; readonly bytesRead: number }>;
}

/** What the package's port is on a Unix. */
interface UnixPort extends Port {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', ready: (error: Error | null) => void): void };
}

const readSome = promisify(read);
const NOTHING_YET: ReadonlySet<unknown> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR']);

/**
 * An option for ports of the package `serialport`, by which they are opened as they are without it, but for one thing. A
 * port whose adapter was pulled out between two reads gives nothing at once, and the package asks it again, at once and
 * for ever; here that is the port's end.
 */
export function endingPorts(detected: (typeof SerialPort)['binding']): { readonly binding: object } {
  const { list, open } = detected as Binding;
  const binding: Binding = {
    list: () => list.call(detected),
    async open(options) {
      const port = await open.call(detected, options);
      if (isUnix(port)) port.read = (buffer, offset, length) => readOf(port, buffer, offset, length);
      return port;
    },
  };
  return { binding };
}

const isUnix = (port: Port): port is UnixPort => 'poller' in port && 'fd' in port;

async function readOf(port: UnixPort, buffer: Buffer, offset: number, length: number) {
  for (;;) {
    try {
      const { bytesRead } = await readSome(openOf(port), buffer, offset, length, null);
      if (bytesRead === 0) throw new Error('the port is gone');
      return { bytesRead, buffer };
    } catch (error) {
      if (!NOTHING_YET.has((error as { code?: unknown }).code)) throw error;
    }
    // Closed while it was read, it is polled no more: what polls it is gone with it.
    openOf(port);
    await new Promise<void>((resolve, reject) =>
      port.poller.once('readable', (failed) => (failed ? reject(failed) : resolve())),
    );
  }
}

/** @throws an error that the package knows as the port's own end, and no fault */
function openOf({ fd }: UnixPort): number {
  if (fd === null) throw Object.assign(new Error('Port is not open'), { canceled: true });
  return fd;
}
