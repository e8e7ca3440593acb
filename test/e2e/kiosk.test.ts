import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import type { CardInHand } from '../../src/card/bench.testing.ts';
import { ISSUE, TERMINAL } from '../../src/card/emv/bench.testing.ts';
import { EmvTestCard } from '../../src/card/index.ts';
import { CardHost } from '../../src/cli/card-host.ts';
import { CardSeat } from '../../src/cli/card-seat.ts';
import { type Kiosk, openKiosk } from '../../src/cli/kiosk-bridge.ts';
import { PAGES_FOLDER } from '../../src/cli/pages-folder.ts';
import { fill, KIOSK_WORDS } from '../../src/words/index.ts';
import { ChipWorld } from '../api/chip-world.ts';
import { CARD, chipOf, purseIn, sellerIn } from '../api/kiosk-world.ts';
import { KIMS_METER } from '../api/world.ts';
import { complaintsOf, openBrowser, openWindow, withoutBrowser } from './browser.ts';

const skip = withoutBrowser ?? false;
const words = KIOSK_WORDS.en;
const SCOPES = ['payments:write', 'tariffs:read'];

let browser: Browser;
let chips: ChipWorld;
let kiosk: Kiosk;
let purse: CardInHand;
const slot = new InProcessSlot();

before(async () => {
  if (withoutBrowser !== undefined) return;
  browser = await openBrowser();
  chips = await ChipWorld.open(SCOPES, { pages: PAGES_FOLDER });
  const key = await sellerIn(chips.world);
  const seat = new CardSeat(slot);
  const paid = { host: CardHost.at(chips.url, chips.key), terminal: TERMINAL, port: 'acquirer' };
  kiosk = await openKiosk(
    { host: CardHost.at(chips.url, key), reader: { seat, chips: paid }, say: (sentence) => assert.fail(sentence) },
    { host: '127.0.0.1', port: 0 },
  );
});
after(async () => {
  await browser?.close();
  await kiosk?.close();
  await chips?.close();
});

test('at a kiosk with a reader a purse card names itself, is sold for, and loaded when it is put in again', {
  skip,
}, async () => {
  purse = await purseIn(chips.world);
  const window = await openWindow(browser, kiosk.address, { width: 1024, height: 900 });
  const page = await window.newPage();
  const faults = complaintsOf(page);
  // Whatever address is typed, there is the kiosk and nothing else.
  await page.goto('/people');
  await page.getByRole('heading', { name: words.enter }).waitFor();
  await page.getByRole('button', { name: words.hasCard }).click();
  await page.getByText(words.insertCard).waitFor();
  slot.insert(chipOf(purse));
  await page.getByRole('heading', { name: words.yourCard }).waitFor();
  await page.getByText(CARD).waitFor();
  slot.pull();
  await page.getByRole('button', { name: /^Gas/ }).click();
  await page.getByRole('heading', { name: words.howMuch }).waitFor();
  // A kiosk takes no small coins: it counts in thousands of won.
  await page.keyboard.type('1');
  await page.getByRole('button', { name: words.next }).click();
  await page.getByRole('heading', { name: words.pay }).waitFor();
  await page.getByRole('button', { name: words.ways.cash }).click();
  await page.getByText(words.insertToLoad).waitFor();
  slot.insert(chipOf(purse));
  await page.getByText(words.loaded).waitFor();
  await page.getByRole('button', { name: words.another }).click();
  await page.getByRole('heading', { name: words.enter }).waitFor();
  slot.pull();
  // The next customer's card is named when it is there: the one before has taken theirs along.
  await page.getByRole('button', { name: words.hasCard }).click();
  await page.getByText(words.insertCard).waitFor();
  await page.waitForResponse(async (answer) => /\/kiosk\/card$/.test(answer.url()) && (await answer.text()) === '{}');
  assert.equal(await page.getByRole('heading', { name: words.enterCard }).count(), 1, 'nothing is named');
  assert.equal(await page.getByText(CARD).count(), 0);
  await page.getByRole('button', { name: words.startAgain }).click();
  assert.deepEqual(faults, []);
  await window.close();
});

test('a bank card pays for a purse card at a kiosk, which is loaded when it is put back into the reader', {
  skip,
}, async () => {
  const window = await openWindow(browser, kiosk.address, { width: 1024, height: 900 });
  const page = await window.newPage();
  const faults = complaintsOf(page);
  await page.goto('/');
  await page.getByRole('button', { name: words.hasCard }).click();
  slot.insert(chipOf(purse));
  await page.getByRole('heading', { name: words.yourCard }).waitFor();
  await page.getByRole('button', { name: /^Gas/ }).click();
  await page.getByRole('heading', { name: words.howMuch }).waitFor();
  await page.keyboard.type('2');
  await page.getByRole('button', { name: words.next }).click();
  await page.getByRole('button', { name: words.ways.card }).click();
  await page.getByText(words.changeCards).waitFor();
  const card = new EmvTestCard({ ...ISSUE, pan: '5555555555554444' });
  slot.insert({ atr: card.chip.atr, begin: card.chip.begin });
  await page.getByText(fill(words.boughtForCard, CARD)).waitFor();
  await page.getByText(words.insertToLoad).waitFor();
  slot.insert(chipOf(purse));
  await page.getByText(words.loaded).waitFor();
  await chips.settle();
  const [payment] = (await chips.world.host.payments({ limit: 9 })).filter(({ purse: id }) => id !== undefined);
  assert.deepEqual([payment?.state, payment?.paid], ['captured', 2_000]);
  assert.deepEqual(faults, []);
  slot.pull();
  await window.close();
});

test('a bank card in the reader of a kiosk pays for a meter, and its number is kept on the screen', {
  skip,
}, async () => {
  const window = await openWindow(browser, kiosk.address, { width: 1024, height: 900 });
  const page = await window.newPage();
  const faults = complaintsOf(page);
  await page.goto('/');
  await page.getByRole('heading', { name: words.enter }).waitFor();
  await page.keyboard.type(KIMS_METER);
  await page.getByRole('button', { name: words.next }).click();
  await page.getByRole('button', { name: words.yes }).click();
  await page.keyboard.type('5');
  await page.getByRole('button', { name: words.next }).click();
  await page.getByRole('button', { name: words.ways.card }).click();
  await page.getByText(words.insertBankCard).waitFor();
  const card = new EmvTestCard(ISSUE);
  slot.insert({ atr: card.chip.atr, begin: card.chip.begin });
  await page.getByText(fill(words.onItsWay, KIMS_METER)).waitFor();
  await page.getByText(fill(words.paidBy, '**** 1111')).waitFor();
  await chips.settle();
  assert.equal((await chips.world.host.books()).stored, 5_000n);
  assert.deepEqual(faults, []);
  await window.close();
});
