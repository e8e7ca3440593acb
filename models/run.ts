/**
 * Checks the models and says what was proved and what was refuted: `models/run`.
 *
 * - `--full` also searches the large state spaces: minutes, and up to 9 GB of memory.
 * - `--json` prints the results as JSON.
 * - `--traces` writes the traces of the wrong variants anew into `traces.txt`; without it they are compared.
 *
 * It exits with 1 when any result is not the expected one. SPIN and a C compiler must be there; ProVerif's models are
 * checked where it is installed, and a sentence says so where it is not.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROVERIF_CHECKS, SPIN_CHECKS } from './checks.ts';
import { checkWithProverif, hasProverif } from './proverif.ts';
import { checkWithSpin, type Result, toolsMissing } from './spin.ts';
import { formatTraces, type Trace } from './trace.ts';

const TRACES = join(import.meta.dirname, 'traces.txt');

const flags = new Set(process.argv.slice(2));
const unknown = [...flags].filter((flag) => !['--full', '--json', '--traces'].includes(flag));
if (unknown.length > 0) {
  console.error(`models/run does not know ${unknown.join(' ')}: it takes --full, --json and --traces.`);
  process.exit(2);
}
const missing = toolsMissing();
if (missing.length > 0) {
  console.error(
    `models/run needs ${missing.join(' and ')}, which this machine lacks: install the packages spin and gcc.`,
  );
  process.exit(2);
}

const results: Result[] = [];
const traces: Trace[] = [];
for (const check of SPIN_CHECKS) {
  if (check.full === true && !flags.has('--full')) continue;
  const { result, trace } = checkWithSpin(check);
  if (trace !== undefined) traces.push(trace);
  take(result);
}
const withProverif = hasProverif();
if (withProverif) for (const check of PROVERIF_CHECKS) take(checkWithProverif(check));

const written = formatTraces(traces);
if (flags.has('--traces')) writeFileSync(TRACES, written);
const tracesHold = flags.has('--traces') || written === readFileSync(TRACES, 'utf8');
const unexpected = results.filter(({ asExpected }) => !asExpected);

if (flags.has('--json')) {
  console.log(JSON.stringify({ results, proverif: withProverif, traces: tracesHold }, undefined, 2));
} else {
  const proved = results.filter(({ result }) => result === 'holds').length;
  const refuted = results.filter(({ result }) => result === 'refuted').length;
  const reached = results.filter(({ result }) => result === 'reached').length;
  console.log(`\n${proved} proved, ${refuted} wrong variants refuted, ${reached} witnesses reached.`);
  if (!withProverif) {
    console.log('ProVerif is not installed: what models/*.pv say of secrecy and authentication was not checked here.');
  }
}
if (!tracesHold)
  console.error('models/traces.txt is not what the models give: run models/run --traces and look at the change.');
for (const { model, variant, result, why } of unexpected) {
  console.error(`${model} ${variant}: ${result}, which is not expected. ${why}`);
}
if (unexpected.length > 0 || !tracesHold) process.exitCode = 1;

/** A line of the table as soon as it is known: the larger models take seconds. */
function take(result: Result): void {
  results.push(result);
  if (flags.has('--json')) return;
  if (results.length === 1) print(['model', 'variant', 'states', 'depth', 'result', 'by']);
  const { model, variant, states, depth, asExpected, why } = result;
  const number = (value: number | undefined) => value?.toLocaleString('en') ?? '';
  print([model, variant, number(states), number(depth), asExpected ? result.result : `${result.result} (!)`, why]);
}

function print([model = '', variant = '', states = '', depth = '', result = '', why = '']: string[]): void {
  console.log(
    `${model.padEnd(13)} ${variant.padEnd(28)} ${states.padStart(11)} ${depth.padStart(6)}  ${result.padEnd(9)} ${why}`,
  );
}
