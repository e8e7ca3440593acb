import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { drawSigningKey, receiptSigner } from '../../src/adapters/receipt-jose.ts';
import { Metrics, openDemoApi } from '../../src/cli/demo-api.ts';
import { DemoControl } from '../../src/cli/demo-control.ts';
import { DemoPartners } from '../../src/cli/demo-partners.ts';
import { newFounding } from '../../src/cli/founding.ts';
import { DEMO_BEGINS_MS, DEMO_ZONE, settingOf } from '../../src/cli/setting.ts';
import { wallClock } from '../../src/cli/wall-clock.ts';
import { ExchangeLog, MemoryStore, type ReceiptSigner } from '../../src/host/index.ts';
import {
  CardHouseholds,
  cardHousesOf,
  drawKeys,
  firstCardOf,
  seededRandom,
  svpmsnOfHouse,
  Utility,
} from '../../src/simulation/index.ts';

interface TownOptions {
  readonly meters?: number;
  /** How long it has lived when its pages are opened. */
  readonly hours?: number;
  /** Where it listens; a free port where absent. */
  readonly port?: number;
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
  readonly #control: DemoControl;
  readonly #partners: DemoPartners;
  readonly #close: () => Promise<void>;
  #alive: Promise<void> | undefined;
  #closed = false;

  private constructor(
    utility: Utility,
    control: DemoControl,
    partners: DemoPartners,
    address: string,
    close: () => Promise<void>,
  ) {
    this.utility = utility;
    this.#partners = partners;
    this.address = address;
    this.#control = control;
    this.#close = close;
  }

  static async open({ meters = 32, hours = 0, port = 0 }: TownOptions = {}): Promise<Town> {
    const founding = newFounding({ seed: undefined, meters, loads: undefined, suite: undefined }, DEMO_BEGINS_MS);
    const metrics = new Metrics();
    const exchanges = new ExchangeLog();
    const store = new MemoryStore();
    const partners = await DemoPartners.open({ signer: await signer(), zone: DEMO_ZONE, decidesMs: DECIDES_MS });
    const setting = settingOf(founding, [], 'live');
    // As a utility draws them that is given none.
    const keys = drawKeys(setting.suite, seededRandom(setting.seed).fork('master keys'));
    const utility = await Utility.open({
      ...setting,
      keys,
      ...{ store, startMs: DEMO_BEGINS_MS, wall: wallClock, watcher: metrics.watcher, exchanges, ...partners.ports },
    });
    const cards = await CardHouseholds.open(utility, keys);
    await utility.runUntil(DEMO_BEGINS_MS + hours * 3_600_000);
    const control = new DemoControl(utility, 60);
    const at = { host: '127.0.0.1', port };
    const { app } = await openDemoApi({ utility, cards, control, zone: DEMO_ZONE, store, metrics, exchanges, at });
    await partners.begin(() => utility.host);
    const { port: given } = app.server.address() as AddressInfo;
    return new Town(utility, control, partners, `http://127.0.0.1:${given}`, async () => {
      await app.close();
      await partners.close();
      await store.close();
    });
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
    await this.#close();
  }
}

async function signer(): Promise<ReceiptSigner> {
  const drawn = await receiptSigner((await drawSigningKey('town')).secret);
  if ('reason' in drawn) throw new Error(drawn.sentence);
  return drawn;
}
