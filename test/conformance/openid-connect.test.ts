import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import Provider from 'oidc-provider';
import { OpenIdConnect } from '../../src/adapters/openid-connect.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { NOBODY, World } from '../api/world.ts';

/** An identity provider that others wrote, on this machine. */
let provider: Server;
let issuer: string;

const CALLBACK = 'http://127.0.0.1:1/api/v1/session/provider/callback';
const SECRET = 'a secret that the provider gave';

before(async () => {
  provider = createServer().listen(0, '127.0.0.1');
  await once(provider, 'listening');
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const quiet = console.warn;
  // It warns that its keys and its forms are those of a trial, which they are.
  console.warn = () => undefined;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'wattpurse', client_secret: SECRET, redirect_uris: [CALLBACK] }],
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: async () => ({ sub: `account-${id}`, preferred_username: id }),
    }),
  });
  provider.on('request', oidc.callback());
  console.warn = quiet;
});
after(() => provider.close());

const settings = (more: object = {}) => ({
  ...{ issuer, clientId: 'wattpurse', clientSecret: SECRET, callbackUrl: CALLBACK },
  ...more,
});

/** A browser at the provider: who sits before it says who they are, and agrees. */
async function prove(url: string, account: string): Promise<string> {
  const jar = new Map<string, string>();
  const visit = async (at: string, form?: Record<string, string>) => {
    const answer = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    await answer.arrayBuffer();
    return new URL(answer.headers.get('location') ?? at, at).href;
  };
  let at = await visit(url);
  for (let step = 0; step < 10 && !at.startsWith(CALLBACK); step++) {
    const isForm = /\/interaction\/[^/]+$/.test(at);
    const prompt = step < 2 ? 'login' : 'consent';
    at = await visit(at, isForm ? { prompt, login: account, password: 'anything' } : undefined);
  }
  return at.slice(CALLBACK.length);
}

async function opened(run: (world: World) => Promise<void>, more: object = {}): Promise<void> {
  const world = await World.open(new MemoryStore(), { identity: new OpenIdConnect(settings(more)) });
  try {
    await run(world);
  } finally {
    await world.close();
  }
}

const cookiesOf = (given: unknown): string[] => [given ?? []].flat() as string[];

async function begun(world: World): Promise<{ url: string; cookie: string }> {
  const answer = await world.ask(NOBODY, 'GET', '/api/v1/session/provider');
  assert.equal(answer.status, 302, answer.text);
  const [cookie = ''] = cookiesOf(answer.headers['set-cookie']);
  assert.match(cookie, /^wattpurse-log-in=[^;]+; .*HttpOnly; Secure; SameSite=Lax$/);
  return { url: String(answer.headers.location), cookie: cookie.split(';')[0] ?? '' };
}

const back = (world: World, query: string, cookie: string) =>
  world.ask({ headers: { cookie } }, 'GET', `/api/v1/session/provider/callback${query}`);

test('somebody whom the provider proves is logged in, and stands in the audit log', () =>
  opened(async (world) => {
    const { url, cookie } = await begun(world);
    const query = await prove(url, 'cashier');
    const answer = await back(world, query, cookie);
    assert.equal(answer.status, 302, answer.text);
    const [session = ''] = cookiesOf(answer.headers['set-cookie']);
    const { json } = await world.ask({ headers: { cookie: session.split(';')[0] ?? '' } }, 'GET', '/api/v1/session');
    assert.equal(json.person?.login, 'cashier' as never);
    const [entry] = await world.people.audit({ limit: 1 });
    assert.deepEqual([entry?.by, entry?.action], ['cashier', 'log-in-proved']);
    // The same answer of the provider is good once.
    assert.equal((await back(world, query, cookie)).status, 401);
  }));

test('who is nobody here, or is locked out, is proved in vain', () =>
  opened(async (world) => {
    await world.people.changePerson(world.act('lock'), 'operator', { locked: true });
    for (const account of ['stranger', 'operator']) {
      const { url, cookie } = await begun(world);
      const answer = await back(world, await prove(url, account), cookie);
      assert.deepEqual([answer.status, answer.json.code], [401, 'log-in-refused'], account);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  }));

test("another browser's answer, a forged one and none at all log nobody in", () =>
  opened(async (world) => {
    const own = await begun(world);
    const other = await begun(world);
    const query = await prove(own.url, 'cashier');
    const wrong: [string, string][] = [
      [query, other.cookie],
      [query, ''],
      [query, 'wattpurse-log-in=e30'],
      [query, 'wattpurse-log-in=%%%'],
      [query.replace(/state=[^&]+/, 'state=mine'), own.cookie],
      ['?error=access_denied&state=x', own.cookie],
      ['', own.cookie],
    ];
    for (const [given, cookie] of wrong) {
      const answer = await back(world, given, cookie);
      assert.deepEqual([answer.status, answer.json.code], [401, 'log-in-refused'], given);
    }
    assert.equal((await back(world, query, own.cookie)).status, 302, 'and the true one still does');
  }));

test('a password that was made for somebody who is proved instead is good for nothing after that', () =>
  opened(async (world) => {
    const added = await world.people.addPerson(world.act('add'), { login: 'park', name: 'Park', role: 'cashier' });
    assert.ok('password' in added);
    const { url, cookie } = await begun(world);
    assert.equal((await back(world, await prove(url, 'park'), cookie)).status, 302);
    const person = await world.people.person('park');
    assert.ok(!('reason' in person) && person.oneTimeUntil === undefined);
    const tried = await world.ask(NOBODY, 'POST', '/api/v1/session', { login: 'park', password: added.password });
    assert.deepEqual([tried.status, tried.json.code], [401, 'log-in-refused']);
  }));

test('a provider that does not answer is told so, and one that was never named is not there', async () => {
  await opened(
    async (world) => {
      const answer = await world.ask(NOBODY, 'GET', '/api/v1/session/provider');
      assert.deepEqual([answer.status, answer.json.code], [503, 'busy']);
    },
    { issuer: 'http://127.0.0.1:9' },
  );
  const world = await World.open(new MemoryStore());
  try {
    const answer = await world.ask(NOBODY, 'GET', '/api/v1/session/provider');
    assert.deepEqual([answer.status, answer.json.code], [404, 'not-found']);
  } finally {
    await world.close();
  }
});
