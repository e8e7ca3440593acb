import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ExchangeLog, MemoryStore } from '../host/index.ts';
import { interphoneOf, type Key } from '../meter/index.ts';
import { openSmall } from '../simulation/small-utility.testing.ts';
import { LANGUAGES, PHONE_WORDS, PROMPTS, promptText } from '../words/index.ts';
import { DEMO_PURSES, DemoPartners } from './demo-partners.ts';
import { demoReceipts } from './demo-receipts.ts';
import { MeterCalls, openTelephone } from './phone-desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-meter-calls-'));
after(() => rmSync(folder, { recursive: true }));

const PIN = '271828';
const TURNS_MAX = 2_000;

/** A small town with lines of 1,200 bit/s, whose meters have interphones and whose host has a telephone. */
async function town() {
  const partners = await DemoPartners.open({ signer: await demoReceipts(folder), zone: 'Asia/Seoul', decidesMs: 20 });
  const { receipts, payments } = partners.ports;
  const [store, interphones, exchanges] = [new MemoryStore(), new MeterCalls(), new ExchangeLog()];
  const ports = { payments: new Map(payments), receipts, interphones, exchanges };
  const utility = await openSmall({ meters: 2, outages: false, store, ...ports });
  utility.closeTheTills();
  await partners.begin(() => utility.host);
  const troubles: string[] = [];
  const { desk, callers } = openTelephone(
    () => utility.host,
    store,
    (sentence) => void troubles.push(sentence),
  );
  interphones.serve(desk, () => utility.host);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const heard = () => interphoneOf(house.meter).prompts.map((prompt) => promptText(prompt) ?? '?');
  const until = async (what: string, isSo: () => boolean) => {
    for (let turn = 0; !isSo(); turn++) {
      assert.ok(turn < TURNS_MAX, `${what}: what is heard is "${heard().join(' ')}"`);
      await partners.quiet();
      await utility.runUntil(utility.time.now + 1_000);
      await pause(2);
    }
  };
  return {
    ...{ utility, house, desk, callers, store, troubles, heard },
    until,
    hear: (sentence: string) => {
      const form = new RegExp(`^${RegExp.escape(sentence).replaceAll('\\{\\}', '.+')}$`);
      return until(`"${sentence}" is awaited`, () => heard().some((text) => form.test(text)));
    },
    press: (...keys: Key[]) => {
      for (const key of keys) house.press(key, utility.time.now);
    },
    async close() {
      await desk.close();
      await partners.close();
    },
  };
}

test('somebody at the panel of a meter hears the balance, buys by a card that is keyed, and the value is in the meter', async () => {
  const { utility, house, callers, store, troubles, heard, hear, until, press, close } = await town();
  const words = PHONE_WORDS.en;
  try {
    const before = house.balance;
    press('call');
    await hear(words.chooseLanguage);
    assert.deepEqual(
      heard(),
      [words.welcome, ...LANGUAGES.map((language) => PHONE_WORDS[language].chooseLanguage)],
      'each language asks for itself',
    );
    press('1');
    await hear(words.menuBalance);
    press('1');
    await hear(words.balance);
    press('1');
    await hear(words.menuBuy);
    press('2');
    await hear(words.keyAmount);
    press('2', '5', '#');
    await hear(words.way);
    const ways = heard();
    const card = ways.findIndex((text) => text.includes(words.ways.card));
    assert.ok(card >= 0, ways.join(' '));
    press(String(card + 1) as Key);
    await hear(words.keyCard);
    press(...([...DEMO_PURSES.card] as Key[]), '#');
    await hear(words.keyExpiry);
    press('1', '2', '3', '9', '#');
    await hear(words.confirm);
    // Before it was heard to its end it is no confirmation.
    press('1');
    await until('the confirmation is over', () => (house.meter.interphone.endsAt ?? Infinity) < utility.time.now);
    assert.equal((await utility.host.payments({ limit: 9 })).length, 0);
    press('1');
    await hear(words.stored);
    assert.ok(house.balance > before, `${house.balance} after ${before}`);
    press('call');
    await until('the call is over', () => interphoneOf(house.meter).state === 'idle');
    const ended = async () => (await callers.calls({ limit: 9 })).map(({ carrier, state }) => [carrier, state]);
    for (let turn = 0; (await ended())[0]?.[1] !== 'ended' && turn < TURNS_MAX; turn++) {
      await utility.runUntil(utility.time.now + 1_000);
      await pause(2);
    }
    assert.deepEqual(await ended(), [['meter', 'ended']]);
    const [call] = await callers.calls({ limit: 9 });
    assert.deepEqual([call?.svpmsn, call?.from, call?.steps.at(-1)?.name], [house.svpmsn, undefined, 'hung-up']);
    assert.ok(call?.steps.some(({ name }) => name === 'value-stored'));
    assert.deepEqual(troubles, []);
    // What was keyed is kept nowhere: neither in the call, nor in the command that stands in the books.
    const command = await store.read((tx) => tx.command(house.svpmsn, 'interphone'));
    const kept = JSON.stringify([call, command && { ...command, body: Buffer.from(command.body).toString('latin1') }]);
    assert.ok(!kept.includes(DEMO_PURSES.card));
  } finally {
    await close();
  }
});

