import type { Milliseconds } from '../units/index.ts';
import { latestTenancy } from './leaving.ts';
import { move } from './ledger.ts';
import { duesOf, owesAt } from './moved-value.ts';
import type { StoreTransaction } from './ports.ts';
import { firstDues } from './terms.ts';
import type { Payment } from './types.ts';

/**
 * Money that was taken back is owed by whoever lived there when it was paid: where the meter takes no value from them
 * any more, at another one of theirs that does, or at the one that they get.
 */
export async function oweAgain(
  tx: StoreTransaction,
  { svpmsn, at }: Pick<Payment, 'svpmsn' | 'at'>,
  { amount, order, zone }: { readonly amount: bigint; readonly order: string; readonly zone: string },
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
  const nothing = { id: to.id, arrears: 0n, fixedCharge: 0n, chargedMonth: 0 };
  const dues = known ?? (there === undefined ? nothing : firstDues(there, zone));
  await tx.dues.put([{ ...dues, arrears: dues.arrears + amount }]);
  if (to.id === here.id) return;
  const occasion = { at: now, order, ...(to.svpmsn !== undefined && { svpmsn: to.svpmsn }) };
  await tx.post([move('debt', -amount, { at: now, order, svpmsn }), move('debt', amount, occasion)]);
}
