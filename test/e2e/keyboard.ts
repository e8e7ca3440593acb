import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** No page has more places to stop at. */
const STOPS_MAX = 400;

/** Somebody goes with Tab from where they are until they are at something. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${wanted} is not reached by keyboard`);
}
