import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairKey, Suite } from '../crypto/index.ts';
import { withBit } from '../exchange/sides.testing.ts';
import { Region, type Svpmsn, tokens, unixSeconds } from '../units/index.ts';
import {
  AT,
  type CardInHand,
  CSN,
  cardKey,
  dataOf,
  GAS,
  load,
  loadedCard,
  MeterOnBench,
  meterKey,
  newCard,
  OTHER_CSN,
  OTHER_GAS,
  order,
  purseOf,
  REGION,
  terms,
  ticketOf,
} from './bench.testing.ts';
import {
  CardOp,
  decodeTicket,
  issueTicket,
  OpenMode,
  openTicket,
  PurseInstruction,
  purseCommand,
  selectPurse,
  type TakingOutcome,
  takingAmount,
  takingReceive,
  takingReport,
  takingStored,
} from './index.ts';
import {
  encodeAcknowledge,
  encodeDebit,
  encodeDebitRecord,
  encodeSpendSecond,
  type Insertion,
  openDebitRecord,
  openSpendSecond,
  spendFirst,
} from './spending-messages.ts';

const METER_NONCE = new Uint8Array(16).fill(0x4d);
const pair = cardKey().pairKey(GAS);

/** OPEN by hand, as a meter with the pair key does it. */
function opened(hand: CardInHand, meter: Svpmsn = GAS): { insertion: Insertion; pendingAmount: number } {
  hand.send(selectPurse());
  const data = spendFirst(meter, METER_NONCE);
  const answer = dataOf(hand.send(purseCommand(PurseInstruction.open, data, { p1: OpenMode.spend, p2: REGION })));
  const second = openSpendSecond(
    cardKey().pairKey(meter),
    { csn: CSN, region: REGION, meter, meterNonce: METER_NONCE },
    answer,
  );
  assert.ok(second !== undefined);
  return { insertion: second.insertion, pendingAmount: second.status.pendingAmount };
}
const debit = (data: Uint8Array): Uint8Array => purseCommand(PurseInstruction.debit, data, { p2: REGION });
const acknowledge = (data: Uint8Array): Uint8Array => purseCommand(PurseInstruction.acknowledge, data, { p2: REGION });

for (const [name, suite] of [
  ['aes128', Suite.aes128],
  ['aes256', Suite.aes256],
] as const) {
  test(`value goes from the card into the meter, once, in suite ${name}`, () => {
    const hand = newCard([REGION], CSN, suite);
    const key = cardKey(REGION, CSN, suite);
    load(hand, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, {}, { key, suite }) }), { key });
    hand.pull();
    const meter = new MeterOnBench(GAS, { suite });
    assert.deepEqual(meter.take(hand, 300), { type: 'done', credited: 300 });
    assert.deepEqual([purseOf(hand).balance, purseOf(hand).pending, meter.credited], [700, undefined, 300]);
    hand.pull();
    assert.deepEqual(meter.take(hand, 'all'), { type: 'done', credited: 700 });
    assert.deepEqual(meter.take(hand, 'all'), { type: 'done', credited: 0 });
    assert.deepEqual([purseOf(hand).balance, meter.credited, purseOf(hand).debitCounter], [0, 1_000, 2]);
    assert.deepEqual(meter.rows.get(CSN), { csn: CSN, debitCounter: 2, ticketVersion: 1, taken: 1_000 });
  });
}

test('pulled at every command, and at the next one again, the value is in one place and gets to its meter', () => {
  const whole = 11;
  for (let first = 0; first <= whole; first++) {
    for (let second = 0; second <= whole; second++) {
      const hand = loadedCard(1_000);
      const meter = new MeterOnBench(GAS);
      const holds = (what: string) => {
        const { balance, pending, debitCounter } = purseOf(hand);
        const onTheWay =
          pending !== undefined && (meter.rows.get(CSN)?.debitCounter ?? 0) < debitCounter ? pending.amount : 0;
        assert.equal(balance + onTheWay + meter.credited, 1_000, `${what} of ${first}, ${second}`);
      };
      for (const steps of [first, second]) {
        meter.take(hand, 300, steps);
        hand.pull();
        holds('after a pull');
      }
      const before = purseOf(hand).balance;
      const outcome = meter.take(hand, 0);
      assert.equal(outcome?.type, 'done');
      assert.equal(purseOf(hand).pending, undefined);
      assert.equal(purseOf(hand).balance, before, 'nothing more is taken');
      holds('in the end');
    }
  }
});

