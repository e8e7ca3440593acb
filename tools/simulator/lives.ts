/**
 * Lives that nobody has tried: `npm run simulate:ci` for 3 minutes, `npm run simulate:night` for 60. Each is a
 * `wattpurse simulate` of its own with a seed that was never drawn before, and what it takes to repeat it stands in
 * its line. One of ten is lived twice and leaves the same trace (I29). The first life that breaks a promise, stops with
 * an error or never ends is the last, and is shrunk to what it takes: exit 1.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SUITE_NAMES, Suite } from '../../src/crypto/index.ts';
import type { Simulation } from '../../src/simulation/index.ts';
import { postgresMissing, startPostgres } from '../../src/storage/postgres.testing.ts';
import { SPOILS_DAYS } from './whole-days.ts';

const AGAIN = 'npm run -s wattpurse -- simulate';
const ROOT = resolve(import.meta.dirname, '../..');
const FIRST_SEED_MAX = 2 ** 47;
/** A life of this many transfers takes a tenth of that on one core. */
const NEVER_ENDS_MS = 10 * 60_000;

/** What changes from life to life, in turn: no two of these lengths have a common divisor. */
const SUITES = [Suite.aes128, Suite.tripleDesXo, Suite.aes256, Suite.aes128].map((suite) => SUITE_NAMES[suite]);
const METERS = [32, 8, 1, 64, 16];
const HOSTS = [2, 1, 3];
const SQLITE_EVERY = 7;
const POSTGRES_EVERY = 11;
/** Real transactions on a real disk, or on the way to a server, take longer. */
const SQLITE_SHARE = 1 / 5;
const POSTGRES_SHARE = 1 / 40;
/** Whole days, which theft takes to show: of few meters, in memory, and without what leaves no day known. */
const DAYS_EVERY = 13;
const DAYS = 2;
const DAYS_METERS = 2;

const TWICE_OF = 10;

interface Life {
  readonly args: readonly string[];
  readonly seconds: number;
  readonly run: Simulation | undefined;
  /** What a life that ended badly said. */
  readonly fault: string | undefined;
  /** It ended badly where a shorter one can. */
  readonly shrinks: boolean;
  readonly twice: boolean;
}

const { values } = (() => {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ options: { minutes: text, transfers: text, seed: text } });
  } catch (error) {
    return wrongUse(`Lives take --minutes, --transfers and --seed: ${(error as Error).message}`);
  }
})();
const minutes = wholeOf('minutes', values.minutes);
const transfers = wholeOf('transfers', values.transfers);
const firstSeed = values.seed === undefined ? randomInt(FIRST_SEED_MAX) : wholeOf('seed', values.seed);
const endsAt = performance.now() + minutes * 60_000;
/** Without one no life is lived in PostgreSQL, and the first line says so. */
const server = postgresMissing === false ? await startPostgres() : undefined;
process.exitCode = await live();
await server?.stop();

async function live(): Promise<number> {
  say(`${minutes} minutes of lives of ${transfers} transfers, from seed ${firstSeed} on`);
  if (postgresMissing !== false) say(postgresMissing);
  const lives: Life[] = [];
  let next = 0;
  let failed: Life | undefined;
  const one = async () => {
    while (failed === undefined && performance.now() < endsAt) {
      const number = next++;
      const once = await liveOne(argsOf(number));
      if (once === undefined) return;
      const life = isLivedTwice(number) && once.fault === undefined ? await liveAgain(once) : once;
      lives.push(life);
      say(lineOf(life));
      if (life.fault !== undefined) failed ??= life;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
  if (failed !== undefined) {
    say(`\n${failed.fault}\n\nAgain: ${AGAIN} ${failed.args.join(' ')}\n`);
    if (failed.shrinks) await shrink(failed);
  }
  say(summaryOf(lives));
  if (lives.length === 0) say('Not one life ended in that time.');
  return failed === undefined && lives.length > 0 ? 0 : 1;
}

/** Another place in each ten: suites, meters, hosts and stores come in turn, and each shall be lived twice. */
function isLivedTwice(number: number): boolean {
  return number % TWICE_OF === Math.floor(number / TWICE_OF) % TWICE_OF;
}

function argsOf(number: number): string[] {
  const turn = <T>(of: readonly T[]): T => of[number % of.length] as T;
  if (number % DAYS_EVERY === DAYS_EVERY - 1) {
    return [
      ...['--seed', `${firstSeed + number}`, '--days', `${DAYS}`, '--suite', turn(SUITES)],
      ...['--meters', `${DAYS_METERS}`, '--hosts', '1'],
      ...SPOILS_DAYS.flatMap((kind) => ['--without', kind]),
    ];
  }
  const [store, share] = storeOf(number);
  const wanted = Math.ceil(transfers * share);
  return [
    ...['--seed', `${firstSeed + number}`, '--transfers', `${wanted}`, '--suite', turn(SUITES)],
    ...['--meters', `${turn(METERS)}`, '--hosts', `${turn(HOSTS)}`],
    ...(store === 'memory' ? [] : ['--store', store]),
  ];
}

function storeOf(number: number): [store: string, share: number] {
  if (server !== undefined && number % POSTGRES_EVERY === POSTGRES_EVERY - 1) return [server.url, POSTGRES_SHARE];
  return number % SQLITE_EVERY === SQLITE_EVERY - 1 ? ['sqlite', SQLITE_SHARE] : ['memory', 1];
}

/** A life that is cut short because the time is over counts as lived once. */
async function liveAgain(life: Life): Promise<Life> {
  const again = await liveOne(life.args);
  if (again === undefined) return life;
  const hashes = [life, again].map(({ run }) => run?.traceHash ?? 'none');
  if (again.fault === undefined && hashes[0] === hashes[1]) return { ...life, twice: true };
  const sentence = `I29: lived twice it left two traces, ${hashes.join(' and ')}.`;
  return { ...again, twice: true, shrinks: false, fault: [sentence, ...(again.fault ? [again.fault] : [])].join('\n') };
}

/** Tells what the life takes to go wrong, which has a bound of its own. */
function shrink({ args }: Life): Promise<void> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['src/cli/main.ts', 'simulate', ...args], { cwd: ROOT, stdio: 'inherit' });
    child.on('close', () => done());
  });
}

