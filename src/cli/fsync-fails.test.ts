import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createBench, credit, startBench } from '../meter/board.testing.ts';
import { blankMemory, levelsOf } from '../meter/index.ts';
import { MeterFile, newMeterFile } from './meter-file.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-fsync-'));
after(() => rmSync(scratch, { recursive: true }));

/** Stands before the C library: after so many calls a disk no longer says that it has what it was given. */
const SHIM = `
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
static long calls;
static int sync_or_fail(long number, int fd) {
  const char *most = getenv("FSYNC_CALLS_MAX");
  if (most && ++calls > atol(most)) { errno = EIO; return -1; }
  return syscall(number, fd);
}
int fsync(int fd) { return sync_or_fail(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_or_fail(SYS_fdatasync, fd); }
`;

const hasCompiler = process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0;
const skip = hasCompiler ? false : 'needs Linux and the Debian packages gcc and libc6-dev';

function shim(): string {
  const [source, library] = [join(scratch, 'shim.c'), join(scratch, 'shim.so')];
  writeFileSync(source, SHIM);
  const built = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return library;
}

const demo = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    cwd: scratch,
    env: { ...process.env, ...env },
    timeout: 60_000,
  });

test('a disk that no longer confirms what it keeps ends the demo in one sentence, and what was confirmed is there', {
  skip,
}, () => {
  const library = shim();
  const founding = ['demo', '--meters', '4', '--speed', '3600', '--data'];
  // In its founding, and in the middle of business.
  for (const calls of [0, 3, 12, 40, 400]) {
    const name = `after-${calls}`;
    const failed = demo([...founding, name], { LD_PRELOAD: library, FSYNC_CALLS_MAX: `${calls}` });
    assert.equal(failed.status, 1, `${calls}: ${failed.stderr}`);
    assert.equal(failed.stderr.trimEnd().split('\n').length, 1, `${calls}, one line: ${failed.stderr}`);
    assert.match(failed.stderr, /^\S.*\.$/m);
    if (calls < 400) continue;
    assert.match(failed.stdout, /stored \d+ tokens/, 'it ran before it stopped');
    const audit = demo(['audit', '--data', name, '--json']);
    assert.deepEqual(JSON.parse(audit.stdout).findings, []);
  }
});

test('a disk that no longer confirms what a meter writes ends it in one sentence, and what was confirmed is in its purse', {
  skip,
}, () => {
  const library = shim();
  for (const calls of [0, 1, 2]) {
    const name = `meter-${calls}.wpm`;
    const memory = blankMemory();
    credit(createBench({ memory }), 5_000);
    writeFileSync(join(scratch, name), newMeterFile(memory), { mode: 0o600 });
    // As it is opened, as it starts, and as it draws from its purse.
    const run = ['meter', 'run', name, '--line', '127.0.0.1:9', '--address', '7', '--load', '100000'];
    const failed = demo(run, { LD_PRELOAD: library, FSYNC_CALLS_MAX: `${calls}` });
    assert.equal(failed.status, 1, `${calls}: ${failed.stderr}`);
    assert.match(
      failed.stderr,
      new RegExp(`^${name} cannot be used, because the disk does not answer \\(EIO\\): [^\\n]*\\.\\n$`),
    );
    const file = MeterFile.open(join(scratch, name));
    const { meter } = startBench(file.memory, { now: Date.now() });
    file.close();
    const { credited, frozen } = levelsOf(meter);
    assert.deepEqual({ credited, frozen }, { credited: 5_000, frozen: 0 });
  }
});
