import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { PairKey, Suite } from '../crypto/index.ts';
import { hostCommand } from '../exchange/index.ts';
import { withBit } from '../exchange/sides.testing.ts';
import { Region, type Svpmsn, tokens, unixSeconds } from '../units/index.ts';
import {
  AT,
  CardInHand,
  CSN,
  cardKey,
  dataOf,
  GAS,
  LoadExchange,
  load,
  loadedCard,
  MeterOnBench,
  newCard,
  OTHER_CSN,
  OTHER_GAS,
  order,
  PowerCut,
  purseCaseOf,
  purseOf,
  REGION,
  ticketOf,
} from './bench.testing.ts';
import { ATRS } from './contact/card.testing.ts';
import {
  CARD_NVM_BYTES,
  CardOp,
  ContactWire,
  encodeCardCommand,
  loadCommand,
  METER_SLOT,
  type MeterReport,
  OpenMode,
  type OwnReport,
  openMeterReport,
  PurseInstruction,
  purseCommand,
  REPORT_BYTES,
  sealMeterReport,
  selectPurse,
} from './index.ts';
import { reportRowAt } from './layout.ts';
import { reportOf } from './report-file.ts';
import { encodeAcknowledge, encodeDebit, type Insertion, openSpendSecond, spendFirst } from './spending-messages.ts';

const own = (sequence: number, changed: Partial<OwnReport> = {}): OwnReport => ({
  ...{ sequence, time: unixSeconds(AT + sequence), register: 123_456_789_012, balance: tokens(300) },
  ...{ used: tokens(70_000), fromCards: tokens(70_300), owed: tokens(0), flags: 0x0200 },
  events: [
    { kind: 48, minutesBefore: 0 },
    { kind: 1, minutesBefore: 65_535 },
  ],
  ...changed,
});
const whole = (sequence: number, meter: Svpmsn = GAS): MeterReport => ({ ...own(sequence), meter, debitCounter: 1 });
const SUBJECT = { csn: CSN, region: REGION };
const sealed = (sequence: number, meter: Svpmsn = GAS): Uint8Array =>
  sealMeterReport(cardKey().pairKey(meter), SUBJECT, whole(sequence, meter));

const METER_NONCE = new Uint8Array(16).fill(0x4d);

/** OPEN by hand, as the meter with that pair key does it. */
function opened(hand: CardInHand, meter: Svpmsn = GAS, region: Region = REGION): Insertion {
  hand.send(selectPurse());
  const data = spendFirst(meter, METER_NONCE);
  const answer = dataOf(hand.send(purseCommand(PurseInstruction.open, data, { p1: OpenMode.spend, p2: region })));
  const insertion = { csn: CSN, region, meter, meterNonce: METER_NONCE };
  const second = openSpendSecond(cardKey(region).pairKey(meter), insertion, answer);
  assert.ok(second !== undefined);
  return second.insertion;
}
const report = (bytes: Uint8Array, region: Region = REGION): Uint8Array =>
  purseCommand(PurseInstruction.report, bytes, { p2: region, silent: true });
const told = (hand: CardInHand): Uint8Array | undefined => load(hand, order(CardOp.query, 0, 0)).report;

for (const [name, suite] of [
  ['aes128', Suite.aes128],
  ['aes256', Suite.aes256],
] as const) {
  test(`a meter reports over the card when value was taken, and when none was, in suite ${name}`, () => {
    const hand = newCard([REGION], CSN, suite);
    const key = cardKey(REGION, CSN, suite);
    const ticket = ticketOf(GAS, {}, { key, suite });
    assert.equal(load(hand, order(CardOp.credit, 1, 1_000, { ticket }), { key }).report, undefined);
    const meter = new MeterOnBench(GAS, { suite });
    meter.report = own(5);
    assert.deepEqual(meter.take(hand, 300), { type: 'done', credited: 300 });
    const first = load(hand, order(CardOp.query, 0, 0), { key }).report;
    assert.ok(first !== undefined);
    assert.deepEqual(openMeterReport(key, first), { ...own(5), meter: GAS, debitCounter: 1 });
    meter.report = own(6, { events: [] });
    assert.deepEqual(meter.take(hand, 0), { type: 'done', credited: 0 });
    const second = load(hand, order(CardOp.query, 0, 0), { key }).report;
    assert.deepEqual(second && openMeterReport(key, second), {
      ...own(6, { events: [] }),
      meter: GAS,
      debitCounter: 1,
    });
  });
}

test('a report is told with every receipt, unchanged, until the meter leaves another', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  meter.report = own(5);
  meter.take(hand, 10);
  hand.pull();
  for (const command of [
    order(CardOp.credit, 2, 50),
    order(CardOp.credit, 2, 50),
    order(CardOp.void, 3, 0),
    order(CardOp.query, 0, 0, { ticket: ticketOf(GAS, { version: 2 }) }),
    order(CardOp.credit, 99, 1),
  ]) {
    assert.deepEqual(load(hand, command).report, sealed(5));
  }
  meter.report = undefined;
  meter.take(hand, 10);
  assert.deepEqual(told(hand), sealed(5), 'a meter with nothing to say leaves it');
});

