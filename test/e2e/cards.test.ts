import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Page } from 'playwright-core';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { keyName, Purpose, Suite } from '../../src/crypto/index.ts';
import type { CardOrder, CardView } from '../../src/host/index.ts';
import { Region } from '../../src/units/index.ts';
import { askApi } from './browser.ts';
import { stage } from './stage.ts';
import { TOWN_CARDS } from './town.ts';

const [LOADED = '', BLANK = ''] = TOWN_CARDS;
/** The meter without a line to which the first card goes, and nobody else. */
const GAS_METER = '8a0003';
/** Somebody of the first house has been in the cellar by then, and nobody of the second has bought anything. */
const FIRST_IS_HOME_HOURS = 0.25;

const here = stage({ meters: 6, hours: FIRST_IS_HOME_HOURS });
const { as, skip } = here;

const menu = (page: Page) => page.getByRole('navigation').getByRole('link', { name: 'Cards', exact: true });

async function ordersOf(csn: string): Promise<CardOrder[]> {
  const orders = await here.town.utility.host.cardOrders({ csn, limit: 50 });
  assert.ok(Array.isArray(orders), inspect(orders));
  return orders;
}

async function stateOf(csn: string): Promise<CardView['card']['state']> {
  const view = await here.town.utility.host.card(csn);
  assert.ok('card' in view, inspect(view));
  return view.card.state;
}

test('the overview says of each provider where its value is, to those who may read the books', { skip }, async () => {
  const [told] = (await here.town.utility.host.overview()).cards;
  assert.ok(told !== undefined && told.onCards > 0n && told.inMeters > 0n, inspect(told));
  const shown = [told.inFlight, told.onCards, told.inMeters, told.spent].map((tokens) => `${tokens} tokens`);
  await as('Operator', async (page) => {
    await page.goto('/overview');
    const row = page.getByRole('region', { name: 'Value on cards' }).getByRole('row', { name: /^Town Gas · Gas/ });
    await row.waitFor();
    const spans = await row.locator('span[title]').evaluateAll((all) => all.map((each) => each.getAttribute('title')));
    assert.deepEqual(
      spans.map((title) => title?.replaceAll(',', '')),
      shown,
    );
    await page.getByRole('link', { name: 'Cards and meters without a line' }).click();
    await page.getByRole('heading', { name: 'Cards', level: 1 }).waitFor();
  });
  await as('Cashier', async (page) => {
    await page.goto('/overview');
    await page.getByRole('region', { name: 'Meters' }).waitFor();
    assert.equal(await page.getByRole('region', { name: 'Value on cards' }).count(), 0);
  });
});

test('what lost or copied cards can cost at most is shown of a provider and of a card, as the books say it', {
  skip,
}, async () => {
  const regions = await here.town.utility.host.cardRegions(LOADED);
  assert.ok(Array.isArray(regions), inspect(regions));
  const gas = regions.find(({ purse }) => purse.region === Region.gas);
  assert.ok(gas !== undefined && gas.exposure > 0n, inspect(regions));
  const books = (await here.town.utility.host.cardBooks()).find(({ provider }) => provider === gas.purse.provider);
  assert.ok(books !== undefined && books.exposure >= gas.exposure, inspect(books));
  const said = (tokens: bigint) => new RegExp(`^${tokens.toLocaleString('en')} tokens$`);
  await as('Operator', async (page) => {
    await page.goto('/cards');
    const table = page.getByRole('table').filter({ has: page.getByRole('columnheader', { name: 'Exposure' }) });
    const cell = table
      .getByRole('row', { name: /Town Gas/ })
      .getByRole('cell')
      .last();
    await cell.getByTitle(said(books.exposure)).waitFor();
    await page.getByText('what lost or copied cards can cost until their tickets end').waitFor();
    await page.goto(`/cards/${LOADED}`);
    const panel = page.getByRole('region', { name: 'Gas', exact: true });
    const figure = panel.getByText('Exposure', { exact: true }).locator('..');
    await figure.getByTitle(said(gas.exposure)).waitFor();
  });
});

