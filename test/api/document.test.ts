import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ACCESS, DOCUMENT_URL, type Operation, PAGE_URL } from '../../src/api/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { type Json, NOBODY, World } from './world.ts';

let world: World;
let document: Json;
before(async () => {
  world = await World.open(new MemoryStore());
  document = (await world.ask(NOBODY, 'GET', DOCUMENT_URL)).json;
});
after(() => world.close());

interface Documented {
  readonly operationId: Operation;
  readonly summary?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

function operations(): (Documented & { readonly method: string; readonly path: string })[] {
  return Object.entries(document.paths as unknown as Record<string, Record<string, Documented>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, documented]) => ({ ...documented, method, path })),
  );
}

test('the document is one of OpenAPI 3.1, by a validator that is not ours', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  assert.ok(valid, JSON.stringify(errors, undefined, 1));
  assert.equal(String(document.openapi), '3.1.0');
});

test('each operation says in a sentence what it does, who may, and how it refuses', () => {
  const found = operations();
  assert.equal(new Set(found.map(({ operationId }) => operationId)).size, found.length);
  for (const { operationId, summary = '', security, responses, method } of found) {
    assert.match(summary, /^[A-Z]/, operationId);
    assert.ok(Object.keys(responses.default?.content ?? {}).includes('application/problem+json'), operationId);
    const access = ACCESS[operationId] as (typeof ACCESS)[Operation] | { scope?: string };
    const byKey = security.some((scheme) => 'apiKey' in scheme);
    const bySession = security.find((scheme) => 'session' in scheme);
    assert.equal(bySession === undefined, access === 'public', operationId);
    assert.equal(byKey, typeof access === 'object' && 'scope' in access, operationId);
    if (bySession !== undefined) assert.equal('csrf' in bySession, method !== 'get', operationId);
  }
});

test('what the document refers to is there, and an amount is a text wherever it stands', () => {
  const text = JSON.stringify(document);
  const schemas = Object.keys((document.components as unknown as { schemas: object }).schemas);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    assert.ok(schemas.includes(name), name);
  assert.ok(schemas.includes('Problem') && schemas.includes('Meter') && !text.includes('"$id"'));
  for (const [, kind] of text.matchAll(/"(?:amount|issued|stored|spent|owed|credited)":\{"type":"(\w+)"/g)) {
    assert.equal(kind, 'string');
  }
});

test('the page to try it loads nothing from elsewhere, and its policy lets it run no other script', async () => {
  const redirect = await world.ask(NOBODY, 'GET', PAGE_URL);
  assert.equal(redirect.status, 301);
  const page = await world.ask(NOBODY, 'GET', `${PAGE_URL}/`);
  assert.equal(page.status, 200);
  assert.doesNotMatch(page.text, /https?:/);
  const policy = String(page.headers['content-security-policy']);
  const scripts = [...page.text.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, script = '']) => script);
  const inline = scripts.filter((script) => script.trim() !== '');
  assert.equal(inline.length, 1);
  for (const script of inline) assert.ok(policy.includes(`'sha256-${hash('sha256', script, 'base64')}'`));
  assert.match(policy, /^default-src 'none'; script-src 'self' 'sha256-[^']+'; /);
  assert.match(policy, /connect-src 'self'/);
  const [, source = ''] = /<script src="([^"]+)"/.exec(page.text) ?? [];
  const script = await world.ask(NOBODY, 'GET', `${PAGE_URL}/${source}`);
  assert.match(String(script.headers['content-type']), /javascript/);
  assert.match(page.text, new RegExp(DOCUMENT_URL));
});

test('Prometheus reads what was issued and stored, what is not settled, and how long exchanges took', async () => {
  const operator = await world.as('operator');
  const metrics = async () => (await world.ask(operator, 'GET', '/metrics')).text;
  const sale = { meter: '000003', paid: '500' };
  await world.ask(operator, 'POST', '/api/v1/purchases', sale, { 'idempotency-key': 'metrics-1' });
  assert.match(await metrics(), /^wattpurse_orders_unsettled 1$/m);
  await world.rig.settle();
  const text = await metrics();
  assert.match(text, /^wattpurse_orders_unsettled 0$/m);
  assert.match(text, /^wattpurse_tokens\{account="issued"\} 500$/m);
  assert.match(text, /^wattpurse_tokens\{account="stored"\} 500$/m);
  assert.match(text, /^wattpurse_exchange_seconds_count [1-9]/m);
  assert.match(text, /^wattpurse_request_seconds_count\{method="POST",route="\/api\/v1\/purchases",status="201"\} 1$/m);
  assert.doesNotMatch(text, /^wattpurse_card_tokens\{/m, 'nobody has a card');
  const office = world.host.by(world.act('cards'));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  const [csn, region] = ['04a1b2c3d4e5f6', 2];
  made(await office.issueCard({ csn, subscriber: 'kim', regions: [{ region, provider: '1-2', n: 32 }] }));
  made(await office.buyForCard({ csn, region, orderId: 'for a card', paid: 70, method: 'cash' }));
  const withCard = await metrics();
  assert.match(withCard, /^wattpurse_card_tokens\{provider="1-2",account="inFlight"\} 70$/m);
  assert.match(withCard, /^wattpurse_card_tokens\{provider="1-2",account="stored"\} 0$/m);
  assert.match(withCard, /^wattpurse_tokens\{account="issued"\} 500$/m, 'of meters alone');
  assert.match(withCard, /^wattpurse_card_orders_unsettled 1$/m);
  assert.match(withCard, /^wattpurse_card_exchange_seconds_count 0$/m, 'nobody has brought it');
  made(await office.voidCardOrder('for a card'));
  assert.match(await metrics(), /^wattpurse_card_orders_unsettled 0$/m);
  const key = await world.apiKey('auditor', ['metrics:read']);
  assert.equal((await world.ask(key, 'GET', '/metrics')).status, 200);
});
