import { equalConstantTime, Reader, Writer } from '../bytes/index.ts';
import { SipKey, sipHash24 } from '../crypto/index.ts';
import { TXID_BYTES, ValueOp, ValueResult } from '../exchange/index.ts';
import { assert, type Randomness, U32_MAX } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, BusLabel, BusReply, busTag, DrawKind, SvmRequest } from './bus.ts';
import { getU16, getU24, getU32, getU40, type Nvm, putU16, putU24, putU32, putU40 } from './nvm.ts';
import {
  emptyPurse,
  FrozenReason,
  getPurse,
  getReceipt,
  PURSE_RECORD_BYTES,
  type PurseRecord,
  putPurse,
  putReceipt,
  RECEIPT_ROW_BYTES,
  RECEIPT_ROWS,
  type Receipt,
  ReceiptKind,
  tokensOut,
} from './purse.ts';

/** A draw from the purse into the token tank. */
export const DRAW_TOKENS_MAX = 100;

/**
 * Where the purse lies in the meter's memory: receipts, four slots of the record, and a ring of use rows.
 * Its rows carry one a minute for twenty years within the wear budget of `wear.test.ts`.
 */
export const PURSE_SLOTS = 4;
export const USE_ROWS = 32;
export const USE_ROW_BYTES = 31;
const SLOTS_AT = RECEIPT_ROWS * RECEIPT_ROW_BYTES;
const ROWS_AT = SLOTS_AT + PURSE_SLOTS * PURSE_RECORD_BYTES;
export const PURSE_BYTES = ROWS_AT + USE_ROWS * USE_ROW_BYTES;

/** The chip's own memory: two keys, and the sequence in a ring of cells {u32, its complement}. */
const KEY_BYTES = 16;
const CELLS_AT = 2 * KEY_BYTES;
const CELLS = 64;
const CELL_BYTES = 8;
export const SVM_MEMORY_BYTES = CELLS_AT + CELLS * CELL_BYTES;

/**
 * The store value module (part 166). It believes the SAM alone, by tags over its own nonces; the meter's CPU, which
 * carries the messages, can neither credit, nor draw twice, nor read a key. Every change is one commit in the
 * meter's memory, and the sequence of the last one also stands in the chip: what was edited, or put back from an
 * older copy, is found at the next start and freezes the value.
 */
export interface Svm {
  readonly nvm: Nvm;
  readonly base: number;
  readonly memory: Nvm;
  readonly randomness: Randomness;
  readonly recordKey: SipKey;
  readonly pairKey: SipKey;
  purse: PurseRecord;
  slot: number;
  recordSequence: number;
  /** Spent and carried since the record, as in the newest use row. */
  spent: number;
  remainder: number;
  /** What the newest use row says of its minute, for the profile to take over after a power cut. */
  lastUse: { readonly minute: number; readonly energy: number; readonly mark: number } | undefined;
  samNonce: Uint8Array;
  applyNonce: Uint8Array | undefined;
  drawNonce: Uint8Array | undefined;
  floorNonce: Uint8Array | undefined;
}

/** A new chip: its keys, and an empty purse as its first commit. */
export function personaliseSvm(nvm: Nvm, base: number, memory: Nvm, pairKey: Uint8Array, randomness: Randomness): void {
  const recordKey = new Uint8Array(KEY_BYTES);
  randomness.fill(recordKey);
  memory.write(0, recordKey, 0, KEY_BYTES);
  memory.write(KEY_BYTES, pairKey, 0, KEY_BYTES);
  writeCell(memory, 0);
  const svm = blankSvm(nvm, base, memory, randomness);
  svm.purse = { ...emptyPurse(), receiptsDigest: receiptsDigest(svm, 0) };
  commit(svm);
}

/** Power comes: reads the newest commit back, and freezes when what is there is not what was left. */
export function startSvm(nvm: Nvm, base: number, memory: Nvm, randomness: Randomness): Svm {
  const svm = blankSvm(nvm, base, memory, randomness);
  recover(svm);
  return svm;
}

