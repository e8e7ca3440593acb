import assert from 'node:assert/strict';
import { type CardInHand, CSN, cardKey, load, newCard, order, purseOf, terms } from '../card/bench.testing.ts';
import { CardOp, encodeTicket, issueTicket } from '../card/index.ts';
import { Purpose, type TerminalKey } from '../crypto/index.ts';
import { EventKind } from '../records/index.ts';
import { type Csn, Region } from '../units/index.ts';
import { type Bench, keyOf } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { levelsOf, stepCardInserted, stepCardRemoved, stepCardResponse } from './index.ts';
import { cardsHeld } from './svm-cards.ts';

/** Cards of the card's own bench in the slot of a meter on the meter's. */

type Ticket = Parameters<typeof terms>[0];

/** A ticket of a card's region for the meter of the bench. */
export const benchTicket = (changed: Ticket = {}, { id = CSN as Csn, region = Region.electricity as Region } = {}) =>
  encodeTicket(
    issueTicket(cardKey(region, id), keyOf(Purpose.value) as TerminalKey<typeof Purpose.value>, terms(changed)),
  );

/** A card with electricity, and a ticket to spend it in the meter of the bench. */
export function cardWith(amount: number, { id = CSN as Csn, ticket = {} as Ticket } = {}): CardInHand {
  const hand = newCard([Region.electricity, Region.gas], id);
  loadInto(hand, 1, amount, { id, ticket: benchTicket(ticket, { id }) });
  return hand;
}

/** A load, as a host sends it, and the card out of its reader again. */
export function loadInto(
  hand: CardInHand,
  counter: number,
  amount: number,
  { id = CSN as Csn, region = Region.electricity as Region, ticket = undefined as Uint8Array | undefined } = {},
): void {
  const receipt = load(hand, order(CardOp.credit, counter, amount, { ticket }), { key: cardKey(region, id) });
  assert.equal(receipt.result, 0);
  hand.pull();
}

/** Puts a card in and carries up to so many commands to it and their responses back; how many there were. */
export function insert(bench: Bench, hand: CardInHand, commands = Number.POSITIVE_INFINITY): number {
  hand.pull();
  bench.out.commands.length = 0;
  stepCardInserted(bench.meter, bench.now, bench.out);
  return carry(bench, hand, commands);
}

export function carry(bench: Bench, hand: Pick<CardInHand, 'send'>, commands = Number.POSITIVE_INFINITY): number {
  let carried = 0;
  for (; carried < commands; carried++) {
    const command = bench.out.commands.shift();
    if (command === undefined) break;
    bench.now += 50;
    stepCardResponse(bench.meter, hand.send(command), bench.now, bench.out);
  }
  return carried;
}

export function pull(bench: Bench, hand: CardInHand): void {
  bench.out.commands.length = 0;
  hand.pull();
  stepCardRemoved(bench.meter, bench.now, bench.out);
}

/** In, all that the meter wants, and out again. */
export function visit(bench: Bench, hand: CardInHand): void {
  insert(bench, hand);
  pull(bench, hand);
}

/** I2, and I23 for one card that this meter alone takes from: nothing is lost, and nothing is there twice. */
export function valueIsWhole(bench: Bench, hand: CardInHand, loaded: number, id: Csn = CSN): void {
  const { frozen, stored, out, used, closed, credited, fromCards, owed } = levelsOf(bench.meter);
  assert.equal(frozen, 0);
  assert.equal(stored + out + used + closed, credited + fromCards + owed, 'I2');
  const { balance, pending } = purseOf(hand, Region.electricity);
  const row = cardsHeld(bench.meter).rows.find(({ csn }) => csn === id);
  const onTheWay = pending !== undefined && pending.counter > (row?.debitCounter ?? 0) ? pending.amount : 0;
  assert.equal(balance + onTheWay + fromCards, loaded, 'I23');
}

/** What the meter told of cards, in order. */
export const cardEvents = ({ meter }: Bench): [name: string, detail: number, value: number][] =>
  eventsFrom(meter, 1, 255)
    .filter(({ kind }) => kind in CARD_EVENTS)
    .map(({ kind, detail, value }) => [CARD_EVENTS[kind] as string, detail, value]);

const CARD_EVENTS: Readonly<Record<number, string>> = {
  [EventKind.cardInserted]: 'inserted',
  [EventKind.cardRemoved]: 'removed',
  [EventKind.cardRefused]: 'refused',
  [EventKind.cardCredited]: 'credited',
};