test('a record that was credited and whose acknowledgement was lost is acknowledged, and not credited again', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  // Selection, serial number, ticket, OPEN, amount, DEBIT, commit; not the acknowledgement.
  assert.equal(meter.take(hand, 300, 6), undefined);
  assert.deepEqual([meter.credited, purseOf(hand).pending?.amount], [300, 300]);
  hand.pull();
  assert.deepEqual(meter.take(hand, 50), { type: 'done', credited: 0 });
  assert.deepEqual([meter.credited, purseOf(hand).pending, purseOf(hand).balance], [300, undefined, 700]);
});

test('a card with a pending record serves no other meter, until its own has it', () => {
  const hand = newCard();
  load(hand, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, { version: 1 }) }));
  load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(OTHER_GAS, { version: 2 }) }));
  const [own, other] = [new MeterOnBench(GAS), new MeterOnBench(OTHER_GAS)];
  own.take(hand, 300, 5);
  hand.pull();
  assert.deepEqual(other.take(hand, 100), { type: 'refused', refusal: 'card-refused', status: 0x6985 });
  assert.deepEqual(other.take(hand, 0), { type: 'refused', refusal: 'card-refused', status: 0x6985 });
  assert.deepEqual([other.credited, purseOf(hand).balance], [0, 700]);
  // A load goes on meanwhile: it is the provider’s, and not a meter’s.
  assert.equal(load(hand, order(CardOp.credit, 2, 5)).pending?.amount, 300);
  assert.deepEqual(own.take(hand, 0), { type: 'done', credited: 300 });
  assert.deepEqual(other.take(hand, 100), { type: 'done', credited: 100 });
});

test('the ticket of a meter for which something is pending is never given up', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  meter.take(hand, 300, 5);
  hand.pull();
  for (let version = 2; version < 30; version++) {
    load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf((0x100000 + version) as Svpmsn, { version }) }));
  }
  assert.deepEqual(meter.take(hand, 0), { type: 'done', credited: 300 });
});

test('the issuer ends a pending record by name, and no other', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  meter.take(hand, 300, 5);
  hand.pull();
  const wrong = load(hand, order(CardOp.release, 2, 2));
  assert.deepEqual([wrong.result, wrong.amount, wrong.pending?.amount], [0, 0, 300]);
  const right = load(hand, order(CardOp.release, 3, 1));
  assert.deepEqual([right.result, right.amount, right.pending, right.balance], [0, 300, undefined, 700]);
  assert.equal(load(hand, order(CardOp.release, 3, 1)).result, 1);
  assert.deepEqual(new MeterOnBench(GAS).take(hand, 10), { type: 'done', credited: 10 });
});

test('what was released meanwhile is not acknowledged any more', () => {
  const hand = loadedCard(1_000);
  const { insertion } = opened(hand);
  dataOf(hand.send(debit(encodeDebit(pair, insertion, tokens(300)))));
  load(hand, order(CardOp.release, 2, 1));
  const data = encodeAcknowledge(pair, insertion, 1);
  hand.send(selectPurse());
  assert.equal(hand.status(acknowledge(data)), 0x6985, 'the folder was selected anew');
});

test('a meter keeps what it credited when the record is released before its acknowledgement comes', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  const released: number[] = [];
  const outcome = meter.take(
    {
      send(command) {
        if (command[1] === PurseInstruction.acknowledge) released.push(load(hand, order(CardOp.release, 2, 1)).amount);
        return hand.send(command);
      },
    },
    300,
  );
  assert.deepEqual(outcome, { type: 'refused', refusal: 'card-refused', status: 0x6985 });
  assert.deepEqual([released, meter.credited, purseOf(hand).balance], [[300], 300, 700]);
  assert.deepEqual(meter.take(hand, 100), { type: 'done', credited: 100 });
});

test('one DEBIT a session: the same command again takes nothing, and the pending record can be asked for again', () => {
  const hand = loadedCard(1_000);
  const { insertion } = opened(hand);
  const command = debit(encodeDebit(pair, insertion, tokens(300)));
  const record = dataOf(hand.send(command));
  assert.equal(hand.status(command), 0x6985);
  assert.deepEqual(dataOf(hand.send(debit(encodeDebit(pair, insertion, tokens(0))))), record);
  assert.equal(purseOf(hand).balance, 700);
  assert.equal(hand.status(acknowledge(encodeAcknowledge(pair, insertion, 1))), 0x9000);
  assert.equal(hand.status(command), 0x6985, 'the session is over with its acknowledgement');
});

