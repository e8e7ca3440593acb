import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Suite } from '../../src/crypto/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { type Simulation, Utility } from '../../src/simulation/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { type Figure, lessIsBetter, moreIsBetter } from './figure.ts';
import { interleave, median } from './interleave.ts';
import { minuteRates } from './meter-minutes.ts';
import { valueExchange } from './value-exchange.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
/** Drawn once; what strikes in each, and how long it takes, is its own. */
const SEEDS = [1, 2, 3];
const LONG_SEED = 4;
const METERS = 250;
const HOURS = 24;
const HOUR_MS = 3_600_000;
const ROUNDS = 3;
const SIMULATED_A_SECOND_MIN = 10_000;

/** Lives under faults as a program of its own, and a quiet day of one full line, against the exchanges that are in them. */
export async function simulator(): Promise<readonly Figure[]> {
  const { exchangeMicroseconds } = interleave({ exchangeMicroseconds: valueExchange(Suite.aes128).run });
  const { value: minutesASecond } = await minuteRates(ROUNDS);
  const short = [];
  for (const seed of SEEDS) short.push(await life(seed, 20_000));
  const long = await life(LONG_SEED, 100_000);
  const slowest = short.reduce((slow, each) => (each.seconds > slow.seconds ? each : slow));
  const days: number[] = [];
  for (let round = 0; round < ROUNDS; round++) days.push(await day());
  const simulatedASecond = (HOURS * 3600) / median(days);
  return [
    inFull('simulate-20000', slowest, 25, exchangeMicroseconds, `the slowest of seeds ${SEEDS.join(', ')}`),
    inFull('simulate-100000', long, 120, exchangeMicroseconds, `seed ${LONG_SEED}`),
    moreIsBetter(
      {
        name: 'simulated-time',
        value: simulatedASecond,
        unit: 's/s',
        limit: (HOURS * 3600) / ((METERS * HOURS * 60) / minutesASecond),
        limitHow:
          `the ${METERS * HOURS * 60} meter-minutes alone at ${Math.round(minutesASecond)} a second, without line, ` +
          `unit or host; the value is a day of ${METERS} meters on one line of 1200 bit/s with households, people who ` +
          `buy, a round of polls an hour, and no faults but the line's noise`,
        goal: `at least ${SIMULATED_A_SECOND_MIN}`,
      },
      () => simulatedASecond >= SIMULATED_A_SECOND_MIN,
    ),
  ];
}

interface Lived {
  readonly seconds: number;
  readonly run: Simulation;
}

async function life(seed: number, transfers: number): Promise<Lived> {
  const args = [MAIN, 'simulate', '--seed', `${seed}`, '--transfers', `${transfers}`, '--json'];
  const began = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return { seconds: (performance.now() - began) / 1000, run: JSON.parse(stdout) as Simulation };
}

function inFull(name: string, { seconds, run }: Lived, most: number, micros: number, which: string): Figure {
  const faults = Object.values(run.faults).reduce((sum, count) => sum + count, 0);
  const aSecond = (count: number) => Math.round(count / seconds).toLocaleString('en-US');
  return lessIsBetter(
    {
      name,
      value: seconds,
      unit: 's',
      limit: (run.transfers * micros) / 1e6,
      limitHow:
        `${run.transfers} value exchanges at ${micros.toFixed(1)} µs, measured in this run; the value is \`wattpurse ` +
        `simulate\` from start to exit, on the clock, ${which}: ${faults} faults and ${run.checks} checks, ` +
        `${aSecond(run.transfers)} transfers, ${aSecond(faults)} faults and ${aSecond(run.checks)} checks a second`,
      goal: `at most ${most} s`,
    },
    () => seconds <= most,
  );
}

/** Seconds that a day takes once the first hour is over. */
async function day(): Promise<number> {
  const startMs = Date.UTC(2026, 2, 2);
  const utility = await Utility.open({
    seed: '1',
    meters: METERS,
    localUnits: 1,
    suite: Suite.aes128,
    store: new MemoryStore(),
    startMs,
    zone: 'Asia/Seoul',
    tariff: DEFAULT_TARIFF,
    policy: DEFAULT_SUPPLY_POLICY,
    firstSale: { from: 500, to: 3_000 },
    roundMs: HOUR_MS,
  });
  await utility.runUntil(startMs + HOUR_MS);
  const began = performance.now();
  await utility.runUntil(startMs + (1 + HOURS) * HOUR_MS);
  return (performance.now() - began) / 1000;
}
