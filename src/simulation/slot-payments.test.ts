import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { PAN, SECOND_MS, SlotWorld } from './slot-payment.testing.ts';

const PAID = 7_000;

/** In, an amount, and whatever comes of it. */
async function pays(world: SlotWorld, ms: number): Promise<void> {
  world.insert();
  await world.live(2 * SECOND_MS);
  world.key(`${PAID}#`);
  await world.live(ms);
}

test('a payment card in the slot of a meter and an amount at its keypad store value, once, and nothing keeps the card', async () => {
  const world = await SlotWorld.open();
  const before = world.credited;
  world.insert();
  await world.live(2 * SECOND_MS);
  assert.equal(world.shown, 'PAY');
  world.key(`${PAID}#`);
  assert.equal(world.shown, 'CALL');
  await world.live(40 * SECOND_MS);
  assert.equal(world.shown, 'PAID');
  assert.equal(world.credited, before + PAID);
  await world.settle();
  world.pull();
  await world.isWhole(before, 'paid');
  const [payment, ...others] = await world.payments();
  assert.deepEqual([payment?.state, payment?.shown, payment?.paid, others], ['captured', '**** 1111', PAID, []]);
  const rows = await world.store.read(async (tx) => [
    await tx.payments.page({ limit: 9 }),
    await tx.command(world.house.svpmsn, 'card-payment'),
    await tx.nextCommand(world.house.svpmsn),
  ]);
  assert.ok(!inspect(rows, { depth: 9, maxArrayLength: null }).includes(PAN.slice(0, 12)));
});

test('pulled at any command of the card, before it had it or before the meter had the answer, nothing is there half', async () => {
  const world = await SlotWorld.open();
  const before = world.credited;
  await pays(world, 40 * SECOND_MS);
  const whole = world.commands;
  assert.ok(whole > 5 && world.shown === 'PAID');
  world.pull();
  // The last one was answered, and the sale is made: what is pulled after it changes nothing.
  for (let command = 0; command < whole; command++) {
    for (const fate of ['pulled-before', 'pulled-after'] as const) {
      world.at = (at) => (at === command ? fate : 'as-ever');
      await pays(world, 40 * SECOND_MS);
      assert.ok(!world.house.hasCard, `${command} ${fate}`);
      assert.equal(world.credited, before + PAID, `${command} ${fate}`);
    }
  }
  world.at = undefined;
  await world.settle();
  await world.isWhole(before, 'pulled');
  assert.equal(world.bank.sum('taken'), PAID);
  assert.ok(world.bank.sum('back') > PAID, 'some were held when it was pulled');
});

const MISFORTUNES = {
  'all hosts die': (world: SlotWorld) => world.hostsDie(),
  'the wire is cut for a while': async (world: SlotWorld) => {
    const [line] = world.utility.transformers;
    assert.ok(line !== undefined);
    line.cut = true;
    await world.live(20 * SECOND_MS);
    line.cut = false;
  },
  'the supply of the house fails': async (world: SlotWorld) => {
    world.utility.powerFails(world.house);
    await world.live(10 * SECOND_MS);
    world.utility.powerReturns(world.house);
  },
  'another card is put in its place': async (world: SlotWorld) => world.insert(),
} as const;

for (const [what, happens] of Object.entries(MISFORTUNES)) {
  test(`${what} in any second of a payment: it is made once or not at all`, async () => {
    const world = await SlotWorld.open();
    const before = world.credited;
    const ends = new Set<string>();
    for (let second = 0; second <= 24; second++) {
      const taken = world.bank.sum('taken');
      await pays(world, second * SECOND_MS);
      await happens(world);
      await world.settle();
      world.pull();
      await world.isWhole(before, `${what} after ${second} s`);
      const more = world.bank.sum('taken') - taken;
      assert.ok(more === 0 || more === PAID, `${more} after ${second} s`);
      ends.add(more === 0 ? 'not made' : 'made');
    }
    assert.deepEqual([...ends].sort(), ['made', 'not made']);
  });
}

test('a bank that declines, and one that does not answer, end the payment at the card, and the next one is made', async () => {
  const world = await SlotWorld.open();
  const before = world.credited;
  world.bank.ways = ['declines', 'answer-lost'];
  for (const shown of ['P3', 'P4', 'PAID']) {
    await pays(world, 40 * SECOND_MS);
    assert.equal(world.shown, shown);
    world.pull();
  }
  await world.settle();
  await world.isWhole(before, 'declined, unanswered, made');
  assert.equal(world.bank.sum('taken'), PAID);
});

test('where the utility takes no payment cards in slots nobody is asked, and the meter says so after a while', async () => {
  const world = await SlotWorld.open({ slotTerminal: undefined as never });
  await pays(world, 60 * SECOND_MS);
  assert.equal(world.shown, 'CALL');
  await world.live(120 * SECOND_MS);
  assert.deepEqual([world.shown, world.bank.asked], ['P4', 0]);
});
