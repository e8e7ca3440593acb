import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { svpmsnOfHouse } from '../../src/simulation/index.ts';
import { milliseconds, svpmsnText } from '../../src/units/index.ts';
import { FORM_WORDS, fill, HOME_BUY_WORDS, KIOSK_WORDS, PAGE_NAMES, VOUCHER_WORDS } from '../../src/words/index.ts';
import { askApi } from './browser.ts';
import { stage } from './stage.ts';

const words = VOUCHER_WORDS.en;
const kiosk = KIOSK_WORDS.en;

const here = stage({ meters: 6, errands: false, lives: true });
const { as, skip } = here;

test('an operator has vouchers made and prints them once, sells them to a shop, and whoever has one pays on the page of a meter or at a kiosk', {
  skip,
}, async () => {
  const { host } = here.town.utility;
  let number = '';
  let other = '';
  await as('Operator', async (page) => {
    await page.goto('/agents?tab=vouchers');
    await page.getByText(words.none).waitFor();
    await page.getByRole('button', { name: words.make }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(words.batch).fill('spring');
    await dialog.getByLabel(words.count).fill('3');
    await dialog.getByLabel(words.value).fill('5');
    await dialog.getByLabel(words.expires).fill('2040-01-01');
    await dialog.getByLabel(words.why).fill('a feast');
    await dialog.getByRole('button', { name: words.make }).click();
    await page.getByText(words.asked).waitFor();
    await page.goto('/approvals');
    await page.getByText('Make 3 vouchers spring of').first().waitFor();
    const decider = { ...ACT, at: milliseconds(here.town.utility.time.now), by: 'somebody-else' };
    const { items } = await askApi<{ items: { id: string }[] }>(page, 'GET', 'approvals');
    const [asked] = items;
    const decided = await host.by(decider).decide({ approval: asked?.id ?? '', verdict: 'approve' });
    assert.ok('approval' in decided);

    await page.goto('/agents?tab=vouchers');
    await page.getByRole('cell', { name: '1 Jan 2040' }).waitFor();
    await page.getByRole('button', { name: words.print }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: words.print }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'spring.csv');
    const table = await readFile(await download.path(), 'utf8');
    [number = '', other = ''] = table
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[1] ?? '');
    assert.match(number, /^(\d{4} ){3}\d{4}$/);
    assert.match(table, /,2040-01-01T14:59:59\.999Z\r\n/, 'the last instant of the day in Seoul');

    await page.getByRole('button', { name: words.titles.sell, exact: true }).click();
    const sale = page.getByRole('dialog');
    await sale.getByLabel(words.last).fill('2');
    await sale.getByRole('combobox', { name: words.agent }).click();
    await page.getByRole('option', { name: 'Corner shop' }).click();
    await sale.getByRole('button', { name: words.titles.sell, exact: true }).click();
    await page.getByText(words.done).waitFor();
    const find = page.getByRole('button', { name: words.find });
    await page.getByLabel(words.serial).fill('spring-1');
    assert.ok(await find.isDisabled(), 'that is no serial number');
    for (const [serial, state] of [
      ['spring.00002', words.states.sold],
      ['SPRING.00003', words.states.printed],
    ] as const) {
      await page.getByLabel(words.serial).fill(serial);
      await find.click();
      await page.getByText(`${serial.toLowerCase()} · €5.00 · ${state}`).waitFor();
    }
    await page.getByLabel(words.serial).fill('spring.00009');
    await find.click();
    await page.getByRole('alert').getByText('spring.00009').waitFor();
  });
  await as('Subscriber', async (page) => {
    await page.goto('/home-buy');
    await page.getByRole('heading', { name: PAGE_NAMES.en['home-buy'], level: 1 }).waitFor();
    let asked = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/vouchers')) asked += 1;
    });
    for (const slip of ['abcd', '1234 5678 9012 345', '1234 5678 9012 34567', '1234 5678 9012 345O']) {
      await page.getByLabel(words.number).fill(slip);
      await page.getByRole('button', { name: words.pay }).click();
      await page.getByRole('alert').getByText(FORM_WORDS.en.wrong).waitFor();
    }
    assert.equal(asked, 0, 'a slip is not a guess');
    await page.getByLabel(words.number).fill('1234-5678-9012-3450');
    await page.getByRole('button', { name: words.pay }).click();
    await page.getByText('No voucher has this number').waitFor();
    assert.equal(asked, 1);
    await page.getByLabel(words.number).fill(number);
    await page.getByRole('button', { name: words.pay }).dblclick();
    await page.getByText(HOME_BUY_WORDS.en.toMeter).waitFor();
  });
  await as('Agent', async (page) => {
    await page.goto('/kiosk');
    await page.getByRole('heading', { name: kiosk.enter }).waitFor();
    await page.keyboard.type(svpmsnText(svpmsnOfHouse(1)));
    await page.getByRole('button', { name: kiosk.next }).click();
    await page.getByRole('button', { name: kiosk.hasVoucher }).click();
    await page.keyboard.type(other.replaceAll(' ', ''));
    await page.getByRole('button', { name: kiosk.next }).click();
    await page.getByText(fill(kiosk.onItsWay, svpmsnText(svpmsnOfHouse(1)))).waitFor();
    await page.getByText('voucher:spring.00002:1').waitFor();
  });
  const payments = await host.payments({ limit: 99 });
  const paid = payments.filter(({ method }) => method === 'voucher');
  assert.deepEqual(
    paid.map(({ shown, paid: amount, svpmsn }) => [shown, amount, svpmsnText(svpmsn ?? svpmsnOfHouse(9))]),
    [
      ['spring.00001', 500, svpmsnText(svpmsnOfHouse(0))],
      ['spring.00002', 500, svpmsnText(svpmsnOfHouse(1))],
    ],
  );
});

const ACT = { role: 'operator', action: 'decideApproval', subject: 'approval', detail: '', request: 'r' } as const;
