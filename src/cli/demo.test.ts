import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { Utility } from '../simulation/index.ts';
import { DataFolder } from './data-folder.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const HOUR_MS = 3_600_000;
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-demo-'));
after(() => rmSync(scratch, { recursive: true }));

/** Runs the program as a person does, without a terminal. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', cwd: scratch });
  return { status, stdout, stderr };
}

test('a run as fast as it can ends with the story as one JSON document and nothing else', () => {
  const { status, stdout, stderr } = run('demo', '--once', '--days', '2', '--meters', '6', '--seed', '7', '--json');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const story = JSON.parse(stdout);
  assert.equal(story.conserved, true);
  assert.deepEqual([story.meters, story.days, story.seed, story.suite], [6, 2, 7, 'aes128']);
  assert.equal(story.issuedTokens, story.storedTokens + story.inFlightTokens + story.refundedTokens);
  assert.equal(story.storedTokens + story.owedTokens, story.spentTokens + story.purseTokens);
  for (const name of ['transfers', 'energyWh', 'lineBytes', 'airtimeSeconds']) assert.ok(story[name] > 0, name);
});

test('the same seed gives the same numbers, on a screen too', () => {
  const args = ['demo', '--once', '--days', '1', '--meters', '4', '--seed', '12'];
  assert.equal(run(...args, '--json').stdout, run(...args, '--json').stdout);
  assert.match(run(...args).stdout, /The books and the meters agree to the last token\./);
});

test('every suite conserves value; the seed’s own needs --lab', () => {
  for (const suite of ['3des-xo', 'aes256']) {
    const { status, stdout } = run('demo', '--once', '--days', '1', '--meters', '3', '--suite', suite, '--json');
    assert.equal(status, 0, suite);
    assert.equal(JSON.parse(stdout).suite, suite);
  }
  const lab = run('demo', '--once', '--days', '1', '--meters', '3', '--suite', '3des', '--lab', '--json');
  assert.equal(JSON.parse(lab.stdout).conserved, true);
  assert.equal(run('demo', '--once', '--suite', '3des').status, 2);
});

test('recorded loads are played, plain or gzip', () => {
  const rows = Array.from({ length: 3000 }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString().slice(0, 16);
    return `${time},${minute % 60 === 0 ? 2000 : 150}`;
  });
  const csv = `time,aggregate_w\n${rows.join('\n')}\n`;
  writeFileSync(join(scratch, 'plain.csv'), csv);
  writeFileSync(join(scratch, 'packed.csv.gz'), gzipSync(csv));
  const told = ['plain.csv', 'packed.csv.gz'].map((file) => {
    const { stdout, stderr, status } = run('demo', '--once', '--days', '1', '--meters', '2', '--loads', file, '--json');
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  });
  assert.deepEqual(told[0], told[1]);
});

/** What a person may get wrong, and what the one sentence must name. */
const WRONG_USES: readonly (readonly [readonly string[], RegExp])[] = [
  [['sing'], /There is no command "sing"/],
  [['demo', '--bogus'], /--bogus/],
  [['demo', 'extra'], /extra/],
  [['demo', '--meters', '0'], /--meters must be a whole number of at least 1, not "0"/],
  [['demo', '--meters', '1.5'], /--meters/],
  [['demo', '--meters', '-3'], /--meters/],
  [['demo', '--meters', '513'], /at most 512, not 513: a demo has 2 local units of 256 modem addresses/],
  [['demo', '--once', '--days', 'soon'], /--days/],
  [['demo', '--seed', 'x'], /--seed/],
  [['demo', '--suite', 'rot13'], /--suite must be one of 3des, 3des-xo, aes128, aes256/],
  [['demo', '--json'], /--json belongs to --once/],
  [['demo', '--once', '--loads', 'nowhere.csv'], /nowhere\.csv cannot be read \(there is no such file\)/],
  [['demo', '--once', '--loads', 'broken.csv'], /broken\.csv/],
  [['demo', '--once', '--loads', 'broken.csv.gz'], /not a whole gzip file/],
  [['demo', '--once', '--loads', '.'], /it is a folder/],
  [['demo', '--once', '--data', 'file.txt'], /file\.txt/],
  [['vectors', 'check'], /takes one file/],
  [['vectors', 'check', 'nowhere.json'], /nowhere\.json cannot be read/],
  [['vectors', 'check', 'broken.csv'], /broken\.csv/],
];

