import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { WebhookDelivery } from '../host/index.ts';
import { postgresMissing, startPostgres } from '../storage/postgres.testing.ts';
import { businessClock } from './business-clock.ts';
import { parseDemoOptions } from './demo-options.ts';
import { CannotGoOn } from './failure.ts';
import { HostFolder } from './host-folder.ts';
import { parseHostOptions, parseManagerOptions } from './host-options.ts';
import { runIn } from './in-process.testing.ts';
import { env, layKeys, oneTimePassword, Running as RunningIn } from './running.testing.ts';
import { WrongUse } from './usage.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-host-'));
after(() => rmSync(scratch, { recursive: true }));
class Running extends RunningIn {
  constructor(...args: string[]) {
    super(scratch, args);
  }
}
/** A host hears 600 requests a minute of one address, and no more. */
const ASKS_EVERY_MS = 200;
const PASSWORD = 'what a fine password';

const spawned = (args: readonly string[], more: NodeJS.ProcessEnv = env) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    ...{ encoding: 'utf8', cwd: scratch, env: more },
    // What does not end by itself is killed, and has no exit code.
    ...{ timeout: 300_000, killSignal: 'SIGKILL' },
  });
Object.assign(process.env, env);
const run = (args: readonly string[]) => runIn(scratch, ...args);

/** What a person may get wrong, and what the one sentence must name. */
const WRONG_USES: readonly (readonly [readonly string[], RegExp])[] = [
  [['host'], /^host needs --data with the folder/],
  [['host', '--data', ''], /^--data must name a folder, not ""\.$/m],
  [['host', '--data', 'unmade', '--listen', '8080'], /^--listen must be an address .* not "8080"\.$/m],
  [['host', '--data', 'unmade', '--listen', '127.0.0.1:70000'], /--listen/],
  [['host', '--data', 'unmade', '--listen', 'example.org:80'], /--listen/],
  [['host', '--data', 'unmade', '--listen', '0.0.0.0:8080'], /passwords in the clear: .* --proxy\.$/m],
  [['host', '--data', 'unmade', '--meters-max', '16777217'], /^--meters-max must be a whole number from 1 to 16777216/],
  [['host', '--data', 'unmade', '--proxy', 'nginx'], /^--proxy must be the address/],
  [['host', '--data', 'unmade', '--zone', 'Mars/Olympus'], /^--zone: "Mars\/Olympus" is not a time zone/],
  [['host', '--data', 'unmade', '--database', 'mysql://a/b'], /^--database must be of PostgreSQL/],
  [['host', '--data', 'unmade', '--database', 'postgres://a:secret@b/c'], /may not hold a password.* PGPASSWORD/],
  [
    ['host', '--data', 'unmade', '--webhook-inside', '10.1.2.3,till'],
    /^--webhook-inside must be .*: "till" is neither/,
  ],
  [['host', '--data', 'unmade', '--meters', '3'], /^There is no option --meters/],
  [['host', 'here', '--data', 'unmade'], /^Unexpected argument 'here'/],
  [['manager', '--data', 'unmade'], /^manager takes one login/],
  [['manager', 'a', 'b', '--data', 'unmade'], /^manager takes one login/],
  [['demo', '--once', '--listen', '127.0.0.1:0'], /^--listen belongs to a demo that is watched/],
  [['demo', '--listen', '192.0.2.1:80'], /^A demo listens on this machine alone/],
];

test('each wrong use of a host is one sentence, and nothing is begun', () => {
  for (const [[command, ...args], sentence] of WRONG_USES) {
    const parse =
      command === 'host' ? parseHostOptions : command === 'manager' ? parseManagerOptions : parseDemoOptions;
    const said = (error: unknown) =>
      error instanceof WrongUse && sentence.test(error.message) && !/\n|secret/.test(error.message);
    assert.throws(() => parse(args), said, args.join(' '));
  }
  const { status, stdout, stderr } = spawned(['host', '--data', 'unmade', '--listen', 'x']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^--listen must be an address .*\n$/);
  assert.equal(existsSync(join(scratch, 'unmade')), false);
  const { WATTPURSE_PASSPHRASE: _, ...without } = env;
  const unsealed = spawned(['host', '--data', 'sealed', '--listen', '127.0.0.1:0'], without);
  assert.equal(unsealed.status, 2);
  assert.match(unsealed.stderr, /^The master keys of a host are sealed: .* WATTPURSE_PASSPHRASE, or in a file/m);
});

