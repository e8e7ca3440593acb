import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../src/host/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { EventKind } from '../../src/records/index.ts';
import { openPostgresStore } from '../../src/storage/index.ts';
import { postgresMissing, startPostgres } from '../../src/storage/postgres.testing.ts';
import { svpmsn, unixSeconds } from '../../src/units/index.ts';
import { type Visitor, World, type WorldSettings } from './world.ts';

const LIVE = { everyMs: 10, heartbeatMs: 20 };

/** The API on a real socket of loopback. */
async function listening(
  run: (world: World, port: number) => Promise<void>,
  settings: WorldSettings = {},
  store: Store = new MemoryStore(),
): Promise<void> {
  const world = await World.open(store, { live: LIVE, ...settings });
  try {
    await world.app.listen({ host: '127.0.0.1', port: 0 });
    await run(world, (world.app.server.address() as AddressInfo).port);
  } finally {
    await world.close();
  }
}

interface Heard {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Somebody who listens to live events. */
class Listener {
  readonly heard: Heard[] = [];
  ended = false;
  response: IncomingMessage | undefined;
  readonly #request: ClientRequest;
  #rest = '';

  constructor(port: number, visitor: Visitor, lastId?: string) {
    const headers = { ...visitor.headers, ...(lastId !== undefined && { 'last-event-id': lastId }) };
    this.#request = get({ host: '127.0.0.1', port, path: '/api/v1/events', headers, agent: false });
    this.#request.on('error', () => {
      this.ended = true;
    });
    this.#request.on('response', (response) => {
      this.response = response;
      response.setEncoding('utf8');
      response.on('data', (text: string) => this.#take(text));
      response.on('error', () => undefined);
      response.on('close', () => {
        this.ended = true;
      });
    });
  }

  #take(text: string): void {
    const frames = (this.#rest + text).split('\n\n');
    this.#rest = frames.pop() ?? '';
    for (const frame of frames) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? '';
      // A comment has no id: it is the heartbeat.
      if (field('id') !== '') this.heard.push({ event: field('event'), id: field('id'), data: field('data') });
    }
  }

  /** Waits for what must come; how long it takes says nothing. */
  async until(what: (listener: Listener) => boolean): Promise<void> {
    while (!what(this)) await pause(5);
  }
  async begun(): Promise<this> {
    await this.until(({ heard, ended }) => heard.length > 0 || ended);
    return this;
  }
  kinds(): string[] {
    return this.heard.map(({ event, data }) => (event === 'posting' ? JSON.parse(data).kind : event)).filter(Boolean);
  }
  close(): void {
    this.#request.destroy();
  }
}

const sell = async (world: World, orderId: string, meter = 3) =>
  made(await world.host.sell({ meter, amount: 5, orderId, source: 'cash' }));

