import { type Milliseconds, tokens } from '../units/index.ts';
import { heldBy } from './leaving.ts';
import { move, spending } from './ledger.ts';
import type { StoreTransaction } from './ports.ts';
import { least } from './terms.ts';
import type { Order, Purse } from './types.ts';

/**
 * Closes the purse of a meter that does not answer any more, for ever and by the books alone. What the meter spent since
 * it was heard last is the utility's loss.
 * @param closing the order to do so, which the meter has not answered
 * @returns the order, with what was in the purse
 */
export async function closeDeadPurse<O extends Order>(
  tx: StoreTransaction,
  closing: O,
  now: Milliseconds,
): Promise<O & { readonly state: 'closed' }> {
  const { id, svpmsn } = closing;
  const outstanding = await tx.outstanding(svpmsn);
  if (outstanding?.order === id) await tx.deleteOutstanding(svpmsn);
  const purse = await repayByBooks(tx, closing, now);
  const amount = await heldBy(tx, purse);
  const done = { ...closing, state: 'closed', amount: tokens(Number(amount)), settledAt: now } as const;
  await tx.putOrder(done);
  await tx.putPurse({ ...purse, state: 'closed', closed: purse.closed + amount, bookedAt: now });
  if (amount > 0n) await tx.post([move('closed', amount, { at: now, svpmsn, order: id })]);
  return done;
}

/**
 * Whatever comes to a meter repays emergency credit first: as long as both stand in its books, what came since it told
 * what it owes has done so.
 */
export async function repayByBooks(
  tx: StoreTransaction,
  { svpmsn }: Pick<Order, 'svpmsn'>,
  now: Milliseconds,
): Promise<Purse> {
  const [purse] = await tx.pursesOf([svpmsn]);
  if (purse === undefined) throw new Error('a meter has a purse');
  const held = await heldBy(tx, purse);
  const repaid = least(held, purse.owed);
  if (repaid <= 0n) return purse;
  const after: Purse = { ...purse, owed: purse.owed - repaid };
  await tx.putPurse(after);
  await tx.post([spending({ spent: 0n, owed: -repaid }, { at: now, svpmsn })]);
  return after;
}
