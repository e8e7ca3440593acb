import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { Till } from '../host/payments.testing.ts';
import { made } from '../host/rig.testing.ts';
import { drawCertificate } from './certificate.testing.ts';
import { type Delivered, HttpWebhookSender, isOutside, networkOf, type WebhookSettings } from './webhook-sender.ts';

const KEY = new Uint8Array(32).fill(7);
const BODY = '{"id":"purchase.sold:a","type":"purchase.sold","data":{"paid":"5000","name":"김"}}';
const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

interface Told {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly url: string | undefined;
}

/** Somebody who listens on loopback, and answers as is said here once the whole message is there. */
async function listener(answer: RequestListener, address = '127.0.0.1', tls?: { cert: string; key: string }) {
  const told: Told[] = [];
  const take: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push({ body: Buffer.concat(chunks).toString(), headers: request.headers, url: request.url });
      answer(request, response);
    });
  };
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  servers.push(server);
  server.listen(0, address);
  await once(server, 'listening');
  return { told, port: (server.address() as AddressInfo).port };
}
const status =
  (code: number, headers = {}): RequestListener =>
  (_, response) =>
    response.writeHead(code, headers).end();

function sender(more: Partial<WebhookSettings> = {}) {
  const outcomes: Delivered[] = [];
  const sentences: string[] = [];
  const made = new HttpWebhookSender({
    ...{ key: KEY, now: Date.now, inside: ['127.0.0.1'] },
    delivered: ({ outcome, why }) => {
      outcomes.push(outcome);
      sentences.push(why);
    },
    ...more,
  });
  const send = (url: string, id = 'purchase.sold:a') => made.send({ webhook: 'shop', url, id, body: BODY });
  return { sender: made, outcomes, sentences, send };
}

test('a message is posted whole and signed, and whoever has the secret proves it with a library of others', async () => {
  const { told, port } = await listener(status(204));
  const { sender: own, send, outcomes } = sender();
  assert.equal(await send(`http://127.0.0.1:${port}/told?by=us`), 'taken');
  assert.equal(await send(`http://127.0.0.1:${port}/told?by=us`, 'purchase.sold:김 \n'), 'taken');
  const [first, second] = told as [Told, Told];
  assert.deepEqual([first.body, first.url, outcomes], [BODY, '/told?by=us', ['taken', 'taken']]);
  const verify = (secret: string, { body, headers }: Told, change = {}) =>
    new Webhook(secret).verify(body, { ...(headers as Record<string, string>), ...change });
  const secret = own.secretOf('shop');
  for (const message of [first, second]) assert.deepEqual(verify(secret, message), JSON.parse(BODY));
  assert.notEqual(first.headers['webhook-id'], second.headers['webhook-id']);
  assert.throws(() => verify(own.secretOf('other'), first), /No matching signature/);
  assert.throws(() => verify(secret, { ...first, body: BODY.replace('5000', '5001') }), /No matching signature/);
  const otherId = { 'webhook-id': second.headers['webhook-id'] };
  assert.throws(() => verify(secret, first, otherId), /No matching signature/);
  assert.equal(secret, new HttpWebhookSender({ key: KEY, now: Date.now }).secretOf('shop'), 'for ever');
});

test('what is answered with success is taken, and nothing else; a redirect leads nowhere', async () => {
  const { told, port } = await listener(status(200));
  const elsewhere = { location: `http://127.0.0.1:${port}/` };
  for (const [code, outcome] of [
    ...([200, 201, 202, 204, 299] as const).map((code) => [code, 'taken'] as const),
    ...([301, 302, 307, 308, 400, 404, 410, 429, 500, 503] as const).map((code) => [code, 'status'] as const),
  ]) {
    const { port: asked } = await listener(status(code, elsewhere));
    const { send, outcomes } = sender();
    await send(`http://127.0.0.1:${asked}/`);
    assert.deepEqual(outcomes, [outcome], `${code}`);
  }
  assert.deepEqual(told, []);
});

