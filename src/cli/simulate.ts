import { parseArgs } from 'node:util';
import { SUITE_NAMES, Suite, suiteByName } from '../crypto/index.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  faultUnknown,
  LifeStopped,
  simulate as live,
  parseStrikes,
  type Simulation,
  type SimulationOptions,
  type Strike,
  simulatedMemory,
  strikesText,
  strikeText,
} from '../simulation/index.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { withNumbers, wrongFlag } from './flags.ts';
import {
  commitOf,
  endOf,
  explain,
  type Failure,
  failureOf,
  SHRUNK_WITHIN_MINUTES,
  withStory,
} from './simulate-failure.ts';
import { simulatedPostgres } from './simulated-postgres.ts';
import { simulatedReceipts } from './simulated-receipts.ts';
import { simulatedSqlite } from './simulated-sqlite.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse simulate`: exit 1 when a promise was broken. */
export async function simulate(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  if (asked.store === 'memory') return run(asked, { ...asked.life, openStore: simulatedMemory });
  const { open, end } = asked.store === 'sqlite' ? simulatedSqlite(asked.receiptKeys) : simulatedPostgres(asked.store);
  try {
    return await run(asked, { ...asked.life, openStore: open });
  } catch (error) {
    throw inWords(error, 'The database');
  } finally {
    await end();
  }
}

async function run({ json, trace, unshrunk, store }: Asked, options: SimulationOptions): Promise<number> {
  const began = performance.now();
  const came = new Set<string>();
  const told = { ...options, onStrike: (strike: Strike) => void came.add(strikeText(strike)) };
  const explained = async (failed: Simulation | LifeStopped) => {
    if (unshrunk) return failureOf(failed);
    const within = `for at most ${SHRUNK_WITHIN_MINUTES} minutes; --unshrunk would not`;
    process.stderr.write(`It went wrong: what it takes is looked for, ${within}.\n`);
    return explain(options, failed, { store, story: `wattpurse-story-${options.seed}.txt` });
  };
  let lived: Simulation;
  try {
    lived =
      trace === undefined
        ? await live(told)
        : await withStory(trace, `seed ${options.seed}, ${commitOf()}`, (write) => live({ ...told, trace: write }));
  } catch (error) {
    if (error instanceof LifeStopped) {
      if (error.cause instanceof CannotGoOn) throw error.cause;
      const { seed } = options;
      process.stderr.write(inLines([`seed ${seed} stopped at ${endOf(error.lived)}: ${error.message}`]));
      process.stderr.write(inLines(failureInText(await explained(error), unshrunk)));
    }
    throw error;
  }
  const realSeconds = Math.round(performance.now() - began) / 1000;
  const broken = lived.violations.length > 0;
  const failure = broken ? await explained(lived) : undefined;
  const missing = strikesText((options.only ?? []).filter((strike) => !came.has(strikeText(strike))));
  if (json) process.stdout.write(`${JSON.stringify({ ...lived, realSeconds, ...failure })}\n`);
  else process.stdout.write(inLines([...inText(lived, realSeconds, missing), ...failureInText(failure, unshrunk)]));
  return broken ? 1 : 0;
}

const inLines = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function failureInText(failure: Failure | undefined, unshrunk: boolean): string[] {
  if (failure === undefined) return [];
  const { commit, wrong, shrunk } = failure;
  if (unshrunk) return [`commit ${commit}`];
  if (shrunk === undefined) {
    return [
      `commit ${commit}`,
      `Lived again it does not go wrong like this (${wrong}): its seed does not decide it (I29).`,
    ];
  }
  const { strikes, least, lives, command, story } = shrunk;
  return [
    `commit ${commit}`,
    `It goes wrong like this (${wrong}) with ${strikesInWords(strikes.length, least)}. Lives tried: ${lives}.`,
    `Again: ${command}`,
    `That life is told in ${story}.`,
  ];
}

function strikesInWords(strikes: number, least: boolean): string {
  if (strikes === 0) return 'no strike at all';
  const count = strikes === 1 ? 'one strike' : `${strikes} strikes`;
  if (!least) return `${count} alone; whether fewer are enough was not known in time`;
  return `${count} alone, and without ${strikes === 1 ? 'it' : 'any of them'} it does not`;
}