/** One message from the bus, one reply: first byte a `BusReply`, then what the request's line in `bus.ts` says. */
export function svmCommand(svm: Svm, request: Uint8Array): Uint8Array {
  switch (request[0]) {
    case SvmRequest.use:
      return use(svm, request);
    case SvmRequest.status:
      return status(svm, request);
    case SvmRequest.apply:
      return apply(svm, request);
    case SvmRequest.drawChallenge:
      return drawChallenge(svm, request);
    case SvmRequest.draw:
      return draw(svm, request);
    case SvmRequest.floors:
      return floors(svm, request);
    case SvmRequest.raiseFloor:
      return raiseFloor(svm, request);
    case SvmRequest.levels:
      return levels(svm);
    default:
      return REFUSED;
  }
}

const DONE = Uint8Array.of(BusReply.done);
const REFUSED = Uint8Array.of(BusReply.refused);
const FROZEN = Uint8Array.of(BusReply.frozen);

function blankSvm(nvm: Nvm, base: number, memory: Nvm, randomness: Randomness): Svm {
  return {
    nvm,
    base,
    memory,
    randomness,
    recordKey: new SipKey(memory.bytes, 0),
    pairKey: new SipKey(memory.bytes, KEY_BYTES),
    purse: emptyPurse(),
    slot: 0,
    recordSequence: 0,
    spent: 0,
    remainder: 0,
    lastUse: undefined,
    samNonce: new Uint8Array(BUS_NONCE_BYTES),
    applyNonce: undefined,
    drawNonce: undefined,
    floorNonce: undefined,
  };
}

/** X12: use is one row, committed with the minute of the profile; two thirds of a microsecond would be too long here. */
function use(svm: Svm, request: Uint8Array): Uint8Array {
  const { purse } = svm;
  if (purse.frozen !== FrozenReason.none) return FROZEN;
  const spent = getU24(request, 7);
  if (spent < svm.spent || spent > tokensOut(purse)) return REFUSED;
  const sequence = purse.sequence + 1;
  const row = ROW;
  putU32(row, 0, sequence);
  putU32(row, 4, svm.recordSequence);
  for (let i = 0; i < USE_BODY_BYTES; i++) row[8 + i] = request[1 + i] as number;
  sipHash24(svm.recordKey, row, 0, ROW_TAG_AT, row, ROW_TAG_AT);
  svm.nvm.write(rowAddress(svm, sequence), row, 0, USE_ROW_BYTES);
  writeCell(svm.memory, sequence);
  purse.sequence = sequence;
  svm.spent = spent;
  svm.remainder = getU40(request, 10);
  return DONE;
}

/**
 * seq u32 | seq of the record it follows u32 | minute u32 | energy u16 | spent u24 | remainder u40 | mark u8 | tag 8:
 * 23 bytes under the tag, because the 24th would cost SipHash one block more.
 */
const USE_BODY_BYTES = 15;
const ROW_TAG_AT = 8 + USE_BODY_BYTES;
const ROW = new Uint8Array(USE_ROW_BYTES);

function status(svm: Svm, request: Uint8Array): Uint8Array {
  if (request.length !== 1 + BUS_NONCE_BYTES) return REFUSED;
  svm.samNonce = request.slice(1);
  svm.applyNonce = freshNonce(svm);
  const { purse } = svm;
  const told = new Writer(20).u32(purse.lastCounter).u64(purse.credited).bytes(svm.applyNonce).done();
  return reply(svm, BusLabel.status, svm.samNonce, told);
}

/** The exactly-once rule, X3 to X5: applied if and only if TC = last + 1, and told from the ring if it is not. */
function apply(svm: Svm, request: Uint8Array): Uint8Array {
  const { applyNonce } = svm;
  const body = request.subarray(1, -BUS_TAG_BYTES);
  if (applyNonce === undefined || request.length !== 1 + 17 + BUS_TAG_BYTES) return REFUSED;
  if (!equalConstantTime(busTag(svm.pairKey, BusLabel.apply, applyNonce, body), request.subarray(-BUS_TAG_BYTES))) {
    return REFUSED;
  }
  svm.applyNonce = undefined; // burnt before anything is applied (X6)
  const reader = new Reader(body);
  const op = reader.u8();
  const counter = reader.u32();
  const txid = reader.view(TXID_BYTES).slice();
  const outcome = carryOut(svm, op, { counter, txid, amount: reader.u32() });
  const { purse } = svm;
  const told = new Writer(32)
    .u8(outcome.result)
    .u32(outcome.receipt.counter)
    .bytes(outcome.receipt.txid)
    .u32(outcome.receipt.amount)
    .u32(shownBalance(svm))
    .u64(purse.credited)
    .done();
  return reply(svm, BusLabel.receipt, svm.samNonce, told);
}