test('who does not answer in time, closes, or cannot be reached has not taken it; who answered has', async () => {
  const silent = await listener(() => undefined);
  const closing = await listener(({ socket }) => socket.destroy());
  const beginning = await listener((_, response) => response.writeHead(200).write('one word'));
  const garbled = await listener(({ socket }) => socket.end('HTTP/9 what\r\n\r\n'));
  const { send, outcomes, sentences } = sender({ timeoutMs: 200 });
  for (const { port } of [silent, closing, beginning, garbled]) await send(`http://127.0.0.1:${port}/`);
  const { port } = await listener(status(200));
  servers.pop()?.close();
  await send(`http://127.0.0.1:${port}/`);
  assert.deepEqual(outcomes, ['timeout', 'unreachable', 'taken', 'unreachable', 'unreachable']);
  assert.match(sentences[0] ?? '', /within 200 ms$/);
  const never = sender({ timeoutMs: 50, resolve: () => new Promise(() => undefined) });
  assert.notEqual(await never.send('https://shop.example/'), 'taken');
  assert.deepEqual(never.outcomes, ['timeout']);
});

test('of an answer without end only a little is read, and of its head too', async () => {
  let cut = 0;
  const endless = await listener((request, response) => {
    response.writeHead(200);
    const more = () => {
      while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return;
    };
    response.on('drain', more);
    request.socket.on('close', () => cut++);
    more();
  });
  const longHead = await listener(status(200, { 'x-long': 'x'.repeat(20_000) }));
  const { send, outcomes } = sender({ timeoutMs: 60_000 });
  await send(`http://127.0.0.1:${endless.port}/`);
  await send(`http://127.0.0.1:${longHead.port}/`);
  assert.deepEqual(outcomes, ['taken', 'unreachable']);
  while (cut === 0) await new Promise(setImmediate);
});

test('a name is resolved once, and the connection goes to what was looked at', async () => {
  const meant = await listener(status(204), '127.0.0.2');
  const secret = await listener(status(204), '127.0.0.1');
  const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1'];
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    return [{ address: answers.shift() ?? '127.0.0.1', family: 4 }];
  };
  const { send, outcomes } = sender({ resolve, inside: ['127.0.0.2'] });
  assert.equal(await send(`http://shop.example:${meant.port}/`), 'taken');
  assert.deepEqual(asked, ['shop.example']);
  assert.equal(meant.told[0]?.headers.host, `shop.example:${meant.port}`);
  assert.notEqual(await send(`http://shop.example:${secret.port}/`), 'taken');
  assert.deepEqual([outcomes, secret.told.length], [['taken', 'inside'], 0]);
});

test('a name with one address inside among others, or with none, is told nothing', async () => {
  const { told, port } = await listener(status(204));
  const named = (...addresses: string[]) =>
    sender({
      inside: ['127.0.0.1'],
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    });
  for (const others of [
    ['10.0.0.1'],
    ['127.0.0.1', '169.254.169.254'],
    ['::1', '127.0.0.1'],
    ['10.0.0.1', '8.8.8.8'],
  ]) {
    const { send, outcomes } = named(...others);
    assert.notEqual(await send(`http://shop.example:${port}/`), 'taken');
    assert.deepEqual(outcomes, ['inside'], others.join());
  }
  const nobody = named();
  await nobody.send(`http://shop.example:${port}/`);
  assert.deepEqual([nobody.outcomes, told.length], [['unreachable'], 0]);
  const outside = named('93.184.215.14');
  await outside.send(`http://shop.example:${port}/`);
  assert.deepEqual(outside.outcomes, ['inside'], 'and nobody outside is told without TLS');
  const resolved = sender({ resolve: undefined as never, inside: ['127.0.0.1', '::1'] });
  assert.equal(await resolved.send(`http://localhost:${port}/`), 'taken', 'the resolver of the machine');
});

test('over TLS the certificate must be good for the name', async () => {
  const { certificate: cert, key } = drawCertificate('shop.example');
  const { told, port } = await listener(status(204), '127.0.0.1', { cert, key });
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const { send, outcomes } = sender({ resolve });
  await send(`https://shop.example:${port}/`);
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  try {
    await send(`https://other.example:${port}/`);
    await send(`https://shop.example:${port}/`);
  } finally {
    setDefaultCACertificates(usual);
  }
  assert.deepEqual([outcomes, told.length], [['unreachable', 'unreachable', 'taken'], 1]);
});

