import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueOp, ValueResult } from '../exchange/index.ts';
import { AttentionReason } from '../records/index.ts';
import { tokens } from '../units/index.ts';
import { type Bench, createBench, credit, lastCounter, live, startBench, value } from './board.testing.ts';
import { inspectPurse, type Levels, levelsOf, type Nvm, PlainNvm } from './index.ts';
import { everyCut, type Rest, restOf, wake } from './power-cut.testing.ts';
import { energyAt } from './profile-ring.ts';
import { FrozenReason, PURSE_RECORD_BYTES, RECEIPT_ROW_BYTES, RECEIPT_ROWS } from './purse.ts';
import { PURSE_SLOTS, USE_ROW_BYTES, USE_ROWS } from './purse-journal.ts';

const SLOTS_AT = RECEIPT_ROWS * RECEIPT_ROW_BYTES;
const ROWS_AT = SLOTS_AT + PURSE_SLOTS * PURSE_RECORD_BYTES;
const USE_ROW_BYTES_OF_ONE_SUPPLY = USE_ROW_BYTES - 9;

/** What the purse of such memories says after a start. */
function levelsWith(rest: Rest, nvm: Uint8Array): Levels {
  return inspectPurse({ nvm: new PlainNvm(nvm), sam: new PlainNvm(rest.sam), svm: new PlainNvm(rest.svm) });
}

/** Every byte of a stretch, changed in one bit and in all: which of the bytes, counted from `from`, froze the purse. */
function frozenBytes(rest: Rest, from: number, length: number): number[] {
  const frozen: number[] = [];
  const sound = levelsWith(rest, rest.nvm);
  for (let at = 0; at < length; at++) {
    const reasons = [1, 0x80, 0xff].map((bits) => {
      const nvm = rest.nvm.slice();
      nvm[from + at] = (nvm[from + at] as number) ^ bits;
      const levels = levelsWith(rest, nvm);
      if (levels.frozen === 0) assert.deepEqual(levels, sound, `byte ${at} was changed, unnoticed`);
      return levels.frozen;
    });
    if (reasons.every((reason) => reason !== 0)) frozen.push(at);
    else assert.ok(reasons.every((reason) => reason === 0));
  }
  return frozen;
}

const all = (length: number): number[] => Array.from({ length }, (_, i) => i);

function credited(): Bench {
  const bench = createBench();
  for (let amount = 1000; amount <= 1400; amount += 100) credit(bench, amount);
  return bench;
}

test('every changed byte of the newest record freezes the value', () => {
  const bench = credited();
  const from = SLOTS_AT + bench.meter.svm.slot * PURSE_RECORD_BYTES;
  assert.deepEqual(frozenBytes(restOf(bench), from, PURSE_RECORD_BYTES), all(PURSE_RECORD_BYTES));
});

test('every changed byte of the newest use row, and of the record that it follows, freezes the value', () => {
  const bench = credited();
  live(bench, 5, 50_000);
  const { slot, purse } = bench.meter.svm;
  const row = ROWS_AT + (purse.sequence % USE_ROWS) * USE_ROW_BYTES;
  const rest = restOf(bench);
  assert.deepEqual(frozenBytes(rest, row, USE_ROW_BYTES_OF_ONE_SUPPLY), all(USE_ROW_BYTES_OF_ONE_SUPPLY));
  const record = SLOTS_AT + slot * PURSE_RECORD_BYTES;
  assert.deepEqual(frozenBytes(rest, record, PURSE_RECORD_BYTES), all(PURSE_RECORD_BYTES));
});

test('every changed byte of the sixteen receipts freezes the value; the seventeenth row is nobody’s', () => {
  const bench = credited();
  for (let i = 0; i < 20; i++) credit(bench, 10);
  const free = ((lastCounter(bench) + 1) % RECEIPT_ROWS) * RECEIPT_ROW_BYTES;
  const held = all(RECEIPT_ROWS * RECEIPT_ROW_BYTES).filter((at) => at < free || at >= free + RECEIPT_ROW_BYTES);
  assert.deepEqual(frozenBytes(restOf(bench), 0, RECEIPT_ROWS * RECEIPT_ROW_BYTES), held);
});

