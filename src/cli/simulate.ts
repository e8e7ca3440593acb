import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SUITE_NAMES, Suite, suiteByName } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  simulate as live,
  type SimulatedStore,
  type Simulation,
  type SimulationOptions,
} from '../simulation/index.ts';
import { WrongUse } from './usage.ts';

const inMemory = (store: MemoryStore): SimulatedStore => ({
  store,
  backUp: async () => inMemory(await store.copy()),
});

/** `wattpurse simulate`: exit 1 when a promise was broken. */
export async function simulate(args: readonly string[]): Promise<number> {
  const { json, trace, options } = parse(args);
  const file = trace === undefined ? undefined : openSync(trace, 'w');
  const began = performance.now();
  const run = await live({
    ...options,
    ...(file !== undefined && { trace: (line: string) => void writeSync(file, `${line}\n`) }),
  });
  if (file !== undefined) closeSync(file);
  const realSeconds = Math.round(performance.now() - began) / 1000;
  if (json) process.stdout.write(`${JSON.stringify({ ...run, realSeconds })}\n`);
  else process.stdout.write(`${inText(run, realSeconds)}\n`);
  if (run.violations.length === 0) return 0;
  if (!json) {
    const needed = await shrink(options, run);
    process.stdout.write(`It takes no more than these faults: ${needed.join(', ') || 'none'}.\n`);
  }
  return 1;
}

/** Leaves out one kind of fault after the other, as long as some promise is still broken. */
async function shrink(options: SimulationOptions, run: Simulation): Promise<FaultKind[]> {
  const without = new Set(options.without);
  for (const kind of FAULT_KINDS) {
    if (run.faults[kind] === 0) continue;
    const fewer = await live({ ...options, without: new Set([...without, kind]) });
    if (fewer.violations.length > 0) without.add(kind);
  }
  return FAULT_KINDS.filter((kind) => run.faults[kind] > 0 && !without.has(kind));
}

function inText(run: Simulation, realSeconds: number): string {
  const faults = FAULT_KINDS.filter((kind) => run.faults[kind] > 0);
  const perSecond = (count: number) => Math.round(count / realSeconds).toLocaleString('en-US');
  const total = faults.reduce((sum, kind) => sum + run.faults[kind], 0);
  return [
    `seed ${run.seed}: ${run.transfers} credits in ${run.virtualSeconds} s of a utility's time, ${realSeconds} s of ours`,
    ...faults.map(
      (kind) => `  ${kind.padEnd(24)} ${String(run.faults[kind]).padStart(8)}   at ${run.rates[kind].toPrecision(2)}`,
    ),
    `${perSecond(run.transfers)} transfers, ${perSecond(total)} faults and ${perSecond(run.checks)} checks a second`,
    `${run.checks} checks, ${run.violations.length} violations, ${run.flagged} meters flagged, trace ${run.traceHash.slice(0, 16)}`,
    ...run.violations
      .slice(0, 20)
      .map(({ invariant, at, sentence }) => `  ${invariant} ${new Date(at).toISOString()} ${sentence}`),
  ].join('\n');
}

const OPTIONS = {
  seed: { type: 'string' },
  transfers: { type: 'string', default: '20000' },
  meters: { type: 'string', default: '32' },
  hosts: { type: 'string', default: '2' },
  suite: { type: 'string', default: 'aes128' },
  without: { type: 'string', multiple: true },
  trace: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const METERS_A_LINE = 8;

function parse(args: readonly string[]): {
  readonly json: boolean;
  readonly trace: string | undefined;
  readonly options: SimulationOptions;
} {
  const { values } = (() => {
    try {
      return parseArgs({ args: [...args], options: OPTIONS });
    } catch (error) {
      throw new WrongUse(`simulate: ${(error as Error).message.split('. ')[0]}. See wattpurse simulate --help.`);
    }
  })();
  const whole = (flag: keyof typeof OPTIONS, least: number, most: number): number => {
    const text = String(values[flag] ?? '');
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new WrongUse(`--${flag} is a whole number from ${least} to ${most}, not "${text}".`);
  };
  if (values.seed === undefined) throw new WrongUse('simulate needs a seed: wattpurse simulate --seed NUMBER.');
  const suite = suiteByName(values.suite);
  if (suite === undefined || suite === Suite.tripleDes) {
    const names = Object.values(Suite)
      .filter((each) => each !== Suite.tripleDes)
      .map((each) => SUITE_NAMES[each]);
    throw new WrongUse(
      `--suite is one of ${names.join(', ')}, not "${values.suite}": suite 3des promises nothing that could be watched.`,
    );
  }
  const without = (values.without ?? []).map((name) => {
    if ((FAULT_KINDS as readonly string[]).includes(name)) return name as FaultKind;
    throw new WrongUse(`There is no fault "${name}": the faults are ${FAULT_KINDS.join(', ')}.`);
  });
  const meters = whole('meters', 1, 256);
  return {
    json: values.json,
    trace: values.trace,
    options: {
      seed: whole('seed', 0, Number.MAX_SAFE_INTEGER),
      transfers: whole('transfers', 1, 10_000_000),
      meters,
      localUnits: Math.ceil(meters / METERS_A_LINE),
      hosts: whole('hosts', 1, 8),
      suite,
      without: new Set(without),
      openStore: () => inMemory(new MemoryStore()),
    },
  };
}
