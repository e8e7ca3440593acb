import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pg from 'pg';
import { postgresMissing, startPostgres } from '../storage/postgres.testing.ts';
import { database } from './database-command.ts';
import { WrongUse } from './usage.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-database-'));
after(() => rmSync(scratch, { recursive: true }));

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    encoding: 'utf8',
    cwd: scratch,
    env: { ...process.env, WATTPURSE_PASSPHRASE: 'a passphrase of a test' },
  });

const URL = 'postgres://a@127.0.0.1:1/b';
const WRONG_USES: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^database is followed by copy or compare, not ""\.$/],
  [['move', '--from', 'a', '--to', URL], /not "move"\.$/],
  [['copy', '--to', URL], /^database needs --from with the folder of a host, or a database/],
  [['copy', '--from', '', '--to', URL], /^--from must name a folder or a database, not ""\.$/],
  [['copy', '--from', 'unmade'], /^database needs --to /],
  [['copy', '--from', 'unmade', '--to', 'unmade2'], /takes a folder and a database of PostgreSQL/],
  [['compare', '--from', URL, '--to', URL], /^database compare takes a folder and a database/],
  [['copy', '--from', 'unmade', '--to', 'mysql://a/b'], /^--to must be of PostgreSQL/],
  [['copy', '--from', 'postgres://a:secret@b/c', '--to', 'unmade'], /^--from may not hold a password.* PGPASSWORD/],
  [['copy', '--from', 'unmade', '--to', URL, '--force'], /^There is no option --force/],
  [['copy', 'x', '--from', 'unmade', '--to', URL], /^Unexpected argument 'x'/],
  [['copy', '--from', join(scratch, 'demo'), '--to', URL], /holds a demo, which lives in its folder alone/],
  [['copy', '--from', join(scratch, 'unmade'), '--to', URL], /holds no wattpurse\.db: name the folder of a host\.$/],
  [['copy', '--from', URL, '--to', join(scratch, 'foreign')], /holds files that are not Wattpurse's/],
];

test('each wrong use is one sentence, and nothing is made', async () => {
  mkdirSync(join(scratch, 'demo'));
  writeFileSync(join(scratch, 'demo', 'demo.json'), '{}');
  mkdirSync(join(scratch, 'foreign'));
  writeFileSync(join(scratch, 'foreign', 'letter.txt'), '');
  for (const [args, sentence] of WRONG_USES) {
    const said = (error: unknown) =>
      error instanceof WrongUse && sentence.test(error.message) && !/\n|secret/.test(error.message);
    await assert.rejects(database(args), said, args.join(' '));
  }
  assert.deepEqual(readdirSync(scratch).sort(), ['demo', 'foreign']);
});

test('a host goes on in PostgreSQL and back in a folder, and is stopped from going on with what it left', {
  skip: postgresMissing,
}, async () => {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  try {
    const folder = join(scratch, 'utility');
    const people = (...more: string[]) => run('manager', 'boss', '--data', folder, ...more);
    assert.equal(people().status, 0);
    const copied = run('database', 'copy', '--from', folder, '--to', server.url);
    assert.equal(copied.status, 0, copied.stderr);
    assert.match(
      copied.stdout,
      /^\d+ tables with \d+ rows are copied, and compared row by row\. The host goes on with/,
    );
    assert.match(people().stderr, /^The books of .* are in PostgreSQL, .*: name their database with --database\.$/m);
    const both = ['--from', folder, '--to', server.url];
    const same = run('database', 'compare', ...both, '--json');
    assert.deepEqual([same.status, JSON.parse(same.stdout).same], [0, true]);
    assert.match(run('database', 'compare', ...both).stdout, /^\d+ tables with \d+ rows are the same in both\.\n$/);

    assert.match(people('--database', server.url).stdout, /^System manager boss, one-time password/);
    const changed = run('database', 'compare', ...both);
    assert.equal(changed.status, 1);
    assert.match(changed.stdout, /^people: 1 not the same \(boss\)\.$/m);
    assert.match(changed.stdout, /^audit: 1 only in postgres:.* \(2\)\.$/m);
    const refused = (args: readonly string[], words: RegExp) =>
      assert.rejects(database(args), (error) => error instanceof WrongUse && words.test(error.message));
    await refused(['copy', ...both], /^The host of .* goes on in PostgreSQL/);

    const back = ['copy', '--from', server.url, '--to', folder];
    await refused(back, /wattpurse\.db is there already: move it away/);
    rmSync(join(folder, 'wattpurse.db'));
    await client.connect();
    await client.query("SET application_name = 'wattpurse public'");
    await refused(back, /^A host is at that database .*: stop all its hosts, and copy then\.$/);
    assert.equal(existsSync(join(folder, 'wattpurse.db')), false);
    await client.query('RESET application_name; UPDATE wattpurse_version SET version = 99');
    await refused(back, /has version 99, and this program knows up to/);
    await client.query('UPDATE wattpurse_version SET version = 1');
    const returned = run('database', ...back, '--json');
    assert.equal(returned.status, 0, returned.stderr);
    assert.equal(JSON.parse(returned.stdout).same, true);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
    assert.match(people('--database', server.url).stderr, /has books of its own: leave --database out/);
    assert.equal(people().status, 0);
  } finally {
    await client.end();
    await server.stop();
  }
});

test('a database that does not answer is one sentence', () => {
  const folder = join(scratch, 'alone');
  assert.equal(run('manager', 'boss', '--data', folder).status, 0);
  const { status, stdout, stderr } = run('database', 'copy', '--from', folder, '--to', URL);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^[^\n]*The database does not serve [^\n]*; nothing was changed\.\n$/);
});
