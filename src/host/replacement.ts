import { Suite } from '../crypto/index.ts';
import { RelayAction } from '../records/index.ts';
import { type Milliseconds, svpmsnText, tokens } from '../units/index.ts';
import { closeDeadPurse } from './dead-purse.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import { askedAgain } from './forgotten-closings.ts';
import { switchAll } from './leaving.ts';
import { moveOn, replacementId } from './moved-value.ts';
import { newOrder } from './new-order.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { type HostFailure, Lane, type Meter, type NumberedOrder } from './types.ts';
import { foundAlready, foundOf, purseFault, voidOrder } from './vending.ts';
import { wake } from './work.ts';

/** One meter takes the place of another, of the same subscriber. */
export interface Replacement {
  readonly old: number;
  readonly by: number;
  /** It does not answer any more: what its books prove is moved, and its purse is closed in them without it. */
  readonly isDead: boolean;
}

/**
 * Moves what is in the purse of a meter to the one after it, once. What was sold and is not stored yet is taken back
 * first. A meter that answers closes its purse itself (0x13), and what its receipt names is ordered from the new one as
 * that receipt is booked. Of a dead one it is the balance last proved; its purse is closed for ever, and if it comes
 * back, its relays are opened.
 * @returns the order that closes the purse; asked again, the same
 */
export async function replaceMeter(
  tx: StoreTransaction,
  { old: oldNumber, by: newNumber, isDead }: Replacement,
  now: Milliseconds,
): Promise<NumberedOrder | HostFailure> {
  const found = await findMeter(tx, oldNumber);
  if (isFailure(found)) return found;
  const next = await findMeter(tx, newNumber);
  if (isFailure(next)) return next;
  const { meter: old } = found;
  const purse = askedAgain(found.purse);
  const { meter: by } = next;
  // Whoever has the new one by now.
  const before = await closingOf(tx, old, by);
  if (before.order !== undefined) return before.order;
  const fault = meetingFault(old, by);
  if (fault !== undefined) return fault;
  // One that waits for a move to be asked for again takes value once it was: moves are asked for in their order.
  const held = purseFault(askedAgain(next.purse)) ?? (isDead && purse.state === 'open' ? undefined : purseFault(purse));
  if (held !== undefined) return held;
  if (isDead && purse.queryWanted) {
    const sentence =
      `Meter ${svpmsnText(old.svpmsn)} has to tell its receipts first, because these books were put back from a copy: ` +
      'what it holds is not proved.';
    return fail('meter-frozen', sentence);
  }
  const id = replacementId(old.svpmsn, by.svpmsn, before.attempt);
  const [there] = await foundOf(tx, [id]);
  if (there !== undefined) return foundAlready(id, there);
  await takeBack(tx, old, now);
  const [order] = await tx.addOrders([newOrder(id, old, { op: 'close', amount: tokens(0), source: 'closing' }, now)]);
  if (!isDead) {
    await tx.putPurse({ ...purse, state: 'closing' });
    await wake(tx, [old], Lane.value, now);
    return order as NumberedOrder;
  }
  return closeDead(tx, old, order as NumberedOrder, now);
}

function meetingFault(old: Meter, by: Meter): HostFailure | undefined {
  const [one, other] = [svpmsnText(old.svpmsn), svpmsnText(by.svpmsn)];
  if (old.svpmsn === by.svpmsn) {
    return fail('meter-number-wrong', `Meter ${one} cannot take its own place: name the number of the new meter.`);
  }
  if (old.subscriber !== by.subscriber) {
    return fail(
      'meter-number-wrong',
      `Meter ${one} is of subscriber "${old.subscriber}" and meter ${other} of "${by.subscriber}": value moves within one household.`,
    );
  }
  if (old.suite === Suite.tripleDes || by.suite === Suite.tripleDes) {
    return fail('command-not-served', 'Suite 3des has no command that closes a purse.');
  }
  return undefined;
}

/** The order of a replacement that was asked for before; one that the meter declined is tried anew under the next id. */
async function closingOf(
  tx: StoreReads,
  old: Meter,
  by: Meter,
): Promise<{ readonly order: NumberedOrder | undefined; readonly attempt: number }> {
  for (let attempt = 1; ; attempt++) {
    const [order] = await tx.ordersOf([replacementId(old.svpmsn, by.svpmsn, attempt)]);
    if (order === undefined || order.state !== 'refunded') return { order, attempt };
  }
}

/** What waits goes back; what is on its way becomes a void, and the meter decides (X8). */
export async function takeBack(tx: StoreTransaction, { svpmsn }: Meter, now: Milliseconds): Promise<void> {
  const outstanding = await tx.outstanding(svpmsn);
  if (outstanding?.op === 'credit') await voidOrder(tx, outstanding.order, now);
  for (;;) {
    const waiting = await tx.nextWaiting(svpmsn);
    if (waiting === undefined) return;
    await voidOrder(tx, waiting.id, now);
  }
}

/** If it comes back, nothing flows in it: what it holds is nobody's. */
async function closeDead(
  tx: StoreTransaction,
  old: Meter,
  order: NumberedOrder,
  now: Milliseconds,
): Promise<NumberedOrder> {
  const done = await closeDeadPurse(tx, order, now);
  await moveOn(tx, done, BigInt(done.amount), now);
  await switchAll(tx, old, RelayAction.open, now);
  return done;
}
