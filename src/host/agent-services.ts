import type { AgentChange, FloatMove, NewAgent } from './agents.ts';
import type { Agent, AgentMember, HostFailure, SaleTarget, Shift } from './types.ts';
import type { VendAsked, VendNamed, VendView } from './vends.ts';

export type { AgentChange, FloatMove, NewAgent } from './agents.ts';
export type { VendAsked, VendNamed, VendOutcome, VendView } from './vends.ts';

/** What is told of agents and of those at a till. */
export interface AgentReads {
  /** By id. */
  agents(query: { readonly after?: string; readonly limit: number }): Promise<Agent[]>;
  agent(id: string): Promise<Agent | HostFailure>;
  /** Who sells for an agent, by id. */
  agentMembers(agent: string): Promise<AgentMember[] | HostFailure>;
  /** For whom somebody sells. */
  agentOfMember(by: string): Promise<Agent | HostFailure>;
  /** What became of a vend, by the agent's own reference. */
  vend(named: VendNamed): Promise<VendView | HostFailure>;
  /** Of an agent, by reference; those after one only, if it is named. */
  vends(query: { readonly agent: string; readonly after?: string; readonly limit: number }): Promise<VendView[]>;
  /** By id: by person, and the key under which each was opened. */
  shifts(query: { readonly after?: string; readonly limit: number }): Promise<Shift[]>;
  /** The shift that somebody has open. */
  openShiftOf(person: string): Promise<Shift | HostFailure>;
}

/** What is done with agents, by agents and at tills: always in somebody's name. */
export interface AgentOffice {
  addAgent(agent: NewAgent): Promise<Agent | HostFailure>;
  changeAgent(change: AgentChange): Promise<Agent | HostFailure>;
  addAgentMember(member: AgentMember): Promise<AgentMember | HostFailure>;
  removeAgentMember(member: AgentMember): Promise<AgentMember | HostFailure>;
  moveFloat(move: FloatMove): Promise<Agent | HostFailure>;

  /** Sells out of the float of the agent for whom whoever acts sells; asked again, it tells what became of it. */
  vend(asked: VendAsked): Promise<VendView | HostFailure>;
  confirmVend(reference: string): Promise<VendView | HostFailure>;
  reverseVend(asked: SaleTarget & { readonly reference: string }): Promise<VendView | HostFailure>;

  openShift(shift: { readonly id: string; readonly opening: number }): Promise<Shift | HostFailure>;
  closeShift(counted: number): Promise<Shift | HostFailure>;
}
