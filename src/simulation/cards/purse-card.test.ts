import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askSerialNumber, personaliseCard, selectPurse } from '../../card/index.ts';
import { deriveCardKey, keyName, Purpose, Suite } from '../../crypto/index.ts';
import { csn, Region } from '../../units/index.ts';
import { seededRandom } from '../random.ts';
import { type Fate, inSlot, PurseCard } from './purse-card.ts';

const ID = csn('040a1b2c000001');
const OTHER = csn('040a1b2c000002');
const N = keyName(Purpose.value, Suite.aes128, 0);

function cardOf(id = ID): { readonly card: PurseCard; readonly steps: () => number } {
  const key = (scope: Region | 0) => deriveCardKey(new Uint8Array(16).fill(7), N, id, scope, 1);
  const memory = personaliseCard({ issuerKey: key(0), regions: [{ utility: 1, key: key(Region.gas) }] });
  let steps = 0;
  const card = new PurseCard(id, memory, seededRandom(id), () => {
    steps += 1;
  });
  return { card, steps: () => steps };
}

/** What the card in the slot says to so many requests for its number. */
function asked(card: PurseCard, fate: Fate, times: number): { readonly said: number[]; readonly pulls: number } {
  let pulls = 0;
  const program = inSlot(card, fate, () => {
    pulls += 1;
  });
  program(selectPurse());
  return { said: Array.from({ length: times }, () => program(askSerialNumber()).length), pulls };
}

const ANSWER = 9;

test('a card in a slot answers, and whoever watches hears of each command', () => {
  const { card, steps } = cardOf();
  assert.deepEqual(asked(card, {}, 2), { said: [ANSWER, ANSWER], pulls: 0 });
  assert.equal(steps(), 3);
});

test('one that is pulled before a command has not heard it, and one that is pulled after it has', () => {
  for (const [after, steps] of [
    [false, 2],
    [true, 3],
  ] as const) {
    const watched = cardOf();
    const { said, pulls } = asked(watched.card, { pulled: { at: 2, after } }, 2);
    assert.deepEqual(said, [ANSWER, after ? ANSWER : 0]);
    assert.equal(pulls, 1);
    assert.equal(watched.steps(), steps);
  }
});

test('without power a card says nothing until it has power again', () => {
  const { card } = cardOf();
  assert.equal(card.tell(askSerialNumber()).length, 0);
  card.powerUp();
  card.tell(selectPurse());
  assert.equal(card.tell(askSerialNumber()).length, ANSWER);
});

test('from the command at which another card takes its place that one answers', () => {
  const other = cardOf(OTHER);
  const { card } = cardOf();
  const program = inSlot(card, { swapped: { at: 2, other: other.card } }, () => undefined);
  program(selectPurse());
  const own = program(askSerialNumber());
  const swapped = program(askSerialNumber());
  assert.notDeepEqual(swapped, own);
  assert.equal(swapped.length, ANSWER);
});

test('what somebody between card and slot says again is what was said before', () => {
  const { card, steps } = cardOf();
  asked(card, {}, 1);
  const before = steps();
  const { said } = asked(card, { replayed: { at: 0, pick: (n) => n - 1 } }, 1);
  assert.equal(said.length, 1);
  assert.equal(steps() - before, 4, 'each command is heard beside an old one');
});

test('a copy has what was on the card, and goes its own way', () => {
  const { card } = cardOf();
  const copy = card.copy(seededRandom('copy'));
  assert.equal(copy.csn, card.csn);
  assert.notEqual(copy.card, card.card);
  assert.deepEqual(copy.card.regions.get(Region.gas)?.purse, card.card.regions.get(Region.gas)?.purse);
});
