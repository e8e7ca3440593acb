import type { Page } from 'playwright-core';

/**
 * Sentences on a page in Korean that are in no Korean, and marks that were meant for a page and stand on it. Names, units
 * and numbers are Latin in every language: three words in a row are a sentence. What somebody wrote who runs the
 * utility, such as the name of a season, stands as they wrote it.
 * @param written by whoever runs the utility
 */
export const foreignWordsOf = (page: Page, written: readonly string[]): Promise<string[]> =>
  page.evaluate((written) => {
    const found: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const element = node.parentElement;
      if (element === null || element.closest('script, style, code, pre') !== null) continue;
      const text = written.reduce((rest, each) => rest.replaceAll(each, ''), node.textContent ?? '');
      const foreign = /[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}/.exec(text)?.[0] ?? /`|\{\}/.exec(text)?.[0];
      if (foreign !== undefined) found.push(foreign);
    }
    return found;
  }, written);
