import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { freePort } from '../adapters/free-port.testing.ts';
import { natsMissing, startNats, type TestBroker } from '../adapters/nats.testing.ts';
import { decodeEnvelope, encodeEnvelope } from '../backhaul/index.ts';
import { postgresMissing, startPostgres, type TestServer } from '../storage/postgres.testing.ts';
import { brokerField } from './broker-field.testing.ts';
import { runIn } from './in-process.testing.ts';
import { Child, env } from './running.testing.ts';

const skip = natsMissing || postgresMissing;
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-broker-'));
const stops: (() => Promise<unknown> | unknown)[] = [() => rmSync(scratch, { recursive: true })];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});
Object.assign(process.env, env);
/** Of a host at a meter: by it alone the order would wait so long. */
const LEASE_MS = 60_000;

/** Hosts may do all; an area unit only what is of its own area. */
const USERS = `authorization { users: [
  { user: hosts, password: h }
  { user: area0, password: a, permissions: {
      publish: ["wattpurse.hello.0", "wattpurse.here.0", "wattpurse.asked.0", "wattpurse.up.1.0", "wattpurse.answer.*.0"]
      subscribe: ["wattpurse.down.0", "wattpurse.who", "_INBOX.>"] } }
] }`;
const file = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return name;
};

test('two hosts on PostgreSQL and a broker: one is killed, its orders go on, and nothing is lost or doubled', {
  skip,
}, async () => {
  const postgres: TestServer = await startPostgres();
  stops.push(() => postgres.stop());
  const nats: TestBroker = await startNats({ more: USERS });
  stops.push(() => nats.stop());
  const field = await brokerField({
    ...{ folder: scratch, database: postgres.url, broker: `127.0.0.1:${nats.port}` },
    hostCredentials: file('hosts.txt', 'hosts\nh\n'),
    areaCredentials: file('area0.txt', 'area0\na\n'),
  });
  stops.push(() => field.stop());
  const { one, two, meter } = field;
  await field.sell(one, 'a', 1000);
  await meter.said(/Now balance 1000, relay closed/);
  await field.sell(two, 'b', 200);
  await meter.said(/Now balance 1200/);
  assert.match(await (await two.ask('/ready')).text(), /"grid":"area units 0 by the broker"/);

  // The meter is away, the host that has begun its order is killed, and the meter comes.
  await field.meter.stop('SIGKILL');
  await field.sell(one, 'c', 30);
  await pause(300);
  await one.stop('SIGKILL');
  const killedAt = performance.now();
  // The payer asks again, at another host.
  await field.sell(two, 'c', 30);
  const back = field.startMeter();
  await back.said(/Now balance 1230/);
  const tookMs = performance.now() - killedAt;
  assert.ok(tookMs < LEASE_MS - 10_000, `the order went on after ${tookMs} ms, and a lease alone is ${LEASE_MS}`);

  // The broker goes and comes back, and what was sold meanwhile arrives.
  await field.settled(two, 3);
  await nats.kill();
  await field.sell(two, 'd', 4);
  await nats.start();
  await back.said(/Now balance 1234/);
  await field.settled(two, 4);
  assert.deepEqual([await back.stop(), await field.unit.stop(), await field.area.stop()], [0, 0, 0]);
  assert.equal(await two.stop(), 0);
  const audit = await runIn(scratch, 'audit', '--data', 'one', '--database', postgres.url);
  assert.equal(audit.code, 0, audit.out + audit.err);
});

test('each wrong use of a broker is one sentence, and one that does not take a program ends it', { skip }, async () => {
  const nats = await startNats({ more: USERS });
  stops.push(() => nats.stop());
  const at = `127.0.0.1:${nats.port}`;
  const area = ['area-unit', '0', '--listen', '127.0.0.1:0'];
  for (const [args, sentence] of [
    [[...area, '--broker', 'here'], /^--broker must be a machine and a port/],
    [[...area, '--broker', at, '--host', at], /^An area unit reaches its hosts at --host or by --broker/],
    [[...area, '--broker', '10.0.0.1:4222'], /^What goes to 10\.0\.0\.1 leaves this machine/],
    [[...area, '--broker-credentials', 'x'], /^--broker-credentials are for a broker/],
    [[...area, '--broker', at, '--broker-credentials', 'absent'], /^The credentials file absent cannot be read/],
    [[...area, '--broker', at, '--broker-credentials', file('half', 'word\n')], /^The credentials file half must hold/],
    [['host', '--data', 'h', '--broker', at, '--area-units', '127.0.0.1:0'], /^Area units reach this host at/],
  ] as const) {
    const { code, err } = await runIn(scratch, ...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, sentence);
  }
  const wrong = new Child(scratch, [...area, '--broker', at, '--broker-credentials', file('wrong', 'area0\nb\n')]);
  stops.push(() => wrong.stop());
  await wrong.said(
    /The broker at 127\.0\.0\.1:\d+ does not take this program, because it does not know these credentials/,
  );
  assert.equal(await wrong.ended(), 1);

  const port = await freePort();
  const waiting = new Child(scratch, [...area, '--broker', `127.0.0.1:${port}`]);
  stops.push(() => waiting.stop());
  await waiting.said(/The broker gives no connection, because nothing listens there: it is tried again/);
  assert.equal(await waiting.stop(), 0);
});

test('an area unit of another version is refused by the host with a sentence, and one in the place of another', {
  skip,
}, async () => {
  const nats = await startNats();
  stops.push(() => nats.stop());
  const host = new Child(scratch, [
    ...['host', '--data', 'alone', '--listen', '127.0.0.1:0'],
    ...['--broker', `127.0.0.1:${nats.port}`],
  ]);
  stops.push(() => host.stop());
  await host.said(/Connected to the broker/);
  const area = await connect({ servers: `127.0.0.1:${nats.port}` });
  stops.push(() => area.close());
  const answers = area.subscribe('wattpurse.down.3')[Symbol.asyncIterator]();
  await area.flush();
  const hello = { type: 'hello', version: 1, kind: 'area-unit', id: 3 } as const;
  for (const [said, expected] of [
    [{ ...hello, version: 0 }, /^The area unit 3 speaks version 0 .* update the area unit 3\.$/],
    [{ ...hello, version: 2 }, /^The area unit 3 speaks version 2 .* update the host 1\.$/],
    [{ ...hello, id: 4 }, /^Area unit 4 speaks in the place of area unit 3/],
    [hello, undefined],
  ] as const) {
    const bytes = encodeEnvelope({ localUnit: 0, message: said });
    let answer: IteratorResult<{ data: Uint8Array }> | undefined;
    while (answer === undefined) {
      area.publish('wattpurse.hello.3', bytes);
      // The host may not have subscribed yet.
      answer = await Promise.race([answers.next(), pause(500, undefined)]);
    }
    const envelope = decodeEnvelope(answer.value.data);
    assert.ok(!('reason' in envelope));
    const { message } = envelope;
    if (expected === undefined) assert.equal(message.type, 'hello');
    else assert.match(message.type === 'hello-refused' ? message.sentence : message.type, expected);
  }
});
