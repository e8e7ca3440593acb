import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import type { UssdForm, VoiceForm } from '../phone/ports.ts';
import { CallbackServer } from './callback-server.ts';
import { TelephoneWeb, ussdForm } from './telephone-web.ts';

const KEY = 'a-key-that-nobody-guesses';
const TOKEN = 'ffffffffffffffffffffffffffffffff';
const MESSAGE_ID = '8232399999999-0123456789abcdef';
const ORIGIN = 'https://utility.example';

/** A server with them, and what it was told. */
async function served(t: { after: (work: () => Promise<void>) => void }) {
  const told: (UssdForm | VoiceForm | string)[] = [];
  const warnings: string[] = [];
  const web = new TelephoneWeb({
    warn: (sentence) => warnings.push(sentence),
    voice: {
      ...{ url: ORIGIN, token: TOKEN, ended: (callSid: string) => void told.push(`ended ${callSid}`) },
      take: async (form) => {
        told.push(form);
        return '<Response/>';
      },
    },
    messages: {
      ...{ url: ORIGIN, token: TOKEN },
      news: async (news) => {
        told.push(JSON.stringify(news));
        return news.id === MESSAGE_ID;
      },
    },
    ussd: {
      key: KEY,
      take: async (form) => {
        told.push(form);
        return 'CON 안녕';
      },
    },
  });
  const server = new CallbackServer((path, body, headers) => web.take(path, body, headers));
  const port = await server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  return { told, post, warnings };
}

test('a gateway that has the key is answered in its own form', async (t) => {
  const { told, post } = await served(t);
  const form = 'sessionId=ATUid_1&serviceCode=*384%23&phoneNumber=%2B821012345678&text=1*2';
  const answer = await post(`/ussd/${KEY}`, form);
  assert.deepEqual(
    [answer.status, answer.headers.get('content-type'), await answer.text()],
    [200, 'text/plain; charset=utf-8', 'CON 안녕'],
  );
  assert.deepEqual(told, [{ sessionId: 'ATUid_1', phoneNumber: '+821012345678', text: '1*2' }]);
});

test('who has another key, another path, or a form that is none, is told nothing', async (t) => {
  const { told, post } = await served(t);
  const form = 'sessionId=1&phoneNumber=2&text=';
  for (const path of ['/ussd/', '/ussd/other', `/ussd/${KEY}x`, `/ussd/${KEY.slice(1)}`, `/${KEY}`, '/']) {
    assert.equal((await post(path, form)).status, 404, path);
  }
  for (const body of ['', 'sessionId=1', 'sessionId=1&phoneNumber=2', `${form}&text=1`, `${form}&sessionId=2`]) {
    assert.equal((await post(`/ussd/${KEY}`, body)).status, 404, body);
    assert.equal(ussdForm(body), undefined);
  }
  assert.deepEqual(told, []);
});

/** A webhook as the other side sends it, signed by its own library. */
function webhook(path: string, fields: Record<string, string>) {
  const signature = twilio.getExpectedTwilioSignature(TOKEN, `${ORIGIN}${path}`, fields);
  return { path, body: new URLSearchParams(fields).toString(), headers: { 'x-twilio-signature': signature } };
}
const CALL = { CallSid: `CA${'a'.repeat(32)}`, From: '+821012345678', CallStatus: 'in-progress', Digits: '12 + 3&=ä' };

test('a webhook that its own library signed is taken, whatever is in it', async (t) => {
  const { told, post, warnings } = await served(t);
  const { path, body, headers } = webhook('/voice?turn=3', CALL);
  const answer = await post(path, body, headers);
  assert.deepEqual(
    [answer.status, answer.headers.get('content-type'), await answer.text()],
    [200, 'text/xml; charset=utf-8', '<Response/>'],
  );
  const form = { callSid: CALL.CallSid, from: CALL.From, turn: 3, digits: CALL.Digits, isEndedByHash: false };
  const ended = webhook('/voice/status', { CallSid: CALL.CallSid, CallStatus: 'completed' });
  assert.equal((await post(ended.path, ended.body, ended.headers)).status, 200);
  const rings = webhook('/voice/status', { CallSid: CALL.CallSid, CallStatus: 'ringing' });
  assert.equal((await post(rings.path, rings.body, rings.headers)).status, 200);
  assert.deepEqual([told, warnings], [[form, `ended ${CALL.CallSid}`], []]);
});

test('a forged webhook does nothing, whatever of it was changed, and the log says so once', async (t) => {
  const { told, post, warnings } = await served(t);
  const { path, body, headers } = webhook('/voice?turn=3', CALL);
  const signature = headers['x-twilio-signature'];
  const others = [
    [path, body, {}],
    ['/voice?turn=4', body, headers],
    ['/voice', body, headers],
    [path, body.replace('Digits=12', 'Digits=13'), headers],
    [path, `${body}&Digits=1`, headers],
    [path, `${body}&FinishedOnKey=%23`, headers],
    [path, body, { 'x-twilio-signature': signature.toLowerCase() }],
    [path, body, { 'x-twilio-signature': `${signature}=` }],
    [path, body, { 'x-twilio-signature': twilio.getExpectedTwilioSignature('other', `${ORIGIN}${path}`, CALL) }],
  ] as const;
  for (const [at, what, how] of others) assert.equal((await post(at, what, how)).status, 404, `${at} ${what}`);
  assert.deepEqual([told.length, warnings.length], [0, 1]);
});

test('what became of a message is taken from whoever signs it, with its id, and from nobody else', async (t) => {
  const { post, told } = await served(t);
  const path = `/messages/status/${MESSAGE_ID}`;
  const signed = (at: string, fields: Record<string, string>) => ({
    'x-twilio-signature': twilio.getExpectedTwilioSignature(TOKEN, `${ORIGIN}${at}`, fields),
  });
  const delivered = { MessageSid: 'SM1', MessageStatus: 'delivered' };
  const body = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  assert.equal((await post(path, body(delivered), signed(path, delivered))).status, 200);
  const failed = { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30003' };
  assert.equal((await post(path, body(failed), signed(path, failed))).status, 200);
  const queued = { MessageSid: 'SM1', MessageStatus: 'sent' };
  assert.equal((await post(path, body(queued), signed(path, queued))).status, 200);
  const news = [
    { id: MESSAGE_ID, state: 'delivered' },
    { id: MESSAGE_ID, state: 'failed', why: 'code 30003' },
  ];
  assert.deepEqual(
    told,
    news.map((each) => JSON.stringify(each)),
  );
  assert.equal((await post(path, body(delivered))).status, 404);
  assert.equal((await post(path, body(failed), signed(path, delivered))).status, 404);
  const other = '/messages/status/another';
  assert.equal((await post(other, body(delivered), signed(path, delivered))).status, 404);
  assert.equal((await post(other, body(delivered), signed(other, delivered))).status, 404);
  assert.equal(told.length, 3);
});
