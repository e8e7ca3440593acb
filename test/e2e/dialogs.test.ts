import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { svpmsnOfHouse } from '../../src/simulation/index.ts';
import { svpmsnText } from '../../src/units/index.ts';
import {
  AGENT_WORDS,
  APPROVAL_WORDS,
  CARD_PROVIDER_WORDS,
  CARD_WORDS,
  HOME_WORDS,
  KEYS_WORDS,
  METER_WORDS,
  MOVING_WORDS,
  OFFLINE_METER_WORDS,
  PANEL_WORDS,
  PEOPLE_WORDS,
  PHONE_ACCESS_WORDS,
  SETTINGS_WORDS,
  SETTLEMENT_WORDS,
  SUBSCRIBER_WORDS,
  TARIFFS_WORDS,
} from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { stage } from './stage.ts';
import { TOWN_CARDS } from './town.ts';

const METER = svpmsnText(svpmsnOfHouse(0));
const GAS_METER = '8a0003';

/** Dialogs that a button of a page opens, by the page. */
const DIALOGS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Operator: {
    '/agents': [AGENT_WORDS.en.add],
    '/agents/corner-shop': [
      ...[AGENT_WORDS.en.payIn, AGENT_WORDS.en.payBack, AGENT_WORDS.en.change, AGENT_WORDS.en.close],
    ],
    '/approvals': [APPROVAL_WORDS.en.ask],
    '/cards': [CARD_WORDS.en.issue],
    '/cards?tab=meters': [CARD_WORDS.en.enrol],
    '/cards?tab=providers': [CARD_PROVIDER_WORDS.en.add],
    [`/cards/${TOWN_CARDS[0]}`]: [CARD_WORDS.en.sell, CARD_WORDS.en.end],
    [`/cards/meters/${GAS_METER}`]: [OFFLINE_METER_WORDS.en.give],
    [`/meters/${METER}?tab=sales`]: [METER_WORDS.en.receipts],
    [`/panel/${METER}`]: [PANEL_WORDS.en.cover],
    '/settlement': [SETTLEMENT_WORDS.en.close],
    '/subscribers': [SUBSCRIBER_WORDS.en.add],
    '/subscribers/house-1': [
      ...[SUBSCRIBER_WORDS.en.enrol, SUBSCRIBER_WORDS.en.debt, SUBSCRIBER_WORDS.en.agree],
      ...[PHONE_ACCESS_WORDS.en.change, MOVING_WORDS.en.moveOut],
    ],
    '/tariffs': [TARIFFS_WORDS.en.add],
    '/tariffs/standard': [TARIFFS_WORDS.en.assign],
  },
  'System manager': {
    '/people': [PEOPLE_WORDS.en.add],
    '/keys': [KEYS_WORDS.en.change, KEYS_WORDS.en.add],
    '/settings': [SETTINGS_WORDS.en.add],
  },
  Subscriber: { '/home': [HOME_WORDS.en.contract.agree] },
};

const here = stage({ meters: 6, hours: 2 });
const { as, skip } = here;

/** What is wrong with the dialog that a button opens, if anything is. */
async function faultsOf(page: Page, path: string, name: string): Promise<string[]> {
  const what = `${path}, ${name}`;
  const opener = page.getByRole('button', { name, exact: true }).first();
  await opener.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.waitForFunction(() => document.querySelector('[role="dialog"]')?.contains(document.activeElement));
  const faults: string[] = [];
  for (const [nth, theme] of (['light', 'dark'] as const).entries()) {
    await page.emulateMedia({ colorScheme: theme });
    faults.push(
      ...(await barriersOf(page, nth > 0, '[role="dialog"]')).map((barrier) => `${what}, ${theme}: ${barrier}`),
    );
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.keyboard.press('Shift+Tab');
  const isInside = await dialog.evaluate((element) => element.contains(document.activeElement));
  if (!isInside) faults.push(`${what}: the keyboard leaves it for the page below`);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const isBack = await opener
    .and(page.locator(':focus'))
    .waitFor({ timeout: 2_000 })
    .then(
      () => true,
      () => false,
    );
  if (!isBack) faults.push(`${what}: whoever leaves it is not back at its button`);
  return faults;
}

for (const [role, pages] of Object.entries(DIALOGS)) {
  test(`dialogs of role ${role}: opened by keyboard, nobody is kept out in either theme, and Escape leads back`, {
    skip,
  }, async () => {
    await as(role, async (page) => {
      const faults: string[] = [];
      for (const [path, names] of Object.entries(pages)) {
        await page.goto(path);
        for (const name of names) faults.push(...(await faultsOf(page, path, name)));
      }
      assert.deepEqual(faults, []);
    });
  });
}
