import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../bytes/index.ts';
import { type CardInHand, CSN, OTHER_CSN, purseOf } from '../card/bench.testing.ts';
import { PurseInstruction } from '../card/index.ts';
import { withBit } from '../exchange/sides.testing.ts';
import { CardRefusal } from '../records/index.ts';
import { Region, U32_MAX } from '../units/index.ts';
import { type Bench, createBench, credit, live, startBench } from './board.testing.ts';
import { BusReply, CardStore, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { CARD_ROW_BYTES, CARD_ROWS } from './card-rows.ts';
import { cardWith, insert, lastRefusal, loadInto, visit } from './card-slot.testing.ts';
import { clockMs, inspectCards, inspectPurse, levelsOf, PlainNvm } from './index.ts';
import { restOf, wake } from './power-cut.testing.ts';
import { PURSE_BYTES } from './purse-journal.ts';
import { samCommand } from './sam.ts';
import { svmCommand } from './svm.ts';
import { cardsHeld } from './svm-cards.ts';

/** Whoever sits in the CPU's place and has a card in the slot: carries, changes, holds back and says again. */
class CardCarrier {
  readonly bench: Bench;
  readonly hand: CardInHand;
  /** Every request of the SAM for the SVM, and every reply of the SVM. */
  readonly asked: Uint8Array[] = [];
  readonly told: Uint8Array[] = [];
  /** What the card was asked. */
  readonly commands: Uint8Array[] = [];

  constructor(bench: Bench, hand: CardInHand) {
    this.bench = bench;
    this.hand = hand;
    hand.pull();
  }

  sam(kind: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
    return samCommand(this.bench.meter.sam, Uint8Array.of(kind, ...body));
  }

  svm(request: Uint8Array): Uint8Array {
    this.asked.push(request.slice());
    const reply = svmCommand(this.bench.meter.svm, request).slice();
    this.told.push(reply);
    return reply;
  }

  begin(wanted = U32_MAX): Uint8Array {
    const clock = Math.floor(clockMs(this.bench.meter) / 1000);
    return this.sam(SamRequest.cardInserted, new Writer(8).u32(clock).u32(wanted).done());
  }

  /** Carries honestly until `until` says of a reply of the SAM that it goes no further. */
  carry(first: Uint8Array, until: (reply: Uint8Array) => boolean): Uint8Array {
    let reply = first;
    while (!until(reply)) {
      if (reply[0] === SamReply.toCard) {
        const command = reply.slice(8);
        this.commands.push(command);
        reply = this.sam(SamRequest.cardResponse, this.hand.send(command));
      } else if (reply[0] === SamReply.toSvm) {
        const request = reply.slice(1);
        const kind = request[0] === SvmRequest.cards ? SamRequest.svmCards : SamRequest.svmCardStored;
        reply = this.sam(kind, this.svm(request));
      } else return reply;
    }
    return reply;
  }

  /** Up to the request for the credit, which is not carried yet. */
  toCredit(): Uint8Array {
    const reply = this.carry(this.begin(), isStore(CardStore.credit));
    assert.equal(reply[0], SamReply.toSvm);
    return reply.slice(1);
  }
}

const isStore =
  (what: CardStore) =>
  (reply: Uint8Array): boolean =>
    reply[0] === SamReply.toSvm && reply[1] === SvmRequest.cardStore && reply[2] === what;
const never = (): boolean => false;

test('the credit of a card is applied once, as the SAM said it, and no bit of it otherwise', () => {
  const carrier = new CardCarrier(createBench(), cardWith(500));
  const request = carrier.toCredit();
  for (let bit = 8; bit < 8 * request.length; bit++) {
    assert.equal(carrier.svm(withBit(request, bit))[0], BusReply.refused, `bit ${bit}`);
  }
  assert.equal(carrier.svm(request.slice(0, -1))[0], BusReply.refused);
  assert.equal(carrier.svm(request)[0], BusReply.done);
  for (let i = 0; i < 3; i++) {
    assert.equal(carrier.svm(request)[0], BusReply.refused);
    carrier.svm(Uint8Array.of(SvmRequest.cards, ...new Uint8Array(8)));
  }
  assert.equal(levelsOf(carrier.bench.meter).fromCards, 500);
});

test('a credit that was held back is good in no later insertion, and the next one has the value', () => {
  const { bench, hand } = new CardCarrier(createBench(), cardWith(500));
  const first = new CardCarrier(bench, hand);
  const held = first.toCredit();
  const second = new CardCarrier(bench, hand);
  const fresh = second.toCredit();
  assert.equal(second.svm(held)[0], BusReply.refused);
  assert.equal(second.svm(fresh)[0], BusReply.done);
  assert.equal(second.svm(held)[0], BusReply.refused);
  assert.equal(levelsOf(bench.meter).fromCards, 500);
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, 500);
});

