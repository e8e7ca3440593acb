import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { bookKeys } from '../../src/adapters/book-keys.ts';
import { keyName, Purpose, SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import { createHost, type HostServices, METERS_PER_LOCAL_UNIT_MAX, type Said } from '../../src/host/index.ts';
import { emptyDayProfile, encodeUseAnswer } from '../../src/records/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { openSqliteStore } from '../../src/storage/index.ts';
import { MINUTES_PER_DAY, milliseconds, type Svpmsn, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';
import { type Figure, moreIsBetter, rounded } from './figure.ts';
import { median } from './interleave.ts';

const METERS = 1_024;
const GROUP = METERS_PER_LOCAL_UNIT_MAX;
const WARM_UP_DAYS = 2;
const DAYS = 6;
const SALES_OF_EACH = 10;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 2, 2) / DAY_MS;
const BOOK_KEYS = bookKeys(new Uint8Array(32));
/** What 16,777,216 meters bring, 195 a second, and ten times headroom. */
const LEAST = 1_950;

const HOW =
  'the rows of profiles and of what is known of each meter, as the host wrote them, into the same tables by ' +
  "the engine's own driver alone, one durable transaction a group; the value is what a host takes of polls with the " +
  `profile of a day, ${GROUP} in a group, of ${METERS} meters, in sealed books; processor time`;

/** Day profiles that a host keeps a second, told one by one and in groups, and what they take on disk. */
export async function reportsOnSqlite(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  let day = FIRST_DAY;
  const clock = { now: () => milliseconds((day + 1) * DAY_MS + 3_600_000) };
  const store = openSqliteStore(join(folder, 'host'), { keys: async () => BOOK_KEYS });
  const other = openSqliteStore(join(folder, 'bare'), { keys: async () => BOOK_KEYS });
  try {
    const random = seededRandom('reports');
    const kh = new Uint8Array(16);
    random.fill(kh);
    const keys = new SoftwareKeyStore(
      { utility: 1, keys: new Map([[keyName(Purpose.value, Suite.aes128, 0), kh]]) },
      random,
    );
    const hostOf = async (of: typeof store): Promise<HostServices> => {
      const ports = { store: of, keys, clock, randomness: random, grid: { send: () => undefined } };
      const host = createHost(ports, { zone: 'UTC', metersMax: METERS });
      await host.start();
      await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
      for (let meter = 0; meter < METERS; meter++) {
        const made = await host.enrol({
          ...{ svpmsn: meter, subscriber: 'kim', suite: Suite.aes128 },
          ...{ localUnit: Math.floor(meter / GROUP), modemAddress: meter % GROUP },
        });
        if ('sentence' in made) throw new Error(made.sentence);
      }
      return host;
    };
    const host = await hostOf(store);
    await hostOf(other);
    await other.close();
    const written = new DatabaseSync(join(folder, 'host', 'wattpurse.db'), { readOnly: true });
    const bare = new DatabaseSync(join(folder, 'bare', 'wattpurse.db'));
    bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    const rates = { group: [] as number[], alone: [] as number[], bare: [] as number[] };
    const sizes: number[] = [];
    for (let i = 0; i < WARM_UP_DAYS + DAYS; i++, day++) {
      const isAlone = i % 3 === 2;
      const reports = reportsOf(day, random);
      const took = await timed(async () => {
        for (let unit = 0; unit < METERS / GROUP; unit++) {
          const said = reports.slice(unit * GROUP, (unit + 1) * GROUP);
          if (isAlone) for (const one of said) await host.handle({ type: 'grid', ...one });
          else await host.handle({ type: 'grid-all', said });
        }
      });
      const copies = ['profiles', 'knowledge'].map((table) => copyOf(written, bare, table, day));
      const bareTook = await timed(async () => {
        for (let unit = 0; unit < METERS / GROUP; unit++) {
          bare.exec('BEGIN IMMEDIATE');
          for (const copy of copies) copy(unit * GROUP, (unit + 1) * GROUP);
          bare.exec('COMMIT');
        }
      });
      sizes.push(pages(written));
      if (i < WARM_UP_DAYS) continue;
      (isAlone ? rates.alone : rates.group).push((METERS * 1000) / took);
      rates.bare.push((METERS * 1000) / bareTook);
    }
    // Each meter buys for money, as credits-sqlite has it.
    const before = pages(written);
    for (let turn = 0; turn < SALES_OF_EACH; turn++) {
      const bought = await host.purchaseAll(
        Array.from({ length: METERS }, (_, meter) => {
          return { meter, paid: 1_000, orderId: `order ${turn} ${meter}`, method: 'cash' };
        }),
      );
      const refused = bought.find((answer) => 'sentence' in answer);
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
    }
    const topUpBytes = (pages(written) - before) / (METERS * SALES_OF_EACH);
    written.close();
    bare.close();
    const limit = median(rates.bare);
    const grown = ((sizes.at(-1) ?? 0) - (sizes[WARM_UP_DAYS - 1] ?? 0)) / (METERS * DAYS);
    const value = median(rates.group);
    const unit = 'profiles/s';
    return [
      moreIsBetter(
        {
          name: 'reports-sqlite',
          value,
          limit,
          unit,
          limitHow: HOW,
          goal: `at least ${LEAST} a second of processor time`,
        },
        () => value >= LEAST,
      ),
      moreIsBetter({
        name: 'reports-sqlite-one-by-one',
        ...{ value: median(rates.alone), limit: value, unit, limitHow: 'the same in groups', goal: null },
      }),
      {
        name: 'reports-sqlite-bytes',
        ...{
          value: rounded(grown),
          unit: 'B/profile',
          limit: MINUTES_PER_DAY,
          ratio: rounded(MINUTES_PER_DAY / grown),
        },
        ...{
          limitHow: 'a byte a minute; the value is what the database grew by, with its indexes',
          goal: null,
          met: null,
        },
      },
      {
        name: 'top-ups-sqlite-bytes',
        ...{ value: rounded(topUpBytes), unit: 'B/sale', limit: rounded(grown), ratio: rounded(grown / topUpBytes) },
        ...{
          limitHow: 'a profile; the value is what the database grew by when each meter bought',
          goal: null,
          met: null,
        },
      },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time in milliseconds: other work on the machine hardly touches it. */
async function timed(work: () => Promise<void>): Promise<number> {
  const begin = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

function pages(database: DatabaseSync): number {
  const [count] = database.prepare('PRAGMA page_count').all();
  const [size] = database.prepare('PRAGMA page_size').all();
  return Number(count?.page_count) * Number(size?.page_size);
}

/** A day of a household in each, as its meter tells it: minutes of 0 to 30 Wh. */
function reportsOf(day: number, random: ReturnType<typeof seededRandom>): Said[] {
  const bytes = new Uint8Array(MINUTES_PER_DAY);
  return Array.from({ length: METERS }, (_, meter): Said => {
    random.fill(bytes);
    const profile = emptyDayProfile(day, 1);
    for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
      const base = (bytes[minute - (minute % 30)] as number) >> 1;
      profile.energies[minute] = base + ((bytes[minute] as number) >> 5);
    }
    const use = encodeUseAnswer({
      head: { result: 0, balance: tokens(0), clock: unixSeconds((day + 1) * 86_400) },
      info: {
        ...{ owed: tokens(0), flags: 0, tableVersion: 1, nextTableVersion: 0, policyVersion: 1 },
        ...{ nextEvent: 1, lastDay: day, daysHeld: 1 },
      },
      ...{ totals: [], modeTable: null, policy: null, profiles: [profile] },
    });
    const id: Svpmsn = svpmsn(meter);
    return {
      localUnit: Math.floor(meter / GROUP),
      message: { type: 'poll-result', svpmsn: id, atMs: (day + 1) * DAY_MS, clockOffsetMs: 0, use },
    };
  });
}

/** Writes the rows of some meters of a day, read before. */
function copyOf(from: DatabaseSync, into: DatabaseSync, table: string, day: number) {
  const where = table === 'profiles' ? `WHERE day = ${day}` : '';
  const select = from.prepare(`SELECT * FROM ${table} ${where} ORDER BY svpmsn`);
  select.setReadBigInts(true);
  const rows = select.all() as Record<string, bigint | string | Uint8Array | null>[];
  const columns = Object.keys(rows[0] ?? {});
  const insert = into.prepare(
    `INSERT OR REPLACE INTO ${table} (${columns.map((name) => `"${name}"`)}) VALUES (${columns.map(() => '?')})`,
  );
  return (first: number, end: number) => {
    for (const row of rows) {
      const id = Number(row.svpmsn);
      if (id >= first && id < end) insert.run(...columns.map((name) => row[name] ?? null));
    }
  };
}
