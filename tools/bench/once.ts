import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Suite } from '../../src/crypto/index.ts';
import { decodeFrame, Message } from '../../src/exchange/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { type Story, tell, Utility } from '../../src/simulation/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { tokens } from '../../src/units/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave, median } from './interleave.ts';
import { minuteRates } from './meter-minutes.ts';
import { valueExchange } from './value-exchange.ts';

const METERS = 32;
const DAYS = 7;
const DAY_MS = 86_400_000;
const BEGINS_MS = Date.UTC(2026, 2, 2);
const ROUNDS = 3;
const MINUTE_ROUNDS = 3;
const GOAL_SECONDS = 5;

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** A week of a small utility, as a program of its own and inside this one, against the work that is in it. */
export async function once(): Promise<readonly Figure[]> {
  const { value: minutesASecond } = await minuteRates(MINUTE_ROUNDS);
  const { exchangeMicroseconds } = interleave({ exchangeMicroseconds: valueExchange(Suite.aes128).run });

  const outside: number[] = [];
  const inside: number[] = [];
  let exchanges = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    const story = await asProgram();
    outside.push((performance.now() - begin) / 1000);
    const here = await inProcess();
    inside.push(here.seconds);
    exchanges = here.exchanges;
    if (!story.conserved) throw new Error('the week did not conserve value');
    if (here.story.transfers !== story.transfers || here.story.spentTokens !== story.spentTokens) {
      throw new Error(
        'the demo has other settings than this benchmark: bring them together, or the two cannot be compared',
      );
    }
  }
  const minutes = METERS * DAYS * 1440;
  const limit = minutes / minutesASecond + (exchanges * exchangeMicroseconds) / 1e6;
  const limitHow =
    `${minutes} meter-minutes at ${Math.round(minutesASecond)} a second and the ${exchanges} exchanges that were begun ` +
    `at ${exchangeMicroseconds.toFixed(1)} µs, both measured in this run`;
  const what = `${METERS} meters x ${DAYS} days`;
  return [
    lessIsBetter(
      {
        name: 'once',
        value: median(outside),
        unit: 's',
        limit,
        limitHow: `${limitHow}; the value is ${what} of \`wattpurse demo --once --json\` from start to exit, on the clock`,
        goal: `at most ${GOAL_SECONDS} s`,
      },
      () => median(outside) <= GOAL_SECONDS,
    ),
    lessIsBetter({
      name: 'once-in-process',
      value: median(inside),
      unit: 's',
      limit,
      limitHow: `${limitHow}; the value is the same ${what} in a process that runs already, on the clock`,
      goal: null,
    }),
  ];
}

async function asProgram(): Promise<Story> {
  const args = [MAIN, 'demo', '--once', '--json', '--meters', String(METERS), '--days', String(DAYS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Story;
}

async function inProcess(): Promise<{ seconds: number; exchanges: number; story: Story }> {
  const begin = performance.now();
  const utility = await Utility.open({
    seed: '1',
    meters: METERS,
    localUnits: 2,
    suite: Suite.aes128,
    store: new MemoryStore(),
    startMs: BEGINS_MS,
    zone: 'Asia/Seoul',
    tariff: DEFAULT_TARIFF,
    policy: { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(5), lowBalance: tokens(100) },
    firstSale: { from: 2, to: 400 },
    roundMs: 60 * 60_000,
  });
  let exchanges = 0;
  for (const house of utility.houses) {
    const hear = house.hear.bind(house);
    house.hear = (bytes, now) => {
      const frame = decodeFrame(bytes);
      if (!('reason' in frame) && frame.message === Message.first) exchanges += 1;
      return hear(bytes, now);
    };
  }
  const end = BEGINS_MS + DAYS * DAY_MS;
  await utility.runUntil(end);
  utility.closeTheTills();
  for (let minute = 1; minute <= 60; minute++) {
    await utility.runUntil(end + minute * 60_000);
    if ((await utility.inFlight()) === 0n) break;
  }
  const story = await tell(utility);
  return { seconds: (performance.now() - begin) / 1000, exchanges, story };
}
