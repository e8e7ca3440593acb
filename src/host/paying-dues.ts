import type { Milliseconds } from '../units/index.ts';
import { amountFault, fail, subscriberUnknown, textFault } from './failures.ts';
import { duesPaid } from './ledger.ts';
import { duesOfPerson } from './moved-value.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { settleDues, settleWith, termsOf } from './terms.ts';
import { cashGiven } from './tills.ts';
import type { Dues, HostFailure, PaymentMethod, Terms } from './types.ts';

/** Somebody pays what they owe without a meter at which it could be recovered. */
export interface DuesPayment {
  readonly subscriber: string;
  /** Minor units of the currency, as much as is due at most. */
  readonly paid: number;
  readonly method: PaymentMethod;
  /** Of whoever books it: a receipt, a transfer. */
  readonly reference: string;
}

/** What a person owes who has no meter. */
export interface PersonDues extends Dues {
  /** All of it with tax, in minor units: as much as is taken at most. */
  readonly due: bigint;
}

export async function personDues(tx: StoreReads, subscriber: string): Promise<PersonDues | HostFailure> {
  if ((await tx.subscriber(subscriber)) === undefined) return subscriberUnknown(subscriber);
  const { id } = duesOfPerson(subscriber);
  const [dues = { id, arrears: 0n, fixedCharge: 0n, chargedMonth: 0 }] = await tx.dues.of([id]);
  return withDue(dues, await termsOf(tx));
}

function withDue(dues: Dues, terms: Terms): PersonDues {
  const due = dueOf(dues, terms);
  return { ...dues, due: due > 0n ? due : 0n };
}

/**
 * Money is taken for what a person owes who has no meter: fixed charges with their tax first, then arrears.
 * @param by whose till it goes into, if it is cash
 * @returns what they owe after that
 */
export async function payDues(
  tx: StoreTransaction,
  { subscriber, paid: asked, method, reference }: DuesPayment,
  by: string,
  now: Milliseconds,
): Promise<PersonDues | HostFailure> {
  if ((await tx.subscriber(subscriber)) === undefined) return subscriberUnknown(subscriber);
  const fault = amountFault(asked) ?? textFault('name-wrong', 'A reference', reference);
  if (fault !== undefined) return fault;
  const paid = BigInt(asked);
  const [dues] = await tx.dues.of([duesOfPerson(subscriber).id]);
  const terms = await termsOf(tx);
  const due = dues === undefined ? 0n : dueOf(dues, terms);
  if (dues === undefined || due <= 0n) {
    const sentence = `Subscriber "${subscriber}" owes nothing without a meter: what is due at a meter is recovered from what is bought for it.`;
    return fail('amount-wrong', sentence);
  }
  if (paid > due)
    return fail('amount-wrong', `Subscriber "${subscriber}" owes ${due}, not ${paid}: take no more.`, {
      about: subscriber,
      due,
      paid,
    });
  const parts = settleWith(paid, { terms, dues });
  const after = settleDues(dues, parts, 1n);
  await tx.dues.put([after]);
  if (method === 'cash') await cashGiven(tx, by, -paid);
  await tx.post([duesPaid(method, parts, { at: now, order: reference })]);
  return withDue(after, terms);
}

/** All that is due, with tax. */
const dueOf = (dues: Dues, terms: Terms): bigint => settleWith(EVERYTHING, { terms, dues }).paid;
const EVERYTHING = 1n << 100n;
