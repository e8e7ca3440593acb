import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import fastify from 'fastify';
import { Argon2 } from '../../src/adapters/argon2.ts';
import { createApi, Metrics } from '../../src/api/index.ts';
import { SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import { createHost, createPeople, type HostServices, MemoryStore, type PeopleServices } from '../../src/host/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { milliseconds } from '../../src/units/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const METER = '000003';
const PATH = `/api/v1/meters/${METER}`;
const CONNECTIONS = 16;
const REQUESTS = 2_000;
const WARM_UP_ROUNDS = 4;
const ROUNDS = 15;
const GOAL = 0.75;
const clock = { now: () => milliseconds(Date.UTC(2026, 2, 2)) };

/** A meter read over the API on a socket of loopback, against a Fastify route that does nothing but answer. */
export async function apiRead(): Promise<readonly Figure[]> {
  const random = seededRandom('api');
  const store = new MemoryStore();
  const keys = new SoftwareKeyStore({ utility: 1, keys: new Map() }, random);
  const grid = { send: () => undefined };
  const host = createHost({ store, keys, clock, randomness: random, grid }, { zone: 'UTC', metersMax: 9 });
  const people = createPeople({ store, clock, randomness: random, passwords: new Argon2() });
  await furnish(host);
  const headers = { authorization: `Bearer ${await keyOf(people)}` };
  const readiness = async () => ({ ready: true, parts: {} });
  const api = createApi(
    { host, people, clock, metrics: new Metrics(), readiness },
    { requestsPerMinute: Number.MAX_SAFE_INTEGER, log: { write: () => undefined } },
  );
  const { body } = await api.inject({ method: 'GET', url: PATH, headers });
  const answer = JSON.parse(body);
  const bare = fastify();
  bare.get('/api/v1/meters/:meter', async () => answer);
  const contestants = [await contestant(api, headers), await contestant(bare, headers)] as const;
  try {
    const rates = contestants.map(() => [] as number[]);
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      for (const [i, { rate }] of contestants.entries()) {
        const measured = await rate();
        if (round >= WARM_UP_ROUNDS) rates[i]?.push(measured);
      }
    }
    const [value = 0, limit = 0] = rates.map(median);
    return [
      moreIsBetter(
        {
          name: 'api-read',
          value,
          unit: 'requests/s',
          limit,
          limitHow:
            'a bare Fastify route, on a socket too, that answers with the same JSON, which it holds; the value is a meter ' +
            'read from the books in memory, with API key, role, limit of rate, schemas, ETag, metrics, a line of log and ' +
            `headers; processor time of the thread that answers ${CONNECTIONS} connections`,
          goal: `at least ${GOAL} of it`,
        },
        (ratio) => ratio >= GOAL,
      ),
    ];
  } finally {
    for (const { end } of contestants) await end();
  }
}

async function contestant(
  server: {
    listen: (at: object) => Promise<string>;
    server: { address: () => unknown };
    close: () => Promise<unknown>;
  },
  headers: Readonly<Record<string, string>>,
) {
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const workerData = { port, path: PATH, headers, connections: CONNECTIONS };
  const client = new Worker(new URL('./api-client.ts', import.meta.url), { workerData });
  return {
    /** Requests that a processor answers in a second. */
    rate: async (): Promise<number> => {
      const before = process.threadCpuUsage();
      client.postMessage(REQUESTS);
      await once(client, 'message');
      const { user, system } = process.threadCpuUsage(before);
      return (REQUESTS * 1_000_000) / (user + system);
    },
    end: async () => {
      await client.terminate();
      await server.close();
    },
  };
}

async function furnish(host: HostServices): Promise<void> {
  await host.start();
  await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
  const place = { subscriber: 'kim', localUnit: 0, modemAddress: 0, suite: Suite.aes128 };
  const enrolled = await host.enrol({ svpmsn: Number.parseInt(METER, 16), ...place });
  if ('sentence' in enrolled) throw new Error(enrolled.sentence);
}

async function keyOf(people: PeopleServices): Promise<string> {
  const act = { at: clock.now(), by: 'bench', role: 'system-manager', action: '', subject: '', detail: '' } as const;
  const wanted = { name: 'bench', role: 'operator', scopes: ['meters:read'] } as const;
  const added = await people.addApiKey({ ...act, request: '' }, wanted);
  if ('sentence' in added) throw new Error(added.sentence);
  return added.key;
}
