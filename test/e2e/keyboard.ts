import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** No page has more places to stop at. */
const STOPS_MAX = 600;

/** Somebody goes with Tab from where they are until they are at something. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${wanted} is not reached by keyboard`);
}

interface Stops {
  readonly stops: number;
  /** Those at which nothing on the page looks otherwise than while nobody is there. */
  readonly unseen: readonly string[];
  /** Whether it went on to the end of the page, and did not turn in a circle before. */
  readonly ended: boolean;
}

/** Goes through a page with Tab, from its beginning. */
export async function stopsOf(page: Page): Promise<Stops> {
  const unseen: string[] = [];
  // Some pages begin at a field: whoever comes to them by keyboard may go before it.
  await page.evaluate(() => {
    const beginning = document.createElement('span');
    beginning.tabIndex = -1;
    document.body.prepend(beginning);
    beginning.focus();
    beginning.remove();
  });
  for (let stops = 0; stops < STOPS_MAX; stops++) {
    await page.keyboard.press('Tab');
    const { is, name } = await page.evaluate(lookAtStop);
    if (is === 'end') return { stops, unseen, ended: stops > 0 };
    if (is === 'again') return { stops, unseen, ended: false };
    if (is === 'unseen') unseen.push(name);
  }
  return { stops: STOPS_MAX, unseen, ended: false };
}

/** In the page: what is at the stop where the keyboard is now, and whether one sees that it is. */
function lookAtStop(): { readonly is: 'end' | 'again' | 'seen' | 'unseen'; readonly name: string } {
  const stop = document.activeElement;
  if (!(stop instanceof HTMLElement || stop instanceof SVGElement) || stop === document.body)
    return { is: 'end', name: '' };
  const name = stop.outerHTML.slice(0, 160);
  // A date is one field with a stop for its day, month and year, and for its calendar.
  if (stop.dataset.parts !== undefined && Number(stop.dataset.parts) > 0) {
    stop.dataset.parts = String(Number(stop.dataset.parts) - 1);
    return { is: 'seen', name };
  }
  if (stop.dataset.stop !== undefined) return { is: stop.dataset.stop === 'first' ? 'end' : 'again', name };
  if (stop instanceof HTMLInputElement && stop.type === 'date') stop.dataset.parts = '3';
  stop.dataset.stop = document.querySelector('[data-stop]') === null ? 'first' : 'later';
  // What stands for a field that is drawn by its label is that label.
  const [label] = stop instanceof HTMLInputElement ? (stop.labels ?? []) : [];
  const own = stop.getBoundingClientRect();
  const { width, height, right, bottom } = own.width > 0 ? own : (label ?? stop).getBoundingClientRect();
  const near = [stop, stop.parentElement, stop.parentElement?.parentElement, ...(stop.parentElement?.children ?? [])];
  const looks = () =>
    near
      .map((each) => {
        if (each == null) return '';
        const { outline, outlineOffset, border, boxShadow, backgroundColor } = getComputedStyle(each);
        return [outline, outlineOffset, border, boxShadow, backgroundColor].join();
      })
      .join('|');
  const here = looks();
  stop.blur();
  const away = looks();
  stop.focus();
  const isThere = width > 0 && height > 0 && right > 0 && bottom > 0;
  return { is: isThere && here !== away ? 'seen' : 'unseen', name };
}
