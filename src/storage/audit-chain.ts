import type { HeadLane, LedgerSum } from '../host/ports.ts';
import type { Findings } from './audit-findings.ts';
import { type BookSource, PAGE_ROWS } from './book-source.ts';
import { Block, FirstBlock } from './chain.ts';
import { CHAINED_POSTINGS } from './rows.ts';
import type { SqlRow } from './table.ts';
import { lines, postings } from './tables.ts';

/** What a lane's chain must come to, at a number of postings. */
interface Promised extends Pick<HeadLane, 'postings' | 'tip'> {
  /** Who says so, for a person. */
  readonly by: string;
}

/** A chain as it is read. */
interface Chain {
  readonly block: Block;
  tip: Uint8Array;
  postings: number;
  /** The first and the last posting of the block that is being read. */
  first: string;
  last: string;
}

export interface ProvedLedger {
  readonly postings: number;
  readonly lines: number;
  readonly sums: readonly LedgerSum[];
}

const [LANE, DIGEST] = [postings.columns.length, postings.columns.length + 1];
const [KIND, SVPMSN] = [1, 3];
const [ACCOUNT, AMOUNT] = [2, 3];
/** The one that found the books unsealed and took over what was there. */
const FIRST_LANE = 1;
const NOTHING = new Uint8Array(0);

