import { hash, randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { Argon2 } from '../../src/adapters/argon2.ts';
import { createApi, Metrics } from '../../src/api/index.ts';
import { PAGES_FOLDER } from '../../src/cli/pages-folder.ts';
import { keyName, Purpose, SoftwareKeyStore, Suite } from '../../src/crypto/index.ts';
import { Command } from '../../src/exchange/index.ts';
import {
  createHost,
  createPeople,
  ExchangeLog,
  type ExchangeTrace,
  type Knowledge,
  METERS_PER_LOCAL_UNIT_MAX,
  MemoryStore,
} from '../../src/host/index.ts';
import { MeterFlag } from '../../src/records/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { milliseconds, svpmsn, tokens } from '../../src/units/index.ts';
import { enter, openBrowser, openWindow } from '../../test/e2e/browser.ts';
import { Town } from '../../test/e2e/town.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const VIEWS = 9;
const FIRST_VIEW_MS_MAX = 1_500;
const LOCAL_UNITS = 256;
const METERS = LOCAL_UNITS * METERS_PER_LOCAL_UNIT_MAX;
const FRAME_MS_MAX = 33;
/** Movements of a hand, each a frame or less. */
const MOVES = 150;
const clock = { now: () => milliseconds(Date.UTC(2026, 2, 2)) };

/** From the address to a page that can be used, with 32 meters, in a browser that has nothing kept. */
export async function firstView(): Promise<readonly Figure[]> {
  const browser = await openBrowser();
  const town = await Town.open({ hours: 1 });
  try {
    const door = await openWindow(browser, town.address);
    const entered = await door.newPage();
    await enter(entered, 'Operator');
    const cookies = await door.cookies();
    const times: { readonly view: number; readonly empty: number }[] = [];
    for (let i = 0; i < VIEWS; i++) {
      const window = await openWindow(browser, town.address);
      await window.addCookies(cookies);
      const page = await window.newPage();
      const empty = await timeOf(() => page.goto('/health'));
      const view = await timeOf(async () => {
        await page.goto('/overview');
        await page.getByText('balanced', { exact: true }).waitFor();
      });
      times.push({ view, empty });
      await window.close();
    }
    return [
      lessIsBetter(
        {
          name: 'first-view',
          value: median(times.map(({ view }) => view)),
          unit: 'ms',
          limit: median(times.map(({ empty }) => empty)),
          limitHow: 'the same browser opening an address of the same host that is a line of JSON; on the clock',
          goal: `at most ${FIRST_VIEW_MS_MAX} ms`,
        },
        () => median(times.map(({ view }) => view)) <= FIRST_VIEW_MS_MAX,
      ),
    ];
  } finally {
    await browser.close();
    await town.close();
  }
}

/**
 * The grid page over a host of 65,536 meters in all states, to which value and readings travel all the while: panned
 * from far, zoomed, and panned from near, without a graphics card.
 */
export async function gridFrames(): Promise<readonly Figure[]> {
  const browser = await openBrowser();
  const { address, token, exchanges, close } = await largeHost();
  const stopTraffic = travel(exchanges);
  try {
    const page = await pageOf(browser, address, token);
    // A hand that asks for no motion sees none.
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.goto('/grid');
    await page.locator('canvas').waitFor();
    await page
      .getByText(`LS ${LOCAL_UNITS - 1}`, { exact: true })
      .first()
      .waitFor({ state: 'attached' });
    const box = await page.locator('canvas').boundingBox();
    if (box === null) throw new Error('the grid has no place on its page');
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const drag = async () => {
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.down();
      for (let i = 0; i < MOVES; i++) {
        await page.mouse.move(middle.x + 120 * Math.sin(i / 10), middle.y + 80 * Math.cos(i / 10));
      }
      await page.mouse.up();
    };
    const zoom = async () => {
      for (let i = 0; i < MOVES / 2; i++) await page.mouse.wheel(0, i < MOVES / 4 ? -120 : 120);
    };
    const far = await framesOf(page, drag);
    const zooming = await framesOf(page, zoom);
    for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -120);
    const near = await framesOf(page, drag);
    await page.goto('/health');
    const idle = percentile95(await framesOf(page, () => page.waitForTimeout(1_000)));
    return Object.entries({ far, zooming, near }).map(([name, frames]) => {
      const value = percentile95(frames);
      return lessIsBetter(
        {
          ...{ name: `grid-frames, ${name}`, value, unit: 'ms', limit: idle },
          limitHow: `a page in which nothing moves; 95th percentile of ${frames.length} frames with ${METERS} meters in all states, drawn by software while value travels`,
          goal: `at most ${FRAME_MS_MAX} ms`,
        },
        () => value <= FRAME_MS_MAX,
      );
    });
  } finally {
    stopTraffic();
    await browser.close();
    await close();
  }
}

/** So many exchanges go on at once: more of them than a page shows. */
const TRAVELLING = 25;
const STEP_MS = 10;
const [VALUE, READING] = [Command.valueStore, Command.useAndLog];

