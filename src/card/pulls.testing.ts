import assert from 'node:assert/strict';
import { toHex } from '../bytes/index.ts';
import { Suite } from '../crypto/index.ts';
import { Region } from '../units/index.ts';
import {
  CardInHand,
  CSN,
  cardKey,
  GAS,
  LoadBook,
  LoadExchange,
  load,
  MeterOnBench,
  newCard,
  order,
  purseCaseOf,
  purseOf,
  ticketOf,
} from './bench.testing.ts';
import { ATRS } from './contact/card.testing.ts';
import type { Cycles } from './contact/clock.ts';
import { CardOp, ContactWire, METER_SLOT, selectPurse } from './index.ts';

/** What the card and its meter have, when a taking was pulled somewhere. */
export type TakingEnd = 'settled' | 'credited' | 'on the way';

class Pulled extends Error {}

const GAS_REGION = Region.gas;
const LOADED = 1_000;
const WANTED = 300;

/** Puts a card into a slot with contacts, and pulls it while a character of its commands and responses is on its way. */
export function inSlot(hand: CardInHand, protocol: 't0' | 't1', pulledAt = Number.POSITIVE_INFINITY) {
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
export function isPulled(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (!(error instanceof Pulled)) throw error;
    return true;
  }
}

/** Of the same exchange: how it is spoken, and under which keys. */
export interface Way {
  readonly protocol: 't0' | 't1';
  readonly suite: Suite;
}

/** Those of purse cards. */
export const WAYS: readonly Way[] = (['t0', 't1'] as const).flatMap((protocol) =>
  ([Suite.aes128, Suite.aes256] as const).map((suite) => ({ protocol, suite })),
);

/** What there is after some pull, which its next insertion finds. */
interface Taken {
  readonly hand: CardInHand;
  readonly meter: MeterOnBench;
}

/** The characters of a taking that nobody pulls. */
export function charactersOfTaking(way: Way): number {
  const { hand, meter } = beforeTaking(way);
  const whole = inSlot(hand, way.protocol);
  assert.deepEqual(meter.take(whole, WANTED), { type: 'done', credited: WANTED });
  return whole.counted.characters;
}

function beforeTaking({ suite }: Way): Taken {
  const key = cardKey(GAS_REGION, CSN, suite);
  const hand = newCard([GAS_REGION], CSN, suite);
  const ticket = ticketOf(GAS, {}, { key, suite });
  assert.equal(load(hand, order(CardOp.credit, 1, LOADED, { ticket }), { key }).result, 0);
  hand.pull();
  return { hand, meter: new MeterOnBench(GAS, { suite }) };
}

/**
 * Takings that are pulled at each character of `firsts`, and from there one at each of `seconds`: after both the value
 * is in one place, and the next insertion brings what is left to do to its end. What two first pulls leave alike, in the
 * card and in the meter, goes on alike, and is gone on from once.
 * @returns the ends that there were
 */
export function takingsPulledTwice(
  way: Way,
  firsts: Iterable<number>,
  seconds: (first: number) => Iterable<number>,
): ReadonlySet<TakingEnd> {
  const ends = new Set<TakingEnd>();
  const goneOn = new Set<string>();
  const { protocol } = way;
  const fresh = beforeTaking(way);
  for (const first of firsts) {
    const begun = { hand: new CardInHand(fresh.hand.memory.slice()), meter: new MeterOnBench(GAS, way) };
    assert.ok(
      isPulled(() => begun.meter.take(inSlot(begun.hand, protocol, first), WANTED)),
      `not pulled at ${first}`,
    );
    ends.add(endOf(begun, `pulled at ${first}`));
    const left = JSON.stringify([toHex(begun.hand.memory), begun.meter.credited, [...begun.meter.rows]]);
    for (const second of seconds(first)) {
      if (goneOn.has(`${left} ${second}`)) continue;
      goneOn.add(`${left} ${second}`);
      const again = { hand: new CardInHand(begun.hand.memory.slice(), second), meter: copyOf(begun.meter, second) };
      const said = `pulled at ${first} and ${second}`;
      assert.ok(
        isPulled(() => again.meter.take(inSlot(again.hand, protocol, second), WANTED)),
        `not ${said}`,
      );
      ends.add(endOf(again, said));
      finishes(again, protocol, said);
    }
  }
  return ends;
}

function finishes({ hand, meter }: Taken, protocol: 't0' | 't1', said: string): void {
  const left = purseOf(hand).balance;
  assert.equal(meter.take(inSlot(hand, protocol), 0)?.type, 'done', said);
  assert.deepEqual([purseOf(hand).pending, purseOf(hand).balance], [undefined, left], said);
  assert.equal(left + meter.credited, LOADED, `in the end, ${said}`);
}

