import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../adapters/free-port.testing.ts';
import { natsMissing, startNats } from '../adapters/nats.testing.ts';
import { postgresMissing, startPostgres } from '../storage/postgres.testing.ts';
import { brokerField } from './broker-field.testing.ts';
import { runIn } from './in-process.testing.ts';
import { env } from './running.testing.ts';

Object.assign(process.env, env);

test('an area unit beside a leaf node, which may do no more than its own area: sales and signs arrive, also after each of both went', {
  skip: natsMissing || postgresMissing,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-leaf-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const leaves = await freePort();
  const hub = await startNats({
    more: `leafnodes { listen: "127.0.0.1:${leaves}" }
authorization { users: [
  { user: hosts, password: h }
  { user: area0, password: a, permissions: {
      publish: ["wattpurse.hello.0", "wattpurse.here.0", "wattpurse.asked.0", "wattpurse.up.1.0", "wattpurse.answer.*.*"]
      subscribe: ["wattpurse.down.0", "wattpurse.who", "_INBOX.>"] } }
] }`,
  });
  t.after(() => hub.stop());
  const leaf = await startNats({
    streams: false,
    more: `leafnodes { reconnect: 1, remotes: [{ url: "nats-leaf://area0:a@127.0.0.1:${leaves}" }] }`,
  });
  t.after(() => leaf.stop());
  writeFileSync(join(folder, 'hosts.txt'), 'hosts\nh\n');
  const field = await brokerField({
    ...{ folder, database: postgres.url, broker: `127.0.0.1:${hub.port}`, hostCredentials: 'hosts.txt' },
    areaBroker: `127.0.0.1:${leaf.port}`,
  });
  t.after(() => field.stop());
  const { one, two, area, meter } = field;
  await field.sell(one, 'a', 100);
  await meter.said(/Now balance 100, /);
  await field.attended(one);

  // The middle goes: the area unit keeps its own server, and what is sold waits in the books.
  await hub.kill();
  await field.sell(two, 'b', 20);
  await hub.start();
  await meter.said(/Now balance 120, /);
  await field.settled(two, 2);

  const heard = area.lines.length;
  await leaf.kill();
  await area.said(/The way to the hosts behind the broker is away/, heard);
  await field.sell(one, 'c', 3);
  await Promise.any([one, two].map((host) => host.said(/Area unit 0 is away: nobody listens for it/)));
  await leaf.start();
  await meter.said(/Now balance 123, /);
  await field.settled(two, 3);
  assert.deepEqual([await meter.stop(), await field.unit.stop(), await area.stop()], [0, 0, 0]);
  assert.deepEqual([await one.stop(), await two.stop()], [0, 0]);
  const audit = await runIn(folder, 'audit', '--data', 'one', '--database', postgres.url);
  assert.equal(audit.code, 0, audit.out + audit.err);
});
