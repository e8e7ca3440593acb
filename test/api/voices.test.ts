import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { DemoWorld } from './demo-world.ts';
import { NOBODY, type Visitor } from './world.ts';

/** Whoever does not answer one before the next is let go: time enough for a machine that does much else. */
const HEARTBEAT_MS = 400;

let demo: DemoWorld;
let address: string;
let kim: Visitor;
before(async () => {
  demo = await DemoWorld.open({ settings: { live: { heartbeatMs: HEARTBEAT_MS } } });
  address = await demo.app.listen({ host: '127.0.0.1', port: 0 });
  kim = await demo.as('subscriber');
});
after(() => demo.close());

const path = (meter: string) => `/demo/meters/${meter}/voice`;
const opened = (visitor: Visitor, origin = address): WebSocket => {
  const url = `${address.replace('http', 'ws')}/api/v1${path(demo.meter())}`;
  const socket = new WebSocket(url, { headers: { ...visitor.headers, origin } });
  socket.on('error', () => undefined);
  return socket;
};
const refusalOf = async (socket: WebSocket): Promise<number> => {
  const [, response] = await once(socket, 'unexpected-response');
  response.resume();
  return response.statusCode;
};
const sentenceOf = async (socket: WebSocket): Promise<string> => String((await once(socket, 'close'))[1]);
const hasVoice = async () => (await demo.ask(kim, 'GET', path(demo.meter()))).json.hasVoice;

test('at the panel of a meter somebody speaks and hears, as long as their page is open', async () => {
  assert.equal(await hasVoice(), false);
  const socket = opened(kim);
  await once(socket, 'open');
  assert.equal(await hasVoice(), true);
  const heard: Int16Array[] = [];
  const { svpmsn } = demo.house();
  const talk = demo.voices.talk(svpmsn, (sound) => heard.push(sound));
  const sound = Int16Array.from({ length: 160 }, (_, i) => i - 80);
  const came = once(socket, 'message');
  talk.say(sound);
  const [bytes] = (await came) as [Buffer];
  assert.deepEqual([bytes.length, bytes.readInt16LE(0)], [320, -80]);
  socket.send(bytes);
  while (heard.length === 0) await new Promise(setImmediate);
  assert.deepEqual(heard, [sound]);
  talk.end();
  const another = opened(kim);
  assert.match(await sentenceOf(socket), /^Somebody speaks at this meter in another window/);
  another.send('hello');
  assert.match(await sentenceOf(another), /^Only sound is said here/);
  while (demo.voices.has(svpmsn)) await new Promise(setImmediate);
});

test('nobody speaks there who is not logged in, from another page, or at a meter that there is not', async () => {
  assert.equal(await refusalOf(opened(NOBODY)), 401);
  assert.equal(await refusalOf(opened(kim, 'https://elsewhere.example')), 403);
  assert.equal((await demo.ask(kim, 'GET', path('ffffff'))).json.code, 'meter-unknown');
  assert.equal(await hasVoice(), false);
  const leaves = opened(kim);
  await once(leaves, 'open');
  const other = await demo.as('cashier');
  const cashier = opened(other);
  await once(cashier, 'open');
  const response = await fetch(`${address}/api/v1/session`, { method: 'DELETE', headers: { ...other.headers } });
  assert.equal(response.status, 204);
  assert.match(await sentenceOf(cashier), /^You are logged out/);
});
