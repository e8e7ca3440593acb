import { txidTextOf } from '../exchange/index.ts';
import { type Milliseconds, svpmsn, tokens } from '../units/index.ts';
import { closingId, latestTenancy, tenancyId } from './leaving.ts';
import { replacementId } from './moved-value.ts';
import { newOrder } from './new-order.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type { Meter, Order, Purse, Tenancy } from './types.ts';

/** So many closings of a tenancy are looked for, of so many that came after the one that is known, and attempts of a replacement. */
const CLOSINGS_TRIED = 8;
const TENANCIES_TRIED = 4;
const ATTEMPTS_TRIED = 4;

/**
 * What a receipt is of that these books have no order for: they were put back to before a purse was closed for a move or
 * a replacement. Ids of such orders follow from what they are for. The next closing of a household that is leaving is
 * ordered anew. What was not asked for yet is to be asked for again: nobody else knows where value was to go.
 * @returns the order; `unasked`; nothing where it is no such closing
 */
export async function forgottenClosing(
  tx: StoreTransaction,
  { svpmsn: number }: Pick<Purse, 'svpmsn'>,
  txid: string,
  now: Milliseconds,
): Promise<Order | 'unasked' | undefined> {
  const [meter] = await tx.metersOf([number]);
  if (meter === undefined || (await tx.fact('restored-at')) === undefined) return undefined;
  const latest = await latestTenancy(tx, number);
  const next =
    latest?.state === 'leaving' ? closingsAfter(latest).find((each) => isOf(txid, closingId(each))) : undefined;
  if (next !== undefined) {
    await tx.tenancies.put([next]);
    const closing = { op: 'close', amount: tokens(0), source: 'closing' } as const;
    const [order] = await tx.addOrders([newOrder(closingId(next), meter, closing, now)]);
    return order;
  }
  if ((await replacementsOf(tx, meter)).some((id) => isOf(txid, id))) return 'unasked';
  const places = (await tx.tenancies.where('svpmsn', number)).length;
  for (let place = Math.max(1, places); place <= places + TENANCIES_TRIED; place++) {
    const tenancy = { id: tenancyId(number, place), closings: 0 };
    if (closingsAfter(tenancy).some((each) => isOf(txid, closingId(each)))) return 'unasked';
  }
  return undefined;
}

const isOf = (txid: string, orderId: string): boolean => txidTextOf(orderId) === txid;

const closingsAfter = <T extends Pick<Tenancy, 'closings'>>(tenancy: T): T[] =>
  Array.from({ length: CLOSINGS_TRIED }, (_, i) => ({ ...tenancy, closings: tenancy.closings + 1 + i }));

async function replacementsOf(tx: StoreReads, { svpmsn: old, subscriber }: Meter): Promise<readonly string[]> {
  if (subscriber === UNOCCUPIED) return [];
  const others = (await tx.meters({ subscriber })).filter((meter) => meter.svpmsn !== old);
  return others.flatMap(({ svpmsn: by }) =>
    Array.from({ length: ATTEMPTS_TRIED }, (_, i) => replacementId(old, svpmsn(by), i + 1)),
  );
}

/**
 * A purse that is to be closed: one that waits for just that, because books that were put back do not have the order by
 * which it was, is asked for its receipts again.
 */
export const askedAgain = (purse: Purse): Purse =>
  purse.freeze === 'closing-forgotten'
    ? { ...purse, freeze: undefined, frozenAt: undefined, queryWanted: true }
    : purse;