test('what happens in the books is heard as it happens, and a subscriber hears of their own meters alone', () =>
  listening(async (world, port) => {
    const operator = await new Listener(port, await world.as('operator')).begun();
    const kim = await new Listener(port, await world.as('subscriber')).begun();
    assert.equal(operator.response?.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(operator.response?.headers['cache-control'], 'no-store');
    await sell(world, 'lees', 4);
    await sell(world, 'kims', 3);
    await world.rig.settle();
    await operator.until((listener) => listener.kinds().length === 4);
    await kim.until((listener) => listener.kinds().length === 2);
    assert.deepEqual(operator.kinds().toSorted(), ['sold', 'sold', 'stored', 'stored']);
    const of = kim.heard.flatMap(({ event, data }) => (event === 'posting' ? [JSON.parse(data)] : []));
    assert.deepEqual(
      of.map(({ kind, meter, order }) => ({ kind, meter, order })),
      [
        { kind: 'sold', meter: '000003', order: 'kims' },
        { kind: 'stored', meter: '000003', order: 'kims' },
      ],
    );
  }));

test('a meter that calls is heard, and after a break everything since is told', () =>
  listening(async (world, port) => {
    const operator = await world.as('operator');
    const first = await new Listener(port, operator).begun();
    await sell(world, 'a');
    await first.until((listener) => listener.kinds().includes('sold'));
    const lastId = first.heard.at(-1)?.id;
    first.close();
    await sell(world, 'b');
    await world.rig.settle();
    await world.rig.store.transaction(async (tx) => {
      const event = { time: unixSeconds(5), kind: EventKind.coverOpened, supply: 0, detail: 0, value: 0 } as const;
      const [meter] = await tx.meters({ limit: 1 });
      if (meter === undefined) return;
      await tx.addEvents([{ ...event, svpmsn: meter.svpmsn, sequence: 1, heardAt: world.rig.clock.now() }]);
    });
    const second = new Listener(port, operator, lastId);
    await second.until((listener) => listener.kinds().includes('meter-event') && listener.kinds().length >= 4);
    assert.deepEqual(
      second
        .kinds()
        .filter((kind) => kind !== 'meter-event')
        .toSorted(),
      ['sold', 'stored', 'stored'],
    );
    const call = second.heard.find(({ event }) => event === 'meter-event');
    assert.equal(JSON.parse(call?.data ?? '{}').kind, 'coverOpened');
    // Numbers rise, so that the next break begins where this one ended.
    const postings = second.heard.map(({ id }) => Number(id.split('-')[0]));
    assert.deepEqual(
      postings,
      postings.toSorted((a, b) => a - b),
    );

    const nowhere = await new Listener(port, operator, 'nonsense').begun();
    assert.deepEqual(nowhere.kinds(), []);
    const longAgo = new Listener(port, operator, '0-0');
    await longAgo.until((listener) => listener.kinds().length === 5);
  }));

test('a household hears of a meter what was booked while it lives there, live and after a break', () =>
  listening(
    async (world, port) => {
      const { rig, host } = world;
      await rig.enrol(5);
      const called = (sequence: number) =>
        rig.store.transaction((tx) => {
          const event = { time: unixSeconds(5), kind: EventKind.coverOpened, supply: 0, detail: 0, value: 0 } as const;
          return tx.addEvents([{ ...event, svpmsn: svpmsn(3), sequence, heardAt: rig.clock.now() }]);
        });
      const told = ({ heard }: Listener) =>
        heard.map(({ event, data }) => (event === 'posting' ? JSON.parse(data).order : event)).filter(Boolean);
      await rig.store.transaction(async (tx) => {
        const [person] = await tx.people.of(['kim']);
        if (person !== undefined) await tx.people.put([{ ...person, id: 'lee', subscriber: 'lee' }]);
      });
      const kims = await world.as('subscriber');
      const kim = await new Listener(port, kims).begun();
      await sell(world, 'kims');
      await rig.settle();
      await called(1);
      await kim.until((listener) => told(listener).includes('meter-event'));
      const left = made(await host.by(world.act('moveOut')).moveOut({ meter: 3, isDead: false }));
      await rig.settle();
      await called(2);
      rig.clock.ms += 60_000;
      made(await host.by(world.act('moveIn')).moveIn({ meter: 3, subscriber: 'lee' }));
      await rig.settle();
      made(await host.by(world.act('payOutRest')).payOutRest({ id: left.id, method: 'cash' }));
      await called(3);
      await sell(world, 'lees own');
      await sell(world, 'at the other', 5);
      await kim.until((listener) => told(listener).includes('at the other'));
      const closing = `move-out:${left.id}#1`;
      assert.deepEqual([...new Set(told(kim))], ['kims', 'meter-event', closing, 'at the other']);
      assert.equal(told(kim).filter((each) => each === 'meter-event').length, 1);

      const lee = new Listener(port, await world.logIn('lee'), '0-0');
      await lee.until((listener) => told(listener).includes('meter-event'));
      assert.deepEqual([...new Set(told(lee))], ['lees own', 'meter-event']);
      assert.equal(told(lee).filter((each) => each === 'meter-event').length, 1);
      const again = new Listener(port, kims, '0-0');
      await again.until((listener) => told(listener).includes('at the other'));
      assert.deepEqual([...new Set(told(again))], ['kims', closing, 'at the other']);
    },
    // What they live in is not asked for now and then.
    { live: { ...LIVE, heartbeatMs: 3_600_000 } },
  ));

test('who missed too much is told to read the lists anew', () =>
  listening(async (world, port) => {
    const operator = await world.as('operator');
    const sales = Array.from({ length: 2_100 }, (_, i) => ({
      meter: 3,
      amount: 1,
      orderId: `many ${i}`,
      source: 'cash',
    }));
    await world.host.sellAll(sales);
    const late = new Listener(port, operator, '0-0');
    await late.until((listener) => listener.kinds().length > 0);
    assert.deepEqual(late.kinds(), ['reset']);
    await sell(world, 'after');
    await late.until((listener) => listener.kinds().includes('sold'));
  }));

test('who is logged out hears no more, and who may not listen hears nothing', () =>
  listening(async (world, port) => {
    const technician = await world.as('technician');
    const listener = await new Listener(port, technician).begun();
    const seller = new Listener(port, await world.as('seller'));
    await seller.until(({ response }) => response !== undefined);
    assert.equal(seller.response?.statusCode, 403);
    assert.equal((await world.ask(technician, 'DELETE', '/api/v1/session')).status, 204);
    await listener.until(({ ended }) => ended);
    const program = await world.apiKey('operator', ['events:read']);
    const byKey = await new Listener(port, program).begun();
    assert.equal(byKey.response?.statusCode, 200);
    const [key] = await world.people.apiKeys({ limit: 1 });
    await world.people.revokeApiKey(world.act('revoke'), key?.id ?? '');
    await byKey.until(({ ended }) => ended);
  }));

test('there are so many listeners and no more, of one person fewer', () =>
  listening(
    async (world, port) => {
      const operator = await world.as('operator');
      const auditor = await world.as('auditor');
      const statuses: (number | undefined)[] = [];
      for (const visitor of [operator, operator, operator, operator, operator, auditor, auditor, auditor]) {
        const listener = new Listener(port, visitor);
        await listener.until(({ response }) => response !== undefined);
        statuses.push(listener.response?.statusCode);
        if (listener.response?.statusCode === 200) await listener.begun();
      }
      assert.deepEqual(statuses, [200, 200, 200, 200, 503, 200, 200, 503]);
    },
    { live: { ...LIVE, clientsMax: 6 } },
  ));

test('a client that does not read is dropped, and the others hear everything', () =>
  listening(
    async (world, port) => {
      const operator = await world.as('operator');
      const quick = await new Listener(port, operator).begun();
      const slow = connect({ host: '127.0.0.1', port });
      const head = Object.entries(operator.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      slow.write(`GET /api/v1/events HTTP/1.1\r\nhost: a\r\n${head.join('')}\r\n`);
      await once(slow, 'data');
      slow.pause();
      const dropped = async () =>
        /^wattpurse_event_streams_dropped_total 1$/m.test((await world.ask(operator, 'GET', '/metrics')).text);
      let sold = 0;
      while (!(await dropped())) {
        const sales = Array.from({ length: 1_500 }, () => ({
          ...{ meter: 3, amount: 1, orderId: `${sold++} ${'x'.repeat(100)}`, source: 'cash' },
        }));
        await world.host.sellAll(sales);
        await quick.until((listener) => listener.heard.filter(({ event }) => event === 'posting').length >= sold);
      }
      assert.equal(quick.ended, false);
      slow.destroy();
    },
    { live: { everyMs: 10, unreadBytesMax: 16 * 1024 } },
  ));

test('a host that stops sends its listeners away, and does not wait for them', async () => {
  const world = await World.open(new MemoryStore(), { live: LIVE });
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = world.app.server.address() as AddressInfo;
  const listener = await new Listener(port, await world.as('operator')).begun();
  await world.close();
  await listener.until(({ ended }) => ended);
});

test('what another host did is heard too', { skip: postgresMissing }, async () => {
  const server = await startPostgres();
  try {
    const other = await World.open(await openPostgresStore(server.url));
    await listening(
      async (world, port) => {
        const listener = await new Listener(port, await other.as('operator')).begun();
        await sell(other, 'elsewhere');
        await listener.until(({ heard }) => heard.some(({ data }) => data.includes('elsewhere')));
        assert.equal(world.app.server.listening, true);
      },
      { furnished: false },
      await openPostgresStore(server.url),
    );
    await other.close();
  } finally {
    await server.stop();
  }
});

/** Sends bytes as they are, and gives what comes until the other side ends it. */
async function raw(port: number, send: (socket: Socket) => void): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  send(socket);
  await once(socket, 'close');
  return text;
}

test('a body of 10 MB is refused before it is there', () =>
  listening(async (world, port) => {
    const operator = await world.as('operator');
    const headers = { ...operator.headers, 'content-type': 'application/json', 'idempotency-key': 'big-00001' };
    const length = 10 * 1024 * 1024;
    const sent = request({
      host: '127.0.0.1',
      port,
      path: '/api/v1/purchases',
      method: 'POST',
      headers: { ...headers, 'content-length': length },
    });
    sent.on('error', () => undefined);
    sent.write('{"meter":"000003","paid":"');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 413, 'with nine parts of ten still to come');
    sent.destroy();
    // Nor without saying how long it is.
    const chunked = request({ host: '127.0.0.1', port, path: '/api/v1/purchases', method: 'POST', headers });
    chunked.on('error', () => undefined);
    const answered = once(chunked, 'response') as Promise<[IncomingMessage]>;
    for (let i = 0; i < 80 && chunked.writable; i++) chunked.write('x'.repeat(1024));
    assert.equal((await answered)[0].statusCode, 413);
    chunked.destroy();
    // Whoever is not known is refused before their body is looked at.
    const stranger = request({
      ...{ host: '127.0.0.1', port, path: '/api/v1/purchases', method: 'POST' },
      headers: { 'content-type': 'application/json', 'content-length': length },
    });
    stranger.on('error', () => undefined);
    stranger.write('{');
    const [refused] = (await once(stranger, 'response')) as [IncomingMessage];
    assert.equal(refused.statusCode, 401);
    stranger.destroy();
    assert.equal((await world.host.books()).issued, 0n);
  }));

