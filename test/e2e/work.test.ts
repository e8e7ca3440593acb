import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Page } from 'playwright-core';
import { made } from '../../src/host/rig.testing.ts';
import type { House } from '../../src/simulation/index.ts';
import { milliseconds, Region, svpmsn, svpmsnText } from '../../src/units/index.ts';
import {
  ACT_WORDS,
  BOOKS_WORDS,
  CLOCK_WORDS,
  COMMAND_WORDS,
  EVENT_WORDS,
  EXCHANGE_WORDS,
  FIELD_WORDS,
  fill,
  LEDGER_WORDS,
  METER_WORDS,
  REMITTANCE_WORDS,
  SETTLEMENT_WORDS,
} from '../../src/words/index.ts';
import { stage } from './stage.ts';
import { TOWN_CARDS } from './town.ts';

/** The provider of the gas on the town's cards. */
const GAS = '1-2';
const NEW_METER = '00beef';

const here = stage({ meters: 6, lives: true });
const { as, skip } = here;
const house = (number: number): House => here.town.utility.houses[number] as House;
const meterOf = (number: number): string => svpmsnText(house(number).svpmsn);

/** What the audit log says that was done to a meter. */
async function auditOf(page: Page, action: string, meter: string): Promise<number> {
  const entries = await page.evaluate(async () => {
    const answer = await (await fetch('/api/v1/audit?limit=200')).json();
    return answer.items as { readonly action: string; readonly subject: string }[];
  });
  return entries.filter((entry) => entry.action === action && entry.subject.includes(meter)).length;
}

interface Asked {
  readonly id: string;
  readonly why: string;
  readonly proposal: { readonly type: string };
}
const approvalsOn = (page: Page): Promise<readonly Asked[]> =>
  page.evaluate(async () => (await (await fetch('/api/v1/approvals?limit=9')).json()).items);

test('a month that is over is closed once, and one that runs is refused in the form', { skip }, async () => {
  const words = SETTLEMENT_WORDS.en;
  const { host } = here.town.utility;
  const bulk = { unitCharge: 20_000, bands: [], otherwise: 100 };
  const published = await host.publishTariff('bulk', bulk, milliseconds(Date.UTC(2026, 0, 1)));
  assert.ok(!('reason' in published), inspect(published));
  await as('Operator', async (page) => {
    await page.goto('/settlement');
    await page.getByText(words.none).waitFor();
    await page.getByRole('button', { name: words.close }).click();
    const dialog = page.getByRole('dialog');
    const closing = dialog.getByRole('button', { name: words.close, exact: true }).last();
    await dialog.getByLabel(words.month).fill('2026-13');
    await dialog.getByText(words.monthWrong).waitFor();
    assert.ok(await closing.isDisabled());
    await dialog.getByLabel(words.month).fill('2026-03');
    await closing.click();
    await dialog.getByRole('alert').getByText('The month 2026-03 is not over').waitFor();
    await dialog.getByLabel(words.month).fill('2026-02');
    await closing.dblclick();
    await page.getByText(fill(words.closed, 'February 2026')).waitFor();
    await page.getByRole('link', { name: 'February 2026' }).click();
    await page.getByText(words.noClaims).waitFor();
  });
  assert.deepEqual(
    (await host.periods()).map(({ month }) => month),
    ['2026-02'],
  );
  await as('Seller', async (page) => {
    await page.goto('/settlement');
    await page.getByRole('link', { name: 'February 2026' }).waitFor();
    assert.equal(await page.getByRole('button', { name: words.close }).count(), 0, 'a seller closes nothing');
  });
});