/** Undefined for a life that is cut short because the time is over. */
function liveOne(args: readonly string[]): Promise<Life | undefined> {
  return new Promise((done) => {
    const began = performance.now();
    const child = spawn(process.execPath, ['src/cli/main.ts', 'simulate', ...args, '--unshrunk', '--json'], {
      cwd: ROOT,
    });
    const left = endsAt - began;
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.min(left, NEVER_ENDS_MS));
    const said: Buffer[] = [];
    const cried: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => cried.push(bytes));
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      const seconds = (performance.now() - began) / 1000;
      const out = Buffer.concat(said).toString();
      const ended = { args, seconds, run: undefined, shrinks: false, twice: false };
      if (signal !== null && left <= NEVER_ENDS_MS) done(undefined);
      else if (signal !== null) done({ ...ended, fault: 'This life did not end.' });
      else if (out === '') done({ ...ended, fault: Buffer.concat(cried).toString(), shrinks: true });
      else done({ ...ended, ...judged(JSON.parse(out) as Simulation) });
    });
  });
}

function judged(run: Simulation): Pick<Life, 'run' | 'fault' | 'shrinks'> {
  const broken = run.violations.map(({ invariant, sentence }) => `${invariant}: ${sentence}`);
  return { run, fault: broken.length === 0 ? undefined : broken.join('\n'), shrinks: broken.length > 0 };
}

function lineOf({ args, seconds, run, fault, twice }: Life): string {
  const what = args.join(' ');
  if (run === undefined) return `✖ ${what}: ${fault?.split('\n')[0]}`;
  const faults = Object.values(run.faults).reduce((sum, count) => sum + count, 0);
  return (
    `${fault === undefined ? '✔' : '✖'} ${what}: ${run.transfers} transfers, ${faults} faults, ${run.checks} checks, ` +
    `${run.flagged} flagged, ${run.violations.length} broken, ${seconds.toFixed(1)} s${twice ? ', lived twice' : ''}`
  );
}

/** What all of it came to; a fault that never struck and a promise that nobody looked at are no proof. */
function summaryOf(lives: readonly Life[]): string {
  const faults = new Map<string, number>();
  const checks = new Map<string, number>();
  let transferred = 0;
  let virtualSeconds = 0;
  for (const { run } of lives) {
    if (run === undefined) continue;
    transferred += run.transfers;
    virtualSeconds += run.virtualSeconds;
    for (const [kind, count] of Object.entries(run.faults)) faults.set(kind, (faults.get(kind) ?? 0) + count);
    for (const [promise, count = 0] of Object.entries(run.checksOf)) {
      checks.set(promise, (checks.get(promise) ?? 0) + count);
    }
  }
  const twice = lives.filter((life) => life.twice);
  const same = twice.filter(({ fault }) => fault === undefined);
  const counted = (of: ReadonlyMap<string, number>) =>
    [...of].map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`).join(' · ');
  return [
    `\n${lives.length} lives, ${transferred.toLocaleString('en-US')} transfers, ` +
      `${(virtualSeconds / 86_400).toFixed(1)} days of a utility`,
    `lived twice: ${twice.length}, of which ${same.length} left the same trace both times (I29)`,
    `faults: ${counted(faults)}`,
    `checks: ${counted(checks)}`,
  ].join('\n');
}

function wholeOf(name: string, text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  return wrongUse(`--${name} is a whole number above 0, not "${text ?? ''}".`);
}

/** Nothing is begun. */
function wrongUse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
