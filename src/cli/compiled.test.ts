import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';

const MAIN = resolve(import.meta.dirname, 'main.ts');
const TAKEN = /retrieving transpile cache for StrippedTypeScript \S+\/cli\/simulate\.ts\.\.\.success/;

/** What Node tells of its cache while a command is loaded, which then refuses its words. */
function started(env: NodeJS.ProcessEnv): string {
  const { NODE_COMPILE_CACHE: _, ...others } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'simulate', '--transfers', 'none'], {
    env: { ...others, NODE_DEBUG_NATIVE: 'COMPILE_CACHE', ...env },
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  return stderr;
}

test('a program that was started before is not stripped of its types again, unless nothing may be kept', () => {
  started({});
  assert.match(started({}), TAKEN);
  assert.doesNotMatch(started({ NODE_DISABLE_COMPILE_CACHE: '1' }), TAKEN);
});