test('a meter that has a line says nothing over the card', () => {
  const hand = loadedCard(1_000);
  assert.deepEqual(new MeterOnBench(GAS).take(hand, 300), { type: 'done', credited: 300 });
  assert.equal(told(hand), undefined);
});

test('a report is its provider’s to verify, and nobody else’s', () => {
  const bytes = sealed(5);
  assert.deepEqual(openMeterReport(cardKey(), bytes), whole(5));
  for (const [who, key] of [
    ['the issuer of the card', cardKey(0)],
    ['the provider of another region', cardKey(Region.water)],
    ['the same provider for another card', cardKey(REGION, OTHER_CSN)],
    ['a provider with keys of the other suite', cardKey(REGION, CSN, Suite.aes256)],
  ] as const) {
    assert.equal(openMeterReport(key, bytes), undefined, who);
  }
  // Kpair of another region, or of another meter of this one, seals nothing that this region's key opens.
  for (const pair of [
    cardKey(Region.water).pairKey(GAS),
    cardKey().pairKey(OTHER_GAS),
    new PairKey(new Uint8Array(16)),
  ])
    assert.equal(openMeterReport(cardKey(), sealMeterReport(pair, SUBJECT, whole(5))), undefined);
});

test('every bit of a report counts, at the provider and at the card, and so does its length', () => {
  const bytes = sealed(5);
  assert.equal(bytes.length, REPORT_BYTES);
  const hand = loadedCard(1_000);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = withBit(bytes, bit);
    assert.equal(openMeterReport(cardKey(), changed), undefined, `bit ${bit}`);
    opened(hand);
    assert.equal(hand.status(report(changed)), 0x6982, `bit ${bit}`);
    assert.equal(hand.status(report(bytes)), 0x6985, 'a wrong tag ends the session');
  }
  for (const wrong of [bytes.slice(1), bytes.slice(0, -1), concat(bytes, Uint8Array.of(0))]) {
    assert.equal(openMeterReport(cardKey(), wrong), undefined);
    opened(hand);
    assert.equal(hand.status(report(wrong)), 0x6700);
  }
  assert.equal(told(hand), undefined);
});

test('a report has one form: nothing stands behind its last event, and figures that do not fit are no report', () => {
  const pair = cardKey().pairKey(GAS);
  const seal = (changed: Partial<MeterReport>) => sealMeterReport(pair, SUBJECT, { ...whole(5), ...changed });
  const event = { kind: 1, minutesBefore: 0 };
  const opens = (changed: Partial<MeterReport>) => openMeterReport(cardKey(), seal(changed));
  assert.deepEqual(opens({ events: [event, event, event, event] })?.events, [event, event, event, event]);
  assert.deepEqual(opens({ events: [] })?.events, []);
  assert.equal(opens({ events: [{ kind: 0, minutesBefore: 0 }, event] }), undefined);
  assert.equal(opens({ events: [{ kind: 0, minutesBefore: 7 }] }), undefined);
  assert.throws(() => seal({ events: [event, event, event, event, event] }), /four events/);
  const most = 2 ** 48 - 1;
  assert.equal(opens({ register: most, used: tokens(most), fromCards: tokens(most) })?.register, most);
  for (const over of [{ register: most + 1 }, { used: tokens(most + 1) }, { register: -1 }, { register: 0.5 }]) {
    assert.throws(() => seal(over), /does not fit into 6 bytes/);
  }
});

test('REPORT counts where nothing is on its way between card and meter, once a session', () => {
  const hand = loadedCard(1_000);
  const pair = cardKey().pairKey(GAS);
  hand.send(selectPurse());
  assert.equal(hand.status(report(sealed(5))), 0x6985, 'no session');
  let insertion = opened(hand);
  hand.send(purseCommand(PurseInstruction.debit, encodeDebit(pair, insertion, tokens(300)), { p2: REGION }));
  assert.equal(hand.status(report(sealed(5))), 0x6985, 'handed over and not acknowledged');
  insertion = opened(hand);
  assert.equal(hand.status(report(sealed(5))), 0x6985, 'something is pending');
  hand.send(purseCommand(PurseInstruction.debit, encodeDebit(pair, insertion, tokens(0)), { p2: REGION }));
  const acknowledge = purseCommand(PurseInstruction.acknowledge, encodeAcknowledge(pair, insertion, 1), { p2: REGION });
  assert.equal(hand.status(acknowledge), 0x9000);
  assert.equal(hand.status(acknowledge), 0x6985, 'acknowledged already');
  assert.equal(hand.status(report(sealed(5), Region.water)), 0x6a88, 'another region');
  assert.equal(hand.status(report(sealed(5))), 0x9000);
  assert.equal(hand.status(report(sealed(6))), 0x6985, 'the session is over with its report');
  assert.deepEqual(told(hand), sealed(5));
});

