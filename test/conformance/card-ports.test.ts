import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import { concat } from '../../src/bytes/index.ts';
import { ATRS, chipOf, command, pattern, TestCard } from '../../src/card/contact/card.testing.ts';
import { type CardFailure, type CardPort, type CardSession, ContactSlot, METER_SLOT } from '../../src/card/index.ts';

/** A slot in which a test can put a card and pull it. PC/SC has the same test in e2e, where its cards are. */
interface Slot extends CardPort {
  insert(chip: ReturnType<typeof chipOf>): void;
  pull(): void;
}

const SLOTS: readonly (readonly [name: string, slot: () => Slot])[] = [
  ['in this process', () => new InProcessSlot()],
  ['behind contacts', () => new ContactSlot(METER_SLOT)],
];
const COUNT = command(0x10, 0);
const OK = Uint8Array.of(0x90, 0);

const opened = (session: CardSession | CardFailure): CardSession =>
  'reason' in session ? assert.fail(session.sentence) : session;
const reasonOf = (answer: object): string => ('reason' in answer ? String(answer.reason) : 'none');

for (const [name, create] of SLOTS) {
  for (const atr of [ATRS.t0, ATRS.t1]) {
    test(`a card of ${atr.length} bytes in a slot ${name} is opened, spoken to and ejected`, async () => {
      const slot = create();
      const card = new TestCard();
      slot.insert(chipOf(card, atr));
      const session = opened(await slot.open());
      assert.deepEqual(session.atr, atr);
      assert.deepEqual(await session.transmit(COUNT), OK);
      assert.deepEqual(await session.transmit(command(0x40, 0, pattern(300), 65_536)), concat(pattern(300), OK));
      await session.eject();
      assert.equal(reasonOf(await session.transmit(COUNT)), 'exchange-broken');
      assert.deepEqual([card.resets, card.runs], [1, 2]);
    });
  }

  test(`an empty slot ${name} says so, and a card that is pulled ends its session`, async () => {
    const slot = create();
    assert.equal(reasonOf(await slot.open()), 'no-card');
    const card = new TestCard();
    slot.insert(chipOf(card, ATRS.t0));
    const session = opened(await slot.open());
    slot.pull();
    await session.removed;
    assert.equal(reasonOf(await session.transmit(COUNT)), 'card-removed');
    assert.equal(reasonOf(await slot.open()), 'no-card');
    assert.equal(card.runs, 0);
  });

  test(`a card that was ejected from a slot ${name} is pulled when its holder likes, and that is told`, async () => {
    const slot = create();
    slot.insert(chipOf(new TestCard(), ATRS.t0));
    const session = opened(await slot.open());
    await session.eject();
    let gone = false;
    void session.removed.then(() => {
      gone = true;
    });
    await Promise.resolve();
    assert.equal(gone, false);
    slot.pull();
    await session.removed;
    assert.equal(reasonOf(await slot.open()), 'no-card');
  });

  test(`a session is over when its slot ${name} is opened again, or closed`, async () => {
    const slot = create();
    const card = new TestCard();
    slot.insert(chipOf(card, ATRS.t0));
    const first = opened(await slot.open());
    const second = opened(await slot.open());
    assert.equal(reasonOf(await first.transmit(COUNT)), 'exchange-broken');
    await first.eject();
    assert.deepEqual(await second.transmit(COUNT), OK);
    await slot.close();
    assert.equal(reasonOf(await second.transmit(COUNT)), 'exchange-broken');
    assert.deepEqual([card.resets, card.runs], [2, 1]);
  });

  test(`another card in a slot ${name} takes the place of the one before`, async () => {
    const slot = create();
    slot.insert(chipOf(new TestCard(), ATRS.t0));
    const session = opened(await slot.open());
    slot.insert(chipOf(new TestCard(), ATRS.t1));
    await session.removed;
    assert.equal(reasonOf(await session.transmit(COUNT)), 'card-removed');
    assert.deepEqual(opened(await slot.open()).atr, ATRS.t1);
  });
}

test('what a modelled slot cannot speak to is told in a sentence', async () => {
  const slot = new ContactSlot(METER_SLOT);
  slot.insert({ type: 'memory', answer: Uint8Array.of(0xa2, 0x13, 0x10, 0x91) });
  assert.deepEqual(await slot.open(), {
    reason: 'card-unusable',
    sentence: 'This is a memory card, which holds no program: take another one.',
  });
  slot.insert({ type: 'foreign', step: () => undefined });
  assert.deepEqual(await slot.open(), {
    reason: 'card-unusable',
    sentence: 'The slot cannot speak to this card (mute): take another one.',
  });
  slot.insert(chipOf(new TestCard(), ATRS.t0));
  const session = opened(await slot.open());
  assert.equal(reasonOf(await session.transmit(Uint8Array.of(0x80))), 'exchange-broken');
  assert.deepEqual(await session.transmit(COUNT), OK);
});
