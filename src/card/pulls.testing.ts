import assert from 'node:assert/strict';
import { CardInHand, CSN, GAS, loadedCard, MeterOnBench, purseCaseOf, purseOf } from './bench.testing.ts';
import { ATRS } from './contact/card.testing.ts';
import type { Cycles } from './contact/clock.ts';
import { ContactWire, METER_SLOT } from './index.ts';

/** What the card and its meter have, when a taking was pulled somewhere. */
export type TakingEnd = 'settled' | 'credited' | 'on the way';

class Pulled extends Error {}

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

/** The characters of a taking that nobody pulls. */
export function charactersOfTaking(protocol: 't0' | 't1'): number {
  const whole = inSlot(loadedCard(LOADED), protocol);
  assert.deepEqual(new MeterOnBench(GAS).take(whole, WANTED), { type: 'done', credited: WANTED });
  return whole.counted.characters;
}

/**
 * A taking that is pulled at its character `first`, and from there one at each of `seconds`: after both the value is in
 * one place, and the next insertion brings what is left to do to its end.
 * @returns the ends that there were
 */
export function pulledTwice(protocol: 't0' | 't1', first: number, seconds: Iterable<number>): ReadonlySet<TakingEnd> {
  const ends = new Set<TakingEnd>();
  const begun = { hand: loadedCard(LOADED), meter: new MeterOnBench(GAS) };
  assert.ok(
    isPulled(() => begun.meter.take(inSlot(begun.hand, protocol, first), WANTED)),
    `not pulled at ${first}`,
  );
  ends.add(endOf(begun, `pulled at ${first}`));
  for (const second of seconds) {
    const again = { hand: new CardInHand(begun.hand.memory.slice(), second), meter: copyOf(begun.meter, second) };
    const { hand, meter } = again;
    const said = `pulled at ${first} and ${second}`;
    isPulled(() => meter.take(inSlot(hand, protocol, second), WANTED));
    ends.add(endOf(again, said));
    const left = purseOf(hand).balance;
    assert.equal(meter.take(inSlot(hand, protocol), 0)?.type, 'done');
    assert.deepEqual([purseOf(hand).pending, purseOf(hand).balance], [undefined, left], said);
    assert.equal(left + meter.credited, LOADED, `in the end, ${said}`);
  }
  return ends;
}

/** I23, wherever it was pulled. */
function endOf({ hand, meter }: { readonly hand: CardInHand; readonly meter: MeterOnBench }, said: string): TakingEnd {
  const { balance, pending, debitCounter } = purseOf(hand);
  const isCredited = (meter.rows.get(CSN)?.debitCounter ?? 0) >= debitCounter;
  const onTheWay = pending === undefined || isCredited ? 0 : pending.amount;
  assert.equal(balance + onTheWay + meter.credited, LOADED, said);
  if (pending === undefined) return 'settled';
  return isCredited ? 'credited' : 'on the way';
}

/** The same meter, with other nonces from here on. */
function copyOf(meter: MeterOnBench, seed: number): MeterOnBench {
  const copy = new MeterOnBench(GAS, { seed: seed + 1 });
  for (const [csn, row] of meter.rows) copy.rows.set(csn, row);
  copy.credited = meter.credited;
  return copy;
}
