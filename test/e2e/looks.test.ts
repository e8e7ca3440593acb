import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Svpmsn, svpmsnText } from '../../src/units/index.ts';
import { complaintsOf, enter, type Look, openBrowser, openWindow, withoutBrowser } from './browser.ts';
import { differenceFrom } from './pictures.ts';
import { TOWN_CARDS, Town } from './town.ts';

const skip = withoutBrowser ?? false;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every page, as whom one looks at it. `{meter}` is a meter of the town. */
const PAGES: readonly { readonly role: string; readonly paths: readonly string[] }[] = [
  {
    role: 'Operator',
    paths: [
      ...['/overview', '/grid', '/grid?unit=0', '/meters', '/meters/{meter}', '/meters/{meter}?tab=load'],
      ...['/meters/{meter}?tab=exchanges', '/meters/{meter}/cut', '/losses', '/panel', '/panel/{meter}'],
      ...['/subscribers', '/subscribers/house-1', '/sell', '/sell?meter={meter}', '/payments'],
      ...[
        '/agents',
        '/agents/corner-shop',
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
      ...['/keys', '/settings'],
    ],
  },
  { role: 'Cashier', paths: ['/till'] },
  { role: 'Agent', paths: ['/vend', '/kiosk'] },
  { role: 'Technician', paths: ['/field', '/field/{meter}'] },
  { role: 'System manager', paths: ['/people', '/audit'] },
  { role: 'Subscriber', paths: ['/home', '/home-buy', '/home-statement', '/home-receipts'] },
];

const LOOKS: readonly (Look & { readonly name: string; readonly isApproved: boolean })[] = [
  { name: 'light', theme: 'light', isApproved: true },
  { name: 'dark', theme: 'dark', isApproved: true },
  { name: 'on a phone in Korean', language: 'ko', width: 375, height: 720, isApproved: false },
];

/** A chart that was just put there is drawn within some frames. */
const SETTLE_MS = 250;

let browser: Browser;
let town: Town;

before(async () => {
  if (withoutBrowser !== undefined) return;
  browser = await openBrowser();
  town = await Town.open({ hours: 30 });
});
after(async () => {
  await browser?.close();
  await town?.close();
});

for (const look of LOOKS) {
  for (const { role, paths } of PAGES) {
    test(`pages of role ${role}, ${look.name}: ${look.isApproved ? 'as approved, and nobody is kept out' : 'nothing is cut off'}`, {
      skip,
    }, async () => {
      const window = await openWindow(browser, town.address, look);
      const page = await window.newPage();
      const faults = complaintsOf(page);
      await enterAs(page, role, look);
      for (const pattern of paths) {
        const path = pattern.replace('{meter}', svpmsnText(town.utility.houses[0]?.svpmsn as Svpmsn));
        await page.goto(path);
        await settled(page);
        if (await overflows(page)) faults.push(`${path} is wider than the window`);
        if (!look.isApproved) continue;
        faults.push(...(await barriersOf(page)).map((barrier) => `${path}: ${barrier}`));
        const name = `${path.slice(1).replaceAll(/[^a-z0-9]+/g, '-')}.${look.name}`;
        const difference = differenceFrom(name, await page.screenshot());
        if (difference !== undefined) faults.push(difference);
      }
      assert.deepEqual(faults, []);
      await window.close();
    });
  }
}

/** Roles have other names in Korean: the door of the demo is opened in English, and the language chosen behind it. */
async function enterAs(page: Page, role: string, look: Look): Promise<void> {
  if (look.language === 'ko') {
    await page.addInitScript(() => {
      if (location.pathname === '/' && localStorage.getItem('wattpurse-language') === null)
        localStorage.setItem('wattpurse-language', 'en');
    });
  }
  await enter(page, role);
  if (look.language === 'ko') await page.evaluate(() => localStorage.setItem('wattpurse-language', 'ko'));
}

/** The page has its title, nothing is waited for any more, and what was drawn is drawn. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role="status"] .mantine-Loader-root') === null);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(SETTLE_MS);
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What keeps people out: findings of axe that are serious or critical. */
async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations.map(({ id, impact, nodes }) => ({
      ...{ id, impact, nodes: nodes.slice(0, 3).map(({ html }) => ({ html: html.slice(0, 160) })) },
    }));
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
