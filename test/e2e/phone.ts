import type { Browser, BrowserContext, Page } from 'playwright-core';
import { CONSOLE_WORDS, WORK_WORDS } from '../../src/words/index.ts';
import { openWindow } from './browser.ts';

/** On a line at 1,200 bit/s, and on a machine that has other things to do. */
const PATIENCE_MS = 60_000;
const work = WORK_WORDS.en;

export interface Phone {
  readonly phone: BrowserContext;
  readonly page: Page;
}

/** A phone of somebody, on which the page in the field is kept. */
export async function openPhone(browser: Browser, address: string, role: string): Promise<Phone> {
  const phone = await openWindow(browser, address, { width: 412, height: 900 });
  phone.setDefaultTimeout(PATIENCE_MS);
  const page = await phone.newPage();
  await enterField(page, role);
  return { phone, page };
}

export async function enterField(page: Page, role: string): Promise<void> {
  await page.goto('/field');
  await page.getByRole('button', { name: role, exact: true }).click();
  await page.getByText(work.opens).waitFor();
  await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
}

/** Work that the phone keeps. */
export const list = (page: Page) => page.getByRole('list', { name: work.title });

/** One of it, by what it is called. */
export const piece = (page: Page, name: string) => list(page).getByRole('listitem').filter({ hasText: name });

export async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: CONSOLE_WORDS.en.account }).click();
  await page.getByText(CONSOLE_WORDS.en.logOut, { exact: true }).click();
}
