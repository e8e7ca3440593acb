import type { Milliseconds } from '../units/index.ts';
import { latestTenancy } from './leaving.ts';
import { move } from './ledger.ts';
import { duesOf, owesAt } from './moved-value.ts';
import type { StoreTransaction } from './ports.ts';
import { settleDues } from './terms.ts';
import type { Dues, Meter } from './types.ts';

/** What is due again of what was settled by something that was paid or ordered at a meter. */
interface DueAgain {
  readonly svpmsn: Meter['svpmsn'];
  /** When it was paid or ordered: whoever lived there then owes it. */
  readonly at: Milliseconds;
  readonly order: string;
  readonly arrears: bigint;
  readonly fixedCharge: bigint;
  /** Of a meter that has none yet. */
  readonly first: (meter: Meter) => Pick<Dues, 'chargedMonth'>;
}

/**
 * It is owed where the household can pay it: where the meter takes no value from them any more, at another one of theirs
 * that does, or at the one that they get. The lines of what it came from name the meter: it is moved from there.
 */
export async function oweAgain(
  tx: StoreTransaction,
  { svpmsn, at, order, arrears, fixedCharge, first }: DueAgain,
  now: Milliseconds,
): Promise<void> {
  const [gone] = (await tx.tenancies.where('svpmsn', svpmsn)).filter(
    ({ leftAt }) => leftAt !== undefined && leftAt >= at,
  );
  const [[meter], [purse]] = [await tx.metersOf([svpmsn]), await tx.pursesOf([svpmsn])];
  // What is owed where somebody is about to leave goes with them when they do.
  const isThere = purse?.state !== 'closed' || (await latestTenancy(tx, svpmsn))?.state === 'leaving';
  const here = duesOf({ svpmsn });
  const to = gone === undefined && isThere ? here : await owesAt(tx, gone?.subscriber ?? meter?.subscriber ?? '');
  const [known] = await tx.dues.of([to.id]);
  const [there] = to.svpmsn === undefined ? [] : await tx.metersOf([to.svpmsn]);
  const { chargedMonth } = known ?? (there === undefined ? { chargedMonth: 0 } : first(there));
  const before = known ?? { id: to.id, arrears: 0n, fixedCharge: 0n, chargedMonth };
  await tx.dues.put([settleDues(before, { arrears, fixedCharge }, -1n)]);
  if (to.id === here.id || arrears === 0n) return;
  const occasion = { at: now, order, ...(to.svpmsn !== undefined && { svpmsn: to.svpmsn }) };
  await tx.post([move('debt', -arrears, { at: now, order, svpmsn }), move('debt', arrears, occasion)]);
}
