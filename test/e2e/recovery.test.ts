import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Running } from '../../src/cli/running.testing.ts';
import { type Svpmsn, svpmsnText } from '../../src/units/index.ts';
import { CONSOLE_WORDS, METER_WORDS } from '../../src/words/index.ts';
import { askApi, complaintsOf, enter, openBrowser, openWindow, withoutBrowser } from './browser.ts';
import { Town } from './town.ts';

const skip = withoutBrowser ?? false;
const words = CONSOLE_WORDS.en;
const PATIENCE_MS = 120_000;
const PASSWORD = 'what a fine password';
/** Of the host: after so long without a sign of life a session has ended. */
const IDLE_MS = 30 * 60_000;

let browser: Browser;

before(async () => {
  if (withoutBrowser !== undefined) return;
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
});

/** Makes an operator beside those of the demo, who get new passwords at each start. @returns the password for one time */
async function newOperator(host: Running): Promise<string> {
  const entered = await host.json('POST', '/api/v1/demo/session', { role: 'system-manager' });
  const { csrfToken } = (await entered.json()) as { readonly csrfToken: string };
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const han = { login: 'han', name: 'Han', role: 'operator' };
  const added = await host.json('POST', '/api/v1/people', han, { cookie, 'x-csrf-token': csrfToken });
  return ((await added.json()) as { readonly oneTimePassword: string }).oneTimePassword;
}

async function fillIn(page: Page, login: string, password: string): Promise<void> {
  await page.getByLabel(words.logIn.login).fill(login);
  await page.getByRole('textbox', { name: words.logIn.password }).fill(password);
  await page.getByRole('button', { name: words.logIn.go, exact: true }).click();
}

async function choosePassword(page: Page, old: string, chosen: string): Promise<void> {
  await page.getByLabel(words.password.old).fill(old);
  await page.getByLabel(words.password.new).fill(chosen);
  await page.getByRole('button', { name: words.password.go, exact: true }).click();
}

const machine = { date: Date.now, sinceStart: performance.now.bind(performance) };
let passed = 0;

/** So much later it is now on the clocks of this machine, by which the town in this process ends sessions and minutes. */
function pass(ms: number): void {
  passed += ms;
  Date.now = () => machine.date() + passed;
  performance.now = () => machine.sinceStart() + passed;
}
after(() => {
  Date.now = machine.date;
  performance.now = machine.sinceStart;
});

/** Somebody buys. */
const buy = (page: Page, meter: string, paid: string) =>
  askApi(page, 'POST', 'purchases', { meter, paid, method: 'cash' }, `recovery-${paid}`);

test('a page over which the host is killed and started anew on its books goes on by itself, for who was logged in', {
  skip,
}, async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-recovery-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  const start = (at: string) =>
    new Running(scratch, ['demo', '--data', join(scratch, 'town'), '--meters', '4', '--listen', at]);
  let host = start('127.0.0.1:0');
  t.after(() => host.stop('SIGKILL'));
  const address = await host.address;
  const oneTime = await newOperator(host);

  const window = await openWindow(browser, address);
  window.setDefaultTimeout(PATIENCE_MS);
  t.after(() => window.close());
  const page = await window.newPage();
  const complaints = complaintsOf(page);
  await page.goto('/books?tab=postings');
  await fillIn(page, 'han', `${oneTime}?`);
  await page.getByText('Login and password do not belong together').waitFor();
  await fillIn(page, 'han', oneTime);
  await page.getByRole('heading', { name: words.password.title }).waitFor();
  await choosePassword(page, PASSWORD, PASSWORD);
  await page.getByText('Login and password do not belong together').waitFor();
  await choosePassword(page, oneTime, PASSWORD);
  // Whoever knew the one that was made is out: all sessions of it have ended.
  await fillIn(page, 'han', PASSWORD);
  await page.getByRole('heading', { name: 'Books and audit', level: 1 }).waitFor();
  const { items } = await askApi<{ items: readonly { number: string }[] }>(page, 'GET', 'meters?limit=1');
  const meter = items[0]?.number ?? '';
  await buy(page, meter, '1234');
  await page.getByText('€12.34').first().waitFor();
  await page.evaluate(() => document.body.setAttribute('data-stays', ''));
  assert.deepEqual(complaints, []);

  await host.stop('SIGKILL');
  await page.getByText(words.away).first().waitFor();
  host = start(new URL(address).host);
  assert.equal(await host.address, address);
  await page.getByText(words.away).first().waitFor({ state: 'detached' });
  await page.getByText('€12.34').first().waitFor();
  await buy(page, meter, '4321');
  // Booked, and then in the meter: both are told to the page that was there before.
  await page.getByText('€43.21').nth(1).waitFor();
  assert.equal(await page.locator('body[data-stays]').count(), 1, 'it is the same page still');
  assert.equal(await page.getByText(words.logIn.expired).count(), 0);
});

test('a session that nobody used for half an hour has ended: the page asks who is there, and goes on where it was', {
  skip,
}, async (t) => {
  const town = await Town.open({ meters: 2 });
  t.after(() => town.close());
  const window = await openWindow(browser, town.address);
  t.after(() => window.close());
  const page = await window.newPage();
  const where = `/meters/${svpmsnText(town.utility.houses[1]?.svpmsn as Svpmsn)}`;
  await enter(page, 'Operator');
  pass(IDLE_MS - 60_000);
  await page.goto(`${where}?tab=events`);
  await page.getByRole('tab', { selected: true, name: METER_WORDS.en.tabs.events }).waitFor();
  pass(IDLE_MS + 60_000);
  // Of what is looked at next the page has nothing yet: the host refuses it.
  await page.getByRole('tab', { name: METER_WORDS.en.tabs.exchanges }).click();
  await page.getByText(words.logIn.expired).waitFor();
  await fillIn(page, 'operator', 'not the password');
  await page.getByText('Login and password do not belong together').waitFor();
  await page.getByRole('button', { name: words.roles.operator, exact: true }).click();
  await page.getByRole('tab', { selected: true, name: METER_WORDS.en.tabs.exchanges }).waitFor();
  assert.equal(new URL(page.url()).pathname, where);
});

const MINUTE_MS = 60_000;
const REQUESTS = 20;

for (const { left, title } of [
  { left: 0, title: 'a page that may not even ask who is there says why, and goes on by itself a minute later' },
  {
    left: 1,
    title: 'doors that could not be read of the log-in page are not silently missing, and come by themselves',
  },
]) {
  test(title, { skip }, async (t) => {
    const town = await Town.open({ meters: 2, requestsPerMinute: REQUESTS });
    t.after(() => town.close());
    const window = await openWindow(browser, town.address);
    t.after(() => window.close());
    const page = await window.newPage();
    await page.clock.install();
    for (let asked = left; asked < REQUESTS; asked++) {
      assert.equal((await fetch(`${town.address}/api/v1/demo`)).status, 200);
    }
    await page.goto('/');
    await page.getByText('That was too much in one minute: wait for the next.').waitFor();
    assert.equal(await page.getByText(words.logIn.unread).count(), left);
    assert.equal(await page.getByLabel(words.logIn.login).count(), left);
    const door = page.getByRole('button', { name: words.roles.operator, exact: true });
    assert.equal(await door.count(), 0);
    pass(MINUTE_MS);
    await page.clock.fastForward(MINUTE_MS);
    await door.waitFor();
    assert.equal(await page.getByText(words.logIn.unread).count(), 0);
  });
}
