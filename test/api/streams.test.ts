import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { ApiSettings, CallJson, DemoTimeJson, PanelJson, TrafficJson } from '../../src/api/index.ts';
import type { PhoneCall, Role } from '../../src/host/index.ts';
import { milliseconds } from '../../src/units/index.ts';
import { DemoWorld } from './demo-world.ts';
import { NOBODY, type Visitor } from './world.ts';

/** Somebody who reads a stream of server-sent events. */
class EventReader {
  readonly #heard: { readonly event: string; readonly id: string | undefined; readonly data: unknown }[] = [];
  readonly #abort = new AbortController();
  #waiting: (() => void)[] = [];
  ended = false;
  status = 0;

  constructor(at: DemoWorld, visitor: Visitor, path: string) {
    // A stream that breaks has ended.
    const ends = () => {
      this.ended = true;
      this.#wakeAll();
    };
    this.#read(at, visitor, path).then(ends, ends);
  }

  async #read(at: DemoWorld, visitor: Visitor, path: string): Promise<void> {
    const { port } = at.app.server.address() as AddressInfo;
    const { headers } = visitor;
    const { signal } = this.#abort;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, { headers, signal });
    this.status = answer.status;
    this.#wakeAll();
    if (answer.status !== 200) return;
    let rest = '';
    for await (const chunk of answer.body ?? []) {
      const frames = (rest + Buffer.from(chunk).toString()).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
        const [event, data] = [field('event'), field('data')];
        if (event !== undefined) this.#heard.push({ event, id: field('id'), data: JSON.parse(data ?? 'null') });
      }
      this.#wakeAll();
    }
  }

  of<T>(event: string): T[] {
    return this.#heard.filter((each) => each.event === event).map(({ data }) => data as T);
  }
  ids(event: string): (string | undefined)[] {
    return this.#heard.filter((each) => each.event === event).map(({ id }) => id);
  }
  /** Waits for what must come; how long it takes says nothing. */
  async until(what: () => boolean): Promise<void> {
    while (!what() && !this.ended) await new Promise<void>((wake) => this.#waiting.push(wake));
  }
  close(): void {
    this.#abort.abort();
  }
  #wakeAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

async function opened(more: ApiSettings['live'] = {}): Promise<DemoWorld> {
  const demo = await DemoWorld.open({ settings: { live: { everyMs: 10, heartbeatMs: 20, ...more } } });
  await demo.lives(5);
  await demo.app.listen({ host: '127.0.0.1', port: 0 });
  return demo;
}

const TRIES = 200;

let shared: DemoWorld;
before(async () => {
  shared = await opened();
});
after(() => shared.close());

test('a panel is shown at once and whenever it changes, and not while nothing does', async () => {
  const demo = shared;
  const operator = await demo.as('operator');
  const reader = new EventReader(demo, operator, `/demo/meters/${demo.meter()}/panel/events`);
  const panels = () => reader.of<PanelJson>('panel');
  await reader.until(() => panels().length === 1);
  assert.equal(panels()[0]?.display?.page, 'balance');
  await demo.act(operator, { press: 'page' });
  await reader.until(() => panels().length === 2);
  assert.equal(panels()[1]?.display?.page, 'transmission');
  // Looked at while nothing changes: what comes next is what somebody did next.
  assert.deepEqual((await demo.panel(operator)).display, panels()[1]?.display);
  await demo.act(operator, { appliance: 'lamp', on: true });
  await reader.until(() => panels().length === 3);
  assert.deepEqual(
    panels()[2]
      ?.appliances.filter(({ on }) => on)
      .map(({ id }) => id),
    ['lamp'],
  );
  reader.close();
});

test('who is logged out sees no more of a panel, and who is not known sees none', async () => {
  const demo = shared;
  const path = `/demo/meters/${demo.meter()}/panel/events`;
  const nobody = new EventReader(demo, NOBODY, path);
  await nobody.until(() => nobody.status !== 0);
  assert.equal(nobody.status, 401);
  const seller = await demo.as('seller');
  const reader = new EventReader(demo, seller, path);
  await reader.until(() => reader.of('panel').length > 0);
  const { statusCode } = await demo.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: seller.headers });
  assert.equal(statusCode, 204);
  await reader.until(() => false);
  assert.equal(reader.ended, true);
});

