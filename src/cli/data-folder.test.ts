import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { CardHouseholds, seededRandom, Utility } from '../simulation/index.ts';
import { DataFolder } from './data-folder.ts';
import { newFounding } from './founding.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const METERS = 4;
const OURS = [
  'demo.json',
  'demo.clock',
  'keyring.wpkr',
  'meters.nvm',
  'cards.nvm',
  'wattpurse.db',
  'wattpurse.lock',
  'wattpurse.mark',
];
const HOUR_MS = 3_600_000;
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-folder-'));
const lived = join(scratch, 'lived');
const early = join(scratch, 'early.nvm');

before(async () => {
  await liveUntil(lived, DEMO_BEGINS_MS + HOUR_MS / 2);
  cpSync(join(lived, 'meters.nvm'), early);
  await liveUntil(lived, DEMO_BEGINS_MS + 5 * HOUR_MS);
});
after(() => rmSync(scratch, { recursive: true }));

/** Lives on in a folder as the demo does, without its screen. */
async function liveUntil(path: string, until: number): Promise<void> {
  const folder = new DataFolder(path);
  try {
    const named = { seed: '4', meters: METERS, loads: undefined, suite: Suite.aes128 };
    const founding = (await folder.founding()) ?? newFounding(named, DEMO_BEGINS_MS);
    folder.found(founding);
    const setting = settingOf(founding, [], 'live');
    const keys = await folder.keys(setting.suite);
    const utility = await Utility.open({
      ...setting,
      outages: false,
      store: folder.store,
      books: folder.store,
      keys,
      startMs: await folder.instant(founding),
      memoryOf: (house) => folder.memoryOf(house),
    });
    await CardHouseholds.open(utility, keys, (household) => folder.householdOf(household));
    folder.lives(until);
    await utility.runUntil(until);
  } finally {
    await folder.close();
  }
}

/** A copy of the folder in which something lived, to be harmed. */
function copied(name: string): string {
  const path = join(scratch, name);
  cpSync(lived, path, { recursive: true });
  return path;
}

function run(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', cwd: scratch, timeout: 60_000 });
}

/** One sentence on stderr, nothing on stdout, exit 2. */
function refused(path: string, sentence: RegExp, ...more: string[]): void {
  const { status, stdout, stderr } = run('demo', '--data', path, ...more);
  assert.match(stderr, sentence);
  assert.deepEqual([status, stdout], [2, ''], stderr);
  assert.equal(stderr.trimEnd().split('\n').length, 1, `one line: ${stderr}`);
}

/** A demo without a terminal until it has told its books once, then SIGTERM. */
async function runAndStop(path: string): Promise<{ readonly told: string; readonly status: number }> {
  const child = spawn(process.execPath, [MAIN, 'demo', '--listen', 'none', '--data', path]);
  let told = '';
  let stopped = false;
  child.stdout.on('data', (text: Buffer) => {
    told += text.toString('utf8');
    // Once: whoever asks twice does not want to wait.
    if (!stopped && /books: .*\n/.test(told)) stopped = child.kill('SIGTERM');
  });
  const status = await new Promise<number>((resolve) => child.on('exit', resolve));
  return { told, status };
}

test('a card of the books and its meters without a line are in the folder, or the folder is refused', async () => {
  const sizes = statSync(join(lived, 'cards.nvm')).size;
  for (const [name, harm] of [
    ['gone', (file: string) => rmSync(file)],
    ['zeroed', (file: string) => writeFileSync(file, new Uint8Array(sizes))],
    ['cut', (file: string) => truncateSync(file, sizes - 1)],
  ] as const) {
    const path = copied(`cards-${name}`);
    harm(join(path, 'cards.nvm'));
    refused(path, /whose cards\.nvm holds nothing of card 040a1b33000001: put that back from a copy/);
  }
  const folder = new DataFolder(copied('cards-whole'));
  try {
    const { card, meters } = folder.householdOf(0);
    assert.ok(card !== undefined && meters.every(({ personalised }) => personalised));
    const told = await folder.store.read((tx) => tx.offlineMeters.of(['8a0003', '8a0004']));
    assert.ok(told.every((meter) => meter !== undefined && meter.fromCards > 0n));
  } finally {
    await folder.close();
  }
});

test('nobody but its owner reads a folder, also one that was open to others', async () => {
  const modesIn = (path: string) =>
    ['', ...readdirSync(path)].map((name) => [name, (statSync(join(path, name)).mode & 0o777).toString(8)]);
  const closed = (path: string) => ['', ...readdirSync(path)].map((name) => [name, name === '' ? '700' : '600']);
  assert.deepEqual(modesIn(lived), closed(lived));
  const path = copied('modes');
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) chmodSync(join(path, name), 0o644);
  const folder = new DataFolder(path);
  try {
    const names = readdirSync(path);
    for (const name of [...OURS, 'wattpurse.db-wal', 'wattpurse.db-shm']) assert.ok(names.includes(name), name);
    assert.deepEqual(modesIn(path), closed(path));
  } finally {
    await folder.close();
  }
});

