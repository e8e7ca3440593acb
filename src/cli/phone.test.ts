import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { freePort } from '../adapters/free-port.testing.ts';
import { DATABASE_FILE } from './folder-files.ts';
import { runIn } from './in-process.testing.ts';
import { Child, oneTimePassword, Running } from './running.testing.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const hasEspeak = spawnSync('espeak-ng', ['--version']).error === undefined;
const KEY = 'a-key-that-nobody-guesses';

test('the voucher that lies beside the telephone pays when its number is keyed', async () => {
  const child = spawn(process.execPath, [MAIN, 'phone', 'try'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const voucher = Promise.withResolvers<string>();
  const stored = Promise.withResolvers<void>();
  let said = '';
  child.stdout.on('data', (text) => {
    said += String(text);
    const [, number] = /beside the telephone: ([\d ]{19})\./.exec(said) ?? [];
    if (number !== undefined) voucher.resolve(number.replaceAll(' ', ''));
    if (/is in the meter\.\nYour approval[\s\S]*For the menu/.test(said)) stored.resolve();
  });
  child.on('exit', () => stored.reject(new Error(said)));
  const key = (...lines: string[]) => child.stdin.write(lines.map((line) => `${line}\n`).join(''));
  const number = await voucher.promise;
  key('5', number, '1');
  await stored.promise;
  child.stdin.end();
  await once(child, 'close');
  assert.match(said, /To use a voucher, press 5\./);
  assert.match(said, /You pay 20\.00 EUR by your voucher/);
});

/** What is printed to somebody who keys these lines. */
async function keyed(lines: readonly string[], ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, 'phone', 'try', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  return text(child.stdout);
}

test('the dialogue can be tried as text: somebody buys by mobile money, and the meter has the value', async () => {
  const said = await keyed(['2', '1', '2', '1', '1', '1']);
  assert.match(said, /^The first house has meter 006623162 and PIN \d{6}/);
  assert.match(said, /You pay 20\.00 EUR by the mobile money of this telephone for meter 0 0 6, 6 2 3, 1 6 2\./);
  assert.match(
    said,
    /Please confirm the payment on your telephone\.\n[\s\S]*20\.00 EUR is in the meter\.\nYour approval/,
  );
  assert.match(said, /Your balance is \d+\.\d\d EUR\./);
});

test('a host that is named answers as it does to a USSD gateway, and to nobody without its key', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-phone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const port = await freePort();
  writeFileSync(join(folder, 'ussd.key'), `${KEY}\n`);
  writeFileSync(
    join(folder, 'host.json'),
    JSON.stringify({ telephone: { callbackPort: port, ussdKeyFile: 'ussd.key' } }),
  );
  const host = new Running(folder, [
    'host',
    '--data',
    'data',
    '--zone',
    'Europe/Berlin',
    '--listen',
    '127.0.0.1:0',
    '--configuration',
    'host.json',
  ]);
  assert.equal((await host.ask('/health')).status, 200);
  const url = `http://127.0.0.1:${port}/ussd/${KEY}`;
  const said = await keyed(['1', '006623162', '#', ''], '--url', url);
  assert.match(said, /For English, press 1\.\n한국어는 2번을 눌러 주세요\.\nKey in the nine digits of your meter\.\n/);
  assert.match(said, /There is no such meter here\.\nKey in the nine digits of your meter\.\n/);
  assert.equal((await fetch(`${url}x`, { method: 'POST', body: '' })).status, 404);
  assert.equal(await host.stop(), 0);
});

test('a call that a host was killed over is closed as broken off when one starts again, and messages have their folder', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-phone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const port = await freePort();
  writeFileSync(join(folder, 'ussd.key'), KEY);
  const messages = { type: 'folder', path: 'out' };
  const telephone = { callbackPort: port, ussdKeyFile: 'ussd.key', messages };
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ telephone }));
  const begun = async () => {
    const at = ['--data', 'data', '--zone', 'Europe/Berlin', '--listen', '127.0.0.1:0'];
    const host = new Running(folder, ['host', ...at, '--configuration', 'host.json']);
    assert.equal((await host.ask('/health')).status, 200);
    return host;
  };
  const killed = await begun();
  const body = new URLSearchParams({ sessionId: 's', serviceCode: '*1#', phoneNumber: '+4930123456', text: '' });
  const said = await fetch(`http://127.0.0.1:${port}/ussd/${KEY}`, { method: 'POST', body });
  assert.match(await said.text(), /^CON /);
  await killed.stop('SIGKILL');
  const calls = () => {
    const books = new DatabaseSync(join(folder, 'data', DATABASE_FILE), { readOnly: true });
    const rows = books.prepare('SELECT state, steps FROM calls').all();
    books.close();
    return rows.map(({ state, steps }) => [state, JSON.parse(String(steps)).at(-1)?.name]);
  };
  assert.deepEqual(calls(), [['live', 'begun']]);
  assert.equal(await (await begun()).stop(), 0);
  assert.deepEqual(calls(), [['ended', 'broken-off']]);
  assert.ok(existsSync(join(folder, 'out')));
});

