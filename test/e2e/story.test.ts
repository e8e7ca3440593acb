import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { PanelJson } from '../../src/api/index.ts';
import { DEMO_WORDS, fill, PANEL_WORDS, type PartNumber, STORY_WORDS, type StoryStep } from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { askApi, complaintsOf, enter } from './browser.ts';
import { tabTo } from './keyboard.ts';
import { stage } from './stage.ts';

/** A line at 1,200 bit/s, and a house that runs dry. */
const PATIENCE_MS = 120_000;
const words = STORY_WORDS.en;
const panelWords = PANEL_WORDS.en;
const STEPS = Object.entries(words.steps) as readonly [StoryStep, (typeof words.steps)[StoryStep]][];

const here = stage({ meters: 8, lives: true });
const { skip } = here;

async function newcomer(): Promise<Page> {
  const window = await here.window({ isTold: false });
  window.setDefaultTimeout(PATIENCE_MS);
  const page = await window.newPage();
  await enter(page, 'Operator');
  return page;
}

const story = (page: Page) => page.getByRole('complementary', { name: words.storyTitle });
const button = (page: Page, name: string) => story(page).getByRole('button', { name, exact: true });
const at = (page: Page, step: StoryStep) =>
  story(page)
    .getByText(fill(words.step, STEPS.findIndex(([each]) => each === step) + 1, STEPS.length))
    .waitFor();
const done = (page: Page, step: StoryStep) =>
  story(page)
    .getByText(words.steps[step].done.split('{}')[0] as string)
    .waitFor();

/** How a part of the meter stands, in the drawing beside the story. */
const part = (page: Page, number: PartNumber, says: string) =>
  page.getByRole('img', { name: `${number} ${panelWords.parts[number].name}. ${says}` });

const panelOf = (page: Page) =>
  askApi<PanelJson>(page, 'GET', `demo/meters/${new URL(page.url()).pathname.split('/')[2]}/panel`);

/** What a stranger sees of a step once it is said to have happened. */
const SEES: Readonly<Record<StoryStep, (page: Page, before: PanelJson) => Promise<unknown>>> = {
  buy: (page) => page.getByRole('group', { name: DEMO_WORDS.en.speed }).getByText('1×').waitFor(),
  travel: async (page, before) => {
    await story(page).getByRole('list', { name: panelWords.passes }).getByLabel(panelWords.passDone).nth(3).waitFor();
    assert.ok(Number((await panelOf(page)).credit.balance) > Number(before.credit.balance) + 400, 'it has the 500');
  },
  tank: async (page, before) => {
    assert.ok(Number((await panelOf(page)).credit.stored) < Number(before.credit.stored), 'out of the store');
  },
  tariff: async (page, before) => {
    const percent = (await panelOf(page)).supplies[0]?.percent;
    assert.notEqual(percent, before.supplies[0]?.percent);
    await story(page).getByText(`${percent}%`).waitFor();
    await page.getByRole('region', { name: panelWords.relay }).getByText(`${percent}%`).waitFor();
  },
  card: (page) => story(page).getByRole('link', { name: words.lookAtGas }).waitFor(),
  steal: (page) => page.locator('.panel-bypass').waitFor(),
  found: async (page) => {
    const { state } = await askApi<{ state: string }>(page, 'GET', `meters/${(await panelOf(page)).meter}`);
    assert.equal(state, 'tampered');
  },
  dry: async (page) => {
    await part(page, '1', panelWords.relayOpen).waitFor();
    await part(page, '4', panelWords.buzzing).waitFor();
    assert.equal((await panelOf(page)).credit.balance, '0');
  },
  reconnect: (page) => part(page, '1', panelWords.relayClosed).waitFor(),
};

test('the story is told to its end, and what each step says is what is seen beside it', { skip }, async () => {
  const page = await newcomer();
  const complaints = complaintsOf(page);
  for (const [i, [step, said]] of STEPS.entries()) {
    await at(page, step);
    await page.getByRole('heading', { level: 1, name: /^Meter / }).waitFor();
    const before = await panelOf(page);
    if ('go' in said) await button(page, said.go as string).click();
    await done(page, step);
    await SEES[step](page, before);
    await button(page, i < STEPS.length - 1 ? words.next : words.end).click();
  }
  await story(page).waitFor({ state: 'detached' });
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('the story goes on by keyboard alone, is left and taken up where it was, and what it did is put back', {
  skip,
}, async () => {
  const page = await newcomer();
  await at(page, 'buy');
  const press = async (name: string) => {
    await button(page, name).waitFor();
    await tabTo(page, button(page, name));
    await page.keyboard.press('Enter');
  };
  await press(words.steps.buy.go as string);
  await done(page, 'buy');
  await press(words.next);
  await done(page, 'travel');
  await press(words.next);
  await at(page, 'tank');
  assert.deepEqual(await barriersOf(page), []);
  const began = await panelOf(page);
  await press(words.steps.tank.go as string);
  await done(page, 'tank');
  assert.notDeepEqual((await panelOf(page)).appliances, began.appliances);
  await press(words.skip);
  await story(page).waitFor({ state: 'detached' });
  const { appliances, bypass, lineCut } = await panelOf(page);
  assert.deepEqual({ appliances, bypass, lineCut }, { appliances: began.appliances, bypass: false, lineCut: false });

  await page.goto('/overview');
  const again = page.getByRole('button', { name: DEMO_WORDS.en.story });
  await tabTo(page, again);
  await page.keyboard.press('Enter');
  await at(page, 'tank');
  await press(words.anew);
  await at(page, 'buy');
  await press(words.skip);
  await story(page).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname.split('/')[1], 'panel', 'it leaves whoever hears it before the meter');
  await page.context().close();
});