test('a host is begun, its first manager makes people, and a second start goes on', async () => {
  const folder = join(scratch, 'utility');
  const made = await run(['manager', 'boss', '--data', folder]);
  assert.equal(made.code, 0, made.err);
  const host = new Running('host', '--data', folder, '--listen', '127.0.0.1:0', '--zone', 'Europe/Berlin');
  assert.equal((await host.ask('/health')).status, 200);
  assert.match(await (await host.ask('/ready')).text(), /"ready":true.*"grid":"none/);
  const first = await host.logIn('boss', oneTimePassword(made.out));
  const choice = { old: oneTimePassword(made.out), new: PASSWORD };
  assert.equal((await host.json('PUT', '/api/v1/session/password', choice, first)).status, 204);
  const boss = await host.logIn('boss', PASSWORD);
  const wanted = { login: 'han', name: 'Han', role: 'operator' };
  const added = await host.json('POST', '/api/v1/people', wanted, boss);
  assert.equal(added.status, 201);
  const { oneTimePassword: hans } = (await added.json()) as { oneTimePassword: string };
  assert.match((await run(['manager', 'boss', '--data', folder])).err, /is in use by another process/);
  assert.equal(await host.stop(), 0);
  for (const secret of [oneTimePassword(made.out), PASSWORD, hans, boss.cookie ?? '', boss['x-csrf-token'] ?? '']) {
    assert.ok(secret.length > 10 && !host.lines.some((line) => line.includes(secret)));
  }
  for (const line of host.lines) assert.ok(JSON.parse(line).time, line);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);

  const again = new Running('host', '--data', folder, '--listen', '127.0.0.1:0');
  const boss2 = await again.logIn('boss', PASSWORD);
  const audit = (await (await again.ask('/api/v1/audit', { headers: boss2 })).json()) as {
    items: { action: string; by: string }[];
  };
  assert.deepEqual(audit.items.map(({ by, action }) => `${by} ${action}`).reverse(), [
    ...['command line manager', 'boss log-in', 'boss change-password', 'boss log-in', 'boss addPerson', 'boss log-in'],
  ]);
  assert.equal(await again.stop('SIGINT'), 0);
  const moved = await run(['host', '--data', folder, '--zone', 'Asia/Seoul']);
  assert.match(moved.err, /lives in Europe\/Berlin: leave --zone out/);
  const reset = await run(['manager', 'boss', '--data', folder]);
  assert.match(oneTimePassword(reset.out), /^[a-z2-9-]{23}$/);
  assert.match((await run(['manager', 'han', '--data', folder])).err, /"han" is of role operator/);
  assert.match((await run(['demo', '--data', folder])).err, /holds the books of a host/);
  rmSync(join(folder, 'wattpurse.db'));
  assert.match((await run(['host', '--data', folder])).err, /holds the keys of a host and no books/);
});

test('a folder that is not a host’s, a keyring of others, and a port that is taken are told in one sentence', async () => {
  const demo = join(scratch, 'of-a-demo');
  mkdirSync(demo);
  writeFileSync(join(demo, 'demo.json'), '{}');
  assert.match(
    (await run(['host', '--data', demo, '--listen', '127.0.0.1:0'])).err,
    /holds a demo, whose meters are in it/,
  );
  const folder = join(scratch, 'first');
  const host = new Running('host', '--data', folder, '--listen', '127.0.0.1:0');
  const { port } = new URL((await host.ask('/health')).url);
  const other = join(scratch, 'second');
  const taken = spawned(['host', '--data', other, '--listen', `127.0.0.1:${port}`]);
  assert.deepEqual([taken.status, taken.stdout], [1, '']);
  assert.match(taken.stderr, /^Nothing can listen on port \d+ of 127\.0\.0\.1, because another program does/);
  assert.equal(existsSync(other), false, 'nothing is begun');
  const units = spawned(['host', '--data', other, '--listen', '127.0.0.1:0', '--area-units', `127.0.0.1:${port}`]);
  assert.deepEqual([units.status, units.stdout], [1, '']);
  assert.match(units.stderr, /^Nothing can listen on port .* or name another port with --area-units\.\n$/);
  assert.equal(existsSync(other), false, 'nothing is begun');
  const key = join(scratch, 'unit-0.json');
  assert.equal((await run(['local-unit', 'key', key, '--number', '0', '--data', folder])).code, 0);
  const line = `127.0.0.1:${port}`;
  const unit = spawned(['local-unit', '--key', key, '--area-unit', '127.0.0.1:1', '--line', line]);
  assert.deepEqual([unit.status, unit.stdout], [1, ''], 'its timers keep it no longer either');
  assert.match(unit.stderr, /^Nothing can listen on port .* or name another port with --line\.\n$/);
  await host.stop();
  // Free when it is tried, and taken by the host itself when area units are to have it.
  const both = spawned(['host', '--data', other, '--listen', `127.0.0.1:${port}`, '--area-units', `127.0.0.1:${port}`]);
  assert.equal(both.status, 1, 'and the process ends');
  assert.match(both.stderr, /^Nothing can listen on port .* or name another port with --area-units\.\n$/);
  cpSync(join(other, 'keyring.wpkr'), join(folder, 'keyring.wpkr'));
  assert.match((await run(['host', '--data', folder])).err, /is not the keyring of these books/);
  rmSync(join(folder, 'keyring.wpkr'));
  assert.match((await run(['host', '--data', folder])).err, /have a keyring already, and .* is not there/);
  writeFileSync(join(other, 'host.json'), '{"version":9}');
  assert.match((await run(['host', '--data', other])).err, /host\.json is not what this version wrote/);
});

