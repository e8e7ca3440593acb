import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { seededRandom, tell, Utility } from '../simulation/index.ts';
import { DataFolder } from './data-folder.ts';
import { settingOf } from './setting.ts';

const KILLS = 20;
const MAIN = join(import.meta.dirname, 'main.ts');
const METERS = 6;
/** From a process that has said nothing to one that has told of a business hour: however slow the machine is. */
const LINES_MAX = 4;
const LATER_MS_MAX = 500;

test('a demo that is killed twenty times at random loses no token and doubles none', async (context) => {
  const seed = Math.floor(Math.random() * 1e9);
  context.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const path = mkdtempSync(join(tmpdir(), 'wattpurse-kill-'));
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      await runAndKill(path, random.below(LINES_MAX + 1), random.below(LATER_MS_MAX));
    }
    const { story, orders, settled } = await takeStock(path);
    assert.ok(story.storedTokens > 0, `something was stored (seed ${seed})`);
    assert.equal(story.conserved, true, `books and meters agree (seed ${seed}): ${JSON.stringify(story)}`);
    assert.equal(story.inFlightTokens, 0, `everything arrived (seed ${seed})`);
    assert.equal(settled, orders, `every order is stored, once (seed ${seed})`);
  } finally {
    rmSync(path, { recursive: true });
  }
});

/**
 * Starts the demo as a person does, and kills it some time after it has said so many lines: some kills hit the start,
 * others the sales and the line.
 */
async function runAndKill(path: string, lines: number, laterMs: number): Promise<void> {
  const args = [MAIN, 'demo', '--data', path, '--meters', String(METERS), '--speed', '3600', '--listen', 'none'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString('utf8');
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal));
  });
  await Promise.race([said(child.stdout, lines), ended]);
  await new Promise((resolve) => setTimeout(resolve, laterMs));
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', `the demo ran until it was killed: ${errors}`);
}

/** Its first so many lines are read, and what comes after them is let pass. */
function said(out: Readable, lines: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    const counted = (text: Buffer | string) => {
      seen += String(text).split('\n').length - 1;
      if (seen >= lines) resolve();
    };
    counted('');
    out.on('data', counted);
  });
}

async function takeStock(path: string) {
  const folder = new DataFolder(path);
  try {
    const founding = await folder.founding();
    assert.ok(founding !== undefined);
    const startMs = await folder.instant(founding);
    const setting = settingOf(founding, [], 'live');
    const memoryOf = (house: number) => folder.memoryOf(house);
    const keys = await folder.keys(setting.suite);
    const utility = await Utility.open({ ...setting, store: folder.store, keys, startMs, memoryOf, outages: false });
    utility.closeTheTills();
    const from = Math.ceil(startMs / 60_000) * 60_000;
    for (let minute = 1; minute <= 60; minute++) await utility.runUntil(from + minute * 60_000);
    const orders = await utility.host.orders({ limit: 100_000 });
    const settled = orders.filter(({ state }) => state === 'stored').length;
    return { story: await tell(utility), orders: orders.length, settled };
  } finally {
    await folder.close();
  }
}