test('a provider is added once and its terms are changed, and whoever may not do that reads them', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    let asked = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/card-providers')) asked += 1;
    });
    await menu(page).click();
    await page.getByRole('tab', { name: 'Providers' }).click();
    for (const name of ['Town Heat', 'Other Heat']) {
      await page.getByRole('button', { name: 'Add a provider' }).click();
      const dialog = page.getByRole('dialog');
      const add = dialog.getByRole('button', { name: 'Add a provider' });
      assert.equal(await dialog.getByRole('alert').count(), 0, 'nothing was refused yet');
      await dialog.getByLabel('Name').fill(name);
      await dialog.getByRole('combobox', { name: 'For' }).click();
      await page.getByRole('option', { name: 'Heat', exact: true }).click();
      await dialog.getByLabel('Number of the utility').fill('1');
      await dialog.getByLabel('Account').fill('IBAN of the heat works');
      await dialog.getByLabel('Limit of a ticket').fill('40');
      await dialog.getByLabel('Days of a ticket').fill('0');
      assert.ok(await add.isDisabled(), 'a ticket of no days is none');
      await dialog.getByLabel('Days of a ticket').fill('90');
      await add.dblclick();
      if (name === 'Town Heat') {
        await dialog.waitFor({ state: 'detached' });
        assert.equal(asked, 1, 'two clicks ask once');
      } else await dialog.getByRole('alert').getByText('Provider 1-5 is here already').waitFor();
    }
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Tickets of Town Heat' }).click();
    const dialog = page.getByRole('dialog');
    assert.equal(await dialog.getByLabel('Limit of a ticket').inputValue(), '40.00');
    await dialog.getByLabel('Days of a ticket').fill('30');
    await dialog.getByRole('button', { name: 'Change the terms' }).click();
    await page.getByRole('row', { name: /Town Heat.*30 days/ }).waitFor();
    await page.getByRole('button', { name: 'Unit charge of Town Heat' }).click();
    await dialog.getByText('No unit charge yet').waitFor();
    const publish = dialog.getByRole('button', { name: 'Let it hold from now on' });
    await dialog.getByLabel('Unit charge').fill('0.000001');
    assert.ok(await publish.isDisabled(), 'finer than a thousandth of a cent is no unit charge');
    await dialog.getByLabel('Unit charge').fill('0.08125');
    await publish.click();
    await dialog.getByRole('row', { name: /0\.08125/ }).waitFor();
  });
  const heat = (await here.town.utility.host.cardProviders()).filter(({ region }) => region === Region.heat);
  assert.deepEqual(
    heat.map(({ name, utility, ticketLimit, ticketDays }) => [name, utility, ticketLimit, ticketDays]),
    [['Town Heat', 1, 4_000, 30]],
  );
  await as('Cashier', async (page) => {
    await page.goto('/cards?tab=providers');
    await page.getByRole('row', { name: /Town Heat.*Heat/ }).waitFor();
    assert.equal(await page.getByRole('button', { name: /Add a provider|Tickets of/ }).count(), 0);
  });
});

test('one meter without a line tells what it reported, which cards may be spent there and what was', {
  skip,
}, async () => {
  const told = await here.town.utility.host.offlineMeter(GAS_METER);
  assert.ok('balance' in told && told.spent > 0n, inspect(told));
  const titleOf = (tokens: bigint) => `${tokens.toLocaleString('en-GB')} tokens`;
  await as('Operator', async (page) => {
    await page.goto('/cards?tab=meters');
    await page.getByRole('link', { name: GAS_METER }).click();
    await page.getByRole('heading', { name: `Meter ${GAS_METER} without a line`, level: 1 }).waitFor();
    const report = page.getByRole('region', { name: 'What it told last' });
    await report.getByText('Supplied').waitFor();
    await report.getByTitle(titleOf(told.balance)).waitFor();
    const spent = page.getByRole('table', { name: 'What was spent, report by report' });
    await spent.getByTitle(titleOf(told.spent)).waitFor();
    await page.getByRole('table', { name: 'Cards that may be spent here' }).getByRole('link', { name: LOADED }).click();
    await page.getByRole('heading', { name: `Card ${LOADED}`, level: 1 }).waitFor();
    await page.getByRole('table', { name: 'Tickets' }).getByRole('link', { name: GAS_METER }).first().click();
    await page.getByRole('heading', { name: `Meter ${GAS_METER} without a line`, level: 1 }).waitFor();
  });
  await as('Cashier', async (page) => {
    await page.goto(`/cards/meters/${GAS_METER}`);
    await page.getByRole('region', { name: 'What it told last' }).getByTitle(titleOf(told.balance)).waitFor();
    for (const name of ['Cards that may be spent here', 'What was spent, report by report'])
      assert.equal(await page.getByRole('region', { name }).count(), 0, name);
  });
});