interface Named {
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: number;
}

interface Outcome {
  readonly result: ValueResult;
  readonly receipt: Named;
}

const NO_TXID = new Uint8Array(TXID_BYTES);

function carryOut(svm: Svm, op: number, named: Named): Outcome {
  const { purse } = svm;
  const gap = (): Outcome => ({
    result: ValueResult.gap,
    receipt: { counter: purse.lastCounter, txid: NO_TXID, amount: 0 },
  });
  if (purse.frozen !== FrozenReason.none) {
    return { result: ValueResult.frozen, receipt: { counter: purse.lastCounter, txid: NO_TXID, amount: 0 } };
  }
  if (op === ValueOp.query) {
    const asked = receiptOf(svm, named.counter === 0 ? purse.lastCounter : named.counter);
    return asked === undefined ? gap() : told(asked);
  }
  if (named.counter <= purse.lastCounter) {
    const kept = receiptOf(svm, named.counter); // X4
    return kept === undefined ? gap() : told(kept);
  }
  if (named.counter > purse.lastCounter + 1) return gap(); // X5
  switch (op) {
    case ValueOp.credit:
      return credit(svm, named);
    case ValueOp.void:
      return settle(svm, { ...named, amount: 0, kind: ReceiptKind.voided });
    case ValueOp.close:
      return close(svm, named);
    default:
      return gap();
  }
}

function credit(svm: Svm, named: Named): Outcome {
  const { purse } = svm;
  if (shownBalance(svm) + named.amount > U32_MAX) {
    return settle(svm, { ...named, amount: 0, kind: ReceiptKind.full });
  }
  const repaid = Math.min(purse.owed, named.amount); // emergency credit is repaid first
  purse.credited += named.amount;
  purse.owed -= repaid;
  purse.balance += named.amount - repaid;
  return settle(svm, { ...named, kind: ReceiptKind.credited });
}

function close(svm: Svm, named: Named): Outcome {
  const { purse } = svm;
  const amount = shownBalance(svm);
  purse.closed += amount;
  purse.balance = 0;
  return settle(svm, { ...named, amount, kind: ReceiptKind.closed });
}

/** Commits the receipt together with the purse as it now is. */
function settle(svm: Svm, receipt: Receipt): Outcome {
  const { purse } = svm;
  purse.lastCounter = receipt.counter;
  const row = new Uint8Array(RECEIPT_ROW_BYTES);
  putReceipt(row, receipt);
  commit(svm, row);
  if (purse.frozen !== FrozenReason.none) return { result: ValueResult.frozen, receipt };
  const fresh = told(receipt);
  return fresh.result === ValueResult.alreadyDone ? { ...fresh, result: ValueResult.done } : fresh;
}

/** A receipt of the ring as an answer: credited and closed are "already done". */
function told(receipt: Receipt): Outcome {
  const result =
    receipt.kind === ReceiptKind.voided
      ? ValueResult.voided
      : receipt.kind === ReceiptKind.full
        ? ValueResult.full
        : ValueResult.alreadyDone;
  return { result, receipt };
}

function drawChallenge(svm: Svm, request: Uint8Array): Uint8Array {
  if (request.length !== 1 + BUS_NONCE_BYTES) return REFUSED;
  const { purse } = svm;
  svm.drawNonce = freshNonce(svm);
  const body = new Writer(20).u32(purse.drawNumber).u32(purse.balance).u32(purse.owed).bytes(svm.drawNonce).done();
  return reply(svm, BusLabel.challenge, request.slice(1), body);
}

