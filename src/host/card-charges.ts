import { type Milliseconds, milliseconds, U32_MAX } from '../units/index.ts';
import { providerBy } from './card-lookup.ts';
import { fail, isFailure } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { CardCharge, HostFailure, Particulars } from './types.ts';

export interface NewCharge {
  /** Id of the provider. */
  readonly provider: string;
  /** Milli-tokens per thousand of the unit of its region, m³ or kWh: 1 to u32. */
  readonly unitCharge: number;
  /** Now, where absent. */
  readonly validFrom?: Milliseconds;
}

const MILLI_TOKENS_PER_TOKEN = 1_000n;
const THOUSANDTHS = 1_000n;

/** Says what value of a provider is worth from an instant on: never one that is past, and after all that is published. */
export async function publishCharge(
  tx: StoreTransaction,
  { provider, unitCharge, validFrom: from }: NewCharge,
  now: Milliseconds,
): Promise<CardCharge | HostFailure> {
  const wrong = (sentence: string, particulars?: Particulars) => fail('provider-wrong', sentence, particulars);
  const found = await providerBy(tx, provider);
  if (isFailure(found)) return found;
  if (!Number.isSafeInteger(unitCharge) || unitCharge < 1 || unitCharge > U32_MAX) {
    return wrong(`A unit charge is 1 to ${U32_MAX} milli-tokens, not ${unitCharge}.`, { least: 1, most: U32_MAX });
  }
  const validFrom = from ?? now;
  if (validFrom < now) return wrong('A unit charge holds from now on or later: what was sold keeps its worth.');
  const [last] = await tx.cardCharges.inOrder('provider', provider, 'validFrom', { falling: true, limit: 1 });
  if (last !== undefined && last.validFrom >= validFrom) {
    const holds = new Date(last.validFrom).toISOString();
    return wrong(`A unit charge from ${holds} is published: the next one holds from later than that.`, {
      from: milliseconds(last.validFrom + 1),
    });
  }
  const id = `${provider} ${String(validFrom).padStart(16, '0')}`;
  const charge: CardCharge = { id, provider, unitCharge, validFrom, publishedAt: now };
  await tx.cardCharges.put([charge]);
  return charge;
}

/** The one in force at an instant, if there is one. */
export async function chargeAt(tx: StoreReads, provider: string, at: Milliseconds): Promise<CardCharge | undefined> {
  const past = { number: at + 1, id: '' };
  return (await tx.cardCharges.inOrder('provider', provider, 'validFrom', { falling: true, past, limit: 1 }))[0];
}

/** Those in force at some time from one instant until before another, the first one first. */
export async function chargesWithin(
  tx: StoreReads,
  provider: string,
  { from, to }: { readonly from: Milliseconds; readonly to: Milliseconds },
): Promise<CardCharge[]> {
  const first = await chargeAt(tx, provider, from);
  const all = await tx.cardCharges.where('provider', provider);
  return all.filter(({ id, validFrom }) => id === first?.id || (validFrom > from && validFrom < to));
}

/** What tokens are worth at a unit charge, in the unit of the region: litres, watt-hours; rounded down. */
export const worthOf = (amount: number, unitCharge: number): bigint =>
  (BigInt(amount) * MILLI_TOKENS_PER_TOKEN * THOUSANDTHS) / BigInt(unitCharge);
