import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostCommand, hostFirst, hostReceive } from '../exchange/index.ts';
import { Region, type Svpmsn, tokens } from '../units/index.ts';
import {
  CardInHand,
  CSN,
  cardKey,
  GAS,
  LoadExchange,
  load,
  loadedCard,
  MeterOnBench,
  order,
  PowerCut,
  purseOf,
  REGION,
  ticketOf,
} from './bench.testing.ts';
import { CardOp, encodeCardCommand, loadCommand, PurseInstruction, purseCommand, selectPurse } from './index.ts';
import { SLOT_BYTES, slotAt } from './layout.ts';
import { decodeSlot, EMPTY_PURSE, encodeSlot, type RegionPurse } from './slot.ts';
import { encodeAcknowledge, encodeDebit, openSpendSecond, spendFirst } from './spending-messages.ts';

/** What may stand in the byte that was being written: the old, the new, and whatever a cell that is half charged reads as. */
const TORN: readonly ((old: number, next: number) => number)[] = [
  (old) => old,
  (_, next) => next,
  () => 0x00,
  () => 0xff,
  (old, next) => old ^ next,
  (old, next) => old & next,
  (old, next) => old | next,
  () => 0x5a,
  () => 0xa5,
  (old, next) => (old ^ 0x31) + next,
];

const METER_NONCE = new Uint8Array(16).fill(1);
const pair = cardKey().pairKey(GAS);

/** Opens a session with the gas meter, and gives the command that the power goes in. */
function spending(hand: CardInHand, acknowledging: boolean): Uint8Array {
  hand.send(selectPurse());
  const told = hand.send(purseCommand(PurseInstruction.open, spendFirst(GAS, METER_NONCE), { p1: 1, p2: REGION }));
  const opened = openSpendSecond(
    pair,
    { csn: CSN, region: REGION, meter: GAS, meterNonce: METER_NONCE },
    told.slice(0, -2),
  );
  assert.ok(opened !== undefined);
  const { insertion, status } = opened;
  if (!acknowledging)
    return purseCommand(PurseInstruction.debit, encodeDebit(pair, insertion, tokens(300)), { p2: REGION });
  hand.send(purseCommand(PurseInstruction.debit, encodeDebit(pair, insertion, tokens(0)), { p2: REGION }));
  return purseCommand(PurseInstruction.acknowledge, encodeAcknowledge(pair, insertion, status.debitCounter), {
    p2: REGION,
  });
}

function loading(hand: CardInHand, command: ReturnType<typeof order>): Uint8Array {
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 77);
  hostReceive(exchange.session, exchange.pass(hostFirst(exchange.session)));
  return loadCommand((hostCommand(exchange.session, encodeCardCommand(command)) as [Uint8Array])[0]) as Uint8Array;
}

function withPending(): CardInHand {
  const hand = loadedCard(1_000);
  new MeterOnBench(GAS).take(hand, 300, 5);
  assert.equal(purseOf(hand).pending?.amount, 300);
  return hand;
}

function withTickets(): CardInHand {
  const hand = loadedCard(1_000);
  for (let version = 2; version <= 8; version++) {
    load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf((0x100000 + version) as Svpmsn, { version }) }));
  }
  return hand;
}

/** Every kind of commit there is, on a card that has had some before. */
const COMMITS: readonly [name: string, card: () => CardInHand, prepare: (hand: CardInHand) => Uint8Array][] = [
  ['a debit', () => loadedCard(1_000), (hand) => spending(hand, false)],
  ['an acknowledgement', withPending, (hand) => spending(hand, true)],
  ['a credit', () => loadedCard(1_000), (hand) => loading(hand, order(CardOp.credit, 2, 50))],
  ['a credit while something is pending', withPending, (hand) => loading(hand, order(CardOp.credit, 2, 50))],
  ['a void', () => loadedCard(1_000), (hand) => loading(hand, order(CardOp.void, 2, 50))],
  ['a close', () => loadedCard(1_000), (hand) => loading(hand, order(CardOp.close, 2, 0))],
  ['a release', withPending, (hand) => loading(hand, order(CardOp.release, 2, 1))],
  [
    'a credit that brings a ticket',
    () => loadedCard(1_000),
    (hand) => loading(hand, order(CardOp.credit, 2, 50, { ticket: ticketOf(GAS, { version: 2 }) })),
  ],
  [
    'a ticket in the place of another',
    withTickets,
    (hand) => loading(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version: 9 }) })),
  ],
  [
    'a ticket in a full file',
    withTickets,
    (hand) => loading(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(0x300000 as Svpmsn, { version: 9 }) })),
  ],
];

for (const [name, card, prepare] of COMMITS) {
  test(`a cut at any byte of ${name} leaves the region as it was or as it is to be, and the card goes on`, () => {
    const template = card();
    const before = purseOf(template);
    const whole = new CardInHand(template.memory.slice(), 3);
    const start = whole.written;
    whole.send(prepare(whole));
    const bytes = whole.written - start;
    const after = purseOf(whole);
    assert.notDeepEqual(after, before);
    assert.ok(bytes >= SLOT_BYTES, `${bytes} bytes`);
    const tickets = ticketsOf(whole);
    for (let cut = 0; cut < bytes; cut++) {
      for (const [kind, torn] of TORN.entries()) {
        const what = `${name}, byte ${cut}, kind ${kind}`;
        const hand = new CardInHand(template.memory.slice(), 3);
        const command = prepare(hand);
        hand.bytesLeft = cut;
        hand.torn = torn;
        assert.throws(() => hand.send(command), PowerCut);
        hand.pull();
        const left = purseOf(hand);
        const isAfter = left.sequence === after.sequence;
        assert.deepEqual(left, isAfter ? after : before, what);
        // Of the last byte alone the power may have left all that it needs.
        if (isAfter) assert.equal(cut, bytes - 1, what);
        assert.deepEqual(logsOf(hand, left), logsOf(isAfter ? whole : template, left), what);
        // Once more, and it is done, as if nothing had been; but a ticket that had to make room may be gone before.
        if (isAfter) continue;
        hand.send(prepare(hand));
        assert.deepEqual(purseOf(hand), after, what);
        assert.deepEqual(ticketsOf(hand), tickets, what);
      }
    }
  });
}

