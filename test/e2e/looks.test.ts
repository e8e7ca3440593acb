import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { PAGES } from '../../src/console/index.ts';
import { CONSOLE_WORDS, FORM_WORDS } from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { askApi, complaintsOf, enter } from './browser.ts';
import { brokenWordsOf, cutNumbersOf } from './cuts.ts';
import { foreignWordsOf } from './other-language.ts';
import { approvedNames, differenceFrom } from './pictures.ts';
import { stage } from './stage.ts';
import { WAYS } from './ways.ts';

/** In the demo by whoever made it. */
const WRITTEN = ['rest of the year', 'Town bank, for Town Gas', 'Town bank, for Town Water', 'Demo system manager'];

const THEMES = ['light', 'dark'] as const;
const DESK = { width: 1280, height: 800 };
const WALL = { width: 1920, height: 1080 };
const PHONE = { width: 375, height: 720 };

/** Between a tick and its box, of the 765 that black and white are apart. */
const DISTANCE_MIN = 400;

/** A chart that was just put there is drawn within some frames. */
const SETTLE_MS = 250;

const here = stage({ hours: 30, daysBefore: 130 });
const { skip } = here;

/** What is looked at by somebody who is not logged in yet. */
const BEFORE = ['door', 'choose-password'];

test('every page of the router is looked at in both themes, and no picture is of nothing', () => {
  const ways = WAYS.flatMap((each) => each.ways);
  const reached = new Set(ways.map(({ route }) => route));
  assert.deepEqual(
    PAGES.map(({ path }) => path).filter((path) => !reached.has(path)),
    [],
  );
  const names = [...BEFORE, ...ways.map(({ name }) => name)];
  assert.equal(new Set(names).size, names.length, 'each way has pictures of its own');
  const pictures = names.flatMap((name) => THEMES.map((theme) => `${name}.${theme}`));
  assert.deepEqual(approvedNames(), pictures.sort());
});

test('the door: as approved in both themes, and nobody is kept out', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  const faults = complaintsOf(page);
  await page.goto('/');
  faults.push(...(await faultsOf(page, 'door')));
  assert.deepEqual(faults, []);
  await window.close();
});

for (const theme of THEMES) {
  test(`a tick is told from its box in the ${theme} theme`, { skip }, async () => {
    const window = await here.window({ ...PHONE, theme });
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
    const window = await here.window({ ...PHONE, theme });
    const page = await window.newPage();
    await enter(page, 'Subscriber');
    await page.goto('/home-buy');
    await page.getByRole('textbox').first().fill('much');
    await page.getByText(FORM_WORDS.en.money).waitFor();
    assert.deepEqual(await barriersOf(page), []);
    await window.close();
  });
}

for (const { role, ways } of WAYS) {
  test(`pages of role ${role}: as approved in both themes, nobody is kept out, and nothing is cut off or broken on a phone in Korean`, {
    skip,
  }, async () => {
    const window = await here.window(DESK);
    const page = await window.newPage();
    const faults = complaintsOf(page);
    await enter(page, role);
    for (const { name, go, isWide } of ways) {
      await page.setViewportSize(isWide === true ? WALL : DESK);
      await go(page, here.town);
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

test('whoever has a password for one time chooses another: as approved in both themes, and nobody is kept out', {
  skip,
}, async () => {
  const words = CONSOLE_WORDS.en;
  const window = await here.window();
  const page = await window.newPage();
  const faults = complaintsOf(page);
  await enter(page, 'System manager');
  const new_ = { login: 'kim', name: 'Kim', role: 'cashier' };
  const { oneTimePassword } = await askApi<{ oneTimePassword: string }>(page, 'POST', 'people', new_);
  await window.clearCookies();
  await page.goto('/');
  await page.getByLabel(words.logIn.login).fill(new_.login);
  await page.getByRole('textbox', { name: words.logIn.password }).fill(oneTimePassword);
  await page.getByRole('button', { name: words.logIn.go, exact: true }).click();
  await page.getByRole('heading', { name: words.password.title }).waitFor();
  faults.push(...(await faultsOf(page, 'choose-password')));
  assert.deepEqual(faults, []);
  await window.close();
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

/** The page has its title, nothing is waited for any more, and what was drawn is drawn. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role="status"] .mantine-Loader-root') === null);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(SETTLE_MS);
}

const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
