import { equalConstantTime, Reader, Writer } from '../bytes/index.ts';
import { type KeyName, Suite } from '../crypto/index.ts';
import {
  decodeSeedTokens,
  decodeValueCommand,
  type HostAuthenticated,
  TXID_BYTES,
  type ValueCommand,
  ValueOp,
  type ValueReceipt,
  type ValueResult,
  type ValueStatus,
} from '../exchange/index.ts';
import { tokens } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, BusLabel, BusReply, busTag, DrawKind, SamReply, SvmRequest } from './bus.ts';
import { sharedFloors } from './purse.ts';
import type { Sam } from './sam.ts';
import { readLoanLimit } from './sam-memory.ts';
import { DRAW_TOKENS_MAX } from './svm.ts';

/**
 * What the SAM says to the SVM, and what it believes of it: replies under the tag of a nonce that belongs to that one
 * conversation, so that a draw in the middle of a sale leaves the sale's receipt as good as it was.
 */

/** A sale, from the status for M2 to the receipt for M4; each state has what its next message is checked by. */
export type ValueConversation =
  | { readonly name: 'idle' }
  | { readonly name: 'awaiting-svm-status'; readonly nonce: Uint8Array }
  /** M2 is out. `lastCounter` is TClast: the seed's own suite has no TC, so the SAM gives the next. */
  | {
      readonly name: 'awaiting-command';
      readonly nonce: Uint8Array;
      readonly applyNonce: Uint8Array;
      readonly lastCounter: number;
    }
  | { readonly name: 'awaiting-svm-receipt'; readonly nonce: Uint8Array; readonly suite: Suite };

/** The status of the purse comes from the SVM, under a tag: the CPU cannot tell the host a tale. */
export function askStatus(sam: Sam): Uint8Array {
  const nonce = freshNonce(sam);
  sam.value = { name: 'awaiting-svm-status', nonce };
  return new Writer(2 + BUS_NONCE_BYTES).u8(SamReply.toSvm).u8(SvmRequest.status).bytes(nonce).done();
}

export function statusTold(sam: Sam, svmReply: Uint8Array): ValueStatus | undefined {
  if (sam.value.name !== 'awaiting-svm-status') return undefined;
  const { nonce } = sam.value;
  const told = verified(sam, BusLabel.status, nonce, svmReply);
  if (told === undefined) return undefined;
  const reader = new Reader(told);
  const lastCounter = reader.u32();
  const creditedTotal = tokens(reader.u64());
  const applyNonce = reader.view(BUS_NONCE_BYTES).slice();
  sam.value = { name: 'awaiting-command', nonce, applyNonce, lastCounter };
  return { lastCounter, creditedTotal };
}

/** The command that a key holder proved, for the SVM; `undefined` when it is none, or no status came before it. */
export function askApply(sam: Sam, proof: HostAuthenticated): Uint8Array | undefined {
  if (sam.value.name !== 'awaiting-command') return undefined;
  const { nonce, applyNonce, lastCounter } = sam.value;
  const command = valueCommandOf(sam, proof, lastCounter);
  if (command === undefined) return undefined;
  sam.value = { name: 'awaiting-svm-receipt', nonce, suite: proof.key.suite };
  const { op, counter, txid, amount } = command;
  const body = new Writer(17).u8(op).u32(counter).bytes(txid).u32(amount).done();
  const tag = busTag(sam.pairKey, BusLabel.apply, applyNonce, body);
  return new Writer(2 + body.length + BUS_TAG_BYTES)
    .u8(SamReply.toSvm)
    .u8(SvmRequest.apply)
    .bytes(body)
    .bytes(tag)
    .done();
}

function valueCommandOf(sam: Sam, proof: HostAuthenticated, lastCounter: number): ValueCommand | undefined {
  const { suite } = proof.key;
  if (suite !== Suite.tripleDes) {
    const command = decodeValueCommand(suite, proof.h, proof.command);
    return 'reason' in command ? undefined : command;
  }
  const amount = decodeSeedTokens(proof.command);
  if (typeof amount !== 'number') return undefined;
  // The seed has neither TC nor TXID: whatever arrives with a good signature is new value.
  const txid = new Uint8Array(TXID_BYTES);
  sam.randomness.fill(txid);
  return { op: ValueOp.credit, counter: lastCounter + 1, txid, amount };
}

/** What the SVM did, and the suite of the command that asked for it. */
export interface ToldReceipt {
  readonly suite: Suite;
  readonly receipt: Omit<ValueReceipt, 'clock' | 'flags'>;
}