/** I23, wherever it was pulled. */
function endOf({ hand, meter }: Taken, said: string): TakingEnd {
  const { balance, pending, debitCounter } = purseOf(hand);
  const isCredited = (meter.rows.get(CSN)?.debitCounter ?? 0) >= debitCounter;
  const onTheWay = pending === undefined || isCredited ? 0 : pending.amount;
  assert.equal(balance + onTheWay + meter.credited, LOADED, said);
  if (pending === undefined) return 'settled';
  return isCredited ? 'credited' : 'on the way';
}

/** The same meter, with other nonces from here on. */
function copyOf(meter: MeterOnBench, seed: number): MeterOnBench {
  const copy = new MeterOnBench(GAS, { suite: meter.suite, seed: seed + 1 });
  for (const [csn, row] of meter.rows) copy.rows.set(csn, row);
  copy.credited = meter.credited;
  return copy;
}

/** What is on the card, and what its host has booked of it, when a load was pulled somewhere. */
export type LoadEnd = 'neither' | 'on the card' | 'booked';

const ORDERED = 500;

/** The characters of a load that nobody pulls. */
export function charactersOfLoad(way: Way): number {
  const { hand, book } = beforeLoad(way);
  const characters = tryLoad(way, { hand, book }, undefined);
  assert.deepEqual([purseOf(hand).loaded, book.stored], [ORDERED, ORDERED]);
  return characters;
}

interface Loaded {
  readonly hand: CardInHand;
  readonly book: LoadBook;
}

function beforeLoad({ suite }: Way): Loaded {
  const book = new LoadBook();
  book.begin(ORDERED, 'an order');
  return { hand: newCard([GAS_REGION], CSN, suite), book };
}

/** The host asks for what it has outstanding, wherever the card was pulled. @returns how many characters that took */
function tryLoad({ protocol, suite }: Way, { hand, book }: Loaded, at: number | undefined): number {
  const key = cardKey(GAS_REGION, CSN, suite);
  const slot = inSlot(hand, protocol, at);
  slot.send(selectPurse());
  const exchange = new LoadExchange({ send: slot.send } as CardInHand, at ?? UNPULLED, { key });
  book.judge(exchange.first());
  const { outstanding } = book.account;
  const ticket = ticketOf(GAS, {}, { key, suite });
  if (outstanding !== undefined) book.book(exchange.third({ ...outstanding, ticket }));
  return slot.counted.characters;
}
/** A seed beside those of all characters. */
const UNPULLED = 1_000_000;

/** The same of loads: what was ordered is on the card once, or not yet, and its host never books more than is there. */
export function loadsPulledTwice(
  way: Way,
  firsts: Iterable<number>,
  seconds: (first: number) => Iterable<number>,
): ReadonlySet<LoadEnd> {
  const ends = new Set<LoadEnd>();
  const goneOn = new Set<string>();
  for (const first of firsts) {
    const begun = beforeLoad(way);
    assert.ok(
      isPulled(() => tryLoad(way, begun, first)),
      `not pulled at ${first}`,
    );
    ends.add(loadEndOf(begun, `pulled at ${first}`));
    const left = `${toHex(begun.hand.memory)} ${begun.book.stored} ${begun.book.account.lastCounter}`;
    for (const second of seconds(first)) {
      if (goneOn.has(`${left} ${second}`)) continue;
      goneOn.add(`${left} ${second}`);
      const book = new LoadBook();
      Object.assign(book, begun.book);
      const again = { hand: new CardInHand(begun.hand.memory.slice(), second), book };
      const said = `pulled at ${first} and ${second}`;
      assert.ok(
        isPulled(() => tryLoad(way, again, second)),
        `not ${said}`,
      );
      ends.add(loadEndOf(again, said));
      tryLoad(way, again, undefined);
      assert.deepEqual(
        [purseOf(again.hand).loaded, book.stored, book.account.outstanding],
        [ORDERED, ORDERED, undefined],
        `in the end, ${said}`,
      );
    }
  }
  return ends;
}

function loadEndOf({ hand, book }: Loaded, said: string): LoadEnd {
  const { loaded, balance } = purseOf(hand);
  assert.equal(loaded, balance, said);
  assert.ok(loaded === ORDERED || (loaded === 0 && book.stored === 0), said);
  if (book.stored > 0) return 'booked';
  return loaded > 0 ? 'on the card' : 'neither';
}
