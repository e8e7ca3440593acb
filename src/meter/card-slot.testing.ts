import assert from 'node:assert/strict';
import { type CardInHand, CSN, cardKey, load, newCard, order, purseOf, terms } from '../card/bench.testing.ts';
import { CardOp, encodeTicket, issueTicket } from '../card/index.ts';
import { Purpose, Suite, type TerminalKey } from '../crypto/index.ts';
import { EventKind } from '../records/index.ts';
import { type Csn, Region } from '../units/index.ts';
import { type Bench, keyOf } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { levelsOf, stepCardInserted, stepCardRemoved, stepCardResponse } from './index.ts';
import { cardsHeld } from './svm-cards.ts';

/** Cards of the card's own bench in the slot of a meter on the meter's. */

/** Which card, which of its regions, in which suite. */
interface Which {
  readonly id?: Csn;
  readonly region?: Region;
  readonly suite?: Suite;
}

/** A ticket for the meter of the bench. */
export function benchTicket(
  changed: Parameters<typeof terms>[0] = {},
  { id = CSN, region = Region.electricity, suite = Suite.aes128 }: Which = {},
): Uint8Array {
  const kt = keyOf(Purpose.value, suite) as TerminalKey<typeof Purpose.value>;
  return encodeTicket(issueTicket(cardKey(region, id, suite), kt, terms(changed)));
}

/** A card with value in one region, and with a ticket to spend it in the meter of the bench. */
export function cardWith(amount: number, which: Which & { readonly ticket?: Uint8Array } = {}): CardInHand {
  const { id = CSN, region = Region.electricity, suite = Suite.aes128, ticket = benchTicket({}, which) } = which;
  const hand = newCard([...new Set([region, Region.electricity, Region.gas])], id, suite);
  loadInto(hand, 1, amount, { id, region, suite, ticket });
  return hand;
}

/** A load as a host sends it, and the card out of its reader again. */
export function loadInto(
  hand: CardInHand,
  counter: number,
  amount: number,
  which: Which & { readonly ticket?: Uint8Array } = {},
): void {
  const { id = CSN, region = Region.electricity, suite = Suite.aes128, ticket } = which;
  const key = cardKey(region, id, suite);
  assert.equal(load(hand, order(CardOp.credit, counter, amount, { ticket }), { key }).result, 0);
  hand.pull();
}

/** Puts a card in and carries up to so many commands to it and their responses back; how many there were. */
export function insert(bench: Bench, hand: CardInHand, commands = Number.POSITIVE_INFINITY): number {
  hand.pull();
  bench.out.commands.length = 0;
  stepCardInserted(bench.meter, bench.now, bench.out);
  return carry(bench, hand, commands);
}

/** Whatever answers in the place of a card. */
export function carry(bench: Bench, hand: Pick<CardInHand, 'send'>, commands = Number.POSITIVE_INFINITY): number {
  let carried = 0;
  for (; carried < commands; carried++) {
    const command = bench.out.commands.shift();
    if (command === undefined) break;
    const response = hand.send(command);
    bench.now += MS_A_COMMAND;
    stepCardResponse(bench.meter, response, bench.now, bench.out);
  }
  return carried;
}

const MS_A_COMMAND = 50;

export function pull(bench: Bench, hand: CardInHand): void {
  hand.pull();
  bench.out.commands.length = 0;
  stepCardRemoved(bench.meter, bench.now, bench.out);
}

/** In, all that the meter wants, and out again. */
export function visit(bench: Bench, hand: CardInHand): void {
  insert(bench, hand);
  pull(bench, hand);
}

/** I2, and I23 of one card that this meter alone takes from: nothing is lost, and nothing is there twice. */
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

/** Why the last card that was refused was. */
export const lastRefusal = (bench: Bench): number | undefined =>
  cardEvents(bench)
    .filter(([name]) => name === 'refused')
    .at(-1)?.[1];

const CARD_EVENTS: Readonly<Record<number, string>> = {
  [EventKind.cardInserted]: 'inserted',
  [EventKind.cardRemoved]: 'removed',
  [EventKind.cardRefused]: 'refused',
  [EventKind.cardCredited]: 'credited',
};
