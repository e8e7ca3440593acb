import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { natsMissing, startNats } from '../adapters/nats.testing.ts';
import { postgresMissing, startPostgres } from '../storage/postgres.testing.ts';
import { runIn } from './in-process.testing.ts';
import { env, layKeys, oneTimePassword, Running } from './running.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-alone-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);

test('a host that has lost its database and its broker ends when it is told to, and says what it could not write any more', {
  skip: postgresMissing || natsMissing,
}, async () => {
  const [database, broker] = await Promise.all([startPostgres(), startNats()]);
  await layKeys(join(scratch, 'utility'));
  const books = ['--data', 'utility', '--database', database.url];
  const made = await runIn(scratch, 'manager', 'boss', ...books);
  const at = ['--listen', '127.0.0.1:0', '--broker', `127.0.0.1:${broker.port}`];
  const host = new Running(scratch, ['host', ...books, ...at]);
  try {
    await host.logIn('boss', oneTimePassword(made.out));
    await host.said(/Connected to the broker/);
  } finally {
    await Promise.all([database.stop(), broker.stop()]);
  }
  await host.said(/The broker is away/);
  await host.said(/The database does not serve/);
  assert.equal(await host.stop(), 1);
  assert.match(host.lines.join(''), /\}\s*utility: The database does not serve \([^)]*\): check that it runs[^{}]*$/);
});
