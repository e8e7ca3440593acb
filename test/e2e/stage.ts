import { after, before } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { type Svpmsn, svpmsnText } from '../../src/units/index.ts';
import { type Look, openBrowser, openWindow, peopleOf, withoutBrowser } from './browser.ts';
import { Town, type TownOptions } from './town.ts';

interface StageOptions extends TownOptions {
  /** Pages that were left are kept as they stand for whoever goes back. */
  readonly keepsPages?: boolean;
  /** Time goes, as fast as the demo's own speed says. */
  readonly lives?: boolean;
  /** What is there before time goes. */
  readonly begin?: (town: Town) => Promise<void> | void;
}

/** A browser and a town, from the first test of a file to its last. */
export interface Stage {
  /** Of tests that cannot run here: why. */
  readonly skip: string | false;
  readonly browser: Browser;
  readonly town: Town;
  /** Somebody's own window on the pages of the town. */
  readonly window: (look?: Look) => Promise<BrowserContext>;
  /** `as('Cashier', async (page) => …)` */
  readonly as: ReturnType<typeof peopleOf>;
  /** The number of the meter of a house. */
  readonly meterOf: (house?: number) => string;
}

/** Opens them where there is a browser: what they are is asked for within a test. */
export function stage({ keepsPages = false, lives = false, begin, ...options }: StageOptions = {}): Stage {
  let browser: Browser | undefined;
  let town: Town | undefined;
  before(async () => {
    if (withoutBrowser !== undefined) return;
    browser = await openBrowser({ keepsPages });
    town = await Town.open(options);
    await begin?.(town);
    if (lives) town.live();
  });
  after(async () => {
    await browser?.close();
    await town?.close();
  });
  const here: Stage = {
    skip: withoutBrowser ?? false,
    get browser() {
      return browser as Browser;
    },
    get town() {
      return town as Town;
    },
    window: (look) => openWindow(here.browser, here.town.address, look),
    as: peopleOf(() => ({ browser: here.browser, base: here.town.address })),
    meterOf: (house = 0) => svpmsnText(here.town.utility.houses[house]?.svpmsn as Svpmsn),
  };
  return here;
}
