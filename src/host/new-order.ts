import { txidTextOf } from '../exchange/index.ts';
import type { Milliseconds, Tokens } from '../units/index.ts';
import type { Meter, Order } from './types.ts';

/** An order that waits in the queue of its meter. */
export function newOrder(
  id: string,
  { svpmsn }: Pick<Meter, 'svpmsn'>,
  { op, amount, source }: { readonly op: Order['op']; readonly amount: Tokens; readonly source: string },
  now: Milliseconds,
): Order {
  const txid = txidTextOf(id);
  return {
    id,
    svpmsn,
    op,
    amount,
    source,
    txid,
    state: 'waiting',
    why: undefined,
    counter: undefined,
    orderedAt: now,
    settledAt: undefined,
  };
}
