import { MemoryStore } from '../host/index.ts';
import type { SimulatedStore } from './simulated-store.ts';

/** A store with a planted defect: the copy that takes its place is not said to be one, so that no meter is asked. */
export function silentlyRestored(store = new MemoryStore()): SimulatedStore {
  return {
    store,
    backUp: async () => {
      const copy = await store.copy();
      return async () => silentlyRestored(copy);
    },
  };
}
