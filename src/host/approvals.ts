import { assertNever } from '../units/index.ts';
import { calendarOver } from './calendar.ts';
import { cardBy, openRegion, purseBy } from './card-lookup.ts';
import { recoverCard } from './card-recovery.ts';
import { cardOrderBy, emptyCard, releasePending, sellToCard, voidCardOrder } from './card-sale.ts';
import { requestCommand } from './control.ts';
import { amountFault, fail, findMeter, isFailure, textFault } from './failures.ts';
import { nextKeyMissing } from './key-change.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { type RemittingAt, remit, remittanceFault, reverseRemittance, reversibleRemittance } from './remittances.ts';
import { CLEAR_TAMPER, revivalFault } from './revivals.ts';
import {
  type Approval,
  type CardOrder,
  type ControlCommand,
  type HostFailure,
  MANUAL_SOURCE,
  type NumberedOrder,
  type Proposal,
} from './types.ts';
import { orderUnknown, sellAll, voidOrder } from './vending.ts';
import { batchFault, makeBatch, voidFault, voidVouchers } from './voucher-batches.ts';
import type { Act } from './witness.ts';

/** What was asked for on one day is decided by the same hour of the next, or asked for again. */
export const APPROVAL_VALID_MS = 86_400_000;

export interface Decision {
  readonly approval: string;
  readonly verdict: 'approve' | 'refuse';
}

export interface Decided {
  readonly approval: Approval;
  /** What became of it at a meter. */
  readonly done: NumberedOrder | ControlCommand | undefined;
  /** What became of it for cards. */
  readonly cardOrders: readonly CardOrder[];
}

/** What a decision needs to know of the books. */
export type DecidedAt = RemittingAt;

/** Asks for what needs two people. Nothing is done yet. */
export async function propose(
  tx: StoreTransaction,
  act: Act,
  { proposal, why }: Pick<Approval, 'proposal' | 'why'>,
  at: DecidedAt,
): Promise<Approval | HostFailure> {
  const fault = textFault('name-wrong', 'A reason', why) ?? (await proposalFault(tx, proposal, at));
  if (fault !== undefined) return fault;
  const approval: Approval = {
    // Ids rise with time, so that a list of them is one of what was asked for first.
    id: `${act.at.toString(16).padStart(12, '0')}-${act.request}`,
    proposal,
    why,
    state: 'waiting',
    askedBy: act.by,
    askedAt: act.at,
    decidedBy: undefined,
    decidedAt: undefined,
  };
  await tx.approvals.put([approval]);
  return approval;
}

async function proposalFault(tx: StoreReads, proposal: Proposal, at: DecidedAt): Promise<HostFailure | undefined> {
  switch (proposal.type) {
    case 'void': {
      const [order] = await tx.ordersOf([proposal.order]);
      return order === undefined ? orderUnknown(proposal.order) : undefined;
    }
    case 'manual-credit':
    case 'key-change': {
      const found = await findMeter(tx, proposal.meter);
      if (isFailure(found)) return found;
      return proposal.type === 'manual-credit' ? amountFault(proposal.amount) : undefined;
    }
    case 'revival':
      return revivalFault(tx, proposal.meter);
    case 'card-credit':
      return (
        failureOf(await openRegion(tx, { csn: proposal.card, region: proposal.region })) ?? amountFault(proposal.amount)
      );
    case 'card-void':
      return failureOf(await cardOrderBy(tx, proposal.order));
    case 'card-closing':
    case 'card-release':
      return failureOf(await purseBy(tx, { csn: proposal.card, region: proposal.region }));
    case 'card-recovery':
      return failureOf(await cardBy(tx, proposal.card));
    case 'remittance':
      return remittanceFault(tx, proposal, at);
    case 'remittance-reversal':
      return failureOf(await reversibleRemittance(tx, proposal.remittance));
    case 'voucher-batch':
      return batchFault(tx, proposal, at.now);
    case 'voucher-void':
      return voidFault(tx, proposal);
    default:
      return assertNever(proposal);
  }
}

