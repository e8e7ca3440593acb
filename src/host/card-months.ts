import type { Milliseconds } from '../units/index.ts';
import { type CardTotals, cardsHold, cardTotals, NO_CARD_TOTALS, providerAccount } from './card-books.ts';
import { fail, isFailure } from './failures.ts';
import { addSum } from './ledger.ts';
import type { StoreReads } from './ports.ts';
import { parsePeriod } from './settlement-minutes.ts';
import type { CardProvider, HostFailure, TimedSum } from './types.ts';

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
}

/** A month that is over, of each of these providers. It reads the ledger whole. */
export async function cardMonths(
  tx: Pick<StoreReads, 'ledgerByTime'>,
  { month, zone, providers }: { readonly month: string; readonly zone: string; readonly providers: CardProvider[] },
  now: Milliseconds,
): Promise<CardMonth[] | HostFailure> {
  const period = parsePeriod(month, zone);
  if (isFailure(period)) return period;
  const { from, to } = period;
  if (now < to) {
    return fail('period-open', `The month ${month} is not over: ask for it from ${new Date(to).toISOString()} on.`);
  }
  const sums = await tx.ledgerByTime([from, to]);
  const begin = booksAfter(sums, 0);
  const end = booksAfter(sums, 1);
  return providers.map((provider) => {
    const last = end(provider.id);
    return { provider, month, begin: begin(provider.id), end: last, balanced: cardsHold(last) };
  });
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