/** Exchanges with meters all over the grid, one pass after the other, of which every other carries value. */
function travel(exchanges: ExchangeLog): () => void {
  const random = seededRandom('traffic');
  const begun = Array.from({ length: TRAVELLING }, () => exchangeWith(random));
  const timer = setInterval(() => {
    for (const [nth, exchange] of begun.entries()) {
      const now = clock.now();
      const message = PASSES[exchange.passes.length];
      if (message === undefined) {
        exchanges.changed({ ...exchange, endedAt: now, outcome: { name: 'answered', result: 0 } });
        begun[nth] = exchangeWith(random);
        continue;
      }
      const from = exchange.passes.length % 2 === 0 ? 'host' : 'meter';
      exchange.passes.push({ message, from, at: now, frames: [], parts: 1, attempts: 1, refused: undefined });
      exchanges.changed(exchange);
    }
  }, STEP_MS);
  return () => clearInterval(timer);
}

const PASSES = ['first', 'second', 'third', 'fourth'] as const;

function exchangeWith(random: ReturnType<typeof seededRandom>) {
  const number = Math.floor(random.uniform() * METERS);
  const carries = random.uniform() < 0.5;
  const passes: ExchangeTrace['passes'][number][] = [];
  const exchange: Omit<ExchangeTrace, 'passes'> = {
    ...{ svpmsn: svpmsn(number + 1), localUnit: Math.floor(number / METERS_PER_LOCAL_UNIT_MAX) },
    h: carries ? VALUE : READING,
    n: keyName(carries ? Purpose.value : Purpose.monitoring, Suite.aes128, 0),
    value: carries ? { order: `order ${number}`, counter: 1, amount: tokens(1_000) } : undefined,
    ...{ startedAt: clock.now(), endedAt: undefined, outcome: undefined },
  };
  return { ...exchange, passes };
}

/** What meters told of themselves, so that every state of a meter is on the page; nothing of the last was ever heard. */
const TOLD: readonly (number | undefined)[] = [
  ...[0, MeterFlag.lowBalance, MeterFlag.lastToken, MeterFlag.emergencyCredit],
  ...[MeterFlag.relayOpen | MeterFlag.creditExhausted, MeterFlag.relayOpen | MeterFlag.byCommand, MeterFlag.tamper],
  undefined,
];

/** A host with as many meters as one area can have, and somebody who may see them. */
async function largeHost() {
  const random = seededRandom('pages');
  const store = new MemoryStore();
  const keys = new SoftwareKeyStore({ utility: 1, keys: new Map() }, random);
  const host = createHost(
    { store, keys, clock, randomness: random, grid: { send: () => undefined } },
    { zone: 'UTC', metersMax: METERS },
  );
  const people = createPeople({ store, clock, randomness: random, passwords: new Argon2() });
  await host.start();
  await host.addSubscriber({ id: 'all', name: 'All', contact: '' });
  for (let i = 0; i < METERS; i++) {
    const place = { localUnit: Math.floor(i / METERS_PER_LOCAL_UNIT_MAX), modemAddress: i % METERS_PER_LOCAL_UNIT_MAX };
    const enrolled = await host.enrol({ svpmsn: i + 1, subscriber: 'all', suite: Suite.aes128, ...place });
    if ('sentence' in enrolled) throw new Error(enrolled.sentence);
  }
  await store.transaction(async (tx) => {
    for (let i = 0; i < METERS; i++) {
      const flags = TOLD[i % TOLD.length];
      if (flags === undefined) continue;
      const heardAt = clock.now();
      const told = { svpmsn: svpmsn(i + 1), heardAt, flags, flagsAt: heardAt, balance: tokens(i), balanceAt: heardAt };
      await tx.putKnowledge(told as Knowledge);
    }
  });
  const token = randomBytes(32).toString('hex');
  const now = clock.now();
  await store.transaction(async (tx) => {
    const person = { id: 'operator', name: 'Operator', role: 'operator', subscriber: undefined, password: '' } as const;
    await tx.people.put([{ ...person, oneTimeUntil: undefined, locked: false, createdAt: now } as never]);
    await tx.sessions.put([{ id: hash('sha256', token), person: 'operator', createdAt: now, seenAt: now }]);
  });
  const readiness = async () => ({ ready: true, parts: {} });
  const exchanges = new ExchangeLog();
  const app = createApi({ host, people, clock, metrics: new Metrics(), readiness, exchanges }, { pages: PAGES_FOLDER });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return { address, token, exchanges, close: () => app.close() };
}

async function pageOf(browser: Browser, address: string, token: string): Promise<Page> {
  const window = await openWindow(browser, address);
  await window.addCookies([{ name: 'wattpurse', value: token, url: address }]);
  return window.newPage();
}

/** Runs in the page: how long each frame takes from now on. */
const WATCH_FRAMES = `
  globalThis.frames = [];
  const { frames } = globalThis;
  let last = performance.now();
  const step = (now) => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);`;

/** Milliseconds from one frame to the next while something is done; the first ones begin it. */
async function framesOf(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(`(() => {${WATCH_FRAMES}})()`);
  await work();
  return (await page.evaluate<number[]>('globalThis.frames.splice(0)')).slice(2);
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.POSITIVE_INFINITY;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
