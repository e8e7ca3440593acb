import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import { ISSUE, TERMINAL } from '../../src/card/emv/bench.testing.ts';
import { EmvTestCard } from '../../src/card/index.ts';
import { CardHost } from '../../src/cli/card-host.ts';
import { CardSeat } from '../../src/cli/card-seat.ts';
import { CannotGoOn } from '../../src/cli/failure.ts';
import { type KioskParts, namesAt, openKiosk } from '../../src/cli/kiosk-bridge.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { Region } from '../../src/units/index.ts';
import { ChipWorld } from './chip-world.ts';
import { CARD, chipOf, FLOAT, purseIn, sellerIn } from './kiosk-world.ts';
import { KIMS_METER, World } from './world.ts';

const AT = { host: '127.0.0.1', port: 0 };

/** The page of a kiosk, as its browser speaks with it. */
async function pageOf(t: TestContext, parts: Omit<KioskParts, 'say'>) {
  const said: string[] = [];
  const kiosk = await openKiosk({ ...parts, say: (sentence) => said.push(sentence) }, AT);
  t.after(() => kiosk.close());
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${kiosk.address}/api/v1${path}`, {
      ...{ method, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers } },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: answer.status, text, json };
  };
  const { json: session } = await ask('GET', '/session');
  const token = String(session.csrfToken);
  const post = (path: string, body: object, more: Record<string, string> = {}) =>
    ask('POST', path, body, { 'x-csrf-token': token, ...more });
  const pay = (key: string, body: object) => post('/kiosk/payments', body, { 'idempotency-key': key });
  return { kiosk, said, session, token, ask, post, pay };
}

test('a kiosk sells for a purse card with the key of an agent, and loads it in its reader when it is there', async (t) => {
  const world = await World.open(new MemoryStore());
  t.after(() => world.close());
  const key = await sellerIn(world);
  const purse = await purseIn(world);
  const host = await world.app.listen({ port: 0, host: '127.0.0.1' });
  const slot = new InProcessSlot();
  const { session, ask, post } = await pageOf(t, {
    host: CardHost.at(host, key),
    reader: { seat: new CardSeat(slot) },
  });
  assert.equal((session.person as { name: string }).name, 'Station kiosk');
  assert.deepEqual((await ask('GET', '/kiosk')).json, { purses: true, chips: false });
  assert.deepEqual((await ask('GET', '/kiosk/card')).json, {}, 'there is no card');
  slot.insert(chipOf(purse));
  assert.deepEqual((await ask('GET', '/kiosk/card')).json, { card: CARD });
  assert.equal((await ask('GET', `/vend/card-lookup?card=${CARD}&region=gas`)).json.takesValue, true);

  const sold = await post(
    '/vend/vends',
    { card: CARD, region: 'gas', paid: '1000', method: 'cash' },
    { 'idempotency-key': 'sale-00001' },
  );
  assert.equal(sold.status, 201, sold.text);
  assert.deepEqual((await ask('GET', '/utility')).json.zone, 'Europe/Berlin');
  slot.pull();
  assert.deepEqual(
    (await post('/kiosk/loads', { card: CARD, region: 'gas' })).json,
    { loaded: false },
    'it is not there',
  );
  slot.insert(chipOf(purse));
  assert.deepEqual(
    (await post('/kiosk/loads', { card: '04a1b2c3d4e5f7', region: 'gas' })).json,
    { loaded: false },
    'it is another',
  );
  assert.deepEqual((await post('/kiosk/loads', { card: CARD, region: 'gas' })).json, { loaded: true });
  assert.equal((await ask('GET', '/vend/vends/sale-00001')).json.outcome, 'stored');
  assert.deepEqual(
    (await post('/kiosk/loads', { card: CARD, region: 'gas' })).json,
    { loaded: true },
    'there is nothing more for it',
  );
  assert.equal((await ask('GET', '/vend/agent')).json.float, String(FLOAT - 1_000 + 20));
  // Whoever has the page has no key: nothing that was answered holds it.
  for (const path of ['/session', '/kiosk', '/utility', '/vend/agent']) {
    assert.ok(!(await ask('GET', path)).text.includes(key), path);
  }
});

test('a kiosk loads the region that it sold for, and leaves to others what waits beside it', async (t) => {
  const world = await World.open(new MemoryStore());
  t.after(() => world.close());
  const key = await sellerIn(world);
  const purse = await purseIn(world, [Region.gas, Region.water]);
  const host = await world.app.listen({ port: 0, host: '127.0.0.1' });
  const slot = new InProcessSlot();
  const { ask, post } = await pageOf(t, { host: CardHost.at(host, key), reader: { seat: new CardSeat(slot) } });
  for (const region of ['gas', 'water']) {
    const once = { 'idempotency-key': `sale-of-${region}` };
    assert.equal((await post('/vend/vends', { card: CARD, region, paid: '1000' }, once)).status, 201);
  }
  const outcomes = async () => {
    const both = await Promise.all(['gas', 'water'].map((region) => ask('GET', `/vend/vends/sale-of-${region}`)));
    return both.map(({ json }) => json.outcome);
  };
  slot.insert(chipOf(purse));
  for (const region of [undefined, 'all', 2, 'constructor']) {
    const { status, json } = await post('/kiosk/loads', { card: CARD, region });
    assert.deepEqual([status, json.code], [409, 'kiosk-cannot']);
  }
  assert.match(
    String((await post('/kiosk/loads', { card: CARD, region: 'heat' })).json.detail),
    /has no region heat\.$/,
  );
  assert.deepEqual(await outcomes(), ['sold', 'sold']);
  assert.deepEqual((await post('/kiosk/loads', { card: CARD, region: 'water' })).json, { loaded: true });
  assert.deepEqual(await outcomes(), ['sold', 'stored']);
  assert.deepEqual((await post('/kiosk/loads', { card: CARD, region: 'gas' })).json, { loaded: true });
  assert.deepEqual(await outcomes(), ['stored', 'stored']);
});

test('a card that is pulled in the middle is loaded when it is put in again, once', async (t) => {
  const world = await World.open(new MemoryStore());
  t.after(() => world.close());
  const key = await sellerIn(world);
  const purse = await purseIn(world);
  const host = await world.app.listen({ port: 0, host: '127.0.0.1' });
  for (let pulledAt = 1; ; pulledAt++) {
    const slot = new InProcessSlot();
    let commands = 0;
    slot.insert({
      atr: new Uint8Array(0),
      begin: () => {
        purse.pull();
        return (command) => {
          const answer = purse.send(command);
          if (++commands === pulledAt) slot.pull();
          return answer;
        };
      },
    });
    const { post, ask } = await pageOf(t, { host: CardHost.at(host, key), reader: { seat: new CardSeat(slot) } });
    const once = `pulled-at-${pulledAt}`;
    assert.equal(
      (await post('/vend/vends', { card: CARD, region: 'gas', paid: '100' }, { 'idempotency-key': once })).status,
      201,
    );
    const first = (await post('/kiosk/loads', { card: CARD, region: 'gas' })).json;
    slot.insert(chipOf(purse));
    assert.deepEqual(
      (await post('/kiosk/loads', { card: CARD, region: 'gas' })).json,
      { loaded: true },
      `pulled at command ${pulledAt}`,
    );
    assert.equal((await ask('GET', `/vend/vends/${once}`)).json.outcome, 'stored');
    if (first.loaded === true) {
      assert.ok(pulledAt > 5, 'a load has several commands');
      break;
    }
  }
});

test('a kiosk passes on what its page needs, to its own browser alone', async (t) => {
  const world = await World.open(new MemoryStore());
  t.after(() => world.close());
  const key = await sellerIn(world);
  const host = await world.app.listen({ port: 0, host: '127.0.0.1' });
  const { kiosk, said, ask, post } = await pageOf(t, { host: CardHost.at(host, key) });
  for (const path of ['/meters', '/vend/vends/../../agents/station', '/vend/vends/..%2f..%2fagents', '/subscribers']) {
    assert.equal((await ask('GET', path)).status, 404, path);
  }
  const sale = { meter: KIMS_METER, paid: '100' };
  const sold = { 'idempotency-key': 'sale-00001' };
  for (const headers of [{}, { 'x-csrf-token': 'another' }, { 'sec-fetch-site': 'cross-site' }]) {
    const refused = await ask('POST', '/vend/vends', sale, { ...sold, ...headers });
    assert.deepEqual([refused.status, refused.json.code], [403, 'csrf-wrong']);
  }
  const foreign = await post('/vend/vends', sale, { ...sold, 'sec-fetch-site': 'cross-site' });
  assert.equal(foreign.status, 403, 'another site has the token of nobody, and may not use one');
  // A name of elsewhere that leads to this machine, and paths that name elsewhere, as no browser writes them.
  const { port } = new URL(kiosk.address);
  const statusOf = async (path: string, headers: Record<string, string> = {}) => {
    const asked = request({ port, host: '127.0.0.1', path, headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return [answer.resume().statusCode, answer.headers.location];
  };
  assert.deepEqual(await statusOf('/api/v1/session', { host: `kiosk.example:${port}` }), [403, undefined]);
  for (const path of [
    '//',
    '///',
    '//kiosk',
    '//elsewhere.example/kiosk',
    '/\\elsewhere.example/kiosk',
    'http://elsewhere.example/kiosk',
  ]) {
    assert.deepEqual(await statusOf(path), [404, undefined], path);
    assert.deepEqual(await statusOf(path, { accept: 'text/html' }), [302, '/kiosk'], path);
  }
  assert.deepEqual(await statusOf('//elsewhere.example/api/v1/vend/agent'), [404, undefined]);
  assert.deepEqual(said, [], 'nothing of it is a fault of the kiosk');
  assert.equal((await ask('GET', '/vend/agent')).json.float, String(FLOAT), 'nothing of it was sold');
  assert.equal((await post('/vend/vends', sale, sold)).status, 201);
  assert.deepEqual((await post('/kiosk/loads', { card: CARD, region: 'gas' })).json.code, 'kiosk-cannot');
  await assert.rejects(
    openKiosk({ host: CardHost.at(host, key), say: () => undefined }, { host: '0.0.0.0', port: 0 }),
    (error: Error) => error instanceof CannotGoOn && /127\.0\.0\.1/.test(error.message),
  );
});

test('a browser leaves the port of http away, and finds the kiosk that listens on it', () => {
  const all = (port: string) => ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}${port}`);
  assert.deepEqual([...namesAt('http://127.0.0.1:80', '127.0.0.1')], [...all(''), ...all(':80')]);
  assert.deepEqual([...namesAt('http://127.0.0.1:8088', '127.0.0.1')], all(':8088'));
  assert.ok(namesAt('http://127.0.0.9:8088', '127.0.0.9').has('127.0.0.9:8088'));
});

