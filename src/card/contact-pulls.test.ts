import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CardInHand, LoadBook, LoadExchange, newCard, purseOf, ticketOf } from './bench.testing.ts';
import { selectPurse } from './index.ts';
import { charactersOfTaking, inSlot, isPulled, pulledTwice } from './pulls.testing.ts';

/** Every character of an exchange of so many, and with each another one of the next exchange: each of those once too. */
function pairs(characters: number): [first: number, second: number][] {
  assert.ok(characters % STRIDE !== 0);
  return Array.from({ length: characters }, (_, first) => [first, (first * STRIDE) % characters]);
}
/** A prime. */
const STRIDE = 101;

for (const protocol of ['t0', 't1'] as const) {
  test(`${protocol}: pulled at any character of a taking, twice in a row, the value is in one place and gets to its meter`, () => {
    const ends = new Set<string>();
    for (const [first, second] of pairs(charactersOfTaking(protocol))) {
      for (const end of pulledTwice(protocol, first, [second])) ends.add(end);
    }
    assert.deepEqual([...ends].sort(), ['credited', 'on the way', 'settled']);
  });

  test(`${protocol}: pulled at any character of a load, twice in a row, it is on the card once, and its host knows`, () => {
    const tryLoad = (hand: CardInHand, book: LoadBook, at?: number) => {
      const slot = inSlot(hand, protocol, at);
      slot.send(selectPurse());
      const exchange = new LoadExchange({ send: slot.send } as CardInHand, at ?? 1_000);
      book.judge(exchange.first());
      const { outstanding } = book.account;
      if (outstanding !== undefined) book.book(exchange.third({ ...outstanding, ticket: ticketOf() }));
      return slot.counted.characters;
    };
    const begun = () => {
      const book = new LoadBook();
      book.begin(500, 'an order');
      return { hand: newCard(), book };
    };
    const first = begun();
    const characters = tryLoad(first.hand, first.book);
    assert.equal(first.book.stored, 500);
    const ends = new Set<string>();
    for (const each of pairs(characters)) {
      const { hand, book } = begun();
      for (const at of each) {
        isPulled(() => tryLoad(hand, book, at));
        const { loaded, balance } = purseOf(hand);
        assert.equal(loaded, balance);
        assert.ok(loaded === 500 || (loaded === 0 && book.stored === 0), `pulled at ${each}`);
        ends.add(`${loaded} there, ${book.stored} booked`);
      }
      tryLoad(hand, book);
      assert.deepEqual([purseOf(hand).loaded, book.stored, book.account.outstanding], [500, 500, undefined], `${each}`);
    }
    assert.deepEqual([...ends].sort(), ['0 there, 0 booked', '500 there, 0 booked']);
  });
}