/** Each network that is nobody's on the Internet, by its ends, and what lies next to it where that is somebody's. */
const INSIDE = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.0'],
  ...['127.255.255.255', '169.254.0.0', '169.254.169.254', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.2.1'],
  ...['192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
  ...['::', '::1', '::127.0.0.1', '::8.8.8.8', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1', '100::1'],
  ...['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '2002:7f00:1::', '2002:808:808::1', '2001::1'],
  ...['2001:db8::1', '3fff::1', 'fc00::1', 'fdff::1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1'],
  ...['4000::1', '5f00::1', '1fff::1', 'e000::1'],
];
const OUTSIDE = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...['128.0.0.1', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0', '223.255.255.255'],
  ...['2606:4700::1111', '2a00:1450::1', '2400:cb00::1'],
];

test('an address is outside when it is somebody’s on the Internet, however it is written', () => {
  for (const address of INSIDE) assert.equal(isOutside(address), false, address);
  for (const address of OUTSIDE) assert.equal(isOutside(address), true, address);
  for (const none of ['', 'localhost', '1.2.3', '0x7f.1', '127.1', '[::1]']) assert.equal(isOutside(none), false, none);
});

test('an address that cannot be told is refused when the webhook is made', () => {
  const { sender: plain } = sender({ inside: [] });
  const { sender: own } = sender({ inside: ['10.1.0.0/16', '::1'] });
  for (const url of [
    'https://shop.example/told?a=b',
    'https://shop.example:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ]) {
    assert.equal(plain.faultOf(url), undefined, url);
  }
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /as https/],
    ['shop.example', /as https/],
    ['ftp://shop.example/', /as https/],
    [`https://shop.example/${'x'.repeat(2_048)}`, /at most 2048/],
    ['https://user@shop.example/', /no name or password/],
    ['https://:word@shop.example/', /no name or password/],
    ['http://shop.example/', /by https/],
    ['http://8.8.8.8/', /by https/],
    ...[
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '017700000001',
      '0',
      '10.1.2.3',
      '[::1]',
      '[::ffff:7f00:1]',
    ].map((host) => [`https://${host}/`, /no address of the Internet/] as const),
  ];
  for (const [url, words] of refused) assert.match(plain.faultOf(url) ?? '', words, url);
  for (const url of ['http://10.1.2.3/', 'https://10.1.255.255/', 'http://[::1]:80/', 'http://till.inside/']) {
    assert.equal(own.faultOf(url), undefined, url);
  }
  for (const url of ['http://10.2.0.1/', 'https://10.0.0.1/', 'http://8.8.8.8/', 'https://[::2]/']) {
    assert.notEqual(own.faultOf(url), undefined, url);
  }
  for (const none of ['', 'localhost', '10.1.2', '10.1.2.0/33', '10.1/16', '::1/129', 'a/8']) {
    assert.throws(() => networkOf(none), /^RangeError: an address is as 10\.1\.2\.3/, none);
  }
});

test('a receiver that fails is told again, half a minute later and then an hour, until it takes it', async () => {
  const codes = [500, 302, 204];
  const { told, port } = await listener((request, response) => status(codes.shift() ?? 500)(request, response));
  const { sender: webhooks, outcomes } = sender();
  const till = await Till.open({ ports: { webhooks } });
  const { host, clock } = till.rig;
  const hook = { id: 'shop', url: `http://127.0.0.1:${port}/`, events: ['purchase.sold'] } as const;
  const { secret } = made(await host.addWebhook(hook));
  made(await host.purchase({ meter: 0, paid: 1_000, method: 'cash', orderId: 'a' }));
  for (const [later, tries] of [
    [0, 1],
    [29_999, 1],
    [1, 2],
    [59_999, 2],
    [1, 3],
    [86_400_000, 3],
  ] as const) {
    clock.ms += later;
    await host.deliverWebhooks();
    assert.equal(told.length, tries);
  }
  assert.deepEqual(outcomes, ['status', 'status', 'taken']);
  const ids = told.map(({ headers }) => headers['webhook-id']);
  assert.deepEqual(ids, [ids[0], ids[0], ids[0]], 'it has one id, by which it is known');
  for (const { body, headers } of told) new Webhook(secret).verify(body, headers as Record<string, string>);
});
