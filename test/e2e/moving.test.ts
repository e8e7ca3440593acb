import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { made } from '../../src/host/rig.testing.ts';
import { svpmsnText } from '../../src/units/index.ts';
import {
  FIELD_WORDS,
  FORM_WORDS,
  fill,
  METER_WORDS,
  MOVING_WORDS,
  PANEL_WORDS,
  PHONE_ACCESS_WORDS,
  REASON_WORDS,
  SUBSCRIBER_WORDS,
} from '../../src/words/index.ts';
import { stage } from './stage.ts';

const here = stage({ meters: 3, hours: 1, lives: true });
const { as, skip } = here;

/** To nobody nothing is sold, and with nobody nothing is agreed. */
async function nothingOffered(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) {
    for (const role of ['button', 'link'] as const) {
      assert.equal(await page.getByRole('main').getByRole(role, { name, exact: true }).count(), 0, name);
    }
  }
}

test('a technician moves a household out before the meter, an operator pays it out, and another moves in', {
  skip,
}, async () => {
  const words = MOVING_WORDS.en;
  const { host, houses } = here.town.utility;
  const { svpmsn } = houses[0] as (typeof houses)[number];
  const number = svpmsnText(svpmsn);
  const { subscriber } = made(await host.meter(svpmsn)).meter;
  made(await host.addSubscriber({ id: 'next-door', name: 'Next Door', contact: '' }));
  made(await host.sell({ meter: svpmsn, amount: 900, orderId: 'before they leave', source: 'cash' }));
  await as('Technician', async (page) => {
    await page.goto(`/field/${number}`);
    await page.getByText(fill(words.nobodyMoved, subscriber)).waitFor();
    await page.getByRole('button', { name: words.moveOut, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: words.moveOut, exact: true }).click();
    await page.getByText(words.nobodyLives).waitFor();
    await page.getByRole('region', { name: `${subscriber}: ${fill(words.left, '').trim()}` }).waitFor();
    assert.equal(await page.getByRole('region', { name: '{}' }).count(), 0);
    await page.getByText(FIELD_WORDS.en.purse.closed).first().waitFor();
    assert.equal(await page.getByRole('button', { name: words.payOut }).count(), 0);
  });
  await as('Operator', async (page) => {
    const { noteUnoccupied, nobodyLives, reasons } = PANEL_WORDS.en;
    await page.goto(`/panel/${number}`);
    await page.getByText(fill(noteUnoccupied, 0)).waitFor();
    await page.getByText(nobodyLives).waitFor();
    assert.equal(await page.getByText(reasons.noCredit).count(), 0);
    await page.goto(`/meters/${number}`);
    await page.getByText(REASON_WORDS.en['nobody-lives']).waitFor();
    assert.equal(await page.getByText(REASON_WORDS.en['purse-closed']).count(), 0);
    await nothingOffered(page, [METER_WORDS.en.sell]);
    await page.goto('/subscribers/unoccupied');
    await page.getByText(words.closedUntil).waitFor();
    const { enrol, sell, debt, agree } = SUBSCRIBER_WORDS.en;
    await nothingOffered(page, [enrol, sell, debt, agree, PHONE_ACCESS_WORDS.en.allow]);
  });
  const [left] = made(await host.tenancies(svpmsn));
  assert.deepEqual([left?.subscriber, left?.state, left?.reading], [subscriber, 'left', 'proved']);
  assert.ok((left?.balance ?? 0n) > 0n && left?.refund === left?.balance);
  await as('Operator', async (page) => {
    await page.goto('/subscribers/unoccupied');
    for (const language of ['ko', 'en'] as const) {
      await page.evaluate((chosen) => localStorage.setItem('wattpurse-language', chosen), language);
      await page.reload();
      await page.getByRole('heading', { name: MOVING_WORDS[language].unoccupied }).waitFor();
    }
    const home = page.getByRole('region', { name: new RegExp(number) });
    await home.getByRole('button', { name: words.payOut, exact: true }).click();
    await home.getByRole('button', { name: `${words.payOut}: ${words.sure}` }).click();
    await home.getByText(fill(words.paidOut, '')).waitFor();
    await home.getByRole('button', { name: words.moveIn, exact: true }).click();
    // Whoever knows the name finds the id, and nobody moves in as nobody.
    const suggested = page.getByRole('dialog').locator('datalist option');
    await page.getByLabel(words.subscriber).fill('Next D');
    await page.waitForFunction(() => document.querySelectorAll('[role="dialog"] datalist option').length === 1);
    assert.equal(await suggested.getAttribute('value'), 'next-door');
    await page.getByLabel(words.subscriber).fill('unoccupied');
    await page.waitForFunction(() => document.querySelectorAll('[role="dialog"] datalist option').length === 0);
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

test('an operator takes what somebody owes who left and has no meter', { skip }, async () => {
  const words = MOVING_WORDS.en;
  const { amount, reference, book } = SUBSCRIBER_WORDS.en;
  const { host, houses } = here.town.utility;
  const { svpmsn } = houses[1] as (typeof houses)[number];
  const { subscriber } = made(await host.meter(svpmsn)).meter;
  made(await host.bookDebt({ meter: svpmsn, amount: 900_000, reference: 'a bill' }));
  await as('Operator', async (page) => {
    await page.goto(`/subscribers/${subscriber}`);
    const home = page.getByRole('region', { name: new RegExp(svpmsnText(svpmsn)) });
    await home.getByRole('button', { name: words.moveOut, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: words.moveOut, exact: true }).click();
    await page
      .getByRole('region', { name: `${subscriber}: ${fill(words.left, '').trim()}` })
      .getByText(words.balance)
      .waitFor();
    const owed = page.getByRole('button', { name: words.takePayment, exact: true });
    await owed.click();
    const dialog = page.getByRole('dialog');
    assert.ok(Number(await dialog.getByLabel(amount).inputValue()) > 10, 'all that is owed');
    await dialog.getByText(words.referenceHint.cash).waitFor();
    await dialog.getByLabel(amount).fill('20000');
    await dialog.getByLabel(reference).fill('slip 1');
    await dialog.getByRole('button', { name: book, exact: true }).click();
    await dialog.getByText(/€[\d,.]+ is owed: take no more/).waitFor();
    await dialog.getByLabel(amount).fill('10');
    assert.equal(await dialog.getByText('take no more').count(), 0);
    await dialog.getByLabel(reference).fill('');
    await dialog.getByRole('button', { name: book, exact: true }).click();
    await dialog.getByText(FORM_WORDS.en.missing).waitFor();
    assert.ok(await dialog.getByLabel(reference).evaluate((field) => field === document.activeElement));
    await dialog.getByLabel(reference).fill('slip 1');
    assert.equal(await dialog.getByText(FORM_WORDS.en.missing).count(), 0);
    await dialog.getByRole('button', { name: book, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(fill(words.paymentTaken, '€10.00', subscriber)).waitFor();
  });
  const [posting] = (await host.postings({ limit: 50 })).filter(({ kind }) => kind === 'dues-paid');
  assert.equal(posting?.order, 'slip 1');
  const paid = posting?.lines.find(({ account }) => account === 'cash')?.amount ?? 0n;
  const { arrears } = made(await host.duesOfPerson(subscriber));
  assert.ok(paid > 0n && arrears > 0n);
  assert.ok((await host.books()).balanced);
});
