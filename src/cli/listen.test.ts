import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import fastify from 'fastify';
import type { Api } from '../api/index.ts';
import { parseDemoOptions } from './demo-options.ts';
import { LISTEN_USUAL, listenSomewhere } from './listen.ts';

test('a demo serves its pages where people look first unless it is told where, or not to', () => {
  const listenOf = (...args: string[]) => parseDemoOptions(args).listen;
  assert.equal(listenOf(), 'usual');
  assert.equal(listenOf('--listen', 'none'), 'none');
  assert.deepEqual(listenOf('--listen', '127.0.0.1:9000'), { host: '127.0.0.1', port: 9000 });
  assert.equal(listenOf('--once'), 'none');
  assert.throws(() => listenOf('--listen', '192.0.2.1:80'), /^WrongUse: A demo listens on this machine alone/);
  assert.throws(() => listenOf('--listen', 'nowhere'), /^WrongUse: --listen must be an address of this machine/);
});

test('where something else has the usual port, pages are on a free one', async () => {
  const other = createServer();
  // Taken by us, or by whoever has it already: either way it is not free.
  await once(other.listen(LISTEN_USUAL), 'listening').catch(() => undefined);
  const app = fastify();
  try {
    const address = await listenSomewhere(app as unknown as Api);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(!address.endsWith(`:${LISTEN_USUAL.port}`), address);
    assert.equal((await fetch(`${address}/`)).status, 404);
  } finally {
    await app.close();
    other.close();
  }
});
