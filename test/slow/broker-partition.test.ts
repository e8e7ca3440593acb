import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { drawCertificate } from '../../src/adapters/certificate.testing.ts';
import { natsMissing, startNats, type TestBroker } from '../../src/adapters/nats.testing.ts';
import { brokerField } from '../../src/cli/broker-field.testing.ts';
import { runIn } from '../../src/cli/in-process.testing.ts';
import { env } from '../../src/cli/running.testing.ts';
import { postgresMissing, startPostgres } from '../../src/storage/postgres.testing.ts';

const PORT = 4222;
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
const address = (i: number) => `10.77.0.1${i}`;
const SERVERS = [1, 2, 3];
/** Names the folder to whoever this file starts in a network namespace of its own. */
const INSIDE = 'WATTPURSE_PARTITION';

const folderInside = process.env[INSIDE];
if (folderInside === undefined) {
  const notRoot = process.getuid?.() !== 0 && 'Network namespaces are root’s: run the tests as root.';
  const skip = natsMissing || postgresMissing || notRoot;
  test('a broker of three servers is cut apart and loses its quorum, and what is sold arrives once', {
    skip,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wattpurse-partition-'));
    try {
      const alone = spawn('unshare', ['--net', '--mount', process.execPath, import.meta.filename], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, [INSIDE]: folder, NODE_TEST_CONTEXT: undefined },
      });
      let said = '';
      const hear = (text: unknown) => {
        said += String(text);
      };
      for (const stream of [alone.stdout, alone.stderr]) stream.on('data', hear);
      const [code] = await once(alone, 'close');
      assert.equal(code, 0, said);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
} else await cutApart(folderInside);

/**
 * Two hosts, PostgreSQL and a broker of three servers over TLS, each server in a network namespace of its own behind a
 * bridge; the cable of each in turn and then of two of them is pulled, and put back.
 */
async function cutApart(folder: string): Promise<void> {
  Object.assign(process.env, env);
  writeFileSync(
    join(folder, 'hosts'),
    `127.0.0.1 localhost\n${SERVERS.map((i) => `${address(i)} broker${i}\n`).join('')}`,
  );
  execFileSync('mount', ['--bind', join(folder, 'hosts'), '/etc/hosts']);
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'bridge', 'type', 'bridge');
  ip('address', 'add', '10.77.0.1/24', 'dev', 'bridge');
  ip('link', 'set', 'bridge', 'up');

  const drawn = ['localhost', ...SERVERS.map((i) => `broker${i}`)].map((name) => ({ name, ...drawCertificate(name) }));
  const authority = drawn.map(({ certificate }) => certificate).join('');
  for (const { name, certificate, key } of drawn) {
    mkdirSync(join(folder, name));
    const files = { 'certificate.pem': certificate, 'key.pem': key, 'authority.pem': authority };
    for (const [file, pem] of Object.entries(files)) writeFileSync(join(folder, name, file), pem);
  }

  const servers: TestBroker[] = [];
  const rooms: ReturnType<typeof spawn>[] = [];
  for (const i of SERVERS) {
    const room = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    rooms.push(room);
    await pause(200);
    const inside = (...args: string[]) => execFileSync('nsenter', ['-t', `${room.pid}`, '-n', 'ip', ...args]);
    ip('link', 'add', `cable${i}`, 'type', 'veth', 'peer', 'name', 'socket', 'netns', `${room.pid}`);
    ip('link', 'set', `cable${i}`, 'master', 'bridge', 'up');
    inside('address', 'add', `${address(i)}/24`, 'dev', 'socket');
    for (const link of ['socket', 'lo']) inside('link', 'set', link, 'up');
    const at = join(folder, `broker${i}`);
    const tls = `cert_file: "${at}/certificate.pem", key_file: "${at}/key.pem", ca_file: "${at}/authority.pem"`;
    const routes = SERVERS.map((other) => `nats://${address(other)}:6222`).join(', ');
    const cluster = `cluster { name: c, listen: "${address(i)}:6222", routes: [${routes}] }`;
    const more = `server_name: n${i}\n${cluster}\ntls { ${tls}, verify: true }`;
    servers.push(await startNats({ more, address: address(i), port: PORT, namespaceOf: room.pid as number }));
  }
  const pull = (i: number) => ip('link', 'set', `cable${i}`, 'down');
  const putBack = (i: number) => ip('link', 'set', `cable${i}`, 'up');

  const postgres = await startPostgres();
  const field = await brokerField({
    ...{ folder, database: postgres.url, certificates: 'localhost' },
    broker: SERVERS.map((i) => `broker${i}:${PORT}`).join(','),
  });
  try {
    const { one, two, meter } = field;
    await field.sell(one, 'a', 1000);
    await meter.said(/Now balance 1000/);

    // Each server in turn is cut off from all others, whoever is connected to it.
    let balance = 1000;
    for (const i of SERVERS) {
      pull(i);
      await field.sell(i === 2 ? two : one, `cut-off-${i}`, i);
      balance += i;
      await meter.said(new RegExp(`Now balance ${balance}`));
      putBack(i);
      await field.settled(two, 1 + i);
    }
    // Without quorum top-ups go on; reports wait.
    pull(2);
    pull(3);
    await field.sell(two, 'no-quorum', 10);
    balance += 10;
    await meter.said(new RegExp(`Now balance ${balance}`));
    await two.said(
      /The broker’s stream WATTPURSE_UP_1 cannot be had .*: too few servers of its cluster reach each other/,
    );
    putBack(2);
    putBack(3);
    // A host is killed right after.
    await field.sell(one, 'killed', 100);
    balance += 100;
    await one.stop('SIGKILL');
    await meter.said(new RegExp(`Now balance ${balance}`));
    await field.settled(two, 6);
    assert.equal(await two.stop(), 0);
    assert.equal(await meter.stop(), 0);
    assert.match(meter.lines.at(-1) ?? '', new RegExp(`Stopped: balance ${balance}`));
    const audit = await runIn(folder, 'audit', '--data', 'two', '--database', postgres.url);
    assert.equal(audit.code, 0, audit.out + audit.err);
  } catch (error) {
    for (const part of [field.one, field.two, field.area, field.unit, field.meter]) {
      process.stderr.write(`${part.lines.filter((line) => !line.includes('"reqId"')).join('\n')}\n\n`);
    }
    throw error;
  } finally {
    await field.stop();
    await postgres.stop();
    for (const server of servers) await server.stop();
    for (const room of rooms) room.kill('SIGKILL');
  }
}
