/** Sells as fast as it is answered, each sale under a key of its own, in a thread of its own. */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { port, key, connections, meters } = workerData as {
  readonly port: number;
  readonly key: string;
  readonly connections: number;
  readonly meters: number;
};
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const CREATED = 201;
let sold = 0;

function topUp(): Promise<void> {
  const number = ++sold;
  const meter = (1 + (number % meters)).toString(16).padStart(6, '0');
  const body = JSON.stringify({ meter, paid: String(1 + (number % 5_000)) });
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': body.length,
    'idempotency-key': `bench-${String(number).padStart(8, '0')}`,
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

parentPort?.on('message', async (topUps: number) => {
  let left = topUps;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left-- > 0) await topUp();
    }),
  );
  parentPort?.postMessage('done');
});
