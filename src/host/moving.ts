import { Suite } from '../crypto/index.ts';
import { RelayAction } from '../records/index.ts';
import { monthAt } from '../tariff/index.ts';
import { type Milliseconds, svpmsnText } from '../units/index.ts';
import { closeDeadPurse, repayByBooks } from './dead-purse.ts';
import { fail, findMeter, isFailure, subscriberFault } from './failures.ts';
import { askedAgain } from './forgotten-closings.ts';
import {
  closeFor,
  closingId,
  duesBooked,
  endAgreements,
  heldBy,
  type Leaving,
  latestTenancy,
  putOccupant,
  repaymentId,
  settleLeaving,
  switchAll,
  tenancyId,
} from './leaving.ts';
import { move, restPaidOut } from './ledger.ts';
import { bringDues, openMetersOf } from './moved-value.ts';
import { cancelPayment } from './payments.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { takeBack } from './replacement.ts';
import { cashGiven } from './tills.ts';
import { duesNow } from './trading.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type { HostFailure, Meter, Payment, PaymentMethod, Purse, Tenancy } from './types.ts';
import { Lane } from './types.ts';
import { purseFault } from './vending.ts';
import { wake } from './work.ts';

/** A household leaves a meter. */
export interface MoveOut {
  readonly meter: number;
  /** Its meter from then on, which it has already; without one what is left is paid out. */
  readonly next?: number;
  /** It is known not to answer any more: then the balance last proved counts, and the purse is closed for ever. */
  readonly isDead: boolean;
}

/** A household comes to a meter where nobody lives. */
export interface MoveIn {
  readonly meter: number;
  readonly subscriber: string;
}

/**
 * What waits or is on its way is taken back, what was agreed for the meter ends, its relays are opened and its purse is
 * closed (0x13): the receipt is the last reading. The household is there until that is booked, and what it owes.
 * @returns how far it is; asked again, the same
 */
export async function moveOut(
  tx: StoreTransaction,
  asked: MoveOut,
  zone: string,
  now: Milliseconds,
): Promise<Tenancy | HostFailure> {
  const found = await findMeter(tx, asked.meter);
  if (isFailure(found)) return found;
  const { meter } = found;
  const purse = askedAgain(found.purse);
  const before = await latestTenancy(tx, meter.svpmsn);
  if (before !== undefined && before.state !== 'living') return again(tx, { ...found, tenancy: before }, asked, now);
  const fault = meterFault({ meter, purse }, asked) ?? (await nextFault(tx, meter, asked));
  if (fault !== undefined) return fault;
  // Also of each to which may go what they owe.
  for (const { svpmsn } of [meter, ...(await openMetersOf(tx, meter.subscriber))]) {
    const dues = await duesNow(tx, svpmsn, zone, now);
    if (isFailure(dues)) return dues;
    await tx.dues.put([dues]);
  }
  const tenancy: Tenancy = {
    ...(before ?? (await newTenancy(tx, meter, { subscriber: meter.subscriber, movedInAt: meter.enrolledAt }))),
    ...{ state: 'leaving', askedAt: now, closedBefore: purse.closed },
    next: asked.next === undefined ? undefined : (asked.next as Meter['svpmsn']),
  };
  await takeBack(tx, meter, now);
  for (const payment of await unanswered(tx, meter)) await cancelPayment(tx, payment.id, now);
  await endAgreements(tx, meter);
  await switchAll(tx, meter, RelayAction.open, now);
  const leaving = { tenancy: await closeFor(tx, { meter, purse, tenancy }, now), meter };
  return asked.isDead ? leaveDead(tx, leaving, now) : leaving.tenancy;
}

/** It was asked for before: how far it is. A closing that the meter declined is tried anew. */
async function again(
  tx: StoreTransaction,
  { tenancy, meter, purse }: Leaving,
  asked: MoveOut,
  now: Milliseconds,
): Promise<Tenancy | HostFailure> {
  if (tenancy.next !== asked.next) {
    const sentence = `Subscriber "${tenancy.subscriber}" leaves meter ${svpmsnText(meter.svpmsn)} already, for another place than that: ask as it was asked before.`;
    return fail('moving-differs', sentence);
  }
  if (tenancy.state === 'left') return tenancy;
  if (asked.isDead) return deadFault(purse) ?? leaveDead(tx, { tenancy, meter }, now);
  const [closing] = await tx.ordersOf([closingId(tenancy)]);
  return closing?.state === 'refunded' ? closeFor(tx, { tenancy, meter, purse }, now) : tenancy;
}

const deadFault = ({ svpmsn, queryWanted }: Purse): HostFailure | undefined => {
  if (!queryWanted) return undefined;
  const sentence =
    `Meter ${svpmsnText(svpmsn)} has to tell its receipts first, because these books were put back from a copy: ` +
    'what it holds is not proved.';
  return fail('meter-frozen', sentence);
};

