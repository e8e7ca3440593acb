import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import twilio from 'twilio';
import { MessageFolder } from './message-folder.ts';
import { MessageHttp } from './message-http.ts';

const ID = '8232399999999-0123456789abcdef';
const MESSAGE = { id: ID, number: '821012345678', text: '계량기 000000000: 20.00 EUR 충전 & more' };
const ACCOUNT = `AC${'a'.repeat(32)}`;
const TOKEN = 'f'.repeat(32);

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly type: string;
  readonly fields: readonly (readonly [string, string])[];
}

/** Takes requests and answers them in turn, with a status and a body; nothing breaks the connection. */
async function served(t: TestContext, ...answers: (readonly [number, object] | undefined)[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
    const type = (headers['content-type'] ?? '').split(';')[0] ?? '';
    asked.push({ method, url, authorization: headers.authorization, type, fields });
    const answer = answers.shift();
    if (answer === undefined) return request.socket.destroy();
    response.writeHead(answer[0], { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer[1]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The address of a port at which nobody listens any more. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const QUEUED = [201, { sid: `SM${'b'.repeat(32)}`, status: 'queued' }] as const;

test('a message is asked for as the official client asks for it', async (t) => {
  const { asked, url } = await served(t, QUEUED, QUEUED);
  const statusUrl = 'https://utility.example/messages/status';
  const carrier = new MessageHttp({ ...{ account: ACCOUNT, token: TOKEN, from: '+4930123456', url, statusUrl }, warn });
  assert.deepEqual(await carrier.send(MESSAGE), { outcome: 'handed' });
  const client = twilio(ACCOUNT, TOKEN);
  client.api.baseUrl = url;
  await client.messages.create({
    ...{ to: '+821012345678', from: '+4930123456', body: MESSAGE.text, statusCallback: `${statusUrl}/${ID}` },
  });
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[0], asked[1]);
});

const warnings: string[] = [];
const warn = (sentence: string) => void warnings.push(sentence);

test('what was certainly not taken is away, what never will be is refused, and the rest is unclear', async (t) => {
  const refusals = [
    [[400, { code: 21211, message: 'The To number 821012345678 is not valid' }], 'refused'],
    [[401, { code: 20003 }], 'away'],
    [[429, { code: 20429 }], 'away'],
    [[503, {}], 'away'],
    [[500, {}], 'unclear'],
    [undefined, 'unclear'],
  ] as const;
  const { url } = await served(t, ...refusals.map(([answer]) => answer));
  const carrier = new MessageHttp({ ...{ account: ACCOUNT, token: TOKEN, from: 'Utility', url }, warn });
  for (const [answer, outcome] of refusals) {
    const sent = await carrier.send(MESSAGE);
    assert.equal(sent.outcome, outcome, JSON.stringify(answer));
    assert.ok(!JSON.stringify([sent, warnings]).includes(MESSAGE.number));
  }
  assert.match(warnings[0] ?? '', /status 401, code 20003: it is sent again\.$/);
  const gone = await closedPort();
  const nobody = new MessageHttp({
    ...{ account: ACCOUNT, token: TOKEN, from: 'Utility', url: gone },
    warn,
  });
  assert.deepEqual(await nobody.send(MESSAGE), { outcome: 'away', why: 'nobody was reached (ECONNREFUSED)' });
});

test('a folder has one file for a message however often it is sent, and what it becomes is told until it is forgotten', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-messages-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const carrier = new MessageFolder(join(folder, 'out'));
  const path = (name: string) => join(folder, 'out', name);
  assert.deepEqual(await carrier.send(MESSAGE), { outcome: 'handed' });
  assert.deepEqual(await carrier.send(MESSAGE), { outcome: 'handed' });
  assert.deepEqual(readdirSync(path('')), [`${ID}.json`]);
  const { number, text } = JSON.parse(readFileSync(path(`${ID}.json`), 'utf8'));
  assert.deepEqual([number, text], ['+821012345678', MESSAGE.text]);
  assert.deepEqual(await carrier.news(), []);
  renameSync(path(`${ID}.json`), path(`${ID}.delivered`));
  const failed = ID.replace('0', '1');
  writeFileSync(path('notes.failed'), 'not a message');
  writeFileSync(path(`${failed}.failed`), 'no such number\nand more');
  const news = [
    { id: ID, state: 'delivered' },
    { id: failed, state: 'failed', why: 'no such number' },
  ];
  assert.deepEqual(
    (await carrier.news()).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    news,
  );
  await carrier.forget(news.map(({ id }) => id));
  assert.deepEqual([await carrier.news(), readdirSync(path(''))], [[], ['notes.failed']]);
});

test('a folder that is gone takes nothing, and what is sent may be sent again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-messages-'));
  const carrier = new MessageFolder(folder);
  rmSync(folder, { recursive: true });
  assert.deepEqual(await carrier.send(MESSAGE), { outcome: 'away', why: 'its file could not be written (ENOENT)' });
  assert.deepEqual(await carrier.news(), []);
});
