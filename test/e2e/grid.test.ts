import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { fill, GRID_WORDS } from '../../src/words/index.ts';
import { complaintsOf, enter } from './browser.ts';
import { stage } from './stage.ts';

const words = GRID_WORDS.en;

const here = stage({ meters: 12 });
const { skip } = here;

test('an address of a local unit shows it as near as a click on it does, and another address does not', {
  skip,
}, async () => {
  await onGrid(async (page) => {
    await page.goto('/grid');
    const whole = await picture(page);
    await page.getByRole('button', { name: new RegExp(`^${fill(words.localUnit, 0)}`) }).click();
    await page.waitForURL((url) => url.searchParams.has('unit') && url.searchParams.has('at'));
    const clicked = await picture(page);
    assert.notEqual(clicked, whole);
    await page.goto('/grid?unit=0');
    assert.equal(await picture(page), clicked);
    await page.getByRole('table', { name: fill(words.street, 0) }).waitFor();
    for (const unit of ['255', '9999', 'nowhere']) {
      await page.goto(`/grid?unit=${unit}`);
      await page.getByText(fill(words.noStreet, unit)).waitFor();
      assert.equal(await page.getByRole('table').count(), 0, unit);
      assert.equal(await picture(page), whole);
    }
  });
});

test('what one looks at stands in the address: it is found again by it, and by going back', { skip }, async () => {
  await onGrid(async (page) => {
    await page.goto('/grid');
    const whole = await picture(page);
    await page.getByRole('button', { name: new RegExp(`^${fill(words.localUnit, 0)}`) }).click();
    await page.waitForURL((url) => url.searchParams.has('unit') && url.searchParams.has('at'));
    const unit = await picture(page);
    await page.getByRole('button', { name: words.nearer }).click();
    const at = new URL(page.url()).searchParams.get('at');
    await page.waitForURL((url) => url.searchParams.get('at') !== at);
    const near = await picture(page);
    assert.notEqual(near, unit);
    await page.reload();
    assert.equal(await picture(page), near);
    await page.goBack();
    await page.waitForURL('/grid');
    assert.equal(await picture(page), whole);
  });
});

async function onGrid(look: (page: Page) => Promise<void>): Promise<void> {
  const window = await here.window();
  const page = await window.newPage();
  const complaints = complaintsOf(page);
  await enter(page, 'Operator');
  await look(page);
  assert.deepEqual(complaints, []);
  await window.close();
}

/** What is painted once nothing moves any more: the same pixels are the same text. */
async function picture(page: Page): Promise<string> {
  await page.locator('canvas').waitFor();
  // Where a hand lay its meter is marked.
  await page.mouse.move(0, 0);
  const painted = () => page.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.evaluate(() => document.fonts.ready);
  for (let before = ''; ; ) {
    await page.waitForTimeout(SETTLE_MS);
    const now = await painted();
    if (now === before) return now;
    before = now;
  }
}

/** The address follows within it, and what it moves is painted. */
const SETTLE_MS = 300;