test('hosts share a database in PostgreSQL, with one keyring', { skip: postgresMissing }, async () => {
  const server = await startPostgres();
  try {
    const [one, two, three] = ['one', 'two', 'three'].map((name) => join(scratch, name)) as [string, string, string];
    await layKeys(one);
    const made = await run(['manager', 'boss', '--data', one, '--database', server.url]);
    assert.equal(made.code, 0, made.err);
    const first = new Running('host', '--data', one, '--database', server.url, '--listen', '127.0.0.1:0');
    const boss = await first.logIn('boss', oneTimePassword(made.out));
    assert.match((await run(['host', '--data', three, '--database', server.url])).err, /have a keyring already/);
    cpSync(join(one, 'keyring.wpkr'), join(two, 'keyring.wpkr'));
    const second = new Running('host', '--data', two, '--database', server.url, '--listen', '127.0.0.1:0');
    const there = await second.ask('/api/v1/session', { headers: boss });
    assert.equal(there.status, 200, 'who logged in at one host is known at the other');
    await server.restart();
    assert.equal((await second.ask('/ready')).status, 200, 'and after its database was away');
    assert.deepEqual([await first.stop(), await second.stop()], [0, 0]);
  } finally {
    await server.stop();
  }
});

test('an address of the own network is told what happened, by the same secret after a restart', async () => {
  const told: { body: string; headers: Record<string, string> }[] = [];
  const listener = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      told.push({ body, headers: request.headers as Record<string, string> });
      response.writeHead(told.length === 1 ? 500 : 204).end();
    });
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  try {
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
    const folder = join(scratch, 'telling');
    const password = oneTimePassword((await run(['manager', 'boss', '--data', folder])).out);
    const start = () =>
      new Running('host', '--data', folder, '--listen', '127.0.0.1:0', '--webhook-inside', '127.0.0.1');
    const host = start();
    const first = await host.logIn('boss', password);
    await host.json('PUT', '/api/v1/session/password', { old: password, new: PASSWORD }, first);
    const boss = await host.logIn('boss', PASSWORD);
    const wanted = { id: 'shop', url, events: ['purchase.sold'] };
    const metadata = { ...wanted, id: 'cloud', url: 'http://169.254.169.254/latest' };
    assert.equal((await host.json('POST', '/api/v1/webhooks', metadata, boss)).status, 422);
    const added = await host.json('POST', '/api/v1/webhooks', wanted, boss);
    assert.equal(added.status, 201, await added.clone().text());
    const { secret } = (await added.json()) as { secret: string };
    await host.stop();
    const { store } = await HostFolder.open({ data: folder, database: undefined });
    const body = '{"id":"purchase.sold:a"}';
    const delivery = { webhook: 'shop', body, state: 'waiting', at: 0, dueAt: 0, attempts: 0 } as const;
    await store.transaction((tx) =>
      tx.deliveries.put(['a', 'b'].map((id) => ({ ...delivery, id: `shop purchase.sold:${id}` }) as WebhookDelivery)),
    );
    await store.close();

    const again = start();
    const boss2 = await again.logIn('boss', PASSWORD);
    const list = async () => (await again.ask('/api/v1/webhooks', { headers: boss2 })).json();
    const counts = { ...wanted, waiting: 1, givenUp: 0 };
    for (let state = ''; !state.includes('"waiting":1'); state = JSON.stringify(await list()))
      await pause(ASKS_EVERY_MS);
    const { createdAt: _, ...shown } = ((await list()) as { items: [{ createdAt: string }] }).items[0];
    assert.deepEqual(shown, counts);
    const proof = new Webhook(secret);
    for (const message of told) assert.deepEqual(proof.verify(message.body, message.headers), JSON.parse(body));
    const metrics = await (await again.ask('/metrics', { headers: boss2 })).text();
    assert.match(metrics, /^wattpurse_webhook_deliveries_total\{outcome="taken"\} 1$/m);
    assert.match(metrics, /^wattpurse_webhook_deliveries_total\{outcome="status"\} 1$/m);
    assert.match(metrics, /^wattpurse_webhook_undelivered\{state="waiting"\} 1$/m);
    assert.ok(again.lines.some((line) => /shop was not told of .*status 500/.test(line)));
    const retry = await again.json('POST', '/api/v1/webhooks/shop/retry', {}, boss2);
    assert.deepEqual(await retry.json(), { deliveries: 0 });
    const remove = () => again.ask('/api/v1/webhooks/shop', { method: 'DELETE', headers: boss2 });
    assert.deepEqual([(await remove()).status, (await remove()).status], [200, 404]);
    assert.deepEqual(await list(), { items: [] });
    await again.stop();
    for (const line of again.lines) assert.ok(!line.includes(secret));
  } finally {
    listener.close();
  }
});

