import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { UtilityKeys } from '../crypto/index.ts';
import { ExchangeLog, type HostPorts, type ReceiptSigner, type Store } from '../host/index.ts';
import { CardHouseholds, Utility } from '../simulation/index.ts';
import { milliseconds } from '../units/index.ts';
import { PurseWatch } from './contradictions.ts';
import type { DataFolder } from './data-folder.ts';
import { DemoControl } from './demo-control.ts';
import type { DemoListen } from './demo-options.ts';
import type { DemoPartners } from './demo-partners.ts';
import { type Founding, foundingText } from './founding.ts';
import { VOUCHERS } from './host-configuration.ts';
import { LogView } from './log-view.ts';
import { NewsDesk } from './news.ts';
import { RefundWatch } from './refunds.ts';
import type { Setting } from './setting.ts';
import { snapshotOf } from './snapshot.ts';
import { findingsText } from './story-text.ts';
import { TerminalView } from './terminal-view.ts';
import type { View } from './view.ts';
import { wallClock } from './wall-clock.ts';

export interface LiveOptions {
  readonly folder: DataFolder;
  readonly founding: Founding;
  readonly setting: Setting;
  /** Open already: nothing is announced that a wrong passphrase would take back. */
  readonly keys: UtilityKeys;
  /** Of receipts, open already too; nobody where there are no pages to pay on. */
  readonly signer: ReceiptSigner | undefined;
  /** From which business goes on, Unix milliseconds. */
  readonly startMs: number;
  /** Nothing has lived in the folder yet. */
  readonly isNew: boolean;
  readonly speed: number;
  readonly color: boolean;
  readonly listen: DemoListen;
}

const STEP_WALL_MS = 100;
const DRAW_EVERY_STEPS = 3;
/** A machine that slept does not live the night in one step. */
const STEP_BUSINESS_MS_MAX = 10 * 60_000;
/** An exchange takes seconds on the line: what was said so long ago still counts as being said. */
const TALK_MS = 5_000;

/**
 * Runs until it is stopped: by the key, by a signal, or by whoever kills it. Exit code 1 when at the end the books and
 * the memories of the meters contradict each other.
 */
export async function runLive(options: LiveOptions): Promise<number> {
  let stopping = false;
  const stop = () => {
    stopping = true;
  };
  // They stay until the process ends: a second signal must not cut the closing short.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const view: View = process.stdout.isTTY === true ? new TerminalView(options.color) : new LogView();
  let found: readonly string[];
  try {
    found = await watch(options, view, () => stopping, stop);
  } finally {
    view.close();
  }
  const wrong = found.length === 0 ? [] : ['The books and the meters do NOT agree:', ...findingsText(found)];
  process.stdout.write(`${[...wrong, 'Stopped. Starting again goes on from here.'].join('\n')}\n`);
  return found.length === 0 ? 0 : 1;
}

/** Returns what at the end the books and the meters contradict each other in. */
async function watch(
  options: LiveOptions,
  view: View,
  stopping: () => boolean,
  stop: () => void,
): Promise<readonly string[]> {
  const { folder, founding, isNew } = options;
  view.begin(`${isNew ? 'Begins' : 'Goes on'} in ${folder.path}: ${foundingText(founding)}.`);
  if ((await folder.store.read((tx) => tx.fact('restored'))) === 1) {
    view.begin('The database is an older copy: each meter is asked for its receipts before value leaves again.');
  }
  const impatient = () => stopping() || view.actions().includes('quit');
  const { listen: at, signer } = options;
  if (at === 'none' || signer === undefined) {
    const opened = await unlessStopped(openUtility(options, view, {}), impatient);
    if (opened === undefined) return [];
    const { utility } = opened;
    const control = new DemoControl(utility, options.speed);
    return go(options, { view, control, utility, pages: undefined }, stopping, stop);
  }
  // Whoever does not want the API does not wait for it.
  const api = await import('./demo-api.ts');
  const metrics = new api.Metrics();
  const exchanges = new ExchangeLog();
  const { zone } = options.setting;
  const partners = await api.DemoPartners.open({ signer, zone });
  try {
    const meterCalls = new api.MeterCalls();
    const store = givingWay(folder.store);
    let begun: Utility | undefined;
    const clock = { now: () => milliseconds(begun?.time.now ?? options.startMs) };
    const vouchers = api.voucherParts(store, clock, options.keys.webhookKey());
    const payments = new Map([...partners.ports.payments, [VOUCHERS, vouchers.way] as const]);
    const watched = { watcher: metrics.watcher, exchanges, interphones: meterCalls, ...partners.ports, payments };
    const opened = await unlessStopped(openUtility(options, view, watched), impatient);
    if (opened === undefined) return [];
    const { utility, cards } = opened;
    begun = utility;
    const control = new DemoControl(utility, options.speed);
    const { close, address, lines } = await api.openDemoApi({
      ...{ utility, cards, control, zone, store, metrics, exchanges, meterCalls, vouchers, at },
    });
    try {
      await partners.begin(() => utility.host);
      await (at === 'usual' ? view.begin(lines.join('\n')) : view.announce(lines, stopping));
      return await go(options, { view, control, utility, pages: `${address}/`, partners }, stopping, stop);
    } finally {
      await close();
    }
  } finally {
    await partners.close();
  }
}

