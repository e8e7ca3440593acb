import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import {
  Command,
  createTerminal,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  terminalReceive,
  ValueResult,
} from '../exchange/index.ts';
import { drawing, keyFor, NOW, withBit } from '../exchange/sides.testing.ts';
import { REGIONS, Region, tokens, U32_MAX } from '../units/index.ts';
import { CARD_RECEIPT_BYTES, CARD_STATUS_BYTES } from './added-value.ts';
import {
  cardKey,
  GAS,
  HOME,
  LoadExchange,
  load,
  MeterOnBench,
  newCard,
  OTHER_CSN,
  OTHER_GAS,
  order,
  PowerCut,
  purseOf,
  REGION,
  statusOf,
  ticketOf,
} from './bench.testing.ts';
import {
  CardOp,
  decodeCardReceipt,
  decodeCardStatus,
  decodeLoadResponse,
  encodeCardCommand,
  encodeCardReceipt,
  encodeCardStatus,
  LOADS_KEPT,
  loadCommand,
  PurseInstruction,
  purseCommand,
  selectPurse,
} from './index.ts';
import { slotAt, TICKET_ROW_BYTES, TICKET_ROWS, ticketRowAt } from './layout.ts';
import { EMPTY_PURSE, encodeSlot, LOADED_MAX } from './slot.ts';

for (const [name, suite] of [
  ['aes128', Suite.aes128],
  ['aes256', Suite.aes256],
] as const) {
  test(`a load arrives once in suite ${name}, and asked for again it has its receipt`, () => {
    const hand = newCard([REGION], undefined, suite);
    const key = cardKey(REGION, undefined, suite);
    const credit = order(CardOp.credit, 1, 500);
    const first = load(hand, credit, { key });
    assert.deepEqual([first.result, first.counter, first.amount, first.balance], [ValueResult.done, 1, 500, 500]);
    hand.pull();
    for (const route of [HOME, GAS]) {
      const again = load(hand, credit, { key, route });
      assert.deepEqual(
        [again.result, again.counter, again.amount, again.balance],
        [ValueResult.alreadyDone, 1, 500, 500],
      );
      assert.deepEqual(again.txid, credit.txid);
    }
    assert.equal(load(hand, order(CardOp.credit, 2, 7), { key }).balance, 507);
    assert.equal(purseOf(hand).loaded, 507);
  });
}

/** Each after a load of 500 as LTC 1. */
const OPS: readonly [
  string,
  Parameters<typeof order>,
  { result: number; counter: number; amount: number; balance: number },
][] = [
  ['a credit of the next LTC', [CardOp.credit, 2, 30], { result: 0, counter: 2, amount: 30, balance: 530 }],
  [
    'a credit of more than the balance can hold',
    [CardOp.credit, 2, 0xffff_ffff],
    { result: 3, counter: 2, amount: 0, balance: 500 },
  ],
  ['a void of the next LTC', [CardOp.void, 2, 30], { result: 4, counter: 2, amount: 0, balance: 500 }],
  ['a void of what was credited', [CardOp.void, 1, 500], { result: 1, counter: 1, amount: 500, balance: 500 }],
  ['a close', [CardOp.close, 2, 0], { result: 0, counter: 2, amount: 500, balance: 0 }],
  ['a release where nothing is pending', [CardOp.release, 2, 1], { result: 0, counter: 2, amount: 0, balance: 500 }],
  ['a query of the last', [CardOp.query, 0, 0], { result: 1, counter: 1, amount: 500, balance: 500 }],
  ['a query of an LTC', [CardOp.query, 1, 0], { result: 1, counter: 1, amount: 500, balance: 500 }],
  ['a query of what is still to come', [CardOp.query, 2, 0], { result: 2, counter: 1, amount: 0, balance: 500 }],
  ['a credit beyond the next LTC', [CardOp.credit, 3, 30], { result: 2, counter: 1, amount: 0, balance: 500 }],
  ['a credit of LTC 0', [CardOp.credit, 0, 30], { result: 2, counter: 1, amount: 0, balance: 500 }],
];
for (const [name, asked, wanted] of OPS) {
  test(`${name} is answered with result ${wanted.result}, and the card holds ${wanted.balance}`, () => {
    const hand = newCard();
    load(hand, order(CardOp.credit, 1, 500));
    const told = load(hand, order(...asked));
    const { result, counter, amount, balance } = told;
    assert.deepEqual({ result, counter, amount, balance }, wanted);
    // What was decided once is the same for ever: asked for again, by whatever op.
    const kept = load(hand, order(CardOp.query, counter, 0));
    assert.deepEqual([kept.amount, kept.balance], [counter === 1 ? 500 : amount, balance]);
    hand.pull();
    assert.equal(purseOf(hand).balance, wanted.balance);
    assert.equal(purseOf(hand).loadCounter, counter);
  });
}