test('a meter without a line that nobody brought a report of says how one comes', { skip }, async () => {
  await as('Technician', async (page) => {
    await page.goto('/cards?tab=meters');
    await page.getByRole('button', { name: 'Enrol a meter' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Number of the meter').fill('0f0002');
    await dialog.getByRole('combobox', { name: 'Provider' }).click();
    await page.getByRole('option', { name: 'Town Gas · Gas' }).click();
    await dialog.getByLabel('Subscriber').fill('house-2');
    await dialog.getByLabel('Name of the key').fill(String(keyName(Purpose.value, Suite.aes128, 0)));
    await dialog.getByRole('button', { name: 'Enrol a meter' }).click();
    await page.getByRole('link', { name: '0f0002' }).click();
    await page.getByText('It has told nothing yet.').waitFor();
    await page.getByText('No card has a ticket for it.').waitFor();
    // A household moved out of it and another in.
    await page.getByRole('button', { name: 'Give to another household' }).click();
    await dialog.getByText('From now on it takes value from cards of that household alone').waitFor();
    await dialog.getByLabel('Subscriber').fill('house-999');
    await dialog.getByRole('button', { name: 'Give to another household' }).click();
    await dialog.getByText('There is no subscriber "house-999"').waitFor();
    await dialog.getByLabel('Subscriber').fill('house-3');
    await dialog.getByRole('button', { name: 'Give to another household' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Whose it is' }).getByRole('link', { name: 'house-3' }).waitFor();
    await page.goto('/cards/meters/0f00ff');
    await page.getByText('No meter 0f00ff without a line is enrolled here').waitFor();
  });
});

test('a cashier finds a card and sells to it once, however often it is pressed', { skip }, async () => {
  const before = (await ordersOf(BLANK)).length;
  await as('Cashier', async (page) => {
    await menu(page).click();
    await page.getByLabel('Card or subscriber').fill('house-6');
    await page.getByRole('link', { name: LOADED }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: BLANK }).click();
    await page.getByRole('button', { name: 'Sell to the card' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Paid' }).fill('12.50');
    await dialog.getByRole('button', { name: 'Sell to the card' }).dblclick();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Waits for the card/ }).waitFor();
    assert.equal(
      await page.getByRole('button', { name: 'Take back' }).count(),
      0,
      'what a role may not do is not shown',
    );
  });
  const orders = await ordersOf(BLANK);
  assert.equal(orders.length, before + 1);
  assert.equal(orders[0]?.state, 'waiting');
  assert.equal(orders[0]?.paid, 1250n);
});

test('a sale that is not on the card yet is taken back when one has said why and another, who reads it, approves', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/cards/${BLANK}`);
    await page.getByRole('button', { name: 'Take back' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Take back' }).click();
    const reason = dialog.getByLabel('Reason');
    assert.equal(await reason.evaluate((field) => field.matches(':invalid')), true, 'a reason is asked for');
    await reason.fill('the wrong card');
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await dialog.waitFor({ state: 'detached' });
  });
  assert.equal((await ordersOf(BLANK))[0]?.state, 'waiting', 'nothing is done before another has approved it');
  await as('System manager', async (page) => {
    await page.goto('/approvals');
    await page
      .getByRole('row', { name: /Take back sale .* to a card.*the wrong card/ })
      .getByRole('button', { name: 'Decide' })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Approve and do it' }).click();
    await dialog.waitFor({ state: 'detached' });
  });
  await as('Cashier', async (page) => {
    await page.goto(`/cards/${BLANK}`);
    await page.getByRole('row', { name: /Refunded/ }).waitFor();
  });
  assert.equal((await ordersOf(BLANK))[0]?.state, 'refunded');
});

test('money that a payment service took for a card has its page, with the card and what became of it', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    await page.goto('/payments');
    const instrument = { type: 'card', pan: DEMO_PURSES.card, expiry: '3012' };
    const body = { card: BLANK, region: 'gas', paid: '700', port: 'demo-bank', instrument };
    const { id } = await askApi<{ id: string }>(page, 'POST', 'payments', body, 'cards-0001');
    await page.getByRole('table', { name: 'All payments' }).getByRole('link', { name: BLANK }).waitFor();
    await page.goto(`/payments/${id}`);
    await page.getByText('The value is sold to the card').first().waitFor();
    await page.getByText('The value was sold').waitFor();
    await page.getByRole('link', { name: 'See the sale' }).click();
    await page.getByRole('heading', { name: `Card ${BLANK}`, level: 1 }).waitFor();
  });
  const [newest] = await ordersOf(BLANK);
  assert.deepEqual([newest?.method, newest?.paid, newest?.state], ['card', 700n, 'waiting']);
});

test('a technician reads the last report of a meter without a line, and sells nothing', { skip }, async () => {
  await as('Technician', async (page) => {
    await menu(page).click();
    await page.getByRole('tab', { name: 'Meters without a line' }).click();
    await page.getByRole('row', { name: /8a0003.*Gas.*house-2/ }).waitFor();
    await page.goto(`/cards/${LOADED}`);
    await page.getByRole('heading', { name: 'Tickets' }).waitFor();
    await page.getByRole('button', { name: 'Block the card' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sell to the card' }).count(), 0);
    assert.equal(await page.getByRole('heading', { name: 'Orders' }).count(), 0);
  });
});

test('a subscriber has no list of cards in the menu, and an agent neither', { skip }, async () => {
  for (const role of ['Subscriber', 'Agent'] as const) {
    await as(role, async (page) => assert.equal(await menu(page).count(), 0, role));
  }
});

test('a lost card is blocked, and the page says what comes back at once and what later', { skip }, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/cards/${LOADED}`);
    await page.getByRole('button', { name: 'Block the card' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Lost').check();
    assert.equal(await stateOf(LOADED), 'active', 'nothing is done before the answer');
    await dialog.getByRole('button', { name: 'Block the card' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'What was on it' }).waitFor();
    await page.getByRole('columnheader', { name: 'At once' }).waitFor();
    await page.getByRole('columnheader', { name: 'After the tickets have ended' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sell to the card' }).count(), 0);
    await page.getByRole('button', { name: 'Replace the card' }).waitFor();
  });
  assert.equal(await stateOf(LOADED), 'lost');
});
