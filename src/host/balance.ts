import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { findMeter, isFailure } from './failures.ts';
import { type DatesQuery, daysOf } from './load.ts';
import type { StoreReads } from './ports.ts';
import { balanceOf, changeOf, plus, type StatementBalance } from './statement.ts';
import { ledgerBefore, postingsOf } from './statement-reading.ts';
import { daysWithin, postingsWithin } from './stay.ts';
import type { HostFailure, PostingKind } from './types.ts';

/** The balance of a meter over time, posting by posting: opening + changes = closing, account by account. */
export interface BalanceHistory {
  readonly svpmsn: Svpmsn;
  readonly zone: string;
  readonly from: string;
  readonly to: string;
  readonly begin: Milliseconds;
  readonly end: Milliseconds;
  readonly asOf: Milliseconds;
  readonly opening: StatementBalance;
  /** In the order of the books. */
  readonly points: readonly BalancePoint[];
  readonly closing: StatementBalance;
}

export interface BalancePoint {
  readonly posting: number;
  readonly at: Milliseconds;
  readonly why: Exclude<PostingKind, 'divided'>;
  readonly order: string | undefined;
  readonly change: StatementBalance;
  /** After it. */
  readonly balance: StatementBalance;
}

const BALANCE_DAYS_MAX = 100;

export async function readBalance(
  tx: StoreReads,
  query: DatesQuery,
  zone: string,
  now: Milliseconds,
): Promise<BalanceHistory | HostFailure> {
  const found = await findMeter(tx, query.meter);
  if (isFailure(found)) return found;
  const asked = daysOf(query, { zone, daysMax: BALANCE_DAYS_MAX });
  if ('reason' in asked) return asked;
  const starts = daysWithin(asked, query.within);
  if ('reason' in starts) return starts;
  const [begin, end] = [starts[0], starts.at(-1)] as [Milliseconds, Milliseconds];
  const { svpmsn } = found.meter;
  const opening = balanceOf(await ledgerBefore(tx, found.meter, begin, query.within));
  const { own: all } = await postingsOf(tx, found.meter, { begin, end });
  const own = await postingsWithin(tx, all, query.within);
  let balance = opening;
  const points = own.flatMap((posting): BalancePoint[] => {
    const { sequence, at, kind, order } = posting;
    // What is put to its steps when a profile comes was spent before.
    if (kind === 'divided') return [];
    const change = changeOf(posting);
    balance = plus(balance, change);
    return [{ posting: sequence, at, why: kind, order, change, balance }];
  });
  return { svpmsn, zone, from: query.from, to: query.to, begin, end, asOf: now, opening, points, closing: balance };
}
