import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { bookKeys } from '../../src/adapters/book-keys.ts';
import { householdDay, seeded } from '../../src/analysis/line-year.testing.ts';
import { SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import { createHost, METERS_PER_LOCAL_UNIT_MAX } from '../../src/host/index.ts';
import { emptyDayProfile, MINUTES_PER_DAY } from '../../src/records/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { openSqliteStore } from '../../src/storage/index.ts';
import { milliseconds, milliwattHours, modemAddress, svpmsn } from '../../src/units/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';

const UNITS = 256;
const GOAL_S = 4;
const DAY = 20_000;
const DAY_MS = 86_400_000;
const BOOK_KEYS = bookKeys(new Uint8Array(32));

/** A day of an area: each of its local units, all full, held against its check meter by a host, out of its books on disk. */
export async function areaBalance(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const store = openSqliteStore(folder, { keys: async () => BOOK_KEYS });
  try {
    await lay(store);
    const random = seededRandom('area');
    let now = (DAY + 1) * DAY_MS + 1_799_999;
    const host = createHost(
      {
        ...{ store, randomness: random, grid: { send: () => undefined } },
        keys: new SoftwareKeyStore({ utility: 1, keys: new Map() }, random),
        clock: { now: () => milliseconds(now) },
      },
      { zone: 'UTC', metersMax: UNITS * METERS_PER_LOCAL_UNIT_MAX },
    );
    await host.start();
    // A host looks for days that are over at each half hour, and judges one of them at each tick.
    await host.handle({ type: 'tick' });
    now += 1;
    const begin = performance.now();
    for (let unit = 0; unit < UNITS; unit++) await host.handle({ type: 'tick' });
    const value = (performance.now() - begin) / 1_000;
    const judged = await store.read((tx) => tx.lineBalances.page({ limit: UNITS + 1 }));
    if (judged.length !== UNITS) throw new Error(`${judged.length} days were judged`);
    const limit = readSeconds(join(folder, 'wattpurse.db'));
    return [
      lessIsBetter(
        {
          ...{ name: 'energy-balance-area', value, unit: 's', limit },
          limitHow:
            `the rows of ${UNITS * METERS_PER_LOCAL_UNIT_MAX} profiles and of the minutes of ${UNITS} check meters, read from the file by the ` +
            "engine's own driver and nothing done with them; the value is that of a host that judges each unit's day in a transaction of its own, on the clock",
          goal: `at most ${GOAL_S} s`,
        },
        () => value <= GOAL_S,
      ),
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Store = ReturnType<typeof openSqliteStore>;

async function lay(store: Store): Promise<void> {
  const random = seeded(1);
  const homes = Array.from({ length: METERS_PER_LOCAL_UNIT_MAX }, () => {
    const profile = emptyDayProfile(DAY, 1);
    profile.energies.set(householdDay(random).map((watts) => Math.round((watts * 10) / 60)));
    return profile;
  });
  const gave = Array.from({ length: MINUTES_PER_DAY }, (_, minute) =>
    milliwattHours(homes.reduce((sum, { energies }) => sum + 102 * (energies[minute] as number), 0)),
  );
  const enrolledAt = milliseconds((DAY - 30) * DAY_MS);
  await store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
  for (let unit = 0; unit < UNITS; unit++) {
    await store.transaction(async (tx) => {
      for (let place = 0; place < METERS_PER_LOCAL_UNIT_MAX; place++) {
        const id = svpmsn(unit * METERS_PER_LOCAL_UNIT_MAX + place);
        await tx.putMeter({
          ...{ svpmsn: id, subscriber: 'kim', localUnit: unit, modemAddress: modemAddress(place), suite: Suite.aes128 },
          ...{ supplies: 1, tariff: undefined, enrolledAt },
          ...{ valueGeneration: 0, controlGeneration: 0, monitoringGeneration: 0 },
        });
        await tx.putPurse({
          ...{ svpmsn: id, state: 'open', lastCounter: 0, queryWanted: false, freeze: undefined, frozenAt: undefined },
          ...{
            credited: 0n,
            closed: 0n,
            spent: 0n,
            owed: 0n,
            usedUnits: {},
            bookedAt: enrolledAt,
            reportedAt: enrolledAt,
          },
        });
        await tx.putProfile(id, homes[place] as (typeof homes)[number]);
      }
      for (const [minute, energy] of gave.entries()) {
        await tx.putCheckMinute({ localUnit: unit, minute: DAY * MINUTES_PER_DAY + minute, energy });
      }
      await tx.putLine({
        ...{ localUnit: unit, healthAt: undefined, health: undefined, checkedAt: milliseconds((DAY + 1) * DAY_MS) },
        ...{ mapRefusedAt: undefined, mapRefusal: undefined },
      });
    });
  }
}

function readSeconds(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const begin = performance.now();
  for (const table of ['profiles', 'check_minutes']) {
    for (const _ of database.prepare(`SELECT * FROM ${table}`).iterate());
  }
  database.close();
  return (performance.now() - begin) / 1_000;
}
