import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const LIVES = join(import.meta.dirname, 'lives.ts');

for (const [args, sentence] of [
  [[], /^--minutes is a whole number above 0, not ""\.\n$/],
  [['--minutes', '0', '--transfers', '5'], /^--minutes is a whole number above 0, not "0"\.\n$/],
  [['--minutes', '1', '--transfers', '1e3'], /^--transfers is a whole number above 0, not "1e3"\.\n$/],
  [['--minutes', '1', '--transfers', '5', '--seed', 'x'], /^--seed is a whole number above 0, not "x"\.\n$/],
  [['--minute', '1'], /^Lives take --minutes, --transfers and --seed: Unknown option '--minute'[^\n]*\n$/],
] as const) {
  test(`lives ${args.join(' ')} are wrong use: one sentence, exit 2, and none begins`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [LIVES, ...args], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, sentence);
  });
}
