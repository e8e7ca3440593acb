import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PowerCut as CardCut, CardInHand, CSN, OTHER_CSN, purseOf } from '../card/bench.testing.ts';
import { PurseInstruction } from '../card/index.ts';
import { Region } from '../units/index.ts';
import { type Bench, createBench, credit, live, STRICT_POLICY } from './board.testing.ts';
import { benchTicket, cardWith, carry, insert, loadInto, pull, valueIsWhole, visit } from './card-slot.testing.ts';
import { everyDark, startAgain } from './cut-pairs.testing.ts';
import { levelsOf, pressKey, stepCardInserted, stepCardRemoved } from './index.ts';
import { type Rest, restOf } from './power-cut.testing.ts';
import { cardsHeld } from './svm-cards.ts';

/** Whatever goes, and wherever it goes: value is in one place, and the next insertion finishes what was begun. */
const LOADED = 1_000;

const pendingOn = (hand: CardInHand) => purseOf(hand, Region.electricity).pending;
const copyOf = (hand: CardInHand, seed: number): CardInHand => new CardInHand(hand.memory.slice(), seed);

/** All of it is in the meter in the end, once. */
function finishes(bench: Bench, hand: CardInHand): void {
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, LOADED);
  assert.deepEqual([purseOf(hand, Region.electricity).balance, pendingOn(hand)], [0, undefined]);
  assert.equal(cardsHeld(bench.meter).rows[0]?.settled, true);
  valueIsWhole(bench, hand, LOADED);
}

test('pulled at every command, before the card had it or before the meter had the answer, and at every one again', () => {
  const whole = insert(createBench(), cardWith(LOADED));
  assert.ok(whole > 12);
  const fresh = cardWith(LOADED);
  const rest = restOf(createBench());
  for (let first = 0; first <= 2 * whole; first++) {
    for (let second = 0; second <= 2 * whole; second += 3) {
      const bench = startAgain(rest);
      const hand = copyOf(fresh, first);
      for (const [i, at] of [first, second].entries()) {
        // Half of it is taken the first time, so that there is something left to take.
        if (i === 0) for (const digit of '500') pressKey(bench.meter, digit as '5', bench.now, bench.out);
        insert(bench, hand, at >> 1);
        const [command] = bench.out.commands;
        if (at % 2 === 1 && command !== undefined) hand.send(command);
        pull(bench, hand);
        valueIsWhole(bench, hand, LOADED);
      }
      finishes(bench, hand);
    }
  }
});

for (const { name, begin } of [
  {
    name: 'a first taking',
    begin: () => {
      const bench = createBench({ policy: STRICT_POLICY });
      live(bench, 1, 30_000);
      return { bench, hand: cardWith(LOADED) };
    },
  },
  {
    name: 'a taking after one whose acknowledgement was lost, with a ticket that brings the next epoch',
    begin: () => {
      const bench = createBench();
      credit(bench, 50);
      live(bench, 2, 30_000);
      const hand = cardWith(600);
      insert(bench, hand, 4);
      pull(bench, hand);
      assert.notEqual(pendingOn(hand), undefined);
      loadInto(hand, 2, 400, { ticket: benchTicket({ version: 2, epoch: 1 }) });
      return { bench, hand };
    },
  },
] as const) {
  test(`${name}, with the power of the meter cut at every byte that it writes, is finished by the next insertion`, () => {
    const { bench: before, hand: loaded } = begin();
    const rest = restOf(before);
    /** The card's memory as it was when the meter's clock stood so. */
    const cards = new Map<number, Uint8Array>();
    const act = (bench: Bench) => {
      const hand = copyOf(loaded, 7);
      stepCardInserted(bench.meter, bench.now, bench.out);
      const remembered = {
        send: (command: Uint8Array) => {
          const response = hand.send(command);
          cards.set(bench.now + 50, hand.memory.slice());
          return response;
        },
      };
      cards.set(bench.now, hand.memory.slice());
      carry(bench, remembered);
      stepCardRemoved(bench.meter, bench.now, bench.out);
    };
    const seen = new Set<number>();
    let credited = 0;
    let points = 0;
    for (const { rest: dark, hash } of everyDark(rest, act, true)) {
      points += 1;
      if (seen.has(hash)) continue;
      seen.add(hash);
      const bench = startAgain(dark);
      const hand = new CardInHand((cards.get(dark.now) as Uint8Array).slice(), 9);
      valueIsWhole(bench, hand, LOADED);
      if (levelsOf(bench.meter).fromCards === LOADED) credited += 1;
      finishes(bench, hand);
    }
    assert.ok(points > 1_000 && credited > 100 && credited < points, `${credited} of ${points}`);
  });
}

