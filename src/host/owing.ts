import type { Milliseconds } from '../units/index.ts';
import { latestTenancy } from './leaving.ts';
import { move } from './ledger.ts';
import { type DuesOf, duesOf, owesAt } from './moved-value.ts';
import type { StoreTransaction } from './ports.ts';
import { settleDues } from './terms.ts';
import type { Dues, Meter } from './types.ts';

/** What a person owes who paid for no meter: at one of theirs that takes value, or by themselves. @returns that meter */
export async function owePerson(
  tx: StoreTransaction,
  { subscriber, arrears, first }: Pick<DueAgain, 'arrears' | 'first'> & { readonly subscriber: string },
): Promise<Meter['svpmsn'] | undefined> {
  const to = await owesAt(tx, subscriber);
  await tx.dues.put([settleDues(await duesBefore(tx, to, first), { arrears, fixedCharge: 0n }, -1n)]);
  return to.svpmsn;
}

async function duesBefore(tx: StoreTransaction, { id, svpmsn }: DuesOf, first: DueAgain['first']): Promise<Dues> {
  const [known] = await tx.dues.of([id]);
  if (known !== undefined) return known;
  const [there] = svpmsn === undefined ? [] : await tx.metersOf([svpmsn]);
  return { id, arrears: 0n, fixedCharge: 0n, ...(there === undefined ? { chargedMonth: 0 } : first(there)) };
}

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
  await tx.dues.put([settleDues(await duesBefore(tx, to, first), { arrears, fixedCharge }, -1n)]);
  if (to.id === here.id || arrears === 0n) return;
  const occasion = { at: now, order, ...(to.svpmsn !== undefined && { svpmsn: to.svpmsn }) };
  await tx.post([move('debt', -arrears, { at: now, order, svpmsn }), move('debt', arrears, occasion)]);
}