test('slots and rows that newer ones have replaced may rot: nothing that counts was in them', () => {
  const bench = credited();
  live(bench, 40, 50_000);
  const { slot, purse } = bench.meter.svm;
  const rest = restOf(bench);
  for (let other = 0; other < PURSE_SLOTS; other++) {
    if (other === slot) continue;
    const from = SLOTS_AT + other * PURSE_RECORD_BYTES;
    assert.deepEqual(frozenBytes(rest, from, PURSE_RECORD_BYTES), [], `slot ${other}`);
  }
  const before = ROWS_AT + ((purse.sequence - 1) % USE_ROWS) * USE_ROW_BYTES;
  assert.deepEqual(frozenBytes(rest, before, USE_ROW_BYTES_OF_ONE_SUPPLY), []);
});

test('memory that was put back to any earlier state freezes the value, and the newest state is good again', () => {
  const bench = createBench();
  const snapshots: Uint8Array[] = [];
  const keep = () => snapshots.push(bench.memory.nvm.bytes.slice());
  keep();
  for (let round = 0; round < 12; round++) {
    credit(bench, 500);
    keep();
    live(bench, 1, 100_000);
    keep();
    value(bench, { op: ValueOp.void, counter: lastCounter(bench) + 1 });
    keep();
    live(bench, 40, 400_000);
    keep();
  }
  const rest = restOf(bench);
  for (const [i, nvm] of snapshots.entries()) {
    const isNewest = i === snapshots.length - 1;
    assert.equal(levelsWith(rest, nvm).frozen !== 0, !isNewest, `snapshot ${i}`);
  }
});

test('a frozen meter answers frozen, changes nothing, opens its relay and calls for help', () => {
  const bench = credited();
  const old = bench.memory.nvm.bytes.slice();
  credit(bench, 9);
  const rest = restOf(bench);
  const { bench: frozen } = wake({ ...rest, nvm: old });
  const before = levelsOf(frozen.meter);
  for (const op of [ValueOp.credit, ValueOp.void, ValueOp.query, ValueOp.close] as const) {
    assert.equal(value(frozen, { op, counter: lastCounter(frozen) + 1, amount: tokens(5) }).result, ValueResult.frozen);
  }
  assert.deepEqual(levelsOf(frozen.meter), before);
  assert.equal(live(frozen, 3, 100_000), 0);
  assert.ok(frozen.meter.attention & AttentionReason.memoryDamaged);
});

test('a frozen meter keeps its profile: it is what a person decides by', () => {
  const bench = credited();
  live(bench, 10, 30_000);
  const { svm, minute } = bench.meter;
  const rest = restOf(bench);
  rest.nvm[SLOTS_AT + svm.slot * PURSE_RECORD_BYTES + 30] = 0x77;
  const { bench: frozen } = wake(rest);
  assert.notEqual(frozen.meter.frozen, 0);
  const { place } = frozen.meter.supplies[0] as (typeof frozen.meter.supplies)[number];
  for (let past = minute - 10; past < minute; past++) assert.equal(energyAt(frozen.meter.nvm, place, past), 300);
});

test('a commit that the chip never took over cannot be put back after another was made in its place', () => {
  const start = credited();
  const rest = restOf(start);
  const counter = lastCounter(start) + 1;
  let kept: Uint8Array | undefined;
  // The power goes between memory and chip: the credit stands in the memory, and its thief keeps a copy.
  everyCut(
    rest,
    (bench) => value(bench, { op: ValueOp.credit, counter, amount: tokens(90_000) }),
    (bench) => {
      if (kept === undefined && lastCounter(bench) === counter) kept = bench.memory.nvm.bytes.slice();
    },
  );
  assert.ok(kept !== undefined);
  // From the memory of before, the host voids what it believes lost, and pays the money back.
  const { bench } = wake(rest);
  const receipt = value(bench, { op: ValueOp.void, counter });
  assert.equal(receipt.result, ValueResult.voided);
  const levels = levelsWith(restOf(bench), kept);
  assert.notEqual(levels.frozen, 0);
});

