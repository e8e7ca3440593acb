import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { REASON_WORDS } from '../../src/words/index.ts';
import { askApi, enter } from './browser.ts';
import { stage } from './stage.ts';

/** What somebody does every day takes no more, from the overview on. */
const CLICKS_MAX = 6;
const PATIENCE = { timeout: 60_000 };

const here = stage({ meters: 8, lives: true });
const { meterOf: numberOf, skip } = here;

/** Somebody on the overview, whose clicks are counted where they arrive: in the page. */
class Worker {
  readonly page: Page;
  readonly #window: BrowserContext;
  #clicks = 0;

  private constructor(window: BrowserContext, page: Page) {
    this.#window = window;
    this.page = page;
  }

  static async on(role: string): Promise<Worker> {
    const window = await here.window();
    const page = await window.newPage();
    const worker = new Worker(window, page);
    await page.exposeFunction('pressed', () => {
      worker.#clicks += 1;
    });
    await page.addInitScript(() => {
      const { pressed } = window as unknown as { readonly pressed: () => void };
      addEventListener('pointerdown', ({ isTrusted }) => isTrusted && pressed(), true);
    });
    await enter(page, role);
    await worker.begin();
    return worker;
  }

  /** From now on it counts. */
  async begin(): Promise<void> {
    await this.page.goto('/overview');
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    this.#clicks = 0;
  }

  click(what: Locator): Promise<void> {
    return what.click(PATIENCE);
  }

  /** Writes into a field, to which one comes by a click where one is not there already. */
  async fill(field: Locator, text: string): Promise<void> {
    await field.waitFor(PATIENCE);
    if (!(await field.evaluate((element) => element === document.activeElement))) await this.click(field);
    await field.fill(text);
  }

  menu(page: string): Promise<void> {
    return this.click(this.page.getByRole('navigation').getByRole('link', { name: page, exact: true }));
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Does something at a meter in its house. */
  atMeter(number: string, action: object): Promise<void> {
    return askApi(this.page, 'POST', `demo/meters/${number}/panel/actions`, action);
  }

  timeGoes(speed: number): Promise<void> {
    return askApi(this.page, 'PUT', 'demo/speed', { speed });
  }

  async done(): Promise<void> {
    assert.ok(this.#clicks > 0 && this.#clicks <= CLICKS_MAX, `${this.#clicks} clicks`);
    await this.#window.close();
  }
}

test('value is sold in a few clicks', { skip }, async () => {
  const worker = await Worker.on('Operator');
  await worker.menu('Sell value');
  await worker.fill(worker.page.getByLabel('Meter or subscriber'), numberOf(0));
  await worker.click(worker.button(new RegExp(numberOf(0))));
  await worker.fill(worker.page.getByLabel('What is paid'), '5');
  await worker.click(worker.button(/^Sell for/));
  await worker.page.getByText('The meter has it and has said so.').waitFor(PATIENCE);
  await worker.done();
});

test('why a meter does not answer is found in a few clicks', { skip }, async () => {
  const worker = await Worker.on('Operator');
  await worker.atMeter(numberOf(1), { power: false });
  await worker.timeGoes(900);
  await worker.click(worker.page.getByRole('link', { name: /Not answering/ }));
  await worker.page.getByRole('heading', { name: 'Meters', level: 1 }).waitFor();
  await worker.click(worker.page.getByRole('link', { name: numberOf(1) }).first());
  const why = worker.page.getByText(REASON_WORDS.en.silent).or(worker.page.getByText(REASON_WORDS.en['last-gasp']));
  await why.first().waitFor(PATIENCE);
  await worker.timeGoes(60);
  await worker.done();
});

test('a tariff is changed in a few clicks', { skip }, async () => {
  const worker = await Worker.on('Operator');
  await worker.menu('Tariffs');
  await worker.click(worker.page.getByRole('link', { name: 'standard' }));
  await worker.click(worker.button(/^150/));
  await worker.click(worker.page.getByRole('gridcell', { name: /Sunday.*12/ }).first());
  await worker.click(worker.button('Publish'));
  await worker.click(worker.page.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }));
  await worker.page.getByText(/^Version 2 of standard is published and on its way/).waitFor(PATIENCE);
  await worker.done();
});

test('a shift is closed in a few clicks', { skip }, async () => {
  const worker = await Worker.on('Cashier');
  await worker.page.goto('/till');
  await worker.page.getByLabel('Cash in the till').fill('0');
  await worker.button('Open the shift').click();
  await worker.button('Count and close').waitFor();
  await worker.begin();
  await worker.menu('Your till');
  await worker.click(worker.button('Count and close'));
  await worker.fill(worker.page.getByLabel(/^Pieces of/).first(), '1');
  await worker.click(worker.page.getByRole('dialog').getByRole('button', { name: 'Count and close', exact: true }));
  await worker.page.getByText('The shift is closed.').waitFor(PATIENCE);
  await worker.done();
});

test('an alarm of theft is acted on in a few clicks', { skip }, async () => {
  const worker = await Worker.on('Operator');
  await worker.atMeter(numberOf(2), { bypass: true });
  await worker.menu('Theft and losses');
  await worker.click(worker.page.getByRole('row', { name: new RegExp(numberOf(2)) }).getByText('Switch off'));
  await worker.click(worker.page.getByRole('dialog').getByRole('button', { name: /order/i }));
  await worker.page.getByRole('dialog').waitFor({ state: 'detached', ...PATIENCE });
  await worker.done();
});
