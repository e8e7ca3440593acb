import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brokenCopy } from './broken-copy.ts';
import { DEFECTS } from './defects.ts';

test('a planted defect is shrunk to a command that anybody can run, and that keeps the promise without any of its strikes', (t) => {
  const defect = DEFECTS.find(({ what }) => what === 'a TC that was applied before is applied again');
  assert.ok(defect !== undefined);
  const folder = brokenCopy(defect);
  t.after(() => rmSync(folder, { recursive: true }));
  const simulate = (args: readonly string[]) =>
    spawnSync(process.execPath, ['src/cli/main.ts', 'simulate', ...args], { cwd: folder, encoding: 'utf8' });

  const found = simulate(['--seed', '5', '--transfers', '200', '--meters', '4', '--hosts', '1']);
  assert.equal(found.status, 1, found.stderr);
  assert.match(found.stderr, /^It went wrong: what it takes is looked for/);
  assert.match(
    found.stdout,
    /^It goes wrong like this \(I1\) with \d strikes alone, and without any of them it does not\./m,
  );
  const [, command = ''] = /^Again: npm run -s wattpurse -- simulate (.*)$/m.exec(found.stdout) ?? [];
  const args = command.split(' ');
  const strikes = args.pop()?.split(',') ?? [];
  assert.ok(strikes.length >= 2 && strikes.length <= 4, command);

  const again = simulate([...args, strikes.join(), '--unshrunk']);
  assert.equal(again.status, 1);
  assert.match(again.stdout, /^ {2}I1 /m);
  for (const strike of strikes) {
    const others = strikes.filter((other) => other !== strike);
    const { status, stdout } = simulate([...args, others.join(), '--unshrunk']);
    assert.ok(status === 0 || !/^ {2}I1 /m.test(stdout), `${strike} is not needed`);
  }
  const story = readFileSync(join(folder, 'wattpurse-story-5.txt'), 'utf8');
  for (const strike of strikes) assert.match(story, new RegExp(`^\\* \\S+ fault: ${strike} of `, 'm'));
  assert.match(story, /^\* \S+ broken: I1 Meter [0-9a-f]{6}: /m);
});
