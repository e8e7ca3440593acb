import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { Argon2 } from '../../src/adapters/argon2.ts';
import { createApi, Metrics } from '../../src/api/index.ts';
import { createPeople, type HostServices, type Store } from '../../src/host/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { bareRows, clock, foundedTwice, METERS, purchaseNumber, started } from './credits.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';
import type { Selling } from './top-ups-client.ts';

const CONNECTIONS = 32;
const TOP_UPS = 2_000;
const WARM_UP_ROUNDS = 1;
const ROUNDS = 7;

/** Single top-ups over HTTP, each durable before it is answered. */
export async function topUpsOverHttp(): Promise<readonly Figure[]> {
  const { store, bare, end } = await foundedTwice();
  const server = await serving(await started(store), store);
  try {
    const values: number[] = [];
    const limits: number[] = [];
    let sales = 0;
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const value = await perSecond(() => server.topUps());
      const laid = Array.from({ length: TOP_UPS }, () => bareRows([purchaseNumber(sales)], sales++, 0));
      const limit = await perSecond(async () => {
        for (const rows of laid) await bare.insert(rows);
      });
      if (round < WARM_UP_ROUNDS) continue;
      values.push(value);
      limits.push(limit);
    }
    return [
      moreIsBetter(
        {
          name: 'top-ups-http',
          value: median(values),
          unit: 'sales/s',
          limit: median(limits),
          limitHow:
            "the same rows of a sale, laid out before, into the same tables by the engine's own driver alone, one durable transaction a " +
            `sale; the value is POST /api/v1/purchases on ${CONNECTIONS} connections, with API key, audit entry and ` +
            'kept answer, on the clock, its client in a thread of its own',
          goal: 'at least the limit',
        },
        (ratio) => ratio >= 1,
      ),
    ];
  } finally {
    await server.end();
    await end();
  }
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (TOP_UPS * 1_000) / (performance.now() - begin);
}

async function serving(host: HostServices, store: Store) {
  const people = createPeople({ store, clock, randomness: seededRandom('people'), passwords: new Argon2() });
  const readiness = async () => ({ ready: true, parts: {} });
  const api = createApi(
    { host, people, clock, metrics: new Metrics(), readiness },
    { requestsPerMinute: Number.MAX_SAFE_INTEGER, log: { write: () => undefined } },
  );
  const act = { at: clock.now(), by: 'bench', role: 'system-manager', action: '', subject: '', detail: '' } as const;
  const wanted = { name: 'bench', role: 'cashier', scopes: ['orders:sell'] } as const;
  const added = await people.addApiKey({ ...act, request: '' }, wanted);
  if ('sentence' in added) throw new Error(added.sentence);
  await api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.address() as AddressInfo;
  const workerData = { key: added.key, connections: CONNECTIONS, meters: METERS };
  const client = new Worker(new URL('./top-ups-client.ts', import.meta.url), { workerData });
  return {
    async topUps(): Promise<void> {
      client.postMessage({ topUps: TOP_UPS, ports: [port] } satisfies Selling);
      await once(client, 'message');
    },
    async end(): Promise<void> {
      await client.terminate();
      await api.close();
    },
  };
}
