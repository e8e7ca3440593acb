import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { svpmsnText } from '../../src/units/index.ts';
import { askApi, enter } from './browser.ts';
import { stage } from './stage.ts';

const here = stage({ meters: 8, keepsPages: true });
const { skip } = here;

/** To one host a browser opens no more connections at a time. */
const CONNECTIONS = 6;

for (const where of ['console', 'panel'] as const) {
  test(`whoever opens one address of the ${where} after the other in one tab never waits for those that were left`, {
    skip,
  }, async () => {
    const window = await here.window();
    const page = await window.newPage();
    await enter(page, 'Operator');
    const meters = here.town.utility.houses.map(({ svpmsn }) => `/panel/${svpmsnText(svpmsn)}`);
    const addresses = where === 'panel' ? meters : ['/meters', '/overview'];
    for (let nth = 0; nth <= CONNECTIONS; nth++) {
      const heard = heardAnew(page);
      await page.goto(addresses[nth % addresses.length] as string);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await heard;
    }
    await window.close();
  });
}

test('a page to which one goes back shows what happened since, and hears what happens next', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  await enter(page, 'Operator');
  await page.goto('/books?tab=postings');
  await posting(page, 'back-0001', '1234');
  await page.getByText('€12.34').first().waitFor();
  await page.evaluate(() => document.body.setAttribute('data-kept', ''));
  await page.goto('/overview');
  await posting(page, 'back-0002', '2345');
  await Promise.all([heardAnew(page), page.evaluate(() => history.back())]);
  await page.locator('body[data-kept]').waitFor();
  await page.getByText('€23.45').first().waitFor();
  const list = page.waitForResponse((answer) => answer.url().includes('/postings'));
  await posting(page, 'back-0003', '3456');
  await list;
  await page.getByText('€34.56').first().waitFor();
  await window.close();
});

test('a page that is hidden for a while lets go of what it hears, and shows what happened when it is looked at again', {
  skip,
}, async () => {
  const window = await here.window();
  const page = await window.newPage();
  await enter(page, 'Operator');
  await page.goto('/books?tab=postings');
  await posting(page, 'hidden-0001', '4567');
  await page.getByText('€45.67').first().waitFor();
  const letGo = page.waitForEvent('requestfailed', (asked) => asked.url().includes('/events'));
  await look(page, 'hidden');
  await letGo;
  await posting(page, 'hidden-0002', '5678');
  await Promise.all([heardAnew(page), look(page, 'visible')]);
  await page.getByText('€56.78').first().waitFor();
  await window.close();
});

/** As if another tab came before this one, or went: without a screen all pages count as seen. */
const look = (page: Page, state: DocumentVisibilityState) =>
  page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

/** Somebody buys. */
async function posting(page: Page, once: string, paid: string): Promise<void> {
  const meter = here.meterOf(0);
  await askApi(page, 'POST', 'purchases', { meter, paid, method: 'cash' }, once);
}

/** The page listens to what happens. */
const heardAnew = (page: Page) =>
  page.waitForResponse((answer) => answer.url().includes('/events') && answer.status() === 200);
