import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UssdForm } from '../phone/ports.ts';
import { CallbackServer } from './callback-server.ts';
import { TelephoneWeb, ussdForm } from './telephone-web.ts';

const KEY = 'a-key-that-nobody-guesses';

/** A server with them, and what it was told. */
async function served(t: { after: (work: () => Promise<void>) => void }) {
  const told: UssdForm[] = [];
  const web = new TelephoneWeb({
    ussd: {
      key: KEY,
      take: async (form) => {
        told.push(form);
        return 'CON 안녕';
      },
    },
  });
  const server = new CallbackServer((path, body) => web.take(path, body));
  const port = await server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  const post = (path: string, body: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
  return { told, post };
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
