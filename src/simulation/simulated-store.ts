import { type HeadSigner, MemoryStore, type Store } from '../host/index.ts';

/** A store that can be put back to what it was. */
export interface SimulatedStore {
  readonly store: Store;
  /** Makes a copy of it as it is now. Who calls the result puts the copy in its place, and it knows that it is one. */
  backUp(): Promise<() => Promise<SimulatedStore>>;
  /** Of books that are sealed. */
  readonly sealed?: {
    readonly heads: HeadSigner;
    /** What somebody finds who audits them as they lie, a clause each. */
    audit(): Promise<readonly string[]>;
  };
}

/** In memory; a copy is known as one because a person says so (X9). */
export function simulatedMemory(store: MemoryStore = new MemoryStore()): SimulatedStore {
  return {
    store,
    backUp: async () => {
      const copy = await store.copy();
      return async () => {
        await copy.transaction((tx) => tx.setFact('restored', 1));
        return simulatedMemory(copy);
      };
    },
  };
}
