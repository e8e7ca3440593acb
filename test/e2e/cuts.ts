import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** So long a page may take until its letters are there and its lines are where they stay. */
const STILL_MS = 1_000;

/** What is cut, and not for an instant alone. */
export async function cutNumbersOf(page: Page): Promise<string[]> {
  const cut = await cutNow(page);
  if (cut.length === 0) return cut;
  await pause(STILL_MS);
  return cutNow(page);
}

/**
 * What a person would read as another number: words with digits in them of which a part lies behind the edge of
 * something that scrolls or hides, and that say so by no dots.
 */
const cutNow = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    /** Of smoothing, not of a digit. */
    const TOLERANCE_PX = 1;
    const cut = new Set<string>();
    const edgesOf = (element: Element): { left: number; right: number } | undefined => {
      const { overflowX, textOverflow } = getComputedStyle(element);
      if (overflowX === 'visible' || textOverflow === 'ellipsis') return undefined;
      const { left } = element.getBoundingClientRect();
      return { left: left + element.clientLeft, right: left + element.clientLeft + element.clientWidth };
    };
    const texts = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode() as Text | null; text !== null; text = texts.nextNode() as Text | null) {
      const parent = text.parentElement;
      if (parent === null || !/\d/.test(text.data) || parent.closest('svg, .unseen, [aria-hidden="true"]')) continue;
      for (const { index, 0: word } of text.data.matchAll(/\S*\d\S*/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const { left, right, width } = range.getBoundingClientRect();
        for (let around: Element | null = parent; around !== null && width > 0; around = around.parentElement) {
          const edges = edgesOf(around);
          if (edges === undefined) continue;
          const isCutBy = (edge: number) => left < edge - TOLERANCE_PX && right > edge + TOLERANCE_PX;
          if (isCutBy(edges.left) || isCutBy(edges.right)) cut.add(word);
        }
      }
    }
    return [...cut];
  });

/** Words of Korean that begin on one line and end on the next. */
export const brokenWordsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const broken = new Set<string>();
    const texts = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode() as Text | null; text !== null; text = texts.nextNode() as Text | null) {
      if (text.parentElement?.closest('svg, .unseen, [aria-hidden="true"]') !== null) continue;
      for (const { index, 0: word } of text.data.matchAll(/[가-힣]{2,}/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.add(word);
      }
    }
    return [...broken];
  });
