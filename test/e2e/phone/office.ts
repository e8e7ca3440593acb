import { drawSigningKey, receiptSigner } from '../../../src/adapters/receipt-jose.ts';
import { DemoPartners } from '../../../src/cli/demo-partners.ts';
import { newFounding } from '../../../src/cli/founding.ts';
import { openTelephone } from '../../../src/cli/phone-desk.ts';
import { DEMO_BEGINS_MS, settingOf } from '../../../src/cli/setting.ts';
import { openSipTelephone } from '../../../src/cli/sip-telephone.ts';
import { type CallerServices, type HostByName, MemoryStore, type PhoneCall } from '../../../src/host/index.ts';
import { made } from '../../../src/host/rig.testing.ts';
import type { Switchboard } from '../../../src/phone/index.ts';
import { svpmsnOfHouse, Utility } from '../../../src/simulation/index.ts';
import { milliseconds, type Svpmsn } from '../../../src/units/index.ts';

const STEP_MS = 50;
const SPEED = 60;
const HOUR_MS = 3_600_000;
/** The household's, whose mobile money in a demo confirms. */
export const NUMBER = '821012345678';

/** A demo with a telephone, whose first house has used up what it had: its relay is open. */
export class Office {
  readonly meter: Svpmsn = svpmsnOfHouse(0);
  readonly port: number;
  readonly warnings: string[];
  readonly store: MemoryStore;
  readonly #utility: Utility;
  readonly #telephone: ReturnType<typeof openTelephone>;
  readonly #ends: (() => Promise<void>)[];

  private constructor(
    utility: Utility,
    telephone: ReturnType<typeof openTelephone>,
    store: MemoryStore,
    port: number,
    warnings: string[],
    ends: (() => Promise<void>)[],
  ) {
    this.#utility = utility;
    this.#telephone = telephone;
    this.#ends = ends;
    this.store = store;
    this.port = port;
    this.warnings = warnings;
  }

  /** @param late hears of each packet of sound how much after its time it was sent */
  static async open(folder: string, late?: (ms: number) => void): Promise<Office> {
    const named = { seed: undefined, suite: undefined, meters: 2, loads: undefined };
    const setting = settingOf(newFounding(named, DEMO_BEGINS_MS), [], 'live');
    const signer = await receiptSigner((await drawSigningKey('e2e')).secret);
    if ('reason' in signer) throw new Error(signer.sentence);
    const partners = await DemoPartners.open({ signer, zone: setting.zone, decidesMs: 200 });
    const store = new MemoryStore();
    const poor = { ...setting, firstSale: { from: 1, to: 1 }, store, startMs: DEMO_BEGINS_MS };
    const utility = await Utility.open({ ...poor, ...partners.ports });
    // Nobody of the demo buys by themselves, and the energy that there was is used.
    utility.closeTheTills();
    const [house] = utility.houses;
    for (let hour = 1; hour < 48 && house?.relayOpen === false; hour++)
      await utility.runUntil(DEMO_BEGINS_MS + hour * HOUR_MS);
    await partners.begin(() => utility.host);
    const warnings: string[] = [];
    const warn = (sentence: string) => void warnings.push(sentence);
    const telephone = openTelephone(() => utility.host, store, warn);
    const act = {
      at: milliseconds(0),
      by: 'lee',
      role: 'operator',
      action: 'allow',
      subject: '',
      detail: '',
      request: '',
    } as const;
    const access = {
      meter: svpmsnOfHouse(0),
      number: NUMBER,
      language: 'en',
      usual: 2_000,
      means: [],
      pin: '271828',
    } as const;
    made(await telephone.callers.allowCaller(act, access));
    const sip = await openSipTelephone(telephone.desk, {
      ...{ address: '127.0.0.1', port: 0, folder, warn },
      ...(late && { late }),
    });
    const stopped = new AbortController();
    const life = living(utility, partners, stopped.signal);
    return new Office(utility, telephone, store, sip.port, warnings, [
      () => sip.close(),
      () => telephone.desk.close(),
      async () => stopped.abort(),
      () => life,
      () => partners.close(),
    ]);
  }

  get host(): HostByName {
    return this.#utility.host;
  }

  get callers(): CallerServices {
    return this.#telephone.callers;
  }

  get switchboard(): Switchboard {
    return this.#telephone.desk.switchboard;
  }

  get isSupplied(): boolean {
    return this.#utility.houses[0]?.relayOpen === false;
  }

  calls(): Promise<PhoneCall[]> {
    return this.#telephone.callers.calls({ limit: 200 });
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

async function living(utility: Utility, partners: DemoPartners, stopped: AbortSignal): Promise<void> {
  let wall = performance.now();
  while (!stopped.aborted) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    const now = performance.now();
    await partners.quiet();
    await utility.runUntil(utility.time.now + Math.round((now - wall) * SPEED));
    wall = now;
  }
}
