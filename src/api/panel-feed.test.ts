import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fastify from 'fastify';
import { Metrics } from './metrics.ts';
import { PanelFeed } from './panel-feed.ts';
import type { PanelJson } from './schemas/demo.ts';

test('a panel on which only clocks go on is looked at and not sent again, and all watchers end with the feed', async () => {
  const feed = new PanelFeed(new Metrics(), { everyMs: 1 });
  let looks = 0;
  const panel = () => ({ now: String(looks++), clock: 'running', power: looks < 9 }) as unknown as PanelJson;
  const app = fastify();
  app.get('/', (_, reply) => feed.join(reply as never, { by: 'kim', panel, allowed: async () => true }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const [answer] = (await once(get({ host: '127.0.0.1', port }), 'response')) as [IncomingMessage];
  assert.equal(answer.headers['x-accel-buffering'], 'no', 'no proxy gathers what is told at once');
  let text = '';
  for await (const chunk of answer) {
    text += chunk;
    if (text.includes('"power":false')) feed.close();
  }
  assert.deepEqual(text.match(/"power":\w+/g), ['"power":true', '"power":false']);
  assert.ok(looks >= 9);
  await app.close();
});