test('no more is ever loaded than the total can tell', () => {
  const hand = newCard();
  hand.memory.set(encodeSlot({ ...EMPTY_PURSE, loaded: tokens(LOADED_MAX - 10) }), slotAt(REGION, 0));
  hand.pull();
  assert.equal(load(hand, order(CardOp.credit, 1, 11)).result, ValueResult.full);
  assert.equal(load(hand, order(CardOp.credit, 2, 10)).result, ValueResult.done);
  assert.equal(purseOf(hand).loaded, LOADED_MAX);
});

test('a card of which every region is full takes nothing more in any, gives from each, and has room there again', () => {
  const hand = newCard(REGIONS);
  const held = () => REGIONS.map((region) => purseOf(hand, region).balance);
  for (const region of REGIONS) {
    const key = cardKey(region);
    const ticket = ticketOf(GAS, {}, { key });
    assert.equal(load(hand, order(CardOp.credit, 1, U32_MAX, { ticket }), { key }).result, ValueResult.done);
  }
  const full = REGIONS.map(() => U32_MAX);
  for (const region of REGIONS) {
    const told = load(hand, order(CardOp.credit, 2, 1), { key: cardKey(region) });
    assert.deepEqual([told.result, told.counter, told.amount], [ValueResult.full, 2, 0]);
    assert.deepEqual(held(), full);
  }
  hand.pull();
  for (const [i, region] of REGIONS.entries()) {
    const before = held();
    assert.deepEqual(new MeterOnBench(GAS, { region }).take(hand, 300), { type: 'done', credited: 300 });
    hand.pull();
    assert.deepEqual(held(), before.with(i, tokens(U32_MAX - 300)), 'no other region gives');
    const key = cardKey(region);
    assert.equal(load(hand, order(CardOp.credit, 3, 301), { key }).result, ValueResult.full);
    assert.equal(load(hand, order(CardOp.credit, 4, 300), { key }).result, ValueResult.done);
    assert.deepEqual(held(), full);
  }
});

test('the receipts of the last sixteen loads are kept, and of older ones the card says that it has none', () => {
  const hand = newCard();
  for (let counter = 1; counter <= LOADS_KEPT + 3; counter++) load(hand, order(CardOp.credit, counter, counter));
  for (let counter = 1; counter <= LOADS_KEPT + 3; counter++) {
    const { result, amount } = load(hand, order(CardOp.query, counter, 0));
    assert.deepEqual([result, amount], counter <= 3 ? [ValueResult.gap, 0] : [ValueResult.alreadyDone, counter]);
  }
});

test('a receipt whose memory rotted is told as none, and its load is not made again', () => {
  const hand = newCard();
  load(hand, order(CardOp.credit, 1, 500));
  for (let at = 0; at < hand.memory.length; at++) {
    // The row of LTC 1: where its TXID stands.
    if (order(CardOp.credit, 1, 0).txid.every((byte, i) => hand.memory[at + i] === byte)) hand.memory[at] = 0;
  }
  hand.pull();
  const { result, balance } = load(hand, order(CardOp.credit, 1, 500));
  assert.deepEqual([result, balance], [ValueResult.gap, 500]);
});

