import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { CONSOLE_WORDS } from '../../src/words/index.ts';
import { stopsOf, tabTo } from './keyboard.ts';
import { stage } from './stage.ts';
import { WAYS } from './ways.ts';

const here = stage({ meters: 6, hours: 2 });
const { as, skip } = here;

const settled = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role="status"] .mantine-Loader-root') === null);
};

for (const { role, ways } of WAYS) {
  test(`whoever goes through the pages of role ${role} with Tab always sees where they are, and comes to the end`, {
    skip,
  }, async () => {
    await as(role, async (page) => {
      const faults: string[] = [];
      const seen = new Set<string | undefined>();
      for (const { name, address, route } of ways) {
        // Of each page once: its other ways have the same frame, and parts of it.
        if (address === undefined || seen.has(route)) continue;
        seen.add(route);
        await page.goto(address);
        await settled(page);
        const { stops, unseen, ended } = await stopsOf(page);
        if (!ended) faults.push(`${name}: Tab does not come to the end of the page after ${stops} stops`);
        faults.push(...unseen.map((each) => `${name}: it is not seen that the keyboard is at ${each}`));
      }
      assert.deepEqual(faults, []);
      assert.ok(seen.size > 0);
    });
  });
}

test('the first stop of a page leads past its menu', { skip }, async () => {
  await as('Operator', async (page) => {
    await page.goto('/subscribers');
    await settled(page);
    await page.keyboard.press('Tab');
    const past = page.getByRole('link', { name: CONSOLE_WORDS.en.skip });
    assert.ok(await past.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().left >= 0));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.ok(await page.getByRole('main').evaluate((main) => main.contains(document.activeElement)));
  });
});

test('what opens from the head of a page is opened, gone through and left by keyboard', { skip }, async () => {
  await as('Operator', async (page) => {
    await page.goto('/subscribers');
    const account = page.getByRole('button', { name: new RegExp(`^${CONSOLE_WORDS.en.account}:`) });
    await tabTo(page, account);
    await page.keyboard.press('Enter');
    const leave = page
      .getByRole('button', { name: CONSOLE_WORDS.en.logOut })
      .or(page.getByRole('menuitem', { name: CONSOLE_WORDS.en.logOut }));
    await leave.waitFor();
    await tabTo(page, leave);
    await page.keyboard.press('Escape');
    await leave.waitFor({ state: 'hidden' });
    assert.ok(
      await account.evaluate((button) => button === document.activeElement),
      'the keyboard is back at its button',
    );
  });
});
