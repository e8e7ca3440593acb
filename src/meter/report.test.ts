import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CardInHand,
  CSN,
  cardKey,
  load,
  MeterOnBench,
  OTHER_CSN,
  OTHER_GAS,
  order,
  purseCaseOf,
  purseOf,
  ticketOf,
} from '../card/bench.testing.ts';
import { ATRS } from '../card/contact/card.testing.ts';
import { CardOp, ContactWire, METER_SLOT, type MeterReport, openMeterReport, PurseInstruction } from '../card/index.ts';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import { withBit } from '../exchange/sides.testing.ts';
import { EventKind, MeterFlag } from '../records/index.ts';
import { type Csn, Region, unixSeconds } from '../units/index.ts';
import {
  BENCH_ID,
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  createBench,
  restart,
  STRICT_POLICY,
} from './board.testing.ts';
import { SamReply, SamRequest, SvmRequest } from './bus.ts';
import { benchTicket, cardWith, carry, insert, loadInto, pull, visit } from './card-slot.testing.ts';
import {
  balanceOf,
  type Key,
  levelsOf,
  pressKey,
  senseSeal,
  stepCardInserted,
  stepCardResponse,
  stepPulses,
  stepTime,
  totalsNow,
} from './index.ts';
import { samCommand } from './sam.ts';
import { svmCommand } from './svm.ts';

const GAS_METER = {
  ...{ region: Region.gas, pulses: { quantaPerPulse: 100 }, tables: [benchTable(1, 1, 1_000_000)] },
  policy: {
    ...STRICT_POLICY,
    flow: { steady: null, burst: null, leakClearedBy: 'key-press', frostBelow: null, fullStop: 'allowed' },
  },
} as const;
const gasMeter = (region: Region = Region.gas): Bench => createBench({ ...GAS_METER, region });

const flow = (bench: Bench, minutes: number, pulses: number): void => {
  for (let minute = 0; minute < minutes; minute++) {
    bench.now += 60_000;
    stepPulses(bench.meter, pulses, bench.now, bench.out);
  }
};

/** What the provider reads on the card at its next exchange. */
function reportOn(hand: CardInHand, id: Csn = CSN, region: Region = Region.gas): MeterReport | undefined {
  const key = cardKey(region, id);
  const { report } = load(hand, order(CardOp.query, 0, 0), { key });
  hand.pull();
  if (report === undefined) return undefined;
  const opened = openMeterReport(key, report);
  assert.ok(opened !== undefined, 'the provider verifies what its meter said');
  return opened;
}

test('after a taking the provider reads on the card what its meter measured, took and used', () => {
  const bench = gasMeter();
  const hand = cardWith(5_000, { region: Region.gas });
  visit(bench, hand);
  flow(bench, 60, 2);
  senseSeal(bench.meter, { sensor: 'magnetic-field', on: true }, bench.now, bench.out);
  flow(bench, 3, 2);
  loadInto(hand, 2, 700, { region: Region.gas });
  visit(bench, hand);
  const { used, owed } = levelsOf(bench.meter);
  const { events, sequence, ...report } = reportOn(hand) as MeterReport;
  assert.deepEqual(report, {
    ...{ meter: BENCH_ID, time: unixSeconds(Math.floor((BENCH_UNIX_MS + bench.now) / 1000)) },
    ...{ register: 63 * 200, balance: balanceOf(bench.meter), used, fromCards: 5_700, owed, debitCounter: 2 },
    flags: MeterFlag.cardInserted | MeterFlag.eventsWaiting,
  });
  assert.equal(report.fromCards + owed, report.balance + used);
  assert.ok(sequence > 0);
  assert.deepEqual(events, [
    { kind: EventKind.magneticFieldBegun, minutesBefore: 3 },
    { kind: EventKind.powerUp, minutesBefore: 63 },
  ]);
});

test('a meter reports also where it takes nothing, and each report is later than the last, over a restart too', () => {
  const bench = gasMeter();
  const hand = cardWith(5_000, { region: Region.gas });
  const sequences: number[] = [];
  for (let i = 0; i < 4; i++) {
    visit(bench, hand);
    const report = reportOn(hand);
    assert.deepEqual([report?.debitCounter, report?.fromCards], [1, 5_000]);
    sequences.push(report?.sequence as number);
    if (i === 2) restart(bench, { afterMs: 1_000 });
  }
  assert.deepEqual(
    sequences.toSorted((a, b) => a - b),
    sequences,
  );
  assert.equal(new Set(sequences).size, 4);
});

test('a card that nothing was ever taken from carries the report all the same', () => {
  const bench = gasMeter();
  const hand = cardWith(0, { region: Region.gas });
  visit(bench, hand);
  assert.deepEqual([reportOn(hand)?.debitCounter, reportOn(hand)?.meter], [0, BENCH_ID]);
});

