import { useSyncExternalStore } from 'react';

/** A value outside of the components, and who wants to know when it changes. */
export interface Signal<T> {
  readonly value: T;
  readonly set: (value: T) => void;
  readonly subscribe: (tell: () => void) => () => void;
}

export function create<T>(first: T): Signal<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get value() {
      return value;
    },
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const tell of listeners) tell();
    },
    subscribe(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
  };
}

export const useSignal = <T>(signal: Signal<T>): T => useSyncExternalStore(signal.subscribe, () => signal.value);
