import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING, emptyDayProfile } from '../records/index.ts';
import { milliwattHours, svpmsn } from '../units/index.ts';
import { MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Two meters in Berlin that drew 0.1 Wh in every minute of some UTC days, and one of another line. */
async function line(first: number, last: number) {
  const rig = new Rig(new MemoryStore());
  for (const [id, localUnit] of [
    [1, 1],
    [2, 1],
    [3, 2],
  ] as const) {
    await rig.enrol(id, { localUnit });
    await rig.store.transaction(async (tx) => {
      for (let day = first / DAY_MS; day <= last / DAY_MS; day++) {
        const profile = emptyDayProfile(day, 1);
        profile.energies.fill(1);
        await tx.putProfile(svpmsn(id), profile);
      }
    });
  }
  rig.clock.ms = last + 2 * DAY_MS;
  return rig;
}

const read = async (rig: Rig, date: string) => made(await rig.host.lineDay({ localUnit: 1, date }));

test('a day has the hours that its clocks live, 24, 23 or 25, and each minute stands in one of them', async () => {
  for (const [date, hours, startUtc] of [
    ['2026-03-27', 24, Date.UTC(2026, 2, 26, 23)],
    ['2026-03-29', 23, Date.UTC(2026, 2, 28, 23)],
    ['2026-10-25', 25, Date.UTC(2026, 9, 24, 22)],
  ] as const) {
    const midnight = Date.parse(date);
    const rig = await line(midnight - DAY_MS, midnight + DAY_MS);
    const day = await read(rig, date);
    assert.equal(day.hours[0]?.start, startUtc, date);
    assert.deepEqual(
      day.hours.map(({ counted }) => counted),
      Array(hours).fill(120),
      date,
    );
    assert.deepEqual(
      day.meters.map(({ svpmsn: id, energy, unknownMinutes }) => [id, energy, unknownMinutes]),
      [
        [1, hours * 60, 0],
        [2, hours * 60, 0],
      ],
      date,
    );
  }
});

test('what the transformer gave stands in its hour, from the first minute of the day to the last', async () => {
  const rig = await line(Date.UTC(2026, 9, 24), Date.UTC(2026, 9, 25));
  const start = Date.UTC(2026, 9, 24, 22) / 60_000;
  await rig.store.transaction(async (tx) => {
    for (const minute of [start - 1, start, start + 25 * 60 - 1, start + 25 * 60]) {
      await tx.putCheckMinute({ localUnit: 1, minute, energy: milliwattHours(500) });
    }
  });
  const { hours } = await read(rig, '2026-10-25');
  assert.deepEqual(
    hours.flatMap(({ gave, gaveMinutes }, hour) => (gaveMinutes === 0 ? [] : [[hour, gave, gaveMinutes]])),
    [
      [0, 500n, 1],
      [24, 500n, 1],
    ],
  );
});

test('minutes that were never told, or are missing, are not known; those that have not been yet are none', async () => {
  const rig = await line(Date.UTC(2026, 2, 26), Date.UTC(2026, 2, 26));
  const profile = emptyDayProfile(Date.UTC(2026, 2, 26) / DAY_MS, 1);
  profile.energies.fill(1);
  profile.energies[600] = ENERGY_MISSING;
  await rig.store.transaction((tx) => tx.putProfile(svpmsn(2), profile));
  // The day in Berlin begins an hour before that of the records.
  assert.deepEqual(
    (await read(rig, '2026-03-26')).meters.map(({ unknownMinutes }) => unknownMinutes),
    [60, 61],
  );
  rig.clock.ms = Date.UTC(2026, 2, 26, 23) - HOUR_MS;
  assert.deepEqual(
    (await read(rig, '2026-03-26')).meters.map(({ unknownMinutes }) => unknownMinutes),
    [0, 1],
  );
});

test('what is no date is refused in one sentence', async () => {
  const answer = await new Rig(new MemoryStore()).host.lineDay({ localUnit: 1, date: '2026-02-30' });
  assert.equal('reason' in answer && answer.reason, 'range-wrong');
});
