import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { drawSigningKey, receiptSigner } from '../adapters/receipt-jose.ts';
import { voucherNumbers } from '../adapters/voucher-numbers.ts';
import { type Act, type HostFailure, MemoryStore } from '../host/index.ts';
import { TextLine } from '../phone/index.ts';
import { subscriberOfHouse, svpmsnOfHouse, Utility } from '../simulation/index.ts';
import { meterDigits, milliseconds } from '../units/index.ts';
import { DemoPartners } from './demo-partners.ts';
import { DEMO_PIN } from './demo-telephone.ts';
import { CannotGoOn } from './failure.ts';
import { wrongFlag } from './flags.ts';
import { newFounding } from './founding.ts';
import { later, openTelephone } from './phone-desk.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';
import { WrongUse } from './usage.ts';
import { wallClock } from './wall-clock.ts';

const METERS = 2;
const STEP_MS = 50;
/** As fast as the demo. */
const SPEED = 60;
/** Whoever reads waits as long as a call does. */
const TURN_MS = 240_000;
/** The telephone of the first house of the demo: its mobile money confirms. */
const NUMBER = '821012345678';
const PIN = DEMO_PIN;
/** Of the voucher that lies beside the telephone, in minor units. */
const VOUCHER_VALUE = 2_000;
const VOUCHER_LIVES_MS = 365 * 86_400_000;
const NUMBER_FORM = /^[1-9]\d{6,14}$/;

/** `wattpurse phone try`: the dialogue by telephone, written down. */
export async function phone(args: readonly string[]): Promise<number> {
  const { from, url } = parse(args);
  return url === undefined ? tryHere(from ?? NUMBER) : tryAt(url, from ?? NUMBER);
}

interface Options {
  /** The calling number; `none` withholds it. */
  readonly from: string | undefined;
  /** Of the USSD callbacks of a host that runs. */
  readonly url: string | undefined;
}

function parse(args: readonly string[]): Options {
  const [word, ...rest] = args;
  if (word !== 'try') throw new WrongUse('phone is called as wattpurse phone try: see "wattpurse help phone".');
  const { from, url } = ((): Partial<Options> => {
    try {
      return parseArgs({ args: rest, options: { from: { type: 'string' }, url: { type: 'string' } } })
        .values as Options;
    } catch (error) {
      throw wrongFlag(error, 'phone');
    }
  })();
  if (from !== undefined && from !== 'none' && !NUMBER_FORM.test(from)) {
    throw new WrongUse('--from is a number with the code of its country, as 821012345678, or none.');
  }
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new WrongUse('--url is the address of the USSD callbacks of a host, as http://127.0.0.1:8090/ussd/KEY.');
  }
  return { from, url };
}

/** In a small utility of its own, in memory. */
async function tryHere(from: string): Promise<number> {
  const named = { seed: undefined, suite: undefined, meters: METERS, loads: undefined };
  const setting = settingOf(newFounding(named, DEMO_BEGINS_MS), [], 'live');
  const store = new MemoryStore();
  const signer = await receiptSigner((await drawSigningKey('phone-try')).secret);
  if ('reason' in signer) throw new CannotGoOn(signer.sentence);
  const partners = await DemoPartners.open({ signer, zone: setting.zone });
  const stopped = new AbortController();
  try {
    const vouchers = voucherNumbers(randomBytes(32));
    const utility = await Utility.open({ ...setting, store, startMs: DEMO_BEGINS_MS, ...partners.ports, vouchers });
    await partners.begin(() => utility.host);
    const { desk, callers } = openTelephone(() => utility.host, store, say, utility.hosts.vouchers);
    const meter = svpmsnOfHouse(0);
    const access = { meter, number: NUMBER, language: 'en', usual: 2_000, means: [], pin: PIN } as const;
    const allowed = await callers.allowCaller(actOf('demo', 'allow-caller'), access);
    if ('reason' in allowed) throw new CannotGoOn(allowed.sentence);
    say(`The first house has meter ${meterDigits(meter)} and PIN ${PIN}; --from none withholds the number.`);
    say(`A voucher of 20.00 lies beside the telephone: ${await bought(utility)}.`);
    const life = living(utility, partners, stopped.signal);
    await talk(async (entries) => {
      const line = new TextLine(later);
      const isKnown = from !== 'none';
      line.handle = desk.begin({ carrier: 'chat', from: isKnown ? from : undefined }, line);
      for (;;) {
        const { sentences, isOpen } = await line.turn(TURN_MS);
        for (const { text } of sentences) say(text);
        const entry = isOpen ? await entries() : undefined;
        if (entry === undefined) break;
        line.enter(entry === '' ? '#' : entry);
      }
      line.handle?.input({ type: 'hung-up' });
    });
    await desk.close();
    stopped.abort();
    await life;
  } finally {
    stopped.abort();
    await partners.close();
  }
  return 0;
}

