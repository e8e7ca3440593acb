import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, KEYS_WORDS } from '../../src/words/index.ts';
import { stage } from './stage.ts';

const METERS = 4;
const MINUTE_MS = 60_000;

const here = stage({
  ...{ meters: METERS, hours: 2, errands: false },
  rotation: { value: { everyMs: MINUTE_MS, metersAtOnce: 2, refusedMax: 0 } },
});
const { as, skip } = here;

test('an operator sees what the timer of keys does and waits for, in English and in Korean', { skip }, async () => {
  const { utility } = here.town;
  await as('Operator', async (page) => {
    const words = KEYS_WORDS.en;
    await page.goto('/keys');
    const panel = page.getByRole('region', { name: words.rotation, exact: true });
    await panel.getByText(words.noRotation).waitFor();
    for (let minute = 0; minute < 5; minute++) {
      await utility.host.rotateDueKeys();
      await utility.runUntil(utility.time.now + MINUTE_MS);
    }
    await page.reload();
    await panel.getByRole('cell', { name: words.rotationStates.giving }).waitFor();
    for (let minute = 0; minute < 20; minute++) {
      await utility.host.rotateDueKeys();
      await utility.runUntil(utility.time.now + MINUTE_MS);
    }
    await page.reload();
    await panel.getByRole('cell', { name: words.rotationStates['wants-raise'] }).waitFor();
    await panel.getByText(fill(words.haveIt, String(METERS), String(METERS))).waitFor();
    await panel.getByText(fill(words.rotationPlaces.both, String(METERS))).waitFor();
    assert.equal(await panel.getByText(words.rotationPlaces.refused.replace('{}', '')).count(), 0);
    await page.evaluate(() => localStorage.setItem('wattpurse-language', 'ko'));
    await page.reload();
    await page.getByRole('cell', { name: KEYS_WORDS.ko.rotationStates['wants-raise'] }).waitFor();
  });
});
