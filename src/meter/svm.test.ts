import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../bytes/index.ts';
import { ValueOp, ValueResult } from '../exchange/index.ts';
import { tokens } from '../units/index.ts';
import { type Bench, createBench, credit, lastCounter, live, restart, value } from './board.testing.ts';
import { BusLabel, BusReply, busTag, DrawKind, SvmRequest } from './bus.ts';
import { levelsOf } from './index.ts';
import { FrozenReason, PURSE_RECORD_BYTES, putPurse, RECEIPT_ROW_BYTES, RECEIPT_ROWS } from './purse.ts';
import { commit, freeze, PURSE_SLOTS, putUse, useRequestBytes } from './purse-journal.ts';
import { DRAW_TOKENS_MAX, floorOf, svmCommand } from './svm.ts';

/** What the SAM would say: it holds the pair key, and a test of the SVM may have it too. */
class PairedSam {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  apply(op: number, counter: number, amount: number): Uint8Array {
    const { svm } = this.#bench.meter;
    svmCommand(svm, request(SvmRequest.status, new Uint8Array(8)));
    const body = new Writer(17).u8(op).u32(counter).bytes(new Uint8Array(8)).u32(amount).done();
    return svmCommand(svm, request(SvmRequest.apply, body, this.#tag(BusLabel.apply, svm.applyNonce, body)));
  }

  draw(kind: DrawKind, amount: number, before: () => void = () => undefined): Uint8Array {
    const { svm } = this.#bench.meter;
    svmCommand(svm, request(SvmRequest.drawChallenge, new Uint8Array(8)));
    const asked = Uint8Array.of(kind, amount >> 8, amount);
    const signed = new Writer(7).u32(svm.purse.drawNumber).bytes(asked).done();
    before();
    return svmCommand(svm, request(SvmRequest.draw, asked, this.#tag(BusLabel.draw, svm.drawNonce, signed)));
  }

  raise(n: number, before: () => void = () => undefined): Uint8Array {
    const { svm } = this.#bench.meter;
    svmCommand(svm, request(SvmRequest.floors, new Uint8Array(8)));
    const body = Uint8Array.of(n);
    before();
    return svmCommand(svm, request(SvmRequest.raiseFloor, body, this.#tag(BusLabel.raise, svm.floorNonce, body)));
  }

  #tag(label: BusLabel, nonce: Uint8Array | undefined, message: Uint8Array): Uint8Array {
    return busTag(this.#bench.meter.svm.pairKey, label, nonce ?? new Uint8Array(8), message);
  }
}

const request = (kind: number, ...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from([kind, ...parts.flatMap((part) => [...part])]);

function charged(amount = 500): { readonly bench: Bench; readonly sam: PairedSam } {
  const bench = createBench();
  credit(bench, amount);
  return { bench, sam: new PairedSam(bench) };
}

/** Where the slots of the record begin, and what lies before them. */
const SLOTS_AT = RECEIPT_ROWS * RECEIPT_ROW_BYTES;
/** A write that is reported and not kept: the memory answers as if it had been. */
function losesWrites(bench: Bench): void {
  Object.assign(bench.meter.svm.nvm, { write: () => undefined });
}

test('an operation that there is not is answered as a gap, and moves nothing', () => {
  const { bench, sam } = charged();
  const before = levelsOf(bench.meter);
  for (const op of [4, 7, 255]) assert.equal(sam.apply(op, lastCounter(bench) + 1, 5)[1], ValueResult.gap);
  assert.deepEqual(levelsOf(bench.meter), before);
  assert.equal(sam.apply(ValueOp.credit, lastCounter(bench) + 1, 5)[1], ValueResult.done);
});

test('an authorised draw gives a hundred tokens at most, and nothing while the purse is frozen', () => {
  const { bench, sam } = charged();
  assert.deepEqual([...sam.draw(DrawKind.draw, DRAW_TOKENS_MAX)], [BusReply.done, 0, DRAW_TOKENS_MAX]);
  assert.deepEqual([...sam.draw(DrawKind.draw, DRAW_TOKENS_MAX + 1)], [BusReply.refused]);
  const { svm } = bench.meter;
  const frozen = sam.draw(DrawKind.draw, 10, () => freeze(svm, FrozenReason.memoryEdited));
  assert.deepEqual([...frozen], [BusReply.frozen]);
});

test('a draw that the memory did not keep gives nothing, and freezes the purse', () => {
  const { bench, sam } = charged();
  assert.deepEqual([...sam.draw(DrawKind.draw, 10, () => losesWrites(bench))], [BusReply.frozen]);
  assert.equal(levelsOf(bench.meter).frozen, FrozenReason.memoryDamaged);
});

test('a floor rises once, falls never, and not in a purse that is frozen or does not keep it', () => {
  const n = 0b00_10_0011;
  const { bench, sam } = charged();
  const floor = () => floorOf(bench.meter.svm.purse.floors, n);
  for (const [generation, expected] of [
    [3, 3],
    [3, 3],
    [1, 3],
    [5, 5],
  ] as const) {
    assert.deepEqual([...sam.raise((n & 0xf0) | generation)], [BusReply.done]);
    assert.equal(floor(), expected);
  }
  assert.deepEqual([...sam.raise((n & 0xf0) | 7, () => losesWrites(bench))], [BusReply.frozen]);
  assert.deepEqual([...sam.raise((n & 0xf0) | 7)], [BusReply.frozen]);
  assert.equal(floor(), 5);
});

test('use that falls, or that is more than is out, is refused and changes nothing', () => {
  const { bench, sam } = charged();
  sam.draw(DrawKind.draw, 100);
  const { svm } = bench.meter;
  const use = (spent: number) => {
    const asked = new Uint8Array(useRequestBytes(1));
    asked[0] = SvmRequest.use;
    putUse(asked, 1, spent, 0);
    return svmCommand(svm, asked)[0];
  };
  assert.deepEqual(
    [use(60), use(59), use(101), use(100)],
    [BusReply.done, BusReply.refused, BusReply.refused, BusReply.done],
  );
  assert.equal(levelsOf(bench.meter).used, 100);
});

test('a purse that was closed lends nothing, whatever voids came after it, until a credit comes', () => {
  const { bench, sam } = charged();
  value(bench, { op: ValueOp.close, counter: lastCounter(bench) + 1, amount: tokens(0) });
  for (let voids = 0; voids < 3; voids++) {
    assert.equal(levelsOf(bench.meter).purseClosed, true);
    assert.deepEqual([...sam.draw(DrawKind.loan, 10)], [BusReply.refused]);
    value(bench, { op: ValueOp.void, counter: lastCounter(bench) + 1, amount: tokens(5) });
  }
  credit(bench, 5);
  assert.equal(levelsOf(bench.meter).purseClosed, false);
});

test('a receipt that is another’s is none', () => {
  const { bench } = charged();
  assert.equal(levelsOf(bench.meter).purseClosed, false);
  const { svm } = bench.meter;
  const row = svm.base + (svm.purse.lastCounter % RECEIPT_ROWS) * RECEIPT_ROW_BYTES;
  svm.nvm.bytes[row] = 0x7f;
  assert.equal(levelsOf(bench.meter).purseClosed, false);
  const told = value(bench, { op: ValueOp.query, counter: svm.purse.lastCounter, amount: tokens(0) });
  assert.equal(told.result, ValueResult.frozen);
});

test('a record that was edited and given the right check sum freezes the purse, and is known to be edited', () => {
  const { bench } = charged();
  live(bench, 3, 50_000);
  const { svm } = bench.meter;
  const at = svm.base + SLOTS_AT + svm.slot * PURSE_RECORD_BYTES;
  const record = new Uint8Array(PURSE_RECORD_BYTES);
  putPurse(record, { ...svm.purse, balance: svm.purse.balance + 1_000 }, svm.pairKey);
  svm.nvm.bytes.set(record, at);
  assert.ok(svm.slot < PURSE_SLOTS);
  restart(bench);
  assert.equal(levelsOf(bench.meter).frozen, FrozenReason.memoryEdited);
});

test('of the byte that says why a purse is frozen only that it was being written is known, where the power cut it off', () => {
  for (const [byte, reason] of [
    [0xff, FrozenReason.none],
    [FrozenReason.memoryRolledBack, FrozenReason.memoryRolledBack],
    [0x55, FrozenReason.memoryDamaged],
  ] as const) {
    const { bench } = charged();
    const { bytes } = bench.memory.svm;
    bytes[bytes.length - 1] = byte;
    restart(bench);
    assert.equal(levelsOf(bench.meter).frozen, reason);
  }
});

test('a commit that could only be a mistake of this program stops it before a byte is written', () => {
  const { bench } = charged();
  live(bench, 3, 30_000);
  const { svm } = bench.meter;
  const { purse } = svm;
  const written = bench.memory.nvm.bytes.slice();
  for (const [mistake, sentence] of [
    [{ lastCounter: purse.lastCounter - 1 }, 'no count of a purse falls'],
    [{ drawNumber: purse.drawNumber - 1 }, 'no count of a purse falls'],
    [{ credited: purse.credited - 1 }, 'no sum of a purse falls'],
    [{ fromCards: -1 }, 'no sum of a purse falls'],
    [{ used: purse.used - svm.spent - 1 }, 'no sum of a purse falls'],
    [{ closed: -1 }, 'no sum of a purse falls'],
    [{ balance: -1 }, 'a purse holds what its record has room for'],
    [{ balance: 2 ** 32, credited: 2 ** 33 }, 'a purse holds what its record has room for'],
    [{ owed: -1 }, 'a purse holds what its record has room for'],
    [{ balance: purse.credited + 1 }, 'nothing is used that did not leave the purse'],
  ] as const) {
    assert.throws(
      () => commit(svm, { ...purse, ...mistake }),
      { message: `must hold, and does not: ${sentence}` },
      JSON.stringify(mistake),
    );
    assert.ok(Buffer.compare(bench.memory.nvm.bytes, written) === 0);
  }
  commit(svm, { ...purse });
  assert.ok(Buffer.compare(bench.memory.nvm.bytes, written) !== 0, 'and what may follow is written');
});
