import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Page } from 'playwright-core';
import { matchRoutes } from 'react-router';
import type { ExchangeJson } from '../../src/api/index.ts';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { PAGES } from '../../src/console/index.ts';
import { svpmsnOfHouse } from '../../src/simulation/index.ts';
import { milliseconds, svpmsnText } from '../../src/units/index.ts';
import {
  ACT_WORDS,
  DEMO_WORDS,
  FORECAST_WORDS,
  fill,
  GRID_WORDS,
  KIOSK_WORDS,
  LOSSES_WORDS,
  PEOPLE_WORDS,
  STORY_WORDS,
  SUBSCRIBER_WORDS,
  TARIFFS_WORDS,
  TILL_WORDS,
} from '../../src/words/index.ts';
import { askApi } from './browser.ts';
import { TOWN_CARDS, type Town } from './town.ts';

/** How one comes to something that is looked at. */
export interface Way {
  /** Of its pictures. */
  readonly name: string;
  /** The page that it leads to, as the router writes it; nothing where the router has no such page. */
  readonly route: string | undefined;
  /** Where it is, for whom that is enough. */
  readonly address?: string;
  readonly go: (page: Page, town: Town) => Promise<unknown>;
  /** On a screen as wide as a wall has it. */
  readonly isWide?: true;
}

const METER = svpmsnText(svpmsnOfHouse(0));
const OTHER_METER = svpmsnText(svpmsnOfHouse(2));

/** A page for which an address is enough. */
const at = (path: string): Way => ({
  name: path.slice(1).replaceAll(/[^a-z0-9]+/g, '-'),
  route: matchRoutes(
    PAGES.map(({ path }) => ({ path })),
    path.split('?')[0] ?? path,
  )?.[0]?.route.path,
  address: path,
  go: (page) => page.goto(path),
});

const wide = (path: string): Way => ({ ...at(path), name: `wide-${at(path).name}`, isWide: true });