interface Going {
  readonly view: View;
  readonly control: DemoControl;
  readonly utility: Utility;
  /** The address of its pages; undefined where it has none. */
  readonly pages: string | undefined;
  /** Who takes money and signs receipts, where there are pages to pay on. */
  readonly partners?: DemoPartners;
}

/** Business goes on, until it is stopped. */
async function go(
  options: LiveOptions,
  { view, control, utility, pages, partners }: Going,
  stopping: () => boolean,
  stop: () => void,
): Promise<readonly string[]> {
  const { folder } = options;
  const purses = new PurseWatch();
  const refunds = new RefundWatch(utility.host);
  control.findWire(await utility.host.meters());
  let wall = performance.now();
  let drawnAt = utility.time.now;
  for (let step = 0; !stopping(); step++) {
    await sleep(STEP_WALL_MS);
    const now = performance.now();
    const business = Math.min((now - wall) * control.speed, STEP_BUSINESS_MS_MAX);
    wall = now;
    const until = utility.time.now + Math.round(business);
    folder.lives(until);
    await utility.host.askBanks();
    await partners?.quiet();
    await utility.runUntil(until);
    for (const action of view.actions()) {
      if (action === 'quit') stop();
      else await control.obey(action);
    }
    if (step % DRAW_EVERY_STEPS !== 0) continue;
    const since = Math.min(drawnAt, utility.time.now - TALK_MS);
    drawnAt = utility.time.now;
    for (const news of await refunds.news(utility.time.now)) view.happened(news);
    view.draw(await snapshotOf({ utility, watch: purses, speed: control.speed, pages }, since));
  }
  await folder.store.signHead({ now: milliseconds(utility.time.now) });
  return purses.look(utility);
}

/**
 * Hundreds of meters take some seconds to equip. Whoever does not wait for it leaves what a kill would leave: a first
 * day that was cut short goes on where it stopped.
 */
async function unlessStopped<T>(opening: Promise<T>, stopping: () => boolean): Promise<T | undefined> {
  // Its store is closed under it then, which is no failure.
  opening.catch(() => undefined);
  for (;;) {
    const opened = await Promise.race([opening, sleep(STEP_WALL_MS, undefined)]);
    if (opened !== undefined || stopping()) return opened;
  }
}

interface Living {
  readonly utility: Utility;
  /** The households of it that buy gas and water on cards. */
  readonly cards: CardHouseholds;
}

async function openUtility(
  { folder, setting, keys, startMs }: LiveOptions,
  view: View,
  watched: Pick<HostPorts, 'watcher' | 'exchanges' | 'interphones' | 'payments' | 'receipts' | 'slotTerminal'>,
): Promise<Living> {
  let utility: Utility | undefined;
  const desk = new NewsDesk((svpmsn) => utility?.house(svpmsn));
  utility = await Utility.open({
    ...setting,
    store: givingWay(folder.store),
    books: folder.store,
    keys,
    startMs,
    wall: wallClock,
    ...watched,
    memoryOf: (house) => folder.memoryOf(house),
    onHappening: (happening) => {
      const news = desk.tell(happening);
      if (news !== undefined) view.happened(news);
    },
  });
  const cards = await CardHouseholds.open(utility, keys, (household) => folder.householdOf(household));
  return { utility, cards };
}

/**
 * The same store, with a turn for keys, signals and timers before each of its own: a database in a file answers at
 * once, and hundreds of answers in a row would leave nobody else a word.
 */
function givingWay(store: Store): Store {
  return {
    async transaction(work) {
      await turn();
      return store.transaction(work);
    },
    async read(work) {
      await turn();
      return store.read(work);
    },
    close: () => store.close(),
  };
}
