import { equalBytes } from '../bytes/index.ts';
import { type Tokens, tokens } from '../units/index.ts';
import { ValueOp, type ValueReceipt, ValueResult, type ValueStatus } from './value.ts';

/** Receipts that a meter keeps: a gap longer than this cannot be read back, so a person decides (X10). */
export const RECEIPTS_KEPT = 16;

/** The one value transaction that may be on its way to a meter (X1). */
export interface Outstanding {
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: Tokens;
  readonly op: typeof ValueOp.credit | typeof ValueOp.void | typeof ValueOp.close;
}

/** What the host knows of a meter's purse: durable before any M3 that follows from it. */
export interface PurseAccount {
  /** The last TC whose receipt the host has booked. */
  readonly lastCounter: number;
  readonly outstanding: Outstanding | undefined;
}

/** The next transaction of a meter that has none outstanding: TC = last + 1. */
export function nextOutstanding(
  account: PurseAccount,
  order: { readonly txid: Uint8Array; readonly amount: Tokens; readonly op: Outstanding['op'] },
): Outstanding {
  if (account.outstanding !== undefined) throw new Error('one value transaction at a time');
  return { counter: account.lastCounter + 1, ...order };
}

/** X8: nothing is refunded because time has passed. The operation becomes a void of the same TC, and the receipt decides. */
export function asVoid(outstanding: Outstanding): Outstanding {
  if (outstanding.op === ValueOp.close) throw new Error('closing a purse is not undone by a void');
  return { ...outstanding, op: ValueOp.void };
}

/** Why a meter's value purpose stops for a person to decide (X10). */
export type PurseDoubt = 'meter-behind-host' | 'gap-longer-than-ring' | 'amount-differs' | 'meter-frozen';

/** What the status in M2 means before M3 leaves. */
export type StatusJudgement =
  | { readonly type: 'send' }
  /** The meter knows transactions that this host does not: ask for this TC's receipt first (after a restore, X9). */
  | { readonly type: 'query'; readonly counter: number }
  | { readonly type: 'freeze'; readonly doubt: PurseDoubt };

/** What an authentic M2 means for this account, before M3 is made (X10). */
export function judgeStatus(account: PurseAccount, status: ValueStatus): StatusJudgement {
  const ahead = status.lastCounter - account.lastCounter;
  if (ahead < 0) return { type: 'freeze', doubt: 'meter-behind-host' };
  if (ahead > RECEIPTS_KEPT) return { type: 'freeze', doubt: 'gap-longer-than-ring' };
  const own = account.outstanding !== undefined ? 1 : 0;
  return ahead > own ? { type: 'query', counter: account.lastCounter + 1 } : { type: 'send' };
}

/** What an authentic receipt means. It only ever adds knowledge, however late, doubled or out of order (X11). */
export type ReceiptJudgement =
  /** The outstanding order is in the meter. */
  | { readonly type: 'stored'; readonly amount: Tokens }
  /** The outstanding order never was and never will be applied: the money may go back. */
  | { readonly type: 'not-stored'; readonly why: 'voided' | 'full' }
  | { readonly type: 'closed'; readonly amount: Tokens }
  /** The meter holds another TXID at the next TC: it is adopted, and the own order takes the TC after it (X7). */
  | { readonly type: 'adopt'; readonly amount: Tokens; readonly applied: boolean }
  /** Says nothing that was not known; what is outstanding stays so. */
  | { readonly type: 'nothing-new' }
  | { readonly type: 'freeze'; readonly doubt: PurseDoubt };

/** What an authentic M4 means for this account: only what names its own TC and TXID settles anything (X7, X11). */
export function judgeReceipt(account: PurseAccount, receipt: ValueReceipt): ReceiptJudgement {
  const { outstanding } = account;
  if (receipt.result === ValueResult.frozen) return { type: 'freeze', doubt: 'meter-frozen' };
  if (receipt.result === ValueResult.gap) {
    // The meter names its last TC: behind what was confirmed, it has forgotten value.
    if (receipt.counter < account.lastCounter) return { type: 'freeze', doubt: 'meter-behind-host' };
    return { type: 'nothing-new' };
  }
  if (receipt.result === ValueResult.refusedByPolicy) return { type: 'nothing-new' };
  if (receipt.counter !== account.lastCounter + 1) return { type: 'nothing-new' };
  const applied = receipt.result === ValueResult.done || receipt.result === ValueResult.alreadyDone;
  if (outstanding === undefined || !equalBytes(outstanding.txid, receipt.txid)) {
    return { type: 'adopt', amount: applied ? receipt.amount : tokens(0), applied };
  }
  if (!applied) return { type: 'not-stored', why: receipt.result === ValueResult.full ? 'full' : 'voided' };
  if (outstanding.op === ValueOp.close) return { type: 'closed', amount: receipt.amount };
  if (receipt.amount !== outstanding.amount) return { type: 'freeze', doubt: 'amount-differs' };
  return { type: 'stored', amount: receipt.amount };
}
