import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { type FleetOptions, type FleetReport, runFleet } from './fleet.ts';
import { svpmsnOfHouse } from './founding.ts';

const METERS = 12;
const run = (more: Partial<FleetOptions> = {}): Promise<FleetReport> =>
  runFleet({
    ...{ seed: 1, meters: METERS, suite: Suite.aes128, bitsPerSecond: 1_200, frameLoss: 0 },
    ...{ store: new MemoryStore(), processorMs: () => 0 },
    ...more,
  });

test('a day of a fleet brings value, tariff and profile to each meter, and its books agree', async () => {
  const [quiet, lossy] = await Promise.all([run(), run({ frameLoss: 0.2 })]);
  for (const { failures, story, minutes, minutesMarked, firstSales, salesAtNight } of [quiet, lossy]) {
    assert.deepEqual(failures, []);
    assert.ok(story.conserved, story.findings.join('\n'));
    assert.equal(minutes, METERS * 1_440);
    assert.equal(minutesMarked, 0);
    assert.equal(firstSales.count, METERS);
    assert.ok(salesAtNight.count > 0 && salesAtNight.p99 > 0);
  }
  const last = quiet.samples.at(-1);
  assert.deepEqual([last?.withTariff, last?.withProfile, last?.stored], [METERS, METERS, last?.sold]);
  assert.equal(last?.retries, 0);
  assert.ok((lossy.samples.at(-1)?.retries ?? 0) > 10);
  assert.ok(lossy.collectionSeconds.mean > quiet.collectionSeconds.mean);
  assert.ok(quiet.samples.some(({ withTariff }) => withTariff === 0));
});

test('a meter with keys of another utility fails in everything, and alone', async () => {
  const { failures, story, samples } = await run({ strangerHouse: 4 });
  assert.deepEqual(failures, [{ meter: svpmsnOfHouse(4), what: ['value', 'tariff', 'profile'] }]);
  assert.equal(samples.at(-1)?.withProfile, METERS - 1);
  assert.equal(story.conserved, false);
});