test('at a host with a SIP telephone an operator takes calls, and at one without there is no place for it', {
  skip: hasEspeak ? false : 'needs the Debian package espeak-ng',
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-phone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const sip = { address: '127.0.0.1', port: await freePort() };
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ telephone: { sip } }));
  const at = ['host', '--data', 'data', '--zone', 'Europe/Berlin', '--listen', '127.0.0.1:0'];
  const PATH = '/api/v1/calls/desk';
  const manager = new Child(folder, ['manager', 'boss', '--data', 'data']);
  const password = oneTimePassword(await manager.said(/.*one-time password \S+/));
  assert.equal(await manager.ended(), 0);
  const host = new Running(folder, [...at, '--configuration', 'host.json']);
  t.after(() => host.stop('SIGKILL'));
  const operator = await operatorOf(host, password);
  assert.deepEqual(await (await host.ask(PATH, { headers: operator })).json(), { takers: 0, waiting: [] });
  const base = (await host.address).replace('http', 'ws');
  const headers = { cookie: operator.cookie, origin: await host.address };
  const socket = new WebSocket(base + PATH, { headers });
  const [first] = await once(socket, 'message');
  assert.deepEqual(JSON.parse(String(first)), { type: 'waiting', calls: [] });
  const closed = once(socket, 'close');
  assert.equal(await host.stop(), 0);
  assert.equal((await closed)[0], 1_001);
  const deaf = new Running(folder, at);
  const lee = await deaf.logIn('lee', PASSWORD);
  assert.equal((await deaf.ask(PATH, { headers: lee })).status, 404);
  assert.equal(await deaf.stop(), 0);
});

const PASSWORD = 'a good long password 1';

/** An operator at a host of which nobody but the manager is known. */
async function operatorOf(host: Running, password: string): Promise<Record<string, string>> {
  const chosen = async (login: string, old: string) => {
    const first = await host.logIn(login, old);
    const choice = { old, new: PASSWORD };
    assert.equal((await host.json('PUT', '/api/v1/session/password', choice, first)).status, 204);
    return host.logIn(login, PASSWORD);
  };
  const boss = await chosen('boss', password);
  const added = await host.json('POST', '/api/v1/people', { login: 'lee', name: 'Lee', role: 'operator' }, boss);
  const { oneTimePassword: lees } = (await added.json()) as { oneTimePassword: string };
  return chosen('lee', lees);
}

test('what cannot be tried is refused in one sentence', async () => {
  const wrong = async (...args: readonly string[]) => {
    const { code, err } = await runIn(tmpdir(), 'phone', ...args);
    assert.equal(code, 2);
    return err;
  };
  assert.match(await wrong(), /^phone is called as wattpurse phone try/);
  assert.match(await wrong('try', '--from', '+82'), /^--from is a number with the code of its country/);
  assert.match(await wrong('try', '--url', 'ftp://x'), /^--url is the address of the USSD callbacks/);
  const { code, err } = await runIn(tmpdir(), 'phone', 'try', '--url', 'http://127.0.0.1:1/ussd/x');
  assert.deepEqual([code, err.startsWith('Nobody answers at http://127.0.0.1:1/ussd/x: check')], [1, true]);
});
