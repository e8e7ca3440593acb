import { equalBytes, toHex } from '../bytes/index.ts';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command, encodeValueCommand, ValueOp, type ValueReceipt, ValueResult } from '../exchange/index.ts';
import { tokens, U32_MAX } from '../units/index.ts';
import { type Check, expect, LeftOut } from './check.ts';
import type { TerminalBench } from './terminal-bench.ts';

const section = 'what-the-terminal-does-exactly-once';
const TXID_BYTES = 8;
const RECEIPTS_HELD = 16;

/** What a receipt says, compared field by field. */
function receiptIs(receipt: ValueReceipt, due: Partial<ValueReceipt>, when: string): void {
  for (const [field, value] of Object.entries(due)) {
    const told = receipt[field as keyof ValueReceipt];
    const same = value instanceof Uint8Array ? equalBytes(told as Uint8Array, value) : told === value;
    expect(same, `${when}, the receipt says ${field} ${show(told)}, not ${show(value)}`);
  }
}

const show = (value: unknown): string => (value instanceof Uint8Array ? toHex(value) : String(value));

const txid = (bench: TerminalBench): Uint8Array => bench.random(TXID_BYTES);

/** The purse, with room for a few tokens. */
async function purse(bench: TerminalBench) {
  const held = await bench.purse();
  if (held.last > U32_MAX - 100) throw new LeftOut('the purse has hardly a TC left');
  return held;
}