test('a session in which a record was released debits no second time', () => {
  const hand = loadedCard(1_000);
  const { insertion } = opened(hand);
  const command = debit(encodeDebit(pair, insertion, tokens(300)));
  hand.send(command);
  const { spend } = hand.card;
  load(hand, order(CardOp.release, 2, 1));
  hand.card.spend = spend;
  assert.equal(hand.status(command), 0x6985);
  assert.equal(hand.status(acknowledge(encodeAcknowledge(pair, insertion, 1))), 0x6985);
  assert.equal(purseOf(hand).balance, 700);
});

test('a card gives what it has, and no more; nothing is pending, nothing is handed over', () => {
  const hand = loadedCard(1_000);
  for (const [amount, status] of [
    [1_001, 0x6985],
    [0, 0x6985],
    [1_000, 0x9000],
  ] as const) {
    const { insertion } = opened(hand);
    assert.equal(hand.status(debit(encodeDebit(pair, insertion, tokens(amount)))), status, `${amount}`);
  }
  assert.equal(purseOf(hand).balance, 0);
});

test('an acknowledgement counts for the record that was handed over in its own session', () => {
  const hand = loadedCard(1_000);
  const { insertion } = opened(hand);
  dataOf(hand.send(debit(encodeDebit(pair, insertion, tokens(300)))));
  const old = encodeAcknowledge(pair, insertion, 1);
  hand.pull();
  const next = opened(hand);
  assert.equal(next.pendingAmount, 300);
  assert.equal(
    hand.status(acknowledge(encodeAcknowledge(pair, next.insertion, 1))),
    0x6985,
    'nothing was handed over yet',
  );
  dataOf(hand.send(debit(encodeDebit(pair, next.insertion, tokens(0)))));
  assert.equal(hand.status(acknowledge(old)), 0x6982, 'of the session before');
  assert.equal(
    hand.status(acknowledge(encodeAcknowledge(pair, next.insertion, 1))),
    0x6985,
    'that try ended the session',
  );
  const last = opened(hand);
  dataOf(hand.send(debit(encodeDebit(pair, last.insertion, tokens(0)))));
  assert.equal(hand.status(acknowledge(encodeAcknowledge(pair, last.insertion, 2))), 0x6985, 'another DTC');
  assert.equal(purseOf(hand).pending?.amount, 300);
});

test('every bit of DEBIT and ACK counts', () => {
  const hand = loadedCard(1_000);
  for (let bit = 0; bit < 96; bit++) {
    const { insertion } = opened(hand);
    const command = encodeDebit(pair, insertion, tokens(300));
    assert.equal(hand.status(debit(withBit(command, bit))), 0x6982, `bit ${bit}`);
    assert.equal(hand.status(debit(command)), 0x6985, 'a wrong tag ends the session');
  }
  assert.equal(purseOf(hand).balance, 1_000);
  dataOf(hand.send(debit(encodeDebit(pair, opened(hand).insertion, tokens(300)))));
  for (let bit = 0; bit < 96; bit++) {
    const { insertion } = opened(hand);
    dataOf(hand.send(debit(encodeDebit(pair, insertion, tokens(0)))));
    assert.equal(hand.status(acknowledge(withBit(encodeAcknowledge(pair, insertion, 1), bit))), 0x6982, `bit ${bit}`);
  }
  assert.equal(purseOf(hand).pending?.amount, 300);
});

