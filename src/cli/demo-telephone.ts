import { randomBytes } from 'node:crypto';
import { CallbackServer } from '../adapters/callback-server.ts';
import { TelephoneWeb } from '../adapters/telephone-web.ts';
import type { TalkPort, VoicePort } from '../api/index.ts';
import {
  type Act,
  type CallerServices,
  createMessages,
  type HostServices,
  type MessageCarrier,
  type MessageNews,
  type MessageSent,
  type MessageServices,
  type Store,
  StoreError,
  type VoucherServices,
} from '../host/index.ts';
import { MeterVoices, UssdGateway } from '../phone/index.ts';
import { svpmsnOfHouse } from '../simulation/index.ts';
import { type BusinessClock, meterDigits, svpmsnText } from '../units/index.ts';
import { DEMO_PURSES } from './demo-partners.ts';
import { callsClosing, later, type MeterCalls, openTelephone } from './phone-desk.ts';
import { wallClock } from './wall-clock.ts';

const LOOPBACK = '127.0.0.1';
const LOOK_MS = 1_000;
/** Pages of others on this machine cannot call by it. */
const KEY_BYTES = 16;
export const DEMO_PIN = '271828';

export interface DemoTelephone {
  readonly callers: CallerServices;
  readonly messages: MessageServices;
  /** Where people take the calls of those who speak at the panel of a meter. */
  readonly talks: TalkPort;
  readonly voices: VoicePort;
  /** How to call. */
  readonly line: string;
  close(): Promise<void>;
}

interface DemoTelephoneOptions {
  readonly host: () => HostServices;
  readonly store: Store;
  readonly clock: BusinessClock;
  readonly zone: string;
  readonly vouchers: VoucherServices;
  /** Through which the meters call. */
  readonly meterCalls: MeterCalls;
}

/** A telephone for a demo: its first house may call, over USSD on this machine alone, and is told of everything. */
export async function openDemoTelephone({
  host,
  store,
  clock,
  zone,
  vouchers,
  meterCalls,
}: DemoTelephoneOptions): Promise<DemoTelephone> {
  // Of a row that could not be written the next step is another; the screen of a demo has no line for it.
  const { desk, callers } = openTelephone(host, store, () => undefined, vouchers);
  const voices = new MeterVoices();
  meterCalls.serve(desk, host, voices);
  const messages = createMessages({ store, clock, zone, carrier: new DemoTelephones() });
  const closeCalls = callsClosing(callers, true);
  await closeCalls();
  await letFirstHouse(callers, messages);
  const key = randomBytes(KEY_BYTES).toString('hex');
  const ussd = new UssdGateway(desk, { later, warn: () => undefined });
  const web = new TelephoneWeb({ ussd: { key, take: (form) => ussd.take(form) }, warn: () => undefined });
  const server = new CallbackServer((path, body, headers) => web.take(path, body, headers));
  const port = await server.listen(0, LOOPBACK);
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      await closeCalls();
      await messages.sendMessages();
      await messages.warnOfCuts();
    } catch (error) {
      // The books are away: what is due is due when they are back.
      if (!(error instanceof StoreError)) throw error;
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  const url = `http://${LOOPBACK}:${port}/ussd/${key}`;
  const line = `Call it as the first house (meter ${meterDigits(svpmsnOfHouse(0))}, PIN ${DEMO_PIN}): wattpurse phone try --url ${url}`;
  return {
    ...{ callers, messages, line, voices, talks: desk.switchboard },
    async close() {
      clearInterval(timer);
      await server.close();
      await desk.close();
    },
  };
}

/** What was there before is left: somebody may have changed it. */
async function letFirstHouse(callers: CallerServices, messages: MessageServices): Promise<void> {
  const meter = svpmsnOfHouse(0);
  const number = DEMO_PURSES.wallet ?? '';
  const act = (action: string): Act => ({
    ...{ at: wallClock.now(), by: 'demo', role: 'operator', action, subject: `meter ${svpmsnText(meter)}` },
    ...{ detail: '', request: 'demo' },
  });
  if ('reason' in (await callers.phoneAccess(meter))) {
    const access = { meter, number, language: 'en', usual: 2_000, means: [], pin: DEMO_PIN } as const;
    await callers.allowCaller(act('allowCaller'), access);
  }
  if ('reason' in (await messages.messageChoice(meter))) {
    const causes = ['value-stored', 'balance-low', 'cut-near'] as const;
    await messages.chooseMessages(act('chooseMessages'), { meter, number, language: 'en', causes });
  }
}

/** Telephones that have every message a moment after it was sent. */
class DemoTelephones implements MessageCarrier {
  readonly #arrived: MessageNews[] = [];

  async send({ id }: { readonly id: string }): Promise<MessageSent> {
    this.#arrived.push({ id, state: 'delivered' });
    return { outcome: 'handed' };
  }

  async news(): Promise<readonly MessageNews[]> {
    return [...this.#arrived];
  }

  async forget(ids: readonly string[]): Promise<void> {
    this.#arrived.splice(0, ids.length);
  }
}