/** Somebody else looked at it. What is approved is done in the same transaction, once. */
export async function decide(
  tx: StoreTransaction,
  act: Act,
  { approval: id, verdict }: Decision,
  at: DecidedAt,
): Promise<Decided | HostFailure> {
  const [found] = await tx.approvals.of([id]);
  if (found === undefined) return fail('approval-unknown', 'Nobody asked for such an approval: check its id.');
  if (found.state !== 'waiting') {
    return fail('approval-settled', `This was ${found.state} by ${found.decidedBy} already: ask anew if it is wanted.`);
  }
  const decided = { ...found, decidedBy: act.by, decidedAt: act.at };
  if (verdict === 'refuse') {
    const approval: Approval = { ...decided, state: 'refused' };
    await tx.approvals.put([approval]);
    return { approval, done: undefined, cardOrders: [] };
  }
  if (found.askedBy === act.by) {
    return fail('approval-own', 'Four eyes are needed: somebody else has to approve what you asked for.');
  }
  if (act.at - found.askedAt > APPROVAL_VALID_MS) {
    return fail('approval-settled', 'This was asked for more than a day ago: ask anew if it is still wanted.');
  }
  const done = await carryOut(tx, found, at);
  if (isFailure(done)) return done;
  const approval: Approval = { ...decided, state: 'approved' };
  await tx.approvals.put([approval]);
  return { approval, ...done };
}

async function carryOut(
  tx: StoreTransaction,
  { id, proposal, askedBy }: Approval,
  at: DecidedAt,
): Promise<Omit<Decided, 'approval'> | HostFailure> {
  const { now } = at;
  switch (proposal.type) {
    case 'void':
      return atMeter(await voidOrder(tx, proposal.order, now));
    case 'manual-credit': {
      const { meter, amount } = proposal;
      const orderId = `credit:${id}`;
      const [order] = await sellAll(tx, [{ meter, amount, orderId, source: MANUAL_SOURCE }], now);
      return atMeter(order ?? orderUnknown(orderId));
    }
    case 'key-change':
      return atMeter(calendarOver(now) ?? (await requestCommand(tx, proposal.meter, proposal, now)));
    case 'revival':
      return atMeter(calendarOver(now) ?? (await requestCommand(tx, proposal.meter, CLEAR_TAMPER, now)));
    case 'card-credit': {
      const { card: csn, region, amount } = proposal;
      return atCard(
        await sellToCard(tx, { csn, region, amount, orderId: `card-credit:${id}`, source: MANUAL_SOURCE }, now),
      );
    }
    case 'card-void':
      return atCard(await voidCardOrder(tx, proposal.order, now));
    case 'card-closing':
    case 'card-release': {
      const { type, card: csn, region } = proposal;
      const target = { csn, region, orderId: `${type}:${id}` };
      return atCard(await (type === 'card-closing' ? emptyCard : releasePending)(tx, target, now));
    }
    case 'card-recovery': {
      const recovered = await recoverCard(tx, proposal.card, now);
      return isFailure(recovered) ? recovered : { done: undefined, cardOrders: recovered.orders };
    }
    case 'remittance':
      return ofMoney(await remit(tx, proposal, askedBy, at));
    case 'remittance-reversal':
      return ofMoney(await reverseRemittance(tx, proposal.remittance, now));
    case 'voucher-batch':
      return ofMoney(await makeBatch(tx, proposal, askedBy, now));
    case 'voucher-void':
      return ofMoney(await voidVouchers(tx, proposal, askedBy, now));
    default:
      return assertNever(proposal);
  }
}

const failureOf = (found: object): HostFailure | undefined => (isFailure(found) ? found : undefined);

const ofMoney = (booked: object): Omit<Decided, 'approval'> | HostFailure =>
  isFailure(booked) ? booked : { done: undefined, cardOrders: [] };

const atMeter = (done: NumberedOrder | ControlCommand | HostFailure): Omit<Decided, 'approval'> | HostFailure =>
  isFailure(done) ? done : { done, cardOrders: [] };

const atCard = (order: CardOrder | HostFailure): Omit<Decided, 'approval'> | HostFailure =>
  isFailure(order) ? order : { done: undefined, cardOrders: [order] };

/** Why what is to be approved cannot be done, where the key store lacks the key; everything else the decision itself says. */
export async function approvalMissesKey(
  ports: Pick<HostPorts, 'store' | 'keys'>,
  { approval: id, verdict }: Decision,
): Promise<HostFailure | undefined> {
  if (verdict === 'refuse') return undefined;
  const [found] = await ports.store.read((tx) => tx.approvals.of([id]));
  if (found?.proposal.type !== 'key-change') return undefined;
  return nextKeyMissing(ports, found.proposal.meter, found.proposal.purpose);
}