test('M1 that comes again before M3 has the same M2 again, and the same M3 the same M4', () => {
  const hand = newCard();
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 5);
  const m1 = hostFirst(exchange.session);
  assert.deepEqual(exchange.pass(m1), exchange.pass(m1));
  exchange.first();
  const [m3] = hostCommand(exchange.session, encodeCardCommand(order(CardOp.credit, 1, 9))) as [Uint8Array];
  const m4 = exchange.pass(m3);
  assert.deepEqual(exchange.pass(m3), m4);
  assert.equal(hostReceive(exchange.session, m4).type, 'answer');
  assert.equal(purseOf(hand).balance, 9);
  assert.equal(hand.status(loadCommand(m1) as Uint8Array), 0x6985, 'the M1 of a session that is over');
});

test('a card that was pulled takes no M3 of the session before, and an M3 with any bit changed is refused and ends it', () => {
  const hand = newCard();
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 6);
  exchange.first();
  const [m3] = hostCommand(exchange.session, encodeCardCommand(order(CardOp.credit, 1, 9))) as [Uint8Array];
  hand.pull();
  hand.send(selectPurse());
  assert.equal(hand.status(loadCommand(m3) as Uint8Array), 0x6985);
  for (let bit = 0; bit < 8 * m3.length; bit++) {
    const session = new LoadExchange(hand, 100 + bit);
    session.first();
    const [frame] = hostCommand(session.session, encodeCardCommand(order(CardOp.credit, 1, 9))) as [Uint8Array];
    const changed = withBit(frame, bit);
    const refused = hand.send(purseCommand(PurseInstruction.credit, changed));
    const status = statusOf(refused);
    assert.ok(status === 0x6a80 || (status === 0x9000 && (refused[0] as number) === 0x15), `bit ${bit}: ${status}`);
    if (status === 0x9000) assert.notEqual(refused[7], undefined);
    assert.equal(purseOf(hand).balance, 0);
  }
  assert.equal(load(hand, order(CardOp.credit, 1, 9)).balance, 9);
});

test('an M1 with any bit changed opens nothing that the host would believe', () => {
  const hand = newCard();
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 7);
  const m1 = hostFirst(exchange.session);
  for (let bit = 0; bit < 8 * m1.length; bit++) {
    const answer = hand.send(purseCommand(PurseInstruction.open, withBit(m1, bit)));
    const outcome = hostReceive(exchange.session, answer.slice(0, -2));
    assert.ok(outcome.type === 'ignored' || outcome.type === 'refused', `bit ${bit}: ${outcome.type}`);
  }
  exchange.first();
});

test('M2 and M4 with any bit changed are not believed by the host', () => {
  const hand = newCard();
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 8);
  const m2 = exchange.pass(hostFirst(exchange.session));
  for (let bit = 0; bit < 8 * m2.length; bit++) {
    assert.notEqual(hostReceive(exchange.session, withBit(m2, bit)).type, 'status');
  }
  assert.equal(hostReceive(exchange.session, m2).type, 'status');
  const [m3] = hostCommand(exchange.session, encodeCardCommand(order(CardOp.credit, 1, 9))) as [Uint8Array];
  const m4 = exchange.pass(m3);
  for (let bit = 0; bit < 8 * m4.length; bit++) {
    assert.notEqual(hostReceive(exchange.session, withBit(m4, bit)).type, 'answer');
  }
  assert.equal(hostReceive(exchange.session, m4).type, 'answer');
});

