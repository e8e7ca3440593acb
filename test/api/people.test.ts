import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Argon2 } from '../../src/adapters/argon2.ts';
import type { Store } from '../../src/host/index.ts';
import { STORES } from '../contract/stores.testing.ts';
import { type Answer, NOBODY, PASSWORD, type Visitor, visitorOf, World } from './world.ts';

const ONE = STORES.slice(0, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** On each store; what no store can have a part in is seen on one. */
function it(behaviour: string, run: (world: World, store: Store) => Promise<void>, stores = STORES): void {
  for (const { name, skip, open } of stores) {
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      const world = await World.open(store);
      try {
        await run(world, store);
      } finally {
        await world.close();
        clean();
      }
    });
  }
}

const logIn = (world: World, login: string, password: string) =>
  world.ask(NOBODY, 'POST', '/api/v1/session', { login, password });
const whoAmI = (world: World, visitor: Visitor) => world.ask(visitor, 'GET', '/api/v1/session');

/** What is said, but for the id of the request. */
const said = ({ status, json }: Answer) => ({ status, ...json, request: '' });

it('whoever gives the right password is let in, and nobody learns why another was not', async (world) => {
  const right = await logIn(world, 'cashier', PASSWORD);
  assert.equal(right.status, 200);
  const cookie = String(right.headers['set-cookie']);
  assert.match(cookie, /^wattpurse=[0-9a-f]{64}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  assert.equal((await whoAmI(world, visitorOf(right))).json.person?.login, 'cashier');

  const wrong = await logIn(world, 'cashier', `${PASSWORD} `);
  const unknown = await logIn(world, 'nobody', PASSWORD);
  assert.deepEqual([wrong.status, String(wrong.json.code)], [401, 'log-in-refused']);
  assert.deepEqual(said(unknown), said(wrong));
  const actions = (await world.people.audit({ limit: 9 })).map(({ by, action }) => `${by} ${action}`);
  assert.deepEqual(actions, ['cashier log-in-refused', 'cashier log-in']);
});

it('no token, password or key stands in a row, and no cookie or password in the log', async (world, store) => {
  const visitor = await world.as('operator');
  const key = await world.apiKey('operator', ['meters:read']);
  const rows = await store.read(async (tx) =>
    JSON.stringify([
      ...(await tx.people.page({ limit: 99 })),
      ...(await tx.sessions.page({ limit: 99 })),
      ...(await tx.apiKeys.page({ limit: 99 })),
      ...(await tx.audit.page({ limit: 99 })),
    ]),
  );
  const secrets = [
    PASSWORD,
    visitor.headers.cookie?.replace('wattpurse=', ''),
    visitor.headers['x-csrf-token'],
    key.headers.authorization?.replace('Bearer ', ''),
  ];
  await world.ask(key, 'GET', '/api/v1/meters?cursor=secret-cursor');
  for (const secret of secrets) {
    assert.ok(secret !== undefined && !rows.includes(secret), 'in a row');
    assert.ok(!world.lines.some((line) => line.includes(secret)), 'in the log');
  }
  assert.ok(world.lines.length > 0 && !world.lines.some((line) => line.includes('secret-cursor')));
});

it(
  'after five wrong tries a login is closed for a while that doubles, whether somebody has it or not',
  async (world) => {
    for (const login of ['cashier', 'nobody']) {
      for (let i = 0; i < 5; i++) assert.equal((await logIn(world, login, 'wrong')).status, 401);
      world.wall.ms += 14_999;
      assert.equal((await logIn(world, login, PASSWORD)).status, 401, 'still closed');
      world.wall.ms += 1;
      assert.equal((await logIn(world, login, 'wrong')).status, 401, 'the sixth');
      world.wall.ms += 15_000;
      assert.equal((await logIn(world, login, PASSWORD)).status, 401, 'closed for twice as long');
      world.wall.ms += 15_000;
      assert.equal((await logIn(world, login, PASSWORD)).status, login === 'cashier' ? 200 : 401, 'open again');
    }
    assert.equal((await logIn(world, 'cashier', 'wrong')).status, 401);
    assert.equal((await logIn(world, 'cashier', PASSWORD)).status, 200, 'who got in begins anew');
  },
  ONE,
);

it('many guesses at once are no more tries than one after the other', async (world) => {
  const guesses = Array.from({ length: 20 }, (_, i) => logIn(world, 'auditor', i === 19 ? PASSWORD : `guess ${i}`));
  await Promise.all(guesses);
  const refused = (await world.people.audit({ limit: 99 })).filter(({ action }) => action === 'log-in-refused');
  assert.ok(refused.length <= 5, `${refused.length} were looked at`);
});

it('a session ends when it was idle, when it is old, when it is ended, and with its person', async (world) => {
  const idle = await world.as('technician');
  for (let i = 0; i < 3; i++) {
    world.wall.ms += 30 * MINUTE_MS - 1;
    assert.equal((await whoAmI(world, idle)).status, 200, 'use keeps it');
  }
  world.wall.ms += 30 * MINUTE_MS;
  assert.equal((await whoAmI(world, idle)).status, 401);

  const old = await world.as('technician');
  for (let i = 0; i < 47; i++) {
    world.wall.ms += 15 * MINUTE_MS;
    assert.equal((await whoAmI(world, old)).status, 200);
  }
  world.wall.ms += 15 * MINUTE_MS;
  assert.equal((await whoAmI(world, old)).status, 401, 'twelve hours');

  const clockSetBack = await world.as('technician');
  world.wall.ms -= HOUR_MS;
  assert.equal((await whoAmI(world, clockSetBack)).status, 401, 'from the future');
  world.wall.ms += HOUR_MS;

  const left = await world.as('technician');
  assert.equal((await world.ask(left, 'DELETE', '/api/v1/session')).status, 204);
  assert.equal((await whoAmI(world, left)).status, 401);

  const manager = await world.as('system-manager');
  for (const [method, url, body] of [
    ['DELETE', '/api/v1/people/technician/sessions', undefined],
    ['PATCH', '/api/v1/people/technician', { role: 'cashier' }],
    ['PATCH', '/api/v1/people/technician', { locked: true }],
  ] as const) {
    const visitor = await world.as('technician');
    assert.ok([200, 204].includes((await world.ask(manager, method, url, body)).status));
    assert.equal((await whoAmI(world, visitor)).status, 401, url);
  }
  assert.equal((await logIn(world, 'technician', PASSWORD)).status, 401, 'who is locked stays out');
});

it(
  'nothing is changed at the wish of another site, or without the header of the session',
  async (world) => {
    const cashier = await world.as('cashier');
    const other = await world.as('operator');
    const sale = { meter: '000003', paid: '5' };
    const sell = (headers: Record<string, string>, body: unknown = sale) =>
      world.ask({ headers }, 'POST', '/api/v1/purchases', body, { 'idempotency-key': 'csrf-0001' });
    const { cookie = '', 'x-csrf-token': token = '' } = cashier.headers;
    const wrong: Record<string, string>[] = [
      { cookie },
      { cookie, 'x-csrf-token': '' },
      { cookie, 'x-csrf-token': other.headers['x-csrf-token'] as string },
      { cookie, 'x-csrf-token': token.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
      { cookie, 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' },
      { cookie, 'x-csrf-token': token, 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of wrong) {
      const answer = await sell(headers);
      assert.deepEqual([answer.status, String(answer.json.code)], [403, 'csrf-wrong'], JSON.stringify(headers));
    }
    assert.equal((await world.host.books()).issued, 0n);
    // A form of another site cannot say JSON, and what is no JSON is not read.
    const form = { ...cashier.headers, 'content-type': 'text/plain' };
    assert.equal((await sell(form, JSON.stringify(sale))).status, 415);
    const foreign = { 'sec-fetch-site': 'cross-site' };
    const forced = await world.ask(
      NOBODY,
      'POST',
      '/api/v1/session',
      { login: 'cashier', password: PASSWORD },
      foreign,
    );
    assert.equal(forced.status, 403, 'nor is anybody logged in from there');
    assert.equal((await sell({ cookie, 'x-csrf-token': token, 'sec-fetch-site': 'same-origin' })).status, 201);
    const preflight = await world.app.inject({
      method: 'OPTIONS',
      url: '/api/v1/purchases',
      headers: { origin: 'https://a.example' },
    });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  },
  ONE,
);

it(
  'a password that the program made is good for choosing another, for a week',
  async (world) => {
    const manager = await world.as('system-manager');
    const added = await world.ask(manager, 'POST', '/api/v1/people', { login: 'han', name: 'Han', role: 'cashier' });
    assert.equal(added.status, 201);
    const oneTime = String(added.json.oneTimePassword);
    assert.match(oneTime, /^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
    const han = await world.logIn('han', oneTime);
    const meters = await world.ask(han, 'GET', '/api/v1/meters');
    assert.deepEqual([meters.status, String(meters.json.code)], [403, 'password-one-time']);

    const choose = (old: string, wanted: string) =>
      world.ask(han, 'PUT', '/api/v1/session/password', { old, new: wanted });
    for (const weak of ['short', 'aaaaaaaaaaaaaaa', 'my name is han, hello', oneTime, 'x'.repeat(200)]) {
      assert.deepEqual(String((await choose(oneTime, weak)).json.code), 'password-weak', weak);
    }
    assert.equal((await choose('wrong', 'what a fine password')).status, 401);
    assert.equal((await choose(oneTime, 'what a fine password')).status, 204);
    assert.equal((await whoAmI(world, han)).status, 401, 'all sessions ended');
    assert.equal((await logIn(world, 'han', oneTime)).status, 401);
    const again = await world.logIn('han', 'what a fine password');
    assert.equal((await world.ask(again, 'GET', '/api/v1/meters')).status, 200);

    const reset = await world.ask(manager, 'POST', '/api/v1/people/han/password-reset');
    assert.equal((await whoAmI(world, again)).status, 401);
    world.wall.ms += 7 * 24 * HOUR_MS;
    assert.equal((await logIn(world, 'han', String(reset.json.oneTimePassword))).status, 401, 'a week is over');
  },
  ONE,
);

it(
  'people are who they say: a login once, a role that fits, and never without a manager',
  async (world) => {
    const manager = await world.as('system-manager');
    const add = async (person: object) =>
      String((await world.ask(manager, 'POST', '/api/v1/people', person)).json.code);
    assert.equal(await add({ login: 'cashier', name: 'Another', role: 'cashier' }), 'person-known');
    assert.equal(await add({ login: 'park', name: 'Park', role: 'subscriber' }), 'person-wrong');
    assert.equal(await add({ login: 'park', name: 'Park', role: 'subscriber', subscriber: 'x' }), 'subscriber-unknown');
    assert.equal(await add({ login: 'park', name: 'Park', role: 'cashier', subscriber: 'kim' }), 'person-wrong');
    assert.equal(await add({ login: 'park', name: 'Park', role: 'king' }), 'input-wrong');
    assert.equal(await add({ login: 'Park', name: 'Park', role: 'cashier' }), 'input-wrong');

    const change = async (login: string, body: object) =>
      String((await world.ask(manager, 'PATCH', `/api/v1/people/${login}`, body)).json.code);
    assert.equal(await change('kim', { role: 'operator' }), 'person-wrong');
    assert.equal(await change('nobody', { locked: true }), 'person-unknown');
    assert.equal(await change('system-manager.second', { locked: true }), 'undefined');
    assert.equal(await change('system-manager', { locked: true }), 'manager-last');
    assert.equal(await change('system-manager', { role: 'auditor' }), 'manager-last');
  },
  ONE,
);

it('who changes a person can say which version they saw, and an older one is refused', async (world) => {
  const manager = await world.as('system-manager');
  const url = '/api/v1/people/kim';
  const seen = await world.ask(manager, 'GET', url);
  const etag = String(seen.headers.etag);
  assert.equal((await world.ask(manager, 'GET', url, undefined, { 'if-none-match': etag })).status, 304);
  const first = await world.ask(manager, 'PATCH', url, { name: 'Kim Lee' }, { 'if-match': etag });
  assert.equal(first.status, 200);
  const second = await world.ask(manager, 'PATCH', url, { name: 'Kim Park' }, { 'if-match': etag });
  assert.deepEqual([second.status, String(second.json.code)], [412, 'changed-meanwhile']);
  const third = await world.ask(manager, 'PATCH', url, { name: 'Kim' }, { 'if-match': String(first.headers.etag) });
  assert.equal(third.status, 200);
  assert.equal((await world.ask(manager, 'GET', url, undefined, { 'if-none-match': etag })).status, 200);
  assert.equal((await world.ask(manager, 'PATCH', url, { name: 'Kim' }, { 'if-match': 'nonsense' })).status, 400);
});

it(
  'an API key works until it is revoked or its time is over',
  async (world) => {
    const manager = await world.as('system-manager');
    const expiresAt = new Date(world.wall.ms + HOUR_MS).toISOString();
    const wanted = { name: 'a till', role: 'cashier', scopes: ['orders:sell', 'orders:read'], expiresAt };
    const added = await world.ask(manager, 'POST', '/api/v1/api-keys', wanted);
    assert.equal(added.status, 201);
    const key = String(added.json.key);
    assert.match(key, /^wpk_[0-9a-f]{12}_[0-9a-f]{64}$/);
    const program = (bearer = key): Visitor => ({ headers: { authorization: `Bearer ${bearer}` } });
    const sell = (visitor: Visitor, n: number) =>
      world.ask(
        visitor,
        'POST',
        '/api/v1/purchases',
        { meter: '000003', paid: '5' },
        { 'idempotency-key': `till-${n}-00` },
      );
    const sold = await sell(program(), 1);
    assert.deepEqual([sold.status, String(sold.json.method)], [201, 'cash'], 'without a header of any session');
    assert.equal((await sell(program(key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))), 2)).status, 401);
    assert.equal((await sell(program(`${key}0`), 2)).status, 401);
    const listed = (await world.ask(manager, 'GET', '/api/v1/api-keys')).text;
    assert.ok(listed.includes('a till') && !listed.includes(key.slice(-64)) && !listed.includes('hash'));
    world.wall.ms += HOUR_MS;
    assert.equal((await sell(program(), 3)).status, 401, 'its time is over');
    world.wall.ms -= HOUR_MS;
    const { id } = added.json.apiKey ?? {};
    assert.equal((await world.ask(manager, 'DELETE', `/api/v1/api-keys/${id}`)).status, 200);
    assert.equal((await sell(program(), 4)).status, 401, 'revoked');
    const past = { ...wanted, expiresAt: '2020-01-01T00:00:00Z' };
    assert.equal(String((await world.ask(manager, 'POST', '/api/v1/api-keys', past)).json.code), 'api-key-wrong');
    assert.equal((await world.host.books()).issued, 5n);
  },
  ONE,
);

test('a host that is asked for too many log-ins at once says so, and locks nobody out for it', async () => {
  const { open } = STORES[0] as (typeof STORES)[number];
  const { store } = await open();
  const world = await World.open(store, { passwords: new Argon2({ waitingMax: 0 }) });
  try {
    await world.as('operator');
    const logins = ['cashier', 'agent', 'auditor', 'seller', 'technician'];
    const answers = await Promise.all(logins.map((login) => logIn(world, login, PASSWORD)));
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200, 503]));
    for (const answer of answers) if (answer.status === 503) assert.equal(String(answer.json.code), 'log-in-busy');
    for (const login of logins) assert.equal((await logIn(world, login, PASSWORD)).status, 200, login);
  } finally {
    await world.close();
  }
});
