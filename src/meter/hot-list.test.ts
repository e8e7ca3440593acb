import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OTHER_CSN, purseOf } from '../card/bench.testing.ts';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command, hostCommand, hostFirst, hostReceive, openHostSession } from '../exchange/index.ts';
import { withBit } from '../exchange/sides.testing.ts';
import { CardRefusal, decodeHotListAnswer, encodeHotList, isRecordFailure, Result } from '../records/index.ts';
import { Region } from '../units/index.ts';
import { ask, type Bench, command, createBench, keyOf, live, restart } from './board.testing.ts';
import { BusReply, SamReply, SamRequest, SvmRequest } from './bus.ts';
import {
  benchTicket,
  cardEvents,
  cardWith,
  carry,
  insert,
  lastRefusal,
  loadInto,
  pull,
  valueIsWhole,
  visit,
} from './card-slot.testing.ts';
import { levelsOf, pressKey } from './index.ts';
import { everyCut, restOf } from './power-cut.testing.ts';
import { FrozenReason } from './purse.ts';
import { freeze } from './purse-journal.ts';
import { samCommand } from './sam.ts';
import { svmCommand } from './svm.ts';

const SECOND = 0x12;

const epochOf = ({ meter }: Bench): number => levelsOf(meter).epoch;

function tell(bench: Bench, epoch: number, suite: Suite = Suite.aes128) {
  const answer = decodeHotListAnswer(
    command(bench, Command.hotList, encodeHotList({ epoch }), keyOf(Purpose.control, suite)),
  );
  assert.ok(!isRecordFailure(answer));
  return [answer.head.result, answer.cards.epoch, answer.cards.fromCards];
}

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`suite ${suite}: an epoch that the line brings holds at once and for good, and none that is not later`, () => {
    const bench = createBench({ suite });
    assert.deepEqual(tell(bench, 3, suite), [Result.done, 3, 0]);
    assert.deepEqual(tell(bench, 3, suite), [Result.versionNotNewer, 3, 0]);
    assert.deepEqual(tell(bench, 2, suite), [Result.versionNotNewer, 3, 0]);
    restart(bench);
    assert.deepEqual([epochOf(bench), levelsOf(bench.meter).frozen], [3, 0]);
    assert.deepEqual(tell(bench, 4, suite), [Result.done, 4, 0]);
  });
}

test('suite 3des does not know the command', () => {
  const suite = Suite.tripleDes;
  const bench = createBench({ suite });
  const key = keyOf(Purpose.control, suite);
  const first = hostFirst(openHostSession(key, Command.modeTable, bench.randomness));
  assert.equal(ask(bench, first)?.[0], SECOND);
  first[1] = Command.hotList;
  assert.notEqual(ask(bench, first)?.[0], SECOND);
});

test('a card of an epoch before gives nothing from then on, and one with a ticket of this epoch does', () => {
  const bench = createBench();
  const blocked = cardWith(700);
  for (const digit of '300') pressKey(bench.meter, digit as '3', bench.now, bench.out);
  visit(bench, blocked);
  assert.deepEqual(tell(bench, 1), [Result.done, 1, 300]);
  visit(bench, blocked);
  assert.deepEqual([levelsOf(bench.meter).fromCards, lastRefusal(bench)], [300, CardRefusal.epochPast]);
  const other = cardWith(50, { id: OTHER_CSN, ticket: benchTicket({ epoch: 1 }, { id: OTHER_CSN }) });
  visit(bench, other);
  assert.equal(levelsOf(bench.meter).fromCards, 350);
});

test('one whose body is not understood, and one to a meter whose value is frozen, change nothing', () => {
  const bench = createBench();
  for (const hex of [[], [0, 0, 1], [0, 0, 0, 1, 0]]) {
    assert.equal(command(bench, Command.hotList, Uint8Array.from(hex))[0], Result.bodyNotUnderstood);
  }
  assert.equal(epochOf(bench), 0);
  freeze(bench.meter.svm, FrozenReason.memoryEdited);
  assert.deepEqual(tell(bench, 1), [Result.frozen, 0, 0]);
  assert.equal(epochOf(bench), 0);
});