test('each wrong use is one sentence on stderr, nothing on stdout, exit 2', () => {
  writeFileSync(join(scratch, 'broken.csv'), 'time,aggregate_w\n2024-01-01T00:00,-5\n');
  writeFileSync(join(scratch, 'broken.csv.gz'), gzipSync('time,aggregate_w\n').subarray(0, 12));
  writeFileSync(join(scratch, 'file.txt'), 'not a folder');
  for (const [args, sentence] of WRONG_USES) {
    const { status, stdout, stderr } = run(...args);
    assert.match(stderr, sentence);
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.equal(stderr.trimEnd().split('\n').length, 1, `one line: ${stderr}`);
  }
});

test('help says what there is, and is not a mistake', () => {
  const { status, stdout } = run('help');
  assert.equal(status, 0);
  assert.match(stdout, /wattpurse demo --once/);
});

test('a folder belongs to one process, to one founding, and to a version that knows it', async () => {
  const path = join(scratch, 'owned');
  const folder = new DataFolder(path);
  folder.found({ version: 1, seed: '1', suite: 'aes128', meters: 5, startMs: DEMO_BEGINS_MS });
  assert.match(run('demo', '--data', path, '--meters', '5').stderr, /in use/);
  await folder.close();
  assert.match(run('demo', '--data', path, '--meters', '6').stderr, /holds a demo of 5 meters on aes128 with seed 1/);
  writeFileSync(join(path, 'demo.json'), '{"version":2}');
  assert.match(run('demo', '--data', path, '--meters', '5').stderr, /is not what this version wrote/);
});

test('the master keys lie sealed in the folder, and no other passphrase opens them', async () => {
  const path = join(scratch, 'sealed');
  const folder = new DataFolder(path);
  const keys = await folder.keys(Suite.aes128);
  const check = await keys.checkValue(keyName(Purpose.value, Suite.aes128, 0));
  assert.equal(await (await folder.keys(Suite.aes128)).checkValue(keyName(Purpose.value, Suite.aes128, 0)), check);
  await folder.close();
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'demo', '--data', path], {
    encoding: 'utf8',
    env: { ...process.env, WATTPURSE_PASSPHRASE: 'another' },
  });
  assert.equal(status, 2);
  assert.match(stderr, /keyring\.wpkr: .*passphrase/);
  assert.equal(stderr.trimEnd().split('\n').length, 1);
});

test('a demo that is stopped says so, and goes on from there', async () => {
  const path = join(scratch, 'stopped');
  const first = await runAndStop(path);
  assert.match(first, /stored in the meter/);
  assert.match(first, /Stopped\. Starting again goes on from here\./);
  const folder = new DataFolder(path);
  const reserved = await folder.store.read((tx) => tx.fact('instant-reserved'));
  await folder.close();
  assert.ok(reserved !== undefined && reserved > DEMO_BEGINS_MS);
  const second = await runAndStop(path);
  assert.match(second, /books: issued [1-9]\d*/);
});

/** A demo without a terminal until it has told its books once, then SIGTERM. */
async function runAndStop(path: string): Promise<string> {
  const child = spawn(process.execPath, [MAIN, 'demo', '--data', path, '--meters', '4', '--speed', '600']);
  let told = '';
  child.stdout.on('data', (text: Buffer) => {
    told += text.toString('utf8');
    if (/books: .*\n/.test(told)) child.kill('SIGTERM');
  });
  const status = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(status, 0);
  return told;
}

test('within three business hours a watcher of the demo sees credit, buzzer, cut-off and reconnection', async () => {
  const setting = settingOf({ loads: [], meters: 32, seed: '1', suite: Suite.aes128, once: false });
  const seen = new Set<string>();
  const utility = await Utility.open({
    ...setting,
    store: new MemoryStore(),
    startMs: DEMO_BEGINS_MS,
    onHappening: ({ what }) => seen.add(what),
  });
  // At 60 times real time, three business hours are three minutes.
  await utility.runUntil(DEMO_BEGINS_MS + 3 * HOUR_MS);
  for (const what of ['stored', 'buzzer', 'cut-off', 'reconnected']) assert.ok(seen.has(what), what);
});
