import { Argon2 } from '../adapters/argon2.ts';
import { createApi, type Metrics, PAGE_URL, PREFIX } from '../api/index.ts';
import { createPeople, type ExchangeReads, type Store } from '../host/index.ts';
import type { CardHouseholds, Utility } from '../simulation/index.ts';
import { milliseconds } from '../units/index.ts';
import type { DemoControl } from './demo-control.ts';
import { systemRandomness } from './demo-keys.ts';
import type { DemoListen } from './demo-options.ts';
import { demoAgent, demoPeople } from './demo-people.ts';
import { demoStage } from './demo-stage.ts';
import { openDemoTelephone } from './demo-telephone.ts';
import { isLoopback, listen, listenSomewhere } from './listen.ts';
import { PAGES_FOLDER } from './pages-folder.ts';
import { paper, receiptPaper } from './paper.ts';
import type { MeterCalls } from './phone-desk.ts';
import type { VoucherParts } from './voucher-parts.ts';
import { wallClock } from './wall-clock.ts';

export { Metrics } from '../api/index.ts';
export { DemoPartners } from './demo-partners.ts';
export { MeterCalls } from './phone-desk.ts';
export { voucherParts } from './voucher-parts.ts';

export interface DemoApiOptions {
  readonly utility: Utility;
  readonly cards: CardHouseholds;
  readonly control: DemoControl;
  readonly zone: string;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly exchanges: ExchangeReads;
  /** What its host takes vouchers by. */
  readonly vouchers: VoucherParts;
  /** What its host tells of calls from meters. */
  readonly meterCalls: MeterCalls;
  readonly at: Exclude<DemoListen, 'none'>;
  /** Of one client address; as of any host where absent. */
  readonly requestsPerMinute?: number;
}

interface DemoApi {
  readonly close: () => Promise<void>;
  /** Of its pages. */
  readonly address: string;
  /** How to try it. Passwords are told here and nowhere else, and only to who named an address. */
  readonly lines: readonly string[];
}

/** The API of a host, over that of the demo. */
export async function openDemoApi(options: DemoApiOptions): Promise<DemoApi> {
  const {
    utility,
    cards,
    control,
    zone,
    store,
    metrics,
    exchanges,
    meterCalls,
    vouchers: parts,
    at,
    requestsPerMinute,
  } = options;
  const people = createPeople({ store, clock: wallClock, randomness: systemRandomness, passwords: new Argon2() });
  const readiness = async () => ({ ready: true, parts: { store: 'ok', grid: 'simulated' } });
  const persons = await demoPeople(store);
  // Where other machines get in, nobody does without a password.
  const welcome = at === 'usual' || isLoopback(at) ? persons : [];
  const whom = new Map(welcome.map(({ role, login }) => [role, login]));
  const demo = demoStage({ utility, cards, control, zone, people: whom });
  const vouchers = parts.serve(() => utility.host);
  const telephone = await openDemoTelephone({
    ...{ host: () => utility.host, store, zone, meterCalls, vouchers },
    clock: { now: () => milliseconds(utility.time.now) },
  });
  const app = createApi(
    {
      ...{ host: utility.host, people, clock: wallClock, metrics, readiness, paper, receiptPaper, exchanges, demo },
      ...{ callers: telephone.callers, messages: telephone.messages },
      ...{ talks: telephone.talks, voices: telephone.voices, vouchers },
    },
    { pages: PAGES_FOLDER, ...(requestsPerMinute !== undefined && { requestsPerMinute }) },
  );
  const close = async () => {
    await app.close();
    await telephone.close();
  };
  try {
    const address = await (at === 'usual' ? listenSomewhere(app) : listen<string>(app, at));
    await demoAgent(utility.host);
    const where = `The pages are ${address}/, the API ${address}${PREFIX}, the page to try it ${address}${PAGE_URL}.`;
    const logins = persons.map(({ login, password }) => `  ${login.padEnd(16)} ${password}`);
    const named = ['Log in as (new passwords at each start):', ...logins];
    return { close, address, lines: [where, telephone.line, ...(at === 'usual' ? [] : named)] };
  } catch (error) {
    await close();
    throw error;
  }
}
