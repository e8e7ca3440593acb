import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openPostgresStore } from '../storage/index.ts';
import { postgresMissing as skip } from '../storage/postgres.testing.ts';
import { startPostgresPair } from '../storage/postgres-pair.testing.ts';
import { runIn } from './in-process.testing.ts';
import { env, layKeys, oneTimePassword, Running } from './running.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-failover-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);

test('a host whose database failed over to one that had not followed ends with one sentence, and starts with the question to all meters', {
  skip,
}, async () => {
  const pair = await startPostgresPair();
  try {
    await layKeys(join(scratch, 'utility'));
    const books = ['--data', 'utility', '--database', pair.url];
    const made = await runIn(scratch, 'manager', 'boss', ...books);
    assert.equal(made.code, 0, made.err);
    const host = new Running(scratch, ['host', ...books, '--listen', '127.0.0.1:0']);
    const password = oneTimePassword(made.out);
    await host.logIn('boss', password);
    await pair.unfollow();
    await host.logIn('boss', password);
    await pair.failOver();
    const ask = () => host.json('POST', '/api/v1/session', { login: 'boss', password }).catch(() => undefined);
    while ((await ask()) !== undefined);
    assert.equal(await host.ended(), 1);
    const last = host.lines.at(-1)?.trim().split('\n') ?? [];
    assert.match(
      last.at(-1) ?? '',
      /^utility.*The database has forgotten what it had confirmed.*start this host again/,
    );
    const next = new Running(scratch, ['host', ...books, '--listen', '127.0.0.1:0']);
    await next.logIn('boss', password);
    const store = await openPostgresStore(pair.url);
    const facts = await store.read(async (tx) => [await tx.fact('restored'), await tx.fact('restored-at')]);
    await store.close();
    assert.deepEqual([facts[0], typeof facts[1]], [0, 'number'], 'it knows that its books were put back');
    assert.equal(await next.stop(), 0);
  } finally {
    await pair.stop();
  }
});
