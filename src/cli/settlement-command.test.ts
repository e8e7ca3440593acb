import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runIn } from './in-process.testing.ts';
import { readPeer } from './settlement-peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-settlement-'));
after(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]) => runIn(folder, 'settlement', ...args);

for (const [args, sentence] of [
  [[], /^settlement is followed by tariff, close, list, show, claim, correct, serve, key, not ""\.$/m],
  [['close'], /^settlement close takes a month: see "wattpurse help settlement"\.$/m],
  [['list', '2026-03'], /^settlement list takes nothing more: /],
  [['close', '2026-03', '--losses', '2.345'], /^--losses is a percentage such as 2 or 3\.65, not "2\.345"\.$/m],
  [['show', '2026-03', '--pd', 'x'], /^There is no option --pd: --pdf was probably meant, /],
] as const) {
  test(`settlement ${args.join(' ')} is refused in one sentence`, async () => {
    const { code, out, err } = await run(...args);
    assert.deepEqual([code, out, err.trimEnd().split('\n').length], [2, '', 1]);
    assert.match(err, sentence);
  });
}

test('a key is drawn once, and a file of a peer is read with it or refused by what it lacks', async () => {
  assert.equal((await run('key', 'hanbit')).code, 0);
  const secret = readFileSync(join(folder, 'hanbit.jwk'), 'utf8');
  assert.equal((await run('key', 'hanbit')).code, 2);
  assert.equal(readFileSync(join(folder, 'hanbit.jwk'), 'utf8'), secret);
  assert.ok(!readFileSync(join(folder, 'hanbit.jwks'), 'utf8').includes('"d"'));

  const path = join(folder, 'peer.json');
  const pem = { certificate: 'a.pem', key: 'a.pem', peerCertificate: 'a.pem' };
  writeFileSync(join(folder, 'a.pem'), 'PEM');
  const peer = {
    ...{ self: 'hanbit', name: 'korea-power', host: '127.0.0.1', port: 8543, ...pem },
    ...{ signingKey: 'hanbit.jwk', keys: 'hanbit.jwks' },
  };
  const read = (changed: object) => {
    writeFileSync(path, JSON.stringify({ ...peer, ...changed }));
    return readPeer(path);
  };
  const { self, name, port, certificate } = await read({});
  assert.deepEqual([self, name, port, certificate], ['hanbit', 'korea-power', 8543, 'PEM']);
  await assert.rejects(read({ name: 'Korea Power' }), /"name" must be lower-case letters/);
  await assert.rejects(read({ port: 65_536 }), /"port" must be a whole number from 0 to 65535/);
  await assert.rejects(read({ host: '' }), /"host" must be a text/);
  await assert.rejects(read({ key: 'none.pem' }), /none\.pem cannot be read/);
  await assert.rejects(read({ signingKey: 'hanbit.jwks' }), /no private JWK/);
});
