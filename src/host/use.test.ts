import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyDayProfile } from '../records/index.ts';
import { milliseconds, svpmsn } from '../units/index.ts';
import { MemoryStore, type UseQuery } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const MS_PER_DAY = 86_400_000;
const SEASONS = { summer: { from: '06-01', to: '08-31' }, winter: { from: '12-01', to: '02-29' } };

/** A meter in Berlin that drew 0.1 Wh in every minute of the UTC days from `first` to `last`. */
async function steady(first: number, last: number, localUnit = 1) {
  const rig = new Rig(new MemoryStore());
  const definition = { unitCharge: 1, bands: [], otherwise: 100, seasons: SEASONS };
  made(await rig.host.publishTariff('home', definition));
  await rig.enrol(1, { tariff: 'home', localUnit });
  await rig.store.transaction(async (tx) => {
    for (let day = first / MS_PER_DAY; day <= last / MS_PER_DAY; day++) {
      const profile = emptyDayProfile(day, 1);
      profile.energies.fill(1);
      await tx.putProfile(svpmsn(1), profile);
    }
  });
  return async (by: UseQuery['by'], from: number, to: number) => {
    const query = { meter: 1, supply: 1, by, from: milliseconds(from), to: milliseconds(to) };
    return made(await rig.host.use(query)).map(({ name, energy }) => [name, energy]);
  };
}

/** Midnight in Berlin, in winter. */
const berlin = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day) - 3_600_000;

test('the leap day is a day of its own, and belongs to its month and its season', async () => {
  const use = await steady(Date.UTC(2028, 1, 26), Date.UTC(2028, 2, 3));
  const [from, to] = [berlin(2028, 2, 28), berlin(2028, 3, 2)];
  assert.deepEqual(await use('day', from, to), [
    ['2028-02-28', 1440],
    ['2028-02-29', 1440],
    ['2028-03-01', 1440],
  ]);
  assert.deepEqual(await use('month', from, to), [
    ['2028-02', 2880],
    ['2028-03', 1440],
  ]);
  assert.deepEqual(await use('season', from, to), [
    ['2027 winter', 2880],
    ['2028 without a season', 1440],
  ]);
  assert.deepEqual((await use('hour', from, to)).length, 72);
  const plain = await steady(Date.UTC(2027, 1, 26), Date.UTC(2027, 2, 3));
  assert.deepEqual(
    (await plain('day', berlin(2027, 2, 28), berlin(2027, 3, 2))).map(([name]) => name),
    ['2027-02-28', '2027-03-01'],
  );
});

test('the year turns at local midnight, and a winter goes on in the year in which it began', async () => {
  const use = await steady(Date.UTC(2026, 11, 30), Date.UTC(2027, 0, 1));
  const [from, to] = [berlin(2026, 12, 31), berlin(2027, 1, 2)];
  assert.deepEqual(await use('hour', berlin(2027, 1, 1) - 3_600_000, berlin(2027, 1, 1) + 3_600_000), [
    ['2026-12-31 23', 60],
    ['2027-01-01 00', 60],
  ]);
  assert.deepEqual(await use('day', from, to), [
    ['2026-12-31', 1440],
    ['2027-01-01', 1440],
  ]);
  assert.deepEqual(await use('month', from, to), [
    ['2026-12', 1440],
    ['2027-01', 1440],
  ]);
  assert.deepEqual(await use('season', from, to), [['2026 winter', 2880]]);
});

test('a day on which the clocks change has 23 or 25 hours, and an hour that is lived twice is two', async () => {
  const spring = await steady(Date.UTC(2026, 2, 28), Date.UTC(2026, 2, 30));
  const march = berlin(2026, 3, 29);
  assert.deepEqual(await spring('day', march, march + 23 * 3_600_000), [['2026-03-29', 23 * 60]]);
  const hours = (await spring('hour', march, march + 4 * 3_600_000)).map(([name]) => name);
  assert.deepEqual(hours, ['2026-03-29 00', '2026-03-29 01', '2026-03-29 03', '2026-03-29 04']);
  const autumn = await steady(Date.UTC(2026, 9, 24), Date.UTC(2026, 9, 26));
  const october = berlin(2026, 10, 25) - 3_600_000;
  assert.deepEqual(await autumn('day', october, october + 25 * 3_600_000), [['2026-10-25', 25 * 60]]);
  assert.deepEqual(await autumn('hour', october + 2 * 3_600_000, october + 5 * 3_600_000), [
    ['2026-10-25 02', 60],
    ['2026-10-25 02', 60],
    ['2026-10-25 03', 60],
  ]);
});