test('a card answers no M1 for another card, for a region that it lacks, or under a key that it has not', () => {
  const hand = newCard([REGION]);
  hand.send(selectPurse());
  const openedFor = (key: ReturnType<typeof cardKey>): number =>
    hand.status(loadCommand(hostFirst(new LoadExchange(hand, 9, { key }).session)) as Uint8Array);
  assert.equal(openedFor(cardKey(REGION)), 0x9000);
  assert.equal(openedFor(cardKey(REGION, OTHER_CSN)), 0x6a88);
  assert.equal(openedFor(cardKey(Region.water)), 0x6a88);
  assert.equal(openedFor(cardKey(0)), 0x6a88, 'the issuer’s key loads nothing');

  const refusal = (n: number): number => {
    const m1 = hostFirst(new LoadExchange(hand, 10).session);
    m1[2] = n;
    return new LoadExchange(hand, 11).pass(m1)[7] as number;
  };
  assert.equal(refusal(keyName(Purpose.value, Suite.aes128, 1)), Refusal.keyUnknown);
  assert.equal(refusal(keyName(Purpose.value, Suite.tripleDesXo, 0)), Refusal.keyUnknown);
  assert.equal(refusal(keyName(Purpose.value, Suite.tripleDes, 0)), Refusal.suiteNotServed);
  assert.equal(refusal(keyName(Purpose.control, Suite.aes128, 0)), Refusal.commandOutsidePurpose);
});

test('a region of another provider cannot be loaded with this provider’s key', () => {
  const hand = newCard([Region.electricity, Region.gas]);
  hand.send(selectPurse());
  const forged = new LoadExchange(hand, 12, { key: cardKey(Region.electricity) });
  const m1 = hostFirst(forged.session);
  m1[m1.length - 1] = Region.gas;
  const answer = hand.send(loadCommand(m1) as Uint8Array);
  assert.equal(hostReceive(forged.session, answer.slice(0, -2)).type, 'ignored');
});

test('what a card is asked by is OPEN with M1 and CREDIT with M3 of 0x18, and nothing else', () => {
  const hand = newCard();
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 13);
  const m1 = hostFirst(exchange.session);
  const open = (frame: Uint8Array) => hand.status(purseCommand(PurseInstruction.open, frame));
  const credit = (frame: Uint8Array) => hand.status(purseCommand(PurseInstruction.credit, frame));
  const changed = (at: number, byte: number) => m1.map((old, i) => (i === at ? byte : old));
  assert.equal(credit(m1), 0x6985, 'no session');
  assert.equal(open(changed(1, Command.valueStore)), 0x6a80);
  assert.equal(open(changed(0, 0x13)), 0x6a80);
  assert.equal(open(m1.slice(1)), 0x6a80);
  const shorter = m1.slice(0, -1);
  shorter[6] = 23;
  assert.equal(open(shorter), 0x6a88, 'an M1 that names no region');
  assert.equal(open(m1), 0x9000);
  assert.equal(credit(m1), 0x6a80, 'M1 is no M3');
  assert.equal(credit(m1.slice(1)), 0x6a80);
  const foreign = Uint8Array.of(0x13, 0x18, cardKey().n, 1, 2, 3, 8, ...new Uint8Array(8));
  assert.equal(credit(foreign), 0x6a80, 'the M3 of another route');
});

test('an authentic M3 that has no form of a command changes nothing and ends its session', () => {
  const hand = newCard();
  for (const body of [
    new Uint8Array(17),
    Uint8Array.of(5, ...new Uint8Array(17)),
    Uint8Array.of(1, ...new Uint8Array(16), 1),
    new Uint8Array(19),
    new Uint8Array(18 + 51),
  ]) {
    hand.send(selectPurse());
    const exchange = new LoadExchange(hand, 14);
    exchange.first();
    const [m3] = hostCommand(exchange.session, body) as [Uint8Array];
    assert.equal(hand.status(loadCommand(m3) as Uint8Array), 0x6a80);
    assert.equal(hand.status(loadCommand(m3) as Uint8Array), 0x6985);
    assert.equal(hand.written, 0);
  }
});

test('a key of a card carries added value and nothing else, and a meter answers no M1 that names a card', () => {
  const key = cardKey().terminalKey(HOME);
  assert.throws(() => openHostSession(key, Command.valueStore, drawing(1)), /to a card goes added value/);
  const m1 = hostFirst(openHostSession(key, Command.addedValue, drawing(1)));
  const meter = keyFor(Suite.aes128, Command.addedValue, HOME);
  const terminal = createTerminal({ svpmsn: HOME, keyOf: () => meter, randomness: drawing(2) });
  const outcome = terminalReceive(terminal, m1, NOW);
  assert.ok(outcome.type === 'refuse' && outcome.refusal === Refusal.bodyWrong);
  const other = createTerminal({
    svpmsn: HOME,
    keyOf: () => cardKey(REGION, OTHER_CSN).terminalKey(HOME),
    randomness: drawing(2),
  });
  const refused = terminalReceive(other, m1, NOW);
  assert.ok(refused.type === 'refuse' && refused.refusal === Refusal.bodyWrong);
});

