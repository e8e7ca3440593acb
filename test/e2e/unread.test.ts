import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { askApi, enter } from './browser.ts';
import { stage } from './stage.ts';
import { TOWN_CARDS } from './town.ts';

/** Every page that reads something, and as whom one looks at it. */
const PAGES: readonly { readonly role: string; readonly paths: readonly string[] }[] = [
  {
    role: 'Operator',
    paths: [
      ...['/overview', '/grid?unit=0', '/meters', '/meters/{meter}', '/meters/{meter}?tab=load'],
      ...['/meters/{meter}?tab=exchanges', '/meters/{meter}?tab=events', '/meters/{meter}?tab=tariff'],
      ...['/meters/{meter}?tab=sales', '/meters/{meter}?tab=control', '/losses', '/losses?unit=0', '/forecast'],
      ...['/subscribers', '/subscribers/house-1', '/sell?meter={meter}', '/sell/{sale}', '/payments', '/calls'],
      ...['/payments/{payment}'],
      ...['/calls?tab=messages', '/agents', '/agents/corner-shop', '/cards', '/cards?tab=meters'],
      ...['/cards?tab=providers', `/cards/${TOWN_CARDS[0]}`, '/cards/meters/8a0003', '/approvals', '/tariffs'],
      ...['/tariffs/standard', '/books', '/books?tab=postings', '/settlement', '/keys', '/settings'],
    ],
  },
  { role: 'Cashier', paths: ['/till'] },
  { role: 'Agent', paths: ['/vend'] },
  { role: 'Technician', paths: ['/field/{meter}'] },
  { role: 'System manager', paths: ['/people', '/audit'] },
  { role: 'Subscriber', paths: ['/home', '/home-buy', '/home-statement', '/home-receipts'] },
];

/** Asked before any page: who is there, where, and whether in a demo. */
const NOT_OF_A_PAGE = /^\/(session|utility|log-in|demo|events|kiosk)\b/;

/** There the names of providers are no more than that: without them their ids stand. */
const writesIds = (address: string, read: string): boolean =>
  read === '/card-providers' && !/settlement|tab=providers/.test(address);

/** Where the first fail, the next are not asked; so many times what was asked is let through. */
const DEPTH_MAX = 6;
const SETTLE_MS = 400;
const SAID_WITHIN_MS = 5000;

const here = stage({ hours: 3, meters: 8 });
const { skip } = here;

for (const { role, paths } of PAGES) {
  test(`what cannot be read is said on every page of role ${role}, and is not said to be nothing`, {
    skip,
  }, async () => {
    const window = await here.window();
    const page = await window.newPage();
    await enter(page, role);
    const meter = here.meterOf(0);
    const [sale, payment] = role === 'Operator' ? [await saleOf(page, meter), await paymentOf(page, meter)] : ['', ''];
    const silent: string[] = [];
    for (const path of paths) {
      const address = path
        .replace('{meter}', meter)
        .replace('{sale}', encodeURIComponent(sale))
        .replace('{payment}', encodeURIComponent(payment));
      silent.push(...(await silentReadsOf(page, address)).map((read) => `${address} is silent on ${read}`));
    }
    assert.deepEqual(silent, []);
    await window.close();
  });
}

/** What of the API a page asks without a word of it where it is not answered. */
async function silentReadsOf(page: Page, address: string): Promise<string[]> {
  const answered = new Set<string>();
  const silent: string[] = [];
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const failed = new Set<string>();
    // What the page before still asks is not this one's.
    await page.goto('about:blank');
    await page.route('**/api/v1/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      const read = pathname.replace('/api/v1', '');
      if (NOT_OF_A_PAGE.test(read) || writesIds(address, read) || answered.has(read)) return route.continue();
      failed.add(read);
      await route.fulfill({ status: 500, json: { code: 'internal', detail: sentenceOf(read) } });
    });
    await page.goto(address);
    await settled(page);
    silent.push(...(await unsaid(page, failed)));
    if (depth === 0)
      silent.push(...(await page.getByText(NOTHING).allTextContents()).map((said) => `and says ${said}`));
    await page.unroute('**/api/v1/**');
    if (failed.size === 0) return silent;
    for (const read of failed) answered.add(read);
  }
  return [...silent, 'an end of its questions'];
}

/** As pages say that a list is empty, which nobody knows where nothing was read. */
const NOTHING = /^(No|None|Nothing|Nobody|Never) /;

const sentenceOf = (read: string): string => `The host fails at ${read}.`;

/** Which of the reads that failed the page does not come to say. */
async function unsaid(page: Page, failed: ReadonlySet<string>): Promise<string[]> {
  for (const deadline = Date.now() + SAID_WITHIN_MS; ; await page.waitForTimeout(50)) {
    const shown = (await page.locator('body').textContent()) ?? '';
    const silent = [...failed].filter((read) => !shown.includes(sentenceOf(read)));
    if (silent.length === 0 || Date.now() > deadline) return silent;
  }
}

/** Nothing is asked any more, and nothing is waited for. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('#root')?.childElementCount !== 0);
  await page.waitForTimeout(SETTLE_MS);
  await page.waitForFunction(() => document.querySelector('[role="status"] .mantine-Loader-root') === null);
}

async function saleOf(page: Page, meter: string): Promise<string> {
  const body = { meter, paid: '1250', method: 'cash' };
  const { order } = await askApi<{ order: { id: string } }>(page, 'POST', 'purchases', body, 'unread-0001');
  return order.id;
}

async function paymentOf(page: Page, meter: string): Promise<string> {
  const instrument = { type: 'card', pan: DEMO_PURSES.card, expiry: '3012' };
  const body = { meter, paid: '1500', port: 'demo-bank', instrument };
  const { id } = await askApi<{ id: string }>(page, 'POST', 'payments', body, 'unread-0002');
  return id;
}
