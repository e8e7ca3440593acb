import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { natsMissing, startNats } from '../../src/adapters/nats.testing.ts';
import { brokerField } from '../../src/cli/broker-field.testing.ts';
import { env, type Running } from '../../src/cli/running.testing.ts';
import { METERS_PER_LOCAL_UNIT_MAX } from '../../src/host/index.ts';
import { postgresMissing, startPostgres } from '../../src/storage/postgres.testing.ts';
import { type Figure, lessIsBetter, moreIsBetter, rounded } from './figure.ts';
import { median } from './interleave.ts';
import type { Selling } from './top-ups-client.ts';

/** How much is sold. */
export interface Trade {
  readonly meters: number;
  readonly topUps: number;
  /** Before each measurement: a host that was just started compiles. */
  readonly warmUp: number;
  /** Each one host, two, two, one. */
  readonly rounds: number;
}

const WHOLE: Trade = { meters: 1_000, topUps: 6_000, warmUp: 6_000, rounds: 3 };
/** What is sold at once goes in one step: as many as fill the steps of two hosts too. */
const CONNECTIONS = 256;
/** A host hears 600 requests a minute of one address. */
const PAYERS = 1_000;
const SALES_MIN = 0.95;
const PROCESSOR_MAX = 1.15;
const GOES_ON_WITHIN_S = 10;
/** As Linux counts processor time: USER_HZ. */
const TICKS_PER_SECOND = 100;
const BEGUN_MS = 1_000;

/**
 * Real hosts, each a process, over one PostgreSQL and one broker, with an area unit: how long an order waits whose host was
 * killed, and what two hosts sell in place of one on the same machine, in turns.
 */
export async function twoHosts(trade: Trade = WHOLE): Promise<readonly Figure[]> {
  for (const missing of [postgresMissing, natsMissing]) if (missing !== false) throw new Error(missing);
  Object.assign(process.env, env);
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const postgres = await startPostgres({ durable: true });
    ends.push(() => postgres.stop());
    const nats = await startNats();
    ends.push(() => nats.stop());
    const field = await brokerField({
      ...{ folder, database: postgres.url, broker: `127.0.0.1:${nats.port}`, proxy: '127.0.0.1' },
    });
    ends.push(() => field.stop());
    const database = await observed(postgres.url);
    ends.push(() => database.end());
    const key = await founded(field, trade.meters);
    const workerData = { key, connections: CONNECTIONS, meters: trade.meters, payers: PAYERS };
    const client = new Worker(new URL('./top-ups-client.ts', import.meta.url), { workerData });
    ends.push(() => client.terminate());
    const sell = async (topUps: number, ports: readonly number[]) => {
      client.postMessage({ topUps, ports } satisfies Selling);
      await once(client, 'message');
    };

    let { two } = field;
    await two.stop();
    const [alone, both]: [Phase[], Phase[]] = [[], []];
    for (let round = 0; round < trade.rounds; round++) {
      for (const hosts of [1, 2, 2, 1]) {
        if (hosts === 2 && both.length % 2 === 0) {
          two = field.startTwo();
          await two.said(/Area unit 0 is there/);
        }
        const serving = hosts === 1 ? [field.one] : [field.one, two];
        (hosts === 1 ? alone : both).push(await phase({ serving, database, sell, trade }));
        if (hosts === 2 && both.length % 2 === 0) await two.stop();
      }
    }
    two = field.startTwo();
    await two.said(/Area unit 0 is there/);
    const goesOnS = await secondsUntilItGoesOn(field, two);
    return figures(alone, both, goesOnS);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** What was sold in one go, and the processor time that it took, all of it by sale. */
interface Phase {
  readonly perSecond: number;
  readonly hostMs: number;
  readonly databaseMs: number;
  /** Transactions that were in the way of another, and ran again. */
  readonly undone: number;
}

interface Asked {
  readonly serving: readonly Running[];
  readonly database: Database;
  readonly sell: (topUps: number, ports: readonly number[]) => Promise<void>;
  readonly trade: Trade;
}

async function phase({ serving, database, sell, trade }: Asked): Promise<Phase> {
  const ports = await Promise.all(serving.map(async (host) => Number(new URL(await host.address).port)));
  await sell(trade.warmUp, ports);
  const so = async () => ({
    hosts: serving.reduce((sum, { pid }) => sum + processorMs(pid), 0),
    database: treeMs(database.pid),
    undone: await database.undone(),
  });
  const before = await so();
  const began = performance.now();
  await sell(trade.topUps, ports);
  const seconds = (performance.now() - began) / 1_000;
  const after = await so();
  return {
    perSecond: trade.topUps / seconds,
    hostMs: (after.hosts - before.hosts) / trade.topUps,
    databaseMs: (after.database - before.database) / trade.topUps,
    undone: (after.undone - before.undone) / trade.topUps,
  };
}

function figures(alone: readonly Phase[], both: readonly Phase[], goesOnS: number): readonly Figure[] {
  const of = (phases: readonly Phase[], what: keyof Phase) => median(phases.map((phase) => phase[what]));
  const [one, two] = [alone, both].map((phases) => ({
    database: rounded(of(phases, 'databaseMs')),
    undone: rounded(of(phases, 'undone')),
  })) as [{ database: number; undone: number }, { database: number; undone: number }];
  return [
    moreIsBetter(
      {
        ...{ name: 'two-hosts-top-ups', value: of(both, 'perSecond'), unit: 'sales/s', limit: of(alone, 'perSecond') },
        limitHow: `one host over the same database and broker, in turns; POST /api/v1/purchases on ${CONNECTIONS} connections, each durable; the database takes ${one.database} ms of a processor for each with one host and undoes ${one.undone} transactions, ${two.database} and ${two.undone} with two`,
        goal: `at least ${SALES_MIN} of one host`,
      },
      (ratio) => ratio >= SALES_MIN,
    ),
    lessIsBetter(
      {
        ...{ name: 'two-hosts-processor', value: of(both, 'hostMs'), unit: 'ms/sale', limit: of(alone, 'hostMs') },
        limitHow: 'one host; processor time of the hosts’ processes, by sale',
        goal: `at most ${PROCESSOR_MAX} times one host`,
      },
      (ratio) => ratio >= 1 / PROCESSOR_MAX,
    ),
    lessIsBetter(
      {
        ...{ name: 'two-hosts-killed', value: goesOnS, unit: 's', limit: GOES_ON_WITHIN_S },
        limitHow:
          'what is promised; from SIGKILL of the host that had begun an order until the meter has its value from the other host, on the clock',
        goal: `at most ${GOES_ON_WITHIN_S} s`,
      },
      (ratio) => ratio >= 1,
    ),
  ];
}

type Field = Awaited<ReturnType<typeof brokerField>>;

/** Meters behind local units that are not there, so that what is sold to them is tried and waits. Returns a key that sells. */
async function founded({ one, boss, operator }: Field, meters: number): Promise<string> {
  let last = 0;
  const enrol = async () => {
    while (last < meters) {
      const meter = ++last;
      const enrolled = {
        ...{ number: meter.toString(16).padStart(6, '0'), subscriber: 'kim', suite: 'aes128', tariff: 'home' },
        localUnit: 1 + Math.floor(meter / METERS_PER_LOCAL_UNIT_MAX),
        modemAddress: meter % METERS_PER_LOCAL_UNIT_MAX,
      };
      const headers = { ...operator, 'x-forwarded-for': `198.18.200.${meter & 0x7f}` };
      const answer = await one.json('POST', '/api/v1/meters', enrolled, headers);
      if (!answer.ok) throw new Error(await answer.text());
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, enrol));
  const wanted = { name: 'bench', role: 'cashier', scopes: ['orders:sell'] };
  const answer = await one.json('POST', '/api/v1/api-keys', wanted, boss);
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { key: string }).key;
}

