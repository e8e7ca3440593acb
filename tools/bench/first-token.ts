import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Figure, lessIsBetter } from './figure.ts';
import { START_GOAL_SECONDS, secondsOfNothing, secondsToFirstToken } from './start.ts';

const GOAL_SECONDS = 60;
const PATIENCE_MS = 300_000;
const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/**
 * From a clean checkout on a machine that has nothing of it to the first token of `npm start`: the files of the working
 * tree in a new folder, `npm ci` with an empty cache of its own, `npm start` without a terminal. Once, because most of
 * it is the network's time. Where that cannot be done, a sentence on standard error says so and there is no figure.
 */
export async function firstToken(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-checkout-'));
  try {
    const checkout = join(folder, 'wattpurse');
    const env = bareEnvironment(join(folder, 'cache'));
    let begin: number;
    try {
      await copyOfTree(checkout);
      begin = performance.now();
      await run('npm', ['ci'], { cwd: checkout, env, timeout: PATIENCE_MS });
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr || error);
      const why = said.split('\n').find((line) => !line.includes(' warn ')) ?? said;
      process.stderr.write(`first-token was not measured (${why}): it needs git, npm and the registry of packages.\n`);
      return [];
    }
    const install = (performance.now() - begin) / 1000;
    const afterwards = await secondsToFirstToken('npm', ['start'], { cwd: checkout, env });
    return figures(install, afterwards, await secondsOfNothing());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const figures = (install: number, afterwards: number, nothing: number): Figure[] => [
  lessIsBetter(
    {
      name: 'first-token',
      value: install + afterwards,
      unit: 's',
      limit: install,
      limitHow:
        '`npm ci` alone, in a copy of the working tree with an empty cache; the value adds `npm start` without a ' +
        'terminal until its log tells of tokens that were stored; once, on the clock',
      goal: `at most ${GOAL_SECONDS} s`,
    },
    () => install + afterwards <= GOAL_SECONDS,
  ),
  lessIsBetter(
    {
      name: 'first-token-after-install',
      value: afterwards,
      unit: 's',
      limit: nothing,
      limitHow: 'an empty program under the Node of this benchmark; the value is the `npm start` of that checkout',
      goal: `at most ${START_GOAL_SECONDS} s`,
    },
    () => afterwards <= START_GOAL_SECONDS,
  ),
];

/** The files that a checkout would have, as they are now, and nothing else: no packages, no data. */
async function copyOfTree(to: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  mkdirSync(to);
  for (const path of new Set(stdout.split('\0'))) {
    // A file that was removed and not yet committed is still listed.
    if (path !== '' && existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(to, path));
  }
}

/** This program's environment without the Node and the programs of this checkout, which a new machine has not got. */
function bareEnvironment(cache: string): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...process.env, PATH: path.join(delimiter), npm_config_cache: cache };
}
