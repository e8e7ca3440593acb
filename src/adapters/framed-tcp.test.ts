import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, test } from 'node:test';
import { drawCertificate } from './certificate.testing.ts';
import {
  type Certificates,
  type FramedConnection,
  FramedServer,
  keepConnected,
  type Listener,
  MESSAGE_BYTES_MAX,
} from './framed-tcp.ts';

const HOST = '127.0.0.1';
const stops: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** What one side was told, as text, and who waits for the next of it. */
class Told {
  readonly messages: string[] = [];
  connection: FramedConnection | undefined;
  #wake: () => void = () => undefined;

  listener = (connection: FramedConnection): Listener => {
    this.connection = connection;
    this.#tell('came');
    return {
      message: (bytes) => this.#tell(Buffer.from(bytes).toString('latin1')),
      ended: (why) => this.#tell(`ended: ${why}`),
    };
  };

  async until(count: number): Promise<string[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.messages;
  }

  #tell(text: string): void {
    this.messages.push(text);
    this.#wake();
  }
}

async function served(certificates?: Certificates): Promise<{ told: Told; server: FramedServer; port: number }> {
  const told = new Told();
  const server = new FramedServer(certificates, told.listener);
  const port = await server.listen({ host: HOST, port: 0 });
  stops.push(() => server.close());
  return { told, server, port };
}

interface Dialling {
  readonly told: Told;
  readonly refusals: string[];
  readonly stop: () => Promise<void>;
}

function dial(ports: readonly number[], certificates?: Certificates, host = HOST): Dialling {
  const [told, refusals, stopped] = [new Told(), [] as string[], new AbortController()];
  const ended = keepConnected(
    {
      addresses: ports.map((port) => ({ host, port })),
      certificates,
      came: told.listener,
      refused: (to, why) => {
        refusals.push(`${to.port}: ${why}`);
        if (refusals.length === ports.length) stopped.abort();
      },
    },
    stopped.signal,
  );
  const stop = async () => {
    stopped.abort();
    await ended;
  };
  stops.push(stop);
  return { told, refusals, stop };
}

test('messages arrive whole and in order, however they are cut on their way', async () => {
  const { told, port } = await served();
  const { told: there, stop } = dial([port]);
  await Promise.all([told.until(1), there.until(1)]);
  const long = 'x'.repeat(300_000);
  for (const text of ['a', long, 'b']) there.connection?.send(Buffer.from(text, 'latin1'));
  told.connection?.send(Buffer.from('back'));
  assert.deepEqual(await told.until(4), ['came', 'a', long, 'b']);
  assert.deepEqual(await there.until(2), ['came', 'back']);
  await stop();
  assert.equal((await told.until(5)).at(-1), 'ended: it was closed on the other side');
  assert.equal((await there.until(3)).at(-1), 'ended: this side stops');

  const { told: slow, port: other } = await served();
  const socket = connect(other, HOST);
  stops.push(() => void socket.destroy());
  for (const byte of [0, 0, 0, 2, 104, 105, 0, 0, 0, 0, 0, 0, 0, 1, 33]) {
    socket.write(Uint8Array.of(byte));
    await new Promise(setImmediate);
  }
  // The one of no bytes is a beat, of which nobody is told.
  assert.deepEqual(await slow.until(3), ['came', 'hi', '!']);
});

test('a message that is too long ends the connection before it is taken in', async () => {
  const { told, port } = await served();
  const socket = connect(port, HOST);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(MESSAGE_BYTES_MAX + 1);
  socket.write(header);
  await once(socket, 'close');
  const why = `it began a message of ${MESSAGE_BYTES_MAX + 1} bytes, and ${MESSAGE_BYTES_MAX} are allowed`;
  assert.deepEqual(await told.until(2), ['came', `ended: ${why}`]);
});

test('who reads nothing is given up before memory is', async () => {
  const { told, port } = await served();
  const socket = connect(port, HOST).pause();
  stops.push(() => void socket.destroy());
  await told.until(1);
  const message = new Uint8Array(MESSAGE_BYTES_MAX);
  for (let i = 0; i < 64 && told.messages.length === 1; i++) told.connection?.send(message);
  assert.deepEqual(told.messages, ['came', 'ended: it does not read what it is told']);
});

test('the next address is tried where one gives no connection, and the first that does is kept to', async () => {
  const nobody = createServer();
  await once(nobody.listen(0, HOST), 'listening');
  const closed = (nobody.address() as { port: number }).port;
  nobody.close();
  const { told, port } = await served();
  const { told: there, refusals } = dial([closed, port]);
  await there.until(1);
  assert.deepEqual(refusals, [`${closed}: nothing listens there`]);
  told.connection?.end('it is told to');
  assert.deepEqual((await there.until(2)).slice(0, 2), ['came', 'ended: it was closed on the other side']);
});

test('over TLS each side asks for a certificate of the authority, and the name must be right', async () => {
  const [own, other] = [drawCertificate('localhost'), drawCertificate('localhost')];
  const ours: Certificates = { ...own, authority: own.certificate };
  const { told, port } = await served(ours);
  const good = dial([port], ours, 'localhost');
  await Promise.all([told.until(1), good.told.until(1)]);
  good.told.connection?.send(Buffer.from('sealed'));
  assert.deepEqual(await told.until(2), ['came', 'sealed']);
  await good.stop();
  await told.until(3);

  const foreign = dial([port], { ...other, authority: other.certificate }, 'localhost');
  const misnamed = dial([port], ours, HOST);
  while (foreign.refusals.length + misnamed.refusals.length < 2) await new Promise(setImmediate);
  assert.deepEqual(foreign.refusals, [`${port}: its certificate is of another authority`]);
  assert.deepEqual(misnamed.refusals, [`${port}: its certificate is of another name`]);

  // One that trusts this authority and proves nothing of itself is not heard.
  const stranger = dial([port], { ...other, authority: own.certificate }, 'localhost');
  await stranger.told.until(2);
  await stranger.stop();
  const plain = connect(port, HOST);
  plain.write(Buffer.from([0, 0, 0, 1, 65]));
  await once(plain, 'close');
  assert.equal(told.messages.length, 3, 'nothing of theirs was told');
});

test('a connection that is held hands over nothing, and everything in order once it is not', async () => {
  const { told, port } = await served();
  const { told: there } = dial([port]);
  await Promise.all([told.until(1), there.until(1)]);
  const taken = told.connection as FramedConnection;
  const texts = Array.from({ length: 500 }, (_, i) => `message ${i}`);
  for (const text of texts) there.connection?.send(Buffer.from(text));
  // Much of it comes in one piece, and the rest of the piece waits too.
  assert.equal((await told.until(2)).at(1), texts[0]);
  taken.hold(true);
  const before = told.messages.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(told.messages.length, before);
  taken.hold(false);
  assert.deepEqual(await told.until(1 + texts.length), ['came', ...texts]);
});

test('a peer of whom nothing is heard is given up, though what it is told can be written', async (t) => {
  const beginning = performance.now();
  let passedMs = 0;
  t.mock.method(performance, 'now', () => beginning + passedMs);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { told, port } = await served();
  const socket = connect(port, HOST).resume();
  stops.push(() => void socket.destroy());
  await told.until(1);
  const pass = (ms: number) => {
    passedMs += ms;
    t.mock.timers.tick(ms);
  };
  for (let i = 0; i < 3; i++) pass(10_000);
  assert.equal(told.messages.length, 1);
  pass(10_000);
  assert.deepEqual(told.messages, ['came', 'ended: nothing was heard of it for 30 s']);
});