test('what is due to a provider is filled in, asked for once, booked when another has decided, and taken back', {
  skip,
}, async () => {
  const words = REMITTANCE_WORDS.en;
  const { host } = here.town.utility;
  const act = { at: host.here().now, by: 'another', role: 'operator', action: '', subject: '', detail: '' } as const;
  const office = host.by({ ...act, request: 'another' });
  const sale = { csn: TOWN_CARDS[0] ?? '', region: Region.gas, orderId: 'gas', paid: 1_250, method: 'cash' } as const;
  made(await office.buyForCard(sale));
  const { due } = made(await host.payeeAccount(GAS));
  let amount = '';
  await as('Operator', async (page) => {
    await page.goto('/settlement');
    await page.getByRole('button', { name: `${words.pay}: Town Gas` }).click();
    const dialog = page.getByRole('dialog');
    amount = await dialog.getByLabel(words.amount).inputValue();
    // Whoever else buys meanwhile makes it more.
    assert.ok(due > 0n && Number(amount) >= Number(due) / 100, 'what is due stands there');
    const pay = dialog.getByRole('button', { name: words.pay, exact: true });
    await dialog.getByLabel(words.paidOn).fill('2026-03-01');
    await dialog.getByLabel(words.reference).fill('SEPA 17');
    assert.ok(await pay.isDisabled(), 'nobody is paid without a reason');
    await dialog.getByLabel(words.why).fill('February');
    await pay.dblclick();
    await page.getByText(words.asked).waitFor();
    const [asked, ...others] = await approvalsOn(page);
    assert.deepEqual([asked?.proposal.type, asked?.why, others], ['remittance', 'February', []]);
    const decision = { approval: asked?.id ?? '', verdict: 'approve' } as const;
    made(await office.decide(decision));
  });
  assert.equal((Number(made(await host.payeeAccount(GAS)).paid) / 100).toFixed(2), amount);
  await as('Operator', async (page) => {
    await page.goto('/settlement');
    await page.getByRole('button', { name: `${words.history}: Town Gas` }).click();
    await page.getByRole('row').filter({ hasText: 'SEPA 17' }).getByText(words.directions.paid).waitFor();
    await page.getByRole('button', { name: fill(words.takeBackTitle, 'SEPA 17') }).click();
    await page.getByRole('dialog').getByLabel(words.why).fill('The bank sent it back');
    await page.getByRole('dialog').getByRole('button', { name: words.takeBack, exact: true }).click();
    await page.getByText(words.asked).waitFor();
    assert.equal((await approvalsOn(page)).length, 2);
  });
  await as('Seller', async (page) => {
    await page.goto('/settlement');
    await page
      .getByText(SETTLEMENT_WORDS.en.none)
      .or(page.getByRole('link', { name: 'February 2026' }))
      .waitFor();
    assert.equal(await page.getByText(words.title).count(), 0, 'a seller reads no accounts of others');
  });
});

test('a meter is replaced in the field: its purse is closed, and another is commissioned', { skip }, async () => {
  const words = FIELD_WORDS.en;
  const old = meterOf(2);
  await as('Technician', async (page) => {
    await page.goto(`/field/${old}`);
    await page.getByRole('button', { name: words.closePurse, exact: true }).click();
    const [known] = (await here.town.utility.host.meters()).filter(({ meter }) => svpmsnText(meter.svpmsn) === old);
    assert.equal(known?.purse.state, 'open', 'nothing is closed before it is pressed again');
    await page.getByRole('button', { name: `${words.closePurse}: ${words.sure}` }).click();
    await page.getByRole('status').getByText(words.purse.closed).waitFor();
  });
  await as('Technician', async (page) => {
    await page.goto('/field');
    await page.getByRole('button', { name: words.enrol }).click();
    await page.getByLabel(words.number).fill(NEW_METER);
    await page.getByLabel(words.subscriber).fill('house-3');
    await page.getByLabel(words.address).fill('200');
    await page.getByRole('button', { name: words.enrol }).last().click();
    await page.getByRole('heading', { name: NEW_METER, level: 1 }).waitFor();
    await page.getByText(words.neverHeard).waitFor();
  });
  const views = (await here.town.utility.host.meters()).filter(({ meter }) => meter.subscriber === 'house-3');
  assert.deepEqual(
    views.map(({ meter, purse }) => [meter.svpmsn, purse.state]),
    [
      [svpmsn(Number.parseInt(NEW_METER, 16)), 'open'],
      [house(2).svpmsn, 'closed'],
    ],
  );
});

test('a command that is clicked twice is ordered once', { skip }, async () => {
  const words = METER_WORDS.en;
  const number = meterOf(3);
  await as('Operator', async (page) => {
    await page.goto(`/meters/${number}?tab=control`);
    await page.getByRole('button', { name: words.orderNow, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: words.orderNow, exact: true }).dblclick();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('status').getByText(words.ordered).waitFor();
    await page
      .getByRole('row', { name: new RegExp(`^${COMMAND_WORDS.en.names.switch}`) })
      .getByText(words.commandStates.done)
      .waitFor();
  });
  await as('System manager', async (page) => assert.equal(await auditOf(page, 'orderCommand', number), 1));
  assert.ok(house(3).relayOpen, 'it was switched off');
});