test('it comes at any command of a taking: nothing is taken after it, and a new ticket finishes what was begun', () => {
  const whole = insert(createBench(), cardWith(1_000));
  assert.ok(whole > 12);
  let [untouched, pending, taken] = [0, 0, 0];
  for (let at = 0; at < whole; at++) {
    const bench = createBench();
    const hand = cardWith(1_000);
    insert(bench, hand, at);
    const before = levelsOf(bench.meter).fromCards;
    assert.deepEqual(tell(bench, 1), [Result.done, 1, before], `command ${at}`);
    carry(bench, hand);
    assert.equal(levelsOf(bench.meter).fromCards, before, `command ${at}`);
    pull(bench, hand);
    visit(bench, hand);
    assert.equal(levelsOf(bench.meter).fromCards, before, `command ${at}, put in again`);
    valueIsWhole(bench, hand, 1_000);
    if (before > 0) taken += 1;
    else if (purseOf(hand, Region.electricity).pending !== undefined) pending += 1;
    else untouched += 1;
    loadInto(hand, 2, 1, { ticket: benchTicket({ version: 2, epoch: 1 }) });
    visit(bench, hand);
    assert.equal(levelsOf(bench.meter).fromCards, 1_001, `command ${at}, with a new ticket`);
    valueIsWhole(bench, hand, 1_001);
  }
  assert.ok(untouched > 2 && pending > 0 && taken > 3, `${untouched} ${pending} ${taken}`);
});

test('the event of a card that was in the slot when its epoch passed says so', () => {
  const bench = createBench();
  const hand = cardWith(1_000);
  insert(bench, hand, 3);
  tell(bench, 1);
  carry(bench, hand);
  assert.equal(lastRefusal(bench), CardRefusal.epochPast);
  assert.equal(cardEvents(bench).filter(([name]) => name === 'inserted').length, 1);
});

test('with the power cut at any byte that it writes the old epoch holds or the new one, and it is told again', () => {
  const bench = createBench();
  visit(bench, cardWith(400));
  live(bench, 3, 30_000);
  const points = everyCut(
    restOf(bench),
    (cut) => tell(cut, 5),
    (cut) => {
      assert.equal(levelsOf(cut.meter).frozen, 0);
      const held = epochOf(cut);
      assert.ok(held === 0 || held === 5);
      assert.deepEqual(tell(cut, 5), [held === 5 ? Result.versionNotNewer : Result.done, 5, 400]);
    },
  );
  assert.ok(points > 60, `${points}`);
});

test('whoever sits in the place of the CPU can raise no epoch, nor change one that was sent', () => {
  const bench = createBench();
  const { meter } = bench;
  const sam = (kind: number, body: Uint8Array = new Uint8Array(0)) =>
    samCommand(meter.sam, Uint8Array.of(kind, ...body)).slice();
  const svm = (request: Uint8Array) => svmCommand(meter.svm, request).slice();
  assert.equal(sam(SamRequest.hotList)[0], SamReply.refused, 'nobody sent one');
  prove(bench, sam, 6);
  const asks = sam(SamRequest.hotList);
  assert.deepEqual([asks[0], asks[1]], [SamReply.toSvm, SvmRequest.cards]);
  const table = svm(asks.subarray(1));
  const request = sam(SamRequest.hotList, table).subarray(1);
  for (let bit = 8; bit < 8 * request.length; bit++) {
    assert.equal(svm(withBit(request, bit))[0], BusReply.refused, `bit ${bit}`);
  }
  const stored = svm(request);
  assert.deepEqual([stored[0], epochOf(bench)], [BusReply.done, 6]);
  assert.equal(svm(request)[0], BusReply.refused, 'said again');
  assert.equal(sam(SamRequest.hotList, stored)[0], SamReply.done);
  assert.equal(sam(SamRequest.hotList)[0], SamReply.refused, 'it is over');
  // What the SVM did not say under this nonce is no table, and ends it.
  prove(bench, sam, 7);
  sam(SamRequest.hotList);
  assert.equal(sam(SamRequest.hotList, table)[0], SamReply.refused);
  assert.equal(sam(SamRequest.hotList)[0], SamReply.refused);
  assert.equal(epochOf(bench), 6);
});

/** A host's hot list, up to the SAM's word that it is authentic. */
function prove(bench: Bench, sam: (kind: number, body?: Uint8Array) => Uint8Array, epoch: number): void {
  const session = openHostSession(keyOf(Purpose.control), Command.hotList, bench.randomness);
  const frame = (bytes: Uint8Array) => sam(SamRequest.frame, Uint8Array.of(...new Uint8Array(8), ...bytes));
  assert.equal(frame(hostFirst(session))[0], SamReply.statusWanted);
  const second = sam(SamRequest.status, new Uint8Array(18));
  hostReceive(session, second.subarray(4, 4 + (((second[2] as number) << 8) | (second[3] as number))));
  const [third] = hostCommand(session, encodeHotList({ epoch }));
  const proved = frame(third as Uint8Array);
  assert.deepEqual([...proved], [SamReply.command, Command.hotList, 0, 0, 0, epoch]);
}
