import { decodePolicy, isRecordFailure, type SupplyPolicy } from '../records/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { findMeter, isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { ControlCommand, HostFailure } from './types.ts';

export const POLICY_SLOT = 'supply-policy';

/** By which rules a meter goes, and by which it is to go. */
export interface MeterPolicy {
  readonly svpmsn: Svpmsn;
  /** As the meter told: by its version, or when it took what was ordered. Nothing where it has told of none. */
  readonly inForce: PolicyInForce | undefined;
  /** What it was last ordered, until it is in force. */
  readonly ordered: PolicyOrdered | undefined;
}

export interface PolicyInForce {
  readonly version: number;
  readonly toldAt: Milliseconds;
  /** What it says, where it was ordered from here: polls tell the version alone. */
  readonly policy: SupplyPolicy | undefined;
}

export type PolicyOrdered = Pick<ControlCommand, 'version' | 'state' | 'result' | 'orderedAt' | 'settledAt'> & {
  readonly policy: SupplyPolicy;
};

export async function readPolicy(tx: StoreReads, number: number): Promise<MeterPolicy | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { svpmsn } = found.meter;
  const sent = await sentPolicy(tx, svpmsn);
  const inForce = await policyInForce(tx, svpmsn, sent);
  return { svpmsn, inForce, ordered: sent?.version === inForce?.version ? undefined : sent };
}

/** What the host last sent a meter. */
export async function sentPolicy(tx: StoreReads, svpmsn: Svpmsn): Promise<PolicyOrdered | undefined> {
  const command = await tx.command(svpmsn, POLICY_SLOT);
  if (command === undefined) return undefined;
  const { version, state, result, orderedAt, settledAt, body } = command;
  const policy = decodePolicy(body);
  return isRecordFailure(policy) ? undefined : { version, state, result, orderedAt, settledAt, policy };
}

/** Its answer to the order says so as well as what it told by itself: whichever came later. */
async function policyInForce(
  tx: StoreReads,
  svpmsn: Svpmsn,
  sent: PolicyOrdered | undefined,
): Promise<PolicyInForce | undefined> {
  const [known] = await tx.knowledgeOf([svpmsn]);
  const { policyVersion: version, policyAt: toldAt } = known ?? {};
  if (sent?.state === 'done' && sent.settledAt !== undefined && (toldAt === undefined || sent.settledAt >= toldAt)) {
    return { version: sent.version, toldAt: sent.settledAt, policy: sent.policy };
  }
  if (version === undefined || toldAt === undefined) return undefined;
  return { version, toldAt, policy: sent?.version === version ? sent.policy : undefined };
}
