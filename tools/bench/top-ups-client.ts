/**
 * Sells as fast as it is answered, each sale under a key of its own, in a thread of its own: `topUps` sales in turns at
 * the hosts of `ports`. With `payers` it is a proxy, behind which as many addresses ask one after the other.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { key, connections, meters, payers } = workerData as {
  readonly key: string;
  readonly connections: number;
  readonly meters: number;
  readonly payers?: number;
};

export interface Selling {
  readonly topUps: number;
  readonly ports: readonly number[];
}

const agent = new Agent({ keepAlive: true, maxSockets: connections });
const CREATED = 201;
let sold = 0;

function topUp(port: number): Promise<void> {
  const number = ++sold;
  const meter = (1 + (number % meters)).toString(16).padStart(6, '0');
  const body = JSON.stringify({ meter, paid: String(1 + (number % 5_000)) });
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': body.length,
    'idempotency-key': randomUUID(),
    ...(payers === undefined ? {} : { 'x-forwarded-for': addressOf(number % payers) }),
  };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/api/v1/purchases', method: 'POST', headers, agent };
    const asked = request(options, (answer) => {
      if (answer.statusCode !== CREATED) reject(new Error(`answered with ${answer.statusCode}`));
      answer.resume();
      answer.on('end', resolve);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Of the block for benchmarks, RFC 2544. */
const addressOf = (payer: number): string => `198.18.${payer >> 8}.${payer & 0xff}`;

parentPort?.on('message', async ({ topUps, ports }: Selling) => {
  let left = topUps;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const port = ports[connection % ports.length] as number;
      while (left-- > 0) await topUp(port);
    }),
  );
  parentPort?.postMessage('done');
});