test('every bit of the status and of a debit record counts, and so does every thing that they are for', () => {
  const insertion: Insertion = {
    csn: CSN,
    region: REGION,
    meter: GAS,
    meterNonce: METER_NONCE,
    cardNonce: new Uint8Array(16).fill(0x43),
  };
  const second = encodeSpendSecond(pair, insertion, { balance: tokens(9), debitCounter: 1, pendingAmount: tokens(0) });
  assert.ok(openSpendSecond(pair, insertion, second) !== undefined);
  for (let bit = 0; bit < 8 * second.length; bit++)
    assert.equal(openSpendSecond(pair, insertion, withBit(second, bit)), undefined);
  assert.equal(openSpendSecond(pair, insertion, second.slice(1)), undefined);

  const record = encodeDebitRecord(pair, insertion, { debitCounter: 3, amount: tokens(300) });
  assert.deepEqual(openDebitRecord(pair, insertion, record), { debitCounter: 3, amount: 300 });
  for (let bit = 0; bit < 8 * record.length; bit++)
    assert.equal(openDebitRecord(pair, insertion, withBit(record, bit)), undefined);
  assert.equal(openDebitRecord(pair, insertion, record.slice(1)), undefined);
  const others: Insertion[] = [
    { ...insertion, csn: OTHER_CSN },
    { ...insertion, region: Region.water },
    { ...insertion, meter: OTHER_GAS },
    { ...insertion, meterNonce: new Uint8Array(16) },
    { ...insertion, cardNonce: new Uint8Array(16) },
  ];
  for (const other of others) assert.equal(openDebitRecord(pair, other, record), undefined);
  assert.equal(openDebitRecord(cardKey(REGION, OTHER_CSN).pairKey(GAS), insertion, record), undefined);
});

test('no message of one direction or kind passes for another', () => {
  const insertion: Insertion = {
    csn: CSN,
    region: REGION,
    meter: GAS,
    meterNonce: METER_NONCE,
    cardNonce: METER_NONCE,
  };
  const command = encodeDebit(pair, insertion, tokens(1));
  const acknowledgement = encodeAcknowledge(pair, insertion, 1);
  assert.notDeepEqual(command, acknowledgement, 'the same number under two labels has two tags');
  const record = encodeDebitRecord(pair, insertion, { debitCounter: 1, amount: tokens(1) });
  assert.notDeepEqual(record.slice(8), command.slice(4));
  const reflected = spendFirst(GAS, METER_NONCE);
  assert.equal(openSpendSecond(pair, insertion, reflected), undefined);
});

/** What a meter says to a card whose ticket, or whose answers, are not what they must be. */
const REFUSED: readonly [
  what: string,
  refusal: string,
  meter: (meter: MeterOnBench) => void,
  ticket: Uint8Array | undefined,
][] = [
  ['there is no ticket', 'no-ticket', () => undefined, undefined],
  ['the ticket is for another meter', 'no-ticket', () => undefined, ticketOf(OTHER_GAS)],
  [
    'the ticket has run out',
    'ticket-expired',
    (meter) => {
      meter.now = unixSeconds(AT + 86_400);
    },
    ticketOf(),
  ],
  [
    'the hot list has gone on',
    'epoch-past',
    (meter) => {
      meter.epoch = 1;
    },
    ticketOf(),
  ],
  [
    'a newer ticket was used before',
    'ticket-old',
    (meter) => {
      meter.rows.set(CSN, { csn: CSN, debitCounter: 0, ticketVersion: 2, taken: tokens(0) });
    },
    ticketOf(),
  ],
  [
    'the ticket was sealed for a key that the meter has not',
    'ticket-foreign',
    () => undefined,
    ticketOf(GAS, {}, { key: cardKey(), suite: Suite.aes256 }),
  ],
];
for (const [what, refusal, change, ticket] of REFUSED) {
  test(`a meter takes nothing where ${what}`, () => {
    const hand = newCard();
    load(hand, order(CardOp.credit, 1, 1_000, { ticket }));
    const meter = new MeterOnBench(GAS);
    change(meter);
    const outcome = meter.take(hand, 10);
    assert.ok(outcome?.type === 'refused');
    assert.deepEqual([outcome.refusal, meter.credited, purseOf(hand).balance], [refusal, 0, 1_000]);
  });
}

test('a ticket is good to its last second, and at its very limit', () => {
  const hand = newCard();
  load(hand, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, { limit: tokens(400) }) }));
  const meter = new MeterOnBench(GAS);
  meter.now = unixSeconds(AT + 86_399);
  assert.deepEqual(meter.take(hand, 300), { type: 'done', credited: 300 });
  assert.deepEqual(meter.take(hand, 'all'), { type: 'done', credited: 100 });
  assert.deepEqual(meter.take(hand, 'all'), { type: 'done', credited: 0 });
  // A new ticket has a limit of its own.
  load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version: 2, limit: tokens(50) }) }));
  assert.deepEqual(meter.take(hand, 'all'), { type: 'done', credited: 50 });
  assert.deepEqual(meter.rows.get(CSN), { csn: CSN, debitCounter: 3, ticketVersion: 2, taken: 50 });
});

