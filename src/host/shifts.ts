import { type Milliseconds, U32_MAX } from '../units/index.ts';
import { fail } from './failures.ts';
import { cashDiffers } from './ledger.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { HostFailure, Shift } from './types.ts';
import type { Act } from './witness.ts';

/** What should be in the till. */
export const expectedOf = ({ opening, taken, paidOut }: Shift): bigint => opening + taken - paidOut;

/** What was there beyond that; negative where it was less, nothing while nobody has counted. */
export const differenceOf = (shift: Shift): bigint | undefined =>
  shift.counted === undefined ? undefined : shift.counted - expectedOf(shift);

export async function openShift(
  tx: StoreTransaction,
  { id, opening }: { readonly id: string; readonly opening: number },
  { by: person, role }: Pick<Act, 'by' | 'role'>,
  now: Milliseconds,
): Promise<Shift | HostFailure> {
  const fault = cashFault(opening);
  if (fault !== undefined) return fault;
  const [open] = await tx.shifts.where('openBy', person);
  if (open !== undefined) {
    return fail('shift-open', `"${person}" has a shift open: count its cash and close it first.`, { about: person });
  }
  const [member] = role === 'agent' ? await tx.agentMembers.of([person]) : [];
  const shift: Shift = {
    ...{ id, person, openBy: person, agent: member?.agent, openedAt: now, opening: BigInt(opening) },
    ...{ taken: 0n, paidOut: 0n, closedAt: undefined, counted: undefined },
  };
  await tx.shifts.put([shift]);
  return shift;
}

/** The utility bears what its own tills lack; the cash of an agent is the agent's own, and no account of these books. */
export async function closeShift(
  tx: StoreTransaction,
  { person, counted }: { readonly person: string; readonly counted: number },
  now: Milliseconds,
): Promise<Shift | HostFailure> {
  const fault = cashFault(counted);
  if (fault !== undefined) return fault;
  const [open] = await tx.shifts.where('openBy', person);
  if (open === undefined) return noShift(person);
  const shift: Shift = { ...open, openBy: undefined, closedAt: now, counted: BigInt(counted) };
  await tx.shifts.put([shift]);
  const difference = differenceOf(shift) as bigint;
  if (difference !== 0n && shift.agent === undefined)
    await tx.post([cashDiffers(difference, { at: now, order: shift.id })]);
  return shift;
}

export async function openShiftOf(tx: StoreReads, person: string): Promise<Shift | HostFailure> {
  return (await tx.shifts.where('openBy', person))[0] ?? noShift(person);
}

const noShift = (person: string): HostFailure =>
  fail('shift-unknown', `"${person}" has no shift open: open one first.`, { about: person });

function cashFault(amount: number): HostFailure | undefined {
  if (Number.isSafeInteger(amount) && amount >= 0 && amount <= U32_MAX) return undefined;
  return fail('amount-wrong', `Cash is a whole number of minor units from 0 to ${U32_MAX}, not ${amount}.`, {
    leastSum: 0,
    mostSum: U32_MAX,
  });
}
