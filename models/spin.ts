import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrace, type Trace } from './trace.ts';

/** One search of one model. */
export interface SpinCheck {
  readonly model: 'exactly-once' | 'card';
  readonly variant: string;
  readonly flags: readonly string[];
  readonly expected: 'holds' | 'refuted' | 'reached';
  /** What is found against a wrong variant, or reached: a sentence of the model. */
  readonly sentence?: string;
  /** Depth first in an order that it draws, instead of a shortest trace. */
  readonly seed?: number;
  /** Too large for every day. */
  readonly full?: true;
}

/** A line of the table. `why`: the sentence that was found, or what went wrong with the search. */
export interface Result {
  readonly model: string;
  readonly variant: string;
  readonly states: number | undefined;
  readonly depth: number | undefined;
  readonly result: 'holds' | 'refuted' | 'reached' | 'not completed';
  readonly asExpected: boolean;
  readonly why: string;
}

const MEMORY_SMALL_MB = 1_800;
const MEMORY_FULL_MB = 9_000;
const SECONDS_SMALL = 120;
const SECONDS_FULL = 1_800;
/** Far above the deepest path; a search that reaches it is not complete, and says so. */
const DEPTH_MAX = 1_000_000;

/** What the searches need and this machine has not. */
export const toolsMissing = (): string[] =>
  ['spin', 'gcc'].filter((tool) => spawnSync(tool, tool === 'spin' ? ['-V'] : ['--version']).error !== undefined);

/**
 * Searches a model in a folder of its own: depth first where nothing may be found, breadth first where something must
 * be, because that finds a shortest trace.
 * @throws Error when SPIN or the compiler fails: the model itself is broken
 */
export function checkWithSpin(check: SpinCheck): { readonly result: Result; readonly trace: Trace | undefined } {
  const { model, flags, expected, seed, full } = check;
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-models-'));
  const file = `${model}.pml`;
  const here = { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' } as const;
  try {
    copyFileSync(join(import.meta.dirname, file), join(folder, file));
    execFileSync('spin', [...flags, '-a', file], here);
    const search = ['-DSAFETY', '-DNOFAIR', '-DCOLLAPSE', `-DMEMLIM=${full ? MEMORY_FULL_MB : MEMORY_SMALL_MB}`];
    if (seed !== undefined) search.push('-DP_RAND', '-DT_RAND');
    else if (expected !== 'holds') search.push('-DBFS');
    // A trace is found in a moment: there the compiler is what takes time.
    const speed = expected === 'holds' ? '-O2' : '-O0';
    execFileSync('gcc', [speed, '-w', ...search, '-o', 'pan', 'pan.c'], here);
    const timeout = (full ? SECONDS_FULL : SECONDS_SMALL) * 1000;
    const options = [`-m${DEPTH_MAX}`, `-w${full ? 27 : 22}`, ...(seed === undefined ? [] : [`-RS${seed}`])];
    const { stdout } = spawnSync('./pan', options, { ...here, timeout });
    const trail = `${file}.trail`;
    const trace = existsSync(join(folder, trail))
      ? readTrace(model, check.variant, execFileSync('spin', [...flags, '-t', '-k', trail, file], here))
      : undefined;
    return { result: judged(check, stdout, trace), trace: expected === 'holds' ? undefined : trace };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads what `pan` printed: nothing counts as proved but a search that says it was complete and found no error. */
export function judged(check: SpinCheck, printed: string, trace: Trace | undefined): Result {
  const { model, variant, expected, sentence } = check;
  const head = printed.match(/^State-vector \d+ byte, depth reached (\d+), errors: (\d+)$/m);
  const stored = printed.match(/^ *([\d.e+]+) states, stored$/m);
  const states = stored === null ? undefined : Number(stored[1]);
  const depth = head === null ? undefined : Number(head[1]);
  const searched = { model, variant, states, depth };
  const incomplete = /Search not completed|error: max search depth|out of memory|reached -DMEMLIM/.test(printed);
  if (head === null || states === undefined || (incomplete && trace === undefined)) {
    const why = 'The search did not come to its end: it needs more memory, time or depth.';
    return { ...searched, result: 'not completed', asExpected: false, why };
  }
  if (head[2] === '0') return { ...searched, result: 'holds', asExpected: expected === 'holds', why: '' };
  const why = trace?.sentence ?? 'An error without a trace.';
  const result = sentence?.startsWith('reached:') ? 'reached' : 'refuted';
  return { ...searched, result, asExpected: result === expected && why === sentence, why };
}