test('a key that may not sell is refused at the start; a host that is away comes back by itself', async (t) => {
  const world = await World.open(new MemoryStore());
  t.after(() => world.close());
  const key = await sellerIn(world, ['cards:load']);
  const host = await world.app.listen({ port: 0, host: '127.0.0.1' });
  for (const wrong of [key, 'none']) {
    await assert.rejects(
      openKiosk({ host: CardHost.at(host, wrong), say: () => undefined }, AT),
      (error: Error) => error instanceof CannotGoOn && /does not let this key sell\. .*\.$/.test(error.message),
    );
  }
  const nobody = 'http://127.0.0.1:9';
  const { said, ask } = await pageOf(t, { host: CardHost.at(nobody, key) });
  assert.match(said.join(), /does not answer yet/);
  assert.equal((await ask('GET', '/vend/agent')).status, 502);
});

test('a bank card pays at the reader of a kiosk, and what is pulled pays nothing', async (t) => {
  const chips = await ChipWorld.open();
  t.after(() => chips.close());
  const { world, simulator, url } = chips;
  const key = await sellerIn(world);
  const card = new EmvTestCard(ISSUE);
  const slot = new InProcessSlot();
  const seat = new CardSeat(slot);
  const parts = { host: CardHost.at(url, chips.key), terminal: TERMINAL, port: 'acquirer' };
  const { ask, pay } = await pageOf(t, { host: CardHost.at(url, key), reader: { seat, chips: parts } });
  assert.deepEqual((await ask('GET', '/kiosk')).json, { purses: true, chips: true });
  // Somebody who looks for their card is waited for.
  const paying = pay('payment-1', { meter: KIMS_METER, paid: '5000' });
  slot.insert({ atr: card.chip.atr, begin: card.chip.begin });
  const { json, text } = await paying;
  assert.deepEqual([json.paid, json.shown], [true, '**** 1111'], text);
  await chips.settle();
  assert.equal((await world.host.books()).stored, 5_000n);
  assert.equal((await ask('GET', '/vend/agent')).json.float, String(FLOAT), 'nothing goes through the float');
  let commands = 0;
  slot.insert({
    atr: card.chip.atr,
    begin: () => {
      const program = card.chip.begin();
      return (command) => {
        if (++commands === 3) slot.pull();
        return program(command);
      };
    },
  });
  const pulled = await pay('payment-2', { meter: KIMS_METER, paid: '700' });
  assert.equal(pulled.json.paid, false, pulled.text);
  await chips.settle();
  assert.equal(simulator.books.usedOf(ISSUE.pan), 5_000);
  for (const body of [{ meter: KIMS_METER, paid: '0' }, { meter: 'all', paid: '1' }, {}]) {
    assert.equal((await pay('payment-3', body)).status, 409);
  }
});

