import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFECTS, type Defect } from './defects.ts';

/**
 * Breaks one rule at a time in a copy of the source and lets the simulator look for it: `npm run defects`. A defect that
 * it does not find in a minute is a hole in the checkers. Exit 1 when there is one.
 */
const ROOT = join(import.meta.dirname, '../..');
const FOUND_WITHIN_MS = 60_000;
const TRANSFERS = 3_000;
const SEEDS_MAX = 20;

interface Outcome {
  readonly found: string | undefined;
  readonly seeds: number;
  readonly ms: number;
}

function hunt({ file, right, wrong, suite = 'aes128' }: Defect): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-defect-'));
  const began = performance.now();
  try {
    cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    if (source.split(right).length !== 2) throw new Error(`${file} has not exactly one "${right}"`);
    writeFileSync(
      path,
      source.replace(right, () => wrong),
    );
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const left = FOUND_WITHIN_MS - (performance.now() - began);
      if (left <= 0) return { found: undefined, seeds: seed - 1, ms: performance.now() - began };
      const found = look(folder, seed, suite, left);
      if (found !== undefined) return { found, seeds: seed, ms: performance.now() - began };
    }
    return { found: undefined, seeds: SEEDS_MAX, ms: performance.now() - began };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first promise that a run breaks; a run that throws or never ends breaks one too. */
function look(folder: string, seed: number, suite: string, timeoutMs: number): string | undefined {
  const args = [
    'src/cli/main.ts',
    'simulate',
    '--seed',
    `${seed}`,
    '--transfers',
    `${TRANSFERS}`,
    '--suite',
    suite,
    '--json',
  ];
  const run = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: Math.ceil(timeoutMs),
    maxBuffer: 1 << 26,
  });
  if (run.status === 0) return undefined;
  if (run.status === null) return undefined;
  if (run.stdout === '')
    return `stopped: ${run.stderr.split('\n').find((line) => /Error/.test(line)) ?? 'without a word'}`;
  const { violations } = JSON.parse(run.stdout) as { violations: { invariant: string; sentence: string }[] };
  return `${violations[0]?.invariant}: ${violations[0]?.sentence}`;
}

const named = process.argv.slice(2);
let missed = 0;
for (const defect of DEFECTS) {
  if (named.length > 0 && !named.includes(defect.rule)) continue;
  const { found, seeds, ms } = hunt(defect);
  if (found === undefined) missed += 1;
  const what = found ?? 'NOT FOUND';
  process.stdout.write(
    `${defect.rule.padEnd(4)} ${defect.what}\n     ${what} (${seeds} seeds, ${(ms / 1000).toFixed(1)} s)\n`,
  );
}
process.stdout.write(`${missed} of the planted defects were not found.\n`);
process.exitCode = missed === 0 ? 0 : 1;
