import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { CutOffJson } from '../../src/api/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { CUT_WORDS, fill, HOME_WORDS, METER_WORDS } from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { askApi } from './browser.ts';
import { stage } from './stage.ts';

const words = CUT_WORDS.en;
const [FAST, USUAL] = [3_600, 60];
const [EMERGENCY, LOW] = [20, 300];
const PAID = '2500';
const ASK_EVERY_MS = 250;
const PATIENCE_MS = 90_000;
/** Of 360: some lie before the town began. */
const UNKNOWN_MINUTES_MAX = 300;

const here = stage({
  meters: 2,
  hours: 1,
  lives: true,
  async begin(town) {
    // Households buy nothing by themselves: what is bought here is bought by hand.
    town.utility.closeTheTills();
  },
});
const { as, skip } = here;

/** Rules by which a meter without credit may be cut at any hour, as the utility sends them. */
const strict = {
  ...DEFAULT_SUPPLY_POLICY,
  ...{ emergencyCredit: String(EMERGENCY), lowBalance: String(LOW), friendlyHours: undefined },
  ...{ noCutOnWeekends: false, noCutOnHolidays: false, supplies: [{}] },
};

const timeGoes = (page: Page, speed: number) => askApi(page, 'PUT', 'demo/speed', { speed });

/** What stands in a part of the page. */
const part = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

/** The cut of a meter, as soon as the meter has told what was used before it. */
async function cutOf(
  page: Page,
  meter: string,
): Promise<CutOffJson & { readonly before: NonNullable<CutOffJson['before']> }> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    const { items } = await askApi<{ items: readonly CutOffJson[] }>(page, 'GET', `meters/${meter}/cut-offs?limit=1`);
    const [{ before, ...cut } = assert.fail('it was cut off')] = items;
    if (before !== undefined && before.unknownMinutes < UNKNOWN_MINUTES_MAX) return { ...cut, before };
    await pause(ASK_EVERY_MS);
  }
  return assert.fail('the meter never told its minutes');
}

test('why a meter was cut off is told by its minutes, notices and rules, to its operator and to whoever lives there, and so is what ended it', {
  skip,
}, async () => {
  const meter = here.meterOf(0);
  const atMeter = (page: Page, action: object) => askApi(page, 'POST', `demo/meters/${meter}/panel/actions`, action);
  const APPLIANCES = ['kettle', 'heater', 'cooker', 'air-conditioner'];
  await as('Operator', async (page) => {
    await page.goto(`/meters/${meter}`);
    await page.getByRole('link', { name: METER_WORDS.en.whyCut }).click();
    await page.getByText(words.never).waitFor();

    const { version: _, ...policy } = strict;
    await askApi(page, 'POST', `meters/${meter}/commands`, { type: 'supply-policy', policy }, 'cut-off-rules');
    for (const appliance of APPLIANCES) await atMeter(page, { appliance, on: true });
    await timeGoes(page, FAST);
    // The page hears of the cut by itself.
    await page.getByRole('heading', { name: fill(words.headline, 1, words.reasons['no-credit']) }).waitFor();
    await part(page, words.ended).getByText(words.notEnded).waitFor();

    // Minutes: those of the load profile, once the meter has told them. The page looks for them by itself.
    const told = await cutOf(page, meter);
    await timeGoes(page, USUAL);
    const load = page.locator('.cut-load[d*="M"]');
    await load.waitFor();
    const drawn = (await load.getAttribute('d'))?.split('M').length ?? 0;
    assert.ok(
      drawn - 1 > 30 && drawn - 1 <= told.before.energy.filter((value) => value > 0).length,
      `${drawn} minutes`,
    );
    await page.locator('.cut-balance').waitFor();
    await page.locator('.cut-price').first().waitFor();
    await page.getByText(words.cutHere, { exact: true }).waitFor();

    // Notices: each before the cut, in their order, and numbered in the picture too.
    const notices = part(page, words.notices).getByRole('listitem');
    const said = (await notices.allInnerTexts()).join('\n');
    for (const kind of ['low-balance', 'last-token', 'emergency-credit-begun'] as const) {
      assert.ok(said.includes(words.noticesOf[kind]), `${kind} in ${said}`);
    }
    assert.equal(await notices.count(), told.notices.length);
    for (const { at } of told.notices) assert.ok(Date.parse(at ?? '') <= Date.parse(told.at ?? ''), 'before the cut');

    // Rules: those that were sent.
    const rules = part(page, words.rules);
    const row = (name: string) => rules.getByRole('row', { name: new RegExp(`^${name}`) });
    assert.match((await row(words.emergency).textContent()) ?? '', /€0\.20/);
    assert.match((await row(words.lowAt).textContent()) ?? '', /€3\.00/);
    await row(words.friendlyNone).waitFor();
    assert.match((await row(words.weekends).textContent()) ?? '', new RegExp(words.no));
    assert.deepEqual(await barriersOf(page), []);
  });

  await as('Subscriber', async (page) => {
    await page.goto('/home');
    await page.getByText(HOME_WORDS.en.cutGoesOn).waitFor();
    await page.getByRole('link', { name: HOME_WORDS.en.why, exact: true }).first().click();
    await page.getByRole('heading', { name: fill(words.headline, 1, words.reasons['no-credit']) }).waitFor();
    await part(page, words.notices).getByText(words.noticesOf['emergency-credit-begun']).waitFor();
  });

  await as('Operator', async (page) => {
    await page.goto(`/meters/${meter}/cut`);
    await part(page, words.ended).getByText(words.notEnded).waitFor();
    for (const appliance of APPLIANCES) await atMeter(page, { appliance, on: false });
    await askApi(page, 'POST', 'purchases', { meter, paid: PAID, method: 'cash' }, 'cut-off-0001');
    const ended = part(page, words.ended);
    await ended.getByText(words.ends.credit).waitFor();
    assert.match((await ended.textContent()) ?? '', /It lasted \d+ /);
    await ended.getByRole('link').click();
    await page.getByRole('tab', { selected: true, name: METER_WORDS.en.tabs.sales }).waitFor();
    await page.getByText('€25.00').first().waitFor();
  });
});