test('a bank card pays for a purse card in the reader that both share, and the value is loaded when that is back', async (t) => {
  const chips = await ChipWorld.open();
  t.after(() => chips.close());
  const { world, url } = chips;
  const purse = await purseIn(world);
  const card = new EmvTestCard(ISSUE);
  const slot = new InProcessSlot();
  const { promise: looked, resolve: look } = Promise.withResolvers<void>();
  const inReader = chipOf(purse);
  slot.insert({
    ...inReader,
    begin: () => {
      const program = inReader.begin();
      return (command) => {
        look();
        return program(command);
      };
    },
  });
  const parts = { host: CardHost.at(url, chips.key), terminal: TERMINAL, port: 'acquirer' };
  const reader = { seat: new CardSeat(slot), chips: parts };
  const { ask, pay, post } = await pageOf(t, { host: CardHost.at(url, await sellerIn(world)), reader });
  const bought = { card: CARD, region: 'gas' };
  const paying = pay('payment-1', { ...bought, paid: '5000' });
  await looked;
  assert.equal((await world.host.payments({ limit: 9 })).length, 0, 'a purse card pays nothing');
  slot.pull();
  slot.insert({ atr: card.chip.atr, begin: card.chip.begin });
  const { json, text } = await paying;
  assert.deepEqual([json.paid, json.shown], [true, '**** 1111'], text);
  assert.deepEqual((await pay('payment-1', { ...bought, paid: '5000' })).json, json, 'asked again, the same');
  for (const other of [{ meter: KIMS_METER }, { card: '04a1b2c3d4e5f7', region: 'gas' }]) {
    assert.equal((await pay('payment-1', { ...other, paid: '5000' })).json.code, 'kiosk-cannot');
  }
  await chips.settle();
  assert.equal(chips.simulator.books.usedOf(ISSUE.pan), 5_000);
  assert.deepEqual((await post('/kiosk/loads', bought)).json, { loaded: false }, 'the bank card is there');
  slot.pull();
  slot.insert(inReader);
  assert.deepEqual((await post('/kiosk/loads', bought)).json, { loaded: true });
  assert.equal(purse.card.regions.get(Region.gas)?.purse?.balance, 5_000);
  assert.equal((await ask('GET', '/vend/agent')).json.float, String(FLOAT), 'nothing goes through the float');
  for (const wrong of [{ card: CARD }, { ...bought, meter: KIMS_METER }, { ...bought, region: 'air' }]) {
    assert.equal((await pay('payment-2', { ...wrong, paid: '1' })).status, 409);
  }
});

