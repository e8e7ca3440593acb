import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { tellsOfStoring } from '../../src/cli/news.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const ROUNDS = 5;
export const START_GOAL_SECONDS = 8;
const PATIENCE_MS = 60_000;
const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** From the command to the first token in a meter, in a new data folder, against a Node that does nothing. */
export async function start(): Promise<readonly Figure[]> {
  const demos: number[] = [];
  const empties: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    demos.push(await secondsOfDemo());
    empties.push(await secondsOfNothing());
  }
  return [
    lessIsBetter(
      {
        name: 'start',
        value: median(demos),
        unit: 's',
        limit: median(empties),
        limitHow:
          'the same Node with an empty program, from start to exit; the value is `wattpurse demo` in a new folder until ' +
          'its log tells of tokens that were stored',
        goal: `at most ${START_GOAL_SECONDS} s`,
      },
      () => median(demos) <= START_GOAL_SECONDS,
    ),
  ];
}

async function secondsOfDemo(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  try {
    return await secondsToFirstToken(process.execPath, [MAIN, 'demo', '--data', join(folder, 'data')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a demo without a terminal, and ends it with all its children when its log tells of the first token. */
export async function secondsToFirstToken(
  command: string,
  args: readonly string[],
  settings: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  const begin = performance.now();
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const demo: ChildProcessByStdio<null, Readable, null> = spawn(command, args, { ...settings, stdio, detached: true });
  const exit = once(demo, 'exit');
  const end = () => {
    if (demo.pid !== undefined && demo.exitCode === null && demo.signalCode === null) process.kill(-demo.pid);
  };
  const patience = setTimeout(end, PATIENCE_MS);
  try {
    for await (const line of createInterface({ input: demo.stdout })) {
      if (tellsOfStoring(line)) return (performance.now() - begin) / 1000;
    }
    throw new Error(
      `the demo ended, or was stopped after ${PATIENCE_MS / 1000} s, and its log told of no stored token`,
    );
  } finally {
    clearTimeout(patience);
    end();
    await exit;
  }
}

export async function secondsOfNothing(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' }), 'exit');
  return (performance.now() - begin) / 1000;
}