test('a meter of electricity leaves its report as any other does, under the key of its own region', () => {
  const bench = createBench();
  const hand = cardWith(500);
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, 500);
  const { meter, fromCards, debitCounter } = reportOn(hand, CSN, Region.electricity) ?? {};
  assert.deepEqual([meter, fromCards, debitCounter], [BENCH_ID, 500, 1]);
});

test('the newest four events that figures do not tell go with a report', () => {
  const bench = gasMeter();
  const hand = cardWith(5_000, { region: Region.gas });
  for (const on of [true, false, true, false, true]) {
    senseSeal(bench.meter, { sensor: 'magnetic-field', on }, bench.now, bench.out);
    bench.now += 60_000;
    stepTime(bench.meter, bench.now, bench.out);
  }
  visit(bench, hand);
  const [begun, ended] = [EventKind.magneticFieldBegun, EventKind.magneticFieldEnded];
  assert.deepEqual(
    reportOn(hand)?.events.map(({ kind, minutesBefore }) => [kind, minutesBefore]),
    [
      [begun, 1],
      [ended, 2],
      [begun, 3],
      [ended, 4],
    ],
  );
});

test('pulled at any command of the card, the meter has its value, and the next insertion leaves the report', () => {
  for (let commands = 0; ; commands++) {
    const bench = gasMeter();
    const hand = cardWith(5_000, { region: Region.gas });
    const carried = insert(bench, hand, commands);
    pull(bench, hand);
    visit(bench, hand);
    assert.equal(levelsOf(bench.meter).fromCards, 5_000, `after ${commands}`);
    assert.deepEqual([reportOn(hand)?.debitCounter, reportOn(hand)?.balance], [1, 5_000], `after ${commands}`);
    if (carried < commands) break;
  }
});

test('the purse’s part of a report is the SVM’s: the CPU can change no bit of it, nor say it again', () => {
  const bench = gasMeter();
  const hand = cardWith(5_000, { region: Region.gas });
  visit(bench, hand);
  // Once more, after which nothing is committed any more.
  visit(bench, hand);
  const before = reportOn(hand);
  const { sam, svm } = bench.meter;
  const own = new Uint8Array(24);
  const ask = (kind: number, body: Uint8Array): Uint8Array => samCommand(sam, Uint8Array.of(kind, ...body));
  let earlier: Uint8Array | undefined;
  for (const round of [1, 2]) {
    let reply = ask(SamRequest.cardInserted, Uint8Array.of(...[0, 0, 0, 0], ...[0xff, 0xff, 0xff, 0xff]));
    while (!(reply[0] === SamReply.toSvm && reply[1] === SvmRequest.figures)) {
      if (reply[0] === SamReply.toCard) reply = ask(SamRequest.cardResponse, hand.send(reply.slice(8)));
      else {
        assert.equal(reply[0], SamReply.toSvm, `${reply}`);
        const kind = reply[1] === SvmRequest.cards ? SamRequest.svmCards : SamRequest.svmCardStored;
        reply = ask(kind, svmCommand(svm, reply.slice(1)));
      }
    }
    const told = svmCommand(svm, reply.slice(1)).slice();
    for (let bit = 0; bit < 8 * told.length; bit++) {
      const changed = Uint8Array.of(...own, ...withBit(told, bit));
      assert.equal(ask(SamRequest.cardReport, changed)[0], SamReply.refused, `bit ${bit}`);
    }
    if (earlier !== undefined) {
      assert.equal(ask(SamRequest.cardReport, Uint8Array.of(...own, ...earlier))[0], SamReply.refused);
    }
    earlier = told;
    assert.equal(ask(SamRequest.cardReport, own.slice(1))[0], SamReply.refused);
    if (round === 1) {
      hand.pull();
      ask(SamRequest.cardRemoved, new Uint8Array(0));
      continue;
    }
    const sealed = ask(SamRequest.cardReport, Uint8Array.of(...own, ...told));
    assert.equal(sealed[0], SamReply.toCard);
    assert.equal(sealed[9], PurseInstruction.report);
    // Nothing was committed since the last report: a card takes no second one under its sequence.
    assert.equal(hand.status(sealed.slice(8)), 0x6985);
    hand.pull();
    assert.deepEqual(reportOn(hand), before);
  }
});

