import type { CarryPriority } from '../backhaul/index.ts';
import type { KeyName } from '../crypto/index.ts';
import { COMMAND_OF_OP, Command, type HostSession, ValueOp } from '../exchange/index.ts';
import { assertNever, type Milliseconds, type Svpmsn } from '../units/index.ts';
import { type CardLoad, nextLoad } from './card-loads.ts';
import { bookedKey, purposeChanged } from './key-change.ts';
import type { StoreTransaction } from './ports.ts';
import { asOutstanding, nextRow, refundUnsent } from './receipts.ts';
import {
  type ControlCommand,
  Lane,
  type Meter,
  type NumberedOrder,
  type OutstandingRow,
  type Purse,
  type Work,
} from './types.ts';
import { isPaidElsewhere } from './voucher-names.ts';
import { ANSWER_WITHIN_MS } from './work.ts';

/** What one exchange is for. */
export type Job =
  | { readonly type: 'value'; readonly row: OutstandingRow }
  /** Where the books may not know what the meter holds: its receipts after the last one booked, before anything else (X9). */
  | { readonly type: 'query'; readonly lastCounter: number }
  | { readonly type: 'command'; readonly command: ControlCommand };

/** For the card that is in the meter. */
export type CardJob = CardLoad & { readonly type: 'card' };

/** X9: value that stays where it is. */
interface Held {
  readonly type: 'held';
}
/** After so long it is looked at again. */
const HELD_MS = 30_000;

/** Takes the next job of a meter for this host, until the lease runs out; the TC is durable from here on (X1). */
export async function claimWork(
  tx: StoreTransaction,
  work: Work,
  { now, isHeld }: { readonly now: Milliseconds; readonly isHeld: boolean },
): Promise<{ readonly meter: Meter; readonly job: Job | CardJob } | undefined> {
  const [meter] = await tx.metersOf([work.svpmsn]);
  const [purse] = await tx.pursesOf([work.svpmsn]);
  const job = meter === undefined || purse === undefined ? undefined : await nextJob(tx, purse, { now, isHeld });
  if (meter === undefined || job === undefined) {
    await tx.deleteWork(work.svpmsn);
    return undefined;
  }
  if (job.type === 'held') {
    await tx.putWork([
      { ...work, lane: Lane.value, dueAt: (now + HELD_MS) as Milliseconds, attempts: 0, leased: false },
    ]);
    return undefined;
  }
  if (job.type === 'card' && job.dueAt > now) {
    await tx.putWork([{ ...work, lane: Lane.value, dueAt: job.dueAt, attempts: 0, leased: false }]);
    return undefined;
  }
  const lane = job.type === 'command' ? Lane.control : Lane.value;
  const dueAt = (now + ANSWER_WITHIN_MS) as Milliseconds;
  // A lease that ran out was a try without an answer.
  const attempts = work.leased ? work.attempts + 1 : work.attempts;
  await tx.putWork([{ ...work, lane, dueAt, attempts, leased: true }]);
  return { meter, job };
}

/** What is next, the meter's own value first; a load that is not due yet where there is nothing else. */
async function nextJob(
  tx: StoreTransaction,
  purse: Purse,
  { now, isHeld }: { readonly now: Milliseconds; readonly isHeld: boolean },
): Promise<Job | CardJob | Held | undefined> {
  let isHeldBack = false;
  if (purse.freeze === undefined) {
    if (purse.queryWanted) return { type: 'query', lastCounter: purse.lastCounter };
    const outstanding = await tx.outstanding(purse.svpmsn);
    if (isHeld) isHeldBack = outstanding !== undefined || (await tx.nextWaiting(purse.svpmsn)) !== undefined;
    else if (outstanding !== undefined) return { type: 'value', row: outstanding };
    const order = isHeld ? undefined : await nextToSend(tx, purse.svpmsn, now);
    if (order !== undefined) {
      const row = nextRow(purse, outstanding, order);
      await tx.putOutstanding(row);
      await tx.putOrder({ ...order, state: 'outstanding', counter: row.counter });
      return { type: 'value', row };
    }
  }
  const load = await nextLoad(tx, purse.svpmsn, now);
  if (load !== undefined && load.dueAt <= now) return { type: 'card', ...load };
  const command = await tx.nextCommand(purse.svpmsn);
  if (command !== undefined) return { type: 'command', command };
  return isHeldBack ? { type: 'held' } : load && { type: 'card', ...load };
}

/** What a voucher paid for that was found to have paid elsewhere is given back: it never left. */
async function nextToSend(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<NumberedOrder | undefined> {
  for (;;) {
    const order = await tx.nextWaiting(id);
    if (order === undefined || !(await isPaidElsewhere(tx, order))) return order;
    await refundUnsent(tx, order, now);
  }
}

/** The command that carries it. */
export function headerOf(job: Job): HostSession['h'] {
  switch (job.type) {
    case 'value':
      return COMMAND_OF_OP[asOutstanding(job.row).op];
    case 'query':
      return COMMAND_OF_OP[ValueOp.query];
    case 'command':
      return job.command.h;
    default:
      return assertNever(job);
  }
}

/** The key that carries the job: 0x3x travels under monitoring, 0x2x under control, and a new key under the one before it. */
export function keyOf(meter: Meter, job: Job): KeyName {
  if (job.type !== 'command') return bookedKey(meter, 'value');
  if (job.command.h === Command.keyChange) return bookedKey(meter, purposeChanged(job.command));
  return bookedKey(meter, job.command.h >= 0x30 ? 'monitoring' : 'control');
}

export function priorityOf(job: Job | CardJob): CarryPriority {
  return job.type === 'command' ? 'control' : 'value';
}
