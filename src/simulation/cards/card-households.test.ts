import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../../crypto/index.ts';
import { MemoryStore, type OfflineMeter } from '../../host/index.ts';
import { blankMemory } from '../../meter/index.ts';
import { csn, Region, type Svpmsn, svpmsnText } from '../../units/index.ts';
import { drawKeys } from '../keys.ts';
import type { UtilityOptions } from '../options.ts';
import { seededRandom } from '../random.ts';
import { BEGINS_MS, HOUR_MS, keptMemories, MINUTE_MS, openSmall } from '../small-utility.testing.ts';
import { type CardHouseholdMemory, CardHouseholds, cardHousesOf } from './card-households.ts';
import { actOf, toCard } from './card-office.ts';

const KEYS = drawKeys(Suite.aes128, seededRandom('keys'));
/** An errand takes six minutes, and the last household goes out a few minutes after the first. */
const FIRST_ERRANDS_MS = 25 * MINUTE_MS;

/** From the purchase until the card is taken out of the meter of the house. */
const IN_THE_HOUSE_MS = 170_000;

/** Memories of households that outlive who uses them. */
function keptHouseholds(): (household: number) => CardHouseholdMemory & { card: Uint8Array | undefined } {
  const kept: (CardHouseholdMemory & { card: Uint8Array | undefined })[] = [];
  return (household) => {
    const meters = keptMemories(blankMemory);
    kept[household] ??= {
      card: undefined,
      keepCard(memory) {
        this.card = memory.slice();
      },
      get meters() {
        return [meters(0), meters(1)];
      },
    };
    return kept[household];
  };
}

async function town(more: Partial<UtilityOptions> = {}, memoryOf = keptHouseholds()) {
  const store = new MemoryStore();
  const utility = await openSmall({ ...{ store, keys: KEYS, outages: false, forMoney: true }, ...more });
  const people = await CardHouseholds.open(utility, KEYS, memoryOf);
  const told = async (): Promise<OfflineMeter[]> => utility.host.offlineMeters({ limit: 99 });
  return { utility, people, memoryOf, told };
}

test('some of the houses have a card, and a meter without a line for each thing that it buys', async () => {
  assert.deepEqual(cardHousesOf(1), []);
  assert.deepEqual(cardHousesOf(8), [1, 5]);
  assert.deepEqual(cardHousesOf(1_000), [1, 5, 9, 13]);
  const { people, told } = await town();
  assert.deepEqual(
    people.holders.map(({ subscriber, meters }) => [subscriber, meters.length]),
    [
      ['house-2', 2],
      ['house-6', 2],
    ],
  );
  assert.ok(
    (await told()).every(({ reportedAt }) => reportedAt === undefined),
    'nobody has been there yet',
  );
});

test('value is bought, loaded over the line, used where there is no line, and told of', async () => {
  const { utility, people, told } = await town({ meters: 2 });
  await utility.runUntil(BEGINS_MS + FIRST_ERRANDS_MS);
  for (const { id, fromCards, balance } of await told()) assert.ok(fromCards > 0n && balance > 0n, id);
  await utility.runUntil(BEGINS_MS + 14 * HOUR_MS);
  const books = await utility.host.cardBooks();
  assert.equal(books.length, 2);
  for (const { provider, balanced, spent, inMeters, frozen } of books) {
    assert.deepEqual([balanced, frozen], [true, 0], provider);
    assert.ok(spent > 0n && inMeters > 0n, provider);
  }
  for (const { csn: id } of people.holders) {
    const orders = await utility.host.cardOrders({ csn: id, limit: 9 });
    assert.ok(Array.isArray(orders) && orders.length > 1);
    for (const { state, orderedAt, settledAt = orderedAt } of orders) {
      assert.equal(state, 'stored');
      assert.ok(settledAt - orderedAt < IN_THE_HOUSE_MS, 'no counter had to do it');
    }
  }
});

test('what a card has to do behind a line that is cut, a counter does', async () => {
  const { utility, told } = await town();
  for (const transformer of utility.transformers) transformer.cut = true;
  await utility.runUntil(BEGINS_MS + FIRST_ERRANDS_MS);
  for (const { id, fromCards } of await told()) assert.ok(fromCards > 0n, id);
});

