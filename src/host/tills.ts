import { assert, type Milliseconds } from '../units/index.ts';
import { fail } from './failures.ts';
import { commissioned, paidOut } from './ledger.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { Account, Agent, HostFailure, PaymentMethod, Posting, Shift, Trade, Vend } from './types.ts';

/** Who makes a sale, as far as it concerns money that is theirs or in their till. */
interface Sold {
  readonly orderId: string;
  readonly paid: number;
  readonly method: PaymentMethod;
  /** Whoever is at the till; nobody where a program sells. */
  readonly by?: string;
  /** Of a sale by an agent. */
  readonly vend?: { readonly agent: string; readonly reference: string };
}

export const floatOf = (agent: string): Account => `float:${agent}`;

/** What a group of sales does to the floats of agents, and to the shifts of those who are at a till. */
export class Tills {
  readonly #agents = new Map<string, Agent>();
  /** By the id of their order: those that were reversed before they came, and those that are made. */
  readonly #vends = new Map<string, Vend>();
  readonly #shifts = new Map<string, Shift>();
  readonly #made: Vend[] = [];
  readonly #takenIn = new Set<string>();
  readonly #postings: Posting[] = [];

  /** Of those who make such sales. */
  static async of(tx: StoreReads, sales: readonly Sold[]): Promise<Tills> {
    const tills = new Tills();
    const vends = sales.filter(({ vend }) => vend !== undefined);
    if (vends.length > 0) {
      const agents = [...new Set(vends.map(({ vend }) => vend?.agent as string))];
      for (const agent of await tx.agents.of(agents)) if (agent !== undefined) tills.#agents.set(agent.id, agent);
      const known = await tx.vends.of(vends.map(({ orderId }) => orderId));
      for (const vend of known) if (vend !== undefined) tills.#vends.set(vend.id, vend);
    }
    for (const by of new Set(sales.flatMap(({ by }) => by ?? []))) {
      const [shift] = await tx.shifts.where('openBy', by);
      if (shift !== undefined) tills.#shifts.set(by, shift);
    }
    return tills;
  }

  /** Where the money comes in: out of the agent's float, or as it was paid. */
  accountOf({ vend, method }: Sold): Account {
    return vend === undefined ? method : floatOf(vend.agent);
  }

  /** Why whoever makes a sale may not. */
  fault({ orderId, paid, vend }: Sold): HostFailure | undefined {
    if (vend === undefined) return undefined;
    const agent = this.#agents.get(vend.agent);
    if (agent === undefined) return agentUnknown(vend.agent);
    if (agent.closedAt !== undefined)
      return fail('agent-closed', `Agent "${agent.id}" sells no more.`, { about: agent.id });
    const before = this.#vends.get(orderId);
    // Asked again for the same, a sale is found by its order.
    if (before !== undefined) return before.paid > 0n ? vendDiffers(vend.reference) : vendReversed(vend.reference);
    if (agent.balance >= BigInt(paid)) return undefined;
    return fail(
      'float-short',
      `The float of agent "${agent.id}" is ${agent.balance}, and ${paid} is to be paid out of it: pay in first.`,
      { about: agent.id, float: agent.balance, paid },
    );
  }

  /** A sale is made. */
  sold(
    { orderId: id, paid: amount, method, by, vend }: Sold,
    { svpmsn, purse }: Pick<Vend, 'svpmsn' | 'purse'>,
    at: Milliseconds,
  ): void {
    const paid = BigInt(amount);
    const shift = by === undefined ? undefined : this.#shifts.get(by);
    if (by !== undefined && shift !== undefined && method === 'cash') {
      this.#shifts.set(by, { ...shift, taken: shift.taken + paid });
      this.#takenIn.add(by);
    }
    if (vend === undefined) return;
    const agent = this.#agents.get(vend.agent);
    assert(agent !== undefined && by !== undefined, 'a sale by an agent is by somebody, for an agent that there is');
    const commission = (paid * BigInt(agent.commissionBasisPoints)) / BASIS_POINTS;
    const { reference } = vend;
    const nothing = { confirmedAt: undefined, reversedAt: undefined };
    const made: Vend = { ...{ id, agent: agent.id, reference, by, svpmsn, purse, paid, commission, at }, ...nothing };
    this.#agents.set(agent.id, { ...agent, balance: agent.balance - paid + commission });
    this.#vends.set(id, made);
    this.#made.push(made);
    if (commission > 0n) this.#postings.push(commissioned(floatOf(agent.id), commission, { at, order: id }));
  }

  async put(tx: StoreTransaction): Promise<void> {
    if (this.#takenIn.size > 0) await tx.shifts.put([...this.#takenIn].map((by) => this.#shifts.get(by) as Shift));
    if (this.#made.length === 0) return;
    const agents = new Set(this.#made.map(({ agent }) => agent));
    await tx.agents.put([...agents].map((id) => this.#agents.get(id) as Agent));
    await tx.vends.put(this.#made);
    if (this.#postings.length > 0) await tx.post(this.#postings);
  }
}

/**
 * What was refunded of a sale by an agent is money of its float again, and its commission is taken back. Returns what
 * is to be posted behind the refund; nothing for the sale of anybody else.
 */
export async function floatGivenBack(tx: StoreTransaction, trade: Trade, at: Milliseconds): Promise<Posting[]> {
  const { id, svpmsn, paid } = trade;
  const back = await vendGivenBack(tx, trade, at);
  if (back === undefined) return [];
  await tx.trades.put([{ ...trade, paidOutAt: at }]);
  return [paidOut(back.float, paid, { at, svpmsn, order: id }), ...back.commission];
}

/** The same of any sale, whose row and whose payment out are the caller's to write. */
export async function vendGivenBack(
  tx: StoreTransaction,
  { id, paid, method }: Pick<Trade, 'id' | 'paid' | 'method'>,
  at: Milliseconds,
): Promise<{ readonly float: Account; readonly commission: readonly Posting[] } | undefined> {
  const [vend] = await tx.vends.of([id]);
  if (vend === undefined) return undefined;
  const [agent] = await tx.agents.of([vend.agent]);
  assert(agent !== undefined, 'whoever sold is an agent');
  const { commission } = vend;
  await tx.agents.put([{ ...agent, balance: agent.balance + paid - commission }]);
  if (method === 'cash') await cashGiven(tx, vend.by, paid);
  const float = floatOf(agent.id);
  return { float, commission: commission === 0n ? [] : [commissioned(float, -commission, { at, order: id })] };
}

/** Cash left the till of whoever is at one; what is negative came in. */
export async function cashGiven(tx: StoreTransaction, by: string, amount: bigint): Promise<void> {
  const [shift] = await tx.shifts.where('openBy', by);
  if (shift === undefined) return;
  const { taken, paidOut } = shift;
  await tx.shifts.put([amount < 0n ? { ...shift, taken: taken - amount } : { ...shift, paidOut: paidOut + amount }]);
}

export const agentUnknown = (id: string): HostFailure =>
  fail('agent-unknown', `There is no agent "${id}": check the id.`, { about: id });

const vendDiffers = (reference: string): HostFailure =>
  fail(
    'order-differs',
    `Vend "${reference}" was given before with other contents: take a new reference for a new sale.`,
  );

export const vendReversed = (reference: string): HostFailure =>
  fail('vend-reversed', `Vend "${reference}" was reversed, and stays so: take a new reference for a new sale.`);

const BASIS_POINTS = 10_000n;
