import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGES_FOLDER } from '../../src/cli/pages-folder.ts';
import {
  CONSOLE_WORDS,
  LANGUAGE_NAMES,
  LANGUAGES,
  OVERVIEW_WORDS,
  REFUSAL_WORDS,
  SELLING_WORDS,
} from '../../src/words/index.ts';
import { complaintsOf, enter, openWindow } from './browser.ts';
import { stage } from './stage.ts';
import { Town } from './town.ts';

/** The English sentences are the host's own. */
const REFUSED = {
  en: {
    password: 'Login and password do not belong together',
    amount: 'An amount is a whole number of tokens from 1 to 4294967295, not 9999999900.',
  },
  ko: {
    password: REFUSAL_WORDS.ko.sentences['log-in-refused'],
    amount: `${REFUSAL_WORDS.ko.sentences['amount-wrong']} (최소 금액: €0.01, 최대 금액: €42,949,672.95)`,
  },
} as const;

const here = stage();
const { skip } = here;

test('whoever comes into the demo as operator sees that the books balance', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  const complaints = complaintsOf(page);
  await enter(page, 'Operator');
  await page.getByText('balanced', { exact: true }).waitFor();
  assert.deepEqual(complaints, []);
  await window.close();
});

test('a wrong password is refused with a sentence, and what was typed stays', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  await page.goto('/meters');
  await page.getByLabel('Login').fill('operator');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByText('Login and password do not belong together').waitFor();
  assert.equal(await page.getByLabel('Login').inputValue(), 'operator');
  await window.close();
});

for (const language of LANGUAGES) {
  test(`what the host refuses is said in ${LANGUAGE_NAMES[language]}, with the figures that it is about`, {
    skip,
  }, async () => {
    const { logIn, roles } = CONSOLE_WORDS[language];
    const window = await here.window({ language });
    const page = await window.newPage();
    await page.goto('/');
    await page.getByLabel(logIn.login).fill('operator');
    await page.getByRole('textbox', { name: logIn.password }).fill('not the password');
    await page.getByRole('button', { name: logIn.go, exact: true }).click();
    await page.getByText(REFUSED[language].password).waitFor();
    await enter(page, roles.operator);
    await page.goto(`/sell?meter=${here.meterOf(0)}`);
    await page.getByLabel(SELLING_WORDS[language].amount).fill('99999999');
    await page.getByText(REFUSED[language].amount).waitFor();
    await window.close();
  });
}

test('a session that ends asks who is there, and goes on where it was', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  await enter(page, 'Operator');
  await page.goto('/grid');
  await page.getByRole('heading', { name: 'Grid' }).waitFor();
  await window.clearCookies();
  // Whoever asks first learns of it: the person who clicks, or the page that keeps itself up to date.
  const clicked = page.getByRole('link', { name: 'Overview' }).click({ timeout: 2_000 });
  const went = await clicked.then(
    () => true,
    () => false,
  );
  await page.getByText('Your session has ended').waitFor();
  await page.getByRole('button', { name: 'Operator', exact: true }).click();
  await page.getByRole('heading', { name: went ? 'Overview' : 'Grid' }).waitFor();
  await window.close();
});

test('a page whose host is started anew says so, and recovers by itself', { skip }, async () => {
  const port = Number(new URL(here.town.address).port) + 1;
  let other = await Town.open({ meters: 2, port });
  const window = await openWindow(here.browser, other.address);
  const page = await window.newPage();
  await enter(page, 'Operator');
  await page.getByText('balanced', { exact: true }).waitFor();
  await other.close();
  await page.getByText('The host does not answer.').waitFor();
  other = await Town.open({ meters: 2, port });
  // Sessions of a demo in memory end with it: whoever was there comes in again.
  await page.getByText('Your session has ended').waitFor();
  await page.getByRole('button', { name: 'Operator', exact: true }).click();
  await page.getByText('balanced', { exact: true }).waitFor();
  await window.close();
  await other.close();
});

/** What a slow line can bear before the first page is there: code, styles and letters, as they are sent. */
const FIRST_VIEW_BYTES_MAX = 260_000;

for (const language of LANGUAGES) {
  test(`the first view is small in ${LANGUAGE_NAMES[language]}, and asks nobody but its own host`, {
    skip,
  }, async () => {
    const window = await here.window({ language });
    await enter(await window.newPage(), CONSOLE_WORDS[language].roles.operator);
    const page = await window.newPage();
    const files = new Set<string>();
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin !== here.town.address) elsewhere.push(request.url());
      else if (!pathname.startsWith('/api/')) files.add(pathname);
    });
    await page.goto('/overview');
    await page.getByText(OVERVIEW_WORDS[language].balanced, { exact: true }).waitFor();
    await page.waitForLoadState('load');
    await page.evaluate(() => document.fonts.ready);
    const bytes = [...files].map((path) => sizeOf(path.startsWith('/assets/') ? path : '/index.html'));
    const sum = bytes.reduce((all, each) => all + each, 0);
    assert.ok(bytes.length > 5 && sum <= FIRST_VIEW_BYTES_MAX, `${bytes.length} files of ${sum} bytes`);
    assert.ok(
      [...files].some((path) => path.endsWith('.woff2')),
      'letters are among them',
    );
    assert.deepEqual(elsewhere, []);
    await window.close();
  });
}

test('a Korean name has its letters, whatever they are, and no more are loaded than of its block', {
  skip,
}, async () => {
  const window = await here.window();
  const page = await window.newPage();
  await enter(page, 'Operator');
  const letters = await page.evaluate(async () => {
    const faces = await document.fonts.load("16px 'Nanum Gothic'", '쀍뚫');
    return { loaded: faces.map(({ status }) => status), all: [...document.fonts].filter(isKorean).length };
    function isKorean({ family }: FontFace): boolean {
      return family.includes('Nanum');
    }
  });
  assert.deepEqual(letters.loaded, ['loaded', 'loaded']);
  assert.ok(letters.all > 10, `${letters.all} files have the others`);
  await window.close();
});

/** Compressed by gzip, where that makes it smaller. */
function sizeOf(path: string): number {
  const whole = join(PAGES_FOLDER, path);
  return Math.min(
    statSync(whole).size,
    statSync(`${whole}.gz`, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY,
  );
}