test('a pipe passes M1 and M3 on, and no other frame', () => {
  const m1 = hostFirst(new LoadExchange(newCard(), 15).session);
  assert.equal((loadCommand(m1) as Uint8Array)[1], PurseInstruction.open);
  for (const message of [0x12, 0x14, 0x15, 0x16])
    assert.equal(loadCommand(m1.map((byte, i) => (i === 0 ? message : byte))), undefined);
  assert.equal(loadCommand(m1.slice(1)), undefined);
});

test('regions are apart: what happens in one changes no byte of another', () => {
  const hand = newCard([Region.gas, Region.water]);
  const from = slotAt(Region.water, 0) - 40;
  const before = hand.memory.slice(from, from + 400);
  load(hand, order(CardOp.credit, 1, 500, { ticket: ticketOf(GAS) }));
  load(hand, order(CardOp.void, 2, 1));
  assert.deepEqual(hand.memory.slice(from, from + 400), before);
  assert.equal(load(hand, order(CardOp.credit, 1, 3), { key: cardKey(Region.water) }).balance, 3);
  assert.equal(purseOf(hand, Region.gas).balance, 500);
});

test('a ticket is taken with the load that brings it, and alone by a query; an older one is not', () => {
  const hand = newCard();
  const ticketAt = (meter: number) =>
    hand.send(purseCommand(PurseInstruction.ticket, Uint8Array.of(meter >> 16, meter >> 8, meter), { p2: REGION }));
  hand.send(selectPurse());
  assert.equal(statusOf(ticketAt(GAS)), 0x6a88);
  const one = ticketOf(GAS, { version: 3 });
  assert.equal(load(hand, order(CardOp.credit, 1, 5, { ticket: one })).ticketVersion, 3);
  assert.deepEqual(ticketAt(GAS).slice(0, -2), one);
  for (const version of [2, 3]) {
    const told = load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version, limit: tokens(7) }) }));
    assert.equal(told.ticketVersion, 3);
  }
  assert.deepEqual(ticketAt(GAS).slice(0, -2), one);
  const two = ticketOf(GAS, { version: 4 });
  const told = load(hand, order(CardOp.query, 0, 0, { ticket: two }));
  assert.deepEqual([told.ticketVersion, told.result, told.balance], [4, ValueResult.alreadyDone, 5]);
  hand.pull();
  hand.send(selectPurse());
  assert.deepEqual(ticketAt(GAS).slice(0, -2), two);
});

test('a ticket of another card or region is left where it is, and the load that brought it is made', () => {
  const hand = newCard([Region.gas, Region.water]);
  const foreign = [
    ticketOf(GAS, {}, { key: cardKey(REGION, OTHER_CSN) }),
    ticketOf(GAS, {}, { key: cardKey(Region.water) }),
  ];
  for (const [i, ticket] of foreign.entries()) {
    const told = load(hand, order(CardOp.credit, i + 1, 5, { ticket }));
    assert.deepEqual([told.result, told.ticketVersion], [ValueResult.done, 0]);
  }
  const unknownRegion = ticketOf(GAS);
  unknownRegion[7] = 9;
  assert.equal(load(hand, order(CardOp.query, 0, 0, { ticket: unknownRegion })).ticketVersion, 0);
});