/** Reads all postings and lines once, and proves chains and sums; what each lane must come to is collected first. */
export class ChainAudit {
  readonly #findings: Findings;
  readonly #promised = new Map<number, Promised[]>();
  readonly #chains = new Map<number, Chain>();
  readonly #first = new FirstBlock();
  /** By meter, kind and account. */
  readonly #sums = new Map<number | undefined, Map<string, Map<string, bigint>>>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  promise(lane: number, promised: Promised): void {
    const list = this.#promised.get(lane) ?? [];
    this.#promised.set(lane, list);
    list.push(promised);
  }

  async read(source: BookSource): Promise<ProvedLedger> {
    let last = -1n;
    let count = 0;
    let lineCount = 0;
    for (;;) {
      const page = await source.all(
        `SELECT ${CHAINED_POSTINGS.list} FROM postings WHERE sequence > ${last} ORDER BY sequence LIMIT ${PAGE_ROWS}`,
      );
      const end = page.at(-1)?.[0];
      // Behind the last posting there are no lines, unless of postings that are gone.
      const upTo = end === undefined ? '' : `AND posting <= ${end}`;
      const all = await source.all(
        `SELECT ${lines.list} FROM lines WHERE posting > ${last} ${upTo} ORDER BY posting, place`,
      );
      let at = 0;
      for (const posting of page) {
        const begin = this.#orphans(all, at, posting[0] as bigint);
        at = begin;
        while (all[at]?.[0] === posting[0]) at += 1;
        this.#posting(posting, all.slice(begin, at));
      }
      this.#orphans(all, at, undefined);
      count += page.length;
      lineCount += all.length;
      if (end === undefined) break;
      last = end as bigint;
    }
    this.#end();
    return { postings: count, lines: lineCount, sums: this.#ledgerSums() };
  }

  /** Passes over lines of postings before one; all that are left where none is named. */
  #orphans(all: readonly SqlRow[], from: number, before: bigint | undefined): number {
    let at = from;
    for (; at < all.length; at++) {
      const [posting, place] = all[at] as [bigint, bigint];
      if (before !== undefined && posting >= before) break;
      this.#findings.add('lines', `${posting} ${place}`, 'its posting is not there');
    }
    return at;
  }

  #posting(posting: SqlRow, own: readonly SqlRow[]): void {
    this.#sum(posting, own);
    const name = String(posting[0]);
    const lane = posting[LANE];
    if (lane === null || lane === undefined) {
      // Of books that were not sealed yet: the chain of the first lane begins with them.
      if (this.#chains.size > 0) this.#findings.add('postings', name, 'it stands in no chain');
      else this.#first.posting(posting, own);
      return;
    }
    const chain = this.#chainOf(Number(lane));
    if (chain.block.postings === 0) {
      chain.block.begin(chain.tip, Number(lane));
      chain.first = name;
    }
    chain.last = name;
    chain.block.posting(posting, own);
    const digest = posting[DIGEST] as Uint8Array | null;
    if (digest === null) return;
    chain.postings += chain.block.postings;
    if (Buffer.compare(chain.block.digest(), digest) !== 0) {
      const what = 'what is posted there, or an order of it, is not what the chain says';
      this.#findings.add('postings', range(chain), what);
    }
    // From what is written: one changed place does not make all that follow it doubtful.
    chain.tip = digest;
    chain.block.begin(NOTHING, 0);
    this.#keepPromises(Number(lane), chain);
  }

  #chainOf(lane: number): Chain {
    let chain = this.#chains.get(lane);
    if (chain === undefined) {
      const begins = lane === FIRST_LANE && this.#first.postings > 0;
      chain = {
        block: new Block(),
        tip: begins ? this.#first.digest() : NOTHING,
        postings: begins ? this.#first.postings : 0,
        first: '',
        last: '',
      };
      this.#chains.set(lane, chain);
      if (begins) this.#keepPromises(lane, chain);
    }
    return chain;
  }

  #keepPromises(lane: number, { postings: count, tip, first, last }: Chain): void {
    const promised = this.#promised.get(lane);
    if (promised === undefined) return;
    const text = Buffer.from(tip).toString('hex');
    while (promised[0] !== undefined && promised[0].postings <= count) {
      const { by, postings: at, tip: said } = promised.shift() as Promised;
      if (at === count && said === text) continue;
      if (at === 0 && said === '') continue;
      const what = `the chain of lane ${lane} is not the one that ${by} names at its posting ${at}`;
      this.#findings.add('postings', count === 0 ? undefined : range({ first, last }), what);
    }
  }

  #end(): void {
    if (!this.#chains.has(FIRST_LANE) && this.#first.postings > 0) this.#chainOf(FIRST_LANE);
    for (const [lane, chain] of this.#chains) {
      if (chain.block.postings > 0) {
        this.#findings.add('postings', range(chain), `they end the chain of lane ${lane} without a digest`);
      }
    }
    for (const [lane, promised] of this.#promised) {
      const count = this.#chains.get(lane)?.postings ?? 0;
      const [first] = promised.filter(({ postings: at }) => at > count);
      if (first === undefined) continue;
      const missing = first.postings - count;
      const what = `${missing} of lane ${lane} that ${first.by} names ${missing === 1 ? 'is' : 'are'} gone from the end of its chain`;
      this.#findings.add('postings', undefined, what);
    }
  }

  #sum(posting: SqlRow, own: readonly SqlRow[]): void {
    const sums = within(
      within(this.#sums, posting[SVPMSN] === null ? undefined : Number(posting[SVPMSN])),
      posting[KIND] as string,
    );
    let zero = 0n;
    for (const line of own) {
      const amount = line[AMOUNT] as bigint;
      const account = line[ACCOUNT] as string;
      zero += amount;
      sums.set(account, (sums.get(account) ?? 0n) + amount);
    }
    if (zero !== 0n) this.#findings.add('postings', String(posting[0]), `its lines sum to ${zero}, not to zero`);
  }

  #ledgerSums(): LedgerSum[] {
    return [...this.#sums].flatMap(([svpmsn, kinds]) =>
      [...kinds].flatMap(([kind, accounts]) =>
        [...accounts].map(([account, amount]) => ({ svpmsn, kind, account, amount }) as LedgerSum),
      ),
    );
  }
}

/** The map that another has under a key: a new one, if none is there yet. */
function within<Outer, Inner, Value>(maps: Map<Outer, Map<Inner, Value>>, key: Outer): Map<Inner, Value> {
  const found = maps.get(key);
  if (found !== undefined) return found;
  const added = new Map<Inner, Value>();
  maps.set(key, added);
  return added;
}

const range = ({ first, last }: Pick<Chain, 'first' | 'last'>): string =>
  first === last ? first : `${first} to ${last}`;
