import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SettlementFailure, SettlementPeer } from '../host/index.ts';

/**
 * Settlement over HTTPS with certificates on both sides. Each side pins the certificate of the other: no authority that
 * signs for strangers is asked, so a certificate may be self-signed, and whoever has no pinned one is not heard.
 */

/** Where claims are posted. */
export const SETTLEMENT_PATH = '/settlement';

/** Minutes of a month of 256 transformers as base64url in JSON. */
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

const TIMEOUT_MS = 60_000;

/** PEM of our certificate and its private key. */
export interface OwnCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface SellerAddress extends OwnCertificate {
  readonly host: string;
  readonly port: number;
  /** PEM of the one certificate that the seller shows. */
  readonly sellerCertificate: string;
  readonly timeoutMs?: number;
}

/** The seller as a re-seller reaches it. Each message has a connection of its own. */
export class HttpsSettlementPeer implements SettlementPeer {
  readonly #address: SellerAddress;
  readonly #pinned: X509Certificate;

  /** @throws Error when the seller's certificate is none */
  constructor(address: SellerAddress) {
    this.#address = address;
    this.#pinned = new X509Certificate(address.sellerCertificate);
  }

  exchange(message: string): Promise<string | SettlementFailure> {
    const { host, port, certificate: cert, key, sellerCertificate: ca, timeoutMs = TIMEOUT_MS } = this.#address;
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
    return new Promise((resolve) => {
      const fail = (why: string) => resolve(unreachable(`${host}:${port}`, why));
      const sent = request(
        {
          ...{ host, port, cert, key, ca, agent, path: SETTLEMENT_PATH, method: 'POST', minVersion: 'TLSv1.3' },
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(message) },
          // The name is of no account: it is this certificate or none.
          checkServerIdentity: (_, shown) =>
            shown.fingerprint256 === this.#pinned.fingerprint256 ? undefined : new Error('another certificate'),
        },
        (response) => {
          void bodyOf(response).then((text) => {
            if (text === undefined || !response.complete) fail('its reply broke off');
            else if (response.statusCode !== 200) fail(`it replied with status ${response.statusCode}`);
            else resolve(text);
          });
        },
      );
      sent.setTimeout(timeoutMs, () => sent.destroy(new Error('no reply in time')));
      sent.on('error', (error) => fail(error.message));
      sent.end(message);
    });
  }
}

export interface SettlementListener extends OwnCertificate {
  /** By name: PEM of the one certificate that each re-seller shows. */
  readonly resellers: ReadonlyMap<string, string>;
  /** What is replied to a message of a re-seller that has proved its name. */
  readonly answer: (reseller: string, message: string) => Promise<string>;
  /** What a message could not be answered for, other than by its sender's fault. */
  readonly onError?: (error: unknown) => void;
}

/** The door at which a seller takes claims. */
export class SettlementServer {
  readonly #server: Server;
  readonly #listener: SettlementListener;
  readonly #names: ReadonlyMap<string, string>;

  /** @throws Error when a certificate or the key is none */
  constructor(listener: SettlementListener) {
    const { certificate: cert, key, resellers } = listener;
    this.#listener = listener;
    this.#names = new Map([...resellers].map(([name, pem]) => [new X509Certificate(pem).fingerprint256, name]));
    const both = { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' } as const;
    this.#server = createServer({ cert, key, ca: [...resellers.values()], ...both }, (incoming, response) => {
      void this.#handle(incoming, response);
    });
    this.#server.requestTimeout = TIMEOUT_MS;
    // Who broke off, or could not show a certificate, was told so by TLS.
    this.#server.on('tlsClientError', () => undefined);
  }

  /** Resolves with the port. */
  listen(port: number, address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number, text = '') => {
      if (response.destroyed) return;
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(text);
    };
    const name = this.#names.get((incoming.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '');
    if (name === undefined) return end(403);
    if (incoming.url !== SETTLEMENT_PATH) return end(404);
    if (incoming.method !== 'POST') return end(405);
    if (Number(incoming.headers['content-length'] ?? 0) > MESSAGE_BYTES_MAX) return end(413);
    const text = await bodyOf(incoming);
    // A message that broke off is sent again.
    if (text === undefined || !incoming.complete) return end(400);
    try {
      end(200, await this.#listener.answer(name, text));
    } catch (error) {
      this.#listener.onError?.(error);
      end(500);
    }
  }
}

/** The whole of a message, or `undefined` when it broke off or is too long. */
async function bodyOf(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MESSAGE_BYTES_MAX) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString();
}

const unreachable = (where: string, why: string): SettlementFailure => ({
  reason: 'peer-unreachable',
  sentence: `The seller at ${where} cannot be asked (${why}): claim again later, nothing is claimed twice.`,
});