test('a card carries eight tickets, whatever their region; a ninth takes the place of the oldest of its own', () => {
  const hand = newCard([Region.gas, Region.water]);
  const water = cardKey(Region.water);
  const bring = (ticket: Uint8Array, key = cardKey()) =>
    load(hand, order(CardOp.query, 0, 0, { ticket }), { key }).ticketVersion;
  const has = (meter: number, region: Region) =>
    hand.status(
      purseCommand(PurseInstruction.ticket, Uint8Array.of(meter >> 16, meter >> 8, meter), { p2: region }),
    ) === 0x9000;
  const gasMeters = [1, 2, 3, 4, 5, 6, 7].map((i) => (0x100000 + i) as typeof GAS);
  for (const [i, meter] of gasMeters.entries()) assert.equal(bring(ticketOf(meter, { version: i + 1 })), i + 1);
  assert.equal(bring(ticketOf(OTHER_GAS, { version: 1 }, { key: water }), water), 1);
  // Water has one ticket, and it is given up for another of water; gas gives up its oldest.
  assert.equal(bring(ticketOf(GAS, { version: 2 }, { key: water }), water), 2);
  assert.deepEqual([has(OTHER_GAS, Region.water), has(GAS, Region.water)], [false, true]);
  assert.equal(bring(ticketOf(GAS, { version: 8 })), 8);
  assert.deepEqual(
    gasMeters.map((meter) => has(meter, REGION)),
    [false, true, true, true, true, true, true],
  );
  // A meter that has one already needs no place of its own.
  assert.equal(bring(ticketOf(GAS, { version: 9 })), 9);
  assert.ok(has(0x100002, REGION));
  for (let version = 10; version < 60; version++)
    assert.equal(bring(ticketOf((0x200000 + (version % 5)) as typeof GAS, { version })), version);
  assert.ok(has(GAS, Region.water));
});

test('a full file of others’ tickets takes none, and the load is made all the same', () => {
  const hand = newCard([Region.gas, Region.water]);
  for (let i = 1; i <= 8; i++)
    load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf((0x100000 + i) as typeof GAS, { version: i }) }));
  const water = cardKey(Region.water);
  const told = load(hand, order(CardOp.credit, 1, 4, { ticket: ticketOf(GAS, {}, { key: water }) }), { key: water });
  assert.deepEqual([told.result, told.balance, told.ticketVersion], [ValueResult.done, 4, 0]);
});

test('a damaged region says so to everyone, and the others go on', () => {
  const hand = newCard([Region.gas, Region.water]);
  load(hand, order(CardOp.credit, 1, 500));
  hand.memory[slotAt(Region.gas, 1) + 5] = 0xee;
  hand.pull();
  hand.send(selectPurse());
  assert.equal(hand.status(loadCommand(hostFirst(new LoadExchange(hand, 16).session)) as Uint8Array), 0x6581);
  assert.equal(hand.status(purseCommand(PurseInstruction.status, new Uint8Array(0), { p2: Region.gas })), 0x6581);
  assert.equal(load(hand, order(CardOp.credit, 1, 3), { key: cardKey(Region.water) }).balance, 3);
});

test('the tickets of a damaged region are left to whoever mends it, also one that a cut kept from its commit', () => {
  const hand = newCard([Region.gas, Region.water]);
  for (let i = 1; i <= 6; i++) {
    load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf((0x100000 + i) as typeof GAS, { version: i }) }));
  }
  const water = cardKey(Region.water);
  const bring = (version: number) =>
    load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version }, { key: water }) }), { key: water });
  assert.equal(bring(1).ticketVersion, 1);
  // The slot says that it is being written; the ticket's row is emptied, written, and whole; the slot is not.
  hand.bytesLeft = 1 + TICKET_ROW_BYTES + 1 + 10;
  const orphan = ticketOf(OTHER_GAS, { version: 7 });
  assert.throws(() => load(hand, order(CardOp.query, 0, 0, { ticket: orphan })), PowerCut);
  hand.pull();
  for (const slot of [0, 1]) hand.memory[slotAt(Region.gas, slot)] = 0xee;
  hand.pull();
  const ofGas = () =>
    Array.from({ length: TICKET_ROWS }, (_, row) => hand.memory.slice(ticketRowAt(row), ticketRowAt(row + 1)))
      .filter((row) => row[7] === Region.gas && row[TICKET_ROW_BYTES - 1] !== 0)
      .map((row) => row.slice());
  const before = ofGas();
  assert.equal(before.length, 7);
  for (let version = 2; version < 6; version++) assert.equal(bring(version).ticketVersion, version);
  assert.deepEqual(ofGas(), before);
});

