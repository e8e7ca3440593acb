import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, Suite } from '../crypto/index.ts';
import {
  Command,
  decodeFrame,
  decodeSeedTokens,
  decodeValueReceipt,
  encodeValueCommand,
  hostFirst,
  openHostSession,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { decodeSeedUse, EventKind, encodeBcdTime, isRecordFailure, MeterFlag, RelayReason } from '../records/index.ts';
import { decodeModeTable, encodeModeTable } from '../tariff/index.ts';
import { tokens, U32_MAX } from '../units/index.ts';
import {
  ask,
  BENCH_ID,
  type Bench,
  benchTable,
  createBench,
  credit,
  exchangeWith,
  keyOf,
  live,
  restart,
  STRICT_POLICY,
  TXID,
  value,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { balanceOf, levelsOf } from './index.ts';

const kindsOf = (bench: Bench) => eventsFrom(bench.meter, 1, 255).map(({ kind }) => kind);

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`suite ${suite}: each TC is applied once, told ever after, and a gap applies nothing (X3 to X5)`, () => {
    const bench = createBench({ suite });
    const first = { op: ValueOp.credit, counter: 1, amount: tokens(500) } as const;
    const done = value(bench, first, suite);
    assert.deepEqual([done.result, done.counter, done.amount, done.balance], [ValueResult.done, 1, 500, 500]);
    assert.equal(done.creditedTotal, 500);
    for (const retry of [first, { ...first, amount: tokens(900) }, { ...first, op: ValueOp.void }]) {
      const again = value(bench, retry, suite);
      assert.deepEqual([again.result, again.amount, again.balance], [ValueResult.alreadyDone, 500, 500]);
      assert.deepEqual(again.txid, TXID('order1'));
    }
    const gap = value(bench, { ...first, counter: 3 }, suite);
    assert.deepEqual([gap.result, gap.counter, gap.amount, gap.balance], [ValueResult.gap, 1, 0, 500]);
    restart(bench);
    assert.equal(value(bench, first, suite).result, ValueResult.alreadyDone);
    assert.equal(levelsOf(bench.meter).credited, 500);
  });

  test(`suite ${suite}: a void before the credit keeps it out, after it says that it is in`, () => {
    const bench = createBench({ suite });
    const voided = value(bench, { op: ValueOp.void, counter: 1, amount: tokens(500) }, suite);
    assert.deepEqual([voided.result, voided.amount, voided.balance], [ValueResult.voided, 0, 0]);
    const late = value(bench, { op: ValueOp.credit, counter: 1, amount: tokens(500) }, suite);
    assert.deepEqual([late.result, late.amount, late.balance], [ValueResult.voided, 0, 0]);
    value(bench, { op: ValueOp.credit, counter: 2, amount: tokens(40) }, suite);
    const tooLate = value(bench, { op: ValueOp.void, counter: 2, amount: tokens(40) }, suite);
    assert.deepEqual([tooLate.result, tooLate.amount, tooLate.balance], [ValueResult.alreadyDone, 40, 40]);
  });
}

test('suite 3des credits on a good signature, as the seed says, and answers with the balance', () => {
  const bench = createBench({ suite: Suite.tripleDes });
  const key = keyOf(Purpose.value, Suite.tripleDes);
  for (const balance of [70, 140]) {
    const answer = exchangeWith(bench, key, Command.valueStore, () => Uint8Array.of(0, 0, 0, 70));
    assert.equal(decodeSeedTokens(answer as Uint8Array), balance);
  }
  const { meter } = createBench();
  const session = openHostSession(key, Command.valueStore, bench.randomness);
  const refused = ask({ ...bench, meter }, hostFirst(session)) as Uint8Array;
  const frame = decodeFrame(refused);
  assert.ok(!('reason' in frame) && frame.message === 5, 'a meter of the repaired suites answers no M1 of suite 0');
});

test('suite 3des sets clock and table, and reads the log, as FIG. 2 and 3 have it', () => {
  const bench = createBench({ suite: Suite.tripleDes });
  live(bench, 2, 1000);
  const table = benchTable(1, 2, 33_000);
  const key = keyOf(Purpose.control, Suite.tripleDes);
  assert.ok(exchangeWith(bench, key, Command.modeTable, () => encodeModeTable(table)) !== undefined);
  const time = Date.UTC(2026, 10, 24, 12) / 1000;
  const reads = keyOf(Purpose.monitoring, Suite.tripleDes);
  const answer = exchangeWith(bench, reads, Command.useAndLog, () => encodeBcdTime(time));
  const use = decodeSeedUse(answer as Uint8Array);
  assert.ok(!isRecordFailure(use));
  assert.deepEqual([use.timer, use.balance, use.id], [time, 0, BENCH_ID]);
  assert.deepEqual(decodeModeTable(use.modeTable), table);
});

