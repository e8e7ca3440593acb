import { type Milliseconds, tokens } from '../units/index.ts';
import { move, paidOut, refunded, sold } from './ledger.ts';
import type { Account, Order, Posting, TradeParts } from './types.ts';

export interface Price {
  /** Where its money comes in. */
  readonly account: Account;
  readonly parts: TradeParts;
}

/** What was found turns out to be a sale that was forgotten: the order in its place, and what it changes in the ledger. */
export interface Claim {
  readonly found: string;
  readonly order: Order;
  readonly postings: readonly Posting[];
}

/**
 * The same sale made again after a restore, when its meter has told of it already: the cash is booked, and what was
 * found is taken back. A TXID that the meter voided, or had no room for, was never credited and goes back at once.
 */
export function claimOf(
  found: Order,
  { id, source, orderedAt }: Pick<Order, 'id' | 'source' | 'orderedAt'>,
  { account, parts }: Price,
  now: Milliseconds,
): Claim | undefined {
  const { svpmsn } = found;
  const isStored = BigInt(found.amount) === parts.energy;
  if (!isStored && found.amount !== 0) return undefined;
  const occasion = { at: now, svpmsn, order: id };
  const state = isStored ? 'stored' : 'refunded';
  const order: Order = { ...found, id, source, state, amount: tokens(Number(parts.energy)), orderedAt };
  const outcome = isStored
    ? [move('found', -parts.energy, occasion), move('stored', parts.energy, occasion)]
    : [refunded(parts, occasion), ...(account === 'goodwill' ? [paidOut(account, parts.paid, occasion)] : [])];
  return { found: found.id, order, postings: [sold(account, parts, occasion), ...outcome] };
}
