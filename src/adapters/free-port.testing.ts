import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whoever asks the system for any port of this machine, or connects from it, is given one above these. */
const [FROM, BELOW] = [10_000, 32_768];

/** A port of loopback at which nobody listens, by TCP or by UDP, and which the system gives to nobody else meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, BELOW);
    const server = createServer();
    const socket = createSocket('udp4');
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      socket.bind(port, '127.0.0.1');
      await once(socket, 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      await new Promise((resolve) => server.close(resolve));
      socket.close();
    }
  }
}