test('whoever is sent out loads what was sold meanwhile, and a card that nobody has goes nowhere', async () => {
  const { utility, people } = await town();
  await utility.runUntil(BEGINS_MS + FIRST_ERRANDS_MS);
  const [holder] = people.holders;
  assert.ok(holder !== undefined);
  const [, water] = holder.meters;
  const taken = async () => {
    const meter = await utility.host.offlineMeter(svpmsnText(water as Svpmsn));
    assert.ok(!('reason' in meter));
    return meter.fromCards;
  };
  const before = await taken();
  const sale = { csn: holder.csn, region: Region.water, paid: 700, method: 'cash', orderId: 'at the desk' } as const;
  assert.ok(!('reason' in (await utility.host.by(actOf(utility, toCard('buyForCard', holder.csn))).buyForCard(sale))));
  assert.ok(people.sendOut(holder.csn));
  await utility.runUntil(utility.time.now + IN_THE_HOUSE_MS + MINUTE_MS);
  const late = { ...sale, paid: 50, orderId: 'when the card was on its way' };
  assert.ok(!('reason' in (await utility.host.by(actOf(utility, toCard('buyForCard', holder.csn))).buyForCard(late))));
  assert.ok(people.sendOut(holder.csn), 'it goes once more when it is back');
  assert.ok(!people.sendOut(csn('04ffffffffffff')));
  await utility.runUntil(utility.time.now + FIRST_ERRANDS_MS);
  assert.equal(await taken(), before + 750n);
});

test('a card that is held to a reader is loaded there, and not while its owner is out with it', async () => {
  const { utility, people } = await town();
  await utility.runUntil(BEGINS_MS + FIRST_ERRANDS_MS);
  const [holder] = people.holders;
  assert.ok(holder !== undefined);
  const sale = { csn: holder.csn, region: Region.water, paid: 700, method: 'cash', orderId: 'at the kiosk' } as const;
  assert.ok(!('reason' in (await utility.host.by(actOf(utility, toCard('buyForCard', holder.csn))).buyForCard(sale))));
  const state = async () => {
    const order = await utility.host.cardOrder('at the kiosk');
    return 'state' in order ? order.state : undefined;
  };
  assert.notEqual(await state(), 'stored');
  assert.deepEqual([await people.holdToReader(holder.csn), await state()], [true, 'stored']);
  assert.ok(people.sendOut(holder.csn));
  assert.equal(await people.holdToReader(holder.csn), false);
  assert.equal(await people.holdToReader('04ffffffffffff'), false);
});

test('households go on with the cards and meters that they had, and nothing of them is made anew', async () => {
  const store = new MemoryStore();
  const memories = { meters: 2, memoryOf: keptMemories(blankMemory) };
  const first = await town({ store, ...memories });
  await first.utility.runUntil(BEGINS_MS + FIRST_ERRANDS_MS);
  const before = await first.told();
  const startMs = first.utility.time.now;
  const again = await town({ store, startMs, ...memories }, first.memoryOf);
  assert.deepEqual(again.people.holders, first.people.holders);
  await again.utility.runUntil(startMs + 10 * HOUR_MS);
  const after = await again.told();
  for (const [i, { spent, doubt }] of after.entries()) {
    assert.equal(doubt, undefined);
    assert.ok(spent >= (before[i]?.spent ?? 0n));
  }
  assert.ok((await again.utility.host.cardBooks()).every(({ balanced, frozen }) => balanced && frozen === 0));
});

test('a household whose card was blocked has the one that is issued in its place', async () => {
  const { utility, people, memoryOf } = await town();
  await utility.runUntil(BEGINS_MS + FIRST_ERRANDS_MS);
  const [holder] = people.holders;
  assert.ok(holder !== undefined);
  const office = () => utility.host.by(actOf(utility, toCard('buyForCard', holder.csn)));
  const next = csn('04000000000001');
  await office().blockCard({ csn: holder.csn, state: 'lost' });
  assert.ok(people.sendOut(holder.csn));
  await utility.runUntil(utility.time.now + FIRST_ERRANDS_MS);
  assert.equal(people.holders[0]?.csn, holder.csn, 'nobody has given it another');
  const regions = [{ region: Region.gas, provider: '1-2', n: 0x20 }];
  assert.ok('card' in (await office().issueCard({ csn: next, subscriber: holder.subscriber, regions })));
  assert.ok(people.sendOut(holder.csn));
  await utility.runUntil(utility.time.now + FIRST_ERRANDS_MS);
  assert.equal(people.holders[0]?.csn, next);
  assert.ok(memoryOf(0).card !== undefined);
  const view = await utility.host.card(next);
  assert.ok('card' in view && view.purses[0]?.toldAt !== undefined, 'it was read');
});

test('a utility without keys of AES has no cards, and everything else', async () => {
  const keys = drawKeys(Suite.tripleDes, seededRandom('keys'));
  const { people, told } = await town({ suite: Suite.tripleDes, keys });
  assert.deepEqual([people.holders, await told()], [[], []]);
});
