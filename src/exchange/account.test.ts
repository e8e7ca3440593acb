import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { tokens } from '../units/index.ts';
import {
  asVoid,
  decodeSeedTokens,
  decodeValueCommand,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  judgeReceipt,
  judgeStatus,
  nextOutstanding,
  type Outstanding,
  type PurseAccount,
  RECEIPTS_KEPT,
  txidOf,
  txidTextOf,
  type ValueCommand,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from './index.ts';
import { ID, OTHER_ID, REPAIRED } from './sides.testing.ts';
import { COMMAND_OF_OP } from './value.ts';

const OWN = txidOf('order-own');
const FOREIGN = txidOf('order-foreign');
const LAST = 41;

const credit: Outstanding = { counter: LAST + 1, txid: OWN, amount: tokens(500), op: ValueOp.credit };
const OUTSTANDING = {
  none: undefined,
  credit,
  void: asVoid(credit),
  close: { ...credit, op: ValueOp.close, amount: tokens(0) },
} as const satisfies Record<string, Outstanding | undefined>;

const accountWith = (outstanding: keyof typeof OUTSTANDING): PurseAccount => ({
  lastCounter: LAST,
  outstanding: OUTSTANDING[outstanding],
});

test('the status in M2 means what the table says, for every distance between meter and host', () => {
  // meter's last TC less the host's · outstanding · judgement
  const table = `
    -41 none   freeze meter-behind-host
    -1  none   freeze meter-behind-host
    -1  credit freeze meter-behind-host
    0   none   send
    0   credit send
    0   void   send
    0   close  send
    1   none   query 42
    1   credit send
    1   void   send
    1   close  send
    2   none   query 42
    2   credit query 42
    2   void   query 42
    16  none   query 42
    16  credit query 42
    17  none   freeze gap-longer-than-ring
    17  credit freeze gap-longer-than-ring
    999 close  freeze gap-longer-than-ring`;
  for (const [ahead, outstanding, type, detail] of rowsOf(table)) {
    const status = { lastCounter: LAST + Number(ahead), creditedTotal: tokens(0) };
    const judged = judgeStatus(accountWith(outstanding as keyof typeof OUTSTANDING), status);
    const expected =
      type === 'freeze' ? { type, doubt: detail } : type === 'query' ? { type, counter: Number(detail) } : { type };
    assert.deepEqual(judged, expected, `${ahead} ahead, outstanding ${outstanding}`);
  }
  assert.equal(RECEIPTS_KEPT, 16);
});

test('a receipt means what the table says, for every result, TC, TXID and outstanding operation', () => {
  // result · TC against the host's last + 1 · TXID · amount · outstanding · judgement. A dash is any.
  const table = `
    done            own   own     500 credit stored 500
    alreadyDone     own   own     500 credit stored 500
    done            own   own     500 void   stored 500
    alreadyDone     own   own     500 void   stored 500
    voided          own   own     0   void   not-stored voided
    voided          own   own     0   credit not-stored voided
    full            own   own     0   credit not-stored full
    full            own   own     0   void   not-stored full
    done            own   own     77  close  closed 77
    alreadyDone     own   own     77  close  closed 77
    alreadyDone     own   own     499 credit freeze amount-differs
    done            own   own     501 void   freeze amount-differs
    done            own   foreign 300 credit adopt 300 applied
    alreadyDone     own   foreign 300 void   adopt 300 applied
    alreadyDone     own   foreign 300 close  adopt 300 applied
    alreadyDone     own   foreign 300 none   adopt 300 applied
    voided          own   foreign 300 none   adopt 0 void
    voided          own   foreign 300 credit adopt 0 void
    full            own   foreign 300 credit adopt 0 void
    done            old   own     500 credit nothing-new
    alreadyDone     old   foreign 500 credit nothing-new
    voided          old   own     0   void   nothing-new
    full            old   own     0   none   nothing-new
    alreadyDone     newer own     500 credit nothing-new
    alreadyDone     newer foreign 500 none   nothing-new
    refusedByPolicy own   own     0   credit nothing-new
    refusedByPolicy own   own     0   void   nothing-new
    gap             last  own     0   credit nothing-new
    gap             own   own     0   credit nothing-new
    gap             newer own     0   none   nothing-new
    gap             old   own     0   credit freeze meter-behind-host
    gap             old   own     0   none   freeze meter-behind-host
    frozen          own   own     500 credit freeze meter-frozen
    frozen          old   own     0   none   freeze meter-frozen`;
  const counters: Record<string, number> = { own: LAST + 1, last: LAST, old: LAST - 1, newer: LAST + 2 };
  const covered = new Set<string>();
  for (const [result = '', counter = '', txid, amount, outstanding, type, detail, more] of rowsOf(table)) {
    const receipt = receiptOf({
      result: ValueResult[result as keyof typeof ValueResult],
      counter: counters[counter] as number,
      txid: txid === 'own' ? OWN : FOREIGN,
      amount: tokens(Number(amount)),
    });
    const account = accountWith(outstanding as keyof typeof OUTSTANDING);
    const expected = {
      stored: { type, amount: Number(detail) },
      closed: { type, amount: Number(detail) },
      'not-stored': { type, why: detail },
      adopt: { type, amount: Number(detail), applied: more === 'applied' },
      'nothing-new': { type },
      freeze: { type, doubt: detail },
    }[type as string];
    assert.deepEqual(judgeReceipt(account, receipt), expected, `${result} ${counter} ${txid} with ${outstanding}`);
    covered.add(result);
  }
  assert.deepEqual([...covered].sort(), Object.keys(ValueResult).sort(), 'every result stands in the table');
});

test('receipts only add knowledge: once booked, any receipt of that TC again says nothing new', () => {
  const booked: PurseAccount = { lastCounter: LAST + 1, outstanding: undefined };
  for (const result of [ValueResult.done, ValueResult.alreadyDone, ValueResult.full, ValueResult.voided]) {
    assert.deepEqual(judgeReceipt(booked, receiptOf({ result })), { type: 'nothing-new' });
  }
});

test('a TXID of another length, or that differs in any bit, is foreign', () => {
  const account = accountWith('credit');
  for (let bit = 0; bit < 64; bit++) {
    const txid = OWN.slice();
    txid[bit >> 3] = (txid[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.equal(judgeReceipt(account, receiptOf({ txid })).type, 'adopt');
  }
  assert.equal(judgeReceipt(account, receiptOf({ txid: OWN.subarray(0, 7) })).type, 'adopt');
});

test('the next transaction takes the next TC, and there is one at a time', () => {
  const order = { txid: OWN, amount: tokens(500), op: ValueOp.credit };
  assert.deepEqual(nextOutstanding(accountWith('none'), order), credit);
  assert.throws(() => nextOutstanding(accountWith('credit'), order), /one value transaction at a time/);
});

test('a void keeps TC, TXID and amount of its credit, and a closed purse is not voided', () => {
  assert.deepEqual(asVoid(credit), { ...credit, op: ValueOp.void });
  assert.deepEqual(asVoid(asVoid(credit)), asVoid(credit));
  assert.throws(() => asVoid(OUTSTANDING.close), /not undone by a void/);
});

test('the TXID of an order is the first 8 bytes of SHA-256 of its UTF-8', () => {
  assert.equal(Buffer.from(txidOf('order-000001')).toString('hex'), 'ade386486bfc747d');
  // SHA-256 of no bytes begins so (FIPS 180-4).
  assert.equal(Buffer.from(txidOf('')).toString('hex'), 'e3b0c44298fc1c14');
  // Also of a text that is no whole Unicode.
  for (const id of ['', 'order-000001', 'Bestellung 1 für Kim', '주문 1', '💡', '\ud83d', 'a\udca1b'])
    assert.equal(txidTextOf(id), Buffer.from(txidOf(id)).toString('hex'), id);
});

const LIMITS = [0, 1, 0xffff_ffff] as const;

test('status, command and receipt come back as they went, in every suite and at every limit', () => {
  for (const limit of LIMITS) {
    const status = { lastCounter: limit, creditedTotal: tokens(limit === 0 ? 0 : Number.MAX_SAFE_INTEGER) };
    assert.deepEqual(decodeValueStatus(encodeValueStatus(status)), status);
    for (const suite of REPAIRED) {
      for (const op of Object.values(ValueOp)) {
        const command: ValueCommand = { op, counter: limit, txid: OWN, amount: tokens(limit) };
        assert.deepEqual(decodeValueCommand(suite, COMMAND_OF_OP[op], encodeValueCommand(suite, command)), command);
      }
      for (const result of Object.values(ValueResult)) {
        const receipt = receiptOf({ result, counter: limit, amount: tokens(limit), balance: tokens(limit) });
        const aes = suite !== Suite.tripleDesXo;
        assert.deepEqual(decodeValueReceipt(suite, ID, encodeValueReceipt(suite, ID, receipt)), {
          ...receipt,
          clock: aes ? receipt.clock : undefined,
          flags: aes ? receipt.flags : undefined,
        });
      }
    }
    const seed = encodeValueCommand(Suite.tripleDes, { ...credit, amount: tokens(limit) });
    assert.equal(decodeSeedTokens(seed), limit);
    const balance = encodeValueReceipt(Suite.tripleDes, ID, receiptOf({ balance: tokens(limit) }));
    assert.equal(decodeSeedTokens(balance), limit);
  }
});

test('a receipt without clock and flags is written with zeros', () => {
  const bytes = encodeValueReceipt(Suite.aes128, ID, receiptOf({ clock: undefined, flags: undefined }));
  assert.deepEqual(bytes.slice(-6), new Uint8Array(6));
});

test('a body of any other length, result, op, unit or terminal is wrong', () => {
  const wrong = { reason: 'body-wrong' };
  const resized = (bytes: Uint8Array) => [bytes.subarray(0, -1), new Uint8Array([...bytes, 0]), new Uint8Array(0)];
  const status = encodeValueStatus({ lastCounter: 1, creditedTotal: tokens(1) });
  for (const bytes of resized(status)) assert.deepEqual(decodeValueStatus(bytes), wrong);
  assert.deepEqual(decodeValueStatus(new Uint8Array(12).fill(0xff)), wrong, 'a total above 2^53');
  for (const bytes of resized(encodeValueCommand(Suite.tripleDes, credit))) {
    assert.deepEqual(decodeSeedTokens(bytes), wrong);
  }
  for (const suite of REPAIRED) {
    const command = encodeValueCommand(suite, credit);
    for (const bytes of resized(command)) assert.deepEqual(decodeValueCommand(suite, 0x10, bytes), wrong);
    assert.deepEqual(decodeValueCommand(suite, 0x18, command), wrong, 'H carries no op');
    const receipt = encodeValueReceipt(suite, ID, receiptOf({}));
    for (const bytes of resized(receipt)) assert.deepEqual(decodeValueReceipt(suite, ID, bytes), wrong);
    const place = suite === Suite.tripleDesXo ? 7 : 0;
    for (let result = 0; result < 256; result++) {
      receipt[place] = result;
      const decoded = decodeValueReceipt(suite, ID, receipt);
      assert.equal('reason' in decoded, result > ValueResult.refusedByPolicy, `result ${result}`);
    }
    receipt[place] = 0;
    const other = decodeValueReceipt(suite, OTHER_ID, receipt);
    assert.equal('reason' in other, suite === Suite.tripleDesXo, 'suite 3des-xo names the terminal in the receipt');
    if (suite === Suite.tripleDesXo) continue;
    for (const h of [0x11, 0x12, 0x13] as const) {
      assert.deepEqual(decodeValueCommand(suite, h, command), wrong, 'H and op disagree');
    }
    assert.deepEqual(decodeValueCommand(suite, 0x10, new Uint8Array([...command.subarray(0, -1), 1])), wrong, 'unit');
  }
});

function receiptOf(fields: Partial<ValueReceipt>): ValueReceipt {
  return {
    result: ValueResult.done,
    counter: LAST + 1,
    txid: OWN,
    amount: credit.amount,
    balance: tokens(900),
    creditedTotal: tokens(1400),
    clock: 1_000_000_000 as ValueReceipt['clock'],
    flags: 0x0fff,
    ...fields,
  };
}

const rowsOf = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