const actOf = (by: string, action: string): Act => ({
  ...{ at: wallClock.now(), by, role: 'operator', action, subject: `subscriber ${subscriberOfHouse(0)}` },
  ...{ detail: '', request: `phone try ${action}` },
});

/** A voucher as a shop sells it, whose number is on paper alone. */
async function bought({ host, hosts, time }: Utility): Promise<string> {
  const [batch, expiresAt] = ['try', milliseconds(time.now + VOUCHER_LIVES_MS)];
  const proposal = { type: 'voucher-batch', batch, count: 1, value: VOUCHER_VALUE, expiresAt } as const;
  const asked = made(await host.by(actOf('demo', 'ask')).propose({ proposal, why: 'to be tried' }));
  made(await host.by(actOf('other', 'approve')).decide({ approval: asked.id, verdict: 'approve' }));
  const [voucher] = made(await hosts.vouchers.printBatch(actOf('demo', 'print'), batch)).vouchers;
  made(await hosts.vouchers.sellVouchers(actOf('shop', 'sell'), { batch, first: 1, last: 1, method: 'cash' }));
  return (voucher?.number ?? '').replaceAll(/(\d{4})(?=\d)/g, '$1 ');
}

function made<T extends object>(answer: T | HostFailure): T {
  if ('reason' in answer) throw new CannotGoOn((answer as HostFailure).sentence);
  return answer;
}

/** Time goes on as in the demo, so that meters answer. */
async function living(utility: Utility, partners: DemoPartners, stopped: AbortSignal): Promise<void> {
  let wall = performance.now();
  while (!stopped.aborted) {
    await pause(STEP_MS);
    const now = performance.now();
    await partners.quiet();
    await utility.runUntil(utility.time.now + Math.round((now - wall) * SPEED));
    wall = now;
  }
}

/** Against a host that runs, as a USSD gateway would. */
async function tryAt(url: string, from: string): Promise<number> {
  const sessionId = `try-${process.pid}-${Date.now()}`;
  let text = '';
  await talk(async (entries) => {
    for (;;) {
      const body = new URLSearchParams({ sessionId, serviceCode: '*384#', phoneNumber: `+${from}`, text });
      const answer = await fetch(url, { method: 'POST', body }).catch(() => undefined);
      if (answer?.ok !== true) {
        throw new CannotGoOn(`Nobody answers at ${url}: check the address, its key, and that the host runs.`);
      }
      const said = await answer.text();
      say(said.replace(/^(CON|END) /, ''));
      const entry = said.startsWith('CON') ? await entries() : undefined;
      if (entry === undefined) return;
      text = text === '' ? entry : `${text}*${entry}`;
    }
  });
  return 0;
}

/** Lines from whoever is at the keyboard; nothing more when they go. */
async function talk(work: (entries: () => Promise<string | undefined>) => Promise<void>): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  const entered: string[] = [];
  let wake: () => void = () => undefined;
  let isOver = false;
  lines.on('line', (line) => {
    entered.push(line.trim());
    wake();
  });
  lines.on('close', () => {
    isOver = true;
    wake();
  });
  const entries = async () => {
    if (process.stdin.isTTY === true) process.stdout.write('> ');
    while (entered.length === 0 && !isOver) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    return entered.shift();
  };
  try {
    await work(entries);
  } finally {
    lines.close();
    process.stdin.unref?.();
  }
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}
