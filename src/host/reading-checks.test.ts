import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY_MISSING, emptyDayProfile, encodeUseAnswer } from '../records/index.ts';
import { svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { made, type Rig } from './rig.testing.ts';
import { berlin, MINUTE, metered, statement } from './statement.testing.ts';

const DAY = 1440 * MINUTE;

/** A meter with two days of 0.5 Wh a minute, and a way to tell a third one. */
async function world() {
  const rig = await metered(2);
  const day = Math.floor(rig.clock.ms / DAY) + 2;
  rig.clock.ms = berlin(9);
  const tell = async (change: (energies: Uint16Array) => void) => {
    const profile = emptyDayProfile(day, 1);
    profile.energies.fill(5);
    change(profile.energies);
    await rig.poll(svpmsn(3), { use: useOf(rig, profile) });
  };
  const checks = async () => {
    const { days } = made(await rig.host.minutes({ meter: 3, supply: 1, from: '2026-01-07', to: '2026-01-08' }));
    return days.map((each) => each.checks);
  };
  return { rig, tell, checks };
}

const useOf = (rig: Rig, profile: ReturnType<typeof emptyDayProfile>): Uint8Array =>
  encodeUseAnswer({
    head: { result: 0, balance: tokens(0), clock: unixSeconds(Math.floor(rig.clock.ms / 1000)) },
    info: {
      ...{ owed: tokens(0), flags: 0, tableVersion: 1, nextTableVersion: 0, policyVersion: 1 },
      ...{ lastDay: profile.day, daysHeld: 1, nextEvent: 1 },
    },
    ...{ totals: [], modeTable: null, policy: null, profiles: [profile] },
  });

test('what is missing is marked with its reason and an estimate, over both civil days that it belongs to', async () => {
  const { tell, checks } = await world();
  await tell((energies) => energies.fill(ENERGY_MISSING, 1370, 1390));
  // The UTC day ends at 01:00 in Berlin.
  assert.deepEqual(await checks(), [
    [{ reason: 'missing', from: 1430, minutes: 10, estimated: 50 }],
    [{ reason: 'missing', from: 0, minutes: 10, estimated: 50 }],
  ]);
});

test('a mark goes when the minutes come after all, and that a value was another one stays', async () => {
  const { tell, checks } = await world();
  await tell((energies) => energies.fill(ENERGY_MISSING, 100, 160));
  assert.equal((await checks()).flat().length, 1);
  await tell(() => undefined);
  assert.deepEqual((await checks()).flat(), []);
  await tell((energies) => energies.fill(6, 100, 101));
  const differs = [{ reason: 'differs', from: 160, minutes: 1 }];
  assert.deepEqual((await checks()).flat(), differs);
  await tell((energies) => energies.fill(6, 100, 101));
  assert.deepEqual((await checks()).flat(), differs);
});

test('an estimate is never charged: a statement has what was measured, and says how many minutes are not known', async () => {
  const { rig, tell, checks } = await world();
  await tell((energies) => energies.fill(ENERGY_MISSING, 600, 660));
  assert.equal((await checks()).flat()[0]?.estimated, 300);
  const { energy, coverage } = await statement(rig, '2026-01-07', '2026-01-07');
  assert.deepEqual([energy, coverage.missing], [5 * (1440 - 60), 60]);
});