test('a meter reports of itself alone', () => {
  const hand = loadedCard(1_000);
  opened(hand);
  assert.equal(hand.status(report(sealed(5, OTHER_GAS))), 0x6982);
  opened(hand, OTHER_GAS);
  assert.equal(hand.status(report(sealed(5, OTHER_GAS))), 0x9000);
});

test('nobody puts an older report back; the same one again is good; another meter of the region has its own count', () => {
  const hand = loadedCard(1_000);
  const leaves = (bytes: Uint8Array, meter: Svpmsn = GAS): number => {
    opened(hand, meter);
    return hand.status(report(bytes));
  };
  assert.equal(leaves(sealed(5)), 0x9000);
  const before = hand.written;
  assert.equal(leaves(sealed(5)), 0x9000);
  assert.equal(hand.written, before, 'nothing is written for it');
  assert.equal(leaves(sealed(4)), 0x6985);
  const other = sealMeterReport(cardKey().pairKey(GAS), SUBJECT, { ...whole(5), flags: 0 });
  assert.equal(leaves(other), 0x6985, 'another of the same number');
  assert.deepEqual(told(hand), sealed(5));
  assert.equal(leaves(sealed(6)), 0x9000);
  assert.equal(leaves(sealed(1, OTHER_GAS), OTHER_GAS), 0x9000);
  assert.deepEqual(told(hand), sealed(1, OTHER_GAS));
});

test('a card that refuses the report has given its value all the same', () => {
  const hand = loadedCard(1_000);
  const meter = new MeterOnBench(GAS);
  meter.report = own(5);
  const old = { send: (command: Uint8Array) => (command[1] === 0x5c ? fromHex('6d00') : hand.send(command)) };
  assert.deepEqual(meter.take(old, 300), { type: 'done', credited: 300 });
  assert.equal(purseOf(hand).pending, undefined);
});

const FOUR: readonly Region[] = [Region.gas, Region.water, Region.hotWater, Region.heat];

function leave(hand: CardInHand, region: Region, sequence: number, at: number = AT + sequence): Uint8Array {
  const pair = cardKey(region).pairKey(GAS);
  const bytes = sealMeterReport(pair, { csn: CSN, region }, { ...whole(sequence), time: unixSeconds(at) });
  opened(hand, GAS, region);
  assert.equal(hand.status(report(bytes, region)), 0x9000);
  return bytes;
}

test('a card keeps the reports of four regions; a fifth takes the place of the earliest', () => {
  const hand = newCard(Object.values(Region));
  for (let round = 1; round < 12; round++) {
    const left = FOUR.map((region) => leave(hand, region, round));
    hand.pull();
    assert.deepEqual(
      FOUR.map((region) => reportOf(hand.card, region)),
      left,
    );
  }
  // Heat was left last, but its meter's clock stands lowest.
  leave(hand, Region.heat, 20, 1_000);
  const fifth = leave(hand, Region.payTv, 1);
  assert.deepEqual(
    [...FOUR, Region.payTv].map((region) => reportOf(hand.card, region)?.length),
    [REPORT_BYTES, REPORT_BYTES, REPORT_BYTES, undefined, REPORT_BYTES],
  );
  assert.deepEqual(reportOf(hand.card, Region.payTv), fifth);
  assert.ok(CARD_NVM_BYTES <= 4096);
});

/** What may stand in the byte that was being written. */
const TORN: readonly ((old: number, next: number) => number)[] = [
  (old) => old,
  (_, next) => next,
  () => 0xff,
  (old, next) => old ^ next,
  (old, next) => (old ^ 0x31) + next,
];

