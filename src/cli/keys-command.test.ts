import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toHex } from '../bytes/index.ts';
import {
  exportTerminalKey,
  keyName,
  openKeyRing,
  Purpose,
  SoftwareKeyStore,
  Suite,
  sealKeyRing,
} from '../crypto/index.ts';
import { svpmsn } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { drawnKeys } from './host-folder.ts';
import { runIn, type Said } from './in-process.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-keys-'));
const PASSPHRASE = 'ceremony of a test';
const said = process.env.WATTPURSE_PASSPHRASE;
after(() => {
  rmSync(scratch, { recursive: true });
  if (said === undefined) delete process.env.WATTPURSE_PASSPHRASE;
  else process.env.WATTPURSE_PASSPHRASE = said;
});

/** scrypt's least: what these keys guard is a test. */
const COST = 10;
const CUSTODIANS = ['Ana', 'Ben Okri', 'Mina Cho'];
const namedIn = (folder: string) =>
  CUSTODIANS.flatMap((name, i) => ['--custodian', `${name}=${join(folder, `share-${i + 1}.txt`)}`]);
const run = (...args: readonly string[]): Promise<Said> => runIn(scratch, ...args);

async function folderOfHost(name: string): Promise<{ readonly folder: string; readonly drawn: SoftwareKeyStore }> {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const drawn = await drawnKeys();
  writeFileSync(join(folder, 'keyring.wpkr'), await sealKeyRing(drawn, PASSPHRASE, systemRandomness, COST));
  writeFileSync(join(folder, 'host.json'), '{"version":1,"zone":"UTC"}\n');
  return { folder, drawn };
}

async function keyringOf(folder: string): Promise<SoftwareKeyStore> {
  const opened = await openKeyRing(readFileSync(join(folder, 'keyring.wpkr')), PASSPHRASE, systemRandomness);
  assert.ok(opened instanceof SoftwareKeyStore);
  return opened;
}

let host: { readonly folder: string; readonly drawn: SoftwareKeyStore };
let shares: readonly string[];
const two = (a: number, b: number) => ['--share', shares[a] as string, '--share', shares[b] as string];

before(async () => {
  process.env.WATTPURSE_PASSPHRASE = PASSPHRASE;
  host = await folderOfHost('held');
  shares = CUSTODIANS.map((_, i) => join(scratch, `share-${i + 1}.txt`));
  const held = await run('keys', 'ceremony', '--data', host.folder, ...namedIn(scratch));
  assert.deepEqual([held.code, held.err], [0, '']);
  // The cost of a passphrase that guards a utility is paid once.
  const kept = await keyringOf(host.folder);
  writeFileSync(join(host.folder, 'keyring.wpkr'), await sealKeyRing(kept, PASSPHRASE, systemRandomness, COST));
  assert.match(held.out, /^Ceremony [0-9a-f]{16}: two of Ana, Ben Okri, Mina Cho open 12 master keys\./);
});

test('a ceremony takes the keys of maintenance from the host, and any two of three custodians open all', async () => {
  const left = await keyringOf(host.folder);
  assert.equal(left.names().length, 9);
  assert.ok(!left.names().includes(keyName(Purpose.maintenance, Suite.aes128, 0)));
  for (const [a, b] of [
    [0, 1],
    [1, 2],
    [2, 0],
  ] as const) {
    const opened = await run('keys', 'check', '--data', host.folder, ...two(a, b));
    assert.deepEqual([opened.code, opened.err], [0, '']);
    assert.match(opened.out, /open 12 master keys, and all of the host are among them/);
  }
  for (const share of shares) assert.equal(statSync(share).mode & 0o077, 0, 'nobody else reads a share');
});

