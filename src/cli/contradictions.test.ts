import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { type HostServices, MemoryStore, type Totalled } from '../host/index.ts';
import { BENCH_ID, createBench, credit, live } from '../meter/board.testing.ts';
import { cardWith, visit } from '../meter/card-slot.testing.ts';
import { levelsOf } from '../meter/index.ts';
import { Utility } from '../simulation/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { contradictions, PurseWatch } from './contradictions.ts';
import { newFounding } from './founding.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A small utility whose meters are polled every minute, so that the books follow as closely as they can. */
function opened(suite: Suite, seed = '5'): Promise<Utility> {
  const founding = newFounding({ seed, meters: 5, loads: undefined, suite }, DEMO_BEGINS_MS);
  const setting = { ...settingOf(founding, [], 'live'), roundMs: MINUTE_MS };
  return Utility.open({ ...setting, store: new MemoryStore(), startMs: DEMO_BEGINS_MS });
}

test('in an honest utility there is none at any moment, in any suite, whatever is under way', async () => {
  for (const suite of [Suite.aes128, Suite.tripleDesXo, Suite.tripleDes]) {
    const utility = await opened(suite);
    let inFlight = 0;
    for (let look = 0; look < 600; look++) {
      await utility.runUntil(utility.time.now + (look < 40 ? 250 : 53_700));
      assert.deepEqual(await contradictions(utility.host, utility.houses), [], `suite ${suite}, look ${look}`);
      if ((await utility.inFlight()) > 0n) inFlight += 1;
    }
    assert.ok(inFlight > 0 && utility.counts.cutOffs > 0, `orders on their way were seen ${inFlight} times`);
  }
});

/** The same host, whose books say something else of one meter. */
function saying(host: HostServices, of: Svpmsn, change: (booked: Totalled) => Partial<Totalled>): HostServices {
  return {
    ...host,
    books: async () => {
      const books = await host.books();
      const meters = books.meters.map((meter) => (meter.svpmsn === of ? { ...meter, ...change(meter) } : meter));
      return { ...books, meters };
    },
  };
}

test('books that know one token more or less than a purse can hold name the meter', async () => {
  const utility = await opened(Suite.aes128);
  await utility.runUntil(DEMO_BEGINS_MS + 2 * HOUR_MS);
  const [first, second] = utility.houses;
  assert.ok(first !== undefined && second !== undefined);
  const { svpmsn } = second;
  const found = (change: (booked: Totalled) => Partial<Totalled>) =>
    contradictions(saying(utility.host, svpmsn, change), utility.houses);
  assert.deepEqual(await found(() => ({})), []);
  assert.deepEqual(await found(({ inFlight }) => ({ inFlight: inFlight + 1n })), [], 'sold, and still under way');
  const cases: readonly (readonly [(booked: Totalled) => Partial<Totalled>, RegExp])[] = [
    [
      ({ stored }) => ({ stored: stored + 1n }),
      /^Meter 0a1b33: \d+ tokens were ever credited in the purse, and \d+ in the books\.$/,
    ],
    [
      ({ stored }) => ({ stored: stored - 1n }),
      /^Meter 0a1b33: \d+ tokens were ever credited .*, and the books sold it \d+\.$/,
    ],
    [
      ({ spent }) => ({ spent: spent + 777n }),
      /^Meter 0a1b33: the books say that \d+ tokens were spent, and the purse at most \d+\.$/,
    ],
    [() => ({ closed: 1n }), /^Meter 0a1b33: the books say that 1 tokens were closed, and the purse only 0\.$/],
  ];
  for (const [change, sentence] of cases) {
    const sentences = await found(change);
    assert.equal(sentences.length, 1);
    assert.match(sentences[0] as string, sentence);
  }
});

test('a meter that takes value that nobody sold it, or whose purse is damaged, is named', async () => {
  const utility = await opened(Suite.aes128);
  await utility.runUntil(DEMO_BEGINS_MS + 2 * HOUR_MS);
  const [first, second] = utility.houses;
  assert.ok(first !== undefined && second !== undefined);
  const strange = { svpmsn: first.svpmsn, memory: second.memory };
  assert.equal((await contradictions(utility.host, [strange])).length, 1);
  const erased = { ...second.memory, nvm: { ...second.memory.nvm, bytes: second.memory.nvm.bytes.map(() => 0) } };
  assert.deepEqual(await contradictions(utility.host, [{ svpmsn: second.svpmsn, memory: erased }]), [
    'Meter 0a1b33: its purse is frozen, and what it holds cannot be proved.',
  ]);
});

test('what came by card is nothing that somebody has to have sold to the meter', async () => {
  const utility = await opened(Suite.aes128);
  const bench = createBench();
  visit(bench, cardWith(700));
  live(bench, 3, 400_000);
  assert.equal(levelsOf(bench.meter).fromCards, 700);
  const meter = { svpmsn: BENCH_ID, memory: bench.memory };
  assert.deepEqual(await contradictions(utility.host, [meter]), []);
  credit(bench, 10_000_000);
  assert.equal((await contradictions(utility.host, [meter])).length, 1);
});

test('a utility that runs is looked at once an hour, and when asked', async () => {
  const utility = await opened(Suite.aes128);
  const watch = new PurseWatch();
  let looks = 0;
  const watched = {
    time: utility.time,
    houses: utility.houses,
    host: {
      ...utility.host,
      books: () => {
        looks += 1;
        return utility.host.books();
      },
    },
  };
  for (let minute = 0; minute <= 120; minute += 10) {
    await utility.runUntil(DEMO_BEGINS_MS + minute * MINUTE_MS);
    await watch.seen(watched);
  }
  assert.equal(looks, 3);
  await watch.look(watched);
  assert.equal(looks, 4);
});