test('the receipt of an old void in the place of a credit is found', () => {
  const bench = createBench();
  value(bench, { op: ValueOp.void, counter: 1 });
  credit(bench, 300);
  const nvm = bench.memory.nvm.bytes.slice();
  nvm.copyWithin(2 * RECEIPT_ROW_BYTES, RECEIPT_ROW_BYTES, 2 * RECEIPT_ROW_BYTES);
  assert.notEqual(levelsWith(restOf(bench), nvm).frozen, 0);
  // Also while the meter has power: what was changed is neither told nor committed with the next transaction.
  bench.memory.nvm.bytes.set(nvm);
  assert.equal(value(bench, { op: ValueOp.query, counter: 2 }).result, ValueResult.frozen);
  assert.equal(credit(bench, 1).result, ValueResult.frozen);
});

/** Says yes to every write and keeps none in one stretch of its addresses. */
class ForgetfulNvm implements Nvm {
  readonly bytes: Uint8Array;
  from = 0;
  to = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    for (let i = 0; i < length; i++) {
      if (address + i >= this.from && address + i < this.to) continue;
      this.bytes[address + i] = source[from + i] as number;
    }
  }
}

function forgetful(): { bench: Bench; nvm: ForgetfulNvm } {
  const { memory, now } = credited();
  const nvm = new ForgetfulNvm(memory.nvm.bytes);
  return { bench: startBench({ ...memory, nvm }, { now }), nvm };
}

test('a record or receipt that was reported written and not kept is found before anybody is answered', () => {
  for (const stretch of ['slots', 'receipts'] as const) {
    const { bench, nvm } = forgetful();
    const before = levelsOf(bench.meter);
    nvm.to = stretch === 'slots' ? ROWS_AT : SLOTS_AT;
    if (stretch === 'slots') nvm.from = SLOTS_AT;
    const receipt = credit(bench, 700);
    assert.equal(receipt.result, ValueResult.frozen);
    assert.equal(receipt.creditedTotal, before.credited);
    // Nothing was lost, and still a person decides whether such a memory may go on.
    nvm.to = 0;
    const again = startBench(bench.memory, { now: bench.now });
    assert.equal(again.meter.frozen, FrozenReason.memoryDamaged);
    assert.equal(credit(again, 700).result, ValueResult.frozen);
  }
});

test('a use row that was reported written and not kept is found at the next start', () => {
  const { bench, nvm } = forgetful();
  live(bench, 3, 100_000);
  assert.equal(levelsWith(restOf(bench), nvm.bytes).frozen, 0);
  nvm.from = ROWS_AT;
  nvm.to = ROWS_AT + USE_ROWS * USE_ROW_BYTES;
  live(bench, 1, 100_000);
  assert.notEqual(levelsWith(restOf(bench), nvm.bytes).frozen, 0);
});

test('a freeze outlives the power, also when what was edited is put back', () => {
  const bench = credited();
  const row = lastCounter(bench) * RECEIPT_ROW_BYTES;
  const at = row + 15;
  bench.memory.nvm.bytes[at] = (bench.memory.nvm.bytes[at] as number) ^ 1;
  assert.equal(value(bench, { op: ValueOp.query, counter: 0 }).result, ValueResult.frozen);
  bench.memory.nvm.bytes[at] = (bench.memory.nvm.bytes[at] as number) ^ 1;
  const { meter } = startBench(bench.memory, { now: bench.now });
  assert.equal(meter.frozen, FrozenReason.memoryEdited);
  // A start that finds the edit freezes as well for good.
  const other = credited();
  other.memory.nvm.bytes[at] = (other.memory.nvm.bytes[at] as number) ^ 1;
  assert.equal(startBench(other.memory, { now: other.now }).meter.frozen, FrozenReason.memoryEdited);
  other.memory.nvm.bytes[at] = (other.memory.nvm.bytes[at] as number) ^ 1;
  assert.equal(startBench(other.memory, { now: other.now }).meter.frozen, FrozenReason.memoryEdited);
});
