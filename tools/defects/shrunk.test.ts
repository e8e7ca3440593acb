import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseStrikes, strikeText } from '../../src/simulation/index.ts';
import { brokenCopy } from './broken-copy.ts';
import { DEFECTS } from './defects.ts';

test('a life that the code itself stops says its seed, its commit and the instant, also where nothing is tried', (t) => {
  const defect = DEFECTS.find(({ what }) => what === 'the outstanding row is not stored before M1 leaves');
  assert.ok(defect !== undefined);
  const folder = brokenCopy(defect);
  t.after(() => rmSync(folder, { recursive: true }));
  const args = ['src/cli/main.ts', 'simulate', '--seed', '1', '--transfers', '200', '--meters', '2', '--unshrunk'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  assert.deepEqual([status, stdout], [1, '']);
  const [stopped = '', commit = '', error = ''] = stderr.split('\n');
  assert.match(
    stopped,
    /^seed 1 stopped at \d{4}-\d\d-\d\dT[\d:.]+Z: must hold, and does not: no two orders have TC 1 /,
  );
  assert.match(commit, /^commit \S/);
  assert.match(error, /^Error: must hold, and does not/);
});

test('a planted defect is shrunk to a command that anybody can run, and that keeps the promise without any of its strikes', (t) => {
  const defect = DEFECTS.find(({ what }) => what === 'a TC that was applied before is applied again');
  assert.ok(defect !== undefined);
  const folder = brokenCopy(defect);
  t.after(() => rmSync(folder, { recursive: true }));
  const simulate = (args: readonly string[]) =>
    spawnSync(process.execPath, ['src/cli/main.ts', 'simulate', ...args], { cwd: folder, encoding: 'utf8' });

  const life = ['--transfers', '200', '--meters', '4', '--hosts', '1'];
  const seeds = Array.from({ length: 20 }, (_, seed) => String(seed + 1));
  const breaks = (one: string, ...more: string[]) =>
    /^ {2}I1 /m.test(simulate(['--seed', one, ...life, '--unshrunk', ...more]).stdout);
  // Where the noise of the line is enough to find it, no strike is needed.
  const seed = seeds.find((one) => breaks(one) && !breaks(one, '--only', 'none'));
  assert.ok(seed !== undefined, 'one of these lives finds it');
  const found = simulate(['--seed', seed, ...life]);
  assert.equal(found.status, 1, found.stderr);
  assert.match(found.stderr, /^It went wrong: what it takes is looked for/);
  assert.match(
    found.stdout,
    /^It goes wrong like this \(I1\) with (?:one strike|\d strikes) alone, and without (?:it|any of them) it does not\./m,
  );
  const [, command = ''] = /^Again: npm run -s wattpurse -- simulate (.*)$/m.exec(found.stdout) ?? [];
  const args = command.split(' ');
  const parsed = parseStrikes(args.pop() ?? '');
  assert.ok(!('reason' in parsed), command);
  const strikes = parsed.map(strikeText);
  assert.ok(strikes.length >= 1 && strikes.length <= 4, command);

  const again = simulate([...args, strikes.join(), '--unshrunk']);
  assert.equal(again.status, 1);
  assert.match(again.stdout, /^ {2}I1 /m);
  for (const strike of strikes) {
    const others = strikes.filter((other) => other !== strike);
    const { status, stdout } = simulate([...args, others.join() || 'none', '--unshrunk']);
    assert.ok(status === 0 || !/^ {2}I1 /m.test(stdout), `${strike} is not needed`);
  }
  const story = readFileSync(join(folder, `wattpurse-story-${seed}.txt`), 'utf8');
  for (const strike of strikes) assert.match(story, new RegExp(`^\\* \\S+ fault: ${strike} of `, 'm'));
  assert.match(story, /^\* \S+ broken: I1 Meter [0-9a-f]{6}: /m);
});