test('the audit log and the ledger say in words what was done and booked, and lead to it', { skip }, async () => {
  const number = meterOf(3);
  const { acts, subjects, fields, values } = ACT_WORDS.en;
  const { accounts, kinds } = LEDGER_WORDS.en;
  await as('Auditor', async (page) => {
    await page.goto('/audit');
    await page.getByRole('columnheader', { name: CLOCK_WORDS.en.wall }).waitFor();
    const row = page.getByRole('row').filter({ hasText: acts.orderCommand }).first();
    await row.getByText(`${fields.action} ${values.open}`).waitFor();
    await row.getByRole('link', { name: fill(subjects.meter, number) }).click();
    await page.getByRole('heading', { name: fill(METER_WORDS.en.title, number), level: 1 }).waitFor();
    await page.goto('/books?tab=postings');
    const spent = page.getByRole('cell', { name: kinds.spent, exact: true }).first();
    await spent.waitFor();
    await page.getByRole('combobox', { name: BOOKS_WORDS.en.filterAccount }).click();
    await page.getByRole('option', { name: accounts.prepaid, exact: true }).click();
    await page.getByRole('button', { name: BOOKS_WORDS.en.filter, exact: true }).click();
    // What was shown before stands until the answer is there.
    await spent.waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: kinds.stored, exact: true }).first().waitFor();
    assert.match(page.url(), /account=prepaid/);
    await page
      .getByRole('cell', { name: `${accounts.prepaid} · ${accounts['value-in-meters']}` })
      .first()
      .waitFor();
  });
});

test('whoever stands before a meter reads in words what it says, what it saw and what it was ordered', {
  skip,
}, async () => {
  await as('Technician', async (page) => {
    for (const language of ['en', 'ko'] as const) {
      const words = FIELD_WORDS[language];
      await page.evaluate((chosen) => localStorage.setItem('wattpurse-language', chosen), language);
      await page.goto(`/field/${meterOf(4)}`);
      await page.getByRole('cell', { name: EVENT_WORDS[language].creditStored }).waitFor();
      const orders = page.getByRole('table', { name: words.commands });
      await orders.getByText(COMMAND_WORDS[language].names['mode-table']).waitFor();
      const texts = await page.locator('dd, td').allTextContents();
      assert.deepEqual(
        texts.filter((text) => /[a-z][A-Z]|mode-table|relay-/.test(text)),
        [],
      );
    }
  });
});

test('an exchange of a meter is read message by message, and leads to the one before it', { skip }, async () => {
  const words = EXCHANGE_WORDS.en;
  const number = meterOf(4);
  await as('Operator', async (page) => {
    await page.goto(`/meters/${number}?tab=exchanges`);
    assert.equal(await here.town.utility.buy(house(4), 700), undefined);
    const credited = page.getByRole('row', { name: new RegExp(`^${words.commands.valueStore}.*7\\.00`) });
    await credited.getByText(words.outcomes.answered).waitFor();
    await credited.getByRole('link').click();
    await page.getByRole('heading', { name: words.commands.valueStore, level: 1 }).waitFor();
    const passes = page.getByRole('region', { name: words.passes }).getByRole('listitem').filter({ hasText: /^M\d/ });
    await passes.first().waitFor();
    const signs = (await passes.allTextContents()).map((text) => text.slice(0, 2));
    assert.deepEqual(signs, ['M1', 'M2', 'M3', 'M4']);
    await page.getByRole('region', { name: words.result }).getByText(words.outcomes.answered).waitFor();
    const address = page.url();
    await page.getByRole('link', { name: words.older }).click();
    await page.waitForURL((url) => url.href !== address);
    await page.getByRole('link', { name: words.newer }).click();
    await page.waitForURL(address);
    await page.getByRole('link', { name: fill(words.meter, number) }).click();
    await page.getByRole('table', { name: METER_WORDS.en.tabs.exchanges }).waitFor();
  });
});
