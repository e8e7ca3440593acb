import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DEMO_PURSES } from '../../src/cli/demo-partners.ts';
import { parseSignedReceipt } from '../../src/host/index.ts';
import { svpmsnOfHouse } from '../../src/simulation/index.ts';
import { svpmsnText } from '../../src/units/index.ts';
import {
  CONSOLE_WORDS,
  PANEL_WORDS,
  PHONE_ACCESS_WORDS,
  PHONE_WORDS,
  SUBSCRIBER_WORDS,
} from '../../src/words/index.ts';
import { stage } from './stage.ts';

const PATIENCE = { timeout: 60_000 };

const here = stage({ meters: 6, lives: true });
const { as, skip } = here;

test('a subscriber pays by card and by telephone, sees both arrive, and keeps a receipt', { skip }, async () => {
  await as('Subscriber', async (page) => {
    for (const [way, account] of [
      [/· Card$/, DEMO_PURSES.card],
      [/· Mobile wallet$/, DEMO_PURSES.wallet],
    ] as const) {
      await page.goto('/home-buy');
      await page.getByLabel('How much do you pay?').fill('7.50');
      await page.getByText(way).click();
      await page.getByRole('button', { name: `Use ${account}` }).click();
      await page.getByRole('button', { name: /^Pay/ }).click();
      await page.getByText('The meter has it and has said so.').waitFor(PATIENCE);
    }
    await page.goto('/home-receipts');
    await page.locator('.mantine-Accordion-control').first().click();
    for (const [button, proves] of [
      ['Signed text', (text: string) => !('reason' in parseSignedReceipt(text))],
      ['PDF with code', (text: string) => text.startsWith('%PDF-')],
    ] as const) {
      const download = page.waitForEvent('download', PATIENCE);
      await page.getByRole('button', { name: button }).first().click(PATIENCE);
      assert.ok(proves(readFileSync(await (await download).path(), 'latin1')), button);
    }
  });
});

/** What stands in the menu of each role, by address: what docs/reference/pages.md says of them, and a demo's meters. */
const MENUS = {
  Operator:
    'overview grid meters panel subscribers sell till payments calls agents cards losses forecast field books settlement tariffs approvals keys settings',
  Cashier: 'overview grid meters panel subscribers sell till payments cards approvals',
  Agent: 'panel vend till kiosk',
  Technician: 'overview grid meters panel subscribers cards losses field',
  Auditor:
    'overview grid meters panel subscribers payments calls agents cards losses forecast books settlement tariffs approvals people keys settings',
  'System manager': 'panel approvals people keys settings',
  Seller: 'panel losses forecast books settlement',
  Subscriber: 'home home-buy home-statement home-receipts panel',
} as const;

for (const [role, menu] of Object.entries(MENUS)) {
  test(`the menu of ${role.toLowerCase()} has their own pages and no others`, { skip }, async () => {
    await as(role, async (page) => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Meter panel', exact: true }).waitFor(PATIENCE);
      const links = await page.getByRole('navigation').getByRole('link').all();
      const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
      assert.equal(paths.map((path) => path?.slice(1)).join(' '), menu);
      if (menu.includes('tariffs')) return;
      await page.goto('/tariffs');
      await page.getByRole('heading', { name: CONSOLE_WORDS.en.notAllowed, level: 1 }).waitFor(PATIENCE);
    });
  });
}

test('an address that leads nowhere says so, and leads back', { skip }, async () => {
  await as('Operator', async (page) => {
    await page.goto('/overviews');
    await page.getByRole('heading', { name: CONSOLE_WORDS.en.notFound, level: 1 }).waitFor(PATIENCE);
    await page.getByRole('link', { name: CONSOLE_WORDS.en.first }).click();
    await page.waitForURL(/\/overview$/);
  });
});

test('whoever logs in is not sent to an organisation that there is none of', { skip }, async () => {
  const window = await here.window();
  const page = await window.newPage();
  const told = page.waitForResponse(/\/api\/v1\/log-in$/);
  await page.goto('/');
  await told;
  await page.getByLabel('Password').first().waitFor();
  assert.equal(await page.getByText(CONSOLE_WORDS.en.logIn.provider).count(), 0);
  await window.close();
});

