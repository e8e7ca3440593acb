import { type Store, StoreError, type StoreReads, type StoreTransaction } from '../host/index.ts';
import type { Faults } from './faults.ts';

/** A host process ended here; nothing that it had not stored and sent is left of it. */
export class HostKilled extends Error {
  override readonly name = 'HostKilled';
}

/** What a store does that found a transaction in another's way, before it runs it again. */
class Undone extends Error {}

/** One row that a committed transaction wrote: the store's method and what it was given. */
export interface Written {
  readonly method: string;
  readonly values: readonly unknown[];
}

/** The life of one host process: it can end at every await, and others may go first there. */
export class Life {
  readonly #faults: Faults;
  readonly #host: string;
  #over = false;

  /** @param host by which name it is told of */
  constructor(faults: Faults, host: string) {
    this.#faults = faults;
    this.#host = host;
  }

  get over(): boolean {
    return this.#over;
  }

  /** It is ended from outside: whatever it waited for finds nobody. */
  end(): void {
    this.#over = true;
  }

  /** Before and after everything that the host waits for. @throws HostKilled */
  async breathe(): Promise<void> {
    this.#over ||= this.#faults.strikes('host-killed', this.#host);
    const paused = this.#faults.strikes('host-paused', this.#host, !this.#over);
    if (this.#over) throw new HostKilled('a host was killed');
    if (!paused) return;
    for (let turns = this.#faults.below('host-paused', PAUSE_TURNS_MAX); turns > 0; turns--) await undefined;
    if (this.#over) throw new HostKilled('a host was killed');
  }
}
const PAUSE_TURNS_MAX = 200;

/**
 * The store as one host process sees it: the process may end at every await, inside a transaction too, which is then
 * undone; it may have to run again, and the disk may be full. `committed` is told what each transaction wrote, the moment it is durable.
 */
export function mortal(
  store: Store,
  {
    life,
    faults,
    committed,
  }: { readonly life: Life; readonly faults: Faults; readonly committed: (rows: readonly Written[]) => void },
): Store {
  const whileAlive = <T extends object>(tables: T, written: Written[] | undefined, shelf = ''): T =>
    new Proxy(tables, {
      get: (_, name: string) => {
        const part = tables[name as keyof T] as object | Call;
        if (!isCall(part)) return whileAlive(part, written, `${name}.`);
        return async (...values: unknown[]) => {
          await life.breathe();
          if (written !== undefined && WRITES.test(name)) written.push({ method: shelf + name, values });
          return part.apply(tables, values);
        };
      },
    });
  return {
    async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
      await life.breathe();
      const full = faults.strikes('store-full');
      const repeated = faults.strikes('transaction-repeated', undefined, !full);
      if (full) throw new StoreError({ reason: 'store-full', sentence: 'The disk is full.' });
      if (repeated) {
        const first = store.transaction(async (tx) => {
          await work(whileAlive(tx, []));
          throw new Undone();
        });
        await first.catch((error) => {
          if (!(error instanceof Undone)) throw error;
        });
      }
      const answer = await store.transaction(async (tx) => {
        const written: Written[] = [];
        const made = await work(whileAlive(tx, written));
        committed(written);
        return made;
      });
      await life.breathe();
      return answer;
    },
    async read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
      await life.breathe();
      const answer = await store.read((tx) => work(whileAlive(tx, undefined)));
      await life.breathe();
      return answer;
    },
    close: () => Promise.resolve(),
  };
}
const WRITES = /^(put|add|append|post|delete|set|release|claimOrder)/;

type Call = (...values: unknown[]) => Promise<unknown>;
const isCall = (part: object | Call): part is Call => typeof part === 'function';

/** Whether a host lived to answer, and its store to keep what it did, or it said that it is too early for that. */
export async function answered(answer: Promise<object>): Promise<boolean> {
  try {
    const given = await answer;
    return !('reason' in given && (given.reason === 'store-failed' || given.reason === 'reconciled-early'));
  } catch (error) {
    if (error instanceof HostKilled || error instanceof StoreError) return false;
    throw error;
  }
}