function meterFault(
  { meter, purse }: { readonly meter: Meter; readonly purse: Purse },
  { isDead }: MoveOut,
): HostFailure | undefined {
  if (meter.subscriber === UNOCCUPIED) {
    return fail('meter-unoccupied', `Nobody lives at meter ${svpmsnText(meter.svpmsn)}: there is nobody to move out.`, {
      about: svpmsnText(meter.svpmsn),
    });
  }
  if (meter.suite === Suite.tripleDes) {
    return fail('command-not-served', 'Suite 3des has no command that closes a purse.');
  }
  if (isDead) return deadFault(purse) ?? (purse.state === 'open' ? undefined : purseFault(purse));
  return purseFault(purse);
}

async function nextFault(tx: StoreReads, meter: Meter, { next: number }: MoveOut): Promise<HostFailure | undefined> {
  if (number === undefined) return undefined;
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { meter: next, purse } = found;
  if (next.svpmsn !== meter.svpmsn && next.subscriber === meter.subscriber) return purseFault(askedAgain(purse));
  const sentence = `Meter ${svpmsnText(next.svpmsn)} is no other meter of subscriber "${meter.subscriber}": let the household move in there first, or name none, and what is left is paid out.`;
  return fail('meter-number-wrong', sentence);
}

/** By the books alone. What the meter lent and told of is owed still, and cannot be repaid in it. */
async function leaveDead(
  tx: StoreTransaction,
  { tenancy: asked, meter }: Pick<Leaving, 'tenancy' | 'meter'>,
  now: Milliseconds,
): Promise<Tenancy> {
  const { svpmsn } = meter;
  const tenancy = await closeByBooks(tx, { tenancy: asked, meter }, now);
  const purse = await repayByBooks(tx, meter, now);
  const [repayment] = await tx.ordersOf([repaymentId(tenancy)]);
  // What is on its way to it stands on the arrears already.
  const underWay = repayment !== undefined && repayment.settledAt === undefined ? BigInt(repayment.amount) : 0n;
  const owed = purse.owed - underWay;
  if (owed > 0n) {
    const dues = await duesBooked(tx, meter);
    await tx.dues.put([{ ...dues, arrears: dues.arrears + owed }]);
    await tx.post([move('debt', owed, { at: now, svpmsn, order: closingId(tenancy) })]);
  }
  const read = { reading: 'last-proved', readAt: purse.reportedAt, owed: owed > 0n ? owed : 0n } as const;
  return settleLeaving(tx, { tenancy, meter, purse }, read, now);
}

/** Closes a purse that the meter has not closed, or to which something came after it had. */
async function closeByBooks(
  tx: StoreTransaction,
  { tenancy, meter }: Pick<Leaving, 'tenancy' | 'meter'>,
  now: Milliseconds,
): Promise<Tenancy> {
  const purse = await repayByBooks(tx, meter, now);
  const [closing] = await tx.ordersOf([closingId(tenancy)]);
  if (closing === undefined) throw new Error(`the closing of tenancy ${tenancy.id} is in the books`);
  if (closing.settledAt === undefined) {
    await closeDeadPurse(tx, closing, now);
    return tenancy;
  }
  const isEmpty = purse.lastCounter === closing.counter || (await heldBy(tx, purse)) === 0n;
  if (closing.state === 'closed' && isEmpty) return tenancy;
  const next = await closeFor(tx, { tenancy, meter, purse }, now);
  const [again] = await tx.ordersOf([closingId(next)]);
  if (again !== undefined) await closeDeadPurse(tx, again, now);
  return next;
}

/**
 * The household has the meter from now on, with nothing in it and nothing owed but what it brings itself. What is
 * charged by the month is charged from the next on: the running one was whoever left's.
 * @returns its tenancy; asked again, the same
 */
export async function moveIn(
  tx: StoreTransaction,
  { meter: number, subscriber }: MoveIn,
  zone: string,
  now: Milliseconds,
): Promise<Tenancy | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { meter } = found;
  const purse = askedAgain(found.purse);
  const before = await latestTenancy(tx, meter.svpmsn);
  if (before?.state === 'living' && before.subscriber === subscriber) return before;
  const fault = occupied(meter, before) ?? (await comingFault(tx, { meter, purse, before }, subscriber));
  if (fault !== undefined) return fault;
  const tenancy = await newTenancy(tx, meter, { subscriber, movedInAt: now });
  await tx.tenancies.put([tenancy]);
  await putOccupant(tx, meter, subscriber);
  // Before anything is sold for it, it says what it has: these books may be a copy from before somebody else lived there.
  await tx.putPurse({ ...purse, state: 'open', queryWanted: true });
  await wake(tx, [meter], Lane.value, now);
  const id = String(meter.svpmsn);
  // Books that were put back may have heard of what they bought there before they heard that they live there.
  const [there] = await tx.dues.of([id]);
  const arrears = before === undefined ? 0n : (there?.arrears ?? 0n);
  await tx.dues.put([{ id, arrears, fixedCharge: 0n, chargedMonth: monthAt(zone, now) }]);
  await bringDues(tx, { ...meter, subscriber }, now);
  await switchAll(tx, meter, RelayAction.close, now);
  return tenancy;
}