test('a client that sends too slowly is sent away, and one that is none too', () =>
  listening(
    async (world, port) => {
      const head = await raw(port, (socket) => socket.write('GET /health HTTP/1.1\r\nhost: a\r\nx-slow: '));
      assert.match(head, /^HTTP\/1\.1 408 /);
      const operator = await world.as('operator');
      const headers = Object.entries(operator.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const body = await raw(port, (socket) =>
        socket.write(
          `POST /api/v1/subscribers HTTP/1.1\r\nhost: a\r\n${headers.join('')}content-type: application/json\r\ncontent-length: 40\r\n\r\n{"id":`,
        ),
      );
      assert.match(body, /^HTTP\/1\.1 408 /);
      const noise = await raw(port, (socket) => socket.write('\u0016\u0003\u0001 this is no HTTP\r\n\r\n'));
      assert.match(noise, /^HTTP\/1\.1 400 /);
      const long = await raw(port, (socket) => socket.write(`GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: a\r\n\r\n`));
      assert.match(long, /^HTTP\/1\.1 431 /);
      for (const answer of [head, body, noise, long]) assert.doesNotMatch(answer, /node|fastify|stack/i);
      assert.equal((await world.ask(operator, 'GET', '/api/v1/subscribers/x')).status, 404, 'the host is as before');
    },
    { requestMs: 200 },
  ));
