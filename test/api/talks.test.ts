import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { WebSocket } from 'ws';
import type { CallJson } from '../../src/api/index.ts';
import { MemoryStore, type PhoneCall } from '../../src/host/index.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { ACT_WORDS, LANGUAGES } from '../../src/words/index.ts';
import { KIMS_METER, NOBODY, type Visitor, World } from './world.ts';

const PATH = '/api/v1/calls/desk';
const SOUND = Int16Array.from({ length: 160 }, (_, i) => 100 * i - 8_000);

/** Whoever does not answer one before the next is let go: time enough for a machine that does much else. */
const HEARTBEAT_MS = 400;

let world: World;
let address: string;
const open = new Set<Taker>();

before(async () => {
  world = await World.open(new MemoryStore(), { live: { heartbeatMs: HEARTBEAT_MS } });
  address = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const taker of open) await taker.leave();
});
after(() => world.close());

interface Told {
  readonly type: string;
  readonly call?: string;
  readonly sentence?: string;
  readonly code?: string;
  readonly calls?: readonly CallJson[];
}

/** Somebody who takes calls, over a socket. */
class Taker {
  readonly told: Told[] = [];
  readonly heard: Buffer[] = [];
  closed: { readonly code: number; readonly sentence: string } | undefined;
  readonly socket: WebSocket;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.heard.push(data);
      else this.told.push(JSON.parse(String(data)));
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, sentence: String(reason) };
      open.delete(this);
      this.#wake();
    });
  }

  /** @returns what was refused, or somebody who takes calls from now on */
  static async begin(visitor: Visitor, headers: Readonly<Record<string, string>> = { origin: address }) {
    const socket = new WebSocket(address.replace('http', 'ws') + PATH, { headers: { ...visitor.headers, ...headers } });
    const taker = new Taker(socket);
    const refused = new Promise<{ readonly status: number; readonly code: string; readonly detail: string }>(
      (resolve) =>
        socket.on('unexpected-response', async (_, response) => {
          let text = '';
          for await (const part of response) text += part;
          resolve({ status: response.statusCode ?? 0, ...JSON.parse(text) });
        }),
    );
    const opened = new Promise<Taker>((resolve) => socket.on('open', () => resolve(taker)));
    const answer = await Promise.race([opened, refused]);
    if (answer instanceof Taker) {
      open.add(answer);
      await answer.until(() => answer.told.length > 0);
    }
    return answer;
  }

  static async seated(visitor: Visitor): Promise<Taker> {
    const taker = await Taker.begin(visitor);
    assert.ok(taker instanceof Taker, JSON.stringify(taker));
    return taker;
  }

  send(told: object): void {
    this.socket.send(JSON.stringify(told));
  }
  last(type: string): Told | undefined {
    return this.told.findLast((each) => each.type === type);
  }
  /** Waits for what must come; how long it takes says nothing. */
  async until(what: () => boolean): Promise<void> {
    while (!what() && this.closed === undefined) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    assert.ok(what(), JSON.stringify([this.closed, this.told]));
  }
  async end(): Promise<{ readonly code: number; readonly sentence: string }> {
    if (this.closed === undefined) await once(this.socket, 'close');
    return this.closed ?? { code: 0, sentence: '' };
  }
  async leave(): Promise<void> {
    this.socket.close();
    await this.end();
    await alone();
  }
}

/** Waits until nobody takes calls any more: the side of the host sees the end of a socket later. */
async function alone({ switchboard } = world): Promise<void> {
  while (switchboard.takers > 0) await new Promise(setImmediate);
}

/** Somebody who calls, and wants a person. */
class CallerAt {
  readonly heard: Int16Array[] = [];
  readonly news: string[] = [];
  readonly id: string;

  constructor(id: string) {
    this.id = id;
    const at = milliseconds(1_767_600_000_000);
    const row: PhoneCall = {
      ...{ id, carrier: 'sip', from: '821012345678', svpmsn: svpmsn(3), language: 'ko', state: 'live', begunAt: at },
      ...{ endedAt: undefined, callBack: undefined, steps: [{ at, name: 'begun' }] },
    };
    world.switchboard.seek(id, {
      call: () => row,
      tell: (news) => {
        this.news.push(news.type === 'person-came' ? `${news.type} ${news.by}` : news.type);
        if (news.type === 'person-came') world.switchboard.connect(id, (sound) => this.heard.push(sound));
      },
    });
  }
  speak(sound: Int16Array): void {
    world.switchboard.heard(this.id, sound);
  }
  hangUp(): void {
    world.switchboard.gone(this.id);
  }
}

