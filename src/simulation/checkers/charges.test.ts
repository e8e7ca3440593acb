import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TARIFF } from '../../tariff/index.ts';
import { tokens } from '../../units/index.ts';
import type { House } from '../house.ts';
import { BEGINS_MS, MINUTE_MS, openSmall } from '../small-utility.testing.ts';
import { Charges } from './charges.ts';
import { Findings } from './checker.ts';

const LAST = 300_000;
/** Before either table held; a start bears no more than that. */
const BACK_MS = 8 * MINUTE_MS;

/**
 * A meter whose second new table came into force in a minute that nobody looked at before its power failed; it starts
 * with a clock from before both of them. What was said of what it spends then.
 */
async function startedBeforeItsTables(meddle: (house: House) => void): Promise<readonly string[]> {
  const told: string[] = [];
  let isWatched = false;
  const utility = await openSmall({
    ...{ meters: 1, localUnits: 1, roundMs: MINUTE_MS, firstSale: { from: 90_000, to: 90_001 }, outages: false },
    onMeterHeard: (house) => {
      if (isWatched) charges.heard(house);
      // The second table is in the meter, and the minute from which it holds has not begun.
      isWatched &&= house.meter.supplies[0]?.tables.every((table) => table?.unitCharge !== LAST) ?? false;
    },
  });
  const charges = new Charges(
    new Findings(
      () => utility.time.now,
      (text) => told.push(text),
    ),
  );
  const { host, houses, time } = utility;
  const [house] = houses as [House];
  const inForce = () => house.meter.supplies[0]?.inForce?.version;
  const minute = () => utility.runUntil(time.now + MINUTE_MS);
  await utility.runUntil(BEGINS_MS + 5 * MINUTE_MS);
  charges.started(house);
  isWatched = true;
  for (const unitCharge of [150_000, LAST]) {
    const before = inForce();
    assert.ok(!('sentence' in (await host.publishTariff('standard', { ...DEFAULT_TARIFF, unitCharge }))));
    for (let minutes = 0; inForce() === before; minutes++) {
      assert.ok(minutes < 30, 'a table comes into force');
      if (isWatched) charges.minute(house);
      await minute();
    }
  }
  utility.powerFails(house);
  house.jumpClock(-BACK_MS);
  utility.powerReturns(house);
  charges.started(house);
  for (let minutes = 1; minutes <= 3; minutes++) {
    // Without its line, over which its clock would be set.
    house.minute(time.now + minutes * MINUTE_MS);
    meddle(house);
    charges.minute(house);
  }
  return told;
}

test('a clock that was put back before all tables leaves the one in force that was so last, looked at or not', async () => {
  assert.deepEqual(await startedBeforeItsTables(() => undefined), []);
});

test('a meter that spends more there than its table says is told', async () => {
  const told = await startedBeforeItsTables(({ meter }) => {
    meter.spent += tokens(1);
  });
  assert.match(told.join(), /by profile and table/);
});
