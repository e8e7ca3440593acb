import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CSN, purseOf } from '../card/bench.testing.ts';
import { Region } from '../units/index.ts';
import { createBench, live } from './board.testing.ts';
import { cardEvents, cardWith, insert, pull, valueIsWhole } from './card-slot.testing.ts';
import { balanceOf, levelsOf } from './index.ts';
import { cardsHeld } from './svm-cards.ts';

/** As events have it: the last six bytes of the card's number. */
const NUMBER = [Number.parseInt(CSN.slice(2, 6), 16), Number.parseInt(CSN.slice(6), 16)] as const;

test('a card that is put in gives all it may, and the relay that was open for want of credit closes', () => {
  const bench = createBench();
  live(bench, 1, 30_000);
  assert.equal(bench.out.heard.at(-1), 'relay 1 open');
  const hand = cardWith(700);
  insert(bench, hand);
  assert.equal(balanceOf(bench.meter), 700);
  assert.equal(levelsOf(bench.meter).fromCards, 700);
  assert.equal(purseOf(hand, Region.electricity).balance, 0);
  assert.equal(purseOf(hand, Region.electricity).pending, undefined);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, 0);
  assert.ok(bench.out.heard.includes('relay 1 closed'));
  const [row] = cardsHeld(bench.meter).rows;
  assert.deepEqual([row?.csn, row?.debitCounter, row?.taken, row?.settled], [CSN, 1, 700, true]);
  valueIsWhole(bench, hand, 700);
  pull(bench, hand);
  assert.deepEqual(cardEvents(bench), [
    ['inserted', ...NUMBER],
    ['credited', 1, 700],
    ['removed', ...NUMBER],
  ]);
});