test('memories that are zeroed, random, cut or of other meters are refused, and none is equipped anew', async () => {
  const random = new Uint8Array(statSync(join(lived, 'meters.nvm')).size);
  seededRandom('memories').fill(random);
  const harms: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    [
      'zeroed',
      (file) =>
        writeFileSync(
          file,
          random.map(() => 0),
        ),
      /whose meters\.nvm holds nothing of meter 0a1b2c: put that back/,
    ],
    ['random', (file) => writeFileSync(file, random), /whose meters\.nvm holds nothing of meter 0a1b/],
    [
      'cut',
      (file) => truncateSync(file, 1_000),
      /of 4 meters, whose meters\.nvm must have \d+ bytes and has 1000: put that back/,
    ],
    [
      'longer',
      (file) => truncateSync(file, 2 * random.length),
      /of 4 meters, whose meters\.nvm must have \d+ bytes and has \d+:/,
    ],
    ['emptied', (file) => truncateSync(file, 0), /whose meters\.nvm is gone/],
  ];
  for (const [name, harm, sentence] of harms) {
    const path = copied(name);
    const file = join(path, 'meters.nvm');
    harm(file);
    const harmed = readFileSync(file);
    refused(path, sentence);
    assert.ok(readFileSync(file).equals(harmed), `${name}: nothing was written`);
  }
});

test('older memories that were put back are named, the books do not count as balanced, and the end is 1', async () => {
  const path = copied('older-memories');
  assert.deepEqual(JSON.parse(run('audit', '--data', path, '--json').stdout).findings, []);
  cpSync(early, join(path, 'meters.nvm'));
  const audit = run('audit', '--data', path);
  assert.equal(audit.status, 1, audit.stderr);
  assert.match(
    audit.stdout,
    /memories contradict each other:\n {2}Meter 0a1b..: .* \d+ .* in the books\.\n|and the purse at most/,
  );
  const { told, status } = await runAndStop(path);
  assert.match(told, /books: .*; NOT BALANCED; \d of 4 meters cut off\n {2}Meter 0a1b..: \S/);
  assert.match(told, /The books and the meters do NOT agree:\n {2}Meter 0a1b..: /);
  assert.equal(status, 1);
});

test('memories as they were left are balanced, and the end is 0', async () => {
  const { told, status } = await runAndStop(copied('as-left'));
  assert.match(told, /; balanced; \d of 4 meters cut off\n/);
  assert.equal(status, 0);
});

test('an audit changes nothing in a folder, and wants one that holds books', () => {
  const path = copied('audited');
  const content = () =>
    ['meters.nvm', 'demo.clock', 'demo.json', 'wattpurse.db'].map((name) => readFileSync(join(path, name)));
  const before = content();
  const { status, stdout } = run('audit', '--data', path);
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^The books are as the host wrote them: .*\nIssued \d+ = stored \d+ .*\n4 meters: the books and the memories do not contradict each other\.\n$/s,
  );
  assert.deepEqual(content(), before);
  const nowhere = run('audit', '--data', 'nowhere');
  assert.deepEqual([nowhere.status, nowhere.stdout], [2, '']);
  assert.match(
    nowhere.stderr,
    /^nowhere holds no books: name their folder with --data, or a database with --database\.\n$/,
  );
  assert.equal(existsSync(join(scratch, 'nowhere')), false);
});

test('a clock that names no instant of this demo is refused in one sentence; without it the database knows', async () => {
  const path = copied('clock');
  const clock = join(path, 'demo.clock');
  const instant = (year: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(Date.UTC(year, 0, 1)));
    return bytes;
  };
  const wrong = [
    'some text',
    'a text of the length that nobody counted',
    '8 bytes!',
    '\0',
    Buffer.alloc(8, 0xfe),
    instant(2100),
    instant(2027),
  ];
  for (const content of wrong) {
    writeFileSync(clock, content);
    refused(path, /demo\.clock is no instant that this demo can have lived: put it back from a copy, or delete it/);
  }
  rmSync(clock);
  assert.match((await runAndStop(path)).told, /Mon 14:\d\d {2}books: /);
});

test('a folder of somebody else is left alone, also without --once; an empty one is taken', () => {
  const path = join(scratch, 'documents');
  mkdirSync(path);
  chmodSync(path, 0o755);
  writeFileSync(join(path, 'letter.txt'), 'Dear');
  for (const more of [[], ['--once', '--days', '1', '--meters', '1']]) {
    refused(
      path,
      /documents holds files that are not Wattpurse's: name an empty or a new folder with --data\./,
      ...more,
    );
  }
  assert.deepEqual(readdirSync(path), ['letter.txt']);
  assert.equal(statSync(path).mode & 0o777, 0o755);
  rmSync(join(path, 'letter.txt'));
  assert.equal(run('demo', '--data', path, '--once', '--days', '1', '--meters', '1').status, 0);
});

test('a database that is empty is called so, one that is gone is called gone, and none is left in its place', () => {
  const empty = copied('empty-database');
  writeFileSync(join(empty, 'wattpurse.db'), '');
  refused(empty, /holds a demo whose wattpurse\.db is empty: put that back/);
  assert.equal(statSync(join(empty, 'wattpurse.db')).size, 0);
  const gone = copied('gone-database');
  rmSync(join(gone, 'wattpurse.db'));
  refused(gone, /holds a demo whose wattpurse\.db is gone: put that back/);
  assert.equal(existsSync(join(gone, 'wattpurse.db')), false);
});
