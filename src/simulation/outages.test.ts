import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectPurse } from '../meter/index.ts';
import { EventKind } from '../records/index.ts';
import { type Happening, House, type Place, seededRandom, tell } from './index.ts';
import { Outages } from './outages.ts';
import { BEGINS_MS, DAY_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

/** Credit for the time of these tests: what goes dark does so for want of power. */
const WELL_STOCKED = { firstSale: { from: 5_000, to: 9_000 }, outages: false } as const;

test('a house without power spends nothing and is silent, and its meter goes on where its last gasp left it', async () => {
  const told: Happening[] = [];
  const utility = await openSmall({ ...WELL_STOCKED, onHappening: (happening) => told.push(happening) });
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const { svpmsn } = house;
  const usedNow = () => inspectPurse(house.memory).used;
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  utility.powerFails(house);
  const used = usedNow();
  assert.equal(used, house.secondMeter.used, 'what was used is in the memory');
  assert.deepEqual([house.dark, house.watts], [true, 0]);

  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  assert.equal(usedNow(), used);
  const heard = await utility.host.meter(svpmsn);
  assert.ok('age' in heard && (heard.age.heard as number) > 50 * MINUTE_MS, 'no poll reached it');

  utility.powerReturns(house);
  assert.equal(house.dark, false);
  await utility.runUntil(BEGINS_MS + 4 * HOUR_MS);
  assert.ok(usedNow() > used);
  const events = await utility.host.events({ svpmsn, limit: 100 });
  const gasp = events.find(({ kind }) => kind === EventKind.lastGasp);
  const powerUp = events.find(({ kind, value }) => kind === EventKind.powerUp && value > 0);
  assert.ok(gasp !== undefined && powerUp !== undefined && gasp.sequence < powerUp.sequence);
  assert.equal(powerUp.value, 3600 - 60, 'the minute of the cut was lived by both sides of it');
  assert.deepEqual(
    told.filter(({ what }) => what === 'power-failed' || what === 'power-back'),
    [
      { at: BEGINS_MS + HOUR_MS, svpmsn, what: 'power-failed' },
      { at: BEGINS_MS + 2 * HOUR_MS, svpmsn, what: 'power-back' },
    ],
  );
  assert.deepEqual((await tell(utility)).findings, []);
});

test('a transformer without power takes its houses with it, and gives back those that have a supply of their own', async () => {
  const told: Happening[] = [];
  const utility = await openSmall({ ...WELL_STOCKED, onHappening: (happening) => told.push(happening) });
  const transformer = utility.transformers[1];
  const below = utility.houses.filter(({ localUnit }) => localUnit === 1);
  const [switchedOff] = below;
  assert.ok(transformer !== undefined && switchedOff !== undefined);
  const dark = () => utility.houses.filter((house) => house.dark);
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  utility.powerFails(switchedOff, 3 * HOUR_MS);
  utility.powerFails(transformer, HOUR_MS);
  assert.deepEqual(dark(), below);
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  assert.deepEqual(dark(), [switchedOff]);
  await utility.runUntil(BEGINS_MS + 4 * HOUR_MS);
  assert.deepEqual(dark(), []);
  assert.deepEqual(
    told.filter((happening) => 'localUnit' in happening),
    [
      { at: BEGINS_MS + HOUR_MS, localUnit: 1, what: 'power-failed' },
      { at: BEGINS_MS + 2 * HOUR_MS, localUnit: 1, what: 'power-back' },
    ],
  );
  assert.deepEqual((await tell(utility)).findings, []);
});

test('a house that loses its power is known to be dark within a minute, by its last gasp', async () => {
  const utility = await openSmall(WELL_STOCKED);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  utility.powerFails(house);
  await utility.runUntil(utility.time.now + MINUTE_MS);
  const dark = await utility.host.meter(house.svpmsn);
  assert.ok('standing' in dark);
  assert.deepEqual([dark.standing.state, dark.standing.why], ['dark', ['last-gasp']]);
  utility.powerReturns(house);
  await utility.runUntil(utility.time.now + 4 * HOUR_MS);
  const back = await utility.host.meter(house.svpmsn);
  assert.ok('standing' in back && back.standing.state !== 'dark');
});

test('an outage of the utility is no theft: not of a transformer, not of a part of its houses', async () => {
  const utility = await openSmall({ ...WELL_STOCKED, meters: 4 });
  const [first, second] = utility.transformers;
  assert.ok(first !== undefined && second !== undefined);
  const part = utility.houses.filter(({ localUnit }) => localUnit === 1).slice(0, 2);
  await utility.runUntil(BEGINS_MS + 30 * HOUR_MS);
  utility.powerFails(first, 3 * HOUR_MS);
  for (const house of part) utility.powerFails(house, 2 * HOUR_MS);
  await utility.runUntil(BEGINS_MS + 36 * HOUR_MS);
  // A storm: on and off again, and every house comes back at another time.
  for (let cut = 0; cut < 4; cut++) {
    utility.powerFails(second, 10 * MINUTE_MS);
    await utility.runUntil(utility.time.now + 25 * MINUTE_MS);
  }
  for (const [i, house] of utility.houses.entries()) utility.powerFails(house, (i + 1) * 7 * MINUTE_MS);
  await utility.runUntil(BEGINS_MS + 61 * HOUR_MS);
  const judged = (
    await Promise.all([0, 1].map((localUnit) => utility.host.lineBalances({ localUnit, limit: 9 })))
  ).flat();
  const verdicts = judged.map(({ day, localUnit, verdict }) =>
    [day - BEGINS_MS / DAY_MS, localUnit, verdict].join(' '),
  );
  assert.ok(judged.length >= 4, verdicts.join());
  assert.ok(
    judged.every(({ verdict }) => verdict === 'balanced' || verdict === 'not-known'),
    verdicts.join(),
  );
  assert.deepEqual(await utility.host.lossAlarms({ limit: 9 }), []);
});

test('value that is sold into the dark is stored when the power is back', async () => {
  const utility = await openSmall(WELL_STOCKED);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  utility.powerFails(house);
  const { credited } = inspectPurse(house.memory);
  await utility.buy(house, 700);
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  assert.equal(inspectPurse(house.memory).credited, credited);
  assert.equal(await utility.inFlight(), 700n);
  const dark = await tell(utility);
  assert.deepEqual([dark.conserved, dark.unheardMeters, dark.inFlightTokens], [true, 1, 700]);
  utility.powerReturns(house);
  await utility.runUntil(utility.time.now + HOUR_MS);
  assert.equal(inspectPurse(house.memory).credited, credited + 700);
  const story = await tell(utility);
  assert.deepEqual([story.findings, story.unheardMeters, story.inFlightTokens], [[], 0, 0]);
});

test('the seed draws outages of both kinds, rarely, and the same ones again', async () => {
  const draw = async (seed: number) => {
    const { houses, transformers } = await openSmall();
    const told: [minute: number, what: string, where: 'house' | 'transformer'][] = [];
    let minute = 0;
    const tell = (place: Place, what: string) =>
      told.push([minute, what, place instanceof House ? 'house' : 'transformer']);
    const outages = new Outages({ houses, transformers, random: seededRandom(seed), tell });
    for (; minute < 60 * 1440; minute++) {
      outages.minute(BEGINS_MS + minute * MINUTE_MS);
      outages.draw(BEGINS_MS + minute * MINUTE_MS);
    }
    return told;
  };
  const told = await draw(1);
  const count = (what: string, where: string) => told.filter((each) => each[1] === what && each[2] === where).length;
  // Eight houses once in ten days, two transformers once in five, for sixty days.
  assert.ok(count('power-failed', 'house') > 25 && count('power-failed', 'house') < 75);
  assert.ok(count('power-failed', 'transformer') > 8 && count('power-failed', 'transformer') < 45);
  for (const where of ['house', 'transformer']) {
    assert.ok(count('power-failed', where) - count('power-back', where) <= 1, 'each comes to its end');
  }
  assert.deepEqual(await draw(1), told);
  assert.notDeepEqual(await draw(2), told);
});
