import type { Milliseconds } from '../units/index.ts';
import { amountFault, fail, isFailure, textFault } from './failures.ts';
import { floatMoved } from './ledger.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { agentUnknown, cashGiven, floatOf } from './tills.ts';
import type { Agent, AgentMember, HostFailure, PaymentMethod } from './types.ts';

export type NewAgent = Pick<Agent, 'id' | 'name' | 'commissionBasisPoints'>;

/** What may be changed of an agent. */
export interface AgentChange {
  readonly id: string;
  /** Of what is sold from now on. */
  readonly commissionBasisPoints?: number;
  readonly closed?: boolean;
}

/** An agent pays into its float, or is paid back out of it. */
export interface FloatMove {
  readonly agent: string;
  readonly direction: 'pay-in' | 'pay-back';
  /** Minor units of the currency, 1 to u32. */
  readonly amount: number;
  readonly method: PaymentMethod;
  /** Of the transfer, or of the slip. */
  readonly reference: string;
}

export async function addAgent(tx: StoreTransaction, asked: NewAgent, now: Milliseconds): Promise<Agent | HostFailure> {
  const { id, name, commissionBasisPoints } = asked;
  if (!ID_FORM.test(id)) {
    return fail(
      'agent-wrong',
      'An agent id has 1 to 32 small letters, digits, dots and hyphens, no dot or hyphen first.',
    );
  }
  const fault = textFault('name-wrong', 'A name', name) ?? commissionFault(commissionBasisPoints);
  if (fault !== undefined) return fault;
  const [before] = await tx.agents.of([id]);
  if (before !== undefined)
    return fail('agent-known', `There is an agent "${id}" already: choose another id.`, { about: id });
  const agent: Agent = { id, name, commissionBasisPoints, balance: 0n, createdAt: now, closedAt: undefined };
  await tx.agents.put([agent]);
  return agent;
}

export async function changeAgent(
  tx: StoreTransaction,
  { id, commissionBasisPoints, closed }: AgentChange,
  now: Milliseconds,
): Promise<Agent | HostFailure> {
  const before = await agentBy(tx, id);
  if (isFailure(before)) return before;
  const commission = commissionBasisPoints ?? before.commissionBasisPoints;
  const fault = commissionFault(commission);
  if (fault !== undefined) return fault;
  const isClosed = closed ?? before.closedAt !== undefined;
  const closedAt = isClosed ? (before.closedAt ?? now) : undefined;
  const agent: Agent = { ...before, commissionBasisPoints: commission, closedAt };
  await tx.agents.put([agent]);
  return agent;
}

/** Says who sells for an agent; whoever sold for another does so no more. */
export async function addMember(tx: StoreTransaction, { id, agent }: AgentMember): Promise<AgentMember | HostFailure> {
  const found = await agentBy(tx, agent);
  if (isFailure(found)) return found;
  const [key] = id.startsWith(KEY) ? await tx.apiKeys.of([id.slice(KEY.length)]) : [];
  const [person] = id.startsWith(KEY) ? [] : await tx.people.of([id]);
  if ((key ?? person)?.role !== 'agent') {
    return fail('person-wrong', `"${id}" is no person and no API key of role agent: only those sell for an agent.`, {
      about: id,
    });
  }
  const member: AgentMember = { id, agent };
  await tx.agentMembers.put([member]);
  return member;
}

export async function removeMember(
  tx: StoreTransaction,
  { id, agent }: AgentMember,
): Promise<AgentMember | HostFailure> {
  const [member] = await tx.agentMembers.of([id]);
  if (member?.agent !== agent)
    return fail('person-unknown', `"${id}" does not sell for agent "${agent}".`, { about: id });
  await tx.agentMembers.delete([id]);
  return member;
}

/** @param by whoever takes the money, or gives it: out of their till where it is cash */
export async function moveFloat(
  tx: StoreTransaction,
  move: FloatMove,
  by: string,
  now: Milliseconds,
): Promise<Agent | HostFailure> {
  const found = await agentBy(tx, move.agent);
  if (isFailure(found)) return found;
  const fault = amountFault(move.amount) ?? textFault('name-wrong', 'A reference', move.reference);
  if (fault !== undefined) return fault;
  const amount = move.direction === 'pay-in' ? BigInt(move.amount) : -BigInt(move.amount);
  if (found.balance + amount < 0n) {
    return fail(
      'float-short',
      `The float of agent "${found.id}" is ${found.balance}: no more than that is paid back.`,
      { about: found.id, float: found.balance },
    );
  }
  const agent: Agent = { ...found, balance: found.balance + amount };
  await tx.agents.put([agent]);
  if (move.method === 'cash') await cashGiven(tx, by, -amount);
  await tx.post([floatMoved(floatOf(agent.id), move.method, amount, { at: now, order: move.reference })]);
  return agent;
}

export async function agentBy(tx: StoreReads, id: string): Promise<Agent | HostFailure> {
  return (await tx.agents.of([id]))[0] ?? agentUnknown(id);
}

/** For whom somebody sells. */
export async function agentOfMember(tx: StoreReads, by: string): Promise<Agent | HostFailure> {
  const [member] = await tx.agentMembers.of([by]);
  if (member !== undefined) return agentBy(tx, member.agent);
  return fail('agent-unknown', `"${by}" sells for no agent: have an operator say for which.`, { about: by });
}

function commissionFault(basisPoints: number): HostFailure | undefined {
  if (Number.isSafeInteger(basisPoints) && basisPoints >= 0 && basisPoints <= BASIS_POINTS_MAX) return undefined;
  return fail('agent-wrong', `A commission is 0 to ${BASIS_POINTS_MAX} hundredths of a percent, not ${basisPoints}.`, {
    least: 0,
    most: BASIS_POINTS_MAX,
  });
}

/** It stands in accounts of the ledger and in ids of orders. */
const ID_FORM = /^[a-z0-9][a-z0-9.-]{0,31}$/;
const KEY = 'key:';
const BASIS_POINTS_MAX = 10_000;