/** The meter is away while a host begins its order and is killed, and comes back then. */
async function secondsUntilItGoesOn(field: Field, two: Running): Promise<number> {
  await field.meter.stop('SIGKILL');
  await field.sell(field.one, 'killed', 1_000);
  await pause(BEGUN_MS);
  await field.one.stop('SIGKILL');
  const killedAt = performance.now();
  const meter = field.startMeter();
  await meter.said(/Now balance 1000/);
  const seconds = (performance.now() - killedAt) / 1_000;
  if (await two.stop()) throw new Error('the other host did not end as it should');
  return seconds;
}

interface Database {
  /** Of the process whose children serve the connections. */
  readonly pid: number;
  undone(): Promise<number>;
  end(): Promise<void>;
}

async function observed(url: string): Promise<Database> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const numberOf = async (sql: string) => Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
  return {
    pid: await numberOf("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS n"),
    undone: () => numberOf('SELECT xact_rollback AS n FROM pg_stat_database WHERE datname = current_database()'),
    end: () => client.end(),
  };
}

/** User and system time of a process, and with `reaped` of its children that have ended. proc_pid_stat(5) */
function processorMs(pid: number, reaped = false): number {
  const ticks = (fieldsOf(pid) ?? []).slice(UTIME, UTIME + (reaped ? 4 : 2));
  return (ticks.reduce((sum, field) => sum + Number(field), 0) * 1_000) / TICKS_PER_SECOND;
}

function treeMs(parent: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = pids.filter((pid) => Number(fieldsOf(Number(pid))?.[PARENT]) === parent);
  return children.reduce((sum, pid) => sum + processorMs(Number(pid)), processorMs(parent, true));
}

/** Places behind the name, which may have blanks in it. */
const PARENT = 1;
const UTIME = 11;

/** Nothing of a process that has ended meanwhile. */
function fieldsOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}
