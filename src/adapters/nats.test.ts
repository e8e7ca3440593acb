import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { nkeys } from '@nats-io/transport-node';
import { drawCertificate } from './certificate.testing.ts';
import type { Certificates } from './framed-tcp.ts';
import { freePort } from './free-port.testing.ts';
import { natsMissing, startNats, startNatsCluster, type TestBroker } from './nats.testing.ts';
import { Broker, BrokerRefused, type BrokerSettings } from './nats.ts';

const stops: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});
const skip = natsMissing;
const STREAM = { name: 'T', subjects: ['t.>'], bytesMax: 1024 * 1024 };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** A broker's client, and what it was told. */
async function connected(ports: readonly number[], more: Partial<BrokerSettings> = {}) {
  const heard: string[] = [];
  const stopped = new AbortController();
  const settings = {
    ...{ servers: ports.map((port) => ({ host: '127.0.0.1', port })), credentials: undefined, name: 'test' },
    ...{ certificates: undefined, ...more },
  };
  const listener = {
    came: () => heard.push('came'),
    went: (why: string) => heard.push(`went: ${why}`),
    trouble: (sentence: string) => heard.push(sentence),
  };
  const broker = Broker.connect(settings, listener, stopped.signal);
  stops.push(async () => {
    stopped.abort();
    await (await broker.catch(() => undefined))?.close();
  });
  return { broker, heard, stopped };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(20);
}

const started = async (setting?: Parameters<typeof startNats>[0]): Promise<TestBroker> => {
  const server = await startNats(setting);
  stops.push(() => server.stop());
  return server;
};

/** Whoever takes from the stream in a group. */
function taker(broker: Broker, how: (bytes: string, times: number) => 'settle' | 'again' | 'drop' | 'nothing') {
  const taken: string[] = [];
  const stopped = new AbortController();
  const work = broker.takeFrom(STREAM, 'g', {
    take: (message) => {
      taken.push(text(message.bytes));
      const does = how(text(message.bytes), message.times);
      if (does === 'settle') message.settle();
      if (does === 'again') message.again(50);
      if (does === 'drop') message.drop('a test');
    },
    room: async () => undefined,
    stopped: stopped.signal,
  });
  const stop = async () => {
    stopped.abort();
    await work;
  };
  stops.push(stop);
  return { taken, stop };
}

test('who has lost the broker does not wait for it to end: what it takes from it ends too', { skip }, async () => {
  const server = await started();
  const broker = (await (await connected([server.port])).broker) as Broker;
  const { taken, stop } = taker(broker, () => 'settle');
  await until(async () => (await broker.store('t.a', Buffer.from('first'), 'first')) === undefined);
  await until(() => taken.length === 1);
  await server.stop();
  await until(() => !broker.connected);
  await broker.close();
  await stop();
  assert.equal(await broker.ended, undefined);
});

test('what is stored is taken once by one of those who take, again where it was not settled, and stored once', {
  skip,
}, async () => {
  const server = await started();
  const { broker: opening } = await connected([server.port]);
  const broker = (await opening) as Broker;
  const other = (await (await connected([server.port])).broker) as Broker;
  const first = taker(broker, (bytes, times) => (bytes === 'again' && times === 1 ? 'again' : 'settle'));
  const second = taker(other, (bytes, times) => (bytes === 'again' && times === 1 ? 'again' : 'settle'));
  const texts = Array.from({ length: 300 }, (_, i) => `m${i}`);
  await until(async () => (await broker.store('t.a', Buffer.from('first'), 'first')) === undefined);
  for (const one of [...texts, ...texts, 'again']) {
    assert.equal(await broker.store('t.a', Buffer.from(one), one), undefined);
  }
  await until(() => first.taken.length + second.taken.length === 303);
  await pause(100);
  const all = [...first.taken, ...second.taken].sort();
  assert.deepEqual(all, ['first', 'again', 'again', ...texts].sort());
});

test('a broker that is not there is waited for, one that goes is come back to, and a late carry is not kept', {
  skip,
}, async () => {
  const port = await freePort();
  const { broker: opening, heard } = await connected([port]);
  await until(() => heard.length > 0);
  assert.deepEqual(heard, ['The broker gives no connection, because nothing listens there: it is tried again.']);
  const server = await started({ port });
  const broker = (await opening) as Broker;
  const told: string[] = [];
  broker.subscribe('a', ({ bytes }) => told.push(text(bytes)));
  broker.publish('a', Buffer.from('one'));
  await until(() => told.length === 1);
  await server.kill();
  await until(() => !broker.connected);
  broker.publish('a', Buffer.from('lost'));
  await server.start();
  await until(() => broker.connected);
  broker.publish('a', Buffer.from('two'));
  await until(() => told.length === 2);
  assert.deepEqual(told, ['one', 'two']);
  assert.match(heard.join('\n'), /came\nwent: 127\.0\.0\.1:\d+ is away\ncame/);
});