test('a cut at any byte of a report leaves the one before or the new one, and every other region’s as it was', () => {
  for (const [name, filled, region] of [
    ['the first report', [], Region.gas],
    ['in the place of another', [Region.gas, Region.water], Region.gas],
    ['in the place of another where all rows are used', FOUR, Region.heat],
    ['a fifth region', FOUR, Region.payTv],
  ] as const) {
    const template = newCard(Object.values(Region));
    // Twice: the row that is written to has held a report before.
    for (const round of [1, 2]) for (const each of filled) leave(template, each, round, AT + 10 * round + each);
    const before = Object.values(Region).map((each) => reportOf(template.card, each));
    const whole = new CardInHand(template.memory.slice(), 3);
    const next = leave(whole, region, 3);
    const bytes = whole.written;
    assert.ok(bytes >= REPORT_BYTES + 3, `${name}: ${bytes} bytes`);
    for (let cut = 0; cut < bytes; cut++) {
      for (const torn of TORN) {
        const hand = new CardInHand(template.memory.slice(), 3);
        opened(hand, GAS, region);
        hand.bytesLeft = cut;
        hand.torn = torn;
        assert.throws(() => hand.send(report(next, region)), PowerCut);
        hand.pull();
        const what = `${name}, byte ${cut}`;
        Object.values(Region).forEach((each, i) => {
          const left = reportOf(hand.card, each);
          if (each === region && cut === bytes - 1 && left !== undefined && toHex(left) === toHex(next)) return;
          // The earliest of four gives way to a fifth before it is there.
          if (name === 'a fifth region' && each === Region.gas && left === undefined) return;
          assert.deepEqual(left, before[i], `${what}, region ${each}`);
        });
        // Once more, and it is done.
        leave(hand, region, 3);
        hand.pull();
        assert.deepEqual(reportOf(hand.card, region), next, what);
      }
    }
  }
});

test('a row in which a bit rotted is no report, and the region goes on', () => {
  const hand = newCard();
  const bytes = leave(hand, REGION, 1);
  const row = [0, 1, 2, 3, 4].map(reportRowAt).find((at) => hand.memory[at + REPORT_BYTES + 2] !== 0) as number;
  for (let bit = 0; bit < 8 * (REPORT_BYTES + 3); bit++) {
    const memory = hand.memory.slice();
    memory[row + (bit >> 3)] = (memory[row + (bit >> 3)] as number) ^ (1 << (bit & 7));
    const rotten = new CardInHand(memory, 5);
    for (const region of Object.values(Region)) assert.equal(reportOf(rotten.card, region), undefined, `bit ${bit}`);
    assert.deepEqual(leave(rotten, REGION, 1), bytes);
    assert.deepEqual(reportOf(rotten.card, REGION), bytes);
  }
});

test('M4 needs room for the report before anything is done', () => {
  const hand = loadedCard(1_000);
  const bytes = leave(hand, REGION, 1);
  hand.send(selectPurse());
  const exchange = new LoadExchange(hand, 9);
  exchange.first();
  const [third] = hostCommand(exchange.session, encodeCardCommand(order(CardOp.credit, 2, 50)));
  const command = loadCommand(third as Uint8Array) as Uint8Array;
  // M4 has 57 bytes and the report: 0x78.
  const room = (ne: number) => concat(command.subarray(0, -1), Uint8Array.of(ne));
  assert.equal(toHex(hand.send(room(0x77))), '6c78');
  assert.equal(purseOf(hand).loadCounter, 1);
  const answer = dataOf(hand.send(room(0x78)));
  assert.equal(answer.length, 0x78);
  assert.deepEqual(told(hand), bytes);
});

for (const protocol of ['t0', 't1'] as const) {
  for (const [name, suite, report] of [
    ['aes128', Suite.aes128, 314],
    ['aes256', Suite.aes256, 330],
  ] as const) {
    test(`${protocol}, ${name}: a taking is at most 252 bytes, ${report} with its report, and in contact for 0.43 s at 9,600 bit/s`, () => {
      const [bare, bareSeconds] = contact(protocol, suite, undefined);
      const [all, allSeconds] = contact(protocol, suite, own(1));
      assert.ok(bare <= 252 && bareSeconds <= 0.33, `${bare} bytes, ${bareSeconds} s`);
      assert.ok(all <= report && allSeconds <= 0.43, `${all} bytes with the report, ${allSeconds} s`);
    });
  }
}

/** Characters and seconds of a taking on the contacts of a slot. */
function contact(protocol: 't0' | 't1', suite: Suite, said: OwnReport | undefined): [bytes: number, seconds: number] {
  const hand = newCard([REGION], CSN, suite);
  const key = cardKey(REGION, CSN, suite);
  load(hand, order(CardOp.credit, 1, 1_000, { ticket: ticketOf(GAS, {}, { key, suite }) }), { key });
  hand.pull();
  let characters = 0;
  const wire = new ContactWire(METER_SLOT, ({ moments }) => {
    characters += 1;
    return moments;
  });
  wire.insert({
    ...{ atr: ATRS[protocol], caseOf: purseCaseOf, workCycles: () => 0 },
    begin: () => (command) => hand.send(command),
  });
  assert.ok('type' in wire.open());
  characters = 0;
  const before = wire.microseconds;
  const meter = new MeterOnBench(GAS, { suite });
  meter.report = said;
  const send = (command: Uint8Array): Uint8Array => {
    const heard = wire.transmit(command);
    assert.ok('bytes' in heard);
    return heard.bytes;
  };
  assert.deepEqual(meter.take({ send }, 300), { type: 'done', credited: 300 });
  return [characters, (wire.microseconds - before) / 1e6];
}