test('the card hears that its value is taken only when the SVM has said so for this very credit', () => {
  const carrier = new CardCarrier(createBench(), cardWith(500));
  // An earlier insertion, of which everything that was said is known.
  carrier.carry(carrier.begin(200), never);
  const known = carrier.told.slice();
  const request = carrier.toCredit();
  for (const reply of known) assert.equal(carrier.sam(SamRequest.svmCardStored, reply)[0], SamReply.refused);
  const acknowledged = carrier.commands.filter(([, ins]) => ins === PurseInstruction.acknowledge).length;
  const told = carrier.svm(request);
  // The first byte without a tag says only that nothing was stored, and ends it.
  for (let bit = 8; bit < 8 * told.length; bit++) {
    const reply = carrier.sam(SamRequest.svmCardStored, withBit(told, bit));
    assert.equal(reply[0], SamReply.refused, `bit ${bit}`);
  }
  carrier.carry(carrier.sam(SamRequest.svmCardStored, told), never);
  const after = carrier.commands.filter(([, ins]) => ins === PurseInstruction.acknowledge).length;
  assert.equal(after, acknowledged + 1);
  assert.equal(purseOf(carrier.hand, Region.electricity).pending, undefined);
});

test('rows that the SVM did not tell for this insertion are not believed', () => {
  const bench = createBench();
  const hand = cardWith(500);
  const carrier = new CardCarrier(bench, hand);
  const empty = carrier.svm(carrier.begin().subarray(1));
  carrier.carry(carrier.begin(), never);
  loadInto(hand, 2, 300);
  // "Nothing was ever taken from any card": of an insertion before.
  carrier.begin();
  assert.equal(carrier.sam(SamRequest.svmCards, empty)[0], SamReply.refused);
  const told = carrier.svm(carrier.begin().subarray(1));
  for (let bit = 8; bit < 8 * told.length; bit++) {
    assert.equal(carrier.sam(SamRequest.svmCards, withBit(told, bit))[0], SamReply.refused, `bit ${bit}`);
  }
  assert.equal(carrier.sam(SamRequest.svmCards, told)[0], SamReply.toCard);
});

test('out of their order, and without a card, the SAM answers nothing of a card', () => {
  const carrier = new CardCarrier(createBench(), cardWith(500));
  const ok = Uint8Array.of(0x90, 0);
  const kinds = [SamRequest.svmCards, SamRequest.cardResponse, SamRequest.svmCardStored];
  const refused = (...ofThese: number[]) => {
    for (const kind of ofThese) assert.equal(carrier.sam(kind, ok)[0], SamReply.refused);
  };
  refused(...kinds);
  carrier.begin();
  refused(SamRequest.cardResponse, SamRequest.svmCardStored);
  carrier.carry(carrier.begin(), (reply) => reply[0] === SamReply.toCard);
  refused(SamRequest.svmCards, SamRequest.svmCardStored);
  carrier.toCredit();
  refused(SamRequest.svmCards, SamRequest.cardResponse);
  carrier.sam(SamRequest.cardRemoved);
  refused(...kinds);
  for (const length of [0, 7, 9]) {
    assert.equal(carrier.sam(SamRequest.cardInserted, new Uint8Array(length))[0], SamReply.refused);
  }
  assert.equal(levelsOf(carrier.bench.meter).fromCards, 0);
});