/** One commit {balance − min(amount, balance), draw number + 1} (X12); a loan raises what is owed instead. */
function draw(svm: Svm, request: Uint8Array): Uint8Array {
  const { drawNonce, purse } = svm;
  if (drawNonce === undefined || request.length !== 1 + 3 + BUS_TAG_BYTES) return REFUSED;
  const kind = request[1];
  const amount = ((request[2] as number) << 8) | (request[3] as number);
  const signed = new Uint8Array(7);
  putU32(signed, 0, purse.drawNumber);
  signed.set(request.subarray(1, 4), 4);
  if (!equalConstantTime(busTag(svm.pairKey, BusLabel.draw, drawNonce, signed), request.subarray(4))) return REFUSED;
  svm.drawNonce = undefined;
  if (purse.frozen !== FrozenReason.none) return FROZEN;
  if (amount > DRAW_TOKENS_MAX) return REFUSED;
  let granted = Math.min(amount, purse.balance);
  if (kind === DrawKind.loan) {
    granted = amount;
    purse.owed += amount;
  } else purse.balance -= granted;
  purse.drawNumber += 1;
  commit(svm);
  if (isFrozen(svm)) return FROZEN;
  return Uint8Array.of(BusReply.done, granted >> 8, granted);
}

function floors(svm: Svm, request: Uint8Array): Uint8Array {
  if (request.length !== 1 + BUS_NONCE_BYTES) return REFUSED;
  svm.floorNonce = freshNonce(svm);
  const body = new Writer(16).bytes(svm.purse.floors).bytes(svm.floorNonce).done();
  return reply(svm, BusLabel.floors, request.slice(1), body);
}

/** A floor only rises: the named generation becomes the lowest that is good for its purpose and suite. */
function raiseFloor(svm: Svm, request: Uint8Array): Uint8Array {
  const { floorNonce, purse } = svm;
  if (floorNonce === undefined || request.length !== 2 + BUS_TAG_BYTES) return REFUSED;
  const n = request[1] as number;
  const tag = busTag(svm.pairKey, BusLabel.raise, floorNonce, request.subarray(1, 2));
  if (!equalConstantTime(tag, request.subarray(2))) return REFUSED;
  svm.floorNonce = undefined;
  if (isFrozen(svm)) return FROZEN;
  if (floorOf(purse.floors, n) >= (n & 0x0f)) return DONE;
  const pair = purse.floors[n >> 5] as number;
  purse.floors[n >> 5] = n & 0x10 ? (pair & 0xf0) | (n & 0x0f) : (pair & 0x0f) | ((n & 0x0f) << 4);
  commit(svm);
  return isFrozen(svm) ? FROZEN : DONE;
}

/** The lowest good generation for the purpose and suite of `n`. */
export const floorOf = (floorNibbles: Uint8Array, n: number): number =>
  n & 0x10 ? (floorNibbles[n >> 5] as number) & 0x0f : (floorNibbles[n >> 5] as number) >> 4;

/** balance u32 | tank and exchanger u32 | owed u32 | credited u64 | from cards u64 | used u64 | closed u64 | frozen u8. */
function levels(svm: Svm): Uint8Array {
  const { purse } = svm;
  return new Writer(46)
    .u8(BusReply.done)
    .u32(purse.balance)
    .u32(tokensOut(purse) - svm.spent)
    .u32(purse.owed)
    .u64(purse.credited)
    .u64(purse.fromCards)
    .u64(purse.used + svm.spent)
    .u64(purse.closed)
    .u8(purse.frozen)
    .done();
}

/** What the display shows as far as the SVM knows: the tank and exchanger as of the last use row. */
const shownBalance = (svm: Svm): number => svm.purse.balance + tokensOut(svm.purse) - svm.spent;

function isFrozen(svm: Svm): boolean {
  return svm.purse.frozen !== FrozenReason.none;
}

function reply(svm: Svm, label: BusLabel, nonce: Uint8Array, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(1 + body.length + BUS_TAG_BYTES);
  whole[0] = BusReply.done;
  whole.set(body, 1);
  whole.set(busTag(svm.pairKey, label, nonce, body), 1 + body.length);
  return whole;
}

