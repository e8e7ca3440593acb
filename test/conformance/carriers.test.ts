import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../../src/crypto/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import {
  cable,
  PERFECT_CONDITIONS,
  powerLine,
  powerLineConditions,
  relayedRadio,
  tcp,
  telephoneLine,
} from '../../src/line/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { tell, Utility } from '../../src/simulation/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { milliseconds } from '../../src/units/index.ts';

const BEGINS_MS = Date.UTC(2026, 2, 2, 0);
const HOUR_MS = 3_600_000;
const METERS = 4;

const CARRIERS = [
  powerLine(1_200),
  powerLine(9_600),
  powerLine(128_000),
  relayedRadio(),
  telephoneLine(),
  cable(),
  tcp(),
];
const SUITES = [Suite.tripleDesXo, Suite.aes128, Suite.aes256];

/** One frame in fifty is lost, one in a hundred cut; the power line has its own noise beside that. */
const LOSSES = { frameLost: 0.02, frameCut: 0.01 };

for (const carrier of CARRIERS) {
  for (const suite of SUITES) {
    test(`${SUITE_NAMES[suite]} over ${carrier.name} at ${carrier.bitsPerSecond} bit/s: value, tariff and log arrive over losses, each once`, async () => {
      const noise = carrier.name === 'power-line' ? powerLineConditions(carrier.bitsPerSecond) : PERFECT_CONDITIONS;
      const utility = await Utility.open({
        seed: 7,
        meters: METERS,
        localUnits: 2,
        suite,
        store: new MemoryStore(),
        startMs: BEGINS_MS,
        zone: 'Asia/Seoul',
        tariff: DEFAULT_TARIFF,
        policy: DEFAULT_SUPPLY_POLICY,
        firstSale: { from: 500, to: 900 },
        roundMs: 10 * 60_000,
        carrier,
        conditions: { ...noise, ...LOSSES },
        // The faster the power line, the shorter it reaches.
        farthestM: carrier.bitsPerSecond === 128_000 ? 150 : 1_000,
      });
      await utility.runUntil(BEGINS_MS + HOUR_MS);
      for (const house of utility.houses) await utility.buy(house, 321);
      utility.closeTheTills();
      // Midnight UTC has passed on the second day: there is a complete day of the profile to collect.
      await utility.runUntil(BEGINS_MS + 26 * HOUR_MS);
      const story = await tell(utility);
      assert.equal(story.inFlightTokens, 0);
      assert.equal(story.conserved, true);
      assert.equal(story.transfers, 2 * METERS);
      const views = await utility.host.meters();
      for (const { meter, known } of views) {
        assert.equal(known?.tableVersion, 1, `the table that the host published holds in ${meter.svpmsn}`);
        const use = await utility.host.use({
          meter: meter.svpmsn,
          supply: 1,
          by: 'day',
          from: milliseconds(BEGINS_MS),
          to: milliseconds(BEGINS_MS + 24 * HOUR_MS),
        });
        assert.ok(!('reason' in use) && use.length > 0, `the load profile of ${meter.svpmsn} was collected`);
      }
      if (carrier.name !== 'tcp') assert.ok(utility.traffic().retries > 0, 'frames were lost on the way');
    });
  }
}