/** A kiosk at which bank cards pay over a line that loses what the host answers to some paths. */
async function chipKiosk(t: TestContext) {
  const chips = await ChipWorld.open();
  t.after(() => chips.close());
  const line = { url: '', loses: (_path: string): boolean => false, begun: false };
  const server = createServer(async (asked, answered) => {
    const body = await buffer(asked);
    const headers = new Headers({ connection: 'close' });
    for (const name of ['authorization', 'content-type', 'idempotency-key']) {
      const value = asked.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const answer = await fetch(`${chips.url}${asked.url}`, {
      ...{ method: asked.method ?? 'GET', headers },
      ...(body.length > 0 && { body }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (line.loses(asked.url ?? '')) {
      // It breaks before the answer, or in the middle of it.
      if (line.begun) answered.writeHead(answer.status, { 'content-length': bytes.length }).write(bytes.subarray(0, 9));
      setImmediate(() => answered.destroy());
    } else answered.writeHead(answer.status, { 'content-type': 'application/json' }).end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  line.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const slot = new InProcessSlot();
  const { promise: looked, resolve: look } = Promise.withResolvers<void>();
  const open = () => {
    look();
    return slot.open();
  };
  const seat = new CardSeat({ open, close: () => slot.close() });
  const parts = { host: CardHost.at(line.url, chips.key), terminal: TERMINAL, port: 'acquirer' };
  const seller = CardHost.at(chips.url, await sellerIn(chips.world));
  const page = await pageOf(t, { host: seller, reader: { seat, chips: parts } });
  const { chip } = new EmvTestCard(ISSUE);
  const insert = () => slot.insert({ atr: chip.atr, begin: chip.begin });
  return { ...page, chips, line, looked, insert, used: () => chips.simulator.books.usedOf(ISSUE.pan) };
}

test('what is asked for twice under one key is one payment of a bank card', async (t) => {
  const { pay, post, insert, used } = await chipKiosk(t);
  const sale = { meter: KIMS_METER, paid: '5000' };
  const both = [pay('payment-1', sale), pay('payment-1', sale)];
  insert();
  const [first, second] = await Promise.all(both);
  assert.equal(first?.json.paid, true, first?.text);
  assert.deepEqual(second?.json, first?.json);
  assert.deepEqual((await pay('payment-1', sale)).json, first?.json, 'its answer was lost');
  assert.equal(used(), 5_000);
  for (const other of [
    { ...sale, paid: '5001' },
    { ...sale, meter: '0a1b2d' },
  ]) {
    assert.deepEqual((await pay('payment-1', other)).json.code, 'kiosk-cannot');
  }
  for (const headers of [{}, { 'idempotency-key': 'short' }]) {
    assert.match(String((await post('/kiosk/payments', sale, headers)).json.detail), /Idempotency-Key/);
  }
  assert.equal(used(), 5_000);
  assert.equal((await pay('payment-2', sale)).json.paid, true, 'another key is another payment');
  assert.equal(used(), 10_000);
});

test('a payment whose end the kiosk never heard is open, and asked about under its key until it is known', async (t) => {
  const { pay, said, line, insert, chips, used } = await chipKiosk(t);
  const sale = { meter: KIMS_METER, paid: '5000' };
  line.loses = (path) => path.endsWith('/chip');
  insert();
  for (const begun of [false, true]) {
    line.begun = begun;
    const open = await pay('payment-1', sale);
    assert.deepEqual([open.status, open.json], [502, {}], 'as of a host that is away');
  }
  assert.match(said.join('\n'), /has approved payment [0-9a-f]{32}/);
  line.loses = () => false;
  const known = await pay('payment-1', sale);
  assert.equal(known.json.paid, true, known.text);
  await chips.settle();
  assert.equal((await chips.world.host.books()).stored, 5_000n);
  assert.equal(used(), 5_000);
});

test('a payment whose bank was never heard is none: its card may pay again under the same key, once', async (t) => {
  const { pay, line, insert, chips, used } = await chipKiosk(t);
  const sale = { meter: KIMS_METER, paid: '5000' };
  line.loses = (path) => path.endsWith('/payments');
  insert();
  const unheard = await pay('payment-1', sale);
  assert.deepEqual([unheard.status, unheard.json.code], [409, 'kiosk-cannot'], unheard.text);
  line.loses = () => false;
  assert.equal((await pay('payment-1', sale)).json.paid, true);
  chips.world.rig.clock.ms += 120_000;
  await chips.settle();
  assert.equal((await chips.world.host.books()).stored, 5_000n);
  assert.equal(used(), 5_000, 'what the chip never agreed to went back');
});

test('a page that is closed while it waits for a bank card leaves nothing for the next card to pay', async (t) => {
  const { kiosk, token, pay, ask, insert, looked, used, chips } = await chipKiosk(t);
  const closed = new AbortController();
  const waiting = fetch(`${kiosk.address}/api/v1/kiosk/payments`, {
    ...{ method: 'POST', signal: closed.signal, body: JSON.stringify({ meter: KIMS_METER, paid: '5000' }) },
    headers: { 'content-type': 'application/json', 'x-csrf-token': token, 'idempotency-key': 'payment-1' },
  });
  await looked;
  closed.abort();
  await assert.rejects(waiting);
  await ask('GET', '/kiosk');
  const next = pay('payment-2', { meter: KIMS_METER, paid: '700' });
  insert();
  assert.equal((await next).json.paid, true);
  await chips.settle();
  assert.equal(used(), 700);
});

test('a kiosk that is stopped calls off what waits for a bank card', async (t) => {
  const { kiosk, pay, looked, insert, used } = await chipKiosk(t);
  const waiting = pay('payment-1', { meter: KIMS_METER, paid: '5000' });
  await looked;
  const stopped = kiosk.close();
  assert.match(String((await waiting).json.detail), /^Nobody waits for a card any more: /);
  await stopped;
  insert();
  assert.equal(used(), 0);
});