function freshNonce(svm: Svm): Uint8Array {
  const nonce = new Uint8Array(BUS_NONCE_BYTES);
  svm.randomness.fill(nonce);
  return nonce;
}

/**
 * X3 in the order of its bytes: the next slot is made invalid, the receipt written, the slot's body and CRC, and at
 * last its first byte, which makes it valid. The old slot holds until then. Read back before anyone is answered.
 */
function commit(svm: Svm, receiptRow?: Uint8Array): void {
  const { nvm, purse } = svm;
  purse.used += svm.spent;
  purse.remainder = svm.remainder;
  svm.spent = 0;
  const slot = (svm.slot + 1) % PURSE_SLOTS;
  const at = slotAddress(svm, slot);
  nvm.write(at, ZERO, 0, 1);
  if (receiptRow !== undefined) {
    nvm.write(receiptAddress(svm, purse.lastCounter), receiptRow, 0, RECEIPT_ROW_BYTES);
    purse.receiptsDigest.set(receiptsDigest(svm, purse.lastCounter));
  }
  purse.sequence += 1;
  putPurse(RECORD, purse, svm.recordKey);
  nvm.write(at + 1, RECORD, 1, PURSE_RECORD_BYTES - 1);
  nvm.write(at, RECORD, 0, 1);
  for (let i = 0; i < PURSE_RECORD_BYTES; i++) {
    if (nvm.bytes[at + i] !== RECORD[i]) {
      purse.frozen = FrozenReason.memoryDamaged;
      return;
    }
  }
  writeCell(svm.memory, purse.sequence);
  svm.slot = slot;
  svm.recordSequence = purse.sequence;
}

const ZERO = new Uint8Array(1);
const RECORD = new Uint8Array(PURSE_RECORD_BYTES);

/**
 * Finds the commit whose sequence the chip knows, or the one after it, which the power cut off between the memory
 * and the chip. Nothing else is believed.
 */
function recover(svm: Svm): void {
  const known = readCell(svm.memory);
  let edited = false;
  let newest: PurseRecord | undefined;
  for (let slot = 0; slot < PURSE_SLOTS; slot++) {
    const reading = getPurse(svm.nvm.bytes, slotAddress(svm, slot), svm.recordKey);
    if (reading.type === 'edited') edited = true;
    if (reading.type !== 'valid' || reading.purse.sequence > known + 1) continue;
    if (newest === undefined || reading.purse.sequence > newest.sequence) {
      newest = reading.purse;
      svm.slot = slot;
    }
  }
  if (newest === undefined) {
    svm.purse.frozen = edited ? FrozenReason.memoryEdited : FrozenReason.memoryDamaged;
    return;
  }
  svm.purse = newest;
  svm.recordSequence = newest.sequence;
  svm.remainder = newest.remainder;
  const row = readRow(svm, known + 1) ?? readRow(svm, known);
  const isNewest = newest.sequence === known + 1 || (newest.sequence === known && row?.sequence !== known + 1);
  if (row !== undefined && !isNewest && row.recordSequence === newest.sequence) {
    svm.purse.sequence = row.sequence;
    svm.spent = row.spent;
    svm.remainder = row.remainder;
  } else if (!isNewest) {
    svm.purse.frozen = edited ? FrozenReason.memoryEdited : FrozenReason.memoryRolledBack;
    return;
  }
  if (!sameBytes(receiptsDigest(svm, newest.lastCounter), newest.receiptsDigest)) {
    svm.purse.frozen = FrozenReason.memoryEdited;
    return;
  }
  if (svm.purse.sequence === known + 1) writeCell(svm.memory, known + 1);
  svm.lastUse = newestRow(svm, svm.purse.sequence);
}

/** The newest use row, also when a draw or a credit came after it: its minute is the last one of the profile. */
function newestRow(svm: Svm, sequence: number): UseRow | undefined {
  for (let back = 0; back < USE_ROWS && back < sequence; back++) {
    const row = readRow(svm, sequence - back);
    if (row !== undefined) return row;
  }
  return undefined;
}

