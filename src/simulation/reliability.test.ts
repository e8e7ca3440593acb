import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Milliseconds } from '../units/index.ts';
import type { Utility } from './index.ts';
import { BEGINS_MS, DAY_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

/** Credit for the time of these tests, and polls that are missed soon. */
const WELL_STOCKED = { firstSale: { from: 8_000, to: 9_000 }, outages: false, roundMs: 5 * MINUTE_MS } as const;

async function report(utility: Utility) {
  const found = await utility.host.outages({ from: BEGINS_MS as Milliseconds, to: utility.time.now as Milliseconds });
  assert.ok('outages' in found);
  return found;
}

test('a transformer’s outage is told from that of a house, while it lasts and afterwards, and alone counts for SAIDI', async () => {
  const utility = await openSmall(WELL_STOCKED);
  const [house] = utility.houses;
  const transformer = utility.transformers[1];
  assert.ok(house !== undefined && house.localUnit === 0 && transformer !== undefined);
  const below = utility.houses.filter(({ localUnit }) => localUnit === 1);
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  utility.powerFails(transformer, 2 * HOUR_MS);
  utility.powerFails(house, HOUR_MS);
  await utility.runUntil(BEGINS_MS + 1.9 * HOUR_MS);
  const during = await report(utility);
  assert.deepEqual(
    during.running.map(({ localUnit, scope, meters }) => [localUnit, scope, meters]),
    [
      [0, 'house', 1],
      [1, 'transformer', below.length],
    ],
  );
  await utility.runUntil(BEGINS_MS + 5 * HOUR_MS);
  const { outages, running, reliability, untold } = await report(utility);
  assert.deepEqual([running, untold], [[], 0]);
  const shown = outages.map(({ localUnit, scope, interruptions }) => [localUnit, scope, interruptions.length]);
  assert.deepEqual(shown.sort(), [
    [0, 'house', 1],
    [1, 'transformer', below.length],
  ]);
  // A meter tells whole minutes, and lives the one in which it went.
  const expected = (below.length * 119) / 8;
  assert.ok(Math.abs(reliability.saidiMinutes - expected) < 2, `${reliability.saidiMinutes}, expected ${expected}`);
  assert.equal(reliability.saifi, below.length / 8);
});

test('a line that is cut while energy flows is unheard, and nobody on it was without supply', async () => {
  const utility = await openSmall(WELL_STOCKED);
  const transformer = utility.transformers[1];
  assert.ok(transformer !== undefined);
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  transformer.cut = true;
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  assert.deepEqual(
    (await report(utility)).running.map(({ localUnit, scope }) => [localUnit, scope]),
    [[1, 'unheard']],
  );
  transformer.cut = false;
  await utility.runUntil(BEGINS_MS + 4 * HOUR_MS);
  const { running, reliability } = await report(utility);
  assert.deepEqual([running, reliability.saifi], [[], 0]);
});

test('who is cut off for want of credit has no outage', async () => {
  const utility = await openSmall({ ...WELL_STOCKED, firstSale: { from: 1, to: 2 } });
  const cutOff = () => utility.houses.filter((house) => house.relayOpen);
  for (let minute = 10; minute <= 6 * 60 && cutOff().length === 0; minute += 10) {
    await utility.runUntil(BEGINS_MS + minute * MINUTE_MS);
  }
  assert.ok(cutOff().length > 0, 'their people have not bought yet');
  await utility.runUntil(utility.time.now + HOUR_MS);
  const { running, outages, reliability } = await report(utility);
  assert.deepEqual([running, outages, reliability.saifi], [[], [], 0]);
});

test('an outage of the utility cuts nobody off, and is no theft', async () => {
  const utility = await openSmall({ ...WELL_STOCKED, roundMs: HOUR_MS });
  const transformer = utility.transformers[1];
  assert.ok(transformer !== undefined);
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  utility.powerFails(transformer, 5 * HOUR_MS);
  await utility.runUntil(BEGINS_MS + 2 * DAY_MS);
  assert.deepEqual(
    utility.houses.filter((house) => house.relayOpen),
    [],
  );
  const balances = await utility.host.lineBalances({ localUnit: 1, limit: 9 });
  assert.ok(balances.some(({ verdict }) => verdict === 'balanced'));
  assert.ok(balances.every(({ verdict }) => verdict !== 'loss'));
  assert.deepEqual(await utility.host.lossAlarms({ open: true, limit: 9 }), []);
});