function inText(run: Simulation, realSeconds: number, missing: string): string[] {
  const faults = FAULT_KINDS.filter((kind) => run.rates[kind] > 0);
  const away = FAULT_KINDS.filter((kind) => run.rates[kind] === 0);
  const perSecond = (count: number) => Math.round(count / realSeconds).toLocaleString('en-US');
  const total = faults.reduce((sum, kind) => sum + run.faults[kind], 0);
  return [
    `seed ${run.seed}: ${run.transfers} credits in ${run.virtualSeconds} s of a utility's time, ${realSeconds} s of ours`,
    ...faults.map(
      (kind) =>
        `  ${kind.padEnd(24)} ${String(run.faults[kind]).padStart(8)}   at ${run.rates[kind].toPrecision(2)}` +
        (run.spared[kind] === 0 ? '' : `, ${run.spared[kind]} stayed away`),
    ),
    `  and none of ${away.join(', ')}`,
    `from ${new Date(run.startMs).toISOString()} in ${run.zone}, with clocks off by up to ${run.driftPpmMax} in a million`,
    `${perSecond(run.transfers)} transfers, ${perSecond(total)} faults and ${perSecond(run.checks)} checks a second`,
    `${run.cards.cards} purse cards: ${run.cards.loads} loads, ${run.cards.takings} takings by meters without a line, ${run.cards.releases} releases`,
    `${run.checks} checks, ${run.violations.length} violations, ${run.flagged} meters flagged, trace ${run.traceHash.slice(0, 16)}`,
    ...(missing === '' ? [] : [`Of its strikes these did not come: ${missing}`]),
    ...run.violations
      .slice(0, 20)
      .map(({ invariant, at, sentence }) => `  ${invariant} ${new Date(at).toISOString()} ${sentence}`),
  ];
}

const OPTIONS = {
  seed: { type: 'string' },
  transfers: { type: 'string' },
  days: { type: 'string' },
  minutes: { type: 'string' },
  meters: { type: 'string', default: '32' },
  hosts: { type: 'string', default: '2' },
  suite: { type: 'string', default: 'aes128' },
  without: { type: 'string', multiple: true },
  only: { type: 'string', multiple: true },
  store: { type: 'string', default: 'memory' },
  trace: { type: 'string' },
  unshrunk: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const METERS_A_LINE = 8;
/** Of a life whose end nobody asked for. */
const TRANSFERS = 20_000;
const TRANSFERS_MAX = 10_000_000;
const MINUTES_A_DAY = 1_440;
const DAYS_MAX = 365;

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
  /** The published half of those that sign receipts, a JWKS. */
  readonly receiptKeys: string;
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
  const without = (values.without ?? []).map(faultOf);
  if (!isStore(values.store)) {
    throw new WrongUse(`--store is memory, sqlite or the address of a database, postgres://…, not "${values.store}".`);
  }
  if ([values.transfers, values.days, values.minutes].filter((end) => end !== undefined).length > 1) {
    throw new WrongUse('A life ends after so many --transfers, --days or --minutes: give one of them.');
  }
  if (values.only !== undefined && without.length > 0) {
    throw new WrongUse('With --only no other strike comes: --without has nothing to leave out.');
  }
  const ending = () => {
    const transfers = Number.POSITIVE_INFINITY;
    if (values.days !== undefined) return { transfers, minutes: MINUTES_A_DAY * whole('days', 1, DAYS_MAX) };
    if (values.minutes !== undefined) return { transfers, minutes: whole('minutes', 1, MINUTES_A_DAY * DAYS_MAX) };
    return { transfers: values.transfers === undefined ? TRANSFERS : whole('transfers', 1, TRANSFERS_MAX) };
  };
  const meters = whole('meters', 1, 256);
  const seed = whole('seed', 0, Number.MAX_SAFE_INTEGER);
  const { signer, keys, published: receiptKeys } = simulatedReceipts(seed);
  return {
    json: values.json,
    trace: values.trace,
    unshrunk: values.unshrunk,
    store: values.store,
    receiptKeys,
    life: {
      seed,
      receipts: { signer, keys },
      ...ending(),
      meters,
      localUnits: Math.ceil(meters / METERS_A_LINE),
      hosts: whole('hosts', 1, 8),
      suite,
      without: new Set(without),
      ...(values.only && { only: values.only.flatMap(strikesOf) }),
    },
  };
}

/** Of `power-cut#17,host-killed#3`; none of `none`. */
function strikesOf(text: string): readonly Strike[] {
  if (text === 'none') return [];
  const strikes = parseStrikes(text);
  if ('reason' in strikes) throw new WrongUse(strikes.sentence);
  return strikes;
}

function faultOf(name: string): FaultKind {
  const kind = FAULT_KINDS.find((each) => each === name);
  if (kind === undefined) throw new WrongUse(faultUnknown(name));
  return kind;
}