function occupied(meter: Meter, before: Tenancy | undefined): HostFailure | undefined {
  if (meter.subscriber === UNOCCUPIED) return undefined;
  const where = `Meter ${svpmsnText(meter.svpmsn)}`;
  if (before?.state === 'leaving') {
    const sentence = `${where} has not told its last reading, and subscriber "${meter.subscriber}" is still there: wait until it has, or say that the meter is dead.`;
    return fail('meter-leaving', sentence);
  }
  return fail('meter-occupied', `${where} is of subscriber "${meter.subscriber}": let that household move out first.`);
}

async function comingFault(
  tx: StoreReads,
  at: { readonly meter: Meter; readonly purse: Purse; readonly before: Tenancy | undefined },
  subscriber: string,
): Promise<HostFailure | undefined> {
  const { meter, purse, before } = at;
  const where = `Meter ${svpmsnText(meter.svpmsn)}`;
  const nobody = await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  if (before?.reading === 'last-proved') {
    return fail('purse-closed', `${where} was given up as dead, and its purse is closed for ever: mount another one.`);
  }
  const held = purseFault({ ...purse, state: before === undefined ? purse.state : 'open' });
  if (held !== undefined) return held;
  const [payment] = await unanswered(tx, meter);
  if (payment === undefined) return undefined;
  const sentence = `Payment "${payment.id}" of whoever lived at meter ${svpmsnText(meter.svpmsn)} before is not answered yet: cancel it, or wait.`;
  return fail('meter-occupied', sentence);
}

/** Payments for a meter of which nobody knows yet whether they are paid: value would come of them. */
async function unanswered(tx: StoreReads, { svpmsn }: Meter): Promise<Payment[]> {
  const open = [...(await tx.payments.where('state', 'asked')), ...(await tx.payments.where('state', 'pending'))];
  return open.filter((payment) => payment.svpmsn === svpmsn);
}

async function newTenancy(
  tx: StoreReads,
  { svpmsn }: Meter,
  whose: Pick<Tenancy, 'subscriber' | 'movedInAt'>,
): Promise<Tenancy> {
  const before = await tx.tenancies.where('svpmsn', svpmsn);
  return {
    ...{ id: tenancyId(svpmsn, before.length + 1), svpmsn, ...whose, state: 'living' },
    ...{ askedAt: undefined, next: undefined, closedBefore: 0n, closings: 0, repayments: 0, leftAt: undefined },
    ...{ reading: undefined, readAt: undefined, balance: undefined, owed: undefined, register: undefined },
    ...{ registerAt: undefined, settled: undefined, carried: undefined, refund: undefined, paidOutAt: undefined },
  };
}

/** What is left to give to a household that moved out is given, once. */
export async function payOutRest(
  tx: StoreTransaction,
  { id, method }: { readonly id: string; readonly method: PaymentMethod },
  by: string,
  now: Milliseconds,
): Promise<Tenancy | HostFailure> {
  const [tenancy] = await tx.tenancies.of([id]);
  if (tenancy?.refund === undefined || tenancy.refund === 0n) {
    return fail('tenancy-unknown', `Nothing is to be paid out for "${id}": check the number.`, { about: id });
  }
  if (tenancy.paidOutAt !== undefined) return tenancy;
  const { svpmsn, refund } = tenancy;
  const given: Tenancy = { ...tenancy, paidOutAt: now };
  await tx.tenancies.put([given]);
  if (method === 'cash') await cashGiven(tx, by, refund);
  await tx.post([restPaidOut(method, refund, { at: now, svpmsn, order: closingId(tenancy) })]);
  return given;
}

/** Of a subscriber at whatever meter, the newest first. */
export async function tenanciesOfPerson(tx: StoreReads, subscriber: string): Promise<Tenancy[] | HostFailure> {
  const nobody = await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  const theirs = await tx.tenancies.where('subscriber', subscriber);
  return theirs.sort((a, b) => b.movedInAt - a.movedInAt);
}

/** Of a meter, the newest first. */
export async function tenanciesOf(tx: StoreReads, number: number): Promise<Tenancy[] | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  return (await tx.tenancies.where('svpmsn', found.meter.svpmsn)).reverse();
}