/** The dialog that a button of a page opens. */
const dialog = (name: string, path: string, button: string | RegExp): Way => ({
  ...{ name, route: at(path).route },
  async go(page) {
    await page.goto(path);
    await page.getByRole('button', { name: button, exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
  },
});

/** What is looked at, as whom. What is made for a page comes after all others. */
export const WAYS: readonly { readonly role: string; readonly ways: readonly Way[] }[] = [
  {
    role: 'Operator',
    ways: [
      ...[at('/overview'), at('/grid'), at('/grid?unit=0'), at('/meters'), at(`/meters/${METER}`)],
      ...['load', 'exchanges', 'events', 'tariff', 'sales', 'control'].map((tab) => at(`/meters/${METER}?tab=${tab}`)),
      ...[at(`/meters/${METER}/cut`), at('/losses'), at('/forecast'), at('/panel'), at(`/panel/${METER}`)],
      ...[at('/panel/0a1b33'), at('/subscribers'), at('/subscribers/house-1'), at('/sell'), at(`/sell?meter=${METER}`)],
      ...[
        at('/payments'),
        at('/agents'),
        at('/agents?tab=shifts'),
        at('/agents?tab=vouchers'),
        at('/agents/corner-shop'),
        at('/cards'),
      ],
      ...[at('/cards?tab=meters'), at('/cards?tab=providers'), at(`/cards/${TOWN_CARDS[0]}`)],
      ...[at('/cards/meters/8a0003'), at('/approvals'), at('/tariffs'), at('/tariffs/standard'), at('/books')],
      ...['postings', 'heads', 'prove'].map((tab) => at(`/books?tab=${tab}`)),
      ...[at('/settlement'), at('/keys'), at('/settings'), at('/nowhere'), at('/calls'), at('/calls?tab=messages')],
      ...[wide('/overview'), wide('/grid'), wide(`/meters/${METER}`)],
      dialog('dialog-enrol', '/subscribers/house-1', SUBSCRIBER_WORDS.en.enrol),
      dialog('dialog-tariff', '/tariffs', TARIFFS_WORDS.en.add),
      {
        ...{ name: 'exchange', route: 'meters/:number/exchanges/:exchange' },
        go: async (page) => page.goto(await exchangeOf(page)),
      },
      { name: 'story', route: 'panel/:number', go: (page) => toStory(page) },
      { name: 'sale', route: 'sell/:order', go: async (page) => page.goto(await saleOf(page)) },
      { name: 'payment', route: 'payments/:payment', go: async (page) => page.goto(await paymentOf(page)) },
      {
        ...{ name: 'settlement-month', route: 'settlement/:month' },
        go: async (page, town) => page.goto(await monthOf(page, town)),
      },
      { name: 'grid-loss', route: 'grid', go: (page, town) => toLoss(page, town) },
      { name: 'forecast-bought', route: 'forecast', go: (page) => toPurchase(page) },
      { name: 'call', route: 'calls/:call', go: async (page, town) => page.goto(await callOf(page, town)) },
      { name: 'tariff-seasons', route: at('/tariffs/standard').route, go: (page) => toSeasons(page) },
      { name: 'panel-lifted', route: 'panel/:number', go: (page) => toLifted(page) },
    ],
  },
  {
    role: 'Cashier',
    ways: [at('/till'), { name: 'dialog-till', route: 'till', go: (page) => toCount(page) }],
  },
  {
    role: 'Agent',
    ways: [
      ...[at('/vend'), at('/kiosk')],
      { name: 'kiosk-card', route: 'kiosk', go: (page) => toKioskCard(page) },
      { name: 'kiosk-sold', route: 'kiosk', go: (page) => toKioskSold(page) },
      { name: 'vend-sale', route: 'vend/:reference', go: async (page) => page.goto(await vendOf(page)) },
    ],
  },
  { role: 'Technician', ways: [at('/field'), at(`/field/${METER}`)] },
  {
    role: 'System manager',
    ways: [
      at('/people'),
      dialog('dialog-person', '/people', PEOPLE_WORDS.en.add),
      { name: 'audit', route: 'audit', go: (page) => toAudit(page) },
    ],
  },
  { role: 'Subscriber', ways: [at('/home'), at('/home-buy'), at('/home-statement'), at('/home-receipts')] },
];

/** The story chooses the meter with the least in store; whoever opened it leaves it by opening another page. */
async function toStory(page: Page): Promise<void> {
  await page.goto('/overview');
  await page.getByRole('button', { name: DEMO_WORDS.en.story }).click();
  await page.getByRole('button', { name: STORY_WORDS.en.steps.buy.go as string }).waitFor();
}

async function toCount(page: Page): Promise<void> {
  const words = TILL_WORDS.en;
  await page.goto('/till');
  await page.getByLabel('Cash in the till').fill('0');
  await page.getByRole('button', { name: words.open, exact: true }).click();
  await page.getByRole('button', { name: words.close, exact: true }).click();
  await page.getByRole('dialog').waitFor();
}

/** A year in two seasons, of which one is being changed. */
async function toSeasons(page: Page): Promise<void> {
  await page.goto('/tariffs/standard');
  await page.getByRole('button', { name: TARIFFS_WORDS.en.seasonChange, exact: true }).click();
  await page.getByRole('dialog').waitFor();
}

/** What nobody should do was done to a meter: its seal is broken, its relay open, and a wire lies over its terminals. */
async function toLifted(page: Page): Promise<void> {
  const number = svpmsnText(svpmsnOfHouse(4));
  for (const action of [{ bypass: true }, { cover: 'lifted' }]) {
    await askApi(page, 'POST', `demo/meters/${number}/panel/actions`, action);
  }
  await page.goto(`/panel/${number}`);
}

/** Somebody called from the panel of a meter, and hung up. */
async function callOf(page: Page, town: Town): Promise<string> {
  const press = () => askApi(page, 'POST', `demo/meters/${OTHER_METER}/panel/actions`, { press: 'call' });
  const { utility } = town;
  for (let second = 0; second < 2; second++) {
    await press();
    await utility.runUntil(utility.time.now + 60_000);
  }
  const { items } = await askApi<{ items: readonly { id: string }[] }>(page, 'GET', 'calls?limit=1');
  return `/calls/${items[0]?.id}`;
}

/** One that carried value, with all of its passes. */
async function exchangeOf(page: Page): Promise<string> {
  const { items } = await askApi<{ readonly items: readonly ExchangeJson[] }>(
    page,
    'GET',
    `meters/${METER}/exchanges?limit=50`,
  );
  const stored = items.findLast(({ command, outcome }) => command === 'valueStore' && outcome?.name === 'answered');
  return `/meters/${METER}/exchanges/${stored?.number}`;
}

/** It stands still with the town: sold, and waiting for the line. */
async function saleOf(page: Page): Promise<string> {
  const body = { meter: OTHER_METER, paid: '1250', method: 'cash' };
  const { order } = await askApi<{ order: { id: string } }>(page, 'POST', 'purchases', body, 'looks-0001');
  return `/sell/${encodeURIComponent(order.id)}`;
}

async function monthOf(page: Page, town: Town): Promise<string> {
  const { host } = town.utility;
  const bulk = { unitCharge: 20_000, bands: [], otherwise: 100 };
  const published = await host.publishTariff('bulk', bulk, milliseconds(Date.UTC(2026, 0, 1)));
  assert.ok(!('reason' in published), inspect(published));
  const terms = { tariff: 'bulk', technicalBasisPoints: 300, interestBasisPoints: 0 };
  await askApi(page, 'POST', 'periods', { month: '2026-02', terms }, 'looks-0004');
  return '/settlement/2026-02';
}

/** Energy goes missing at the first transformer, and the mark there leads to its alarm and back. */
async function toLoss(page: Page, town: Town): Promise<void> {
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
  const body = { meter: OTHER_METER, paid: '1500', port: 'demo-bank', instrument };
  const { id } = await askApi<{ id: string }>(page, 'POST', 'payments', body, 'looks-0003');
  return `/payments/${id}`;
}