test('a household with a telephone is greeted in its language at its meter, and what is kept for it pays by its PIN alone', async () => {
  const { utility, house, callers, store, hear, heard, until, press, close } = await town();
  const words = PHONE_WORDS.ko;
  const act = { at: 0, by: 'lee', role: 'operator', action: 'allow', subject: '', detail: '', request: '' } as never;
  try {
    const means = [{ port: 'demo-bank', account: { type: 'token', token: 'kept' } }] as const;
    const access = { meter: house.svpmsn, number: undefined, language: 'ko', usual: 2_000, means, pin: PIN } as const;
    assert.ok(!('reason' in (await callers.allowCaller(act, access))));
    press('call');
    await hear(words.menuBuy);
    press('2');
    await hear(words.usualAmount);
    press('1');
    await hear(words.way);
    assert.ok(heard()[0]?.includes(words.ways['card-kept']));
    press('1');
    await hear(words.keyPin);
    press(...([...PIN] as Key[]), '#');
    await hear(words.confirm);
    const [call] = await callers.calls({ limit: 1 });
    assert.ok(call?.steps.some(({ name }) => name === 'identified-by-pin'));
    const command = await store.read((tx) => tx.command(house.svpmsn, 'interphone'));
    assert.ok(!Buffer.from(command?.body ?? []).includes(PIN));
    // The power fails: the meter knows of no call any more, and the host ends it when it hears that.
    utility.powerFails(house);
    await utility.runUntil(utility.time.now + 10_000);
    utility.powerReturns(house);
    const ended = () => callers.calls({ limit: 1 }).then(([last]) => last?.state === 'ended');
    let isOver = false;
    await until('the call is over', () => {
      void ended().then((over) => {
        isOver = over;
      });
      return isOver;
    });
  } finally {
    await close();
  }
});

test('the catalogue of prompts has every sentence once, as its page says, and no number is anybody else’s', () => {
  const names = Object.entries(PHONE_WORDS.en).flatMap(([name, text]) => (typeof text === 'string' ? [name] : []));
  assert.deepEqual([...PROMPTS].sort(), names.sort());
  assert.deepEqual([PROMPTS[0], PROMPTS[21], PROMPTS[66]], ['welcome', 'balance', 'more']);
  const page = readFileSync(new URL('../../docs/reference/interphone.md', import.meta.url), 'utf8');
  const rows = PROMPTS.map((name, i) => `| ${i} | ${PHONE_WORDS.en[name]} | ${PHONE_WORDS.ko[name]} |`);
  assert.deepEqual(
    page.split('\n').filter((line) => /^\| \d/.test(line)),
    rows,
  );
  assert.equal(promptText({ number: 200, language: 0, values: [] }), undefined);
  assert.equal(promptText({ number: 0, language: 9, values: [] }), undefined);
});