test('a chip that was opened has no conversation with a card any more, and no key for another', () => {
  const carrier = new CardCarrier(createBench(), cardWith(500));
  carrier.toCredit();
  carrier.sam(SamRequest.dismantled);
  assert.equal(carrier.sam(SamRequest.svmCardStored, carrier.told.at(-1) as Uint8Array)[0], SamReply.refused);
  const over = carrier.carry(carrier.begin(), never);
  assert.deepEqual([over[0], over[8]], [SamReply.cardOver, CardRefusal.ticketForeign]);
});

test('ten thousand messages of a hostile carrier credit no more than the card gave', () => {
  const bench = createBench();
  const hand = cardWith(900);
  const carrier = new CardCarrier(bench, hand);
  carrier.carry(carrier.begin(100), never);
  const random = bench.randomness;
  const byte = new Uint8Array(2);
  const below = (bound: number): number => {
    random.fill(byte);
    return (((byte[0] as number) << 8) | (byte[1] as number)) % bound;
  };
  const kinds = [SamRequest.svmCards, SamRequest.cardResponse, SamRequest.svmCardStored, SamRequest.cardInserted];
  let reply = carrier.begin(50);
  for (let i = 0; i < 10_000; i++) {
    const known = [...carrier.told, ...carrier.asked];
    const message = (known[below(known.length)] as Uint8Array).slice();
    if (below(2) === 0) message[below(message.length)] = below(256);
    switch (below(5)) {
      case 0:
        carrier.svm(message);
        break;
      case 1:
        carrier.sam(kinds[below(kinds.length)] as number, message);
        break;
      case 2:
        reply = carrier.begin(1 + below(20));
        break;
      default: {
        let steps = below(4);
        reply = carrier.carry(reply, () => steps-- <= 0);
      }
    }
    if (carrier.told.length > 300) carrier.told.splice(0, 150);
    if (carrier.asked.length > 300) carrier.asked.splice(0, 150);
    const { stored, out, used, closed, credited, fromCards, owed, frozen } = levelsOf(bench.meter);
    assert.equal(frozen, 0);
    assert.equal(stored + out + used + closed, credited + fromCards + owed);
    const { balance, pending } = purseOf(hand, Region.electricity);
    assert.ok(fromCards <= 900 - balance && fromCards >= 900 - balance - (pending?.amount ?? 0), `after message ${i}`);
  }
  assert.ok(levelsOf(bench.meter).fromCards > 100);
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, 900);
});

/** A meter that two cards have been in. */
function visited(): { bench: Bench; hand: CardInHand } {
  const bench = createBench();
  credit(bench, 100);
  const hand = cardWith(400);
  visit(bench, hand);
  visit(bench, cardWith(70, { id: OTHER_CSN }));
  return { bench, hand };
}
const CARDS_AT = PURSE_BYTES - CARD_ROWS * CARD_ROW_BYTES;

test('every byte of the table of cards that is changed freezes the value, but for those of the free row', () => {
  const { bench } = visited();
  const { nvm, sam, svm } = restOf(bench);
  const { freeCardRow } = bench.meter.svm.purse;
  for (let at = 0; at < CARD_ROWS * CARD_ROW_BYTES; at++) {
    const changed = nvm.slice();
    changed[CARDS_AT + at] = (changed[CARDS_AT + at] as number) ^ 0x10;
    const memory = { nvm: new PlainNvm(changed), sam: new PlainNvm(sam), svm: new PlainNvm(svm) };
    const free = Math.floor(at / CARD_ROW_BYTES) === freeCardRow;
    assert.equal(inspectPurse(memory).frozen !== 0, !free, `byte ${at}`);
    if (free) assert.deepEqual(inspectCards(memory), cardsHeld(bench.meter));
  }
});

