import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { atMost, forInformation, notFound } from './figure.ts';

const figures = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args]);
  return { status, stdout: `${stdout}`, stderr: `${stderr}` };
};

test('a report or a flag that does not exist is refused with one sentence', () => {
  const unknown = figures('meters');
  assert.deepEqual([unknown.status, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /^There is no report "meters": there are .*metering.*\.\n$/);
  const flag = figures('--fast');
  assert.deepEqual([flag.status, flag.stdout], [2, '']);
  assert.match(flag.stderr, /^Unknown option '--fast': there are --json and names\.\n$/);
});

test('a goal is met up to its number, and not by a figure that was not found', () => {
  const figure = { name: 'error', unit: '%', how: '' };
  const met = [0.0199, 0.02, 0.0201].map((value) => atMost(0.02, { ...figure, value }));
  assert.deepEqual(
    met.map(({ met: isMet }) => isMet),
    [true, true, false],
  );
  assert.equal(met[0]?.goal, 'at most 0.02 %');
  assert.deepEqual(forInformation({ ...figure, value: 0.136_49 }), { ...figure, value: 0.136, goal: null, met: null });
  assert.equal(notFound('error', 'at most 0.02 %', 'Put it there.').met, false);
});
