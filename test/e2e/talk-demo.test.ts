import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { svpmsnText } from '../../src/units/index.ts';
import { CLOCK_WORDS, fill, PANEL_WORDS, PHONE_CALL_WORDS, PHONE_WORDS, TALK_WORDS } from '../../src/words/index.ts';
import { barriersOf } from './barriers.ts';
import { complaintsOf, enter, openBrowser, openWindow, withoutBrowser } from './browser.ts';
import { listenAtLoudspeaker } from './loudspeaker.ts';
import { note } from './phone/tones.ts';
import { minuteOf } from './phone/wav.ts';
import { Town } from './town.ts';

const skip = withoutBrowser ?? false;
/** On a line at 1,200 bit/s, and on a machine that has other things to do. */
const PATIENCE = { timeout: 60_000 };
const [SAID, OF_NOBODY] = [1_000, 2_300];
const notes = Int16Array.of(...note(SAID, 300), ...new Int16Array(2_400));

/** A note is heard there, far above what is heard beside it. */
const hears = (page: Page) =>
  page.waitForFunction(
    ([said, nobody]) => window.spectrum !== undefined && window.spectrum(said) > window.spectrum(nobody) + 30,
    [SAID, OF_NOBODY] as const,
    PATIENCE,
  );

test('in a demo whoever stands at the panel of a meter calls, presses 0, and speaks with an operator in another window', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-talk-demo-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'says.wav'), minuteOf(notes));
  const browser = await openBrowser({ says: join(folder, 'says.wav') });
  t.after(() => browser.close());
  const town = await Town.open({ meters: 2 });
  t.after(() => town.close());
  town.live();
  const [, house] = town.utility.houses;
  assert.ok(house !== undefined);
  const meter = svpmsnText(house.svpmsn);
  const [words, panelWords] = [TALK_WORDS.en, PANEL_WORDS.en.interphone];
  const [office, home] = [await openWindow(browser, town.address), await openWindow(browser, town.address)];
  const [operator, panel] = [await office.newPage(), await home.newPage()];
  const complaints = [complaintsOf(operator), complaintsOf(panel)];
  for (const page of [operator, panel]) await listenAtLoudspeaker(page);

  await enter(operator, 'Operator');
  await operator.goto('/calls');
  await operator.getByLabel(words.takes).check({ force: true });
  await operator.getByText(words.noneWaits).waitFor(PATIENCE);

  await enter(panel, 'Cashier');
  await panel.goto(`/panel/${meter}`);
  await panel.getByRole('button', { name: panelWords.call, exact: true }).click(PATIENCE);
  const heard = panel.getByRole('log', { name: panelWords.heard });
  await heard.getByText(PHONE_WORDS.ko.chooseLanguage).waitFor(PATIENCE);
  await panel.getByLabel(panelWords.speak).check({ force: true });
  await panel.keyboard.press('1');
  await heard.getByText(PHONE_WORDS.en.menuPerson).waitFor(PATIENCE);
  await panel.keyboard.press('0');
  await heard.getByText(PHONE_WORDS.en.waitForPerson).waitFor(PATIENCE);

  await operator.getByText(PHONE_CALL_WORDS.en.steps['language-chosen']).first().waitFor(PATIENCE);
  assert.deepEqual(await barriersOf(operator), []);
  await operator.getByRole('button', { name: fill(words.takeFrom, PHONE_CALL_WORDS.en.withheld) }).click(PATIENCE);
  await hears(operator);
  await hears(panel);
  for (const page of [operator, panel]) assert.deepEqual(await barriersOf(page), []);
  await operator.getByRole('button', { name: words.hangUp }).click(PATIENCE);
  await heard.getByText(PHONE_WORDS.en.talkEnded).waitFor(PATIENCE);
  await panel.getByRole('button', { name: panelWords.hangUp, exact: true }).click(PATIENCE);
  await panel.getByText(panelWords.states.idle).waitFor(PATIENCE);
  const [call] = await town.callers.calls({ limit: 1 });
  const names = call?.steps.map(({ name }) => name) ?? [];
  assert.deepEqual(
    [call?.carrier, call?.svpmsn, names.filter((name) => name.startsWith('person'))],
    ['meter', house.svpmsn, ['person-awaited', 'person-came', 'person-left']],
  );
  await operator.goto(`/calls/${call?.id}`);
  // People speak in no other time than their own, whatever the clock of the demo says.
  await operator.getByText(CLOCK_WORDS.en.wall, { exact: true }).waitFor();
  await operator.getByText(fill(CLOCK_WORDS.en.note, '').slice(0, -2)).waitFor();
  assert.deepEqual(complaints.flat(), []);
});
