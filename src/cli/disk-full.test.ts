import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tell, Utility } from '../simulation/index.ts';
import { DataFolder } from './data-folder.ts';
import { settingOf } from './setting.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-full-'));
after(() => rmSync(scratch, { recursive: true }));

/** Half kibibytes that a file may have: enough for the first day's first minutes, and soon too few for the books. */
const LIMIT_HALF_KIB = 4_000;

/** Runs the demo; with a limit, the system lets no file grow beyond it, as if the disk were full. */
function run(args: readonly string[], { limited = false, stdout = 'pipe' as 'pipe' | number } = {}) {
  const [command, ...words] = [...(limited ? LIMITED : []), process.execPath, MAIN, 'demo', ...args] as [string];
  return spawnSync(command, words, {
    encoding: 'utf8',
    cwd: scratch,
    stdio: ['ignore', stdout, 'pipe'],
    timeout: 60_000,
  });
}

const LIMITED = ['sh', '-c', `ulimit -f ${LIMIT_HALF_KIB}; exec "$@"`, 'sh'];

/** It stopped, said why in one sentence, and promised nothing. */
function stoppedFor(told: ReturnType<typeof run>, why: RegExp): void {
  assert.match(told.stderr, why);
  assert.equal(told.stderr.trimEnd().split('\n').length, 1, `one line: ${told.stderr}`);
  assert.equal(told.status, 1, told.stderr);
  assert.doesNotMatch(told.stdout ?? '', /Stopped/);
}

test('a folder that cannot be made or written ends the demo with one sentence before anything is begun', () => {
  writeFileSync(join(scratch, 'file.txt'), 'not a folder');
  mkdirSync(join(scratch, 'memories'));
  mkdirSync(join(scratch, 'memories', 'meters.nvm'), { recursive: true });
  for (const once of [
    ['--once', '--days', '1', '--meters', '2'],
    ['--meters', '2'],
  ]) {
    stoppedFor(run([...once, '--data', 'file.txt']), /file\.txt.*a file stands where a folder should be/);
    stoppedFor(run([...once, '--data', 'file.txt/below']), /file\.txt.*a file stands where a folder should be/);
    stoppedFor(run([...once, '--data', '/proc/nowhere']), /\/proc\/nowhere cannot be used, because/);
    stoppedFor(run([...once, '--data', 'memories']), /meters\.nvm.*a folder stands where a file should be/);
  }
});

test('a disk without room for the memories of the meters ends the start, and names the file', () => {
  for (const [name, ...once] of [['new-once', '--once', '--days', '1'], ['new-live']] as const) {
    mkdirSync(join(scratch, name));
    // This device takes nothing: each write to it fails as on a full disk.
    symlinkSync('/dev/full', join(scratch, name, 'meters.nvm'));
    stoppedFor(run(['--meters', '2', '--data', name, ...once]), /meters\.nvm cannot be used, because the disk is full/);
  }
});

test('a founding that finds no room leaves no half of a file behind', () => {
  const name = 'no-founding';
  mkdirSync(join(scratch, name));
  symlinkSync('/dev/full', join(scratch, name, 'demo.json.new'));
  stoppedFor(run(['--meters', '2', '--data', name]), /demo\.json.* cannot be used, because the disk is full/);
  assert.ok(!readdirSync(join(scratch, name)).some((file) => file.startsWith('demo.json')));
});

test('an output that takes nothing is one sentence too', () => {
  const full = openSync('/dev/full', 'w');
  stoppedFor(run(['--once', '--days', '1', '--meters', '2', '--json'], { stdout: full }), /output.* the disk is full/);
});

test('a demo whose disk fills up stops in one sentence; with room again it goes on, and the books balance', async () => {
  const path = join(scratch, 'filling');
  const full = run(['--meters', '4', '--speed', '3600', '--data', path], { limited: true });
  stoppedFor(full, /\S/);
  assert.match(full.stdout, /stored \d+ tokens/, 'it ran before it stopped');
  stoppedFor(run(['--speed', '3600', '--data', path], { limited: true }), /\S/);
  const story = await goOn(path);
  assert.deepEqual(story.findings, []);
  assert.equal(story.conserved, true);
  assert.ok(story.storedTokens > 0);
  assert.equal(story.inFlightTokens, 0, 'what was sold has arrived');
});

/** With room: at most an hour in which nobody buys, and then the audit. */
async function goOn(path: string) {
  const folder = new DataFolder(path);
  try {
    const founding = await folder.founding();
    assert.ok(founding !== undefined);
    const setting = settingOf(founding, [], 'live');
    const utility = await Utility.open({
      ...setting,
      outages: false,
      store: folder.store,
      keys: await folder.keys(setting.suite),
      startMs: await folder.instant(founding),
      memoryOf: (house) => folder.memoryOf(house),
    });
    utility.closeTheTills();
    const from = Math.ceil(utility.time.now / 60_000) * 60_000;
    for (let minute = 1; minute <= 60; minute++) {
      await utility.runUntil(from + minute * 60_000);
      if ((await utility.inFlight()) === 0n) break;
    }
    return await tell(utility);
  } finally {
    await folder.close();
  }
}
