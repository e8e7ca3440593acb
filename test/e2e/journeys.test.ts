import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import type { House } from '../../src/simulation/index.ts';
import { type Svpmsn, svpmsnText } from '../../src/units/index.ts';
import { fill, HOME_BUY_WORDS, HOME_WORDS } from '../../src/words/index.ts';
import { complaintsOf, enter } from './browser.ts';
import { stage } from './stage.ts';

/** A line at 1,200 bit/s, and a house that runs dry. */
const PATIENCE = { timeout: 120_000 };

/** The one bright colour, of value in flight, in the light theme. */
const IN_FLIGHT = [106, 43, 232];

const here = stage({ meters: 8, lives: true });
const { skip } = here;

test('a sale is pressed twice, sold once, watched to the meter, and stands in its books', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  const complaints = complaintsOf(page);
  const house = here.town.utility.houses[0];
  const before = (await here.town.utility.host.orders({ svpmsn: house?.svpmsn as Svpmsn, limit: 50 })).length;
  await enter(page, 'Operator');
  await page.goto(`/sell?meter=${svpmsnText(house?.svpmsn as Svpmsn)}`);
  await page.getByLabel('What is paid').fill('12.50');
  await page.getByRole('button', { name: /^Sell for/ }).dblclick();
  await page.getByText('The meter has it and has said so.').waitFor(PATIENCE);
  const orders = await here.town.utility.host.orders({ svpmsn: house?.svpmsn as Svpmsn, limit: 50 });
  assert.equal(orders.length, before + 1);
  assert.equal(orders[0]?.amount, 1250);
  assert.deepEqual(complaints, []);
  await window.close();
});

test('value on its way is seen on the grid', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  await enter(page, 'Operator');
  await page.goto('/grid');
  await page.locator('canvas').waitFor();
  const shown = page.waitForFunction(
    (wanted) => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      for (let i = 0; i < data.length; i += 4) {
        if (wanted.every((value, j) => data[i + j] === value)) return true;
      }
      return false;
    },
    IN_FLIGHT,
    { polling: 50, ...PATIENCE },
  );
  await page.waitForTimeout(500);
  await here.town.utility.buy(here.town.utility.houses[1] as House, 700);
  await shown;
  await window.close();
});

test('a household agrees on automatic transfer, and its meter is filled by itself', { skip }, async () => {
  const { contract: words } = HOME_WORDS.en;
  const window = await here.window();
  const page = await window.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  const complaints = complaintsOf(page);
  await enter(page, 'Subscriber');
  await page.goto('/home');
  await page.getByRole('button', { name: words.agree, exact: true }).click();
  const dialog = page.getByRole('dialog');
  for (const [label, amount] of [
    [words.threshold, '900'],
    [words.paid, '30'],
    [words.perDay, '30'],
    [words.perMonth, '60'],
  ] as const) {
    await dialog.getByLabel(label).fill(amount);
  }
  await dialog.getByRole('button', { name: fill(HOME_BUY_WORDS.en.demoPurseUse, DEMO_PURSES['direct-debit']) }).click();
  await dialog.getByRole('button', { name: words.go, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  // The host may have made the first one before the page reads what was agreed on.
  await page.getByText(/Transfers so far: [01]\./).waitFor();
  const { svpmsn } = here.town.utility.houses[0] as House;
  const arrived = async () => {
    const orders = await here.town.utility.host.orders({ svpmsn, limit: 50 });
    return orders.some(({ id, state }) => id.startsWith('payment:auto:') && state === 'stored');
  };
  for (const until = Date.now() + PATIENCE.timeout; !(await arrived()) && Date.now() < until; ) await pause(250);
  assert.ok(await arrived(), 'what was transferred is in the meter');
  await page.getByText(/Transfers so far: 1/).waitFor();
  assert.deepEqual(complaints, []);
  await window.close();
});
