import type { BalanceJson } from '../../../api/index.ts';
import { dateOf } from '../../civil.ts';

/** Why a balance moved: a posting, or all that was used on one day. */
export interface Move {
  readonly key: number;
  readonly at: string;
  readonly why: string;
  readonly order: string | undefined;
  /** Tokens of the purse, less emergency credit: what is drawn of that is no gain. */
  readonly change: bigint;
  /** Tokens that set out for the meter, or arrived or came back. */
  readonly inFlight: bigint;
  readonly after: string;
  readonly owed: string;
}

/** The newest first. What is used comes in steps of a token, and is told day by day. */
export function movesOf({ points, zone }: BalanceJson): readonly Move[] {
  const moves: Move[] = [];
  for (const { posting, at, why, order, change, balance } of points) {
    const last = moves.at(-1);
    const isMore = why === 'spent' && last?.why === 'spent' && dateOf(last.at, zone) === dateOf(at, zone);
    if (isMore) moves.pop();
    moves.push({
      ...{ key: posting, at, why, order, inFlight: BigInt(change.inFlight) },
      change: BigInt(change.purse) - BigInt(change.emergencyCredit) + (isMore ? last.change : 0n),
      ...{ after: balance.purse, owed: balance.emergencyCredit },
    });
  }
  return moves.reverse();
}