test('a demo that listens tells of a person for each role, and what they may do is done in its books', async () => {
  const demo = new Running('demo', '--data', join(scratch, 'demo'), '--meters', '2', '--listen', '127.0.0.1:0');
  await demo.ask('/health');
  const password = async (login: string): Promise<string> => {
    for (;;) {
      const line = demo.lines.find((each) => each.startsWith(`  ${login} `));
      if (line !== undefined) return line.trim().split(/\s+/)[1] ?? '';
      await pause(ASKS_EVERY_MS);
    }
  };
  const cashier = await demo.logIn('cashier', await password('cashier'));
  const sale = { meter: '0a1b2c', paid: '77' };
  const sold = await demo.json('POST', '/api/v1/purchases', sale, { ...cashier, 'idempotency-key': 'demo-0001' });
  assert.equal(sold.status, 201, await sold.clone().text());
  const { id } = ((await sold.json()) as { order: { id: string } }).order;
  for (let state = ''; state !== 'stored'; ) {
    await pause(ASKS_EVERY_MS);
    const order = await demo.ask(`/api/v1/orders/${encodeURIComponent(id)}`, { headers: cashier });
    ({ state } = (await order.json()) as { state: string });
  }
  const subscriber = await demo.logIn('subscriber', await password('subscriber'));
  const own = (await (await demo.ask('/api/v1/meters', { headers: subscriber })).json()) as { items: unknown[] };
  assert.equal(own.items.length, 1);
  assert.equal(await demo.stop('SIGINT'), 0);
});

test('a demo that nobody told where to listen says where its pages are, and tells no password', async () => {
  const demo = new Running('demo', '--data', join(scratch, 'unasked'), '--meters', '2');
  assert.equal((await demo.ask('/health')).status, 200);
  assert.equal(await demo.stop('SIGINT'), 0);
  assert.ok(demo.lines.some((line) => line.startsWith('The pages are http://127.0.0.1:')));
  assert.ok(!demo.lines.some((line) => line.startsWith('Log in as')));
});

test('the clock of the business never goes back, and meets the clock on the wall again', () => {
  let wall = 1_000_000_000_000;
  let ran = 0;
  const pass = (ms: number) => {
    wall += ms;
    ran += ms;
  };
  const clock = businessClock(wall + 60_000, { wallMs: () => wall, runMs: () => ran });
  assert.equal(clock.now(), wall + 60_000, 'what was reserved is not lived again');
  pass(1_000);
  assert.equal(clock.now(), wall + 59_500, 'at half speed');
  pass(119_000);
  assert.equal(clock.now(), wall, 'they meet');
  pass(5);
  assert.equal(clock.now(), wall);
  wall -= 3_600_000;
  const before = clock.now();
  pass(10);
  assert.equal(clock.now(), before + 5, 'set back, it goes on slowly');
  wall += 7_200_000;
  assert.equal(clock.now(), wall, 'set forward, it follows');
  assert.throws(() => businessClock(wall + 86_400_001, { wallMs: () => wall, runMs: () => ran }), CannotGoOn);
});
