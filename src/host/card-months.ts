import type { Milliseconds } from '../units/index.ts';
import { type CardTotals, cardsHold, cardTotals, NO_CARD_TOTALS, providerAccount } from './card-books.ts';
import { chargesWithin } from './card-charges.ts';
import { fail, isFailure } from './failures.ts';
import { addSum } from './ledger.ts';
import type { StoreReads } from './ports.ts';
import { parsePeriod } from './settlement-minutes.ts';
import type { CardCharge, CardProvider, HostFailure, TimedSum } from './types.ts';

/** The books of a provider at an instant, since they began: tokens. */
export interface CardBooksThen extends CardTotals {
  readonly fees: bigint;
  readonly tax: bigint;
  /** Of what was paid for value in its name what is the provider's: value sold, less what was refunded or taken off cards. */
  readonly due: bigint;
  /** What was paid to it, less what came back. */
  readonly paid: bigint;
}

/** What whoever sells owes a provider for a calendar month, and what its value did meanwhile. */
export interface CardMonth {
  readonly provider: CardProvider;
  /** `2026-03`, of the utility's zone. */
  readonly month: string;
  readonly begin: CardBooksThen;
  readonly end: CardBooksThen;
  /** At its end sold, loaded, on cards, handed over and spent came out even. */
  readonly balanced: boolean;
  /** What a unit was charged in it, the first one first. */
  readonly charges: readonly CardCharge[];
}

/** A month that is over, of each of these providers. It reads the ledger whole. */
export async function cardMonths(
  tx: StoreReads,
  { month, zone, providers }: { readonly month: string; readonly zone: string; readonly providers: CardProvider[] },
  now: Milliseconds,
): Promise<CardMonth[] | HostFailure> {
  const period = parsePeriod(month, zone);
  if (isFailure(period)) return period;
  const { from, to } = period;
  if (now < to) {
    return fail('period-open', `The month ${month} is not over: ask for it from ${new Date(to).toISOString()} on.`, {
      month,
      from: to,
    });
  }
  const sums = await tx.ledgerByTime([from, to]);
  const begin = booksAfter(sums, 0);
  const end = booksAfter(sums, 1);
  const months: CardMonth[] = [];
  for (const provider of providers) {
    const last = end(provider.id);
    const charges = await chargesWithin(tx, provider.id, period);
    months.push({ provider, month, begin: begin(provider.id), end: last, balanced: cardsHold(last), charges });
  }
  return months;
}

/** The books of each provider after the last stretch. */
function booksAfter(sums: readonly TimedSum[], lastStretch: number): (provider: string) => CardBooksThen {
  const all = new Map<string, bigint>();
  for (const sum of sums) if (sum.stretch <= lastStretch) addSum(all, sum);
  const totals = new Map(cardTotals(all).map((each) => [each.provider, each]));
  return (provider) => {
    const its = totals.get(provider) ?? { ...NO_CARD_TOTALS, provider };
    const credit = (account: string) => -(all.get(`${account}:${provider}`) ?? 0n);
    const { owed: due, paid } = providerAccount(all, provider);
    return { ...its, fees: credit('card-fees'), tax: credit('card-tax'), due, paid };
  };
}