test('what opens nothing is refused with the reason: one share, a share twice, another ceremony’s, a mistyped one', async () => {
  const other = await folderOfHost('other');
  const aside = join(scratch, 'aside');
  mkdirSync(aside);
  assert.equal((await run('keys', 'ceremony', '--data', other.folder, ...namedIn(aside))).code, 0);
  const mistyped = join(scratch, 'mistyped.txt');
  const text = readFileSync(shares[1] as string, 'utf8');
  const digit = /share {6}.(.)/.exec(text)?.[1] === '0' ? '1' : '0';
  writeFileSync(mistyped, text.replace(/(share {6}.)./, `$1${digit}`));
  const copied = join(scratch, 'copied.txt');
  cpSync(shares[0] as string, copied);
  const note = join(scratch, 'note.txt');
  writeFileSync(note, 'buy milk\n');
  const check = (...paths: readonly string[]) =>
    run('keys', 'check', '--data', host.folder, ...paths.flatMap((path) => ['--share', path]));
  const [first = '', , third = ''] = shares;
  for (const [paths, sentence] of [
    [[first], /^The master keys open with the shares of 2 custodians, not of 1: name each with --share\.\n$/],
    [shares, /not of 3/],
    [[first, first], /are both the share of Ana: 2 custodians bring one each\.\n$/],
    [[first, copied], /are both the share of Ana/],
    [
      [first, join(aside, 'share-2.txt')],
      /share-2\.txt is a share of ceremony [0-9a-f]{16}, and these keys are kept by ceremony/,
    ],
    [[third, mistyped], /mistyped\.txt is not the share that Ben Okri was given/],
    [[first, note], /note\.txt is no share of a custodian/],
    [[first, 'nowhere.txt'], /^The share of a custodian nowhere\.txt cannot be read \(there is no such file\)/],
  ] as const) {
    const refused = await check(...paths);
    assert.deepEqual([refused.code, refused.out], [2, '']);
    assert.match(refused.err, sentence);
    assert.equal(refused.err.trimEnd().split('\n').length, 1);
  }
});

test('a keyring that was lost comes back by two custodians, under the passphrase that is given then', async () => {
  const folder = join(scratch, 'lost');
  cpSync(host.folder, folder, { recursive: true });
  const refused = await run('keys', 'restore', '--data', folder, ...two(0, 2));
  assert.match(refused.err, /keyring\.wpkr is there: .* move it away/);
  rmSync(join(folder, 'keyring.wpkr'));
  process.env.WATTPURSE_PASSPHRASE = 'another';
  try {
    const restored = await run('keys', 'restore', '--data', folder, ...two(0, 2));
    assert.deepEqual([restored.code, restored.err], [0, '']);
    const opened = await openKeyRing(readFileSync(join(folder, 'keyring.wpkr')), 'another', systemRandomness);
    assert.ok(opened instanceof SoftwareKeyStore);
    assert.equal(toHex(opened.webhookKey()), toHex(host.drawn.webhookKey()), 'and what comes from its other secret');
    for (const n of opened.names()) assert.equal(await opened.checkValue(n), await host.drawn.checkValue(n));
  } finally {
    process.env.WATTPURSE_PASSPHRASE = PASSPHRASE;
  }
});

test('a generation that is added is locked for the custodians too, without any of them', async () => {
  const folder = join(scratch, 'added');
  cpSync(host.folder, folder, { recursive: true });
  const added = await run('keys', 'add', 'control', '--data', folder);
  const [, value] = /^control aes128 generation 1 has check value ([0-9a-f]{6})\./.exec(added.out) ?? [];
  assert.equal(value, await (await keyringOf(folder)).checkValue(keyName(Purpose.control, Suite.aes128, 1)));
  const opened = await run('keys', 'check', '--data', folder, ...two(1, 2));
  assert.match(opened.out, /open 13 master keys, and all of the host are among them/);
  // A copy of the ceremony from before knows nothing of it.
  cpSync(join(host.folder, 'ceremony.json'), join(folder, 'ceremony.json'));
  const behind = await run('keys', 'check', '--data', folder, ...two(1, 2));
  assert.equal(behind.code, 1);
  assert.match(behind.out, /open no such key as the host has of control aes128 generation 1/);
  const maintenance = await run('keys', 'add', 'maintenance', '--data', folder);
  assert.match(maintenance.err, /^The keys of maintenance are with the custodians/);
});

test('whoever writes to the folder cannot put a lock of their own in, to which later keys would be locked', async () => {
  const folder = join(scratch, 'robbed');
  cpSync(host.folder, folder, { recursive: true });
  const path = join(folder, 'ceremony.json');
  const theirs = JSON.parse(readFileSync(join(scratch, 'other', 'ceremony.json'), 'utf8'));
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), lock: theirs.lock }));
  const refused = await run('keys', 'add', 'value', '--data', folder);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /ceremony\.json was not made with this keyring, or was changed since/);
  assert.equal((await keyringOf(folder)).names().length, 9, 'and no key was added');
});

test('another ceremony takes two shares of the last, and those then open nothing', async () => {
  const folder = join(scratch, 'again');
  cpSync(host.folder, folder, { recursive: true });
  const aside = join(scratch, 'new-custodians');
  mkdirSync(aside);
  const alone = await run('keys', 'ceremony', '--data', folder, ...namedIn(aside));
  assert.match(alone.err, /was held .*: name two of its shares with --share to hold another/);
  const held = await run('keys', 'ceremony', '--data', folder, ...namedIn(aside), ...two(0, 1));
  assert.match(held.out, /open 12 master keys/);
  assert.match((await run('keys', 'check', '--data', folder, ...two(0, 1))).err, /is a share of ceremony/);
  const theirs = [1, 3].flatMap((i) => ['--share', join(aside, `share-${i}.txt`)]);
  assert.equal((await run('keys', 'check', '--data', folder, ...theirs)).code, 0);
});

