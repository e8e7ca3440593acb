import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTES_PER_DAY } from '../units/index.ts';
import type { UsedAppliance } from './appliances.ts';
import { createHousehold, FAMILY_HOME, type HouseholdParameters } from './household.ts';
import { seededRandom } from './random.ts';

const MONDAY_IN_JANUARY = 17_532;
const MONDAY_IN_JUNE = 17_693;

function days(parameters: HouseholdParameters, seed: number | string, first: number, count: number): Uint32Array[] {
  const household = createHousehold(parameters, seededRandom(seed));
  return Array.from({ length: count }, (_, index) => {
    const minutes = new Uint32Array(MINUTES_PER_DAY);
    household.fillDay(first + index, minutes);
    return minutes;
  });
}

const meanWatts = (of: readonly Uint32Array[]) =>
  (0.06 * of.reduce((sum, day) => sum + day.reduce((a, b) => a + b, 0), 0)) / (of.length * MINUTES_PER_DAY);

/** Nothing but one appliance, in every household, at any hour. */
function only(appliance: Partial<UsedAppliance>): HouseholdParameters {
  const base: UsedAppliance = {
    kind: 'used',
    name: 'only',
    ownership: 1,
    usesPerDay: 1,
    hours: new Array<number>(24).fill(1),
    company: 'unattended',
    phases: [{ watts: [1000, 1000], minutes: [30, 30] }],
  };
  return { ...FAMILY_HOME, variety: 0, standbyWatts: 0, fluctuationWatts: 0, appliances: [{ ...base, ...appliance }] };
}

test('a seed decides a household to the last mWh, on every machine', () => {
  const [day] = days(FAMILY_HOME, 1, MONDAY_IN_JANUARY, 1) as [Uint32Array];
  let hash = 0;
  for (const energy of day) hash = (Math.imul(hash, 31) + energy) | 0;
  assert.equal(hash, -222_291_952);
});

test('a day is the same in whatever order days are asked for, and whatever was in the buffer', () => {
  const household = createHousehold(FAMILY_HOME, seededRandom('order'));
  const forwards = [0, 1, 2, 3].map((day) => {
    const minutes = new Uint32Array(MINUTES_PER_DAY);
    household.fillDay(day, minutes);
    return minutes;
  });
  for (const day of [3, 1, 0, 2]) {
    const minutes = new Uint32Array(MINUTES_PER_DAY + 1).fill(77);
    household.fillDay(day, minutes);
    assert.deepEqual(minutes.subarray(0, MINUTES_PER_DAY), forwards[day]);
    assert.equal(minutes[MINUTES_PER_DAY], 77);
  }
});

test('another seed and another day are another load', () => {
  const [one, two] = days(FAMILY_HOME, 'a', MONDAY_IN_JANUARY, 2);
  const [other] = days(FAMILY_HOME, 'b', MONDAY_IN_JANUARY, 1);
  assert.notDeepEqual(one, two);
  assert.notDeepEqual(one, other);
});

test('a cycle takes all its energy, also over midnight and in part minutes', () => {
  const count = 60;
  // 500 Wh each, on average one a day; the first day may hold the end of one of the day before.
  const minutes = days({ ...only({ usesPerDay: 3 }), use: 1 }, 'cycle', MONDAY_IN_JANUARY, count);
  const line = minutes.flatMap((day) => [...day]);
  let crossings = 0;
  let runs = 0;
  for (let at = 1; at < line.length - 40; at += 1) {
    if (line[at] === 0 || line[at - 1] !== 0) continue;
    let end = at;
    let energy = 0;
    while ((line[end] as number) > 0) {
      energy += line[end] as number;
      end += 1;
    }
    runs += 1;
    if (Math.floor(at / MINUTES_PER_DAY) !== Math.floor((end - 1) / MINUTES_PER_DAY)) crossings += 1;
    // Runs may touch or overlap; alone they are 500 Wh, each minute rounded to the mWh.
    const cycles = Math.round(energy / 500_000);
    assert.ok(cycles >= 1 && Math.abs(energy - cycles * 500_000) <= end - at, `${energy} mWh over ${end - at} min`);
  }
  assert.ok(runs > count);
  assert.ok(crossings > 0);
});

test('what needs somebody at home begins only then, and what keeps them company ends when they go', () => {
  const out = { wake: 400, sleep: 1400, outChance: 1, leave: 600, return: 900, spreadMinutes: 0 };
  const rhythm = { weekday: out, weekend: out };
  const on = (company: UsedAppliance['company']) => {
    const parameters = { ...only({ company, usesPerDay: 40 }), ...rhythm };
    const minutes = days(parameters, company, MONDAY_IN_JANUARY, 20);
    return (from: number, to: number) => minutes.some((day) => day.subarray(from, to).some((energy) => energy > 0));
  };
  const accompanied = on('accompanied');
  assert.ok(accompanied(400, 600) && accompanied(900, 1400));
  assert.ok(!accompanied(0, 400) && !accompanied(600, 900) && !accompanied(1400, 1440));
  const attended = on('attended');
  // Begun a minute before leaving, it runs on for half an hour.
  assert.ok(attended(600, 630) && !attended(632, 900) && !attended(32, 400));
  assert.ok(on('unattended')(640, 900));
});

test('lamps burn longer in winter, heating rests in summer, and without season both are the same', () => {
  const lamp = only({ season: 'lighting', company: 'accompanied', usesPerDay: 20 });
  const pump = only({ season: 'heating', usesPerDay: 10 });
  const ratio = (parameters: HouseholdParameters) =>
    meanWatts(days(parameters, 's', MONDAY_IN_JANUARY, 28)) / meanWatts(days(parameters, 's', MONDAY_IN_JUNE, 28));
  assert.ok(ratio(lamp) > 1.3);
  assert.ok(ratio(pump) > 5);
  const none = { lighting: 0, heating: 0 };
  for (const parameters of [lamp, pump]) assert.ok(Math.abs(ratio({ ...parameters, season: none }) - 1) < 0.15);
});

test('a compressor cycles all day at its duty', () => {
  const parameters: HouseholdParameters = {
    ...only({}),
    appliances: [
      { kind: 'cycling', name: 'fridge', ownership: 1, watts: 100, onMinutes: [10, 20], offMinutes: [20, 40] },
    ],
  };
  const minutes = days(parameters, 'fridge', MONDAY_IN_JUNE, 20);
  assert.ok(Math.abs(meanWatts(minutes) - 100 / 3) < 2);
  const starts = minutes[0]?.filter((energy, at) => at > 0 && energy > 0 && minutes[0]?.[at - 1] === 0).length ?? 0;
  assert.ok(starts > 24 && starts < 44, `${starts}`);
});

test('standby and fluctuation never stop, and stay near their level', () => {
  const parameters = { ...only({}), appliances: [], standbyWatts: 100, fluctuationWatts: 12 };
  const [day] = days(parameters, 'standby', MONDAY_IN_JUNE, 1) as [Uint32Array];
  for (const energy of day) assert.ok(Math.abs(0.06 * energy - 100) <= 12.1);
  assert.ok(Math.abs(meanWatts([day]) - 100) < 0.5);
});

test('households differ at full variety, and are alike in their mean at none', () => {
  const spread = (variety: number) => {
    const means = Array.from({ length: 30 }, (_, index) =>
      meanWatts(days({ ...FAMILY_HOME, variety }, `house ${index}`, MONDAY_IN_JANUARY, 28)),
    );
    return Math.max(...means) / Math.min(...means);
  };
  assert.ok(spread(0) < 1.4);
  assert.ok(spread(1) > 1.6);
});
