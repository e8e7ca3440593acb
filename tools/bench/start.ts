import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Figure, lessIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const ROUNDS = 5;
const GOAL_SECONDS = 8;
const PATIENCE_MS = 60_000;
const FIRST_TOKEN = 'stored in the meter';
const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** From the command to the first token in a meter, in a new data folder, against a Node that does nothing. */
export async function start(): Promise<readonly Figure[]> {
  const demos: number[] = [];
  const empties: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    demos.push(await secondsToFirstToken());
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
          `its log says that tokens are "${FIRST_TOKEN}"`,
        goal: `at most ${GOAL_SECONDS} s`,
      },
      () => median(demos) <= GOAL_SECONDS,
    ),
  ];
}

async function secondsToFirstToken(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const begin = performance.now();
  const demo = spawn(process.execPath, [MAIN, 'demo', '--data', join(folder, 'data')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE_MS,
  });
  const exit = once(demo, 'exit');
  try {
    for await (const line of createInterface({ input: demo.stdout })) {
      if (line.includes(FIRST_TOKEN)) return (performance.now() - begin) / 1000;
    }
    throw new Error(`the demo ended, or was stopped after ${PATIENCE_MS / 1000} s, and nothing was ${FIRST_TOKEN}`);
  } finally {
    demo.kill();
    await exit;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function secondsOfNothing(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' }), 'exit');
  return (performance.now() - begin) / 1000;
}