test('a ticket that a cut kept from its commit does not come to hold with a later one', () => {
  const hand = newCard();
  const meterOf = (i: number) => (0x100000 + i) as typeof GAS;
  const bring = (meter: typeof GAS, version: number) =>
    load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(meter, { version }) })).ticketVersion;
  for (let i = 1; i <= 8; i++) bring(meterOf(i), i);
  // Into the ninth row, because the file is full of others that hold.
  hand.bytesLeft = 1 + TICKET_ROW_BYTES + 1 + 10;
  assert.throws(() => bring(meterOf(8), 9), PowerCut);
  hand.pull();
  assert.equal(bring(GAS, 10), 10);
  const told = hand.send(purseCommand(PurseInstruction.ticket, Uint8Array.of(0x10, 0, 8), { p2: REGION }));
  assert.deepEqual(told.slice(0, -2), ticketOf(meterOf(8), { version: 8 }));
});

test('bodies of a load that are too short, too long, or say what no card says, are none', () => {
  const told = load(newCard(), order(CardOp.query, 0, 0));
  const status = encodeCardStatus({ ...told, lastCounter: 1 });
  const receipt = encodeCardReceipt(told);
  assert.deepEqual([status.length, receipt.length], [CARD_STATUS_BYTES, CARD_RECEIPT_BYTES]);
  for (const [decode, bytes] of [
    [decodeCardStatus, status],
    [decodeCardReceipt, receipt],
  ] as const) {
    assert.ok(!('reason' in decode(bytes)));
    const wrong = { reason: 'body-wrong' };
    assert.deepEqual(decode(bytes.slice(1)), wrong);
    assert.deepEqual(decode(Uint8Array.of(...bytes, 0)), wrong);
    // The meter of a record that is not there.
    assert.deepEqual(decode(bytes.map((byte, i) => (i === bytes.length - 9 ? 1 : byte))), wrong);
  }
  const coded = (code: number) => decodeCardReceipt(receipt.map((byte, i) => (i === 0 ? code : byte)));
  for (const code of [7, 17, 20]) assert.deepEqual(coded(code), { reason: 'body-wrong' });
});

test('a kept receipt says whether its amount came to the card, was closed or was released', () => {
  const hand = newCard();
  const kept = (counter: number) => load(hand, order(CardOp.query, counter, 0));
  load(hand, order(CardOp.credit, 1, 500));
  load(hand, order(CardOp.close, 2, 0));
  load(hand, order(CardOp.release, 3, 9));
  for (const [counter, tookOff, amount] of [
    [1, undefined, 500],
    [2, 'closed', 500],
    [3, 'released', 0],
  ] as const) {
    const told = kept(counter);
    assert.deepEqual([told.result, told.tookOff, told.amount], [ValueResult.alreadyDone, tookOff, amount]);
    assert.deepEqual(decodeCardReceipt(encodeCardReceipt(told)), told);
  }
});

test('what a card says to a pipe is a frame for the host, or a refusal, or nothing that could be passed on', () => {
  assert.deepEqual(decodeLoadResponse(new Uint8Array(1)), { reason: 'card-unintelligible' });
  assert.deepEqual(decodeLoadResponse(Uint8Array.of(0x6a, 0x88)), { reason: 'card-refused', status: 0x6a88 });
  assert.deepEqual(decodeLoadResponse(Uint8Array.of(1, 2, 3, 0x90, 0)), { reason: 'card-unintelligible' });
  const refusal = Uint8Array.of(0x15, 0x18, 0x20, 1, 2, 3, 1, 2);
  assert.deepEqual(decodeLoadResponse(Uint8Array.of(...refusal, 0x90, 0)), { frame: refusal });
});