test('wrong credentials are refused at once, and right ones of each kind are taken', { skip }, async () => {
  const user = nkeys.createUser();
  const more = `authorization { users: [ { user: u, password: p }, { nkey: ${user.getPublicKey()} } ] }`;
  const { port } = await started({ more });
  const seed = text(user.getSeed());
  const stranger = text(nkeys.createUser().getSeed());
  for (const credentials of [{ user: 'u', password: 'p' }, { seed }] as const) {
    assert.ok((await (await connected([port], { credentials })).broker) instanceof Broker);
  }
  for (const credentials of [undefined, { user: 'u', password: 'q' }, { seed: stranger }] as const) {
    const { broker } = await connected([port], { credentials });
    await assert.rejects(broker, (error) => {
      return error instanceof BrokerRefused && error.message === 'it does not know these credentials';
    });
  }
});

test('over TLS each side asks for a certificate of the authority, and the name must be right', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-nats-tls-'));
  stops.push(() => rmSync(folder, { recursive: true }));
  const [own, utility, foreign] = [
    drawCertificate('localhost'),
    drawCertificate('utility'),
    drawCertificate('utility'),
  ];
  const authority = own.certificate + utility.certificate;
  for (const [name, pem] of Object.entries({ ...own, authority })) writeFileSync(join(folder, name), pem);
  const files = { cert_file: 'certificate', key_file: 'key', ca_file: 'authority' };
  const lines = Object.entries(files).map(([name, file]) => `${name}: "${join(folder, file)}"`);
  const { port } = await started({ more: `tls { ${lines.join(', ')}, verify: true }` });
  const dial = (certificates: Certificates, host: string) =>
    connected([port], { servers: [{ host, port }], certificates });
  assert.ok((await (await dial({ ...utility, authority }, 'localhost')).broker) instanceof Broker);
  const plain = await started();
  const { heard: unsealed } = await connected([plain.port], { certificates: { ...utility, authority } });
  await until(() => unsealed.length > 0);
  assert.match(unsealed[0] as string, /because server does not support 'tls'/);
  for (const [certificates, host, why] of [
    [{ ...utility, authority: foreign.certificate }, 'localhost', /because its certificate is of another authority/],
    [{ ...utility, authority }, '127.0.0.1', /because its certificate is of another name/],
    [{ ...foreign, authority }, 'localhost', /because /],
  ] as const) {
    const { heard } = await dial(certificates, host);
    await until(() => heard.length > 0);
    assert.match(heard[0] as string, why);
  }
});

test('a cluster without quorum keeps nothing and says so, carries go on, and with quorum each is kept once', {
  skip,
}, async () => {
  const servers = await startNatsCluster(3);
  stops.push(async () => {
    for (const server of servers) await server.stop();
  });
  const [one, two, three] = servers as [TestBroker, TestBroker, TestBroker];
  const { broker: opening, heard } = await connected([one.port]);
  const broker = (await opening) as Broker;
  const { taken } = taker(broker, () => 'settle');
  await until(async () => (await broker.store('t.a', Buffer.from('before'), 'before')) === undefined);
  await two.kill();
  await three.kill();
  const why = await broker.store('t.a', Buffer.from('during'), 'during');
  assert.match(why ?? '', /^The broker keeps nothing \(.+\): too few of its servers reach each other/);
  const told: string[] = [];
  broker.subscribe('c', ({ bytes }) => told.push(text(bytes)));
  broker.publish('c', Buffer.from('carry'));
  await until(() => told.length === 1);
  await until(() => heard.some((sentence) => sentence.includes('cannot be had')));
  await two.start();
  await three.start();
  await until(async () => (await broker.store('t.a', Buffer.from('during'), 'during')) === undefined);
  assert.equal(await broker.store('t.a', Buffer.from('during'), 'during'), undefined);
  await until(() => taken.length >= 2);
  await pause(200);
  assert.deepEqual(taken, ['before', 'during']);
});

test('a stream that is full refuses what is new, and keeps what it has', { skip }, async () => {
  const server = await started();
  const broker = (await (await connected([server.port])).broker) as Broker;
  const { stop } = taker(broker, () => 'settle');
  await until(async () => (await broker.store('t.a', Buffer.from('x'), 'x')) === undefined);
  await stop();
  const half = Buffer.alloc(400_000);
  assert.equal(await broker.store('t.a', half, 'a'), undefined);
  assert.equal(await broker.store('t.a', half, 'b'), undefined);
  assert.match((await broker.store('t.a', half, 'c')) ?? '', /^The broker is full of what no host has taken/);
});
