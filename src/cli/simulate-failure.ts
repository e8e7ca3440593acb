import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import about from '../../package.json' with { type: 'json' };
import { FAULT_KINDS, type FaultKind, type Simulation, type SimulationOptions, simulate } from '../simulation/index.ts';

/** What is told of a life in which a promise was broken. */
export interface Failure {
  readonly commit: string;
  /** With no fault but these it breaks a promise too; leaving out any of them, it does not. */
  readonly needed: readonly FaultKind[];
  /** The file in which that life stands as a story. */
  readonly story: string;
}

/** Leaves out faults as long as some promise is still broken, and writes down the life that is left. */
export async function explain(options: SimulationOptions, failed: Simulation, story: string): Promise<Failure> {
  const commit = commitOf();
  // A life ends with the first promise that it breaks; what breaks later without one of its faults is another story.
  const shorter = { ...options, transfers: failed.transfers + MORE_TRANSFERS };
  const breaks = async (without: ReadonlySet<FaultKind>) =>
    (await simulate({ ...shorter, without })).violations.length > 0;
  const struck = FAULT_KINDS.filter((kind) => failed.faults[kind] > 0 && !options.without?.has(kind));
  const needed = await fewest(struck, (kept) => breaks(new Set(FAULT_KINDS.filter((kind) => !kept.includes(kind)))));
  const without = new Set(FAULT_KINDS.filter((kind) => !needed.includes(kind)));
  await withStory(story, `commit ${commit}`, (trace) => simulate({ ...shorter, without, trace }));
  return { commit, needed, story };
}

const MORE_TRANSFERS = 100;

/** Halves first, then single ones: a list of which nothing can be left out. All of it is known to break. */
async function fewest<T>(all: readonly T[], breaks: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = all;
  for (let size = Math.ceil(all.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await breaks(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}

/** Runs with its story written to a file, whose first line says what it is. */
export async function withStory(
  path: string,
  title: string,
  run: (trace: (line: string) => void) => Promise<Simulation>,
): Promise<Simulation> {
  const file = openSync(path, 'w');
  try {
    writeSync(file, `${title}\n`);
    return await run((line) => void writeSync(file, `${line}\n`));
  } finally {
    closeSync(file);
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
