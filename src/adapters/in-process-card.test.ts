import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATRS, chipOf, TestCard } from '../card/contact/card.testing.ts';
import type { CardFailure, CardSession } from '../card/ports.ts';
import { InProcessSlot } from './in-process-card.ts';

const COUNT = Uint8Array.of(0x80, 0x10, 0, 0);
const OK = Uint8Array.of(0x90, 0);

const opened = (session: CardSession | CardFailure): CardSession =>
  'reason' in session ? assert.fail(session.sentence) : session;
const reasonOf = (answer: object): string => ('reason' in answer ? String(answer.reason) : 'none');

test('a card in a slot of this process is opened, spoken to and ejected', async () => {
  const slot = new InProcessSlot();
  const card = new TestCard();
  slot.insert(chipOf(card, ATRS.t0));
  const session = opened(await slot.open());
  assert.deepEqual(session.atr, ATRS.t0);
  assert.deepEqual(await session.transmit(COUNT), OK);
  await session.eject();
  assert.equal(reasonOf(await session.transmit(COUNT)), 'exchange-broken');
  assert.deepEqual([card.resets, card.runs], [1, 1]);
});

test('an empty slot says so, and a card that is pulled ends its session', async () => {
  const slot = new InProcessSlot();
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

test('a session is over when the slot is opened again, or closed', async () => {
  const slot = new InProcessSlot();
  const card = new TestCard();
  slot.insert(chipOf(card, ATRS.t0));
  const first = opened(await slot.open());
  const second = opened(await slot.open());
  assert.equal(reasonOf(await first.transmit(COUNT)), 'exchange-broken');
  assert.deepEqual(await second.transmit(COUNT), OK);
  await slot.close();
  assert.equal(reasonOf(await second.transmit(COUNT)), 'exchange-broken');
  assert.deepEqual([card.resets, card.runs], [2, 1]);
});