test('what is pending stays pending where the meter may not or cannot take it, and comes when it can', () => {
  const hand = newCard();
  load(hand, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, { limit: tokens(300) }) }));
  const meter = new MeterOnBench(GAS);
  meter.take(hand, 300, 5);
  hand.pull();
  load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version: 2, limit: tokens(299) }) }));
  assert.deepEqual(meter.take(hand, 0), { type: 'refused', refusal: 'limit-reached' });
  load(hand, order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version: 3, limit: tokens(300) }) }));
  meter.room = tokens(299);
  assert.deepEqual(meter.take(hand, 0), { type: 'refused', refusal: 'purse-full' });
  meter.room = tokens(300);
  assert.deepEqual(meter.take(hand, 0), { type: 'done', credited: 300 });
});

test('a meter offers no more than there is room for', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  meter.room = tokens(120);
  assert.deepEqual(meter.take(hand, 'all'), { type: 'done', credited: 120 });
});

test('a ticket brings the hot list’s epoch, which is stored before anything is taken, and ends older tickets', () => {
  const blocked = newCard([REGION], OTHER_CSN);
  const key = cardKey(REGION, OTHER_CSN);
  load(blocked, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, {}, { key }) }), { key });
  const hand = newCard();
  load(hand, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, { epoch: 1 }) }));
  const meter = new MeterOnBench(GAS);
  assert.deepEqual(meter.take(blocked, 100), { type: 'done', credited: 100 });
  // With something pending at that: also that does not come any more.
  assert.equal(meter.take(blocked, 100, 5), undefined);
  blocked.pull();
  // Two commands to the ticket, and the epoch: the card is pulled there, and nothing was taken from it.
  meter.take(hand, 50, 3);
  assert.deepEqual([meter.epoch, meter.credited], [1, 100]);
  for (const wanted of [0, 100])
    assert.deepEqual(meter.take(blocked, wanted), { type: 'refused', refusal: 'epoch-past' });
  assert.deepEqual(meter.take(hand, 50), { type: 'done', credited: 50 });
  assert.equal(meter.credited, 150);
});

test('a clone of a card is taken for what it is: its DTC was seen', () => {
  const hand = loadedCard(1_000);
  const clone = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  meter.take(hand, 300);
  assert.deepEqual(meter.take(clone, 300), { type: 'done', credited: 0 });
  assert.equal(meter.credited, 300);
  // At the host the two show by what they have spent: one LTC, two balances and totals that do not add up.
  const [a, b] = [load(hand, order(CardOp.query, 0, 0)), load(clone, order(CardOp.query, 0, 0))];
  assert.deepEqual([a.debitCounter, b.debitCounter], [1, 1]);
  meter.take(hand, 10);
  assert.notEqual(
    load(hand, order(CardOp.query, 0, 0)).debitCounter,
    load(clone, order(CardOp.query, 0, 0)).debitCounter,
  );
});

/** A card that answers the nth command otherwise than a card would. */
const lying = (hand: CardInHand, at: number, answer: (true_: Uint8Array) => Uint8Array) => {
  let count = 0;
  return { send: (command: Uint8Array) => (count++ === at ? answer(hand.send(command)) : hand.send(command)) };
};
const ok = (...bytes: number[]) => Uint8Array.of(...bytes, 0x90, 0x00);
const LIES: readonly [what: string, at: number, answer: (told: Uint8Array) => Uint8Array, refusal: string][] = [
  ['nothing', 0, () => new Uint8Array(0), 'card-unintelligible'],
  ['that it has no purse', 0, () => Uint8Array.of(0x6a, 0x82), 'card-refused'],
  ['no ticket at all', 1, () => ok(1, 2, 3), 'card-unintelligible'],
  ['a ticket with a bit changed', 1, (told) => withBit(told, 300), 'ticket-foreign'],
  ['a ticket with a greater limit', 1, (told) => told.map((byte, i) => (i === 14 ? 0xff : byte)), 'ticket-foreign'],
  ['the ticket of another meter', 1, () => ok(...ticketOf(OTHER_GAS)), 'ticket-foreign'],
  ['the ticket of another card', 1, () => ok(...ticketOf(GAS, {}, { key: cardKey(REGION, OTHER_CSN) })), 'card-false'],
  ['a status with a bit changed', 2, (told) => withBit(told, 130), 'card-false'],
  ['another amount', 3, (told) => withBit(told, 63), 'card-false'],
  ['half a record', 3, () => ok(0, 0, 0, 1), 'card-false'],
];
for (const [what, at, answer, refusal] of LIES) {
  test(`a card that tells a meter ${what} is refused, and nothing is credited`, () => {
    const hand = loadedCard(1_000);
    const meter = new MeterOnBench(GAS);
    const outcome = meter.take(lying(hand, at, answer), 300);
    assert.ok(outcome?.type === 'refused');
    assert.deepEqual([outcome.refusal, meter.credited], [refusal, 0]);
  });
}

