import { setTimeout as pause } from 'node:timers/promises';
import { Argon2 } from '../../src/adapters/argon2.ts';
import { drawSigningKey, receiptSigner } from '../../src/adapters/receipt-jose.ts';
import { Metrics, openDemoApi } from '../../src/cli/demo-api.ts';
import { DemoControl } from '../../src/cli/demo-control.ts';
import { DemoPartners } from '../../src/cli/demo-partners.ts';
import { newFounding } from '../../src/cli/founding.ts';
import { VOUCHERS } from '../../src/cli/host-configuration.ts';
import { MeterCalls } from '../../src/cli/phone-desk.ts';
import { DEMO_BEGINS_MS, DEMO_ZONE, settingOf } from '../../src/cli/setting.ts';
import { voucherParts } from '../../src/cli/voucher-parts.ts';
import { wallClock } from '../../src/cli/wall-clock.ts';
import {
  type CallerServices,
  createCallers,
  ExchangeLog,
  type LineBalance,
  MemoryStore,
  type ReceiptSigner,
  type RotationTimings,
} from '../../src/host/index.ts';
import {
  CardHouseholds,
  cardHousesOf,
  drawKeys,
  firstCardOf,
  seededRandom,
  svpmsnOfHouse,
  Utility,
} from '../../src/simulation/index.ts';
import { milliseconds } from '../../src/units/index.ts';

export interface TownOptions {
  readonly meters?: number;
  /** How long it has lived when its pages are opened. */
  readonly hours?: number;
  /** Days before its first of which its first transformer told what it gave. */
  readonly daysBefore?: number;
  /** Whether people take their cards out by themselves; a card that is to be at hand whenever a page asks stays at home. */
  readonly errands?: boolean;
  /** Where it listens; a free port where absent. */
  readonly port?: number;
  /** Of this machine, from which all pages of a test ask; so many that none is refused where absent. */
  readonly requestsPerMinute?: number;
  /** Keys that its host rotates by itself, where a test lets the timer go. */
  readonly rotation?: RotationTimings;
}

/** The cards of the first two houses that have one, in a town of at least six. */
export const TOWN_CARDS = cardHousesOf(6).map((house) => firstCardOf(svpmsnOfHouse(house)));

const STEP_MS = 50;
/** Whoever is asked on a telephone decides at once. */
const DECIDES_MS = 50;

/**
 * The utility of the demo, host, lines and meters, with its pages and its API over a socket. It stands still unless a
 * test lets time go, so that what a page shows is the same each time.
 */
export class Town {
  readonly utility: Utility;
  readonly address: string;
  readonly callers: CallerServices;
  readonly #control: DemoControl;
  readonly #partners: DemoPartners;
  readonly #store: MemoryStore;
  readonly #api: (at: { readonly host: string; readonly port: number }) => ReturnType<typeof openDemoApi>;
  #closeApi: () => Promise<void>;
  #alive: Promise<void> | undefined;
  #closed = false;

  private constructor(
    utility: Utility,
    control: DemoControl,
    partners: DemoPartners,
    store: MemoryStore,
    api: (at: { readonly host: string; readonly port: number }) => ReturnType<typeof openDemoApi>,
    { address, close }: Awaited<ReturnType<typeof openDemoApi>>,
  ) {
    this.callers = createCallers({ store, clock: wallClock, passwords: new Argon2() });
    this.utility = utility;
    this.#partners = partners;
    this.address = address;
    this.#control = control;
    this.#store = store;
    this.#api = api;
    this.#closeApi = close;
  }

