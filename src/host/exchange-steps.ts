import { generationOf, Suite } from '../crypto/index.ts';
import {
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  type HostSession,
  judgeStatus,
  TXID_BYTES,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { assert, assertNever, type Milliseconds, tokens } from '../units/index.ts';
import { settleCommand } from './control.ts';
import type { Job } from './jobs.ts';
import { CHANGE_OF_VALUE } from './key-change.ts';
import { goOnLeaving } from './leaving.ts';
import { believeReceipt } from './monitoring.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { accountOf, asOutstanding, bookInStep, bookReceipt, bookSeedAnswer, freeze } from './receipts.ts';
import type { Meter, OutstandingRow, Purse } from './types.ts';

/** What an exchange is for, and with whom. */
export interface Asking {
  readonly meter: Meter;
  readonly job: Job;
  readonly session: HostSession;
  /** Of M2, in the suites that name it. */
  meterLast: number | undefined;
}

export type Decision = { readonly type: 'send'; readonly body: Uint8Array } | { readonly type: 'give-up' } | Turn;

/** Nothing is sent: what the exchange was begun for is not what comes next. */
type Turn =
  | { readonly type: 'query' | 'changed' }
  | { readonly type: 'freeze'; readonly doubt: NonNullable<Purse['freeze']> };

export async function follow(tx: StoreTransaction, purse: Purse, turn: Turn, now: Milliseconds): Promise<void> {
  switch (turn.type) {
    case 'freeze':
      return freeze(tx, purse, turn.doubt, now);
    case 'query':
      return tx.putPurse({ ...purse, queryWanted: true });
    case 'changed':
      return;
    default:
      assertNever(turn);
  }
}

/** What M2 and the store, together, say of M3. */
export async function decide(tx: StoreReads, exchange: Asking, bytes: Uint8Array): Promise<Decision> {
  const { meter, job } = exchange;
  if (job.type === 'command') {
    const { slot, sequence, body } = job.command;
    const current = await tx.command(meter.svpmsn, slot);
    const stands = current?.sequence === sequence && current.state === 'waiting';
    return stands ? { type: 'send', body } : { type: 'changed' };
  }
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  if (purse === undefined || purse.freeze !== undefined) return { type: 'changed' };
  const status = tellsStatus(meter.suite) ? decodeValueStatus(bytes) : undefined;
  if (status !== undefined && 'reason' in status) return { type: 'give-up' };
  exchange.meterLast = status?.lastCounter;
  const isOlder = generationOf(exchange.session.key.n) < meter.valueGeneration;
  if (isOlder && (await hasEndedOlder(tx, purse))) return { type: 'freeze', doubt: 'meter-behind-host' };
  // The same count of transactions, and another sum: there are two of it, or one that was put back.
  if (status?.lastCounter === purse.lastCounter && BigInt(status.creditedTotal) !== purse.credited) {
    return { type: 'freeze', doubt: 'amount-differs' };
  }
  if (job.type === 'query') {
    if (!stillAsked(purse, job)) return { type: 'changed' };
    // M4 decides, whatever M2 named: a frozen purse is known by its answer alone.
    const asked = { counter: job.lastCounter + 1, txid: new Uint8Array(TXID_BYTES), amount: tokens(0) };
    return { type: 'send', body: encodeValueCommand(meter.suite, { op: ValueOp.query, ...asked }) };
  }
  const row = await tx.outstanding(meter.svpmsn);
  // Since M1 left, the order may have been turned into a void, or booked by another host.
  if (row === undefined || !sameRow(row, job.row)) return { type: 'changed' };
  // X9: no M3 while the meter's receipts are still to be asked for.
  if (purse.queryWanted) return { type: 'changed' };
  const judged = status === undefined ? undefined : judgeStatus(accountOf(purse, row), status);
  if (judged?.type === 'freeze') return judged;
  if (judged?.type === 'query') return { type: 'query' };
  return { type: 'send', body: encodeValueCommand(meter.suite, asOutstanding(job.row)) };
}

/**
 * Whether a receipt came since the last change of the value key: it came under the new key, and with that the old one
 * ends. Who serves the old one still is another meter, or one that was put back.
 */
async function hasEndedOlder(tx: StoreReads, { svpmsn, bookedAt }: Purse): Promise<boolean> {
  const change = await tx.command(svpmsn, CHANGE_OF_VALUE);
  return change?.state === 'done' && change.settledAt !== undefined && bookedAt > change.settledAt;
}

const tellsStatus = (suite: Suite): boolean => suite === Suite.aes128 || suite === Suite.aes256;

/** Whether what a query was begun for still stands: another host may have asked, and booked, since M1 left. */
const stillAsked = (purse: Purse, { lastCounter }: Job & { readonly type: 'query' }): boolean =>
  purse.queryWanted && purse.lastCounter === lastCounter;

const sameRow = (a: OutstandingRow, b: OutstandingRow): boolean =>
  a.order === b.order && a.counter === b.counter && a.op === b.op;

/** Whether M4 settled what was asked; if not, it is asked again later, or soon where somebody stands before the meter. */
export type Settled = 'settled' | 'again' | 'soon' | 'not-understood';

/** Books M4. */
export async function settleAnswer(
  tx: StoreTransaction,
  { meter, job, meterLast }: Asking,
  answer: Uint8Array,
  now: Milliseconds,
): Promise<Settled> {
  if (job.type === 'command') {
    return (await settleCommand(tx, meter, job.command, answer, now)) ? 'settled' : 'again';
  }
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  assert(purse !== undefined, 'a meter has a purse');
  if (meter.suite === Suite.tripleDes) {
    // The body is an authentic balance; whether it holds the amount, this suite cannot tell.
    await bookSeedAnswer(tx, purse, now);
    return 'settled';
  }
  const receipt = decodeValueReceipt(meter.suite, meter.svpmsn, answer);
  if ('reason' in receipt) return 'not-understood';
  // What the meter had not when it was asked, it may have been given since: a gap is judged by the books of that moment.
  const isGap = receipt.result === ValueResult.gap;
  if (job.type === 'query' && isGap && !stillAsked(purse, job)) return 'settled';
  const judgement = await bookReceipt(tx, purse, { receipt, meterLast }, now);
  await believeReceipt(tx, meter.svpmsn, receipt, now);
  if (purse.state !== 'open') await goOnLeaving(tx, meter.svpmsn, now);
  if (judgement.type !== 'nothing-new') return 'settled';
  // Asked for the receipt after the last one booked, the meter has none: both have booked the same.
  if (job.type !== 'query' || !isGap) return 'again';
  if (receipt.counter === purse.lastCounter) await bookInStep(tx, purse, now);
  else await freeze(tx, purse, 'gap-longer-than-ring', now);
  return 'settled';
}
