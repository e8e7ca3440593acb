import { type Milliseconds, milliseconds } from '../units/index.ts';
import { fail } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { HostFailure } from './types.ts';

/** A request to a payment port reaches its bank within that, or never. */
const UNDER_WAY_MS = 300_000;

/**
 * Books that were put back have forgotten what they had asked of a bank: that a payment be given back may still be on
 * its way there, and what was sold for it meanwhile would be paid with nothing. So the banks rest until it has arrived.
 */
export const restBanks = (tx: StoreTransaction, now: Milliseconds): Promise<void> =>
  tx.setFact('banks-rest-until', now + UNDER_WAY_MS);

/** Until when no payment is begun or taken for approved, and no value that was paid so is sent; nothing once it is over. */
export async function banksRestUntil(tx: StoreReads, now: Milliseconds): Promise<Milliseconds | undefined> {
  const until = (await tx.fact('banks-rest-until')) ?? 0;
  return until > now ? milliseconds(until) : undefined;
}

/** Why a payment has to wait, while the banks rest. */
export async function banksRest(tx: StoreReads, now: Milliseconds): Promise<HostFailure | undefined> {
  const until = await banksRestUntil(tx, now);
  if (until === undefined) return undefined;
  const minutes = Math.ceil((until - now) / 60_000);
  return fail(
    'banks-resting',
    `The books were put back to an older copy: nothing is taken through a bank for ${minutes} more minutes. Try again then, or pay in cash.`,
  );
}
