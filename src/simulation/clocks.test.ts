import assert from 'node:assert/strict';
import { test } from 'node:test';
import { powerLineConditions } from '../line/index.ts';
import type { Svpmsn } from '../units/index.ts';
import type { House } from './house.ts';
import type { Utility } from './index.ts';
import { BEGINS_MS, HOUR_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

/** More than monitoring may slew in a day: only a set brings such a clock back. */
const OFF_MS_MIN = 2 * MINUTE_MS;

test('a host that sets every clock over saturated, noisy lines leaves none off by a second', async () => {
  /** How far each clock was off when it was first nearly right, which is when it was set. */
  const landed = new Map<Svpmsn, number>();
  const utility: Utility = await openSmall({
    meters: 32,
    firstSale: { from: 50_000, to: 90_000 },
    // One round after another, without a pause.
    roundMs: 1_000,
    conditions: { ...powerLineConditions(1_200), frameLost: 0.03, frameCut: 0.01, crosstalk: 0.2 },
    outages: false,
    onMeterHeard: (house) => {
      const ms = offMs(house, utility.time.now);
      if (ms < OFF_MS_MIN / 2 && !landed.has(house.svpmsn)) landed.set(house.svpmsn, ms);
    },
  });
  const { host, houses, time } = utility;
  await utility.runUntil(BEGINS_MS + 10 * MINUTE_MS);
  for (const [i, house] of houses.entries()) {
    utility.powerFails(house);
    house.jumpClock((i % 2 === 0 ? 1 : -1) * (OFF_MS_MIN + 1_000 + i * 15_001));
    utility.powerReturns(house);
  }
  landed.clear();
  const off = () => houses.map((house) => offMs(house, time.now));
  assert.ok(Math.min(...off()) >= OFF_MS_MIN, 'every clock is off');
  const before = utility.traffic();
  for (const { svpmsn } of houses) assert.ok(!('sentence' in (await host.command(svpmsn, { type: 'clock-set' }))));
  await utility.runUntil(time.now + HOUR_MS);
  for (const { svpmsn } of houses) {
    const sets = (await host.commands(svpmsn)).filter(({ slot }) => slot === 'clock-set');
    assert.deepEqual(
      sets.map(({ state }) => state),
      ['done'],
    );
  }
  assert.equal(landed.size, houses.length);
  for (const [when, ms] of [
    ['as they were set', [...landed.values()]],
    ['an hour later', off()],
  ] as const) {
    assert.ok(Math.max(...ms) < 1_000, `${when} clocks were off by ${ms.map(Math.round).join(', ')} ms`);
  }
  const { airtimeMs, retries } = utility.traffic();
  const busy = (airtimeMs - before.airtimeMs) / (2 * HOUR_MS);
  assert.ok(busy > 0.7, `the lines were on the air for ${Math.round(100 * busy)} % of the hour`);
  assert.ok(retries - before.retries > 100, `${retries - before.retries} frames were repeated`);
});

/** A meter's clock against that of the business. */
const offMs = (house: House, now: number): number =>
  Math.abs(house.oscillator(now) + house.meter.kept.clockOffsetMs - now);
