import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-run-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the runner gives and says when it is asked to run `file`. */
function outcome(file: string): { status: number | null; said: string } {
  // A runner that takes itself for a test file of this run would report to this run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const script = join(import.meta.dirname, 'run-tests.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, file], { env, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `import { test } from 'node:test';\n${text}\n`);
  return file;
}

test('a run in which every test passes ends well and says how many there were', () => {
  const { status, said } = outcome(fileOf('good.test.ts', "test('a', () => {});\ntest('b', () => {});"));
  assert.equal(status, 0);
  assert.match(said, /^ℹ tests 2$/m);
});

test('a run with a failing test, a file that throws, or no test at all ends badly', () => {
  assert.equal(outcome(fileOf('bad.test.ts', "test('a', () => {});\ntest('b', () => { throw 1; });")).status, 1);
  assert.equal(outcome(fileOf('throws.test.ts', "throw new Error('no');")).status, 1);
  const { status, said } = outcome(join(folder, 'absent.test.ts'));
  assert.equal(status, 1);
  assert.match(said, /no test was found/);
});

test('a file that ends badly although its tests pass says at the end how it ended, and what was said beside them', () => {
  const late =
    "test('a', async () => { setTimeout(() => { throw new Error('too late'); }, 10); });\nsetTimeout(() => 0, 50);";
  const { status, said } = outcome(fileOf('late.test.ts', late));
  assert.equal(status, 1);
  assert.match(said, /failing tests:.*late\.test\.ts ended with 1\n.*too late/s);
  const { said: killed } = outcome(
    fileOf('killed.test.ts', "console.error('going');\ntest('a', () => process.kill(process.pid, 'SIGKILL'));"),
  );
  assert.match(killed, /failing tests:.*killed\.test\.ts was ended by SIGKILL\ngoing/s);
});
