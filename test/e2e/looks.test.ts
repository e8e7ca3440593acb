import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { ExchangeJson } from '../../src/api/index.ts';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { milliseconds, type Svpmsn, svpmsnText } from '../../src/units/index.ts';
import {
  ACT_WORDS,
  FORECAST_WORDS,
  FORM_WORDS,
  fill,
  GRID_WORDS,
  KIOSK_WORDS,
  LOSSES_WORDS,
} from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { askApi, complaintsOf, enter, openBrowser, openWindow, withoutBrowser } from './browser.ts';
import { brokenWordsOf, cutNumbersOf } from './cuts.ts';
import { foreignWordsOf } from './other-language.ts';
import { differenceFrom } from './pictures.ts';
import { TOWN_CARDS, Town } from './town.ts';

const skip = withoutBrowser ?? false;

/** How one comes to a page for which an address alone is not enough, and the name of its pictures. */
interface Way {
  readonly name: string;
  readonly go: (page: Page) => Promise<unknown>;
}

/** Every page, as whom one looks at it. `{meter}` is a meter of the town. What is made for a page comes after all others. */
const PAGES: readonly { readonly role: string; readonly ways: readonly (string | Way)[] }[] = [
  {
    role: 'Operator',
    ways: [
      ...['/overview', '/grid', '/grid?unit=0', '/meters', '/meters/{meter}', '/meters/{meter}?tab=load'],
      ...['/meters/{meter}?tab=exchanges', '/meters/{meter}?tab=events', '/meters/{meter}?tab=tariff'],
      ...['/meters/{meter}?tab=sales', '/meters/{meter}?tab=control'],
      ...['/meters/{meter}/cut', '/losses', '/forecast', '/panel', '/panel/{meter}', '/panel/0a1b33'],
      ...['/subscribers', '/subscribers/house-1', '/sell', '/sell?meter={meter}', '/payments'],
      ...[
        '/agents',
        '/agents/corner-shop',
        '/agents?tab=vouchers',
        '/cards',
        '/cards?tab=meters',
        '/cards?tab=providers',
        `/cards/${TOWN_CARDS[0]}`,
        '/cards/meters/8a0003',
        '/approvals',
        '/tariffs',
        '/tariffs/standard',
        '/books',
        '/settlement',
      ],
      ...['/keys', '/settings', '/nowhere'],
      { name: 'exchange', go: async (page) => page.goto(await exchangeOf(page)) },
      { name: 'sale', go: async (page) => page.goto(await saleOf(page)) },
      { name: 'payment', go: async (page) => page.goto(await paymentOf(page)) },
      { name: 'settlement-month', go: async (page) => page.goto(await monthOf(page)) },
      { name: 'grid-loss', go: (page) => toLoss(page) },
      { name: 'forecast-bought', go: (page) => toPurchase(page) },
    ],
  },
  { role: 'Cashier', ways: ['/till'] },
  {
    role: 'Agent',
    ways: [
      ...['/vend', '/kiosk'],
      { name: 'kiosk-card', go: (page) => toKioskCard(page) },
      { name: 'kiosk-sold', go: (page) => toKioskSold(page) },
      { name: 'vend-sale', go: async (page) => page.goto(await vendOf(page)) },
    ],
  },
  { role: 'Technician', ways: ['/field', '/field/{meter}'] },
  { role: 'System manager', ways: ['/people', { name: 'audit', go: (page) => toAudit(page) }] },
  {
    role: 'Subscriber',
    ways: ['/home', '/home-buy', '/home-statement', '/home-receipts'],
  },
];

/** In the demo by whoever made it. */
const WRITTEN = ['rest of the year', 'Town bank, for Town Gas', 'Town bank, for Town Water', 'Demo system manager'];

const THEMES = ['light', 'dark'] as const;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 720 };

/** Between a tick and its box, of the 765 that black and white are apart. */
const DISTANCE_MIN = 400;

/** A chart that was just put there is drawn within some frames. */
const SETTLE_MS = 250;

let browser: Browser;
let town: Town;

before(async () => {
  if (withoutBrowser !== undefined) return;
  browser = await openBrowser();
  town = await Town.open({ hours: 30, daysBefore: 130 });
});
after(async () => {
  await browser?.close();
  await town?.close();
});

test('the door: as approved in both themes, and nobody is kept out', { skip }, async () => {
  const window = await openWindow(browser, town.address);
  const page = await window.newPage();
  const faults = complaintsOf(page);
  await page.goto('/');
  faults.push(...(await faultsOf(page, 'door')));
  assert.deepEqual(faults, []);
  await window.close();
});

