import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit } from './rate.ts';

const MINUTE_MS = 60_000;

test('a client asks so often in a minute and is then told to wait until the next, while others ask', () => {
  const limit = new RateLimit(3);
  const waits = [0, 1, 2, 3, 20_000, 59_000].map((at) => limit.waitSeconds('192.0.2.1', at));
  assert.deepEqual(waits, [0, 0, 0, 60, 40, 1]);
  assert.equal(limit.waitSeconds('192.0.2.2', 59_000), 0, 'another client');
  assert.equal(limit.waitSeconds('192.0.2.1', MINUTE_MS - 1), 1, 'the minute is not over');
  const next = [0, 1, 2, 3].map((ms) => limit.waitSeconds('192.0.2.1', MINUTE_MS + ms));
  assert.deepEqual(next, [0, 0, 0, 60], 'the next minute is like the first');
});

test('all addresses of one IPv6 network are one client, however they are written', () => {
  const limit = new RateLimit(1);
  assert.equal(limit.waitSeconds('2001:db8:0:7::1', 0), 0);
  for (const same of ['2001:db8:0:7::2', '2001:DB8:0:7:ffff:ffff:ffff:ffff', '2001:0db8:0000:0007::1']) {
    assert.equal(limit.waitSeconds(same, 0), 60, same);
  }
  for (const other of ['2001:db8:0:8::1', '2001:db8:1:7::1', '2002:db8:0:7::1']) {
    assert.equal(limit.waitSeconds(other, 0), 0, other);
  }
});

test('an IPv4 address within IPv6 is the client of that address, and of no other', () => {
  const limit = new RateLimit(1);
  assert.equal(limit.waitSeconds('192.0.2.1', 0), 0);
  for (const same of ['::ffff:192.0.2.1', '::ffff:c000:201', '::FFFF:192.0.2.1']) {
    assert.equal(limit.waitSeconds(same, 0), 60, same);
  }
  assert.equal(limit.waitSeconds('::ffff:192.0.2.2', 0), 0);
});

test('what is no address has a count of its own', () => {
  const limit = new RateLimit(1);
  for (const client of ['', 'unknown', '_hidden', 'a:b', '::1::', '1.2.3']) {
    assert.deepEqual([limit.waitSeconds(client, 0), limit.waitSeconds(client, 0)], [0, 60], client);
  }
});

test('of more clients than are remembered the first of all is forgotten, and no other', () => {
  const limit = new RateLimit(1);
  for (let i = 0; i <= 10_000; i++) limit.waitSeconds(`client ${i}`, 0);
  assert.equal(limit.waitSeconds('client 1', 1), 60);
  assert.equal(limit.waitSeconds('client 10000', 1), 60);
  assert.equal(limit.waitSeconds('client 0', 1), 0);
});
