import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { cardHousesOf } from '../../src/simulation/index.ts';
import { EVENT_WORDS, fill, PANEL_WORDS, type PartNumber } from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { askApi } from './browser.ts';
import { listenAtLoudspeaker } from './loudspeaker.ts';
import { stage } from './stage.ts';

const words = PANEL_WORDS.en;
const [BUZZER_HERTZ, BESIDE_HERTZ] = [2_300, 1_100];
/** At which a house with all its appliances on is soon dry. */
const FAST = 3_600;

const here = stage({ meters: 6, hours: 2, errands: false, lives: true });
const { as, meterOf, skip } = here;
const [CARD_HOUSE = 0] = cardHousesOf(6);
/** Those in which no card lies, the last with the most in store. */
const [ASKS, WIRED, SEALED, DRY] = [0, 3, 4, 2];

/** A part of the drawing that can be touched. */
const held = (page: Page, number: PartNumber, does: string): Locator =>
  page.getByRole('button', { name: `${number} ${words.parts[number].name}: ${does}`, exact: true });

/** A part of the drawing that says how it stands. */
const seen = (page: Page, number: PartNumber, says: string): Locator =>
  page.getByRole('img', { name: `${number} ${words.parts[number].name}. ${says}`, exact: true });

const key = (page: Page, name: string): Locator =>
  page.getByRole('group', { name: words.parts['21'].name }).getByRole('button', { name, exact: true });

const flick = (page: Page, name: string): Promise<void> => page.getByRole('switch', { name }).click({ force: true });

const glass = (page: Page, page_: string, text: string, unit: string): Locator =>
  page.getByText(new RegExp(`^${fill(words.glass, page_, text, unit)}`));

/** By keyboard: whoever is at a part sees that they are. */
async function pressAt(part: Locator): Promise<void> {
  // Somebody who used the mouse before uses the keyboard now.
  await part.page().keyboard.press('Shift');
  await part.focus();
  const outline = await part.evaluate((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return `${outlineStyle} ${outlineWidth}`;
  });
  assert.equal(outline, 'solid 2px');
  await part.press('Enter');
}

test('value is asked for at the keys of the drawing, and its glass shows page after page', { skip }, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/panel/${meterOf(ASKS)}`);
    await glass(page, words.pages.balance, '\\d+', words.units.tokens).waitFor();
    await held(page, '17', words.keys.page).click();
    await glass(page, words.pages.transmission, '.*', '').waitFor();
    for (const digit of ['1', '2', '0', '7']) await key(page, digit).click();
    await glass(page, words.request, '1207', words.units.tokens).waitFor();
    await pressAt(key(page, words.keys['*']));
    await glass(page, words.request, '120', words.units.tokens).waitFor();
    await key(page, words.keys['#']).click();
    await glass(page, words.request, '120', words.units.tokens).waitFor({ state: 'detached' });
    await page.goto(`/meters/${meterOf(ASKS)}?tab=events`);
    await page.getByText(EVENT_WORDS.en.valueRequested).first().waitFor();
    assert.equal(
      await page
        .getByText(/\b120\b|€1\.20/)
        .first()
        .isVisible(),
      true,
    );
  });
});

test('a touch of the slit takes the card of the house in and gives it back, and another card lies beside it', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/panel/${meterOf(CARD_HOUSE)}`);
    await held(page, '60', words.cardIn).click();
    await page.getByText(words.cardWhere.slot).waitFor();
    assert.equal(await held(page, '60', words.bankCardIn).count(), 0, 'the slit is taken');
    await held(page, '60', words.cardOut).click();
    await held(page, '60', words.cardIn).waitFor();
    await pressAt(held(page, '60', words.bankCardIn));
    const inSlit = held(page, '60', words.bankCardOut);
    await inSlit.waitFor();
    assert.ok(await inSlit.evaluate((button) => button === document.activeElement), 'the keyboard stays at the card');
    await inSlit.press('Enter');
    await held(page, '60', words.cardIn).waitFor();
  });
});

test('a touch of the intercom calls the utility, and hangs up', { skip }, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/panel/${meterOf(ASKS)}`);
    await held(page, '20', words.interphone.call).click();
    await page.getByText(words.interphone.states.live).waitFor();
    await pressAt(held(page, '20', words.interphone.hangUp));
    await page.getByText(words.interphone.states.idle).waitFor();
    await flick(page, words.power);
    await page.getByText(words.noPower).waitFor();
    assert.ok(await held(page, '20', words.interphone.call).isDisabled(), 'without power nobody calls');
    await flick(page, words.power);
  });
});

test('a wire over the terminals is laid and taken away in the drawing, and the meter senses both', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/panel/${meterOf(WIRED)}`);
    const wire = held(page, '66', words.bypass);
    assert.equal(await wire.getAttribute('aria-pressed'), 'false');
    await pressAt(wire);
    await page.locator('.panel-bypass').waitFor();
    assert.equal(await wire.getAttribute('aria-pressed'), 'true');
    await page.getByText(fill(words.calls, '')).waitFor();
    await wire.click();
    await page.locator('.panel-bypass').waitFor({ state: 'detached' });
    await page.goto(`/meters/${meterOf(WIRED)}?tab=events`);
    for (const kind of ['bypassBegun', 'bypassEnded'] as const)
      await page.getByText(EVENT_WORDS.en[kind]).first().waitFor();
  });
});