for (const theme of THEMES) {
  test(`a tick is told from its box in the ${theme} theme`, { skip }, async () => {
    const window = await openWindow(browser, town.address, { ...PHONE, theme });
    const page = await window.newPage();
    await enter(page, 'Subscriber');
    await page.goto('/home');
    const box = page.getByRole('checkbox', { checked: true }).first();
    await box.waitFor();
    const [ground, tick] = await box.evaluate((box) => {
      const { backgroundColor } = getComputedStyle(box);
      const icon = box.parentElement?.querySelector('svg');
      return [backgroundColor, icon ? getComputedStyle(icon).color : backgroundColor].map((colour) =>
        (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0),
      );
    });
    assert.ok(Math.abs((ground as number) - (tick as number)) > DISTANCE_MIN, `${ground} and ${tick}`);
    await window.close();
  });
}

for (const theme of THEMES) {
  test(`what a field says is wrong is read in the ${theme} theme`, { skip }, async () => {
    const window = await openWindow(browser, town.address, { ...PHONE, theme });
    const page = await window.newPage();
    await enter(page, 'Subscriber');
    await page.goto('/home-buy');
    await page.getByRole('textbox').first().fill('much');
    await page.getByText(FORM_WORDS.en.money).waitFor();
    assert.deepEqual(await barriersOf(page), []);
    await window.close();
  });
}

for (const { role, ways } of PAGES) {
  test(`pages of role ${role}: as approved in both themes, nobody is kept out, and nothing is cut off or broken on a phone in Korean`, {
    skip,
  }, async () => {
    const window = await openWindow(browser, town.address, DESK);
    const page = await window.newPage();
    const faults = complaintsOf(page);
    await enter(page, role);
    for (const way of ways) {
      const { name, go } = typeof way === 'string' ? toAddress(way.replace('{meter}', meter())) : way;
      await go(page);
      faults.push(...(await faultsOf(page, name)));
      await page.setViewportSize(PHONE);
      await settled(page);
      faults.push(...(await cutNumbersOf(page)).map((cut) => `${name} cuts ${cut} on a phone`));
      await toPhone(page);
      if (await overflows(page)) faults.push(`${name} is wider than a phone in Korean`);
      faults.push(...(await cutNumbersOf(page)).map((cut) => `${name} cuts ${cut} on a phone in Korean`));
      faults.push(...(await brokenWordsOf(page)).map((word) => `${name} breaks ${word} on a phone`));
      faults.push(...(await foreignWordsOf(page, WRITTEN)).map((words) => `${name} says “${words}” in Korean`));
      await toDesk(page);
    }
    assert.deepEqual(faults, []);
    await window.close();
  });
}

const meter = (house = 0): string => svpmsnText(town.utility.houses[house]?.svpmsn as Svpmsn);

const toAddress = (path: string): Way => ({
  name: path.slice(1).replaceAll(/[^a-z0-9]+/g, '-'),
  go: (page) => page.goto(path),
});

/** The page as it stands, in one theme after the other: it is opened once, and changes before one's eyes. */
async function faultsOf(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await settled(page);
    if (await overflows(page)) faults.push(`${name} is wider than the window`);
    faults.push(...(await barriersOf(page, theme !== THEMES[0])).map((barrier) => `${name}, ${theme}: ${barrier}`));
    const difference = differenceFrom(`${name}.${theme}`, await page.screenshot());
    if (difference !== undefined) faults.push(difference);
  }
  return faults;
}

/** The language is chosen where a person chooses it: in the menu at their name, or at the top of a kiosk. */
async function toPhone(page: Page): Promise<void> {
  await page.setViewportSize(PHONE);
  await page.locator('button', { hasText: '한국어' }).first().dispatchEvent('click');
  await settled(page);
}