test('so many watch panels and no more, and whoever leaves gives up the place', async () => {
  const demo = await opened({ clientsMax: 2 });
  try {
    const path = `/demo/meters/${demo.meter()}/panel/events`;
    const watch = async (role: Role) => {
      const reader = new EventReader(demo, await demo.as(role), path);
      await reader.until(() => reader.status !== 0);
      return reader;
    };
    const first = await watch('operator');
    assert.equal(first.status, 200);
    assert.equal((await watch('operator')).status, 200);
    assert.equal((await watch('auditor')).status, 503);
    first.close();
    // That a socket was closed is heard a little later.
    let status = 0;
    for (let tries = 0; status !== 200 && tries < TRIES; tries++) status = (await watch('auditor')).status;
    assert.equal(status, 200);
  } finally {
    await demo.close();
  }
});

test('one person watches four panels at once and no more, and keeps nobody else from watching', async () => {
  const demo = await opened();
  try {
    const path = `/demo/meters/${demo.meter()}/panel/events`;
    const watching = async (visitor: Visitor) => {
      const reader = new EventReader(demo, visitor, path);
      await reader.until(() => reader.status !== 0);
      return reader.status;
    };
    const operator = await demo.as('operator');
    for (let nth = 1; nth <= 4; nth++) assert.equal(await watching(operator), 200);
    assert.equal(await watching(operator), 503);
    assert.equal(await watching(await demo.as('auditor')), 200);
  } finally {
    await demo.close();
  }
});

test('a demo says what time it is to whoever listens, and the event has no place in what is told again', async () => {
  const demo = shared;
  demo.control.speed = 300;
  const reader = new EventReader(demo, await demo.as('subscriber'), '/events');
  await reader.until(() => reader.of('now').length > 0);
  const [time] = reader.of<DemoTimeJson>('now');
  assert.deepEqual(time, { now: new Date(demo.utility.time.now).toISOString(), speed: 300 });
  assert.deepEqual(reader.ids('now'), [undefined]);
  reader.close();
});

test('who asks for it hears each pass of an exchange and its end, and who does not hears none', async () => {
  const demo = shared;
  const operator = await demo.as('operator');
  const watching = new EventReader(demo, operator, '/events?traffic=true');
  const reading = new EventReader(demo, await demo.as('auditor'), '/events');
  await watching.until(() => watching.of('now').length > 0);
  await reading.until(() => reading.of('now').length > 0);
  const sale = { meter: demo.meter(), paid: '70' };
  await demo.ask(operator, 'POST', '/purchases', sale, { 'idempotency-key': 'stream-sale' });
  await demo.lives(2);
  const records = () =>
    watching
      .of<{ items: TrafficJson[] }>('traffic')
      .flatMap(({ items }) => items.filter(({ meter }) => meter === demo.meter()));
  await watching.until(() => records().some(({ pass }) => pass === 'end'));
  const from = { meter: demo.meter(), localUnit: 0, command: 'valueStore', amount: '70' };
  assert.deepEqual(records(), [
    { ...from, pass: 'first', from: 'host' },
    { ...from, pass: 'second', from: 'meter' },
    { ...from, pass: 'third', from: 'host' },
    { ...from, pass: 'fourth', from: 'meter' },
    { ...from, pass: 'end', from: 'meter', outcome: 'answered' },
  ]);
  await reading.until(() => reading.of<{ kind: string }>('posting').some(({ kind }) => kind === 'stored'));
  // Whatever was written to it by then stands before what is sold after.
  await demo.ask(operator, 'POST', '/purchases', sale, { 'idempotency-key': 'stream-sale-after' });
  await reading.until(() => reading.of<{ kind: string }>('posting').filter(({ kind }) => kind === 'sold').length > 1);
  assert.deepEqual(reading.of('traffic'), []);
  assert.ok(watching.ids('traffic').every((id) => id === undefined));
  watching.close();
  reading.close();
});

