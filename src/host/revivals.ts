import { Suite } from '../crypto/index.ts';
import { RelayAction } from '../records/index.ts';
import { svpmsnText } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { holdsNoValueKey } from './standing.ts';
import type { Approval, ControlCommand, HostFailure } from './types.ts';

/** How far the revival of a meter is whose case was opened. */
export interface Revival {
  /** It told that its keys are erased. */
  readonly isErased: boolean;
  /** Somebody asked for it, and nobody has decided yet. */
  readonly asked: Approval | undefined;
  /** What was agreed to: its tamper is cleared as soon as it can be spoken to, for which custodians give it its keys. */
  readonly clearing: ControlCommand | undefined;
}

/** Its supply comes back with it, all of it. */
export const CLEAR_TAMPER = { type: 'relay', supply: 0, action: RelayAction.clearTamper } as const;
const CLEARING_SLOT = 'relay-0-clear-tamper';

export async function revivalOf(tx: StoreReads, number: number): Promise<Revival | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { svpmsn } = found.meter;
  const [known] = await tx.knowledgeOf([svpmsn]);
  return {
    isErased: holdsNoValueKey(known ?? { alarms: undefined }),
    asked: await waitingFor(tx, svpmsn),
    clearing: await tx.command(svpmsn, CLEARING_SLOT),
  };
}

/**
 * Why nobody asks for that. Whoever stands before a meter may know of its case before the books do: that these know
 * nothing of it is no reason.
 */
export async function revivalFault(tx: StoreReads, number: number): Promise<HostFailure | undefined> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const meter = `Meter ${svpmsnText(found.meter.svpmsn)}`;
  if (found.meter.suite === Suite.tripleDes) {
    return fail('command-not-served', 'Suite 3des has the three commands of its time and no other: use another suite.');
  }
  if (found.purse.state === 'closed') {
    return fail('purse-closed', `${meter} is retired: its purse is closed, and another meter takes its place.`);
  }
  const before = await waitingFor(tx, found.meter.svpmsn);
  if (before === undefined) return undefined;
  return fail('command-wrong', `${before.askedBy} asked for the revival of this meter already: somebody else decides.`);
}

async function waitingFor(tx: StoreReads, number: number): Promise<Approval | undefined> {
  const waiting = await tx.approvals.where('state', 'waiting');
  return waiting.find(({ proposal }) => proposal.type === 'revival' && proposal.meter === number);
}