export function receiptTold(sam: Sam, svmReply: Uint8Array): ToldReceipt | undefined {
  if (sam.value.name !== 'awaiting-svm-receipt') return undefined;
  const { nonce, suite } = sam.value;
  const told = verified(sam, BusLabel.receipt, nonce, svmReply);
  if (told === undefined) return undefined;
  sam.value = { name: 'idle' };
  const reader = new Reader(told);
  const receipt = {
    result: reader.u8() as ValueResult,
    counter: reader.u32(),
    txid: reader.view(TXID_BYTES),
    amount: tokens(reader.u32()),
    balance: tokens(reader.u32()),
    creditedTotal: tokens(reader.u64()),
  };
  return { suite, receipt };
}

/** A nonce for the SVM's next challenge or floors. */
export function askSvm(sam: Sam): Uint8Array {
  sam.asked = freshNonce(sam);
  return new Writer(1 + BUS_NONCE_BYTES).u8(SamReply.done).bytes(sam.asked).done();
}

/** Owed beyond the emergency credit when the policy does not cut: nights, weekends, holidays. */
export const FRIENDLY_LOAN_TOKENS_MAX = 10_000;

/** A draw of at most 100 tokens, or a loan within the emergency credit of the policy, over (draw number, amount, nonce). */
export function authoriseDraw(sam: Sam, body: Uint8Array): Uint8Array | undefined {
  const kind = body[0] as number;
  const amount = ((body[1] as number) << 8) | (body[2] as number);
  const told = sam.asked && verified(sam, BusLabel.challenge, sam.asked, body.subarray(3));
  if (told === undefined || amount > DRAW_TOKENS_MAX || amount === 0) return undefined;
  const reader = new Reader(told);
  const drawNumber = reader.u32();
  const balance = reader.u32();
  const owed = reader.u32();
  if (kind === DrawKind.loan) {
    // The CPU knows the hours in which it must not cut; the SAM bounds what a hostile one could lend itself.
    if (balance > 0 || owed + amount > readLoanLimit(sam.memory).tokens + FRIENDLY_LOAN_TOKENS_MAX) return undefined;
  } else if (kind !== DrawKind.draw) return undefined;
  sam.asked = undefined;
  const signed = new Writer(7).u32(drawNumber).u8(kind).u16(amount).done();
  const tag = busTag(sam.pairKey, BusLabel.draw, reader.view(BUS_NONCE_BYTES), signed);
  return new Writer(2 + 3 + BUS_TAG_BYTES)
    .u8(SamReply.toSvm)
    .u8(SvmRequest.draw)
    .bytes(signed.subarray(4))
    .bytes(tag)
    .done();
}

/** The floors as the purse keeps them, and how it is asked to raise one. */
export interface ToldFloors {
  readonly floors: Uint8Array;
  readonly askRaise: (n: KeyName) => Uint8Array;
}

export function floorsTold(sam: Sam, svmReply: Uint8Array): ToldFloors | undefined {
  const told = sam.asked && verified(sam, BusLabel.floors, sam.asked, svmReply);
  if (told === undefined) return undefined;
  sam.asked = undefined;
  const svmNonce = told.slice(8);
  const askRaise = (n: KeyName): Uint8Array => {
    const tag = busTag(sam.pairKey, BusLabel.raise, svmNonce, Uint8Array.of(n));
    return new Writer(3 + BUS_TAG_BYTES).u8(SamReply.toSvm).u8(SvmRequest.raiseFloor).u8(n).bytes(tag).done();
  };
  return { floors: sharedFloors(told.subarray(0, 8)), askRaise };
}

/** The body of an SVM's reply whose tag is right. */
export function verified(sam: Sam, label: BusLabel, nonce: Uint8Array, svmReply: Uint8Array): Uint8Array | undefined {
  if (svmReply[0] !== BusReply.done || svmReply.length < 1 + BUS_TAG_BYTES) return undefined;
  const body = svmReply.subarray(1, -BUS_TAG_BYTES);
  return equalConstantTime(busTag(sam.pairKey, label, nonce, body), svmReply.subarray(-BUS_TAG_BYTES))
    ? body
    : undefined;
}

export function freshNonce(sam: Sam): Uint8Array {
  const nonce = new Uint8Array(BUS_NONCE_BYTES);
  sam.randomness.fill(nonce);
  return nonce;
}
