import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Result } from './spin.ts';

/** One file, and what each of its queries must come to, in their order. */
export interface ProverifCheck {
  readonly model: string;
  readonly expected: readonly ('true' | 'false')[];
}

const SECONDS_MAX = 60;

export const hasProverif = (): boolean => spawnSync('proverif', ['-help']).error === undefined;

/** A query that cannot be decided, or a run that fails, is not what was expected. */
export function checkWithProverif({ model, expected }: ProverifCheck): Result {
  const file = join(import.meta.dirname, `${model}.pv`);
  const { stdout } = spawnSync('proverif', [file], { encoding: 'utf8', timeout: SECONDS_MAX * 1000 });
  const found = resultsOf(stdout ?? '');
  const asExpected = found.join() === expected.join();
  const result = asExpected ? (expected.includes('false') ? 'refuted' : 'holds') : 'not completed';
  const why = `queries: ${found.join(', ') || 'none'}${asExpected ? '' : `, expected: ${expected.join(', ')}`}`;
  return { model, variant: 'ProVerif', states: undefined, depth: undefined, result, asExpected, why };
}

/** Of the lines `RESULT … is true.`, `is false.` and `cannot be proved.` */
export const resultsOf = (printed: string): string[] =>
  [...printed.matchAll(/^RESULT .* (?:is (true|false)|(cannot be proved))\.$/gm)].map(([, is]) => is ?? 'undecided');