test('the power of the card cut at every byte that it writes loses nothing, and the next insertion finishes', () => {
  const fresh = cardWith(LOADED);
  const rest: Rest = restOf(createBench());
  let points = 0;
  for (let after = 0; ; after++) {
    let cut = false;
    for (const torn of [(old: number) => old, (old: number, next: number) => (old ^ next ^ 0x5a) & 0xff]) {
      const bench = startAgain(rest);
      const hand = copyOf(fresh, after);
      hand.bytesLeft = after;
      hand.torn = torn;
      stepCardInserted(bench.meter, bench.now, bench.out);
      try {
        carry(bench, hand);
      } catch (error) {
        if (!(error instanceof CardCut)) throw error;
        cut = true;
        points += 1;
      }
      pull(bench, hand);
      valueIsWhole(bench, hand, LOADED);
      finishes(bench, hand);
    }
    if (!cut) break;
  }
  assert.ok(points > 100, `${points}`);
});

test('another card put in its place at any command takes nothing from the first, and both are finished later', () => {
  const whole = insert(createBench(), cardWith(LOADED));
  const other = cardWith(70, { id: OTHER_CSN });
  const fresh = cardWith(LOADED);
  for (let at = 0; at <= whole; at++) {
    for (const noticed of [true, false]) {
      const bench = createBench();
      const [first, second] = [copyOf(fresh, at), copyOf(other, at)];
      insert(bench, first, at);
      first.pull();
      // A slot whose switch saw nothing goes on with the other card where the first was.
      if (noticed) stepCardRemoved(bench.meter, bench.now, bench.out);
      if (noticed) insert(bench, second);
      else carry(bench, second);
      pull(bench, second);
      const { fromCards } = levelsOf(bench.meter);
      const taken = fromCards >= LOADED ? fromCards - LOADED : fromCards;
      // Before the first was asked anything they cannot be told apart.
      assert.equal(taken, noticed || at === 0 ? 70 : 0, `at ${at}`);
      visit(bench, second);
      visit(bench, first);
      assert.equal(levelsOf(bench.meter).fromCards, LOADED + 70);
      assert.deepEqual([pendingOn(first), pendingOn(second)], [undefined, undefined]);
    }
  }
});

test('what a card said once gives nothing when a shim says it again, and a command goes to no card but its own', () => {
  const bench = createBench();
  const hand = cardWith(LOADED);
  const said: Uint8Array[] = [];
  hand.pull();
  stepCardInserted(bench.meter, bench.now, bench.out);
  carry(bench, {
    send: (command) => {
      const response = hand.send(command);
      said.push(response.slice());
      return response;
    },
  });
  pull(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, LOADED);
  let replayed = 0;
  stepCardInserted(bench.meter, bench.now, bench.out);
  carry(bench, { send: () => (said[replayed++] ?? Uint8Array.of(0x90, 0)) as Uint8Array }, 100);
  stepCardRemoved(bench.meter, bench.now, bench.out);
  assert.equal(levelsOf(bench.meter).fromCards, LOADED);
  // A shim that holds the acknowledgement back and says it was heard: the card keeps what is pending, for this meter.
  loadInto(hand, 2, 500);
  stepCardInserted(bench.meter, bench.now, bench.out);
  carry(bench, {
    send: (command) => (command[1] === PurseInstruction.acknowledge ? Uint8Array.of(0x90, 0) : hand.send(command)),
  });
  pull(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, LOADED + 500);
  assert.equal(cardsHeld(bench.meter).rows.find(({ csn }) => csn === CSN)?.debitCounter, 2);
  visit(bench, hand);
  assert.equal(pendingOn(hand), undefined);
  valueIsWhole(bench, hand, LOADED + 500);
});
