import type { Milliseconds } from '../units/index.ts';
import { move } from './ledger.ts';
import { duesOf, duesOfPerson } from './moved-value.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { Payment, Tenancy } from './types.ts';

/**
 * Money that was taken back is owed by whoever lived there when it was paid: it follows a household that moved out to
 * its next meter, or waits for it.
 */
export async function oweAgain(
  tx: StoreTransaction,
  { svpmsn, at }: Pick<Payment, 'svpmsn' | 'at'>,
  { amount, order }: { readonly amount: bigint; readonly order: string },
  now: Milliseconds,
): Promise<void> {
  const [gone] = (await tx.tenancies.where('svpmsn', svpmsn)).filter(
    ({ leftAt }) => leftAt !== undefined && leftAt >= at,
  );
  const to = gone === undefined ? duesOf({ svpmsn }) : await whereabouts(tx, gone);
  const [known] = await tx.dues.of([to.id]);
  if (gone === undefined) {
    if (known !== undefined) await tx.dues.put([{ ...known, arrears: known.arrears + amount }]);
    return;
  }
  const dues = known ?? { id: to.id, arrears: 0n, fixedCharge: 0n, chargedMonth: 0 };
  await tx.dues.put([{ ...dues, arrears: dues.arrears + amount }]);
  const there = { at: now, order, ...(to.svpmsn !== undefined && { svpmsn: to.svpmsn }) };
  await tx.post([move('debt', -amount, { at: now, order, svpmsn }), move('debt', amount, there)]);
}

/** Where a household that moved out has dues now: at a meter of theirs that was bought at, or nowhere yet. */
async function whereabouts(tx: StoreReads, { subscriber }: Tenancy) {
  const meters = await tx.meters({ subscriber });
  const dues = await tx.dues.of(meters.map(({ svpmsn }) => String(svpmsn)));
  const meter = meters.find((_, i) => dues[i] !== undefined);
  return meter === undefined ? duesOfPerson(subscriber) : duesOf(meter);
}
