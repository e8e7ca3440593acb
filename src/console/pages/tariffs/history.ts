/** What was painted, step by step, so that each can be taken back and done again. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
}

export type Step<T> =
  | { readonly type: 'do'; readonly value: T }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  /** Begins anew with another beginning. */
  | { readonly type: 'begin'; readonly value: T };

const STEPS_MAX = 200;

export const historyOf = <T>(present: T): History<T> => ({ past: [], present, future: [] });

export function stepped<T>(history: History<T>, step: Step<T>): History<T> {
  const { past, present, future } = history;
  switch (step.type) {
    case 'do':
      if (Object.is(step.value, present)) return history;
      return { past: [...past, present].slice(-STEPS_MAX), present: step.value, future: [] };
    case 'undo': {
      const before = past.at(-1);
      return before === undefined
        ? history
        : { past: past.slice(0, -1), present: before, future: [present, ...future] };
    }
    case 'redo': {
      const [next, ...rest] = future;
      return next === undefined ? history : { past: [...past, present], present: next, future: rest };
    }
    case 'begin':
      return historyOf(step.value);
  }
}