test('the memory of before a card was in is found out, whole or in its table alone', () => {
  const bench = createBench();
  const hand = cardWith(400);
  visit(bench, cardWith(70, { id: OTHER_CSN }));
  const before = bench.memory.nvm.bytes.slice();
  visit(bench, hand);
  loadInto(hand, 2, 300);
  const rest = restOf(bench);
  const pasted = rest.nvm.slice();
  pasted.set(before.subarray(CARDS_AT, PURSE_BYTES), CARDS_AT);
  for (const nvm of [before, pasted]) {
    const { bench: again } = wake({ ...rest, nvm });
    assert.notEqual(again.meter.frozen, 0);
    visit(again, hand);
    assert.equal(lastRefusal(again), CardRefusal.frozen);
    assert.equal(levelsOf(again.meter).fromCards, levelsOf(wake({ ...rest, nvm }).bench.meter).fromCards);
    assert.equal(purseOf(hand, Region.electricity).balance, 300);
  }
});

test('a row that is changed while the meter has power is neither told nor committed', () => {
  for (const when of ['before it is told', 'before it is committed'] as const) {
    const { bench, hand } = visited();
    loadInto(hand, 2, 300);
    const edit = () => {
      const at = CARDS_AT + ((bench.meter.svm.purse.freeCardRow + 1) % CARD_ROWS) * CARD_ROW_BYTES + 10;
      bench.memory.nvm.bytes[at] = (bench.memory.nvm.bytes[at] as number) ^ 1;
    };
    if (when === 'before it is told') {
      edit();
      insert(bench, hand);
      assert.equal(lastRefusal(bench), CardRefusal.frozen);
    } else {
      const carrier = new CardCarrier(bench, hand);
      const request = carrier.toCredit();
      edit();
      assert.equal(carrier.svm(request)[0], BusReply.frozen);
    }
    assert.notEqual(levelsOf(bench.meter).frozen, 0);
    assert.equal(levelsOf(bench.meter).fromCards, 470);
  }
});

test('a row or record that the memory did not keep is found before the card hears anything', () => {
  for (const [from, to] of [
    [CARDS_AT, PURSE_BYTES],
    [0, CARDS_AT],
  ] as const) {
    const first = createBench();
    let forgets = false;
    const nvm = {
      bytes: first.memory.nvm.bytes,
      write(address: number, source: Uint8Array, start: number, length: number) {
        for (let i = 0; i < length; i++) {
          const lost = forgets && address + i >= from && address + i < to;
          if (!lost) this.bytes[address + i] = source[start + i] as number;
        }
      },
    };
    const bench = startBench({ ...first.memory, nvm });
    const carrier = new CardCarrier(bench, cardWith(400));
    const request = carrier.toCredit();
    forgets = true;
    assert.equal(carrier.svm(request)[0], BusReply.frozen);
    const over = carrier.sam(SamRequest.svmCardStored, Uint8Array.of(BusReply.frozen));
    assert.deepEqual([over[0], over[8]], [SamReply.cardOver, CardRefusal.frozen]);
    assert.equal(levelsOf(bench.meter).fromCards, 0);
    assert.notEqual(purseOf(carrier.hand, Region.electricity).pending, undefined);
  }
});

test('the table is read back after the power as it was, and a meter without a card writes none of it', () => {
  const { bench } = visited();
  const held = cardsHeld(bench.meter);
  assert.deepEqual(
    held.rows.map(({ csn, debitCounter, taken, settled }) => [csn, debitCounter, taken, settled]).sort(),
    [
      [CSN, 1, 400, true],
      [OTHER_CSN, 1, 70, true],
    ],
  );
  assert.deepEqual(cardsHeld(wake(restOf(bench)).bench.meter), held);
  assert.deepEqual(inspectCards(bench.memory), held);
  const without = createBench();
  credit(without, 500);
  live(without, 30, 100_000);
  assert.ok(without.memory.nvm.bytes.subarray(CARDS_AT, PURSE_BYTES).every((byte) => byte === 0xff));
});