test('a meter is enrolled for a subscriber, and a number that is taken is refused in the form', { skip }, async () => {
  const words = SUBSCRIBER_WORDS.en;
  await as('Operator', async (page) => {
    await page.goto('/subscribers/house-1');
    await page.getByRole('button', { name: words.enrol, exact: true }).click(PATIENCE);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(words.localUnit).fill('0');
    await dialog.getByLabel(words.modem).fill('200');
    for (const number of ['0a1b33', '00beef']) {
      await dialog.getByLabel(words.number).first().fill(number);
      await dialog.getByRole('button', { name: words.enrol, exact: true }).click();
      if (number === '0a1b33') await dialog.getByRole('alert').first().waitFor(PATIENCE);
    }
    await dialog.waitFor({ state: 'detached', ...PATIENCE });
    await page.getByRole('link', { name: '00beef' }).first().waitFor(PATIENCE);
  });
  const [known] = (await here.town.utility.host.meters()).filter(({ meter }) => meter.svpmsn === 0xbeef);
  assert.equal(known?.meter.subscriber, 'house-1');
});

test('an operator gives a household another number and PIN for the telephone and takes the PIN away, and it is shown nowhere', {
  skip,
}, async () => {
  const words = PHONE_ACCESS_WORDS.en;
  const { callers } = here.town;
  const meter = svpmsnOfHouse(0);
  await as('Operator', async (page) => {
    await page.goto('/subscribers/house-1');
    const change = async (pick: keyof typeof words.pinChanges, pin?: string) => {
      await page.getByRole('button', { name: words.change, exact: true }).first().click(PATIENCE);
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.number).fill('+49 30 123-4567');
      await dialog.getByRole('combobox', { name: words.pin }).click();
      await page.getByRole('option', { name: words.pinChanges[pick], exact: true }).click();
      if (pin !== undefined) {
        assert.equal(await dialog.getByLabel(words.newPin).getAttribute('type'), 'password');
        await dialog.getByLabel(words.newPin).fill(pin);
      }
      await dialog.getByRole('button', { name: words.save, exact: true }).click();
      return dialog;
    };
    const refused = await change('new', '123456');
    await refused.getByRole('alert').first().waitFor(PATIENCE);
    await refused.getByLabel(words.newPin).fill('161803');
    await refused.getByRole('button', { name: words.save, exact: true }).click();
    await refused.waitFor({ state: 'detached', ...PATIENCE });
    await page.getByText('49301234567').first().waitFor(PATIENCE);
    assert.ok(!('reason' in (await callers.identify({ meter, pin: '161803' }))));
    const emptied = await change('none');
    await emptied.waitFor({ state: 'detached', ...PATIENCE });
    assert.ok('reason' in (await callers.identify({ meter, pin: '161803' })));
    await page.goto('/books');
    await page.goto('/subscribers/house-1');
    await page.getByText(words.hasNoPin, { exact: true }).first().waitFor(PATIENCE);
    assert.ok(!(await page.content()).includes('161803'));
    await page.getByRole('button', { name: words.forbid, exact: true }).first().click(PATIENCE);
    await page.getByText(words.none).first().waitFor(PATIENCE);
  });
  const access = await callers.phoneAccess(meter);
  assert.equal('reason' in access && access.reason, 'phone-access-unknown');
});

test('at the panel of a meter its key calls the utility, what is heard stands there, and a key of the keypad chooses', {
  skip,
}, async () => {
  const words = PANEL_WORDS.en.interphone;
  const [, house] = here.town.utility.houses;
  assert.ok(house !== undefined);
  await as('Operator', async (page) => {
    await page.goto(`/panel/${svpmsnText(house.svpmsn)}`);
    await page.getByRole('button', { name: words.call, exact: true }).click(PATIENCE);
    const heard = page.getByRole('log', { name: words.heard });
    await heard.getByText(PHONE_WORDS.ko.chooseLanguage).waitFor(PATIENCE);
    await page.getByText(words.states.live).waitFor(PATIENCE);
    await page.keyboard.press('1');
    await heard.getByText(PHONE_WORDS.en.menuBalance).waitFor(PATIENCE);
    await page.keyboard.press('1');
    await heard.getByText(/^Your balance is [\d,.]+ EUR\.$/).waitFor(PATIENCE);
    await page.getByRole('button', { name: words.hangUp, exact: true }).click(PATIENCE);
    await page.getByText(words.states.idle).waitFor(PATIENCE);
  });
  const [call] = await here.town.callers.calls({ limit: 1 });
  assert.deepEqual([call?.carrier, call?.svpmsn], ['meter', house.svpmsn]);
});
