import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { bookKeys } from '../../src/adapters/book-keys.ts';
import { GridInbox } from '../../src/cli/grid-inbox.ts';
import { keyName, Purpose, SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import { createHost, type HostServices, METERS_PER_LOCAL_UNIT_MAX, type Said } from '../../src/host/index.ts';
import { emptyDayProfile, encodeUseAnswer } from '../../src/records/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { openSqliteStore } from '../../src/storage/index.ts';
import { MINUTES_PER_DAY, milliseconds, modemAddress, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';
import { type Figure, lessIsBetter, moreIsBetter, rounded } from './figure.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 2, 2) / DAY_MS;
const BOOK_KEYS = bookKeys(new Uint8Array(32));
const GOAL_MS = 100;
/** Homes that differ, each with its bytes for each day. */
const HOMES = 16;
const COMMITS = 200;

/** Ten times what 16,777,216 meters bring in the mean, for as long as a disk and a collector show what they are like. */
const DUTY = { meters: 65_536, seconds: 600, profilesPerSecond: 1_950, topUpsPerSecond: 280 };

/**
 * A host on SQLite under the profiles and top-ups of a nation at once. Both come by the clock, whether the host is ready
 * or not: a top-up is as late as it is answered after it came.
 */
export async function dailyDuty(duty: typeof DUTY = DUTY): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const store = openSqliteStore(folder, { keys: async () => BOOK_KEYS });
  try {
    await enrol(store, duty.meters);
    const begin = Date.now();
    const days = Math.ceil((duty.seconds * duty.profilesPerSecond) / duty.meters);
    const host = await hostOn(store, begin, FIRST_DAY + days);
    const reports = reportsOf(days);
    const commit = await commitMs(store);
    const started = performance.now();
    const cpu = process.threadCpuUsage();
    const due = (perSecond: number) =>
      Math.floor((Math.min(performance.now() - started, duty.seconds * 1_000) * perSecond) / 1_000);
    const isOver = () => performance.now() - started >= duty.seconds * 1_000;

    const late: number[] = [];
    let [told, kept, behind] = [0, 0, 0];
    const inbox = new GridInbox(
      (input) => host.handle(input),
      () => undefined,
    );
    const heard = (isKept: boolean) => {
      if (!isKept) throw new Error('a profile was not kept');
      kept += 1;
    };
    const selling: Promise<void>[] = [];
    for (let sold = 0; !isOver(); await pause(1)) {
      for (const there = due(duty.profilesPerSecond); told < there; told++) {
        inbox.put(reports(told % duty.meters, Math.floor(told / duty.meters)), heard);
      }
      behind = Math.max(behind, told - kept);
      for (const there = due(duty.topUpsPerSecond); sold < there; sold++) {
        const cameAt = started + (sold * 1_000) / duty.topUpsPerSecond;
        selling.push(
          host
            .purchase({ meter: sold % duty.meters, paid: 1_000, orderId: `order ${sold}`, method: 'cash' })
            .then((answer) => {
              if ('sentence' in answer) throw new Error(answer.sentence);
              late.push(performance.now() - cameAt);
            }),
        );
      }
    }
    await Promise.all([inbox.settled(), ...selling]);
    const { user, system } = process.threadCpuUsage(cpu);
    const seconds = (performance.now() - started) / 1_000;
    const { balanced } = await host.books();
    if (!balanced) throw new Error('the books do not balance');
    late.sort((a, b) => a - b);
    const p99 = late[Math.floor(late.length * 0.99)] as number;
    const of = `${kept} profiles and ${late.length} top-ups of ${duty.meters} meters in ${seconds.toFixed(1)} s, ${rounded((user + system) / 1e6 / seconds)} of the thread, at most ${behind} profiles behind`;
    return [
      lessIsBetter(
        {
          ...{ name: 'daily-duty-top-up-p99', value: p99, unit: 'ms', limit: commit },
          limitHow: `the mean of ${COMMITS} durable commits of one fact before; ${of}`,
          goal: `at most ${GOAL_MS} ms`,
        },
        () => p99 <= GOAL_MS,
      ),
      moreIsBetter(
        {
          ...{ name: 'daily-duty-profiles', value: kept / seconds, unit: 'profiles/s', limit: duty.profilesPerSecond },
          ...{ limitHow: 'those that came', goal: 'all that come, with the last top-up' },
        },
        () => seconds <= duty.seconds + 1,
      ),
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Store = ReturnType<typeof openSqliteStore>;

async function hostOn(store: Store, begin: number, day: number): Promise<HostServices> {
  const random = seededRandom('duty');
  const kh = new Uint8Array(16);
  random.fill(kh);
  const keys = new SoftwareKeyStore(
    { utility: 1, keys: new Map([[keyName(Purpose.value, Suite.aes128, 0), kh]]) },
    random,
  );
  const clock = { now: () => milliseconds(day * DAY_MS + 3_600_000 + Date.now() - begin) };
  const grid = { send: () => undefined, reaches: () => false };
  const host = createHost(
    { store, keys, clock, randomness: random, grid, gather: setImmediate },
    { zone: 'UTC', metersMax: 65_536 },
  );
  await host.start();
  return host;
}

async function enrol(store: Store, meters: number): Promise<void> {
  const enrolledAt = milliseconds((FIRST_DAY - 1) * DAY_MS);
  await store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
  for (let from = 0; from < meters; from += METERS_PER_LOCAL_UNIT_MAX) {
    await store.transaction(async (tx) => {
      for (let meter = from; meter < Math.min(meters, from + METERS_PER_LOCAL_UNIT_MAX); meter++) {
        await tx.putMeter({
          ...{
            svpmsn: svpmsn(meter),
            subscriber: 'kim',
            localUnit: meter >> 8,
            modemAddress: modemAddress(meter & 0xff),
          },
          ...{ suite: Suite.aes128, supplies: 1, tariff: undefined, enrolledAt },
          ...{ valueGeneration: 0, controlGeneration: 0, monitoringGeneration: 0 },
        });
        await tx.putPurse({
          ...{ svpmsn: svpmsn(meter), state: 'open', lastCounter: 0, queryWanted: false, freeze: undefined },
          ...{ frozenAt: undefined, credited: 0n, closed: 0n, spent: 0n, owed: 0n, usedUnits: {} },
          ...{ bookedAt: enrolledAt, reportedAt: enrolledAt },
        });
      }
    });
  }
}

/** What a meter tells of a day, laid out before the time begins. */
function reportsOf(days: number): (meter: number, day: number) => Said {
  const random = seededRandom('homes');
  const bytes = new Uint8Array(MINUTES_PER_DAY);
  const uses = Array.from({ length: days }, (_, day) =>
    Array.from({ length: HOMES }, () => {
      random.fill(bytes);
      const profile = emptyDayProfile(FIRST_DAY + day, 1);
      for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
        const base = (bytes[minute - (minute % 30)] as number) >> 1;
        profile.energies[minute] = base + ((bytes[minute] as number) >> 5);
      }
      return encodeUseAnswer({
        head: { result: 0, balance: tokens(0), clock: unixSeconds((FIRST_DAY + days) * 86_400) },
        info: {
          ...{ owed: tokens(0), flags: 0, tableVersion: 1, nextTableVersion: 0, policyVersion: 1 },
          ...{ nextEvent: 1, lastDay: FIRST_DAY + day, daysHeld: 1 },
        },
        ...{ totals: [], modeTable: null, policy: null, profiles: [profile] },
      });
    }),
  );
  return (meter, day) => ({
    localUnit: meter >> 8,
    message: {
      ...{ type: 'poll-result', svpmsn: svpmsn(meter), atMs: (FIRST_DAY + days) * DAY_MS, clockOffsetMs: 0 },
      use: uses[day]?.[meter % HOMES] as Uint8Array,
    },
  });
}

async function commitMs(store: Store): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < COMMITS; i++) await store.transaction((tx) => tx.setFact('address-map-version', i + 1));
  return (performance.now() - begin) / COMMITS;
}