export const VALUE_CHECKS: readonly Check<TerminalBench>[] = [
  {
    id: 'value.credit',
    title: 'A credit under the next TC is stored, and its receipt says so',
    rule: { section, text: 'amount is credited' },
    run: async (bench) => {
      const { last, balance, credited } = await purse(bench);
      const id = txid(bench);
      const receipt = await bench.value(ValueOp.credit, last + 1, 2500, id);
      receiptIs(
        receipt,
        { result: ValueResult.done, counter: last + 1, txid: id, amount: tokens(2500) },
        'After a credit',
      );
      receiptIs(receipt, { creditedTotal: tokens(credited + 2500) }, 'After a credit');
      // What is owed is repaid out of it, and what is used is used meanwhile.
      expect(receipt.balance <= balance + 2500, `Balance is ${receipt.balance} after ${balance} and a credit of 2500`);
      expect((await bench.purse()).last === last + 1, 'the purse does not go on to the next TC');
    },
  },
  {
    id: 'value.status',
    title: 'M2 tells the last TC and all that was ever credited',
    rule: { section: 'value', text: 'status in M2' },
    run: async (bench) => {
      if (bench.suite === Suite.tripleDesXo) return;
      const { last, credited } = await purse(bench);
      const { status } = await bench.begin(Purpose.value, Command.receiptQuery);
      const view = new DataView(status.buffer, status.byteOffset, status.length);
      expect(view.getUint32(0) === last, `M2 says TClast ${view.getUint32(0)}, the receipts ${last}`);
      expect(Number(view.getBigUint64(4)) === credited, 'M2 says another CreditedTotal than the receipts');
    },
  },
  {
    id: 'value.repeated',
    title: 'A credit that comes again, in a new session, changes nothing and gets the receipt of its TC',
    rule: { section, text: 'any but query, TC ≤ last' },
    run: async (bench) => {
      const { last } = await purse(bench);
      const id = txid(bench);
      const one = await bench.value(ValueOp.credit, last + 1, 700, id);
      for (const [again, amount] of [
        [id, 700],
        [txid(bench), 9999],
      ] as const) {
        const receipt = await bench.value(ValueOp.credit, last + 1, amount, again);
        receiptIs(
          receipt,
          { result: ValueResult.alreadyDone, counter: last + 1, txid: id, amount: tokens(700) },
          'After a second credit',
        );
        receiptIs(receipt, { creditedTotal: one.creditedTotal }, 'After a second credit');
      }
    },
  },
  {
    id: 'value.late-void',
    title: 'A void of a credit that was stored finds its receipt, and the value stays',
    rule: { section, text: 'A void of a credit that was already stored finds that credit' },
    run: async (bench) => {
      const { last } = await purse(bench);
      const id = txid(bench);
      const { creditedTotal } = await bench.value(ValueOp.credit, last + 1, 300, id);
      const receipt = await bench.value(ValueOp.void, last + 1, 300, id);
      receiptIs(
        receipt,
        { result: ValueResult.alreadyDone, txid: id, amount: tokens(300), creditedTotal },
        'After a void that came late',
      );
    },
  },
  {
    id: 'value.void',
    title: 'A void under the next TC uses it up, and the credit can never come',
    rule: { section, text: 'the TC is used up: the credit can never come' },
    run: async (bench) => {
      const { last, credited } = await purse(bench);
      const id = txid(bench);
      const voided = {
        result: ValueResult.voided,
        counter: last + 1,
        txid: id,
        amount: tokens(0),
        creditedTotal: tokens(credited),
      };
      receiptIs(await bench.value(ValueOp.void, last + 1, 800, id), voided, 'After a void');
      receiptIs(await bench.value(ValueOp.credit, last + 1, 800, id), voided, 'After a credit that was voided');
      receiptIs(await bench.value(ValueOp.query, last + 1), voided, 'After a query of a void');
    },
  },
  {
    id: 'value.gap',
    title: 'A TC beyond the next does nothing and is answered with gap',
    rule: { section, text: 'TC > last + 1' },
    run: async (bench) => {
      const { last, credited } = await purse(bench);
      for (const counter of [last + 2, last + 50, U32_MAX]) {
        for (const op of [ValueOp.credit, ValueOp.void, ValueOp.close]) {
          const receipt = await bench.value(op, counter, op === ValueOp.close ? 0 : 500, txid(bench));
          const due = { result: ValueResult.gap, counter: last, txid: new Uint8Array(TXID_BYTES), amount: tokens(0) };
          receiptIs(receipt, { ...due, creditedTotal: tokens(credited) }, `After op ${op} under a TC that is too high`);
        }
      }
    },
  },
  {
    id: 'value.query',
    title: 'A query gets the receipt of its TC, TC 0 that of the last, and a TC that never was gap',
    rule: { section, text: 'query, TC held' },
    run: async (bench) => {
      const { last } = await purse(bench);
      const id = txid(bench);
      await bench.value(ValueOp.credit, last + 1, 60, id);
      const due = { result: ValueResult.alreadyDone, counter: last + 1, txid: id, amount: tokens(60) };
      receiptIs(await bench.value(ValueOp.query, last + 1), due, 'After a query of a credit');
      receiptIs(await bench.value(ValueOp.query, 0), due, 'After a query of the last');
      receiptIs(
        await bench.value(ValueOp.query, last + 2),
        { result: ValueResult.gap, counter: last + 1 },
        'After a query of a TC that never was',
      );
    },
  },
  {
    id: 'value.held',
    title: 'At least the last 16 receipts are kept',
    rule: { section, text: 'At least the last 16 are kept' },
    run: async (bench) => {
      const { last } = await purse(bench);
      const id = txid(bench);
      await bench.value(ValueOp.credit, last + 1, 40, id);
      for (let i = 2; i <= RECEIPTS_HELD; i++) await bench.value(ValueOp.void, last + i, 1, txid(bench));
      const due = { result: ValueResult.alreadyDone, counter: last + 1, txid: id, amount: tokens(40) };
      receiptIs(await bench.value(ValueOp.query, last + 1), due, `After ${RECEIPTS_HELD} operations`);
    },
  },
  {
    id: 'value.full',
    title: 'A credit for which there is no room uses its TC up, and nothing is credited',
    rule: { section, text: 'nothing is credited, the TC is used up' },
    run: async (bench) => {
      const { last, credited } = await purse(bench);
      await bench.value(ValueOp.credit, last + 1, 10_000, txid(bench));
      const id = txid(bench);
      const due = {
        result: ValueResult.full,
        counter: last + 2,
        txid: id,
        amount: tokens(0),
        creditedTotal: tokens(credited + 10_000),
      };
      receiptIs(await bench.value(ValueOp.credit, last + 2, U32_MAX, id), due, 'After a credit without room');
      receiptIs(await bench.value(ValueOp.credit, last + 2, 5, id), due, 'After the same TC again');
    },
  },
  {
    id: 'value.not-understood',
    title: 'A body of value that is not understood is not answered, and changes nothing',
    rule: { section: 'results-heads-and-flags', text: 'A value body that is not understood is not answered at all' },
    run: async (bench) => {
      const { last, credited } = await purse(bench);
      const command = { op: ValueOp.credit, counter: last + 1, txid: txid(bench), amount: tokens(500) };
      const right = encodeValueCommand(bench.suite, command);
      const wrong: Uint8Array[] = [];
      if (bench.suite === Suite.tripleDesXo) wrong.push(new Uint8Array([...right, ...right.subarray(0, 8)]));
      else {
        wrong.push(right.subarray(0, 17), new Uint8Array([...right, 0]), new Uint8Array(0));
        // Another op than H says, and a unit that there is not.
        for (const [at, value] of [
          [0, 0],
          [0, 2],
          [0, 3],
          [0, 4],
          [17, 1],
        ] as const) {
          const other = right.slice();
          other[at] = value;
          wrong.push(other);
        }
      }
      for (const body of wrong) {
        const answer = await bench.command(await bench.begin(Purpose.value, Command.valueStore), body);
        expect(answer === undefined, 'a body of value that is not understood is answered');
      }
      const after = await bench.purse();
      expect(after.last === last && after.credited === credited, 'a body that is not understood changed the purse');
    },
  },
  {
    id: 'value.close',
    title: 'Closing empties the purse, says what was left, and a credit opens it again',
    rule: { section, text: 'purse, tank and exchanger are emptied, the relay opens' },
    run: async (bench) => {
      const { last, credited } = await purse(bench);
      const filled = await bench.value(ValueOp.credit, last + 1, 4000, txid(bench));
      const id = txid(bench);
      const closed = await bench.value(ValueOp.close, last + 2, 0, id);
      receiptIs(closed, { result: ValueResult.done, counter: last + 2, txid: id, balance: tokens(0) }, 'After a close');
      expect(
        closed.amount <= filled.balance && closed.amount > 0,
        `a close of ${filled.balance} says that ${closed.amount} were left`,
      );
      receiptIs(closed, { creditedTotal: tokens(credited + 4000) }, 'After a close');
      if (closed.flags !== undefined)
        expect(
          (closed.flags & 3) === 3,
          'after a close the flags say neither that the relay is open nor that Balance is 0',
        );
      receiptIs(
        await bench.value(ValueOp.close, last + 2, 0, id),
        { result: ValueResult.alreadyDone, amount: closed.amount },
        'After the same close again',
      );
      const opened = await bench.value(ValueOp.credit, last + 3, 2000, txid(bench));
      expect(opened.result === ValueResult.done && opened.balance > 0, 'a purse that was closed takes no credit');
    },
  },
];
