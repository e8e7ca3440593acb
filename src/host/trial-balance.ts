import type { AccountSum, PageQuery, StoreReads } from './ports.ts';
import type { Account, NumberedPosting } from './types.ts';

/** The accounts of the ledger by name: balance = debit − credit, and all balances sum to zero. */
export interface TrialBalance {
  /** Number of the last posting that is in it. */
  readonly posting: number;
  readonly accounts: readonly AccountSum[];
  readonly debit: bigint;
  readonly credit: bigint;
}

/** It is summed from lines that never change, and read on from where it was read before. */
export class TrialBalanceReader {
  #last = 0;
  readonly #sums = new Map<Account, AccountSum>();

  async read(tx: Pick<StoreReads, 'accountSums'>): Promise<TrialBalance> {
    const after = this.#last;
    const { last, sums } = await tx.accountSums(after);
    // Whoever read the same lines meanwhile has counted them.
    if (this.#last !== after) return this.read(tx);
    this.#last = Math.max(after, last);
    for (const { account, debit, credit, lines } of sums) {
      const before = this.#sums.get(account) ?? { debit: 0n, credit: 0n, lines: 0 };
      const sum = { debit: before.debit + debit, credit: before.credit + credit, lines: before.lines + lines };
      this.#sums.set(account, { account, ...sum });
    }
    const accounts = [...this.#sums.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
    return {
      posting: this.#last,
      accounts,
      debit: accounts.reduce((sum, { debit }) => sum + debit, 0n),
      credit: accounts.reduce((sum, { credit }) => sum + credit, 0n),
    };
  }
}

export interface PostingQuery extends PageQuery {
  /** Those with a line on this account only. */
  readonly account?: string;
  /** Those about one thing only: an order, a region of a card, or a meter without a line. */
  readonly order?: string;
}

/** A page of postings, and from where the next one goes on. */
export interface PostingPage {
  readonly postings: readonly NumberedPosting[];
  /** Nothing where there are no older ones. */
  readonly before: number | undefined;
}

const PAGE = 500;
/** Of postings that one page looks through: of what is rare a page may be short, and is not the last for it. */
const LOOKED_THROUGH_MAX = 5_000;

/** The newest first. */
export async function postingPage(
  tx: Pick<StoreReads, 'postings'>,
  { account, order, limit, ...query }: PostingQuery,
): Promise<PostingPage> {
  const isAll = account === undefined && order === undefined;
  const isWanted = (posting: NumberedPosting) =>
    (order === undefined || posting.order === order) &&
    (account === undefined || posting.lines.some((line) => line.account === account));
  const postings: NumberedPosting[] = [];
  let { before } = query;
  for (let looked = 0; looked < LOOKED_THROUGH_MAX; ) {
    const size = isAll ? limit : PAGE;
    const page = await tx.postings({ ...query, limit: size, ...(before !== undefined && { before }) });
    for (const posting of page) {
      before = posting.sequence;
      if (isWanted(posting)) postings.push(posting);
      if (postings.length === limit) return { postings, before };
    }
    if (page.length < size) return { postings, before: undefined };
    looked += page.length;
  }
  return { postings, before };
}
