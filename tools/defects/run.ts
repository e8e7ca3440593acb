import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Simulation } from '../../src/simulation/index.ts';
import { brokenCopy } from './broken-copy.ts';
import { DEFECTS, type Defect } from './defects.ts';
import { processorTime } from './processor-time.ts';

/**
 * Breaks one rule at a time in a copy of the source and lets the simulator look for it: `npm run defects`, or only those
 * of some rules, `npm run defects -- X3 I12`. A defect that it does not find in a minute is a hole in the checkers. Exit
 * 1 when there is one. It is a minute of one processor: what else goes on on the machine finds and hides nothing.
 */
const FOUND_WITHIN_MS = 60_000;
const LOOKED_AT_EVERY_MS = 200;
const TRANSFERS = 3_000;
const SEEDS_MAX = 20;

interface Outcome {
  readonly found: string | undefined;
  readonly seeds: number;
  /** Of processors. */
  readonly ms: number;
}

/** What was spent on one defect so far. */
interface Spent {
  ms: number;
}

async function hunt(defect: Defect): Promise<Outcome> {
  const folder = brokenCopy(defect);
  const spent: Spent = { ms: 0 };
  try {
    let seeds = 0;
    let found: string | undefined;
    while (found === undefined && seeds < SEEDS_MAX && spent.ms < FOUND_WITHIN_MS) {
      seeds += 1;
      found = await look(folder, (defect.seed ?? 1) + seeds - 1, defect, spent);
    }
    return { found, seeds, ms: spent.ms };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first promise that a life breaks; one that stops with an error breaks one too. */
async function look(folder: string, seed: number, defect: Defect, spent: Spent): Promise<string | undefined> {
  const first = await live(folder, seed, defect, spent);
  if (typeof first === 'string' || first === undefined) return first;
  const violation = first.violations.find(({ invariant }) => defect.by.includes(invariant));
  if (violation !== undefined) return `${violation.invariant}: ${violation.sentence}`;
  if (first.violations.length > 0) {
    const { invariant, sentence } = first.violations[0] as (typeof first.violations)[number];
    throw new Error(`seed ${seed} broke ${invariant} where ${defect.by.join(' or ')} was to be broken: ${sentence}`);
  }
  if (defect.twice !== true) return undefined;
  const again = await live(folder, seed, defect, spent);
  if (typeof again === 'string' || again === undefined || again.traceHash === first.traceHash) return undefined;
  return 'I29: The same seed lived two lives.';
}

/** What became of one life, or the error with which it stopped; nothing where the time was over. */
function live(folder: string, seed: number, defect: Defect, spent: Spent): Promise<Simulation | string | undefined> {
  const { suite = 'aes128', transfers = TRANSFERS, store = 'memory', days, without = [] } = defect;
  const args = [
    ...['--seed', `${seed}`, '--suite', suite, '--store', store, '--unshrunk', '--json'],
    ...(days === undefined ? ['--transfers', `${transfers}`] : ['--days', `${days}`, '--meters', '2', '--hosts', '1']),
    ...without.flatMap((kind) => ['--without', kind]),
  ];
  const child = spawn(process.execPath, ['src/cli/main.ts', 'simulate', ...args], { cwd: folder });
  const before = spent.ms;
  const began = performance.now();
  const timer = setInterval(() => {
    spent.ms = before + (processorTime(child.pid ?? 0) ?? performance.now() - began);
    if (spent.ms >= FOUND_WITHIN_MS) child.kill('SIGKILL');
  }, LOOKED_AT_EVERY_MS);
  const said: Buffer[] = [];
  const cried: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => cried.push(bytes));
  return new Promise((done, fail) => {
    child.on('close', (_, signal) => {
      clearInterval(timer);
      const out = Buffer.concat(said).toString();
      const error = Buffer.concat(cried).toString().split('\n');
      if (signal !== null) done(undefined);
      else if (out !== '') done(JSON.parse(out) as Simulation);
      else if (!defect.by.includes('stopped')) fail(new Error(error.join('\n')));
      else done(`stopped: ${error.find((line) => line.includes('Error')) ?? 'without a word'}`);
    });
  });
}

const named = process.argv.slice(2);
const unknown = named.filter((rule) => !DEFECTS.some((defect) => defect.rule === rule));
if (unknown.length > 0) {
  process.stderr.write(`No defect breaks ${unknown.join(' or ')}.\n`);
  process.exit(2);
}
const wanted = DEFECTS.filter(({ rule }) => named.length === 0 || named.includes(rule));
const waiting = [...wanted];
let missed = 0;
const one = async () => {
  for (let defect = waiting.shift(); defect !== undefined; defect = waiting.shift()) {
    const { found, seeds, ms } = await hunt(defect).catch(({ message }: Error) => {
      process.stdout.write(`${message}\n`);
      return { found: undefined, seeds: 0, ms: 0 };
    });
    if (found === undefined) missed += 1;
    process.stdout.write(
      `${found === undefined ? '✖' : '✔'} ${defect.rule.padEnd(4)} ${defect.what}\n` +
        `       ${found ?? 'NOT FOUND'} (${seeds} seeds, ${(ms / 1000).toFixed(1)} s)\n`,
    );
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, one));
process.stdout.write(`${wanted.length - missed} of ${wanted.length} planted defects were found.\n`);
process.exitCode = missed === 0 ? 0 : 1;
