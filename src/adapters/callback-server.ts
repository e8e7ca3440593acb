import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_MS = 10_000;

/** What is answered to whoever wants more than to be told that it was taken. */
export interface CallbackReply {
  readonly type: string;
  readonly body: string;
}
/** Whether what was posted to a path is one of theirs. Where it rejects, it has to be told again. */
export type Take = (
  path: string,
  body: string,
  headers: IncomingHttpHeaders,
) => boolean | Promise<boolean | CallbackReply>;
const NOTHING: CallbackReply = { type: 'application/json', body: '{}' };
const TAKEN: CallbackReply = { type: 'application/json', body: '{"ResultCode":0,"ResultDesc":"Accepted"}' };

/** Listens for callbacks and gives each to whom it belongs. TLS is a reverse proxy's, which knows it by a path. */
export class CallbackServer {
  readonly #server: Server;

  constructor(take: Take) {
    this.#server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_BYTES_MAX) request.destroy();
        else chunks.push(chunk);
      });
      request.on('error', () => undefined);
      request.on('end', async () => {
        if (request.method !== 'POST') return answer(response, 404);
        const body = Buffer.concat(chunks).toString('utf8');
        try {
          const taken = await take(request.url ?? '', body, request.headers);
          if (taken === false) answer(response, 404);
          else answer(response, 200, taken === true ? TAKEN : taken);
        } catch {
          answer(response, 503);
        }
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

function answer(response: ServerResponse, status: 200 | 404 | 503, reply: CallbackReply = NOTHING): void {
  response.writeHead(status, { 'content-type': reply.type });
  response.end(reply.body);
}
