import { equalConstantTime, Reader, Writer } from '../bytes/index.ts';
import { SipKey } from '../crypto/index.ts';
import { TXID_BYTES, ValueOp, ValueResult } from '../exchange/index.ts';
import type { Randomness } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, BusLabel, BusReply, busTag, DrawKind, SvmRequest } from './bus.ts';
import { bytesAt, type Nvm, putU32 } from './nvm.ts';
import {
  emptyPurse,
  FrozenReason,
  type PurseRecord,
  putReceipt,
  RECEIPT_ROW_BYTES,
  type Receipt,
  ReceiptKind,
  sharedFloors,
  tokensOut,
} from './purse.ts';
import {
  beginJournal,
  CELLS_BYTES,
  commit,
  commitUseRow,
  freeze,
  type PurseJournal,
  receiptOf,
  receiptsHold,
  recover,
  useRequestBytes,
} from './purse-journal.ts';
import { storeForCard, tellCards, tellFigures } from './svm-cards.ts';
import { DONE, FROZEN, freshNonce, isFrozen, REFUSED, reply, roomOf, shownBalance } from './svm-reply.ts';

/** A draw from the purse into the token tank. */
export const DRAW_TOKENS_MAX = 100;

/**
 * The store value module (part 166). It believes the SAM alone, by tags over its own nonces; the meter's CPU, which
 * carries the messages, can neither credit, nor draw twice, nor read a key. Every change is one commit of its journal.
 */
export interface Svm extends PurseJournal {
  readonly randomness: Randomness;
  readonly pairKey: SipKey;
  samNonce: Uint8Array;
  applyNonce: Uint8Array | undefined;
  drawNonce: Uint8Array | undefined;
  floorNonce: Uint8Array | undefined;
  cardNonce: Uint8Array | undefined;
}

/** The chip's own memory: two keys, then what the journal keeps there. */
const KEY_BYTES = 16;
const CELLS_AT = 2 * KEY_BYTES;
export const SVM_MEMORY_BYTES = CELLS_AT + CELLS_BYTES;

/** Where a purse lies. */
export interface PursePlace {
  readonly nvm: Nvm;
  readonly base: number;
  readonly memory: Nvm;
  readonly supplyCount: number;
}

/** A new chip: its keys, and an empty purse as its first commit. */
export function personaliseSvm(place: PursePlace, pairKey: Uint8Array, randomness: Randomness): void {
  const recordKey = new Uint8Array(KEY_BYTES);
  randomness.fill(recordKey);
  place.memory.write(0, recordKey, 0, KEY_BYTES);
  place.memory.write(KEY_BYTES, pairKey, 0, KEY_BYTES);
  beginJournal(blankSvm(place, randomness));
}

/** Power comes: reads the newest commit back, and freezes when what is there is not what was left. */
export function startSvm(place: PursePlace, randomness: Randomness): Svm {
  const svm = blankSvm(place, randomness);
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
    case SvmRequest.cards:
      return tellCards(svm, request);
    case SvmRequest.cardStore:
      return storeForCard(svm, request);
    case SvmRequest.figures:
      return tellFigures(svm, request);
    default:
      return REFUSED;
  }
}

function blankSvm(place: PursePlace, randomness: Randomness): Svm {
  return {
    ...place,
    cellsAt: CELLS_AT,
    randomness,
    recordKey: new SipKey(bytesAt(place.memory, 0, KEY_BYTES)),
    pairKey: new SipKey(bytesAt(place.memory, KEY_BYTES, KEY_BYTES)),
    purse: emptyPurse(),
    slot: 0,
    recordTag: 0,
    spent: 0,
    remainder: 0,
    lastUse: undefined,
    samNonce: new Uint8Array(BUS_NONCE_BYTES),
    applyNonce: undefined,
    drawNonce: undefined,
    floorNonce: undefined,
    cardNonce: undefined,
  };
}