test('a ceremony that was cut before its end is finished by the same command', async () => {
  const folder = join(scratch, 'cut');
  cpSync(host.folder, folder, { recursive: true });
  // As it was when the power failed: locked, and the keyring still whole.
  writeFileSync(join(folder, 'keyring.wpkr'), await sealKeyRing(host.drawn, PASSPHRASE, systemRandomness, COST));
  const finished = await run('keys', 'ceremony', '--data', folder, ...namedIn(scratch));
  assert.match(finished.out, /is at its end: the keys of maintenance left the keyring/);
  assert.equal((await keyringOf(folder)).names().length, 9);
});

test('a ceremony that cannot write a share leaves none, and the keyring as it was', async () => {
  const { folder } = await folderOfHost('full');
  const aside = join(scratch, 'half');
  mkdirSync(aside);
  const named = namedIn(aside).with(5, `Mina Cho=${join(aside, 'nowhere', 'share.txt')}`);
  const failed = await run('keys', 'ceremony', '--data', folder, ...named);
  assert.match(failed.err, /share\.txt cannot be written \(ENOENT\)/);
  assert.deepEqual([existsSync(join(aside, 'share-1.txt')), existsSync(join(folder, 'ceremony.json'))], [false, false]);
  assert.equal((await keyringOf(folder)).names().length, 12);
  for (const [given, sentence] of [
    [namedIn(aside).slice(0, 4), /has three custodians, and 2 are named/],
    [namedIn(aside).with(3, 'Ana=elsewhere.txt'), /two of its custodians have one name/],
    [namedIn(aside).with(3, `Ben=${join(aside, 'share-1.txt')}`), /would go into one file/],
    [namedIn(aside).with(1, 'nobody'), /--custodian is NAME=FILE/],
    [namedIn(scratch), /share-1\.txt is there already/],
  ] as const) {
    assert.match((await run('keys', 'ceremony', '--data', folder, ...given)).err, sentence);
  }
});

test('the record and the list name every key by its check value, and hold nothing that opens one', async () => {
  const text = join(scratch, 'record.txt');
  assert.equal((await run('keys', 'record', text, '--data', host.folder)).code, 0);
  const record = readFileSync(text, 'utf8');
  for (const n of host.drawn.names()) assert.ok(record.includes(await host.drawn.checkValue(n)));
  for (const name of CUSTODIANS) assert.ok(record.includes(name));
  assert.match(record, /maintenance aes128 generation 0 +[0-9a-f]{6} +custodians\n/);
  assert.match(record, /value aes128 generation 0 +[0-9a-f]{6} +keyring, custodians\n/);
  for (const share of shares) {
    const [, digits = ''] = /^share {6}(.*)$/m.exec(readFileSync(share, 'utf8')) ?? [];
    assert.ok(digits.length > 60 && !record.includes(digits.slice(0, 13)));
  }
  const paper = join(scratch, 'record.pdf');
  assert.equal((await run('keys', 'record', paper, '--data', host.folder)).code, 0);
  assert.equal(readFileSync(paper).subarray(0, 5).toString(), '%PDF-');
  const listed = JSON.parse((await run('keys', 'show', '--data', host.folder, '--json')).out);
  assert.equal(listed.keys.length, 12);
  assert.deepEqual(
    listed.custodians.map(({ name }: { name: string }) => name),
    CUSTODIANS,
  );
});

test('a meter is personalised after a ceremony with two shares, and has the maintenance key of the custodians', async () => {
  const path = join(scratch, 'm.wpm');
  const make = (...more: readonly string[]) =>
    run('meter', 'personalise', path, '--number', '00000a', '--data', host.folder, ...more);
  assert.match((await make()).err, /open with the shares of 2 custodians, not of 0/);
  assert.equal(existsSync(path), false);
  assert.equal((await make(...two(0, 1))).code, 0);
  const memory = readFileSync(path);
  const n = keyName(Purpose.maintenance, Suite.aes128, 0);
  assert.ok(memory.includes(Buffer.from(exportTerminalKey(await host.drawn.terminalKey(n, svpmsn(10))))));
  assert.ok(!memory.includes(Buffer.from(exportTerminalKey(await host.drawn.terminalKey(n, svpmsn(11))))));
});