test('the cap is not lifted by whoever thinks better of it; lifted, it breaks the seal for good and bares the terminals', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    await page.goto(`/panel/${meterOf(SEALED)}`);
    const cap = held(page, '64', words.cover);
    await pressAt(cap);
    await page.getByText(words.coverSure).waitFor();
    assert.deepEqual(await barriersOf(page), []);
    await page.keyboard.press('Escape');
    await page.getByText(words.coverSure).waitFor({ state: 'detached' });
    assert.ok(await cap.evaluate((button) => button === document.activeElement), 'the keyboard is back at the cap');
    await seen(page, '62', words.sealWhole).waitFor();

    const flap = page.locator('.panel-flap');
    const closed = await topOf(flap);
    await cap.click();
    await page.getByRole('button', { name: words.coverGo, exact: true }).click();
    await seen(page, '62', words.sealBroken).waitFor();
    await seen(page, '1', words.relayOpen).waitFor();
    const lifted = await topOf(flap);
    assert.ok(lifted > closed + 0.1, `from ${closed} to ${lifted}`);
    assert.deepEqual(await barriersOf(page), []);
    await held(page, '66', words.bypass).click();
    await page.locator('.panel-bypass[d^="M150"]').waitFor();
    await held(page, '64', words.coverClose).click();
    await held(page, '64', words.cover).waitFor();
    await seen(page, '62', words.sealBroken).waitFor();
  });
});

/** How far below the upper edge of the drawing a part begins, of the height of the drawing. */
async function topOf(part: Locator): Promise<number> {
  const [drawing, box] = [await part.page().locator('.panel-meter').boundingBox(), await part.boundingBox()];
  assert.ok(drawing !== null && box !== null);
  return (box.y - drawing.y) / drawing.height;
}

/** From now on the page counts how often the contact of the relay is seen to move. */
const watchArm = (page: Page) =>
  page.locator('.panel-arm').evaluate((arm) => {
    arm.addEventListener('transitionend', (event) => {
      if ((event as TransitionEvent).propertyName !== 'transform') return;
      document.body.dataset.moved = String(Number(document.body.dataset.moved ?? 0) + 1);
    });
  });

const moved = (page: Page): Promise<number> => page.evaluate(() => Number(document.body.dataset.moved ?? 0));
const heightOf = async (part: Locator): Promise<number> => (await part.boundingBox())?.height ?? 0;

test('appliances draw a meter empty: its buzzer is heard, its relay is seen to fall, and to close when value comes', {
  skip,
}, async () => {
  await as('Operator', async (page) => {
    await listenAtLoudspeaker(page);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.goto(`/panel/${meterOf(DRY)}`);
    await seen(page, '1', words.relayClosed).waitFor();
    const arm = page.locator('.panel-arm');
    const flat = await heightOf(arm);
    await watchArm(page);
    await flick(page, words.sound);
    await flick(page, words.line);
    for (const appliance of ['kettle', 'heater', 'cooker', 'air-conditioner'] as const) {
      await flick(page, words.appliances[appliance]);
    }
    await askApi(page, 'PUT', 'demo/speed', { speed: FAST });
    await seen(page, '4', words.buzzing).waitFor();
    await page.waitForFunction(
      ([buzzer, beside]) => window.spectrum !== undefined && window.spectrum(buzzer) > window.spectrum(beside) + 20,
      [BUZZER_HERTZ, BESIDE_HERTZ] as const,
    );
    await seen(page, '1', words.relayOpen).waitFor();
    await page.getByText(words.reasons.noCredit).waitFor();
    await page.waitForFunction(() => document.body.dataset.moved === '1');
    assert.ok((await heightOf(arm)) > flat + 10, 'the contact hangs');

    // Whoever wants no motion sees the same, at once.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await askApi(page, 'PUT', 'demo/speed', { speed: 60 });
    await flick(page, words.line);
    await page.getByLabel(words.amount).fill('25');
    await page.getByRole('button', { name: words.sell, exact: true }).click();
    await seen(page, '1', words.relayClosed).waitFor();
    await seen(page, '4', words.silent).waitFor();
    assert.ok((await heightOf(arm)) < flat + 1, 'the contact lies');
    assert.equal(await moved(page), 1, 'and nobody saw it move');
  });
});
