import { parseArgs } from 'node:util';
import { SUITE_NAMES, Suite, suiteByName } from '../crypto/index.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  simulate as live,
  type Simulation,
  type SimulationOptions,
  simulatedMemory,
} from '../simulation/index.ts';
import { withNumbers, wrongFlag } from './flags.ts';
import { commitOf, explain, type Failure, withStory } from './simulate-failure.ts';
import { simulatedPostgres } from './simulated-postgres.ts';
import { simulatedSqlite } from './simulated-sqlite.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse simulate`: exit 1 when a promise was broken. */
export async function simulate(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  if (asked.store === 'memory') return run(asked, { ...asked.life, openStore: simulatedMemory });
  const { open, end } = asked.store === 'sqlite' ? simulatedSqlite() : simulatedPostgres(asked.store);
  try {
    return await run(asked, { ...asked.life, openStore: open });
  } finally {
    await end();
  }
}

async function run({ json, trace, unshrunk }: Asked, options: SimulationOptions): Promise<number> {
  const began = performance.now();
  const lived =
    trace === undefined
      ? await live(options)
      : await withStory(trace, `seed ${options.seed}, ${commitOf()}`, (write) => live({ ...options, trace: write }));
  const realSeconds = Math.round(performance.now() - began) / 1000;
  const broken = lived.violations.length > 0;
  const failure = broken && !unshrunk ? await explain(options, lived, storyOf(options.seed)) : undefined;
  if (json) process.stdout.write(`${JSON.stringify({ ...lived, realSeconds, ...failure })}\n`);
  else process.stdout.write(`${[...inText(lived, realSeconds), ...failureInText(failure)].join('\n')}\n`);
  return broken ? 1 : 0;
}

const storyOf = (seed: number | string): string => `wattpurse-story-${seed}.txt`;

function failureInText(failure: Failure | undefined): string[] {
  if (failure === undefined) return [];
  const { commit, needed, story } = failure;
  return [
    `commit ${commit}`,
    `It takes no more than these faults: ${needed.join(', ') || 'none'}.`,
    `That life is told in ${story}.`,
  ];
}

function inText(run: Simulation, realSeconds: number): string[] {
  const faults = FAULT_KINDS.filter((kind) => run.rates[kind] > 0);
  const away = FAULT_KINDS.filter((kind) => run.rates[kind] === 0);
  const perSecond = (count: number) => Math.round(count / realSeconds).toLocaleString('en-US');
  const total = faults.reduce((sum, kind) => sum + run.faults[kind], 0);
  return [
    `seed ${run.seed}: ${run.transfers} credits in ${run.virtualSeconds} s of a utility's time, ${realSeconds} s of ours`,
    ...faults.map(
      (kind) => `  ${kind.padEnd(24)} ${String(run.faults[kind]).padStart(8)}   at ${run.rates[kind].toPrecision(2)}`,
    ),
    `  and none of ${away.join(', ')}`,
    `from ${new Date(run.startMs).toISOString()} in ${run.zone}, with clocks off by up to ${run.driftPpmMax} in a million`,
    `${perSecond(run.transfers)} transfers, ${perSecond(total)} faults and ${perSecond(run.checks)} checks a second`,
    `${run.checks} checks, ${run.violations.length} violations, ${run.flagged} meters flagged, trace ${run.traceHash.slice(0, 16)}`,
    ...run.violations
      .slice(0, 20)
      .map(({ invariant, at, sentence }) => `  ${invariant} ${new Date(at).toISOString()} ${sentence}`),
  ];
}

const OPTIONS = {
  seed: { type: 'string' },
  transfers: { type: 'string' },
  days: { type: 'string' },
  meters: { type: 'string', default: '32' },
  hosts: { type: 'string', default: '2' },
  suite: { type: 'string', default: 'aes128' },
  without: { type: 'string', multiple: true },
  store: { type: 'string', default: 'memory' },
  trace: { type: 'string' },
  unshrunk: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const METERS_A_LINE = 8;
/** Of a life whose end nobody asked for. */
const TRANSFERS = 20_000;
const TRANSFERS_MAX = 10_000_000;

type SimulatedIn = 'memory' | 'sqlite' | `postgres://${string}`;
const isStore = (text: string): text is SimulatedIn =>
  text === 'memory' || text === 'sqlite' || text.startsWith('postgres://');

interface Asked {
  readonly json: boolean;
  readonly trace: string | undefined;
  /** A life that breaks a promise is not lived again with fewer faults. */
  readonly unshrunk: boolean;
  /** Or the address of a PostgreSQL database. */
  readonly store: SimulatedIn;
  readonly life: Omit<SimulationOptions, 'openStore'>;
}

function parse(args: readonly string[]): Asked {
  const { values } = (() => {
    try {
      return parseArgs({ args: withNumbers(args), options: OPTIONS });
    } catch (error) {
      throw wrongFlag(error, 'simulate');
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
  if (!isStore(values.store)) {
    throw new WrongUse(`--store is memory, sqlite or the address of a database, postgres://…, not "${values.store}".`);
  }
  if (values.days !== undefined && values.transfers !== undefined) {
    throw new WrongUse('A life ends after so many --transfers or so many --days: give one of them.');
  }
  const meters = whole('meters', 1, 256);
  return {
    json: values.json,
    trace: values.trace,
    unshrunk: values.unshrunk,
    store: values.store,
    life: {
      seed: whole('seed', 0, Number.MAX_SAFE_INTEGER),
      ...(values.days === undefined
        ? { transfers: values.transfers === undefined ? TRANSFERS : whole('transfers', 1, TRANSFERS_MAX) }
        : { transfers: TRANSFERS_MAX, days: whole('days', 1, 365) }),
      meters,
      localUnits: Math.ceil(meters / METERS_A_LINE),
      hosts: whole('hosts', 1, 8),
      suite,
      without: new Set(without),
    },
  };
}
