import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { parseSignedReceipt } from '../../src/host/index.ts';
import { complaintsOf, enter, openBrowser, openWindow, withoutBrowser } from './browser.ts';
import { Town } from './town.ts';

const skip = withoutBrowser ?? false;
const PATIENCE = { timeout: 60_000 };

let browser: Browser;
let town: Town;

before(async () => {
  if (withoutBrowser !== undefined) return;
  browser = await openBrowser();
  town = await Town.open({ meters: 6 });
  town.live();
});
after(async () => {
  await browser?.close();
  await town?.close();
});

/** Has somebody of a role do something in a window of their own, in which no page complains. */
async function as(role: string, work: (page: Page) => Promise<void>): Promise<void> {
  const window = await openWindow(browser, town.address);
  const page = await window.newPage();
  const complaints = complaintsOf(page);
  await enter(page, role);
  await work(page);
  assert.deepEqual(complaints, []);
  await window.close();
}

test('a subscriber pays by card and by telephone, sees both arrive, and keeps a receipt', { skip }, async () => {
  await as('Subscriber', async (page) => {
    for (const [way, account] of [
      [/Card$/, DEMO_PURSES.card],
      [/Mobile wallet$/, DEMO_PURSES.wallet],
    ] as const) {
      await page.goto('/home-buy');
      await page.getByLabel('How much do you pay?').fill('7.50');
      await page.getByRole('radio', { name: way }).check();
      await page.getByRole('button', { name: `Use ${account}` }).click();
      await page.getByRole('button', { name: /^Pay/ }).click();
      await page.getByText('The meter has it and has said so.').waitFor(PATIENCE);
    }
    await page.goto('/home-receipts');
    await page.locator('.mantine-Accordion-control').first().click();
    for (const [button, proves] of [
      ['Signed text', (text: string) => !('reason' in parseSignedReceipt(text))],
      ['PDF with code', (text: string) => text.startsWith('%PDF-')],
    ] as const) {
      const download = page.waitForEvent('download', PATIENCE);
      await page.getByRole('button', { name: button }).first().click(PATIENCE);
      assert.ok(proves(readFileSync(await (await download).path(), 'latin1')), button);
    }
  });
});