/** The next page is opened by somebody who has chosen nothing. */
async function toDesk(page: Page): Promise<void> {
  await page.evaluate(() => localStorage.removeItem('wattpurse-language'));
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** One that carried value, with all of its passes. */
async function exchangeOf(page: Page): Promise<string> {
  const { items } = await askApi<{ readonly items: readonly ExchangeJson[] }>(
    page,
    'GET',
    `meters/${meter()}/exchanges?limit=50`,
  );
  const stored = items.findLast(({ command, outcome }) => command === 'valueStore' && outcome?.name === 'answered');
  return `/meters/${meter()}/exchanges/${stored?.number}`;
}

/** It stands still with the town: sold, and waiting for the line. */
async function saleOf(page: Page): Promise<string> {
  const body = { meter: meter(2), paid: '1250', method: 'cash' };
  const { order } = await askApi<{ order: { id: string } }>(page, 'POST', 'purchases', body, 'looks-0001');
  return `/sell/${encodeURIComponent(order.id)}`;
}

async function monthOf(page: Page): Promise<string> {
  const { host } = town.utility;
  const bulk = { unitCharge: 20_000, bands: [], otherwise: 100 };
  const published = await host.publishTariff('bulk', bulk, milliseconds(Date.UTC(2026, 0, 1)));
  assert.ok(!('reason' in published), inspect(published));
  const terms = { tariff: 'bulk', technicalBasisPoints: 300, interestBasisPoints: 0 };
  await askApi(page, 'POST', 'periods', { month: '2026-02', terms }, 'looks-0004');
  return '/settlement/2026-02';
}

/** Energy goes missing at the first transformer, and the mark there leads to its alarm and back. */
async function toLoss(page: Page): Promise<void> {
  const { time, options } = town.utility;
  const today = Math.floor(time.now / 86_400_000);
  const days = { firstDay: today - 2, lastDay: today - 1, days: 2 };
  await options.store.transaction((tx) =>
    tx.lossAlarms.put([
      {
        ...{ id: '00000-20000', localUnit: 0, state: 'new', raisedAt: time.now, ...days },
        ...{ unexplained: 48_000_000, confidence: 95, steps: [], suspects: undefined },
      },
    ]),
  );
  const { localUnit, toAlarm, missing } = GRID_WORDS.en;
  await page.goto('/grid?unit=0');
  await page.getByText(missing).last().waitFor();
  await page.getByRole('link', { name: new RegExp(fill(toAlarm, fill(localUnit, 0))) }).click();
  await page.waitForURL('**/losses?unit=0');
  await page.getByRole('heading', { name: LOSSES_WORDS.en.losses }).waitFor();
  await page.goBack();
}

/** There is a bulk tariff now. */
async function toPurchase(page: Page): Promise<void> {
  await page.goto('/forecast');
  await page.getByLabel(FORECAST_WORDS.en.reserve).fill('8');
  await page.getByText(fill(FORECAST_WORDS.en.byYou, 'bulk', '8%')).waitFor();
  await page.getByRole('table', { name: FORECAST_WORDS.en.purchase }).scrollIntoViewIfNeeded();
}

async function toKioskCard(page: Page): Promise<void> {
  await page.goto('/kiosk');
  await page.getByRole('button', { name: KIOSK_WORDS.en.hasCard }).click();
  await page.getByRole('button', { name: TOWN_CARDS[0] as string, exact: true }).click();
  await page.getByRole('heading', { name: KIOSK_WORDS.en.yourCard }).waitFor();
}

/** The value is loaded in the reader, and the receipt is a code as soon as it is signed. */
async function toKioskSold(page: Page): Promise<void> {
  const { loaded, scan, ways } = KIOSK_WORDS.en;
  await toKioskCard(page);
  for (const name of [/^Gas/, '€10.00', ways.cash]) await page.getByRole('button', { name, exact: true }).click();
  await page.getByText(loaded).waitFor();
  const code = page.getByRole('img', { name: scan });
  await code.waitFor();
  // It is another each time.
  await code.evaluate((svg) => {
    svg.style.visibility = 'hidden';
  });
}

/** Who came in before, and when, is another each time. */
async function toAudit(page: Page): Promise<void> {
  await page.goto('/audit');
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await rows.first().waitFor();
  await rows.evaluateAll((found, always) => {
    for (const row of found) {
      if (row.textContent?.includes(always) !== true) row.style.display = 'none';
      for (const cell of row.querySelectorAll<HTMLElement>('td:first-child')) cell.style.visibility = 'hidden';
    }
  }, ACT_WORDS.en.hands.demo);
}

async function vendOf(page: Page): Promise<string> {
  const body = { card: TOWN_CARDS[0], region: 'gas', paid: '1000' };
  await askApi(page, 'POST', 'vend/vends', body, 'looks-0002');
  return '/vend/looks-0002';
}

async function paymentOf(page: Page): Promise<string> {
  const instrument = { type: 'card', pan: DEMO_PURSES.card, expiry: '3012' };
  const body = { meter: meter(2), paid: '1500', port: 'demo-bank', instrument };
  const { id } = await askApi<{ id: string }>(page, 'POST', 'payments', body, 'looks-0003');
  return `/payments/${id}`;
}

/** The page has its title, nothing is waited for any more, and what was drawn is drawn. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role="status"] .mantine-Loader-root') === null);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(SETTLE_MS);
}

const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
