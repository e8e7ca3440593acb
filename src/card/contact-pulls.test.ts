import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CardInHand,
  CSN,
  GAS,
  LoadBook,
  LoadExchange,
  loadedCard,
  MeterOnBench,
  newCard,
  purseCaseOf,
  purseOf,
  ticketOf,
} from './bench.testing.ts';
import { ATRS } from './contact/card.testing.ts';
import type { Cycles } from './contact/clock.ts';
import { ContactWire, METER_SLOT, selectPurse } from './index.ts';

class Pulled extends Error {}

/** Puts a card into a slot with contacts, and pulls it while a character of its commands and responses is on its way. */
function inSlot(hand: CardInHand, protocol: 't0' | 't1', pulledAt = Number.POSITIVE_INFINITY) {
  const counted = { characters: Number.NaN };
  const wire = new ContactWire(METER_SLOT, ({ moments, ends }) => {
    if (counted.characters++ === pulledAt) wire.pull((ends - 1) as Cycles);
    return moments;
  });
  hand.pull();
  wire.insert({
    ...{ atr: ATRS[protocol], caseOf: purseCaseOf, workCycles: () => 0 },
    begin: () => (command) => hand.send(command),
  });
  assert.ok('type' in wire.open());
  counted.characters = 0;
  const send = (command: Uint8Array): Uint8Array => {
    const heard = wire.transmit(command);
    if ('bytes' in heard) return heard.bytes;
    assert.deepEqual(heard, { reason: 'card-removed' });
    throw new Pulled();
  };
  return { send, counted };
}

/** Whether it was pulled before all was said. */
function isPulled(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (!(error instanceof Pulled)) throw error;
    return true;
  }
}

/** Every character of an exchange of so many, and with each another one of the next exchange: each of those once too. */
function pairs(characters: number): [first: number, second: number][] {
  assert.ok(characters % STRIDE !== 0);
  return Array.from({ length: characters }, (_, first) => [first, (first * STRIDE) % characters]);
}
/** A prime. */
const STRIDE = 101;

for (const protocol of ['t0', 't1'] as const) {
  test(`${protocol}: pulled at any character of a taking, twice in a row, the value is in one place and gets to its meter`, () => {
    const whole = inSlot(loadedCard(1_000), protocol);
    assert.deepEqual(new MeterOnBench(GAS).take(whole, 300), { type: 'done', credited: 300 });
    const ends = new Set<string>();
    for (const [first, second] of pairs(whole.counted.characters)) {
      const hand = loadedCard(1_000);
      const meter = new MeterOnBench(GAS);
      for (const at of [first, second]) {
        const pulled = isPulled(() => meter.take(inSlot(hand, protocol, at), 300));
        assert.ok(pulled || at === second, `not pulled at ${at}`);
        const { balance, pending, debitCounter } = purseOf(hand);
        const isCredited = (meter.rows.get(CSN)?.debitCounter ?? 0) >= debitCounter;
        const onTheWay = pending === undefined || isCredited ? 0 : pending.amount;
        assert.equal(balance + onTheWay + meter.credited, 1_000, `pulled at ${first} and ${second}`);
        ends.add(pending === undefined ? 'settled' : isCredited ? 'credited' : 'on the way');
      }
      const left = purseOf(hand).balance;
      assert.equal(meter.take(inSlot(hand, protocol), 0)?.type, 'done');
      assert.deepEqual([purseOf(hand).pending, purseOf(hand).balance], [undefined, left]);
      assert.equal(left + meter.credited, 1_000, `in the end, pulled at ${first} and ${second}`);
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
