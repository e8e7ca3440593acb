import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { made } from '../../src/host/rig.testing.ts';
import { svpmsnText } from '../../src/units/index.ts';
import { FIELD_WORDS, fill, MOVING_WORDS } from '../../src/words/index.ts';
import { openBrowser, peopleOf, withoutBrowser } from './browser.ts';
import { Town } from './town.ts';

const skip = withoutBrowser ?? false;

let browser: Browser;
let town: Town;
const as = peopleOf(() => ({ browser, base: town.address }));

before(async () => {
  if (withoutBrowser !== undefined) return;
  browser = await openBrowser();
  town = await Town.open({ meters: 3, hours: 1 });
  town.live();
});
after(async () => {
  await browser?.close();
  await town?.close();
});

test('a technician moves a household out before the meter, an operator pays it out, and another moves in', {
  skip,
}, async () => {
  const words = MOVING_WORDS.en;
  const { host, houses } = town.utility;
  const { svpmsn } = houses[0] as (typeof houses)[number];
  const number = svpmsnText(svpmsn);
  const { subscriber } = made(await host.meter(svpmsn)).meter;
  made(await host.addSubscriber({ id: 'next-door', name: 'Next Door', contact: '' }));
  made(await host.sell({ meter: svpmsn, amount: 900, orderId: 'before they leave', source: 'cash' }));
  await as('Technician', async (page) => {
    await page.goto(`/field/${number}`);
    await page.getByText(words.nobodyMoved).waitFor();
    await page.getByRole('button', { name: words.moveOut, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: words.moveOut, exact: true }).click();
    await page.getByText(words.nobodyLives).waitFor();
    await page.getByText(FIELD_WORDS.en.purse.closed).first().waitFor();
    assert.equal(await page.getByRole('button', { name: words.payOut }).count(), 0);
  });
  const [left] = made(await host.tenancies(svpmsn));
  assert.deepEqual([left?.subscriber, left?.state, left?.reading], [subscriber, 'left', 'proved']);
  assert.ok((left?.balance ?? 0n) > 0n && left?.refund === left?.balance);
  await as('Operator', async (page) => {
    await page.goto('/subscribers/unoccupied');
    const home = page.getByRole('region', { name: new RegExp(number) });
    await home.getByRole('button', { name: words.payOut, exact: true }).click();
    await home.getByRole('button', { name: `${words.payOut}: ${words.sure}` }).click();
    await home.getByText(fill(words.paidOut, '')).waitFor();
    await home.getByRole('button', { name: words.moveIn, exact: true }).click();
    await page.getByLabel(words.subscriber).fill('nobody-known');
    await page.getByRole('dialog').getByRole('button', { name: words.moveIn, exact: true }).click();
    await page.getByText('There is no subscriber "nobody-known"').waitFor();
    await page.getByLabel(words.subscriber).fill('next-door');
    await page.getByRole('dialog').getByRole('button', { name: words.moveIn, exact: true }).click();
    await page.goto('/subscribers/next-door');
    await page.getByText(fill(words.living, '')).first().waitFor();
  });
  assert.equal(made(await host.meter(svpmsn)).meter.subscriber, 'next-door');
  assert.ok((await host.books()).balanced);
});