test('a card with a debit of its own liking is refused: the meter takes what it asked for, or what was pending', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  let insertion: Insertion | undefined;
  const outcome = meter.take(
    {
      send(command) {
        const answer = hand.send(command);
        insertion = hand.card.spend?.insertion ?? insertion;
        if (command[1] !== PurseInstruction.debit) return answer;
        return Uint8Array.of(
          ...encodeDebitRecord(pair, insertion as Insertion, { debitCounter: 1, amount: tokens(301) }),
          0x90,
          0,
        );
      },
    },
    300,
  );
  assert.deepEqual(outcome, { type: 'refused', refusal: 'card-false' });
});

test('a machine is stepped in its order, and asked for no more than it offered', () => {
  const hand = loadedCard(1_000);
  const { taking, command } = new MeterOnBench(GAS).begin();
  assert.throws(() => takingStored(taking), /something was to be stored/);
  assert.throws(() => takingAmount(taking, tokens(0)), /an amount was wanted/);
  let outcome: TakingOutcome = takingReceive(taking, hand.send(command));
  while (outcome.type === 'send') outcome = takingReceive(taking, hand.send(outcome.command));
  assert.ok(outcome.type === 'amount-wanted');
  assert.deepEqual([outcome.csn, outcome.balance, outcome.most], [CSN, 1_000, 1_000]);
  assert.throws(() => takingAmount(taking, tokens(1_001)), /no more than that/);
  assert.throws(() => takingReceive(taking, ok()), /no response is awaited/);
  assert.throws(() => takingReport(taking, undefined), /a report was wanted/);
  assert.equal(takingAmount(taking, tokens(0)).type, 'report-wanted');
  assert.throws(() => takingReceive(taking, ok()), /no response is awaited in awaiting-report/);
  assert.equal(takingReport(taking, undefined).type, 'done');
  for (const name of ['awaiting-epoch-stored', 'awaiting-credit-stored', 'ended']) {
    taking.state = { name } as never;
    assert.throws(() => takingReceive(taking, ok()), new RegExp(`no response is awaited in ${name}`));
  }
  taking.state = { name: 'awaiting-nothing' } as never;
  assert.throws(() => takingReceive(taking, ok()), /a case that cannot be/);
});

test('every bit of a ticket counts, and it opens for its own meter and key alone', () => {
  const bytes = ticketOf();
  const ticket = decodeTicket(bytes);
  assert.ok(!('reason' in ticket));
  assert.ok(openTicket(meterKey(GAS), ticket) instanceof PairKey);
  assert.equal(openTicket(meterKey(OTHER_GAS), ticket), undefined);
  assert.equal(openTicket(meterKey(GAS, Suite.aes256), ticket), undefined);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = decodeTicket(withBit(bytes, bit));
    if (!('reason' in changed)) assert.equal(openTicket(meterKey(GAS), changed), undefined, `bit ${bit}`);
  }
  assert.deepEqual(decodeTicket(bytes.slice(1)), { reason: 'ticket-length-wrong' });
  assert.deepEqual(decodeTicket(bytes.map((byte, i) => (i === 7 ? 7 : byte))), { reason: 'ticket-region-unknown' });
  assert.deepEqual(decodeTicket(bytes.map((byte, i) => (i === 11 ? 0x60 : byte))), { reason: 'ticket-key-foreign' });
  assert.throws(() => issueTicket(cardKey(0), meterKey(GAS), terms()), /region of a card/);
});
