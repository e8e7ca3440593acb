/**
 * Runs the tests with Node's own runner, bounded as a whole: `npm test`, `npm run test:slow`, or some of them
 * with `npm test -- src/crypto src/tariff/rate.test.ts`.
 *
 * Each file has a process of its own, so that one file cannot change another's world. The runner's own time
 * limits do not end a file that spins or that keeps a handle open; the bound here does. A run that finds no
 * test has failed.
 *
 * Where the machine has memory for it, what tests write lies there: books are confirmed on their disk at every sale, and
 * half of the time would go by waiting for it. A power cut is tried on disks that the tests themselves cut.
 */
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const MINUTE_MS = 60_000;

const fast = {
  patterns: ['{src,tools}/**/*.test.ts', 'test/*.test.ts', 'test/!(slow)/**/*.test.ts'],
  // The tests take about a third of this on two cores; the rest is for a machine that does something else too.
  boundMs: 35 * MINUTE_MS,
};
const slow = { patterns: ['test/slow/**/*.test.ts'], boundMs: 30 * MINUTE_MS };

// One more than cores: files that wait for a disk, a server or a browser leave theirs to others.
const FILES_AT_ONCE = availableParallelism() + 1;

const LINES_OF_A_BROKEN_FILE = 20;

const MEMORY = '/dev/shm';
/** Far more than the tests have written at any one time. */
const MEMORY_BYTES_MIN = 2 ** 30;

const [first, ...rest] = process.argv.slice(2);
const { patterns, boundMs } = first === '--slow' ? slow : fast;
const named = first === undefined || first === '--slow' ? rest : [first, ...rest];
const wanted = named.map((name) => (name.endsWith('.ts') ? name : `${name}/**/*.test.ts`));
const root = resolve(import.meta.dirname, '..');
const files = globSync(wanted.length > 0 ? wanted : patterns, { cwd: root }).map((file) => resolve(root, file));

// What the types were stripped from is kept for the thousands of processes to come, and for the next run.
process.env.NODE_COMPILE_CACHE ??= resolve(root, 'node_modules/.cache/compiled');

if (process.env.TMPDIR === undefined && memoryLeft() >= MEMORY_BYTES_MIN) {
  const folder = mkdtempSync(join(MEMORY, 'wattpurse-tests-'));
  // As any folder of that kind: a database does not run as root.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
}

const bound = AbortSignal.timeout(boundMs);
bound.addEventListener('abort', () => {
  console.error(`the tests did not end within ${boundMs / MINUTE_MS} minutes and were stopped`);
  process.exitCode = 1;
});

let tests = 0;
const results = run({
  files: files.sort(),
  concurrency: FILES_AT_ONCE,
  cwd: root,
  signal: bound,
  execArgv: ['--disable-warning=ExperimentalWarning'],
});
// What a file said beside its tests: why it failed when each of its tests passed, it says nowhere else.
const said = new Map<string, string[]>();
for (const event of ['test:stderr', 'test:diagnostic'] as const) {
  results.on(event, ({ file, message }) => {
    if (file !== undefined) said.set(file, [...(said.get(file) ?? []), message.trimEnd()]);
  });
}
const broken = new Map<string, string>();
results.on('test:fail', ({ name, details: { error } }) => {
  process.exitCode = 1;
  const { exitCode, signal } = error as { readonly exitCode?: number; readonly signal?: string | null };
  if (exitCode !== undefined) broken.set(name, signal == null ? `ended with ${exitCode}` : `was ended by ${signal}`);
});
results.on('test:summary', ({ file, counts }) => {
  if (file !== undefined) return;
  tests = counts.tests;
});
results.on('end', () => {
  if (tests > 0) return;
  console.error('no test was found');
  process.exitCode = 1;
});
const told = results.compose(spec);
told.on('end', () => {
  for (const [file, how] of broken) {
    console.error(`\n${[`${file} ${how}`, ...(said.get(file) ?? []).slice(-LINES_OF_A_BROKEN_FILE)].join('\n')}`);
  }
});
told.pipe(process.stdout);

function memoryLeft(): number {
  if (!existsSync(MEMORY)) return 0;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize;
}