function use(svm: Svm, request: Uint8Array): Uint8Array {
  if (isFrozen(svm)) return FROZEN;
  if (request.length !== useRequestBytes(svm.supplyCount)) return REFUSED;
  return commitUseRow(svm, request) ? DONE : REFUSED;
}

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
  // Whoever changed a receipt while the meter had power shall not have it signed, told or committed.
  if (!isFrozen(svm) && !receiptsHold(svm)) freeze(svm, FrozenReason.memoryEdited);
  const { lastCounter } = svm.purse;
  const statusOnly = (result: ValueResult): Outcome => ({
    result,
    receipt: { counter: lastCounter, txid: NO_TXID, amount: 0 },
  });
  if (isFrozen(svm)) return statusOnly(ValueResult.frozen);
  if (op === ValueOp.query || named.counter <= lastCounter) {
    const asked = op === ValueOp.query && named.counter === 0 ? lastCounter : named.counter;
    const kept = receiptOf(svm, asked); // X4
    return kept === undefined ? statusOnly(ValueResult.gap) : told(kept);
  }
  if (named.counter > lastCounter + 1) return statusOnly(ValueResult.gap); // X5
  const settled = settlementOf(svm, op, named);
  if (settled === undefined) return statusOnly(ValueResult.gap);
  const { changed, receipt } = settled;
  const row = { type: 'receipt', bytes: new Uint8Array(RECEIPT_ROW_BYTES) } as const;
  putReceipt(row.bytes, receipt);
  commit(svm, { ...changed, lastCounter: receipt.counter }, row);
  if (isFrozen(svm)) return statusOnly(ValueResult.frozen);
  const fresh = told(receipt);
  return fresh.result === ValueResult.alreadyDone ? { ...fresh, result: ValueResult.done } : fresh;
}

/** The purse as it is to be, and the receipt that is committed with it. */
function settlementOf(
  svm: Svm,
  op: number,
  named: Named,
): { readonly changed: PurseRecord; readonly receipt: Receipt } | undefined {
  const { purse } = svm;
  const shown = shownBalance(svm);
  switch (op) {
    case ValueOp.credit: {
      if (named.amount > roomOf(svm)) {
        return { changed: purse, receipt: { ...named, amount: 0, kind: ReceiptKind.full } };
      }
      const repaid = Math.min(purse.owed, named.amount); // emergency credit is repaid first
      const changed = {
        ...purse,
        credited: purse.credited + named.amount,
        owed: purse.owed - repaid,
        balance: purse.balance + named.amount - repaid,
      };
      return { changed, receipt: { ...named, kind: ReceiptKind.credited } };
    }
    case ValueOp.void:
      return { changed: purse, receipt: { ...named, amount: 0, kind: ReceiptKind.voided } };
    case ValueOp.close: {
      const changed = { ...purse, balance: 0, closed: purse.closed + shown };
      return { changed, receipt: { ...named, amount: shown, kind: ReceiptKind.closed } };
    }
    default:
      return undefined;
  }
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
  if (isFrozen(svm)) return FROZEN;
  if (amount > DRAW_TOKENS_MAX) return REFUSED;
  const isLoan = kind === DrawKind.loan;
  if (isLoan && isClosed(svm)) return REFUSED;
  const granted = isLoan ? amount : Math.min(amount, purse.balance);
  const drawNumber = purse.drawNumber + 1;
  commit(
    svm,
    isLoan
      ? { ...purse, owed: purse.owed + granted, drawNumber }
      : { ...purse, balance: purse.balance - granted, drawNumber },
  );
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
  const risen = purse.floors.slice();
  const pair = risen[n >> 5] as number;
  risen[n >> 5] = n & 0x10 ? (pair & 0xf0) | (n & 0x0f) : (pair & 0x0f) | ((n & 0x0f) << 4);
  commit(svm, { ...purse, floors: sharedFloors(risen) });
  return isFrozen(svm) ? FROZEN : DONE;
}

/** The lowest good generation for the purpose and suite of `n`. */
export const floorOf = (floorNibbles: Uint8Array, n: number): number =>
  n & 0x10 ? (floorNibbles[n >> 5] as number) & 0x0f : (floorNibbles[n >> 5] as number) >> 4;

/**
 * balance u32 | tank and exchanger u32 | owed u32 | credited u64 | from cards u64 | used u64 | closed u64 | frozen u8 |
 * purse closed u8 | epoch u32.
 */
function levels(svm: Svm): Uint8Array {
  const { purse } = svm;
  return new Writer(51)
    .u8(BusReply.done)
    .u32(purse.balance)
    .u32(tokensOut(purse) - svm.spent)
    .u32(purse.owed)
    .u64(purse.credited)
    .u64(purse.fromCards)
    .u64(purse.used + svm.spent)
    .u64(purse.closed)
    .u8(purse.frozen)
    .u8(isClosed(svm) ? 1 : 0)
    .u32(purse.epoch)
    .done();
}

/** Whether the newest transaction that moved value closed the purse: then nothing is lent until value comes. */
function isClosed(svm: Svm): boolean {
  if (isFrozen(svm)) return false;
  let { lastCounter: counter } = svm.purse;
  let receipt = receiptOf(svm, counter);
  while (receipt?.kind === ReceiptKind.voided || receipt?.kind === ReceiptKind.full) {
    receipt = receiptOf(svm, --counter);
  }
  return receipt?.kind === ReceiptKind.closed && receipt.counter > svm.purse.cardAfter;
}
