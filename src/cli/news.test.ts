import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { type Happening, Utility } from '../simulation/index.ts';
import { svpmsn, svpmsnText } from '../units/index.ts';
import { newFounding } from './founding.ts';
import { type News, NewsDesk, summedUp } from './news.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';

const MINUTE_MS = 60_000;

/** Every piece of news of a small utility. */
async function newsroom() {
  const founding = newFounding({ seed: '3', meters: 4, loads: undefined, suite: Suite.aes128 }, DEMO_BEGINS_MS);
  const told: News[] = [];
  let utility: Utility | undefined;
  const desk = new NewsDesk((number) => utility?.house(number));
  utility = await Utility.open({
    ...settingOf(founding, [], 'live'),
    outages: false,
    store: new MemoryStore(),
    startMs: DEMO_BEGINS_MS,
    onHappening: (happening: Happening) => {
      const news = desk.tell(happening);
      if (news !== undefined) told.push(news);
    },
  });
  return { utility, told };
}

test('an alarm and a relay that opens say why, and a cut for want of credit is told once', async () => {
  const { utility, told } = await newsroom();
  await utility.runUntil(DEMO_BEGINS_MS + 5 * MINUTE_MS);
  const [first, second] = utility.houses;
  assert.ok(first !== undefined && second !== undefined);
  first.tamper('bypass', true, utility.time.now, 1500);
  second.tamper('cover', true, utility.time.now);
  const of = (house: typeof first) =>
    told.filter(({ who }) => who === house.svpmsn.toString(16).padStart(6, '0')).map(({ text }) => text);
  assert.ok(
    of(first).some((text) => /^ALARM: .*bypass/.test(text)),
    of(first).join('; '),
  );
  assert.ok(
    of(second).some((text) => /^ALARM: .*cover opened/.test(text)),
    of(second).join('; '),
  );
  assert.ok(of(second).includes('relay opened: tampering'), of(second).join('; '));
  await utility.runUntil(DEMO_BEGINS_MS + 6 * 60 * MINUTE_MS);
  const cut = told.filter(({ text }) => text.startsWith('CUT OFF: no credit'));
  assert.ok(cut.length > 0);
  assert.ok(told.every(({ text }) => text !== 'relay opened: no credit'));
});

test('whoever asks for value at a panel and whoever calls by its interphone are told apart', async () => {
  const { utility, told } = await newsroom();
  await utility.runUntil(DEMO_BEGINS_MS + 5 * MINUTE_MS);
  const [asking, calling] = utility.houses;
  assert.ok(asking !== undefined && calling !== undefined);
  asking.press('#', utility.time.now);
  calling.press('call', utility.time.now);
  const of = ({ svpmsn }: typeof asking) => {
    const texts = told.filter(({ who }) => who === svpmsnText(svpmsn)).map(({ text }) => text);
    return texts.filter((text) => text.startsWith('calls:')).at(-1);
  };
  assert.match(of(asking) ?? '', /value requested/);
  assert.match(of(calling) ?? '', /somebody at its interphone/);
  assert.doesNotMatch(of(calling) ?? '', /value/);
});

test('how meters stand at a start, and that nothing was credited yet, is no news', async () => {
  const { utility, told } = await newsroom();
  await utility.runUntil(DEMO_BEGINS_MS + MINUTE_MS - 1);
  assert.deepEqual([...new Set(told.map(({ kind }) => kind))], ['bought', 'stored']);
  const [first] = utility.houses;
  assert.ok(first !== undefined);
  first.tamper('cover', true, utility.time.now);
  assert.ok(told.some(({ text }) => /^ALARM: .*cover opened/.test(text)));
});

test('a low balance is told once, with what is left', async () => {
  const { utility, told } = await newsroom();
  await utility.runUntil(DEMO_BEGINS_MS + 2 * MINUTE_MS);
  const low = told.filter(({ text }) => /low balance/.test(text) && /buzzer/.test(text));
  assert.equal(new Set(low.map(({ who }) => who)).size, low.length, low.map(({ text }) => text).join('; '));
  assert.ok(low.every(({ text }) => /^low balance, \d+ tokens: buzzer$/.test(text)));
});

test('a buzzer in a house that has enough is for the card in its slot, and its balance is not called low', async () => {
  const { utility } = await newsroom();
  await utility.runUntil(DEMO_BEGINS_MS + 5 * MINUTE_MS);
  const house = utility.houses.find(({ balance, meter }) => balance > meter.policy.lowBalance);
  assert.ok(house !== undefined);
  const news = new NewsDesk(() => house).tell({ at: 0, svpmsn: house.svpmsn, what: 'buzzer' });
  assert.equal(news?.text, 'a card that is low: buzzer');
});

test('the reason of a refusal is told', () => {
  const desk = new NewsDesk(() => undefined);
  const what = 'refused';
  const news = desk.tell({ at: 0, svpmsn: svpmsn(1), what, amount: 5, sentence: 'The purse is frozen: look at it.' });
  assert.equal(news?.text, 'was not sold 5 tokens: The purse is frozen: look at it.');
});

const piece = (minute: number, who: string, kind: string, amount?: number): News => ({
  at: minute * MINUTE_MS,
  who,
  kind,
  text: `${kind} of ${who}`,
  ...(amount === undefined ? {} : { amount }),
});

test('three of a kind stand one by one, and a fourth within ten minutes makes them one line', () => {
  const three = [piece(0, 'a', 'stored', 5), piece(1, 'b', 'stored', 6), piece(2, 'c', 'stored', 7)];
  assert.deepEqual(summedUp(three), three);
  const four = [...three, piece(3, 'a', 'stored', 8)];
  assert.deepEqual(
    summedUp(four).map(({ who, text }) => [who, text]),
    [['3 meters', 'stored 26 tokens, 4 times']],
  );
  const later = [...three, piece(13, 'd', 'stored', 8)];
  assert.deepEqual(summedUp(later), later);
});

test('many meters call, and one meter calls', () => {
  const calls = (who: (i: number) => string) =>
    summedUp([0, 1, 2, 3].map((i) => piece(i, who(i), 'calls: low balance')));
  assert.deepEqual(
    [...calls(String), ...calls(() => 'a')].map(({ who, text }) => `${who} ${text}`),
    ['4 meters call: low balance', 'a calls: low balance, 4 times'],
  );
});

test('a flood drowns nothing of another kind, and stands at its last piece', () => {
  const flood = Array.from({ length: 20 }, (_, i) => piece(1, String(i), 'low balance: buzzer'));
  const shown = summedUp([...flood.slice(0, 10), piece(1, 'x', 'CUT OFF'), ...flood.slice(10)]);
  assert.deepEqual(
    shown.map(({ who, text }) => [who, text]),
    [
      ['x', 'CUT OFF of x'],
      ['20 meters', 'low balance: buzzer'],
    ],
  );
});
