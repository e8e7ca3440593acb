import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { Purpose, SoftwareKeyStore, Suite, sealKeyRing } from '../crypto/index.ts';
import { CardRig } from '../host/card-rig.testing.ts';
import type { Store } from '../host/index.ts';
import { KNOWN_KEY, KNOWN_KID } from '../host/receipt.testing.ts';
import { Rig } from '../host/rig.testing.ts';
import { openSqliteStore } from '../storage/index.ts';
import { milliseconds } from '../units/index.ts';
import { sealsOf } from './book-seals.ts';
import { systemRandomness } from './demo-keys.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const PASSPHRASE = 'of the books';
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-audit-'));
after(() => rmSync(scratch, { recursive: true }));
const folder = join(scratch, 'books');

/** A folder with sealed books, and in it what somebody has done at a host. */
async function booksIn(path: string, work: (store: Store) => Promise<void>): Promise<void> {
  mkdirSync(path);
  const keyring = new SoftwareKeyStore({ utility: 1, keys: new Map() }, systemRandomness);
  await keyring.addGeneration(Purpose.value, Suite.aes128);
  const seals = sealsOf(path, async () => keyring);
  const store = openSqliteStore(path, seals);
  await work(store);
  await store.signHead({ now: milliseconds(86_400_000) });
  await store.close();
  writeFileSync(join(path, 'keyring.wpkr'), await sealKeyRing(keyring, PASSPHRASE, systemRandomness, 14));
  writeFileSync(join(path, 'host.json'), '{"version":1,"zone":"UTC"}');
}

before(() =>
  booksIn(folder, async (store) => {
    const rig = new Rig(store);
    await rig.enrol(1);
    await rig.host.sellAll([{ meter: 1, amount: 70, orderId: 'a', source: 'cash' }]);
  }),
);

function run(args: readonly string[], passphrase = PASSPHRASE) {
  const env = { ...process.env, WATTPURSE_PASSPHRASE: passphrase };
  return spawnSync(process.execPath, [MAIN, 'audit', ...args], {
    encoding: 'utf8',
    cwd: scratch,
    env,
    timeout: 60_000,
  });
}

test('the books of a host are proved with its keyring, and with the published key as far as that goes', () => {
  const whole = run(['--data', 'books']);
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(
    whole.stdout,
    /^The books are as the host wrote them: 1 postings of 2 lines, 1 signed heads, .* rows of other/,
  );
  assert.match(whole.stdout, /\nIssued 70 = stored 0 \+ in flight 70 \+ refunded 0\.\n/);
  const published = run(['--data', 'books'], '');
  assert.equal(published.status, 0, published.stderr);
  assert.match(published.stdout, /\nNot proved: \d+ rows of other tables, .* takes the keyring\.\n$/);
});

test('a changed row of a database somewhere else is named, in words and in JSON, and the end is 1', () => {
  const copy = join(scratch, 'copy.db');
  copyFileSync(join(folder, 'wattpurse.db'), copy);
  const asked = ['--database', 'copy.db', '--key', join(folder, 'keyring.wpkr')];
  assert.equal(run(asked).status, 0);
  const database = new DatabaseSync(copy);
  database.exec("UPDATE subscribers SET contact = 'elsewhere'");
  const [{ id }] = database.prepare('SELECT id FROM subscribers').all() as [{ id: string }];
  database.close();
  const { status, stdout } = run(asked);
  assert.equal(status, 1);
  assert.match(
    stdout,
    new RegExp(`^The books are NOT as .*\\n {2}subscribers ${id}: it is not what the host wrote\\.\\n`, 's'),
  );
  const report = JSON.parse(run([...asked, '--json']).stdout);
  assert.deepEqual(report.places[0], { table: 'subscribers', row: id, what: 'it is not what the host wrote' });
  assert.equal(report.findings.length, report.places.length);
});

test('receipts of sales to cards are proved by the published key, and one that was changed is named', async () => {
  const path = join(scratch, 'cards');
  await booksIn(path, async (store) => {
    const rig = await CardRig.open({ store });
    await rig.buy('a', 700);
    await rig.receipts('a');
    await rig.serve();
    await rig.receipts('a');
  });
  const { kty, crv, x } = KNOWN_KEY;
  writeFileSync(join(path, 'receipts.jwks'), JSON.stringify({ keys: [{ kty, crv, x, kid: KNOWN_KID }] }));
  const whole = run(['--data', 'cards']);
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, / 2 receipts,/);
  const database = new DatabaseSync(join(path, 'wattpurse.db'));
  const [{ id, text }] = database.prepare('SELECT id, text FROM receipts ORDER BY id DESC').all() as [
    { id: string; text: string },
  ];
  const [jws, ...fields] = text.split('~');
  const [header, payload, signature = ''] = (jws as string).split('.');
  const forged = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  const changed = [[header, payload, forged].join('.'), ...fields].join('~');
  database.prepare('UPDATE receipts SET text = ? WHERE id = ?').run(changed, id);
  database.close();
  const { status, stdout } = run(['--data', 'cards']);
  assert.equal(status, 1);
  assert.match(stdout, new RegExp(`\\n {2}receipts ${id}: .*was not signed by the published key`));
});

test('a database that lost its last commits is told by the mark beside it', () => {
  const later = join(scratch, 'later');
  mkdirSync(later);
  for (const name of ['wattpurse.db', 'books.jwks', 'keyring.wpkr'])
    copyFileSync(join(folder, name), join(later, name));
  writeFileSync(join(later, 'wattpurse.mark'), '0000000000009999');
  const { status, stdout } = run(['--database', join(later, 'wattpurse.db')]);
  assert.equal(status, 1);
  assert.match(stdout, /facts commit: the mark beside the database names transaction 9999, and the books end with \d+/);
});

test('what an audit cannot begin with is one sentence, and 2', () => {
  mkdirSync(join(scratch, 'bare'));
  copyFileSync(join(folder, 'wattpurse.db'), join(scratch, 'bare', 'wattpurse.db'));
  const wrong: readonly (readonly [readonly string[], RegExp, string?])[] = [
    [['--database', 'none.db'], /^There is no database none\.db: /],
    [['--database', ''], /^--database must name a file/],
    [['--database', 'postgres://a:secret@b/c'], /may not hold a password/],
    [['--database', 'bare/wattpurse.db'], /^bare holds no keys of its books: name the keyring or the published key/],
    [['--data', 'books', '--key', 'nowhere'], /^The key file nowhere cannot be read/],
    [['--data', 'books'], /keyring\.wpkr: .* The passphrase comes from WATTPURSE_PASSPHRASE\.$/m, 'another'],
  ];
  for (const [args, sentence, passphrase] of wrong) {
    const { status, stdout, stderr } = run(args, passphrase);
    assert.deepEqual([status, stdout], [2, ''], `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, sentence);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
});
