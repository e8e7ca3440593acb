import type { Milliseconds } from '../units/index.ts';
import { addSum, type Totalled, totalled } from './ledger.ts';
import type { StoreReads } from './ports.ts';

/**
 * What the ledger moved since a day began. It is read on from where it was read before: a call costs what was appended
 * since the last, and the first one of a day what that day has.
 */
export class DayLedger {
  #begin: Milliseconds | undefined;
  #last = 0;
  #sums = new Map<string, bigint>();

  /** @param begin the first instant of the day */
  async since(begin: Milliseconds, tx: Pick<StoreReads, 'ledgerSums' | 'postings'>): Promise<Totalled> {
    if (this.#begin !== begin) {
      const before = await lastBefore(begin, tx);
      [this.#begin, this.#last, this.#sums] = [begin, before, new Map()];
    }
    const after = this.#last;
    const { last, sums } = await tx.ledgerSums(after);
    // Somebody read the same lines, or began another day, meanwhile.
    if (this.#last !== after || this.#begin !== begin) return this.since(begin, tx);
    this.#last = Math.max(after, last);
    for (const sum of sums) addSum(this.#sums, sum);
    return totalled((key) => this.#sums.get(key) ?? 0n);
  }
}

/** The number of the last posting before an instant, 0 where there is none: numbers rise with time, so halving finds it. */
async function lastBefore(at: Milliseconds, tx: Pick<StoreReads, 'postings'>): Promise<number> {
  const [newest] = await tx.postings({ limit: 1 });
  let [low, high] = [0, newest?.sequence ?? 0];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    // Numbers may have gaps: the next one below stands for it.
    const [found] = await tx.postings({ before: middle + 1, limit: 1 });
    if (found === undefined || found.at < at) low = middle;
    else high = Math.min(middle, found.sequence) - 1;
  }
  return low;
}