test('a gas meter dies with a record pending: its provider releases it, and another meter has the card', () => {
  const bench = gasMeter();
  const hand = cardWith(5_000, { region: Region.gas });
  const ticket = ticketOf(OTHER_GAS, { version: 2 }, { key: cardKey(Region.gas) });
  load(hand, order(CardOp.query, 0, 0, { ticket }), { key: cardKey(Region.gas) });
  hand.pull();
  // It took a thousand before, and said so.
  insertFor(bench, hand, '1000');
  const last = reportOn(hand) as MeterReport;
  assert.deepEqual([last.debitCounter, last.fromCards], [1, 1_000]);
  class Dead extends Error {}
  const dies = (command: Uint8Array): Uint8Array => {
    hand.send(command);
    if (command[1] === PurseInstruction.debit) throw new Dead();
    return new Uint8Array(0);
  };
  insert(bench, hand, 0);
  assert.throws(() => {
    carry(bench, { send: (command) => (command[1] === PurseInstruction.debit ? dies(command) : hand.send(command)) });
  }, Dead);
  hand.pull();
  const pending = purseOf(hand, Region.gas).pending;
  assert.deepEqual([pending?.meter, pending?.amount, pending?.counter], [BENCH_ID, 4_000, 2]);
  const other = new MeterOnBench(OTHER_GAS);
  assert.equal(other.take(hand, 'all')?.type, 'refused', 'a card with a pending record serves no other meter');
  hand.pull();
  // The last report knows of DTC 1 alone: the provider ends DTC 2, and decides what becomes of it.
  const receipt = load(hand, order(CardOp.release, 2, 2), { key: cardKey(Region.gas) });
  assert.deepEqual([receipt.amount, receipt.pending], [4_000, undefined]);
  const again = receipt.report && openMeterReport(cardKey(Region.gas), receipt.report);
  assert.deepEqual(again, last, 'what the dead meter said last is still told');
  loadInto(hand, 3, 4_000, { region: Region.gas });
  assert.deepEqual(other.take(hand, 'all'), { type: 'done', credited: 4_000 });
});

function insertFor(bench: Bench, hand: CardInHand, digits: string): void {
  for (const digit of digits) pressKey(bench.meter, digit as Key, bench.now, bench.out);
  visit(bench, hand);
}

test('a meter that serves two cards tells each what it took from it', () => {
  const bench = gasMeter();
  const first = cardWith(300, { region: Region.gas });
  const second = cardWith(400, { region: Region.gas, id: OTHER_CSN });
  visit(bench, first);
  visit(bench, second);
  const [one, two] = [reportOn(first), reportOn(second, OTHER_CSN)];
  assert.deepEqual([one?.fromCards, two?.fromCards], [300, 700]);
  assert.ok((one?.sequence as number) < (two?.sequence as number));
  assert.equal(openMeterReport(cardKey(Region.gas, OTHER_CSN), reportBytes(first)), undefined);
});

const reportBytes = (hand: CardInHand): Uint8Array =>
  load(hand, order(CardOp.query, 0, 0), { key: cardKey(Region.gas) }).report as Uint8Array;

test('each region of meters reports of itself', () => {
  for (const region of [Region.gas, Region.water, Region.hotWater, Region.heat, Region.payTv]) {
    const bench = gasMeter(region);
    const hand = cardWith(500, { region, ticket: benchTicket({}, { region }) });
    visit(bench, hand);
    flow(bench, 1, 1);
    visit(bench, hand);
    const report = reportOn(hand, CSN, region);
    assert.equal(report?.register, totalsNow(bench.meter.supplies[0] as never).registerImport);
    assert.equal(report.register, 100);
  }
});

for (const protocol of ['t0', 't1'] as const) {
  for (const suite of [Suite.aes128, Suite.aes256] as const) {
    const name = `${protocol}, ${SUITE_NAMES[suite]}`;
    test(`${name}: value and report are over in 350 bytes and 0.65 s at 9,600 bit/s, before the card is looked at further`, () => {
      const bench = createBench({ ...GAS_METER, suite });
      const hand = cardWith(5_000, { region: Region.gas, suite });
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
      // Reset and its answer count as time, and not as bytes of the transfer.
      characters = 0;
      const said: [instruction: number | undefined, characters: number, seconds: number][] = [];
      insertWith(bench, (command) => {
        const heard = wire.transmit(command);
        assert.ok('bytes' in heard);
        said.push([command[1], characters, wire.microseconds / 1e6]);
        return heard.bytes;
      });
      const reports = said.filter(([instruction]) => instruction === PurseInstruction.report);
      assert.equal(reports.length, 1);
      const [, bytes, seconds] = reports[0] as (typeof said)[number];
      assert.ok(bytes <= 350 && seconds <= 0.65, `${bytes} bytes, ${seconds} s`);
      assert.equal(levelsOf(bench.meter).fromCards, 5_000);
    });
  }
}

function insertWith(bench: Bench, send: (command: Uint8Array) => Uint8Array): void {
  stepCardInserted(bench.meter, bench.now, bench.out);
  for (let command = bench.out.commands.shift(); command !== undefined; command = bench.out.commands.shift()) {
    stepCardResponse(bench.meter, send(command), bench.now, bench.out);
  }
}