test('what passes on all lines is not for who sees their own meters alone', async () => {
  const demo = shared;
  const subscriber = await demo.as('subscriber');
  const { status, json } = await demo.ask(subscriber, 'GET', '/events?traffic=true');
  assert.deepEqual([status, json.code], [403, 'not-allowed']);
  assert.match(String(json.detail), /ask without it\.$/);
  assert.equal((await demo.ask(subscriber, 'GET', '/events?traffic=perhaps')).status, 400);
});

test('who asks for calls hears of each step of them and of their end, and what had ended before is not told', async () => {
  const demo = shared;
  const begunAt = milliseconds(Date.now());
  const named = (id: string, ...names: PhoneCall['steps'][number]['name'][]): PhoneCall => ({
    ...{ id, carrier: 'sip', from: undefined, svpmsn: undefined, language: 'en', state: 'live', begunAt },
    ...{ endedAt: undefined, callBack: undefined, steps: names.map((name) => ({ at: begunAt, name })) },
  });
  const ended = (call: PhoneCall): PhoneCall => ({ ...call, state: 'ended', endedAt: begunAt });
  await demo.callers.noteCall(ended(named('5', 'begun')));
  const watching = new EventReader(demo, await demo.as('operator'), '/events?calls=true');
  const told = () => watching.of<CallJson>('call').map(({ id, state, steps }) => [id, state, steps.at(-1)?.name]);
  await watching.until(() => watching.of('now').length > 0);
  await demo.callers.noteCall(named('4', 'begun'));
  await watching.until(() => told().length === 1);
  await demo.callers.noteCall(named('4', 'begun', 'balance-told'));
  await watching.until(() => told().length === 2);
  // Behind more that are newer than are looked at each time.
  for (let i = 100; i < 130; i++) await demo.callers.noteCall(ended(named(`3${i}`, 'begun')));
  await demo.callers.noteCall(ended(named('4', 'begun', 'balance-told', 'hung-up')));
  await watching.until(() => told().some(([id, state]) => id === '4' && state === 'ended'));
  assert.deepEqual(
    told().filter(([id]) => id === '4' || id === '5'),
    [
      ['4', 'live', 'begun'],
      ['4', 'live', 'balance-told'],
      ['4', 'ended', 'hung-up'],
    ],
  );
  assert.ok(watching.ids('call').every((id) => id === undefined));
  watching.close();
});

test('calls are told to nobody who may not list them', async () => {
  const demo = shared;
  for (const role of ['technician', 'subscriber'] as const) {
    const { status, json } = await demo.ask(await demo.as(role), 'GET', '/events?calls=true');
    assert.deepEqual([status, json.code], [403, 'not-allowed']);
    assert.match(String(json.detail), /ask without them\.$/);
  }
});

test('of much traffic at once a bounded number is told, and how much was left out', async () => {
  const demo = shared;
  const watching = new EventReader(demo, await demo.as('operator'), '/events?traffic=true');
  await watching.until(() => watching.of('now').length > 0);
  const exchange = demo.exchanges.of({ svpmsn: demo.house().svpmsn, limit: 1 })[0]?.exchange;
  assert.ok(exchange !== undefined);
  for (let i = 0; i < 1_000; i++) demo.exchanges.changed(exchange);
  await watching.until(() => watching.of('traffic').length > 0);
  const [told] = watching.of<{ items: TrafficJson[]; leftOut: number }>('traffic');
  // The town goes on beside it: a record of its own may be among them.
  const { items, leftOut } = told ?? { items: [], leftOut: 0 };
  assert.equal(items.length, 200);
  assert.ok(leftOut >= 800 && leftOut < 900, `${leftOut} left out`);
  watching.close();
});