  static async open({
    meters = 32,
    hours = 0,
    daysBefore = 0,
    errands = true,
    port = 0,
    requestsPerMinute = 1_000_000,
    rotation,
  }: TownOptions = {}): Promise<Town> {
    const founding = newFounding({ seed: undefined, meters, loads: undefined, suite: undefined }, DEMO_BEGINS_MS);
    const metrics = new Metrics();
    const meterCalls = new MeterCalls();
    const exchanges = new ExchangeLog();
    const store = new MemoryStore();
    await store.transaction((tx) => tx.lineBalances.put(pastDays(daysBefore)));
    const partners = await DemoPartners.open({ signer: await signer(), zone: DEMO_ZONE, decidesMs: DECIDES_MS });
    const setting = settingOf(founding, [], 'live');
    // As a utility draws them that is given none.
    const keys = drawKeys(setting.suite, seededRandom(setting.seed).fork('master keys'));
    let begun: Utility | undefined;
    const clock = { now: () => milliseconds(begun?.time.now ?? DEMO_BEGINS_MS) };
    const vouchers = voucherParts(store, clock, new Uint8Array(32).fill(7));
    const payments = new Map([...partners.ports.payments, [VOUCHERS, vouchers.way] as const]);
    const utility = await Utility.open({
      ...setting,
      keys,
      ...{ store, startMs: DEMO_BEGINS_MS, wall: wallClock, watcher: metrics.watcher, exchanges, ...partners.ports },
      ...{ interphones: meterCalls, payments },
      ...(rotation && { rotation }),
    });
    begun = utility;
    const cards = await CardHouseholds.open(utility, keys);
    if (!errands) cards.stayHome();
    await utility.runUntil(DEMO_BEGINS_MS + hours * 3_600_000);
    const control = new DemoControl(utility, 60);
    const api = (at: { readonly host: string; readonly port: number }) =>
      openDemoApi({
        ...{ utility, cards, control, zone: DEMO_ZONE, store, metrics, exchanges, meterCalls, vouchers, at },
        requestsPerMinute,
      });
    const opened = await api({ host: '127.0.0.1', port });
    await partners.begin(() => utility.host);
    return new Town(utility, control, partners, store, api, opened);
  }

  /** Pages and API are gone for as long as something is done, and then another process has their place and the same books. */
  async restarted(meanwhile: () => Promise<void>): Promise<void> {
    await this.#closeApi();
    await meanwhile();
    const { hostname: host, port } = new URL(this.address);
    this.#closeApi = (await this.#api({ host, port: Number(port) })).close;
  }

  /** From now on time goes, as fast as the demo's own speed says. */
  live(): void {
    this.#alive ??= this.#go();
  }

  async #go(): Promise<void> {
    while (!this.#closed) {
      await pause(STEP_MS);
      await this.#partners.quiet();
      await this.utility.runUntil(this.utility.time.now + STEP_MS * this.#control.speed);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#alive;
    await this.#closeApi();
    await this.#partners.close();
    await this.#store.close();
  }
}

const MS_PER_DAY = 86_400_000;

/** What the transformer of local unit 0 gave by hour: most in the evening, more on Sundays, and no day like the other. */
function pastDays(count: number): LineBalance[] {
  const random = seededRandom(7);
  const today = Math.floor(DEMO_BEGINS_MS / MS_PER_DAY);
  return Array.from({ length: count }, (_, i): LineBalance => {
    const day = today - count + i;
    const swing = 0.85 + 0.3 * random.uniform() + ((day + 3) % 7 === 6 ? 0.15 : 0);
    const hours = Array.from({ length: 24 }, (_, hour) => {
      const evening = 14 * Math.exp(-(((hour - 18) / 3) ** 2)) + 4 * Math.exp(-(((hour - 7) / 2) ** 2));
      const watts = 1_000 * swing * (7 + evening) * (0.92 + 0.16 * random.uniform());
      return { gave: Math.round(1_000 * watts), counted: 0, estimated: 0, minutes: 60 };
    });
    const figures: LineBalance['figures'] = {
      ...{ gave: 0, squares: 0, loss: 0, errors: { meters: 0, minutes: 0 }, counted: 0, estimated: 0, minutes: 1440 },
      ...{ unknownMinutes: 0, technical: 0, band: { low: 0, high: 0 }, unexplained: 0, confidence: 0, learnedDays: 0 },
      hours,
    };
    const id = `00000-${String(day).padStart(5, '0')}`;
    const judgedAt = milliseconds((day + 1) * MS_PER_DAY);
    return { id, localUnit: 0, day, judgedAt, verdict: 'not-known', why: 'no-meters', figures };
  });
}

async function signer(): Promise<ReceiptSigner> {
  const drawn = await receiptSigner((await drawSigningKey('town')).secret);
  if ('reason' in drawn) throw new Error(drawn.sentence);
  return drawn;
}
