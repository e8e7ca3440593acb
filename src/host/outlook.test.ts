import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING } from '../records/index.ts';
import { svpmsn, tokens } from '../units/index.ts';
import { believeBalance } from './monitoring.ts';
import { made, type Rig } from './rig.testing.ts';
import { berlin, MINUTE, metered } from './statement.testing.ts';

/** 30 W: 720 Wh a day, 18 hours at 10 tokens a kWh and 6 at 5: 6.3 tokens. */
async function knownDays(days: number, change?: Parameters<typeof metered>[1]): Promise<Rig> {
  const rig = await metered(days, change);
  rig.clock.ms = berlin(5 + days + 1);
  await rig.store.transaction((tx) => believeBalance(tx, svpmsn(3), tokens(63), rig.clock.now()));
  rig.clock.ms += 60 * MINUTE;
  return rig;
}

test('a balance lasts as long as it would at the use of the last days, to the minute', async () => {
  const rig = await knownDays(20);
  const { dates, use, balance, lasts } = made(await rig.host.outlook(3));
  const last = ['18', '19', '20', '21', '22', '23', '24'].map((day) => `2026-01-${day}`);
  assert.deepEqual(dates, last, 'of the 25th the profile has one hour');
  assert.deepEqual(use, { energyPerDay: 7200, centitokensPerDay: 630n });
  assert.deepEqual(balance, { tokens: 63, at: berlin(26) });
  assert.deepEqual(lasts, { minutes: 14_400, until: berlin(36), byWeekday: true, band: undefined });
});

test('weekdays count as themselves, and with weeks enough there is a band', async () => {
  // Ten times as much on Saturdays and Sundays of UTC; told on Monday, 9 February.
  const rig = await knownDays(34, ({ day, energies }) => energies.fill((day + 3) % 7 > 4 ? 50 : 5));
  const { lasts, balance } = made(await rig.host.outlook(3));
  assert.deepEqual([balance?.at, lasts?.byWeekday], [berlin(40), true]);
  // Mondays have an hour of Sunday; on Saturday 63 tokens a day are used, where it would last 2.8 at the mean of all.
  assert.ok((lasts?.minutes ?? 0) > 5 * 1_440 && (lasts?.minutes ?? 0) < 6 * 1_440, `${lasts?.minutes}`);
  assert.ok(lasts?.band !== undefined && lasts.band.early <= lasts.until && lasts.until <= lasts.band.late);
});

test('minutes that are missing are neither use nor rest, and a day of which too much is missing does not count', async () => {
  // Thirty minutes by day: what is known is a little more of the night, so it is cheaper on the average.
  const rig = await knownDays(3, (profile) => profile.energies.fill(ENERGY_MISSING, 720, 750));
  const { use, dates } = made(await rig.host.outlook(3));
  assert.deepEqual(dates, ['2026-01-06', '2026-01-07']);
  // 1,410 minutes a day: 360 at 5 and 1,050 at 10 tokens a kWh, 0.5 Wh each: 6.15 tokens; × 1440 / 1410 = 6.2808…
  assert.deepEqual(use, { energyPerDay: 7200, centitokensPerDay: 629n });
  const rare = await knownDays(3, (profile) => profile.energies.fill(ENERGY_MISSING, 720, 781));
  assert.deepEqual(made(await rare.host.outlook(3)).dates, []);
});

test('where fewer than two days are known, or nothing is used, nothing is promised', async () => {
  const young = made(await (await knownDays(2)).host.outlook(3));
  assert.deepEqual([young.dates, young.use, young.lasts], [['2026-01-06'], undefined, undefined]);
  assert.equal(young.balance?.tokens, 63);
  const idle = made(await (await knownDays(3, (profile) => profile.energies.fill(0))).host.outlook(3));
  assert.deepEqual([idle.use, idle.lasts], [{ energyPerDay: 0, centitokensPerDay: 0n }, undefined]);
  // One of 0.1 Wh in each of three nights, at a 200th of a token: the balance would be enough for decades.
  const rare = await knownDays(3, (profile) => profile.energies.fill(0).fill(1, 0, 1));
  const { use, lasts } = made(await rare.host.outlook(3));
  assert.deepEqual([use, lasts], [{ energyPerDay: 1, centitokensPerDay: 1n }, undefined]);
  const unknown = await (await knownDays(3)).host.outlook(9);
  assert.ok('reason' in unknown && unknown.reason === 'meter-unknown');
});
