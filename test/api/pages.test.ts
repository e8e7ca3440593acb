import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { MemoryStore } from '../../src/host/index.ts';
import { World } from './world.ts';

const SCRIPT = 'export const answer = 42;';
const BROWSER = { headers: { accept: 'text/html,application/xhtml+xml' } };
const PROGRAM = { headers: { accept: 'application/json' } };

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-pages-'));
const empty = mkdtempSync(join(tmpdir(), 'wattpurse-no-pages-'));
let world: World;
let unbuilt: World;

before(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Wattpurse</title>');
  writeFileSync(join(folder, 'assets', 'main-0a1b.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'main-0a1b.js.br'), brotliCompressSync(SCRIPT));
  world = await World.open(new MemoryStore(), { pages: folder });
  unbuilt = await World.open(new MemoryStore(), { furnished: false, pages: empty });
});
after(async () => {
  await world.close();
  await unbuilt.close();
  rmSync(folder, { recursive: true });
  rmSync(empty, { recursive: true });
});

test('the pages stand at the root, and at every address that a browser asks for and no route has', async () => {
  for (const path of ['/', '/?from=mail', '/meters/0a1b2c', '/tariffs/summer?week=3']) {
    const { status, text, headers } = await world.ask(BROWSER, 'GET', path);
    assert.equal(status, 200, path);
    assert.match(text, /<title>Wattpurse<\/title>/, path);
    assert.match(String(headers['content-security-policy']), /script-src 'self';/, path);
    assert.equal(headers['cache-control'], 'no-cache', path);
    // By it one speaks with callers; nothing else of a browser is asked for, and elsewhere not even this.
    assert.match(String(headers['permissions-policy']), /geolocation=\(\), microphone=\(self\), payment=\(\)/, path);
  }
});

test('the page to try the API hears nobody', async () => {
  const { headers } = await world.ask(BROWSER, 'GET', '/api/reference/');
  assert.match(String(headers['permissions-policy']), /microphone=\(\)/);
});

test('a program that asks for what is not there is told so, and so is a browser within the API', async () => {
  const asked = [
    await world.ask(PROGRAM, 'GET', '/meters/0a1b2c'),
    await world.ask(BROWSER, 'GET', '/api/v1/nothing'),
    await world.ask(BROWSER, 'POST', '/meters/0a1b2c', {}),
  ];
  assert.deepEqual(
    asked.map(({ status, json }) => [status, json.code]),
    asked.map(() => [404, 'not-found']),
  );
});

test('a file that is named by its content is kept for ever, and comes compressed to whoever can read that', async () => {
  const plain = await world.ask(PROGRAM, 'GET', '/assets/main-0a1b.js');
  assert.equal(plain.text, SCRIPT);
  assert.match(String(plain.headers['content-type']), /javascript/);
  assert.match(String(plain.headers['cache-control']), /immutable/);
  const packed = await world.ask({ headers: { 'accept-encoding': 'br' } }, 'GET', '/assets/main-0a1b.js');
  assert.equal(packed.headers['content-encoding'], 'br');
});

test('nothing outside of the folder is a file of the pages', async () => {
  for (const path of ['/assets/..%2f..%2fpackage.json', '/assets/%2e%2e%2findex.html%00', '/assets/absent.js']) {
    const { status, text } = await world.ask(PROGRAM, 'GET', path);
    assert.ok(status === 404 || status === 403 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(text, /"name": "wattpurse"/, path);
  }
});

test('pages that were not built say how to build them, and the API answers all the same', async () => {
  const { status, json } = await unbuilt.ask(BROWSER, 'GET', '/');
  assert.equal(status, 404);
  assert.match(String(json.detail), /npm run console/);
  assert.equal((await unbuilt.ask(PROGRAM, 'GET', '/health')).status, 200);
});

test('a session says what its role may do, and the utility where and when it is', async () => {
  const operator = await world.as('operator');
  const cashier = await world.as('cashier');
  const session = (await world.ask(cashier, 'GET', '/api/v1/session')).json;
  assert.equal(session.operations?.buy, 'all');
  assert.equal(session.operations?.closePurse, undefined);
  const { json } = await world.ask(operator, 'GET', '/api/v1/utility');
  assert.equal(json.zone, 'Europe/Berlin');
  assert.equal(json.currency?.exponent, 2);
  assert.ok(Number.isFinite(Date.parse(String(json.now))));
});
