import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import about from '../../package.json' with { type: 'json' };
import { SUITE_NAMES } from '../crypto/index.ts';
import {
  LifeStopped,
  type Shrunk,
  type Simulation,
  type SimulationOptions,
  shrink,
  simulate,
  strikesText,
  strikeText,
  svpmsnOfHouse,
} from '../simulation/index.ts';
import { svpmsnText } from '../units/index.ts';
import { storyOf } from './simulate-story.ts';
import { cannotWrite } from './write-whole.ts';

/** What is told of a life that went wrong. */
export interface Failure {
  readonly commit: string;
  /** The promise that was broken, or where it stopped. */
  readonly wrong: string;
  /**
   * Undefined where nobody asked for it, or when the same life, lived again, does not go wrong like that: its seed does
   * not decide it (I29).
   */
  readonly shrunk?: {
    /** With these strikes alone it goes wrong too. */
    readonly strikes: readonly string[];
    /** Whether it goes right without any one of them; otherwise that was not known in time. */
    readonly least: boolean;
    readonly lives: number;
    /** What lives that life. */
    readonly command: string;
    /** The file in which it is told. */
    readonly story: string;
  };
}

const LIVES_MAX = 1_000;
export const SHRUNK_WITHIN_MINUTES = 5;

/** What went wrong, as it is: nothing is tried. */
export const failureOf = (failed: Simulation | LifeStopped): Pick<Failure, 'commit' | 'wrong'> => ({
  commit: commitOf(),
  wrong: failed instanceof LifeStopped ? failed.where : String(failed.violations[0]?.invariant),
});

/** Leaves out strikes as long as the life goes wrong in the same way, and writes down what is left of it. */
export async function explain(
  options: SimulationOptions,
  failed: Simulation | LifeStopped,
  { store, story }: { readonly store: string; readonly story: string },
): Promise<Failure> {
  const { commit, wrong } = failureOf(failed);
  const until = performance.now() + SHRUNK_WITHIN_MINUTES * 60_000;
  const shrunk = await shrink(options, wrong, (lives) => lives < LIVES_MAX && performance.now() < until);
  if (shrunk === undefined) return { commit, wrong };
  const command = commandOf(shrunk, store);
  const trace = await traceOf(shrunk.options);
  const ids = Array.from({ length: options.meters }, (_, house) => svpmsnText(svpmsnOfHouse(house)));
  const title = [`commit ${commit}`, command, 'With --trace FILE it tells of every meter and every minute.', ''];
  writeFileSync(story, `${[...title, ...storyOf(trace, ids)].join('\n')}\n`);
  const { least, lives } = shrunk;
  return { commit, wrong, shrunk: { strikes: shrunk.options.only.map(strikeText), least, lives, command, story } };
}

function commandOf({ options }: Shrunk, store: string): string {
  const { seed, transfers, minutes, meters, hosts, suite, only } = options;
  return [
    `npm run -s wattpurse -- simulate --seed ${seed}`,
    minutes === undefined ? `--transfers ${transfers}` : `--minutes ${minutes}`,
    `--meters ${meters} --hosts ${hosts} --suite ${SUITE_NAMES[suite]} --store ${store}`,
    `--only ${strikesText(only) || 'none'}`,
  ].join(' ');
}

async function traceOf(options: SimulationOptions): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    await simulate({ ...options, trace: (line) => lines.push(line) });
  } catch (error) {
    if (!(error instanceof LifeStopped)) throw error;
    lines.push(`${endOf(error.lived)} broken: ${error.message}`);
  }
  return lines;
}

/** The instant at which a life was over. */
export const endOf = ({ startMs, virtualSeconds }: Simulation): string =>
  new Date(startMs + 1000 * virtualSeconds).toISOString();

/** Runs with its story written to a file, whose first line says what it is. @throws CannotGoOn */
export async function withStory(
  path: string,
  title: string,
  run: (trace: (line: string) => void) => Promise<Simulation>,
): Promise<Simulation> {
  const file = orCannotWrite(path, () => openSync(path, 'w'));
  const write = (line: string) => void orCannotWrite(path, () => writeSync(file, `${line}\n`));
  try {
    write(title);
    return await run(write);
  } finally {
    closeSync(file);
  }
}

function orCannotWrite<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** The commit of this checkout, with a mark when its files differ; the version of a package. */
export function commitOf(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', resolve(import.meta.dirname), ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`;
  } catch {
    return `version ${about.version}`;
  }
}