test('an operator takes a call that waits, both hear each other, and either ends it', async () => {
  const operator = await world.as('operator');
  const lee = await Taker.seated(operator);
  assert.deepEqual(lee.last('waiting')?.calls, []);
  const caller = new CallerAt('1');
  await lee.until(() => lee.last('waiting')?.calls?.length === 1);
  const [waiting] = lee.last('waiting')?.calls ?? [];
  assert.deepEqual(
    [waiting?.id, waiting?.from, waiting?.meter, waiting?.language, waiting?.steps.length],
    ['1', '821012345678', KIMS_METER, 'ko', 1],
  );
  const desk = await world.ask(operator, 'GET', PATH);
  assert.deepEqual(desk.json, { takers: 1, waiting: [waiting] });

  lee.send({ type: 'take', call: '1' });
  await lee.until(() => lee.last('taken')?.call === '1');
  await lee.until(() => lee.last('waiting')?.calls?.length === 0);
  assert.deepEqual(caller.news, ['person-there', 'person-came operator']);
  caller.speak(SOUND);
  await lee.until(() => lee.heard.length === 1);
  assert.deepEqual([lee.heard[0]?.readInt16LE(0), lee.heard[0]?.readInt16LE(318)], [-8_000, 7_900]);
  // What came is said as it was.
  lee.socket.send(lee.heard[0] as Buffer);
  lee.send({ type: 'take', call: '1' });
  await lee.until(() => lee.last('not-taken') !== undefined);
  assert.match(lee.last('not-taken')?.sentence ?? '', /^You speak with somebody already/);
  assert.equal(lee.last('not-taken')?.code, 'has-another');
  assert.deepEqual(caller.heard, [SOUND]);
  lee.send({ type: 'hang-up' });
  await lee.until(() => lee.last('ended') !== undefined);
  assert.equal(caller.news.at(-1), 'person-left');
  lee.send({ type: 'take', call: '1' });
  await lee.until(() => /^Somebody else has taken/.test(lee.last('not-taken')?.sentence ?? ''));

  const other = new CallerAt('2');
  lee.send({ type: 'take', call: '2' });
  await lee.until(() => lee.last('taken')?.call === '2');
  const ends = lee.told.filter(({ type }) => type === 'ended').length;
  other.hangUp();
  await lee.until(() => lee.told.filter(({ type }) => type === 'ended').length > ends);
});

test('that somebody takes calls stands in the audit log in their name, and in the log as a request', async () => {
  const lee = await Taker.seated(await world.as('operator'));
  const [entry] = await world.people.audit({ limit: 1 });
  assert.deepEqual([entry?.action, entry?.by, entry?.subject], ['takeCalls', 'operator', 'calls']);
  for (const { acts, subjects } of LANGUAGES.map((language) => ACT_WORDS[language])) {
    assert.ok('takeCalls' in acts && 'calls' in subjects);
  }
  const line = world.lines.findLast((each) => each.includes('takeCalls')) ?? '{}';
  const { status, by, request } = JSON.parse(line);
  assert.deepEqual([status, by, request], [101, 'operator', entry?.request]);
  await lee.leave();
});

test('nobody else takes calls: no other role, no key, nobody from another page, and nothing was begun', async () => {
  const [before] = await world.people.audit({ limit: 1 });
  const refused = async (visitor: Visitor, headers?: Readonly<Record<string, string>>) => {
    const answer = await Taker.begin(visitor, headers);
    assert.ok(!(answer instanceof Taker));
    assert.ok(answer.detail.length > 0);
    return [answer.status, answer.code];
  };
  assert.deepEqual(await refused(NOBODY), [401, 'log-in-needed']);
  for (const role of ['auditor', 'cashier', 'technician', 'subscriber', 'system-manager'] as const) {
    assert.deepEqual(await refused(await world.as(role)), [403, 'not-allowed'], role);
  }
  assert.deepEqual(await refused(await world.apiKey('operator', ['meters:read'])), [403, 'not-allowed']);
  const operator = await world.as('operator');
  const { port } = world.app.server.address() as AddressInfo;
  for (const origin of ['https://elsewhere.example', `http://127.0.0.1:${port + 1}`, 'null', 'file:///page']) {
    assert.deepEqual(await refused(operator, { origin }), [403, 'csrf-wrong'], origin);
  }
  assert.deepEqual(await refused(operator, {}), [403, 'csrf-wrong'], 'from no page');
  assert.equal(world.switchboard.takers, 0);
  const [last] = await world.people.audit({ limit: 1 });
  // That a key was made for this test is all that stands there.
  assert.equal((last?.number ?? 0) - (before?.number ?? 0), 1);
});