const METERS = [GAS, 0x300000, ...[2, 3, 4, 5, 6, 7, 8].map((version) => 0x100000 + version)];

/** Of each meter the version of its ticket, if there is one. */
function ticketsOf(hand: CardInHand): (number | undefined)[] {
  hand.send(selectPurse());
  return METERS.map((meter) => {
    const told = hand.send(
      purseCommand(PurseInstruction.ticket, Uint8Array.of(meter >> 16, meter >> 8, meter), { p2: REGION }),
    );
    return told.length === 2 ? undefined : told[13];
  });
}

/** Every record of both logs. */
function logsOf(hand: CardInHand, { loadCounter, debitCounter }: RegionPurse): string[] {
  hand.send(selectPurse());
  const record = (shortId: number) => (_: unknown, i: number) =>
    Buffer.from(hand.send(Uint8Array.of(0, 0xb2, i + 1, (shortId << 3) | 4, 0))).toString('hex');
  return [
    ...Array.from({ length: Math.min(loadCounter, 16) }, record(0x08 + REGION)),
    ...Array.from({ length: Math.min(debitCounter, 4) }, record(0x10 + REGION)),
  ];
}

test('cut twice in the same commit, and again in the next, a card has lost nothing', () => {
  const template = loadedCard(1_000);
  for (let first = 0; first < 60; first += 3) {
    for (let second = 0; second < 60; second++) {
      const hand = new CardInHand(template.memory.slice(), 3);
      const meter = new MeterOnBench(GAS);
      for (const cut of [first, second, 59 - second]) {
        hand.bytesLeft = cut;
        hand.torn = TORN[(first + second + cut) % TORN.length] as (typeof TORN)[number];
        try {
          meter.take(hand, 300);
        } catch (error) {
          assert.ok(error instanceof PowerCut);
        }
        hand.pull();
      }
      meter.take(hand, 0);
      assert.equal(purseOf(hand).balance + meter.credited, 1_000, `${first}, ${second}`);
      assert.equal(purseOf(hand).pending, undefined);
    }
  }
});

const SOME: RegionPurse = {
  ...{ sequence: 0x01020304, balance: tokens(0x05060708), loadCounter: 9, debitCounter: 10, ticketVersion: 11 },
  ...{ loaded: tokens(0x0c0d_0e0f_1011), pending: { meter: GAS, counter: 10, amount: tokens(77) } },
};

test('a slot says what was put into it, with a record pending or without', () => {
  for (const purse of [SOME, { ...SOME, pending: undefined }, EMPTY_PURSE]) {
    assert.equal(encodeSlot(purse).length, SLOT_BYTES);
    assert.deepEqual(decodeSlot(encodeSlot(purse)), { type: 'valid', state: purse });
  }
});

test('a slot in which a bit rotted is known to be damaged, or is read as it was', () => {
  for (const purse of [SOME, { ...SOME, pending: undefined }]) {
    const bytes = encodeSlot(purse);
    for (let bit = 0; bit < 8 * SLOT_BYTES; bit++) {
      const changed = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const reading = decodeSlot(changed);
      // The state byte alone is not needed: the CRC says which of the two it was.
      if (bit >> 3 === SLOT_BYTES - 1) assert.deepEqual(reading, { type: 'valid', state: purse });
      else assert.deepEqual(reading, { type: 'damaged' });
    }
  }
});

const slotOf = (sequence: number): Uint8Array => encodeSlot({ ...EMPTY_PURSE, sequence, balance: tokens(sequence) });
const torn = (slot: Uint8Array): Uint8Array => slot.map((byte, i) => (i === SLOT_BYTES - 1 ? 0 : byte));
const damaged = (slot: Uint8Array): Uint8Array => slot.map((byte, i) => (i === 3 ? byte ^ 0x10 : byte));

/** Both slots, and the sequence that holds; none where nobody can say. */
const PAIRS: readonly [Uint8Array, Uint8Array, number | undefined][] = [
  [slotOf(7), slotOf(8), 8],
  [slotOf(9), slotOf(8), 9],
  [slotOf(7), torn(slotOf(8)), 7],
  [torn(slotOf(7)), slotOf(8), 8],
  [torn(slotOf(7)), torn(slotOf(8)), undefined],
  [slotOf(7), damaged(slotOf(8)), undefined],
  [damaged(slotOf(7)), slotOf(8), undefined],
  [slotOf(7), slotOf(7), undefined],
  [slotOf(7), slotOf(9), undefined],
  [slotOf(7), new Uint8Array(SLOT_BYTES), 7],
  [new Uint8Array(SLOT_BYTES).fill(0xff), slotOf(7), undefined],
];
for (const [i, [first, second, sequence]] of PAIRS.entries()) {
  test(`of two slots the one of the last commit holds, and none where that cannot be said: ${i + 1}`, () => {
    const hand = loadedCard(1);
    hand.memory.set(first, slotAt(Region.gas, 0));
    hand.memory.set(second, slotAt(Region.gas, 1));
    hand.pull();
    assert.equal(hand.card.regions.get(Region.gas)?.purse?.sequence, sequence);
  });
}