interface UseRow {
  readonly sequence: number;
  readonly recordSequence: number;
  readonly minute: number;
  readonly energy: number;
  readonly spent: number;
  readonly remainder: number;
  readonly mark: number;
}

function readRow(svm: Svm, sequence: number): UseRow | undefined {
  const at = rowAddress(svm, sequence);
  const bytes = svm.nvm.bytes.subarray(at, at + USE_ROW_BYTES);
  const tag = new Uint8Array(BUS_TAG_BYTES);
  sipHash24(svm.recordKey, bytes, 0, ROW_TAG_AT, tag, 0);
  if (!sameBytes(tag, bytes.subarray(ROW_TAG_AT)) || getU32(bytes, 0) !== sequence) return undefined;
  return {
    sequence,
    recordSequence: getU32(bytes, 4),
    minute: getU32(bytes, 8),
    energy: getU16(bytes, 12),
    spent: getU24(bytes, 14),
    remainder: getU40(bytes, 17),
    mark: bytes[22] as number,
  };
}

function receiptOf(svm: Svm, counter: number): Receipt | undefined {
  const { lastCounter } = svm.purse;
  if (counter === 0 || counter > lastCounter || counter <= lastCounter - (RECEIPT_ROWS - 1)) return undefined;
  const receipt = getReceipt(svm.nvm.bytes, receiptAddress(svm, counter));
  assert(receipt.counter === counter, 'the ring holds the receipt of each of its counters');
  return receipt;
}

/** Over the sixteen rows that hold once `lastCounter` is the last: all but the one that the next is written to. */
function receiptsDigest(svm: Svm, lastCounter: number): Uint8Array {
  const data = new Uint8Array((RECEIPT_ROWS - 1) * RECEIPT_ROW_BYTES);
  let at = 0;
  for (let row = 0; row < RECEIPT_ROWS; row++) {
    if (row === (lastCounter + 1) % RECEIPT_ROWS) continue;
    const from = svm.base + row * RECEIPT_ROW_BYTES;
    data.set(svm.nvm.bytes.subarray(from, from + RECEIPT_ROW_BYTES), at);
    at += RECEIPT_ROW_BYTES;
  }
  const digest = new Uint8Array(8);
  sipHash24(svm.recordKey, data, 0, data.length, digest, 0);
  return digest;
}

const receiptAddress = (svm: Svm, counter: number): number => svm.base + (counter % RECEIPT_ROWS) * RECEIPT_ROW_BYTES;
const slotAddress = (svm: Svm, slot: number): number => svm.base + SLOTS_AT + slot * PURSE_RECORD_BYTES;
const rowAddress = (svm: Svm, sequence: number): number => svm.base + ROWS_AT + (sequence % USE_ROWS) * USE_ROW_BYTES;

const CELL = new Uint8Array(CELL_BYTES);

function writeCell(memory: Nvm, sequence: number): void {
  putU32(CELL, 0, sequence);
  putU32(CELL, 4, ~sequence);
  memory.write(CELLS_AT + (sequence % CELLS) * CELL_BYTES, CELL, 0, CELL_BYTES);
}

/** The highest sequence among the cells that are whole; a torn cell is one that was not yet committed. */
function readCell(memory: Nvm): number {
  let highest = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const at = CELLS_AT + cell * CELL_BYTES;
    const sequence = getU32(memory.bytes, at);
    if (getU32(memory.bytes, at + 4) === ~sequence >>> 0 && sequence > highest) highest = sequence;
  }
  return highest;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The body of a `use` request, in place: the CPU sends one each minute and allocates nothing. */
export function putUse(
  request: Uint8Array,
  minute: number,
  energy: number,
  spent: number,
  remainder: number,
  mark: number,
): void {
  request[0] = SvmRequest.use;
  putU32(request, 1, minute);
  putU16(request, 5, energy);
  putU24(request, 7, spent);
  putU40(request, 10, remainder);
  request[15] = mark;
}
export const USE_REQUEST_BYTES = 16;
