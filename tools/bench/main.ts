/**
 * The benchmarks: `npm run bench -- [name…] [--json]`; without a name all of them.
 *
 * A figure of a machine says little without another of the same machine at the same hour, so every value stands
 * beside a limit that was measured in the same run, in turns with it. `ratio` is how many times better than its limit
 * a value is: above 1 better, below 1 worse, for times, bytes and rates alike. Each benchmark runs in a process of its
 * own, so that none finds the engine's compiled code shaped by another. Short work is measured in processor time,
 * which other work on the machine hardly touches; what starts a program is measured on the clock.
 *
 * `--json` prints one list of `{ name, value, unit, limit, limitHow, ratio, goal, met }` and nothing else; a figure
 * for information has `null` as goal and met. A benchmark that fails costs its own row, whose numbers are `null` and
 * whose `limitHow` says why. Exit 0: every goal is met; 1: one is not; 2: wrong use.
 *
 * Under a profiler: `node --cpu-prof tools/bench/main.ts --in-this-process <name>`.
 * What the figures were once, and where, stands in `docs/reference/benchmarks.md`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Suite } from '../../src/crypto/index.ts';
import type { Benchmark, Figure } from './figure.ts';
import { measuredOr, unmeasured } from './measured.ts';

const exchange =
  (name: string, suite: Suite, goal?: { microseconds: number; timesFaster: number }): Benchmark =>
  async () =>
    (await import('./exchange.ts')).exchangeTime(name, suite, goal);

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'exchange-3des': exchange('exchange-3des', Suite.tripleDes, { microseconds: 15, timesFaster: 25 }),
  'exchange-3des-xo': exchange('exchange-3des-xo', Suite.tripleDesXo),
  'exchange-aes128': exchange('exchange-aes128', Suite.aes128, { microseconds: 130, timesFaster: 5 }),
  'exchange-aes256': exchange('exchange-aes256', Suite.aes256),
  'value-store-meter': async () => (await import('./value-store-meter.ts')).valueStoreMeter(),
  'exchange-bytes': async () => (await import('./exchange-bytes.ts')).exchangeBytes(),
  'meter-minutes': async () => (await import('./meter-minutes.ts')).meterMinutes(),
  'meter-frame-longest': async () => (await import('./meter-frames.ts')).longestFrames(),
  'card-apdus': async () => (await import('./card-apdus.ts')).cardApdus(),
  'profile-encode': async () => (await import('./profile-encode.ts')).profileEncode(),
  once: async () => (await import('./once.ts')).once(),
  'energy-balance': async () => (await import('./energy-balance.ts')).energyBalance(),
  'energy-balance-area': async () => (await import('./area-balance.ts')).areaBalance(),
  'order-to-receipt': async () => (await import('./order-to-receipt.ts')).orderToReceipt(),
  simulator: async () => (await import('./simulator.ts')).simulator(),
  start: async () => (await import('./start.ts')).start(),
  'first-token': async () => (await import('./first-token.ts')).firstToken(),
  'api-read': async () => (await import('./api-read.ts')).apiRead(),
  'first-view': async () => (await import('./pages.ts')).firstView(),
  'grid-frames': async () => (await import('./pages.ts')).gridFrames(),
  'top-ups-http': async () => (await import('./top-ups-http.ts')).topUpsOverHttp(),
  'phone-calls': async () => (await import('./phone-calls.ts')).phoneCalls(),
  'phone-prompts': async () => (await import('./phone-calls.ts')).phonePrompts(),
  'receipts-signed': async () => (await import('./receipts.ts')).receiptsSigned(),
  'credits-sqlite': async () => (await import('./credits.ts')).creditsOnSqlite(),
  'credits-postgresql': async () => (await import('./credits.ts')).creditsOnPostgres(),
  'reports-sqlite': async () => (await import('./reports.ts')).reportsOnSqlite(),
  'audit-year': async () => (await import('./audit-year.ts')).auditYear(),
  'back-up-sqlite': async () => (await import('./back-up.ts')).backUpOfYear('SQLite'),
  'daily-duty': async () => (await import('./daily-duty.ts')).dailyDuty(),
  'two-hosts': async () => (await import('./two-hosts.ts')).twoHosts(),
  'back-up-postgresql': async () => (await import('./back-up.ts')).backUpOfYear('PostgreSQL'),
};

const DONE = 0;
const GOAL_MISSED = 1;
const WRONG_USE = 2;

process.exitCode = await main();

async function main(): Promise<number> {
  let names: readonly string[];
  let options: { json: boolean; 'in-this-process': boolean };
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, 'in-this-process': { type: 'boolean', default: false } },
    });
    names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
    options = values;
  } catch (error) {
    return wrongUse(`${(error as Error).message.split('. ')[0]?.replace(/\.$/, '')}: there are --json and names.`);
  }
  const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown !== undefined) {
    return wrongUse(`There is no benchmark "${unknown}": there are ${Object.keys(BENCHMARKS).join(', ')}.`);
  }
  const show = options.json ? () => undefined : showFigure;
  if (!options.json) process.stdout.write(`${machine()}\n`);
  const figures: Figure[] = [];
  for (const name of names) {
    const inside = options['in-this-process'];
    const found = await (inside ? measuredOr(name, BENCHMARKS[name] as Benchmark) : inOwnProcess(name));
    figures.push(...found);
    found.forEach(show);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
  return figures.every(({ met }) => met !== false) ? DONE : GOAL_MISSED;
}

function wrongUse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return WRONG_USE;
}

/** The same program once more, for one benchmark; it answers with its JSON. */
async function inOwnProcess(name: string): Promise<readonly Figure[]> {
  const child = fork(import.meta.filename, ['--in-this-process', '--json', name], { silent: true });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.pipe(process.stderr);
  const [code] = (await once(child, 'close')) as [number | null];
  if (chunks.length === 0) return [unmeasured(name, `its process ended with exit code ${code} and no figure`)];
  return JSON.parse(Buffer.concat(chunks).toString()) as Figure[];
}

function machine(): string {
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}, load ${load} at the beginning`;
}

function showFigure({ name, value, unit, limit, limitHow, ratio, goal, met }: Figure): void {
  const verdict = goal === null ? '' : `  ${met === true ? 'met' : 'NOT MET'}: ${goal}`;
  if (value === null) {
    process.stdout.write(`\n${name}${verdict}\n  ${limitHow}\n`);
    return;
  }
  process.stdout.write(`\n${name}  ${value} ${unit}, ${ratio} times as good as ${limit} ${unit}${verdict}\n`);
  process.stdout.write(`  limit: ${limitHow}\n`);
}
