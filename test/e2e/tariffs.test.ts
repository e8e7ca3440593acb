import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSOLE_WORDS, FORM_WORDS, LANGUAGE_NAMES, LANGUAGES, TARIFFS_WORDS } from '../../src/words/index.ts';
import { enter } from './browser.ts';
import { stage } from './stage.ts';

const here = stage({ meters: 2 });
const { skip } = here;

/** As each language names months and days. */
const NAMES = {
  en: { january: 'January', february: 'February', last: '31', leap: '29', shown: '29 Feb –', from: '31 Jan –' },
  ko: { january: '1월', february: '2월', last: '31일', leap: '29일', shown: '2월 29일 –', from: '1월 31일 –' },
} as const;

for (const language of LANGUAGES) {
  test(`a season begins on a day that is chosen in ${LANGUAGE_NAMES[language]}, and no two on one`, {
    skip,
  }, async () => {
    const words = TARIFFS_WORDS[language];
    const { month, day } = FORM_WORDS[language];
    const named = NAMES[language];
    const window = await here.window({ language });
    const page = await window.newPage();
    await enter(page, CONSOLE_WORDS[language].roles.operator);
    await page.goto('/tariffs/standard');
    const add = async (name: string) => {
      await page.getByRole('button', { name: words.seasonAdd, exact: true }).first().click();
      const form = page.getByRole('dialog');
      const begins = form.getByRole('group', { name: words.seasonFrom });
      await form.getByRole('textbox', { name: words.seasonName }).fill(name);
      return { form, begins, take: form.getByRole('button', { name: words.seasonAdd, exact: true }) };
    };
    const winter = await add('Winter');
    await winter.take.and(page.locator(':disabled')).waitFor();
    await winter.begins.getByRole('combobox', { name: month }).selectOption(named.january);
    await winter.begins.getByRole('combobox', { name: day }).selectOption(named.last);
    // The month that follows has no such day.
    await winter.begins.getByRole('combobox', { name: month }).selectOption(named.february);
    assert.equal(await winter.begins.getByRole('combobox', { name: day }).inputValue(), '02-29');
    await winter.take.click();
    await page.getByRole('tab', { name: named.shown }).waitFor();

    const again = await add('Spring');
    await again.begins.getByRole('combobox', { name: month }).selectOption(named.february);
    await again.begins.getByRole('combobox', { name: day }).selectOption(named.leap);
    await again.take.click();
    await again.form.getByText(words.seasonTaken).waitFor();
    await again.begins.getByRole('combobox', { name: month }).selectOption(named.january);
    await again.begins.getByRole('combobox', { name: day }).selectOption(named.last);
    await again.take.click();
    await page.getByRole('tab', { name: named.from }).waitFor();
    await window.close();
  });
}