test('what is nothing that somebody says, and more than anybody can say, ends it in a sentence', async () => {
  const operator = await world.as('operator');
  for (const [wrong, isBinary] of [
    ['', false],
    ['{', false],
    ['{"type":"take"}', false],
    ['{"type":"hang-up","more":1}', false],
    [`{"type":"take","call":"${'1'.repeat(600)}"}`, false],
    ['\u0000'.repeat(319), true],
    ['', true],
  ] as const) {
    const lee = await Taker.seated(operator);
    lee.socket.send(Buffer.from(wrong, 'latin1'), { binary: isBinary });
    assert.deepEqual(await lee.end(), { code: 1_008, sentence: 'That is nothing that somebody who takes calls says.' });
  }
  const large = await Taker.seated(operator);
  large.socket.send(Buffer.alloc(5_000));
  assert.equal((await large.end()).code, 1_009);
  const flood = await Taker.seated(operator);
  for (let i = 0; i < 500; i++) flood.socket.send(Buffer.alloc(320));
  assert.match((await flood.end()).sentence, /^That was too much in one second/);
  await alone();
});

test('whoever opens another window takes calls there alone', async () => {
  const operator = await world.as('operator');
  const first = await Taker.seated(operator);
  const second = await Taker.seated(operator);
  assert.match((await first.end()).sentence, /^You take calls in another window/);
  assert.equal(first.last('refused')?.code, 'taken-elsewhere');
  assert.equal(world.switchboard.takers, 1);
  assert.equal(second.closed, undefined);
});

test('whoever is logged out takes no more calls, and their caller is told', async () => {
  const operator = await world.as('operator');
  const lee = await Taker.seated(operator);
  const caller = new CallerAt('3');
  lee.send({ type: 'take', call: '3' });
  await lee.until(() => lee.last('taken') !== undefined);
  assert.equal((await world.ask(operator, 'DELETE', '/api/v1/session')).status, 204);
  assert.match((await lee.end()).sentence, /^You are logged out/);
  assert.equal(caller.news.at(-1), 'person-left');
});

test('a client that answers nothing any more is let go of', async () => {
  const operator = await world.as('operator');
  const { port } = world.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const head = [
    ...[`GET ${PATH} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Origin: ${address}`, 'Connection: Upgrade'],
    ...['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='],
    `Cookie: ${operator.headers.cookie}`,
  ];
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  await alone();
});

test('other addresses become no socket, and a host without such a telephone says so', async () => {
  const operator = await world.as('operator');
  const headers = { ...operator.headers, origin: address };
  const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/calls`, { headers });
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 200);
  response.resume();
  const upgraded = await fetch(`${address}${PATH}`, { headers: { ...operator.headers } });
  assert.equal(upgraded.status, 200);
  const deaf = await World.open(new MemoryStore(), { hasVoice: false });
  try {
    const answer = await deaf.ask(await deaf.as('operator'), 'GET', PATH);
    assert.deepEqual([answer.status, answer.json.code], [404, 'not-found']);
  } finally {
    await deaf.close();
  }
});

test('behind a proxy that speaks TLS the page of that address takes calls, and one without TLS does not', async () => {
  const other = await World.open(new MemoryStore(), { proxy: '127.0.0.1' });
  try {
    const { headers } = await other.as('operator');
    const at = await other.app.listen({ host: '127.0.0.1', port: 0 });
    const cookie = String(headers.cookie).replace('wattpurse=', '__Host-wattpurse=');
    const behind = { cookie, host: 'utility.example', 'x-forwarded-proto': 'https' };
    const from = (origin: string) => new WebSocket(at.replace('http', 'ws') + PATH, { headers: { ...behind, origin } });
    const socket = from('https://utility.example');
    await once(socket, 'message');
    socket.close();
    await once(socket, 'close');
    for (const origin of ['https://elsewhere.example', 'http://utility.example', at]) {
      const refused = from(origin);
      refused.on('error', () => undefined);
      const [, response] = await once(refused, 'unexpected-response');
      assert.equal(response.statusCode, 403, origin);
      response.resume();
    }
  } finally {
    await other.close();
  }
});

test('a host that stops says goodbye to whoever takes calls', async () => {
  const other = await World.open(new MemoryStore());
  const operator = await other.as('operator');
  const at = await other.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = new WebSocket(at.replace('http', 'ws') + PATH, { headers: { ...operator.headers, origin: at } });
  await once(socket, 'message');
  const closed = once(socket, 'close');
  await other.close();
  const [code, reason] = await closed;
  assert.deepEqual([code, String(reason)], [1_001, 'The host stops.']);
  await alone(other);
});
