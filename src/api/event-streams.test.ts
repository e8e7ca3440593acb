import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fastify from 'fastify';
import type { ExchangeReads } from '../host/index.ts';
import { EventStreams, type StreamClient } from './event-streams.ts';
import { Metrics } from './metrics.ts';
import { PanelFeed } from './panel-feed.ts';
import { TrafficFeed } from './traffic-feed.ts';

/** The answer of a page that has left so much unread. */
class Answer extends EventEmitter {
  readonly written: string[] = [];
  destroyed = false;
  writableLength: number;
  constructor(unread = 0) {
    super();
    this.writableLength = unread;
  }
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  end(): void {
    this.emit('close');
  }
}
const clientOf = (answer: Answer): StreamClient => ({ by: 'kim', response: answer as unknown as ServerResponse });

test('a heartbeat goes to whoever has read everything, and adds nothing to what somebody left unread', () => {
  const streams = new EventStreams(new Metrics(), { unreadBytesMax: 100 });
  const [reads, lags, sleeps] = [new Answer(), new Answer(50), new Answer(101)];
  for (const answer of [reads, lags, sleeps]) streams.beat(clientOf(answer));
  assert.deepEqual(
    [reads, lags, sleeps].map(({ written, destroyed }) => [written.length, destroyed]),
    [
      [1, false],
      [0, false],
      [0, false],
    ],
  );
  // What is news is added as long as there is room for it, and then there is nobody who reads.
  for (const answer of [lags, sleeps]) streams.write(clientOf(answer), 'event: news\n\n');
  assert.deepEqual([lags.written.length, sleeps.written.length, sleeps.destroyed], [1, 0, true]);
});

test('traffic is listened to while somebody asks for it, no more when the last has gone, and again for the next', async () => {
  let listeners = 0;
  let begun = 0;
  const exchanges = {
    listen: () => {
      listeners += 1;
      begun += 1;
      return () => {
        listeners -= 1;
      };
    },
  } as unknown as ExchangeReads;
  const streams = new EventStreams<StreamClient & { readonly traffic: boolean }>(new Metrics());
  const feed = new TrafficFeed(exchanges, streams);
  const join = (traffic: boolean) => {
    const answer = new Answer();
    streams.add({ ...clientOf(answer), traffic });
    if (traffic) feed.joined();
    return answer;
  };
  join(false);
  assert.equal(begun, 0, 'who does not ask for it starts nothing');
  const [first, second] = [join(true), join(true)];
  assert.deepEqual([begun, listeners], [1, 1], 'two share one ear');
  first.end();
  await pause(250);
  assert.equal(listeners, 1);
  second.end();
  while (listeners > 0) await pause(10);
  join(true);
  assert.deepEqual([begun, listeners], [2, 1]);
  streams.close();
  while (listeners > 0) await pause(10);
});

test('a panel is watched as long as one may, and its stream ends with the first heartbeat after that', async () => {
  const feed = new PanelFeed(new Metrics(), { everyMs: 1, heartbeatMs: 5 });
  let may = true;
  let asked = 0;
  const allowed = async () => {
    asked += 1;
    if (asked === 2) throw new Error('the store is away, which is no word against anybody');
    return may;
  };
  const app = fastify();
  app.get('/', (_, reply) => feed.join(reply as never, { by: 'kim', panel: () => ({ now: '' }) as never, allowed }));
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(address);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader !== undefined);
  while (asked < 4) await reader.read();
  may = false;
  // It would wait for ever on a stream that goes on.
  while (!(await reader.read()).done);
  assert.equal(feed.hasRoom('kim'), true);
  feed.close();
  await app.close();
});