test('a query tells the receipt of its TC, of the last one for 0, and the ring holds sixteen', () => {
  const bench = createBench();
  assert.equal(value(bench, { op: ValueOp.query, counter: 0 }).result, ValueResult.gap);
  for (let counter = 1; counter <= 20; counter++) credit(bench, counter);
  const query = (counter: number) => value(bench, { op: ValueOp.query, counter });
  assert.deepEqual([query(0).counter, query(0).amount], [20, 20]);
  for (let counter = 1; counter <= 21; counter++) {
    const { result, amount } = query(counter);
    const held = counter > 4 && counter <= 20;
    assert.deepEqual(
      [result, amount],
      held ? [ValueResult.alreadyDone, counter] : [ValueResult.gap, 0],
      `TC ${counter}`,
    );
  }
  assert.equal(levelsOf(bench.meter).credited, 210);
});

test('a purse that would overflow consumes the TC, credits nothing, and says so ever after', () => {
  const bench = createBench();
  credit(bench, U32_MAX - 1);
  live(bench, 1, 100_000);
  const { balance } = value(bench, { op: ValueOp.query, counter: 0 });
  const full = credit(bench, U32_MAX - balance + 1);
  assert.deepEqual([full.result, full.amount, full.balance, full.counter], [ValueResult.full, 0, balance, 2]);
  assert.equal(value(bench, { op: ValueOp.credit, counter: 2, amount: tokens(1) }).result, ValueResult.full);
  assert.equal(value(bench, { op: ValueOp.query, counter: 2 }).result, ValueResult.full);
  assert.equal(credit(bench, U32_MAX - balance).result, ValueResult.done);
  assert.equal(balanceOf(bench.meter), U32_MAX);
});

test('closing empties the purse with tank and exchanger, names the amount, opens the relay and lends nothing', () => {
  const policy = { ...STRICT_POLICY, emergencyCredit: tokens(500), friendlyHours: { from: 0, to: 1439 } };
  const bench = createBench({ policy });
  credit(bench, 1000);
  live(bench, 5, 100_000);
  const before = balanceOf(bench.meter);
  const { used } = levelsOf(bench.meter);
  assert.ok(bench.meter.exchanger.tank > 0 && used > 0);
  bench.out.heard.length = 0;
  const closed = value(bench, { op: ValueOp.close, counter: 2 });
  assert.deepEqual([closed.result, closed.amount, closed.balance], [ValueResult.done, before, 0]);
  assert.ok((closed.flags as number) & MeterFlag.relayOpen);
  assert.equal(live(bench, 3, 100_000), 0);
  assert.ok(!bench.out.heard.includes('buzzer Infinity'));
  restart(bench, { afterMs: 60_000 });
  assert.equal(live(bench, 3, 100_000), 0);
  assert.deepEqual(
    [levelsOf(bench.meter).owed, levelsOf(bench.meter).closed, levelsOf(bench.meter).used],
    [0, before, used],
  );
  assert.ok(kindsOf(bench).includes(EventKind.purseClosed));
  value(bench, { op: ValueOp.void, counter: 3 });
  assert.equal(live(bench, 3, 100_000), 0);
  credit(bench, 100);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, 0);
  assert.ok(live(bench, 20, 100_000) > 0);
});

test('what is owed is repaid first by the next credit, and shown until then', () => {
  const bench = createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(100) } });
  credit(bench, 20);
  live(bench, 30, 100_000);
  const { owed, out } = levelsOf(bench.meter);
  assert.ok(owed > 30 && owed <= 100);
  const flags = (receipt: { flags: number | undefined }) => (receipt.flags as number) & MeterFlag.emergencyCredit;
  const little = credit(bench, 25);
  assert.deepEqual([levelsOf(bench.meter).owed, little.balance], [owed - 25, out]);
  assert.ok(flags(little));
  const enough = credit(bench, 500);
  assert.deepEqual([levelsOf(bench.meter).owed, enough.balance], [0, out + 500 - (owed - 25)]);
  assert.ok(!flags(enough));
  const kinds = kindsOf(bench);
  assert.ok(kinds.includes(EventKind.emergencyCreditBegun));
  assert.equal(kinds.filter((kind) => kind === EventKind.emergencyCreditRepaid).length, 2);
});

test('a meter with no credit is open from the start, and closes with the first', () => {
  const bench = createBench();
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
  assert.equal(live(bench, 1, 100_000), 0);
  const { flags } = credit(bench, 50);
  assert.equal((flags as number) & MeterFlag.relayOpen, 0);
  assert.equal(live(bench, 1, 100_000), 100_000);
});

test('a receipt comes also when the meter draws between M2 and M3', () => {
  for (const suite of [Suite.aes128, Suite.tripleDesXo]) {
    const bench = createBench({ suite });
    value(bench, { op: ValueOp.credit, counter: 1, amount: tokens(2000) }, suite);
    const command = { op: ValueOp.credit, counter: 2, txid: TXID('between'), amount: tokens(300) } as const;
    const answer = exchangeWith(bench, keyOf(Purpose.value, suite), Command.valueStore, () => {
      const drawn = bench.meter.svm.purse.drawNumber;
      live(bench, 3, 5_000_000);
      assert.ok(bench.meter.svm.purse.drawNumber > drawn);
      return encodeValueCommand(suite, command);
    });
    assert.ok(answer !== undefined, 'M4 is not silent');
    const receipt = decodeValueReceipt(suite, BENCH_ID, answer);
    assert.ok(!('reason' in receipt));
    assert.deepEqual([receipt.result, receipt.amount], [ValueResult.done, 300]);
  }
});
