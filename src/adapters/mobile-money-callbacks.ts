import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_MS = 10_000;

/**
 * Listens for callbacks and gives each to whom it belongs. TLS is a reverse proxy's, which knows it by a path.
 * @param take whether what was posted to a path is one of theirs
 */
export class CallbackServer {
  readonly #server: Server;

  constructor(take: (path: string, body: string) => boolean) {
    this.#server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_BYTES_MAX) request.destroy();
        else chunks.push(chunk);
      });
      request.on('error', () => undefined);
      request.on('end', () => {
        const isOurs = request.method === 'POST' && take(request.url ?? '', Buffer.concat(chunks).toString('utf8'));
        response.writeHead(isOurs ? 200 : 404, { 'content-type': 'application/json' });
        response.end(isOurs ? '{"ResultCode":0,"ResultDesc":"Accepted"}' : '{}');
      });
    });
  }

  /** @returns the port, where 0 was asked for a free one */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
