import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../adapters/free-port.testing.ts';
import { natsMissing, startNats, startNatsCluster, type TestBroker } from '../../adapters/nats.testing.ts';
import { copied, examined, FREE, finds, isWell, scratch } from './doctor.testing.ts';

const skip = natsMissing;
const servers: TestBroker[] = [];
after(async () => {
  for (const server of servers) await server.stop();
});
const wordsOf = (name: string, ...ports: readonly number[]) => {
  const broker = ports.map((port) => `127.0.0.1:${port}`).join(',');
  return ['--data', copied(name), ...FREE, '--broker', broker];
};

test('a broker that is not there, or does not know this host, is found', { skip }, async () => {
  await finds('broker-unreachable', /because nothing listens there: start it/, ...wordsOf('away', await freePort()));
  const server = await startNats({ more: 'authorization { user: u, password: p }' });
  servers.push(server);
  const words = wordsOf('stranger', server.port);
  await finds('broker-refused', /because it does not know these credentials: name others/, ...words);
  const credentials = join(scratch, 'broker.credentials');
  writeFileSync(credentials, 'u\np\n', { mode: 0o600 });
  await isWell(...words, '--broker-credentials', credentials);
});

test('a cluster without quorum is found, though one of its servers answers', { skip }, async () => {
  const cluster = await startNatsCluster(3);
  servers.push(...cluster);
  const [first, ...others] = cluster as [TestBroker, TestBroker, TestBroker];
  const words = wordsOf('quorum', first.port);
  // It elects who leads it first.
  while ((await examined(...words)).names.length > 0) await pause(100);
  for (const server of others) await server.kill();
  // Whoever led it finds out after a while that nobody follows.
  while ((await examined(...words)).names.length === 0) await pause(100);
  await finds('broker-keeps-nothing', /keeps nothing that must arrive .*: start more servers/, ...words);
});
